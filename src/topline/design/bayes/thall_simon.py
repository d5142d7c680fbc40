"""Thall and Simon's monitoring: the posterior of the new treatment's rate against that of the standard, not a number.

The standard's rate has a beta distribution too, usually narrow, from what is known of it. Enrolment stops with success
when the new rate is very likely above the standard one, and without when it is unlikely above it by a margin.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from topline.design.bayes.posterior import (
    Prior,
    check_prior,
    check_share,
    closed,
    distinct,
    least_certainty,
)
from topline.design.checked import counts
from topline.design.exact import keeps
from topline.design.looks import Looks, fewest, smallest
from topline.design.single_arm import SingleArmDesign
from topline.protocol.rule.boundary import Array, Boundary
from topline.protocol.rule.hypotheses import Hypotheses

SOURCE = "Thall & Simon 1994, doi:10.2307/2533377"

STEPS, REACH = 120, 3.3
"""Nodes of the double exponential rule and how far they reach: beyond is less than 1e-17 of the probability."""


@dataclass(frozen=True, slots=True)
class ThallSimonRule:
    """Thresholds on the probability that the new treatment is better than the standard.

    Attributes:
        standard: beta distribution of the standard's rate.
        certainty: stop with success when P(new > standard | data) is at least this, in (0, 1).
        futile: stop without when P(new > standard + margin | data) is at most this, in [0, 1).
        margin: how much better the new treatment should be, in [0, 1).
        prior: beta prior of the new treatment's rate, usually wide with the standard's mean.

    Raises:
        ToplineError: TL-G04 when one is out of range.

    """

    standard: Prior
    certainty: float
    futile: float
    margin: float = 0.0
    prior: Prior = (1.0, 1.0)

    def __post_init__(self) -> None:
        check_prior("standard", self.standard)
        check_prior("prior", self.prior)
        check_share("certainty", self.certainty)
        check_share("futile", self.futile, also=0.0)
        check_share("margin", self.margin, also=0.0)


@dataclass(frozen=True)
class ThallSimonDesign(SingleArmDesign):
    """A design with the rule that made its boundary."""

    rule: ThallSimonRule


def exceeds_standard(
    responses: ArrayLike, patients: ArrayLike, standard: Prior, margin: float = 0.0, prior: Prior = (1.0, 1.0)
) -> Array:
    """Posterior probability that the rate of the new treatment is above that of the standard by more than a margin.

    The integral over the standard's distribution is taken over its quantiles, by the double exponential rule: the
    integrand is then between 0 and 1 and monotone, however narrow the distribution is.

    Args:
        responses: number of responses, 0 to `patients`; any shape.
        patients: number of patients; any shape.
        standard: beta distribution of the standard's rate.
        margin: least difference, in [0, 1).
        prior: beta prior of the new treatment's rate.

    >>> float(exceeds_standard(0, 1, (1, 1)).round(12))  # densities 2(1 - p) and 1: the mean of 1 - p squared
    0.333333333333

    """
    check_prior("standard", standard)
    check_prior("prior", prior)
    check_share("margin", margin, also=0.0)
    x, n = counts("responses", responses)[..., None], counts("patients", patients)[..., None]
    weights, rates = _standard_rates(standard, margin)
    above = special.betaincc(prior[0] + x, prior[1] + n - x, np.minimum(rates + margin, 1.0))
    return np.asarray((above * weights).sum(axis=-1))


@lru_cache(maxsize=64)
def _standard_rates(standard: Prior, margin: float) -> tuple[Array, Array]:
    """Return quantiles of the standard's distribution below 1 - margin, with weights that add up to their probability.

    Above 1 - margin no rate of the new treatment is higher by the margin.
    """
    t = np.linspace(-REACH, REACH, STEPS)
    low, high = special.expit(np.pi * np.sinh(t)), special.expit(-np.pi * np.sinh(t))
    inside, outside = special.betainc(*standard, 1.0 - margin), special.betaincc(*standard, 1.0 - margin)
    weights = np.cosh(t) * low * high
    quantiles = np.where(
        t < 0, special.betaincinv(*standard, inside * low), special.betainccinv(*standard, outside + inside * high)
    )
    return inside * weights / weights.sum(), quantiles


def thall_simon_boundary(rule: ThallSimonRule, looks: tuple[int, ...]) -> Boundary:
    """Return the boundary of a rule; a trial that is inconclusive at its last look is no success.

    >>> rule = ThallSimonRule(standard=(15, 35), certainty=0.95, futile=0.05, prior=(0.6, 1.4))
    >>> found = thall_simon_boundary(rule, (10, 20, 30, 40))
    >>> found.futility, found.efficacy
    ((0, 2, 4, 18), (7, 11, 15, 19))

    """
    high = _needed(looks, _table(looks, rule, 0.0), rule.certainty)
    margin = _table(looks, rule, rule.margin)
    return closed(looks, (margin <= rule.futile).sum(axis=1) - 1, high)


def _needed(looks: tuple[int, ...], table: Array, certainty: float) -> NDArray[np.int64]:
    return np.asarray((np.array(looks) + 1) - (table >= certainty).sum(axis=1))


def _table(looks: tuple[int, ...], rule: ThallSimonRule, margin: float) -> Array:
    """Return `exceeds_standard` at each look and number of responses, nan above the look; (look, responses)."""
    table = np.full((len(looks), looks[-1] + 1), np.nan)
    for place, n in enumerate(looks):
        table[place, : n + 1] = _row(n, rule.standard, margin, rule.prior)
    return table


@lru_cache(maxsize=4096)
def _row(patients: int, standard: Prior, margin: float, prior: Prior) -> Array:
    """Return `exceeds_standard` for each number of responses; a search over sizes meets each row many times."""
    found = exceeds_standard(np.arange(patients + 1), patients, standard, margin, prior)
    found.flags.writeable = False
    return found


def thall_simon(
    hypotheses: Hypotheses, rule: ThallSimonRule, looks: Looks | None = None, patients: range = range(10, 101)
) -> ThallSimonDesign:
    """Thall and Simon's monitoring with a level: the fewest patients with which a certainty holds level and power.

    The certainty of the rule is raised or lowered to the smallest one whose exact level, with every look, is at most
    alpha; the published 0.95 at each look is no level of 0.05. All else stays as the rule says.

    Args:
        hypotheses: rates, level and power.
        rule: thresholds; its certainty is replaced.
        looks: schedule; after each patient from the tenth on if left out.
        patients: numbers of patients to try, increasing.

    Returns:
        ThallSimonDesign; its rule has the certainty that was found.

    Raises:
        ToplineError: TL-G02 when none holds.

    """
    schedule = looks or Looks()

    def find(n: int) -> ThallSimonDesign | None:
        return _of_size(hypotheses, rule, schedule.up_to(n))

    return smallest(find, patients, fewest(hypotheses))


def _of_size(hypotheses: Hypotheses, rule: ThallSimonRule, looks: tuple[int, ...]) -> ThallSimonDesign | None:
    table = _table(looks, rule, 0.0)
    low = (_table(looks, rule, rule.margin) <= rule.futile).sum(axis=1) - 1

    def boundary(certainty: float) -> Boundary:
        return closed(looks, low, _needed(looks, table, certainty))

    certainty = least_certainty(boundary, distinct(table[(table > 0) & (table < 1)]), hypotheses)
    if certainty is None:
        return None
    found = replace(rule, certainty=certainty)
    design = ThallSimonDesign("Thall-Simon", hypotheses, boundary(certainty), SOURCE, found)
    return design if keeps(design.boundary, hypotheses) else None
