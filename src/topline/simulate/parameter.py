"""How a parameter of the truth is declared: meaning, unit, source, interval; and the papers of several parameters.

How far the value of a parameter may be off is stated beside it, as its 95% interval: between value / size and value *
size (`times`), with odds between odds / size and odds * size (`odds`), or between value - size and value + size
(`plus`). An interval moves with its value, so that a truth with another value keeps it.
"""

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Scale = Literal["factor", "odds", "difference", "fixed"]

MOTESANIB = "Claret 2014, CPT 95:446, Table S1 (NSCLC)"
PAZOPANIB = "Ouerdani 2015, CPT PSP 4:660, Table 1 (RCC)"
ESO = "ESO-Shanghai 11, PMC8176978 (n=40)"
CAP02 = "accrual of CAP 02 and ESO-Shanghai 11: 3.1 to 3.7 a month"

LIMIT = 1.959963984540054
"""The normal quantile of a 95% interval."""


@dataclass(frozen=True, slots=True)
class Width:
    """How uncertain a parameter is: the scale and size of its 95% interval, and where that comes from.

    Of a parameter that is a list, `on` says which of its numbers move together: `tilt` multiplies the k-th weight by
    factor^k, `first` the first weight, names of attributes those of each entry. Its value is then the factor, 1.
    `range` holds the least and the greatest value that the parameter can have.

    >>> times(1.5).limits(0.004)
    (0.0026666666666666666, 0.006)
    """

    scale: Scale
    size: float
    source: str
    on: tuple[str, ...] = ()
    range: tuple[float, float] = (-math.inf, math.inf)

    def within(self, least: float, greatest: float = math.inf) -> "Width":
        """Return the width of a parameter that has no value outside of these."""
        return replace(self, range=(least, greatest))

    def moved(self, value: float, z: float) -> float:
        """Return the value that lies `z` standard deviations from this one, the limits of the interval at 1.96."""
        if self.scale == "fixed":
            return value
        if self.scale == "difference":
            return value + z * self.size / LIMIT
        factor = math.exp(z * math.log(self.size) / LIMIT)
        return value * factor if self.scale == "factor" else times_odds(value, factor)

    def limits(self, value: float) -> tuple[float, float]:
        """Return the 95% interval of this value."""
        if self.scale == "fixed":
            return value, value
        if self.scale == "difference":
            return value - self.size, value + self.size
        if self.scale == "factor":
            return value / self.size, value * self.size
        return times_odds(value, 1 / self.size), times_odds(value, self.size)

    def distance(self, value: float, other: float) -> float:
        """Return how many standard deviations another value lies from this one; 0 where neither can move."""
        if self.scale == "fixed" or value == other:
            return 0.0
        if self.scale == "difference":
            return (other - value) / self.size * LIMIT
        one, two = (each / (1 - each) if self.scale == "odds" else each for each in (value, other))
        return math.log(two / one) / math.log(self.size) * LIMIT


def times_odds(value: float, factor: float) -> float:
    """Return the probability whose odds are `factor` times those of `value`.

    >>> times_odds(0.5, 3)
    0.75
    """
    return value * factor / (1 - value + value * factor)


def times(size: float, source: str = "assumed", on: tuple[str, ...] = ()) -> Width:
    """Return an interval from value / size to value * size."""
    return Width("factor", size, source, on, (0.0, math.inf))


def odds(size: float, source: str = "assumed", on: tuple[str, ...] = ()) -> Width:
    """Return an interval of a probability: its odds / size to its odds * size."""
    return Width("odds", size, source, on, (0.0, 1.0))


def plus(size: float, source: str = "assumed") -> Width:
    """Return an interval from value - size to value + size."""
    return Width("difference", size, source)


def counted(rate: float, n: int, source: str, on: tuple[str, ...] = ()) -> Width:
    """Return the interval of a probability that was `rate` among `n` patients (normal on the logit scale).

    >>> [round(limit, 3) for limit in counted(0.475, 40, "19 of 40").limits(0.475)]
    [0.327, 0.627]
    """
    return odds(round(math.exp(LIMIT / math.sqrt(n * rate * (1 - rate))), 3), source, on)


def fixed(reason: str) -> Width:
    """Return no uncertainty: a choice of who runs the trial, or the structure of the model."""
    return Width("fixed", 1.0, reason)


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a parameter besides its value."""

    meaning: str
    unit: str
    source: str
    width: Width

    @property
    def least(self) -> float:
        """The least value that the parameter can have."""
        return self.width.range[0]

    @property
    def greatest(self) -> float:
        """The greatest value that the parameter can have."""
        return self.width.range[1]


def parameter(default: T, meaning: str, unit: str, source: str, width: Width) -> T:
    """Return a dataclass field that knows its meaning, unit and source, its interval and its range."""
    made: Any = field(default=default, metadata={"about": About(meaning, unit, source, width)})
    found: T = made
    return found
