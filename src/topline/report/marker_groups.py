"""Tables of the marker groups stated beforehand: who was measured, each group, their comparison, the power."""

from collections.abc import Callable, Iterable

from markupsafe import Markup

from topline.protocol.biomarker import Marker
from topline.protocol.endpoints import Endpoint
from topline.report.cells import count_percent, estimate, nothing
from topline.report.grid import Grid, Row
from topline.report.marker_content import SIDES, by_arm, grouped, is_rate, marker_label, markers, name
from topline.report.marker_numbers import below, events_of, marker_number, with_limits
from topline.report.markup import Text, joined, say, spoken
from topline.report.response import set_note
from topline.report.view import View, stated
from topline.tables.adam_biomarker import NOT_ANALYSED

REASONS = dict(
    zip(
        NOT_ANALYSED,
        ("No usable value", "No outcome", "Event by the landmark", "Not followed beyond the landmark"),
        strict=True,
    )
)
Cells = Callable[[View, Endpoint, Marker, str], tuple[Text, ...]]


def measured(view: View, endpoint: Endpoint) -> Grid:
    """Return the table of who is analysed of each marker, and why the others are not."""
    own = markers(view, endpoint)
    reasons = NOT_ANALYSED if any(each.on_treatment for each in own) else NOT_ANALYSED[:2]

    def rows(group: str) -> Iterable[Row]:
        for marker in own:
            cells = [_count(view, name(endpoint, marker, "measured"), group)]
            cells += [_count(view, name(endpoint, marker, _slug(reason)), group) for reason in reasons]
            yield Row(_when(marker), tuple(cells))

    head = (say("Marker"), say("Analysed, n/N (%)"), *(say(REASONS[reason]) for reason in reasons))
    notes = [
        say(
            "Who has no usable value or no outcome is left out of the analyses of that marker: no value is imputed. "
            "The first reason that holds is counted, the outcome coming before the value."
        )
    ]
    if len(reasons) > 2:
        notes.append(_landmark_note())
    return _grid(
        view, endpoint, ("BMKT01", say("Who was measured, and why others are not")), head, (by_arm(view, rows), notes)
    )


def _landmark_note() -> Markup:
    return say(
        "A marker on treatment is its last value after the first day and within the window before the landmark; who "
        "had the event by then, or was not followed beyond it, is not analysed, and time counts from the landmark."
    )


def _slug(reason: str) -> str:
    return reason.lower().replace(" ", "-")


def _when(marker: Marker) -> Markup:
    when = say("before treatment")
    if marker.on_treatment:
        days = {"day": str(marker.on_treatment.day), "window": str(marker.on_treatment.window_days)}
        when = say("last value in the {window} days up to the landmark, day {day}", **days)
    return below(spoken(marker.label), when)


def _count(view: View, analysis: str, group: str) -> Text:
    """Return `n/N (%)`, or a dash for a reason that cannot hold of the marker."""
    rows = view.numbers.rows(analysis, group)
    if not rows:
        return nothing()
    if not analysis.endswith("measured"):
        return count_percent(view.numbers, analysis, group)
    count, total = (marker_number(view, analysis, group, each) for each in ("n", "N"))
    share = view.numbers.get(f"{analysis}/{group}/percent")
    if share is None:
        return Markup("{}/{}").format(count, total)
    return Markup("{}/{} ({}%)").format(count, total, marker_number(view, analysis, group, "percent"))


def groups(view: View, endpoint: Endpoint) -> Grid | None:
    """Return the groups stated beforehand, each with its interval, and their comparison; None where there are none."""
    own = grouped(view, endpoint)
    if not own:
        return None
    rate = is_rate(endpoint)
    cells: Cells = _rates if rate else _times
    rows = by_arm(view, lambda group: [Row(marker_label(each), cells(view, endpoint, each, group)) for each in own])
    compared = ("Difference (points)", "Odds ratio", "Fisher p, two-sided")
    if not rate:
        compared = ("Hazard ratio", "Log-rank p, two-sided", "")
    sides = (say("Positive group"), say("Negative group"))
    head = (say("Marker"), *sides, *(say(each) for each in compared if each))
    title = ("BMKT02", say("Groups stated beforehand"))
    return _grid(view, endpoint, title, head, (rows, [_methods(view, rate=rate), _uncorrected()]))


def _methods(view: View, *, rate: bool) -> Markup:
    """Return what stands in the cells and by which methods."""
    if rate:
        return say(
            "Groups: events/n, rate in percent with its exact (Clopper-Pearson) interval. Difference: positive minus "
            "negative, Newcombe interval. Odds ratio: conditional estimate, exact interval. All intervals {level}.",
            level=view.confidence,
        )
    return say(
        "Groups: events/n, median in months with its interval (Kaplan-Meier, log-log). Hazard ratio: positive against "
        "negative, Cox model with ties by Efron, Wald interval. All intervals {level}. NR: not reached; NE: not "
        "estimable.",
        level=view.confidence,
    )


