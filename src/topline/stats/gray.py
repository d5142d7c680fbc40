"""Gray's test that groups share one cumulative incidence of a cause, also stratified, for a batch of trials at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.stats.interval import Array, chi_square_tail
from topline.stats.logrank import check_codes, quadratic_form, stratum_times
from topline.stats.timeline import Timeline, check_survival, lay_out


@dataclass(frozen=True)
class GrayTest:
    """A test of equal cumulative incidence.

    Attributes:
        groups: the group codes, rising; (group,).
        score: weighted events of the cause less those expected; (..., group).
        variance: covariance of the score; (..., group, group).
        chi_square: the statistic; (...).
        df: groups with subjects, minus 1; (...).
        p: two-sided p-value; nan with fewer than two groups; (...).

    """

    groups: Array
    score: Array
    variance: Array
    chi_square: Array
    df: Array
    p: Array


def gray_test(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, cause: int = 1, strata: ArrayLike | None = None
) -> GrayTest:
    """Gray's test (rho 0): compare each group's events of a cause with those expected under one subdistribution hazard.

    Subjects with a competing event stay in the risk set, with the weight that censoring leaves them. With one cause
    only it is close to the log-rank test.

    Args:
        time: times to the first event or censoring, at least 0; nan for an absent subject; (..., subject).
        event: 0 for censored, otherwise the cause; same shape.
        group: group codes; same shape, or (subject,) for all trials of the batch.
        cause: code of the cause to compare, at least 1.
        strata: stratum codes, as `group`; None for one stratum.

    Returns:
        GrayTest; groups are those that occur anywhere in the batch.

    Raises:
        ValueError: impossible times or events, a missing group or stratum, or a cause below 1.

    >>> test = gray_test([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 1, 0, 1, 2, 1, 0], [1, 1, 1, 1, 2, 2, 2, 2])
    >>> round(float(test.chi_square), 4), int(test.df)
    (2.2323, 1)

    Source: Gray 1988, doi:10.1214/aos/1176350951. Golden: golden/incidence.toml.

    """
    if cause < 1:
        raise ValueError(f"gray_test: cause is {cause}; code 0 means censored, a cause is 1 or more; name the cause")
    t, e = check_survival("gray_test", time, event)
    codes = check_codes("gray_test", "group", group, t)
    layers = stratum_times(t, strata, "gray_test")
    e, codes = e.reshape(layers.shape[1:]), codes.reshape(layers.shape[1:])
    groups = np.unique(codes[~np.isnan(codes)])
    member = (codes[..., None] == groups).astype(np.float64)
    parts = [_one_stratum(_history(lay_out(layer), e, member, cause)) for layer in layers]
    score, variance = np.sum([p[0] for p in parts], axis=0), np.sum([p[1] for p in parts], axis=0)
    chi_square, df = quadratic_form(score, variance, member.sum(axis=1) > 0)
    lead = t.shape[:-1]
    return GrayTest(
        groups,
        score.reshape(*lead, -1),
        variance.reshape(*lead, *variance.shape[1:]),
        chi_square.reshape(lead),
        df.reshape(lead),
        chi_square_tail(chi_square, df).reshape(lead),
    )


@dataclass(frozen=True)
class _History:
    """What has happened in each group by each distinct time; arrays (batch, time, group)."""

    at_risk: Array
    events: Array
    competing: Array
    free_before: Array
    free: Array
    incidence_before: Array


def _history(line: Timeline, event: Array, member: Array, cause: int) -> _History:
    died, member = line.sort(event)[..., None], line.sort(member)
    at_risk = line.total_at_risk(member)
    events, competing = line.total(member * (died == cause)), line.total(member * ((died > 0) & (died != cause)))
    n = np.maximum(at_risk, 1.0)
    free = np.asarray(np.cumprod(1.0 - (events + competing) / n, axis=1), dtype=np.float64)
    free_before = _lagged(free, 1.0)
    incidence = np.cumsum(free_before * events / n, axis=1)
    return _History(at_risk, events, competing, free_before, free, _lagged(incidence, 0.0))


def _lagged(values: Array, start: float) -> Array:
    """Value just before each time."""
    first = np.full((len(values), 1, *values.shape[2:]), start)
    return np.concatenate([first, values], axis=1)[:, : values.shape[1]]


def _one_stratum(h: _History) -> tuple[Array, Array]:
    """Score and covariance; the covariance adds the squared weight of every counting process of every group."""
    weighted = np.where(h.at_risk > 0, h.at_risk / np.where(h.free_before > 0, h.free_before, 1.0), 0.0)
    total, d = weighted.sum(axis=-1), h.events.sum(axis=-1)
    safe_total = np.where(total > 0, total, 1.0)
    pooled = np.cumsum(np.where(total > 0, d / safe_total, 0.0), axis=1)
    staying = weighted * (1.0 - h.incidence_before)
    share = staying / np.maximum(staying.sum(axis=-1, keepdims=True), np.finfo(np.float64).tiny)
    score = (h.events - d[..., None] * share).sum(axis=1)
    contrast = weighted[..., :, None] * (np.eye(weighted.shape[-1]) - (weighted / safe_total[..., None])[..., None, :])
    left = np.maximum(1.0 - _lagged(pooled, 0.0), np.finfo(np.float64).tiny)
    drift = np.cumsum(contrast * (d / (safe_total * left))[..., None, None], axis=1)
    ahead = drift[:, -1:] - drift if drift.shape[1] else drift
    ratio = np.where(h.free > 0, (1.0 - pooled)[..., None] / np.where(h.free > 0, h.free, 1.0), 0.0)
    of_cause = contrast + (1.0 - ratio)[..., None, :] * ahead
    of_others = ratio[..., None, :] * ahead
    return score, _squares(of_cause, _cause_variance(h, d, safe_total)) + _squares(of_others, _other_variance(h))


def _squares(weight: Array, variance: Array) -> Array:
    """Sum over times and groups of weight weight' times the variance of that group's process at that time."""
    return np.asarray(np.einsum("btik,btjk,btk->bij", weight, weight, variance))


def _cause_variance(h: _History, d: Array, total: Array) -> Array:
    """Variance of the events of the cause in each group under the pooled hazard, corrected for ties."""
    effective = total[..., None] * h.free_before - 1.0
    tied = (d[..., None] > 1) & (effective > 0)
    ties = np.where(tied, 1.0 - (d[..., None] - 1.0) / np.where(tied, effective, 1.0), 1.0)
    rate = h.free_before * (d / total)[..., None] / np.maximum(h.at_risk, 1.0)
    return np.where(h.at_risk > 0, ties * rate, 0.0)


def _other_variance(h: _History) -> Array:
    """Variance of the competing events in each group, corrected for ties."""
    n, d = np.maximum(h.at_risk, 1.0), h.competing
    ties = np.where(d > 1, 1.0 - (d - 1.0) / np.maximum(n - 1.0, 1.0), 1.0)
    return np.where((h.at_risk > 0) & (h.free > 0), ties * h.free_before**2 * d / n**2, 0.0)
