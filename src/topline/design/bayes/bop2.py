"""BOP2, the Bayesian optimal phase II design: one family of futility bounds, tuned so that the level holds exactly.

At a look after n of N patients the trial stops when P(rate > null | data) is below lambda (n / N)^gamma, and it
succeeds when it does not stop at the end. After a small share of the patients the cutoff is small: early stops need
strong data. Lambda and gamma have no meaning of their own. They are chosen so that the exact level is at most alpha
and the power is the largest, or the expected number of patients at the null rate the smallest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from topline.design.bayes.posterior import TIE, Prior, check_prior, check_share, closed, distinct, exceeds_table
from topline.design.checked import number
from topline.design.exact import keeps_level, keeps_power
from topline.design.looks import Looks, fewest, smallest
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array, Boundary, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

SOURCE = "Zhou, Lee & Yuan 2017, doi:10.1002/sim.7338"
GAMMAS = 101
"""Values of gamma that are tried, from 0 to 1 with equal steps."""

Aim = Literal["power", "expected"]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bop2Rule:
    """The two numbers that shape the bounds, with the prior.

    Attributes:
        scale: lambda, the cutoff at the last look, in (0, 1).
        shape: gamma, how fast the cutoff rises to it, 0 or more; 0 is the same cutoff at each look.
        prior: beta prior of the rate; BOP2 takes the null rate as its mean and one patient as its weight.

    Raises:
        ToplineError: TL-G04 when one is out of range.

    """

    scale: float
    shape: float
    prior: Prior

    def __post_init__(self) -> None:
        check_share("scale", self.scale)
        check_prior("prior", self.prior)
        if not 0 <= number("shape", self.shape) < np.inf:
            raise ToplineError("TL-G04", where="shape", what=f"{self.shape:g} is not 0 or more")


@dataclass(frozen=True)
class Bop2Design(SingleArmDesign):
    """A design with lambda and gamma.

    Attributes:
        scale: every lambda in (scale[0], scale[1]] gives the same bounds with this gamma.
        shape: gamma.
        prior: beta prior of the rate.

    """

    scale: Interval
    shape: float
    prior: Prior


def unit_prior(null: float) -> Prior:
    """Return the prior that weighs one patient and has the null rate as its mean."""
    return null, 1.0 - null


def bop2_boundary(rule: Bop2Rule, null: float, looks: tuple[int, ...]) -> Boundary:
    """Return the bounds of lambda and gamma.

    >>> found = bop2_boundary(Bop2Rule(scale=0.9, shape=1.0, prior=(0.2, 0.8)), 0.2, (10, 15, 20, 25, 30, 35, 40))
    >>> found.futility
    (1, 2, 3, 5, 7, 9, 11)

    Golden: golden/design_bop2.toml.

    """
    share = np.array(looks) / looks[-1]
    return _below(looks, exceeds_table(looks, null, rule.prior), rule.scale * share**rule.shape)


def _below(looks: tuple[int, ...], table: Array, cutoffs: Array) -> Boundary:
    """Return the rule that stops where the posterior probability is below the cutoff of the look."""
    low = (table < cutoffs[:, None]).sum(axis=1) - 1
    high = np.array(looks) + 1
    high[-1] = low[-1] + 1
    return closed(looks, low, high)


def bop2(
    hypotheses: Hypotheses,
    looks: Looks | None = None,
    patients: range = range(10, 101),
    aim: Aim = "power",
    prior: Prior | None = None,
) -> Bop2Design:
    """BOP2 with the fewest patients that hold level and power, and with the best lambda and gamma for them.

    For each gamma of a grid every lambda that gives another boundary is in reach, so that lambda is exact. Among equal
    powers the smallest expected number of patients wins.

    Args:
        hypotheses: rates, level and power.
        looks: schedule; after the tenth patient and each five more if left out.
        patients: numbers of patients to try; `range(40, 41)` is a trial of 40.
        aim: `power` finds the largest power, as published; `expected` the fewest expected patients at the null rate
            among the rules that hold level and power.
        prior: beta prior; its mean is the null rate and it weighs one patient if left out.

    Raises:
        ToplineError: TL-G02 when none holds, TL-G04 for another aim.

    >>> found = bop2(Hypotheses(0.2, 0.4, alpha=0.1, power=0.85), patients=range(40, 41))
    >>> found.boundary.futility, round(found.level, 4), round(found.attained_power, 4)
    ((1, 2, 4, 5, 7, 9, 10), 0.0974, 0.8815)

    Source: Zhou, Lee & Yuan 2017, doi:10.1002/sim.7338. Golden: golden/design_bop2.toml.

    """
    if aim not in ("power", "expected"):
        raise ToplineError("TL-G04", where="aim", what=f"{aim!r} is neither power nor expected")
    schedule, belief = looks or Looks(10, 5), prior or unit_prior(hypotheses.null)
    check_prior("prior", belief)

    def find(n: int) -> Bop2Design | None:
        found = _of_size(hypotheses, schedule.up_to(n), belief, aim)
        return min(found, key=lambda design: _rank(design, aim), default=None)

    return smallest(find, patients, fewest(hypotheses))


def _rank(design: Bop2Design, aim: Aim) -> tuple[float, float]:
    power, expected = round(-design.attained_power, 12), round(design.expected_patients, 9)
    return (power, expected) if aim == "power" else (expected, power)


def _of_size(hypotheses: Hypotheses, looks: tuple[int, ...], prior: Prior, aim: Aim) -> Iterator[Bop2Design]:
    """Yield the best design of each gamma that holds level and power, each boundary once."""
    table = exceeds_table(looks, hypotheses.null, prior)
    seen: dict[Boundary, Array] = {}
    yielded = set()
    for shape in np.linspace(0.0, 1.0, GAMMAS):
        family = cutoff_family(looks, table, float(shape), seen)
        place = family.best(hypotheses, aim)
        if place is not None and (boundary := family.boundary(place)) not in yielded:
            yielded.add(boundary)
            yield Bop2Design("BOP2", hypotheses, boundary, SOURCE, family.scale(place), float(shape), prior)


@dataclass(frozen=True)
class CutoffFamily:
    """All boundaries of one gamma in the order of lambda: level and power fall from one to the next.

    Attributes:
        looks: patients at each look.
        table: posterior probability that the rate is above the null, nan above the look; (look, responses).
        cutoffs: what lambda is multiplied with at each look; (look,).
        scales: the largest lambda of each boundary, increasing; (boundary,).
        seen: what is known already of a boundary: success at the null and the target rate.

    """

    looks: tuple[int, ...]
    table: Array
    cutoffs: Array
    scales: Array
    seen: dict[Boundary, Array]

    def boundary(self, place: int) -> Boundary:
        """Return the boundary of a place."""
        return _below(self.looks, self.table, self.scales[place] * self.cutoffs * (1.0 - TIE / 2))

    def scale(self, place: int) -> Interval:
        """Return the interval of lambda, open below, that gives the boundary of a place."""
        return float(self.scales[place - 1]) if place else 0.0, float(self.scales[place])

    def success(self, place: int, rates: tuple[float, float]) -> Array:
        """Return the probability of success at the null and the target rate."""
        boundary = self.boundary(place)
        if boundary not in self.seen:
            self.seen[boundary] = operating_characteristics(boundary, rates).success
        return self.seen[boundary]

    def best(self, hypotheses: Hypotheses, aim: Aim) -> int | None:
        """Return the place of the smallest lambda that holds the level, or of the largest that holds the power.

        These have the largest power and the fewest expected patients; where neither holds, no other holds both.
        """
        below, above = -1, len(self.scales)
        while above - below > 1:
            middle = (below + above) // 2
            holds_level, holds_power = self._holds(middle, hypotheses)
            if not holds_level and not holds_power:
                return None
            go_up = holds_power if aim == "expected" else not holds_level
            below, above = (middle, above) if go_up else (below, middle)
        place = below if aim == "expected" else above
        return place if 0 <= place < len(self.scales) and all(self._holds(place, hypotheses)) else None

    def _holds(self, place: int, hypotheses: Hypotheses) -> tuple[bool, bool]:
        level, power = self.success(place, (hypotheses.null, hypotheses.target))
        rule = self.boundary(place)
        return keeps_level(rule, hypotheses, float(level)), keeps_power(rule, hypotheses, float(power))


def cutoff_family(looks: tuple[int, ...], table: Array, shape: float, seen: dict[Boundary, Array]) -> CutoffFamily:
    """Return the boundaries of a gamma, one for each lambda below 1 that makes a difference."""
    cutoffs = (np.array(looks) / looks[-1]) ** shape
    relative = table / cutoffs[:, None]
    return CutoffFamily(looks, table, cutoffs, distinct(relative[relative < 1.0]), seen)
