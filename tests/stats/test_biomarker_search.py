"""The search over cuts and markers: statistics and p-values by twins, type I error, optimism."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import PCG64DXSM, Generator, SeedSequence
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from tests.twin.maximal_statistic import all_maxima, log_rank_scores, response_scores, slow_cuts, slow_maxima
from tests.twin.optimism import slow_gain
from topline.stats.logrank import log_rank
from topline.stats.marker_cuts import divide, every_cut
from topline.stats.maximal_distribution import exact_maximum, gaussian_maximum, lausen_sauerbrei
from topline.stats.maximal_statistic import EQUAL, marker_maxima, maximal_statistic, observed
from topline.stats.optimism import bootstrap_optimism, effects
from topline.stats.outcome_scores import response_outcome, survival_outcome

Floats = NDArray[np.float64]
VALUE = st.one_of(st.none(), st.sampled_from([1.0, 2.0, 2.5, 3.0, 7.0]))
SHARES = (0.2, 0.8)


def matrix(markers: list[list[float | None]]) -> Floats:
    return np.array([[np.nan if v is None else v for v in values] for values in markers], dtype=np.float64).T


@st.composite
def trials(draw: st.DrawFn) -> tuple[list[list[float | None]], list[float], list[tuple[float, float]]]:
    n, k = draw(st.integers(3, 12)), draw(st.integers(1, 3))
    markers = [draw(st.lists(VALUE, min_size=n, max_size=n)) for _ in range(k)]
    binary = draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n))
    times = draw(st.lists(st.integers(1, 6), min_size=n, max_size=n))
    events = draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n, max_size=n))
    return markers, binary, list(zip(map(float, times), events, strict=True))


@given(trials())
@settings(max_examples=60, deadline=None)
def test_cuts_and_statistics_are_those_of_the_slow_twin(trial: tuple[Any, Any, Any]) -> None:
    markers, binary, survival = trial
    cuts = divide(matrix(markers), shares=SHARES)
    for place, values in enumerate(markers):
        assert cuts.value[cuts.of(place)].tolist() == slow_cuts(values, *SHARES)
    for outcome, rows, score in (
        (response_outcome(binary), binary, response_scores),
        (survival_outcome(*zip(*survival, strict=True)), survival, log_rank_scores),
    ):
        found = marker_maxima(observed(outcome, cuts)[None], cuts)[0]
        np.testing.assert_allclose(found, slow_maxima(markers, rows, score, SHARES), atol=1e-9)


@pytest.mark.parametrize("kind", ["rate", "time"])
def test_p_values_are_those_of_all_permutations(kind: str) -> None:
    markers = [[1.0, 2, 3, 4, 5, 6, 7], [2.0, 2, None, 1, 1, 3, 1], [5.0, 1, 4, 1, None, 2, 2]]
    binary = [0.0, 0, 1, 0, 1, 1, 1]
    survival = [(3.0, 1.0), (1.0, 1.0), (4.0, 0.0), (2.0, 1.0), (6.0, 1.0), (6.0, 0.0), (8.0, 1.0)]
    rows: list[Any] = binary if kind == "rate" else survival
    score = response_scores if kind == "rate" else log_rank_scores
    outcome = response_outcome(binary) if kind == "rate" else survival_outcome(*zip(*survival, strict=True))
    every = np.array(all_maxima(markers, rows, score, SHARES))
    top = np.array(slow_maxima(markers, rows, score, SHARES))
    found = maximal_statistic(outcome, divide(matrix(markers), shares=SHARES), permutations=19_999, seed=3)
    for actual, expected in (
        (found.p_cuts, (every >= top - EQUAL).mean(axis=0)),
        (found.p_markers, (every.max(axis=1)[:, None] >= top - EQUAL).mean(axis=0)),
    ):
        error = np.sqrt(expected * (1 - expected) / 20_000)
        assert (np.abs(actual - expected) <= 4 * error + 1e-4).all(), (actual, expected)


def test_p_value_of_all_cuts_of_a_marker_is_the_exact_one() -> None:
    random = np.random.default_rng(4)
    response = (random.random(43) < 0.6).astype(np.float64)
    marker = np.round(random.normal(size=43) + response, 1)
    cuts = divide(marker[:, None])
    found = maximal_statistic(response_outcome(response), cuts, permutations=49_999, seed=1)
    low = [int(43 - m) for m in cuts.member.sum(axis=0)]
    exact = exact_maximum(float(found.maximum[0]), low, 43, int(response.sum()))
    assert 0.001 < exact < 0.5
    assert float(found.p_cuts[0]) == pytest.approx(exact, abs=4 * np.sqrt(exact / 50_000))


def test_the_score_of_the_log_rank_test_is_observed_minus_expected() -> None:
    random = np.random.default_rng(8)
    time, event = np.ceil(random.exponential(scale=5, size=30)), (random.random(30) < 0.7).astype(np.float64)
    group = (random.random(30) < 0.4).astype(np.float64)
    outcome, one = survival_outcome(time, event), np.ones((1, 30))
    difference, variance = outcome.comparison(np.arange(30)[None], one, group[None])
    test = log_rank(time, event, group)
    assert float(difference[0]) == pytest.approx(float(test.observed[1] - test.expected[1]), abs=1e-9)
    assert float(variance[0]) == pytest.approx(float(test.variance[1, 1]), abs=1e-9)


def test_more_markers_and_more_cuts_never_make_a_p_value_smaller() -> None:
    random = np.random.default_rng(5)
    values, response = random.normal(size=(43, 6)), (random.random(43) < 0.5).astype(np.float64)
    one = maximal_statistic(response_outcome(response), divide(values[:, :1]), 1999, seed=2)
    six = maximal_statistic(response_outcome(response), divide(values), 1999, seed=2)
    assert float(one.p_cuts[0]) == float(six.p_cuts[0]) == float(one.p_markers[0])
    assert (six.p_markers >= six.p_cuts).all()


def test_the_seed_decides_and_nothing_else() -> None:
    random = np.random.default_rng(6)
    values, response = random.normal(size=(30, 3)), (random.random(30) < 0.5).astype(np.float64)
    runs = [maximal_statistic(response_outcome(response), divide(values), 999, seed=s) for s in (1, 1, 2)]
    assert runs[0].p_markers.tolist() == runs[1].p_markers.tolist() != runs[2].p_markers.tolist()


def test_groups_that_stood_before_take_any_share_and_chosen_cuts_do_not() -> None:
    rare = np.array([1.0] + [0.0] * 19)[:, None]
    assert divide(rare, fixed=[True]).value.tolist() == [1.0]
    assert divide(rare, fixed=[False]).value.tolist() == []
    found = maximal_statistic(response_outcome([1] * 10 + [0] * 10), divide(rare), 99, seed=1)
    assert (found.best.tolist(), np.isnan(found.maximum).all(), np.isnan(found.p_markers).all()) == ([-1], True, True)


def test_an_outcome_that_does_not_vary_has_no_best_cut_worth_the_name() -> None:
    found = maximal_statistic(response_outcome([1] * 12), divide(np.arange(12.0)[:, None]), 99, seed=1)
    assert (float(found.maximum[0]), float(found.p_markers[0])) == (0.0, 1.0)


def test_tenth_of_forty_is_four() -> None:
    cuts = divide(np.arange(40.0)[:, None])
    assert (int(cuts.member.sum(axis=0).max()), int(cuts.member.sum(axis=0).min())) == (36, 4)


@pytest.mark.parametrize("trial", range(3))
def test_formulas_lie_where_they_should(trial: int) -> None:
    """Normal p-value below its Bonferroni bound; both near the exact one in a large trial."""
    sizes = list(range(100, 901, 50))
    maximum = (2.0, 2.5, 3.0)[trial]
    gauss, bound = gaussian_maximum(maximum, sizes, 1000), lausen_sauerbrei(maximum, sizes, 1000)
    exact = exact_maximum(maximum, sizes, 1000, 500)
    assert gauss <= bound * (1 + 2e-3)
    assert exact == pytest.approx(gauss, rel=0.15)


def test_the_corrected_search_keeps_its_level_where_the_naive_one_does_not() -> None:
    """300 trials of 43 patients with five correlated markers and no effect; benchmarks/biomarker_null.py has 2000."""
    random, trials = np.random.default_rng(11), 300
    naive, corrected = 0, 0
    for trial in range(trials):
        shared = random.normal(size=(43, 1))
        values = 0.5 * shared + random.normal(size=(43, 5))
        response = (random.random(43) < 0.6).astype(np.float64)
        found = maximal_statistic(response_outcome(response), divide(values), 199, seed=trial)
        naive += bool(np.nanmax(found.maximum) > 1.959964)
        corrected += bool(found.p_markers.min() <= 0.05)
    assert naive / trials > 0.5
    assert abs(corrected / trials - 0.05) < 3 * np.sqrt(0.05 * 0.95 / trials)


def test_a_true_marker_is_found() -> None:
    random = np.random.default_rng(12)
    marker = random.normal(size=(80, 4))
    response = (random.random(80) < np.where(marker[:, 2] > 0, 0.85, 0.25)).astype(np.float64)
    found = maximal_statistic(response_outcome(response), divide(marker), 1999, seed=1)
    assert int(np.argmin(found.p_markers)) == 2
    assert found.p_markers[2] < 0.005
    assert found.statistic[found.best[2]] > 0


def test_gain_of_a_bootstrap_sample_is_that_of_the_slow_twin() -> None:
    random = np.random.default_rng(13)
    values, response = np.round(random.normal(size=12), 1), (random.random(12) < 0.5).astype(np.float64)
    cuts = every_cut(values[:, None], shares=SHARES)
    weights = Generator(PCG64DXSM(SeedSequence(9))).multinomial(12, np.full(12, 1 / 12), 300)
    gains = [slow_gain(values.tolist(), response.tolist(), times.tolist(), SHARES) for times in weights]
    kept = [gain for gain in gains if gain is not None]
    found = bootstrap_optimism(response_outcome(response), cuts, samples=300, seed=9)
    assert found.samples == len(kept)
    assert found.optimism == pytest.approx(np.mean(kept), abs=1e-9)


def test_the_corrected_effect_is_nearer_to_none_where_there_is_none() -> None:
    random = np.random.default_rng(14)
    raw, left = [], []
    for trial in range(60):
        response = (random.random(43) < 0.6).astype(np.float64)
        found = bootstrap_optimism(response_outcome(response), every_cut(random.normal(size=(43, 3))), 200, seed=trial)
        raw.append(abs(found.effect))
        left.append(abs(found.corrected))
    assert np.mean(raw) > 0.33
    assert np.mean(left) < 0.6 * np.mean(raw)


TIMES = {
    "both groups": ([1.0, 2, 3, 4, 5, 6], [1.0, 1, 0, 1, 1, 1], [0.0, 1, 0, 1, 0, 1]),
    "separated": ([1.0, 2, 3, 4, 5, 6], [1.0, 1, 0, 1, 1, 1], [0.0, 0, 0, 1, 1, 1]),
    "no event in a group": ([1.0, 2, 3, 4, 5, 6], [1.0, 1, 1, 0, 0, 0], [0.0, 0, 0, 1, 1, 1]),
    "ties": ([1.0, 1, 1, 4, 4, 6], [1.0, 1, 0, 1, 1, 0], [0.0, 1, 0, 1, 0, 1]),
}


def penalised(beta: float, time: list[float], event: list[float], group: list[float]) -> float:
    """Return the partial log likelihood with Firth's penalty, subject by subject."""
    likelihood = information = 0.0
    for when, died, own in zip(time, event, group, strict=True):
        if died:
            there = [math.exp(beta * other) for later, other in zip(time, group, strict=True) if later >= when]
            share = sum(
                math.exp(beta) for later, other in zip(time, group, strict=True) if later >= when and other
            ) / sum(there)
            likelihood += beta * own - math.log(sum(there))
            information += share * (1 - share)
    return likelihood + math.log(information) / 2