def _uncorrected() -> Markup:
    return say(
        "The p-values of this table are not corrected for the number of markers: each stands as if its marker were the "
        "only one."
    )


def _rates(view: View, endpoint: Endpoint, marker: Marker, group: str) -> tuple[Text, ...]:
    """Return both rates, their difference, the odds ratio, and the p-value."""
    sides = [_rate(view, name(endpoint, marker, side), group) for side in SIDES]
    parts = [name(endpoint, marker, each) for each in ("difference", "odds-ratio", "fisher")]
    gap = with_limits(view, parts[0], group, "difference")
    return (*sides, gap, with_limits(view, parts[1], group, "odds ratio"), marker_number(view, parts[2], group, "p"))


def _rate(view: View, analysis: str, group: str) -> Markup:
    events = events_of(view, analysis, group, ("n", "N"))
    return below(events, with_limits(view, analysis, group, "rate")) if is_there(view, analysis, group) else events


def is_there(view: View, analysis: str, group: str) -> bool:
    """Say whether a group has any subject."""
    return bool(view.numbers.value(f"{analysis}/{group}/N"))


def _times(view: View, endpoint: Endpoint, marker: Marker, group: str) -> tuple[Text, ...]:
    """Return both medians, the hazard ratio, and the p-value."""
    sides = [_median(view, name(endpoint, marker, side), group) for side in SIDES]
    ratio = with_limits(view, name(endpoint, marker, "cox"), group, "hazard ratio")
    return (*sides, ratio, marker_number(view, name(endpoint, marker, "logrank"), group, "p"))


def _median(view: View, analysis: str, group: str) -> Markup:
    events = events_of(view, analysis, group, ("events", "N"))
    return (
        below(events, estimate(view.numbers, analysis, group, "median")) if is_there(view, analysis, group) else events
    )


def power(view: View, endpoint: Endpoint) -> Grid | None:
    """Return what comparisons of groups of these sizes could show; None where no groups were stated."""
    own = grouped(view, endpoint)
    if not own:
        return None
    kinds = _power_kinds(view, endpoint) if is_rate(endpoint) else ["events", "detectable hazard ratio"]

    def rows(group: str) -> Iterable[Row]:
        for marker in own:
            sizes = [marker_number(view, name(endpoint, marker, "power"), group, f"n {side}") for side in SIDES]
            found = [marker_number(view, name(endpoint, marker, "power"), group, kind) for kind in kinds]
            yield Row(marker_label(marker), (*sizes, *found))

    head = (say("Marker"), say("n positive"), say("n negative"), *(_power_head(kind) for kind in kinds))
    notes = [_power_method(view, rate=is_rate(endpoint)), _silence()]
    return _grid(view, endpoint, ("BMKT03", say("The power there was")), head, (by_arm(view, rows), notes))


def _power_kinds(view: View, endpoint: Endpoint) -> list[str]:
    """Return the alternatives of the power and the rates that could be found, as far as any marker has them."""
    found: dict[str, None] = {}
    for marker in grouped(view, endpoint):
        for group in view.numbers.groups:
            rows = view.numbers.rows(name(endpoint, marker, "power"), group)
            found |= {row.statistic: None for row in rows if row.statistic.startswith(("power: ", "detectable: "))}
    return sorted(found, key=lambda kind: kind.startswith("detectable"))


def _power_head(kind: str) -> Markup:
    """Return the header of a statistic of the power."""
    what, _, rates = kind.partition(": ")
    if what == "power":
        one, _, two = rates.partition(" v ")
        return say("Power (%) if the true rates are {one}% and {two}%", one=one, two=two)
    if what == "detectable":
        return say("Rate (%) found with 80% power against {two}%", two=rates.removeprefix("v "))
    return say("Events") if kind == "events" else say("Hazard ratio found with 80% power")


def _power_method(view: View, *, rate: bool) -> Markup:
    level = stated(f"{view.protocol.biomarkers.level:g}", "biomarkers.level")
    if rate:
        return say(
            "Exact power of Fisher's two-sided test at level {level} in groups of these sizes, positive before "
            "negative, for the true rates that the protocol states. NE: not found with that power even at 100%.",
            level=level,
        )
    return say(
        "Of the two-sided log-rank test at level {level}, by Schoenfeld: ratios below this one, or above its inverse, "
        "are found with that power. The approximation is for large samples.",
        level=level,
    )


def _silence() -> Markup:
    return say(
        "For one marker, tested once: with groups of these sizes only large differences can be found, and the search "
        "below has less power. Not finding a difference is not evidence that there is none."
    )


def _grid(
    view: View,
    endpoint: Endpoint,
    title: tuple[str, Markup],
    head: tuple[Text, ...],
    body: tuple[tuple[Row, ...], list[Markup]],
) -> Grid:
    code, words = title
    whole = joined([spoken(endpoint.label), ": ", words])
    rows, notes = body
    return Grid(code, whole, head, rows, tuple(notes), subtitle=set_note(view, endpoint))
