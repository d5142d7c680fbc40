"""The search for three-stage designs with futility stops: exact, without slack, and pruned by a bound.

Whatever r2, the expected number of patients of a design (r1, n1, r2, n2, r, n) at the null rate is at least
n1 + (1 - P1)(n2 - n1) + (1 - S(n2))(n - n2): P1 is the chance to stop first, S(m) the largest chance of any rule to
stop within m patients that loses no more power than allowed, by the lemma of Neyman and Pearson. Only stages whose
bound is below the best design found are looked at; it grows with n, and the search ends at the first n without any.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from topline.protocol.rule.binomial import Array, BinomialTables, binomial_tables
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import fewest_patients, table_size

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class ThreeCandidate:
    """A three-stage design, ordered by expected patients at the null rate."""

    expected: float
    n: int
    n2: int
    n1: int
    r1: int
    r2: int
    r: int


@dataclass(frozen=True)
class FirstStages:
    """First stages side by side.

    Attributes:
        n1: their sizes; (stage,).
        r1: their futility bounds; (stage,).
        stops: chance to stop at the null rate; (stage,).

    """

    n1: Places
    r1: Places
    stops: Array

    def __getitem__(self, which: NDArray[np.bool_]) -> "FirstStages":
        """Return some of them."""
        return FirstStages(self.n1[which], self.r1[which], self.stops[which])


@dataclass(frozen=True)
class ThreeSearch:
    """What a search needs.

    Attributes:
        null: binomial tables at the null rate.
        target: those at the target rate.
        asked: the hypotheses.
        stages: every first stage that the power allows.
        largest: per number of patients the most responses that may stop a trial; -1 where none may.
        stops_by: largest chance at the null rate to stop within so many patients; (patients,).

    """

    null: BinomialTables
    target: BinomialTables
    asked: Hypotheses
    stages: FirstStages
    largest: Places
    stops_by: Array


def three_stage_designs(
    asked: Hypotheses, patients: int, *, below: float = np.inf, ensign: bool = False
) -> Iterator[ThreeCandidate]:
    """Yield, for each n at which it is below that of every smaller n, the design with the least expected patients.

    Args:
        asked: the hypotheses.
        patients: largest n to try.
        below: only designs with fewer expected patients.
        ensign: only first stages of five or more patients that stop without any response.

    Yields:
        Candidates with n increasing and expected patients decreasing.

    >>> found = list(three_stage_designs(Hypotheses(0.1, 0.4, alpha=0.1, power=0.8), 20))
    >>> [(one.n1, one.r1, one.n2, one.r2, one.n, one.r, round(one.expected, 3)) for one in found][0]
    (5, 0, 9, 1, 10, 2, 6.832)

    """
    best, first = below, 3
    for search in _searches(asked, patients, ensign):
        size = len(search.null.mass) - 1
        first = max(first, fewest_patients(search.null, search.target, asked.alpha, asked.power))
        for n in range(first, size + 1):
            bounds = _bounds(search, n) < best
            alive = np.asarray(bounds.any(axis=0)) | ((search.stages.n1 >= n - 1) & (search.stages.n1 < best))
            search = replace(search, stages=search.stages[alive])  # the bound of each grows with n
            bounds = bounds[:, alive]
            if not bounds.any() and n - 1 >= best:  # a larger first stage has at least n - 1 patients
                return
            one = min(_designs(search, n, bounds, best), default=None)
            if one and one.expected < best:
                best = one.expected
                yield one
        first = size + 1


def _searches(asked: Hypotheses, patients: int, ensign: bool) -> Iterator[ThreeSearch]:
    """Yield what a search needs for more and more patients, the last time for all."""
    size = min(patients, table_size(asked.null, asked.target, asked.alpha, asked.beta))
    while True:
        low, high = binomial_tables(asked.null, size), binomial_tables(asked.target, size)
        largest = (high.at_most <= asked.beta).sum(axis=1) - 1
        n1, r1 = np.nonzero(np.arange(size + 2) <= largest[:, None])
        stages = FirstStages(n1, r1, low.at_most[n1, r1])
        if ensign:
            stages = stages[(n1 >= 5) & (r1 == 0)]
        yield ThreeSearch(low, high, asked, stages, largest, _stops_by(low, high, largest, asked.beta))
        if size == patients:
            return
        size = min(patients, 2 * size)


def _stops_by(low: BinomialTables, high: BinomialTables, largest: Places, beta: float) -> Array:
    """Return S(m): the chance at the null rate of the randomised rule that stops on few responses and loses beta."""
    rows = np.arange(len(low.mass))
    sure, lost = (np.where(largest >= 0, table.at_most[rows, largest], 0.0) for table in (low, high))
    share = (beta - lost) / high.mass[rows, largest + 1]
    return np.asarray(sure + share * low.mass[rows, largest + 1])


def _bounds(search: ThreeSearch, n: int) -> Array:
    """Return the least expected patients of n for each size of stages 1 and 2 together, 0 to n; (n2, first stage)."""
    stages, n2 = search.stages, np.arange(n + 1)[:, None]
    bound = stages.n1 + (1.0 - stages.stops) * (n2 - stages.n1) + (1.0 - search.stops_by[n2]) * (n - n2)
    return np.asarray(np.where((stages.n1 < n2) & (n2 < n), bound, np.inf))


def _designs(search: ThreeSearch, n: int, bounds: NDArray[np.bool_], best: float) -> Iterator[ThreeCandidate]:
    """Yield the best design of n patients for each size of stages 1 and 2 together, and each final bound r."""
    used = np.asarray(bounds.any(axis=0))
    stages, bounds = search.stages[used], bounds[:, used]
    going = [_started(table, stages, n) for table in (search.null, search.target)]
    for n2 in range(2, n):
        for table, state in zip((search.null, search.target), going, strict=True):
            _add_patient(table.rate, state, stages.n1 < n2)
        which = bounds[n2]
        if which.any():
            yield from _second_stages(search, (n, n2), stages[which], [state[which, : n2 + 1] for state in going], best)


def _started(table: BinomialTables, stages: FirstStages, n: int) -> Array:
    """Return the distribution of responses of each first stage that goes on; (first stage, responses)."""
    going = np.zeros((len(stages.n1), n + 1))
    width = min(n + 1, table.mass.shape[1])
    going[:, :width] = table.mass[stages.n1, :width]
    going[np.arange(n + 1) <= stages.r1[:, None]] = 0.0
    return going


def _add_patient(rate: float, going: Array, which: NDArray[np.bool_]) -> None:
    """Add one patient's response to the distributions of some first stages, in place."""
    more = going[which]
    less = more * (1.0 - rate)
    less[:, 1:] += rate * more[:, :-1]
    going[which] = less


