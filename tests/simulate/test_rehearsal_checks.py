"""The simulator is right where the answer is known: level of the design, survival, coverage, recovery of parameters."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.simulate.studies import built_in, followed_long
from topline.protocol.model import Protocol
from topline.simulate.analysis import analyse_stack
from topline.simulate.analytic import survival_curve
from topline.simulate.calendar import calendar
from topline.simulate.characteristics import operating_characteristics_of
from topline.simulate.population import Population
from topline.simulate.presets import APATINIB
from topline.simulate.scenario import Scenario, scenarios
from topline.simulate.stack import Chunk, draw_stack
from topline.simulate.true_values import true_values, true_values_of
from topline.simulate.truth import Truth

MONTH = 30.4375
UNLINKED = replace(APATINIB.hazards, death_growth=0.0, death_burden=0.0, death_ecog=0.0)
WEIBULL = followed_long(replace(APATINIB, name="weibull", hazards=UNLINKED))
"""A truth in which survival is Weibull: median 5.8 months, shape 1.8."""


def run(plan: Protocol, scenario: Scenario, trials: int, seed: int = 5) -> pl.DataFrame:
    tables = draw_stack(plan, scenario.truth, Chunk(seed, scenario.name, 0), trials).tables
    found = pl.concat([analyse_stack(plan, tables), calendar(plan, tables)])
    return found.select(pl.lit(scenario.name).alias("SCENARIO"), pl.lit(0).alias("CHUNK"), pl.all())


def value(table: pl.DataFrame, quantity: str, statistic: str, column: str = "VALUE") -> float:
    [found] = table.filter(QUANTITY=quantity, STATISTIC=statistic)[column].to_list()
    return float(found)


def test_the_level_under_the_null_is_that_of_the_exact_design() -> None:
    plan = built_in("nct07142421")
    table = operating_characteristics_of(run(plan, scenarios(plan, ("null",))["null"], 250), plan)
    for quantity in ("DESIGN/success", "DESIGN/stop futile@18", "DESIGN/stop futile@35"):
        exact = value(table, quantity, "exact")
        error = np.hypot((exact * (1 - exact) / 250) ** 0.5, value(table, quantity, "exact", "MCSE"))
        assert value(table, quantity, "share") == pytest.approx(exact, abs=4 * error)
        assert error < 0.04
    assert value(table, "DESIGN/rate", "pooled") == pytest.approx(
        10, abs=4 * value(table, "DESIGN/rate", "pooled", "MCSE")
    )
    assert 9 < value(table, "CALENDAR/duration", "mean") < 15


def weibull(months: float) -> float:
    return float(0.5 ** ((months / 5.8) ** 1.8))


def test_the_analytic_curve_is_weibull_where_nothing_else_acts() -> None:
    alive, error = survival_curve(built_in("nct02976896"), WEIBULL, np.array([2.0, 5.8, 9.0]) * MONTH, 5)
    assert alive == pytest.approx([weibull(2.0), 0.5, weibull(9.0)], abs=1e-3)
    assert (error < 1e-12).all()


@pytest.mark.parametrize("truth", [WEIBULL, followed_long(APATINIB)], ids=["weibull", "linked to the tumour"])
def test_kaplan_meier_of_virtual_survival_is_the_analytic_curve(truth: Truth) -> None:
    plan = built_in("nct02976896")
    found = {name: (rate, error) for name, rate, error in true_values(plan, truth, Population(4000, 3)).iter_rows()}
    alive, known = survival_curve(plan, truth, np.array([6.0, 12.0]) * MONTH)
    for place, month in enumerate((6, 12)):
        rate, error = found[f"OS.month{month}/all/rate"]
        # a death is dated on the day it falls in, rounded up, and drawn in steps of two weeks: 0.5 points
        assert rate == pytest.approx(100 * alive[place], abs=4 * np.hypot(error, 100 * known[place]) + 0.5)


def test_intervals_cover_what_is_true_and_the_median_is_recovered() -> None:
    """The median of a Weibull truth is 5.8 months; 150 trials of 43 patients find it, and their intervals hold it."""
    plan = built_in("nct02976896")
    truths = {"weibull": Scenario("weibull", WEIBULL)}
    true = true_values_of(plan, truths, Population(3000, 2)).with_columns(
        VALUE=pl.when(RESULTID="OS/all/median").then(5.8).otherwise("VALUE"),
        MCSE=pl.when(RESULTID="OS/all/median").then(0.0).otherwise("MCSE"),
    )
    table = operating_characteristics_of(run(plan, truths["weibull"], 150), plan, true)
    assert value(table, "OS/all/median", "mean") == pytest.approx(
        5.8, abs=4 * value(table, "OS/all/median", "mean", "MCSE")
    )
    assert value(table, "OS/all/median", "coverage") == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / 150) ** 0.5)
    for quantity in ("DCR6M/all/rate", "ORR/all/rate"):  # Clopper-Pearson covers at least so often
        assert value(table, quantity, "coverage") > 0.95 - 4 * (0.95 * 0.05 / 150) ** 0.5
        assert abs(value(table, quantity, "bias")) < 4 * value(table, quantity, "bias", "MCSE")
