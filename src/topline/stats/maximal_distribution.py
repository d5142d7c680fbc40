"""How large the best of many cuts of one marker is by chance: formulas and exact sums beside the permutations.

`sizes` are the numbers of subjects in one of the groups at the cuts that were tried, rising; `n` is the number of all.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy import special

from topline.stats.fisher import log_ways
from topline.stats.interval import Array

NODES = 48
"""Quadrature nodes where neighbouring cuts are weakly correlated; more are used where they are not."""


def lausen_schumacher(maximum: float, low: float = 0.1, high: float = 0.9) -> float:
    """P-value of a maximally selected statistic by its limiting distribution, the maximum of a Brownian bridge.

    Cuts may be anywhere between two shares of many subjects, so in a small trial it is conservative.

    Args:
        maximum: largest absolute standardised statistic; the formula holds for values above 1.
        low: least share below a cut, in (0, 1).
        high: greatest share below a cut, in (low, 1).

    Returns:
        P-value, at most 1; 1 where the maximum is at most 1.

    >>> round(lausen_schumacher(3.171), 4)  # mean gene expression in 40 patients with lymphoma
    0.0361

    Source: Miller and Siegmund 1982, Biometrics 38:1011-1016; Lausen and Schumacher 1992, doi:10.2307/2532740.
    Golden: golden/biomarker.toml.

    """
    if maximum <= 1.0:
        return 1.0
    density = float(np.exp(-(maximum**2) / 2.0) / np.sqrt(2.0 * np.pi))
    odds = float(np.log(high * (1.0 - low) / ((1.0 - high) * low)))
    return min(4.0 * density / maximum + density * (maximum - 1.0 / maximum) * odds, 1.0)


def lausen_sauerbrei(maximum: float, sizes: Sequence[float], n: int) -> float:
    """P-value of a maximally selected statistic by the improved Bonferroni inequality for the cuts that were tried.

    Args:
        maximum: largest absolute standardised statistic, at least 0.
        sizes: subjects in one group at each cut, rising, between 0 and n.
        n: subjects.

    Returns:
        Upper bound of the p-value, at most 1.

    >>> round(lausen_sauerbrei(3.171, range(4, 37), 40), 5)
    0.02435

    Source: Worsley 1982, doi:10.1093/biomet/69.2.297; Lausen, Sauerbrei and Schumacher 1994, in Dirschedl and Ostermann
    (eds), Computational Statistics, 483-496. Golden: golden/biomarker.toml.

    """
    m = np.asarray(sizes, dtype=np.float64)
    t = np.sqrt(np.maximum(1.0 - neighbour_correlation(m, n) ** 2, 0.0))
    steps = np.exp(-(maximum**2) / 2.0) / np.pi * (t - (maximum**2 / 4.0 - 1.0) * t**3 / 6.0)
    return float(np.clip(2.0 * special.ndtr(-maximum) + steps.sum(), 0.0, 1.0)) if m.size else 1.0


def neighbour_correlation(sizes: Array, n: int) -> Array:
    """Return the correlation of the statistics at neighbouring cuts; (cut - 1,).

    >>> neighbour_correlation(np.array([10.0, 20.0]), 30).tolist()
    [0.5]

    """
    low, high = sizes[:-1], sizes[1:]
    return np.asarray(np.sqrt(low * (n - high) / (high * (n - low))))


def gaussian_maximum(maximum: float, sizes: Sequence[float], n: int) -> float:
    """P-value of a maximally selected statistic if the statistics at all cuts were exactly normal.

    From one cut to the next they form a Markov chain, so the chance that none reaches the maximum is a chain of
    one-dimensional integrals (Gauss-Legendre), exact to about ten digits.

    Args:
        maximum: largest absolute standardised statistic, at least 0.
        sizes: subjects in one group at each cut, rising, between 0 and n.
        n: subjects.

    Returns:
        P-value, in [0, 1].

    >>> round(gaussian_maximum(3.171, range(4, 37), 40), 4)
    0.0189

    Source: Hothorn and Lausen 2003, doi:10.1016/S0167-9473(02)00225-6. Golden: golden/biomarker.toml.

    """
    m = np.asarray(sizes, dtype=np.float64)
    if m.size == 0 or maximum <= 0:
        return 1.0
    correlation = neighbour_correlation(m, n)
    step = np.sqrt(np.maximum(1.0 - correlation**2, 0.0))
    count = NODES + int(np.ceil(12.0 * maximum / max(float(step.min(initial=1.0)), 1e-3)))
    nodes, weights = _legendre(count)
    z, w = nodes * maximum, weights * maximum
    density = np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi)
    for r, s in zip(correlation, step, strict=True):
        kernel = np.exp(-(((z[:, None] - r * z) / s) ** 2) / 2.0) / (s * np.sqrt(2.0 * np.pi))
        density = kernel @ (density * w)
    return float(np.clip(1.0 - (density * w).sum(), 0.0, 1.0))


@cache
def _legendre(count: int) -> tuple[Array, Array]:
    """Return the nodes and weights of Gauss-Legendre quadrature on -1 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


def exact_maximum(maximum: float, sizes: Sequence[int], n: int, events: int) -> float:
    """Exact p-value of a maximally selected 2 x 2 statistic, by counting the paths that stay below it.

    Given the number of events, every order of them along the marker is equally likely; the number of events among the
    first m subjects is then a Markov chain, and the chance that no cut reaches the maximum a sum over its states.

    Args:
        maximum: largest absolute standardised statistic, at least 0 (permutation variance).
        sizes: subjects in one group at each cut, rising, between 0 and n.
        n: subjects.
        events: subjects with the event, 0 to n.

    Returns:
        P-value, in [0, 1].

    >>> exact_maximum(1.7, [2], 4, 2)  # both events on one side: 2 of 6 orders
    0.333...

    Source: Koziol 1991, Biometrics 47:1557-1561. Golden: golden/biomarker.toml.

    """
    k = np.arange(events + 1.0)
    alive = np.where(k == 0, 1.0, 0.0)
    before = 0
    for m in sizes:
        alive = alive @ _drawn(k, (before, int(m)), n)
        variance = m * (n - m) / (n * max(n - 1.0, 1.0)) * events * (1.0 - events / n)
        alive = np.where(np.abs(k - m * events / n) >= (maximum - 1e-9) * np.sqrt(variance), 0.0, alive)
        before = int(m)
    return float(np.clip(1.0 - alive.sum(), 0.0, 1.0))


def _drawn(k: Array, step: tuple[int, int], n: int) -> Array:
    """Return the chance of j events among the first `step[1]` subjects given i among the first `step[0]`; (i, j)."""
    before, after = step
    size, rest = float(after - before), float(n - before)
    new, left = k[None, :] - k[:, None], k[-1] - k[:, None]
    possible = (new >= 0) & (new <= left) & (new <= size) & (left <= rest) & (size - new <= rest - left)
    x, total = np.where(possible, new, 0.0), np.where(possible, left, 0.0)
    y = np.clip(size - x, 0.0, np.maximum(rest - total, 0.0))
    whole = log_ways(np.array(rest), np.array(size))
    chance = np.exp(log_ways(total, x) + log_ways(rest - total, y) - whole)
    return np.asarray(np.where(possible, chance, 0.0))
