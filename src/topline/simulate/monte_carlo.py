"""Estimates from independent virtual trials, each with its Monte-Carlo standard error and interval."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.stats.proportion import clopper_pearson

Floats = NDArray[np.float64]

LIMIT = 1.959963984540054
"""The normal quantile of a 95% interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number of a simulation: value, Monte-Carlo standard error, 95% interval, and the trials behind it.

    What cannot be computed is None: a mean of no trial, an error of one.
    """

    value: float | None
    error: float | None = None
    lower: float | None = None
    upper: float | None = None
    trials: int = 0


def share(events: int, trials: int) -> Estimate:
    """Return the share of trials with an event: error sqrt(p (1 - p) / trials), interval by Clopper and Pearson.

    >>> found = share(90, 100)
    >>> found.value, round(found.error, 3), round(found.lower, 4), round(found.upper, 4)
    (0.9, 0.03, 0.8238, 0.951)
    """
    if trials == 0:
        return Estimate(None)
    rate = events / trials
    exact = clopper_pearson(events, trials, 0.95)
    return Estimate(rate, math.sqrt(rate * (1 - rate) / trials), float(exact.lower), float(exact.upper), trials)


def normal(value: float | None, error: float | None, trials: int) -> Estimate:
    """Return an estimate with the normal interval of its error."""
    if value is None or error is None or not math.isfinite(error):
        return Estimate(value, None, None, None, trials)
    return Estimate(value, error, value - LIMIT * error, value + LIMIT * error, trials)


def mean(values: Floats) -> Estimate:
    """Return the mean of the trials' values, its error their SD / sqrt(trials).

    >>> found = mean(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> found.value, round(found.error, 4)
    (2.5, 0.6455)
    """
    n = len(values)
    if n == 0:
        return Estimate(None)
    return normal(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else None, n)


def deviation(values: Floats) -> Estimate:
    """Return the standard deviation between trials; its error follows from the fourth moment, without normality.

    Source: Var(s^2) is (m4 - s^4) / n to first order; Cramer 1946, Mathematical Methods of Statistics, 27.4.
    """
    n = len(values)
    if n < 2:
        return Estimate(None, trials=n)
    s = float(values.std(ddof=1))
    if s == 0:
        return normal(0.0, 0.0, n)
    away = values - values.mean()
    spread = max(float((away**4).mean() - (away**2).mean() ** 2), 0.0)
    return normal(s, math.sqrt(spread / n) / (2 * s), n)


def quantile(ordered: Floats, at: float) -> Estimate:
    """Return a quantile of sorted values (linear between them), its interval between two of them.

    The limits are the values whose ranks lie 1.96 binomial standard errors below and above; the error is the distance
    of those one standard error away, halved. No distribution is assumed, and ties, as scans make them, may give 0.
    """
    n = len(ordered)
    if n == 0:
        return Estimate(None)
    spread = math.sqrt(at * (1 - at) / n)
    ranks = np.array([at, at - spread, at + spread, at - LIMIT * spread, at + LIMIT * spread]).clip(0, 1)
    value, below, above, lower, upper = (float(each) for each in np.quantile(ordered, ranks))
    return Estimate(value, (above - below) / 2, lower, upper, n) if n > 1 else Estimate(value, trials=1)
