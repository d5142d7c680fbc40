"""The log-rank test and its G-rho relative, for two or more groups, also stratified, for a batch of trials at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topline.stats.interval import Array, chi_square_tail
from topline.stats.timeline import Timeline, as_rows, check_survival, check_two_valued, lay_out, merge_ties


@dataclass(frozen=True)
class LogRank:
    """A test that the groups have one common hazard.

    Attributes:
        groups: the group codes, rising; (group,).
        n: subjects per group; (..., group).
        observed: (weighted) events per group; (..., group).
        expected: (weighted) events expected under one common hazard; (..., group).
        variance: covariance of observed minus expected; (..., group, group).
        chi_square: the statistic; (...).
        df: groups with an expected event, minus 1; (...).
        p: two-sided p-value; nan where fewer than two groups expect an event; (...).

    """

    groups: Array
    n: Array
    observed: Array
    expected: Array
    variance: Array
    chi_square: Array
    df: Array
    p: Array


def log_rank(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None = None, rho: float = 0.0
) -> LogRank:
    """Log-rank test: compare each group's events with those expected if all subjects at risk shared one hazard.

    With rho each event time counts with weight S(t-) ** rho, S the Kaplan-Meier estimate of all subjects of the
    stratum: 0 is the log-rank test, 1 the Peto-Peto test. Strata are compared within and added up.

    Args:
        time: times to event or censoring, at least 0; nan for an absent subject; (..., subject).
        event: 1 for an event, 0 for censored; same shape.
        group: group codes; same shape, or (subject,) for all trials of the batch.
        strata: stratum codes, as `group`; None for one stratum.
        rho: exponent of the weight, at least 0.

    Returns:
        LogRank; groups are those that occur anywhere in the batch.

    Raises:
        ValueError: impossible times or events, a missing group or stratum of a present subject, or a negative rho.

    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    >>> test = log_rank(weeks + placebo, relapse + [1] * 21, [0] * 21 + [1] * 21)
    >>> round(float(test.chi_square), 2)  # 6-mercaptopurine against placebo, Freireich 1963
    16.79

    Source: Mantel 1966; Harrington & Fleming 1982, doi:10.1093/biomet/69.3.553. Golden: golden/logrank.toml.

    """
    if rho < 0:
        raise ValueError(f"log_rank: rho is {rho}; the weight S(t) ** rho needs a rho of at least 0; use 0 or 1")
    t, e = check_survival("log_rank", time, event)
    check_two_valued("log_rank", e)
    codes = check_codes("log_rank", "group", group, t)
    layers = stratum_times(t, strata, "log_rank")
    e, codes = e.reshape(layers.shape[1:]), codes.reshape(layers.shape[1:])
    groups = np.unique(codes[~np.isnan(codes)])
    member = (codes[..., None] == groups).astype(np.float64)
    parts = [_compare(layer, e, member, rho) for layer in layers]
    observed, expected, variance = (np.sum(part, axis=0) for part in zip(*parts, strict=True))
    chi_square, df = quadratic_form(observed - expected, variance, expected > 0)
    shape = t.shape[:-1]
    return LogRank(
        groups,
        member.sum(axis=1).reshape(*shape, -1),
        observed.reshape(*shape, -1),
        expected.reshape(*shape, -1),
        variance.reshape(*shape, *variance.shape[1:]),
        chi_square.reshape(shape),
        df.reshape(shape),
        chi_square_tail(chi_square, df).reshape(shape),
    )


def check_codes(where: str, name: str, codes: ArrayLike, time: Array) -> Array:
    """Return group or stratum codes in the shape of the times, nan for absent subjects.

    Raises:
        ValueError: a subject with a time has no code.

    >>> check_codes("log_rank", "group", [1, 2], np.array([5.0, np.nan])).tolist()
    [1.0, nan]

    """
    out = np.where(np.isnan(time), np.nan, np.asarray(codes, dtype=np.float64))
    if (np.isnan(out) & ~np.isnan(time)).any():
        raise ValueError(
            f"{where}: {name} is missing for subject {int(np.argwhere(np.isnan(out) & ~np.isnan(time))[0][-1])}; every "
            f"subject with a time belongs to one; give it a {name}, or leave the subject out with a time of nan"
        )
    return out


def stratum_times(time: Array, strata: ArrayLike | None, where: str) -> Array:
    """Return the times once per stratum, (stratum, batch, subject), with nan for the subjects of other strata.

    >>> stratum_times(np.array([1.0, 2.0]), [7, 8], "log_rank").tolist()
    [[[1.0, nan]], [[nan, 2.0]]]

    """
    tied = merge_ties(as_rows(time))
    if strata is None:
        return tied[None]
    codes = check_codes(where, "strata", strata, time).reshape(tied.shape)
    names = np.unique(codes[~np.isnan(codes)])
    return np.where(codes == names[:, None, None], tied, np.nan)


def quadratic_form(score: Array, variance: Array, counted: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return score' V- score with a generalised inverse, and its degrees of freedom, counted groups minus 1.

    Args:
        score: sums to 0 over the groups; (batch, group).
        variance: its covariance; (batch, group, group).
        counted: groups that take part; (batch, group).

    >>> quadratic_form(np.array([[2.0, -2.0]]), np.array([[[4.0, -4.0], [-4.0, 4.0]]]), np.array([[True, True]]))
    (array([1.]), array([1.]))

    """
    df = np.maximum(counted.sum(axis=-1) - 1.0, 0.0)
    if score.shape[-1] == 0:
        return np.full(len(score), np.nan), df
    inverse = np.linalg.pinv(variance, rcond=1e-10, hermitian=True)
    value = np.einsum("bi,bij,bj->b", score, inverse, score)
    return np.where(df > 0, value, np.nan), df


def _compare(time: Array, event: Array, member: Array, rho: float) -> tuple[Array, Array, Array]:
    """Observed and expected events and the covariance of their difference, in one stratum."""
    line = lay_out(time)
    died, member = line.sort(event), line.sort(member)
    deaths, at_risk = line.total(died), line.total_at_risk(member)
    n_risk = line.total_at_risk(line.present.astype(np.float64))
    weight = _weight(line, deaths, n_risk, rho)
    share = at_risk / np.maximum(n_risk, 1.0)[..., None]
    observed = (weight[..., None] * line.total(died[..., None] * member)).sum(axis=1)
    expected = ((weight * deaths)[..., None] * share).sum(axis=1)
    spread = weight**2 * deaths * (n_risk - deaths) / np.maximum(n_risk - 1.0, 1.0)
    own = np.einsum("bt,btg,gh->bgh", spread, share, np.eye(share.shape[-1]))
    return observed, expected, own - np.einsum("bt,btg,bth->bgh", spread, share, share)


def _weight(line: Timeline, deaths: Array, n_risk: Array, rho: float) -> Array:
    """Kaplan-Meier estimate of the stratum just before each time, to the power rho."""
    survival = np.cumprod(1.0 - deaths / np.maximum(n_risk, 1.0), axis=1)
    before = np.concatenate([np.ones((len(survival), 1)), survival[:, :-1]], axis=1)[:, : line.time.shape[1]]
    return np.asarray(before**rho, dtype=np.float64)