@pytest.mark.parametrize("name", TIMES)
def test_effect_of_times_is_the_penalised_log_hazard_ratio(name: str) -> None:
    time, event, group = TIMES[name]
    found = float(effects(survival_outcome(time, event), every_cut(np.array(group)[:, None], fixed=[True]))[0])
    best = minimize_scalar(lambda beta: -penalised(beta, time, event, group), bounds=(-15, 15), method="bounded",
                           options={"xatol": 1e-9})  # fmt: skip
    assert found == pytest.approx(best.x, abs=1e-5)
    assert found != 0


@pytest.mark.parametrize("call", [
    lambda: divide([1.0, 2.0]),
    lambda: divide([[np.inf]]),
    lambda: divide([[1.0], [2.0]], shares=(0.9, 0.1)),
    lambda: response_outcome([1, 2]),
    lambda: survival_outcome([1, np.nan], [1, 1]),
    lambda: maximal_statistic(response_outcome([1, 0]), divide([[1.0], [2.0], [3.0]])),
    lambda: maximal_statistic(response_outcome([1, 0]), divide([[1.0], [2.0]], shares=(0.5, 0.6)), permutations=0),
    lambda: bootstrap_optimism(response_outcome([1, 0]), every_cut([[1.0], [1.0]])),
])  # fmt: skip
def test_what_has_no_answer_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"is|are|has|lie|for"):
        call()
