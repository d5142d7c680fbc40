"""Shrunken estimates: against integrals by SciPy, and at the ends of what they can be."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from tests.twin.shrinkage import slow_mean, slow_quantile
from topline.stats.fisher import odds_ratio
from topline.stats.shrinkage import low_rate, shrink, shrink_rates


def normal(estimates: list[float], errors: list[float]) -> Callable[[np.ndarray], np.ndarray]:
    y, s = np.array(estimates)[:, None], np.array(errors)[:, None]
    return lambda x: -0.5 * ((x - y) / s) ** 2


@pytest.mark.parametrize(
    ("estimates", "errors"), [([1.0], [0.5]), ([2.0, 0.1, -0.3], [0.6, 0.7, 0.65]), ([0.0], [1.0])]
)
@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_posterior_is_that_of_the_slow_twin(estimates: list[float], errors: list[float], scale: float) -> None:
    found = shrink(normal(estimates, errors), scale).log_ratio
    for place in range(len(estimates)):
        mean = slow_mean(estimates, errors, scale, place)
        assert float(found.estimate[place]) == pytest.approx(mean, abs=1e-5)
        for share, limit in ((0.025, found.lower), (0.975, found.upper)):
            assert float(limit[place]) == pytest.approx(
                slow_quantile(estimates, errors, scale, (place, share)), abs=5e-3
            )


def test_a_marker_that_stands_out_is_pulled_more_where_the_others_are_silent() -> None:
    alone = shrink(normal([1.5], [0.6])).log_ratio.estimate[0]
    silent = shrink(normal([1.5] + [0.05] * 9, [0.6] * 10)).log_ratio.estimate[0]
    loud = shrink(normal([1.5] + [-1.5, 1.4] * 4, [0.6] * 9)).log_ratio.estimate[0]
    assert 0 < silent < alone < 1.5
    assert silent < loud < 1.5


def test_a_tight_prior_leaves_nothing_and_a_wide_one_much() -> None:
    counts = ([17], [21], [10], [22])
    tight, wide = shrink_rates(counts, scale=1e-3), shrink_rates(counts, scale=10.0)
    assert abs(float(tight.difference.estimate[0])) < 1e-4
    assert float(tight.positive.estimate[0]) == pytest.approx(27 / 43, abs=0.01)
    assert float(wide.effect.log_ratio.estimate[0]) == pytest.approx(
        float(np.log(odds_ratio(17, 21, 10, 22).estimate)), abs=0.25
    )


RATES = st.integers(0, 21), st.integers(0, 22)


@given(st.lists(st.tuples(*RATES).filter(lambda pair: 0 < sum(pair) < 43), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None)
def test_shrunken_rates_lie_between_the_observed_and_the_overall(pairs: list[tuple[int, int]]) -> None:
    one, two = (np.array(each) for each in zip(*pairs, strict=True))
    found = shrink_rates((one, np.full(len(pairs), 21), two, np.full(len(pairs), 22)))
    raw = one / 21 - two / 22
    assert (np.abs(found.difference.estimate) <= np.abs(raw) + 0.02).all()
    for part in (found.positive, found.negative):
        assert ((part.lower <= part.estimate) & (part.estimate <= part.upper)).all()
        assert ((part.lower >= 0) & (part.upper <= 1)).all()
    np.testing.assert_allclose(found.positive.estimate - found.negative.estimate, found.difference.estimate, atol=1e-9)


def test_rates_of_nought_and_all_have_estimates_and_limits() -> None:
    found = shrink_rates(([21], [21], [0], [22]))
    assert 0.8 < float(found.positive.estimate[0]) < 1
    assert 0 < float(found.negative.estimate[0]) < 0.2


@given(st.floats(0.02, 0.98), st.floats(-9, 9), st.floats(0.05, 0.95))
@settings(max_examples=100, deadline=None)
def test_rates_give_back_overall_rate_and_odds_ratio(overall: float, log_odds: float, share: float) -> None:
    low = float(low_rate(np.array(overall), np.array(log_odds), np.array(share)))
    high = np.exp(log_odds) * low / (1 - low + np.exp(log_odds) * low)
    assert 0 <= low <= 1
    assert share * high + (1 - share) * low == pytest.approx(overall, abs=1e-8)


def test_rates_are_those_of_the_double_integral() -> None:
    """One marker, 17 of 21 against 10 of 22: integrate spread, log odds ratio and overall rate with SciPy."""

    def posterior(ratio: float) -> float:
        """Density of the log ratio; the spread is integrated on a log scale, since small ones weigh at 0."""

        def part(u: float) -> float:
            return float(stats.norm.pdf(ratio, 0, np.exp(u)) * np.exp(u - np.exp(2 * u) / 2))

        prior = integrate.quad(part, -16, np.log(6), limit=200)[0]
        return float(stats.nchypergeom_fisher.pmf(17, 43, 21, 27, np.exp(ratio)) * prior)

    root = (np.arange(-100, 120) + 0.5) / 65  # a cubic grid, dense at 0 where the prior has its peak
    grid = root**3
    weight = np.array([posterior(ratio) for ratio in grid]) * 3 * root**2
    middles = stats.beta.ppf((np.arange(200) + 0.5) / 200, 27.5, 16.5)
    low = low_rate(middles[:, None], grid, np.array(21 / 43)).mean(axis=0)
    expected = (low * weight).sum() / weight.sum()
    assert float(shrink_rates(([17], [21], [10], [22])).negative.estimate[0]) == pytest.approx(expected, abs=5e-4)


def test_a_prior_without_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="scale is 0"):
        shrink(normal([1.0], [1.0]), scale=0)
