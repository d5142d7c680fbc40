"""What an interval estimate is, and the two checks that every interval shares."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]

HALVINGS = 90
"""Halvings of a bracket inside [0, 1]; after 90 the bracket is narrower than the spacing of any float above 1e-11."""


@dataclass(frozen=True)
class Interval:
    """A point estimate with its two confidence limits, element by element.

    Attributes:
        estimate: point estimates, any shape.
        lower: lower limits, same shape; nan where the method gives none.
        upper: upper limits, same shape; nan where the method gives none.
        confidence: two-sided confidence level, in (0, 1).
        method: name of the method as reports print it.
        symmetric: True where the limits are the estimate plus and minus the same half-width by construction.

    """

    estimate: Array
    lower: Array
    upper: Array
    confidence: float
    method: str
    symmetric: bool = False


def check_confidence(where: str, confidence: float) -> float:
    """Return the confidence level if it lies strictly between 0 and 1.

    Args:
        where: name of the calling estimator, for the message.
        confidence: two-sided level, in (0, 1); 0.95 and not 95.

    Raises:
        ValueError: the level is outside (0, 1) or not a number.

    >>> check_confidence("wilson", 0.9)
    0.9

    """
    if not 0.0 < confidence < 1.0:
        raise ValueError(
            f"{where}: confidence is {confidence}; a confidence level lies strictly between 0 and 1; write 95% as 0.95"
        )
    return float(confidence)


def normal_quantile(confidence: float) -> float:
    """Return z, the standard normal quantile of a two-sided confidence level.

    >>> round(normal_quantile(0.95), 6)
    1.959964

    """
    return float(special.ndtri(0.5 + confidence / 2.0))


def chi_square_tail(statistic: ArrayLike, df: ArrayLike) -> Array:
    """Return the probability that a chi-square variable with df degrees of freedom exceeds the statistic.

    Args:
        statistic: chi-square values, at least 0; nan gives nan.
        df: degrees of freedom; 0 gives nan.

    >>> round(float(chi_square_tail(3.841459, 1)), 6)
    0.05

    """
    df = np.asarray(df, dtype=np.float64)
    half = np.where(df > 0, df, np.nan) / 2.0
    return np.asarray(special.gammaincc(half, np.maximum(statistic, 0.0) / 2.0), dtype=np.float64)


def rising_root(function: Callable[[Array], Array], target: Array) -> Array:
    """Return the probability at which a function that rises on [0, 1] reaches the target, by bisection.

    Where the function exceeds the target everywhere the answer is 0, where it stays below it everywhere 1.

    Args:
        function: maps probabilities of the shape of `target` to values of that shape, rising in each element.
        target: values to reach.

    >>> rising_root(lambda p: p**2, np.array([0.25, 2.0]))
    array([0.5, 1. ])

    """
    low, high = np.zeros_like(target), np.ones_like(target)
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        below = function(middle) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    reaches = function(np.ones_like(target)) >= target
    exceeds = function(np.zeros_like(target)) > target
    return np.asarray(np.where(exceeds, 0.0, np.where(reaches, (low + high) / 2.0, 1.0)))
