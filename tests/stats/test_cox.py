"""Cox regression: R's tables, the likelihood written out, likelihoods without a maximum, batches, refusals."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stats.cases import Array, column, number, read_rows, same
from tests.stats.subjects import padded, times
from tests.twin import cox as twin
from topline.stats.cox import Cox, CoxOptions, Ties, cox

COLUMNS = {
    "lung_sex": ["sex"],
    "lung_age_sex_ecog": ["age", "sex", "ph.ecog"],
    "lung_strata": ["age", "sex"],
    "ovarian": ["age", "rx", "resid.ds", "ecog.ps"],
    "lung35_sex": ["sex"],
}
levels = st.sampled_from([0.0, 1.0, 2.0])
subjects = st.lists(
    st.tuples(times, st.integers(0, 1), levels, levels, st.integers(0, 1)),
    min_size=3,
    max_size=14,
)


def data_of_r(shared: Path, model: str) -> tuple[Array, Array, Array, Array | None]:
    """Return time, event, covariates and strata of a model of the table, complete cases only."""
    ovarian = model == "ovarian"
    table = read_rows(shared, "data_ovarian" if ovarian else "data_lung35" if model == "lung35_sex" else "data_lung")
    x = np.stack([column(table, name) for name in COLUMNS[model]], axis=-1)
    time, event = column(table, "futime" if ovarian else "time"), column(table, "fustat" if ovarian else "status01")
    time = np.where(np.isnan(x).any(axis=-1), np.nan, time)
    if model != "lung_strata":
        return time, event, x, None
    ecog = column(table, "ph.ecog")
    return np.where(ecog < 3, time, np.nan), event, x, ecog


def test_models_of_r(shared: Path) -> None:
    terms = read_rows(shared, "cox_coef")
    models = [row for row in read_rows(shared, "cox_model") if row["ties"] != "exact"]
    for row in models:
        ties: Ties = "efron" if row["ties"] == "efron" else "breslow"
        fit = cox(*data_of_r(shared, row["model"]), CoxOptions(ties))
        shown = {"n": fit.n, "nevent": fit.n_event, "loglik0": fit.log_likelihood_null, "loglik1": fit.log_likelihood}
        shown |= {"lrt": fit.likelihood_ratio.statistic, "lrt_p": fit.likelihood_ratio.p}
        shown |= {"wald": fit.wald.statistic, "score": fit.score.statistic}
        for name, value in shown.items():
            assert same(value, number(row[name])), (row["model"], ties, name)
        mine = [term for term in terms if (term["model"], term["ties"]) == (row["model"], ties)]
        ratio = fit.hazard_ratio
        columns = {"coef": fit.coefficient, "se": fit.standard_error, "z": fit.z, "p": fit.p, "hr": ratio.estimate}
        columns |= {"hr_lower": ratio.lower, "hr_upper": ratio.upper}
        for name, values in columns.items():
            np.testing.assert_allclose(values, column(mine, name), rtol=1e-8, err_msg=f"{row['model']} {ties} {name}")
    assert len(models) == 10


def twin_subjects(row: list[tuple[float, int, float, float, int]]) -> twin.Subjects:
    return [(t, e, [x, y], s) for t, e, x, y, s in row]


def check_maximum(fit: Cox, i: int, known: twin.Subjects, ties: Ties) -> None:
    """The likelihood at the estimate is the twin's, its slope is 0 and its curvature is the inverse of the variance."""
    beta, step = fit.coefficient[i], 1e-4

    def value(shift: Array) -> float:
        return twin.log_likelihood(known, (beta + shift).tolist(), ties)

    assert same(fit.log_likelihood[i], value(np.zeros(2)), 1e-9)
    units = np.eye(2) * step
    slope = np.array([(value(u) - value(-u)) / (2 * step) for u in units])
    np.testing.assert_allclose(slope, 0.0, atol=1e-5)
    curvature = np.array([[value(u + v) - value(u - v) - value(v - u) + value(-u - v) for v in units] for u in units])
    information = -curvature / (4 * step**2)
    np.testing.assert_allclose(np.linalg.inv(fit.variance[i]), information, rtol=1e-2, atol=1e-4)


