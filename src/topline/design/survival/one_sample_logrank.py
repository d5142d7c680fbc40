"""One stage on a time to event: the one-sample log-rank test against a historical curve, with its exact law.

Z = (E - O) / sqrt(E) compares the events O that are seen with the events E that the null curve expects for the very
times that the patients were watched; success when Z is above a critical value. The normal critical value makes the test
conservative, mostly .035 to .045 for .05 at phase II sizes; here it is the smallest one, in steps of .0001, whose exact
level is at most alpha, and the number of patients is the smallest one whose exact power reaches the request.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.design.checked import counts, whole
from topline.design.survival.enrolment import Array, Enrolment
from topline.design.survival.logrank_law import EventLaw, event_law
from topline.design.survival.patient_moments import patient_moments
from topline.design.survival.weibull import SurvivalHypotheses
from topline.errors import ToplineError

SOURCE = "Wu 2015, doi:10.1002/pst.1654; Finkelstein et al. 2003, J Natl Cancer Inst 95:1434-1439; exact law"
NO_LIMIT = 4000
"""Most patients for which a smallest number is looked for when too few were allowed."""
SAW_TOOTH = 0.1
"""No number of patients has a power that a smaller one exceeds by more; a third of it from 200 patients on."""
MARGIN = 1e-8
"""The level is kept by more than the error of its calculation."""
Variance = Literal["exact", "poisson"]
Critical = Literal["exact", "normal"]


@dataclass(frozen=True)
class SurvivalCharacteristics:
    """What a time-to-event design does at true hazard ratios; every array has one entry per ratio.

    Attributes:
        hazard_ratios: true hazard as a share of the null one.
        success: probability of success: the level at 1, the power at the target.
        expected_patients: mean number of patients.
        events: mean number of events at the final analysis when the trial is not stopped early.
        stops_early: probability to stop before the final analysis.

    """

    hazard_ratios: Array
    success: Array
    expected_patients: Array
    events: Array
    stops_early: Array


class AtHazardRatios:
    """What designs on a hazard ratio have in common: their exact level and power, and whether these hold."""

    hypotheses: SurvivalHypotheses

    def operating_characteristics(self, hazard_ratios: ArrayLike) -> SurvivalCharacteristics:
        """Return what the design does at true hazard ratios."""
        raise NotImplementedError

    @cached_property
    def exact(self) -> SurvivalCharacteristics:
        """What the design does at hazard ratio 1 and at the target, in this order."""
        return self.operating_characteristics((1.0, self.hypotheses.hazard_ratio))

    @property
    def level(self) -> float:
        """Exact probability of success under the null curve."""
        return float(self.exact.success[0])

    @property
    def attained_power(self) -> float:
        """Exact probability of success at the target hazard ratio."""
        return float(self.exact.success[1])

    @property
    def holds(self) -> bool:
        """Whether level and power are what was asked for, without slack."""
        return self.level <= self.hypotheses.alpha and self.attained_power >= self.hypotheses.power


@dataclass(frozen=True)
class LogrankDesign(AtHazardRatios):
    """So many patients, watched as the enrolment says; success when Z is above the critical value.

    Attributes:
        name: what the design is called.
        hypotheses: what it was made to tell apart.
        enrolment: how patients come in and are watched.
        patients: number of patients.
        critical: success when Z = (E - O) / sqrt(E) is above it.
        source: who published the design, with DOI.

    """

    name: str
    hypotheses: SurvivalHypotheses
    enrolment: Enrolment
    patients: int
    critical: float
    source: str = SOURCE

    @property
    def events(self) -> float:
        """Expected number of events at the target hazard ratio."""
        return float(self.exact.events[1])

    @property
    def expected_patients(self) -> float:
        """Expected number of patients under the null curve: all of them."""
        return float(self.patients)

    @property
    def duration(self) -> float:
        """Months from the first entry to the analysis."""
        return self.enrolment.duration(self.patients)

    def operating_characteristics(self, hazard_ratios: ArrayLike) -> SurvivalCharacteristics:
        """Return what the design does at true hazard ratios, exactly.

        Raises:
            ToplineError: TL-G04 for a ratio that is not above 0.

        """
        ratios = check_ratios(hazard_ratios)
        curve, watch = self.hypotheses.null, self.enrolment.watch(self.patients)
        success = [event_law(curve, d, watch, self.patients).success(self.critical) for d in ratios.tolist()]
        events = [self.patients * patient_moments(curve, d, watch).events for d in ratios.tolist()]
        every = np.full_like(ratios, self.patients)
        return SurvivalCharacteristics(ratios, np.array(success), every, np.array(events), np.zeros_like(ratios))


def one_sample_logrank(
    hypotheses: SurvivalHypotheses, enrolment: Enrolment, max_n: int = 500, critical: Critical = "exact"
) -> LogrankDesign:
    """Return the design with the fewest patients whose exact level and power are what was asked for.

    Args:
        hypotheses: null curve, target hazard ratio, level and power.
        enrolment: how patients come in and are watched.
        max_n: most patients that are allowed.
        critical: `exact` for the smallest critical value of the level, `normal` for the normal quantile that
            protocols mostly state; its exact level is below alpha, and it needs more patients.

    Raises:
        ToplineError: TL-G02 when more patients are needed, with their number; TL-G04 for another setting.

    >>> design = one_sample_logrank(SurvivalHypotheses.of_medians(3.0, 5.0), Enrolment(follow_up=6.0, rate=2.5))
    >>> design.patients, design.critical, round(design.level, 4), round(design.attained_power, 4)
    (28, 1.5308, 0.05, 0.8119)

    Source: Finkelstein et al. 2003, J Natl Cancer Inst 95:1434-1439; Wu 2015, doi:10.1002/pst.1654.
    Golden: golden/design_survival.toml.

    """
    whole("max_n", max_n, most=None)
    if critical not in get_args(Critical):
        raise ToplineError(
            "TL-G04", where="critical", what=f"{critical!r} is not one of {', '.join(get_args(Critical))}"
        )
    patients, bound = _fewest(hypotheses, enrolment, critical)
    if patients > max_n:
        what = f"{max_n} are not enough; {patients} are the fewest that work"
        raise ToplineError("TL-G02", where="max_n", what=what)
    return LogrankDesign(f"one-sample log-rank, {critical} critical value", hypotheses, enrolment, patients, bound)


def logrank_patients(hypotheses: SurvivalHypotheses, enrolment: Enrolment, variance: Variance = "exact") -> int:
    """Return the number of patients by the normal formula, n = ((s0 z(1 - alpha) + s1 z(power)) / m) ** 2.

    m is a patient's mean of E - O at the target, s0 ** 2 the mean of E. The variance s1 ** 2 of E - O is exact (Wu
    2015), or that of O alone as if it were a Poisson count (Finkelstein 2003; Kwak and Jung 2014), which is too small.

    Returns:
        The fewest patients n that are at least the formula's value at the accrual of n patients.

    Raises:
        ToplineError: TL-G02 where no number of patients up to a million is enough.

    >>> from topline.design.survival.weibull import Weibull
    >>> pbc = SurvivalHypotheses(Weibull.of_median(9.0, shape=1.22), 1 / 1.75)
    >>> logrank_patients(pbc, Enrolment(follow_up=3.0, period=5.0))  # Wu's example
    88

    """
    low, high = 0, 1
    while high < _formula(hypotheses, enrolment, high, variance):
        low, high = high, 2 * high
        if high > 1_000_000:
            raise ToplineError("TL-G02", where="patients", what="not even a million patients are enough")
    while high - low > 1:
        middle = (low + high) // 2
        enough = middle >= _formula(hypotheses, enrolment, middle, variance)
        low, high = (low, middle) if enough else (middle, high)
    return high


def _formula(hypotheses: SurvivalHypotheses, enrolment: Enrolment, patients: int, variance: Variance) -> float:
    one = patient_moments(hypotheses.null, hypotheses.hazard_ratio, enrolment.watch(patients))
    spread = np.sqrt(one.variance if variance == "exact" else one.events)
    reach = np.sqrt(one.expected) * special.ndtri(1.0 - hypotheses.alpha) + spread * special.ndtri(hypotheses.power)
    return float((reach / one.mean) ** 2)


def _fewest(hypotheses: SurvivalHypotheses, enrolment: Enrolment, critical: Critical) -> tuple[int, float]:
    """Return the fewest patients that hold level and power, and their critical value.

    The power rises with the patients but for a saw-tooth of a few hundredths, because events are counted: the search
    goes up by one from a number whose power is a tenth too low.
    """
    start = logrank_patients(hypotheses, enrolment, "poisson")
    if start > NO_LIMIT:
        raise ToplineError("TL-G02", where="max_n", what=f"about {start} patients are needed")
    saw_tooth = SAW_TOOTH if start < 200 else SAW_TOOTH / 3.0
    while start > 1 and _tried(hypotheses, enrolment, critical, start)[1] > hypotheses.power - saw_tooth:
        start = int(start * (1.0 - saw_tooth))
    for patients in range(max(start, 1), NO_LIMIT + 1):
        level, power, bound = _tried(hypotheses, enrolment, critical, patients)
        if level <= hypotheses.alpha and power >= hypotheses.power:
            return patients, bound
    raise ToplineError("TL-G02", where="max_n", what=f"not even {NO_LIMIT} patients are enough")


def _tried(
    hypotheses: SurvivalHypotheses, enrolment: Enrolment, critical: Critical, patients: int
) -> tuple[float, float, float]:
    """Return level, power and critical value of so many patients."""
    watch = enrolment.watch(patients)
    null, target = (event_law(hypotheses.null, d, watch, patients) for d in (1.0, hypotheses.hazard_ratio))
    normal = float(special.ndtri(1.0 - hypotheses.alpha))
    bound = normal if critical == "normal" else exact_critical(null, hypotheses.alpha)
    return null.success(bound), target.success(bound), bound


def exact_critical(law: EventLaw, alpha: float) -> float:
    """Return the smallest critical value, in steps of .0001, at which P(Z > value) is at most alpha."""
    low, high = -50_000, 200_000
    while high - low > 1:
        middle = (low + high) // 2
        enough = law.success(middle / 10_000) <= alpha - MARGIN
        low, high = (low, middle) if enough else (middle, high)
    return high / 10_000


def check_ratios(hazard_ratios: ArrayLike) -> Array:
    """Return hazard ratios as one axis of numbers above 0.

    Raises:
        ToplineError: TL-G04 for any other.

    """
    ratios = np.atleast_1d(counts("hazard_ratios", hazard_ratios, "TL-G04"))
    if ratios.ndim != 1 or not ((ratios > 0) & np.isfinite(ratios)).all():
        raise ToplineError("TL-G04", where="hazard_ratios", what=f"{hazard_ratios!r} are not numbers above 0")
    return ratios
