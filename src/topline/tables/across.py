"""Checks across variables and tables: subjects, studies, intervals, the cut-off, deaths.

A date in part is at fault only when no day that it can mean fits.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from topline.errors import Finding
from topline.tables.dates import first_day, last_day
from topline.tables.deaths import SUBJECT, check_deaths
from topline.tables.declare import Kind, Table
from topline.tables.findings import Fault, find, findings, findings_frame, join_findings, record_name
from topline.tables.sdtm import sdtm_table

INTERVALS = {"DM": (("RFSTDTC", "RFENDTC"), ("RFXSTDTC", "RFXENDTC"))}

Declared = Mapping[str, tuple[pl.DataFrame, Table]]


def check_across(tables: Mapping[str, pl.DataFrame], cutoff: date | None = None) -> pl.DataFrame:
    """Return the findings that need more than one variable or table; frames are in form and named by their domain.

    A subject is known by study and identifier together. The date of death is that of DM, else the latest that DS and
    fatal adverse events give. Without `cutoff` no date is too late.

    >>> dm = pl.DataFrame({"STUDYID": ["S"], "USUBJID": ["001"], "DTHDTC": ["2019-03"]})
    >>> ex = pl.DataFrame({"STUDYID": "S", "USUBJID": "001", "EXSEQ": [1, 2], "EXSTDTC": ["2019-03-31", "2019-04-01"]})
    >>> check_across({"DM": dm, "EX": ex}).select("CODE", "RECORD", "VARIABLE", "VALUE", "MESSAGE").rows()
    [('TL-D02', 'EXSEQ 2', 'EXSTDTC', '2019-04-01', 'is after the death, 2019-03-31 at the latest')]
    """
    declared = {name.upper(): (frame, table) for name, frame in tables.items() if (table := sdtm_table(name))}
    subjects = {name: frame for name, (frame, _) in declared.items() if set(SUBJECT) <= set(frame.columns)}
    return join_findings(
        _studies(tables),
        *_without_records(declared),
        *_unknown_subjects(subjects),
        *check_deaths(subjects),
        *_intervals(declared),
        *_after_cutoff(declared, cutoff),
    )


def _studies(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    named = [frame["STUDYID"].drop_nulls().unique() for frame in tables.values() if "STUDYID" in frame.columns]
    studies = sorted({study for series in named for study in series.cast(pl.String)})
    if len(studies) < 2:
        return findings_frame([])
    message = f"are {len(studies):,} studies"
    return findings_frame([Finding("TL-D10", "all tables", "STUDYID", ", ".join(studies)[:200], message)])


def _without_records(tables: Declared) -> Iterator[pl.DataFrame]:
    """Yield a finding for each table that was delivered without any record."""
    for name, (frame, _) in tables.items():
        if frame.is_empty():
            yield findings_frame([Finding("TL-T13", name)])


def _unknown_subjects(tables: Mapping[str, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield one finding per table and subject that DM does not have, with the number of its records."""
    if "DM" not in tables:
        return
    known = tables["DM"].select(SUBJECT)
    for name, frame in tables.items():
        records = frame.select(SUBJECT).drop_nulls("USUBJID").group_by(SUBJECT, maintain_order=True).len("COUNT")
        strangers = records.join(known, on=SUBJECT, how="anti", nulls_equal=True, maintain_order="left")
        found = findings("TL-D01", strangers, name, variable="USUBJID", value=pl.col("USUBJID"), message="is not in DM")
        yield found.with_columns(strangers["COUNT"].cast(pl.Int64))


def _intervals(tables: Declared) -> Iterator[pl.DataFrame]:
    for name, (frame, table) in tables.items():
        pairs = INTERVALS.get(name, ((f"{name}STDTC", f"{name}ENDTC"),))
        there = [(start, end) for start, end in pairs if {start, end} <= set(frame.columns)]
        yield from find(frame, name, [_end_before_start(start, end, frame, table) for start, end in there])


def _end_before_start(start: str, end: str, frame: pl.DataFrame, table: Table) -> Fault:
    return Fault(
        "TL-D04",
        last_day(end) < first_day(start),
        {
            "variable": end,
            "value": pl.col(end),
            "message": pl.format(f"is before {start}, {{}}", pl.col(start)),
            "record": record_name(table, frame.columns),
        },
    )


def _after_cutoff(tables: Declared, cutoff: date | None) -> Iterator[pl.DataFrame]:
    if cutoff is None:
        return
    for name, (frame, table) in tables.items():
        dated = [v.name for v in table.variables if v.kind is Kind.ISO_DATE and v.name in frame.columns]
        yield from find(frame, name, [_too_late(variable, cutoff, frame, table) for variable in dated])


def _too_late(variable: str, cutoff: date, frame: pl.DataFrame, table: Table) -> Fault:
    return Fault(
        "TL-D12",
        first_day(variable) > cutoff,
        {
            "variable": variable,
            "value": pl.col(variable),
            "message": f"is after the data cut-off, {cutoff}",
            "record": record_name(table, frame.columns),
        },
    )
