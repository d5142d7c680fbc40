"""Rules that stop enrolment for toxicity: exact boundaries over any schedule of looks, and what they do.

Here a count is of patients with toxicity, and what a boundary calls success is to stop: enrolment stops with
`efficacy` or more toxicities at a look, and no number of toxicities stops for another reason before the end.
"""

from dataclasses import dataclass
from functools import cached_property

from numpy.typing import ArrayLike

from topline.design.bayes.posterior import check_prior, check_share
from topline.design.looks import Looks
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary, OperatingCharacteristics, operating_characteristics
from topline.protocol.rule.toxicity import Prior, keeps, pocock_rule, posterior_rule, steps

POCOCK = "Ivanova, Qaqish & Schell 2005, doi:10.1111/j.1541-0420.2005.00311.x"
POSTERIOR = "Thall & Simon 1994, doi:10.2307/2533377 (posterior thresholds with beta priors)"


@dataclass(frozen=True)
class ToxicityDesign:
    """A rule that stops enrolment for toxicity, made for the most probability to stop at an acceptable rate.

    Attributes:
        name: what the rule is called.
        acceptable: rate of toxicity at which the trial should go on, in (0, 1).
        error: most probability to stop at this rate, in (0, 1).
        boundary: its rule; `efficacy` are the fewest toxicities that stop at each look.
        threshold: the number that was tuned: a level at each look, or a posterior certainty.
        source: who published the rule, with DOI.

    """

    name: str
    acceptable: float
    error: float
    boundary: Boundary
    threshold: float
    source: str

    @cached_property
    def exact(self) -> OperatingCharacteristics:
        """What the rule does at the acceptable rate."""
        return operating_characteristics(self.boundary, self.acceptable)

    @property
    def level(self) -> float:
        """Exact probability to stop at any look at the acceptable rate."""
        return float(self.exact.success[0])

    @property
    def expected_patients(self) -> float:
        """Expected number of patients at the acceptable rate."""
        return float(self.exact.expected_patients[0])

    @property
    def holds(self) -> bool:
        """Whether the probability to stop at the acceptable rate is at most what was asked for, but for rounding."""
        return keeps(self.level, self.error)

    def operating_characteristics(self, rates: ArrayLike) -> OperatingCharacteristics:
        """Return what the rule does at true rates of toxicity, exactly; `success` is to stop."""
        return operating_characteristics(self.boundary, rates)

    def steps(self) -> list[tuple[int, int]]:
        """Return the rule as it is printed: each bound that can be reached with the first look at which it holds."""
        return steps(self.boundary)


def pocock_toxicity(
    acceptable: float, patients: int, error: float = 0.05, looks: Looks | None = None
) -> ToxicityDesign:
    """Pocock-type boundary: the same level at every look, the largest that keeps the probability ever to stop.

    At a look after n patients enrolment stops with k or more toxicities, k being the fewest with P(X >= k) at most the
    level when X is binomial with n patients and the acceptable rate. Every level that gives another boundary is in
    reach, and both probabilities are exact.

    Args:
        acceptable: rate of toxicity at which the trial should go on, in (0, 1).
        patients: number of patients planned, at least 1.
        error: most probability to stop at this rate, in (0, 1).
        looks: schedule; after each patient if left out.

    Returns:
        ToxicityDesign whose threshold is the level at each look; 0 and no bound where no level keeps the error.

    Raises:
        ToplineError: TL-G04 when a number is out of range.

    >>> rule = pocock_toxicity(0.2, 43)
    >>> rule.steps()[:6], round(rule.threshold, 5), round(rule.level, 5)
    ([(3, 3), (4, 4), (6, 5), (9, 6), (12, 7), (15, 8)], 0.01418, 0.04974)
    >>> round(float(rule.operating_characteristics(0.4).success[0]), 4)
    0.8259

    Source: Ivanova, Qaqish & Schell 2005, doi:10.1111/j.1541-0420.2005.00311.x. Golden: golden/design_toxicity.toml.

    """
    rule = pocock_rule(_schedule(acceptable, patients, error, looks), acceptable, error)
    name = "Pocock-type toxicity boundary"
    return ToxicityDesign(name, acceptable, error, rule.boundary, rule.threshold, POCOCK)


def posterior_toxicity(
    acceptable: float,
    patients: int,
    error: float = 0.05,
    looks: Looks | None = None,
    prior: Prior = (1.0, 1.0),
) -> ToxicityDesign:
    """Posterior boundary: stop when the rate is above the acceptable one with the least certainty that keeps the error.

    Args:
        acceptable: rate of toxicity at which the trial should go on, in (0, 1).
        patients: number of patients planned, at least 1.
        error: most probability to stop at this rate, in (0, 1).
        looks: schedule; after each patient if left out.
        prior: beta prior of the rate of toxicity.

    Returns:
        ToxicityDesign whose threshold is the posterior certainty; 1 and no bound where none keeps the error.

    Raises:
        ToplineError: TL-G04 when a number is out of range.

    >>> rule = posterior_toxicity(0.2, 20, 0.1, Looks(5, 5), prior=(0.4, 1.6))
    >>> rule.steps(), round(rule.level, 4)
    ([(5, 3), (10, 5), (15, 7), (20, 8)], 0.0902)

    Source: Thall & Simon 1994, doi:10.2307/2533377, on thresholds of a beta posterior.

    """
    check_prior("prior", prior)
    rule = posterior_rule(_schedule(acceptable, patients, error, looks), acceptable, error, prior)
    name = "Posterior toxicity boundary"
    return ToxicityDesign(name, acceptable, error, rule.boundary, rule.threshold, POSTERIOR)


def _schedule(acceptable: float, patients: int, error: float, looks: Looks | None) -> tuple[int, ...]:
    check_share("acceptable", acceptable)
    check_share("error", error)
    if patients < 1:
        raise ToplineError("TL-G04", where="patients", what=f"{patients} are none")
    return (looks or Looks(1, 1)).up_to(patients)
