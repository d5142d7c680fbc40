"""Attained numbers that differ from the planned ones: the rules by hand, their exact level, the conditional stage."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from topline.design.conduct.attained import green_dahlberg, recomputed, unchanged
from topline.design.conduct.conditional import ConditionalRule
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.inference import Settings, inference

PLANNED = simon(0.1, 0.3, alpha=0.05, power=0.9)  # 2/18, 6/35
EARLY = SingleArmDesign("early", Hypotheses(0.1, 0.3), Boundary((10, 29), (1, 5), (5, 6)), "")
BINOM = stats.binom


def success(n1: int, r1: int, second: int, needed: dict[int, int], rate: float) -> float:
    """Return the probability of success with a bound of the second stage after each first stage, term by term."""
    going = range(r1 + 1, n1 + 1)
    return float(sum(BINOM.pmf(x, n1, rate) * BINOM.sf(needed[x] - 1, second, rate) for x in going))


def test_green_dahlberg_by_hand() -> None:
    """20 then 38 patients: P(X <= 1 | 20, .3) = .0076 and P(X <= 2) = .0355; P(X >= 8 | 38, .1) = .0318, of 7 .0800."""
    assert BINOM.cdf([1, 2], 20, 0.3) == pytest.approx([0.0076, 0.0355], abs=5e-5)
    assert BINOM.sf([7 - 1, 8 - 1], 38, 0.1) == pytest.approx([0.0800, 0.0318], abs=5e-5)
    found = green_dahlberg(PLANNED, (20, 38))
    assert found.boundary == Boundary((20, 38), (1, 7), (21, 8))
    needed = {x: 8 - x for x in range(21)}
    assert found.level == pytest.approx(success(20, 1, 18, needed, 0.1), rel=1e-12)
    assert found.attained_power == pytest.approx(success(20, 1, 18, needed, 0.3), rel=1e-12)


def test_green_dahlberg_may_exceed_the_level_and_says_so() -> None:
    exceeding = [
        found
        for n1 in range(12, 25)
        for n in range(30, 45)
        if not (found := green_dahlberg(PLANNED, (n1, n))).level <= 0.05
    ]
    assert exceeding
    assert all(not found.holds and found.level <= 0.055 for found in exceeding)


@settings(max_examples=40)
@given(st.integers(-6, 8), st.integers(-6, 8), st.sampled_from([(0.1, 0.3), (0.2, 0.4), (0.5, 0.7)]))
def test_recomputed_holds_the_level_and_is_the_least_bound(first: int, more: int, rates: tuple[float, float]) -> None:
    planned = simon(*rates)
    looks = planned.boundary.looks[0] + first, planned.boundary.patients + first + more
    found = recomputed(planned, looks)
    assert found.boundary.looks == looks
    assert found.level <= planned.hypotheses.alpha
    assert found.exact.stops_futile[1, 0] <= planned.exact.stops_futile[1, 0] * (1 + 1e-9)
    r1, r = found.boundary.futility
    lower = Boundary(looks, (r1, r - 1), (looks[0] + 1, r))
    assert operating_characteristics(lower, rates[0]).success[0] > planned.hypotheses.alpha
    assert BINOM.cdf(r1 + 1, looks[0], rates[1]) > planned.exact.stops_futile[1, 0]


@pytest.mark.parametrize("rates", [(0.05, 0.25), (0.1, 0.3), (0.2, 0.4), (0.3, 0.5), (0.45, 0.65), (0.6, 0.8)])
def test_recomputed_at_the_planned_looks_is_the_plan(rates: tuple[float, float]) -> None:
    planned = simon(*rates)
    assert recomputed(planned, planned.boundary.looks).boundary == planned.boundary


def test_recomputed_of_three_looks_counts_what_the_earlier_looks_lost() -> None:
    """At the second look the losses of both looks together are at most the planned ones, listed course by course."""
    rule = Boundary((6, 12, 20), (1, 4, 9), (7, 13, 10))
    planned = SingleArmDesign("three", Hypotheses(0.3, 0.5, 0.1, 0.5), rule, "")
    allowed = np.cumsum(planned.exact.stops_futile[1])[:2]
    assert recomputed(planned, rule.looks).boundary.futility[:2] == (1, 4)
    for looks in ((first, second, 21) for first in (5, 6, 7, 8) for second in range(10, 17)):
        one, two, _ = recomputed(planned, looks).boundary.futility
        for bounds, fits in (((one, two), True), ((one, two + 1), False)):
            tried = Boundary(looks, (*bounds, 20), (looks[0] + 1, looks[1] + 1, 21))
            lost = np.cumsum(operating_characteristics(tried, 0.5).stops_futile[0])[:2]
            assert bool((lost <= allowed * (1 + 1e-12)).all()) == fits


def test_recomputed_of_one_stage_is_the_critical_value() -> None:
    planned = single_stage(0.15, 0.33, power=0.88)
    assert planned.boundary.patients == 43
    for patients in (35, 40, 43, 47):
        needed = int(BINOM.isf(0.05, patients, 0.15)) + 1
        assert recomputed(planned, (patients,)).boundary == Boundary((patients,), (needed - 1,), (needed,))


def test_unchanged_bounds_have_another_level() -> None:
    found = unchanged(PLANNED, (18, 38))
    assert found.level == pytest.approx(success(18, 2, 20, {x: 7 - x for x in range(19)}, 0.1), rel=1e-12)
    assert found.level > PLANNED.hypotheses.alpha > PLANNED.level


@pytest.mark.parametrize(
    ("call", "looks", "code"),
    [
        (recomputed, (18,), "TL-G04"),
        (recomputed, (18, 18), "TL-G04"),
        (recomputed, (0, 18), "TL-G04"),
        (recomputed, (1, 2), "TL-G02"),
        (unchanged, (18, 6), "TL-G04"),
        (unchanged, (2, 35), "TL-G03"),
        (green_dahlberg, (18, 35, 40), "TL-G04"),
    ],
)
def test_looks_that_cannot_be_are_refused(call: object, looks: tuple[int, ...], code: str) -> None:
    planned = PLANNED if code != "TL-G02" else simon(0.3, 0.5)
    with pytest.raises(ToplineError) as caught:
        call(planned, looks)  # type: ignore[operator]
    assert caught.value.code == code


def test_a_stop_for_success_is_refused() -> None:
    for call in (recomputed, green_dahlberg):
        with pytest.raises(ToplineError) as caught:
            call(EARLY, (10, 30))
        assert caught.value.code == "TL-G04"
    with pytest.raises(ToplineError):
        ConditionalRule(EARLY, 19)
    with pytest.raises(ToplineError):
        ConditionalRule(PLANNED, 0)


@pytest.mark.parametrize("second", [1, 10, 16, 17, 20, 30])
def test_conditional_bounds_keep_the_error_that_was_left(second: int) -> None:
    found = ConditionalRule(PLANNED, second)
    for x, bound in found.critical.items():
        left = BINOM.sf(7 - x - 1, 17, 0.1)
        assert BINOM.sf(bound - 1, second, 0.1) <= left * (1 + 1e-12)
        assert bound == 0 or BINOM.sf(bound - 2, second, 0.1) > left
    assert found.level == pytest.approx(success(18, 2, second, found.critical, 0.1), rel=1e-11)
    assert found.attained_power == pytest.approx(success(18, 2, second, found.critical, 0.3), rel=1e-11)
    assert found.level <= PLANNED.level * (1 + 1e-12)


def test_a_second_stage_as_planned_changes_nothing() -> None:
    found = ConditionalRule(PLANNED, 17)
    assert found.critical == {x: max(0, 7 - x) for x in range(3, 19)}
    assert (found.level, found.attained_power) == pytest.approx((PLANNED.level, PLANNED.attained_power), rel=1e-12)
    assert found.holds
    for first, second in ((3, 4), (4, 3), (6, 1)):  # at the bound; beyond it second stages are ordered otherwise
        plain = inference(PLANNED.boundary, first + second, 2, Settings(0.1, 0.9))
        assert found.p_value(first, second, 0.1) == pytest.approx(plain.p, rel=1e-10)
        assert found.interval(first, second, 0.9) == pytest.approx(plain.koyama_chen, rel=1e-9)
        assert found.estimate(first, second) == pytest.approx(plain.median_unbiased, rel=1e-9)
    assert found.p_value(4, 6, 0.1) != pytest.approx(inference(PLANNED.boundary, 10, 2, Settings(0.1)).p, rel=0.5)


@pytest.mark.parametrize(("first", "second"), [(3, 4), (3, 5), (4, 3), (5, 0), (6, 2)])
def test_conditional_p_value_by_the_definition(first: int, second: int) -> None:
    """The rate at which the planned second stage is as rare as the observed one, found by another root finder."""
    rule, null = ConditionalRule(PLANNED, 20), 0.1
    seen = BINOM.sf(second - 1, 20, null)
    same = 1.0 if seen >= 1 else optimize.brentq(lambda p: BINOM.sf(7 - first - 1, 17, p) - seen, 0, 1, xtol=1e-14)
    exact = sum(BINOM.pmf(x, 18, null) * BINOM.sf(7 - x - 1, 17, same) for x in range(3, 19))
    assert rule.p_value(first, second, null) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("second", [12, 17, 23])
def test_conditional_p_value_agrees_with_its_bounds(second: int) -> None:
    rule = ConditionalRule(PLANNED, second)
    for first, bound in rule.critical.items():
        for count in range(second + 1):
            significant = rule.p_value(first, count, 0.1) <= PLANNED.level * (1 + 1e-9)
            assert significant == (count >= bound)


def test_a_first_stage_that_can_no_longer_succeed() -> None:
    """3 of 20 with 5 more planned cannot become 10: nothing was left, no second stage rejects."""
    planned = SingleArmDesign("x", Hypotheses(0.1, 0.5, 0.05, 0.5), Boundary((20, 25), (2, 9), (21, 10)), "")
    rule = ConditionalRule(planned, 8)
    assert (rule.critical[3], rule.critical[4], rule.critical[10]) == (9, 9, 0)
    assert rule.p_value(3, 8, 0.1) == pytest.approx(BINOM.sf(4, 20, 0.1), rel=1e-10)
    assert rule.p_value(3, 8, 0.1) > planned.level
    assert rule.p_value(10, 0, 0.1) == pytest.approx(BINOM.sf(9, 20, 0.1), rel=1e-10)


def test_conditional_limits_reach_their_tails() -> None:
    rule = ConditionalRule(PLANNED, 20)
    lower, upper = rule.interval(4, 5, 0.9)
    assert rule.p_value(4, 5, lower) == pytest.approx(0.05, abs=1e-12)
    assert rule.p_value(4, 5, upper) == pytest.approx(0.95, abs=1e-12)
    assert rule.p_value(4, 5, rule.estimate(4, 5)) == pytest.approx(0.5, abs=1e-12)
    values = [rule.p_value(4, 5, rate) for rate in np.linspace(0, 1, 101)]
    assert (np.diff(values) >= -1e-12).all()
    never = SingleArmDesign("no stop", PLANNED.hypotheses, Boundary((18, 35), (-1, 6), (19, 7)), "")
    assert isnan(ConditionalRule(never, 20).interval(0, 0)[1])


@pytest.mark.parametrize(("first", "second"), [(2, 4), (19, 4), (3, 21), (3, -1)])
def test_conditional_counts_that_cannot_be_are_refused(first: int, second: int) -> None:
    with pytest.raises(ToplineError) as caught:
        ConditionalRule(PLANNED, 20).p_value(first, second, 0.1)
    assert caught.value.code == "TL-G03"
