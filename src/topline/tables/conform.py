"""Bringing any frame into the form its declaration asks for, without losing a record or a value unsaid."""

import polars as pl

from topline.errors import Finding
from topline.tables.casts import cast, given
from topline.tables.declare import Core, Kind, Table, Variable
from topline.tables.findings import Fault, find, findings_frame, join_findings, record_name

BEFORE = "_BEFORE_"
"""What stands before the name of a column as it came, while it is compared with its new form."""


def conform(frame: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the frame with declared names and types, and the findings: no record is dropped, none is added.

    Names become upper case. Text loses its trailing blanks, empty text becomes missing. Numbers are read from text
    (`12.0`, `1e3`), whole numbers from numbers without fraction, ISO 8601 text from dates; what cannot be read becomes
    missing and gives TL-T03. Numbers of floating-point columns keep 15 significant digits, which takes back the noise
    of SAS transport files (6.6000000000000005 becomes the 6.6 that was recorded) and leaves other numbers as they are.
    Required and expected variables that lack are added as missing, required ones with TL-T05. Declared columns come
    first, in declared order; those that are not declared follow, each with TL-T07.

    >>> from topline.tables.sdtm import SDTM
    >>> frame = pl.DataFrame({"usubjid": ["001", "001 "], "trseq": [1.0, 2.0], "TRSTRESN": ["12.0", "12 mm"]})
    >>> tidy, found = conform(frame, SDTM["TR"])
    >>> tidy.select("USUBJID", "TRSEQ", "TRSTRESN").rows()
    [('001', 1, 12.0), ('001', 2, None)]
    >>> found.filter(CODE="TL-T03").select("USUBJID", "RECORD", "VARIABLE", "VALUE").rows()
    [('001', 'TRSEQ 2', 'TRSTRESN', '12 mm')]
    """
    frame = _upper_case(frame)
    present = [variable for variable in table.variables if variable.name in frame.columns]
    absent = [v for v in table.variables if v.name not in frame.columns and v.core is not Core.PERMISSIBLE]
    others = [name for name in frame.columns if name not in table]
    tidy = frame.select(
        *(cast(v.name, frame.schema[v.name], v.kind) for v in present),
        *(_other(name, frame.schema[name]) for name in others),
    ).with_columns(pl.repeat(None, frame.height, dtype=v.dtype).alias(v.name) for v in absent)
    tidy = tidy.select(*(name for name in table.names if name in tidy.columns), *others)
    return tidy, join_findings(_columns(table, absent, others), *_lost(frame, tidy, present, table))


def _upper_case(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with upper-case names; of two that are then equal, the later gets its place as suffix."""
    names: list[str] = []
    for place, column in enumerate(frame.columns, start=1):
        name = column.strip().upper()
        names.append(name if name not in names else f"{name}_{place}")
    return frame.rename(dict(zip(frame.columns, names, strict=True)))


def _other(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column that is not declared: as it is, but for blanks."""
    return cast(name, dtype, Kind.TEXT) if dtype == pl.String else pl.col(name)


def _columns(table: Table, absent: list[Variable], others: list[str]) -> pl.DataFrame:
    missing = [Finding("TL-T05", table.name, v.name) for v in absent if v.core is Core.REQUIRED]
    return findings_frame([*missing, *(Finding("TL-T07", table.name, name) for name in others)])


def _lost(frame: pl.DataFrame, tidy: pl.DataFrame, present: list[Variable], table: Table) -> list[pl.DataFrame]:
    """Return the findings about values that their declared type cannot hold."""
    suspects = [v for v in present if v.kind is not Kind.TEXT or frame.schema[v.name] != pl.String]
    before = frame.select(pl.col(v.name).alias(BEFORE + v.name) for v in suspects)
    return find(tidy.hstack(before), table.name, [_loss(v, frame.schema[v.name], table, tidy) for v in suspects])


def _loss(variable: Variable, dtype: pl.DataType, table: Table, tidy: pl.DataFrame) -> Fault:
    before = BEFORE + variable.name
    printable = not (dtype.is_nested() or dtype in (pl.Object, pl.Binary))
    return Fault(
        "TL-T03",
        pl.col(variable.name).is_null() & given(before, dtype, variable.kind),
        {
            "variable": variable.name,
            "value": pl.col(before) if printable else "",
            "message": f"is not of type {variable.kind}; treated as missing",
            "record": record_name(table, tidy.columns),
        },
    )
