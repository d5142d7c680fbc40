"""The exact joint law of observed and expected events of n patients, and of the one-sample log-rank test from it.

Z = (E - O) / sqrt(E) has no normal law at the sample sizes of phase II: where a level of .05 is meant it is mostly .035
to .045. The patients are independent, so that the law of (O, E) is the n-fold convolution of one patient's law. It is
done here by Fourier transforms on a grid of E, once for each number of events O.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import fft, special

from topline.design.survival.enrolment import Array, Watch
from topline.design.survival.quadrature import gauss_legendre
from topline.design.survival.weibull import Weibull

STEPS = 200
"""Grid steps in one standard deviation of E; probabilities move by less than 1e-8 with twice as many."""
FEW, LEAST_CELLS, MOST_POINTS = 12.0, 500, 40_000
"""With so few expected events one patient's law is cut finer, because the sum of one or two of them has corners."""
BEYOND = 1e-13
"""Probability that E, or O, lies outside of what is computed."""


@dataclass(frozen=True)
class PatientLaw:
    """One patient's law on a grid of the null cumulative hazard: each array holds a mass per grid point.

    Attributes:
        step: distance of two grid points.
        event: mass at the hazard at which an event is seen.
        censored: mass at the hazard at which the patient is last seen without one.

    """

    step: float
    event: Array
    censored: Array


@dataclass(frozen=True)
class EventLaw:
    """The law of observed events O and events E expected under the null curve.

    Attributes:
        step: distance of two grid points of E.
        start: the first grid point.
        fewest: fewest events that are computed.
        mass: P(O = k, E near a grid point), one row for each k from `fewest` on.
        free: the part of `mass` at its last point: everyone is watched to the end of follow-up without an event.

    """

    step: float
    start: float
    fewest: int
    mass: Array
    free: float = 0.0

    def success(self, critical: float) -> float:
        """Return P(Z > critical), Z = (E - O) / sqrt(E); a trial in which nothing was expected does not succeed."""
        bounds = (least_expected(self.fewest + np.arange(len(self.mass)), critical) - self.start) / self.step
        weights = weights_above(bounds, self.mass.shape[1])
        top = self.mass.shape[1] - 1
        jump = self.free * (float(top > bounds[0]) - float(weights[0, top]))  # where there is no density
        return float((self.mass * weights).sum()) + jump


def least_expected(events: ArrayLike, critical: float) -> Array:
    """Return the expected events above which Z = (E - O) / sqrt(E) is above a critical value.

    >>> least_expected([0, 6], 1.0)  # 9 expected events are one root of 9 above 6
    array([1., 9.])

    """
    root = (critical + np.sqrt(critical**2 + 4.0 * np.asarray(events, dtype=np.float64))) / 2.0
    return np.asarray(np.maximum(root, 0.0) ** 2)


def weights_above(bounds: Array, size: int) -> Array:
    """Return what each grid point counts for the probability above bounds, which are in grid steps; (bound, point).

    Below a bound a point counts nothing, above it once. Near it the density is taken for a line, and the sum over
    grid points for the integral but for a 24th of the slope, so that the error falls with the fourth power of a step.
    """
    point = np.clip(np.rint(bounds), 1, size - 2).astype(np.int64)
    past = np.clip(bounds - point, -0.5, 0.5)
    bend = (past**2 - 0.25) / 4.0
    weights = np.where(np.arange(size) < point[:, None], 0.0, 1.0)
    rows = np.arange(len(point))
    weights[rows, point - 1] += 1.0 / 24.0 + bend
    weights[rows, point] -= 1.0 / 24.0 + past + 0.5
    weights[rows, point + 1] -= bend
    weights[bounds >= size - 0.5] = 0.0
    weights[bounds < 0] = 1.0
    return weights


def event_law(curve: Weibull, hazard_ratio: float, watch: Watch, patients: int) -> EventLaw:
    """Return the law of observed and expected events of so many patients.

    Args:
        curve: null curve.
        hazard_ratio: true hazard as a share of the null one, above 0.
        watch: how long the patients are watched.
        patients: number of patients.

    Returns:
        EventLaw; its probabilities are right to about 1e-8, and to 1e-4 where a bound meets the end of the times that
        one or two events can take, in trials that may see so few.

    >>> law = event_law(Weibull(1.0), 1.0, Watch(0.0, 1.0, 2.0), 30)
    >>> round(float(law.mass.sum()), 9)
    1.0

    """
    one = patient_law(curve, hazard_ratio, watch, patients)
    largest = min(patients * (len(one.event) - 1), int(_largest(hazard_ratio, patients) / one.step) + 1)
    size = fft.next_fast_len(max(largest + 1, len(one.event)), real=True)
    with_event, without = fft.rfft(one.event, size), fft.rfft(one.censored, size)
    k = likely_counts(float(one.event.sum()), patients)
    ways = np.exp(special.gammaln(patients + 1) - special.gammaln(k + 1) - special.gammaln(patients - k + 1))
    law = fft.irfft(ways[:, None] * _powers(with_event, k) * _powers(without, patients - k), size, axis=1)
    whole = largest == patients * (len(one.event) - 1)
    free = float(one.censored[-1]) ** patients if whole and k[0] == 0 and np.isfinite(watch.longest) else 0.0
    return EventLaw(one.step, 0.0, int(k[0]), law[:, : largest + 1], free)


