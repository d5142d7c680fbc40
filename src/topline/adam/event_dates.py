"""Dates of an adverse event: completed towards the time on treatment, flagged, with study days and duration."""

import polars as pl

from topline.tables.dates import first_day, last_day, precision


def dated(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events with ASTDT, AENDT, their imputation flags, ASTDY, AENDY, ADURN and ADURU.

    A start in part is the first dose where the subject may have had it by then and the event not ended, else the first
    day that it can mean. Without any start the event starts with the first dose, unless it ended before. An end in part
    is the last day that it can mean, not after death or the end of study, and not before the start. An end that lacks
    stays missing. Study days count from the first dose, which is day 1; there is no day 0.

    >>> from datetime import date
    >>> events = pl.DataFrame({"AESTDTC": ["2024-03", "2024-03", None], "AEENDTC": ["2024-04", "2024-03-08", None],
    ...     "TRTSDT": date(2024, 3, 11), "DTHDT": [date(2024, 4, 9), None, None], "EOSDT": None},
    ...     schema_overrides={"EOSDT": pl.Date})
    >>> done = dated(events)
    >>> done.select(pl.col("ASTDT").dt.to_string(), "ASTDTF", pl.col("AENDT").dt.to_string(), "ADURN").rows()
    [('2024-03-11', 'D', '2024-04-09', 30), ('2024-03-01', 'D', '2024-03-08', 8), ('2024-03-11', 'Y', None, None)]
    """
    started = events.with_columns(_start().alias("ASTDT"), _start_flag().alias("ASTDTF"))
    ended = started.with_columns(_end().alias("AENDT"), precision("AEENDTC").alias("AENDTF"))
    days = (pl.col("AENDT") - pl.col("ASTDT")).dt.total_days() + 1
    return ended.with_columns(
        study_day("ASTDT").alias("ASTDY"),
        study_day("AENDT").alias("AENDY"),
        pl.when(days >= 1).then(days).alias("ADURN"),
        pl.when(days >= 1).then(pl.lit("DAYS")).alias("ADURU"),
    )


def study_day(column: str) -> pl.Expr:
    """Return the study day of a date: 1 on the first dose, -1 on the day before.

    >>> from datetime import date
    >>> frame = pl.DataFrame({"ASTDT": [date(2024, 3, 10), date(2024, 3, 11)], "TRTSDT": date(2024, 3, 11)})
    >>> frame.select(study_day("ASTDT")).to_series().to_list()
    [-1, 1]
    """
    days = (pl.col(column) - pl.col("TRTSDT")).dt.total_days()
    return (days + (days >= 0).cast(pl.Int64)).cast(pl.Int64)


def _start() -> pl.Expr:
    first, end = first_day("AESTDTC"), last_day("AEENDTC")
    last = last_day("AESTDTC")
    latest = pl.when(end >= first).then(pl.min_horizontal(last, end)).otherwise(last)
    dose = pl.col("TRTSDT")
    inside = precision("AESTDTC").is_not_null() & (dose >= first) & (dose <= latest)
    return pl.when(inside).then(dose).when(first.is_not_null()).then(first).when(_may_follow_dose()).then(dose)


def _start_flag() -> pl.Expr:
    lacking = first_day("AESTDTC").is_null() & _may_follow_dose()
    return pl.when(lacking).then(pl.lit("Y")).otherwise(precision("AESTDTC"))


def _may_follow_dose() -> pl.Expr:
    """Return whether an event without start may have started on treatment: it did not end before the first dose."""
    end = last_day("AEENDTC")
    return pl.col("TRTSDT").is_not_null() & (end.is_null() | (end >= pl.col("TRTSDT")))


def _end() -> pl.Expr:
    first, last = first_day("AEENDTC"), last_day("AEENDTC")
    bounded = pl.max_horizontal(pl.min_horizontal(last, "DTHDT", "EOSDT"), first)
    start = pl.when((pl.col("ASTDT") >= first) & (pl.col("ASTDT") <= last)).then("ASTDT")
    return pl.when(last.is_not_null()).then(pl.max_horizontal(bounded, start))
