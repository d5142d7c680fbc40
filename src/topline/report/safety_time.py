"""Adverse events over time: rates per patient-years (AET05), time to the first event (AETTE1), events by cycle."""

from topline.report.cells import fraction, interval_label
from topline.report.grid import LONG, Grid, Row, heading
from topline.report.markup import Text, element, joined, say
from topline.report.numbers import ALL
from topline.report.safety_cells import at_month, counted, middle, rate, shared, years
from topline.report.safety_events import KINDS, Counted, chosen, counted_events, event_notes, whose
from topline.report.safety_terms import HIGHER, common_terms
from topline.report.view import View

CYCLES = "AECYC01"
Blocks = list[tuple[Text, list[Counted]]]


def rates(view: View, group: str) -> Grid | None:
    """Return the table of rates per 100 patient-years of a group, by kind (AET05); None where there are none."""
    return _rates(view, ("AET05", "Adverse events by time of exposure"), _kinds(view, "AERATE"), group)


def rates_of_terms(view: View, group: str) -> Grid | None:
    """Return the same table of groups of special interest and common terms; None where there are none."""
    blocks = _terms(view, "AERATE", ("ALL", "GRADE 3-5"))
    return _rates(view, ("AET05_TERM", "Adverse events by time of exposure, groups and terms"), blocks, group)


def _rates(view: View, names: tuple[str, str], blocks: Blocks, group: str) -> Grid | None:
    rows: list[Row] = []
    for title, events in blocks:
        rows += [heading(title), *(_rate_row(view, each, group) for each in events)]
    if not rows:
        return None
    level = interval_label(view.confidence)
    head = (
        "",
        say("Subjects with event"),
        say("Patient-years to the first event"),
        joined([say("Rate of first events"), " (", level, ")"]),
        say("Events"),
        say("Patient-years"),
        joined([say("Rate of all events"), " (", level, ")"]),
    )
    whom, folded = whose(view, "AERATE.ALL", group), is_folded(view, names[0], group)
    notes = (*_rate_notes(names[0]), *event_notes(view))
    return Grid(names[0], say(names[1]), head, tuple(rows), notes, subtitle=whom, folded=folded)


def is_folded(view: View, code: str, group: str) -> bool:
    """Say whether a table is folded: that of terms, and that of an arm where there are several."""
    return code.endswith("_TERM") or bool(view.arms and group != ALL)


def _rate_notes(code: str) -> list[Text]:
    notes: list[Text] = [
        say(
            "Rates per 100 patient-years, exact Poisson intervals. Time at risk ends with the first event, or for all "
            "events with death, last contact or the end of the time in which events count."
        ),
        say("The interval of all events takes those of one subject as independent; where they recur it is too short."),
    ]
    if code == "AET05":
        return notes
    return [*notes, say("Of a group of special interest grade 3 or higher has a row where it occurred.")]


def _rate_row(view: View, each: Counted, group: str) -> Row:
    name = f"AERATE.{each.name}"
    cells = (
        counted(view.numbers, name, group, "n"),
        years(view.numbers, name, group, "years"),
        rate(view.numbers, name, group, "rate"),
        counted(view.numbers, name, group, "events"),
        years(view.numbers, name, group, "event years"),
        rate(view.numbers, name, group, "event rate"),
    )
    return Row(_label(each), cells, 1)


def _label(each: Counted) -> Text:
    """Return what an event is called; of a group whether it is of grade 3 or higher."""
    high = (each.level, each.kind) == ("GROUP", "GRADE 3-5")
    return joined([each.label, ", ", say("grade 3 or higher")]) if high else each.label


def _timed(view: View, family: str) -> list[Counted]:
    """Return what has analyses of a family."""
    return [each for each in counted_events(view) if view.numbers.rows(f"{family}.{each.name}")]


def _kinds(view: View, family: str) -> Blocks:
    """Return the kinds of events that have analyses of a family."""
    events = _timed(view, family)
    overall = [each for kind in KINDS for each in chosen(events, "OVERALL", kind)]
    return [(say("By kind"), overall)] if overall else []


def _terms(view: View, family: str, kinds: tuple[str, ...]) -> Blocks:
    """Return the groups of special interest, of some kinds, and the common terms that have analyses of a family."""
    events = _timed(view, family)
    groups = [each for each in events if each.level == "GROUP" and each.kind in kinds]
    blocks: Blocks = [
        (say("Groups of special interest"), [each for each in groups if each.kind == "ALL" or _occurred(view, each)]),
        (say("Common terms"), [each for each in common_terms(view) if each in events]),
    ]
    return [(title, rows) for title, rows in blocks if rows]


def _occurred(view: View, each: Counted) -> bool:
    return bool(view.numbers.value(f"AE.{each.name}/{ALL}/n"))


def first_events(view: View, group: str) -> Grid | None:
    """Return the table of time to the first event of a group, by kind (AETTE1), with Kaplan-Meier for comparison."""
    return _onset(view, ("AETTE1", "Time to the first adverse event"), _kinds(view, "AEONSET"), group)


