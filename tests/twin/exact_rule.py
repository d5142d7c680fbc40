"""What a stopping rule does, in fractions: no rounding at all, the rates as they are written in decimals."""

from fractions import Fraction
from math import comb

from topline.protocol.rule.boundary import Boundary


def written(value: float) -> Fraction:
    """Return the decimal number that a person wrote."""
    return Fraction(repr(value))


def success(rule: Boundary, rate: float) -> Fraction:
    """Return the probability of success, look by look."""
    p = written(rate)
    going, before, found = {0: Fraction(1)}, 0, Fraction(0)
    for look, futile, high in zip(rule.looks, rule.futility, rule.efficacy, strict=True):
        more = look - before
        arrived: dict[int, Fraction] = {}
        for x, weight in going.items():
            for k in range(more + 1):
                chance = weight * comb(more, k) * p**k * (1 - p) ** (more - k)
                arrived[x + k] = arrived.get(x + k, Fraction(0)) + chance
        found += sum((weight for x, weight in arrived.items() if x >= high), Fraction(0))
        going = {x: weight for x, weight in arrived.items() if futile < x < high}
        before = look
    return found
