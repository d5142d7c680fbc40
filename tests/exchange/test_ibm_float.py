"""IBM's hexadecimal floating point, against its definition in exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.twin.ibm_float import value as ibm_float_value
from topline.exchange.ibm_float import LARGEST, SMALLEST, ibm_float

# Worked by hand: 1 = 16**1 * 0x1/16; -118.625 = -(0x76.A) = -0x0.76A * 16**2; 0.15625 = 0x0.28 * 16**0.
BY_HAND = [
    (0.0, "0000000000000000"),
    (1.0, "4110000000000000"),
    (-1.0, "c110000000000000"),
    (-118.625, "c276a00000000000"),
    (0.15625, "4028000000000000"),
    (float("nan"), "2e00000000000000"),
]


@pytest.mark.parametrize(("number", "digits"), BY_HAND)
def test_by_hand(number: float, digits: str) -> None:
    assert ibm_float(np.array([number])).tobytes().hex() == digits


@given(st.lists(st.floats(SMALLEST, LARGEST) | st.floats(-LARGEST, -SMALLEST) | st.just(0.0), min_size=1, max_size=20))
def test_every_double_in_range_is_exact(numbers: list[float]) -> None:
    cells = ibm_float(np.array(numbers))
    assert [ibm_float_value(cell.tobytes()) for cell in cells] == [Fraction(number) for number in numbers]


@given(st.floats(SMALLEST, LARGEST))
def test_the_fraction_is_normalised(number: float) -> None:
    assert ibm_float(np.array([number]))[0, 1] >= 16


@pytest.mark.parametrize("number", [float("inf"), -1e76, 1e-80, -5e-324])
def test_out_of_range(number: float) -> None:
    with pytest.raises(OverflowError, match="outside the range"):
        ibm_float(np.array([number]))
