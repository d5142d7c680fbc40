"""Estimates of subgroups that borrow from each other: a hierarchical model of marker effects, by quadrature.

The log odds (or hazard) ratio of each marker is drawn from a normal distribution about 0, whose standard deviation
(the spread of the markers' true effects) is unknown, with a half-normal prior. The mean is 0 because which group is
called positive is arbitrary. Where the markers' estimates differ by no more than chance, the spread is small and every
estimate is pulled to 0; a marker that stands out alone is pulled most in relation to the others' silence.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.stats.fisher import log_likelihood
from topline.stats.interval import Array, Interval, check_confidence

SPREADS = 80
STEPS = np.linspace(-6.0, 6.0, 300)
QUANTILES = 400
RATES = 100
WIDEST = 12.0
"""Log ratios beyond this are not told apart."""


@dataclass(frozen=True)
class Shrunken:
    """Posterior of the markers' effects.

    Attributes:
        log_ratio: posterior mean and credible limits of each log ratio; (marker,).
        spread: posterior mean of the standard deviation of the true log ratios.
        quantiles: points of equal mass of each posterior; (marker, QUANTILES).

    """

    log_ratio: Interval
    spread: float
    quantiles: Array


def shrink(likelihood: Callable[[Array], Array], scale: float = 1.0, confidence: float = 0.95) -> Shrunken:
    """Return the posterior of log ratios drawn from N(0, spread^2), spread half-normal, by quadrature.

    Markers enter as independent; they share patients, so this holds as far as the markers are uncorrelated.

    Args:
        likelihood: maps log ratios (grid,) to the log likelihood of each marker, (marker, grid).
        scale: of the half-normal prior of the spread, above 0.
        confidence: of the credible limits, in (0, 1).

    >>> found = shrink(lambda x: -0.5 * (x - np.array([[1.0]])) ** 2 / 0.25)
    >>> round(float(found.log_ratio.estimate[0]), 2)  # one marker, log ratio 1 with standard error 0.5
    0.62

    Source: Dixon and Simon 1991, Biometrics 47:871-881; Gelman 2006, doi:10.1214/06-BA117A.
    Golden: golden/biomarker.toml.

    """
    tail = (1.0 - check_confidence("shrink", confidence)) / 2.0
    if scale <= 0:
        raise ValueError(f"shrink: scale is {scale}; the prior's scale is above 0; 1 lets ratios of e be usual")
    nodes, weights = np.polynomial.legendre.leggauss(SPREADS)
    spread = (nodes + 1.0) * 3.0 * scale
    prior = weights * np.exp(-((spread / scale) ** 2) / 2.0)
    ratio = np.clip(spread[:, None] * STEPS, -WIDEST, WIDEST)
    points, place = np.unique(ratio, return_inverse=True)  # many lie at the widest
    logs = np.take(likelihood(points), place.ravel(), axis=1).reshape(-1, *ratio.shape)
    logs = logs - logs.max(axis=(1, 2), keepdims=True)
    mass = np.exp(logs) * np.exp(-(STEPS**2) / 2.0)
    marginal = mass.sum(axis=2)
    joint = prior * np.exp(np.log(marginal).sum(axis=0) - np.log(marginal).sum(axis=0).max())
    joint = joint / joint.sum()
    posterior = (mass / marginal[..., None] * joint[:, None]).reshape(len(logs), -1)
    mean = (posterior * ratio.ravel()).sum(axis=1)
    quantiles = np.stack([_quantiles(ratio.ravel(), each, _middles(QUANTILES)) for each in posterior])
    limits = np.stack([_quantiles(ratio.ravel(), each, np.array([tail, 1.0 - tail])) for each in posterior])
    interval = Interval(mean, limits[:, 0], limits[:, 1], confidence, "hierarchical")
    return Shrunken(interval, float((joint * spread).sum()), quantiles)


def _middles(count: int) -> Array:
    return (np.arange(count) + 0.5) / count


def _quantiles(values: Array, mass: Array, shares: Array) -> Array:
    """Return quantiles of a distribution of weighted points, interpolated between the middles of their masses."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(mass[order])
    return np.interp(shares, total - mass[order] / 2.0, values[order])


@dataclass(frozen=True)
class ShrunkenRates:
    """Shrunken subgroup rates of each marker, (marker,) each: positive, negative, and their difference."""

    positive: Interval
    negative: Interval
    difference: Interval
    effect: Shrunken


def shrink_rates(
    counts: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike], scale: float = 1.0, confidence: float = 0.95
) -> ShrunkenRates:
    """Return shrunken rates of the positive and negative group of each marker.

    The odds ratio of each marker has its exact conditional likelihood, so that no rate of 0 or 1 is a difficulty, and
    the prior of `shrink`. The rate of all patients of the marker has the posterior of Jeffreys' prior; the two group
    rates follow from it and the odds ratio.

    Args:
        counts: events and subjects of the positive groups, events and subjects of the negative ones; (marker,) each.
        scale: of the half-normal prior of the spread of the log odds ratios, above 0.
        confidence: of the credible limits, in (0, 1).

    >>> found = shrink_rates(([17, 9, 8], [21, 20, 22], [10, 18, 19], [22, 23, 21]))
    >>> np.round(found.positive.estimate, 2).tolist()  # observed: 0.81, 0.45, 0.36
    [0.77, 0.49, 0.42]

    Source: as `shrink`; noncentral hypergeometric likelihood: Cornfield 1956. Golden: golden/biomarker.toml.

    """
    x1, n1, x0, n0 = (np.asarray(each, dtype=np.float64) for each in counts)
    found = shrink(lambda ratio: log_likelihood((x1, n1, x0, n0), ratio), scale, confidence)
    events, size = x1 + x0, n1 + n0
    overall = special.betaincinv((events + 0.5)[:, None], (size - events + 0.5)[:, None], _middles(RATES))
    share = (n1 / size)[:, None, None]
    negative = low_rate(overall[:, None, :], found.quantiles[:, :, None], share)
    odds = np.exp(found.quantiles)[:, :, None]
    positive = odds * negative / (1.0 - negative + odds * negative)
    parts = (positive, negative, positive - negative)
    intervals = [_interval(part.reshape(len(part), -1), confidence) for part in parts]
    return ShrunkenRates(intervals[0], intervals[1], intervals[2], found)


def low_rate(overall: Array, log_odds: Array, share: Array) -> Array:
    """Return the rate of the negative group that gives the overall rate, with a share of positive subjects.

    >>> float(low_rate(np.array(0.5), np.array(np.log(9.0)), np.array(0.5)))  # 75% against 25%: odds ratio 9
    0.25

    """
    odds = np.exp(log_odds)
    a = (1.0 - share) * (odds - 1.0)
    b = share * odds + (1.0 - share) - overall * (odds - 1.0)
    root = np.sqrt(np.maximum(b**2 + 4.0 * a * overall, 0.0))
    down = 2.0 * overall / np.where(b > 0, b + root, 1.0)
    up = (root - b) / np.where(b > 0, 1.0, 2.0 * a)
    return np.asarray(np.where(b > 0, down, up))


def _interval(values: Array, confidence: float) -> Interval:
    tail = (1.0 - confidence) / 2.0
    lower, upper = np.quantile(values, [tail, 1.0 - tail], axis=1)
    return Interval(values.mean(axis=1), lower, upper, confidence, "hierarchical")
