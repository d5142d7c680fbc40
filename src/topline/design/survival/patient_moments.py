"""What one patient adds to the one-sample log-rank test: expected minus observed events, its mean and its variance."""

from dataclasses import dataclass

import numpy as np

from topline.design.survival.enrolment import Watch
from topline.design.survival.quadrature import gauss_legendre
from topline.design.survival.weibull import Weibull


@dataclass(frozen=True, slots=True)
class PatientMoments:
    """Mean and variance of a patient's expected events under the null curve minus the event seen, at a hazard ratio.

    Attributes:
        expected: mean of the null cumulative hazard over the time watched: events expected under the null curve.
        events: probability of an event.
        mean: `expected` minus `events`; 0 at a hazard ratio of 1.
        variance: its exact variance; `expected` at a hazard ratio of 1.
        expected_variance: variance of the expected events alone.

    """

    expected: float
    events: float
    mean: float
    variance: float
    expected_variance: float

    def weighted(self, weight: float) -> tuple[float, float]:
        """Return mean and variance of `weight` times the expected events minus the event seen."""
        joint = (self.expected_variance - self.variance + self.events * (1.0 - self.events)) / 2.0
        variance = weight**2 * self.expected_variance - 2.0 * weight * joint + self.events * (1.0 - self.events)
        return weight * self.expected - self.events, variance


def patient_moments(curve: Weibull, hazard_ratio: float, watch: Watch) -> PatientMoments:
    """Return the moments of one patient.

    With the null cumulative hazard a as the clock, the event has the constant hazard d, the hazard ratio. With G the
    chance to be watched beyond a and p = integral of exp(-d a) G(a) da, q = integral of a exp(-d a) G(a) da, the
    patient has p expected and d p observed events, and the variance is d p + 2 (1 - d) q - (1 - d)^2 p^2.

    Args:
        curve: null curve.
        hazard_ratio: true hazard as a share of the null one, above 0.
        watch: how long the patients are watched.

    >>> found = patient_moments(Weibull(1.0), 1.0, Watch(0.0, 1.0, 50.0))  # everyone is watched to the event
    >>> round(found.expected, 9), round(found.events, 9), round(found.variance, 9)
    (1.0, 1.0, 1.0)

    Source: Wu 2015, doi:10.1002/pst.1654 (equations 3 to 6).

    """
    at, weight = watch.nodes(curve)
    kept = weight * np.exp(-hazard_ratio * at) * watch.beyond(curve.time(at))
    p, q, less = float(kept.sum()), float((at * kept).sum()), 1.0 - hazard_ratio
    variance = hazard_ratio * p + 2.0 * less * q - (less * p) ** 2
    return PatientMoments(p, hazard_ratio * p, less * p, variance, 2.0 * q - p**2)


def covariance(curve: Weibull, hazard_ratio: float, interim: Watch, final: Watch, weight: float = 1.0) -> float:
    """Return the covariance at two looks of `weight` times a patient's expected events minus the event seen.

    After the first look only a patient who is still watched adds anything: in the mean (weight - d) times the integral
    of exp(-d a) over the further time, to `weight` times the a expected events until then.

    Args:
        curve: null curve.
        hazard_ratio: true hazard as a share of the null one, above 0.
        interim: how long the patients are watched until the first look.
        final: the same patients until the second look.
        weight: what an expected event counts.

    """
    first, last = (patient_moments(curve, hazard_ratio, watch).weighted(weight) for watch in (interim, final))
    x, w = gauss_legendre(80)
    entry = interim.first + (interim.last - interim.first) * x
    until = np.minimum(interim.look - entry, interim.longest)
    further = _further(curve, hazard_ratio, until, np.minimum(final.look - entry, final.longest), final.dropout)
    added = float((w * curve.cumulative_hazard(until) * further).sum()) * weight * (weight - hazard_ratio)
    return first[1] + first[0] ** 2 + added - first[0] * last[0]


def _further(curve: Weibull, hazard_ratio: float, start: np.ndarray, stop: np.ndarray, dropout: float) -> np.ndarray:
    """Return the integral of exp(-d a) da over the patients still watched, from one time to another, per patient."""
    x, w = gauss_legendre(40)
    low, high = curve.cumulative_hazard(start), curve.cumulative_hazard(stop)
    at = low[:, None] + (high - low)[:, None] * x
    kept = np.exp(-hazard_ratio * at - dropout * curve.time(at))
    return np.asarray((kept @ w) * (high - low))
