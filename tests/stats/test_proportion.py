"""Intervals for a proportion: R's grid, a slow twin, coverage, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.stats.cases import number, read_rows, same
from tests.twin import proportion as twin
from topline.stats.interval import Interval, normal_quantile
from topline.stats.proportion import clopper_pearson, jeffreys, mid_p, wilson

METHODS = {
    "binom:exact": clopper_pearson,
    "binom.test(Clopper-Pearson)": clopper_pearson,
    "binom:wilson": wilson,
    "Jeffreys(central,boundary-adjusted)": jeffreys,
    "mid-p(uniroot)": mid_p,
}
counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize("method", METHODS)
def test_grid_of_r(shared: Path, method: str) -> None:
    rows = [row for row in read_rows(shared, "binom_ci") if row["method"] == method]
    for row in rows:
        ci = METHODS[method](int(row["x"]), int(row["n"]), number(row["conf"]))
        assert same(ci.lower, number(row["lower"])), row
        assert same(ci.upper, number(row["upper"])), row
    assert len(rows) > 100


@settings(max_examples=50)
@given(counts, levels)
def test_exact_limits_are_those_of_the_twin(count: tuple[int, int], confidence: float) -> None:
    x, n = count
    tail = (1.0 - confidence) / 2.0
    exact, half = clopper_pearson(x, n, confidence), mid_p(x, n, confidence)
    if x > 0:
        assert same(exact.lower, twin.bisect(lambda p: twin.at_least(x, n, p) - tail), 1e-9)
        assert same(half.lower, twin.bisect(lambda p: twin.mid_above(x, n, p) - tail), 1e-9)
    if x < n:
        assert same(exact.upper, twin.bisect(lambda p: tail - twin.at_most(x, n, p)), 1e-9)
        assert same(half.upper, twin.bisect(lambda p: tail - twin.mid_below(x, n, p)), 1e-9)


@settings(max_examples=50)
@given(counts, levels)
def test_score_and_posterior_limits_are_those_of_the_twin(count: tuple[int, int], confidence: float) -> None:
    x, n = count
    z, tail = normal_quantile(confidence), (1.0 - confidence) / 2.0
    score, posterior = wilson(x, n, confidence), jeffreys(x, n, confidence)
    if x > 0:
        assert same(score.lower, twin.bisect(lambda p: twin.score(x, n, p) + z), 1e-9)
        assert stats.beta.cdf(posterior.lower, x + 0.5, n - x + 0.5) == pytest.approx(tail, rel=1e-9)
    if x < n:
        assert same(score.upper, twin.bisect(lambda p: twin.score(x, n, p) - z), 1e-9)
        assert stats.beta.sf(posterior.upper, x + 0.5, n - x + 0.5) == pytest.approx(tail, rel=1e-9)


@pytest.mark.parametrize("method", [clopper_pearson, wilson, jeffreys, mid_p])
def test_boundaries_symmetry_and_shape(method: Callable[..., Interval]) -> None:
    ci = method(np.arange(44), 43)
    assert ci.lower.shape == ci.upper.shape == ci.estimate.shape == (44,)
    assert ci.lower[0] == 0.0
    assert ci.upper[-1] == 1.0
    assert (ci.lower <= ci.estimate).all()
    assert (ci.estimate <= ci.upper).all()
    assert (np.diff(ci.lower) > 0).all()
    np.testing.assert_allclose(1.0 - ci.lower[::-1], ci.upper, atol=1e-12)


@pytest.mark.parametrize("p", [0.02, 0.1, 0.37, 0.5])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_clopper_pearson_covers(p: float, confidence: float) -> None:
    x = np.arange(36)
    ci = clopper_pearson(x, 35, confidence)
    covered = (ci.lower <= p) & (p <= ci.upper)
    assert stats.binom.pmf(x, 35, p)[covered].sum() >= confidence


REFUSED = [
    (0, 0, 0.95, "at least one subject"),
    (6, 5, 0.95, "between 0 and n"),
    (-1, 5, 0.95, "between 0 and n"),
    (np.nan, 5, 0.95, "whole number"),
    (1, np.nan, 0.95, "whole number"),
    (1.5, 5, 0.95, "whole number"),
    (1, 5, 95, "write 95% as 0.95"),
    (1, 5, 0.0, "strictly between"),
    (1, 5, np.nan, "strictly between"),
]


@pytest.mark.parametrize("method", [clopper_pearson, wilson, jeffreys, mid_p])
@pytest.mark.parametrize(("events", "n", "confidence", "message"), REFUSED)
def test_refused(method: Callable[..., Interval], events: float, n: float, confidence: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        method(events, n, confidence)


def test_the_message_names_the_place() -> None:
    with pytest.raises(ValueError, match=r"clopper_pearson: events is 9 at index \(1,\)"):
        clopper_pearson([1, 9], [5, 5])
