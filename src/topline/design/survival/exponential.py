"""A median against a median under exponential survival: how many events, exactly, and how many patients until then.

The trial is analysed at its d-th event. The time on test V that all patients have spent until then decides: with the
hazard h, 2 h V has the chi-square law with 2 d degrees of freedom, whatever the pattern of entry and loss. Success when
log(2) V / d, the median estimated from it, is at least a critical median.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.design.checked import number, whole
from topline.design.survival.enrolment import Array, Enrolment
from topline.design.survival.one_sample_logrank import check_ratios
from topline.design.survival.quadrature import gauss_legendre
from topline.design.survival.weibull import SurvivalHypotheses
from topline.errors import ToplineError

SOURCE = "Epstein & Sobel 1953, doi:10.1080/01621459.1953.10483488"
MOST_EVENTS = 1_000_000


@dataclass(frozen=True)
class ExponentialDesign:
    """The analysis comes at the d-th event; success when the estimated median is at least the critical one.

    Attributes:
        name: what the design is called.
        hypotheses: what it was made to tell apart; the null curve is exponential.
        enrolment: how patients come in; its `follow_up` is when the d-th event is hoped for.
        events: number of events d at which the trial is analysed.
        critical: critical median in months, compared with log(2) V / d.
        patients: number of patients who enter.
        assurance: least probability, at the target, that the events are there when the follow-up ends.
        source: who published the design, with DOI.

    """

    name: str
    hypotheses: SurvivalHypotheses
    enrolment: Enrolment
    events: int
    critical: float
    patients: int
    assurance: float
    source: str = SOURCE

    @property
    def level(self) -> float:
        """Exact probability of success at the null median."""
        return float(self.operating_characteristics(1.0)[0])

    @property
    def attained_power(self) -> float:
        """Exact probability of success at the target median."""
        return float(self.operating_characteristics(self.hypotheses.hazard_ratio)[0])

    @property
    def expected_patients(self) -> float:
        """Expected number of patients: all of them."""
        return float(self.patients)

    @property
    def holds(self) -> bool:
        """Whether level and power are what was asked for, without slack."""
        return self.level <= self.hypotheses.alpha and self.attained_power >= self.hypotheses.power

    def operating_characteristics(self, hazard_ratios: ArrayLike) -> Array:
        """Return the exact probability of success at true hazard ratios.

        >>> design = exponential(SurvivalHypotheses.of_medians(3.0, 5.0), Enrolment(follow_up=6.0, rate=2.5))
        >>> design.operating_characteristics([1.0, 0.6]).round(4)
        array([0.05  , 0.8032])

        """
        ratios = check_ratios(hazard_ratios)
        hazard = np.log(2.0) / self.hypotheses.null.median
        return np.asarray(special.gammaincc(self.events, ratios * hazard * self.events * self.critical / np.log(2.0)))

    def in_time(self, hazard_ratio: float, month: float) -> float:
        """Return the probability that the d-th event has come by a month after the first entry.

        >>> design = exponential(SurvivalHypotheses.of_medians(3.0, 5.0), Enrolment(follow_up=6.0, rate=2.5))
        >>> design.in_time(0.6, design.enrolment.duration(design.patients)) >= design.assurance
        True

        """
        return float(at_least(self.events, self.patients, _seen(self, hazard_ratio, np.array([month]))[0]))

    def expected_duration(self, hazard_ratio: float) -> float:
        """Return the expected months from the first entry to the d-th event; infinite with loss to follow-up.

        The chance that the event has not yet come is integrated over time; a loss may keep it from ever coming.
        """
        ratio = float(check_ratios(hazard_ratio)[0])
        if self.enrolment.dropout > 0 or np.isfinite(self.enrolment.longest):
            return float("inf")
        end = self.enrolment.accrual(self.patients)
        beyond = self.hypotheses.null.with_hazard_ratio(ratio).time(32.0 + np.log(self.patients)).item()
        x, w = gauss_legendre(200)
        total = 0.0
        for low, high in ((0.0, end), (end, end + 0.1 * beyond), (end + 0.1 * beyond, end + beyond)):
            seen = _seen(self, ratio, low + (high - low) * x)
            total += (high - low) * float(w @ (1.0 - at_least(self.events, self.patients, seen)))
        return total


def exponential(
    hypotheses: SurvivalHypotheses, enrolment: Enrolment, max_n: int = 500, assurance: float = 0.8
) -> ExponentialDesign:
    """Return the design with the fewest events whose exact power is what was asked for, and the patients it needs.

    Args:
        hypotheses: null and target median, level and power; the null curve must be exponential.
        enrolment: how patients come in and are watched.
        max_n: most patients that are allowed.
        assurance: least probability, at the target, that the events have come when the follow-up ends, in (0, 1).

    Raises:
        ToplineError: TL-G02 when more patients are needed, with their number; TL-G04 for another setting.

    >>> design = exponential(SurvivalHypotheses.of_medians(3.0, 5.0), Enrolment(follow_up=6.0, rate=2.5))
    >>> design.events, round(design.critical, 3), design.patients
    (23, 4.098, 31)

    Source: Epstein & Sobel 1953, doi:10.1080/01621459.1953.10483488.
    Golden: golden/design_survival.toml.

    """
    if hypotheses.null.shape != 1.0:
        what = (
            f"{hypotheses.null.shape:g} is not 1: the null curve is not exponential; use the one-sample log-rank test"
        )
        raise ToplineError("TL-G04", where="shape", what=what)
    whole("max_n", max_n, most=None)
    if not 0 < number("assurance", assurance) < 1:
        raise ToplineError("TL-G04", where="assurance", what=f"{assurance:g} is not between 0 and 1; write 80% as 0.8")
    events, critical = exponential_events(hypotheses)
    design = ExponentialDesign("exponential", hypotheses, enrolment, events, critical, events, assurance)
    patients = _fewest_patients(design)
    if patients > max_n:
        what = f"{max_n} are not enough; {patients} are the fewest that work"
        raise ToplineError("TL-G02", where="max_n", what=what)
    return replace(design, patients=patients)


def exponential_events(hypotheses: SurvivalHypotheses) -> tuple[int, float]:
    """Return the fewest events whose exact power is what was asked for, and the critical median in months.

    The critical median is rounded up to .0001 months, so that the level is not above alpha.

    >>> exponential_events(SurvivalHypotheses.of_medians(3.0, 7.0))
    (9, 4.8116)

    """
    low, high = 0, 1
    while not _powerful(hypotheses, high):
        low, high = high, 2 * high
        if high > MOST_EVENTS:
            raise ToplineError("TL-G02", where="events", what=f"not even {MOST_EVENTS} events are enough")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _powerful(hypotheses, middle) else (middle, high)
    return high, _critical_median(hypotheses, high)


def at_least(events: int, patients: int, probability: Array) -> Array:
    """Return P(X >= events) for a binomial number X of the patients.

    >>> round(float(at_least(8, 35, np.array(0.1))), 6)
    0.01999

    """
    if events > patients:
        return np.zeros_like(probability)
    return np.asarray(special.betainc(events, patients - events + 1, probability))


def _critical_median(hypotheses: SurvivalHypotheses, events: int) -> float:
    bound = float(special.gammainccinv(events, hypotheses.alpha))
    return float(np.ceil(bound / events * hypotheses.null.median * 10_000.0)) / 10_000.0


def _powerful(hypotheses: SurvivalHypotheses, events: int) -> bool:
    bound = events * _critical_median(hypotheses, events) / hypotheses.null.median
    return bool(special.gammaincc(events, hypotheses.hazard_ratio * bound) >= hypotheses.power)


def _fewest_patients(design: ExponentialDesign) -> int:
    """Return the fewest patients with whom the events come in time with the assurance at the target."""
    low, high = design.events - 1, design.events
    while not _assured(design, high):
        low, high = high, 2 * high
        if high > MOST_EVENTS:
            what = "the follow-up is too short: no number of patients has the events in time"
            raise ToplineError("TL-G02", where="follow_up", what=what)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _assured(design, middle) else (middle, high)
    return high


def _assured(design: ExponentialDesign, patients: int) -> bool:
    tried = replace(design, patients=patients)
    end = tried.enrolment.duration(patients)
    return tried.in_time(design.hypotheses.hazard_ratio, end) >= design.assurance


def _seen(design: ExponentialDesign, hazard_ratio: float, month: Array) -> Array:
    """Return the probability that a patient has entered and had the event by a month after the first entry."""
    enrolment, accrual = design.enrolment, design.enrolment.accrual(design.patients)
    hazard = np.log(2.0) / design.hypotheses.null.median * hazard_ratio
    ends = hazard + enrolment.dropout

    def chance(time: Array | float) -> Array:
        return np.asarray(hazard / ends * -np.expm1(-ends * np.asarray(time)))

    def summed(time: Array) -> Array:
        watched = np.minimum(time, enrolment.longest)
        after = np.where(time > enrolment.longest, time - watched, 0.0)
        return np.asarray(hazard / ends * watched - chance(watched) / ends + after * chance(enrolment.longest))

    return np.asarray(np.clip((summed(month) - summed(np.maximum(month - accrual, 0.0))) / accrual, 0.0, 1.0))
