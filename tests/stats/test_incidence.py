"""Cumulative incidence: R's table, case weights differentiated, one minus Kaplan-Meier, and the edges."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.cases import column, number, read_rows, same
from tests.stats.subjects import competing, padded, survival
from tests.stats.test_kaplan_meier import KINDS
from tests.twin import incidence as twin
from topline.stats.incidence import cumulative_incidence, incidence_at, incidence_interval
from topline.stats.kaplan_meier import kaplan_meier


def test_table_of_r(shared: Path) -> None:
    table = read_rows(shared, "data_mgus2_cr35")
    time, event = column(table, "etime"), column(table, "event")
    sex = np.array([row["sex"] for row in table])
    rows = read_rows(shared, "cr_aalen_johansen")
    for row in rows:
        mine = sex == row["stratum"].split("=")[1] if row["stratum"] != "all" else np.full(sex.shape, True)
        ours = cumulative_incidence(time[mine], event[mine])
        last = int((ours.time <= number(row["time"])).sum()) - 1
        kind = KINDS[row["conf.type"]]
        if row["state"] == "(s0)":
            error = ours.event_free_error[last]
            ci = incidence_interval(ours.event_free[last], error, kind)
            values = (ci.estimate, error, ci.lower, ci.upper)
        else:
            cause = ["pcm", "death"].index(row["state"])
            ci = incidence_at(ours, number(row["time"]), kind, extend=True)
            error = ours.standard_error[last, cause]
            values = (ci.estimate[0, cause], error, ci.lower[0, cause], ci.upper[0, cause])
        for name, value in zip(("est", "std.err", "lower", "upper"), values, strict=True):
            assert same(value, number(row[name])), (row, name)
    assert len(rows) == 162


@settings(max_examples=40, deadline=None)
@given(st.lists(competing, min_size=1, max_size=3), st.sampled_from([1.0, 2.0, 5.0, 9.0]))
def test_twin(rows: list[list[tuple[float, int]]], until: float) -> None:
    ours = cumulative_incidence(*padded(rows))
    for i, row in enumerate(rows):
        last = int((ours.time[i] <= until).sum()) - 1
        if last < 0:
            continue
        ones = [1.0] * len(row)
        for cause in (1, 2):
            assert same(ours.incidence[i, last, cause - 1], twin.incidence(row, ones, cause, until), 1e-12)
            error = twin.jackknife_error(row, cause, until)
            assert float(ours.standard_error[i, last, cause - 1]) == pytest.approx(error, rel=1e-6, abs=1e-8)
        assert same(ours.event_free[i, last], twin.incidence(row, ones, 0, until), 1e-12)
        error = twin.jackknife_error(row, 0, until)
        assert float(ours.event_free_error[i, last]) == pytest.approx(error, rel=1e-6, abs=1e-8)


@settings(max_examples=40)
@given(survival)
def test_one_cause_is_the_complement_of_kaplan_meier(row: list[tuple[float, int]]) -> None:
    time, event = zip(*row, strict=True)
    ours, km = cumulative_incidence(time, event, 1), kaplan_meier(time, event)
    np.testing.assert_allclose(ours.incidence[:, 0], 1.0 - km.survival, atol=1e-12)
    np.testing.assert_allclose(ours.event_free, km.survival, atol=1e-12)
    np.testing.assert_array_equal(ours.n_risk, km.n_risk)
    np.testing.assert_array_equal(ours.n_censor, km.n_censor)


@settings(max_examples=40)
@given(competing)
def test_the_causes_and_the_event_free_add_up_to_one(row: list[tuple[float, int]]) -> None:
    ours = cumulative_incidence(*zip(*row, strict=True))
    np.testing.assert_allclose(ours.incidence.sum(axis=-1) + ours.event_free, 1.0, atol=1e-12)


def test_behind_the_last_time() -> None:
    open_end = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 0])
    assert np.isnan(incidence_at(open_end, 5).estimate).all()
    assert incidence_at(open_end, 5, extend=True).estimate.tolist() == [[0.25, 0.25]]
    closed = cumulative_incidence([1, 2], [1, 2])
    assert incidence_at(closed, 5).estimate.tolist() == [[0.5, 0.5]]


def test_no_event_of_a_cause_has_no_limits() -> None:
    ci = incidence_at(cumulative_incidence([1, 2, 3], [1, 0, 0]), 1)
    assert ci.estimate[0, 1] == 0.0
    assert np.isnan(ci.upper[0, 1])
    assert incidence_at(cumulative_incidence([1, 2, 3], [1, 0, 0]), 1, "plain").upper[0, 1] == 0.0


def test_batch_and_no_subjects() -> None:
    ours = cumulative_incidence([[[1.0, 2.0], [np.nan, np.nan]]], [[[1, 2], [0, 0]]])
    assert ours.incidence.shape == (1, 2, 2, 2)
    assert ours.n.tolist() == [[2.0, 0.0]]
    assert np.isnan(incidence_at(ours, 1.0).estimate[0, 1]).all()
    assert np.isnan(incidence_at(cumulative_incidence([], []), 1.0).estimate).all()


def test_refused() -> None:
    with pytest.raises(ValueError, match="causes is 2 and the largest event code is 3"):
        cumulative_incidence([1, 2], [1, 3])
    with pytest.raises(ValueError, match="causes is 0"):
        cumulative_incidence([1, 2], [0, 0], 0)
    with pytest.raises(ValueError, match="times holds -1"):
        incidence_at(cumulative_incidence([1, 2], [1, 2]), -1)
