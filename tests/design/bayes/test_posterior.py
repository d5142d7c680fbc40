"""Posterior thresholds: the posterior itself, the bounds that it gives, and the level that a certainty is tuned to."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from topline.design.bayes.posterior import (
    PosteriorRule,
    distinct,
    exceeds,
    posterior_boundary,
    posterior_design,
    responses_needed,
)
from topline.design.looks import Looks
from topline.errors import ToplineError
from topline.protocol.rule.boundary import operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

LOOKS = (8, 14, 20, 31)
RULE = PosteriorRule(certainty=0.95, futile=0.02, against=0.3, early=True, prior=(0.5, 0.5))
ASKED = Hypotheses(0.1, 0.3, 0.05, 0.8)


@settings(max_examples=50)
@given(st.integers(1, 80), st.data(), st.floats(0.05, 0.95), st.floats(0.1, 9), st.floats(0.1, 9))
def test_posterior_is_the_beta_distribution(n: int, data: st.DataObject, rate: float, a: float, b: float) -> None:
    x = data.draw(st.integers(0, n))
    np.testing.assert_allclose(
        exceeds(x, n, rate, (a, b)), stats.beta.sf(rate, a + x, b + n - x), rtol=1e-9, atol=1e-300
    )


def test_uniform_prior_by_hand() -> None:
    """Beta(2, 1) after a response of one: P(rate > 1/2) = 3/4; beta(1, 2) after none: 1/4."""
    np.testing.assert_allclose(exceeds([1, 0], 1, 0.5), [0.75, 0.25], rtol=1e-14)


@settings(max_examples=40)
@given(st.floats(0.05, 0.9), st.floats(0.5, 0.99), st.floats(0.1, 4), st.floats(0.1, 4))
def test_bounds_are_the_first_that_are_certain(rate: float, certainty: float, a: float, b: float) -> None:
    found = responses_needed(LOOKS, rate, certainty, (a, b))
    for look, bound in zip(LOOKS, found, strict=True):
        certain = [x for x in range(look + 1) if exceeds(x, look, rate, (a, b)) >= certainty]
        assert bound == min(certain, default=look + 1)


def test_a_boundary_says_what_the_rule_says() -> None:
    boundary = posterior_boundary(RULE, 0.1, LOOKS)
    for place, look in enumerate(LOOKS[:-1]):
        for x in range(look + 1):
            success, futile = exceeds(x, look, 0.1, (0.5, 0.5)) >= 0.95, exceeds(x, look, 0.3, (0.5, 0.5)) < 0.02
            assert (x >= boundary.efficacy[place]) == success
            assert (x <= boundary.futility[place]) == (futile and not success)
    assert boundary.futility[-1] + 1 == boundary.efficacy[-1] == int(responses_needed((31,), 0.1, 0.95, (0.5, 0.5))[0])


def test_without_early_success_only_futility_stops() -> None:
    boundary = posterior_boundary(replace(RULE, early=False), 0.1, LOOKS)
    assert boundary.efficacy[:-1] == tuple(look + 1 for look in LOOKS[:-1])
    assert boundary.futility == posterior_boundary(RULE, 0.1, LOOKS).futility


@pytest.mark.parametrize("early", [False, True])
def test_design_holds_and_is_the_least(early: bool) -> None:
    looks = Looks(8, 6)
    found = posterior_design(ASKED, replace(RULE, early=early), looks)
    n = found.boundary.patients
    assert found.holds
    assert posterior_boundary(found.rule, 0.1, found.boundary.looks) == found.boundary
    for fewer in range(10, n):
        for certainty in np.linspace(0.8, 0.9995, 50):
            boundary = posterior_boundary(replace(found.rule, certainty=float(certainty)), 0.1, looks.up_to(fewer))
            level, power = operating_characteristics(boundary, (0.1, 0.3)).success
            assert level > 0.05 or power < 0.8


@pytest.mark.parametrize("early", [False, True])
def test_certainty_is_the_least_that_holds_the_level(early: bool) -> None:
    found = posterior_design(ASKED, replace(RULE, early=early), Looks(8, 6))
    looks = found.boundary.looks if early else found.boundary.looks[-1:]
    values = [value for n in looks for value in exceeds(np.arange(n + 1), n, 0.1, (0.5, 0.5))]
    rule = replace(found.rule, certainty=max(value for value in values if value < found.rule.certainty - 1e-9))
    assert operating_characteristics(posterior_boundary(rule, 0.1, found.boundary.looks), 0.1).success[0] > 0.05


def test_too_much_futility_is_said() -> None:
    with pytest.raises(ToplineError, match="relax a threshold that stops early") as caught:
        posterior_design(ASKED, replace(RULE, futile=0.4, early=False), Looks(5, 1), range(10, 21))
    assert caught.value.code == "TL-G02"


def test_what_only_rounding_separates_is_one() -> None:
    assert distinct(np.array([0.3, 0.1 + 0.2, np.nan, 0.5, 0.5 * (1 + 1e-9)])).tolist() == [0.3, 0.5, 0.5 * (1 + 1e-9)]


@pytest.mark.parametrize(
    "wrong", [{"certainty": 1.0}, {"certainty": 95}, {"futile": -0.1}, {"against": 0.0}, {"prior": (1, 0)}]
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ToplineError, match="TL-G04"):
        replace(RULE, **wrong)  # type: ignore[arg-type]
