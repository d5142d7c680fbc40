"""Bryant and Day's designs: against trying every design, both searches against each other, and strictness."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.design_bryant_day import fewest_expected
from topline.design.bivariate.bryant_day import bryant_day, bryant_day_designs
from topline.design.bivariate.bryant_day_dependent import dependent_candidates
from topline.design.bivariate.rule import BivariateHypotheses
from topline.errors import ToplineError

ASKED = BivariateHypotheses(response=(0.1, 0.3), toxicity=(0.3, 0.1), power=0.8)


@pytest.mark.parametrize(
    ("response", "toxicity", "alphas", "power"),
    [
        ((0.1, 0.6), (0.6, 0.1), (0.15, 0.15), 0.7),
        ((0.2, 0.7), (0.5, 0.1), (0.2, 0.3), 0.6),
        ((0.05, 0.5), (0.7, 0.2), (0.1, 0.2), 0.75),
        ((0.3, 0.9), (0.8, 0.3), (0.1, 0.1), 0.65),
    ],
)
def test_search_finds_what_trying_all_finds(
    response: tuple[float, float], toxicity: tuple[float, float], alphas: tuple[float, float], power: float
) -> None:
    asked = BivariateHypotheses(response, toxicity, *alphas, power=power)
    expected = fewest_expected(asked, 11)
    found = bryant_day_designs(asked, 11)
    assert len(expected) > 0
    assert [design.boundary.patients for design in found] == [n for n, _ in expected]
    for design, (_, value) in zip(found, expected, strict=True):
        assert design.expected_patients == pytest.approx(value, rel=1e-12)


@settings(max_examples=12)
@given(st.floats(0.1, 0.4), st.floats(0.3, 0.5), st.floats(0.05, 0.3), st.floats(0.3, 0.5), st.sampled_from([0.6, 0.7]))
def test_joint_search_is_the_product_search(null: float, gain: float, low: float, more: float, power: float) -> None:
    asked = BivariateHypotheses((null, null + gain), (low + more, low), 0.15, 0.15, power)
    joint = list(dependent_candidates(asked, 16))
    product = bryant_day_designs(asked, 16)
    assert [one.n for one in joint] == [design.boundary.patients for design in product]
    for one, design in zip(joint, product, strict=True):
        assert one.expected == pytest.approx(design.expected_patients, rel=1e-12)


@pytest.mark.parametrize("ratio", [0.2, 1.0, 5.0])
def test_designs_hold_without_slack(ratio: float) -> None:
    for design in bryant_day_designs(replace(ASKED, odds_ratio=ratio), 28):
        assert design.level_response <= 0.1
        assert design.level_toxicity <= 0.1
        assert design.attained_power >= 0.8
        assert design.level == max(design.level_response, design.level_toxicity)


def test_optimal_and_minimax() -> None:
    optimal, minimax = bryant_day(ASKED, patients=40), bryant_day(ASKED, "minimax", patients=40)
    assert (optimal.boundary.looks, optimal.boundary.futility, optimal.boundary.toxicity) == ((16, 27), (2, 4), (4, 6))
    assert (minimax.boundary.looks, minimax.boundary.futility, minimax.boundary.toxicity) == ((10, 24), (0, 4), (4, 5))
    assert optimal.expected_patients < minimax.expected_patients
    assert optimal == bryant_day(ASKED, patients=80)
    assert bryant_day_designs(ASKED, 23) == []


def test_dependence_moves_the_levels_of_an_independent_design_a_little() -> None:
    """Bryant and Day's point: a design for independent outcomes is nearly right when they are not."""
    optimal = bryant_day(ASKED, patients=40)
    before = optimal.exact.success[:3]
    for ratio in (0.25, 4.0):
        after = optimal.operating_characteristics(*ASKED.corners, odds_ratio=ratio).success[:3]
        np.testing.assert_allclose(after, before, atol=0.02)
        assert abs(after - before).max() > 0.001


def test_too_few_patients_are_said() -> None:
    with pytest.raises(ToplineError, match="max_n: 20 patients are not enough; 24 would be") as caught:
        bryant_day(ASKED, patients=20)
    assert caught.value.code == "TL-G02"
    with pytest.raises(ToplineError, match="TL-G04"):
        bryant_day(ASKED, "best")  # type: ignore[arg-type]


def test_one_patient_makes_no_two_stages() -> None:
    with pytest.raises(ToplineError, match="1 is not a whole number from 2 to 1000"):
        bryant_day(ASKED, patients=1)
