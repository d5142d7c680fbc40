"""Curtailment: the same decisions with fewer patients; stochastic thresholds against every course of a trial."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_search as twin
from topline.design.rate.curtailed import conditional_power, curtailed, largest_futility
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses

RATES = np.array([0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.8, 1.0])


@st.composite
def designs(draw: st.DrawFn, most: int = 9) -> SingleArmDesign:
    """Return any rule of at most three looks."""
    looks = sorted(draw(st.sets(st.integers(1, most), min_size=1, max_size=3)))
    futility, efficacy = [], []
    for look in looks[:-1]:
        futility.append(draw(st.integers(-1, look - 1)))
        efficacy.append(draw(st.integers(futility[-1] + 1, look + 1)))
    futility.append(draw(st.integers(0, looks[-1] - 1)))
    boundary = Boundary(tuple(looks), tuple(futility), (*efficacy, futility[-1] + 1))
    return SingleArmDesign("drawn", Hypotheses(0.2, 0.45), boundary, "drawn")


def by_patients(design: SingleArmDesign, rate: float) -> dict[tuple[int, int], float]:
    found = design.operating_characteristics(rate)
    pairs = ((found.stops_futile[0], 0), (found.stops_success[0], 1))
    return {(int(n), passed): float(p) for row, passed in pairs for n, p in zip(found.looks, row, strict=True) if p}


@settings(max_examples=40)
@given(design=designs(), rate=st.floats(0.05, 0.95))
def test_every_course_of_a_trial(design: SingleArmDesign, rate: float) -> None:
    expected = twin.curtailed_ends(twin.rule_of(design.boundary), 0.45, (0.0, 1.0), rate)
    found = by_patients(curtailed(design), rate)
    assert set(found) == set(expected)
    for key, chance in expected.items():
        assert found[key] == pytest.approx(chance, abs=1e-12)


@settings(max_examples=30)
@given(design=designs(8), rate=st.floats(0.05, 0.95), low=st.floats(0.0, 0.5), high=st.floats(0.5, 1.0))
def test_every_course_with_thresholds(design: SingleArmDesign, rate: float, low: float, high: float) -> None:
    if low == high:
        return
    expected = twin.curtailed_ends(twin.rule_of(design.boundary), 0.45, (low, high), rate)
    found = by_patients(curtailed(design, futility=low, success=high, strict=False), rate)
    assert set(found) == set(expected)
    for key, chance in expected.items():
        assert found[key] == pytest.approx(chance, abs=1e-12)


@pytest.mark.parametrize("every", [1, 3, 10])
@pytest.mark.parametrize(
    "design",
    [simon(0.1, 0.3, power=0.9), single_stage(0.5, 0.7), mander_thompson(0.2, 0.4), three_stage(0.3, 0.5)],
    ids=lambda design: design.name,
)
def test_the_same_decisions_with_fewer_patients(design: SingleArmDesign, every: int) -> None:
    less = curtailed(design, every=every)
    plain, found = design.operating_characteristics(RATES), less.operating_characteristics(RATES)
    np.testing.assert_allclose(found.success, plain.success, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.patients.sum(axis=1), 1.0, rtol=0, atol=1e-12)
    assert (found.expected_patients <= plain.expected_patients + 1e-12).all()
    assert less.holds
    assert all(look % every == 0 or look in design.boundary.looks for look in less.boundary.looks)


def test_fewer_looks_stop_later() -> None:
    design = simon(0.1, 0.3, power=0.9)
    expected = [curtailed(design, every=every).expected_patients for every in (1, 2, 4, 8)]
    assert expected == sorted(expected)


@settings(max_examples=40)
@given(design=designs(12), rate=st.floats(0.0, 1.0))
def test_conditional_power_rises_with_responses(design: SingleArmDesign, rate: float) -> None:
    rows = conditional_power(design.boundary, rate)
    assert [len(row) for row in rows] == list(range(1, design.boundary.patients + 2))
    assert all((np.diff(row) >= -1e-12).all() for row in rows)
    assert rows[0][0] == pytest.approx(float(design.operating_characteristics(rate).success[0]), abs=1e-12)


def test_conditional_power_by_hand() -> None:
    rule = ((2, 0, 3), (4, 2, 3))
    boundary = Boundary((2, 4), (0, 2), (3, 3))
    rows = conditional_power(boundary, 0.3)
    for length in range(4):
        for answers in product((0, 1), repeat=length):
            if length >= 2 and sum(answers[:2]) == 0:
                continue
            assert rows[length][sum(answers)] == pytest.approx(twin.power_from(rule, answers, 0.3))


def test_a_threshold_that_loses_the_power_is_refused() -> None:
    design = simon(0.1, 0.3)
    most = largest_futility(design)
    assert curtailed(design, futility=most).holds
    with pytest.raises(ToplineError, match=rf"TL-G04.*power.*{most:.4f} and a success of 1"):
        curtailed(design, futility=most + 1e-9)
    loose = curtailed(design, futility=0.3, strict=False)
    assert not loose.holds
    assert loose.expected_patients < curtailed(design, futility=most).expected_patients


def test_early_success_that_loses_the_level_is_refused() -> None:
    with pytest.raises(ToplineError, match=r"TL-G04.*level"):
        curtailed(simon(0.1, 0.3), success=0.8)


@pytest.mark.parametrize(
    "settings_",
    [
        {"futility": -0.1},
        {"futility": 1.0},
        {"futility": float("nan")},
        {"success": 1.1},
        {"futility": 0.5, "success": 0.5},
        {"every": 0},
        {"every": 1.5},
        {"every": True},
    ],
)
def test_settings(settings_: dict[str, Any]) -> None:
    with pytest.raises(ToplineError, match="TL-G04"):
        curtailed(simon(0.1, 0.3), **settings_)
