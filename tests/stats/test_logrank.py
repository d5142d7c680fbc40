"""The log-rank test: R's table, one two-way table per event time, strata, batches, and the edges."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.stats.cases import Array, column, number, read_rows, same, survival_data
from tests.stats.subjects import padded, times
from tests.twin import logrank as twin
from topline.stats.logrank import log_rank

subjects = st.lists(st.tuples(times, st.integers(0, 1), st.integers(0, 2), st.integers(0, 1)), min_size=2, max_size=14)


def data_of_r(shared: Path, name: str) -> tuple[Array, Array, Array, Array | None]:
    if name != "lung_sex_strat_ecog":
        return *survival_data(shared, name), None
    time, event, sex = survival_data(shared, "lung")
    ecog = column(read_rows(shared, "data_lung"), "ph.ecog")
    return np.where(np.isnan(ecog), np.nan, time), event, sex, ecog


def test_table_of_r(shared: Path) -> None:
    rows = read_rows(shared, "logrank")
    for row in rows:
        test = log_rank(*data_of_r(shared, row["data"]), number(row["rho"]))
        g = test.groups.tolist().index(float(row["group"].split("=")[1]))
        shown = {"n": test.n[g], "obs": test.observed[g], "exp": test.expected[g], "var11": test.variance[0, 0]}
        shown |= {"chisq": test.chi_square, "df": test.df, "p": test.p}
        for name, value in shown.items():
            assert same(value, number(row[name])), (row, name)
    assert len(rows) == 14


@settings(max_examples=80)
@given(st.lists(subjects, min_size=1, max_size=3), st.sampled_from([0.0, 1.0, 0.5]))
def test_twin(rows: list[list[tuple[float, int, int, int]]], rho: float) -> None:
    time, event, group, strata = padded(rows)
    test = log_rank(time, event, group, strata, rho)
    for i, row in enumerate(rows):
        observed, expected, chi_square = twin.log_rank(row, rho)
        mine = np.isin(test.groups, [g for *_, g, _ in row])
        np.testing.assert_allclose(test.observed[i, mine], observed, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(test.expected[i, mine], expected, rtol=1e-12, atol=1e-14)
        if not np.isnan(chi_square):
            assert same(test.chi_square[i], chi_square, 1e-8)
            assert same(test.p[i], stats.chi2.sf(chi_square, test.df[i]), 1e-7)


def test_the_order_of_groups_and_their_codes_do_not_matter() -> None:
    rng = np.random.default_rng(5)
    time, event, group = rng.integers(1, 40, 60), rng.integers(0, 2, 60), rng.integers(0, 3, 60)
    first, second = log_rank(time, event, group), log_rank(time, event, -7.0 * group)
    assert same(first.chi_square, float(second.chi_square), 1e-10)
    np.testing.assert_allclose(first.observed, second.observed[::-1])
    np.testing.assert_allclose(first.observed.sum(), first.expected.sum())


def test_type_one_error() -> None:
    rng = np.random.default_rng(11)
    time = rng.exponential(1.0, (1000, 60))
    test = log_rank(np.minimum(time, 1.5), time < 1.5, np.arange(60) % 2)
    assert test.p.shape == (1000,)
    assert abs(float((test.p < 0.05).mean()) - 0.05) < 0.025


def test_edges() -> None:
    one_group = log_rank([1, 2, 3], [1, 1, 0], [4, 4, 4])
    assert (float(one_group.df), one_group.groups.tolist()) == (0.0, [4.0])
    assert np.isnan(one_group.chi_square)
    assert np.isnan(one_group.p)
    no_event = log_rank([1, 2, 3, 4], [0, 0, 0, 0], [1, 1, 2, 2])
    assert np.isnan(no_event.p)
    nobody = log_rank([np.nan, np.nan], [0, 0], [1, 2])
    assert np.isnan(nobody.p)
    assert nobody.groups.size == 0
    at_once = log_rank([5, 5, 5, 5], [1, 1, 1, 1], [1, 1, 2, 2])
    assert float(at_once.chi_square) == 0.0
    gone_before_any_event = log_rank([1, 1, 3, 4, 5, 6], [0, 0, 1, 1, 1, 1], [1, 1, 2, 3, 2, 3])
    assert float(gone_before_any_event.df) == 1.0


def test_refused() -> None:
    with pytest.raises(ValueError, match="group is missing for subject 1"):
        log_rank([1, 2], [1, 1], [1, np.nan])
    with pytest.raises(ValueError, match="strata is missing for subject 0"):
        log_rank([1, 2], [1, 1], [1, 2], [np.nan, 1])
    with pytest.raises(ValueError, match="rho of at least 0"):
        log_rank([1, 2], [1, 1], [1, 2], rho=-1)
    with pytest.raises(ValueError, match="event is 2, not one of 0"):
        log_rank([1, 2], [1, 2], [1, 2])
