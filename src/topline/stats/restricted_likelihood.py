"""The restricted likelihood of repeated measures whose covariance is linear in its parameters, with its derivatives."""

from dataclasses import dataclass

import numpy as np

from topline.stats.interval import Array


@dataclass(frozen=True)
class Repeated:
    """Repeated measures laid out by subject and visit.

    Attributes:
        outcome: values, nan where missing; (subject, visit).
        design: covariates of each value, anything where it is missing; (subject, visit, coefficient).

    """

    outcome: Array
    design: Array


@dataclass(frozen=True)
class RestrictedLikelihood:
    """Restricted log likelihood at a covariance V = sum of theta G, with its derivatives by theta.

    Attributes:
        value: log likelihood, its constant included.
        score: first derivatives; (parameter,).
        expected: expected information; (parameter, parameter).
        observed: observed information; (parameter, parameter).
        coefficient: generalised least squares estimate; (coefficient,).
        naive: inverse of X' V^-1 X; (coefficient, coefficient).
        first: X' V^-1 G V^-1 X; (parameter, coefficient, coefficient).
        leaning: G V^-1 X; (subject, parameter, visit, coefficient).
        weight: V^-1 of each subject, 0 at missing visits; (subject, visit, visit).

    """

    value: float
    score: Array
    expected: Array
    observed: Array
    coefficient: Array
    naive: Array
    first: Array
    leaning: Array
    weight: Array


def restricted_likelihood(data: Repeated, parts: Array, theta: Array) -> RestrictedLikelihood:
    """Return the restricted log likelihood of a covariance with its derivatives.

    Args:
        data: repeated measures, covariates 0 where the value is missing.
        parts: the matrices G; (parameter, visit, visit).
        theta: their weights; (parameter,).

    Raises:
        LinAlgError: the covariance is not positive definite.

    >>> data = Repeated(np.array([[1.0], [3.0]]), np.ones((2, 1, 1)))  # variance 2, its own estimate
    >>> here = restricted_likelihood(data, np.ones((1, 1, 1)), np.array([2.0]))
    >>> round(here.value, 6), float(here.coefficient[0]), abs(float(here.score[0]))
    (-2.112086, 2.0, 0.0)

    Source: Patterson and Thompson 1971, doi:10.1093/biomet/58.3.545.

    """
    within = np.einsum("k,kij->ij", theta, parts)
    np.linalg.cholesky(within)
    weight, size = _weights(data, within)
    x, y = data.design, np.nan_to_num(data.outcome)
    wx = weight @ x
    inverse = np.einsum("nvp,nvq->pq", x, wx)
    naive = np.linalg.inv(inverse)
    beta = naive @ np.einsum("nvp,nv->p", wx, y)
    residual = np.einsum("nvw,nw->nv", weight, y - x @ beta)
    value = -0.5 * (_constant(data) + size + float(np.linalg.slogdet(inverse)[1]) + float((residual * y).sum()))
    leaning = np.einsum("kuv,nvp->nkup", parts, wx, optimize=True)
    first = np.einsum("nup,nkuq->kpq", wx, leaning, optimize=True)
    trace, half_trace = _traces(weight, parts, naive, first, leaning)
    pull = np.einsum("kuv,nv->nku", parts, residual)
    lean = np.einsum("nup,nku->kp", wx, pull, optimize=True)
    spread = np.einsum("nuv,nlv->nlu", weight, pull, optimize=True)
    average = np.tensordot(pull, spread, ((0, 2), (0, 2))) - lean @ naive @ lean.T
    score = -0.5 * (trace - np.einsum("nu,nku->k", residual, pull))
    return RestrictedLikelihood(value, score, half_trace, average - half_trace, beta, naive, first, leaning, weight)


def _traces(weight: Array, parts: Array, naive: Array, first: Array, leaning: Array) -> tuple[Array, Array]:
    """Return tr(P G) per parameter and half of tr(P G P G) per pair, where P takes the coefficients out of V^-1.

    Subjects who miss the same visits have the same V^-1; it is multiplied once for all of them.
    """
    present = np.einsum("nvv->nv", weight) > 0
    _, one, count = np.unique(present, axis=0, return_index=True, return_counts=True)
    wg = np.einsum("nuv,kvw->nkuw", weight[one], parts, optimize=True)
    many = wg * count[:, None, None, None]
    share = np.einsum("pq,kqr->kpr", naive, first)
    single = np.einsum("nkuu->k", many) - np.einsum("kpp->k", share)
    spread = np.einsum("nuv,nlvq,qp->nlup", weight, leaning, naive, optimize=True)
    double = np.tensordot(many, wg, ((0, 2, 3), (0, 3, 2))) - 2.0 * np.tensordot(
        leaning, spread, ((0, 2, 3), (0, 2, 3))
    )
    return single, 0.5 * (double + np.tensordot(share, share, ((1, 2), (2, 1))))


def _weights(data: Repeated, within: Array) -> tuple[Array, float]:
    """Return the inverse covariance of each subject, 0 at missing visits, (subject, visit, visit); sum of log |V|."""
    there = ~np.isnan(data.outcome)
    both = there[:, :, None] & there[:, None, :]
    full = np.where(both, within, np.eye(within.shape[0]))
    factor = np.linalg.cholesky(full)
    size = 2.0 * float(np.log(np.einsum("nii->ni", factor)).sum())
    return np.where(both, np.linalg.inv(full), 0.0), size


def _constant(data: Repeated) -> float:
    values = int((~np.isnan(data.outcome)).sum())
    return float((values - data.design.shape[-1]) * np.log(2.0 * np.pi))
