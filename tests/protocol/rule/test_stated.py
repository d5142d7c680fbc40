"""Rounding does not decide: the exact numbers are known as fractions, and a difference beyond rounding is seen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.rule.rules import boundaries
from tests.twin import exact_rule as twin
from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.stated import exceeds


def level(rule: Boundary, rate: float) -> float:
    return float(operating_characteristics(rule, rate).success[0])


@settings(max_examples=100)
@given(boundaries(most=20), st.integers(1, 999))
def test_the_recursion_is_right_to_its_rounding(rule: Boundary, thousandths: int) -> None:
    """Held against the fraction itself, neither number exceeds the other."""
    rate = thousandths / 1000
    found, exact = level(rule, rate), float(twin.success(rule, rate))
    assert not exceeds(found, exact, rule.patients)
    assert not exceeds(exact, found, rule.patients)


@pytest.mark.parametrize(
    ("patients", "rate", "alpha"), [(1, 0.05, 0.05), (2, 0.2, 0.04), (3, 0.2, 0.008), (2, 0.1, 0.01)]
)
def test_a_level_that_is_stated_exactly_is_kept(patients: int, rate: float, alpha: float) -> None:
    rule = Boundary((patients,), (patients - 1,), (patients,))
    assert twin.success(rule, rate) == twin.written(alpha)
    assert not exceeds(level(rule, rate), alpha, patients)
    assert exceeds(level(rule, rate), alpha * (1 - 1e-13), patients)


def test_the_allowance_is_below_what_a_person_writes() -> None:
    """With the most patients that a protocol may have it stays below 1e-11 of the number."""
    assert exceeds(0.05 * (1 + 1e-11), 0.05, 10_000)
    assert not exceeds(0.05, 0.05, 10_000)
    assert not exceeds(0.049, 0.05, 1)
