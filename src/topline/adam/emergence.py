"""Which adverse events are treatment-emergent: those that start or worsen while events count."""

import polars as pl

KEYS = ["STUDYID", "USUBJID"]
CHAIN = [*KEYS, "_CHAIN"]


def emergent(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events with BTOXGRN and TRTEMFL; they have ASTDT, AENDT with flags, ATOXGRN, TRTSDT and UNTIL.

    An event is treatment-emergent when it starts on or after the first dose and not after UNTIL, and does not merely
    continue an event that was there before, in the same grade or a lower one. BTOXGRN is the grade that the event had
    when the first dose was given. A record continues another one of the same term when both have the same AEGRPID; or,
    without it, when it starts on the day on which the other one ended or on the next: so a change of grade is recorded.
    Records that overlap are separate events. A grade that is missing makes no record the continuation of another.

    >>> from datetime import date
    >>> day = lambda number: date(2024, 3, number)
    >>> events = pl.DataFrame({"STUDYID": "S", "USUBJID": "1", "AESEQ": [1, 2, 3], "AEDECOD": "Fatigue",
    ...     "AEGRPID": None, "ASTDT": [day(1), day(12), day(20)], "AENDT": [day(12), day(19), None], "ASTDTF": None,
    ...     "AENDTF": None, "ATOXGRN": [2, 1, 3], "TRTSDT": day(11), "UNTIL": date(2024, 9, 1)},
    ...     schema_overrides=dict.fromkeys(("AEGRPID", "ASTDTF", "AENDTF"), pl.String))
    >>> emergent(events).select("ATOXGRN", "BTOXGRN", "TRTEMFL").rows()
    [(2, None, None), (1, 2, None), (3, 2, 'Y')]
    """
    linked = _chains(events)
    before = pl.col("ASTDT") < pl.col("TRTSDT")
    there = pl.col("AENDT").is_null() | (pl.col("AENDT") >= pl.col("TRTSDT") - pl.duration(days=1))
    base = linked.filter(before & there).group_by(CHAIN).agg(pl.col("ATOXGRN").max().alias("BTOXGRN"))
    rows = linked.join(base, on=CHAIN, how="left", maintain_order="left")
    started = (pl.col("ASTDT") >= pl.col("TRTSDT")) & (pl.col("UNTIL").is_null() | (pl.col("ASTDT") <= pl.col("UNTIL")))
    same = (pl.col("ATOXGRN") <= pl.col("BTOXGRN")).fill_null(False)
    return rows.with_columns(
        pl.when(~before).then("BTOXGRN").alias("BTOXGRN"),
        pl.when(started.fill_null(False) & ~same).then(pl.lit("Y")).alias("TRTEMFL"),
    ).drop("_CHAIN")


def _chains(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events with _CHAIN, which is the same for the records of one event of a subject."""
    term = [*KEYS, "AEDECOD"]
    ordered = events.with_row_index("_ROW").sort(*term, "ASTDT", "AENDT", "AESEQ", nulls_last=True)
    end = pl.when(pl.col("AENDTF").is_null()).then("AENDT").shift(1).over(term)
    start = pl.when(pl.col("ASTDTF").is_null()).then("ASTDT")
    gap = (start - end).dt.total_days()
    together = pl.col("ASTDT") == pl.col("ASTDT").shift(1).over(term)
    new = ~(together | gap.is_between(0, 1)).fill_null(False)
    episode = pl.format("{} {}", "AEDECOD", new.cast(pl.Int64).cum_sum().over(term))
    group = pl.format("group {} {}", "AEGRPID", "AEDECOD")
    chain = pl.when(pl.col("AEGRPID").is_not_null()).then(group).otherwise(episode)
    return ordered.with_columns(chain.alias("_CHAIN")).sort("_ROW").drop("_ROW")
