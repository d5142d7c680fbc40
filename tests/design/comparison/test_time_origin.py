"""Where N comes from on a time to event: each formula integrated anew, each event count by chi-square."""

import re

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from topline.design.comparison.time_origin import USUAL, TimeOrigin, time_origins
from topline.design.survival.enrolment import Enrolment
from topline.errors import ToplineError

FOUND = time_origins(35, 3.0)


def settings(origin: TimeOrigin) -> tuple[float, float, float, float]:
    """Target median, accrual and follow-up in months, null hazard, as the words say."""
    (target,) = re.findall(r"against ([\d.]+) months", origin.words)
    ((accrual, more),) = re.findall(r"accrual ([\d.]+) and follow-up ([\d.]+) months", origin.words)
    return float(target), float(accrual), float(more), float(np.log(2) / 3.0)


def moments(origin: TimeOrigin) -> tuple[float, float, float]:
    """Mean of E, probability of the event and variance of E - O of a patient at the target, integrated over entry."""
    target, accrual, more, null = settings(origin)
    hazard = np.log(2) / target

    def over_entry(inner: object) -> float:
        return float(quad(inner, more, more + accrual, epsabs=1e-12)[0] / accrual)  # type: ignore[arg-type]

    def at(power: int, c: float) -> float:
        """E[(E - O)^power] of a patient who is watched for c months."""
        seen = quad(lambda t: (null * t - 1) ** power * hazard * np.exp(-hazard * t), 0, c, epsabs=1e-13)[0]
        return float(seen + (null * c) ** power * np.exp(-hazard * c))

    events = over_entry(lambda c: 1 - np.exp(-hazard * c))
    first, second = over_entry(lambda c: at(1, c)), over_entry(lambda c: at(2, c))
    return first + events, events, second - first**2


@pytest.mark.parametrize("origin", FOUND, ids=str)
def test_each_number_is_what_its_formula_gives(origin: TimeOrigin) -> None:
    asked = origin.hypotheses
    expected, events, variance = moments(origin)
    if "log-rank" in origin.kind:
        spread = variance if "Wu" in origin.kind else events
        quantiles = stats.norm.ppf([1 - asked.alpha, asked.power])
        needed = ((np.sqrt(expected) * quantiles[0] + np.sqrt(spread) * quantiles[1]) / (expected - events)) ** 2
        assert int(np.ceil(needed)) == 35
        assert origin.events == pytest.approx(35 * events, rel=1e-6)
    else:
        count = int(origin.events)
        assert f"analysed at {count} events" in origin.words
        ratio = settings(origin)[0] / 3.0
        power = [stats.chi2.sf(stats.chi2.isf(asked.alpha, 2 * d) / ratio, 2 * d) for d in (count - 1, count)]
        assert power[0] < asked.power <= power[1]
        assert origin.exact_power == pytest.approx(power[1], abs=2e-4)
        assert stats.binom.sf(count - 1, 34, events) < 0.8 <= stats.binom.sf(count - 1, 35, events)


def test_exact_level_and_power_by_simulation() -> None:
    """Wu's formula for 3 against 5.1 months: 200,000 trials of 35, standard error below .0012."""
    origin = next(each for each in FOUND if "Wu" in each.kind and "5.1 months" in each.words)
    target, accrual, more, null = settings(origin)
    draw = np.random.default_rng(20261121)
    for median, exact in ((3.0, origin.exact_level), (target, origin.exact_power)):
        time = draw.exponential(median / np.log(2), (200_000, 35))
        watched = more + draw.uniform(0, accrual, time.shape)
        expected, seen = null * np.minimum(time, watched).sum(axis=1), (time <= watched).sum(axis=1)
        success = (expected - seen) / np.sqrt(expected) > stats.norm.ppf(0.95)
        assert success.mean() == pytest.approx(exact, abs=4e-3)


def test_only_the_settings_that_were_given() -> None:
    one = Enrolment(period=18.0, follow_up=6.0)
    assert one in USUAL
    found = time_origins(35, 3.0, (one,))
    assert {each.words for each in found} == {
        each.words for each in FOUND if "accrual 18 and follow-up 6 months" in each.words
    }
    assert len(FOUND) == 18


@pytest.mark.parametrize(("patients", "median", "code"), [(1, 3.0, "TL-G04"), (201, 3.0, "TL-G04"), (35, 0, "TL-G01")])
def test_impossible_questions_are_refused(patients: int, median: float, code: str) -> None:
    with pytest.raises(ToplineError) as caught:
        time_origins(patients, median)
    assert caught.value.code == code
