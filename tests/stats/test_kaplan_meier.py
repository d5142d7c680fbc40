"""Kaplan-Meier curves, limits and fixed times: R's tables, a slow twin, batches, and the edges."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.cases import column, number, read_rows, same, stratum
from tests.stats.subjects import padded, survival
from tests.twin import kaplan_meier as twin
from topline.stats.kaplan_meier import (
    curve_interval,
    kaplan_meier,
    numbers_at_risk,
    reverse_kaplan_meier,
    survival_at,
)
from topline.stats.survival_interval import IntervalKind, transformed_interval

KINDS: dict[str, IntervalKind] = {"plain": "plain", "log": "log", "log-log": "log-log", "logit": "logit"}
KINDS |= {"arcsin": "arcsine"}


def test_curves_of_r(shared: Path) -> None:
    rows = read_rows(shared, "km_curves")
    curves = {(row["data"], row["stratum"], row["conf.type"]) for row in rows}
    for data, which, kind in sorted(curves):
        table = [row for row in rows if (row["data"], row["stratum"], row["conf.type"]) == (data, which, kind)]
        km = kaplan_meier(*stratum(shared, data, which))
        alive = km.survival > 0
        shown = {"time": km.time, "n.risk": km.n_risk, "n.event": km.n_event, "n.censor": km.n_censor}
        shown |= {"surv": km.survival}
        if kind in KINDS:
            ci = curve_interval(km, KINDS[kind], 0.95)
            shown |= {"lower": ci.lower, "upper": ci.upper}
        for name, values in shown.items():
            np.testing.assert_allclose(values, column(table, name), rtol=1e-8, err_msg=f"{data} {which} {kind} {name}")
        log_error = column(table, "std.err_cumhaz")
        np.testing.assert_allclose(np.sqrt(km.greenwood)[alive], log_error[alive], rtol=1e-8)
    assert len(curves) == 54


def test_fixed_times_of_r(shared: Path) -> None:
    rows = read_rows(shared, "km_fixed_time")
    for row in rows:
        km = kaplan_meier(*stratum(shared, row["data"], row["stratum"]))
        kind = KINDS[row["conf.type"]]
        at = survival_at(km, number(row["time"]), kind, number(row["conf"]), extend=True)
        values = (at.n_risk, at.survival.estimate, at.standard_error, at.survival.lower, at.survival.upper)
        for name, value in zip(("n.risk", "surv", "std.err", "lower", "upper"), values, strict=True):
            assert same(value[0], number(row[name])), (row, name)
    assert len(rows) > 300


@settings(max_examples=60)
@given(st.lists(survival, min_size=1, max_size=4), st.sampled_from(list(KINDS.values())))
def test_twin(rows: list[list[tuple[float, int]]], kind: IntervalKind) -> None:
    km = kaplan_meier(*padded(rows))
    ci = curve_interval(km, kind, 0.9)
    for i, row in enumerate(rows):
        steps = twin.curve(row)
        m = len(steps)
        assert np.isnan(km.time[i, m:]).all()
        assert km.time[i, :m].tolist() == [s.time for s in steps]
        assert km.n_risk[i, :m].tolist() == [s.n_risk for s in steps]
        assert km.n_event[i, :m].tolist() == [s.n_event for s in steps]
        assert km.n_censor[i, :m].tolist() == [s.n_censor for s in steps]
        np.testing.assert_allclose(km.survival[i, :m], [s.survival for s in steps], rtol=1e-12)
        np.testing.assert_allclose(km.greenwood[i, :m], [s.greenwood for s in steps], rtol=1e-12)
        limits = np.array([twin.limits(s.survival, s.greenwood, kind, 0.9) for s in steps])
        np.testing.assert_allclose(np.stack([ci.lower[i, :m], ci.upper[i, :m]], axis=1), limits, rtol=1e-9, atol=1e-14)


@settings(max_examples=50)
@given(survival, st.lists(st.floats(0, 12), min_size=1, max_size=5))
def test_reading_the_curve(row: list[tuple[float, int]], at: list[float]) -> None:
    km, steps = kaplan_meier(*zip(*row, strict=True)), twin.curve(row)
    last = max(t for t, _ in row)
    carried, known = survival_at(km, at, extend=True), survival_at(km, at)
    for i, time in enumerate(at):
        height = twin.height_at(steps, time)
        assert same(carried.survival.estimate[i], height, 1e-12)
        assert same(known.survival.estimate[i], height if time <= last or height == 0 else np.nan, 1e-12)
        assert carried.n_risk[i] == sum(1 for t, _ in row if t >= time)


def test_a_batch_is_its_rows() -> None:
    rng = np.random.default_rng(1)
    time, event = rng.integers(1, 30, (5, 4, 43)) * 7.0, rng.integers(0, 2, (5, 4, 43))
    batch = kaplan_meier(time, event)
    assert batch.n.shape == (5, 4)
    at = survival_at(batch, [28.0, 90.0])
    assert at.survival.lower.shape == (5, 4, 2)
    single = kaplan_meier(time[3, 2], event[3, 2])
    width = single.time.size
    np.testing.assert_array_equal(batch.survival[3, 2, :width], single.survival)
    np.testing.assert_array_equal(at.survival.lower[3, 2], survival_at(single, [28.0, 90.0]).survival.lower)


def test_times_that_differ_by_rounding_tie() -> None:
    km = kaplan_meier([0.1 + 0.2, 0.3, 5.0, 90 / 30.4375, 90 / 365.25 * 12], [1, 1, 1, 1, 1])
    assert km.n_event.tolist() == [2.0, 2.0, 1.0]
    assert kaplan_meier([1e9, 1e9 + 1, 2e9], [1, 1, 1]).n_event.tolist() == [2.0, 1.0]
    assert kaplan_meier([1.0, 1.0 + 1e-6, 2.0], [1, 1, 1]).n_event.tolist() == [1.0, 1.0, 1.0]


def test_edges() -> None:
    censored = kaplan_meier([1, 2, 3], [0, 0, 0])
    assert censored.survival.tolist() == [1.0, 1.0, 1.0]
    assert survival_at(censored, [2, 4]).survival.lower.tolist()[0] == 1.0
    assert np.isnan(survival_at(censored, 4).survival.estimate[0])
    together = kaplan_meier([5, 5, 5], [1, 1, 1])
    assert together.survival.tolist() == [0.0]
    assert np.isnan(together.standard_error).all()
    assert survival_at(together, [4, 5, 6]).survival.estimate.tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(survival_at(together, 5).survival.upper).all()
    at_start = kaplan_meier([0, 0, 3], [1, 0, 1])
    assert survival_at(at_start, 0).survival.estimate.tolist() == [2 / 3]
    assert numbers_at_risk(at_start, [0, 1]).tolist() == [3.0, 1.0]
    assert reverse_kaplan_meier([1, 2], [1, 1]).survival.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("time", [[], [np.nan, np.nan], [[np.nan], [np.nan]]])
def test_no_subjects(time: list[float]) -> None:
    km = kaplan_meier(time, np.zeros(np.shape(time)))
    at = survival_at(km, [0.0, 5.0])
    assert (km.n == 0).all()
    assert np.isnan(at.survival.estimate).all()
    assert np.isnan(at.survival.lower).all()
    assert (at.n_risk == 0).all()
    assert np.isnan(km.last_time).all()


def test_an_empty_row_beside_a_full_one() -> None:
    km = kaplan_meier([[1.0, 2.0], [np.nan, np.nan]], [[1, 0], [0, 0]])
    assert survival_at(km, 1.0).survival.estimate[0, 0] == 0.5
    assert np.isnan(survival_at(km, 1.0).survival.estimate[1, 0])


REFUSED = [
    ([-1, 2], [1, 1], "time is -1 for subject 0"),
    ([1, np.inf], [1, 1], "time is inf for subject 1"),
    ([1, 2], [1, 2], "event is 2, not one of 0"),
    ([1, 2], [1, np.nan], "event is nan for subject 1"),
    ([1, 2], [0.5, 1], "event is 0.5 for subject 0"),
    (3, 1, "one time per subject"),
]


@pytest.mark.parametrize(("time", "event", "message"), REFUSED)
def test_refused(time: object, event: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, event)  # type: ignore[arg-type]


def test_wrong_questions_are_refused() -> None:
    km = kaplan_meier([1, 2], [1, 0])
    with pytest.raises(ValueError, match="times holds -1"):
        survival_at(km, [-1])
    with pytest.raises(ValueError, match="times holds nan"):
        numbers_at_risk(km, [np.nan])
    with pytest.raises(ValueError, match="not one of 'plain'"):
        curve_interval(km, "loglog")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        curve_interval(km, "log", 95)


@pytest.mark.parametrize("kind", KINDS.values())
def test_extreme_widths_do_not_overflow(kind: IntervalKind) -> None:
    ci = transformed_interval(np.array([1 - 1e-12, 1e-300]), np.array([5.0, 50.0]), kind, 0.99)
    assert ((ci.lower >= 0) & (ci.upper <= 1) & (ci.lower <= ci.upper)).all()
