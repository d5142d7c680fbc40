"""Values for tests of the grading kernel: lists with None for missing, turned into its arrays."""

from collections.abc import Sequence

import numpy as np

from topline.adam.ctcae.bounds import Values
from topline.adam.ctcae.grading import grade
from topline.adam.ctcae.tables import Ladder, Symptoms, criteria
from topline.adam.units import Substance

Number = float | None


def ladders(version: str, term: str, unit: str = "", symptoms: Symptoms = "worst case") -> tuple[Ladder, ...]:
    found = criteria(version).rules[term].in_unit(unit or "1", Substance(), symptoms)
    assert found is not None, f"{term} is not graded in {unit}"
    return found


def numbers(values: Number | Sequence[Number], count: int) -> np.ndarray:
    listed = [values] * count if values is None or isinstance(values, int | float) else list(values)
    return np.array([np.nan if value is None else value for value in listed], dtype=np.float64)


def values(
    value: Sequence[Number],
    lower: Number | Sequence[Number] = None,
    upper: Number | Sequence[Number] = None,
    baseline: Number | Sequence[Number] = None,
    *,
    status: int | Sequence[int] = 0,
) -> Values:
    count = len(value)
    low, high, base = (numbers(each, count) for each in (lower, upper, baseline))
    states = np.broadcast_to(np.array(status, dtype=np.int8), count).copy()
    return Values(numbers(value, count), low, high, base, states)


def grades(rules: tuple[Ladder, ...], given: Values) -> list[int | None]:
    return [None if each < 0 else each for each in grade(rules, given).tolist()]
