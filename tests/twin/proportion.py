"""Binomial inference by adding up probabilities outcome by outcome."""

from collections.abc import Callable
from math import comb, sqrt


def probability(k: int, n: int, p: float) -> float:
    return comb(n, k) * p**k * (1.0 - p) ** (n - k) if 0 <= k <= n else 0.0


def at_least(k: int, n: int, p: float) -> float:
    return sum(probability(j, n, p) for j in range(max(k, 0), n + 1))


def at_most(k: int, n: int, p: float) -> float:
    return sum(probability(j, n, p) for j in range(min(k, n) + 1))


def mid_above(k: int, n: int, p: float) -> float:
    return at_least(k + 1, n, p) + probability(k, n, p) / 2.0


def mid_below(k: int, n: int, p: float) -> float:
    return at_most(k - 1, n, p) + probability(k, n, p) / 2.0


def score(k: int, n: int, p: float) -> float:
    """Return the score statistic of p, rising in p; what Wilson's limits set to plus and minus z."""
    return (p - k / n) / sqrt(p * (1.0 - p) / n)


def two_sided(k: int, n: int, p: float) -> float:
    """Add every outcome that is not likelier than the observed one."""
    limit = probability(k, n, p) * (1.0 + 1e-7)
    return min(sum(q for j in range(n + 1) if (q := probability(j, n, p)) <= limit), 1.0)


def bisect(rising: Callable[[float], float]) -> float:
    """Return where a rising function of p crosses 0 inside (0, 1)."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2.0
