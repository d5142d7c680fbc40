"""The partial likelihood of Cox with its two derivatives, for a batch of trials, one stratum at a time."""

from dataclasses import dataclass

import numpy as np

from topline.stats.interval import Array
from topline.stats.timeline import Timeline, lay_out


@dataclass(frozen=True)
class RiskSets:
    """The subjects of one stratum in order of time.

    Attributes:
        line: their timeline.
        event: 1 for an event, sorted; (batch, subject).
        covariates: sorted; (batch, subject, covariate).
        share: share of its tied events that an event has already seen leave the risk set: 0, 1/d, ... (d - 1)/d by
            Efron, 0 by Breslow; (batch, subject).

    """

    line: Timeline
    event: Array
    covariates: Array
    share: Array


@dataclass(frozen=True)
class PartialLikelihood:
    """Log partial likelihood (batch,), its gradient (batch, covariate) and its information, the negative Hessian."""

    value: Array
    score: Array
    information: Array


def risk_sets(time: Array, event: Array, covariates: Array, efron: bool) -> RiskSets:
    """Return the risk sets of one stratum.

    Args:
        time: times in which ties are equal, nan for subjects outside the stratum; (batch, subject).
        event: 1 for an event, 0 for censored; (batch, subject).
        covariates: (batch, subject, covariate).
        efron: True for Efron's ties, False for Breslow's.

    >>> one = np.ones((1, 3))
    >>> risk_sets(2.0 * one, one, one[..., None], efron=True).share.round(3).tolist()
    [[0.0, 0.333, 0.667]]

    """
    line = lay_out(time)
    died = line.sort(event)
    before = np.cumsum(died, axis=1) - died
    deaths = line.total(died)
    earlier = line.spread(np.cumsum(deaths, axis=1) - deaths)
    tied = np.maximum(line.spread(deaths), 1.0)
    share = died * (before - earlier) / tied if efron else np.zeros_like(died)
    return RiskSets(line, died, line.sort(covariates), share)


def partial_likelihood(sets: list[RiskSets], coefficient: Array) -> PartialLikelihood:
    """Return the log partial likelihood, summed over the strata, at the coefficients of each trial.

    Args:
        sets: risk sets of each stratum.
        coefficient: log hazard ratios; (batch, covariate).

    >>> three = risk_sets(np.array([[1.0, 2.0, 3.0]]), np.ones((1, 3)), np.array([[[1.0], [0.0], [0.0]]]), efron=True)
    >>> round(float(partial_likelihood([three], np.zeros((1, 1))).value[0]), 6)  # -log(3 * 2 * 1)
    -1.791759

    Source: Cox 1975, doi:10.1093/biomet/62.2.269; ties: Efron 1977, doi:10.1080/01621459.1977.10480613.

    """
    parts = [_one_stratum(stratum, coefficient) for stratum in sets]
    return PartialLikelihood(
        np.sum([p.value for p in parts], axis=0),
        np.sum([p.score for p in parts], axis=0),
        np.sum([p.information for p in parts], axis=0),
    )


def _one_stratum(sets: RiskSets, coefficient: Array) -> PartialLikelihood:
    x, died = sets.covariates, sets.event
    linear = np.einsum("bnp,bp->bn", x, coefficient)
    top = np.where(sets.line.present, linear, -np.inf).max(axis=1, keepdims=True, initial=-1e300)
    hazard = np.where(sets.line.present, np.exp(np.minimum(linear - top, 0.0)), 0.0)
    total = np.maximum(_left_at_event(sets, hazard), np.finfo(np.float64).tiny)
    mean = _left_at_event(sets, hazard[..., None] * x) / total[..., None]
    second = _left_at_event(sets, hazard[..., None, None] * x[..., :, None] * x[..., None, :]) / total[..., None, None]
    value = (died * (linear - top - np.log(total))).sum(axis=1)
    score = np.einsum("bn,bnp->bp", died, x - mean)
    information = np.einsum("bn,bnpq->bpq", died, second - mean[..., :, None] * mean[..., None, :])
    return PartialLikelihood(value, score, information)


def _left_at_event(sets: RiskSets, values: Array) -> Array:
    """Sum over the risk set of each subject, less the share of its tied events that have left."""
    trailing = (1,) * (values.ndim - 2)
    died, share = (a.reshape(*a.shape, *trailing) for a in (sets.event, sets.share))
    line = sets.line
    return line.spread(line.total_at_risk(values)) - share * line.spread(line.total(died * values))
