"""No design exceeds the level or lacks the power: judged by fractions, with which nothing is rounded."""

from collections.abc import Callable, Iterable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.design_exact import succeeds, written
from topline.design.bayes.bop2 import bop2
from topline.design.bayes.bop2_toxicity import bop2_toxicity
from topline.design.bayes.posterior import PosteriorRule, posterior_design
from topline.design.bayes.predictive import predictive_probability_design
from topline.design.bayes.thall_simon import ThallSimonRule, thall_simon
from topline.design.bivariate.bryant_day import bryant_day
from topline.design.bivariate.rule import BivariateDesign, BivariateHypotheses
from topline.design.exact import keeps, success
from topline.design.looks import Looks
from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.frontier import admissible, frontier
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses

Make = Callable[[Hypotheses], Iterable[SingleArmDesign]]
SIZES = range(2, 61)


def of_kinds(search: Callable[..., SingleArmDesign], *kinds: str) -> Make:
    def make(asked: Hypotheses) -> Iterable[SingleArmDesign]:
        for kind in kinds:
            yield search(asked.null, asked.target, alpha=asked.alpha, power=asked.power, kind=kind, max_n=60)

    return make


def several(search: Callable[..., Iterable[SingleArmDesign]]) -> Make:
    return lambda asked: search(asked.null, asked.target, alpha=asked.alpha, power=asked.power, max_n=60)


MAKERS: dict[str, Make] = {
    "single stage": of_kinds(single_stage, "smallest", "safe", "fleming"),
    "Simon": of_kinds(simon, "optimal", "minimax", "balanced", "balanced minimax"),
    "frontier": several(frontier),
    "admissible": several(lambda *rates, **asked: [one.design for one in admissible(*rates, **asked)]),
    "Mander-Thompson": of_kinds(
        mander_thompson, "H0-optimal", "H1-optimal", "H0-minimax", "H1-minimax", "delta-minimax"
    ),
    "three stages": of_kinds(three_stage, "optimal", "minimax", "ensign"),
    "curtailed": several(lambda *rates, **asked: [curtailed(simon(*rates, **asked))]),
    "Lee-Liu": lambda asked: [predictive_probability_design(asked, SIZES, Looks(5, 5))],
    "posterior": lambda asked: [
        posterior_design(asked, PosteriorRule(0.9, 0.02, asked.target, early=True), Looks(5, 5), SIZES)
    ],
    "Thall-Simon": lambda asked: [thall_simon(asked, ThallSimonRule((9.0, 21.0), 0.9, 0.01), Looks(5, 5), SIZES)],
    "BOP2": lambda asked: [bop2(asked, Looks(5, 5), SIZES)],
    "BOP2, expected": lambda asked: [bop2(asked, Looks(5, 5), SIZES, "expected")],
}
PERCENT = st.integers(2, 60).map(lambda k: k / 100)


@st.composite
def requests(draw: st.DrawFn) -> Hypotheses:
    """Draw hypotheses in decimals, with a level or a power that a few patients hit exactly in one case of two."""
    null = draw(PERCENT)
    target = round(null + draw(st.integers(25, 39)) / 100, 2)
    alpha = draw(st.sampled_from([0.025, 0.05, 0.1, 0.2]))
    power = draw(st.sampled_from([0.6, 0.7, 0.8, 0.9]))
    if draw(st.booleans()):
        n = draw(st.integers(1, 4))
        level, hit = float(written(null) ** n), float(1 - (1 - written(target)) ** n)
        alpha = level if 0.001 < level <= 0.5 else alpha
        power = hit if alpha < hit < 0.95 else power
    return Hypotheses(null, target, alpha, power)


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=12)
@given(asked=requests())
def test_no_slack_in_fractions(name: str, asked: Hypotheses) -> None:
    try:
        designs = list(MAKERS[name](asked))
    except ToplineError as error:
        if error.code != "TL-G02":
            raise
        return
    assert designs
    for design in designs:
        assert succeeds(design.boundary, asked.null) <= written(asked.alpha)
        assert succeeds(design.boundary, asked.target) >= written(asked.power)


TIES = [
    (0.1, 0.9, 0.01, 0.81, Boundary((2,), (1,), (2,))),
    (0.2, 0.9, 0.04, 0.81, Boundary((2,), (1,), (2,))),
    (0.1, 0.8, 0.001, 0.512, Boundary((3,), (2,), (3,))),
    (0.1, 0.6, 0.19, 0.84, Boundary((2,), (0,), (1,))),
]
"""Level and power are what was asked for to the last digit; in floating point the level is a little more."""


@pytest.mark.parametrize(("null", "target", "alpha", "power", "rule"), TIES)
def test_ties_are_decided_by_what_is_written(
    null: float, target: float, alpha: float, power: float, rule: Boundary
) -> None:
    assert succeeds(rule, null) == written(alpha)
    assert succeeds(rule, target) == written(power)
    assert keeps(rule, Hypotheses(null, target, alpha, power))
    assert single_stage(null, target, alpha=alpha, power=power).boundary == rule
    assert not keeps(rule, Hypotheses(null, target, alpha * (1 - 1e-15), power))
    assert not keeps(rule, Hypotheses(null, target, alpha, power * (1 + 3e-16)))


def test_two_of_two_in_two_stages() -> None:
    for make in (simon, mander_thompson):
        design = make(0.1, 0.9, alpha=0.01, power=0.81)
        assert (design.boundary.looks, design.boundary.futility) == ((1, 2), (0, 1))


@given(rate=PERCENT, futile=st.integers(0, 2), more=st.integers(1, 3), last=st.integers(3, 9))
def test_both_ways_through_fractions_are_equal(rate: float, futile: int, more: int, last: int) -> None:
    rule = Boundary((6, 14), (futile, last), (futile + 1 + more, last + 1))
    assert success(rule, rate) == succeeds(rule, rate)


def of_both(design: BivariateDesign, response: float, toxicity: float) -> Fraction:
    """Return the probability of success with independent outcomes: a product."""
    rule, free = design.boundary, 1.0 - toxicity
    most = tuple(look - bound for look, bound in zip(rule.looks, rule.toxicity, strict=True))
    never = tuple(look + 1 for look in rule.looks[:-1])
    of_response = Boundary(rule.looks, rule.futility, (*never, rule.futility[-1] + 1))
    of_freedom = Boundary(rule.looks, most, (*never, most[-1] + 1))
    return succeeds(of_response, response) * succeeds(of_freedom, round(free, 2))


@settings(max_examples=8)
@given(null=st.integers(5, 30), step=st.integers(30, 45), good=st.integers(5, 15), worse=st.integers(30, 45))
def test_two_outcomes_without_slack(null: int, step: int, good: int, worse: int) -> None:
    response, toxicity = (null / 100, (null + step) / 100), ((good + worse) / 100, good / 100)
    asked = BivariateHypotheses(response, toxicity, power=0.75)
    for design in (bryant_day(asked, patients=60), bop2_toxicity(asked, Looks(6, 6), range(6, 61))):
        assert of_both(design, response[0], toxicity[1]) <= Fraction(1, 10)
        assert of_both(design, response[1], toxicity[0]) <= Fraction(1, 10)
        assert of_both(design, response[1], toxicity[1]) >= Fraction(3, 4)
