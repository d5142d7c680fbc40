"""The bound that no rule beats: below it no design, however the tables of a search grow."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_search as twin
from topline.design.rate import early_acceptance, three_stage_search
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.simon import simon
from topline.design.rate.three_stage import three_stage
from topline.protocol.rule import two_stage_search
from topline.protocol.rule.binomial import binomial_tables
from topline.protocol.rule.lower_bound import fewest_patients, most_powerful


@settings(max_examples=40)
@given(null=st.floats(0.02, 0.7), step=st.floats(0.05, 0.28), alpha=st.floats(0.005, 0.4))
def test_power_of_the_most_powerful_test(null: float, step: float, alpha: float) -> None:
    powers = most_powerful(binomial_tables(null, 40), binomial_tables(null + step, 40), alpha)
    assert powers[0] == pytest.approx(alpha)
    assert (np.diff(powers) >= -1e-12).all()
    for n in (1, 7, 40):
        sure = next(x for x in range(n + 2) if twin.tail(x, n, null) <= alpha)
        assert powers[n] >= twin.tail(sure, n, null + step) - 1e-12
        assert powers[n] <= twin.tail(sure - 1, n, null + step) + 1e-12


@settings(max_examples=15)
@given(null=st.floats(0.05, 0.4), step=st.floats(0.3, 0.45), alpha=st.floats(0.05, 0.4), power=st.floats(0.5, 0.8))
def test_no_design_is_below_the_bound(null: float, step: float, alpha: float, power: float) -> None:
    least = fewest_patients(binomial_tables(null, 60), binomial_tables(null + step, 60), alpha, power)
    for n in range(2, min(least, 9)):
        assert not twin.holding(twin.early_rules(n), null, null + step, alpha, power)
        assert not twin.holding(twin.two_stage_rules(n), null, null + step, alpha, power)


@pytest.mark.parametrize("search", [simon, mander_thompson, three_stage])
def test_growing_tables_change_nothing(search: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = search(0.2, 0.4, power=0.9, max_n=200).boundary
    for size in (7, expected.patients - 1, expected.patients):
        for module in (two_stage_search, early_acceptance, three_stage_search):
            monkeypatch.setattr(module, "table_size", lambda *_, size=size: size)
        assert search(0.2, 0.4, power=0.9, max_n=200).boundary == expected
