"""Stopping for toxicity: the exact boundary, its operating characteristics, the posterior, and where a trial stands."""

import csv
import re
import tomllib
from datetime import date, timedelta
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.stats.cases import GOLDEN
from tests.twin.toxicity_boundary import boundary, chance_to_stop
from topline.stats import monitoring, poisson
from topline.stats.analysis import Analysis, Selection
from topline.stats.monitoring import (
    expected_patients,
    posterior_boundary,
    stopping_probability,
    toxicity_boundary,
    toxicity_posterior,
)
from topline.stats.poisson import poisson_rate
from topline.stats.stopping import against_boundary

CASES = tomllib.loads((GOLDEN / "safety.toml").read_text("utf-8"))["case"]
MODULES = {"poisson": poisson, "monitoring": monitoring}
KINDS = {"published", "software", "by-hand"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_golden(case: dict[str, Any]) -> None:
    module, name = case["call"].split(".")
    result = getattr(MODULES[module], name)(**case["args"])
    for attribute, expected in case["expected"].items():
        np.testing.assert_allclose(attrgetter(attribute)(result), expected, rtol=0, atol=case["tolerance"])
    if "steps" in case:
        assert [list(step) for step in result.steps()] == case["steps"]
        power = stopping_probability(result.stop, case["args"]["rate"] + 0.2)
        assert float(power) == pytest.approx(case["power"], abs=5e-5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_golden_can_fail(case: dict[str, Any]) -> None:
    assert case["kind"] in KINDS
    assert len(case["source"]) > 10
    for expected in case["expected"].values():
        assert case["tolerance"] <= (abs(expected) or 1.0) / 20


def test_benchmarks(shared: Path) -> None:
    with (shared / "facts" / "design_benchmarks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "Ivanova" in row["method"]]
    assert len(rows) == 6
    for row in rows:
        n, rate, error = re.findall(r"=([\d.]+)", row["case"])
        rule = toxicity_boundary(int(n), float(rate), float(error))
        assert ";".join(f"{i}:{k}" for i, k in rule.steps()) == row["value"]
        power = float(stopping_probability(rule.stop, float(rate) + 0.2))
        level, crossing, stop = map(float, re.findall(r"0\.\d+", row["status"].replace("theta0+.2", "")))
        assert (round(rule.level, 5), round(rule.error, 5), round(power, 4)) == (level, crossing, stop)


def test_equal_tails_stand_together() -> None:
    """Two of 2 and three or more of 4 have the same chance at 1/3, 1/9: with both in, the error of 1/9 is not kept."""
    assert toxicity_boundary(4, 1 / 3, 1 / 9).stop.tolist() == [2, 3, 3, 4]


rates = st.fractions(Fraction(1, 20), Fraction(1, 2), max_denominator=20)
errors = st.fractions(Fraction(1, 50), Fraction(1, 5), max_denominator=50)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 7), rates, errors)
def test_boundary_is_that_of_the_twin(patients: int, rate: Fraction, error: Fraction) -> None:
    rule = toxicity_boundary(patients, float(rate), float(error))
    stop, level = boundary(patients, rate, error)
    assert rule.stop.tolist() == stop
    assert rule.level == pytest.approx(float(level), rel=1e-12)
    assert rule.error == pytest.approx(float(chance_to_stop(stop, rate)), rel=1e-12, abs=1e-15)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), rates)
def test_chances_are_those_of_the_twin(stop: list[int], rate: Fraction) -> None:
    found = stopping_probability(stop, [float(rate), 0.0, 1.0])
    assert found[0] == pytest.approx(float(chance_to_stop(stop, rate)), rel=1e-12, abs=1e-15)
    assert found[1] == 0
    assert found[2] == float(any(bound <= place for place, bound in enumerate(stop, start=1)))
    assert 1 <= float(expected_patients(stop, float(rate))) <= len(stop)


def test_error_is_kept_and_nearly_spent_by_simulation() -> None:
    rule = toxicity_boundary(43, 0.2, 0.05)
    toxic = np.random.default_rng(3).random((40_000, 43)) < 0.2
    stopped = (np.cumsum(toxic, axis=1) >= rule.stop).any(axis=1).mean()
    assert abs(stopped - rule.error) < 4 * np.sqrt(0.05 * 0.95 / 40_000)


def test_expected_patients_by_simulation() -> None:
    rule = toxicity_boundary(20, 0.2, 0.05)
    over = np.cumsum(np.random.default_rng(4).random((40_000, 20)) < 0.4, axis=1) >= rule.stop
    patients = np.where(over.any(axis=1), over.argmax(axis=1) + 1, 20)
    assert abs(patients.mean() - float(expected_patients(rule.stop, 0.4))) < 4 * patients.std() / 200


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.data(), st.floats(0.05, 0.95), st.floats(0.2, 5.0), st.floats(0.2, 5.0))
def test_posterior_is_the_beta_distribution(n: int, data: st.DataObject, threshold: float, a: float, b: float) -> None:
    x = data.draw(st.integers(0, n))
    after = toxicity_posterior(x, n, threshold, (a, b), 0.9)
    beta = stats.beta(a + x, b + n - x)
    np.testing.assert_allclose(after.exceeds, beta.sf(threshold), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose([after.rate.lower, after.rate.upper], beta.ppf([0.05, 0.95]), rtol=1e-7)
    np.testing.assert_allclose(after.rate.estimate, beta.mean(), rtol=1e-12)


def test_posterior_boundary_is_the_first_that_is_certain() -> None:
    stop = posterior_boundary(20, 0.3, 0.9, (0.5, 0.5))
    for n, bound in enumerate(stop, start=1):
        certain = [k for k in range(n + 1) if stats.beta(0.5 + k, 0.5 + n - k).sf(0.3) >= 0.9]
        assert bound == min(certain, default=n + 1)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 300), st.floats(0.01, 500), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_poisson_limits_leave_half_the_error_in_each_tail(events: int, time: float, level: float) -> None:
    found = poisson_rate(events, time, level)
    upper = stats.poisson.cdf(events, found.upper * time)
    assert upper == pytest.approx((1 - level) / 2, rel=1e-8)
    lower = stats.poisson.sf(events - 1, found.lower * time)
    assert lower == (1.0 if events == 0 else pytest.approx((1 - level) / 2, rel=1e-8))
    assert float(found.estimate) == events / time