@settings(max_examples=80, deadline=None)
@given(st.lists(subjects, min_size=1, max_size=3), st.sampled_from(["efron", "breslow"]))
def test_twin(rows: list[list[tuple[float, int, float, float, int]]], ties: Ties) -> None:
    time, event, x, y, strata = padded(rows)
    fit = cox(time, event, np.stack([x, y], axis=-1), strata, CoxOptions(ties))
    for i, row in enumerate(rows):
        known = twin_subjects(row)
        assert same(fit.log_likelihood_null[i], twin.log_likelihood(known, [0.0, 0.0], ties), 1e-10)
        if fit.singular[i]:
            assert np.isnan(fit.coefficient[i]).all()
            continue
        if ties == "breslow":
            assert fit.converged[i] == twin.has_finite_maximum(known)
        assert fit.converged[i] != fit.monotone[i]
        if fit.converged[i] and np.abs(fit.coefficient[i]).max() < 8:
            check_maximum(fit, i, known, ties)


def test_monotone_likelihood_is_flagged_and_not_a_number() -> None:
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [[1], [1], [1], [0], [0], [0]])
    assert bool(fit.monotone)
    assert not fit.converged
    assert fit.coefficient.tolist() == [np.inf]
    assert cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [[0], [0], [0], [1], [1], [1]]).coefficient.tolist() == [-np.inf]
    for value in (fit.standard_error, fit.p, fit.z, fit.hazard_ratio.lower, fit.hazard_ratio.upper, fit.wald.statistic):
        assert np.isnan(value).all()
    # All three events of six, always in the group with 3, 2, 1 left: 1/6 1/5 1/4 at 0, 1/3 1/2 1/1 at infinity.
    assert float(fit.likelihood_ratio.statistic) == pytest.approx(2 * np.log(120 / 6), rel=1e-9)
    assert 0 < float(fit.score.p) < 1


def test_a_covariate_beside_one_that_runs_away_is_not_reported() -> None:
    x = [[1, 0.3], [1, 0.1], [1, 0.8], [0, 0.5], [0, 0.9], [0, 0.2]]
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], x)
    assert bool(fit.monotone)
    assert fit.coefficient[0] == np.inf
    assert np.isnan(fit.standard_error).all()


def test_nothing_to_estimate() -> None:
    for fit in (
        cox([1, 2, 3], [0, 0, 0], [[1], [0], [1]]),
        cox([1, 2, 3], [1, 1, 1], [[1], [1], [1]]),
        cox([1, 2, 3, 4], [1, 1, 1, 1], [[1, 2], [0, 0], [1, 2], [0, 0]]),
        cox([np.nan, np.nan], [0, 0], [[1], [0]]),
        cox([5, 5, 5], [1, 0, 1], np.zeros((3, 1))),
    ):
        assert bool(fit.singular)
        assert np.isnan(fit.coefficient).all()
        assert np.isnan(fit.hazard_ratio.upper).all()
        assert np.isnan(fit.score.p)


def test_a_difficult_trial_does_not_disturb_its_neighbours() -> None:
    rng = np.random.default_rng(2)
    arm = np.arange(40) % 2
    time = rng.exponential(np.where(arm == 1, 1.0, 1.6), (3, 40))
    event = (time < 1.5).astype(float)
    event[1] *= arm
    time[2, 10:] = np.nan
    event[2] = 0
    batch = cox(time, event, arm[:, None])
    assert batch.monotone.tolist() == [False, True, False]
    assert batch.singular.tolist() == [False, False, True]
    alone = cox(time[0], event[0], arm[:, None])
    assert same(batch.coefficient[0, 0], float(alone.coefficient[0]), 1e-12)
    assert same(batch.hazard_ratio.lower[0, 0], float(alone.hazard_ratio.lower[0]), 1e-12)


def test_scale_and_origin_of_a_covariate() -> None:
    rng = np.random.default_rng(4)
    time, x = rng.exponential(1.0, 50), rng.normal(size=(50, 1))
    plain, moved = cox(time, time < 1.2, x), cox(time, time < 1.2, 1e6 + 1e3 * x)
    assert float(moved.coefficient[0]) * 1e3 == pytest.approx(float(plain.coefficient[0]), rel=1e-7)
    assert float(moved.wald.p) == pytest.approx(float(plain.wald.p), rel=1e-6)


def test_refused() -> None:
    with pytest.raises(ValueError, match="one row per subject"):
        cox([1, 2], [1, 1], [1, 0])
    with pytest.raises(ValueError, match="no finite value for subject 1"):
        cox([1, 2], [1, 1], [[1], [np.nan]])
    with pytest.raises(ValueError, match="not one of 'efron', 'breslow'"):
        cox([1, 2], [1, 1], [[1], [0]], None, CoxOptions("exact"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"write 95% as 0\.95"):
        cox([1, 2], [1, 1], [[1], [0]], None, CoxOptions(confidence=95))
    with pytest.raises(ValueError, match="strata is missing for subject 1"):
        cox([1, 2], [1, 1], [[1], [0]], [1, np.nan])
