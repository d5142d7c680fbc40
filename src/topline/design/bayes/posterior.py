"""Designs that stop by the posterior of the response rate: the data so far with a beta prior, against thresholds.

With x responses of n patients and a beta(a, b) prior the posterior is beta(a + x, b + n - x). A trial stops with
success when the rate is likely enough above the null rate, and without when it is unlikely enough above another one.
Each such rule is a boundary, so that its level and power are exact whatever the prior says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.design.checked import counts, number, rates
from topline.design.exact import keeps, keeps_level, keeps_power
from topline.design.looks import Looks, fewest, smallest
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import NEVER, Array, Boundary, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

Prior = tuple[float, float]
"""Parameters a and b of a beta prior, above 0: as if a responses and b non-responses had been seen before."""

SOURCE = "Thall & Simon 1994, doi:10.2307/2533377 (posterior thresholds with beta priors)"
TIE = 1e-10
"""Two probabilities that differ by less, relatively, are equal: what separates them is rounding."""


@dataclass(frozen=True, slots=True)
class PosteriorRule:
    """Thresholds on the posterior of the response rate.

    Attributes:
        certainty: success at a look when P(rate > null | data) is at least this, in (0, 1).
        futile: no success at a look when P(rate > `against` | data) is below this, in [0, 1); 0 never stops.
        against: the rate that futility is about; the target rate is usual.
        early: whether success can stop before the last look.
        prior: beta prior of the rate.

    Raises:
        ToplineError: TL-G04 when one is out of range.

    """

    certainty: float
    futile: float
    against: float
    early: bool = False
    prior: Prior = (1.0, 1.0)

    def __post_init__(self) -> None:
        check_share("certainty", self.certainty)
        check_share("against", self.against)
        check_share("futile", self.futile, also=0.0)
        check_prior("prior", self.prior)


@dataclass(frozen=True)
class PosteriorDesign(SingleArmDesign):
    """A design with the rule on the posterior that made its boundary."""

    rule: PosteriorRule


def check_share(name: str, value: float, also: float | None = None) -> None:
    """Raise TL-G04 unless a threshold is between 0 and 1; `also` is allowed too."""
    if not (0.0 < number(name, value) < 1.0 or value == also):
        raise ToplineError("TL-G04", where=name, what=f"{value:g} is not between 0 and 1; write 95% as 0.95")


def check_prior(name: str, prior: Prior) -> None:
    """Raise TL-G04 unless both parameters of a beta prior are above 0 and finite."""
    if not isinstance(prior, tuple | list) or len(prior) != 2:
        raise ToplineError("TL-G04", where=name, what=f"{prior!r} is not a pair of numbers above 0")
    if not all(0 < number(name, each) < np.inf for each in prior):
        raise ToplineError("TL-G04", where=name, what=f"beta({prior[0]:g}, {prior[1]:g}) has no parameters above 0")


def exceeds(responses: ArrayLike, patients: ArrayLike, rate: ArrayLike, prior: Prior = (1.0, 1.0)) -> Array:
    """Posterior probability that the response rate is above a given one.

    Args:
        responses: number of responses, 0 to `patients`; any shape.
        patients: number of patients; any shape.
        rate: the rate to exceed, in (0, 1); any shape.
        prior: beta prior of the rate.

    Raises:
        ToplineError: TL-G03 for impossible counts, TL-G04 for another rate or prior.

    >>> float(exceeds(16, 23, 0.6, (0.6, 0.4)).round(4))
    0.836

    """
    x, n = counts("responses", responses), counts("patients", patients)
    if (x > n).any():
        raise ToplineError("TL-G03", where="responses", what=f"{responses!r} of {patients!r} patients")
    check_prior("prior", prior)
    p = rates(np.ravel(rate), "rate").reshape(np.shape(rate))
    return np.asarray(special.betaincc(prior[0] + x, prior[1] + n - x, p))


def exceeds_table(looks: tuple[int, ...], rate: float, prior: Prior) -> Array:
    """Return `exceeds` for each look and each number of responses, nan above the look; (look, responses)."""
    table = np.full((len(looks), looks[-1] + 1), np.nan)
    for place, n in enumerate(looks):
        table[place, : n + 1] = _row(n, rate, prior)
    return table


@lru_cache(maxsize=8192)
def _row(patients: int, rate: float, prior: Prior) -> Array:
    """Return `exceeds` for each number of responses; a search over sizes meets each row many times."""
    found = exceeds(np.arange(patients + 1), patients, rate, prior)
    found.flags.writeable = False
    return found


def responses_needed(looks: tuple[int, ...], rate: float, certainty: float, prior: Prior) -> NDArray[np.int64]:
    """Return for each look the fewest responses with which the rate is above with this certainty; else one too many.

    >>> responses_needed((36,), 0.2, 0.9, (0.2, 0.8)).tolist()
    [11]

    """
    return np.asarray((np.array(looks) + 1) - (exceeds_table(looks, rate, prior) >= certainty).sum(axis=1))


def posterior_boundary(rule: PosteriorRule, null: float, looks: tuple[int, ...]) -> Boundary:
    """Return the boundary of a rule: success where the certainty is reached, else no success where it is futile.

    >>> rule = PosteriorRule(certainty=0.9, futile=0.05, against=0.4, prior=(0.2, 0.8))
    >>> posterior_boundary(rule, 0.2, (10, 20, 36))
    Boundary(looks=(10, 20, 36), futility=(1, 4, 10), efficacy=(11, 21, 11))

    """
    above = exceeds_table(looks, null, rule.prior)
    return closed(looks, _futile(rule, looks), _successful(rule, looks, above, rule.certainty))


def _futile(rule: PosteriorRule, looks: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the most responses at each look that stop for futility."""
    return np.asarray((exceeds_table(looks, rule.against, rule.prior) < rule.futile).sum(axis=1) - 1)


