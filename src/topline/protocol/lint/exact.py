"""Exact single-arm designs, to hold a stated one against: which sample sizes attain the level and power it claims."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

Reals = NDArray[np.float64]
SLACK = 1e-12  # of a probability that floating point may be off
LARGEST = 100  # patients of a two-stage design up to which every rival is looked at


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a design must attain: success at `null` with at most a chance of `alpha`, at `target` at least `power`."""

    null: float
    target: float
    alpha: float
    power: float


@dataclass(frozen=True, slots=True)
class TwoStage:
    """A two-stage rule (Simon 1989): stop at `futile` of `first` patients, success from `success` of `patients` on.

    `expected` is the mean number of patients at the null rate.
    """

    first: int
    futile: int
    patients: int
    success: int
    expected: float


def attaining(hypothesis: Hypothesis, most: int) -> NDArray[np.bool_]:
    """Return, for 1 to `most` patients, whether the best single-stage rule attains the level and the power.

    The best rule is the least number of responders whose chance at the null rate is at most `alpha`. More patients do
    not always do better: the power climbs and falls in a saw-tooth (A'Hern 2001, doi:10.1002/sim.721).

    >>> able = attaining(Hypothesis(0.15, 0.33, 0.05, 0.88), 60)
    >>> [n for n in range(43, 52) if able[n - 1]]
    [43, 47, 48, 50, 51]
    """
    patients = np.arange(1, most + 1, dtype=float)
    success = _least_success(patients, hypothesis)
    power = _tail(success, patients, hypothesis.target)
    able: NDArray[np.bool_] = (success <= patients) & (power >= hypothesis.power - SLACK)
    return able


def least_success(hypothesis: Hypothesis, patients: int) -> int:
    """Return the least number of responders whose chance at the null rate is at most `alpha`, `patients` + 1 if none.

    >>> least_success(Hypothesis(0.15, 0.33, 0.05, 0.88), 43)
    11
    """
    return int(_least_success(np.array([float(patients)]), hypothesis)[0])


def _least_success(patients: Reals, hypothesis: Hypothesis) -> Reals:
    """Return the least number of responders for success by bisection, for many numbers of patients at once."""
    low, high = np.zeros_like(patients), patients + 1  # the chance is above alpha at low, not above it at high
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        fits = _tail(middle, patients, hypothesis.null) <= hypothesis.alpha + SLACK
        low, high = np.where(fits, low, middle), np.where(fits, middle, high)
    return high


def _tail(success: Reals, patients: Reals, rate: float) -> Reals:
    """Return the probability of at least `success` responders."""
    chance: Reals = special.bdtrc(np.clip(success - 1, 0, patients), patients.astype(int), rate)
    found: Reals = np.where(success <= 0, 1.0, np.where(success > patients, 0.0, chance))
    return found


@lru_cache(maxsize=64)
def least_expected(hypothesis: Hypothesis, patients: int) -> TwoStage | None:
    """Return the two-stage rule of at most `patients` with the fewest expected at the null rate, None where none fits.

    >>> least_expected(Hypothesis(0.10, 0.30, 0.05, 0.90), 35)  # Simon 1989, table 1
    TwoStage(first=18, futile=2, patients=35, success=7, expected=22.525...)
    """
    best: TwoStage | None = None
    for whole in range(2, patients + 1):
        for first in range(1, whole):
            if best is not None and first >= best.expected:
                break
            found = _best_of(first, whole, hypothesis)
            if found is not None and (best is None or found.expected < best.expected - 1e-9):
                best = found
    return best


def _best_of(first: int, whole: int, hypothesis: Hypothesis) -> TwoStage | None:
    """Return the rule with these stages that attains the hypothesis and expects the fewest patients."""
    early = _masses(first, hypothesis.null)
    level = _success(early, whole, hypothesis.null)
    futile = np.arange(first)
    success = np.maximum((level > hypothesis.alpha + SLACK).sum(axis=1), futile + 1)  # the level falls as success rises
    fits = success <= whole
    power = _success(_masses(first, hypothesis.target), whole, hypothesis.target)
    fits &= power[futile, np.minimum(success, whole)] >= hypothesis.power - SLACK
    if not fits.any():
        return None
    stop = int(futile[fits].max())  # the more often it stops, the fewer are expected
    expected = whole - float(early[: stop + 1].sum()) * (whole - first)
    return TwoStage(first, stop, whole, int(success[stop]), expected)


def _masses(patients: int, rate: float) -> Reals:
    """Return the binomial probability of each number of responders."""
    counts = np.arange(patients + 1)
    found: Reals = special.binom(patients, counts) * rate**counts * (1 - rate) ** (patients - counts)
    return found


def _success(early: Reals, whole: int, rate: float) -> Reals:
    """Return the chance of success: a row per most responders that stop, a column per least responders of success."""
    first = len(early) - 1
    late = np.concatenate([np.cumsum(_masses(whole - first, rate)[::-1])[::-1], [0.0]])
    needed = np.arange(whole + 1)[None, :] - np.arange(first + 1)[:, None]
    both = early[:, None] * late[np.clip(needed, 0, whole - first + 1)]
    above: Reals = np.cumsum(both[::-1], axis=0)[::-1][1:]
    return above
