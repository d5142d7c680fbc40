"""Medians and quartiles: R's tables, a slow twin, the symmetric interval of many papers, and the edges."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.cases import number, read_rows, same, stratum, survival_data
from tests.stats.subjects import padded, survival
from tests.stats.test_kaplan_meier import KINDS
from tests.twin import kaplan_meier as twin
from topline.stats.kaplan_meier import curve_interval, kaplan_meier
from topline.stats.quantile import median_follow_up, survival_quantile, symmetric_median_interval
from topline.stats.survival_interval import IntervalKind


def test_quantiles_of_r(shared: Path) -> None:
    rows = read_rows(shared, "km_quantiles")
    for row in rows:
        km = kaplan_meier(*stratum(shared, row["data"], row["stratum"]))
        ci = survival_quantile(km, number(row["prob"]), KINDS[row["conf.type"]], number(row["conf"]))
        for name, value in (("quantile", ci.estimate), ("lower", ci.lower), ("upper", ci.upper)):
            assert same(value, number(row[name])), (row, name)
    assert len(rows) == 270


def test_median_follow_up_of_r(shared: Path) -> None:
    for row in read_rows(shared, "km_reverse_followup"):
        time, event, _ = survival_data(shared, row["data"])
        ci = median_follow_up(time, event, KINDS[row["conf.type"]])
        for name, value in (("median_fu", ci.estimate), ("lower", ci.lower), ("upper", ci.upper)):
            assert same(value, number(row[name])), (row, name)


@settings(max_examples=80)
@given(
    st.lists(survival, min_size=1, max_size=3),
    st.sampled_from([0.25, 0.5, 0.75, 1 / 3]),
    st.sampled_from(list(KINDS.values())),
)
def test_twin(rows: list[list[tuple[float, int]]], share: float, kind: IntervalKind) -> None:
    ci = survival_quantile(kaplan_meier(*padded(rows)), share, kind, 0.8)
    for i, row in enumerate(rows):
        steps = twin.curve(row)
        time = [s.time for s in steps]
        limits = [twin.limits(s.survival, s.greenwood, kind, 0.8) for s in steps]
        assert same(ci.estimate[i], twin.quantile(time, [s.survival for s in steps], share), 1e-12)
        assert same(ci.lower[i], twin.quantile(time, [low for low, _ in limits], share), 1e-12)
        assert same(ci.upper[i], twin.quantile(time, [high for _, high in limits], share), 1e-12)


@settings(max_examples=50)
@given(survival)
def test_limits_enclose_the_median_and_order_by_share(row: list[tuple[float, int]]) -> None:
    km = kaplan_meier(*zip(*row, strict=True))
    values = []
    for share in (0.25, 0.5, 0.75):
        ci = survival_quantile(km, share)
        for low, high in ((ci.lower, ci.estimate), (ci.estimate, ci.upper)):
            assert np.isnan(low) or np.isnan(high) or low <= high
        values.append(float(ci.estimate))
    reached = [v for v in values if not np.isnan(v)]
    assert reached == sorted(reached)


def test_flat_pieces() -> None:
    def median(time: list[float], event: list[int]) -> float:
        return float(survival_quantile(kaplan_meier(time, event)).estimate)

    assert median([1, 2, 3, 4], [1, 1, 1, 1]) == 2.5
    assert median([1, 2, 3, 4], [1, 1, 0, 1]) == 3.0  # the flat piece ends at the next event, not at a censoring
    assert median([1, 2, 3, 4], [1, 1, 0, 0]) == 3.0  # ... or at the last observed time
    assert median([1, 2], [0, 1]) == 2.0
    assert np.isnan(median([1, 2, 3], [1, 0, 0]))
    assert np.isnan(median([1, 2, 3], [0, 0, 0]))


def test_flat_after_rounding() -> None:
    time, event = list(range(1, 101)), [1] * 100
    km = kaplan_meier(time, event)
    assert abs(km.survival[49] - 0.5) < 1e-14  # not exactly: the product of fifty quotients
    assert float(survival_quantile(km).estimate) == 50.5


def test_a_limit_that_rises_again_counts_where_it_first_falls() -> None:
    """The upper log curve falls to 0.498 at 16 and, with two at risk, rises to 0.501 at 18."""
    event = [1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0]
    km = kaplan_meier(range(1, 20), event)
    assert curve_interval(km, "log").upper[[14, 15, 17]].round(3).tolist() == [0.56, 0.498, 0.501]
    assert float(survival_quantile(km, 0.5, "log").upper) == 16.0


def test_symmetric_interval_is_flagged_and_symmetric() -> None:
    rng = np.random.default_rng(3)
    km = kaplan_meier(rng.exponential(5.0, (20, 43)), rng.integers(0, 4, (20, 43)) > 0)
    ci = symmetric_median_interval(km)
    assert ci.symmetric
    assert not survival_quantile(km).symmetric
    np.testing.assert_allclose(ci.upper - ci.estimate, ci.estimate - ci.lower, rtol=1e-12)
    assert (ci.upper > ci.lower).all()


def test_symmetric_interval_without_a_density() -> None:
    short = symmetric_median_interval(kaplan_meier([1, 2, 3, 4, 5], [0, 1, 1, 0, 0]))
    assert float(short.estimate) == 3.0
    assert np.isnan(short.lower)
    never = symmetric_median_interval(kaplan_meier([1, 2, 3], [0, 0, 0]))
    assert np.isnan(never.estimate)
    at_once = symmetric_median_interval(kaplan_meier([5, 5, 5], [1, 1, 1]))
    assert float(at_once.estimate) == 5.0
    assert np.isnan(at_once.lower)


def test_no_subjects() -> None:
    km = kaplan_meier([[np.nan], [np.nan]], [[0], [0]])
    assert np.isnan(survival_quantile(km).estimate).all()
    assert np.isnan(symmetric_median_interval(km).upper).all()
    assert np.isnan(median_follow_up([], []).estimate)


@pytest.mark.parametrize("share", [0.0, 1.0, 50.0, np.nan])
def test_refused(share: float) -> None:
    km = kaplan_meier([1, 2], [1, 1])
    with pytest.raises(ValueError, match=r"write the median as 0\.5"):
        survival_quantile(km, share)
    with pytest.raises(ValueError, match="margin doubled"):
        symmetric_median_interval(km, margin=0.5)
