"""Who is enrolled, when and where: the cohort before anything happens to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.protocol.model import Protocol
from topline.simulate.accrual import draw_arrivals
from topline.simulate.draws import Draws, Floats
from topline.simulate.truth import Conduct

Days = NDArray[np.int64]

LONGEST_SCREENING = 21
LONGEST_WAIT = 4
LEAST_RATE = 0.05
"""Added to the gamma-distributed rate of a site: no site enrols nobody for ever."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """n patients as arrays. `zero` is time zero in days from the trial's start; the other days count from time zero.

    `trial` is the place of the patient's trial among those that are drawn together, 0 for a trial alone.
    """

    trial: Days
    site: Days
    number: Days  # within the site, from 1
    arm: Days
    age: Days
    female: NDArray[np.bool_]
    ecog: Days
    zero: Days
    consent: Days
    baseline: Days  # day of the screening scan
    enrolment: Days
    dose: Days  # day of the first dose
    cutoff: Days  # day of the data cut-off

    def block(self, first: int, last: int) -> "Cohort":
        """Return the patients from `first` up to, not including, `last`."""
        return Cohort(*(getattr(self, name)[first:last] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Enrolled:
    """Who is enrolled (n,): trial, days from its start to enrolment and to the data cut-off, and site."""

    trial: Days
    day: Days
    cutoff: Days
    site: Days

    def first(self, n: int) -> "_Enrolled":
        """Return the first n patients, as one trial."""
        return _Enrolled(np.zeros(n, np.int64), self.day[:n], self.cutoff[:n], self.site[:n])


def draw_cohort(protocol: Protocol, conduct: Conduct, draws: Draws, n: int) -> Cohort:
    """Draw n patients of one trial in order of enrolment.

    Enrolment is a Poisson process, given that the planned number enrols in planned / rate months. More patients than
    planned are further cohorts of that kind over the same calendar, so that the calendar does not depend on n. By the
    Poisson-gamma model each cohort has a calendar and sites of its own.
    """
    planned = protocol.population.planned
    if conduct.accrual == "poisson-gamma":
        return _cohort(protocol, conduct, draws, _arrived(protocol, conduct, draws, -(-n // planned)).first(n))
    day, cutoff = _calendar(protocol, conduct, draws, -(-n // planned))
    rates = draws.stream("site rates").standard_gamma(conduct.site_shape, conduct.sites) + LEAST_RATE
    enrolled = _Enrolled(
        trial=np.zeros(n, np.int64),
        day=day.ravel()[:n],
        cutoff=np.full(n, cutoff),
        site=draws.choice("site", tuple(rates), n) + 1,
    )
    return _cohort(protocol, conduct, draws, enrolled)


def draw_cohorts(protocol: Protocol, conduct: Conduct, draws: Draws, trials: int) -> Cohort:
    """Draw the planned number of patients of each of several trials, each with its own calendar and its own sites."""
    planned = protocol.population.planned
    if conduct.accrual == "poisson-gamma":
        return _cohort(protocol, conduct, draws, _arrived(protocol, conduct, draws, trials))
    day, cutoff = _calendar(protocol, conduct, draws, trials)
    rates = draws.stream("site rates").standard_gamma(conduct.site_shape, (trials, conduct.sites)) + LEAST_RATE
    steps = np.cumsum(rates, axis=1) / rates.sum(axis=1, keepdims=True)
    chance = draws.uniform("site", trials, planned)
    site = (steps[:, None, :] <= chance[:, :, None]).sum(axis=2)
    enrolled = _Enrolled(
        trial=np.repeat(np.arange(trials), planned),
        day=day.ravel(),
        cutoff=np.full(trials * planned, cutoff),
        site=np.minimum(site, conduct.sites - 1).ravel() + 1,
    )
    return _cohort(protocol, conduct, draws, enrolled)


def _cohort(protocol: Protocol, conduct: Conduct, draws: Draws, enrolled: _Enrolled) -> Cohort:
    """Draw what patients are like who are enrolled on these days at these sites."""
    n = len(enrolled.day)
    baseline = -np.ceil(draws.uniform("screening", n) * min(LONGEST_SCREENING, protocol.schedule.baseline_days)).astype(
        np.int64
    )
    wait = np.floor(draws.uniform("first dose", n) * (LONGEST_WAIT + 1)).astype(np.int64)
    from_dose = protocol.schedule.time_zero == "first dose"
    enrolment = np.maximum(-wait, baseline) if from_dose else np.zeros(n, np.int64)
    dose = np.zeros(n, np.int64) if from_dose else wait
    zero = enrolled.day - enrolment
    return Cohort(
        trial=enrolled.trial,
        site=enrolled.site,
        number=_numbers(enrolled.trial, enrolled.site),
        arm=np.floor(draws.uniform("arm", n) * len(protocol.arms)).astype(np.int64),
        age=_ages(protocol, conduct, draws, n),
        female=_women(protocol, conduct, draws, n),
        ecog=draws.choice("ecog", conduct.ecog, n),
        zero=zero,
        consent=baseline - np.floor(draws.uniform("consent", n) * 8).astype(np.int64),
        baseline=baseline,
        enrolment=enrolment,
        dose=dose,
        cutoff=enrolled.cutoff - zero,
    )


def _arrived(protocol: Protocol, conduct: Conduct, draws: Draws, trials: int) -> _Enrolled:
    """Return who is enrolled by the Poisson-gamma model; the cut-off follows the last patient of each trial."""
    planned, lead = protocol.population.planned, LONGEST_SCREENING + 8
    arrivals = draw_arrivals(conduct, draws, trials, planned)
    day = lead + np.floor(arrivals.month * protocol.days_per_month).astype(np.int64)
    cutoff = day[:, -1:] + round(conduct.follow_up_months * protocol.days_per_month)
    whose = np.repeat(np.arange(trials), planned)
    return _Enrolled(whose, day.ravel(), cutoff.ravel()[whose], arrivals.site.ravel() + 1)


def _calendar(protocol: Protocol, conduct: Conduct, draws: Draws, cohorts: int) -> tuple[Days, int]:
    """Return the days of enrolment (cohort, planned) in order, and the day of the cut-off."""
    planned, month = protocol.population.planned, protocol.days_per_month
    accrual = planned / conduct.accrual_per_month * month
    arrivals = np.sort(draws.uniform("enrolment", cohorts, planned), axis=1) * accrual
    lead = LONGEST_SCREENING + 8  # the first consent lies on or after the start
    return lead + np.floor(arrivals).astype(np.int64), lead + round(accrual + conduct.follow_up_months * month)


def _numbers(trial: Days, site: Days) -> Days:
    """Return the running number of each patient within the site of its trial."""
    place = trial * (int(site.max(initial=0)) + 1) + site
    order = np.argsort(place, kind="stable")
    ordered = place[order]
    first = np.searchsorted(ordered, ordered, side="left")
    numbers = np.empty_like(site)
    numbers[order] = np.arange(len(site)) - first + 1
    return numbers


def _ages(protocol: Protocol, conduct: Conduct, draws: Draws, n: int) -> Days:
    ages = protocol.population.ages
    low, high = ages.minimum or 18, ages.maximum or 90
    normal: Floats = conduct.age_mean + conduct.age_sd * draws.normal("age", n)
    return np.clip(np.round(normal), low, high).astype(np.int64)


def _women(protocol: Protocol, conduct: Conduct, draws: Draws, n: int) -> NDArray[np.bool_]:
    share = {"all": conduct.female, "female": 1.0, "male": 0.0}[protocol.population.sex]
    return draws.uniform("sex", n) < share
