"""Lost patients and unconfirmed responses: numbers by hand, exact sums written out, refusals."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from topline.design.conduct.attained import recomputed
from topline.design.conduct.dropout import assured, enough, inflated, losses
from topline.design.conduct.unconfirmed import confirmation, reversal, success_after_any
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses

BINOM = stats.binom
SIMON = simon(0.1, 0.3, power=0.9)
SMALL = SingleArmDesign("small", Hypotheses(0.2, 0.6, 0.2, 0.6), Boundary((3, 7), (0, 2), (4, 3)), "")


@pytest.mark.parametrize(
    ("patients", "share", "enrolled"),
    [
        (35, 0, 35),
        (36, 0.1, 40),
        (38, 0.1, 43),
        (40, 0.05, 43),
        (35, 0.2, 44),
        (9, 0.1, 10),
        (7, 0.3, 10),
        (90, 0.1, 100),
    ],
)
def test_inflated(patients: int, share: float, enrolled: int) -> None:
    assert inflated(patients, share) == enrolled


@settings(max_examples=50)
@given(st.integers(1, 150), st.floats(0, 0.6), st.floats(0.5, 0.99))
def test_assured_is_the_least_number(patients: int, share: float, assurance: float) -> None:
    enrolled = assured(patients, share, assurance)
    assert BINOM.sf(patients - 1, enrolled, 1 - share) >= assurance * (1 - 1e-9)
    assert enrolled == patients or BINOM.sf(patients - 1, enrolled - 1, 1 - share) < assurance * (1 + 1e-9)


def test_enough_is_a_binomial_tail() -> None:
    exact = BINOM.sf(34, [34, 35, 39, 45], 0.9)
    assert enough(35, 0.1, [34, 35, 39, 45]) == pytest.approx(exact, rel=1e-12)


def test_losses_of_one_stage_term_by_term() -> None:
    planned = single_stage(0.15, 0.33, power=0.88)
    found = losses(planned, 0.1)
    assert found.failures[1] == pytest.approx(BINOM.sf(10, 43, 0.33 * 0.9), rel=1e-12)
    expected = np.zeros(2)
    for kept in range(1, 44):
        needed = int(BINOM.isf(0.05, kept, 0.15)) + 1
        expected += BINOM.pmf(kept, 43, 0.9) * BINOM.sf(needed - 1, kept, [0.15, 0.33])
    assert found.excluded == pytest.approx(tuple(expected), rel=1e-11)
    assert (found.enrol, found.planned) == ((48,), (planned.level, planned.attained_power))
    assert found.excluded[0] <= 0.05


def test_losses_of_two_stages_term_by_term() -> None:
    found = losses(SMALL, 0.25)
    expected = np.zeros(2)
    for first, second in product(range(1, 4), range(1, 5)):
        weight = BINOM.pmf(first, 3, 0.75) * BINOM.pmf(second, 4, 0.75)
        try:
            rule = recomputed(SMALL, (first, first + second))
        except ToplineError:
            continue
        expected += weight * np.array([rule.level, rule.attained_power])
    assert found.excluded == pytest.approx(tuple(expected), rel=1e-11)
    assert found.enrol == (4, 10)


def test_losses_cost_power_and_inflation_gives_most_of_it_back() -> None:
    found = losses(SIMON, 0.1)
    assert found.failures[1] < found.excluded[1] < found.inflated[1] < found.planned[1]
    assert max(found.failures[0], found.excluded[0], found.inflated[0]) <= 0.05
    nothing = losses(SIMON, 0)
    assert nothing.failures == pytest.approx(nothing.planned)
    assert nothing.excluded == pytest.approx(nothing.planned)
    assert (nothing.enrol, nothing.enough) == ((18, 35), 1)


@pytest.mark.parametrize("share", [-0.1, 1.0, 10])
def test_shares_that_cannot_be_are_refused(share: float) -> None:
    for call in (lambda: inflated(35, share), lambda: losses(SIMON, share), lambda: assured(35, share)):
        with pytest.raises(ToplineError) as caught:
            call()
        assert caught.value.code == "TL-G04"


def test_more_than_two_looks_are_refused() -> None:
    three = SingleArmDesign("three", SMALL.hypotheses, Boundary((2, 4, 6), (-1, 0, 2), (3, 5, 3)), "")
    with pytest.raises(ToplineError) as caught:
        losses(three, 0.1)
    assert caught.value.code == "TL-G04"
    with pytest.raises(ToplineError) as caught:
        inflated(0, 0.1)
    assert caught.value.code == "TL-G03"


def test_first_look_of_any_response_patient_by_patient() -> None:
    """Every patient is without response, unconfirmed or confirmed; all courses of the first and the second stage."""
    share, confirmed = 0.7, 0.42
    weights = {0: 1 - confirmed / share, 1: confirmed / share - confirmed, 2: confirmed}
    expected = 0.0
    for course in product((0, 1, 2), repeat=7):
        goes_on = sum(kind > 0 for kind in course[:3]) > 0
        if goes_on and sum(kind == 2 for kind in course) >= 3:
            expected += float(np.prod([weights[kind] for kind in course]))
    assert success_after_any(SMALL, share, confirmed)[0] == pytest.approx(expected, rel=1e-12)


def test_reversal_patient_by_patient() -> None:
    share, confirmed, expected = 0.7, 0.42, 0.0
    weights = {0: 1 - confirmed / share, 1: confirmed / share - confirmed, 2: confirmed}
    for course in product((0, 1, 2), repeat=3):
        if any(course) and 2 not in course:
            expected += float(np.prod([weights[kind] for kind in course]))
    assert reversal(SMALL, share, confirmed) == pytest.approx(expected, rel=1e-12)


def test_confirmation() -> None:
    found = confirmation(SIMON, 0.8)
    assert found.confirmed_counted == pytest.approx(tuple(SIMON.operating_characteristics([0.08, 0.24]).success))
    assert found.any_counted == pytest.approx(tuple(SIMON.operating_characteristics([0.125, 0.375]).success))
    assert found.confirmed_counted[1] < found.planned[1] < found.any_counted[1]
    assert found.any_counted[0] > 0.05
    mixed = found.first_look_any
    assert mixed is not None
    assert found.planned[0] < mixed[0] < BINOM.sf(6, 35, 0.1)
    same = confirmation(SIMON, 1.0)
    assert same.first_look_any == pytest.approx(same.planned, rel=1e-11)
    assert confirmation(single_stage(0.1, 0.3), 0.8).first_look_any is None


@pytest.mark.parametrize("share", [0, 0.29, 1.1, 80])
def test_confirmed_shares_that_cannot_be_are_refused(share: float) -> None:
    with pytest.raises(ToplineError) as caught:
        confirmation(SIMON, share)
    assert caught.value.code == "TL-G04"
