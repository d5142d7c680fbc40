"""Fisher's test, its power, the exact odds ratio, the difference of rates: twins, R and SciPy, symmetry, coverage."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio as scipy_odds_ratio

from tests.twin.fisher import slow_fisher, slow_power
from topline.protocol.rule.binomial import mass
from topline.stats.difference import newcombe
from topline.stats.fisher import detectable_rate, fisher_exact, fisher_power, log_likelihood, odds_ratio

TABLES = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


@given(TABLES)
@settings(max_examples=100, deadline=None)
def test_fisher_is_that_of_the_slow_twin(table: tuple[int, int, int, int]) -> None:
    assert float(fisher_exact(*table)) == pytest.approx(float(slow_fisher(*table)), rel=1e-10, abs=1e-14)


def test_every_table_of_43_patients_at_once_is_that_of_the_slow_twin() -> None:
    x1, x0 = np.arange(22)[:, None], np.arange(23)
    found = fisher_exact(x1, 21, x0, 22)
    expected = [[float(slow_fisher(i, 21, j, 22)) for j in range(23)] for i in range(22)]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=0)


@given(TABLES, st.sampled_from(["two-sided", "greater", "less"]))
@settings(max_examples=50, deadline=None)
def test_fisher_is_that_of_scipy(table: tuple[int, int, int, int], alternative: str) -> None:
    x1, n1, x0, n0 = table
    expected = stats.fisher_exact([[x1, n1 - x1], [x0, n0 - x0]], alternative).pvalue
    assert float(fisher_exact(*table, alternative)) == pytest.approx(expected, rel=1e-9, abs=1e-14)  # type: ignore[arg-type]


@given(TABLES)
@settings(max_examples=50, deadline=None)
def test_fisher_does_not_know_which_group_is_which(table: tuple[int, int, int, int]) -> None:
    x1, n1, x0, n0 = table
    assert float(fisher_exact(x0, n0, x1, n1)) == pytest.approx(float(fisher_exact(*table)), rel=1e-10)
    assert float(fisher_exact(n1 - x1, n1, n0 - x0, n0)) == pytest.approx(float(fisher_exact(*table)), rel=1e-10)


@given(TABLES.filter(lambda t: 0 < t[0] + t[2] < t[1] + t[3]))
@settings(max_examples=50, deadline=None)
def test_odds_ratio_is_that_of_scipy(table: tuple[int, int, int, int]) -> None:
    x1, n1, x0, n0 = table
    expected = scipy_odds_ratio([[x1, n1 - x1], [x0, n0 - x0]])
    low, high = expected.confidence_interval(0.95)
    found = odds_ratio(*table)
    actual = [float(found.estimate), float(found.lower), float(found.upper)]
    np.testing.assert_allclose(actual, [expected.statistic, low, high], rtol=1e-6, atol=1e-12)


def test_an_odds_ratio_without_end_and_one_without_meaning() -> None:
    sure = odds_ratio(5, 5, 0, 5)
    assert (float(sure.estimate), float(sure.upper)) == (np.inf, np.inf)
    assert float(sure.lower) > 1
    none = odds_ratio(0, 5, 0, 5)
    assert np.isnan(none.estimate)
    assert (float(none.lower), float(none.upper)) == (0.0, np.inf)


@given(TABLES, st.floats(-4, 4))
@settings(max_examples=50, deadline=None)
def test_likelihood_is_that_of_the_noncentral_hypergeometric_distribution(
    table: tuple[int, int, int, int], slope: float
) -> None:
    x1, n1, x0, n0 = table
    expected = stats.nchypergeom_fisher.logpmf(x1, n1 + n0, n1, x1 + x0, np.exp(slope))
    assert float(log_likelihood(table, [slope])[0]) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("sizes", [(6, 7), (3, 9)])
def test_power_is_that_of_the_slow_twin(sizes: tuple[int, int]) -> None:
    expected = slow_power((Fraction(9, 10), Fraction(1, 4)), sizes, Fraction(1, 20))
    assert float(fisher_power(0.9, 0.25, *sizes)) == pytest.approx(float(expected), rel=1e-10)


def test_fisher_keeps_its_level_and_more() -> None:
    rates = np.linspace(0.05, 0.95, 19)
    level = fisher_power(rates, rates, 21, 22)
    assert level.max() <= 0.05
    assert level.max() > 0.01


def test_detectable_rate_is_where_the_power_is_reached() -> None:
    rate = detectable_rate(0.5, 21, 22)
    assert float(fisher_power(rate, 0.5, 21, 22)) >= 0.8
    assert float(fisher_power(rate - 1e-6, 0.5, 21, 22)) < 0.8
    assert np.isnan(detectable_rate(0.8, 5, 38))


@pytest.mark.parametrize("call", [
    lambda: fisher_exact(5, 4, 1, 4),
    lambda: fisher_exact(1, 0, 1, 4),
    lambda: fisher_exact(1, 4, 1, 4, "more"),  # type: ignore[arg-type]
    lambda: fisher_power(1.2, 0.5, 10, 10),
    lambda: fisher_power(0.8, 0.5, 10, 10, alpha=5),
    lambda: newcombe(1, 4, 1, 4, 95),
])  # fmt: skip
def test_what_has_no_answer_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"is|lies"):
        call()


@given(TABLES, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
@settings(max_examples=50, deadline=None)
def test_difference_stays_inside_and_turns_with_the_groups(table: tuple[int, int, int, int], confidence: float) -> None:
    found, turned = newcombe(*table, confidence), newcombe(table[2], table[3], table[0], table[1], confidence)
    assert -1 - 1e-12 <= found.lower <= found.estimate <= found.upper <= 1 + 1e-12
    assert float(found.lower) == pytest.approx(-float(turned.upper), abs=1e-12)


def test_difference_covers_what_it_says_in_halves_of_43_patients() -> None:
    x1, x0 = np.arange(22.0), np.arange(23.0)
    found = newcombe(x1[:, None], 21, x0, 22)
    chance = {
        (n, p): mass(x, n, p)
        for n, x in ((21, x1), (22, x0)) for p in np.linspace(0.1, 0.9, 9)
    }  # fmt: skip
    coverage = []
    for p1 in np.linspace(0.1, 0.9, 9):
        for p0 in np.linspace(0.1, 0.9, 9):
            inside = (found.lower <= p1 - p0) & (p1 - p0 <= found.upper)
            coverage.append(chance[21, p1] @ inside @ chance[22, p0])
    assert 0.945 < np.mean(coverage) < 0.96
    assert min(coverage) > 0.93
