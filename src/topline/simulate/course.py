"""The course of each patient under observation: what is seen and recorded, until when, and why treatment ends."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.protocol.model import Protocol
from topline.simulate.draws import Draws, Floats
from topline.simulate.patients import Patients
from topline.simulate.response import PD, Assessment, assess
from topline.simulate.scans import Scans
from topline.simulate.survival import NEVER
from topline.simulate.truth import Conduct, Truth
from topline.simulate.tumour import Mask

Days = NDArray[np.int64]

REASONS = (
    "",
    "PROGRESSIVE DISEASE",
    "ADVERSE EVENT",
    "PHYSICIAN DECISION",
    "DEATH",
    "WITHDRAWAL BY SUBJECT",
    "LOST TO FOLLOW-UP",
)
ONGOING, PROGRESSION, TOXICITY, DECLINE, DEATH, WITHDRAWAL, LOST = range(7)
"""Why treatment, or observation, ended; the decline of a dying patient is no progression by RECIST."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is observed of n patients, in days from time zero; NEVER where it was not observed.

    `last` is the last day of observation, `ended` why it ended. `treatment_end` and `treatment_ended` are the decision
    to stop and its reason (ONGOING at the cut-off), `last_dose_by` the last day on which a dose can have been taken.
    `progression` is the scan of the first recorded progression, `therapy` the start of new anti-cancer therapy.
    `kept` (n, V) marks the scans that are on record with their `assessment`.
    """

    last: Days
    ended: NDArray[np.int64]
    death: Days
    treatment_end: Days
    treatment_ended: NDArray[np.int64]
    last_dose_by: Days
    progression: Days
    therapy: Days
    kept: Mask
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Stops:
    """Days from time zero on which treatment would stop: after progression, for toxicity, for decline; NEVER if not."""

    progression: Days
    toxicity: Days
    decline: Days


def follow(protocol: Protocol, truth: Truth, patients: Patients, scans: Scans, draws: Draws) -> Course:
    """Follow each patient from the first dose to death, leaving, the end of follow-up or the data cut-off."""
    last, ended = _observation(protocol, truth, patients, draws)
    alive = np.where(ended == DEATH, last - 1, last)
    toxicity = np.minimum(patients.cohort.dose + patients.latent.toxicity, NEVER)
    decline = _decline(truth, patients, draws)
    lag = draws.exponential("therapy lag", len(patients))
    early = _early_therapy(truth.conduct, toxicity, lag, draws)
    done = scans.done & (scans.day <= _scanned_until(truth.conduct, alive, decline, early, draws)[:, None])
    assessment = assess(scans, patients.tumours, done, truth.reading, draws)
    first, latest = _last_scan(truth.conduct, done, assessment, draws)
    progression = _at(scans.day, first)
    stop = _at(scans.day, np.where(first >= 0, latest, -1)) + 1 + np.floor(7 * draws.uniform("stop", len(patients)))
    end, why = _treatment_end(last, ended, Stops(stop.astype(np.int64), toxicity, decline))
    late = _late_therapy(truth.conduct, progression, end, lag, draws)
    therapy = np.where(why == TOXICITY, np.minimum(early, late), late)
    return Course(
        last=last,
        ended=ended,
        death=np.where(ended == DEATH, last, NEVER),
        treatment_end=end,
        treatment_ended=why,
        last_dose_by=np.maximum(np.minimum(end, alive), patients.cohort.dose),
        progression=progression,
        therapy=np.where(therapy <= alive, therapy, NEVER),
        kept=done & (np.arange(done.shape[1]) <= latest[:, None]),
        assessment=assessment,
    )


def _death_day(patients: Patients) -> Days:
    day: Days = np.minimum(patients.cohort.dose + patients.latent.death, NEVER)
    return day


def _observation(protocol: Protocol, truth: Truth, patients: Patients, draws: Draws) -> tuple[Days, NDArray[np.int64]]:
    """Return the last day of observation and what ended it (ONGOING: the cut-off or the end of follow-up)."""
    death = _death_day(patients)
    leaving = np.minimum(patients.cohort.dose + patients.latent.leaving, NEVER)
    longest = min(patients.horizon, int(protocol.schedule.maximum_months * protocol.days_per_month))
    limit = np.minimum(patients.cohort.cutoff, longest)
    last = np.minimum(np.minimum(death, leaving), limit)
    lost = draws.uniform("lost", len(patients)) < truth.hazards.lost
    left = np.where(lost, LOST, WITHDRAWAL)
    return last, np.where(death <= last, DEATH, np.where(leaving <= last, left, ONGOING))


def _first(mask: Mask) -> NDArray[np.int64]:
    """Return the first visit of each patient where the mask holds, -1 where it never does."""
    return np.where(mask.any(axis=1), mask.argmax(axis=1), -1)


def _at(day: Days, visit: NDArray[np.int64]) -> Days:
    return np.where(visit >= 0, day[np.arange(len(day)), visit], NEVER)


def _decline(truth: Truth, patients: Patients, draws: Draws) -> Days:
    """Return the day on which a dying patient declines: treatment and scans end, some weeks before death."""
    hazards, n = truth.hazards, len(patients)
    mean = max(hazards.decline_days - 7, 0)
    before = 7 + np.ceil(mean * draws.exponential("decline", n)).astype(np.int64)
    day = _death_day(patients) - before
    declines = (draws.uniform("declines", n) < hazards.decline) & (day > patients.cohort.dose)
    return np.where(declines & (patients.latent.death < NEVER), day, NEVER)


def _early_therapy(conduct: Conduct, toxicity: Days, lag: Floats, draws: Draws) -> Days:
    """Return the start of new anti-cancer therapy after a stop for toxicity."""
    given = draws.uniform("early therapy", len(toxicity)) < conduct.early_therapy
    return np.where(given, toxicity + 14 + np.ceil(14 * lag).astype(np.int64), NEVER)


def _scanned_until(conduct: Conduct, alive: Days, decline: Days, early: Days, draws: Draws) -> Days:
    """Return the last day on which a scan is done, were there no progression."""
    go_on = draws.uniform("later scans", len(alive)) < conduct.later_scans
    until: Days = np.minimum(np.minimum(alive, decline), np.where(go_on, NEVER, early))
    return until


def _last_scan(conduct: Conduct, done: Mask, assessment: Assessment, draws: Draws) -> tuple[Days, Days]:
    """Return the visit of the first progression (-1: none) and the last visit that is done.

    Scans end with progression, or with the next one where treatment goes on beyond it.
    """
    first = _first(done & (assessment.overall == PD))
    visits = np.arange(done.shape[1])
    second = _first(done & (visits > first[:, None]) & (first >= 0)[:, None])
    beyond = (draws.uniform("beyond", len(done)) < conduct.beyond) & (second >= 0)
    return first, np.where(first < 0, done.shape[1] - 1, np.where(beyond, second, first))


def _treatment_end(last: Days, ended: NDArray[np.int64], stops: Stops) -> tuple[Days, NDArray[np.int64]]:
    """Return when treatment ended and why: the first of progression, toxicity, decline and the end of observation."""
    days = np.stack([stops.progression, stops.toxicity, stops.decline])
    first = days.min(axis=0)
    why = np.array([PROGRESSION, TOXICITY, DECLINE])[days.argmin(axis=0)]
    return np.minimum(first, last), np.where(first < last, why, ended)


def _late_therapy(conduct: Conduct, progression: Days, end: Days, lag: Floats, draws: Draws) -> Days:
    """Return the start of new anti-cancer therapy after progression and after the end of treatment."""
    given = (draws.uniform("later therapy", len(end)) < conduct.later_therapy) & (progression < NEVER)
    return np.where(given, np.maximum(progression, end) + 7 + np.ceil(21 * lag).astype(np.int64), NEVER)
