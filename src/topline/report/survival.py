"""Time to event: TTET01, duration of response (DORT01), follow-up, and the comparison of arms."""

from markupsafe import Markup

from topline.protocol.endpoints import Censoring, Endpoint, TimeToEvent
from topline.report.cells import estimate, interval_label, nothing, number
from topline.report.grid import Cell, Grid, Row, by_group, group_head, heading
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.numbers import ALL
from topline.report.response import set_note
from topline.report.subject import summary_rows
from topline.report.view import View

FOLLOW_UP = "FOLLOWUP"


def is_empty(view: View, endpoint: Endpoint) -> bool:
    """Say whether no subject at all has a time for this endpoint: a duration of response without responders."""
    return not any(view.numbers.value(f"{endpoint.id}/{ALL}/{count}") for count in ("N", "n"))


def time_to_event(view: View, endpoint: Endpoint, analysis: TimeToEvent) -> Grid:
    """Return the table of a time-to-event endpoint: DORT01 of the duration of response, TTRT01 of the time to it."""
    if is_time_of_responders(analysis):
        return time_to_response(view, endpoint)
    of_response = analysis.start == "response"
    rows = [_counts(view, endpoint.id, part) for part in ("N", "events", "censored")]
    notes: list[Text] = [censoring_note(analysis.censoring)]
    if is_empty(view, endpoint):
        notes.insert(0, _nobody(of_response))
    else:
        rows += [*_quantiles(view, endpoint.id), *_landmarks(view, endpoint.id, analysis)]
        notes.append(
            say(
                "NR: not reached. NE: not estimable. +: censored. Intervals are log-log (Brookmeyer-Crowley "
                "for quantiles)."
            )
        )
        notes.append(
            say(
                "The symmetric interval is the estimate plus and minus z standard errors, as many papers print it; "
                "it is shown for comparison only."
            )
        )
    return Grid(
        "DORT01" if of_response else "TTET01",
        spoken(endpoint.label),
        group_head(view, endpoint.id, "N"),
        tuple(rows),
        tuple(notes),
        subtitle=set_note(view, endpoint),
    )


def is_time_of_responders(analysis: TimeToEvent) -> bool:
    """Say whether an endpoint is the time to response: it is described in the responders, without a curve."""
    return analysis.events == ("response",)


def time_to_response(view: View, endpoint: Endpoint) -> Grid:
    """Return the table of the time to response: a summary of the responders' times."""
    note = say("Responders only: of the others the time would describe how long they were followed.")
    rows = summary_rows(view, endpoint.id, say("Time to response (months)"))
    name = spoken(endpoint.label)
    head = group_head(view, f"SET.{endpoint.estimand.population}")
    return Grid("TTRT01", name, head, tuple(rows), (note,), subtitle=set_note(view, endpoint))


def _nobody(of_response: bool) -> Markup:
    if of_response:
        return say("No subject responded: there is no duration of response to estimate.")
    return say("No subject has a time for this endpoint: nothing can be estimated.")


def censoring_note(censoring: Censoring) -> Markup:
    """Return the rule of censoring in words."""
    therapy = {
        "censor": "new anti-cancer therapy censors",
        "ignore": "new anti-cancer therapy is ignored",
        "event": "new anti-cancer therapy is an event",
    }
    parts = [say("Censoring rule: {name}", name=censoring.name), say(therapy[censoring.new_therapy])]
    if censoring.missed_assessments is not None:
        parts.append(say("an event after {n} missed scans does not count", n=str(censoring.missed_assessments)))
    return joined([joined(parts, "; "), "."])


def _counts(view: View, name: str, part: str) -> Row:
    labels = {"N": "Subjects", "events": "Events, n (%)", "censored": "Censored"}
    if part != "events":
        return by_group(view, say(labels[part]), lambda group: number(view.numbers, name, group, part))

    def events(group: str) -> Text:
        count = number(view.numbers, name, group, "events")
        if view.numbers.get(f"{name}/{group}/events percent") is None:
            return count
        return Markup("{} ({}%)").format(count, number(view.numbers, name, group, "events percent"))

    return by_group(view, say(labels[part]), events)


def _quantiles(view: View, name: str) -> list[Row]:
    """Return median, symmetric interval, quartiles and range, in months."""
    interval = interval_label(view.confidence)

    def quantile(analysis: str, statistic: str, label: Text, depth: int = 1) -> Row:
        return by_group(view, label, lambda group: estimate(view.numbers, analysis, group, statistic), depth)

    flag = element("span", say("for comparison"), class_="flag")
    symmetric = joined([say("Median, symmetric interval"), " ", flag])
    return [
        heading(say("Time to event (months)")),
        quantile(name, "median", joined([say("Median"), " (", interval, ")"])),
        quantile(f"{name}.symmetric", "median", symmetric, 2),
        quantile(name, "q1", joined([say("First quartile"), " (", interval, ")"])),
        quantile(name, "q3", joined([say("Third quartile"), " (", interval, ")"])),
        by_group(view, say("Range"), lambda group: _range(view, name, group), 1),
    ]


