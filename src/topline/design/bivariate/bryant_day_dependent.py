"""The search for Bryant and Day's designs where response and toxicity of a patient depend on each other.

Probabilities are no products then: both outcomes are followed together, in tables of the numbers of responses and of
patients without toxicity after n patients, at the three corners of the hypotheses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from topline.design.bivariate.rule import BivariateHypotheses, cells
from topline.protocol.rule.binomial import BinomialTables, binomial_tables
from topline.protocol.rule.boundary import Array


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A two-stage design ordered by its expected patients: most responses and most without toxicity that stop."""

    expected: float
    n1: int
    n: int
    response: tuple[int, int]
    toxicity_free: tuple[int, int]


@dataclass(frozen=True)
class _Tables:
    """Per number of patients: P(X = x, Y = y) and P(X >= x, Y >= y), each of shape (corner, x, y)."""

    mass: list[Array]
    tail: list[Array]


def dependent_candidates(hypotheses: BivariateHypotheses, patients: int) -> Iterator[Candidate]:
    """Yield, for each n at which it is below that of every smaller n, the design with the least expected patients.

    Args:
        hypotheses: rates, levels, power and the odds ratio.
        patients: largest n to try.

    """
    tables, outcomes = _tables(hypotheses, patients), both_outcomes(hypotheses, patients)
    least = np.array([0.0, *(_least_share(tables.tail[n1], hypotheses.power) for n1 in range(1, patients))])
    best = np.inf
    for n in range(2, patients + 1):
        n1 = np.arange(1, n)
        stages = n1[n1 + (n - n1) * least[1:n] < best]
        if not stages.size and n >= best:  # a larger first stage has at least n patients, a smaller one a larger bound
            return
        found = min(
            (c for stage in stages for c in _designs(hypotheses, tables, outcomes, (int(stage), n))), default=None
        )
        if found is not None and found.expected < best:
            best = found.expected
            yield found


@dataclass(frozen=True)
class Outcome:
    """One of the two outcomes alone, counted so that more is better, at the bad rate and at the good one."""

    bad: BinomialTables
    good: BinomialTables
    alpha: float
    power: float

    def final_bounds(self, n1: int, n: int) -> NDArray[np.int64]:
        """Return the final bounds that this outcome alone does not rule out.

        The other outcome passes with at least the power, so that both pass with at least the sum of the two less 1.
        """
        good, bad = passes_both(self.good, n1, n), passes_both(self.bad, n1, n)
        return np.flatnonzero(((good >= self.power) & (bad <= self.alpha + 1.0 - self.power)).any(axis=0))


def both_outcomes(hypotheses: BivariateHypotheses, patients: int) -> tuple[Outcome, Outcome]:
    """Return response and freedom of toxicity, each with its tables for up to so many patients."""
    (null, target), (unacceptable, acceptable) = hypotheses.response, hypotheses.toxicity
    tables = [binomial_tables(p, patients) for p in (null, target, 1.0 - unacceptable, 1.0 - acceptable)]
    return (
        Outcome(tables[0], tables[1], hypotheses.alpha_response, hypotheses.power),
        Outcome(tables[2], tables[3], hypotheses.alpha_toxicity, hypotheses.power),
    )


def passes_both(tables: BinomialTables, n1: int, n: int) -> Array:
    """Return the probability to pass both stages, for most n1 that stop = -1 to n1 - 1 and most n = 0 to n - 1.

    Args:
        tables: the binomial distribution at one rate.
        n1: patients of the first stage.
        n: patients of both stages.

    """
    x, last = np.arange(n1 + 1)[:, None], np.arange(n)[None, :]
    both = tables.mass[n1, : n1 + 1, None] * tables.at_least[n - n1, np.clip(last + 1 - x, 0, n - n1 + 1)]
    return np.asarray(np.cumsum(both[::-1], axis=0)[::-1])


def _tables(hypotheses: BivariateHypotheses, patients: int) -> _Tables:
    response, toxicity = (np.array(rates[:3]) for rates in hypotheses.corners)
    chances = cells(response, toxicity, hypotheses.odds_ratio)
    both, alone, toxic, neither = (chances[:, cell, None, None] for cell in range(4))
    mass = [np.ones((3, 1, 1))]
    for n in range(patients):
        after = np.zeros((3, n + 2, n + 2))
        after[:, 1:, :-1] = mass[n] * both
        after[:, 1:, 1:] += mass[n] * alone
        after[:, :-1, :-1] += mass[n] * toxic
        after[:, :-1, 1:] += mass[n] * neither
        mass.append(after)
    return _Tables(mass, [_tail(one) for one in mass])


def _tail(mass: Array) -> Array:
    return np.asarray(mass[:, ::-1, ::-1].cumsum(axis=1).cumsum(axis=2)[:, ::-1, ::-1])


def _least_share(tail: Array, power: float) -> float:
    """Return the smallest probability to go on, at the worse corner, that the power allows."""
    return float(np.where(tail[2] >= power, np.maximum(tail[0], tail[1]), 1.0).min())


def _designs(
    hypotheses: BivariateHypotheses, tables: _Tables, outcomes: tuple[Outcome, Outcome], sizes: tuple[int, int]
) -> Iterator[Candidate]:
    """Yield for each pair of final bounds the best design of two sizes that holds both levels and the power."""
    n1, n = sizes
    finals = [outcome.final_bounds(n1, n) for outcome in outcomes]
    on = np.maximum(tables.tail[n1][0], tables.tail[n1][1])
    for r, s in product(*finals):
        success = _passes(tables, sizes, int(r), int(s))
        allowed = (success[0] <= hypotheses.alpha_response) & (success[1] <= hypotheses.alpha_toxicity)
        allowed &= success[2] >= hypotheses.power
        if allowed.any():
            i, j = np.unravel_index(np.argmin(np.where(allowed, on, np.inf)), on.shape)
            expected = n1 + (n - n1) * float(on[i, j])
            yield Candidate(expected, n1, n, (int(i) - 1, int(r)), (int(j) - 1, int(s)))


def _passes(tables: _Tables, sizes: tuple[int, int], r: int, s: int) -> Array:
    """Return the probability to pass both stages for pairs of first bounds, -1 to n1 - 1; (corner, first, first)."""
    n1, n2 = sizes[0], sizes[1] - sizes[0]
    wanted = [np.maximum(bound + 1 - np.arange(n1 + 1), 0) for bound in (r, s)]
    possible = (wanted[0] <= n2)[:, None] & (wanted[1] <= n2)
    rest = tables.tail[n2][:, np.minimum(wanted[0], n2)[:, None], np.minimum(wanted[1], n2)]
    return _tail(tables.mass[n1] * np.where(possible, rest, 0.0))
