"""Tables of the search for cuts: naive and corrected p-values side by side, optimism, and shrunken estimates."""

from collections.abc import Callable, Iterable

from markupsafe import Markup

from topline.protocol.biomarker import Marker
from topline.protocol.endpoints import Endpoint
from topline.report.cells import nothing
from topline.report.grid import Grid, Row, heading
from topline.report.marker_content import (
    SIDES,
    Family,
    asked,
    by_arm,
    families,
    has_both,
    in_order,
    is_rate,
    marker_label,
    statement,
)
from topline.report.marker_numbers import events_of, marker_number, shrunken, with_limits
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.response import set_note
from topline.report.rounding import exponent_free
from topline.report.view import View, stated

RowsOfFamily = Callable[[View, Family, str], Iterable[Row]]
FORMULAS = {
    "p corrected, cuts": "By permutation",
    "p exact, cuts": "Exact",
    "p Gauss": "Exact for normal statistics",
    "p Lausen-Sauerbrei": "Improved Bonferroni bound (Lausen-Sauerbrei)",
    "p Lausen-Schumacher": "Limiting distribution (Lausen-Schumacher)",
}


def searched(view: View, family: Family, group: str) -> bool:
    """Say whether there was any cut to try in a group."""
    return bool(view.numbers.value(f"{family.analysis('search')}/{group}/cuts"))


def search(view: View, endpoint: Endpoint) -> Grid | None:
    """Return the best cut of every marker, its naive p-value beside the corrected one; None where none was tried."""
    rows = _of_families(view, endpoint, _searched_rows)
    if not rows:
        return None
    whole = joined([spoken(endpoint.label), ": ", say("The search for cuts, naive and corrected")])
    head = (
        say("Marker"),
        say("Cuts tried"),
        say("Best cut"),
        say("Events/n, high group"),
        say("Events/n, low group"),
        say("Statistic"),
        say("p naive"),
        say("p corrected: all cuts of all markers"),
        say("p corrected: cuts of this marker only"),
    )
    return Grid("BMKT04", whole, head, rows, _search_notes(view, endpoint), subtitle=set_note(view, endpoint))


def _of_families(view: View, endpoint: Endpoint, rows: RowsOfFamily) -> tuple[Row, ...]:
    """Return the rows of every family that was searched, in each group, below a line that says how it was searched."""
    found: list[Row] = []
    for family in families(view, endpoint):

        def own(group: str, family: Family = family) -> Iterable[Row]:
            return rows(view, family, group) if searched(view, family, group) else ()

        found += by_arm(view, own)
    return tuple(found)


def _searched_rows(view: View, family: Family, group: str) -> Iterable[Row]:
    """Return the line of a family and a row per marker."""
    analysis = family.analysis("search")
    counts = {each: marker_number(view, analysis, group, each) for each in ("N", "events", "cuts", "markers")}
    drawn = marker_number(view, analysis, group, "permutations")
    size = say(
        "markers: {markers}; cuts: {cuts}; patients: {N}; events: {events}; permutations: {drawn}",
        drawn=drawn,
        **counts,
    )
    yield heading(joined([family.name, ": ", size]))
    for marker in family.markers:
        yield Row(marker_label(marker, rule=False), _search_cells(view, analysis, group, marker), 1)


def _search_cells(view: View, analysis: str, group: str, marker: Marker) -> tuple[Text, ...]:
    def cell(statistic: str) -> Markup:
        return marker_number(view, analysis, group, f"{statistic}: {marker.id}")

    high, low = (
        events_of(view, analysis, group, (f"events {side}: {marker.id}", f"n {side}: {marker.id}"))
        for side in ("high", "low")
    )
    fixed = (
        marker.measure.type == "categorical" and view.numbers.get(f"{analysis}/{group}/cut: {marker.id}") is not None
    )
    chosen = joined([cell("cut"), say("(stated)") if fixed else ""], " ")
    alone = view.numbers.value(f"{analysis}/{group}/cuts: {marker.id}") == 1
    ps = (cell("p naive"), cell("p corrected"), nothing() if alone else cell("p corrected, cuts"))
    return (cell("cuts"), chosen, high, low, cell("statistic"), *ps)


