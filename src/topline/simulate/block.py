"""A block of virtual patients and the tables that are written of it, each part drawn when a table first asks for it.

Streams of random numbers have names of their own, so that a table is the same whichever others are written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from topline.protocol.model import Protocol
from topline.simulate.answers import AnswerRecorder
from topline.simulate.course import Course, follow
from topline.simulate.draws import Draws
from topline.simulate.events import EventSource
from topline.simulate.exposure import Clock, Dosing, DrugCourse, ExposureRecorder, draw_drugs
from topline.simulate.markers import MarkerRecorder
from topline.simulate.measure_records import MeasureRecorder
from topline.simulate.measures import Measures
from topline.simulate.medication import MedicationRecorder
from topline.simulate.patients import Patients, draw_patients
from topline.simulate.records import Roster, roster
from topline.simulate.review import REVIEWER, review
from topline.simulate.safety import SafetyRecorder
from topline.simulate.sampling import Sampling, plan_sampling
from topline.simulate.scans import Scans, draw_scans
from topline.simulate.screening import ScreeningRecorder
from topline.simulate.subject import Cohort
from topline.simulate.subject_records import SubjectRecorder
from topline.simulate.truth import Truth
from topline.simulate.tumour_records import TumourRecorder
from topline.tables.sdtm_biomarker import SDTM_BIOMARKER


@dataclass(frozen=True)
class Block:
    """The patients of a cohort, what happens to them, and who writes it down.

    `studies` are the identifiers of the trials of the cohort; without them it is the protocol's own.
    """

    protocol: Protocol
    truth: Truth
    cohort: Cohort
    draws: Draws
    studies: tuple[str, ...] = ()

    @cached_property
    def roster(self) -> Roster:
        """Their identifiers and calendar."""
        studies = self.studies or (self.protocol.identifiers.study,)
        return roster(studies, self.truth.conduct.start, self.cohort)

    @cached_property
    def patients(self) -> Patients:
        """Who they are, their tumours, and what would happen to them."""
        return draw_patients(self.protocol, self.truth, self.cohort, self.draws)

    @cached_property
    def scans(self) -> Scans:
        """What their scans would show."""
        return draw_scans(self.truth, self.protocol.schedule, self.patients, self.draws)

    @cached_property
    def course(self) -> Course:
        """What is observed of them."""
        return follow(self.protocol, self.truth, self.patients, self.scans, self.draws)

    @cached_property
    def clock(self) -> Clock:
        """What draws cycles."""
        return Clock(self.truth.conduct, self.patients, self.course, self.draws)

    @cached_property
    def cycles(self) -> Dosing:
        """The cycles of the trial."""
        return self.clock.dosing("trial", self.protocol.schedule.cycle_days)

    @cached_property
    def drugs(self) -> tuple[DrugCourse, ...]:
        """The cycles of each drug."""
        return draw_drugs(self.protocol, self.clock)

    @cached_property
    def sampling(self) -> Sampling:
        """When samples are due."""
        return plan_sampling(self.patients, self.course, self.cycles, self.truth.measuring.days)

    @cached_property
    def measures(self) -> Measures:
        """Laboratory values and vital signs."""
        return Measures(self.truth, self.patients, self.sampling, self.cycles, self.drugs, self.draws)

    @cached_property
    def events(self) -> EventSource:
        """Adverse events."""
        version = self.protocol.criteria.adverse_events.version
        return EventSource(self.truth, self.patients, self.course, self.drugs, self.measures, version, self.draws)

    @cached_property
    def exposure(self) -> pl.DataFrame:
        """EX."""
        return ExposureRecorder(self.truth.conduct, self.roster, self.cycles, self.drugs).exposure()

    @cached_property
    def tumour(self) -> TumourRecorder:
        """What writes TU, TR and RS."""
        return TumourRecorder(self.roster, self.truth.disease, self.patients, self.scans, self.course)

    @cached_property
    def reviewers(self) -> tuple[TumourRecorder, ...]:
        """What writes the records of an independent review, where there is one."""
        if not self.truth.review.done:
            return ()
        scans, course = review(self.truth, self.patients, self.scans, self.course, self.draws)
        return (TumourRecorder(self.roster, self.truth.disease, self.patients, scans, course, REVIEWER),)

    @cached_property
    def screening(self) -> ScreeningRecorder:
        """What writes DM and DS of those who were screened and not enrolled."""
        return ScreeningRecorder(self.roster, self.truth.conduct, self.cohort, self.draws)

    @cached_property
    def subject(self) -> SubjectRecorder:
        """What writes DM, DS, SV, QS and SS."""
        return SubjectRecorder(self.roster, self.protocol, self.patients, self.course)

    @cached_property
    def medication(self) -> MedicationRecorder:
        """What writes the medication that no event asks for."""
        return MedicationRecorder(self.roster, self.truth.conduct, self.patients, self.course, self.draws)

    @cached_property
    def safety(self) -> SafetyRecorder:
        """What writes AE, CM and MH."""
        return SafetyRecorder(self.roster, self.truth, self.events, self.medication, self.draws)

    @cached_property
    def markers(self) -> MarkerRecorder:
        """What writes GF, MI and the markers in LB."""
        return MarkerRecorder(self.roster, self.truth, self.patients, self.draws)

    @cached_property
    def measured(self) -> MeasureRecorder:
        """What writes LB and VS."""
        return MeasureRecorder(self.roster, self.measures)

    @cached_property
    def answers(self) -> AnswerRecorder:
        """What writes questionnaires."""
        return AnswerRecorder(self.roster, self.protocol, self.truth, self.events, self.draws)


DOMAINS: Mapping[str, Callable[[Block], pl.DataFrame]] = {
    "DM": lambda block: block.screening.with_failures(block.subject.demographics(block.exposure)),
    "SV": lambda block: block.subject.visits(block.scans, block.cycles, block.sampling),
    "EX": lambda block: block.exposure,
    "CM": lambda block: block.safety.medication(),
    "AE": lambda block: block.safety.adverse_events(),
    "DS": lambda block: block.screening.with_failures(block.subject.disposition()),
    "MH": lambda block: block.safety.history(),
    "LB": lambda block: block.measured.laboratory(block.markers.records("LB")),
    "VS": lambda block: block.measured.vital_signs(),
    "QS": lambda block: block.subject.questionnaires(block.answers.questionnaires()),
    "TU": lambda block: block.tumour.identified(*block.reviewers),
    "TR": lambda block: block.tumour.measured(*block.reviewers),
    "RS": lambda block: block.tumour.assessed(*block.reviewers),
    "GF": lambda block: block.markers.table(SDTM_BIOMARKER["GF"]),
    "MI": lambda block: block.markers.table(SDTM_BIOMARKER["MI"]),
    "SS": lambda block: block.subject.status(),
}
"""What writes each table."""
