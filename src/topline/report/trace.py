"""The way back: for every number shown, its analysis and the rows behind it, as data inside the page."""

import json
import re
from datetime import date
from typing import Any

import polars as pl
from markupsafe import Markup

from topline.report.numbers import Result
from topline.report.rounding import finite
from topline.report.rows import PLACE
from topline.report.view import View

KEYS = ["STUDYID", "USUBJID", "ASEQ"]
COLUMNS: dict[str, tuple[str, ...]] = {
    "ADSL": ("TRT01A", "TRTSDT", "TRTEDT", "EOTSTT", "EOSSTT", "DTHDT", "LSTALVDT"),
    "ADRS": ("PARAMCD", "VISIT", "ADT", "AVALC"),
    "ADTTE": ("PARAMCD", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC"),
    "ADTR": ("PARAMCD", "VISIT", "ADT", "AVAL", "BASE", "PCHG"),
    "ADAE": ("AETERM", "AEDECOD", "ASTDT", "ATOXGRN", "TRTEMFL", "AESER", "AREL"),
    "ADAETTE": ("PARAM", "PARCAT2", "ADT", "AVAL", "CNSR", "NEVENTS", "WORSTGR"),
    "ADAECYC": ("ACYCLE", "CYCSDT", "CYCEDT", "WORSTGR", "PRESGR"),
    "ADEX": ("PARCAT1", "PARAMCD", "ACYCLE", "ASTDT", "AENDT", "AVAL", "AVALU"),
    "ADOCC": ("PARAM", "PARCAT2", "AVALC", "NRECORDS"),
    "ADLB": ("PARAMCD", "VISIT", "ADT", "AVAL", "AVALU", "ANRLO", "ANRHI", "ATOXGRLN", "ATOXGRHN"),
    "ADVS": ("PARAMCD", "VISIT", "ADT", "AVAL", "AVALU", "ATOXGRLN", "ATOXGRHN"),
    "ADQS": ("PARAMCD", "AVISIT", "ADT", "AVAL", "BASE", "CHG", "BETTER", "MID", "AVALC", "NITEMS", "NANSWER"),
    "ADBM": ("ENDPOINT", "PARAMCD", "AVAL", "AVALC", "AVALCAT1", "OUTCOME", "TTEDY", "CNSR"),
}
"""The columns of each table that the trace of a row shows; of ADSL those that a condition names as well."""

DESCRIBED = ("analysis", "group", "endpoint", "population", "method", "reference", "dataset", "where", "numwhere")
"""The texts that describe an analysis, in the order in which the script of the page takes them."""

FIXED = ("PARAMCD", "STARTDT")
"""Columns that do not tell the rows of one analysis apart, or say little there."""

PER_SUBJECT = ("ADAETTE", "ADOCC")
"""Tables with a row per subject for every term: of their denominators the page has the number, the output the rows."""

WORD = re.compile(r"[A-Z][A-Z0-9]{1,7}")


class Trace:
    """The trace of a report, packed: each text and each set of rows once, rows by their place in their table."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._texts: dict[str, int] = {}
        self._sets: dict[tuple[int, ...], int] = {}
        self._analyses: dict[tuple[str, str], int] = {}
        self._behind = behind(view)
        self._columns = {name: columns(view, name) for name in view.content.adam}

    def packed(self) -> dict[str, Any]:
        """Return the trace as plain data: texts, tables, sets of rows, analyses, results."""
        used = self._view.numbers.used
        analyses = [self._analysis(result) for result in self._first().values()]
        results = {name: self._result(result) for name, result in used.items()}
        return {
            "results": results,
            "analyses": analyses,
            "tables": {name: self._table(name) for name in self._columns},
            "sets": [_steps(rows) for rows in self._sets],
            "texts": list(self._texts),
        }

    def _first(self) -> dict[tuple[str, str], Result]:
        """Return one result of each analysis and group that the report shows, and number them."""
        found: dict[tuple[str, str], Result] = {}
        for result in self._view.numbers.used.values():
            found.setdefault((result.analysis, result.group), result)
        self._analyses = {key: place for place, key in enumerate(found)}
        return found

    def _text(self, value: object) -> int:
        return self._texts.setdefault("" if value is None else str(value), len(self._texts))

    def _rows(self, result: Result, role: str) -> int | None:
        rows = self._behind.get((result.analysis, result.group, role))
        if rows is None or (role == "denominator" and result.dataset in PER_SUBJECT):
            return None
        self._view.rows.used.setdefault(result.dataset, set()).update(rows)
        return self._sets.setdefault(tuple(rows), len(self._sets))

    def _analysis(self, result: Result) -> list[Any]:
        texts = [str(getattr(result, name)) for name in DESCRIBED]
        shown = [self._text(name) for name in named(result, self._columns[result.dataset])]
        rows = [self._rows(result, "denominator"), self._rows(result, "numerator")]
        return [*map(self._text, texts), result.nrecs, result.nnum, *rows, shown]

    def _result(self, result: Result) -> list[Any]:
        value = result.value if finite(result.value) else None
        place = self._analyses[result.analysis, result.group]
        return [place, self._text(result.statistic), value, self._text(result.valuec), self._text(result.unit)]

    def _table(self, name: str) -> dict[str, Any]:
        """Return the rows of a table that the report shows or counts, by their place."""
        shown = self._columns[name]
        frame = self._view.rows.tables[name]
        places = sorted(self._view.rows.used.get(name, set()))
        chosen = frame[places]
        rows = {
            row[PLACE]: [
                self._text(row["USUBJID"]),
                *(self._cell(row[each]) for each in shown),
                self._text(origin(row)),
            ]
            for row in chosen.to_dicts()
        }
        return {"columns": shown, "rows": rows}

    def _cell(self, value: object) -> object:
        """Return a value of a row: a number as it is stored, anything else as the place of its text, in a list."""
        if isinstance(value, float | int) and not isinstance(value, bool):
            return value if finite(value) else None
        if value is None:
            return None
        return [self._text(value.isoformat() if isinstance(value, date) else value)]


def columns(view: View, name: str) -> list[str]:
    """Return the columns of a table that its trace shows: the fixed ones, and those of ADSL that a condition names."""
    present = view.content.adam[name].columns
    shown = [each for each in COLUMNS.get(name, ()) if each in present]
    if name == "ADSL":
        texts = " ".join(
            f"{row.where} {row.numwhere} {row.analysis}" for row in view.numbers.used.values() if row.dataset == name
        )
        words = set(WORD.findall(texts))
        shown += [each for each in present if each in words and each not in shown]
    return shown


def named(result: Result, shown: list[str]) -> list[str]:
    """Return the columns that the trace of a number shows: of ADSL those of its conditions."""
    if result.dataset != "ADSL":
        return [each for each in shown if each not in FIXED]
    words = set(WORD.findall(f"{result.where} {result.numwhere} {result.analysis.split('.')[0]}"))
    return [each for each in shown if each in words]


def behind(view: View) -> dict[tuple[str, str, str], list[int]]:
    """Return the places of the rows behind each analysis, group and role."""
    found: dict[tuple[str, str, str], list[int]] = {}
    lineage = view.content.lineage
    for name, frame in view.rows.tables.items():
        part = lineage.filter(pl.col("DATASET") == name)
        joined = part.join(frame.select(*KEYS, PLACE), on=KEYS, how="inner").sort(PLACE)
        groups = joined.group_by("ANALYSIS", "GROUP", "ROLE", maintain_order=True).agg(PLACE)
        found |= {(analysis, group, role): places for analysis, group, role, places in groups.iter_rows()}
    return found


def origin(row: dict[str, Any]) -> str:
    """Return where a row comes from: its SDTM records, and the variable that decided.

    >>> origin({"SRCRECS": ["TR 3", "TR 4"], "SRCDOM": "TR", "SRCVAR": "TRSTRESN"})
    'TR 3, 4 (TR.TRSTRESN)'
    """
    variable = ".".join(part for part in (row.get("SRCDOM"), row.get("SRCVAR")) if part)
    found = records(row.get("SRCRECS"))
    return f"{found} ({variable})" if found and variable else found or variable


def records(names: list[str] | None) -> str:
    """Return the names of SDTM records, those of one domain together.

    >>> records(["TR 3", "TR 4", "TU 1", "DM"])
    'TR 3, 4; TU 1; DM'
    """
    domains: dict[str, list[str]] = {}
    for name in names or []:
        domain, _, sequence = name.partition(" ")
        domains.setdefault(domain, []).append(sequence)
    return "; ".join(f"{domain} {', '.join(numbers)}".strip() for domain, numbers in domains.items())


def _steps(places: tuple[int, ...]) -> list[int]:
    """Return increasing places as their differences, which are short.

    >>> _steps((3, 4, 9))
    [3, 1, 5]
    """
    return [place - before for place, before in zip(places, (0, *places), strict=False)]


def embedded(data: object) -> Markup:
    r"""Return data as JSON that is inert inside a page, whatever texts it holds.

    >>> embedded({"a": "</script><script>"})
    Markup('{"a":"\\u003c/script\\u003e\\u003cscript\\u003e"}')
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)