def _search_notes(view: View, endpoint: Endpoint) -> tuple[Text, ...]:
    """Return what the search did, and the sentences that its results ask for."""
    rule = view.protocol.biomarkers.search
    shares = {
        each: stated(f"{exponent_free(getattr(rule, f'{each}_share'))}%", f"biomarkers.search.{each}_share")
        for each in ("lowest", "highest")
    }
    notes = [
        say(
            "High group: at or above the cut, or the positive levels, which are not searched. Of the cuts with "
            "{lowest} to {highest} of the patients below, the best is the one with the largest standardised statistic. "
            "Events: subjects with the outcome or event of the endpoint.",
            **shares,
        ),
        _naive_method(rate=is_rate(endpoint)),
    ]
    asking = [(family, asked(view, family, group)) for family in families(view, endpoint) for group in in_order(view)]
    if any("search" in each for _, each in asking):
        notes.append(statement("search"))
    notes += _starts(view, families(view, endpoint))
    landmarks = dict.fromkeys(family.day for family, each in asking if "landmark" in each)
    return (*notes, *(statement("landmark", landmark=str(day)) for day in landmarks))


def _naive_method(*, rate: bool) -> Markup:
    if rate:
        return say(
            "p naive: Fisher's test of the best cut, as if it had been stated beforehand. p corrected: the share of "
            "permutations of the outcomes in which the whole search finds a statistic as large: tables are ordered by "
            "it, not as Fisher's test does. A marker with a single cut has no search of its own."
        )
    return say(
        "p naive: log-rank test of the best cut, as if it had been stated beforehand; with few patients on one side it "
        "can be far too small even for a cut that was. p corrected: the share of permutations of the outcomes in which "
        "the whole search finds a statistic as large; it holds in groups of any size. The statistic is the sum of the "
        "log-rank scores over its permutation standard deviation, which is not the one of the log-rank test: in small "
        "groups not all of the distance between the two p-values is owed to the search. A marker with a single cut has "
        "no search of its own."
    )


def _starts(view: View, own: list[Family]) -> list[Markup]:
    """Return why p-values are multiplied where markers of several starts of time are searched apart."""
    if len(own) < 2:
        return []
    for group in in_order(view):
        for family in own:
            if view.numbers.get(f"{family.analysis('search')}/{group}/families"):
                count = marker_number(view, family.analysis("search"), group, "families")
                return [
                    say(
                        "Markers before treatment and of each landmark are {count} searches of their own; the "
                        "p-values over all markers are multiplied by that number, at most to 1.",
                        count=count,
                    )
                ]
    return []


def by_formula(view: View, endpoint: Endpoint) -> Grid | None:
    """Return the corrected p-values of each continuous marker by other methods; None where none was searched."""
    kinds = [kind for kind in FORMULAS if is_rate(endpoint) or kind != "p exact, cuts"]

    def rows(view: View, family: Family, group: str) -> Iterable[Row]:
        analysis = family.analysis("search")
        for marker in family.markers:
            if view.numbers.get(f"{analysis}/{group}/p Gauss: {marker.id}"):
                cells = (marker_number(view, analysis, group, f"{kind}: {marker.id}") for kind in kinds)
                yield Row(marker_label(marker, rule=False), tuple(cells))

    found = _of_families(view, endpoint, rows)
    if not found:
        return None
    whole = joined([spoken(endpoint.label), ": ", say("The search of each marker by other methods, for comparison")])
    note = say(
        "p-values over the cuts of one marker only: they do not count the other markers. Those of formulas are for "
        "large samples, but for the exact one."
    )
    head = (say("Marker"), *(say(FORMULAS[kind]) for kind in kinds))
    return Grid("BMKT05", whole, head, found, (note,), subtitle=set_note(view, endpoint), folded=True)


def optimism(view: View, endpoint: Endpoint) -> Grid | None:
    """Return the effect of the best cut of all, and what is left of it; None where there is no cut."""
    rate = is_rate(endpoint)

    def rows(view: View, family: Family, group: str) -> Iterable[Row]:
        analysis = family.analysis("optimism")
        best = view.numbers.get(f"{analysis}/{group}/best")
        if best is None:
            return
        statistics = ("effect", "optimism", "corrected") if rate else RATIO_EFFECTS
        cells = [marker_number(view, analysis, group, each) for each in (*statistics, "again")]
        yield Row(_best(view, family, best.valuec, marker_number(view, analysis, group, "cut")), tuple(cells))

    found = _of_families(view, endpoint, rows)
    if not found:
        return None
    whole = joined([spoken(endpoint.label), ": ", say("How much of the best effect is owed to its choice")])
    what = ("Observed difference (points)", "Optimism (points)", "Difference less optimism (points)")
    if not rate:
        what = ("Hazard ratio, observed", "Optimism (log hazard ratio)", "Hazard ratio less optimism")
    head = (say("Best cut of all"), *(say(each) for each in what), say("Same marker chosen again (%)"))
    return Grid("BMKT06", whole, head, found, _optimism_notes(view, endpoint), subtitle=set_note(view, endpoint))


