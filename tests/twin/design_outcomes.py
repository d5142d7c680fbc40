"""Every course of a trial under a stopping rule, counted: how it ends, and how many courses begin with a response."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from topline.protocol.rule.boundary import Boundary

End = tuple[int, int]


def ends(rule: Boundary) -> dict[End, tuple[int, int]]:
    """Return for each end (look, responses) the number of courses, and of those whose first patient responds."""
    found: dict[End, set[tuple[int, ...]]] = {}
    for course in product((0, 1), repeat=rule.patients):
        end = ended(rule, course)
        found.setdefault(end, set()).add(course[: rule.looks[end[0] - 1]])
    return {end: (len(courses), sum(course[0] for course in courses)) for end, courses in found.items()}


def ended(rule: Boundary, course: tuple[int, ...]) -> End:
    """Return where one course of responses ends."""
    for place, look in enumerate(rule.looks):
        count = sum(course[:look])
        if count <= rule.futility[place] or count >= rule.efficacy[place]:
            return place + 1, count
    raise AssertionError("the last look decides")


def rank(rule: Boundary, end: End) -> tuple[int, int, int]:
    """Return what sorts ends from the least to the most convincing."""
    look, count = end
    if look == len(rule.looks):
        return 1, 0, count
    return (0, look, count) if count <= rule.futility[look - 1] else (2, -look, count)


def probability(rule: Boundary, end: End, rate: Fraction) -> Fraction:
    look, count = end
    courses = ends(rule)[end][0]
    return courses * rate**count * (1 - rate) ** (rule.looks[look - 1] - count)


def at_least(rule: Boundary, end: End, rate: Fraction) -> Fraction:
    """Return the probability of this or a more convincing end."""
    higher = [other for other in ends(rule) if rank(rule, other) >= rank(rule, end)]
    return sum((probability(rule, other, rate) for other in higher), Fraction(0))


def success_from(rule: Boundary, responders: int, patients: int, prior: tuple[Fraction, Fraction]) -> Fraction:
    """Return the probability of success from here, adding all courses of the remaining patients; a look now is held."""
    total = Fraction(0)
    for rest in product((0, 1), repeat=rule.patients - patients):
        chance, count = Fraction(1), responders
        for known, response in enumerate(rest, patients):
            mean = (prior[0] + count) / (prior[0] + prior[1] + known)
            chance *= mean if response else 1 - mean
            count += response
        total += chance * succeeds(rule, responders, patients, rest)
    return total


def succeeds(rule: Boundary, responders: int, patients: int, rest: tuple[int, ...]) -> bool:
    for look, low, high in zip(rule.looks, rule.futility, rule.efficacy, strict=True):
        count = responders + sum(rest[: look - patients]) if look >= patients else None
        if count is not None and not low < count < high:
            return count >= high
    raise AssertionError("the last look decides")


def rules() -> Iterator[Boundary]:
    """Yield rules of every kind that are small enough to list their courses."""
    yield Boundary((6,), (2,), (3,))
    yield Boundary((4, 9), (0, 3), (5, 4))
    yield Boundary((4, 9), (-1, 3), (3, 4))
    yield Boundary((3, 6, 10), (0, 1, 3), (3, 4, 4))
    yield Boundary((2, 4, 6, 8), (-1, 0, 1, 3), (3, 4, 5, 4))
    yield Boundary((1, 2, 3, 4, 5, 6, 7), (-1, -1, 0, 0, 1, 1, 2), (2, 3, 3, 3, 3, 3, 3))
    yield Boundary((5, 6), (1, 2), (3, 3))
