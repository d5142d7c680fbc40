"""The obvious way to score a form, to find a deterioration, and to compute a restricted likelihood."""

import math

import numpy as np
from numpy.typing import NDArray

from topline.adam.asked import Asked, AskedScale
from topline.adam.deterioration import TOLERANCE, Deterioration

Array = NDArray[np.float64]


def slow_score(answers: dict[int, int], asked: Asked) -> dict[str, float | None]:
    """Return the score of each scale from the answers by item number; None where there is none."""
    found: dict[str, float | None] = {}
    for scale in asked.scales:
        found[scale.param] = slow_composite(found, scale, asked) if scale.parts else slow_scale(answers, scale)
    return found


def slow_scale(answers: dict[int, int], scale: AskedScale) -> float | None:
    given = [answers[item] for item in scale.items if item in answers]
    if 2 * len(given) < len(scale.items):
        return None
    share = (sum(given) / len(given) - scale.low) / (scale.high - scale.low)
    return 100 * share if scale.formula == "rising" else 100 * (1 - share)


def slow_composite(found: dict[str, float | None], scale: AskedScale, asked: Asked) -> float | None:
    better = {each.param: each.better for each in asked.scales}
    total = 0.0
    for part in scale.parts:
        value = found[part]
        if value is None:
            return None
        total += value if better[part] == "high" else 100 - value
    return total / len(scale.parts)


def slow_deterioration(score: list[float], margin: float, rule: Deterioration) -> tuple[int, int]:
    """Return the visit of the deterioration and the visit of its reference, -1 and -1 where there is none."""
    for visit in range(1, len(score)):
        reference = reference_of(score, visit, rule.reference)
        if math.isnan(score[visit]) or reference is None:
            continue
        worse = score[reference] - score[visit] >= margin - TOLERANCE
        if worse and is_definitive(score, visit, reference, (margin, rule)):
            return visit, reference
    return -1, -1


def reference_of(score: list[float], visit: int, kind: str) -> int | None:
    earlier = [place for place in range(visit) if not math.isnan(score[place])]
    if kind == "baseline":
        return 0 if not math.isnan(score[0]) else None
    if not earlier:
        return None
    return earlier[-1] if kind == "previous" else max(earlier, key=lambda place: (score[place], place))


def is_definitive(score: list[float], visit: int, reference: int, rule: tuple[float, Deterioration]) -> bool:
    margin, how = rule
    later = [value for value in score[visit + 1 :] if not math.isnan(value)]
    if how.definitive == "no":
        return True
    if not later:
        return how.last_score == "counts"
    if how.definitive == "stays deteriorated":
        return all(score[reference] - value >= margin - TOLERANCE for value in later)
    start = score[reference] if how.definitive == "no improvement on reference" else score[visit]
    return not any(value - start >= margin - TOLERANCE for value in later)


def slow_log_likelihood(outcome: Array, design: Array, within: Array) -> float:
    """Return the restricted log likelihood with the whole covariance matrix of all values written out."""
    places = [(i, j) for i in range(outcome.shape[0]) for j in range(outcome.shape[1]) if not np.isnan(outcome[i, j])]
    y = np.array([outcome[place] for place in places])
    x = np.array([design[place] for place in places])
    v = np.array([[within[j, m] if i == k else 0.0 for k, m in places] for i, j in places])
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    residual = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
    size = np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1]
    return float(-0.5 * ((len(y) - x.shape[1]) * math.log(2 * math.pi) + size + residual @ inverse @ residual))
