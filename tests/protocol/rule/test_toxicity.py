"""Stopping for toxicity: golden cases, the benchmarks, every level tried, ties, posterior bounds, simulation."""

import csv
import re
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.twin.toxicity_boundary import boundary as twin_boundary
from tests.twin.toxicity_boundary import chance_to_stop
from topline.protocol.rule.boundary import operating_characteristics
from topline.protocol.rule.toxicity import (
    certain_bounds,
    each_patient,
    exceeds,
    pocock_rule,
    posterior_rule,
    steps,
    stopping,
)

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "safety.toml"
CASES = [case for case in tomllib.loads(GOLDEN.read_text("utf-8"))["case"] if case["call"].split(".")[0] == "toxicity"]
rates = st.fractions(Fraction(1, 20), Fraction(1, 2), max_denominator=20)
errors = st.fractions(Fraction(1, 50), Fraction(1, 5), max_denominator=50)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["args"]))
def test_golden(case: dict[str, Any]) -> None:
    args = case["args"]
    rule = pocock_rule(each_patient(args["patients"]), args["rate"], args["error"])
    for name, expected in case["expected"].items():
        assert getattr(rule, name) == pytest.approx(expected, abs=case["tolerance"])
    assert [list(step) for step in rule.steps] == case["steps"]
    assert rule.stops(args["rate"] + 0.2) == pytest.approx(case["power"], abs=5e-5)
    assert len(case["source"]) > 10
    assert case["tolerance"] <= 5e-6


def test_golden_cases_are_there() -> None:
    assert len(CASES) == 3


def test_benchmarks(shared: Path) -> None:
    with (shared / "facts" / "design_benchmarks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "Ivanova" in row["method"]]
    assert len(rows) == 6
    for row in rows:
        n, rate, error = re.findall(r"=([\d.]+)", row["case"])
        rule = pocock_rule(each_patient(int(n)), float(rate), float(error))
        assert ";".join(f"{i}:{k}" for i, k in rule.steps) == row["value"]
        level, crossing, stop = map(float, re.findall(r"0\.\d+", row["status"].replace("theta0+.2", "")))
        found = (round(rule.threshold, 5), round(rule.error, 5), round(rule.stops(float(rate) + 0.2), 4))
        assert found == (level, crossing, stop)


def test_equal_tails_stand_together() -> None:
    """Two of 2 and three or more of 4 have the same chance at 1/3, 1/9: with both in, the error of 1/9 is not kept."""
    assert pocock_rule(each_patient(4), 1 / 3, 1 / 9).boundary.efficacy == (2, 3, 3, 4)


@pytest.mark.parametrize(("rate", "error"), [(0.2, 0.04), (0.1, 0.01), (0.3, 0.09), (0.7, 0.49), (1 / 3, 1 / 9)])
def test_an_error_that_is_exactly_spent_is_kept(rate: float, error: float) -> None:
    """Two of two have the chance rate²: some of these squares come out above, some below, the error as it is typed."""
    rule = pocock_rule(each_patient(2), rate, error)
    assert rule.steps == [(2, 2)]
    assert rule.error == pytest.approx(error, rel=1e-14)
    assert pocock_rule(each_patient(2), rate, error * (1 - 1e-9)).steps == []


@settings(max_examples=25)
@given(st.integers(1, 7), rates, errors)
def test_boundary_is_that_of_the_twin(patients: int, rate: Fraction, error: Fraction) -> None:
    """With fractions there is no rounding: the error may be spent exactly, and tails be equal."""
    rule = pocock_rule(each_patient(patients), float(rate), float(error))
    stop, level = twin_boundary(patients, rate, error)
    assert rule.boundary.efficacy == tuple(stop)
    assert rule.threshold == pytest.approx(float(level), rel=1e-12)
    assert rule.error == pytest.approx(float(chance_to_stop(stop, rate)), rel=1e-12, abs=1e-15)


@settings(max_examples=25)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), rates)
def test_chances_are_those_of_the_twin(stop: list[int], rate: Fraction) -> None:
    rule = stopping(each_patient(len(stop)), np.minimum(stop, np.arange(2, len(stop) + 2)))
    found = operating_characteristics(rule, [float(rate), 0.0, 1.0])
    assert found.success[0] == pytest.approx(float(chance_to_stop(stop, rate)), rel=1e-12, abs=1e-15)
    assert found.success[1] == 0
    assert found.success[2] == float(any(bound <= place for place, bound in enumerate(stop, start=1)))
    assert ((found.expected_patients >= 1) & (found.expected_patients <= len(stop) + 1e-12)).all()


