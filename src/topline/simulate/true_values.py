"""What is true of a scenario: its results in a large virtual population, through the analysis that its trials have."""

from collections.abc import Mapping

import polars as pl
from scipy.special import ndtri

from topline.protocol.model import Protocol
from topline.simulate.analysis import efficacy_plans, parameters_of
from topline.simulate.population import Population
from topline.simulate.scenario import Scenario
from topline.simulate.stack import draw_stack
from topline.simulate.truth import Truth
from topline.stats.methods import METHODS
from topline.stats.stack import BY_LOOKS, Stack, run_stack
from topline.study import derive_efficacy

TRUE = {"SCENARIO": pl.String, "RESULTID": pl.String, "VALUE": pl.Float64, "MCSE": pl.Float64}
"""The columns of true values: the value, and the Monte-Carlo error that the size of the population leaves."""

LIMITS = {"rate": ("lower", "upper"), "mean": ("lower", "upper"), "median": ("median lower", "median upper")}
"""The statistics that are estimates with an interval, and the names of its limits."""


def true_values_of(
    protocol: Protocol, scenarios: Mapping[str, Scenario], population: Population | None = None
) -> pl.DataFrame:
    """Return the true values of several scenarios: SCENARIO, RESULTID, VALUE, MCSE; see `true_values`."""
    parts = [
        true_values(protocol, each.truth, population).insert_column(0, pl.lit(name).alias("SCENARIO"))
        for name, each in scenarios.items()
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=TRUE)


def true_values(protocol: Protocol, truth: Truth, population: Population | None = None) -> pl.DataFrame:
    """Return the value of each estimate in a large population of a truth: RESULTID, VALUE, MCSE.

    The population (20,000 patients) is the patients of many trials, each with its calendar, analysed together as if
    they were one trial: the rates, medians and landmarks are those that trials estimate. A median of times that are
    read off scans stands at a scan; where few patients are at risk at the end, it may not be reached and is missing.
    """
    plans = [plan for plan in efficacy_plans(protocol) if plan.method not in BY_LOOKS]
    derived = _derived(protocol, truth, population or Population(), parameters_of(plans, protocol))
    results = run_stack(plans, Stack(derived), METHODS)
    values = dict(results.select("RESULTID", "VALUE").iter_rows())
    z = 2 * float(ndtri((1 + protocol.confidence) / 2))
    rows = []
    for name, value in values.items():
        stem, _, statistic = name.rpartition("/")
        if statistic not in LIMITS:
            continue
        low, high = (values.get(f"{stem}/{limit}") for limit in LIMITS[statistic])
        rows.append((name, value, None if low is None or high is None else (high - low) / z))
    schema = {key: kind for key, kind in TRUE.items() if key != "SCENARIO"}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _derived(
    protocol: Protocol, truth: Truth, population: Population, parameters: tuple[str, ...]
) -> dict[str, pl.DataFrame]:
    """Return ADSL, ADRS and ADTTE of a population as those of one trial."""
    study = protocol.identifiers.study
    parts = [
        derive_efficacy(protocol, draw_stack(protocol, truth, key, trials).tables, parameters)
        for key, trials in population.chunks(protocol.population.planned)
    ]
    return {
        name: pl.concat([part[name] for part in parts]).with_columns(pl.lit(study).alias("STUDYID"))
        for name in ("ADSL", "ADRS", "ADTTE")
    }
