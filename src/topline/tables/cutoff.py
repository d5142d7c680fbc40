"""The data cut-off: what is dated after it is not analysed."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from topline.tables.dates import first_day

DEATH = ("DTHDTC", "DTHFL")
ENTRY = ("RFICDTC", "DMDTC", "RFSTDTC", "RFXSTDTC")
"""Dates at which a subject enters the study; the first one that is known counts."""


def stated_cutoff(tables: Mapping[str, pl.DataFrame]) -> date | None:
    """Return the data cut-off that the trial summary states (TSPARMCD DCUTDTC), if it states a whole date.

    >>> stated_cutoff({"TS": pl.DataFrame({"TSPARMCD": ["DCUTDTC"], "TSVAL": ["2025-03-31"]})})
    datetime.date(2025, 3, 31)
    """
    ts = tables.get("TS")
    if ts is None or not {"TSPARMCD", "TSVAL"} <= set(ts.columns):
        return None
    values = ts.filter(pl.col("TSPARMCD") == "DCUTDTC").select(
        pl.col("TSVAL").str.slice(0, 10).str.to_date(strict=False)
    )
    found: date | None = values["TSVAL"].drop_nulls().max() if values.height else None  # type: ignore[assignment]
    return found


def cut_tables(tables: Mapping[str, pl.DataFrame], cutoff: date) -> dict[str, pl.DataFrame]:
    """Return the tables as they stood at the cut-off.

    Records that begin after it are left out, so are subjects who entered the study after it; an interval that ends
    after it ends at it, and a death after it is not known. A partial date counts with its first possible day.
    """
    return {name: _cut(name, frame, cutoff) for name, frame in tables.items()}


def _cut(name: str, frame: pl.DataFrame, cutoff: date) -> pl.DataFrame:
    if name == "DM":
        return _cut_subjects(frame, cutoff)
    start = next((f"{name}{part}" for part in ("STDTC", "DTC") if f"{name}{part}" in frame.columns), None)
    if start is not None:
        frame = frame.filter(~(first_day(start) > cutoff).fill_null(False))
    end = f"{name}ENDTC"
    if end in frame.columns:
        after = (first_day(end) > cutoff).fill_null(False)
        frame = frame.with_columns(pl.when(after).then(pl.lit(cutoff.isoformat())).otherwise(end).alias(end))
    return frame


def _cut_subjects(dm: pl.DataFrame, cutoff: date) -> pl.DataFrame:
    """Return DM with the subjects who had entered, and of their dates those up to the cut-off."""

    def late(column: str) -> pl.Expr:
        return (first_day(column) > cutoff).fill_null(False)

    entry = [first_day(column) for column in ENTRY if column in dm.columns]
    known = dm.filter(~(pl.min_horizontal(entry) > cutoff).fill_null(False)) if entry else dm
    dead = late("DTHDTC") if "DTHDTC" in dm.columns else pl.lit(False)
    end = pl.lit(cutoff.isoformat())
    return known.with_columns(
        *(pl.when(~dead).then(column).alias(column) for column in DEATH if column in dm.columns),
        *(pl.when(~late(column)).then(column).alias(column) for column in ("RFXSTDTC",) if column in dm.columns),
        *(
            pl.when(late(column)).then(end).otherwise(column).alias(column)
            for column in ("RFXENDTC",)
            if column in dm.columns
        ),
    )