def patient_law(curve: Weibull, hazard_ratio: float, watch: Watch, patients: int) -> PatientLaw:
    """Return one patient's law on a grid that is fine enough for the sum over so many patients.

    Two neighbouring grid steps make a cell, whose mass is laid on its three points such that its mean and variance
    are kept. The last grid point is the hazard at the end of follow-up, so that a censoring there stays exact.
    """
    end = float(curve.cumulative_hazard(watch.end))
    spread = np.sqrt(patients) * min(1.0 / hazard_ratio, end)
    cells = int(np.ceil(end / spread * STEPS)) + 1
    if patients * -np.expm1(-hazard_ratio * end) < FEW:
        cells = max(cells, min(LEAST_CELLS, MOST_POINTS // (2 * patients)))
    step = end / (2 * cells)
    corner = float(curve.cumulative_hazard(watch.corner))
    graded = 2.0 * step * 0.5 ** np.arange(1, 31)  # time is a root of the hazard: steep at 0
    edges = np.unique(np.concatenate([2.0 * step * np.arange(cells), graded, [min(corner, end), end]]))
    x, w = gauss_legendre(4)
    width = np.diff(edges)[:, None]
    at = edges[:-1, None] + width * x
    seen = width * w * hazard_ratio * np.exp(-hazard_ratio * at) * watch.beyond(curve.time(at))
    watched = np.exp(-hazard_ratio * edges) * watch.beyond(curve.time(edges))
    lost = np.maximum(watched[:-1] - watched[1:] - seen.sum(axis=1), 0.0)  # no event, and not watched any longer
    ending = np.exp(-hazard_ratio * at) * watch.ending(curve.time(at)) * curve.time(at) / at
    where = w * (ending + np.finfo(np.float64).tiny)
    event = _on_grid(seen, at / step, cells)
    censored = _on_grid(lost[:, None] * where / where.sum(axis=1, keepdims=True), at / step, cells)
    censored[-1] += watched[-1]
    return PatientLaw(step, event, censored)


def shares(place: Array, cells: int) -> list[tuple[NDArray[np.int64], Array]]:
    """Return the three grid points that share a mass, and their shares, for places measured in grid steps.

    The shares keep the mean and the second moment; they are those of a parabola through the three points.
    """
    cell = np.minimum((place / 2.0).astype(np.int64), cells - 1)
    x = place - 2.0 * cell - 1.0
    parts = (x * (x - 1.0) / 2.0, 1.0 - x**2, x * (x + 1.0) / 2.0)
    return [(2 * cell + shift, part) for shift, part in enumerate(parts)]


def _on_grid(mass: Array, place: Array, cells: int) -> Array:
    """Return the masses of the grid points from masses at places in between, measured in grid steps."""
    on = np.zeros(2 * cells + 1)
    for point, share in shares(place, cells):
        np.add.at(on, point, mass * share)
    return on


def _largest(hazard_ratio: float, patients: int) -> float:
    """Return a number that E hardly ever exceeds: E is below a sum of exponential times."""
    return float(special.gammainccinv(patients, BEYOND)) / hazard_ratio


def likely_counts(event: float, patients: int) -> NDArray[np.int64]:
    """Return the numbers of events that are not too unlikely to be computed, at a patient's chance of an event.

    >>> likely_counts(0.5, 4)
    array([0, 1, 2, 3, 4])

    """
    event, k = min(event, 1.0), np.arange(patients + 1)
    mass = special.bdtr(k, patients, event) - np.where(k > 0, special.bdtr(np.maximum(k - 1, 0), patients, event), 0.0)
    kept = k[mass > BEYOND]
    return np.arange(kept[0], kept[-1] + 1)


def _powers(values: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """Return values ** exponent, one row for each exponent; the exponents are consecutive."""
    rows = np.empty((len(exponents), len(values)), dtype=np.complex128)
    low, rising = int(exponents.min()), exponents[0] <= exponents[-1]
    current = values**low
    for place in range(len(exponents)):
        rows[place if rising else len(exponents) - 1 - place] = current
        current = current * values
    return rows
