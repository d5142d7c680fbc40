"""The mixed model for repeated measures: a normal mean per visit, and a covariance of the visits within a subject.

The covariance is linear in its parameters: unstructured, Toeplitz, or compound symmetry. It is estimated by restricted
maximum likelihood; standard errors and degrees of freedom are those of Kenward and Roger. There are no random effects:
this is what SAS calls PROC MIXED with a REPEATED statement, and R's package mmrm fits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.interval import Array, Interval, check_confidence
from topline.stats.restricted_likelihood import Repeated, RestrictedLikelihood, restricted_likelihood

STRUCTURES = ("unstructured", "toeplitz", "compound symmetry")
STEPS, HALVINGS = 200, 40
CONVERGED = 1e-18
"""Decrement, the gain in twice the log likelihood that a further step promises, at which the search ends."""

STUCK = 1e-7
"""Decrement above which a search that can gain no more has not reached a maximum."""

EDGE = 1e-5
"""Least eigenvalue of the within-subject correlation. A covariance beyond it runs to its edge: where two visits agree
in all subjects who have both, the likelihood grows without end, and what it gives there are rounding errors.
"""

LESS = 1e-6
"""Share by which rounding may leave a Kenward-Roger variance below the naive one; in exact numbers it is not."""


@dataclass(frozen=True)
class MixedModel:
    """A fitted model.

    Attributes:
        coefficient: estimates; (coefficient,).
        covariance: Kenward-Roger covariance of the estimates; (coefficient, coefficient).
        naive: covariance as if the within-subject covariance were known; (coefficient, coefficient).
        within: covariance of the visits within a subject; (visit, visit).
        structure: one of STRUCTURES.
        log_likelihood: restricted log likelihood.
        subjects: subjects with at least one value.
        values: values used.
        sensitivity: derivatives of the naive covariance by each covariance parameter.
        uncertainty: covariance of those parameters.

    """

    coefficient: Array
    covariance: Array
    naive: Array
    within: Array
    structure: str
    log_likelihood: float
    subjects: int
    values: int
    sensitivity: Array
    uncertainty: Array


@dataclass(frozen=True)
class Contrast:
    """A linear combination of coefficients: estimate and limits, standard error, degrees of freedom, two-sided p."""

    interval: Interval
    standard_error: float
    df: float
    p: float


def basis(structure: str, visits: int) -> Array:
    """Return the matrices whose combinations are the covariances of a structure; (parameter, visit, visit).

    >>> [len(basis(name, 4)) for name in STRUCTURES]
    [10, 4, 2]

    """
    row, column = np.indices((visits, visits))
    if structure == "unstructured":
        pairs = [(i, j) for i in range(visits) for j in range(i + 1)]
        parts = [((row == i) & (column == j)) | ((row == j) & (column == i)) for i, j in pairs]
    elif structure == "toeplitz":
        parts = [np.abs(row - column) == lag for lag in range(visits)]
    elif structure == "compound symmetry":
        parts = [row == column, row != column][: visits if visits < 2 else 2]
    else:
        raise ValueError(f"mixed_model: structure is {structure!r}, not one of {', '.join(STRUCTURES)}")
    return np.array(parts, dtype=np.float64)


def mixed_model(outcome: ArrayLike, design: ArrayLike, structure: str = "unstructured") -> MixedModel:
    """Fit a mixed model for repeated measures by restricted maximum likelihood.

    Args:
        outcome: values, nan where missing; (subject, visit). Missing at random given what was observed.
        design: covariates; (subject, visit, coefficient).
        structure: covariance within a subject, one of STRUCTURES.

    Returns:
        MixedModel.

    Raises:
        ValueError: too few values, collinear covariates, or a covariance that the data do not determine.

    >>> y = [[10.0, 12], [14, 17], [9, np.nan], [11, 12], [15, 15]]
    >>> visit = np.broadcast_to(np.eye(2), (5, 2, 2))  # a mean per visit
    >>> mixed_model(y, visit).coefficient.round(3).tolist()
    [11.8, 13.382]

    Source: Patterson and Thompson 1971, doi:10.1093/biomet/58.3.545; Kenward and Roger 1997, doi:10.2307/2533558;
    Mallinckrodt and others 2008, doi:10.1177/009286150804200402. Golden: golden/mixed_model.toml.

    """
    data = _checked(np.asarray(outcome, dtype=np.float64), np.asarray(design, dtype=np.float64))
    parts = basis(structure, data.outcome.shape[1])
    theta = _start(data, parts)
    here = restricted_likelihood(data, parts, theta)
    for _ in range(STEPS):
        step, gain = _step(here)
        there, theta_there = _uphill(data, parts, theta, step, here)
        if there is None or gain < CONVERGED:
            break
        theta, here = theta_there, there
    if not at_maximum(here, np.einsum("k,kij->ij", theta, parts), gain):
        raise ValueError(f"mixed_model: the {structure} covariance is not determined by these data")
    return _model(data, parts, theta, here, structure)


def contrast(model: MixedModel, weights: ArrayLike, confidence: float = 0.95) -> Contrast:
    """Return a linear combination of the coefficients with its t interval on Kenward-Roger degrees of freedom.

    Args:
        model: the fitted model.
        weights: one weight per coefficient.
        confidence: two-sided level, in (0, 1).

    Raises:
        ValueError: the combination has no finite variance, or one below the naive one, which is none.

    >>> y = [[10.0, 12], [14, 17], [9, np.nan], [11, 12], [15, 15]]
    >>> model = mixed_model(y, np.broadcast_to(np.eye(2), (5, 2, 2)))
    >>> round(contrast(model, [1, 0]).df, 1)  # the first visit is complete: n - 1
    4.0

    Source: Kenward and Roger 1997, doi:10.2307/2533558. Golden: golden/mixed_model.toml.

    """
    weight = np.asarray(weights, dtype=np.float64)
    estimate, variance = float(weight @ model.coefficient), float(weight @ model.naive @ weight)
    with np.errstate(invalid="ignore"):
        adjusted = float(weight @ model.covariance @ weight)
    if not (np.isfinite(adjusted) and variance > 0 and adjusted >= (1.0 - LESS) * variance):
        raise ValueError("contrast: the combination has no variance that these data determine")
    gradient = np.einsum("i,kij,j->k", weight, model.sensitivity, weight) / variance
    df = 2.0 / float(gradient @ model.uncertainty @ gradient)
    error = float(np.sqrt(adjusted))
    half = error * float(special.stdtrit(df, 0.5 + check_confidence("contrast", confidence) / 2.0))
    p = 2.0 * float(special.stdtr(df, -abs(estimate) / error))
    low, mid, high = (np.array(value) for value in (estimate - half, estimate, estimate + half))
    return Contrast(Interval(mid, low, high, confidence, "Kenward-Roger", symmetric=True), error, df, p)


def _checked(outcome: Array, design: Array) -> Repeated:
    """Return the data of subjects with a value, covariates 0 where the value is missing."""
    if outcome.ndim != 2 or design.ndim != 3 or design.shape[:2] != outcome.shape:
        raise ValueError("mixed_model: outcome is (subject, visit) and design (subject, visit, coefficient)")
    there = ~np.isnan(outcome)
    if not np.isfinite(design[there]).all() or np.isinf(outcome).any():
        raise ValueError("mixed_model: a covariate of a value is missing, or a number is infinite")
    kept = there.any(axis=1)
    x = np.where(there[..., None], design, 0.0)[kept]
    rows = design[there]
    if len(rows) <= rows.shape[1] or np.linalg.matrix_rank(rows) < rows.shape[1]:
        why = "there are too few, or covariates depend on each other"
        raise ValueError(f"mixed_model: the values do not determine the coefficients; {why}")
    if not there.any(axis=0).all():
        raise ValueError("mixed_model: a visit has no value; leave it out")
    return Repeated(outcome[kept], x)


def _start(data: Repeated, parts: Array) -> Array:
    """Return starting parameters: independent visits with the residual variance of ordinary least squares."""
    there = ~np.isnan(data.outcome)
    y, x = data.outcome[there], data.design[there]
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    variance = float(residual @ residual) / (len(y) - x.shape[1])
    if variance <= 0:
        raise ValueError("mixed_model: the values lie exactly on the model; there is no variance to estimate")
    diagonal = np.einsum("kii->k", parts)
    return np.where(diagonal > 0, variance, 0.0)


def _step(here: RestrictedLikelihood) -> tuple[Array, float]:
    """Return Newton's step where the likelihood is concave, else that of Fisher's scoring, and its decrement."""
    concave = np.linalg.eigvalsh(here.observed)[0] > 0
    try:
        step = np.linalg.solve(here.observed if concave else here.expected, here.score)
    except np.linalg.LinAlgError:
        raise ValueError("mixed_model: the covariance is not determined by these data") from None
    return np.asarray(step, dtype=np.float64), float(step @ here.score)


def _uphill(
    data: Repeated, parts: Array, theta: Array, step: Array, here: RestrictedLikelihood
) -> tuple[RestrictedLikelihood | None, Array]:
    """Return the likelihood after a step, halved until the covariance is possible and the likelihood does not fall."""
    for halving in range(HALVINGS):
        moved = theta + step / 2.0**halving
        try:
            there = restricted_likelihood(data, parts, moved)
        except np.linalg.LinAlgError:
            continue
        if there.value >= here.value - 1e-12 * (1.0 + abs(here.value)):
            return there, moved
    return None, theta


def at_maximum(here: RestrictedLikelihood, within: Array, gain: float) -> bool:
    """Say whether a search ended at a maximum inside: nothing to gain, a covariance off its edge, a concave likelihood.

    Beyond the edge the information is lost in rounding: its decrement can come out negative, and its least eigenvalue
    positive by chance.
    """
    return abs(gain) <= STUCK and _least(within) > EDGE and _least(here.observed) > 0.0


def _least(matrix: Array) -> float:
    """Return the least eigenvalue of a symmetric matrix scaled to a diagonal of 1; -1 where the diagonal forbids it."""
    diagonal = np.diag(matrix)
    if not (diagonal > 0).all():
        return -1.0
    scale = np.sqrt(diagonal)
    return float(np.linalg.eigvalsh(matrix / scale / scale[:, None])[0])


def _model(data: Repeated, parts: Array, theta: Array, here: RestrictedLikelihood, structure: str) -> MixedModel:
    """Return the model with Kenward and Roger's covariance of the coefficients.

    The covariance is linear in its parameters, so the second derivatives in their adjustment are 0. The uncertainty of
    the parameters is the inverse of the observed information, as in SAS and in mmrm.
    """
    uncertainty = np.asarray(np.linalg.inv(here.observed), dtype=np.float64)
    sensitivity = np.einsum("pq,kqr,rs->kps", here.naive, here.first, here.naive)
    mixed = np.einsum("kl,nkup->nlup", uncertainty, here.leaning, optimize=True)
    extra = np.einsum("nlup,nuv,nlvq->pq", mixed, here.weight, here.leaning, optimize=True)
    extra = extra - np.einsum("kl,kpq,qr,lrs->ps", uncertainty, here.first, here.naive, here.first, optimize=True)
    covariance = here.naive + 2.0 * here.naive @ extra @ here.naive
    subjects, values = len(data.outcome), int((~np.isnan(data.outcome)).sum())
    within = np.einsum("k,kij->ij", theta, parts)
    return MixedModel(here.coefficient, covariance, here.naive, within, structure, here.value, subjects, values,
                      sensitivity, uncertainty)  # fmt: skip
