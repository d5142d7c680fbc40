"""Cycles of a drug from the days on which it was given; delays and interruptions against its plan."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

Days = NDArray[np.int64]

DRUG = ["STUDYID", "USUBJID", "DRUG"]
CYCLE_KEYS = [*DRUG, "ACYCLE"]
PLACED = [*CYCLE_KEYS, "CYCSDT", "STOP", "LENGTH", "DAYS", "PLAN"]
GRACE_DAYS = 3
"""A cycle that starts up to this many days after its day is not delayed (assumed: the usual window of a visit)."""


def cycle_starts(days: Days, length: int, rest: int) -> Days:
    """Return the days on which the cycles of a drug with days of rest start, from its days of dosing.

    The first dose starts the first cycle. The next cycle starts with the first dose on the day on which it is due, or
    later, or at most half of the rest earlier.

    Args:
        days: days of dosing, rising.
        length: days of a cycle.
        rest: days of a cycle after its last planned dose.

    >>> cycle_starts(np.array([1, 2, 8, 9, 29, 30, 36, 64, 65]), length=28, rest=19).tolist()  # the third a week late
    [1, 29, 64]

    """
    starts: list[int] = []
    place = 0
    while place < len(days):
        starts.append(int(days[place]))
        place = int(np.searchsorted(days, starts[-1] + length - rest // 2, side="left"))
    return np.array(starts, dtype=np.int64)


def drug_cycles(drugs: pl.DataFrame, days: pl.DataFrame, usual: int) -> pl.DataFrame:
    """Return the cycles of each drug up to its last dose: ACYCLE, CYCSDT, and CYCEDT, the day before the next one.

    A drug with days of rest starts a cycle as `cycle_starts` says, so that a late cycle is one cycle; a drug of every
    day, or one without plan, has cycles at equal steps from its first dose. Cycles are counted per drug: those of a
    drug with its own cycle length, or that was held alone, are not those of the trial.

    Args:
        drugs: one row per subject and drug with START and STOP (first and last day of dosing), DAYS, LENGTH and PLAN.
        days: the days of dosing of each drug (DAY).
        usual: cycle of a drug without plan [days].

    """
    known = drugs.filter(pl.col("START").is_not_null()).with_columns(pl.col("LENGTH").fill_null(usual))
    resting = pl.col("DAYS").is_not_null()
    parts = [_equal_steps(known.filter(~resting)), _after_rest(known.filter(resting), days)]
    cycles = pl.concat(parts, how="vertical_relaxed").sort(CYCLE_KEYS)
    end = pl.col("CYCSDT").shift(-1).over(DRUG) - pl.duration(days=1)
    whole = pl.max_horizontal(pl.col("CYCSDT") + pl.duration(days=pl.col("LENGTH") - 1), "STOP")
    return cycles.with_columns(pl.coalesce(end, whole).alias("CYCEDT"))


def _equal_steps(drugs: pl.DataFrame) -> pl.DataFrame:
    count = (pl.col("STOP") - pl.col("START")).dt.total_days() // pl.col("LENGTH") + 1
    rows = drugs.with_columns(pl.int_ranges(1, count + 1).alias("ACYCLE")).explode("ACYCLE")
    start = pl.col("START") + pl.duration(days=(pl.col("ACYCLE") - 1) * pl.col("LENGTH"))
    return rows.with_columns(start.alias("CYCSDT")).select(PLACED)


def _after_rest(drugs: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    listed = days.group_by(DRUG).agg(pl.col("DAY").sort().to_physical().cast(pl.Int64).alias("GIVEN"))
    rows = drugs.join(listed, on=DRUG, how="left", maintain_order="left")
    rest = rows["LENGTH"] - rows["DAYS"].list.max()
    starts = [
        cycle_starts(np.asarray(given, dtype=np.int64), length, left).tolist()
        for given, length, left in zip(rows["GIVEN"].to_list(), rows["LENGTH"], rest, strict=True)
    ]
    placed = rows.with_columns(pl.Series("CYCSDT", starts, dtype=pl.List(pl.Int64)))
    placed = placed.with_columns(pl.int_ranges(1, pl.col("CYCSDT").list.len() + 1).alias("ACYCLE"))
    spread = placed.explode("CYCSDT", "ACYCLE")
    return spread.with_columns(pl.col("CYCSDT").cast(pl.Int32).cast(pl.Date)).select(PLACED)


def per_cycle() -> pl.Expr:
    """Return the number of dosing days that a drug's plan has in a cycle (DAYS, LENGTH)."""
    return pl.when(pl.col("DAYS").is_null()).then("LENGTH").otherwise(pl.col("DAYS").list.len().cast(pl.Int64))


def delays() -> pl.Expr:
    """Return how many cycles of a group (CYCSDT, LENGTH) started later than due, beyond the days of grace."""
    starts = pl.col("CYCSDT").sort()
    return ((starts - starts.shift(1)).dt.total_days() > pl.col("LENGTH").first() + GRACE_DAYS).sum()


def interruptions(cycles: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Return how often each drug was interrupted (NINT): runs of planned days without dose, before its last dose.

    >>> from datetime import date
    >>> subject = {"STUDYID": "S", "USUBJID": "1", "DRUG": "X"}
    >>> cycles = pl.DataFrame({**subject, "ACYCLE": 1, "CYCSDT": date(2024, 1, 1), "STOP": date(2024, 1, 9),
    ...     "LENGTH": 28, "DAYS": None, "CYCEDT": date(2024, 1, 28)}, schema_overrides={"DAYS": pl.List(pl.Int64)})
    >>> given = [date(2024, 1, day) for day in (1, 2, 5, 9)]
    >>> interruptions(cycles, pl.DataFrame({**subject, "DAY": given}))["NINT"].to_list()
    [2.0]
    """
    everyday = pl.int_ranges(0, pl.col("LENGTH")).cast(pl.List(pl.Int64))
    listed = pl.col("DAYS").list.eval(pl.element() - pl.element().min())
    places = pl.when(pl.col("DAYS").is_null()).then(everyday).otherwise(listed).alias("_PLACE")
    spread = cycles.with_columns(places).explode("_PLACE")
    planned = spread.with_columns((pl.col("CYCSDT") + pl.duration(days=pl.col("_PLACE"))).alias("DAY"))
    due = planned.filter((pl.col("DAY") <= pl.col("CYCEDT")) & (pl.col("DAY") <= pl.col("STOP"))).sort(*DRUG, "DAY")
    taken = days.select(*DRUG, "DAY", pl.lit(True).alias("TAKEN"))
    rows = due.join(taken, on=[*DRUG, "DAY"], how="left", maintain_order="left")
    missed = rows.with_columns(pl.col("TAKEN").is_null().alias("MISSED"))
    first = pl.col("MISSED") & ~pl.col("MISSED").shift(1, fill_value=False).over(DRUG)
    return (
        missed.with_columns(first.alias("NEW")).group_by(DRUG).agg(pl.col("NEW").sum().cast(pl.Float64).alias("NINT"))
    )