RATIO_EFFECTS = ("hazard ratio", "optimism", "hazard ratio corrected")


def _best(view: View, family: Family, identifier: str, cut: Markup) -> Markup:
    """Return the marker of the best cut with the cut."""
    [marker] = [each for each in view.protocol.biomarkers.markers if each.id == identifier]
    return joined([marker_label(marker, rule=False), " ", element("span", cut, class_="rank")])


def _optimism_notes(view: View, endpoint: Endpoint) -> tuple[Text, ...]:
    own = [(each.analysis("optimism"), group) for each in families(view, endpoint) for group in in_order(view)]
    drawn = [each for each in own if view.numbers.get("/".join((*each, "samples")))]
    samples = joined([marker_number(view, *each, "samples") for each in drawn], ", ")
    notes: list[Text] = [statement("optimism", samples=samples)]
    if not is_rate(endpoint):
        notes.append(
            say(
                "High against low group, by the Cox model with Firth's penalty, which is finite where a group has no "
                "event."
            )
        )
    return tuple(notes)


def shrinkage(view: View, endpoint: Endpoint) -> Grid | None:
    """Return observed beside shrunken estimates of the groups stated beforehand; None where there is none."""
    rate = is_rate(endpoint)
    cells = _shrunken_rates if rate else _shrunken_times

    def rows(view: View, family: Family, group: str) -> Iterable[Row]:
        own = [each for each in family.markers if has_both(view, endpoint, each, group)]
        if not own:
            return
        spread = marker_number(view, family.analysis("shrinkage"), group, "spread")
        yield heading(joined([family.name, ": ", say("spread of the true log ratios {spread}", spread=spread)]))
        for marker in own:
            yield Row(marker_label(marker), cells(view, family, marker, group), 1)

    found: list[Row] = []
    for family in families(view, endpoint):
        found += by_arm(view, lambda group, family=family: rows(view, family, group))  # type: ignore[misc]
    if not found:
        return None
    whole = joined([spoken(endpoint.label), ": ", say("Observed and shrunken estimates")])
    what = RATE_COLUMNS if rate else TIME_COLUMNS
    return Grid(
        "BMKT07",
        whole,
        (say("Marker"), *(say(each) for each in what)),
        tuple(found),
        _shrinkage_notes(view),
        subtitle=set_note(view, endpoint),
    )


RATE_COLUMNS = (
    "Positive: observed (%)",
    "Positive: shrunken (%)",
    "Negative: observed (%)",
    "Negative: shrunken (%)",
    "Difference: observed",
    "Difference: shrunken",
)
TIME_COLUMNS = ("Hazard ratio: observed", "Hazard ratio: shrunken")


def _shrunken_rates(view: View, family: Family, marker: Marker, group: str) -> tuple[Text, ...]:
    prefix, analysis = f"BM.{family.endpoint}.{marker.id}", family.analysis("shrinkage")
    cells: list[Text] = []
    for side in SIDES:
        cells.append(with_limits(view, f"{prefix}.{side}", group, "rate"))
        cells.append(shrunken(view, analysis, group, f"{side}: {marker.id}"))
    gap = with_limits(view, f"{prefix}.difference", group, "difference")
    return (*cells, gap, shrunken(view, analysis, group, f"difference: {marker.id}"))


def _shrunken_times(view: View, family: Family, marker: Marker, group: str) -> tuple[Text, ...]:
    observed = with_limits(view, f"BM.{family.endpoint}.{marker.id}.cox", group, "hazard ratio")
    return (observed, shrunken(view, family.analysis("shrinkage"), group, f"hazard ratio: {marker.id}"))


def _shrinkage_notes(view: View) -> tuple[Text, ...]:
    scale = stated(f"{view.protocol.biomarkers.spread:g}", "biomarkers.spread")
    return (
        statement("shrinkage"),
        say(
            "Observed: as in the table of stated groups. Shrunken: posterior mean with its {level} credible interval; "
            "the spread has a half-normal prior of scale {scale}. Markers without stated groups are only searched; "
            "markers with an empty group have nothing to shrink.",
            level=view.confidence,
            scale=scale,
        ),
    )
