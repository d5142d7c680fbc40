"""The listing of serious adverse events (AEL03): one row per event, each value tied to its row of ADAE."""

from collections.abc import Callable
from typing import Any

import polars as pl

from topline.report.cells import nothing
from topline.report.grid import LONG, Grid, Row
from topline.report.markup import Text, element, joined, level, say
from topline.report.safety_events import coding
from topline.report.view import View

Record = dict[str, Any]
Column = tuple[Text, Callable[[Record], Text]]


def serious(view: View) -> Grid | None:
    """Return the listing of serious events, treatment-emergent or not; None where no event is serious."""
    events = serious_rows(view)
    if not events:
        return None
    columns = _columns(view)
    names = short_names(view)
    rows = tuple(Row(_subject(view, names, row), tuple(cell(row) for _, cell in columns)) for row in events)
    notes = (
        say("Every serious event in the data, also one that is not treatment-emergent. Day: day 1 is the first dose."),
        say("A date in brackets was completed. An event without end had none in the data."),
        joined([say("Coded term; below it the reported one where it differs."), coding(view)], " "),
    )
    head = (say("Subject"), *(name for name, _ in columns))
    title = say("Listing of serious adverse events")
    return Grid("AEL03", title, head, rows, notes, kind="listing", wide=True, folded=len(rows) > LONG)


def serious_rows(view: View) -> list[Record]:
    """Return the serious events by subject and start; an event without start comes last."""
    rows = view.rows.select("ADAE", pl.col("AESER") == "Y")
    return sorted(rows, key=lambda row: (row["STUDYID"], row["USUBJID"], _order(row["ASTDT"]), row["AESEQ"] or 0))


def _order(value: Any) -> tuple[bool, Any]:
    return (value is None, value if value is not None else 0)


def _columns(view: View) -> list[Column]:
    columns: list[Column] = []
    if view.arms:
        columns.append((say("Treatment"), _cell(view, "TRT01A")))
    return [
        *columns,
        (say("Term"), lambda row: _term(view, row)),
        (say("Grade"), _cell(view, "ATOXGRN")),
        (say("Start (day)"), _dated(view, "AST")),
        (say("End (day)"), _dated(view, "AEN")),
        (say("Days"), _cell(view, "ADURN")),
        (say("Cycle"), _cell(view, "ACYCLE")),
        (say("Related"), _spoken(view, "AREL")),
        (say("Action"), _cell(view, "AEACN")),
        (say("Outcome"), _cell(view, "AEOUT")),
        (say("Treatment-emergent"), _spoken(view, "TRTEMFL")),
    ]


def short_names(view: View) -> dict[tuple[str, str], str]:
    """Return what subjects are called: by their short identifier where it tells them apart, else by the long one."""
    subjects = view.rows.select("ADSL")
    short = {(row["STUDYID"], row["USUBJID"]): str(row.get("SUBJID") or "") for row in subjects}
    told_apart = all(short.values()) and len(set(short.values())) == len(short)
    return short if told_apart else {}


def _subject(view: View, names: dict[tuple[str, str], str], row: Record) -> Text:
    return view.rows.link("ADAE", row, names.get((row["STUDYID"], row["USUBJID"])) or str(row["USUBJID"]))


def _term(view: View, row: Record) -> Text:
    """Return the coded term, below it the reported one where it differs by more than capitals."""
    coded, reported = str(row.get("AEDECOD") or ""), str(row.get("AETERM") or "")
    shown = view.rows.link("ADAE", row, coded or reported)
    if not reported or reported.casefold() == coded.casefold():
        return shown
    return joined([shown, element("span", reported, class_="aside")])


def _cell(view: View, column: str) -> Callable[[Record], Text]:
    """Return how a value of an event is written, as an element that opens its row; a dash where it is missing."""

    def cell(row: Record) -> Text:
        value = row.get(column)
        return nothing() if value is None else view.rows.link("ADAE", row, str(value))

    return cell


def _spoken(view: View, column: str) -> Callable[[Record], Text]:
    """Return how a flag or a causality is written: in words; a flag that is not set is no."""
    words = {"RELATED": "Y", "NOT RELATED": "N", "Y": "Y", None: "N"}

    def cell(row: Record) -> Text:
        value = row.get(column)
        return view.rows.link("ADAE", row, level(words.get(value, str(value))))

    return cell


def _dated(view: View, part: str) -> Callable[[Record], Text]:
    """Return how a date is written with its day; in brackets where it was completed."""

    def cell(row: Record) -> Text:
        day = row.get(f"{part}DT")
        if day is None:
            return nothing()
        text = f"[{day.isoformat()}]" if row.get(f"{part}DTF") else day.isoformat()
        study_day = row.get(f"{part}DY")
        return view.rows.link("ADAE", row, text if study_day is None else joined([text, f" ({study_day})"]))

    return cell
