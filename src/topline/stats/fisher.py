"""Two groups and a yes-or-no outcome: Fisher's exact test, the exact odds ratio, and the exact power of the test."""

from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.protocol.rule.binomial import mass
from topline.stats.interval import Array, Interval, check_confidence
from topline.stats.proportion import check_counts

Alternative = Literal["greater", "less", "two-sided"]

RELATIVE_TIE = 1.0 + 1e-7
"""Two tables count as equally likely when their probabilities agree to 1e-7 (relative); R uses the same margin."""

LOG_ODDS_BOUND = 60.0
"""Log odds ratios are sought between minus and plus this; beyond it no table of 10,000 subjects has a limit."""

HALVINGS = 80
PIECE = 100_000
"""Tables that are summed at a time; it bounds the memory and keeps them near the processor."""


def fisher_exact(
    events1: ArrayLike, n1: ArrayLike, events0: ArrayLike, n0: ArrayLike, alternative: Alternative = "two-sided"
) -> Array:
    """P-value of Fisher's test: chance of a table at least as extreme, given both margins and no difference.

    "At least as extreme" is at most as likely (two-sided, as R's fisher.test), or at least (greater), at most (less) as
    many events in group 1.

    Args:
        events1: events in group 1, 0 to n1; any shape.
        n1: subjects in group 1, at least 1; broadcast with the others.
        events0: events in group 0, 0 to n0.
        n0: subjects in group 0, at least 1.
        alternative: "two-sided", "greater" or "less".

    Returns:
        P-values of the broadcast shape, in [0, 1].

    Raises:
        ValueError: impossible counts, or an unknown alternative.

    >>> round(float(fisher_exact(3, 4, 1, 4)), 4)  # the lady tasting tea, two-sided
    0.4857
    >>> round(float(fisher_exact(17, 21, 10, 22)), 4)  # 81% against 45%
    0.0268

    Source: Fisher 1935, doi:10.2307/2342435. Golden: golden/biomarker.toml.

    """
    x, log_weight, support = _tables("fisher_exact", events1, n1, events0, n0)
    chance = _normalised(log_weight)
    k = np.arange(chance.shape[-1], dtype=np.float64)
    own = np.take_along_axis(chance, x.astype(np.intp)[..., None], axis=-1)
    extreme = {
        "two-sided": support & (chance <= own * RELATIVE_TIE),
        "greater": support & (k >= x[..., None]),
        "less": support & (k <= x[..., None]),
    }
    if alternative not in extreme:
        raise ValueError(f"fisher_exact: alternative is {alternative!r}, not one of {', '.join(extreme)}")
    return np.asarray(np.minimum((chance * extreme[alternative]).sum(axis=-1), 1.0))


def _tables(
    where: str, events1: ArrayLike, n1: ArrayLike, events0: ArrayLike, n0: ArrayLike
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return x = events1, the log number of tables with k events in group 1 (..., k), and where k is possible."""
    x1, size1 = check_counts(where, events1, n1)
    x0, size0 = check_counts(where, events0, n0)
    x, size1, other, size0 = np.broadcast_arrays(x1, size1, x0, size0)
    total = (x + other)[..., None]
    k = np.arange(int(np.max(size1, initial=0)) + 1, dtype=np.float64)
    support = (k <= size1[..., None]) & (k <= total) & (total - k <= size0[..., None])
    inside = np.where(support, k, x[..., None])
    log_weight = log_ways(size1[..., None], inside) + log_ways(size0[..., None], total - inside)
    return x, np.where(support, log_weight, -np.inf), support


def log_ways(n: Array, k: Array) -> Array:
    """Return the log number of ways to choose k of n.

    >>> round(float(np.exp(log_ways(np.array(5.0), np.array(2.0)))), 9)
    10.0

    """
    return np.asarray(special.gammaln(n + 1.0) - special.gammaln(k + 1.0) - special.gammaln(n - k + 1.0))


def _normalised(log_weight: Array) -> Array:
    """Return probabilities that sum to 1 over the last axis."""
    weight = np.exp(log_weight - log_weight.max(axis=-1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def log_likelihood(counts: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike], log_odds: ArrayLike) -> Array:
    """Log likelihood of the log odds ratio given both margins (noncentral hypergeometric).

    Args:
        counts: events1, n1, events0, n0; any shapes that broadcast.
        log_odds: log odds ratios, finite; (grid,).

    Returns:
        Log likelihoods, (..., grid).

    >>> float(np.exp(log_likelihood((3, 4, 1, 4), [0.0]))[0] * 70)  # 16 of 70 tables
    16.0...

    """
    x, log_weight, _ = _tables("log_likelihood", *counts)
    slope = np.asarray(log_odds, dtype=np.float64)
    k = np.arange(log_weight.shape[-1], dtype=np.float64)
    own = np.take_along_axis(log_weight, x.astype(np.intp)[..., None], axis=-1) + slope * x[..., None]
    rows = max(PIECE // max(log_weight.size, 1), 1)
    for start in range(0, len(slope), rows):
        piece = slice(start, start + rows)
        terms = log_weight[..., None, :] + slope[piece, None] * k
        own[..., piece] -= special.logsumexp(terms, axis=-1)
    return np.asarray(own)


def odds_ratio(
    events1: ArrayLike, n1: ArrayLike, events0: ArrayLike, n0: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Odds ratio of two groups: conditional maximum likelihood estimate with exact limits (as R's fisher.test).

    The limits are the odds ratios that neither one-sided exact test rejects at half the error level. The estimate is
    0 or infinite where a table is as extreme as its margins allow, and nan where they allow no other table. R stops its
    search for a limit early: it prints 621.9 where the exact upper limit below is 626.2.

    Args:
        events1: events in group 1, 0 to n1; any shape.
        n1: subjects in group 1, at least 1; broadcast with the others.
        events0: events in group 0, 0 to n0.
        n0: subjects in group 0, at least 1.
        confidence: two-sided level, in (0, 1).

    Returns:
        Interval of the broadcast shape, each value in [0, inf].

    Raises:
        ValueError: impossible counts or level.

    >>> found = odds_ratio(3, 4, 1, 4)
    >>> [round(float(value), 4) for value in (found.estimate, found.lower, found.upper)]
    [6.4083, 0.2117, 626.2435]

    Source: Cornfield 1956, Proc 3rd Berkeley Symp 4:135-148; Fisher 1935, doi:10.2307/2342435.
    Golden: golden/biomarker.toml.

    """
    tail = (1.0 - check_confidence("odds_ratio", confidence)) / 2.0
    x, log_weight, support = _tables("odds_ratio", events1, n1, events0, n0)
    k = np.arange(log_weight.shape[-1], dtype=np.float64)
    least = np.where(support, k, np.inf).min(axis=-1)
    most = np.where(support, k, -np.inf).max(axis=-1)
    mean = _log_odds_at(log_weight, lambda p: (p * k).sum(axis=-1), x)
    lower = _log_odds_at(log_weight, lambda p: (p * (k >= x[..., None])).sum(axis=-1), np.full_like(x, tail))
    upper = _log_odds_at(log_weight, lambda p: -(p * (k <= x[..., None])).sum(axis=-1), np.full_like(x, -tail))
    none = least == most
    estimate = np.where(x == least, 0.0, np.where(x == most, np.inf, np.exp(mean)))
    return Interval(
        np.where(none, np.nan, estimate),
        np.where(x == least, 0.0, np.exp(lower)),
        np.where(x == most, np.inf, np.exp(upper)),
        confidence,
        "conditional exact",
    )


def _log_odds_at(log_weight: Array, rising: Callable[[Array], Array], target: Array) -> Array:
    """Return the log odds ratio at which a function of the table's distribution reaches the target, by bisection."""
    k = np.arange(log_weight.shape[-1], dtype=np.float64)
    low, high = np.full_like(target, -LOG_ODDS_BOUND), np.full_like(target, LOG_ODDS_BOUND)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        below = rising(_normalised(log_weight + middle[..., None] * k)) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2.0)


