"""Checks of one table, all of which follow from its declaration; those across tables stand in `across`."""

from collections.abc import Iterator

import polars as pl

from topline.errors import Finding
from topline.tables.across import check_across
from topline.tables.conform import conform
from topline.tables.dates import is_date
from topline.tables.declare import Core, Kind, Table, Variable
from topline.tables.findings import Fault, Texts, find, findings_frame, join_findings, record_name

__all__ = ["check_across", "check_table", "faults"]

YES_NO = ("Y", "N")


def check_table(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the findings of a table: codes, keys, required values, dates, ranges.

    A frame whose columns are not of their declared types is brought into form first; what that finds is returned too.

    >>> from topline.tables.sdtm import SDTM
    >>> frame = pl.DataFrame({"STUDYID": "S", "DOMAIN": "RS", "USUBJID": ["001", "002"], "RSSEQ": 1,
    ...     "RSTESTCD": "OVRLRESP", "RSTEST": "Overall Response", "RSORRES": ["CR", "Cr"],
    ...     "RSACPTFL": ["Y", "x"], "RSDTC": ["2019-02-31", "2019-02"]})
    >>> check_table(frame, SDTM["RS"]).select("CODE", "RECORD", "VARIABLE", "VALUE").rows()
    [('TL-T01', 'RSSEQ 1', 'RSACPTFL', 'x'),
     ('TL-T06', 'RSSEQ 1', 'RSDTC', '2019-02-31'),
     ('TL-T11', 'RSSEQ 1', 'RSORRES', 'Cr')]
    """
    if _in_form(frame, table):
        return join_findings(
            _absent(frame, table), *find(frame, table.name, faults(frame, table)), *_empty(frame, table)
        )
    tidy, found = conform(frame, table)
    return join_findings(found.filter(pl.col("CODE") != "TL-T07"), check_table(tidy, table))


def _in_form(frame: pl.DataFrame, table: Table) -> bool:
    return all(dtype == table[name].dtype for name, dtype in frame.schema.items() if name in table)


def _absent(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    required = (v.name for v in table.variables if v.core is Core.REQUIRED)
    return findings_frame(Finding("TL-T05", table.name, name) for name in required if name not in frame.columns)


def _empty(frame: pl.DataFrame, table: Table) -> list[pl.DataFrame]:
    """Return one finding for each required variable that is empty in every record."""
    empty = [v.name for v in table.variables if v.core is Core.REQUIRED and _is_empty(frame, v.name)]
    message = f"is missing in every record ({frame.height:,})"
    found = findings_frame(Finding("TL-T04", table.name, name, message=message) for name in empty)
    return [found.with_columns(COUNT=pl.lit(frame.height, dtype=pl.Int64))]


def _is_empty(frame: pl.DataFrame, name: str) -> bool:
    return frame.height > 1 and name in frame.columns and frame[name].null_count() == frame.height


def faults(frame: pl.DataFrame, table: Table) -> list[Fault]:
    """Return the faults that the declaration of a table forbids its records, for the columns that the frame has."""
    record = record_name(table, frame.columns)
    present = [variable for variable in table.variables if variable.name in frame.columns]
    own = [fault for variable in present for fault in _variable_faults(variable, record, frame)]
    return [*own, *_key_faults(frame, table, record)]


def _variable_faults(variable: Variable, record: pl.Expr, frame: pl.DataFrame) -> Iterator[Fault]:
    column = pl.col(variable.name)
    told: Texts = {"variable": variable.name, "value": column, "record": record}
    if variable.core is Core.REQUIRED and not _is_empty(frame, variable.name):
        yield Fault("TL-T04", column.is_null(), {"variable": variable.name, "record": record})
    codes = variable.codes or (YES_NO if variable.kind is Kind.FLAG else ())
    if codes and not variable.extensible:
        yield Fault("TL-T01", ~_coded(variable, codes), {**told, "message": f"is not one of {', '.join(codes)}"})
    elif codes and variable.kind is not Kind.LIST:
        yield Fault("TL-T11", _other_letters(column, codes), {**told, "message": "is a code in other letters"})
    if variable.kind is Kind.ISO_DATE:
        yield Fault("TL-T06", ~is_date(column), {**told, "message": "is not a date; treated as missing"})
    if variable.low is not None or variable.high is not None:
        yield Fault("TL-T08", ~_in_range(variable), {**told, "message": f"is not {variable.bounds}"})


def _coded(variable: Variable, codes: tuple[str, ...]) -> pl.Expr:
    allowed = pl.Series(codes, dtype=pl.String).cast(variable.dtype)
    return pl.col(variable.name).is_in(allowed.implode())


def _other_letters(column: pl.Expr, codes: tuple[str, ...]) -> pl.Expr:
    lower = pl.Series([code.lower() for code in codes])
    same_letters = column.str.strip_chars().str.to_lowercase().is_in(lower.implode())
    return same_letters & ~column.is_in(pl.Series(codes).implode())


def _in_range(variable: Variable) -> pl.Expr:
    low = float("-inf") if variable.low is None else variable.low
    high = float("inf") if variable.high is None else variable.high
    return pl.col(variable.name).is_between(low, high)


def _key_faults(frame: pl.DataFrame, table: Table, record: pl.Expr) -> list[Fault]:
    """Return the fault of records that share their key; a record with an empty required key has another fault."""
    keys = [key for key in table.keys if key in frame.columns]
    if not keys or len(keys) < len(table.keys):
        return []
    whole = pl.all_horizontal(pl.col(k).is_not_null() for k in keys if table[k].core is Core.REQUIRED)
    value = pl.concat_str([pl.col(key).cast(pl.String).fill_null("") for key in keys], separator=", ")
    message = "is the key of more than one record"
    told: Texts = {"variable": ", ".join(keys), "value": value, "message": message, "record": record}
    return [Fault("TL-T02", pl.struct(keys).is_duplicated() & whole, told)]
