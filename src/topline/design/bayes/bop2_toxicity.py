"""BOP2 for response and toxicity: the same family of cutoffs for both, tuned so that both levels hold exactly.

At a look after n of N patients the trial stops when P(response rate > null | data) is below lambda (n / N)^gamma, or
when P(rate of toxicity < unacceptable | data) is below kappa (n / N)^gamma. With a Dirichlet prior of the four outcomes
of a patient, the posterior of either rate is a beta distribution. The published form has one lambda for both; with two
of them each level is spent for itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from topline.design.bayes.bop2 import CutoffFamily, Interval, cutoff_family, unit_prior
from topline.design.bayes.posterior import exceeds_table
from topline.design.bivariate.rule import BivariateBoundary, BivariateDesign, BivariateHypotheses, fewest_of_both
from topline.design.looks import Looks, smallest
from topline.errors import ToplineError
from topline.protocol.rule.binomial import Array
from topline.protocol.rule.boundary import Boundary

SOURCE = "Zhou, Lee & Yuan 2017, doi:10.1002/sim.7338; Chen et al. 2024, arXiv:2408.05816 (both levels held)"
GAMMAS = 21
"""Values of gamma that are tried, from 0 to 1 with equal steps."""


@dataclass(frozen=True)
class Bop2ToxicityDesign(BivariateDesign):
    """A design with lambda, kappa and gamma.

    Attributes:
        response_scale: every lambda in this interval, open below, gives the same bounds of response with this gamma.
        toxicity_scale: every kappa in this interval, open below, gives the same bounds of toxicity.
        shape: gamma.

    """

    response_scale: Interval
    toxicity_scale: Interval
    shape: float


@dataclass(frozen=True)
class _Outcome:
    """One outcome, counted so that more is better, of which the null rate is too low: response, or no toxicity."""

    rates: tuple[float, float]
    alpha: float
    power: float
    table: Array
    seen: dict[Boundary, Array]

    def within_reach(self, family: CutoffFamily) -> tuple[range, Array]:
        """Return the places of a family that the other outcome may still complete, with their success; (place, 2)."""
        first = _first(family, lambda success: bool(success[0] * self.power <= self.alpha), self.rates)
        stop = _first(family, lambda success: bool(success[1] < self.power), self.rates)
        places = range(first, stop)
        return places, np.array([family.success(place, self.rates) for place in places]).reshape(-1, 2)


def _first(family: CutoffFamily, holds: Callable[[Array], bool], rates: tuple[float, float]) -> int:
    """Return the first place of which this holds; it holds from there on."""
    below, above = -1, len(family.scales)
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if holds(family.success(middle, rates)) else (middle, above)
    return above


def bop2_toxicity(
    hypotheses: BivariateHypotheses, looks: Looks | None = None, patients: range = range(10, 101)
) -> Bop2ToxicityDesign:
    """BOP2 for response and toxicity: the fewest patients that hold both levels and the power, with the most power.

    For each gamma of a grid every pair of lambda and kappa that makes a difference is in reach. The prior of the four
    outcomes weighs one patient and has the null response rate and the unacceptable rate of toxicity as its means.

    Args:
        hypotheses: rates, levels and power; independent outcomes.
        looks: schedule; after the tenth patient and each five more if left out.
        patients: numbers of patients to try; `range(40, 41)` is a trial of 40.

    Raises:
        ToplineError: TL-G02 when none holds, TL-G04 for an odds ratio other than 1.

    >>> asked = BivariateHypotheses(response=(0.3, 0.6), toxicity=(0.4, 0.2), power=0.8)
    >>> found = bop2_toxicity(asked, Looks(12, 6))
    >>> found.boundary, round(found.level_response, 4), round(found.level_toxicity, 4)
    (BivariateBoundary(looks=(12, 18, 24, 27), futility=(3, 5, 9, 10), toxicity=(6, 7, 8, 8)), 0.0981, 0.0897)

    Source: Zhou, Lee & Yuan 2017, doi:10.1002/sim.7338.

    """
    if hypotheses.odds_ratio != 1.0:
        what = f"{hypotheses.odds_ratio:g} is not 1; the search is for independent outcomes"
        raise ToplineError("TL-G04", where="odds ratio", what=what)
    schedule = looks or Looks(10, 5)
    return smallest(lambda n: _of_size(hypotheses, schedule.up_to(n)), patients, fewest_of_both(hypotheses))


def _of_size(hypotheses: BivariateHypotheses, looks: tuple[int, ...]) -> Bop2ToxicityDesign | None:
    (null, target), (unacceptable, acceptable) = hypotheses.response, hypotheses.toxicity
    response, safety = (
        _Outcome(rates, alpha, hypotheses.power, exceeds_table(looks, rates[0], unit_prior(rates[0])), {})
        for rates, alpha in (
            ((null, target), hypotheses.alpha_response),
            ((1.0 - unacceptable, 1.0 - acceptable), hypotheses.alpha_toxicity),
        )
    )
    best: Bop2ToxicityDesign | None = None
    for shape in np.linspace(0.0, 1.0, GAMMAS):
        found = _of_shape(hypotheses, (response, safety), looks, float(shape))
        if found is not None and (best is None or found.attained_power > best.attained_power + 1e-12):
            best = found
    return best


def _of_shape(
    hypotheses: BivariateHypotheses, outcomes: tuple[_Outcome, _Outcome], looks: tuple[int, ...], shape: float
) -> Bop2ToxicityDesign | None:
    """Return the design of a gamma with the largest power; independent outcomes succeed with a product of chances."""
    families = [cutoff_family(looks, outcome.table, shape, outcome.seen) for outcome in outcomes]
    (rows, response), (columns, safety) = (o.within_reach(f) for o, f in zip(outcomes, families, strict=True))
    power = response[:, 1, None] * safety[:, 1]
    allowed = (power >= hypotheses.power) & (response[:, 0, None] * safety[:, 1] <= hypotheses.alpha_response)
    allowed &= response[:, 1, None] * safety[:, 0] <= hypotheses.alpha_toxicity
    if not allowed.any():
        return None
    i, j = np.unravel_index(np.argmax(np.where(allowed, power, 0.0)), power.shape)
    places = rows[int(i)], columns[int(j)]
    low, safe = (family.boundary(place).futility for family, place in zip(families, places, strict=True))
    toxicity = tuple(look - bound for look, bound in zip(looks, safe, strict=True))
    response_scale, toxicity_scale = (f.scale(place) for f, place in zip(families, places, strict=True))
    boundary = BivariateBoundary(looks, low, toxicity)
    name = "BOP2 response and toxicity"
    return Bop2ToxicityDesign(name, hypotheses, boundary, SOURCE, response_scale, toxicity_scale, shape)
