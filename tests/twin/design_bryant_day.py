"""Bryant and Day's designs by trying every one: six bounds and two sizes, each probability a plain sum."""

from collections.abc import Iterator
from math import comb

from topline.design.bivariate.rule import BivariateHypotheses

Bounds = tuple[int, int]


def mass(k: int, n: int, p: float) -> float:
    return comb(n, k) * p**k * (1 - p) ** (n - k)


def passes(bounds: Bounds, sizes: Bounds, p: float) -> float:
    """Return the chance of more than the first bound of n1 and more than the second of n."""
    (first, last), (n1, n) = bounds, sizes
    return sum(
        mass(x, n1, p) * mass(y, n - n1, p) for x in range(first + 1, n1 + 1) for y in range(n - n1 + 1) if x + y > last
    )


def goes_on(first: int, n1: int, p: float) -> float:
    return sum(mass(x, n1, p) for x in range(first + 1, n1 + 1))


def factors(sizes: Bounds, bad: float, good: float) -> list[tuple[float, float, float, float]]:
    """Return for each pair of bounds the chances to pass and to go on, at the bad and at the good rate."""
    n1, n = sizes
    return [
        (
            passes((first, last), sizes, bad),
            passes((first, last), sizes, good),
            goes_on(first, n1, bad),
            goes_on(first, n1, good),
        )
        for first in range(-1, n1)
        for last in range(n)
    ]


def designs(asked: BivariateHypotheses, sizes: Bounds) -> Iterator[float]:
    """Yield the expected patients of each design of two sizes that holds both levels and the power."""
    n1, n = sizes
    response = factors(sizes, *asked.response)
    safety = factors(sizes, 1 - asked.toxicity[0], 1 - asked.toxicity[1])
    for r_bad, r_good, r_bad_on, r_good_on in response:
        for t_bad, t_good, t_bad_on, t_good_on in safety:
            levels = r_bad * t_good <= asked.alpha_response and r_good * t_bad <= asked.alpha_toxicity
            if levels and r_good * t_good >= asked.power:
                yield n1 + (n - n1) * max(r_bad_on * t_good_on, r_good_on * t_bad_on)


def fewest_expected(asked: BivariateHypotheses, patients: int) -> list[tuple[int, float]]:
    """Return, for each n at which it is below that of every smaller n, the least expected number of patients."""
    found: list[tuple[int, float]] = []
    for n in range(2, patients + 1):
        best = min((value for n1 in range(1, n) for value in designs(asked, (n1, n))), default=float("inf"))
        if best < min((value for _, value in found), default=float("inf")) * (1 - 1e-12):
            found.append((n, best))
    return found
