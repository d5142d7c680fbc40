"""Rates of many trials at once: the numbers of the methods of `response`, with a batch axis over trials."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from topline.stats.analysis import Analysis
from topline.stats.binomial_test import binomial_test
from topline.stats.response import INTERVALS
from topline.stats.stack_times import Column, Columns

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows in the numerator and in the denominator of many trials; (trial,)."""

    events: Ints
    n: Ints

    def distinct(self) -> tuple["Counts", Ints]:
        """Return the distinct pairs, and which of them each trial has."""
        pairs, same = np.unique(np.column_stack([self.events, self.n]), axis=0, return_inverse=True)
        return Counts(pairs[:, 0], pairs[:, 1]), same.reshape(-1)


def proportions(counts: Counts, analysis: Analysis) -> Columns:
    """Return what `response.proportion` gives for each trial."""
    confidence = analysis.setting("confidence")
    rates = np.empty((3, len(counts.n)))
    for n in np.unique(counts.n):
        own = counts.n == n
        rates[:, own] = _rates(analysis.method, int(n), confidence)[:, counts.events[own]]
    columns = [Column(name, rate) for name, rate in zip(("rate", "lower", "upper"), rates, strict=True)]
    return [Column("n", counts.events.astype(np.float64)), Column("N", counts.n.astype(np.float64)), *columns]


@lru_cache(maxsize=4096)
def _rates(method: str, n: int, confidence: float) -> Array:
    """Return rate and limits [%] of 0 to n events among n, (3, events)."""
    interval = INTERVALS[method](np.arange(n + 1), n, confidence)
    return 100 * np.stack([interval.estimate, interval.lower, interval.upper])


def null_tests(counts: Counts, analysis: Analysis) -> Columns:
    """Return what `response.null_test` gives for each trial."""
    few, same = counts.distinct()
    null = analysis.setting("null")
    p_value = np.asarray(binomial_test(few.events, few.n, null, "greater"))[same]
    return [Column("null", np.full(len(same), 100 * null)), Column("p", p_value)]


RATES: Mapping[str, Callable[[Counts, Analysis], Columns]] = {
    **dict.fromkeys(INTERVALS, proportions),
    "binomial-test": null_tests,
}
"""The methods of rates that have a kernel over trials."""
