"""A trial under way: what the rule says, what remains possible, and the probability of success, against all courses."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.twin import design_outcomes as twin
from topline.design.bayes.predictive import needed_at_end, predictive_probability
from topline.design.conduct.interim import (
    Verdict,
    conditional_power,
    decide,
    predictive_success,
)
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.inference import Beta

RULES = list(twin.rules())
SIMON = Boundary((18, 35), (2, 6), (19, 7))
EARLY = Boundary((10, 29), (1, 5), (5, 6))


@pytest.mark.parametrize(
    ("rule", "responders", "patients", "verdict"),
    [
        (SIMON, 2, 18, Verdict.FUTILE),
        (SIMON, 3, 18, Verdict.GO_ON),
        (SIMON, 18, 18, Verdict.GO_ON),
        (SIMON, 6, 35, Verdict.FUTILE),
        (SIMON, 7, 35, Verdict.SUCCESS),
        (SIMON, 0, 0, Verdict.NOT_DUE),
        (SIMON, 5, 20, Verdict.NOT_DUE),
        (EARLY, 4, 10, Verdict.GO_ON),
        (EARLY, 5, 10, Verdict.SUCCESS),
    ],
)
def test_verdict(rule: Boundary, responders: int, patients: int, verdict: Verdict) -> None:
    assert decide(rule, responders, patients).verdict is verdict


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_what_remains_possible_is_what_some_course_does(rule: Boundary) -> None:
    for patients in range(rule.patients):
        for responders in range(patients + 1):
            found = decide(rule, responders, patients)
            if found.ahead is None:
                continue
            rest = product((0, 1), repeat=rule.patients - patients)
            ends = {twin.succeeds(rule, responders, patients, course) for course in rest}
            assert (found.ahead.success_possible, found.ahead.failure_possible) == (True in ends, False in ends)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_followed_is_whether_some_course_gets_here(rule: Boundary) -> None:
    for patients in range(rule.patients + 1):
        here = set()
        for course in product((0, 1), repeat=rule.patients):
            look, _ = twin.ended(rule, course)
            if rule.looks[look - 1] >= patients:
                here.add(sum(course[:patients]))
        for responders in range(patients + 1):
            assert decide(rule, responders, patients).followed == (responders in here)


def test_ahead_counts_what_is_needed() -> None:
    ahead = decide(EARLY, 1, 6).ahead
    assert ahead is not None
    assert (ahead.next_look, ahead.patients, ahead.to_go_on, ahead.to_stop) == (10, 4, 1, 4)
    assert (ahead.to_succeed, ahead.remaining) == (5, 23)
    assert decide(EARLY, 0, 8).ahead.to_stop is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("responders", "patients", "words"),
    [
        (2, 35, "2 of 35: stop without success; the rule had asked to stop before"),
        (0, 17, "0 of 17: no look is due; success is no longer possible"),
        (7, 20, "7 of 20: no look is due; success is already certain"),
        (3, 20, "3 of 20: no look is due; success needs 4 of the 15 still to come"),
    ],
)
def test_words(responders: int, patients: int, words: str) -> None:
    assert str(decide(SIMON, responders, patients)) == words


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        ((8, 7, None), "TL-G03"),
        ((-1, 7, None), "TL-G03"),
        ((3, 36, None), "TL-G03"),
        ((3, -1, None), "TL-G03"),
        ((3.5, 18, None), "TL-G03"),
        ((True, 18, None), "TL-G03"),
        ((float("nan"), 18, None), "TL-G03"),
        ((3, float("nan"), None), "TL-G03"),
        (("3", 18, None), "TL-G03"),
        ((3, 18, 1.5), "TL-G04"),
        ((8, 35, 1), "TL-G03"),
        ((3, 18, 2), "TL-G03"),
        ((3, 18, 3), "TL-G04"),
        ((3, 18, 0), "TL-G04"),
    ],
)
def test_impossible_counts_are_refused(counts: tuple[Any, Any, Any], code: str) -> None:
    with pytest.raises(ToplineError) as caught:
        decide(SIMON, *counts)
    assert caught.value.code == code


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_predictive_success_is_the_sum_over_all_courses(rule: Boundary) -> None:
    for patients, responders in ((0, 0), (2, 1), (4, 2), (rule.patients, 3)):
        if responders <= patients <= rule.patients:
            exact = twin.success_from(rule, responders, patients, (Fraction(1, 2), Fraction(3, 2)))
            assert predictive_success(rule, responders, patients, Beta(0.5, 1.5)) == pytest.approx(
                float(exact), rel=1e-12
            )


def test_predictive_success_of_lee_and_liu() -> None:
    needed = needed_at_end(40, 0.6, 0.9, (0.6, 0.4))
    rule = Boundary((40,), (needed - 1,), (needed,))
    assert predictive_success(rule, 16, 23, Beta(0.6, 0.4)) == pytest.approx(0.565559, abs=0.5e-6)
    other = predictive_probability(16, 23, (needed, 40), (0.6, 0.4))
    assert predictive_success(rule, 16, 23, Beta(0.6, 0.4)) == pytest.approx(other, rel=1e-12)


@settings(max_examples=40)
@given(st.integers(0, 17), st.floats(0.05, 0.95))
def test_conditional_power_of_the_last_stage_is_a_binomial_tail(more: int, rate: float) -> None:
    exact = stats.binom.sf(3 - min(more, 4), 17 - more, rate)  # 7 in all are needed
    assert conditional_power(SIMON, 3 + min(more, 4), 18 + more, rate)[0] == pytest.approx(exact, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("rule", [*RULES, SIMON, EARLY], ids=str)
def test_conditional_power_before_the_first_patient_is_the_power(rule: Boundary) -> None:
    rates = [0.0, 0.1, 0.3, 0.8, 1.0]
    assert conditional_power(rule, 0, 0, rates) == pytest.approx(
        operating_characteristics(rule, rates).success, rel=1e-12
    )


def test_a_look_now_is_held() -> None:
    assert predictive_success(SIMON, 2, 18) == 0
    assert predictive_success(SIMON, 7, 35) == 1
    assert predictive_success(SIMON, 6, 35) == 0
    assert predictive_success(EARLY, 5, 10) == 1


def test_rates_are_checked() -> None:
    with pytest.raises(ToplineError) as caught:
        conditional_power(SIMON, 3, 18, 30)
    assert caught.value.code == "TL-G04"
