"""Cumulative incidence with case weights and its jackknife by differentiating them."""

import numpy as np

Subjects = list[tuple[float, int]]


def incidence(subjects: Subjects, weights: list[float], cause: int, until: float) -> float:
    """Return the weighted Aalen-Johansen estimate; cause 0 stands for no event of any cause."""
    free, total = 1.0, 0.0
    for time in sorted({t for t, _ in subjects if t <= until}):
        at_risk = sum(w for (t, _), w in zip(subjects, weights, strict=True) if t >= time)
        mine = sum(w for (t, e), w in zip(subjects, weights, strict=True) if t == time and e == cause and e > 0)
        any_event = sum(w for (t, e), w in zip(subjects, weights, strict=True) if t == time and e > 0)
        total += free * mine / at_risk
        free *= 1.0 - any_event / at_risk
    return total if cause else free


def jackknife_error(subjects: Subjects, cause: int, until: float, step: float = 1e-5) -> float:
    """Return the root of the sum of squared derivatives of the estimate in each subject's weight."""
    squares = 0.0
    for i in range(len(subjects)):
        up, down = ([1.0 + s * step * (j == i) for j in range(len(subjects))] for s in (1, -1))
        change = incidence(subjects, up, cause, until) - incidence(subjects, down, cause, until)
        squares += (change / (2 * step)) ** 2
    return float(np.sqrt(squares))
