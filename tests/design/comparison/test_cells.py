"""Numbers in cells: no rounding brings them onto the other side of what was asked, or onto certainty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.design.comparison.cells import beside, listed, percent_beside, probability


@given(st.floats(1e-8, 1 - 1e-8))
def test_only_certain_things_are_shown_as_such(value: float) -> None:
    told = probability(value)
    assert float(told.strip("<>")) not in (0.0, 1.0)
    assert float(told.strip("<>")) == pytest.approx(value, abs=1.01e-4)


@given(st.sampled_from([0.025, 0.05, 0.1, 0.8, 0.85, 0.9]), st.floats(-1e-3, 1e-3))
def test_a_number_stays_on_its_side_of_the_bound(bound: float, away: float) -> None:
    value = bound + away
    if abs(away) > 1e-8:
        assert (float(beside(value, bound)) < bound) == (value < bound)
        assert (float(percent_beside(value, bound).rstrip("%")) < round(100 * bound, 9)) == (value < bound)
    assert float(beside(value, bound)) == pytest.approx(value, abs=5.1e-5)


def test_the_bound_itself_has_no_further_digits() -> None:
    assert beside(0.05, 0.05) == "0.0500"
    assert percent_beside(0.05, 0.05) == "5.00%"


def test_lists_are_shortened_in_the_middle() -> None:
    assert listed(("1", "2", "3", "4"), 4) == "1, 2, 3, 4"
    assert listed(("1", "2", "3", "4", "5"), 4) == "1, 2, … 5"
