"""Exact binomial tables for searches: probabilities and tails of every number of patients up to a largest one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BinomialTables:
    """The binomial distribution at one rate for 0 to N patients, each array of shape (patients, responses).

    Attributes:
        rate: response rate, in (0, 1).
        mass: P(X = x), x = 0 to N + 1.
        at_most: P(X <= x).
        at_least: P(X >= x).

    The masses follow Pascal's rule, sums of positive terms only, and the tails are summed from their thin end, so that
    each number is right to about N units in its last place.

    >>> tables = binomial_tables(0.1, 35)
    >>> round(float(tables.at_least[35, 8]), 6)
    0.01999

    """

    rate: float
    mass: Array
    at_most: Array
    at_least: Array


def binomial_tables(rate: float, patients: int) -> BinomialTables:
    """Return the tables of a rate for up to so many patients."""
    mass = np.zeros((patients + 1, patients + 2))
    mass[0, 0] = 1.0
    for n in range(1, patients + 1):
        mass[n, : n + 1] = (1.0 - rate) * mass[n - 1, : n + 1]
        mass[n, 1 : n + 1] += rate * mass[n - 1, :n]
    at_least = np.cumsum(mass[:, ::-1], axis=1)[:, ::-1]
    return BinomialTables(rate, mass, np.cumsum(mass, axis=1), at_least)


def upper_tail(responses: ArrayLike, patients: ArrayLike, rate: Array | float) -> Array:
    """Return the probability of at least so many responses; 1 for none or fewer, 0 above the patients."""
    size = np.asarray(patients, dtype=np.float64)
    asked = np.asarray(responses, dtype=np.float64)
    k = np.clip(asked, 1.0, size)
    inside = special.betainc(k, size - k + 1.0, rate)
    return np.asarray(np.where(asked <= 0, 1.0, np.where(asked > size, 0.0, inside)))


def lower_tail(responses: ArrayLike, patients: ArrayLike, rate: Array | float) -> Array:
    """Return the probability of at most so many responses; 0 below none, 1 from the patients on.

    >>> float(lower_tail(1, 2, 0.5))
    0.75

    """
    size = np.asarray(patients, dtype=np.float64)
    return upper_tail(size - np.asarray(responses, dtype=np.float64), size, 1.0 - np.asarray(rate, dtype=np.float64))


def log_mass(responses: ArrayLike, patients: ArrayLike, rate: Array | float) -> Array:
    """Return the logarithm of the probability of exactly so many responses; -inf outside 0 to the patients.

    >>> round(float(np.exp(log_mass(1, 2, 0.5))), 12)
    0.5

    """
    asked, size = np.asarray(responses, dtype=np.float64), np.asarray(patients, dtype=np.float64)
    inside = (asked >= 0) & (asked <= size)
    k = np.where(inside, asked, 0.0)
    ways = special.gammaln(size + 1.0) - special.gammaln(k + 1.0) - special.gammaln(size - k + 1.0)
    chance = special.xlogy(k, rate) + special.xlog1py(size - k, -np.asarray(rate))
    return np.asarray(np.where(inside, ways + chance, -np.inf))


def mass(responses: ArrayLike, patients: ArrayLike, rate: Array | float) -> Array:
    """Return the probability of exactly so many responses; 0 outside 0 to the patients."""
    return np.asarray(np.exp(log_mass(responses, patients, rate)))


def critical_values(patients: Array, null: float, alpha: float) -> Array:
    """Return the fewest responses of n patients whose chance at the null rate is at most alpha; n + 1 where none is.

    >>> critical_values(np.array([35.0, 43.0]), 0.1, 0.05)  # patients as numbers with a point
    array([8., 9.])

    """
    guess = np.ceil(np.maximum(special.bdtrik(1.0 - alpha, patients, null), 0.0)) + 1.0
    # The quantile is a real number found by iteration: settle each value by the exact tail itself.
    for _ in range(3):
        guess = np.where(upper_tail(guess, patients, null) > alpha, guess + 1.0, guess)
    for _ in range(3):
        guess = np.where((guess > 0) & (upper_tail(guess - 1.0, patients, null) <= alpha), guess - 1.0, guess)
    return np.asarray(np.minimum(guess, patients + 1.0))
