"""The normal law of a two-stage log-rank design: quick enough to search with, rough at a first look with few events.

With four events at the first look the normal law may say .33 where the exact chance to stop is .22; so the search uses
it, and `two_stage_law` has the last word.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from topline.design.survival.enrolment import Array, Enrolment
from topline.design.survival.patient_moments import covariance, patient_moments
from topline.design.survival.quadrature import gauss_legendre
from topline.design.survival.weibull import Weibull


@dataclass(frozen=True, slots=True)
class NormalLaw:
    """The normal law of the two tests: their means, their standard deviations, and their correlation."""

    mean_first: float
    mean: float
    sd_first: float
    sd: float
    correlation: float

    def both_above(self, futility: ArrayLike, critical: ArrayLike) -> Array:
        """Return P(Z1 > futility, Z > critical), element by element."""
        first = (np.asarray(futility, dtype=np.float64) - self.mean_first) / self.sd_first
        last = (np.asarray(critical, dtype=np.float64) - self.mean) / self.sd
        return both_above(first, last, self.correlation)

    def first_above(self, futility: ArrayLike) -> Array:
        """Return P(Z1 > futility)."""
        return np.asarray(special.ndtr((self.mean_first - np.asarray(futility, dtype=np.float64)) / self.sd_first))


def both_above(first: Array, last: Array, correlation: float) -> Array:
    """Return P(X > first, Y > last) of two standard normal variables with a correlation in [0, 1).

    >>> round(float(both_above(np.array(0.0), np.array(0.0), 0.5)), 12)  # one quarter + arcsin(r) / (2 pi)
    0.333333333333

    """
    x, w = gauss_legendre(60)
    low, first = np.asarray(last)[..., None], np.asarray(first)[..., None]
    width = np.maximum(8.5 - low, 0.0)
    z = low + width * x
    inner = special.ndtr((correlation * z - first) / np.sqrt(1.0 - correlation**2))
    return np.asarray((w * width * np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi) * inner).sum(axis=-1))


def normal_law(curve: Weibull, hazard_ratio: float, enrolment: Enrolment, size: tuple[int, int]) -> NormalLaw:
    """Return the normal law of the two tests at a true hazard ratio.

    Z = (E - O) / sqrt(E) has a random E: where O is d times E it moves with (1 + d) / 2 E - O, which varies less than
    E - O. Published formulas take the variance of E - O; at a ratio of 1 they are the same.

    Args:
        curve: null curve.
        hazard_ratio: true hazard as a share of the null one, above 0.
        enrolment: how patients come in and are watched.
        size: patients at the first look, and all of them.

    Source: Wu et al. 2020, doi:10.1002/pst.1983; with another variance.

    """
    first, patients = size
    weight = (1.0 + hazard_ratio) / 2.0
    interim, early, late = enrolment.stages(first, patients)
    one, two, others = (patient_moments(curve, hazard_ratio, watch) for watch in (interim, early, late))
    expected = first * two.expected + (patients - first) * others.expected
    variance = first * two.weighted(weight)[1] + (patients - first) * others.weighted(weight)[1]
    mean = first * two.mean + (patients - first) * others.mean
    variance_first = one.weighted(weight)[1]
    shared = first * covariance(curve, hazard_ratio, interim, early, weight)
    return NormalLaw(
        mean_first=float(np.sqrt(first / one.expected)) * one.mean,
        mean=mean / float(np.sqrt(expected)),
        sd_first=float(np.sqrt(variance_first / one.expected)),
        sd=float(np.sqrt(variance / expected)),
        correlation=shared / float(np.sqrt(first * variance_first * variance)),
    )
