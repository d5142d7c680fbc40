"""Bounds of a grade as they stand in the tables: `< LLN`, `>= 1.5 BASE`, `> ULN + 20`, `< LLN and <= 0.75 BASE`."""

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOLERANCE = 1e-9
"""Values nearer than this share of their size are equal: 3 x 0.7 is 2.1, whatever binary fractions make of it."""

OPERATORS = (">", ">=", "<", "<=")
REFERENCES = ("LLN", "ULN", "BASE")
BOUND = re.compile(r"(>=|<=|>|<) *(\d+(?:\.\d+)?)? *(LLN|ULN|BASE)?(?: *\+ *(\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Values:
    """What is graded: value, limits of normal, baseline (nan: missing), baseline status (-1 low, 0 other, 1 high)."""

    value: Numbers
    lower: Numbers
    upper: Numbers
    baseline: Numbers
    status: NDArray[np.int8]

    def rows(self, places: NDArray[np.uint32]) -> "Values":
        """Return the values of some rows."""
        limits = (self.lower[places], self.upper[places])
        return Values(self.value[places], *limits, self.baseline[places], self.status[places])

    def reference(self, name: str) -> Numbers:
        """Return the column that a bound refers to."""
        return {"LLN": self.lower, "ULN": self.upper, "BASE": self.baseline}[name]


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound compares a value with `factor` times a reference plus `offset` [unit of the value].

    Without reference the bound is absolute: `offset` alone.
    """

    operator: str
    factor: float
    reference: str
    offset: float

    def met(self, values: Values) -> tuple[Mask, Mask]:
        """Return where the bound is met, and where it is unknown because its reference is missing."""
        if not self.reference:
            return self._compare(values.value, self.offset), np.zeros(values.value.shape, dtype=np.bool_)
        reference = values.reference(self.reference)
        limit = reference if self.factor == 1 else self.factor * reference
        return self._compare(values.value, limit + self.offset if self.offset else limit), np.isnan(reference)

    def _compare(self, value: Numbers, limit: Numbers | float) -> Mask:
        """Compare with equality widened by the tolerance; limits are positive, a missing one is not met."""
        match self.operator:
            case ">":
                return value > limit * (1 + TOLERANCE)
            case ">=":
                return value >= limit * (1 - TOLERANCE)
            case "<":
                return value < limit * (1 - TOLERANCE)
            case _:
                return value <= limit * (1 + TOLERANCE)

    def scaled(self, factor: float) -> "Bound":
        """Return the bound for values of which one unit is `factor` units of the bound."""
        return replace(self, offset=self.offset / factor) if self.offset else self

    def __str__(self) -> str:
        amount = "" if not self.reference or self.factor == 1 else f"{self.factor:g} "
        offset = f"{self.offset:g}" if self.offset else ""
        parts = [part for part in (f"{amount}{self.reference}" if self.reference else "", offset) if part]
        return f"{self.operator} {' + '.join(parts) or '0'}"


def parse_bounds(text: str) -> tuple[Bound, ...]:
    """Return the bounds that must all be met; raise ValueError where the text is none.

    >>> [str(bound) for bound in parse_bounds("< LLN and <= 0.75 BASE")]
    ['< LLN', '<= 0.75 BASE']
    >>> parse_bounds("> ULN + 20")[0].offset, parse_bounds("< 7.3")[0].offset
    (20.0, 7.3)
    """
    return tuple(_bound(part.strip()) for part in text.split(" and "))


def _bound(text: str) -> Bound:
    found = BOUND.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        raise ValueError(f"'{text}' is not a bound")
    operator, number, reference, offset = found.groups()
    if reference is None:
        return Bound(operator, 0.0, "", float(number))
    return Bound(operator, float(number or 1), reference, float(offset or 0))
