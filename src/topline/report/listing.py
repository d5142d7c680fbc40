"""The listing of subjects (ONCL01): one row per subject with response and times, each value tied to its ADaM row."""

from collections.abc import Callable
from typing import Any

import polars as pl

from topline.report.cells import nothing
from topline.report.grid import Grid, Row
from topline.report.markup import Text, level, say
from topline.report.rounding import change, rounded, whole
from topline.report.view import View

Record = dict[str, Any]
BySubject = dict[tuple[str, str], Record]


def subjects(view: View) -> Grid:
    """Return the listing of all subjects who entered the first analysis set, or of all where nobody did."""
    flag = view.protocol.analysis_sets[0].flag
    chosen = view.rows.select("ADSL", pl.col(flag) == "Y") or view.rows.select("ADSL")
    columns = _columns(view)
    name = _name(chosen)
    rows = tuple(Row(view.rows.link("ADSL", row, row[name]), tuple(cell(row) for _, cell in columns)) for row in chosen)
    head = (say("Subject"), *(name for name, _ in columns))
    note = say(
        "Times in months; +: censored. Best change: percent change of the target sum at its least. Each "
        "value opens its row."
    )
    return Grid("ONCL01", say("Response and times by subject"), head, rows, (note,), kind="listing", wide=True)


def _name(chosen: list[Record]) -> str:
    """Return the column that names the subjects: the short identifier where it tells them apart."""
    short = [row.get("SUBJID") for row in chosen]
    return "SUBJID" if all(short) and len(set(short)) == len(short) else "USUBJID"


def _columns(view: View) -> list[tuple[Text, Callable[[Record], Text]]]:
    """Return the columns: header, and how a subject's cell is written."""
    columns: list[tuple[Text, Callable[[Record], Text]]] = []
    if view.arms:
        columns.append((say("Treatment"), lambda row: row["TRT01A"] or nothing()))
    columns += [
        (say("Age, sex"), lambda row: _person(view, row)),
        (say("First dose"), lambda row: _own(view, row, "TRTSDT")),
        (say("Days treated"), lambda row: _own(view, row, "TRTDURD")),
        (say("End of treatment"), lambda row: _stop(view, row)),
    ]
    readings = [("CBOR", "Best response, confirmed"), ("BOR", "Best response, unconfirmed")]
    for parameter, phrase in readings:
        columns.append((say(phrase), _response(view, parameter)))
    columns.append((say("Best change (%)"), _change(view)))
    columns += [(endpoint.id, _time(view, endpoint.id)) for endpoint, _ in view.times]
    return columns


def _index(view: View, dataset: str, parameter: str) -> BySubject:
    rows = view.rows.select(dataset, pl.col("PARAMCD") == parameter)
    return {(row["STUDYID"], row["USUBJID"]): row for row in rows}


def _own(view: View, row: Record, column: str) -> Text:
    return nothing() if row.get(column) is None else view.rows.link("ADSL", row, str(row[column]))


def _person(view: View, row: Record) -> Text:
    age = "" if row.get("AGE") is None else whole(row["AGE"])
    text = " ".join(part for part in (age, row.get("SEX") or "") if part)
    return view.rows.link("ADSL", row, text) if text else nothing()


def _stop(view: View, row: Record) -> Text:
    text = row.get("DCTREAS") or row.get("EOTSTT") or ("ONGOING" if row.get("TRTFL") == "Y" else "")
    return view.rows.link("ADSL", row, level(text)) if text else nothing()


def _response(view: View, parameter: str) -> Callable[[Record], Text]:
    rows = _index(view, "ADRS", parameter)

    def cell(subject: Record) -> Text:
        row = rows.get((subject["STUDYID"], subject["USUBJID"]))
        return nothing() if row is None else view.rows.link("ADRS", row, row["AVALC"] or "")

    return cell


def _change(view: View) -> Callable[[Record], Text]:
    rows = _index(view, "ADTR", "BESTSUM")

    def cell(subject: Record) -> Text:
        row = rows.get((subject["STUDYID"], subject["USUBJID"]))
        return nothing() if row is None or row["PCHG"] is None else view.rows.link("ADTR", row, change(row["PCHG"]))

    return cell


def _time(view: View, endpoint: str) -> Callable[[Record], Text]:
    rows = _index(view, "ADTTE", endpoint)

    def cell(subject: Record) -> Text:
        row = rows.get((subject["STUDYID"], subject["USUBJID"]))
        if row is None or row["AVALM"] is None:
            return nothing()
        return view.rows.link("ADTTE", row, rounded(row["AVALM"], 1) + ("+" if row["CNSR"] else ""))

    return cell
