"""Event or censored: which of a subject's dates counts, by the censoring rules that the protocol states."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.protocol.endpoints import Censoring
from topline.protocol.schedule import Schedule

START_RECORDS = "STARTREC"
LAST = ("D", "F", "TEXT", "SRCDOM", "SRCVAR", "SRCSEQ", "RECS")


def judge_times(rows: pl.DataFrame, last: pl.DataFrame, rules: Censoring, schedule: Schedule) -> pl.DataFrame:
    """Return one row per subject with ADT, CNSR and where both come from.

    `rows` has S, STARTDT, ZERO (time zero), the event E_*, the stop X_* from which on nothing counts, and the records
    of the start; `last` the observations L_* of each subject. An event counts when it is dated on or after the start,
    not after a stop, and not after too many missed scans. Else the subject is censored at the last observation that
    counts: on or after the start, before the event that does not count, not after a stop.
    """
    seen = last.join(rows.select("S", "STARTDT", "E_D", "X_D"), on="S")
    usable = (pl.col("L_D") >= pl.col("STARTDT")) & (pl.col("X_D").is_null() | (pl.col("L_D") <= pl.col("X_D")))
    before_event = pl.col("E_D").is_null() | (pl.col("L_D") < pl.col("E_D"))
    seen = seen.filter(usable & before_event).sort("S", "L_D", "L_SRCSEQ").unique("S", keep="last", maintain_order=True)
    one = rows.join(seen.select("S", *(f"L_{name}" for name in LAST)), on="S", how="left", maintain_order="left")
    gap = pl.Series(_gap(one, schedule, rules.missed_assessments), dtype=pl.Boolean)
    return _written(one.with_columns(gap.alias("GAP")))


def _written(one: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what happened in words, and where it stands."""
    on_time = (pl.col("E_D") >= pl.col("STARTDT")) & (pl.col("X_D").is_null() | (pl.col("E_D") <= pl.col("X_D")))
    counts = (on_time & ~pl.col("GAP")).fill_null(False)
    text, seen = pl.col("L_TEXT"), pl.col("L_D").is_not_null()
    why = (
        pl.when(~seen).then(pl.lit("Start of time, no later observation"))
        .when(on_time & pl.col("GAP")).then(pl.format("{}, before missed assessments", text))
        .when(pl.col("X_D").is_not_null()).then(pl.format("{}, before {}", text, pl.col("X_TEXT").str.to_lowercase()))
        .otherwise(text)
    )  # fmt: skip

    def stands(name: str, default: str | None) -> pl.Expr:
        return pl.when(counts).then(f"E_{name}").when(seen).then(f"L_{name}").otherwise(pl.lit(default)).alias(name)

    return one.with_columns(
        pl.when(counts).then("E_D").otherwise(pl.coalesce("L_D", "STARTDT")).alias("ADT"),
        pl.when(counts).then("E_F").otherwise("L_F").alias("ADTF"),
        pl.when(counts).then(0).otherwise(1).alias("CNSR"),
        pl.when(counts).then("E_TEXT").otherwise(pl.coalesce(text, pl.lit("Start of Time"))).alias("EVNTDESC"),
        pl.when(~counts).then(why).alias("CNSDTDSC"),
        stands("SRCDOM", "ADSL"),
        stands("SRCVAR", "STARTDT"),
        stands("SRCSEQ", None),
        _records(one, pl.when(counts).then("E_RECS").when(seen).then("L_RECS").otherwise("OWN")).alias("SRCRECS"),
    )


def _records(one: pl.DataFrame, decided: pl.Expr) -> pl.Expr:
    """Return the records behind the start and behind what decided, each once."""
    begun = pl.col(START_RECORDS)
    if one[START_RECORDS].null_count() < one.height:
        return pl.concat_list(pl.coalesce(begun, decided), decided).list.unique(maintain_order=True)
    longest = one.select(pl.max_horizontal(pl.col("E_RECS", "L_RECS", "OWN").list.len().max())).item()
    return decided if longest is None or longest < 2 else decided.list.unique(maintain_order=True)


def _gap(one: pl.DataFrame, schedule: Schedule, allowed: int | None) -> NDArray[np.bool_]:
    """Return whether at least `allowed` scans were missed between the last observation of a subject and its event."""
    if allowed is None:
        return np.zeros(one.height, dtype=np.bool_)
    days = one.select(
        (pl.coalesce("L_D", "STARTDT") - pl.col("ZERO")).dt.total_days().cast(pl.Float64).alias("LAST"),
        (pl.col("E_D") - pl.col("ZERO")).dt.total_days().cast(pl.Float64).alias("EVENT"),
    )
    last, event = days["LAST"].fill_null(0).to_numpy(), days["EVENT"].fill_null(-1).to_numpy()
    gap: NDArray[np.bool_] = (missed_scans(last, event, schedule) >= allowed) & (event >= 0)
    return gap


def missed_scans(last: NDArray[np.float64], event: NDArray[np.float64], schedule: Schedule) -> NDArray[np.int64]:
    """Return how many scheduled scans were missed between the last adequate scan and an event [days after time zero].

    A scan was missed when its window lies wholly after the last adequate scan (time zero where there was none) and
    wholly before the event. Time zero is day 0 here, whatever the endpoint starts from.

    >>> plan = Schedule(time_zero="first dose", cycle_days=28, scans=[{"every_weeks": 8}], window_days=7,
    ...                 follow_up_weeks=12, maximum_months=36)
    >>> missed_scans(np.array([56.0, 56.0]), np.array([168.0, 224.0]), plan).tolist()
    [1, 2]
    """
    nominal = np.array(schedule.nominal_days(float(event.max(initial=0.0))), dtype=np.float64)
    window = schedule.window_days
    over = np.searchsorted(nominal + window, event, side="left")
    known = np.searchsorted(nominal - window, last, side="right")
    missed: NDArray[np.int64] = np.maximum(over - known, 0).astype(np.int64)
    return missed
