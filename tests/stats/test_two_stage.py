"""Inference after two stages: R's table, every course of the trial listed, unbiasedness, coverage, refusals."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.cases import column, read_rows, same
from tests.twin import proportion as binomial
from tests.twin import two_stage as twin
from topline.stats.interval import Interval
from topline.stats.proportion import clopper_pearson
from topline.stats.two_stage import (
    TwoStageDesign,
    check_stage,
    jennison_turnbull,
    koyama_chen,
    median_unbiased,
    naive_rate,
    two_stage_p_value,
    umvue,
)

SIMON = TwoStageDesign(13, 3, 43, 12)


@st.composite
def designs(draw: st.DrawFn) -> TwoStageDesign:
    n1 = draw(st.integers(2, 12))
    r1 = draw(st.integers(-1, n1 - 1))
    n = n1 + draw(st.integers(1, 14))
    return TwoStageDesign(n1, r1, n, draw(st.integers(max(r1, 0), n - 1)))


def test_table_of_r(shared: Path) -> None:
    rows = read_rows(shared, "two_stage_inference")
    settings_seen = sorted({tuple(row[c] for c in ("n1", "r1", "n", "r", "p0")) for row in rows})
    for chosen in settings_seen:
        mine = [row for row in rows if tuple(row[c] for c in ("n1", "r1", "n", "r", "p0")) == chosen]
        design, k = TwoStageDesign(*map(int, chosen[:4])), column(mine, "k")
        near, wide = koyama_chen(design, k, 0.90), koyama_chen(design, k, 0.95)
        ours = {"p_ref": two_stage_p_value(design, k, float(chosen[4])), "mle": naive_rate(design, k)}
        ours |= {"median_unbiased_ref": median_unbiased(design, k), "lcl90_ref": near.lower, "lcl95_ref": wide.lower}
        # With no response the p-value is 1 at every rate: the table's root finder says 0, there is no upper limit.
        ours |= {"ucl90_ref": np.where(k == 0, 0.0, near.upper), "ucl95_ref": np.where(k == 0, 0.0, wide.upper)}
        for name, values in ours.items():
            np.testing.assert_allclose(values, column(mine, name), rtol=1e-8, atol=1e-16, err_msg=f"{chosen} {name}")
        for name in ("umvue_clinfun", "umvue_oap2s"):
            known = np.isfinite(column(mine, name))
            np.testing.assert_allclose(umvue(design, k)[known], column(mine, name)[known], rtol=1e-8, atol=1e-16)
        assert np.isnan(near.upper[k == 0]).all()
    assert len(rows) > 300


@settings(max_examples=50)
@given(designs(), st.data())
def test_twin(design: TwoStageDesign, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, design.n))
    for p in (0.05, 0.3, 0.7):
        assert same(two_stage_p_value(design, k, p), twin.p_value(design, k, p), 1e-9)
    assert same(umvue(design, k), twin.unbiased(design, k), 1e-9)
    if k > 0:
        root = binomial.bisect(lambda p: twin.p_value(design, k, p) - 0.5)
        assert same(median_unbiased(design, k), root, 1e-9)


@settings(max_examples=25)
@given(designs(), st.sampled_from([0.1, 0.25, 0.5, 0.8]))
def test_umvue_is_unbiased(design: TwoStageDesign, p: float) -> None:
    estimates = umvue(design, np.arange(design.n + 1)).tolist()
    assert twin.expectation(design, estimates, p) == pytest.approx(p, rel=1e-10)


@settings(max_examples=25)
@given(designs(), st.sampled_from([0.1, 0.25, 0.5, 0.8]), st.sampled_from([0.8, 0.9, 0.95]))
def test_jennison_turnbull_covers(design: TwoStageDesign, p: float, confidence: float) -> None:
    ci = jennison_turnbull(design, np.arange(design.n + 1), confidence)
    inside = ((ci.lower <= p) & (p <= ci.upper)).astype(float).tolist()
    assert twin.expectation(design, inside, p) >= confidence - 1e-12


def test_a_stop_at_stage_one_is_one_binomial_sample() -> None:
    k = np.arange(4)
    two, one = jennison_turnbull(SIMON, k, 0.9), clopper_pearson(k, 13, 0.9)
    np.testing.assert_allclose(two.lower, one.lower, atol=1e-14)
    np.testing.assert_allclose(two.upper[:3], one.upper[:3], rtol=1e-12)


def test_interval_and_test_agree() -> None:
    k = np.arange(1, 44)
    ci = koyama_chen(SIMON, k, 0.90)
    assert ((two_stage_p_value(SIMON, k, 0.2) < 0.05) == (ci.lower > 0.2)).all()
    assert ((ci.lower > 0.2) == (k > SIMON.r)).all()


@pytest.mark.parametrize("method", [koyama_chen, jennison_turnbull])
def test_shape_and_order(method: Callable[..., Interval]) -> None:
    ci = method(SIMON, np.arange(44).reshape(4, 11))
    assert ci.lower.shape == ci.upper.shape == ci.estimate.shape == (4, 11)
    lower, upper = ci.lower.ravel(), ci.upper.ravel()
    assert (np.diff(lower) >= 0).all()
    assert (np.diff(upper[1:]) >= 0).all()


def test_no_response() -> None:
    ci = koyama_chen(SIMON, 0)
    assert (float(ci.estimate), float(ci.lower)) == (0.0, 0.0)
    assert np.isnan(ci.upper)
    assert float(jennison_turnbull(SIMON, 43).upper) == 1.0


@pytest.mark.parametrize("numbers", [(0, 0, 5, 1), (5, 5, 10, 6), (5, 1, 5, 2), (5, 1, 10, 10), (5, 2, 10, 1)])
def test_a_design_that_is_none_is_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="a two-stage design has"):
        TwoStageDesign(*numbers)


@pytest.mark.parametrize("responses", [-1, 44, 2.5, np.nan])
def test_impossible_responses_are_refused(responses: float) -> None:
    with pytest.raises(ValueError, match="whole number from 0 to n=43"):
        umvue(SIMON, responses)


def test_a_trial_that_left_its_design_is_refused() -> None:
    check_stage(SIMON, 3, 1)
    check_stage(SIMON, 4, 2)
    with pytest.raises(ValueError, match="the rule was not followed"):
        check_stage(SIMON, 3, 2)
    with pytest.raises(ValueError, match="4 responses, ended at stage 1"):
        check_stage(SIMON, 4, 1)
    with pytest.raises(ValueError, match=r"write 20% as 0\.2"):
        two_stage_p_value(SIMON, 4, 20)