def first_events_of_terms(view: View, group: str) -> Grid | None:
    """Return the same table of groups of special interest and common terms that occurred, Aalen-Johansen alone."""
    blocks = [
        (title, [each for each in events if _occurred(view, each)])
        for title, events in _terms(view, "AEONSET", ("ALL",))
    ]
    return _onset(view, ("AETTE1_TERM", "Time to the first event of a group or term"), blocks, group)


def _onset(view: View, names: tuple[str, str], blocks: Blocks, group: str) -> Grid | None:
    months, alone = _months(view, group), names[0] == "AETTE1"
    rows: list[Row] = []
    for title, events in blocks:
        lines = [row for each in events for row in _onset_rows(view, each, months, group)[: 3 if alone else 1]]
        rows += [heading(title), *lines] if lines else []
    if not rows or not months:
        return None
    head: list[Text] = ["", say("n/N"), say("Days to the first event"), say("Competing")]
    head += [say("by month {month}", month=month) for month in months]
    folded, whom = is_folded(view, names[0], group), whose(view, "AE.ALL", group)
    notes = (*_onset_notes(view, alone=alone), *event_notes(view))
    return Grid(names[0], say(names[1]), tuple(head), tuple(rows), notes, subtitle=whom, wide=folded, folded=folded)


def _months(view: View, group: str) -> list[str]:
    """Return the months at which the share with an event was estimated; none where the group has no subject."""
    found = view.numbers.rows("AEONSET.ALL", group)
    return [f"{row.at:g}" for row in found if row.statistic == "incidence" and row.at is not None]


def _onset_rows(view: View, each: Counted, months: list[str], group: str) -> list[Row]:
    """Return the rows of what is counted: share with the event (Aalen-Johansen), Kaplan-Meier beside it, at risk."""
    name = f"AEONSET.{each.name}"

    def over_months(statistic: str) -> list[Text]:
        return [at_month(view.numbers, name, group, statistic, month) for month in months]

    counts = (
        fraction(view.numbers, name, group),
        middle(view.numbers, f"AEDAYS.{each.name}", group),
        counted(view.numbers, name, group, "competing"),
    )
    alone = [element("span", each, class_="events") for each in over_months("one minus Kaplan-Meier")]
    blank = ("", "", "")
    return [
        Row(each.label, (*counts, *over_months("incidence")), 1),
        Row(say("1 − Kaplan-Meier"), (*blank, *alone), 2),
        Row(say("at risk"), (*blank, *over_months("at risk")), 2),
    ]


def _onset_notes(view: View, *, alone: bool) -> list[Text]:
    """Return how the shares over time were estimated, and why Kaplan-Meier does not answer the question."""
    notes: list[Text] = [
        say(
            "Share of subjects in percent with a first event by that month: Aalen-Johansen ({level} interval, "
            "log-log). Death and the end of the time in which events count are competing events: after them the event "
            "cannot come. NE: beyond the last observed time; no interval where the share is 0 or 100%.",
            level=view.confidence,
        ),
        say(
            "Days to the first event: median (range) of the subjects who had it. This tells how early events come, not "
            "how often."
        ),
    ]
    beside = say(
        "1 − Kaplan-Meier censors at competing events as if the event could still come: it is never smaller than the "
        "share that has it, and stands here for comparison with papers that print it."
    )
    absent = say("A group of special interest in which no event occurred has no row.")
    return [*notes, beside if alone else absent]


def cycles(view: View, group: str) -> Grid | None:
    """Return the table of adverse events once every cycle of a group; None where no cycle was counted."""
    frame = view.content.adam.get("ADAECYC")
    numbered = [] if frame is None else sorted(frame["ACYCLE"].drop_nulls().unique().to_list())
    rows = tuple(
        _cycle_row(view, cycle, group) for cycle in numbered if view.numbers.rows(f"AECYCLE.{cycle}.onset", group)
    )
    if not rows:
        return None
    head = (
        "",
        say("Started the cycle"),
        say("New event"),
        say("New, grade 3 or higher"),
        say("New events"),
        say("Event present"),
        say("Present, grade 3 or higher"),
    )
    notes = (
        say(
            "n (%) of the subjects who started the cycle. New: an event started in the cycle. Present: an event was "
            "there on some day of it."
        ),
        say("Later cycles hold only those who went on: rates of different cycles are not of the same subjects."),
        say("Events that started after the last cycle belong to no cycle."),
        *event_notes(view),
    )
    return Grid(
        CYCLES,
        say("Adverse events by cycle"),
        head,
        rows,
        notes,
        subtitle=whose(view, "AE.ALL", group),
        folded=len(rows) > LONG or bool(view.arms and group != ALL),
    )


def _cycle_row(view: View, cycle: int, group: str) -> Row:
    new, present = (f"AECYCLE.{cycle}.{part}" for part in ("onset", "present"))
    cells = (
        counted(view.numbers, new, group, "N"),
        shared(view.numbers, new, group, "n"),
        shared(view.numbers, new, group, HIGHER),
        counted(view.numbers, new, group, "events"),
        shared(view.numbers, present, group, "n"),
        shared(view.numbers, present, group, HIGHER),
    )
    return Row(say("Cycle {cycle}", cycle=str(cycle)), cells)
