"""Where N comes from on a time to event: the log-rank and exponential designs against a known median that give it.

A number of patients on a time to event hangs on the accrual and the follow-up as much as on the hypotheses. The usual
periods are tried; the list is as long as they are many, and proves less than that of a rate.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from scipy import special

from topline.design.comparison.cells import beside, percent
from topline.design.comparison.origin import LEVELS, POWERS, RATIOS, Origin
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.exponential import exponential
from topline.design.survival.one_sample_logrank import LogrankDesign, Variance, logrank_patients
from topline.design.survival.weibull import SurvivalHypotheses
from topline.errors import ToplineError
from topline.protocol.rule.outcome import is_whole

PERIODS, FOLLOW_UPS = (12.0, 18.0, 24.0), (6.0, 12.0)
USUAL = tuple(Enrolment(period=period, follow_up=more) for period, more in product(PERIODS, FOLLOW_UPS))
"""Months of accrual, and of follow-up after the last patient, that trials of this size have."""
VARIANCES: dict[Variance, str] = {
    "exact": "one-sample log-rank (Wu's formula)",
    "poisson": "one-sample log-rank (Finkelstein's formula)",
}
LARGEST = 200


@dataclass(frozen=True, slots=True)
class TimeOrigin(Origin):
    """One way to arrive at a number of patients on a time to event.

    Attributes:
        hypotheses: what was asked for.
        exact_level: exact level of the rule under the null curve.
        exact_power: exact power at the target median.
        events: number of events on which it is analysed, or that are expected by then at the target.

    """

    hypotheses: SurvivalHypotheses
    exact_level: float
    exact_power: float
    events: float

    @property
    def level(self) -> str:
        """Exact level of the rule: a formula need not hold the one asked for."""
        return beside(self.exact_level, self.hypotheses.alpha)

    @property
    def power(self) -> str:
        """Exact power of the rule: a formula need not reach the one asked for."""
        return beside(self.exact_power, self.hypotheses.power)


def time_origins(
    patients: int, null_median: float, enrolments: tuple[Enrolment, ...] = USUAL
) -> tuple[TimeOrigin, ...]:
    """Return the designs on a time to event against a known median that need exactly this number of patients.

    Args:
        patients: the number, 2 to 200.
        null_median: median of the control in months, above 0; target medians are 1.25 to 2 times as long.
        enrolments: accrual and follow-up to try.

    Returns:
        Formulas of the one-sample log-rank test, and exponential times analysed at a number of events.

    Raises:
        ToplineError: TL-G04 for another number, TL-G01 for the median.

    >>> found = time_origins(35, 3.0, (Enrolment(period=18.0, follow_up=6.0),))
    >>> print(found[0].words)
    median 3 against 4.5 months, level 10%, power 80%, accrual 18 and follow-up 6 months

    Source: Wu 2015, doi:10.1002/pst.1654; Finkelstein et al. 2003, J Natl Cancer Inst 95:1434-1439;
    Epstein & Sobel 1953, doi:10.1080/01621459.1953.10483488.

    """
    if not is_whole(patients) or not 2 <= patients <= LARGEST:
        raise ToplineError("TL-G04", where="patients", what=f"{patients} is not a number from 2 to {LARGEST}")
    found = []
    for ratio, alpha, power, enrolment in product(RATIOS, LEVELS, POWERS, enrolments):
        asked = SurvivalHypotheses.of_medians(null_median, round(null_median * ratio, 6), alpha, power)
        found += [*_logrank(patients, asked, enrolment), *_exponential(patients, asked, enrolment)]
    return tuple(sorted(found, key=lambda each: each.kind, reverse=True))


def _logrank(patients: int, asked: SurvivalHypotheses, enrolment: Enrolment) -> Iterator[TimeOrigin]:
    """Yield the formulas of the log-rank test that give the number, with what their normal critical value does."""
    critical = float(special.ndtri(1.0 - asked.alpha))
    for variance, kind in VARIANCES.items():
        if logrank_patients(asked, enrolment, variance) == patients:
            design = LogrankDesign(kind, asked, enrolment, patients, critical)
            found = (asked, design.level, design.attained_power, design.events)
            yield TimeOrigin(kind, patients, patients, 0.0, None, _words(asked, enrolment), *found)


def _exponential(patients: int, asked: SurvivalHypotheses, enrolment: Enrolment) -> Iterator[TimeOrigin]:
    """Yield the exponential design if it needs the number for its events to come in time."""
    try:
        design = exponential(asked, enrolment, max_n=patients)
    except ToplineError:
        return
    if design.patients == patients:
        words = f"{_words(asked, enrolment)}, analysed at {design.events} events"
        found = (asked, design.level, design.attained_power, float(design.events))
        yield TimeOrigin("exponential time", patients, patients, 0.0, None, words, *found)


def _words(asked: SurvivalHypotheses, enrolment: Enrolment) -> str:
    medians = f"median {asked.null.median:.6g} against {asked.target.median:.6g} months"
    watched = f"accrual {enrolment.accrual(1):g} and follow-up {enrolment.follow_up:g} months"
    return f"{medians}, level {percent(asked.alpha)}, power {percent(asked.power)}, {watched}"
