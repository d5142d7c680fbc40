"""Deaths and their causes (DTHT01)."""

from functools import partial

from markupsafe import Markup

from topline.report.grid import Grid, Row, by_group, group_head
from topline.report.markup import Text, say
from topline.report.numbers import Numbers
from topline.report.safety_cells import shared
from topline.report.safety_events import whose
from topline.report.view import View, stated

TIMES = {
    "ALL": "All deaths",
    "ON-TREATMENT": "While adverse events counted",
    "30DAYS": "Within 30 days of the last dose",
}
CAUSES = {
    "ADVERSE EVENT": "Adverse event",
    "PROGRESSIVE DISEASE": "Progressive disease",
    "OTHER": "Other cause",
    "UNKNOWN": "Cause not known",
}
STATED = ("PROGRESSIVE DISEASE", "OTHER")
"""Causes that only DD and the disposition name."""


def deaths(view: View) -> Grid | None:
    """Return the table of deaths with their causes, at any time and near the treatment; None where none was counted."""
    if not view.numbers.rows("DTH.ALL"):
        return None
    rows = [row for time in TIMES for row in _rows(view, time)]
    head = group_head(view, "DTH.ALL", "N")
    return Grid("DTHT01", say("Deaths"), head, tuple(rows), _notes(view), subtitle=whose(view, "DTH.ALL"))


def _rows(view: View, time: str) -> list[Row]:
    """Return the deaths of a time, and its causes; a time in which nobody died has no causes."""
    first = by_group(view, say(TIMES[time]), partial(shared, view.numbers, f"DTH.{time}"))
    if not any(view.numbers.value(f"DTH.{time}/{group}/n") for group in view.numbers.groups):
        return [first]
    causes = [
        by_group(view, say(name), partial(_cause, view.numbers, time, cause), 1) for cause, name in CAUSES.items()
    ]
    return [first, *causes]


def _cause(numbers: Numbers, time: str, cause: str, group: str) -> Markup:
    """Return `n (%)` of a cause, or that it is not recorded: by no source at all, or of no death of this group."""
    analysis = f"DTH.{time}.{cause}"
    if not numbers.rows(analysis, group):
        return say("not recorded")
    died, unknown = (numbers.value(f"DTH.{each}/{group}/n") for each in (time, f"{time}.UNKNOWN"))
    if cause in STATED and died and died == unknown:
        return say("not recorded")
    return shared(numbers, analysis, group)


def _notes(view: View) -> tuple[Text, ...]:
    days = stated(str(view.protocol.criteria.adverse_events.follow_up_days), "criteria.adverse_events.follow_up_days")
    return (
        say(
            "Percentages are of all treated subjects. Adverse events count up to {days} days after the last dose.",
            days=days,
        ),
        say(
            "The cause is the one that the data state (DD), else a fatal adverse event, else the wording of the "
            "disposition; where none of them names one it is not known."
        ),
        say("Not recorded: no record that could name this cause names the cause of any of these deaths."),
    )
