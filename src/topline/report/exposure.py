"""How long and how much treatment was given: exposure over all drugs, and drug by drug (EXT01)."""

from functools import partial

from topline.report.grid import Grid, Row, by_group, group_head, heading
from topline.report.markup import Text, joined, say
from topline.report.safety_cells import average, middle, shared
from topline.report.safety_events import whose
from topline.report.subject import summary_rows
from topline.report.view import View

ALL_DRUGS = "ALL DRUGS"
DURATION = f"EX.{ALL_DRUGS}.TRTDUR"
PARAMETERS = {
    "TRTDUR": "Duration of treatment",
    "NCYCLES": "Cycles started",
    "DAYSDOSE": "Days with dose",
    "CUMDOSE": "Cumulative dose",
    "CUMPCT": "Cumulative dose, of planned",
    "DI": "Dose intensity",
    "RDI": "Relative dose intensity",
}
"""What is summed up of a drug; that of the first two stands once where there is one drug."""
UNITS_SAID = ("Cycles started", "Days with dose")
"""What is called by its unit."""
CATEGORIES = ("1-2", "3-4", "5-6", ">6", "<50%", "50 to <70%", "70 to <90%", ">=90%")
CHANGES = {
    "NINT.interrupted": "Dosing interrupted",
    "NRED.reduced": "Dose reduced",
    "NDELAY.delayed": "A cycle delayed",
}


def exposure(view: View) -> Grid:
    """Return the table of treatment duration and cycles over all drugs, from the first to the last dose.

    Where the dosing records allow no more than the dates of ADSL, it holds the duration by these.
    """
    known = bool(view.numbers.rows(DURATION))
    name = DURATION if known else "TRTDURD"
    rows = summary_rows(view, name, say("Treatment duration (days)"))
    if known:
        rows += [heading(say("Cycles started")), *_spread(view, f"EX.{ALL_DRUGS}.NCYCLES"), *_levels(view, ALL_DRUGS)]
    note = say("From the first to the last dose, both days included; treated subjects.")
    head = group_head(view, name) if known else group_head(view, "DST.TREATED")
    return Grid("EXT01", say("Exposure"), head, tuple(rows), (note,), subtitle=whose(view, name))


def drugs(view: View) -> list[str]:
    """Return the drugs that have results, by name."""
    frame = view.content.adam.get("ADEX")
    if frame is None:
        return []
    names = sorted(frame["PARCAT1"].unique().to_list())
    return [name for name in names if name != ALL_DRUGS and view.numbers.rows(f"EX.{name}.TRTDUR")]


def grids(view: View) -> list[Grid]:
    """Return the table of exposure over all drugs and that of each drug."""
    given = drugs(view)
    return [exposure(view), *(of_drug(view, drug, alone=len(given) == 1) for drug in given)]


def of_drug(view: View, drug: str, *, alone: bool) -> Grid:
    """Return the table of exposure to a drug; `alone` leaves out what the table over all drugs says already."""
    rows: list[Row] = []
    for code, phrase in PARAMETERS.items():
        name = f"EX.{drug}.{code}"
        if not view.numbers.rows(name) or (alone and view.numbers.rows(f"EX.{ALL_DRUGS}.{code}")):
            continue
        rows += [heading(_named(view, name, phrase)), *_spread(view, name), *_levels(view, drug, code)]
    changes = [
        by_group(view, say(phrase), partial(shared, view.numbers, f"EX.{drug}.{code}"), 1)
        for code, phrase in CHANGES.items()
        if view.numbers.rows(f"EX.{drug}.{code}")
    ]
    rows += [heading(say("Changes of dosing, n (%)")), *changes] if changes else []
    title = joined([say("Exposure"), ": ", drug])
    head = group_head(view, f"EX.{drug}.TRTDUR")
    return Grid("EXT01", title, head, tuple(rows), _notes(), subtitle=whose(view, f"EX.{drug}.TRTDUR"))


def _named(view: View, analysis: str, phrase: str) -> Text:
    """Return what a parameter is called, with its unit."""
    unit = next((row.unit for row in view.numbers.rows(analysis) if row.unit), "")
    if not unit or phrase in UNITS_SAID:
        return say(phrase)
    return joined([say(phrase), " (", say("days") if unit == "days" else unit, ")"])


def _spread(view: View, analysis: str) -> list[Row]:
    return [
        by_group(view, say("Median (range)"), partial(middle, view.numbers, analysis), 1),
        by_group(view, say("Mean (SD)"), partial(average, view.numbers, analysis), 1),
    ]


def _levels(view: View, drug: str, code: str = "NCYCLES") -> list[Row]:
    """Return the rows of the categories of a parameter that occur, in their order."""
    return [
        by_group(
            view,
            joined([level.replace(">=", "≥"), ", ", say("n (%)")]),
            partial(shared, view.numbers, f"EX.{drug}.{code}.{level}"),
            1,
        )
        for level in CATEGORIES
        if view.numbers.rows(f"EX.{drug}.{code}.{level}")
    ]


def _notes() -> tuple[Text, ...]:
    return (
        say(
            "Dose intensity: dose per week from the first dose to the end of the last cycle, or to the last dose of a "
            "drug of every day; relative to the planned one."
        ),
        say(
            "Interrupted: a planned day of dosing without dose, with a dose later. Reduced: a daily dose lower by more "
            "than 5% than the one before. Delayed: a cycle more than 3 days late."
        ),
        say("Doses that the records do not tell are missing, never guessed: then fewer subjects are summed up than N."),
    )
