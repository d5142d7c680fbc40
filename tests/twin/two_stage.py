"""Inference after two stages by listing every pair of responses in stage 1 and stage 2."""

from collections.abc import Iterator
from math import comb

from topline.stats.two_stage import TwoStageDesign


def outcomes(design: TwoStageDesign) -> Iterator[tuple[int, int, int, int]]:
    """Yield (stage, total, responses of stage 1, number of ways) of every course of the trial."""
    for first in range(design.n1 + 1):
        ways = comb(design.n1, first)
        if first <= design.r1:
            yield 1, first, first, ways
        else:
            for second in range(design.n2 + 1):
                yield 2, first + second, first, ways * comb(design.n2, second)


def size(design: TwoStageDesign, stage: int) -> int:
    return design.n1 if stage == 1 else design.n


def p_value(design: TwoStageDesign, responses: int, p: float) -> float:
    """Add the probabilities of the outcomes that rank at or above the observed one."""
    rank = (1 if responses <= design.r1 else 2, responses)
    courses = [(s, k, ways) for s, k, _, ways in outcomes(design) if (s, k) >= rank]
    return sum(ways * p**k * (1.0 - p) ** (size(design, s) - k) for s, k, ways in courses)


def unbiased(design: TwoStageDesign, responses: int) -> float:
    """Average the rate of stage 1 over the courses that end in the observed outcome, all equally likely."""
    mine = [(first, ways) for _, k, first, ways in outcomes(design) if k == responses]
    return sum(first * ways for first, ways in mine) / sum(ways for _, ways in mine) / design.n1


def expectation(design: TwoStageDesign, estimates: list[float], p: float) -> float:
    """Return the mean of an estimate, given per total number of responses, at response rate p."""
    return sum(
        estimates[k] * ways * p**k * (1.0 - p) ** (size(design, stage) - k) for stage, k, _, ways in outcomes(design)
    )
