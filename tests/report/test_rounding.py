"""Rounding: half away from zero, at most half a unit off, and never onto or across a threshold."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.report.rounding import change, half_up, p_value, percent, rounded, stored, whole

VALUES = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 6))
SHARES = st.tuples(st.integers(0, 400), st.integers(1, 400)).filter(lambda pair: pair[0] <= pair[1])


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-0.5, 0, "−1"),
        (2.675, 2, "2.68"),
        (1.005, 2, "1.01"),
        (100 * 23 / 80, 1, "28.8"),
        (4.96, 1, "5.0"),
        (-0.04, 1, "0.0"),
        (1e6 + 0.05, 1, "1000000.1"),
    ],
)
def test_half_away_from_zero(value: float, places: int, expected: str) -> None:
    assert rounded(value, places) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0.0"), (0.04, "0.04"), (99.96, "99.96"), (100.0, "100.0"), (8.221112, "8.2"), (0.004, "0.004")],
)
def test_none_and_all_are_printed_for_none_and_all(value: float, expected: str) -> None:
    assert percent(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-30.0, "−30.0"), (-29.99, "−29.99"), (-30.04, "−30.04"), (19.97, "19.97"), (20.0, "20.0"), (12.345, "12.3")],
)
def test_changes_do_not_reach_the_limits_of_response(value: float, expected: str) -> None:
    assert change(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "<0.0001"),
        (0.00009999, "<0.0001"),
        (0.0001, "0.0001"),
        (0.04996, "0.04996"),
        (0.05, "0.0500"),
        (0.05004, "0.05004"),
        (0.90356, "0.9036"),
        (0.99995, ">0.9999"),
        (1.0, "1.0000"),
    ],
)
def test_p_values(value: float, expected: str) -> None:
    assert p_value(value, [0.05]) == expected


@given(VALUES, st.integers(0, 3), st.lists(VALUES, max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_printed_number_lies_where_the_stored_one_lies(value: float, places: int, limits: list[float]) -> None:
    shown = number(rounded(value, places, limits))
    assert all(shown.compare(stored(limit)) == stored(value).compare(stored(limit)) for limit in limits)
    assert abs(shown - stored(value)) <= Decimal(1).scaleb(-places) / 2


@given(SHARES, st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_shares_are_rounded_as_their_fractions(pair: tuple[int, int], places: int) -> None:
    """The slow twin: the share as an exact fraction, rounded half up by integers."""
    exact = Fraction(100 * pair[0], pair[1])
    expected = (exact * 10**places + Fraction(1, 2)).__floor__()
    assert half_up(100 * pair[0] / pair[1], places) == Decimal(expected).scaleb(-places)


def test_counts_are_whole() -> None:
    assert [whole(value) for value in (0.0, 43.0, 67.25)] == ["0", "43", "67.3"]
