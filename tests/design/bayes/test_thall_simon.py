"""Thall and Simon's monitoring: the integral against exact fractions, the bounds, and the level they are tuned to."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from tests.twin.design_bayes import better_than_standard
from topline.design.bayes.thall_simon import ThallSimonRule, exceeds_standard, thall_simon, thall_simon_boundary
from topline.design.looks import Looks
from topline.errors import ToplineError
from topline.protocol.rule.boundary import operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

RULE = ThallSimonRule(standard=(10, 40), certainty=0.95, futile=0.02, margin=0.15, prior=(0.4, 1.6))
LOOKS = (10, 20, 30)


@settings(max_examples=30)
@given(st.data(), st.integers(1, 12), st.tuples(st.integers(1, 12), st.integers(1, 12)), st.integers(0, 9))
def test_integral_is_that_of_the_twin(data: st.DataObject, n: int, standard: tuple[int, int], tenths: int) -> None:
    x, margin = data.draw(st.integers(0, n)), Fraction(tenths, 10)
    found = exceeds_standard(x, n, standard, float(margin), (2, 1))
    assert float(found) == pytest.approx(float(better_than_standard((2 + x, 1 + n - x), standard, margin)), abs=1e-12)


@pytest.mark.parametrize("standard", [(0.5, 0.5), (15.5, 34.5), (150, 350), (1500, 3500)])
@pytest.mark.parametrize(("x", "n", "margin"), [(3, 10, 0.0), (12, 40, 0.1), (30, 60, 0.15), (0, 25, 0.0)])
def test_integral_is_that_of_quadrature(standard: tuple[float, float], x: int, n: int, margin: float) -> None:
    law, after = stats.beta(*standard), stats.beta(0.6 + x, 1.4 + n - x)
    # Over the standard's quantiles, in pieces, so that the narrow ones are not missed.
    cuts = [0, 1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 1 - 1e-3, 1 - 1e-6, 1]
    parts = [
        integrate.quad(lambda u: after.sf(law.ppf(u) + margin), low, high, epsabs=1e-14, limit=200)[0]
        for low, high in pairwise(cuts)
    ]
    assert float(exceeds_standard(x, n, standard, margin, (0.6, 1.4))) == pytest.approx(sum(parts), abs=2e-11)


def test_a_sharp_standard_is_a_number() -> None:
    sharp = exceeds_standard(12, 40, (2e9, 8e9), 0.0, (0.6, 1.4))
    assert float(sharp) == pytest.approx(stats.beta.sf(0.2, 12.6, 29.4), rel=1e-7)


def test_a_boundary_says_what_the_rule_says() -> None:
    boundary = thall_simon_boundary(RULE, LOOKS)
    for place, look in enumerate(LOOKS):
        x = np.arange(look + 1)
        above = exceeds_standard(x, look, RULE.standard, 0.0, RULE.prior) >= RULE.certainty
        futile = exceeds_standard(x, look, RULE.standard, RULE.margin, RULE.prior) <= RULE.futile
        assert (x >= boundary.efficacy[place]).tolist() == above.tolist()
        if place < len(LOOKS) - 1:
            assert (x <= boundary.futility[place]).tolist() == (futile & ~above).tolist()
    assert boundary.futility[-1] + 1 == boundary.efficacy[-1]


def test_the_published_certainty_is_no_level() -> None:
    """0.95 at each of 31 looks: with the standard's mean as the true rate the new treatment wins in 15% of trials."""
    rule = ThallSimonRule(standard=(10_000, 40_000), certainty=0.95, futile=0.0, prior=(0.4, 1.6))
    level = operating_characteristics(thall_simon_boundary(rule, tuple(range(10, 41))), 0.2).success[0]
    assert 0.1 < level < 0.2


def test_tuned_design_holds_and_its_certainty_is_the_least() -> None:
    asked = Hypotheses(0.2, 0.4, 0.05, 0.8)
    found = thall_simon(asked, RULE, Looks(10, 5))
    assert found.holds
    assert found.boundary == thall_simon_boundary(found.rule, found.boundary.looks)
    values = [v for n in found.boundary.looks for v in exceeds_standard(np.arange(n + 1), n, (10, 40), 0.0, (0.4, 1.6))]
    less = replace(found.rule, certainty=max(v for v in values if v < found.rule.certainty - 1e-9))
    assert operating_characteristics(thall_simon_boundary(less, found.boundary.looks), 0.2).success[0] > 0.05
    with pytest.raises(ToplineError, match=f"{found.boundary.patients} would be"):
        thall_simon(asked, RULE, Looks(10, 5), range(10, found.boundary.patients))


@pytest.mark.parametrize(
    "wrong", [{"standard": (0, 1)}, {"prior": (1, -1)}, {"certainty": 0}, {"futile": 1}, {"margin": -0.1}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ToplineError, match="TL-G04"):
        replace(RULE, **wrong)  # type: ignore[arg-type]
