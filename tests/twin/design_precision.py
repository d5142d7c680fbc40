"""Widths of intervals from the tests that they invert: by bisection on binomial sums, number by number."""

from math import comb, sqrt
from statistics import NormalDist


def tail(k: int, n: int, p: float) -> float:
    return sum(comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(k, n + 1))


def exact_limits(x: int, n: int, confidence: float) -> tuple[float, float]:
    """Return the rates at which x or more, and x or fewer, have half of what the confidence leaves."""
    half = (1 - confidence) / 2
    lower = 0.0 if x == 0 else crossing(lambda p: tail(x, n, p), half)
    upper = 1.0 if x == n else crossing(lambda p: tail(x + 1, n, p), 1 - half)
    return lower, upper


def crossing(function, value: float) -> float:  # type: ignore[no-untyped-def]
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < value else (low, middle)
    return (low + high) / 2


def score_limits(x: int, n: int, confidence: float) -> tuple[float, float]:
    """Return the rates at which the score test is just not rejected."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)

    def distance(p: float) -> float:
        return (x / n - p) / sqrt(p * (1 - p) / n)

    lower = 0.0 if x == 0 else crossing(lambda p: -distance(p), -z)
    upper = 1.0 if x == n else crossing(lambda p: -distance(p), z)
    return lower, upper


def width(method: str, criterion: tuple[str, float], rate: float, n: int) -> float:
    """Return the 95% width of n patients: at the rate, expected, or kept with an assurance."""
    limits = exact_limits if method == "Clopper-Pearson" else score_limits
    widths = [upper - lower for lower, upper in (limits(x, n, 0.95) for x in range(n + 1))]
    chance = [comb(n, x) * rate**x * (1 - rate) ** (n - x) for x in range(n + 1)]
    if criterion[0] == "at rate":
        return max(widths[x] for x in range(n + 1) if abs(x - n * rate) < 1 - 1e-9)
    if criterion[0] == "expected":
        return sum(w * p for w, p in zip(widths, chance, strict=True))
    kept = sorted(zip(widths, chance, strict=True))
    return next(w for place, (w, _) in enumerate(kept) if sum(p for _, p in kept[: place + 1]) >= criterion[1] - 1e-9)
