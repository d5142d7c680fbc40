"""Rules that stop enrolment for toxicity: one boundary by levels, one by the posterior of the rate, both exact.

A count is of patients with toxicity, and what a `Boundary` calls success is to stop: enrolment stops with `efficacy` or
more toxicities at a look, and no number of toxicities stops for another reason before the end.

Both rules have one number that is tuned so that the probability ever to stop, at the acceptable rate, is at most what
is allowed. That is strict: nothing is allowed but rounding, see `ROUNDING`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.protocol.rule.binomial import upper_tail
from topline.protocol.rule.boundary import NEVER, Array, Boundary, operating_characteristics

Prior = tuple[float, float]
"""Parameters a and b of a beta prior, above 0: as if a toxicities and b patients without had been seen before."""

ROUNDING = 1e-10
"""Two probabilities that differ by less, relatively, are equal: what separates them is rounding.

It holds for equal tails of different looks (2 of 2 and 3 or more of 4 have the chance 1/9 at a rate of 1/3), for a
probability to stop that is exactly the one allowed, and for a posterior that is exactly the certainty asked for. The
error of the arithmetic is below 1e-12 for a thousand patients; no decision hangs on the digits beyond.
"""


@dataclass(frozen=True, slots=True)
class ToxicityRule:
    """A rule that stops for toxicity, as a boundary, with the number that was tuned.

    Attributes:
        boundary: its looks; `efficacy` are the fewest toxicities that stop at each, above the look where none does.
        threshold: the level at each look, or the posterior certainty, that made the boundary.
        rate: the acceptable rate of toxicity.

    """

    boundary: Boundary
    threshold: float
    rate: float

    @property
    def error(self) -> float:
        """Exact probability to stop at any look at the acceptable rate."""
        return self.stops(self.rate)

    def stops(self, rate: float) -> float:
        """Return the exact probability to stop at any look, at a true rate of toxicity."""
        return _success(self.boundary, rate)

    @property
    def steps(self) -> list[tuple[int, int]]:
        """The rule as it is printed: each bound that can be reached with the first look at which it holds."""
        return steps(self.boundary)


def steps(boundary: Boundary) -> list[tuple[int, int]]:
    """Return each bound that can be reached with the first look at which it holds.

    >>> steps(stopping((1, 2, 3, 4), np.array([2, 2, 3, 3])))
    [(2, 2), (3, 3)]

    """
    first: dict[int, int] = {}
    for look, bound in zip(boundary.looks, boundary.efficacy, strict=True):
        if bound <= look:
            first.setdefault(bound, look)
    return [(look, bound) for bound, look in first.items()]


def each_patient(patients: int) -> tuple[int, ...]:
    """Return the looks of continuous monitoring: one after each patient.

    >>> each_patient(3)
    (1, 2, 3)

    """
    return tuple(range(1, patients + 1))


@lru_cache(maxsize=256)
def pocock_rule(looks: tuple[int, ...], rate: float, error: float) -> ToxicityRule:
    """Pocock-type boundary: the same level at every look, the largest that keeps the probability ever to stop.

    At a look after n patients enrolment stops with k or more toxicities, k being the fewest with P(X >= k) at most the
    level when X is binomial with n patients and the acceptable rate. The level is one of these tail probabilities:
    every level that gives another boundary is in reach.

    Args:
        looks: patients at each look, increasing.
        rate: acceptable rate of toxicity, in (0, 1).
        error: most probability to stop at this rate, in (0, 1).

    Returns:
        ToxicityRule whose threshold is the level at each look; 0 and no bound where no level keeps the error.

    >>> rule = pocock_rule(each_patient(43), 0.2, 0.05)
    >>> rule.steps[:6], round(rule.threshold, 5), round(rule.error, 5)
    ([(3, 3), (4, 4), (6, 5), (9, 6), (12, 7), (15, 8)], 0.01418, 0.04974)

    Source: Ivanova, Qaqish & Schell 2005, doi:10.1111/j.1541-0420.2005.00311.x. Golden: golden/safety.toml.

    """
    n, k = np.array(looks)[:, None], np.arange(1, looks[-1] + 1)[None, :]
    tails = np.where(k <= n, upper_tail(np.minimum(k, n), n, rate), np.nan)

    def boundary(level: float) -> Boundary:
        return stopping(looks, np.array(looks) + 1 - (tails <= level * (1.0 + ROUNDING)).sum(axis=1))

    levels = np.unique(tails[~np.isnan(tails)])
    kept = _first(lambda place: not _keeps(boundary(float(levels[place])), rate, error), len(levels))
    level = float(levels[kept - 1]) if kept else 0.0
    return ToxicityRule(boundary(level), level, rate)


@lru_cache(maxsize=256)
def posterior_rule(looks: tuple[int, ...], rate: float, error: float, prior: Prior = (1.0, 1.0)) -> ToxicityRule:
    """Posterior boundary: stop when the rate is above the acceptable one with the least certainty that keeps the error.

    Args:
        looks: patients at each look, increasing.
        rate: acceptable rate of toxicity, in (0, 1).
        error: most probability to stop at this rate, in (0, 1).
        prior: beta prior of the rate of toxicity.

    Returns:
        ToxicityRule whose threshold is the posterior certainty; 1 and no bound where none keeps the error.

    >>> rule = posterior_rule((5, 10, 15, 20), 0.2, 0.1, (0.4, 1.6))
    >>> rule.steps, round(rule.error, 4)
    ([(5, 3), (10, 5), (15, 7), (20, 8)], 0.0902)

    Source: Thall & Simon 1994, doi:10.2307/2533377, on thresholds of a beta posterior.

    """

    def boundary(certainty: float) -> Boundary:
        return stopping(looks, certain_bounds(looks, rate, certainty, prior))

    values = np.unique(np.concatenate([exceeds(np.arange(n + 1), n, rate, prior) for n in looks]))
    certainties = values[(values > 0.0) & (values < 1.0)]
    kept = _first(lambda place: _keeps(boundary(float(certainties[place])), rate, error), len(certainties))
    if kept == len(certainties):
        return ToxicityRule(stopping(looks, np.array(looks) + 1), 1.0, rate)
    return ToxicityRule(boundary(float(certainties[kept])), float(certainties[kept]), rate)


def certain_bounds(
    looks: tuple[int, ...], rate: float, certainty: float, prior: Prior = (1.0, 1.0)
) -> NDArray[np.int64]:
    """Return the fewest toxicities at each look with which the rate is above with a certainty; (look,).

    Args:
        looks: patients at each look, increasing.
        rate: acceptable rate of toxicity, in (0, 1).
        certainty: posterior probability that is enough, in (0, 1).
        prior: beta prior of the rate of toxicity.

    Returns:
        Numbers of toxicities; one more than the patients of the look where none is certain enough.

    >>> certain_bounds(each_patient(6), 0.2, 0.95).tolist()  # uniform prior
    [1, 2, 2, 3, 3, 3]

    """
    n, x = np.array(looks)[:, None], np.arange(looks[-1] + 1)[None, :]
    high = (x <= n) & is_certain(exceeds(np.minimum(x, n), n, rate, prior), certainty)
    return np.asarray(np.array(looks) + 1 - high.sum(axis=1))


def exceeds(toxicities: ArrayLike, patients: ArrayLike, rate: ArrayLike, prior: Prior = (1.0, 1.0)) -> Array:
    """Return the posterior probability that the rate of toxicity is above a rate.

    Args:
        toxicities: patients with toxicity, 0 to `patients`; any shape.
        patients: patients; any shape.
        rate: the rate to exceed, in (0, 1); any shape.
        prior: beta prior of the rate.

    >>> round(float(exceeds(3, 6, 0.2)), 4)
    0.9667

    """
    x, n = np.asarray(toxicities, dtype=np.float64), np.asarray(patients, dtype=np.float64)
    return np.asarray(special.betaincc(prior[0] + x, prior[1] + n - x, rate))


def is_certain(probability: ArrayLike, certainty: float) -> NDArray[np.bool_]:
    """Return whether a posterior probability reaches a certainty, but for rounding.

    >>> bool(is_certain(exceeds(1, 1, 0.1), 0.99))  # 1 - 0.1**2
    True

    """
    return np.asarray(np.asarray(probability, dtype=np.float64) >= certainty * (1.0 - ROUNDING))


def keeps(probability: float, error: float) -> bool:
    """Return whether a probability to stop is at most the one allowed, but for rounding.

    >>> keeps(0.1 + 0.2, 0.3), keeps(0.3 + 1e-8, 0.3)
    (True, False)

    """
    return probability <= error * (1.0 + ROUNDING)


def stopping(looks: tuple[int, ...], stop: NDArray[np.int64]) -> Boundary:
    """Return the boundary of the fewest toxicities that stop at each look."""
    high = np.maximum(stop, 0)
    low = [NEVER] * (len(looks) - 1) + [int(high[-1]) - 1]
    return Boundary(looks, tuple(low), tuple(high.tolist()))


def _keeps(boundary: Boundary, rate: float, error: float) -> bool:
    return keeps(_success(boundary, rate), error)


@lru_cache(maxsize=4096)
def _success(boundary: Boundary, rate: float) -> float:
    """Return the probability to stop; the analyses of virtual trials ask for the same few again and again."""
    return float(operating_characteristics(boundary, rate).success[0])


def _first(holds: Callable[[int], bool], places: int) -> int:
    """Return the first place at which a condition holds that then goes on to hold; `places` where none does."""
    low, high = 0, places
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
