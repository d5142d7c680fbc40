"""The predictive probability design: what Lee and Liu printed, the definition, and the search against trying all."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_bayes as twin
from tests.twin.design_courses import success_and_patients
from topline.design.bayes.posterior import exceeds
from topline.design.bayes.predictive import (
    PredictiveRule,
    needed_at_end,
    predictive_boundary,
    predictive_designs,
    predictive_probability,
    predictive_probability_design,
)
from topline.design.looks import Looks
from topline.errors import ToplineError
from topline.protocol.rule.boundary import operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

PRINTED = PredictiveRule(low=0.001, certainty=0.9, prior=(0.2, 0.8))
PRINTED_LOOKS = tuple(range(10, 37))
ASKED = Hypotheses(0.2, 0.4, alpha=0.1, power=0.9)
shares = st.fractions(Fraction(1, 10), Fraction(9, 10), max_denominator=10)


def test_printed_rejection_regions() -> None:
    """Lee & Liu 2008: stop with 0 of 10, 1 of 17, 2 of 21, 3 of 24, ... 9 of 35, and no success with 10 of 36."""
    boundary = predictive_boundary(PRINTED, 0.2, PRINTED_LOOKS)
    first = {bound: look for look, bound in reversed(list(zip(boundary.looks, boundary.futility, strict=True)))}
    assert first == {0: 10, 1: 17, 2: 21, 3: 24, 4: 27, 5: 29, 6: 31, 7: 33, 8: 34, 9: 35, 10: 36}


def test_printed_operating_characteristics() -> None:
    found = operating_characteristics(predictive_boundary(PRINTED, 0.2, PRINTED_LOOKS), (0.2, 0.4))
    assert round(float(found.success[0]), 4) == 0.0878
    assert round(float(found.success[1]), 3) == 0.906
    assert round(float(found.stops_early[0]), 3) == 0.857
    assert round(float(found.expected_patients[0]), 2) == 27.67


@pytest.mark.parametrize(("certainty", "needed"), [(0.851, 10), (0.852, 11), (0.922, 11), (0.923, 12)])
def test_printed_range_of_the_certainty(certainty: float, needed: int) -> None:
    """Lee & Liu 2008 give 0.852 to 0.922, in steps of 0.001, as the thresholds of one and the same design."""
    assert needed_at_end(36, 0.2, certainty, (0.2, 0.8)) == needed


def test_search_beats_the_printed_design_of_36_patients() -> None:
    """A finer threshold stops earlier: 24.72 expected patients instead of 27.67, with level and power held."""
    found = predictive_probability_design(ASKED)
    printed = operating_characteristics(predictive_boundary(PRINTED, 0.2, PRINTED_LOOKS), 0.2)
    assert (found.boundary.patients, found.boundary.efficacy[-1], found.holds) == (36, 11, True)
    assert round(found.expected_patients, 2) == 24.72
    assert found.expected_patients < float(printed.expected_patients[0])


def test_thresholds_of_a_design_give_its_boundary() -> None:
    found = predictive_probability_design(ASKED)
    low, certainty = sum(found.low) / 2, sum(found.certainty) / 2
    rule = PredictiveRule(low, certainty, prior=found.prior)
    assert predictive_boundary(rule, 0.2, found.boundary.looks) == found.boundary
    assert predictive_boundary(PredictiveRule(low, found.certainty[0], prior=found.prior), 0.2, PRINTED_LOOKS) == (
        found.boundary
    )
    for other in (found.low[0] * 0.999, found.low[1] * 1.001):
        assert predictive_boundary(PredictiveRule(other, certainty, prior=found.prior), 0.2, PRINTED_LOOKS) != (
            found.boundary
        )


def test_no_fewer_patients_would_do() -> None:
    assert list(predictive_designs(ASKED, range(10, 36))) == []
    with pytest.raises(ToplineError, match="max_n: 30 patients are not enough; 36 would be") as caught:
        predictive_probability_design(ASKED, range(10, 31))
    assert caught.value.code == "TL-G02"


def test_stopping_for_success() -> None:
    """With an upper threshold fewer patients are expected where the treatment works, and the level still holds."""
    plain, early = (predictive_probability_design(ASKED, high=high) for high in (1.0, 0.99))
    assert early.holds
    assert early.boundary.efficacy[-3] <= early.boundary.looks[-3]
    assert float(early.exact.expected_patients[1]) < float(plain.exact.expected_patients[1]) - 5


@settings(max_examples=40)
@given(st.data(), st.integers(1, 14), shares, shares)
def test_probability_is_the_sum_of_the_twin(data: st.DataObject, planned: int, a: Fraction, b: Fraction) -> None:
    n = data.draw(st.integers(0, planned))
    x, needed = data.draw(st.integers(0, n)), data.draw(st.integers(0, planned + 1))
    found = predictive_probability(x, n, (needed, planned), (float(a), float(b)))
    assert found == pytest.approx(float(twin.predictive(x, n, needed, planned, (a, b))), rel=1e-12, abs=1e-300)


@settings(max_examples=30)
@given(st.integers(0, 30), st.integers(1, 40), st.floats(0.05, 0.95))
def test_probability_is_a_fair_bet(responses: int, more: int, null: float) -> None:
    """What is expected of it after the next patient is what it is now, and it grows with each response."""
    patients = 30
    end, prior = (needed_at_end(patients + more, null, 0.9, (1, 1)), patients + more), (1.0, 1.0)
    now = predictive_probability(responses, patients, end)
    up, same = (predictive_probability(responses + r, patients + 1, end) for r in (1, 0))
    mean = (prior[0] + responses) / (2 + patients)
    assert now == pytest.approx(mean * up + (1 - mean) * same, rel=1e-12, abs=1e-300)
    assert same <= now * (1 + 1e-12) <= up * (1 + 1e-9)


@pytest.mark.parametrize(
    ("null", "target", "n", "when"), [(2, 6, 9, (1, 1)), (1, 4, 12, (4, 2)), (3, 7, 10, (2, 1)), (5, 9, 8, (1, 1))]
)
def test_search_finds_the_least_of_small_trials(null: int, target: int, n: int, when: tuple[int, int]) -> None:
    asked = twin.Asked(Fraction(null, 10), Fraction(target, 10), Fraction(13, 100), Fraction(61, 100))
    best = twin.fewest_expected(twin.predictive_boundaries(Looks(*when).up_to(n), (asked.null, 1 - asked.null)), asked)
    found = list(predictive_designs(Hypotheses(null / 10, target / 10, 0.13, 0.61), range(n, n + 1), Looks(*when)))
    assert best is not None
    assert [design.expected_patients for design in found] == [pytest.approx(float(best), rel=1e-12)]


@settings(max_examples=25)
@given(shares, shares, st.integers(4, 9), st.sampled_from([(1, 1), (2, 1), (3, 3), (4, 2)]))
def test_search_finds_what_trying_all_finds(one: Fraction, other: Fraction, n: int, when: tuple[int, int]) -> None:
    if one == other:
        return
    asked = twin.Asked(min(one, other), max(one, other), Fraction(13, 100), Fraction(61, 100))
    looks = Looks(*when).up_to(n)
    prior = asked.null, 1 - asked.null
    best = twin.fewest_expected(twin.predictive_boundaries(looks, prior), asked)
    hypotheses = Hypotheses(*map(float, (asked.null, asked.target, asked.alpha, asked.power)))
    found = next(predictive_designs(hypotheses, range(n, n + 1), Looks(*when)), None)
    assert (found is None) == (best is None)
    if found is not None and best is not None:
        assert found.expected_patients == pytest.approx(float(best), rel=1e-12)
        level, _ = success_and_patients(found.boundary, asked.null)
        assert found.level == pytest.approx(float(level), rel=1e-12)


@settings(max_examples=15)
@given(st.floats(0.05, 0.5), st.floats(0.15, 0.4), st.sampled_from([0.05, 0.1, 0.2]), st.sampled_from([1.0, 0.95]))
def test_designs_hold_without_slack(null: float, gain: float, alpha: float, high: float) -> None:
    for found in predictive_designs(
        Hypotheses(null, null + gain, alpha, 0.8), range(12, 33, 5), Looks(8, 4), high=high
    ):
        assert found.level <= alpha
        assert found.attained_power >= 0.8
        np.testing.assert_allclose(found.exact.patients.sum(axis=1), 1.0, rtol=1e-12)


def test_every_boundary_is_the_posterior_at_the_end() -> None:
    boundary = predictive_boundary(PRINTED, 0.2, PRINTED_LOOKS)
    assert (
        exceeds(boundary.efficacy[-1], 36, 0.2, (0.2, 0.8)) > 0.9 >= exceeds(boundary.futility[-1], 36, 0.2, (0.2, 0.8))
    )


WRONG: list[dict[str, object]] = [
    {"low": -0.1},
    {"low": 1.0},
    {"low": float("nan")},
    {"low": 0.6, "high": 0.5},
    {"certainty": 0.0},
    {"certainty": 95},
    {"high": 0.0},
    {"high": 1.1},
    {"prior": (0, 1)},
    {"prior": (1, float("inf"))},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ToplineError, match="TL-G04") as caught:
        PredictiveRule(**{"low": 0.01, "certainty": 0.9, **wrong})  # type: ignore[arg-type]
    assert caught.value.code == "TL-G04"


@pytest.mark.parametrize(("responses", "patients", "planned"), [(8, 7, 40), (-1, 7, 40), (5, 41, 40)])
def test_impossible_counts_are_refused(responses: int, patients: int, planned: int) -> None:
    with pytest.raises(ToplineError, match="TL-G03"):
        predictive_probability(responses, patients, (10, planned))


def test_equal_to_the_threshold_goes_on() -> None:
    """A response of one: two more are needed, with chance 2/3 x 3/4 = 1/2, which is not below 1/2."""
    boundary = predictive_boundary(PredictiveRule(low=0.5, certainty=0.9), 0.5, (1, 3))
    assert (boundary.futility, boundary.efficacy) == ((0, 2), (2, 3))
