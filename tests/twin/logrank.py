"""The log-rank test as a sum of two-way tables, one per event time."""

import numpy as np

from tests.twin.kaplan_meier import curve

Subjects = list[tuple[float, int, int, int]]


def log_rank(subjects: Subjects, rho: float) -> tuple[list[float], list[float], float]:
    """Return observed and expected events per group, and chi-square, of (time, event, group, stratum)."""
    groups = sorted({g for _, _, g, _ in subjects})
    observed, expected = np.zeros(len(groups)), np.zeros(len(groups))
    variance = np.zeros((len(groups), len(groups)))
    for stratum in {s for *_, s in subjects}:
        mine = [(t, e, g) for t, e, g, s in subjects if s == stratum]
        before = 1.0
        for step in curve([(t, e) for t, e, _ in mine]):
            weight, n, d = before**rho, step.n_risk, step.n_event
            before = step.survival
            at_risk = np.array([sum(1 for t, _, h in mine if t >= step.time and h == g) for g in groups])
            observed += [weight * sum(1 for t, e, h in mine if t == step.time and e and h == g) for g in groups]
            expected += weight * d * at_risk / n
            if n > 1:
                table = np.diag(at_risk / n) - np.outer(at_risk, at_risk) / n**2
                variance += weight**2 * d * (n - d) / (n - 1) * table
    taking_part = [i for i in range(len(groups)) if expected[i] > 0][1:]
    difference, matrix = (observed - expected)[taking_part], variance[np.ix_(taking_part, taking_part)]
    solvable = len(taking_part) > 0 and np.linalg.matrix_rank(matrix) == len(taking_part)
    chi_square = float(difference @ np.linalg.solve(matrix, difference)) if solvable else float("nan")
    return observed.tolist(), expected.tolist(), chi_square
