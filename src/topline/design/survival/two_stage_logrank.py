"""Two stages on a time to event: stop for futility when the one-sample log-rank test of the first patients is poor.

Look first when n1 patients have entered, at the month t1, and stop when Z1 is at most c1; enter the others while one
looks, and succeed when Z is above c at the end. Z = (E - O) / sqrt(E), see `one_sample_logrank`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from topline.design.survival.enrolment import Array, Enrolment
from topline.design.survival.one_sample_logrank import AtHazardRatios, SurvivalCharacteristics, check_ratios
from topline.design.survival.patient_moments import patient_moments
from topline.design.survival.two_stage_law import Plan, two_stage_law
from topline.design.survival.two_stage_normal import normal_law
from topline.design.survival.weibull import SurvivalHypotheses

SOURCE = "Kwak & Jung 2014, doi:10.1002/sim.6073; Wu et al. 2020, doi:10.1002/pst.1983; exact law"


@dataclass(frozen=True)
class TwoStageLogrankDesign(AtHazardRatios):
    """Look when `first` patients have entered; stop when Z1 is at most `futility`, success when Z is above `critical`.

    Attributes:
        name: `Kwak-Jung optimal`, `Kwak-Jung minimax`.
        hypotheses: what it was made to tell apart.
        enrolment: how patients come in and are watched.
        first: patients who have entered at the first look.
        futility: stop when Z1 is at most this.
        patients: patients of both stages.
        critical: success when Z is above it.
        source: who published the design, with DOI.

    """

    name: str
    hypotheses: SurvivalHypotheses
    enrolment: Enrolment
    first: int
    futility: float
    patients: int
    critical: float
    source: str = SOURCE

    @property
    def stops_early(self) -> float:
        """Exact probability to stop at the first look under the null curve."""
        return float(self.exact.stops_early[0])

    @property
    def expected_patients(self) -> float:
        """Expected number of patients under the null curve."""
        return float(self.exact.expected_patients[0])

    @property
    def events(self) -> float:
        """Expected number of events at the final analysis at the target hazard ratio, if it comes."""
        return float(self.exact.events[1])

    @property
    def look(self) -> float:
        """Month of the first look, when `first` patients have entered."""
        return self.enrolment.accrual(self.patients) * self.first / self.patients

    @property
    def duration(self) -> float:
        """Months from the first entry to the final analysis when the trial is not stopped."""
        return self.enrolment.duration(self.patients)

    @property
    def expected_duration(self) -> float:
        """Expected months from the first entry to the decision under the null curve."""
        return self.stops_early * self.look + (1.0 - self.stops_early) * self.duration

    def operating_characteristics(self, hazard_ratios: ArrayLike) -> SurvivalCharacteristics:
        """Return what the design does at true hazard ratios, by the exact law: right to about 1e-5.

        Raises:
            ToplineError: TL-G04 for a ratio that is not above 0.

        >>> from topline.design.survival.weibull import Weibull
        >>> asked = SurvivalHypotheses(Weibull.of_rate(0.72, 3.0), 0.459)  # years
        >>> design = TwoStageLogrankDesign("", asked, Enrolment(follow_up=3.0, rate=20.0), 22, -0.7215, 46, 1.5952)
        >>> design.operating_characteristics([1.0, 0.459]).success.round(3)
        array([0.043, 0.814])

        """
        ratios, plan = check_ratios(hazard_ratios), Plan(self.first, self.patients, self.futility)
        laws = [two_stage_law(self.hypotheses.null, d, self.enrolment, plan) for d in ratios.tolist()]
        success = np.array([law.success(self.critical) for law in laws])
        return self._characteristics(ratios, success, np.array([1.0 - float(law.mass.sum()) for law in laws]))

    def normal_characteristics(self, hazard_ratios: ArrayLike) -> SurvivalCharacteristics:
        """Return what the design does at true hazard ratios by the normal law that it was searched with.

        Raises:
            ToplineError: TL-G04 for a ratio that is not above 0.

        """
        ratios, size = check_ratios(hazard_ratios), (self.first, self.patients)
        laws = [normal_law(self.hypotheses.null, d, self.enrolment, size) for d in ratios.tolist()]
        success = np.array([float(law.both_above(self.futility, self.critical)) for law in laws])
        return self._characteristics(
            ratios, success, np.array([1.0 - float(law.first_above(self.futility)) for law in laws])
        )

    def _characteristics(self, ratios: Array, success: Array, stops: Array) -> SurvivalCharacteristics:
        whole = self.enrolment.watch(self.patients)
        events = [self.patients * patient_moments(self.hypotheses.null, d, whole).events for d in ratios.tolist()]
        patients = self.first * stops + self.patients * (1.0 - stops)
        return SurvivalCharacteristics(ratios, success, patients, np.array(events), stops)
