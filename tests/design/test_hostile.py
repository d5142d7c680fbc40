"""Settings that nobody should pass: each public function names what is wrong, and never takes long over it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from topline.design.bayes.bop2 import Bop2Rule, bop2
from topline.design.bayes.bop2_toxicity import bop2_toxicity
from topline.design.bayes.posterior import PosteriorRule, exceeds, posterior_design
from topline.design.bayes.predictive import (
    PredictiveRule,
    needed_at_end,
    predictive_probability,
    predictive_probability_design,
)
from topline.design.bayes.thall_simon import ThallSimonRule, exceeds_standard, thall_simon
from topline.design.bivariate.bryant_day import bryant_day
from topline.design.bivariate.rule import BivariateBoundary, BivariateHypotheses, bivariate_characteristics
from topline.design.conduct.attained import green_dahlberg, recomputed, unchanged
from topline.design.conduct.conditional import ConditionalRule
from topline.design.conduct.dropout import assured, inflated, losses
from topline.design.conduct.interim import conditional_power, decide, predictive_success
from topline.design.conduct.unconfirmed import confirmation, reversal, success_after_any
from topline.design.looks import Looks
from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.frontier import admissible, frontier
from topline.design.rate.gehan import gehan
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import fleming, single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.survival.duration import Accrual, duration
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.exponential import exponential
from topline.design.survival.kwak_jung import kwak_jung
from topline.design.survival.landmark import landmark_count, landmark_rate
from topline.design.survival.one_sample_logrank import one_sample_logrank
from topline.design.survival.weibull import SurvivalHypotheses, Weibull
from topline.errors import ToplineError
from topline.protocol.rule.hypotheses import Hypotheses

Call = Callable[[Any], object]
ASKED, MONTHS = Hypotheses(0.2, 0.4, 0.1, 0.8), Enrolment(follow_up=6.0, rate=2.5)
MEDIANS = SurvivalHypotheses.of_medians(3.0, 6.0)
PLANNED = simon(0.1, 0.3, power=0.9)
RULE = PLANNED.boundary
BOTH = BivariateBoundary((2, 4), (0, 1), (2, 3))
NO_NUMBERS: list[object] = [math.nan, math.inf, -math.inf, "0.1", "many", None, True, [0.1], 1j]
NO_SHARES = [*NO_NUMBERS, -0.1, 1.5, 30, 20.0]
NO_COUNTS = [*NO_NUMBERS, 0, -5, 2.5]

SHARES: dict[str, Call] = {
    "gehan": gehan,
    "gehan error": lambda x: gehan(0.2, error=x),
    "gehan standard error": lambda x: gehan(0.2, standard_error=x),
    "gehan rates": lambda x: gehan(0.2).operating_characteristics(x if x != [0.1] else "x"),
    "curtailed futility": lambda x: curtailed(PLANNED, futility=x),
    "response": lambda x: BivariateHypotheses((x, 0.6), (0.4, 0.2)),
    "toxicity": lambda x: BivariateHypotheses((0.2, 0.6), (0.4, x)),
    "alpha of response": lambda x: BivariateHypotheses((0.2, 0.6), (0.4, 0.2), alpha_response=x),
    "low": lambda x: PredictiveRule(x, 0.9),
    "certainty": lambda x: PosteriorRule(x, 0.1, 0.4),
    "against": lambda x: PosteriorRule(0.9, 0.1, x),
    "margin": lambda x: ThallSimonRule((15, 5), 0.9, 0.05, margin=x),
    "scale": lambda x: Bop2Rule(x, 1.0, (1.0, 1.0)),
    "needed": lambda x: needed_at_end(20, 0.2, x, (1.0, 1.0)),
    "standard margin": lambda x: exceeds_standard(3, 10, (1.0, 1.0), x),
    "hazard ratio": lambda x: SurvivalHypotheses(Weibull(3.0), x),
    "survival alpha": lambda x: SurvivalHypotheses(Weibull(3.0), 0.5, x),
    "survival rate": lambda x: Weibull.of_rate(x, 2.0),
    "assurance": lambda x: exponential(MEDIANS, MONTHS, assurance=x),
    "quantile": lambda x: duration(RULE, Accrual(2.0), 0.2).quantile(x),
    "duration rates": lambda x: duration(RULE, Accrual(2.0), x if x != [0.1] else "x"),
    "landmark rates": lambda x: landmark_rate(ASKED, 3.0, MONTHS).operating_characteristics(x if x != [0.1] else "x"),
    "both rates": lambda x: bivariate_characteristics(BOTH, x if x != [0.1] else "x", 0.2),
    "levels": lambda x: green_dahlberg(PLANNED, (18, 35), (x, 0.05)),
    "lost": lambda x: inflated(35, x),
    "losses": lambda x: losses(PLANNED, x),
    "assured": lambda x: assured(35, 0.1, x),
    "confirmed": lambda x: confirmation(PLANNED, x if x is not True else 0.0),
    "reversal": lambda x: reversal(PLANNED, 0.8, x if x != [0.1] else "x"),
    "first look": lambda x: success_after_any(PLANNED, 0.8, x if x != [0.1] else "x"),
    "conditional power": lambda x: conditional_power(RULE, 3, 18, x if x != [0.1] else "x"),
    "conditional success": lambda x: ConditionalRule(PLANNED, 20).success(x if x != [0.1] else "x"),
    "conditional interval": lambda x: ConditionalRule(PLANNED, 20).interval(3, 4, x),
    "exceeds": lambda x: exceeds(3, 10, x if x != [0.1] else "x"),
}
COUNTS: dict[str, Call] = {
    "every": lambda x: curtailed(PLANNED, every=x),
    "both": lambda x: bryant_day(BivariateHypotheses((0.2, 0.6), (0.4, 0.1)), patients=x),
    "first": lambda x: Looks(x, 1),
    "log-rank": lambda x: one_sample_logrank(MEDIANS, MONTHS, max_n=x),
    "exponential": lambda x: exponential(MEDIANS, MONTHS, max_n=x),
    "landmark": lambda x: landmark_rate(ASKED, 3.0, MONTHS, max_n=x),
    "two-stage log-rank": lambda x: kwak_jung(MEDIANS, MONTHS, max_n=x),
    "unchanged": lambda x: unchanged(PLANNED, (18, x)),
    "recomputed": lambda x: recomputed(PLANNED, (x, 40)),
    "all looks": lambda x: recomputed(PLANNED, x),
    "second": lambda x: ConditionalRule(PLANNED, x),
    "first responders": lambda x: ConditionalRule(PLANNED, 20).estimate(x, 4),
    "second responders": lambda x: ConditionalRule(PLANNED, 20).p_value(4, x if x != 0 else -1, 0.1),
    "evaluable": lambda x: inflated(x, 0.1),
    "patients at look": lambda x: decide(RULE, 2, x if x != 0 else -1),
    "stage": lambda x: decide(RULE, 2, 18, x if x is not None else 7),
    "predictive": lambda x: predictive_success(RULE, 3, x),
    "planned": lambda x: predictive_probability(2, 10, (3, x)),
    "needed of": lambda x: needed_at_end(x, 0.2, 0.9, (1.0, 1.0)),
    "sizes": lambda x: bop2(ASKED, patients=x),
}
LENGTHS: dict[str, Call] = {
    "scale": Weibull,
    "shape": lambda x: Weibull(2.0, x),
    "median": Weibull.of_median,
    "null median": lambda x: SurvivalHypotheses.of_medians(x, 5.0),
    "rate": lambda x: Enrolment(follow_up=1.0, rate=x),
    "follow-up": lambda x: Enrolment(follow_up=x, rate=2.0),
    "accrual": Accrual,
    "ramp": lambda x: Accrual(2.0, ramp=x),
    "landmark": lambda x: landmark_rate(ASKED, x, MONTHS),
    "prior": lambda x: PosteriorRule(0.9, 0.1, 0.4, prior=(x, 1.0)),
    "pair": lambda x: PosteriorRule(0.9, 0.1, 0.4, prior=x),
    "standard": lambda x: ThallSimonRule((x, 5.0), 0.9, 0.05),
    "odds ratio": lambda x: BivariateHypotheses((0.2, 0.6), (0.4, 0.2), odds_ratio=x),
    "gamma": lambda x: Bop2Rule(0.5, x, (1.0, 1.0)),
}


def refused(call: Call, value: object) -> None:
    with pytest.raises(ToplineError) as caught:
        call(value)
    assert caught.value.code in {"TL-G01", "TL-G02", "TL-G03", "TL-G04"}
    assert str(caught.value.what)


@pytest.mark.parametrize("value", NO_SHARES, ids=repr)
@pytest.mark.parametrize("name", SHARES)
def test_no_shares(name: str, value: object) -> None:
    refused(SHARES[name], value)


@pytest.mark.parametrize("value", NO_COUNTS, ids=repr)
@pytest.mark.parametrize("name", COUNTS)
def test_no_numbers_of_patients(name: str, value: object) -> None:
    refused(COUNTS[name], value)


@pytest.mark.parametrize("value", [*NO_NUMBERS, -1.0], ids=repr)
@pytest.mark.parametrize("name", LENGTHS)
def test_no_lengths_of_time(name: str, value: object) -> None:
    refused(LENGTHS[name], value)


SEARCHES: list[Callable[..., object]] = [
    simon, frontier, admissible, single_stage, mander_thompson, three_stage, fleming
]  # fmt: skip
REQUESTS = [
    ({"null": 0.4, "target": 0.2}, "TL-G01 target"),
    ({"null": 0.3, "target": 0.3}, "TL-G01 target"),
    ({"null": 0.0, "target": 0.2}, "TL-G01 null"),
    ({"null": 0.1, "target": 1.0}, "TL-G01 target"),
    ({"null": 10, "target": 30}, "TL-G01 null: 10 is not between 0 and 1; write 20% as 0.2"),
    ({"null": math.nan, "target": 0.3}, "TL-G01 null"),
    ({"null": 0.1, "target": math.inf}, "TL-G01 target"),
    ({"null": 0.1, "target": 0.3, "alpha": 0.0}, "TL-G01 alpha"),
    ({"null": 0.1, "target": 0.3, "alpha": 5}, "TL-G01 alpha"),
    ({"null": 0.1, "target": 0.3, "alpha": 0.3, "power": 0.2}, "TL-G01 power"),
    ({"null": 0.1, "target": 0.3, "power": True}, "TL-G01 power"),
]


@pytest.mark.parametrize(("asked", "said"), REQUESTS)
@pytest.mark.parametrize("search", SEARCHES)
def test_requests(search: Callable[..., object], asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ToplineError, match=said):
        search(**asked)


@pytest.mark.parametrize("max_n", [1, 0, -3, 2.5, 10**9, math.inf, math.nan, True])
@pytest.mark.parametrize("search", SEARCHES[:-1])
def test_largest_numbers_of_patients(search: Callable[..., object], max_n: Any) -> None:
    with pytest.raises(ToplineError, match=r"TL-G0[24]"):
        search(0.1, 0.3, max_n=max_n)


@pytest.mark.parametrize("number", [np.float64(0.2), np.float32(0.25)])
def test_numbers_of_arrays_are_numbers(number: Any) -> None:
    assert simon(number, 0.5).boundary.patients < 40
    assert gehan(number).first_stage < 20
    assert predictive_probability(np.int64(2), np.int64(10), (3, 20)) == predictive_probability(2, 10, (3, 20))


NEXT = Hypotheses(0.5, 0.5000001)
CLOSE: dict[str, Callable[[], object]] = {
    **{search.__name__: (lambda search=search: search(0.5, 0.5000001)) for search in SEARCHES[:-1]},  # type: ignore[misc]
    "BOP2": lambda: bop2(NEXT),
    "Lee-Liu": lambda: predictive_probability_design(NEXT),
    "posterior": lambda: posterior_design(NEXT, PosteriorRule(0.9, 0.05, 0.5)),
    "Thall-Simon": lambda: thall_simon(NEXT, ThallSimonRule((10.0, 10.0), 0.9, 0.05)),
    "BOP2, both": lambda: bop2_toxicity(BivariateHypotheses((0.5, 0.5000001), (0.3, 0.2))),
    "Bryant-Day": lambda: bryant_day(BivariateHypotheses((0.2, 0.6), (0.3, 0.2999999)), patients=1000),
    "landmark": lambda: landmark_rate(NEXT, 3.0, MONTHS),
    "count": lambda: landmark_count(NEXT),
    "log-rank": lambda: one_sample_logrank(SurvivalHypotheses(Weibull(3.0), 0.999999), MONTHS),
    "Kwak-Jung": lambda: kwak_jung(SurvivalHypotheses(Weibull(3.0), 0.97), MONTHS),
    "exponential": lambda: exponential(SurvivalHypotheses(Weibull(3.0), 0.999999), MONTHS),
    "Gehan": lambda: gehan(1e-9),
}


@pytest.mark.parametrize("name", CLOSE)
def test_rates_that_no_trial_tells_apart_are_answered_at_once(name: str) -> None:
    with pytest.raises(ToplineError, match="TL-G02") as caught:
        CLOSE[name]()
    assert any(figure in str(caught.value.what) for figure in ("1000", "needed", "enough", "patients"))
    assert caught.value.what != ""


@pytest.mark.parametrize("sizes", [range(0), range(-5, 3), range(990, 1010), range(2), 40])
def test_sizes_to_try(sizes: Any) -> None:
    for search in (bop2, predictive_probability_design):
        with pytest.raises(ToplineError, match="TL-G04 patients"):
            search(ASKED, patients=sizes)
