"""The partial likelihood written out event by event, and whether it has a finite maximum, by linear programming."""

from math import exp, log

import numpy as np
from scipy.optimize import linprog

Subjects = list[tuple[float, int, list[float], int]]


def log_likelihood(subjects: Subjects, beta: list[float], ties: str) -> float:
    """Return the log partial likelihood of (time, event, covariates, stratum)."""
    total = 0.0
    hazard = [exp(sum(b * x for b, x in zip(beta, covariates, strict=True))) for _, _, covariates, _ in subjects]
    for stratum in {s for *_, s in subjects}:
        for time in sorted({t for t, e, _, s in subjects if e and s == stratum}):
            at_risk = sum(h for h, (t, _, _, s) in zip(hazard, subjects, strict=True) if t >= time and s == stratum)
            tied = [h for h, (t, e, _, s) in zip(hazard, subjects, strict=True) if t == time and e and s == stratum]
            for k, h in enumerate(tied):
                left = k / len(tied) * sum(tied) if ties == "efron" else 0.0
                total += log(h) - log(at_risk - left)
    return total


def has_finite_maximum(subjects: Subjects) -> bool:
    """Say whether no direction of the coefficients raises the hazard of every event over all those at risk with it.

    A direction that is nowhere worse than 0 and somewhere better leads the likelihood to infinity.
    """
    gaps = [
        np.subtract(x, other)
        for t, e, x, s in subjects
        if e
        for u, _, other, r in subjects
        if u >= t and r == s and other != x
    ]
    if not gaps:
        return False
    matrix = np.array(gaps, dtype=float)
    best = linprog(-matrix.sum(axis=0), A_ub=-matrix, b_ub=np.zeros(len(matrix)), bounds=[(-1, 1)] * matrix.shape[1])
    return bool(-best.fun < 1e-7)
