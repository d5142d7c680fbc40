"""Sensitivity and assurance: each uncertain parameter at both ends of its interval, or all of them drawn at once."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate import monte_carlo
from topline.simulate.convergence import SUCCESS, compare_scenarios, trial_values
from topline.simulate.draws import Draws
from topline.simulate.monte_carlo import Estimate, Floats
from topline.simulate.scenario import Scenario
from topline.simulate.uncertainty import Parameter, draw_uncertain, parameter_of, uncertain_parameters, with_parameter

SIDES = ("low", "high")

TORNADO = {
    "PARAMETER": pl.String,
    "UNIT": pl.String,
    "SIDE": pl.String,
    "AT": pl.Float64,
    "QUANTITY": pl.String,
    "DIFFERENCE": pl.Float64,
    "MCSE": pl.Float64,
    "LOWER": pl.Float64,
    "UPPER": pl.Float64,
    "TRIALS": pl.Int64,
}
"""The change of a quantity when one parameter is at the low or high end of its interval (of a list: a factor)."""

ASSURANCE = ("SCENARIO", "QUANTITY", "STATISTIC", "VALUE", "MCSE", "LOWER", "UPPER", "TRUTHS")
"""Over truths drawn from the uncertainty of their parameters."""


def tornado(scenario: Scenario, names: Sequence[str] | None = None) -> dict[str, Scenario]:
    """Return the scenarios of a tornado by name: the base, and each parameter at both ends of its 95% interval.

    Without names every uncertain parameter (all at once: many). Draw all of them as chunks of one scenario name, for
    example that of the base, and their trials share random numbers: a change then has far less error. Raises KeyError
    for a name that is no uncertain parameter.
    """
    planned = {scenario.name: scenario}
    for known in _parameters(scenario, names):
        for side, value in zip(SIDES, known.interval, strict=True):
            name = side_name(scenario, known, side)
            note = f"{scenario.name} with {known.name} at {value:.4g} {known.about.unit}"
            planned[name] = Scenario(name, with_parameter(scenario.truth, known.name, value), note)
    return planned


def side_name(scenario: Scenario, known: Parameter, side: str) -> str:
    """Return the name of the scenario with a parameter at one end of its interval."""
    return f"{scenario.name} {known.name} {side}"


def _parameters(scenario: Scenario, names: Sequence[str] | None) -> list[Parameter]:
    if names is None:
        return list(uncertain_parameters(scenario.truth))
    chosen = [parameter_of(scenario.truth, name) for name in names]
    fixed = [each.name for each in chosen if not each.uncertain]
    if fixed:
        raise KeyError(fixed[0])
    return chosen


def summarise_tornado(
    results: pl.LazyFrame | pl.DataFrame,
    scenario: Scenario,
    names: Sequence[str] | None = None,
    quantities: Sequence[str] = (SUCCESS, "PFS/all/median"),
    *,
    common: bool = False,
) -> pl.DataFrame:
    """Return the change of each quantity at each end of each parameter: the columns of TORNADO, the widest first.

    `common` as in `compare_scenarios`. Parameters whose scenarios have no trials are left out. A difference of medians
    is that of their means over trials, among trials that reach the median.
    """
    found = compare_scenarios(results, scenario.name, quantities, common=common)
    sides = {
        side_name(scenario, known, side): (known.name, known.about.unit, side, float(value))
        for known in _parameters(scenario, names)
        for side, value in zip(SIDES, known.interval, strict=True)
    }
    rows = [(*sides[name], quantity, *rest) for name, _, quantity, *rest in found.iter_rows() if name in sides]
    table = pl.DataFrame(rows, schema=TORNADO, orient="row")
    swing = pl.col("DIFFERENCE").abs().max().over("PARAMETER", "QUANTITY").fill_null(-1.0)
    wanted = {quantity: place for place, quantity in enumerate(quantities)}
    order = pl.col("QUANTITY").replace_strict(wanted, return_dtype=pl.Int64)
    side = pl.col("SIDE").replace_strict({"low": 0, "high": 1}, return_dtype=pl.Int64)
    return table.sort([order, swing, pl.col("PARAMETER"), side], descending=[False, True, False, False])


def draw_scenarios(
    scenario: Scenario, truths: int, seed: int, names: Sequence[str] | None = None
) -> dict[str, Scenario]:
    """Return scenarios whose truths are drawn from the uncertainty of their parameters, for the assurance.

    The first ones do not depend on how many follow.
    """
    draws = Draws("00" * 32, seed)
    drawn = {}
    for place in range(1, truths + 1):
        name = f"{scenario.name} draw {place:04d}"
        drawn[name] = Scenario(name, draw_uncertain(scenario.truth, draws, names), f"drawn around {scenario.name}")
    return drawn


def assurance(results: pl.LazyFrame | pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """Return the assurance, the probability of success over uncertain parameters, and how it varies among truths.

    Columns as ASSURANCE. Trials of one truth are not independent of each other: the error comes from the means of the
    truths. `sd of truths` is the spread of their probabilities of success, without the spread that their finite numbers
    of trials add.

    Source: O'Hagan, Stevens & Campbell 2005, doi:10.1002/pst.175 (assurance).
    """
    drawn = trial_values(results).filter(pl.col("SCENARIO").str.starts_with(f"{scenario.name} draw "))
    own = drawn.group_by("SCENARIO").agg(P=pl.col("VALUE").mean(), N=pl.len()).sort("SCENARIO")
    p, n = own["P"].to_numpy(), own["N"].to_numpy()
    ordered = np.sort(p)
    found = {"assurance": monte_carlo.mean(p), "sd of truths": _between(p, n)}
    found |= {name: monte_carlo.quantile(ordered, at) for name, at in (("q05", 0.05), ("median", 0.5), ("q95", 0.95))}
    rows = [
        (scenario.name, SUCCESS, name, each.value, each.error, each.lower, each.upper, len(p))
        for name, each in found.items()
    ]
    kinds = (pl.String,) * 3 + (pl.Float64,) * 4 + (pl.Int64,)
    return pl.DataFrame(rows, schema=dict(zip(ASSURANCE, kinds, strict=True)), orient="row")


def _between(p: Floats, n: NDArray[np.int64]) -> Estimate:
    """Return the SD of the true probabilities: that of the shares without their binomial variance."""
    if len(p) < 2 or (n < 2).any():
        return Estimate(None, trials=len(p))
    variance = float(p.var(ddof=1) - (p * (1 - p) / (n - 1)).mean())
    return Estimate(max(variance, 0.0) ** 0.5, trials=len(p))
