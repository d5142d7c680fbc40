"""The rule that decides: exact one-stage and two-stage designs for a number of patients that is given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.protocol.coherence import success_probability

LARGEST_SEARCH = 150  # patients up to which two stages are searched


@dataclass(frozen=True, slots=True)
class Rule:
    """A decision: success with at least so many responders of `patients`; its exact level and power.

    `first` holds the patients of the first stage and the most responders that stop there, None for one stage.
    """

    patients: int
    success: int
    level: float
    power: float
    first: tuple[int, int] | None = None


def single_stage(patients: int, null: float, target: float, alpha: float) -> Rule | None:
    """Return the exact one-stage rule with the smallest number of responders that keeps the level.

    None where even responders only would exceed it.

    >>> rule = single_stage(43, 0.15, 0.33, 0.05)
    >>> rule.success, round(rule.level, 4), round(rule.power, 4)
    (11, 0.0488, 0.8862)
    """
    responders = np.arange(1, patients + 1)
    level = special.bdtrc(responders - 1, patients, null)
    kept = np.flatnonzero(level <= alpha)
    if not kept.size:
        return None
    success = int(responders[kept[0]])
    return Rule(patients, success, float(level[kept[0]]), success_probability(target, (0, -1), (patients, success)))


def two_stages(patients: int, rates: tuple[float, float], alpha: float, power: float) -> Rule | None:
    """Return the exact two-stage rule of this size with the fewest patients expected at the null rate.

    `rates` are null and target rate. None where no rule of this size has level and power, or the size is above
    LARGEST_SEARCH.

    >>> rule = two_stages(35, (0.1, 0.3), 0.05, 0.9)
    >>> rule.first, rule.success
    ((18, 2), 7)
    """
    if not 2 <= patients <= LARGEST_SEARCH:
        return None
    best: tuple[float, Rule] | None = None
    for first in range(1, patients):
        goes_on, hoped = (1 - special.bdtr(np.arange(first), first, rate) for rate in rates)
        for futile in np.flatnonzero(hoped >= power).tolist():  # a first stage alone must not cost the power
            expected = first + float(goes_on[futile]) * (patients - first)
            if best is not None and expected >= best[0]:
                continue
            rule = _rule(patients, (first, futile), rates, alpha)
            if rule is not None and rule.power >= power:
                best = (expected, rule)
    return best[1] if best else None


def _rule(patients: int, first: tuple[int, int], rates: tuple[float, float], alpha: float) -> Rule | None:
    """Return the rule of two stages with the smallest number of responders that keeps the level."""
    success = np.arange(first[1] + 1, patients + 1)
    level = _chances(patients, first, success, rates[0])
    kept = np.flatnonzero(level <= alpha)
    if not kept.size:
        return None
    least = int(success[kept[0]])
    power = success_probability(rates[1], first, (patients, least))
    return Rule(patients, least, float(level[kept[0]]), power, first)


def _chances(patients: int, first: tuple[int, int], success: NDArray[np.int64], rate: float) -> NDArray[np.float64]:
    """Return the probability of success at a rate, for each number of responders that success needs."""
    size, futile = first
    responders = np.arange(futile + 1, size + 1)
    chance = special.binom(size, responders) * rate**responders * (1 - rate) ** (size - responders)
    needed = success[:, None] - responders[None, :]
    rest = patients - size
    tail = np.where(needed <= 0, 1.0, special.bdtrc(np.clip(needed - 1, 0, rest), rest, rate))
    return np.asarray((np.where(needed > rest, 0.0, tail) * chance).sum(axis=1), dtype=np.float64)
