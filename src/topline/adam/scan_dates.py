"""The day of a scan: its date, completed where it stands only in part, or the date of its visit where it has none."""

import polars as pl

from topline.tables.dates import first_day, last_day, precision
from topline.tables.findings import findings, join_findings

DAY_VISIT = 1e6
"""Added to the day (since 1970) where a date stands for the visit that a record does not name."""


REUSED_DAYS = 28
"""Scans under one visit number that lie further apart than this [days] are two visits."""

AGAIN = 1e-4
"""Added to a visit number for each time that it was used again."""


def visit_number(number: str, day: pl.Expr) -> pl.Expr:
    """Return the number of the visit; of a record without visit, a number made of its day."""
    return pl.coalesce(number, day.dt.epoch("d").cast(pl.Float64) + DAY_VISIT)


def date_scans(rows: pl.DataFrame, prefix: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with ADT, ADTF (D: day imputed, M: month and day) and AVISITN, and findings.

    A date in part is completed to the last day it can mean, but before the next visit of the subject (by VISITNUM). A
    record without a date takes the last one of its visit; where the visit has none the record is left out.
    `rows` has S, the place of the subject.
    """
    column = f"{prefix}DTC"
    rows = rows.with_columns(last_day(column).alias("ADT"), precision(column).alias("ADTF"))
    if rows["ADTF"].null_count() < rows.height:
        rows = _before_next_visit(rows, column)
    undated = rows.filter(pl.col("ADT").is_null())
    if undated.height:
        visit = pl.col("ADT").max().over("S", "VISITNUM")
        rows = rows.with_columns(pl.coalesce("ADT", pl.when(pl.col("VISITNUM").is_not_null()).then(visit)))
        rows = rows.filter(pl.col("ADT").is_not_null())
    novisit = rows.filter(pl.col("VISITNUM").is_null())
    rows, found_reused = _apart(rows.with_columns(visit_number("VISITNUM", pl.col("ADT")).alias("AVISITN")), prefix)
    found = join_findings(
        found_reused,
        _undated(undated, rows, prefix),
        findings("TL-R13", novisit, prefix, variable="VISITNUM", record=_record(prefix)),
    )
    return rows, found


def _apart(rows: pl.DataFrame, prefix: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records with scans under one visit number but far apart as visits of their own, and findings.

    Scans of one visit follow each other within REUSED_DAYS; after a longer gap the number was used again, and the
    later scans are another visit, numbered just after it. Dates in part do not tell visits apart.
    """
    visit = ["S", "AVISITN"]
    whole = rows.select(*visit, "ADT", "ADTF").filter(pl.col("ADTF").is_null())
    wide = whole.group_by(visit).agg((pl.col("ADT").max() - pl.col("ADT").min()).dt.total_days().alias("SPAN"))
    reused = wide.filter(pl.col("SPAN") > REUSED_DAYS)
    if reused.is_empty():
        return rows, join_findings()
    days = whole.join(reused, on=visit, how="semi").select(*visit, "ADT").unique().sort(*visit, "ADT")
    gap = pl.col("ADT").diff().over(visit).dt.total_days() > REUSED_DAYS
    days = days.with_columns(gap.fill_null(False).cast(pl.Int64).cum_sum().over(visit).alias("AGAIN"))
    rows = rows.join(days, on=[*visit, "ADT"], how="left", maintain_order="left")
    again = pl.col("AGAIN").fill_null(0)
    first = rows.filter(again > 0).unique([*visit, "AGAIN"], keep="first", maintain_order=True)
    text = pl.format("visit number used again on {}; its scans are a visit of their own", "ADT")
    value = pl.col("VISITNUM").cast(pl.String)
    found = findings("TL-R20", first, prefix, variable="VISITNUM", value=value, message=text, record=_record(prefix))
    return rows.with_columns(pl.col("AVISITN") + again * AGAIN).drop("AGAIN"), found


def _record(prefix: str) -> pl.Expr:
    return pl.format(f"{prefix}SEQ {{}}", f"{prefix}SEQ")


def _undated(undated: pl.DataFrame, rows: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Return findings about records without date, each saying what became of it."""
    column = f"{prefix}DTC"
    if undated.is_empty():
        return join_findings()
    days = rows.group_by("S", "VISITNUM").agg(pl.col("ADT").max().alias("TAKEN"))
    said = undated.join(days, on=["S", "VISITNUM"], how="left", maintain_order="left")
    taken = pl.format("assessment without date; the one of its visit, {}, is taken", "TAKEN")
    text = pl.coalesce(taken, pl.lit("assessment without date; it is left out"))
    value = pl.col(column).fill_null("")
    return findings("TL-R12", said, prefix, variable=column, value=value, message=text, record=_record(prefix))


def _before_next_visit(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the records with dates in part moved before the first whole date of any later visit."""
    rows = rows.with_row_index("_PLACE")
    partial = rows.filter(pl.col("ADTF").is_not_null() & pl.col("VISITNUM").is_not_null())
    whole = rows.filter(pl.col("ADTF").is_null() & pl.col("ADT").is_not_null())
    visits = whole.group_by("S", pl.col("VISITNUM").alias("LATER")).agg(pl.col("ADT").min().alias("NEXT"))
    pairs = partial.select("_PLACE", "S", "VISITNUM", first_day(column).alias("FIRST")).join(visits, on="S")
    pairs = pairs.filter((pl.col("LATER") > pl.col("VISITNUM")) & (pl.col("NEXT") > pl.col("FIRST")))
    limit = pairs.group_by("_PLACE").agg((pl.col("NEXT").min() - pl.duration(days=1)).alias("LIMIT"))
    rows = rows.join(limit, on="_PLACE", how="left", maintain_order="left")
    return rows.with_columns(pl.min_horizontal("ADT", "LIMIT").alias("ADT")).drop("_PLACE", "LIMIT")
