"""The slow twin of Fisher's test and its power: every table, counted in whole numbers."""

from fractions import Fraction
from math import comb


def slow_fisher(x1: int, n1: int, x0: int, n0: int) -> Fraction:
    """Return the share of tables with these margins that are at most as likely as this one."""
    total = x1 + x0
    ways = [comb(n1, k) * comb(n0, total - k) if 0 <= total - k <= n0 else 0 for k in range(n1 + 1)]
    return Fraction(sum(way for way in ways if way <= ways[x1]), sum(ways))


def slow_power(rates: tuple[Fraction, Fraction], sizes: tuple[int, int], alpha: Fraction) -> Fraction:
    """Return the chance of a table that Fisher's test rejects, over both binomial distributions."""
    (p1, p0), (n1, n0) = rates, sizes
    power = Fraction(0)
    for x1 in range(n1 + 1):
        for x0 in range(n0 + 1):
            if slow_fisher(x1, n1, x0, n0) <= alpha:
                chance1 = comb(n1, x1) * p1**x1 * (1 - p1) ** (n1 - x1)
                power += chance1 * comb(n0, x0) * p0**x0 * (1 - p0) ** (n0 - x0)
    return power