def test_error_is_kept_and_nearly_spent_by_simulation() -> None:
    rule = pocock_rule(each_patient(43), 0.2, 0.05)
    toxic = np.random.default_rng(3).random((40_000, 43)) < 0.2
    stopped = (np.cumsum(toxic, axis=1) >= rule.boundary.efficacy).any(axis=1).mean()
    assert abs(stopped - rule.error) < 4 * np.sqrt(0.05 * 0.95 / 40_000)


def test_expected_patients_by_simulation() -> None:
    rule = pocock_rule(each_patient(20), 0.2, 0.05)
    over = np.cumsum(np.random.default_rng(4).random((40_000, 20)) < 0.4, axis=1) >= rule.boundary.efficacy
    patients = np.where(over.any(axis=1), over.argmax(axis=1) + 1, 20)
    expected = float(operating_characteristics(rule.boundary, 0.4).expected_patients[0])
    assert abs(patients.mean() - expected) < 4 * patients.std() / 200


def test_fewer_looks_of_the_same_bounds_stop_less_often() -> None:
    """Why patients of one day may count together: leaving looks out never raises the error."""
    rule = pocock_rule(each_patient(30), 0.2, 0.05)
    for kept in (slice(1, None, 2), slice(2, None, 3), slice(-1, None)):
        looks, bounds = rule.boundary.looks[kept], np.array(rule.boundary.efficacy)[kept]
        fewer = operating_characteristics(stopping(looks, bounds), [0.2, 0.4]).success
        assert (fewer <= operating_characteristics(rule.boundary, [0.2, 0.4]).success).all()


def test_posterior_bounds_are_the_first_that_are_certain() -> None:
    stop = certain_bounds(each_patient(20), 0.3, 0.9, (0.5, 0.5))
    for n, bound in enumerate(stop, start=1):
        certain = [k for k in range(n + 1) if stats.beta(0.5 + k, 0.5 + n - k).sf(0.3) >= 0.9]
        assert bound == min(certain, default=n + 1)


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.3, 0.4, 0.6, 0.7])
def test_a_certainty_that_is_exactly_reached_is_reached(rate: float) -> None:
    """After one toxicity of one patient, and a uniform prior, the rate is above p with probability 1 - p²."""
    certainty = round(1 - rate * rate, 10)
    assert certain_bounds((1,), rate, certainty).tolist() == [1]
    assert certain_bounds((1,), rate, certainty + 1e-8).tolist() == [2]


@settings(max_examples=20)
@given(st.integers(1, 25), rates, errors)
def test_posterior_rule_has_the_least_certainty_that_keeps_the_error(n: int, rate: Fraction, error: Fraction) -> None:
    looks, p, allowed = each_patient(n), float(rate), float(error)
    rule = posterior_rule(looks, p, allowed)
    assert rule.error <= allowed * (1 + 1e-9)
    values = {float(value) for look in looks for value in exceeds(np.arange(look + 1), look, p)}
    below = [value for value in values if value < rule.threshold * (1 - 1e-9)]
    if below:
        loose = stopping(looks, certain_bounds(looks, p, max(below)))
        assert float(operating_characteristics(loose, p).success[0]) > allowed


def test_no_bound_keeps_a_tiny_error() -> None:
    for rule in (pocock_rule((1, 2), 0.5, 0.01), posterior_rule((1, 2), 0.5, 0.01)):
        assert (rule.steps, rule.error) == ([], 0.0)
        assert steps(rule.boundary) == []
