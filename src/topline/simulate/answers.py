"""QS: questionnaires item by item, as numbers: how a patient's trouble becomes answers, and which are missing.

A patient's general trouble follows performance status, disease and adverse events. A scale has trouble of its own
around it, an item an answer around that. No wording of an item is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit, logit

from topline.adam.instrument import Instrument, Item, Scale, built_in
from topline.protocol.model import Protocol
from topline.simulate.draws import Draws, Floats
from topline.simulate.events import EventSource
from topline.simulate.records import Column, Roster, words
from topline.simulate.survival import NEVER
from topline.simulate.truth import Truth
from topline.simulate.truth_answers import OTHER, Complaint
from topline.simulate.tumour import Mask

Days = NDArray[np.int64]

WORST = 3.0
"""The greatest trouble; the least is 0."""

WHOLE_FORM = "QSALL"
NOT_FILLED_IN = "FORM NOT FILLED IN"


@dataclass(frozen=True, slots=True)
class Forms:
    """The F occasions on which forms are due: `visit` (F,) are places among the visits, `due` (n, F)."""

    visit: Days
    due: Mask


@dataclass(frozen=True)
class AnswerRecorder:
    """Writes the questionnaires of a block of patients."""

    roster: Roster
    protocol: Protocol
    truth: Truth
    source: EventSource
    draws: Draws

    def questionnaires(self) -> list[pl.DataFrame]:
        """Return the records of every questionnaire of the protocol that ships with topline, not yet numbered."""
        return [frame for instrument in self._instruments() for frame in self._instrument(instrument)]

    def _instruments(self) -> Iterator[Instrument]:
        for asked in self.protocol.criteria.questionnaires:
            instrument = built_in(asked.name)
            if instrument is not None:
                yield instrument

    @cached_property
    def _forms(self) -> Forms:
        """Forms are due at screening, at the start of every so many cycles after it, and at the end of treatment."""
        sampling, step = self.source.measures.sampling, self.protocol.schedule.questionnaire_cycles
        later = (sampling.offset == 0) & (sampling.cycle > 0) & (sampling.cycle % step == 0)
        later[[0, -1]] = True
        visit = np.nonzero(later)[0]
        return Forms(visit, sampling.due[:, visit])

    @cached_property
    def _day(self) -> Days:
        return np.asarray(self.source.measures.sampling.day[:, self._forms.visit])

    @cached_property
    def _log_size(self) -> Floats:
        return np.asarray(self.source.measures.log_size[:, self._forms.visit])

    @cached_property
    def _trouble(self) -> Floats:
        """General trouble at each form (n, F), in points from the average patient before treatment."""
        answers, patients = self.truth.answers, self.source.patients
        burden = np.log(np.maximum(patients.tumours.burden, 10.0) / self.truth.disease.burden_mm)
        own = answers.between * self.draws.normal("trouble", len(patients))
        own += answers.ecog * (patients.cohort.ecog - 1) + answers.burden * burden
        day = answers.within * self.draws.normal("trouble of the day", *self._day.shape)
        return own[:, None] + day + answers.tumour * self._log_size + answers.toxicity * self._grades("")

    def _grades(self, term: str) -> Floats:
        """Return the sum of grades of a term's events, or of all, that are there on the day of each form (n, F)."""
        events, total = self.source.events, np.zeros(self._day.shape)
        own = np.ones(len(events), np.bool_)
        if term:
            names = [kind.term for kind in self.source.kinds]
            own = events.kind == (names.index(term) if term in names else -1)
        subject, start, end = events.subject[own], events.start[own], events.end[own]
        there = (self._day[subject] >= start[:, None]) & (self._day[subject] <= np.minimum(end, NEVER)[:, None])
        np.add.at(total, subject, there * np.minimum(events.grade[own], 4)[:, None])
        return total

    def _instrument(self, instrument: Instrument) -> Iterator[pl.DataFrame]:
        """Yield the records of each item, and one of each form that was not filled in."""
        missing = self._missing_form(instrument)
        yield self._not_filled_in(instrument, self._forms.due & missing)
        items = {item.number: item for item in instrument.items}
        for scale in instrument.scales:
            level = self._scale_trouble(instrument, scale)
            for number in scale.items:
                yield self._item(instrument, items[number], (level, high_is_better(scale)), self._forms.due & ~missing)

    def _missing_form(self, instrument: Instrument) -> Mask:
        """Return which forms are missing: at random, or the likelier the more trouble or the worse the ECOG."""
        answers = self.truth.answers
        last = self._forms.visit == len(self.source.measures.sampling.number) - 1
        chance = np.where(last, answers.missing_last, answers.missing_form)
        with np.errstate(divide="ignore"):
            odds = logit(chance) + answers.missing_trouble * self._trouble
        if answers.missing_ecog != 0:
            odds = odds + answers.missing_ecog * (self.source.patients.cohort.ecog - 1)[:, None]
        return np.asarray(self.draws.uniform(f"missing {instrument.name}", *self._day.shape) < expit(odds))

    def _scale_trouble(self, instrument: Instrument, scale: Scale) -> Floats:
        """Return the trouble of a scale at each form (n, F)."""
        complaint = self._complaint(instrument, scale)
        own = self.truth.answers.scale_sd * self.draws.normal(f"scale {instrument.prefix}{scale.code}", len(self._day))
        level = complaint.trouble + own[:, None] + complaint.health * self._trouble + complaint.tumour * self._log_size
        return level + complaint.event * self._grades(complaint.term) if complaint.term else level

    def _complaint(self, instrument: Instrument, scale: Scale) -> Complaint:
        name = (instrument.prefix, scale.code)
        known = (each for each in self.truth.answers.complaints if (each.instrument, each.scale) == name)
        return next(known, OTHER)

    def _item(self, instrument: Instrument, item: Item, scale: tuple[Floats, bool], filled: Mask) -> pl.DataFrame:
        level, better = scale
        name = f"{instrument.prefix}{item.number}"
        noise = self.truth.answers.item_sd * self.draws.normal(f"item {name}", *level.shape)
        gone = self.draws.uniform(f"missing item {name}", *level.shape) < self.truth.answers.missing_item
        answer = answered(level + noise, item, better)
        subject, form = np.nonzero(filled)
        missing = gone[subject, form]
        value = np.where(missing, np.nan, answer[subject, form])
        texts = tuple(str(number) for number in range(item.low, item.high + 1))
        text = words((*texts, ""), np.where(missing, len(texts), np.nan_to_num(value) - item.low).astype(np.int64))
        columns: dict[str, Column] = {
            "QSTESTCD": item.testcd or f"{instrument.prefix}{item.number:02d}",
            "QSTEST": f"{instrument.name} Item {item.number}",
            "QSORRES": text,
            "QSSTRESC": text,
            "QSSTRESN": pl.Series(value, dtype=pl.Float64).fill_nan(None),
            "QSSTAT": words(("", "NOT DONE"), missing.astype(np.int64)),
            "_order": np.full(len(subject), item.number),
        }
        return self._records(instrument, (subject, form), columns)

    def _not_filled_in(self, instrument: Instrument, missing: Mask) -> pl.DataFrame:
        subject, form = np.nonzero(missing)
        columns: dict[str, Column] = {
            "QSTESTCD": WHOLE_FORM,
            "QSTEST": "Questionnaires",
            "QSSTAT": "NOT DONE",
            "QSREASND": NOT_FILLED_IN,
            "_order": np.zeros(len(subject), np.int64),
        }
        return self._records(instrument, (subject, form), columns)

    def _records(self, instrument: Instrument, at: tuple[Days, Days], columns: dict[str, Column]) -> pl.DataFrame:
        subject, form = at
        sampling, day = self.source.measures.sampling, self._day[at]
        visit = self._forms.visit[form]
        done = columns["QSSTAT"]
        flag = words(("", "Y"), (visit == 0).astype(np.int64))
        own: dict[str, Column] = {
            "QSCAT": instrument.categories[0],
            "QSLOBXFL": flag.set(done.is_not_null(), None) if isinstance(done, pl.Series) else None,
            "QSEVAL": "STUDY SUBJECT",
            "VISITNUM": sampling.number[visit],
            "VISIT": words(sampling.names, visit),
            "QSDTC": self.roster.dates(subject, day),
            "QSDY": self.roster.study_days(subject, day),
        }
        return self.roster.records("QS", subject, {**own, **columns})


def high_is_better(scale: Scale) -> bool:
    """Return whether a high answer is a good one: the score rises with it and high scores are better, or neither."""
    direction = scale.directions[scale.direction] if scale.unverified else scale
    return (direction.formula == "rising") == (direction.better == "high")


def answered(trouble: Floats, item: Item, better: bool) -> NDArray[np.float64]:
    """Return the answers to an item, given the trouble from 0 to 3; outside of it the first or the last answer.

    >>> answered(np.array([-0.2, 0.4, 1.6, 3.4]), Item(number=1, low=1, high=4), better=False).tolist()
    [1.0, 1.0, 3.0, 4.0]
    >>> answered(np.array([0.0, 1.5, 3.0]), Item(number=29, low=1, high=7), better=True).tolist()
    [7.0, 4.0, 1.0]
    """
    steps = item.high - item.low
    step = np.clip(np.floor(trouble / WORST * steps + 0.5), 0, steps)
    return np.asarray(item.high - step if better else item.low + step)
