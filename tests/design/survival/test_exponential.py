"""Exponential designs: exact by the chi-square law, smallest, drawn trials with staggered entry, duration, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from topline.design.survival.enrolment import Enrolment
from topline.design.survival.exponential import at_least, exponential, exponential_events
from topline.design.survival.weibull import SurvivalHypotheses, Weibull
from topline.errors import ToplineError

ASKED = SurvivalHypotheses.of_medians(3.0, 5.0)
EVEN = Enrolment(follow_up=6.0, rate=2.5)


@settings(max_examples=50)
@given(st.floats(0.2, 0.9), st.floats(0.01, 0.4), st.floats(0.5, 0.95))
def test_fewest_events_by_the_chi_square_law(ratio: float, alpha: float, power: float) -> None:
    events, critical = exponential_events(SurvivalHypotheses(Weibull.of_median(6.0), ratio, alpha, power))
    for count, enough in ((events, True), (events - 1, False)):
        if count:
            bound = stats.chi2.isf(alpha, 2 * count)
            assert (stats.chi2.sf(ratio * bound, 2 * count) >= power - 1e-4) or not enough
            assert (stats.chi2.sf(ratio * bound, 2 * count) < power + 1e-4) or enough
    assert critical == pytest.approx(stats.chi2.isf(alpha, 2 * events) / (2 * events) * 6.0, abs=1.01e-4)
    level = stats.chi2.sf(2 * events * critical / 6.0, 2 * events)
    assert alpha - 1e-3 < level <= alpha


@pytest.mark.parametrize("enrolment", [EVEN, Enrolment(follow_up=9.0, rate=3.0, dropout=0.03, longest=15.0)])
@pytest.mark.parametrize("ratio", [1.0, 0.6])
def test_drawn_trials(enrolment: Enrolment, ratio: float) -> None:
    design, trials = exponential(ASKED, enrolment), 40_000
    rng, shape = np.random.default_rng(5), (40_000, design.patients)
    entry = rng.uniform(0.0, enrolment.accrual(design.patients), shape)
    event = rng.exponential(3.0 / np.log(2.0) / ratio, shape)
    lost = np.minimum(rng.exponential(1 / enrolment.dropout, shape) if enrolment.dropout else np.inf, enrolment.longest)
    when = np.sort(np.where(event <= lost, entry + event, np.inf), axis=1)[:, design.events - 1]
    in_time = design.in_time(ratio, enrolment.duration(design.patients))
    error = np.sqrt(in_time * (1 - in_time) / trials)
    assert abs((when <= enrolment.duration(design.patients)).mean() - in_time) < 3.5 * error + 1e-4
    if not enrolment.dropout:
        assert design.expected_duration(ratio) == pytest.approx(when.mean(), abs=4 * when.std() / np.sqrt(trials))
        spent = np.clip(np.minimum(entry + event, when[:, None]) - entry, 0.0, None).sum(axis=1)
        success = design.operating_characteristics(ratio)[0]
        drawn = (np.log(2.0) * spent / design.events >= design.critical).mean()
        assert abs(drawn - success) < 3.5 * np.sqrt(success * (1 - success) / trials)
    else:
        assert design.expected_duration(ratio) == np.inf


def test_fewest_patients_for_the_assurance() -> None:
    design = exponential(ASKED, EVEN, assurance=0.9)
    assert design.holds
    assert design.in_time(0.6, EVEN.duration(design.patients)) >= 0.9
    fewer = design.patients - 1
    shorter = type(design)("", ASKED, EVEN, design.events, design.critical, fewer, 0.9)
    assert shorter.in_time(0.6, EVEN.duration(fewer)) < 0.9
    assert exponential(ASKED, EVEN, assurance=0.5).patients < design.patients


def test_at_least_is_the_binomial_tail() -> None:
    p = np.array([0.0, 0.1, 0.5, 1.0])
    np.testing.assert_allclose(at_least(8, 35, p), stats.binom.sf(7, 35, p), rtol=0, atol=1e-13)
    np.testing.assert_array_equal(at_least(8, 7, p), np.zeros(4))


def test_refusals() -> None:
    with pytest.raises(ToplineError, match="TL-G02 max_n: 30 are not enough; 31 are the fewest that work"):
        exponential(ASKED, EVEN, max_n=30)
    with pytest.raises(ToplineError, match="TL-G02 follow_up: the follow-up is too short"):
        exponential(ASKED, Enrolment(follow_up=0.0, period=1e-9))
    with pytest.raises(ToplineError, match="TL-G04 assurance"):
        exponential(ASKED, EVEN, assurance=80.0)
    with pytest.raises(ToplineError, match=r"TL-G04 shape: 1\.2 is not 1"):
        exponential(SurvivalHypotheses(Weibull(3.0, 1.2), 0.6), EVEN)
    with pytest.raises(ToplineError, match="TL-G02 events: not even"):
        exponential_events(SurvivalHypotheses(Weibull(3.0), 0.9999))
    with pytest.raises(ToplineError, match="TL-G04 hazard_ratios"):
        exponential(ASKED, EVEN).operating_characteristics(-1.0)
