"""Level and power by rational arithmetic, for the ties in which rounding would decide.

Two responses of two at a rate of 0.1 have a chance of exactly 0.01; in floating point it is a little more, and a level
of 0.01 would seem exceeded. A rate or a level is here the number as it is written: 0.1 is one tenth. Searches let every
rule pass whose level and power are within rounding of the request, and what they find is then decided exactly.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

TIE = 1e-11
"""Small probabilities that differ by less, relatively, are compared exactly; computed ones err by far less."""
ROUNDED = 1e-14
"""What rounding may do to a probability near one."""

Found = TypeVar("Found")


def as_written(value: float) -> Fraction:
    """Return a number as the fraction that its shortest decimal form denotes.

    >>> as_written(0.1)
    Fraction(1, 10)

    """
    return Fraction(repr(float(value)))


def success(boundary: Boundary, rate: float) -> Fraction:
    """Return the probability of success at a true response rate, without rounding.

    >>> success(Boundary(looks=(2,), futility=(1,), efficacy=(2,)), 0.1)
    Fraction(1, 100)

    """
    p = as_written(rate)
    responds, fails = p.numerator, p.denominator - p.numerator
    going, before, total = [1], 0, Fraction(0)  # numerators over the denominator to the power of the patients
    for look, low, high in zip(boundary.looks, boundary.futility, boundary.efficacy, strict=True):
        for _ in range(before, look):
            going = [fails * same + responds * fewer for same, fewer in zip([*going, 0], [0, *going], strict=True)]
        total += Fraction(sum(going[high:]), p.denominator**look)
        going = [ways if low < count < high else 0 for count, ways in enumerate(going)]
        before = look
    return total


def at_most(chance: float, bound: float, exactly: Callable[[], Fraction]) -> bool:
    """Return whether a computed probability is at most a bound; `exactly` is asked in a tie alone.

    >>> at_most(0.1 * 0.1, 0.01, lambda: Fraction(1, 100))
    True

    """
    if abs(chance - bound) > TIE * bound:
        return chance < bound
    return exactly() <= as_written(bound)


def at_least(chance: float, bound: float, exactly: Callable[[], Fraction]) -> bool:
    """Return whether a computed probability is at least a bound; `exactly` is asked in a tie alone."""
    if abs(chance - bound) > power_tie(bound):
        return chance > bound
    return exactly() >= as_written(bound)


def power_tie(bound: float) -> float:
    """Return how near to a power is within rounding of it."""
    return TIE * min(bound, 1.0 - bound) + ROUNDED


def keeps_level(boundary: Boundary, asked: Hypotheses, level: float) -> bool:
    """Return whether a rule, whose computed level is given, keeps the level asked for."""
    return at_most(level, asked.alpha, lambda: success(boundary, asked.null))


def keeps_power(boundary: Boundary, asked: Hypotheses, power: float) -> bool:
    """Return whether a rule, whose computed power is given, has the power asked for."""
    return at_least(power, asked.power, lambda: success(boundary, asked.target))


def keeps(boundary: Boundary, asked: Hypotheses) -> bool:
    """Return whether a rule has the level and the power asked for, without slack and without rounding.

    >>> keeps(Boundary(looks=(2,), futility=(1,), efficacy=(2,)), Hypotheses(0.1, 0.9, alpha=0.01, power=0.81))
    True

    """
    level, power = operating_characteristics(boundary, (asked.null, asked.target)).success.tolist()
    return keeps_level(boundary, asked, level) and keeps_power(boundary, asked, power)


def eased(asked: Hypotheses) -> Hypotheses:
    """Return the request that every rule meets which is within rounding of the one asked for."""
    alpha, power = min(asked.alpha * (1.0 + TIE), 0.5), asked.power - power_tie(asked.power)
    return replace(asked, alpha=alpha, power=power) if alpha < power else asked


def tightened(asked: Hypotheses) -> Hypotheses:
    """Return the request that no rule meets which is within rounding of the one asked for."""
    power = min(asked.power + power_tie(asked.power), 1.0 - ROUNDED)
    return replace(asked, alpha=asked.alpha * (1.0 - TIE), power=max(power, asked.power))


def strictly(
    asked: Hypotheses, search: Callable[[Hypotheses], list[Found]], rule: Callable[[Found], Boundary]
) -> list[Found]:
    """Return what a search finds, ties decided exactly.

    Where the exact level or power of something found is on the wrong side, nothing within rounding of the request is
    taken.

    Args:
        asked: the hypotheses.
        search: gives designs for a request.
        rule: the rule of such a design.

    """
    found = search(eased(asked))
    return found if all(keeps(rule(one), asked) for one in found) else search(tightened(asked))
