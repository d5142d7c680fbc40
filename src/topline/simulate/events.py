"""The adverse events of a block of patients: what happens, why, how bad, and what the site does and writes about it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from topline.simulate.course import TOXICITY, Course
from topline.simulate.draws import Draws, Floats
from topline.simulate.exposure import DrugCourse
from topline.simulate.measures import Measures
from topline.simulate.patients import Patients
from topline.simulate.signs import worse_runs
from topline.simulate.survival import NEVER
from topline.simulate.truth import Truth
from topline.simulate.truth_events import BLOOD, GUT, Toxicity
from topline.simulate.tumour import Mask

Days = NDArray[np.int64]

FATAL = Toxicity("Oesophageal haemorrhage", GUT, 0.0, 0.0)
FEBRILE = Toxicity("Febrile neutropenia", BLOOD, 0.0, 0.0)
MOST_RECURRENCES = 6
"""So often an event comes again at most."""

ACTIONS = ("DOSE NOT CHANGED", "DRUG INTERRUPTED", "DOSE REDUCED", "DRUG WITHDRAWN", "NOT APPLICABLE")
UNCHANGED, INTERRUPTED, REDUCED, WITHDRAWN, NOT_APPLICABLE = range(5)
"""What is done with the drugs for an event; a later one takes the place of an earlier one."""


@dataclass(frozen=True, slots=True)
class Events:
    """Adverse events, one entry each: patient, kind, first and last day (NEVER: ongoing), grade, and what is done."""

    subject: Days
    kind: Days
    start: Days
    end: Days
    grade: Days
    action: Days

    def __len__(self) -> int:
        return len(self.subject)


def joined(parts: list[Events]) -> Events:
    """Return the events of several sources as one."""
    names = Events.__slots__
    return Events(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _plain(subject: Days, kind: Days | int, days: tuple[Days, Days], grade: Days) -> Events:
    """Return events for which nothing is done with the drugs."""
    kinds = np.full(len(subject), kind) if isinstance(kind, int) else kind
    return Events(subject, kinds, *days, grade, np.full(len(subject), UNCHANGED))


@dataclass(frozen=True)
class EventSource:
    """Draws the adverse events of a block of patients; the version is that of CTCAE by which the site grades."""

    truth: Truth
    patients: Patients
    course: Course
    drugs: tuple[DrugCourse, ...]
    measures: Measures
    version: str
    draws: Draws

    @cached_property
    def kinds(self) -> tuple[Toxicity, ...]:
        """Every kind of event: of the drugs, of the disease, those that are measured, fever and the fatal one."""
        signs = tuple(Toxicity(sign.term, sign.system, 0, 0, sign.most) for sign in self.truth.measuring.signs)
        return (*self.truth.toxicities, *self.truth.occurrence.background, *signs, FEBRILE, FATAL)

    @cached_property
    def events(self) -> Events:
        """All events, in no order."""
        usual = joined([self._usual(), *self._measured(), self._febrile(), self._before()])
        events = self._explained(joined([usual, self._stopping()]))
        return joined([self._inapplicable(events), self._fatal()])

    @cached_property
    def alive(self) -> Days:
        """The last day of observation on which the patient lives."""
        return np.where(self.course.death < NEVER, self.course.last - 1, self.course.last)

    def kind_of(self, term: str) -> int:
        """Return the place of a term among the kinds."""
        return [kind.term for kind in self.kinds].index(term)

    @property
    def _until(self) -> Days:
        return np.minimum(self.course.last_dose_by + self.truth.occurrence.late_days, self.alive)

    @cached_property
    def _happens(self) -> Mask:
        kinds = (*self.truth.toxicities, *self.truth.occurrence.background)
        chance = self.draws.uniform("adverse event", len(self.patients), len(kinds))
        return chance < np.array([each.any_grade for each in kinds])

    def _usual(self) -> Events:
        """Return the events that come by chance, each kind once."""
        kinds, occurrence = (*self.truth.toxicities, *self.truth.occurrence.background), self.truth.occurrence
        shape = len(self.patients), len(kinds)
        after = np.floor(self.draws.exponential("onset", *shape) * occurrence.onset_days).astype(np.int64)
        onset = self.patients.cohort.dose[:, None] + after
        duration = 1 + np.floor(self.draws.exponential("duration", *shape) * occurrence.duration_days).astype(np.int64)
        grade = _drawn_grades(self.draws.uniform("grade", *shape), kinds)
        there = self._happens & (onset <= self._until[:, None]) & self._not_spared(onset)
        subject, kind = np.nonzero(there)
        start = onset[subject, kind]
        first = _plain(
            subject, kind, (start, self._over(subject, start + duration[subject, kind])), grade[subject, kind]
        )
        if occurrence.recurrence <= 0:
            return first
        return joined([first, *self._again(there, onset + duration)])

    def _not_spared(self, onset: Days) -> Mask:
        """Return which events (n, kinds) a reduced dose does not prevent; those of the disease come anyway."""
        power = self.truth.occurrence.dose_effect
        if power <= 0:
            return np.ones(onset.shape, np.bool_)
        share = np.ones(onset.shape)
        for drug in self.drugs:
            share = np.where(onset > drug.first_reduction[:, None], self.truth.conduct.reduced_to, share)
        share[:, len(self.truth.toxicities) :] = 1.0
        return np.asarray(self.draws.uniform("spared", *onset.shape) < share**power)

    def _again(self, there: Mask, over: Days) -> Iterator[Events]:
        """Yield what comes again after it was over, once more each time, while treatment goes on."""
        kinds, occurrence = (*self.truth.toxicities, *self.truth.occurrence.background), self.truth.occurrence
        for time in range(1, MOST_RECURRENCES + 1):
            chance = self.draws.uniform(f"recurrence {time}", 4, *there.shape)
            after, lasting = -np.log1p(-chance[1:3])
            onset = over + 1 + np.floor(after * occurrence.onset_days).astype(np.int64)
            there = there & (chance[0] < occurrence.recurrence) & (onset <= self._until[:, None])
            there = there & self._not_spared(onset)
            over = onset + 1 + np.floor(lasting * occurrence.duration_days).astype(np.int64)
            subject, kind = np.nonzero(there)
            grade = _drawn_grades(chance[3], kinds)[subject, kind]
            yield _plain(subject, kind, (onset[subject, kind], self._over(subject, over[subject, kind])), grade)

    def _over(self, subject: Days, end: Days) -> Days:
        """Return the ends that are seen; what ends later is ongoing."""
        return np.where(end <= self.alive[subject], end, NEVER)

    def _measured(self) -> list[Events]:
        """Return the events that are measurements; mild ones are not always recorded."""
        signs, n = self.truth.measuring.signs, len(self.patients)
        recorded = self.draws.uniform("recorded sign", n, len(signs)) < self.truth.measuring.reported
        parts = []
        for place, sign in enumerate(signs):
            runs = worse_runs(self.measures, sign, self.version)
            kept = (runs.grade >= 3) | recorded[runs.subject, place]
            events = _plain(runs.subject, self.kind_of(sign.term), (runs.start, runs.end), runs.grade)
            parts.append(_chosen(events, kept))
        return parts

    def _febrile(self) -> Events:
        subject, visit = np.nonzero(self.measures.fever)
        start = self.measures.sampling.day[subject, visit]
        return _plain(
            subject, self.kind_of(FEBRILE.term), (start, self._over(subject, start + 5)), np.full(len(start), 3)
        )

    def _before(self) -> Events:
        """Return events of grade 1 between consent and the first dose."""
        cohort, n = self.patients.cohort, len(self.patients)
        kinds = self.truth.occurrence.background
        chance = self.draws.uniform("earlier event", n, 3)
        kind = len(self.truth.toxicities) + np.floor(chance[:, 1] * len(kinds)).astype(np.int64)
        start = cohort.consent + np.floor(chance[:, 2] * (cohort.dose - cohort.consent)).astype(np.int64)
        who = np.nonzero((chance[:, 0] < self.truth.occurrence.before) & (len(kinds) > 0))[0]
        return _plain(who, kind[who], (start[who], self._over(who, start[who] + 10)), np.full(len(who), 1))

    def _stopping(self) -> Events:
        """Return the events for which treatment is stopped."""
        kind = self.draws.choice("stopping event", tuple(self._severity), len(self.patients))
        who = np.nonzero(self.course.treatment_ended == TOXICITY)[0]
        stop = self.course.treatment_end[who]
        start = np.maximum(stop - 3, self.patients.cohort.dose[who])
        events = _plain(who, kind[who], (start, self._over(who, stop + 14)), np.full(len(who), 3))
        return replace(events, action=np.full(len(who), WITHDRAWN))

    def _fatal(self) -> Events:
        course = self.course
        caused = self.draws.uniform("fatal event", len(self.patients)) < self.truth.hazards.fatal_event
        late = course.last_dose_by + self.truth.occurrence.late_days
        who = np.nonzero(caused & (course.death <= late))[0]
        day = course.death[who]
        start = np.maximum(day - 1, self.patients.cohort.dose[who])
        events = _plain(who, self.kind_of(FATAL.term), (start, day), np.full(len(who), 5))
        return replace(events, action=np.full(len(who), NOT_APPLICABLE))

    def _explained(self, events: Events) -> Events:
        """Return the events with the reductions and interruptions that they are the reason of.

        Each is for the worst recent event of the patient. Where there is none, the patient has one more: of a kind that
        the patient has anyway, if there is one.
        """
        for action in (REDUCED, INTERRUPTED):
            for place, drug in enumerate(self.drugs):
                day = drug.first_reduction if action == REDUCED else drug.first_interruption
                events = self._explain(events, day, action, f"{ACTIONS[action]} {place}")
        return events

    def _explain(self, events: Events, day: Days, action: int, name: str) -> Events:
        drug_event = (events.kind < len(self.truth.toxicities)) | (events.kind >= self._first_sign)
        since = day[events.subject] - events.start
        recent = (since >= 0) & (since <= self.truth.occurrence.explained_days) & drug_event
        rank = np.where(recent & (events.start >= self.patients.cohort.dose[events.subject]), events.grade, 0)
        worst = np.zeros(len(day), np.int64)
        np.maximum.at(worst, events.subject, rank)
        reason = np.full(len(day), -1)
        candidates = np.nonzero((rank > 0) & (rank == worst[events.subject]))[0]
        reason[events.subject[candidates[::-1]]] = candidates[::-1]
        changed = events.action.copy()
        explained = reason[reason >= 0]
        changed[explained] = np.maximum(changed[explained], action)
        new = self._one_more(day, (day < NEVER) & (reason < 0), name)
        return joined([replace(events, action=changed), replace(new, action=np.full(len(new), action))])

    @property
    def _severity(self) -> Floats:
        """How often each kind of drug event is of grade 3 or 4; it is as often the reason of what is done."""
        return np.maximum([each.severe for each in self.truth.toxicities], 1e-9)

    @property
    def _first_sign(self) -> int:
        return len(self.truth.toxicities) + len(self.truth.occurrence.background)

    def _one_more(self, day: Days, needed: Mask, name: str) -> Events:
        count = len(self.truth.toxicities)
        chance = self.draws.uniform(f"reason of {name}", len(day), count + 2)
        weighted = chance[:, :count] ** (1 / self._severity)
        kind = (self._happens[:, :count] + weighted).argmax(axis=1)
        who = np.nonzero(needed)[0]
        ago = 1 + np.floor(6 * chance[:, count]).astype(np.int64)
        start = np.maximum(day - ago, self.patients.cohort.dose)[who]
        grade = np.where(chance[who, count + 1] < 0.7, 2, 3)
        return _plain(who, kind[who], (start, self._over(who, day[who] + 7)), grade)

    def _inapplicable(self, events: Events) -> Events:
        """Return the events with nothing applicable where they start before the first or after the last dose."""
        early = events.start < self.patients.cohort.dose[events.subject]
        late = (events.start > self.course.last_dose_by[events.subject]) & (events.action == UNCHANGED)
        return replace(events, action=np.where(early | late, NOT_APPLICABLE, events.action))


def _drawn_grades(chance: Floats, kinds: tuple[Toxicity, ...]) -> Days:
    """Return grades: 3 or 4 as often as stated, one in ten of these 4 where the term has it, else 1 or 2 alike."""
    scaled = chance * np.array([max(each.any_grade, 1e-9) for each in kinds])
    severe = np.array([each.severe for each in kinds])
    most = np.array([each.most for each in kinds])
    mild = np.where(scaled < (severe + np.array([each.any_grade for each in kinds])) / 2, 2, 1)
    return np.asarray(np.minimum(np.select([scaled < 0.1 * severe, scaled < severe], [4, 3], mild), most))


def _chosen(events: Events, where: Mask) -> Events:
    return Events(*(getattr(events, name)[where] for name in Events.__slots__))
