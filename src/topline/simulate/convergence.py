"""Numbers of single trials side by side: how an estimate settles as trials are added, how scenarios differ."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from topline.simulate import monte_carlo
from topline.simulate.monte_carlo import Estimate, Floats
from topline.simulate.stops import VERDICT

SUCCESS = "success"
"""The quantity that is 1 of a trial with a positive verdict, else 0; any other one is the RESULTID of a number."""

CONVERGENCE = {
    "SCENARIO": pl.String,
    "QUANTITY": pl.String,
    "TRIALS": pl.Int64,
    "VALUE": pl.Float64,
    "LOWER": pl.Float64,
    "UPPER": pl.Float64,
}
"""The estimate after so many trials, and its 95% Monte-Carlo interval."""

COMPARISON = {
    "SCENARIO": pl.String,
    "REFERENCE": pl.String,
    "QUANTITY": pl.String,
    "DIFFERENCE": pl.Float64,
    "MCSE": pl.Float64,
    "LOWER": pl.Float64,
    "UPPER": pl.Float64,
    "TRIALS": pl.Int64,
}
"""Scenario minus reference, in the unit of the quantity; TRIALS those of the scenario."""


def trial_values(results: pl.LazyFrame | pl.DataFrame, quantity: str = SUCCESS) -> pl.DataFrame:
    """Return one number of each trial: SCENARIO, STUDYID, VALUE, in order of the trials; null where it has no value.

    Every trial has a success, also one without a verdict; of another quantity a trial may have no row.
    """
    if quantity == SUCCESS:
        won = (pl.col("RESULTID") == VERDICT) & pl.col("VALUEC").str.starts_with("positive").fill_null(value=False)
        each = results.lazy().group_by("SCENARIO", "STUDYID").agg(VALUE=won.any().cast(pl.Float64))
    else:
        each = results.lazy().filter(pl.col("RESULTID") == quantity).select("SCENARIO", "STUDYID", "VALUE")
    found = each.collect(engine="streaming")
    return found.sort("SCENARIO", pl.col("STUDYID").str.len_chars(), "STUDYID")


def convergence(results: pl.LazyFrame | pl.DataFrame, quantity: str = SUCCESS, points: int = 100) -> pl.DataFrame:
    """Return the estimate of each scenario after more and more of its trials: the columns of CONVERGENCE.

    A success is a share with its exact interval, any other quantity a mean with its normal one. At most so many points
    are kept, evenly on the logarithm of the number of trials, with the last one.
    """
    parts = []
    for key, own in trial_values(results, quantity).partition_by("SCENARIO", as_dict=True).items():
        values = own["VALUE"].drop_nulls().to_numpy()
        for n in _sizes(len(values), points):
            each = _estimate(values[:n], quantity)
            parts.append((key[0], quantity, n, each.value, each.lower, each.upper))
    return pl.DataFrame(parts, schema=CONVERGENCE, orient="row")


def _sizes(n: int, points: int) -> list[int]:
    if n == 0:
        return []
    return sorted({round(float(each)) for each in np.geomspace(min(10, n), n, points)})


def _estimate(values: Floats, quantity: str) -> Estimate:
    return monte_carlo.share(int(values.sum()), len(values)) if quantity == SUCCESS else monte_carlo.mean(values)


def compare_scenarios(
    results: pl.LazyFrame | pl.DataFrame,
    reference: str,
    quantities: Sequence[str] = (SUCCESS,),
    *,
    common: bool = False,
) -> pl.DataFrame:
    """Return how each scenario differs from a reference: the columns of COMPARISON.

    Chunks of scenarios with different names draw from different streams: their errors are independent and add in
    squares. With `common`, trials of one STUDYID were drawn with the same random numbers: the difference is taken trial
    by trial, among trials that have the number in both. It has the smaller error, and is wrong for anything else.
    """
    rows = []
    for quantity in quantities:
        values = trial_values(results, quantity)
        base = values.filter(SCENARIO=reference).select("STUDYID", "VALUE")
        for name in values["SCENARIO"].unique().sort().to_list():
            if name == reference:
                continue
            own = values.filter(SCENARIO=name).select("STUDYID", "VALUE")
            each = _paired(own, base) if common else _apart(own, base)
            rows.append((name, reference, quantity, each.value, each.error, each.lower, each.upper, each.trials))
    return pl.DataFrame(rows, schema=COMPARISON, orient="row")


def _paired(own: pl.DataFrame, base: pl.DataFrame) -> Estimate:
    both = own.drop_nulls().join(base.drop_nulls(), on="STUDYID", suffix="_BASE")
    return monte_carlo.mean((both["VALUE"] - both["VALUE_BASE"]).to_numpy())


def _apart(own: pl.DataFrame, base: pl.DataFrame) -> Estimate:
    one, other = (monte_carlo.mean(each["VALUE"].drop_nulls().to_numpy()) for each in (own, base))
    if one.value is None or other.value is None:
        return Estimate(None, trials=one.trials)
    error = None if one.error is None or other.error is None else float(np.hypot(one.error, other.error))
    return monte_carlo.normal(one.value - other.value, error, one.trials)
