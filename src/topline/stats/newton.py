"""Maximising the partial likelihood by Newton's method, and telling a finite maximum from none."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from topline.stats.interval import Array
from topline.stats.partial_likelihood import PartialLikelihood, RiskSets, partial_likelihood

ITERATIONS = 60
HALVINGS = 30

CONVERGED = 1e-11
"""Change of the log likelihood, relative to its size plus 1, at which the method stops; one more step then polishes."""

STILL_MOVING = 1e-3
"""Where the likelihood no longer changes and yet the last step, times the covariate's standard deviation, exceeds this,
the likelihood is flat towards infinity: the coefficient has no finite estimate."""

SINGULAR = 1e-10
"""Smallest eigenvalue of the information at 0, in correlation form, at which covariates count as collinear."""

EXHAUSTED = 1e-13
"""Smallest eigenvalue of the information, relative to that at 0, below which no further step can be computed."""


@dataclass(frozen=True)
class Fit:
    """What maximisation found, for each trial of the batch.

    Attributes:
        coefficient: (batch, covariate); inf, -inf or nan where monotone, nan where singular or not converged.
        variance: inverse information at the maximum, nan where there is no finite one; (batch, covariate, covariate).
        null: partial likelihood with all coefficients 0.
        best: partial likelihood at the maximum, or where the search ended.
        iterations: steps of the slowest trial.
        monotone: the likelihood rises towards infinite coefficients.
        singular: nothing to estimate: no event, or collinear covariates.
        converged: a finite maximum was found.
        likelihood_ratio: 2 (log likelihood - null); nan where singular.
        wald: coefficient' information coefficient; nan where there is no finite maximum.
        score: score' inverse information score at 0; nan where singular.

    """

    coefficient: Array
    variance: Array
    null: PartialLikelihood
    best: PartialLikelihood
    iterations: int
    monotone: NDArray[np.bool_]
    singular: NDArray[np.bool_]
    converged: NDArray[np.bool_]
    likelihood_ratio: Array
    wald: Array
    score: Array


@dataclass(frozen=True)
class _Search:
    """Where the search stands: coefficients, likelihood there, last step, and which trials go on."""

    coefficient: Array
    here: PartialLikelihood
    step: Array
    active: NDArray[np.bool_]
    steps: int = 0


def maximise(sets: list[RiskSets], spread: Array) -> Fit:
    """Maximise the partial likelihood of each trial by Newton's method with step halving, from 0.

    Args:
        sets: risk sets of each stratum.
        spread: standard deviation of each covariate in each trial; (batch, covariate).

    Returns:
        Fit, with the trials flagged that have no finite maximum.

    >>> from topline.stats.partial_likelihood import risk_sets
    >>> one_arm_dies_first = risk_sets(np.arange(4.0)[None], np.ones((1, 4)), np.array([[[1.], [1], [0], [0]]]), True)
    >>> maximise([one_arm_dies_first], np.array([[0.5]])).coefficient.tolist()
    [[inf]]

    """
    start = np.zeros_like(spread)
    null = partial_likelihood(sets, start)
    singular = _smallest(null.information, null.information) < SINGULAR
    search = _Search(start, null, np.zeros_like(start), ~singular)
    while search.active.any() and search.steps < ITERATIONS:
        search = _advance(sets, search, null)
    moving = np.abs(search.step) * spread > STILL_MOVING
    monotone = moving.any(axis=-1) & ~singular & ~search.active
    converged = ~(monotone | singular | search.active)
    beta = search.coefficient + np.where(converged[:, None], _newton_step(search.here, converged), 0.0)
    best = partial_likelihood(sets, beta)
    runaway = np.where(moving & monotone[:, None], np.copysign(np.inf, search.step), np.nan)
    return _fit(
        replace(search, coefficient=np.where(converged[:, None], beta, runaway), here=best), null, monotone, singular
    )


def _advance(sets: list[RiskSets], search: _Search, null: PartialLikelihood) -> _Search:
    """Take one step in every active trial, halved until the likelihood does not fall."""
    able = search.active & (_smallest(search.here.information, null.information) > EXHAUSTED)
    step = np.where(able[:, None], _newton_step(search.here, able), 0.0)
    slack = 1e-13 * (1.0 + np.abs(search.here.value))
    there = partial_likelihood(sets, search.coefficient + step)
    for _ in range(HALVINGS):
        worse = able & ~(there.value >= search.here.value - slack)
        if not worse.any():
            break
        step = np.where(worse[:, None], step / 2.0, step)
        there = partial_likelihood(sets, search.coefficient + step)
    change = np.abs(there.value - search.here.value)
    active = able & (change > CONVERGED * (1.0 + np.abs(there.value)))
    last = np.where(able[:, None], step, search.step)
    return _Search(search.coefficient + step, there, last, active, search.steps + 1)


def _newton_step(here: PartialLikelihood, able: NDArray[np.bool_]) -> Array:
    """Inverse information times score; anything for trials that are not able."""
    safe = np.where(able[:, None, None], here.information, np.eye(here.information.shape[-1]))
    return np.asarray(np.linalg.solve(safe, here.score[..., None])[..., 0])


def _smallest(information: Array, reference: Array) -> Array:
    """Smallest eigenvalue of the information after scaling by the diagonal of the reference; 0 if that has a 0."""
    diagonal = np.diagonal(reference, axis1=-2, axis2=-1)
    usable = np.asarray((diagonal > 0).all(axis=-1), dtype=np.bool_)
    scale = np.sqrt(np.where(usable[:, None], diagonal, 1.0))
    scaled = information / (scale[..., :, None] * scale[..., None, :])
    return np.where(usable, np.linalg.eigvalsh(scaled)[..., 0], 0.0)


def _fit(search: _Search, null: PartialLikelihood, monotone: NDArray[np.bool_], singular: NDArray[np.bool_]) -> Fit:
    """Collect the estimates and the three tests, nan where a trial gives none."""
    best, beta = search.here, search.coefficient
    converged = np.asarray(np.isfinite(beta).all(axis=-1), dtype=np.bool_)
    solid = np.where(converged[:, None, None], best.information, np.eye(beta.shape[-1]))
    variance = np.where(converged[:, None, None], np.linalg.inv(solid), np.nan)
    finite = np.where(converged[:, None], beta, 0.0)
    wald = np.where(converged, np.einsum("bp,bpq,bq->b", finite, best.information, finite), np.nan)
    score = np.einsum("bp,bp->b", null.score, _newton_step(null, ~singular))
    ratio = 2.0 * (best.value - null.value)
    return Fit(
        coefficient=beta,
        variance=variance,
        null=null,
        best=best,
        iterations=search.steps,
        monotone=monotone,
        singular=singular,
        converged=converged,
        likelihood_ratio=np.where(converged | monotone, ratio, np.nan),
        wald=wald,
        score=np.where(singular, np.nan, score),
    )
