"""The data cut-off: what is dated after it is not analysed."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from topline.tables.dates import first_day

DEATH = ("DTHDTC", "DTHFL")
ENTRY = ("RFICDTC", "DMDTC", "RFSTDTC", "RFXSTDTC")
"""Dates at which a subject enters the study; the first one that is known counts."""
CUT = "_CUT"
"""The column that holds the cut-off of each record, while tables are cut."""


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


def stated_cutoffs(tables: Mapping[str, pl.DataFrame]) -> dict[str, date]:
    """Return the data cut-off of each study whose trial summary states one.

    >>> ts = pl.DataFrame({"STUDYID": ["A", "B"], "TSPARMCD": "DCUTDTC", "TSVAL": ["2025-03-31", "2025-06"]})
    >>> stated_cutoffs({"TS": ts})
    {'A': datetime.date(2025, 3, 31)}
    """
    ts = tables.get("TS")
    if ts is None or not {"STUDYID", "TSPARMCD", "TSVAL"} <= set(ts.columns):
        return {}
    day = pl.col("TSVAL").str.slice(0, 10).str.to_date(strict=False).alias("DAY")
    days = ts.filter(pl.col("TSPARMCD") == "DCUTDTC").select("STUDYID", day).drop_nulls()
    return dict(days.group_by("STUDYID", maintain_order=True).agg(pl.col("DAY").max()).iter_rows())


def cut_tables(tables: Mapping[str, pl.DataFrame], cutoff: date | Mapping[str, date]) -> dict[str, pl.DataFrame]:
    """Return the tables as they stood at the cut-off, one for all or one by STUDYID; a study without one is not cut.

    Records that begin after it are left out, so are subjects who entered the study after it; an interval that ends
    after it ends at it, and a death after it is not known. A partial date counts with its first possible day.
    """
    limited = {name: frame.with_columns(_limit(cutoff, frame).alias(CUT)) for name, frame in tables.items()}
    return {name: _cut(name, frame).drop(CUT) for name, frame in limited.items()}


def _limit(cutoff: date | Mapping[str, date], frame: pl.DataFrame) -> pl.Expr:
    """Return the cut-off of each record."""
    if not isinstance(cutoff, Mapping):
        return pl.lit(cutoff)
    if "STUDYID" not in frame.columns:
        return pl.lit(None, dtype=pl.Date)

    def of_study(study: pl.Series) -> pl.Series:
        days = study.rle().struct.field("value").replace_strict(dict(cutoff), default=None, return_dtype=pl.Date)
        return days.gather(study.rle_id())

    return pl.col("STUDYID").map_batches(of_study, return_dtype=pl.Date, is_elementwise=True)


def _cut(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with CUT as it stood then."""
    if name == "DM":
        return _cut_subjects(frame)
    start = next((f"{name}{part}" for part in ("STDTC", "DTC") if f"{name}{part}" in frame.columns), None)
    if start is not None and (late := _late(frame, start)).any():
        frame = frame.filter(~late)
    end = f"{name}ENDTC"
    if end in frame.columns and (after := _late(frame, end)).any():
        stopped = pl.when(after).then(pl.col(CUT).dt.to_string("%Y-%m-%d")).otherwise(end)
        frame = frame.with_columns(stopped.alias(end))
    return frame


def _late(frame: pl.DataFrame, column: str) -> pl.Series:
    """Return which records have a date after the cut-off."""
    return frame.select((first_day(column) > pl.col(CUT)).fill_null(False).alias(column)).to_series()


def _cut_subjects(dm: pl.DataFrame) -> pl.DataFrame:
    """Return DM with the subjects who had entered, and of their dates those up to the cut-off."""
    entry = [first_day(column) for column in ENTRY if column in dm.columns]
    known = dm.filter(~(pl.min_horizontal(entry) > pl.col(CUT)).fill_null(False)) if entry else dm
    late = {name: _late(known, name) for name in ("DTHDTC", "RFXSTDTC", "RFXENDTC") if name in dm.columns}
    none = pl.Series([False]).new_from_index(0, known.height)
    unknown = {**dict.fromkeys(DEATH, late.get("DTHDTC", none)), "RFXSTDTC": late.get("RFXSTDTC", none)}
    cut = [pl.when(~after).then(name).alias(name) for name, after in unknown.items() if name in dm.columns]
    if "RFXENDTC" in late:
        end = pl.when(late["RFXENDTC"]).then(pl.col(CUT).dt.to_string("%Y-%m-%d")).otherwise("RFXENDTC")
        cut.append(end.alias("RFXENDTC"))
    return known.with_columns(cut)
