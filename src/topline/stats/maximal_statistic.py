"""The maximally selected statistic: the best of all cuts of all markers, and how good the best is by chance alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64DXSM, Generator, SeedSequence

from topline.stats.interval import Array
from topline.stats.marker_cuts import Cuts, Ints, product
from topline.stats.outcome_scores import Outcome

BLOCK = 1000
"""Permutations that are computed at a time."""

EQUAL = 1e-9
"""Statistics closer than this are equal: sums of the same scores in another order."""


@dataclass(frozen=True)
class MaximalStatistic:
    """The best cut of each marker, and its p-values.

    Attributes:
        statistic: standardised statistic of each cut; (cut,).
        best: place of the best cut of each marker, -1 where it has none; (marker,).
        maximum: absolute statistic of the best cut, nan where there is none; (marker,).
        p_cuts: permutation p-value over all cuts of the marker; (marker,).
        p_markers: permutation p-value over all cuts of all markers; (marker,).
        permutations: how many were drawn.

    """

    statistic: Array
    best: Ints
    maximum: Array
    p_cuts: Array
    p_markers: Array
    permutations: int


def standardised(outcome: Outcome, cuts: Cuts, order: Ints, weight: Array) -> Array:
    """Return the sum of scores over the high group of each cut, divided by its standard deviation under permutation.

    Args:
        outcome: what the markers are tested against.
        cuts: the divisions.
        order: whose outcome each subject has; (sample, subject).
        weight: how often each subject stands in the sample; (sample, subject).

    Returns:
        Statistics, 0 where a cut or the outcome does not vary; (sample, cut).

    """
    out = np.zeros((len(order), len(cuts.marker)))
    for pattern, places in cuts.patterns():
        own = weight * pattern
        scores = outcome.scores(order, own)
        size, spread = own.sum(axis=1)[:, None], (own * scores**2).sum(axis=1)[:, None]
        high = product(own, cuts.member[:, places])
        part = high * (size - high) / np.maximum(size * (size - 1.0), 1.0)
        sums = product(own * scores, cuts.member[:, places])
        out[:, places] = sums * _inverse_root(part) * _inverse_root(spread)
    return out


def _inverse_root(values: Array) -> Array:
    """Return 1 / sqrt(values), 0 where they are 0 but for rounding."""
    return np.asarray(np.where(values > EQUAL, 1.0 / np.sqrt(np.maximum(values, EQUAL)), 0.0))


def observed(outcome: Outcome, cuts: Cuts) -> Array:
    """Return the standardised statistic of each cut in the data; (cut,)."""
    return np.asarray(standardised(outcome, cuts, np.arange(cuts.subjects)[None], np.ones((1, cuts.subjects)))[0])


def permuted_orders(subjects: int, permutations: int, seed: int) -> Iterator[Ints]:
    """Yield random orders of the subjects in blocks, (block, subject): the same ones for the same seed.

    >>> [block.shape for block in permuted_orders(43, 2500, seed=1)]
    [(1000, 43), (1000, 43), (500, 43)]
    """
    random = Generator(PCG64DXSM(SeedSequence(seed)))
    for start in range(0, permutations, BLOCK):
        rows = min(BLOCK, permutations - start)
        yield random.permuted(np.tile(np.arange(subjects), (rows, 1)), axis=1)


def marker_maxima(statistic: Array, cuts: Cuts) -> Array:
    """Return the largest absolute statistic of each marker, 0 where it has no cut; (sample, marker)."""
    size = np.abs(statistic)
    columns = [size[:, cuts.of(k)].max(axis=1, initial=0.0) for k in range(cuts.markers)]
    return np.stack(columns, axis=1) if columns else np.zeros((len(size), 0))


def maximal_statistic(outcome: Outcome, cuts: Cuts, permutations: int = 9999, seed: int = 0) -> MaximalStatistic:
    """Return the best cut of each marker, with p-values that know of the search.

    The outcomes are permuted among the subjects, all markers of a subject staying together; each time the whole search
    is run again. A p-value is the share of permutations, the data counted as one of them, whose maximum reaches the
    observed one: over the marker's own cuts (`p_cuts`), or over all cuts of all markers (`p_markers`, the single-step
    max-T procedure). Under no association at all the smallest `p_markers` is below alpha with probability at most
    alpha, whatever the number of cuts and markers and however they are correlated.

    Args:
        outcome: the outcome of every subject.
        cuts: the divisions that were searched.
        permutations: how many are drawn, at least 1; the smallest possible p-value is 1 / (permutations + 1).
        seed: of the permutations, at least 0; the same seed gives the same p-values.

    Raises:
        ValueError: outcome and cuts of different subjects, or no permutation.

    >>> from topline.stats.marker_cuts import divide
    >>> from topline.stats.outcome_scores import response_outcome
    >>> response = [0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1]
    >>> cuts = divide(np.arange(12.0)[:, None])
    >>> found = maximal_statistic(response_outcome(response), cuts, permutations=999, seed=1)
    >>> float(cuts.value[found.best[0]]), round(float(found.maximum[0]), 3), bool(found.p_markers[0] > 0.05)
    (6.0, 2.211, True)

    Source: Lausen and Schumacher 1992, doi:10.2307/2532740; Westfall and Young 1993, Resampling-Based Multiple Testing,
    algorithm 2.5. Golden: golden/biomarker.toml.

    """
    if len(outcome.event) != cuts.subjects:
        raise ValueError(
            f"maximal_statistic: {len(outcome.event)} outcomes for {cuts.subjects} subjects; give one each"
        )
    if permutations < 1:
        raise ValueError(f"maximal_statistic: permutations is {permutations}; at least 1 is needed, 9999 is usual")
    statistic = observed(outcome, cuts)
    top = marker_maxima(statistic[None], cuts)[0]
    weight = np.ones((1, cuts.subjects))
    own, over_all = np.ones(cuts.markers), np.ones(cuts.markers)
    for order in permuted_orders(cuts.subjects, permutations, seed):
        maxima = marker_maxima(standardised(outcome, cuts, order, weight), cuts)
        own += (maxima >= top - EQUAL).sum(axis=0)
        over_all += (maxima.max(axis=1, initial=0.0)[:, None] >= top - EQUAL).sum(axis=0)
    has = np.isin(np.arange(cuts.markers), cuts.marker)
    return MaximalStatistic(
        statistic,
        _best(statistic, cuts),
        np.where(has, top, np.nan),
        np.where(has, own / (permutations + 1), np.nan),
        np.where(has, over_all / (permutations + 1), np.nan),
        permutations,
    )


def _best(statistic: Array, cuts: Cuts) -> Ints:
    """Return the place of the best cut of each marker; of equal ones that with the lowest value, -1 without any."""
    best = np.full(cuts.markers, -1, dtype=np.intp)
    for k in range(cuts.markers):
        places = cuts.of(k)
        if places.size:
            size = np.abs(statistic[places])
            best[k] = places[int(np.argmax(size >= size.max() - EQUAL))]
    return best