@pytest.mark.parametrize(("events", "time"), [(-1, 1), (1.5, 1), (np.nan, 1), (1, 0), (1, -2), (1, np.inf)])
def test_impossible_rates_are_refused(events: float, time: float) -> None:
    with pytest.raises(ValueError, match="poisson_rate"):
        poisson_rate([3, events], [1, time])


@pytest.mark.parametrize(("patients", "rate", "error"), [(0, 0.2, 0.05), (5, 0, 0.05), (5, 20, 0.05), (5, 0.2, 1)])
def test_impossible_rules_are_refused(patients: int, rate: float, error: float) -> None:
    with pytest.raises(ValueError, match="toxicity_boundary"):
        toxicity_boundary(patients, rate, error)


def test_impossible_priors_are_refused() -> None:
    with pytest.raises(ValueError, match="toxicity_posterior"):
        toxicity_posterior(1, 2, 0.2, (0.0, 1.0))
    with pytest.raises(ValueError, match="toxicity_posterior"):
        toxicity_posterior(1, 2, 20)


SETTINGS = {
    "planned": 20,
    "rate": 0.2,
    "error": 0.05,
    "window": 28,
    "certainty": 0.9,
    "prior a": 1,
    "prior b": 1,
    "confidence": 0.95,
}


def stand(states: str, **more: float) -> dict[str, tuple[float | None, str]]:
    """Return the numbers of a trial whose patients are T (toxicity on day 10), L (on day 40), s (stopped on day 12),
    w (last seen on day 12) or n (none by day 60), in order of entry."""
    found = {"T": (10, 0), "L": (40, 0), "s": (12, 3), "w": (12, 1), "n": (60, 1)}
    rows = pl.DataFrame(
        [(f"{i:03d}", date(2024, 1, 1) + timedelta(days=i), *found[state]) for i, state in enumerate(states)],
        schema=["USUBJID", "STARTDT", "AVAL", "CNSR"], orient="row",
    ).sample(fraction=1.0, shuffle=True, seed=7)  # fmt: skip
    analysis = Analysis("TOXICITY", "ADAETTE", "", "SAF", "toxicity-boundary", settings={**SETTINGS, **more})
    numbers = against_boundary(Selection(rows, (rows["CNSR"] == 0).to_numpy()), analysis)
    return {
        number.statistic if number.at is None else f"{number.statistic}@{number.at:g}": (number.value, number.text)
        for number in numbers
    }


def test_where_the_trial_stands() -> None:
    """The rule for 20 patients and 20% is 3:3 4:4 7:5 10:6, so 2 of 5 go on; late toxicity does not count."""
    going = stand("TnTwsL")
    assert {name: going[name][0] for name in ("patients", "waiting", "toxicities", "bound")} == {
        "patients": 5, "waiting": 1, "toxicities": 2, "bound": 4,
    }  # fmt: skip
    assert going["verdict"] == (None, "go on")
    assert [going[f"observed@{i}"][0] for i in range(1, 6)] == [1, 1, 2, 2, 2]
    assert (going["boundary@3"][0], going["boundary@19"][0]) == (3, 9)
    assert going["posterior above rate"][1] == "high"
    assert going["posterior above rate"][0] == pytest.approx(100 * stats.beta(3, 4).sf(0.2), rel=1e-9)


def test_the_boundary_stays_crossed() -> None:
    late, early = stand("nTTTTTnnnnnnn"), stand("TTT")
    assert (late["verdict"], late["stopped at"]) == ((None, "stop"), (5.0, ""))
    assert (early["verdict"], early["stopped at"]) == ((None, "stop"), (3.0, ""))
    assert stand("TT")["bound"] == (None, "NE")


def test_the_end_of_the_plan() -> None:
    assert stand("n" * 20)["verdict"] == (None, "not reached")
    assert stand("n" * 21)["verdict"] == (None, "more patients than planned")
    assert stand("n" * 20 + "T" * 20)["toxicities"] == (20, "")


def test_without_window_everyone_counts() -> None:
    found = stand("LTw", window=0)
    assert (found["patients"][0], found["toxicities"][0], found["waiting"][0]) == (3, 2, 0)


def test_nobody_observed_yet() -> None:
    found = stand("ww")
    assert (found["patients"][0], found["bound"][1], found["verdict"][1]) == (0, "NE", "go on")
