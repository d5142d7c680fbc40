"""Cox proportional hazards regression with Efron or Breslow ties, stratified or not, for a batch of trials at once."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.interval import Array, Interval, check_confidence, chi_square_tail, normal_quantile
from topline.stats.logrank import stratum_times
from topline.stats.newton import Fit, maximise
from topline.stats.partial_likelihood import risk_sets
from topline.stats.timeline import as_rows, check_survival, check_two_valued

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True)
class ChiSquareTest:
    """A chi-square statistic with its degrees of freedom and p-value, each of the batch shape."""

    statistic: Array
    df: int
    p: Array


@dataclass(frozen=True)
class Cox:
    """A fitted proportional hazards model.

    Attributes:
        coefficient: log hazard ratios; (..., covariate).
        standard_error: from the inverse information; (..., covariate).
        variance: inverse information; (..., covariate, covariate).
        hazard_ratio: exp(coefficient) with Wald limits; (..., covariate).
        z: coefficient / standard error.
        p: two-sided Wald p-values.
        log_likelihood_null: log partial likelihood with all coefficients 0; (...).
        log_likelihood: its maximum; where monotone, its limit.
        likelihood_ratio: test of all coefficients by the likelihood ratio.
        wald: the same by Wald.
        score: the same by the score; with one two-valued covariate and Breslow ties close to the log-rank test.
        n: subjects; (...).
        n_event: events; (...).
        iterations: Newton steps taken by the slowest trial of the batch.
        converged: True where a finite maximum was found.
        monotone: True where the likelihood rises towards infinite coefficients; coefficient is then inf or -inf where
            it runs away and nan elsewhere, and everything of Wald is nan. Likelihood ratio and score tests stand.
        singular: True where no event or collinear covariates leave nothing to estimate; all estimates are nan.

    """

    coefficient: Array
    standard_error: Array
    variance: Array
    hazard_ratio: Interval
    z: Array
    p: Array
    log_likelihood_null: Array
    log_likelihood: Array
    likelihood_ratio: ChiSquareTest
    wald: ChiSquareTest
    score: ChiSquareTest
    n: Array
    n_event: Array
    iterations: int
    converged: NDArray[np.bool_]
    monotone: NDArray[np.bool_]
    singular: NDArray[np.bool_]


@dataclass(frozen=True)
class CoxOptions:
    """How a Cox model is fitted.

    Attributes:
        ties: "efron" (R's default) or "breslow" (SAS's default).
        confidence: two-sided level of the Wald limits, in (0, 1).

    """

    ties: Ties = "efron"
    confidence: float = 0.95


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    strata: ArrayLike | None = None,
    options: CoxOptions | None = None,
) -> Cox:
    """Proportional hazards regression: log hazard ratios that maximise the partial likelihood.

    Newton's method with step halving, run to the limit of floating point. A coefficient without a finite estimate
    (every event in one group, say) is flagged as monotone and never printed as a large number.

    Args:
        time: times to event or censoring, at least 0; nan for an absent subject; (..., subject).
        event: 1 for an event, 0 for censored; same shape.
        covariates: values, coded as numbers; (..., subject, covariate), or (subject, covariate) for all trials.
        strata: codes of strata with baseline hazards of their own; None for one.
        options: ties and confidence level; None for Efron and 95%.

    Returns:
        Cox, with arrays of the batch shape.

    Raises:
        ValueError: impossible times or events, a missing covariate of a present subject, or unknown ties.

    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> fit = cox(weeks + placebo, relapse + [1] * 21, [[0]] * 21 + [[1]] * 21)
    >>> round(float(fit.coefficient[0]), 3), round(float(fit.standard_error[0]), 3)
    (1.572, 0.412)

    Source: Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Efron 1977, doi:10.1080/01621459.1977.10480613.
    Golden: golden/cox.toml.

    """
    chosen = options or CoxOptions()
    if chosen.ties not in ("efron", "breslow"):
        raise ValueError(f"cox: ties is {chosen.ties!r}, not one of 'efron', 'breslow'; state it in the analysis plan")
    check_confidence("cox", chosen.confidence)
    t, e = check_survival("cox", time, event)
    check_two_valued("cox", e)
    x = _check_covariates(t, covariates)
    layers = stratum_times(t, strata, "cox")
    e = e.reshape(layers.shape[1:])
    sets = [risk_sets(layer, e, x, chosen.ties == "efron") for layer in layers]
    spread = np.sqrt((x**2).sum(axis=1) / np.maximum((~np.isnan(layers)).sum(axis=(0, 2)), 1)[:, None])
    return _summary(maximise(sets, spread), t, e, chosen.confidence)


def _check_covariates(time: Array, covariates: ArrayLike) -> Array:
    """Centre the covariates of each trial, (batch, subject, covariate); absent subjects get 0."""
    raw = np.asarray(covariates, dtype=np.float64)
    if raw.ndim < 2 or raw.shape[-2] != time.shape[-1]:
        raise ValueError(
            f"cox: covariates has shape {raw.shape} for {time.shape[-1]} subjects; it needs one row per subject and "
            "one column per covariate; turn a single covariate into a column"
        )
    x = as_rows(np.broadcast_to(raw, (*time.shape, raw.shape[-1])), trailing=2)
    present = ~np.isnan(as_rows(time))[..., None]
    if (~np.isfinite(x) & present).any():
        raise ValueError(
            f"cox: covariates holds no finite value for subject {int(np.argwhere(~np.isfinite(x) & present)[0][1])}; a "
            "complete case has every covariate; leave the subject out with a time of nan and report how many were"
        )
    x = np.where(present, x, 0.0)
    mean = x.sum(axis=1, keepdims=True) / np.maximum(present.sum(axis=1, keepdims=True), 1)
    return np.where(present, x - mean, 0.0)


def _summary(fit: Fit, time: Array, event: Array, confidence: float) -> Cox:
    """Put estimates, limits and tests into the batch shape of the data."""
    shape, p = time.shape[:-1], fit.coefficient.shape[-1]
    beta = fit.coefficient.reshape(*shape, p)
    variance = fit.variance.reshape(*shape, p, p)
    error = np.sqrt(np.diagonal(variance, axis1=-2, axis2=-1))
    half = normal_quantile(check_confidence("cox", confidence)) * error
    with np.errstate(over="ignore"):  # a limit beyond all numbers is infinite
        ratio = Interval(np.exp(beta), np.exp(beta - half), np.exp(beta + half), confidence, "Wald")
    z = np.where(np.isnan(error), np.nan, beta) / error
    counted = ~np.isnan(as_rows(time))
    return Cox(
        coefficient=beta,
        standard_error=error,
        variance=variance,
        hazard_ratio=ratio,
        z=z,
        p=chi_square_tail(z**2, 1),
        log_likelihood_null=fit.null.value.reshape(shape),
        log_likelihood=fit.best.value.reshape(shape),
        likelihood_ratio=_test(fit.likelihood_ratio.reshape(shape), p),
        wald=_test(fit.wald.reshape(shape), p),
        score=_test(fit.score.reshape(shape), p),
        n=counted.sum(axis=-1).astype(np.float64).reshape(shape),
        n_event=(counted * event).sum(axis=-1).reshape(shape),
        iterations=fit.iterations,
        converged=fit.converged.reshape(shape),
        monotone=fit.monotone.reshape(shape),
        singular=fit.singular.reshape(shape),
    )


def _test(statistic: Array, df: int) -> ChiSquareTest:
    return ChiSquareTest(statistic, df, chi_square_tail(statistic, df))
