"""The exact law of the one-sample log-rank test: against formulas without a grid, identities, and drawn trials."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import logrank_restricted, logrank_trials
from topline.design.survival import logrank_law
from topline.design.survival.enrolment import Enrolment, Watch
from topline.design.survival.logrank_law import event_law, least_expected, likely_counts, weights_above
from topline.design.survival.patient_moments import covariance, patient_moments
from topline.design.survival.two_stage_law import Plan, two_stage_law
from topline.design.survival.two_stage_normal import normal_law
from topline.design.survival.weibull import Weibull

MONTHS = Weibull.of_median(3.0)
EVEN = Enrolment(follow_up=6.0, rate=2.5)
LOSSES = Enrolment(follow_up=3.0, rate=3.0, longest=9.0, dropout=0.03)
RISING = Weibull.of_median(4.0, shape=1.4)


@settings(max_examples=40)
@given(st.integers(1, 12), st.floats(0.05, 3.0), st.floats(0.3, 1.5), st.floats(-1.5, 2.5), st.floats(0.6, 1.8))
def test_twin_without_a_grid(patients: int, most: float, ratio: float, critical: float, shape: float) -> None:
    curve = Weibull(2.0, shape)
    longest = curve.time(most).item()
    law = event_law(curve, ratio, Watch(0.0, 1.0, longest + 1.0, longest), patients)
    exact = logrank_restricted.success(patients, most, ratio, critical)
    # One or two events make a density with corners; a bound that meets one is felt, by less than a grid step's mass.
    assert law.success(critical) == pytest.approx(exact, abs=1e-3)
    assert law.mass.sum() == pytest.approx(1.0, abs=1e-11)


def test_twin_away_from_corners() -> None:
    rng = np.random.default_rng(20261121)
    missed = []
    for _ in range(60):
        patients, most, ratio = int(rng.integers(9, 13)), rng.uniform(0.4, 3.0), rng.uniform(0.3, 1.5)
        law, critical = (
            event_law(Weibull(1.0), ratio, Watch(0.0, 1.0, most + 1.0, most), patients),
            rng.uniform(-1.0, 2.0),
        )
        missed.append(abs(law.success(critical) - logrank_restricted.success(patients, most, ratio, critical)))
    assert np.median(missed) < 1e-8
    assert np.quantile(missed, 0.9) < 1e-6


def test_a_trial_without_an_event_is_a_jump() -> None:
    law = event_law(Weibull.of_rate(0.95, 6.0), 1.0, Watch(0.0, 10.0, 16.0, 6.0), 10)
    z = np.sqrt(10 * -np.log(0.95))  # ten patients watched for six months, nobody with an event
    assert law.success(z - 1e-6) - law.success(z + 1e-6) == pytest.approx(0.95**10, abs=1e-9)


@pytest.mark.parametrize(("curve", "enrolment", "patients"), [(MONTHS, EVEN, 28), (RISING, LOSSES, 34)])
@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_half_the_steps_change_nothing(
    monkeypatch: pytest.MonkeyPatch, curve: Weibull, enrolment: Enrolment, patients: int, ratio: float
) -> None:
    fine = [event_law(curve, ratio, enrolment.watch(patients), patients).success(z) for z in (-0.5, 0.5, 1.6)]
    monkeypatch.setattr(logrank_law, "STEPS", logrank_law.STEPS // 2)
    coarse = [event_law(curve, ratio, enrolment.watch(patients), patients).success(z) for z in (-0.5, 0.5, 1.6)]
    np.testing.assert_allclose(coarse, fine, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("curve", "enrolment", "patients"), [(MONTHS, EVEN, 28), (RISING, LOSSES, 34)])
@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_moments_are_those_of_the_law(curve: Weibull, enrolment: Enrolment, patients: int, ratio: float) -> None:
    watch = enrolment.watch(patients)
    law, one = event_law(curve, ratio, watch, patients), patient_moments(curve, ratio, watch)
    observed = law.fewest + np.arange(len(law.mass))[:, None]
    expected = law.start + law.step * np.arange(law.mass.shape[1])
    less = expected - observed
    mean = (law.mass * less).sum()
    assert (law.mass * observed).sum() == pytest.approx(patients * one.events, rel=1e-9)
    assert (law.mass * expected).sum() == pytest.approx(patients * one.expected, rel=1e-9)
    assert (law.mass * less**2).sum() - mean**2 == pytest.approx(patients * one.variance, rel=1e-7)
    centred = (law.mass * (expected - patients * one.expected) ** 2).sum()
    assert centred == pytest.approx(patients * one.expected_variance, rel=1e-7)


def test_variance_under_the_null_curve_is_the_expected_number() -> None:
    one = patient_moments(RISING, 1.0, LOSSES.watch(40))
    assert (one.mean, one.variance) == (0.0, pytest.approx(one.expected, rel=1e-12))
    assert one.events == one.expected


@pytest.mark.parametrize(("curve", "enrolment", "size"), [(MONTHS, EVEN, (14, 30)), (RISING, LOSSES, (20, 34))])
@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_two_looks_against_drawn_trials(
    curve: Weibull, enrolment: Enrolment, size: tuple[int, int], ratio: float
) -> None:
    trials = 60_000
    first, last = logrank_trials.two_looks(curve, ratio, enrolment, (trials, *size), seed=20261121)
    law = two_stage_law(curve, ratio, enrolment, Plan(*size, -0.2))
    for mine, drawn in ((law.mass.sum(), first > -0.2), (law.success(1.3), (first > -0.2) & (last > 1.3))):
        error = np.sqrt(mine * (1 - mine) / trials)
        assert abs(drawn.mean() - mine) < 3.5 * error


@pytest.mark.parametrize("ratio", [1.0, 0.6])
def test_the_first_look_is_a_trial_of_its_own(ratio: float) -> None:
    interim, _, _ = LOSSES.stages(20, 34)
    alone = event_law(RISING, ratio, interim, 20)
    for futility in (-0.8, 0.1, 0.9):
        both = two_stage_law(RISING, ratio, LOSSES, Plan(20, 34, futility))
        assert both.mass.sum() == pytest.approx(alone.success(futility), abs=1e-5)


@pytest.mark.parametrize("ratio", [1.0, 0.6])
def test_a_look_that_never_stops_changes_nothing(ratio: float) -> None:
    whole = replace(LOSSES, follow_up=9.0)  # each patient is watched for nine months: entry times do not matter
    single = event_law(RISING, ratio, whole.watch(30), 30)
    double = two_stage_law(RISING, ratio, whole, Plan(12, 30, -50.0))
    for critical in (-0.5, 0.4, 1.6):
        assert double.success(critical) == pytest.approx(single.success(critical), abs=1e-5)


@pytest.mark.parametrize("ratio", [1.0, 0.5])
def test_normal_law_has_the_moments_of_drawn_trials(ratio: float) -> None:
    size, trials = (150, 340), 4000
    first, last = logrank_trials.two_looks(RISING, ratio, LOSSES, (trials, *size), seed=7)
    law = normal_law(RISING, ratio, LOSSES, size)
    assert (first.mean(), last.mean()) == pytest.approx((law.mean_first, law.mean), abs=0.08)
    assert (first.std(), last.std()) == pytest.approx((law.sd_first, law.sd), rel=0.06)
    assert np.corrcoef(first, last)[0, 1] == pytest.approx(law.correlation, abs=0.03)


def test_covariance_at_one_look_is_the_variance() -> None:
    watch = LOSSES.watch(30)
    assert covariance(RISING, 0.5, watch, watch) == pytest.approx(
        patient_moments(RISING, 0.5, watch).variance, rel=1e-4
    )


@given(st.integers(0, 40), st.floats(-3.0, 4.0))
def test_least_expected_is_where_z_is_critical(events: int, critical: float) -> None:
    bound = float(least_expected(events, critical))
    if bound > 0:
        assert (bound - events) / np.sqrt(bound) == pytest.approx(critical, abs=1e-6)


def test_weights_count_a_smooth_density_to_the_fourth_power_of_the_step() -> None:
    def missed(step: float) -> float:
        grid = np.arange(int(20 / step))
        density = np.exp(-((grid * step - 10.0) ** 2) / 2) / np.sqrt(2 * np.pi) * step
        above = (weights_above(np.array([11.013 / step]), len(grid)) @ density).item()
        return abs(above - 0.15553031)

    assert missed(0.4) < 1e-3
    assert missed(0.1) < 1e-5


def test_likely_counts_leave_nothing_out() -> None:
    assert likely_counts(1.0 + 1e-15, 5).tolist() == [5]
    assert likely_counts(0.5, 1000)[[0, -1]].tolist() == pytest.approx([387, 613], abs=6)