def _successful(rule: PosteriorRule, looks: tuple[int, ...], above: Array, certainty: float) -> NDArray[np.int64]:
    """Return the fewest responses at each look that are a success, given how likely the rate is above the null."""
    never = np.array(looks) + 1
    high = never - (above >= certainty).sum(axis=1)
    return high if rule.early else np.append(never[:-1], high[-1])


def closed(looks: tuple[int, ...], low: NDArray[np.int64], high: NDArray[np.int64]) -> Boundary:
    """Return bounds as a boundary: success comes first where both hold, and at the last look everything decides."""
    low = np.maximum(np.minimum(low, high - 1), NEVER)
    low[-1] = high[-1] - 1
    return Boundary(looks, tuple(low.tolist()), tuple(high.tolist()))


def distinct(values: Array) -> Array:
    """Return the different numbers among values, increasing; what only rounding separates is one."""
    ordered = np.unique(values[~np.isnan(values)])
    new = np.append(True, np.diff(ordered) > TIE * ordered[1:])
    return np.asarray(ordered[new])


def least_certainty(boundary: Callable[[float], Boundary], thresholds: Array, hypotheses: Hypotheses) -> float | None:
    """Return the smallest threshold whose boundary holds the level: the one with the largest power, if that is enough.

    Level and power fall as the threshold rises, which is what makes bisection exact.

    Args:
        boundary: the boundary of a threshold.
        thresholds: every value at which the boundary changes, increasing; (threshold,).
        hypotheses: rates, level and power.

    Returns:
        The threshold; None where no threshold holds both level and power.

    """
    if not len(thresholds):
        return None
    first = boundary(float(thresholds[0]))
    if not keeps_power(first, hypotheses, success(first, hypotheses.target)):
        return None
    low, high = 0, len(thresholds)
    while low < high:
        middle = (low + high) // 2
        rule = boundary(float(thresholds[middle]))
        kept = keeps_level(rule, hypotheses, success(rule, hypotheses.null))
        low, high = (low, middle) if kept else (middle + 1, high)
    return float(thresholds[low]) if low < len(thresholds) else None


def success(boundary: Boundary, rate: float) -> float:
    """Return the exact probability of success at a rate."""
    return float(operating_characteristics(boundary, rate).success[0])


def posterior_design(
    hypotheses: Hypotheses, rule: PosteriorRule, looks: Looks | None = None, patients: range = range(10, 101)
) -> PosteriorDesign:
    """Design with posterior thresholds: the fewest patients with which a certainty holds level and power exactly.

    The certainty that a rule names is not a level. It is raised or lowered to the smallest one with which the exact
    level is at most alpha; futility, prior and looks stay as the rule says.

    Args:
        hypotheses: rates, level and power.
        rule: thresholds; its certainty is replaced.
        looks: schedule; after each patient from the tenth on if left out.
        patients: numbers of patients to try, increasing.

    Returns:
        PosteriorDesign; its rule has the certainty that was found.

    Raises:
        ToplineError: TL-G02 when none holds.

    >>> rule = PosteriorRule(certainty=0.95, futile=0.01, against=0.3, prior=(0.5, 0.5))
    >>> found = posterior_design(Hypotheses(0.1, 0.3, 0.05, 0.9), rule, Looks(10, 5))
    >>> found.boundary.patients, found.boundary.efficacy[-1], round(found.level, 4), round(found.attained_power, 4)
    (34, 7, 0.0452, 0.9031)

    """
    schedule = looks or Looks()

    def find(n: int) -> PosteriorDesign | None:
        return _of_size(hypotheses, rule, schedule.up_to(n))

    return smallest(find, patients, fewest(hypotheses))


def _of_size(hypotheses: Hypotheses, rule: PosteriorRule, looks: tuple[int, ...]) -> PosteriorDesign | None:
    above, low = exceeds_table(looks, hypotheses.null, rule.prior), _futile(rule, looks)
    thresholds = distinct(above if rule.early else above[-1])

    def boundary(certainty: float) -> Boundary:
        return closed(looks, low, _successful(rule, looks, above, certainty))

    certainty = least_certainty(boundary, thresholds[(thresholds > 0) & (thresholds < 1)], hypotheses)
    if certainty is None:
        return None
    found = replace(rule, certainty=certainty)
    design = PosteriorDesign("Posterior thresholds", hypotheses, boundary(certainty), SOURCE, found)
    return design if keeps(design.boundary, hypotheses) else None