def _range(view: View, name: str, group: str) -> Text:
    if view.numbers.get(f"{name}/{group}/min") is None:
        return nothing()
    return Markup("{} – {}").format(*(number(view.numbers, name, group, each) for each in ("min", "max")))


def _landmarks(view: View, name: str, analysis: TimeToEvent) -> list[Row]:
    """Return the rates without event at the landmarks, and the restricted mean up to the last of them."""
    if not analysis.landmarks_months:
        return []
    interval = interval_label(view.confidence)
    rows = [heading(say("Without event"))]
    for month in analysis.landmarks_months:
        label = joined([say("at {month} months", month=f"{month:g}"), " (", interval, ")"])
        rows.append(by_group(view, label, _rate(view, f"{name}.month{month:g}"), 1))
        rows.append(by_group(view, say("at risk"), _at_risk(view, f"{name}.month{month:g}"), 2))
    last = f"{max(analysis.landmarks_months):g}"
    label = joined([say("Restricted mean to {month} months", month=last), " (", interval, ")"])
    return [*rows, by_group(view, label, lambda group: estimate(view.numbers, f"{name}.rmst", group, "mean"))]


def _rate(view: View, analysis: str) -> Cell:
    return lambda group: estimate(view.numbers, analysis, group, "rate", "%")


def _at_risk(view: View, analysis: str) -> Cell:
    return lambda group: number(view.numbers, analysis, group, "at risk")


def follow_up(view: View) -> Grid | None:
    """Return the table of follow-up by reverse Kaplan-Meier, or None where no endpoint gives it."""
    first = next(iter(view.numbers.rows(FOLLOW_UP)), None)
    if first is None:
        return None
    label = joined([say("Median follow-up (months)"), " (", interval_label(view.confidence), ")"])
    row = by_group(view, label, lambda group: estimate(view.numbers, FOLLOW_UP, group, "median"))
    note = say("By reverse Kaplan-Meier: who died is censored, who was last seen alive is an event.")
    return Grid("FUT01", say("Follow-up"), group_head(view, f"SET.{first.population}"), (row,), (note,))


def comparisons(view: View) -> Grid | None:
    """Return log-rank tests and hazard ratios of the arms; None for a single arm."""
    rows: list[Row] = []
    for endpoint, _ in view.times:
        found = [*_log_rank(view, endpoint.id), *_hazard_ratios(view, endpoint.id)]
        rows += [heading(spoken(endpoint.label)), *found] if found else []
    if not view.arms or not rows:
        return None
    head = ("", say("Statistic"), limits_head(view), say("p, two-sided"))
    return Grid("TTET02", say("Comparison of arms (exploratory)"), head, tuple(rows), _cautions(view))


def limits_head(view: View) -> Markup:
    """Return the column header of an interval."""
    return interval_label(view.confidence)


def _log_rank(view: View, name: str) -> list[Row]:
    analysis = f"{name}.logrank"
    if view.numbers.get(f"{analysis}/{ALL}/p") is None:
        return []
    chi, df, p = (number(view.numbers, analysis, ALL, each) for each in ("chi-square", "df", "p"))
    return [Row(say("Log-rank test"), (Markup("χ² {} (df {})").format(chi, df), "", p), 1)]


def _hazard_ratios(view: View, name: str) -> list[Row]:
    """Return a row per arm against the first one: hazard ratio, interval, p."""
    analysis = f"{name}.cox"
    rows = []
    for result in view.numbers.rows(analysis):
        if not result.statistic.startswith("hazard ratio: "):
            continue
        arm = result.statistic.removeprefix("hazard ratio: ")
        lower, upper, p = (number(view.numbers, analysis, ALL, f"{part}: {arm}") for part in ("lower", "upper", "p"))
        value = number(view.numbers, analysis, ALL, result.statistic)
        label = joined([say("Hazard ratio"), Markup(": <span>{}</span>").format(arm)])
        rows.append(Row(label, (value, Markup("({}, {})").format(lower, upper), p), 1))
    return rows


def _cautions(view: View) -> tuple[Text, ...]:
    """Return what a reader must know of a comparison that the protocol did not plan."""
    randomized = any(row.get("RANDFL") == "Y" for row in view.rows.select("ADSL"))
    caution = (
        say("The protocol plans no comparison: these tests are exploratory and not adjusted for their number.")
        if randomized
        else say("The arms were not randomised: differences between them may have other causes than the treatment.")
    )
    return (
        caution,
        say("Cox model with ties by Efron; the first arm by name is the reference. NE: no event in an arm."),
    )
