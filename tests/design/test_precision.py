"""Precision-based numbers: a twin that inverts tests, every smaller n tried, R's limits, refusals."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_precision as twin
from topline.design.precision import Criterion, Method, Precision, attained_width, limits, precision
from topline.errors import ToplineError
from topline.stats import proportion

METHODS: tuple[Method, ...] = ("Clopper-Pearson", "Wilson")
CRITERIA: tuple[Criterion, ...] = ("at rate", "expected", "assured")


@settings(max_examples=40)
@given(st.integers(1, 25), st.integers(0, 20), st.sampled_from(METHODS), st.sampled_from(CRITERIA))
def test_twin(n: int, twentieths: int, method: Method, criterion: Criterion) -> None:
    rate = twentieths / 20
    asked = Precision(rate, 0.5, method=method, criterion=criterion)
    assert attained_width(asked, n) == pytest.approx(twin.width(method, (criterion, 0.8), rate, n), abs=1e-9)


@settings(max_examples=40)
@given(st.floats(0.0, 1.0), st.floats(0.1, 0.9), st.sampled_from(METHODS), st.sampled_from(CRITERIA))
def test_smallest_and_safe_against_every_n(rate: float, width: float, method: Method, criterion: Criterion) -> None:
    asked = Precision(rate, width, method=method, criterion=criterion)
    smallest, safe = precision(asked).patients, precision(asked, "safe").patients
    keeps = np.array([attained_width(asked, n) <= width for n in range(1, 2 * safe + 60)])
    assert smallest == int(np.argmax(keeps)) + 1
    assert keeps[safe - 1 :].all()
    assert safe == 1 or not keeps[safe - 2]


@pytest.mark.parametrize("method", METHODS)
def test_limits_are_those_of_the_analysis(method: Method) -> None:
    analysis = proportion.clopper_pearson if method == "Clopper-Pearson" else proportion.wilson
    for n in (1, 7, 43, 200):
        x = np.arange(n + 1)
        lower, upper = limits(x, n, 0.9, method)
        found = analysis(x, n, 0.9)
        np.testing.assert_allclose(lower, found.lower, rtol=0, atol=1e-13)
        np.testing.assert_allclose(upper, found.upper, rtol=0, atol=1e-13)


def test_limits_of_r(shared: Path) -> None:
    names = {"binom:exact": "Clopper-Pearson", "binom:wilson": "Wilson"}
    with (shared / "golden" / "rstats" / "binom_ci.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["method"] in names]
    assert len(rows) > 50
    for row in rows:
        lower, upper = limits(int(row["x"]), int(row["n"]), float(row["conf"]), names[row["method"]])  # type: ignore[arg-type]
        assert float(lower) == pytest.approx(float(row["lower"]), abs=1e-9)
        assert float(upper) == pytest.approx(float(row["upper"]), abs=1e-9)


def test_expected_width_is_the_mean_of_drawn_trials() -> None:
    design = precision(Precision(0.3, 0.3, criterion="expected"))
    drawn = np.random.default_rng(3).binomial(design.patients, 0.3, 20_000)
    lower, upper = limits(drawn, design.patients, 0.95, "Clopper-Pearson")
    assert design.expected_width(0.3)[0] == pytest.approx((upper - lower).mean(), abs=2e-4)
    assert design.expected_width(0.3)[0] == design.attained_width <= 0.3


def test_the_interval_of_a_result() -> None:
    design = precision(Precision(0.3, 0.3))
    assert (design.patients, design.holds) == (40, True)
    assert np.diff(design.interval(12)) == pytest.approx(0.2997, abs=5e-5)
    with pytest.raises(ToplineError, match="TL-G03 responses: 41 responders of 40 patients"):
        design.interval(41)


WRONG = [
    ("TL-G04 rate", {"rate": 30.0, "width": 0.3}),
    ("TL-G04 rate", {"rate": float("nan"), "width": 0.3}),
    ("TL-G04 width", {"rate": 0.3, "width": 0.0}),
    ("TL-G04 width", {"rate": 0.3, "width": 1.0}),
    ("TL-G04 confidence", {"rate": 0.3, "width": 0.3, "confidence": 95.0}),
    ("TL-G04 assurance", {"rate": 0.3, "width": 0.3, "assurance": 1.0}),
    ("TL-G04 method", {"rate": 0.3, "width": 0.3, "method": "Wald"}),
    ("TL-G04 criterion", {"rate": 0.3, "width": 0.3, "criterion": "mean"}),
]


@pytest.mark.parametrize(("message", "given_settings"), WRONG)
def test_refused_settings(message: str, given_settings: dict[str, float]) -> None:
    with pytest.raises(ToplineError, match=message):
        Precision(**given_settings)  # type: ignore[arg-type]


def test_refused_calls() -> None:
    asked = Precision(0.3, 0.3)
    with pytest.raises(ToplineError, match="TL-G02 max_n: 39 are not enough; 40 are the fewest that work"):
        precision(asked, max_n=39)
    with pytest.raises(ToplineError, match="TL-G02 max_n: not even"):
        precision(Precision(0.5, 1e-4))
    with pytest.raises(ToplineError, match="TL-G04 max_n"):
        precision(asked, max_n=0)
    with pytest.raises(ToplineError, match="TL-G04 kind"):
        precision(asked, "large")  # type: ignore[arg-type]
    with pytest.raises(ToplineError, match="TL-G04 rates"):
        precision(asked).expected_width([1.1])
