"""A single-arm design on a response as its stopping rule: after which patients one looks, and what stops the trial.

Every design of this room, from one stage to a look after each patient, is such a rule, so that all of them share one
exact kernel, and one answer to the question what they do at a true response rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
NEVER = -1
"""As a futility bound: no number of responses stops."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """Looks after so many patients; stop at `futility` or fewer responses, and with success at `efficacy` or more.

    Attributes:
        looks: patients at each look, increasing; the last one is the largest sample size.
        futility: most responses that stop without success, per look; -1 where none does.
        efficacy: fewest responses that stop with success, per look; above the look where none does.

    At the last look every number stops: its efficacy bound is its futility bound plus one.

    Raises:
        ValueError: the three do not describe such a rule.

    >>> Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7)).patients
    35

    """

    looks: tuple[int, ...]
    futility: tuple[int, ...]
    efficacy: tuple[int, ...]

    def __post_init__(self) -> None:
        same = len(self.looks) == len(self.futility) == len(self.efficacy) > 0
        if not same or self.looks[0] < 1 or any(later <= earlier for earlier, later in pairwise(self.looks)):
            raise ValueError(f"Boundary: looks {self.looks} with as many bounds each must increase from 1 on")
        if any(not NEVER <= low < high for low, high in zip(self.futility, self.efficacy, strict=True)):
            raise ValueError(f"Boundary: futility {self.futility} is not below efficacy {self.efficacy} at each look")
        if self.futility[-1] + 1 != self.efficacy[-1]:
            raise ValueError("Boundary: at the last look every number of responses decides")

    @property
    def patients(self) -> int:
        """The largest number of patients."""
        return self.looks[-1]


def rule_of(early: Iterable[tuple[int, int | None, int | None]], patients: int, success: int) -> Boundary:
    """Return the rule of a trial whose early looks are told as a protocol tells them.

    Args:
        early: (patients, most responses that stop without success, fewest that stop with success) of each look before
            the last one; None where no number does.
        patients: patients of the last look.
        success: fewest responses of all patients that are a success.

    Raises:
        ValueError: they do not describe a rule.

    >>> rule_of([(18, 2, None)], 35, 7)
    Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))

    """
    rows = [
        (look, NEVER if futile is None else futile, look + 1 if high is None else high) for look, futile, high in early
    ]
    looks, futility, efficacy = zip(*rows, (patients, success - 1, success), strict=True)
    return Boundary(looks, futility, efficacy)


@dataclass(frozen=True)
class OperatingCharacteristics:
    """What a rule does at true response rates; every array has one row per rate.

    Attributes:
        rates: true response rates, in [0, 1]; (rate,).
        success: probability of success: the level at the null rate, the power at the target rate; (rate,).
        expected_patients: mean number of patients; (rate,).
        stops_futile: probability to stop at each look without success; (rate, look).
        stops_success: probability to stop at each look with success; (rate, look).
        looks: patients at each look; (look,).

    """

    rates: Array
    success: Array
    expected_patients: Array
    stops_futile: Array
    stops_success: Array
    looks: NDArray[np.int64]

    @property
    def stops_early(self) -> Array:
        """Probability to stop before the last look; (rate,)."""
        return np.asarray((self.stops_futile + self.stops_success)[:, :-1].sum(axis=1))

    @property
    def patients(self) -> Array:
        """Probability to stop at each look: the distribution of the number of patients; (rate, look)."""
        return self.stops_futile + self.stops_success


def operating_characteristics(boundary: Boundary, rates: ArrayLike) -> OperatingCharacteristics:
    """Return what a rule does at true response rates, exactly.

    Args:
        boundary: the stopping rule.
        rates: true response rates, in [0, 1]; a number or one axis.

    Returns:
        OperatingCharacteristics with one row per rate.

    Raises:
        ValueError: a rate outside [0, 1].

    >>> simon = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
    >>> found = operating_characteristics(simon, [0.1, 0.3])
    >>> found.success.round(4), found.expected_patients.round(2)
    (array([0.0474, 0.9016]), array([22.53, 33.98]))

    Source: Schultz et al. 1973, doi:10.2307/2529136 (the recursion).

    """
    p = np.atleast_1d(np.asarray(rates, dtype=np.float64))
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"operating_characteristics: rates {rates!r} must be numbers in [0, 1]; write 20% as 0.2")
    going = np.zeros((len(p), boundary.patients + 1))
    going[:, 0] = 1.0
    futile, success = np.zeros((2, len(p), len(boundary.looks)))
    before = 0
    for place, look in enumerate(boundary.looks):
        going = _after(going, before, look, p)
        low, high = boundary.futility[place], boundary.efficacy[place]
        futile[:, place] = going[:, : low + 1].sum(axis=1)
        success[:, place] = going[:, high:].sum(axis=1)
        going[:, : low + 1] = going[:, high:] = 0.0
        before = look
    looks = np.array(boundary.looks)
    return OperatingCharacteristics(p, success.sum(axis=1), (futile + success) @ looks, futile, success, looks)


def _after(going: Array, before: int, look: int, p: Array) -> Array:
    """Return the distribution of responses after `look` patients, from that after `before`; (rate, responses)."""
    q, rate = (1.0 - p)[:, None], p[:, None]
    for patients in range(before, look):
        upper = going[:, : patients + 1] * rate
        going[:, : patients + 1] *= q
        going[:, 1 : patients + 2] += upper
    return going
