"""The search for two-stage designs with a futility stop: every number of patients at once, exact, without slack.

A design (r1, n1, r, n) stops after n1 patients with r1 or fewer responses and succeeds with more than r of n. Its
expected number of patients at the null rate is at least n1 + (1 - Q)(n - n1), Q being the largest chance to stop that
the power still allows at that n1. The bound grows with n, so that the search ends at the first n at which it is no
longer below the best design found: that n depends on the hypotheses, not on the largest n that was asked for. Nor does
the search begin before the n at which the most powerful test has the power.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.protocol.rule.binomial import Array, BinomialTables, binomial_tables
from topline.protocol.rule.lower_bound import fewest_patients, table_size


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A two-stage design with its exact properties, ordered by expected patients at the null rate."""

    expected: float
    n: int
    n1: int
    r1: int
    r: int
    level: float
    power: float


@dataclass(frozen=True)
class Search:
    """What a search needs: the tables at both rates, the error rates, and per n1 the largest r1 that power allows."""

    null: BinomialTables
    target: BinomialTables
    alpha: float
    beta: float
    largest_r1: NDArray[np.int64]
    stop_null: Array
    balanced: bool = False

    @property
    def patients(self) -> int:
        """The largest number of patients that the tables serve."""
        return len(self.null.mass) - 1


def two_stage_designs(null: float, target: float, alpha: float, beta: float, patients: int) -> list[Candidate]:
    """Return, for each n at which it is below that of every smaller n, the design with the least expected patients.

    The first one is the minimax design, the last one the optimal design (Simon 1989).

    Args:
        null: response rate not worth a further trial.
        target: response rate hoped for, above `null`.
        alpha: most probability of success at the null rate.
        beta: most probability of no success at the target rate.
        patients: largest n to try.

    Returns:
        Candidates with n increasing and expected patients decreasing; empty where no n is large enough.

    >>> first, *_, last = two_stage_designs(0.1, 0.3, 0.05, 0.1, 60)
    >>> (first.r1, first.n1, first.r, first.n), (last.r1, last.n1, last.r, last.n, round(last.expected, 2))
    ((2, 22, 6, 33), (2, 18, 6, 35, 22.53))

    """
    return list(_fallen(_searches(null, target, alpha, beta, patients)))


def balanced_designs(null: float, target: float, alpha: float, beta: float, patients: int) -> list[Candidate]:
    """Return the same as `two_stage_designs` among the designs whose two stages have as many patients each.

    >>> last = balanced_designs(0.1, 0.3, 0.05, 0.1, 60)[-1]
    >>> last.r1, last.n1, last.r, last.n, round(last.expected, 2)
    (3, 22, 7, 44, 25.78)

    """
    return list(_fallen(_searches(null, target, alpha, beta, patients, balanced=True)))


def first_design(null: float, target: float, alpha: float, beta: float, patients: int) -> Candidate | None:
    """Return the minimax design alone: the smallest n that works and its least expected patients.

    >>> first_design(0.1, 0.3, 0.05, 0.1, 1000).n
    33

    """
    return next(_fallen(_searches(null, target, alpha, beta, patients)), None)


def design_of(null: float, target: float, alpha: float, beta: float, patients: int) -> Candidate | None:
    """Return the design of exactly so many patients with the least expected patients, None where none holds.

    >>> found = design_of(0.1, 0.3, 0.05, 0.1, 35)
    >>> found.r1, found.n1, found.r, found.n
    (2, 18, 6, 35)

    """
    if patients < 2:
        return None
    search = _search((null, target), alpha, beta, patients)
    return min(_designs(search, patients, np.arange(1, patients)), default=None)


def _searches(  # noqa: PLR0913 - the five of the public functions and which of them asks
    null: float, target: float, alpha: float, beta: float, patients: int, *, balanced: bool = False
) -> Iterator[Search]:
    """Yield what a search needs for more and more patients, the last time for all."""
    size = min(patients, table_size(null, target, alpha, beta))
    while True:
        yield _search((null, target), alpha, beta, size, balanced=balanced)
        if size == patients:
            return
        size = min(patients, 2 * size)


def _search(rates: tuple[float, float], alpha: float, beta: float, size: int, *, balanced: bool = False) -> Search:
    """Return what a search of at most `size` patients needs, at the null and the target rate."""
    low, high = (binomial_tables(rate, size) for rate in rates)
    largest = (high.at_most <= beta).sum(axis=1) - 1
    stop = np.where(largest >= 0, low.at_most[np.arange(size + 1), np.maximum(largest, 0)], 0.0)
    return Search(low, high, alpha, beta, largest, stop, balanced)


def _fallen(searches: Iterator[Search]) -> Iterator[Candidate]:
    """Yield each design of fewer expected patients than all designs of smaller n."""
    best, first = np.inf, 2
    for search in searches:
        first = max(first, fewest_patients(search.null, search.target, search.alpha, 1.0 - search.beta))
        for n in range(first, search.patients + 1):
            stages = _first_stages(search, n, best)
            # A larger first stage has at least n patients, a smaller one a larger bound; a balanced one half of n.
            if not stages.size and n >= (2.0 if search.balanced else 1.0) * best:
                return
            if stages.size and (design := min(_designs(search, n, stages), default=None)) and design.expected < best:
                best = design.expected
                yield design
        first = search.patients + 1


def _first_stages(search: Search, n: int, best: float) -> NDArray[np.int64]:
    """Return the sizes of the first stage with which n patients could still beat the best design."""
    n1 = np.arange(1, n) if not search.balanced else np.arange(n // 2, n // 2 + 1 - n % 2)
    return n1[n1 + (1.0 - search.stop_null[n1]) * (n - n1) < best]


def _designs(search: Search, n: int, n1: NDArray[np.int64]) -> Iterator[Candidate]:
    """Yield for each final bound r the best design of n patients.

    r falls from the largest one that power allows; as it falls the level of every (r1, n1) rises, so that the first r
    without any design of the level is the end.
    """
    largest = int((search.target.at_least[n] >= 1.0 - search.beta).sum()) - 2
    for r in range(largest, -1, -1):
        level = _success(search.null, n, n1, r)
        allowed = (level <= search.alpha) & (np.arange(r + 1) <= search.largest_r1[n1][:, None])
        if not allowed.any():
            return
        power = _success(search.target, n, n1, r)
        allowed &= power >= 1.0 - search.beta
        if allowed.any():
            stop = search.null.at_most[n1, : r + 1]
            expected = n1[:, None] + (1.0 - stop) * (n - n1)[:, None]
            row, r1 = np.unravel_index(np.argmin(np.where(allowed, expected, np.inf)), allowed.shape)
            yield Candidate(
                float(expected[row, r1]), n, int(n1[row]), int(r1), r, float(level[row, r1]), float(power[row, r1])
            )


def _success(tables: BinomialTables, n: int, n1: NDArray[np.int64], r: int) -> Array:
    """Return the probability of more than r responses of n and more than r1 of n1; (n1, r1 = 0 to r)."""
    x = np.arange(r + 1)
    both = tables.mass[n1, : r + 1] * tables.at_least[n - n1][:, r + 1 - x]
    surely = tables.at_least[n1, r + 1][:, None]  # more than r responses in the first stage already
    above = np.cumsum(both[:, :0:-1], axis=1)[:, ::-1]
    return np.concatenate([above + surely, surely], axis=1)
