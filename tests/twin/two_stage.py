"""Inference after two stages with a stop for futility, by listing every pair of responses in stage 1 and stage 2."""

from collections.abc import Iterator
from math import comb

Design = tuple[int, int, int, int]
"""Patients of stage 1, most responses that stop there, patients of both stages, most responses without success."""


def outcomes(design: Design) -> Iterator[tuple[int, int, int, int]]:
    """Yield (stage, total, responses of stage 1, number of ways) of every course of the trial."""
    n1, r1, n, _ = design
    for first in range(n1 + 1):
        ways = comb(n1, first)
        if first <= r1:
            yield 1, first, first, ways
        else:
            for second in range(n - n1 + 1):
                yield 2, first + second, first, ways * comb(n - n1, second)


def size(design: Design, stage: int) -> int:
    return design[0] if stage == 1 else design[2]


def stage_of(design: Design, responses: int) -> int:
    return 1 if responses <= design[1] else 2


def p_value(design: Design, responses: int, p: float) -> float:
    """Add the probabilities of the outcomes that rank at or above the observed one."""
    rank = (stage_of(design, responses), responses)
    courses = [(s, k, ways) for s, k, _, ways in outcomes(design) if (s, k) >= rank]
    return sum(ways * p**k * (1.0 - p) ** (size(design, s) - k) for s, k, ways in courses)


def unbiased(design: Design, responses: int) -> float:
    """Average the rate of stage 1 over the courses that end in the observed outcome, all equally likely."""
    mine = [(first, ways) for _, k, first, ways in outcomes(design) if k == responses]
    return sum(first * ways for first, ways in mine) / sum(ways for _, ways in mine) / design[0]


def expectation(design: Design, estimates: list[float], p: float) -> float:
    """Return the mean of an estimate, given per total number of responses, at response rate p."""
    return sum(
        estimates[k] * ways * p**k * (1.0 - p) ** (size(design, stage) - k) for stage, k, _, ways in outcomes(design)
    )
