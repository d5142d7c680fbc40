"""Who is enrolled, when and where: the cohort before anything happens to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.protocol.model import Protocol
from topline.simulate.draws import Draws, Floats
from topline.simulate.truth import Conduct

Days = NDArray[np.int64]

LONGEST_SCREENING = 21
LONGEST_WAIT = 4


@dataclass(frozen=True, slots=True)
class Cohort:
    """n patients as arrays. `zero` is time zero in days from the trial's start; the other days count from time zero."""

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


def draw_cohort(protocol: Protocol, conduct: Conduct, draws: Draws, n: int) -> Cohort:
    """Draw n patients in order of enrolment.

    Enrolment is a Poisson process, given that the planned number enrols in planned / rate months. More patients than
    planned are further cohorts of that kind over the same calendar, so that the calendar does not depend on n.
    """
    enrolled, cutoff = _calendar(protocol, conduct, draws, n)
    baseline = -np.ceil(draws.uniform("screening", n) * min(LONGEST_SCREENING, protocol.schedule.baseline_days)).astype(
        np.int64
    )
    wait = np.floor(draws.uniform("first dose", n) * (LONGEST_WAIT + 1)).astype(np.int64)
    from_dose = protocol.schedule.time_zero == "first dose"
    enrolment = np.maximum(-wait, baseline) if from_dose else np.zeros(n, np.int64)
    dose = np.zeros(n, np.int64) if from_dose else wait
    zero = enrolled - enrolment
    site = _sites(conduct, draws, n)
    return Cohort(
        site=site,
        number=_numbers(site),
        arm=np.floor(draws.uniform("arm", n) * len(protocol.arms)).astype(np.int64),
        age=_ages(protocol, conduct, draws, n),
        female=_women(protocol, conduct, draws, n),
        ecog=draws.choice("ecog", conduct.ecog, n),
        zero=zero,
        consent=baseline - np.floor(draws.uniform("consent", n) * 8).astype(np.int64),
        baseline=baseline,
        enrolment=enrolment,
        dose=dose,
        cutoff=cutoff - zero,
    )


def _calendar(protocol: Protocol, conduct: Conduct, draws: Draws, n: int) -> tuple[Days, int]:
    planned, month = protocol.population.planned, protocol.days_per_month
    accrual = planned / conduct.accrual_per_month * month
    cohorts = -(-n // planned)
    arrivals = np.sort(draws.uniform("enrolment", cohorts, planned), axis=1).ravel()[:n] * accrual
    lead = LONGEST_SCREENING + 8  # the first consent lies on or after the start
    return lead + np.floor(arrivals).astype(np.int64), lead + round(accrual + conduct.follow_up_months * month)


def _sites(conduct: Conduct, draws: Draws, n: int) -> Days:
    rates = draws.stream("site rates").standard_gamma(conduct.site_shape, conduct.sites) + 0.05
    return draws.choice("site", tuple(rates), n) + 1


def _numbers(site: Days) -> Days:
    """Return the running number of each patient within the site."""
    order = np.argsort(site, kind="stable")
    ordered = site[order]
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
