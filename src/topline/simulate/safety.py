"""AE and CM: adverse events, and medication before, during and after treatment."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate.course import TOXICITY, Course
from topline.simulate.draws import Draws
from topline.simulate.patients import Patients
from topline.simulate.records import Column, Roster, finished, words
from topline.simulate.survival import NEVER
from topline.simulate.truth import GUT, Toxicity, Truth
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

ONSET_DAYS, DURATION_DAYS = 30.0, 21.0
"""Mean days to onset and of duration of an adverse event (assumed)."""

LATE_DAYS = 30
"""Adverse events are recorded up to this many days after the last dose."""

FATAL = Toxicity("Oesophageal haemorrhage", GUT, 0.0, 0.0)
PRIOR = ("CISPLATIN", "PACLITAXEL", "CAMRELIZUMAB")
CONCOMITANT = ("AMLODIPINE", "OMEPRAZOLE", "MEGESTROL", "LOPERAMIDE")


@dataclass(frozen=True, slots=True)
class Events:
    """Adverse events, one entry each: patient, kind, first and last day (NEVER: ongoing), grade, and what was done."""

    subject: Days
    kind: Days
    start: Days
    end: Days
    grade: Days
    withdrawn: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SafetyRecorder:
    """Writes AE and CM of a block of patients."""

    roster: Roster
    truth: Truth
    patients: Patients
    course: Course

    def adverse_events(self, draws: Draws) -> pl.DataFrame:
        """Return AE: the usual events, the one that stopped treatment where toxicity did, and fatal ones."""
        parts = (self._usual(draws), self._stopping(draws), self._fatal(draws))
        names = (*self.truth.toxicities, FATAL)
        frames = [self._events(events, names) for events in parts]
        return finished(pl.concat(frames), SDTM["AE"], ("AESTDTC", "AEDECOD"))

    def medication(self, draws: Draws) -> pl.DataFrame:
        """Return CM: the therapy before the trial, concomitant medication, and new anti-cancer therapy."""
        course, cohort, n = self.course, self.patients.cohort, len(self.patients)
        everyone = np.arange(n)
        before = cohort.baseline - 30 - np.floor(draws.uniform("prior therapy", n) * 300).astype(np.int64)
        pills = np.nonzero(draws.uniform("concomitant", n) < 0.6)[0]
        start = cohort.dose + np.floor(
            draws.uniform("concomitant start", n) * (course.last_dose_by - cohort.dose + 1)
        ).astype(np.int64)
        later = np.nonzero(course.therapy < NEVER)[0]
        known = draws.uniform("partial date", n, 3) >= np.array(
            [0.3, self.truth.conduct.partial_date, self.truth.conduct.partial_date]
        )
        kinds = draws.uniform("medication", n, 3)
        frames = (
            self._drugs(everyone, PRIOR, "PRIOR ANTI-CANCER THERAPY", (before, kinds[:, 0], known[:, 0])),
            self._drugs(pills, CONCOMITANT, "GENERAL CONCOMITANT MEDICATION", (start, kinds[:, 1], known[:, 1])),
            self._drugs(
                later, self.truth.conduct.therapies, "ANTI-CANCER THERAPY", (course.therapy, kinds[:, 2], known[:, 2])
            ),
        )
        return finished(pl.concat(frames), SDTM["CM"], ("_day",))

    def _alive(self) -> Days:
        """Return the last day of observation on which the patient lives."""
        return np.where(self.course.death < NEVER, self.course.last - 1, self.course.last)

    def _usual(self, draws: Draws) -> Events:
        kinds, n = self.truth.toxicities, len(self.patients)
        dose, until = self.patients.cohort.dose, np.minimum(self.course.last_dose_by + LATE_DAYS, self._alive())
        onset = dose[:, None] + np.floor(draws.exponential("onset", n, len(kinds)) * ONSET_DAYS).astype(np.int64)
        happens = draws.uniform("adverse event", n, len(kinds)) < np.array([each.any_grade for each in kinds])
        duration = 1 + np.floor(draws.exponential("duration", n, len(kinds)) * DURATION_DAYS).astype(np.int64)
        chance = draws.uniform("grade", n, len(kinds)) * np.array([max(each.any_grade, 1e-9) for each in kinds])
        severe = np.array([each.severe for each in kinds])
        grade = np.select([chance < 0.1 * severe, chance < severe], [4, 3], np.where(chance < (severe + 1) / 2, 2, 1))
        subject, kind = np.nonzero(happens & (onset <= until[:, None]))
        end = (onset + duration)[subject, kind]
        end = np.where(end <= self._alive()[subject], end, NEVER)
        return Events(subject, kind, onset[subject, kind], end, grade[subject, kind], np.zeros(len(subject), np.bool_))

    def _stopping(self, draws: Draws) -> Events:
        n = len(self.patients)
        kind = np.floor(draws.uniform("stopping event", n) * len(self.truth.toxicities)).astype(np.int64)
        who = np.nonzero(self.course.treatment_ended == TOXICITY)[0]
        stop = self.course.treatment_end[who]
        start = np.maximum(stop - 3, self.patients.cohort.dose[who])
        end = np.where(stop + 14 <= self._alive()[who], stop + 14, NEVER)
        return Events(who, kind[who], start, end, np.full(len(who), 3), np.ones(len(who), np.bool_))

    def _fatal(self, draws: Draws) -> Events:
        course = self.course
        caused = draws.uniform("fatal event", len(self.patients)) < self.truth.hazards.fatal_event
        who = np.nonzero(caused & (course.death <= course.last_dose_by + LATE_DAYS))[0]
        day = course.death[who]
        kind = np.full(len(who), len(self.truth.toxicities))
        return Events(
            who,
            kind,
            np.maximum(day - 1, self.patients.cohort.dose[who]),
            day,
            np.full(len(who), 5),
            np.zeros(len(who), np.bool_),
        )

    def _events(self, events: Events, kinds: tuple[Toxicity, ...]) -> pl.DataFrame:
        term = words(tuple(each.term for each in kinds), events.kind)
        system = words(tuple(each.system for each in kinds), events.kind)
        ongoing, fatal = events.end == NEVER, events.grade == 5
        last: Days = np.where(ongoing, events.start, events.end)
        serious = (events.grade >= 4) | events.withdrawn
        action = np.select([fatal, events.withdrawn], [2, 1], 0)
        outcome = np.select([fatal, ongoing], [2, 1], 0)
        columns: dict[str, Column] = {
            "AETERM": term,
            "AEDECOD": term,
            "AEBODSYS": system,
            "AESOC": system,
            "AESER": words(("N", "Y"), serious.astype(np.int64)),
            "AESDTH": words(("N", "Y"), fatal.astype(np.int64)),
            "AEACN": words(("DOSE NOT CHANGED", "DRUG WITHDRAWN", "NOT APPLICABLE"), action),
            "AEREL": "RELATED",
            "AEOUT": words(("RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED", "FATAL"), outcome),
            "AETOXGR": words(tuple(str(grade) for grade in range(6)), events.grade),
            "AESTDTC": self.roster.dates(events.subject, events.start),
            "AEENDTC": self.roster.dates(events.subject, last).set(pl.Series(ongoing), None),
            "AESTDY": self.roster.study_days(events.subject, events.start),
        }
        return self.roster.records("AE", events.subject, columns)

    def _drugs(
        self,
        who: Days,
        names: tuple[str, ...],
        category: str,
        drawn: tuple[Days, NDArray[np.float64], NDArray[np.bool_]],
    ) -> pl.DataFrame:
        """Return medication records; a start that is not fully known is recorded as year and month."""
        day, kind, known = drawn[0][who], drawn[1][who], drawn[2][who]
        drug = words(names, np.floor(kind * len(names)).astype(np.int64))
        whole = self.roster.dates(who, day)
        columns: dict[str, Column] = {
            "CMTRT": drug,
            "CMDECOD": drug,
            "CMCAT": category,
            "CMSTDTC": whole.zip_with(pl.Series(known), whole.str.head(7)),
            "_day": day,
        }
        return self.roster.records("CM", who, columns)