def fisher_power(rate1: ArrayLike, rate0: ArrayLike, n1: int, n0: int, alpha: float = 0.05) -> Array:
    """Chance that Fisher's two-sided test has a p-value of at most alpha, by enumeration of all tables.

    Args:
        rate1: true rates of group 1, in [0, 1]; any shape.
        rate0: true rates of group 0; broadcast with `rate1`.
        n1: subjects in group 1, at least 1.
        n0: subjects in group 0, at least 1.
        alpha: two-sided level, in (0, 1).

    Returns:
        Power of the broadcast shape, in [0, 1].

    Raises:
        ValueError: a rate outside [0, 1], impossible sizes or level.

    >>> round(float(fisher_power(0.8, 0.5, 21, 22)), 3)  # a marker that halves 43 patients
    0.462

    Source: enumeration of the two binomial distributions. Golden: golden/biomarker.toml.

    """
    first, second = np.broadcast_arrays(np.asarray(rate1, dtype=np.float64), np.asarray(rate0, dtype=np.float64))
    for name, rate in (("rate1", first), ("rate0", second)):
        if not ((rate >= 0) & (rate <= 1)).all():
            raise ValueError(f"fisher_power: {name} is {rate!r}; a rate lies in [0, 1]; write 80% as 0.8")
    check_confidence("fisher_power", 1.0 - alpha)
    x1, x0 = np.arange(n1 + 1.0), np.arange(n0 + 1.0)
    chance1 = mass(x1, n1, first[..., None])
    chance0 = mass(x0, n0, second[..., None])
    return np.asarray(np.einsum("...i,ij,...j->...", chance1, _rejected(n1, n0, alpha), chance0))


@cache
def _rejected(n1: int, n0: int, alpha: float) -> Array:
    """Return 1 for the tables with a p-value of at most `alpha`, else 0; (events1, events0).

    The tables with the same total are all those that the test compares, so that each total is tested at once.
    """
    rejected = np.zeros((n1 + 1, n0 + 1))
    one, two = log_ways(np.array(n1), np.arange(n1 + 1.0)), log_ways(np.array(n0), np.arange(n0 + 1.0))
    for total in range(n1 + n0 + 1):
        k = np.arange(max(total - n0, 0), min(total, n1) + 1)
        chance = _normalised(one[k] + two[total - k])
        order = np.sort(chance)
        upto = np.searchsorted(order, chance * RELATIVE_TIE, side="right")
        rejected[k, total - k] = np.cumsum(order)[upto - 1] <= alpha * RELATIVE_TIE
    return rejected


def detectable_rate(rate0: float, n1: int, n0: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the smallest rate of group 1 above `rate0` that Fisher's test finds with at least this power.

    nan where even a rate of 100% is not found that often.

    >>> round(detectable_rate(0.5, 21, 22), 3)
    0.9

    """
    if float(fisher_power(1.0, rate0, n1, n0, alpha)) < power:
        return float("nan")
    low, high = rate0, 1.0
    for _ in range(40):
        middle = (low + high) / 2.0
        enough = float(fisher_power(middle, rate0, n1, n0, alpha)) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high
