"""Stopping for toxicity: the exact continuous boundary of a single arm, its error, and the posterior of the rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.stats.interval import Array, Interval, check_confidence
from topline.stats.proportion import check_counts, upper_tail

Counts = NDArray[np.int64]

TIE = 1.0 + 1e-10
"""Two probabilities that differ by less, relatively, are equal: what separates them is rounding."""


@dataclass(frozen=True)
class ToxicityBoundary:
    """A rule that stops enrolment when toxicities among the first i patients reach a bound, for each i.

    Attributes:
        stop: fewest toxicities that stop after patient i, i = 1 to n; above i where no number does; (patient,).
        level: pointwise error level: no bound is reached by chance more often than this at the acceptable rate.
        rate: the acceptable rate of toxicity.
        error: probability to stop at any patient when the rate is the acceptable one.

    """

    stop: Counts
    level: float
    rate: float
    error: float

    def steps(self) -> list[tuple[int, int]]:
        """Return the rule as it is printed: each bound with the first patient at which it holds."""
        possible = np.nonzero(self.stop <= np.arange(1, len(self.stop) + 1))[0]
        first: dict[int, int] = {}
        for place in possible:
            first.setdefault(int(self.stop[place]), int(place) + 1)
        return [(patient, bound) for bound, patient in first.items()]


def toxicity_boundary(patients: int, rate: float, error: float = 0.05) -> ToxicityBoundary:
    """Continuous Pocock-type boundary: the same pointwise level after every patient, the largest that keeps the error.

    After patient i enrolment stops with k or more toxicities, k being the fewest for which P(X >= k) is at most the
    level when X is binomial with i patients and the acceptable rate. The level is the largest tail probability of this
    kind with which the probability ever to stop, at the acceptable rate, is at most `error`; both are exact.

    Args:
        patients: number of patients planned, at least 1.
        rate: acceptable rate of toxicity, in (0, 1).
        error: most probability to stop when the rate is acceptable, in (0, 1).

    Returns:
        ToxicityBoundary with one bound per patient.

    Raises:
        ValueError: no patients, or a rate or error outside (0, 1).

    >>> rule = toxicity_boundary(43, 0.2, 0.05)
    >>> rule.steps()[:6], round(rule.level, 5), round(rule.error, 5)
    ([(3, 3), (4, 4), (6, 5), (9, 6), (12, 7), (15, 8)], 0.01418, 0.04974)

    Source: Ivanova, Qaqish & Schell 2005, doi:10.1111/j.1541-0420.2005.00311.x. Golden: golden/safety.toml.

    """
    _check(patients, rate, error)
    tails = _tails(patients, rate)
    levels = np.unique(tails[np.tril_indices_from(tails)])
    low, high = -1, len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        allowed = stopping_probability(_bounds(tails, levels[middle]), rate) <= error * TIE
        low, high = (middle, high) if allowed else (low, middle - 1)
    level = float(levels[low]) if low >= 0 else 0.0
    stop = _bounds(tails, level)
    return ToxicityBoundary(stop, level, rate, float(stopping_probability(stop, rate)))


def _check(patients: int, rate: float, error: float) -> None:
    if patients < 1:
        raise ValueError(f"toxicity_boundary: patients is {patients}; a rule needs at least one patient")
    for name, value in (("rate", rate), ("error", error)):
        if not 0.0 < value < 1.0:
            raise ValueError(
                f"toxicity_boundary: {name} is {value}; it lies strictly between 0 and 1; write 20% as 0.2"
            )


def _tails(patients: int, rate: float) -> Array:
    """Return P(X >= k) of i patients at row i - 1 and column k - 1, k = 1 to i; 0 above i."""
    i = np.arange(1, patients + 1, dtype=np.float64)[:, None]
    k = np.arange(1, patients + 1, dtype=np.float64)[None, :]
    size, count = np.broadcast_arrays(i, k)
    return upper_tail(count.astype(np.float64), size.astype(np.float64), np.full(size.shape, rate))


def _bounds(tails: Array, level: float) -> Counts:
    """Return for each patient the fewest toxicities whose tail probability is at most the level, else i + 1."""
    i = np.arange(1, len(tails) + 1)
    reached = (tails <= level * TIE) & (i[None, :] <= i[:, None])
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, i + 1).astype(np.int64)


def stopping_probability(stop: ArrayLike, rate: ArrayLike, by: int | None = None) -> Array:
    """Probability that the toxicities of a trial reach a boundary, at a true rate.

    Args:
        stop: fewest toxicities that stop after each patient; (patient,).
        rate: true rates of toxicity, in [0, 1]; any shape.
        by: patients up to which to look; all of them if left out.

    Returns:
        Probabilities of the shape of `rate`, exact but for rounding.

    >>> rule = toxicity_boundary(43, 0.2, 0.05)
    >>> round(float(stopping_probability(rule.stop, 0.4)), 4)
    0.8259

    Golden: golden/safety.toml.

    """
    reached = _first_stops(stop, rate)
    return np.asarray(reached[..., :by].sum(axis=-1), dtype=np.float64)


def expected_patients(stop: ArrayLike, rate: ArrayLike) -> Array:
    """Mean number of patients treated under a boundary, at a true rate.

    Args:
        stop: fewest toxicities that stop after each patient; (patient,).
        rate: true rates of toxicity, in [0, 1]; any shape.

    >>> float(expected_patients([2, 2, 4], 0.5))  # two toxicities in two patients stop the trial of three
    2.75

    """
    reached = _first_stops(stop, rate)
    patients = np.arange(1, reached.shape[-1] + 1)
    total = reached.sum(axis=-1)
    return np.asarray((reached * patients).sum(axis=-1) + (1.0 - total) * patients[-1], dtype=np.float64)


def _first_stops(stop: ArrayLike, rate: ArrayLike) -> Array:
    """Return the probability that a trial stops first after each patient; (..., patient)."""
    bounds = np.asarray(stop, dtype=np.int64)
    p = np.asarray(rate, dtype=np.float64)[..., None]
    alive = np.zeros((*p.shape[:-1], len(bounds) + 1))
    alive[..., 0] = 1.0
    out = np.zeros((*p.shape[:-1], len(bounds)))
    count = np.arange(len(bounds) + 1)
    for place, bound in enumerate(bounds):
        alive = alive * (1.0 - p) + np.pad(alive[..., :-1], [(0, 0)] * (alive.ndim - 1) + [(1, 0)]) * p
        over = count >= bound
        out[..., place] = np.where(over, alive, 0.0).sum(axis=-1)
        alive = np.where(over, 0.0, alive)
    return out


@dataclass(frozen=True)
class Posterior:
    """What is known of a rate after data, when its prior is a beta distribution.

    Attributes:
        rate: posterior mean with its equal-tailed credible limits.
        exceeds: probability that the rate is above the threshold.

    """

    rate: Interval
    exceeds: Array


def toxicity_posterior(
    events: ArrayLike,
    n: ArrayLike,
    threshold: float,
    prior: tuple[float, float] = (1.0, 1.0),
    confidence: float = 0.95,
) -> Posterior:
    """Posterior of a rate of toxicity under a beta prior: its mean, credible limits, and how likely it is too high.

    Args:
        events: patients with toxicity, 0 to n; any shape.
        n: patients, at least 1; broadcast with `events`.
        threshold: the acceptable rate, in (0, 1).
        prior: parameters a and b of the beta prior, above 0; (1, 1) is the uniform one.
        confidence: level of the credible limits, in (0, 1).

    Raises:
        ValueError: impossible counts, threshold, prior or level.

    >>> after = toxicity_posterior(3, 6, 0.2)
    >>> round(float(after.exceeds), 4), float(after.rate.estimate)
    (0.9667, 0.5)

    Source: Thall & Simon 1994, doi:10.2307/2533377, on the conjugate beta posterior.
    Golden: golden/safety.toml.

    """
    x, size = check_counts("toxicity_posterior", events, n)
    a, b = prior
    if not (a > 0 and b > 0 and 0.0 < threshold < 1.0):
        raise ValueError(
            f"toxicity_posterior: prior is {prior} and threshold {threshold}; the prior's parameters are above 0 and "
            "the threshold is strictly between 0 and 1; write 20% as 0.2"
        )
    tail = (1.0 - check_confidence("toxicity_posterior", confidence)) / 2.0
    alpha, beta = a + x, b + size - x
    limits = special.betaincinv(alpha, beta, tail), special.betainccinv(alpha, beta, tail)
    rate = Interval(alpha / (alpha + beta), limits[0], limits[1], confidence, f"beta({a:g}, {b:g}) prior")
    return Posterior(rate, np.asarray(special.betaincc(alpha, beta, threshold), dtype=np.float64))


def posterior_boundary(
    patients: int, threshold: float, certainty: float, prior: tuple[float, float] = (1.0, 1.0)
) -> Counts:
    """Fewest toxicities after each patient with which the rate is above the threshold with this certainty; (patient,).

    Where no number of toxicities is certain enough the bound is above the number of patients.

    Args:
        patients: number of patients planned, at least 1.
        threshold: the acceptable rate, in (0, 1).
        certainty: posterior probability that stops, in (0, 1).
        prior: parameters of the beta prior.

    >>> posterior_boundary(6, 0.2, 0.95).tolist()  # uniform prior
    [1, 2, 2, 3, 3, 3]

    """
    _check(patients, threshold, certainty)
    i = np.arange(1, patients + 1)
    n, x = np.broadcast_arrays(i[:, None], np.arange(0, patients + 1)[None, :])
    possible = x <= n
    after = toxicity_posterior(np.where(possible, x, 0), n, threshold, prior)
    reached = possible & (after.exceeds >= certainty)
    return np.where(reached.any(axis=1), reached.argmax(axis=1), i + 1).astype(np.int64)
