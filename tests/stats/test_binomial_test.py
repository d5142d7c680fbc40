"""The exact binomial test: against a slow twin and scipy, and in agreement with the exact interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.stats.cases import same
from tests.twin import proportion as twin
from topline.stats.binomial_test import Alternative, binomial_test
from topline.stats.proportion import clopper_pearson

counts = st.integers(1, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
nulls = st.sampled_from([0.05, 0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9])


@settings(max_examples=80)
@given(counts, nulls)
def test_twin(count: tuple[int, int], null: float) -> None:
    x, n = count
    assert same(binomial_test(x, n, null), twin.at_least(x, n, null), 1e-9)
    assert same(binomial_test(x, n, null, "less"), twin.at_most(x, n, null), 1e-9)
    assert same(binomial_test(x, n, null, "two-sided"), twin.two_sided(x, n, null), 1e-9)


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_scipy_on_large_samples(alternative: Alternative) -> None:
    for x, n, null in [(17, 250, 0.1), (333, 1000, 0.3), (12, 2000, 0.01), (0, 500, 0.02), (500, 500, 0.99)]:
        expected = stats.binomtest(x, n, null, alternative).pvalue
        assert float(binomial_test(x, n, null, alternative)) == pytest.approx(expected, rel=1e-8)


@settings(max_examples=50)
@given(counts, nulls)
def test_the_one_sided_test_rejects_where_the_interval_leaves_out_the_null(count: tuple[int, int], null: float) -> None:
    x, n = count
    lower = float(clopper_pearson(x, n, 0.90).lower)
    if abs(lower - null) > 1e-9:
        assert (float(binomial_test(x, n, null)) < 0.05) == (lower > null)


def test_certain_nulls() -> None:
    assert binomial_test([0, 1], 5, 0.0).tolist() == [1.0, 0.0]
    assert binomial_test([0, 1], 5, 0.0, "two-sided").tolist() == [1.0, 0.0]
    assert binomial_test([4, 5], 5, 1.0, "two-sided").tolist() == [0.0, 1.0]


def test_shape_of_many_trials() -> None:
    p = binomial_test(np.arange(6).reshape(2, 3), 43, 0.1, "two-sided")
    assert p.shape == (2, 3)
    assert p[1, 1] == pytest.approx(stats.binomtest(4, 43, 0.1).pvalue, rel=1e-10)


def test_refused() -> None:
    with pytest.raises(ValueError, match=r"write 20% as 0\.2"):
        binomial_test(1, 5, 20)
    with pytest.raises(ValueError, match="null is nan"):
        binomial_test(1, 5, np.nan)
    with pytest.raises(ValueError, match="not one of 'greater'"):
        binomial_test(1, 5, 0.2, "upper")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="binomial_test: n is 0"):
        binomial_test(0, 0, 0.2)
