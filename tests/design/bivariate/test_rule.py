"""Response and toxicity together: the cells of a patient, and what a rule does against walking every course."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.design_courses import both_outcomes
from topline.design.bivariate.rule import (
    BivariateBoundary,
    BivariateHypotheses,
    bivariate_characteristics,
    cells,
)
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary, operating_characteristics

rates = st.floats(0.01, 0.99)


@settings(max_examples=50)
@given(rates, rates, st.floats(0.02, 50))
def test_cells_have_the_rates_and_the_odds_ratio(response: float, toxicity: float, ratio: float) -> None:
    both, alone, toxic, neither = cells(response, toxicity, ratio)
    assert min(both, alone, toxic, neither) > 0
    np.testing.assert_allclose([both + alone, both + toxic], [response, toxicity], rtol=1e-12)
    assert both * neither / (alone * toxic) == pytest.approx(ratio, rel=1e-6)


def test_independent_cells_are_products() -> None:
    np.testing.assert_allclose(cells(0.3, 0.2), [0.06, 0.24, 0.14, 0.56], rtol=1e-14)


@st.composite
def boundaries(draw: st.DrawFn) -> BivariateBoundary:
    looks = tuple(sorted(draw(st.sets(st.integers(1, 9), min_size=1, max_size=3))))
    low = tuple(draw(st.integers(-1, look)) for look in looks)
    return BivariateBoundary(looks, low, tuple(draw(st.integers(0, look + 1)) for look in looks))


@settings(max_examples=40)
@given(boundaries(), st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_courses_are_those_of_the_twin(rule: BivariateBoundary, weights: list[int]) -> None:
    chances = tuple(Fraction(weight, sum(weights)) for weight in weights)
    both, alone, toxic, neither = chances
    ratio = float(both * neither / (alone * toxic))
    found = bivariate_characteristics(rule, float(both + alone), float(both + toxic), ratio)
    success, patients = both_outcomes(rule, chances)
    assert float(found.success[0]) == pytest.approx(float(success), rel=1e-9, abs=1e-15)
    assert float(found.expected_patients[0]) == pytest.approx(float(patients), rel=1e-9)
    stops = found.stops_futile + found.stops_toxic
    np.testing.assert_allclose(stops.sum(axis=1) + found.success, 1.0, rtol=1e-9)
    np.testing.assert_allclose(found.patients.sum(axis=1), 1.0, rtol=1e-9)


def test_without_toxicity_bounds_it_is_the_rule_of_one_outcome() -> None:
    """Simon's 2/18, 6/35 at 10% and 30%: level 0.0474, power 0.9016, whatever the toxicity and the odds ratio."""
    rule = BivariateBoundary((18, 35), (2, 6), (19, 36))
    simon = operating_characteristics(Boundary((18, 35), (2, 6), (19, 7)), [0.1, 0.3])
    for ratio in (0.2, 1.0, 7.0):
        found = bivariate_characteristics(rule, [0.1, 0.3], 0.4, ratio)
        np.testing.assert_allclose(found.success, simon.success, rtol=1e-12)
        np.testing.assert_allclose(found.expected_patients, simon.expected_patients, rtol=1e-12)
        assert found.stops_toxic.max() == 0


def test_independent_outcomes_multiply() -> None:
    rule = BivariateBoundary((10, 25), (1, 5), (5, 9))
    both = bivariate_characteristics(rule, 0.3, 0.25)
    response = bivariate_characteristics(BivariateBoundary((10, 25), (1, 5), (11, 26)), 0.3, 0.25)
    toxicity = bivariate_characteristics(BivariateBoundary((10, 25), (-1, -1), (5, 9)), 0.3, 0.25)
    np.testing.assert_allclose(both.success, response.success * toxicity.success, rtol=1e-12)


def test_toxicity_counts_where_responses_are_enough() -> None:
    """Two patients, all respond, all with toxicity: the stop is for toxicity; none respond: for futility."""
    rule = BivariateBoundary((2,), (0,), (2,))
    found = bivariate_characteristics(rule, [1.0, 0.0], [1.0, 1.0])
    assert found.stops_toxic[:, 0].tolist() == [1.0, 0.0]
    assert found.stops_futile[:, 0].tolist() == [0.0, 1.0]
    assert found.stops_early.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("looks", "futility", "toxicity"),
    [
        ((), (), ()),
        ((3, 3), (0, 1), (2, 2)),
        ((0, 3), (0, 1), (2, 2)),
        ((3, 5), (0,), (2, 2)),
        ((3,), (-2,), (2,)),
        ((3,), (0,), (-1,)),
    ],
)
def test_what_is_no_rule_is_refused(
    looks: tuple[int, ...], futility: tuple[int, ...], toxicity: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="BivariateBoundary"):
        BivariateBoundary(looks, futility, toxicity)


@pytest.mark.parametrize(
    ("response", "toxicity", "ratio"), [(1.2, 0.1, 1), (0.1, -0.1, 1), (0.1, 0.1, 0), (20, 0.1, 1)]
)
def test_impossible_rates_are_refused(response: float, toxicity: float, ratio: float) -> None:
    with pytest.raises(ToplineError, match="TL-G04"):
        bivariate_characteristics(BivariateBoundary((3,), (0,), (2,)), response, toxicity, ratio)


WRONG: list[dict[str, object]] = [
    {"response": (0.3, 0.3)},
    {"response": (0.3, 0.1)},
    {"response": (0.0, 0.3)},
    {"toxicity": (0.1, 0.3)},
    {"toxicity": (30, 10)},
    {"alpha_response": 0.0},
    {"alpha_toxicity": 0.9},
    {"power": 0.05},
    {"odds_ratio": 0.0},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_hypotheses_that_nothing_can_tell_apart_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ToplineError, match="TL-G01"):
        BivariateHypotheses(**{"response": (0.1, 0.3), "toxicity": (0.3, 0.1), **wrong})  # type: ignore[arg-type]
