"""Restricted mean survival time: R's table, a slow twin, and the edges."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.cases import number, read_rows, same, stratum
from tests.stats.subjects import padded, survival
from tests.twin import kaplan_meier as twin
from topline.stats.kaplan_meier import kaplan_meier
from topline.stats.restricted_mean import restricted_mean


def test_table_of_r(shared: Path) -> None:
    for row in read_rows(shared, "km_rmst"):
        result = restricted_mean(kaplan_meier(*stratum(shared, row["data"], row["stratum"])), number(row["tau"]))
        assert same(result.mean.estimate, number(row["rmean"])), row
        assert same(result.standard_error, number(row["se"])), row


@settings(max_examples=50)
@given(st.lists(survival, min_size=1, max_size=3), st.sampled_from([0.5, 1.0, 2.5, 4.0, 20.0]))
def test_twin(rows: list[list[tuple[float, int]]], horizon: float) -> None:
    km = kaplan_meier(*padded(rows))
    result = restricted_mean(km, horizon, extend=True)
    strict = restricted_mean(km, horizon)
    for i, row in enumerate(rows):
        steps = twin.curve(row)
        mean, error = twin.restricted_mean(steps, horizon)
        assert same(result.mean.estimate[i], mean, 1e-12)
        assert same(result.standard_error[i], error, 1e-10)
        known = horizon <= max(t for t, _ in row) or steps[-1].survival == 0
        assert same(strict.mean.estimate[i], mean if known else np.nan, 1e-12)


def test_limits_are_symmetric() -> None:
    result = restricted_mean(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0]), 4, 0.95)
    half = 1.959963984540054 * float(result.standard_error)
    assert float(result.mean.upper) == pytest.approx(float(result.mean.estimate) + half, rel=1e-12)
    assert result.mean.symmetric


def test_no_subjects() -> None:
    assert np.isnan(restricted_mean(kaplan_meier([np.nan], [0]), 5.0, extend=True).mean.estimate)


@pytest.mark.parametrize("horizon", [0.0, -1.0, np.inf, np.nan])
def test_refused(horizon: float) -> None:
    with pytest.raises(ValueError, match="finite time above 0"):
        restricted_mean(kaplan_meier([1], [1]), horizon)
