"""Gehan's two stages: enough patients not to miss a working treatment, then enough to know its rate (Gehan 1961)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.design.checked import number
from topline.design.checked import rates as checked_rates
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array

GEHAN = "Gehan 1961, doi:10.1016/0021-9681(61)90060-1"
FIRST = 10_000
"""Most patients of a first stage."""


@dataclass(frozen=True)
class GehanCharacteristics:
    """What Gehan's design does at true response rates; every array has one row per rate.

    Attributes:
        rates: true response rates, in [0, 1]; (rate,).
        stops_early: probability that no patient of the first stage responds; (rate,).
        expected_patients: mean number of patients of both stages; (rate,).
        sizes: the numbers of patients that the trial can have; (size,).
        patients: probability of each of them; (rate, size).

    """

    rates: Array
    stops_early: Array
    expected_patients: Array
    sizes: Array
    patients: Array


@dataclass(frozen=True)
class GehanDesign:
    """Gehan's design stops when no patient of the first stage responds; the second stage is sized by the responses.

    It tests no hypothesis: it has neither level nor power.

    Attributes:
        target: the rate of which a treatment is not to be missed.
        error: most probability of no response in the first stage at that rate.
        standard_error: standard error of the rate to which the second stage leads.
        first_stage: patients of the first stage.
        second_stage: further patients after 0, 1, 2 ... responses; 0 where the first stage is enough.

    """

    target: float
    error: float
    standard_error: float
    first_stage: int
    second_stage: tuple[int, ...]
    name: str = "Gehan"
    source: str = GEHAN

    @property
    def attained_error(self) -> float:
        """Exact probability that no patient of the first stage responds at the target rate."""
        return (1.0 - self.target) ** self.first_stage

    @property
    def holds(self) -> bool:
        """Whether the error is what was asked for, without slack."""
        return self.attained_error <= self.error

    @property
    def expected_patients(self) -> float:
        """Expected number of patients at the target rate."""
        return float(self.operating_characteristics(self.target).expected_patients[0])

    def operating_characteristics(self, rates: ArrayLike) -> GehanCharacteristics:
        """Return what the design does at true response rates, exactly.

        Raises:
            ToplineError: TL-G04 for a rate outside [0, 1].

        """
        p = checked_rates(rates)
        k = np.arange(self.first_stage + 1.0)
        ways = special.comb(self.first_stage, k)
        chance = ways * p[:, None] ** k * (1.0 - p[:, None]) ** (self.first_stage - k)
        total = self.first_stage + np.array(self.second_stage, dtype=np.float64)
        sizes, place = np.unique(total, return_inverse=True)
        patients = chance @ (place[:, None] == np.arange(len(sizes)))
        return GehanCharacteristics(p, chance[:, 0], chance @ total, sizes, patients)


def gehan(target: float, *, error: float = 0.05, standard_error: float = 0.1) -> GehanDesign:
    """Return Gehan's design: the least first stage that seldom has no response, and the second stage per response.

    The second stage brings the standard error sqrt(p (1 - p) / n) of the rate down to the wanted one. For p it takes,
    on the safe side, the rate with the largest variance between the observed one and its upper 75% confidence limit
    (one-sided, exact).

    Args:
        target: rate of which a treatment is not to be missed, in (0, 1).
        error: most probability of no response in the first stage at that rate, in (0, 0.5].
        standard_error: wanted standard error of the rate, in (0, 0.5).

    Returns:
        GehanDesign.

    Raises:
        ToplineError: TL-G01 for the rate, TL-G04 for the two settings, TL-G02 for a first stage of more than 10,000.

    >>> design = gehan(0.2, error=0.05)
    >>> design.first_stage, design.second_stage[:5]
    (14, (0, 1, 6, 9, 11))

    Source: Gehan 1961, doi:10.1016/0021-9681(61)90060-1. Golden: golden/design_gehan.toml.

    """
    if not 0.0 < number("target", target, "TL-G01") < 1.0:
        raise ToplineError("TL-G01", where="target", what=f"{target:g} is not between 0 and 1; write 20% as 0.2")
    for name, value, most in (("error", error, 0.5), ("standard_error", standard_error, 0.5)):
        if not 0.0 < number(name, value) <= most:
            raise ToplineError("TL-G04", where=name, what=f"{value:g} is not above 0 and at most {most:g}")
    first = _first_stage(target, error)
    k = np.arange(1.0, first + 1.0)
    upper = np.append(special.betaincinv(k[:-1] + 1.0, first - k[:-1], 0.75), 1.0)
    rate = np.clip(0.5, k / first, upper)
    needed = np.ceil(rate * (1.0 - rate) / standard_error**2 - 1e-9)
    second = (0, *(max(int(n) - first, 0) for n in needed))
    return GehanDesign(target, error, standard_error, first, second)


def _first_stage(target: float, error: float) -> int:
    first = max(math.ceil(math.log(error) / math.log1p(-target)) - 1, 1)
    while (1.0 - target) ** first > error:
        first += 1
    if first > FIRST:
        what = f"a first stage that seldom misses a rate of {target:g} has {first} patients, above {FIRST}"
        raise ToplineError("TL-G02", where="Gehan", what=what)
    return first
