"""Stopping for toxicity: golden cases, the benchmarks, every level tried, and posterior bounds."""

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

from tests.twin.toxicity_boundary import boundary as twin_boundary
from tests.twin.toxicity_boundary import chance_to_stop
from topline.design.bayes.posterior import exceeds
from topline.design.looks import Looks
from topline.design.toxicity import pocock_toxicity, posterior_toxicity
from topline.errors import ToplineError
from topline.protocol.rule.boundary import operating_characteristics

GOLDEN = tomllib.loads((Path(__file__).resolve().parents[2] / "golden" / "design_toxicity.toml").read_text("utf-8"))
rates = st.fractions(Fraction(1, 20), Fraction(1, 2), max_denominator=20)
errors = st.fractions(Fraction(1, 50), Fraction(1, 5), max_denominator=50)


def test_benchmarks(shared: Path) -> None:
    with (shared / "facts" / "design_benchmarks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "Ivanova" in row["method"]]
    assert len(rows) == 6
    for row in rows:
        n, rate, error = re.findall(r"=([\d.]+)", row["case"])
        rule = pocock_toxicity(float(rate), int(n), float(error))
        assert ";".join(f"{i}:{k}" for i, k in rule.steps()) == row["value"]
        power = float(rule.operating_characteristics(float(rate) + 0.2).success[0])
        level, crossing, stop = map(float, re.findall(r"0\.\d+", row["status"].replace("theta0+.2", "")))
        assert (round(rule.threshold, 5), round(rule.level, 5), round(power, 4)) == (level, crossing, stop)


@settings(max_examples=25)
@given(st.integers(1, 7), rates, errors)
def test_boundary_is_that_of_the_twin(patients: int, rate: Fraction, error: Fraction) -> None:
    stop, level = twin_boundary(patients, rate, error)
    rule = pocock_toxicity(float(rate), patients, float(error))
    assert rule.boundary.efficacy == tuple(stop)
    assert rule.threshold == pytest.approx(float(level), rel=1e-12)
    assert rule.level == pytest.approx(float(chance_to_stop(stop, rate)), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("case", GOLDEN["case"], ids=lambda case: str(case["args"]))
def test_golden(case: dict[str, Any]) -> None:
    rule = pocock_toxicity(**case["args"])
    for name, expected in case["expected"].items():
        assert getattr(rule, name) == pytest.approx(expected, abs=case["tolerance"])
    assert case["tolerance"] <= 5e-6
    assert rule.holds


def test_what_is_exactly_spent_holds() -> None:
    """0.2 times 0.2 is more than 0.04 to a computer: a rule may not hang on it, nor say that it does not hold."""
    rule = pocock_toxicity(0.2, 2, 0.04)
    assert (rule.steps(), rule.holds) == ([(2, 2)], True)


@settings(max_examples=25)
@given(st.integers(1, 40), st.floats(0.05, 0.5), st.floats(0.01, 0.3), st.integers(1, 9), st.integers(1, 9))
def test_error_is_kept_at_any_schedule(patients: int, rate: float, error: float, first: int, every: int) -> None:
    looks = Looks(first, every)
    for rule in (pocock_toxicity(rate, patients, error, looks), posterior_toxicity(rate, patients, error, looks)):
        assert rule.holds
        assert rule.boundary.looks == looks.up_to(patients)
        assert rule.boundary.futility[:-1] == (-1,) * (len(rule.boundary.looks) - 1)


def test_fewer_looks_allow_a_higher_level() -> None:
    each, fifth = pocock_toxicity(0.2, 40), pocock_toxicity(0.2, 40, looks=Looks(5, 5))
    assert fifth.threshold > each.threshold
    assert each.expected_patients < 40


def test_posterior_bounds_are_the_first_that_are_certain() -> None:
    rule = posterior_toxicity(0.3, 30, 0.1, Looks(6, 6), prior=(0.6, 1.4))
    for look, bound in zip(rule.boundary.looks, rule.boundary.efficacy, strict=True):
        certain = [x for x in range(look + 1) if exceeds(x, look, 0.3, (0.6, 1.4)) >= rule.threshold]
        assert bound == min(certain, default=look + 1)


def test_a_lower_certainty_would_break_the_error() -> None:
    rule = posterior_toxicity(0.3, 30, 0.1, Looks(6, 6))
    values = sorted({float(exceeds(x, n, 0.3)) for n in rule.boundary.looks for x in range(n + 1)})
    lower = max(value for value in values if value < rule.threshold - 1e-9)
    stop = [int((exceeds(np.arange(n + 1), n, 0.3) < lower).sum()) for n in rule.boundary.looks]
    bounds = [-1] * (len(stop) - 1) + [stop[-1] - 1]
    loose = type(rule.boundary)(rule.boundary.looks, tuple(bounds), tuple(stop))
    assert float(operating_characteristics(loose, 0.3).success[0]) > 0.1


def test_no_bound_keeps_a_tiny_error() -> None:
    for rule in (pocock_toxicity(0.5, 2, 0.01), posterior_toxicity(0.5, 2, 0.01)):
        assert rule.steps() == []
        assert rule.level == 0


@pytest.mark.parametrize(
    ("rate", "patients", "error"), [(0.0, 10, 0.05), (20, 10, 0.05), (0.2, 0, 0.05), (0.2, 10, 1.0)]
)
def test_settings_out_of_range_are_refused(rate: float, patients: int, error: float) -> None:
    for design in (pocock_toxicity, posterior_toxicity):
        with pytest.raises(ToplineError, match="TL-G04"):
            design(rate, patients, error)
