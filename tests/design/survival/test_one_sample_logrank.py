"""One stage of the one-sample log-rank test: strict, smallest, as published where the formula is, and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import logrank_trials
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.logrank_law import event_law
from topline.design.survival.one_sample_logrank import exact_critical, logrank_patients, one_sample_logrank
from topline.design.survival.weibull import SurvivalHypotheses, Weibull
from topline.errors import ToplineError

ASKED = SurvivalHypotheses.of_medians(3.0, 5.0)
EVEN = Enrolment(follow_up=6.0, rate=2.5)
SETTINGS = [
    (ASKED, EVEN),
    (SurvivalHypotheses(Weibull.of_rate(0.72, 36.0), 0.459), Enrolment(follow_up=36.0, rate=20 / 12, longest=36.0)),
    (SurvivalHypotheses(Weibull.of_median(4.0, 1.4), 0.55, 0.1, 0.9), Enrolment(3.0, rate=3.0, dropout=0.03)),
]


@pytest.mark.parametrize(("asked", "enrolment"), SETTINGS)
@pytest.mark.parametrize("critical", ["exact", "normal"])
def test_strict_and_smallest(asked: SurvivalHypotheses, enrolment: Enrolment, critical: str) -> None:
    design = one_sample_logrank(asked, enrolment, critical=critical)  # type: ignore[arg-type]
    assert design.holds
    assert design.level <= asked.alpha < design.level + (1e-4 if critical == "exact" else 0.03)
    for fewer in range(max(design.patients - 6, 1), design.patients):
        watch = enrolment.watch(fewer)
        null, target = (event_law(asked.null, d, watch, fewer) for d in (1.0, asked.hazard_ratio))
        bound = design.critical if critical == "normal" else exact_critical(null, asked.alpha)
        assert null.success(bound) > asked.alpha or target.success(bound) < asked.power


def test_the_exact_critical_value_saves_patients() -> None:
    for asked, enrolment in SETTINGS:
        exact = one_sample_logrank(asked, enrolment)
        normal = one_sample_logrank(asked, enrolment, critical="normal")
        assert exact.patients < normal.patients <= logrank_patients(asked, enrolment)


@pytest.mark.parametrize("ratio", [1.0, 0.6, 0.8])
def test_drawn_trials(ratio: float) -> None:
    design, trials = one_sample_logrank(ASKED, EVEN), 60_000
    rng = np.random.default_rng(43)
    entry = rng.uniform(0.0, EVEN.accrual(design.patients), (trials, design.patients))
    z = logrank_trials.statistics(ASKED.null, ratio, entry, design.duration, EVEN, rng)
    exact = design.operating_characteristics(ratio).success[0]
    assert abs((z > design.critical).mean() - exact) < 3.5 * np.sqrt(exact * (1 - exact) / trials)


@settings(max_examples=15)
@given(st.floats(0.3, 0.75), st.floats(0.5, 2.0), st.floats(0.0, 12.0), st.floats(1.0, 6.0), st.floats(0.6, 0.9))
def test_any_design_holds_and_its_curve_falls(
    ratio: float, shape: float, follow_up: float, rate: float, power: float
) -> None:
    asked = SurvivalHypotheses(Weibull.of_median(4.0, shape), ratio, 0.05, power)
    design = one_sample_logrank(asked, Enrolment(follow_up, rate=rate))
    curve = design.operating_characteristics([0.3, 0.5, 0.7, 0.9, 1.1])
    assert design.holds
    assert (np.diff(curve.success) < 1e-9).all()
    assert ((curve.success >= 0) & (curve.success <= 1)).all()
    assert (np.diff(curve.events) > 0).all()


def test_the_formula_with_the_poisson_variance_asks_for_fewer() -> None:
    for asked, enrolment in SETTINGS:
        assert logrank_patients(asked, enrolment, "poisson") < logrank_patients(asked, enrolment)


def test_too_few_are_refused_with_the_number_that_works() -> None:
    with pytest.raises(ToplineError, match="TL-G02 max_n: 27 are not enough; 28 are the fewest that work"):
        one_sample_logrank(ASKED, EVEN, max_n=27)
    assert one_sample_logrank(ASKED, EVEN, max_n=28).patients == 28
    with pytest.raises(ToplineError, match=r"TL-G02 max_n: about \d+ patients are needed"):
        one_sample_logrank(SurvivalHypotheses.of_medians(3.0, 3.1), EVEN)


WRONG = [
    ("TL-G01 target median", lambda: SurvivalHypotheses.of_medians(5.0, 3.0)),
    ("TL-G01 null median", lambda: SurvivalHypotheses.of_medians(0.0, 3.0)),
    ("TL-G01 null median", lambda: SurvivalHypotheses.of_medians(float("nan"), 3.0)),
    ("TL-G01 hazard_ratio", lambda: SurvivalHypotheses(Weibull(3.0), 1.0)),
    ("TL-G01 alpha", lambda: SurvivalHypotheses(Weibull(3.0), 0.5, alpha=0.0)),
    ("TL-G01 alpha", lambda: SurvivalHypotheses(Weibull(3.0), 0.5, alpha=0.6, power=0.9)),
    ("TL-G01 power", lambda: SurvivalHypotheses(Weibull(3.0), 0.5, alpha=0.1, power=0.1)),
    ("TL-G01 rate", lambda: Weibull.of_rate(72.0, 36.0)),
    ("TL-G04 scale", lambda: Weibull(-1.0)),
    ("TL-G04 shape", lambda: Weibull.of_median(3.0, 0.0)),
    ("TL-G04 median", lambda: Weibull.of_median(float("inf"))),
    ("TL-G04 rate, period", lambda: Enrolment(6.0)),
    ("TL-G04 rate, period", lambda: Enrolment(6.0, rate=1.0, period=2.0)),
    ("TL-G04 rate", lambda: Enrolment(6.0, rate=0.0)),
    ("TL-G04 period", lambda: Enrolment(6.0, period=-1.0)),
    ("TL-G04 follow_up", lambda: Enrolment(-1.0, rate=1.0)),
    ("TL-G04 dropout", lambda: Enrolment(1.0, rate=1.0, dropout=-0.1)),
    ("TL-G04 longest", lambda: Enrolment(1.0, rate=1.0, longest=0.0)),
    ("TL-G04 max_n", lambda: one_sample_logrank(ASKED, EVEN, max_n=0)),
    ("TL-G04 critical", lambda: one_sample_logrank(ASKED, EVEN, critical="wald")),
    ("TL-G04 hazard_ratios", lambda: one_sample_logrank(ASKED, EVEN).operating_characteristics([1.0, 0.0])),
]


@pytest.mark.parametrize(("message", "call"), WRONG)
def test_refusals(message: str, call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ToplineError, match=message):
        call()
