"""The mixed model against SAS and R, against its likelihood written out, and on data that determine nothing."""

import csv
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize, stats

from tests.twin.qol_twin import slow_log_likelihood
from topline.stats.mixed_model import STRUCTURES, at_maximum, basis, contrast, mixed_model
from topline.stats.restricted_likelihood import Repeated, restricted_likelihood

Array = NDArray[np.float64]
GOLDEN = Path(__file__).resolve().parents[2] / "golden"
CASES: list[dict[str, Any]] = tomllib.loads((GOLDEN / "mixed_model.toml").read_text("utf-8"))["case"]


def fev() -> tuple[Array, dict[str, Array]]:
    """Return FEV1 (subject, visit) and each covariate in that layout."""
    with (GOLDEN / "mixed_model_fev.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    count = max(int(row["subject"]) for row in rows)
    y, race, female, treated = (np.full((count, 4), np.nan) for _ in range(4))
    for row in rows:
        subject, visit = int(row["subject"]) - 1, int(row["visit"]) - 1
        y[subject, visit] = float(row["fev1"])
        race[subject], female[subject], treated[subject] = "ABW".index(row["race"]), row["female"], row["treated"]
    visits = {f"visit{v}": np.broadcast_to(np.arange(1, 5) == v, y.shape).astype(float) for v in (2, 3, 4)}
    cells = {f"treated{v}": treated * visits[f"visit{v}"] for v in (2, 3, 4)}
    whole = {"one": np.ones_like(y), "treated": treated, "female": female, "black": race == 1.0, "white": race == 2.0}
    return y, {name: np.asarray(values, dtype=np.float64) for name, values in {**whole, **visits, **cells}.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['source'][:8]}-{case['args']['structure']}")
def test_golden(case: dict[str, Any]) -> None:
    y, terms = fev()
    args = case["args"]
    model = mixed_model(y, np.stack([terms[name] for name in args["terms"]], axis=-1), args["structure"])
    found = {"deviance": -2 * model.log_likelihood}
    if "weights" in args:
        one = contrast(model, args["weights"])
        found |= {name: float(getattr(one.interval, name)) for name in ("estimate", "lower", "upper")}
        found |= {name: getattr(one, name) for name in ("standard_error", "df", "p")}
    for name, expected in case["expected"].items():
        assert found[name] == pytest.approx(expected, abs=case["tolerance"][name], rel=0), name
    arrays = {
        "within": model.within,
        "coefficient": model.coefficient,
        "naive_error": np.sqrt(np.diag(model.naive)),
        "df": np.array([contrast(model, row).df for row in np.eye(len(model.coefficient))]),
    }
    for name, actual in arrays.items():
        if name in case:
            np.testing.assert_allclose(actual, case[name], rtol=0, atol=case[f"{name}_tolerance"], err_msg=name)
    assert (model.subjects, model.values) == (197, 537)


def test_our_maximum_is_not_below_that_of_sas() -> None:
    y, terms = fev()
    for case in CASES[:4]:
        design = np.stack([terms[name] for name in case["args"]["terms"]], axis=-1)
        assert (
            -2 * mixed_model(y, design, case["args"]["structure"]).log_likelihood <= case["expected"]["deviance"] + 1e-8
        )


def drawn(seed: int, subjects: int = 12, visits: int = 3) -> tuple[Array, Array]:
    """Return correlated values with a fifth missing, and a design of visits and one covariate."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(visits, visits)) + 2 * np.eye(visits)
    y = rng.normal(size=(subjects, visits)) @ root.T + rng.normal(size=visits)
    y[rng.random(y.shape) < 0.2] = np.nan
    y[:3] = np.where(np.isnan(y[:3]), 0.5, y[:3])
    covariate = np.broadcast_to(rng.normal(size=(subjects, 1, 1)), (subjects, visits, 1))
    cells = np.broadcast_to(np.eye(visits), (subjects, visits, visits))
    return y, np.concatenate([cells, covariate], axis=-1)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(STRUCTURES))
def test_likelihood_and_derivatives_equal_the_slow_twin(seed: int, structure: str) -> None:
    y, design = drawn(seed)
    design = np.where(np.isnan(y)[..., None], 0.0, design)
    parts = basis(structure, 3)
    theta = np.einsum("kii->k", parts) * 2.0 + np.random.default_rng(seed).uniform(-0.3, 0.3, len(parts))

    def slow(at: Array) -> float:
        return slow_log_likelihood(y, design, np.einsum("k,kij->ij", at, parts))

    here = restricted_likelihood(Repeated(y, design), parts, theta)
    assert here.value == pytest.approx(slow(theta), abs=1e-9)
    step = 1e-4
    moved = [theta + sign * step * row for row in np.eye(len(theta)) for sign in (1, -1)]
    gradient = np.diff([slow(at) for at in moved[::-1]])[::2][::-1] / (2 * step)
    np.testing.assert_allclose(here.score, gradient, atol=1e-5, rtol=1e-5)
    slopes = np.array([restricted_likelihood(Repeated(y, design), parts, at).score for at in moved])
    np.testing.assert_allclose(-(slopes[::2] - slopes[1::2]) / (2 * step), here.observed, atol=1e-4, rtol=1e-4)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["toeplitz", "compound symmetry", "unstructured"]))
def test_no_search_finds_a_better_covariance(seed: int, structure: str) -> None:
    y, design = drawn(seed, 20)
    parts = basis(structure, 3)
    try:
        model = mixed_model(y, design, structure)
    except ValueError:
        pytest.skip("the likelihood has no maximum inside")
    theta = np.array([(model.within * part).sum() / part.sum() for part in parts])
    filled = np.where(np.isnan(y)[..., None], 0.0, design)

    def loss(at: Array) -> float:
        within = np.einsum("k,kij->ij", at, parts)
        return 1e6 if np.linalg.eigvalsh(within)[0] <= 0 else -slow_log_likelihood(y, filled, within)

    best = optimize.minimize(loss, theta, method="Nelder-Mead", options={"maxiter": 150})
    assert -best.fun <= model.log_likelihood + 1e-6
    assert loss(theta) == pytest.approx(-model.log_likelihood, abs=1e-7)


def test_one_visit_is_the_t_test_of_a_mean() -> None:
    values = np.array([3.0, 5, 8, 1, 4])
    found = contrast(mixed_model(values[:, None], np.ones((5, 1, 1))), [1.0])
    low, high = stats.t.interval(0.95, 4, values.mean(), stats.sem(values))
    assert (found.df, float(found.interval.lower), float(found.interval.upper)) == pytest.approx(
        (4, low, high), rel=1e-9
    )
    assert found.p == pytest.approx(stats.ttest_1samp(values, 0).pvalue, rel=1e-9)


def test_two_whole_visits_are_the_paired_t_test() -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(size=(9, 2)) + rng.normal(size=(9, 1))
    model = mixed_model(y, np.broadcast_to(np.eye(2), (9, 2, 2)))
    found = contrast(model, [-1.0, 1.0])
    paired = stats.ttest_rel(y[:, 1], y[:, 0])
    assert found.df == pytest.approx(8)
    assert found.p == pytest.approx(paired.pvalue, rel=1e-8)
    np.testing.assert_allclose(model.within, np.cov(y.T), rtol=1e-7)


def test_a_subject_without_values_changes_nothing() -> None:
    y, design = drawn(3, 15)
    more = np.concatenate([y, np.full((2, 3), np.nan)])
    wide = np.concatenate([design, np.full((2, 3, 4), np.nan)])
    one, two = mixed_model(y, design, "toeplitz"), mixed_model(more, wide, "toeplitz")
    np.testing.assert_array_equal(one.coefficient, two.coefficient)
    assert one.subjects == two.subjects


@pytest.mark.parametrize(
    ("outcome", "design", "told"),
    [
        ([[1.0], [2.0]], np.ones((2, 1, 2)), "do not determine"),
        ([[1.0], [1.0], [1.0]], np.ones((3, 1, 1)), "exactly"),
        ([[1.0, np.nan], [2.0, np.nan], [4.0, np.nan]], np.ones((3, 2, 1)), "no value"),
        ([[1.0], [np.inf], [4.0]], np.ones((3, 1, 1)), "infinite"),
        ([[1.0], [2.0], [4.0]], np.full((3, 1, 1), np.nan), "missing"),
        ([1.0, 2.0], np.ones((2, 1, 1)), "is \\(subject, visit\\)"),
        ([[1.0, np.nan], [np.nan, 2.0], [3.0, np.nan], [np.nan, 5.0]], np.ones((4, 2, 1)), "not determined"),
    ],
)
def test_what_cannot_be_fitted_is_refused(outcome: Any, design: Array, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        mixed_model(outcome, design)


AGREEING = """
2100 100. 111. 0111 11.. 210. 0111 1.00 1111 10.. 1--. 1-0. 0000
001. 00.. 12.. 11.. 20.. 10.. 0..2 30-- 0.0. 1-.. 0000 11.. 1111
"""
"""Baseline and changes at three visits of a single-item scale, in thirds of the range; `-` is one third down. Who has
both of the last two visits has the same change at both, so that the variance of their difference goes to 0.
"""


def agreeing() -> tuple[Array, Array]:
    """Return changes [points], and the design of visits and baseline."""
    values = {"-": -1.0, ".": np.nan, **{str(digit): float(digit) for digit in range(4)}}
    thirds = np.array([[values[letter] for letter in word] for word in AGREEING.split()])
    change, base = thirds[:, 1:] * 100 / 3, np.broadcast_to(thirds[:, :1] * 100 / 3, (26, 3))
    cells = np.broadcast_to(np.eye(3), (26, 3, 3))
    return change, np.concatenate([cells, base[..., None] - base[~np.isnan(change)].mean()], axis=-1)


def test_visits_that_agree_in_everyone_determine_no_unstructured_covariance() -> None:
    """The likelihood grows without end. Where the search stops is up to rounding, and so was what it gave: sometimes
    nothing, sometimes a variance of -356. It is refused in whatever unit the scores are.
    """
    change, design = agreeing()
    assert (np.isnan(change[:, 1:]).any(axis=1) | (change[:, 1] == change[:, 2])).all()
    for unit in np.linspace(0.5, 8.0, 31):
        with pytest.raises(ValueError, match="unstructured covariance is not determined"):
            mixed_model(change * unit, design * [1.0, 1.0, 1.0, unit], "unstructured")
    model = mixed_model(change, design, "toeplitz")
    assert np.linalg.eigvalsh(model.covariance - model.naive)[0] > -1e-9
    for row in np.eye(4)[:3]:
        found = contrast(model, row)
        assert 3 < found.standard_error < 12
        assert 8 < found.df < 60


def test_a_search_ends_at_a_maximum_inside_or_nowhere() -> None:
    y, design = drawn(3, 15)
    model = mixed_model(y, design, "toeplitz")
    parts = basis("toeplitz", 3)
    theta = np.array([(model.within * part).sum() / part.sum() for part in parts])
    here = restricted_likelihood(Repeated(y, np.where(np.isnan(y)[..., None], 0.0, design)), parts, theta)
    assert at_maximum(here, model.within, 1e-20)
    assert not at_maximum(here, model.within, 1e-3)  # there is more to gain
    assert not at_maximum(here, model.within, -1.36)  # rounding: no decrement is negative
    assert not at_maximum(here, np.full((3, 3), 4.0) + 1e-9 * np.eye(3), 1e-20)  # visits that always agree
    saddle = here.observed - 2.0 * np.diag(np.diag(here.observed))
    assert not at_maximum(replace(here, observed=saddle), model.within, 1e-20)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(STRUCTURES), st.integers(4, 9))
def test_coarse_scores_give_a_whole_model_or_none(seed: int, structure: str, subjects: int) -> None:
    """Few subjects and few possible scores: where there is a model, its variance is not below the naive one."""
    rng = np.random.default_rng(seed)
    change = rng.integers(-1, 3, size=(subjects, 1)) + rng.integers(0, 2, size=(subjects, 3)) * 1.0
    change[rng.random(change.shape) < 0.3] = np.nan
    try:
        model = mixed_model(change, np.broadcast_to(np.eye(3), (subjects, 3, 3)), structure)
    except ValueError:
        return
    scale = np.sqrt(np.diag(model.within))
    assert np.linalg.eigvalsh(model.within / scale / scale[:, None])[0] > 1e-6
    for row in np.eye(3):
        found = contrast(model, row)
        assert found.standard_error**2 >= row @ model.naive @ row * (1 - 1e-6)
        assert found.df > 0
        assert np.isfinite([found.df, found.p, float(found.interval.lower), float(found.interval.upper)]).all()


@pytest.mark.parametrize("entry", [-1.0, np.nan, np.inf, 1e-3])
def test_a_variance_that_is_none_is_refused(entry: float) -> None:
    y, design = drawn(3, 15)
    model = mixed_model(y, design, "toeplitz")
    broken = model.covariance.copy()
    broken[0, 0] = entry
    with pytest.raises(ValueError, match="no variance"):
        contrast(replace(model, covariance=broken), [1.0, 0, 0, 0])
    assert contrast(model, [1.0, 0, 0, 0]).standard_error > 0


def test_cases_are_sourced_and_can_fail() -> None:
    for case in CASES:
        assert case["kind"] == "software"
        assert "mmrm" in case["source"]
        for name, expected in case["expected"].items():
            assert case["tolerance"][name] <= abs(expected) / 100
