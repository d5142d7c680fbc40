"""The predictive probability design of Lee and Liu: look as often as one likes, stop when success is out of reach.

Success at the end is certainty that the rate is above the null one: P(rate > null | all data) > `certainty`, which is
a number of responses needed of the patients planned. At a look the predictive probability is the chance, given the
data so far, to reach it; under a beta prior the responses still to come are beta-binomial. The trial stops without
success when it is below `low`, and with success when it is above `high`; at `high` = 1 it never stops for success.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.design.bayes.posterior import (
    TIE,
    Prior,
    check_prior,
    check_share,
    closed,
    distinct,
    exceeds,
    exceeds_table,
)
from topline.design.checked import whole
from topline.design.exact import keeps_level, keeps_power
from topline.design.looks import Looks, checked_sizes, fewest, smallest
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.binomial import binomial_tables
from topline.protocol.rule.boundary import Array, Boundary, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import LARGEST
from topline.protocol.rule.outcome import is_whole

SOURCE = "Lee & Liu 2008, doi:10.1177/1740774508089279"
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PredictiveRule:
    """Thresholds on the predictive probability (Lee and Liu's theta L, theta T and theta U), with the prior.

    Attributes:
        low: stop without success below this predictive probability, in [0, 1); 0 never stops.
        certainty: success at the end above this posterior probability that the rate exceeds the null, in (0, 1).
        high: stop with success above this predictive probability, in (0, 1]; 1 never stops.
        prior: beta prior of the rate.

    Raises:
        ToplineError: TL-G04 when one is out of range, or `low` is above `high`.

    """

    low: float
    certainty: float
    high: float = 1.0
    prior: Prior = (1.0, 1.0)

    def __post_init__(self) -> None:
        check_share("low", self.low, also=0.0)
        check_share("certainty", self.certainty)
        check_share("high", self.high, also=1.0)
        check_prior("prior", self.prior)
        if self.low > self.high:
            raise ToplineError("TL-G04", where="low", what=f"{self.low:g} is above the upper one, {self.high:g}")


@dataclass(frozen=True)
class PredictiveDesign(SingleArmDesign):
    """A design with all thresholds on the predictive probability that give its boundary.

    Attributes:
        low: every threshold in (low[0], low[1]] gives the same futility bounds.
        certainty: every one in [certainty[0], certainty[1]) gives the same bound at the end.
        high: threshold that stops with success; 1 never does.
        prior: beta prior of the rate.

    """

    low: Interval
    certainty: Interval
    high: float
    prior: Prior


def needed_at_end(patients: int, null: float, certainty: float, prior: Prior) -> int:
    """Return the fewest responses of all patients with which P(rate > null | data) is above the certainty.

    >>> needed_at_end(40, 0.6, 0.9, (0.6, 0.4))
    28

    """
    check_share("certainty", certainty)
    whole("patients", patients, code="TL-G03")
    return int(patients + 1 - (exceeds(np.arange(patients + 1), patients, null, prior) > certainty).sum())


def predictive_probability(responses: int, patients: int, end: tuple[int, int], prior: Prior = (1.0, 1.0)) -> float:
    """Chance that a trial reaches the responses needed at its end, given those so far, under a beta prior of the rate.

    Args:
        responses: number of responses so far, 0 to `patients`.
        patients: number of patients so far, 0 to all that are planned.
        end: responses needed, of so many patients planned.
        prior: beta prior of the rate.

    Raises:
        ToplineError: TL-G03 when the counts are impossible.

    >>> needed = needed_at_end(40, 0.6, 0.9, (0.6, 0.4))
    >>> round(predictive_probability(16, 23, (needed, 40), (0.6, 0.4)), 6)
    0.565559

    Source: Lee & Liu 2008, doi:10.1177/1740774508089279, the example of its section on methods.
    Golden: golden/design_predictive.toml.

    """
    needed, planned = end
    whole_counts = all(is_whole(count) for count in (responses, patients, needed, planned))
    if not whole_counts or not 0 <= responses <= patients <= planned <= LARGEST or not 0 <= needed <= planned + 1:
        what = f"{responses} responses of {patients} patients of {planned} planned"
        raise ToplineError("TL-G03", where="interim", what=what)
    check_prior("prior", prior)
    return float(predictive_table(needed, planned, prior, patients)[patients, responses])


def predictive_table(needed: int, planned: int, prior: Prior, first: int = 0) -> Array:
    """Return the predictive probability for each number of patients from `first` on and of responses, nan elsewhere.

    The table is filled from the end backwards: what is expected after the next patient, whose response has the
    posterior mean as its probability. Only positive numbers are added. Shape (patients = 0 to planned, responses).

    """
    return success_table(Boundary((planned,), (needed - 1,), (needed,)), prior, first)


def success_table(boundary: Boundary, prior: Prior, first: int = 0) -> Array:
    """Return the same for any rule: the chance that its trial succeeds, every look from `first` on being held.

    >>> float(success_table(Boundary((2,), (1,), (2,)), (1.0, 1.0))[0, 0].round(12))  # 1/2 x 2/3
    0.333333333333

    """
    planned = boundary.patients
    bounds = dict(zip(boundary.looks, zip(boundary.futility, boundary.efficacy, strict=True), strict=True))
    table = np.full((planned + 1, planned + 1), np.nan)
    for n in range(planned, first - 1, -1):
        x = np.arange(n + 1)
        if n < planned:
            response = (prior[0] + x) / (sum(prior) + n)
            no_response = (prior[1] + n - x) / (sum(prior) + n)
            table[n, : n + 1] = response * table[n + 1, 1 : n + 2] + no_response * table[n + 1, : n + 1]
        if n in bounds:
            low, high = bounds[n]
            table[n, : low + 1], table[n, high : n + 1] = 0.0, 1.0
    return table


def predictive_boundary(rule: PredictiveRule, null: float, looks: tuple[int, ...]) -> Boundary:
    """Return the boundary of a rule; the last look is at all patients planned.

    >>> rule = PredictiveRule(low=0.001, certainty=0.9, prior=(0.2, 0.8))
    >>> found = predictive_boundary(rule, 0.2, tuple(range(10, 37)))
    >>> [found.looks[found.futility.index(bound)] for bound in range(11)]
    [10, 17, 21, 24, 27, 29, 31, 33, 34, 35, 36]

    Source: Lee & Liu 2008, doi:10.1177/1740774508089279 (their design for rates 0.2 and 0.4).
    Golden: golden/design_predictive.toml.

    """
    needed = needed_at_end(looks[-1], null, rule.certainty, rule.prior)
    table = predictive_table(needed, looks[-1], rule.prior, looks[0])[list(looks)]
    return _boundary(looks, (table < rule.low).sum(axis=1) - 1, _high(looks, table, rule.high), needed)


def _high(looks: tuple[int, ...], table: Array, high: float) -> NDArray[np.int64]:
    """Return the fewest responses at each look with a predictive probability above the upper threshold."""
    never = np.array(looks) + 1
    return never if high >= 1.0 else np.asarray(never - (table > high).sum(axis=1))


def _boundary(looks: tuple[int, ...], low: NDArray[np.int64], high: NDArray[np.int64], needed: int) -> Boundary:
    high = high.copy()
    high[-1] = needed
    return closed(looks, low, high)


@dataclass(frozen=True)
class _End:
    """All rules that need so many responses of all patients: which numbers at each look have which predictive value.

    `values` are the different predictive probabilities at the looks before the end, increasing; `rank` says for each
    look and number of responses which of them it has, and a number that is none; (look, responses).
    """

    looks: tuple[int, ...]
    needed: int
    values: Array
    rank: NDArray[np.int64]
    high: NDArray[np.int64]

    def boundary(self, rank: int) -> Boundary:
        """Return the boundary that stops for each value below that of a rank."""
        return _boundary(self.looks, (self.rank < rank).sum(axis=1) - 1, self.high, self.needed)


def _end(looks: tuple[int, ...], needed: int, prior: Prior, high: float) -> _End:
    table = predictive_table(needed, looks[-1], prior, looks[0])[list(looks)]
    values = distinct(table[:-1]) if len(looks) > 1 else np.zeros(1)
    rank = np.searchsorted(values, table * (1.0 - TIE / 2))
    rank[np.isnan(table)] = len(values) + 1
    return _End(looks, needed, values, rank, _high(looks, table, high))


def predictive_designs(
    hypotheses: Hypotheses,
    patients: range,
    looks: Looks | None = None,
    prior: Prior | None = None,
    high: float = 1.0,
) -> Iterator[PredictiveDesign]:
    """Yield for each number of patients the predictive probability design with the least expected patients.

    Every threshold is tried, not a grid of them: with so many responses needed at the end, level, power and expected
    patients all fall as the lower threshold rises, so that the best one is the highest that keeps the power.

    Args:
        hypotheses: rates, level and power.
        patients: numbers of patients to try.
        looks: schedule; after each patient from the tenth on if left out.
        prior: beta prior; its mean is the null rate and it weighs one patient if left out.
        high: predictive probability above which a look stops with success; 1 never stops.

    Yields:
        PredictiveDesign, none for numbers of patients with which none holds level and power.

    """
    schedule = looks or Looks()
    belief = prior or (hypotheses.null, 1.0 - hypotheses.null)
    PredictiveRule(0.0, 0.5, high, belief)
    for n in checked_sizes(patients):
        if (design := _of_size(hypotheses, schedule.up_to(n), belief, high)) is not None:
            yield design


def predictive_probability_design(
    hypotheses: Hypotheses,
    patients: range = range(10, 101),
    looks: Looks | None = None,
    prior: Prior | None = None,
    high: float = 1.0,
) -> PredictiveDesign:
    """Predictive probability design with the fewest patients and, among these, the least expected number at the null.

    Args:
        hypotheses: rates, level and power.
        patients: numbers of patients to try, increasing.
        looks: schedule; after each patient from the tenth on if left out.
        prior: beta prior; its mean is the null rate and it weighs one patient if left out.
        high: predictive probability above which a look stops with success; 1 never stops.

    Raises:
        ToplineError: TL-G02 when none holds.

    >>> found = predictive_probability_design(Hypotheses(0.2, 0.4, alpha=0.1, power=0.9))
    >>> found.boundary.patients, found.boundary.efficacy[-1], round(found.level, 4), round(found.attained_power, 4)
    (36, 11, 0.0856, 0.9002)

    Source: Lee & Liu 2008, doi:10.1177/1740774508089279. Golden: golden/design_predictive.toml.

    """

    def find(n: int) -> PredictiveDesign | None:
        return next(predictive_designs(hypotheses, range(n, n + 1), looks, prior, high), None)

    return smallest(find, patients, fewest(hypotheses))


def _of_size(hypotheses: Hypotheses, looks: tuple[int, ...], prior: Prior, high: float) -> PredictiveDesign | None:
    found = [
        design
        for needed in _numbers_needed(hypotheses, looks[-1], high)
        if (design := _highest_threshold(hypotheses, _end(looks, needed, prior, high), prior, high)) is not None
    ]
    return min(found, key=lambda design: design.expected_patients, default=None)


def _numbers_needed(hypotheses: Hypotheses, patients: int, high: float) -> Iterator[int]:
    """Yield the numbers of responses at the end with which the power could hold; futility only takes from it."""
    power = binomial_tables(hypotheses.target, patients).at_least[patients]
    for needed in range(patients, 0, -1):
        if high < 1.0 or power[needed] * (1.0 + TIE) >= hypotheses.power:
            yield needed


def _highest_threshold(hypotheses: Hypotheses, end: _End, prior: Prior, high: float) -> PredictiveDesign | None:
    """Return the design of the highest lower threshold that keeps the power, if it holds the level.

    Level and power fall with each value that stops: where neither holds, no other threshold holds both.
    """
    below, above = -1, len(end.values) + 1
    while above - below > 1:
        middle = (below + above) // 2
        rule = end.boundary(middle)
        level, power = operating_characteristics(rule, (hypotheses.null, hypotheses.target)).success.tolist()
        if keeps_power(rule, hypotheses, power):
            below = middle
        elif not keeps_level(rule, hypotheses, level):
            return None
        else:
            above = middle
    if below < 0:
        return None
    low, certainty = _low(end, below), _certainty(hypotheses.null, end, prior)
    name = "Lee-Liu predictive probability"
    design = PredictiveDesign(name, hypotheses, end.boundary(below), SOURCE, low, certainty, high, prior)
    return design if keeps_level(design.boundary, hypotheses, design.level) else None


def _low(end: _End, rank: int) -> Interval:
    lower = float(end.values[rank - 1]) if rank else 0.0
    return lower, float(end.values[rank]) if rank < len(end.values) else 1.0


def _certainty(null: float, end: _End, prior: Prior) -> Interval:
    of_all = exceeds_table(end.looks[-1:], null, prior)[0]
    upper = of_all[end.needed] if end.needed < len(of_all) else 1.0
    return float(of_all[end.needed - 1]), float(upper)
