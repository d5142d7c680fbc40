"""The rate at a landmark: exact as a count, Greenwood's variance against drawn Kaplan-Meier curves, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from topline.design.rate.single_stage import single_stage
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.landmark import SCALES, LandmarkDesign, Transformation, landmark_count, landmark_rate
from topline.design.survival.weibull import Weibull
from topline.errors import ToplineError
from topline.protocol.rule.hypotheses import Hypotheses

ASKED = Hypotheses(0.25, 0.45)
SHORT = Enrolment(follow_up=1.0, rate=2.0, dropout=0.02)
WHOLE = Enrolment(follow_up=6.0, rate=2.0)
NAMES: tuple[Transformation, ...] = ("log-log", "arcsine", "logit", "log", "plain")


@settings(max_examples=40)
@given(st.integers(2, 60), st.floats(0.05, 0.9), st.sampled_from(NAMES))
def test_with_everyone_watched_it_is_a_count(patients: int, null: float, scale: Transformation) -> None:
    asked = Hypotheses(null, null + 0.08)
    design = LandmarkDesign("", asked, 6.0, WHOLE, scale, patients)
    succeeds = []
    for free in range(1, patients):
        rate = free / patients
        g, slope = SCALES[scale](np.array(rate))
        below = g - stats.norm.isf(0.05) * slope * np.sqrt(rate * (1 - rate) / patients)
        succeeds.append(bool(below > SCALES[scale](np.array(null))[0]))
    fewest = succeeds.index(True) + 1 if any(succeeds) else patients + 1
    assert design.boundary is not None
    assert design.boundary.efficacy == (fewest,)
    assert design.level == pytest.approx(stats.binom.sf(fewest - 1, patients, null), abs=1e-12)


@pytest.mark.parametrize("scale", NAMES)
def test_exact_designs_hold_and_are_the_smallest(scale: Transformation) -> None:
    design = landmark_rate(ASKED, 6.0, WHOLE, scale)
    assert design.complete
    assert design.holds
    assert not any(LandmarkDesign("", ASKED, 6.0, WHOLE, scale, n).holds for n in range(2, design.patients))
    assert design.patients >= landmark_count(ASKED).boundary.patients


def test_the_count_is_the_single_stage_design() -> None:
    assert landmark_count(ASKED).boundary == single_stage(0.25, 0.45).boundary
    assert landmark_count(ASKED).holds


def drawn_rates(rate: float, patients: int, trials: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the Kaplan-Meier rate at six months of each trial, and Greenwood's sum."""
    rng = np.random.default_rng(seed)
    entry = rng.uniform(0.0, SHORT.accrual(patients), (trials, patients))
    until = np.minimum(SHORT.duration(patients) - entry, rng.exponential(1 / SHORT.dropout, entry.shape))
    time = Weibull.of_rate(rate, 6.0).scale * rng.exponential(size=entry.shape)
    order = np.argsort(np.minimum(time, until), axis=1)
    event = np.take_along_axis((time <= until) & (time <= 6.0), order, axis=1)
    risk = np.arange(patients, 0, -1.0)
    return np.where(event, 1 - 1 / risk, 1.0).prod(axis=1), np.where(event, 1 / risk / np.maximum(risk - 1, 1), 0).sum(
        1
    )


@pytest.mark.parametrize("rate", [0.25, 0.45])
def test_variance_is_that_of_drawn_curves(rate: float) -> None:
    patients, trials = 400, 3000
    estimate, greenwood = drawn_rates(rate, patients, trials, seed=11)
    design = LandmarkDesign("", ASKED, 6.0, SHORT, "plain", patients)
    # The normal law's power at 1/2 is where the target lies z standard errors above the null rate.
    spread = (rate - ASKED.null) / (stats.norm.isf(0.05) + stats.norm.ppf(design.operating_characteristics(rate)[0]))
    if rate > ASKED.null:
        assert spread == pytest.approx(estimate.std(), rel=0.05)
        assert spread == pytest.approx(rate * np.sqrt(greenwood.mean()), rel=0.02)
    else:
        assert design.level == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize(("scale", "most"), [("arcsine", 0.065), ("log-log", 0.065)])
def test_level_and_power_of_drawn_trials_are_near_the_normal_law(scale: Transformation, most: float) -> None:
    design, trials = landmark_rate(ASKED, 6.0, SHORT, scale), 20_000
    share = []
    for rate in (0.25, 0.45):
        estimate, greenwood = drawn_rates(rate, design.patients, trials, seed=12)
        inside = np.clip(estimate, 1e-9, 1 - 1e-9)
        g, slope = SCALES[scale](inside)
        below = g - stats.norm.isf(0.05) * slope * inside * np.sqrt(greenwood)
        share.append(((below > SCALES[scale](np.array(0.25))[0]) & (estimate < 1)).mean())
    assert 0.03 < share[0] < most
    assert share[1] == pytest.approx(design.attained_power, abs=0.04)


def test_losses_and_short_follow_up_cost_patients() -> None:
    sizes = [
        landmark_rate(ASKED, 6.0, Enrolment(follow_up=f, rate=2.0, dropout=d)).patients
        for f, d in ((5.9, 0.0), (3.0, 0.0), (0.0, 0.0), (0.0, 0.05))
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_shape_matters_only_where_patients_are_lost_before() -> None:
    early, late = (LandmarkDesign("", ASKED, 6.0, SHORT, "arcsine", 40, shape).attained_power for shape in (0.6, 2.0))
    assert early > late  # events that come early are seen before the losses
    early, late = (LandmarkDesign("", ASKED, 6.0, WHOLE, "arcsine", 40, shape).attained_power for shape in (0.6, 2.0))
    assert early == late


def test_refusals() -> None:
    with pytest.raises(ToplineError, match=r"TL-G02 max_n: 20 are not enough; \d+ are the fewest that work"):
        landmark_rate(ASKED, 6.0, SHORT, max_n=20)
    with pytest.raises(ToplineError, match="TL-G04 landmark"):
        landmark_rate(ASKED, 0.0, SHORT)
    with pytest.raises(ToplineError, match="TL-G04 transformation"):
        landmark_rate(ASKED, 6.0, SHORT, "probit")  # type: ignore[arg-type]
    with pytest.raises(ToplineError, match="TL-G04 follow_up: no patient is watched for 6 months"):
        landmark_rate(ASKED, 6.0, Enrolment(follow_up=1.0, period=4.0))
    with pytest.raises(ToplineError, match="TL-G04 follow_up: no patient is watched for 6 months"):
        landmark_rate(ASKED, 6.0, Enrolment(follow_up=9.0, rate=4.0, longest=5.0))
    for liberal in ("log", "logit"):
        with pytest.raises(ToplineError, match=r"TL-G04 transformation: .* exceeds the level"):
            landmark_rate(ASKED, 6.0, SHORT, liberal)  # type: ignore[arg-type]
    with pytest.raises(ToplineError, match="TL-G04 rates"):
        landmark_rate(ASKED, 6.0, SHORT).operating_characteristics([0.0])
    with pytest.raises(ToplineError, match="TL-G02"):
        landmark_count(ASKED, max_n=20)