def _second_stages(
    search: ThreeSearch, sizes: tuple[int, int], stages: FirstStages, going: list[Array], best: float
) -> Iterator[ThreeCandidate]:
    """Yield for each final bound r the best design with these sizes; `going` are the responses after n2 patients."""
    n, n2 = sizes
    r2 = np.arange(search.largest[n2] + 1)
    low, high = (np.cumsum(state[:, : len(r2)], axis=1) for state in going)
    lost = search.target.at_most[stages.n1, stages.r1][:, None] + high
    first = stages.n1 + (1.0 - stages.stops) * (n2 - stages.n1)
    expected = first[:, None] + (1.0 - stages.stops[:, None] - low) * (n - n2)
    hoped = (r2 >= stages.r1[:, None]) & (lost <= search.asked.beta) & (expected < best)
    rows = np.asarray(hoped.any(axis=1))
    if not rows.any():
        return
    stages, hoped, expected, going = stages[rows], hoped[rows], expected[rows], [state[rows] for state in going]
    for r in range(int((search.target.at_least[n] >= search.asked.power).sum()) - 2, -1, -1):
        allowed = hoped & (r2 <= r) & (_success(search.null, (n, n2, r), going[0], len(r2)) <= search.asked.alpha)
        if not allowed.any():  # as r falls the level rises
            return
        allowed &= _success(search.target, (n, n2, r), going[1], len(r2)) >= search.asked.power
        if allowed.any():
            row, at = np.unravel_index(np.argmin(np.where(allowed, expected, np.inf)), allowed.shape)
            yield ThreeCandidate(float(expected[row, at]), n, n2, int(stages.n1[row]), int(stages.r1[row]), int(at), r)


def _success(table: BinomialTables, design: tuple[int, int, int], going: Array, bounds: int) -> Array:
    """Return the probability of more than r responses of n, for each r2 = 0 to `bounds` - 1; (first stage, r2)."""
    n, n2, r = design
    tail = table.at_least[n - n2, np.clip(r + 1 - np.arange(n2 + 1), 0, n - n2 + 1)]
    above = np.cumsum((going * tail)[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(above[:, 1 : bounds + 1])
