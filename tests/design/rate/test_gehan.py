"""Gehan's design: the least first stage, the second stage by trying every rate, exact characteristics."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_search as twin
from topline.design.rate.gehan import gehan
from topline.errors import ToplineError


@settings(max_examples=60)
@given(target=st.floats(0.01, 0.95), error=st.floats(0.001, 0.5))
def test_the_least_first_stage(target: float, error: float) -> None:
    design = gehan(target, error=error)
    assert design.holds
    assert design.first_stage == 1 or (1 - target) ** (design.first_stage - 1) > error


@pytest.mark.parametrize("standard_error", [0.05, 0.1])
def test_the_second_stage_against_every_rate(standard_error: float) -> None:
    design = gehan(0.25, standard_error=standard_error)
    for responses in range(1, design.first_stage + 1):
        found = twin.gehan_second_stage(design.first_stage, responses, standard_error)
        assert abs(found - design.second_stage[responses]) <= 1  # the twin's rates are steps of 1/20000
    assert design.second_stage[0] == 0


@settings(max_examples=40)
@given(target=st.floats(0.1, 0.6), rate=st.floats(0.0, 1.0), standard_error=st.floats(0.03, 0.2))
def test_characteristics(target: float, rate: float, standard_error: float) -> None:
    design = gehan(target, standard_error=standard_error)
    found = design.operating_characteristics(rate)
    n = design.first_stage
    weights = [twin.chance(x, n, rate) for x in range(n + 1)]
    expected = sum(w * (n + more) for w, more in zip(weights, design.second_stage, strict=True))
    assert found.expected_patients[0] == pytest.approx(expected, rel=1e-12)
    assert found.stops_early[0] == pytest.approx((1 - rate) ** n, abs=1e-14)
    assert found.patients.sum() == pytest.approx(1.0, abs=1e-12)
    assert float((found.patients @ found.sizes)[0]) == pytest.approx(expected, rel=1e-12)
    assert design.expected_patients == pytest.approx(
        float(design.operating_characteristics([target]).expected_patients[0])
    )


def test_the_first_stage_by_hand() -> None:
    """0.8 ** 14 = 0.04398, 0.8 ** 13 = 0.05498: fourteen patients for a rate of 20% and an error of 5%."""
    design = gehan(0.2)
    assert design.first_stage == 14
    assert design.attained_error == pytest.approx(0.0439804651, abs=1e-10)
    assert np.all(np.diff(design.second_stage[1:5]) > 0)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"target": 0.0}, "TL-G01"),
        ({"target": 1.0}, "TL-G01"),
        ({"target": 0.2, "error": 0.0}, "TL-G04"),
        ({"target": 0.2, "error": 0.9}, "TL-G04"),
        ({"target": 0.2, "standard_error": 0.0}, "TL-G04"),
        ({"target": 1e-5}, "TL-G02"),
    ],
)
def test_settings(args: dict[str, Any], code: str) -> None:
    with pytest.raises(ToplineError) as caught:
        gehan(**args)
    assert caught.value.code == code


def test_rates_are_checked() -> None:
    with pytest.raises(ToplineError, match=r"TL-G04 rates: .*write 20% as 0\.2"):
        gehan(0.2).operating_characteristics(20)
