"""AE, CM and MH: adverse events, medication before, during and after treatment, and medical history."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.simulate.course import Course
from topline.simulate.draws import Draws, Floats
from topline.simulate.events import ACTIONS, FEBRILE, WITHDRAWN, Events, EventSource
from topline.simulate.history import CONDITIONS, HYPERTENSION, present
from topline.simulate.medication import GENERAL, MedicationRecorder
from topline.simulate.patients import Patients
from topline.simulate.records import Column, Roster, finished, words
from topline.simulate.survival import NEVER
from topline.simulate.truth import Truth
from topline.simulate.tumour import Mask
from topline.tables.sdtm import SDTM

Days = NDArray[np.int64]

ANTIHYPERTENSIVE = "AMLODIPINE"

TREATMENTS = {
    "Hypertension": ("AMLODIPINE", 2),
    "Neutrophil count decreased": ("FILGRASTIM", 3),
    "Febrile neutropenia": ("PIPERACILLIN/TAZOBACTAM", 3),
    "Diarrhoea": ("LOPERAMIDE", 2),
    "Nausea": ("ONDANSETRON", 1),
    "Vomiting": ("ONDANSETRON", 1),
    "Constipation": ("LACTULOSE", 2),
    "Hypothyroidism": ("LEVOTHYROXINE", 2),
    "Abdominal pain": ("TRAMADOL", 2),
}
"""The usual drug of an event, and the grade from which on it is given."""

OUTCOMES = ("RECOVERED/RESOLVED", "RECOVERING/RESOLVING", "NOT RECOVERED/NOT RESOLVED", "FATAL")


@dataclass(frozen=True)
class SafetyRecorder:
    """Writes AE, CM and MH of a block of patients."""

    roster: Roster
    truth: Truth
    source: EventSource
    unprompted: MedicationRecorder
    draws: Draws

    @property
    def patients(self) -> Patients:
        """The patients of the block."""
        return self.source.patients

    @property
    def course(self) -> Course:
        """What is observed of them."""
        return self.source.course

    def adverse_events(self) -> pl.DataFrame:
        """Return AE."""
        events, occurrence = self.source.events, self.truth.occurrence
        names = tuple(each.term for each in self.source.kinds)
        system = words(tuple(each.system for each in self.source.kinds), events.kind)
        term = words(names, events.kind)
        ongoing, fatal = events.end == NEVER, events.grade == 5
        improving = self._trait(events, 0) < occurrence.recovering
        outcome = np.select([fatal, ~ongoing, improving], [3, 0, 1], 2)
        life, serious = self._serious(events)
        columns: dict[str, Column] = {
            "AETERM": term,
            "AEDECOD": term,
            "AEBODSYS": system,
            "AESOC": system,
            "AESER": _yes_no(serious),
            "AESDTH": _yes_no(fatal),
            "AESHOSP": _yes_no(serious & ~fatal),
            "AESLIFE": _yes_no(life),
            "AEACN": words(ACTIONS, events.action),
            "AEREL": words(("NOT RELATED", "RELATED"), self._related(events).astype(np.int64)),
            "AEOUT": words(OUTCOMES, outcome),
            "AECONTRT": _yes_no(self._treated(events)),
            "AETOXGR": words(tuple(str(grade) for grade in range(6)), events.grade),
            **self._interval(events),
        }
        return finished(self.roster.records("AE", events.subject, columns), SDTM["AE"], ("_day", "AEDECOD"))

    def medication(self) -> pl.DataFrame:
        """Return CM: therapy before the trial, concomitant medication, treatment of events, new anti-cancer therapy."""
        frames = (*self.unprompted.records(), self._event_treatments(), self._long_term())
        return finished(pl.concat(frames, how="diagonal"), SDTM["CM"], ("_day",))

    def history(self) -> pl.DataFrame:
        """Return MH: the disease, its surgery, and other conditions; starts are known to the month or year."""
        there, age = self._conditions
        subject, condition = np.nonzero(there)
        day = self.patients.cohort.consent[subject] - age[subject, condition]
        names = tuple(each.term for each in CONDITIONS)
        exact = np.array([each.month for each in CONDITIONS])[condition]
        whole = self.roster.dates(subject, day)
        ongoing = np.array([each.ongoing for each in CONDITIONS])[condition]
        term = words(names, condition)
        columns: dict[str, Column] = {
            "MHTERM": term,
            "MHDECOD": term,
            "MHCAT": words(tuple(each.category for each in CONDITIONS), condition),
            "MHBODSYS": words(tuple(each.system for each in CONDITIONS), condition),
            "MHSTDTC": whole.str.head(7).zip_with(pl.Series(exact), whole.str.head(4)),
            "MHENRTPT": words(("BEFORE", "ONGOING"), ongoing.astype(np.int64)),
            "MHENTPT": "SCREENING",
            "MHDTC": self.roster.dates(subject, self.patients.cohort.consent[subject]),
            "MHDY": self.roster.study_days(subject, self.patients.cohort.consent[subject]),
            "_day": day,
        }
        return finished(self.roster.records("MH", subject, columns), SDTM["MH"], ("_day",))

    @cached_property
    def _traits(self) -> Floats:
        """Chances (n, kinds, 5) by which a patient's events of one kind are alike."""
        return self.draws.uniform("event traits", len(self.patients), len(self.source.kinds), 5)

    def _trait(self, events: Events, which: int) -> Floats:
        return np.asarray(self._traits[events.subject, events.kind, which])

    def _related(self, events: Events) -> Mask:
        """Return which events the site calls related; nothing before the first dose is."""
        occurrence, count = self.truth.occurrence, len(self.truth.toxicities)
        background = (events.kind >= count) & (events.kind < count + len(occurrence.background))
        share = np.where(background, occurrence.unrelated, occurrence.related)
        sure = (events.action == WITHDRAWN) | (events.grade == 5)
        after = events.start >= self.patients.cohort.dose[events.subject]
        return np.asarray(after & ((self._trait(events, 1) < share) | sure))

    def _serious(self, events: Events) -> tuple[Mask, Mask]:
        """Return which events threatened life, and which are serious; a measured value alone is neither."""
        count = len(self.truth.toxicities) + len(self.truth.occurrence.background)
        measured = (events.kind >= count) & (events.kind < self.source.kind_of(FEBRILE.term))
        life = (events.grade == 4) & ~measured
        ill = (events.grade == 3) & ~measured & (self._trait(events, 2) < self.truth.occurrence.serious)
        fever = events.kind == self.source.kind_of(FEBRILE.term)
        return life, life | ill | fever | (events.grade == 5) | (events.action == WITHDRAWN)

    def _treated(self, events: Events) -> Mask:
        """Return which events are treated with their usual drug."""
        least = np.array([TREATMENTS.get(each.term, ("", 9))[1] for each in self.source.kinds])
        return (events.grade >= least[events.kind]) & (self._trait(events, 3) < self.truth.occurrence.treated)

    def _interval(self, events: Events) -> dict[str, Column]:
        ongoing = events.end == NEVER
        last: Days = np.where(ongoing, events.start, events.end)
        start = self.roster.dates(events.subject, events.start)
        whole = (self._trait(events, 4) >= self.truth.conduct.partial_date) | (events.action >= WITHDRAWN)
        study_day = pl.Series(self.roster.study_days(events.subject, events.start))
        return {
            "AESTDTC": start.zip_with(pl.Series(whole), start.str.head(7)),
            "AEENDTC": self.roster.dates(events.subject, last).set(pl.Series(ongoing), None),
            "AESTDY": study_day.set(pl.Series(~whole), None),
            "_day": events.start,
        }

    @cached_property
    def _conditions(self) -> tuple[Mask, Days]:
        return present(self.source.measures, self.draws)

    def _event_treatments(self) -> pl.DataFrame:
        """Return the drugs that events are treated with, for as long as the event lasts."""
        events = self.source.events
        treated = self._treated(events)
        subject, kind, start, end = (each[treated] for each in (events.subject, events.kind, events.start, events.end))
        drug = words(tuple(TREATMENTS.get(each.term, ("", 0))[0] for each in self.source.kinds), kind)
        ongoing = pl.Series(end == NEVER)
        columns: dict[str, Column] = {
            "CMTRT": drug,
            "CMDECOD": drug,
            "CMCAT": GENERAL,
            "CMINDC": words(tuple(each.term.upper() for each in self.source.kinds), kind),
            "CMSTDTC": self.roster.dates(subject, start),
            "CMENDTC": self.roster.dates(subject, np.where(end == NEVER, start, end)).set(ongoing, None),
            "_day": start,
        }
        return self.roster.records("CM", subject, columns)

    def _long_term(self) -> pl.DataFrame:
        """Return the drug that patients with hypertension in their history take."""
        there, age = self._conditions
        who = np.nonzero(there[:, HYPERTENSION])[0]
        day = self.patients.cohort.consent[who] - age[who, HYPERTENSION]
        columns: dict[str, Column] = {
            "CMTRT": ANTIHYPERTENSIVE,
            "CMDECOD": ANTIHYPERTENSIVE,
            "CMCAT": GENERAL,
            "CMINDC": "HYPERTENSION",
            "CMSTDTC": self.roster.dates(who, day).str.head(4),
            "_day": day,
        }
        return self.roster.records("CM", who, columns)


def _yes_no(flags: Mask) -> pl.Series:
    return words(("N", "Y"), flags.astype(np.int64))
