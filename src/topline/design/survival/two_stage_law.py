"""The exact chances of a two-stage log-rank design: the joint law of observed and expected events at both looks.

A patient of the first stage carries four numbers: events and expected events until the first look and until the end.
Their sums over independent patients come from Fourier transforms over both expected numbers and the number of events.
For each number of events at the first look, what does not stop is kept by weights on the first expected number, so that
only the sums of the final analysis are ever transformed back.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, special

from topline.design.survival.enrolment import Array, Enrolment, Watch
from topline.design.survival.logrank_law import EventLaw, least_expected, likely_counts, shares, weights_above
from topline.design.survival.patient_moments import patient_moments
from topline.design.survival.quadrature import gauss_legendre
from topline.design.survival.weibull import Weibull

STEPS = 16
"""Grid steps in one standard deviation of an expected number; twice as many move a probability by less than 1e-5."""
BELOW, ABOVE = 8.0, 12.0
"""Standard deviations of an expected number that are computed on both sides of its mean."""
Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Plan:
    """A look when `first` of the patients have entered; the trial stops when Z1 is at most `futility`.

    Attributes:
        first: patients who have entered at the first look.
        patients: patients of both stages.
        futility: the trial stops when Z1 is at most this.
        steps: grid steps in one standard deviation of an expected number.

    """

    first: int
    patients: int
    futility: float
    steps: int = STEPS


@dataclass(frozen=True, slots=True)
class Axis:
    """A grid of an expected number that wraps around: `size` points from `first` steps on."""

    step: float
    size: int
    first: int


@dataclass(frozen=True)
class Points:
    """Where patients' masses lie: expected events until the first look and until the end; all of one length."""

    until_look: Array
    until_end: Array
    mass: Array


def two_stage_law(curve: Weibull, hazard_ratio: float, enrolment: Enrolment, plan: Plan) -> EventLaw:
    """Return the law of observed and expected events at the end together with not stopping at the first look.

    Args:
        curve: null curve.
        hazard_ratio: true hazard as a share of the null one, above 0.
        enrolment: how patients come in and are watched.
        plan: patients of both looks, and the futility bound.

    Returns:
        EventLaw whose masses sum to the chance to go on; its probabilities are right to about 1e-5.

    >>> law = two_stage_law(Weibull(1.0), 1.0, Enrolment(follow_up=1.0, rate=10.0), Plan(15, 30, -9.0))
    >>> round(float(law.mass.sum()), 6)
    1.0

    """
    first, others = plan.first, plan.patients - plan.first
    interim, early, late = enrolment.stages(first, plan.patients)
    axes = (
        _axis(curve, hazard_ratio, plan.steps, ((interim, first),)),
        _axis(curve, hazard_ratio, plan.steps, ((early, first), (late, others))),
    )
    seen, seen_later, unseen = (
        _transform(points, axes) for points in _first_stage(curve, hazard_ratio, interim, early)
    )
    event, free = (_transform(points, axes)[0] for points in _second_stage(curve, hazard_ratio, late))
    chance = patient_moments(curve, hazard_ratio, interim).events
    k1 = likely_counts(chance, first)
    going = _going(least_expected(k1, plan.futility), axes[0])
    powers = _powers(seen, k1) * _ways(first, k1)[:, None, None] * going[:, :, None]
    z = np.exp(-2j * np.pi * np.arange(plan.patients + 1) / (plan.patients + 1))
    total = np.empty((len(z), free.size), dtype=np.complex128)
    for row, turn in enumerate(z):
        rest = _powers(turn * seen_later + unseen, (first - k1)[::-1])[::-1]
        by_events = np.einsum("kij,kij->kj", powers, rest)
        total[row] = (turn**k1 @ by_events) * (turn * event + free) ** others
    mass = fft.irfft(fft.ifft(total, axis=0), axes[1].size, axis=1)
    return EventLaw(axes[1].step, axes[1].first * axes[1].step, 0, np.roll(mass, -axes[1].first, axis=1))


def _axis(curve: Weibull, hazard_ratio: float, steps: int, groups: tuple[tuple[Watch, int], ...]) -> Axis:
    """Return a grid around the mean of the expected number of so many patients of each group."""
    parts = [(count, patient_moments(curve, hazard_ratio, watch)) for watch, count in groups]
    mean = sum(count * one.expected for count, one in parts)
    deviation = float(np.sqrt(sum(count * one.expected_variance for count, one in parts)))
    step, start = deviation / steps, max(mean - BELOW * deviation, 0.0)
    if np.isfinite(longest := groups[-1][0].longest):
        most = float(curve.cumulative_hazard(longest))
        step = most / np.ceil(most / step)  # who is watched to the end lies on a grid point
    size = int(fft.next_fast_len(int((mean + ABOVE * deviation - start) / step) + 3, real=True))
    return Axis(step, size, int(start / step))


def _first_stage(curve: Weibull, hazard_ratio: float, interim: Watch, early: Watch) -> tuple[Points, Points, Points]:
    """Return the masses of a first-stage patient: event until the look, event after it, no event until the end."""
    entry, weight = _entries(interim, early)
    look = np.minimum(interim.look - entry, interim.longest)
    end = np.minimum(early.look - entry, early.longest)
    zero = np.zeros_like(look)
    until, seen, lost = _course(curve, (hazard_ratio, early.dropout), (zero, look))
    after, seen_later, lost_later = _course(curve, (hazard_ratio, early.dropout), (look, end))
    at_look, at_end = curve.cumulative_hazard(look)[:, None], curve.cumulative_hazard(end)[:, None]
    kept = np.exp(-hazard_ratio * at_end - early.dropout * end[:, None])
    stays = np.broadcast_to(at_look, after.shape)
    w = weight[:, None]
    free = [(until, until, w * lost), (stays, after, w * lost_later), (at_look, at_end, w * kept)]
    first, last, mass = (np.concatenate([part[place].ravel() for part in free]) for place in range(3))
    return (
        Points(until.ravel(), until.ravel(), (w * seen).ravel()),
        Points(stays.ravel(), after.ravel(), (w * seen_later).ravel()),
        Points(first, last, mass),
    )


def _second_stage(curve: Weibull, hazard_ratio: float, late: Watch) -> tuple[Points, Points]:
    """Return the masses of a second-stage patient: event until the end, no event until then."""
    entry, weight = _entries(late, late)
    end = np.minimum(late.look - entry, late.longest)
    at, seen, lost = _course(curve, (hazard_ratio, late.dropout), (np.zeros_like(end), end))
    at_end = curve.cumulative_hazard(end)
    kept = weight * np.exp(-hazard_ratio * at_end - late.dropout * end)
    free, mass = np.append(at.ravel(), at_end), np.append((weight[:, None] * lost).ravel(), kept)
    return (
        Points(np.zeros(at.size), at.ravel(), (weight[:, None] * seen).ravel()),
        Points(np.zeros(free.size), free, mass),
    )


def _entries(*watches_of_them: Watch) -> tuple[Array, Array]:
    """Return months of entry with weights that sum to 1, on both sides of where the longest follow-up starts to cut."""
    low, high = watches_of_them[0].first, watches_of_them[0].last
    cuts = [watch.look - watch.longest for watch in watches_of_them if low < watch.look - watch.longest < high]
    edges = np.unique([low, *cuts, high])
    x, w = gauss_legendre(60)
    width = np.diff(edges)[:, None]
    return (edges[:-1, None] + width * x).ravel(), (width * w).ravel() / (high - low)


def _course(curve: Weibull, hazards: tuple[float, float], times: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    """Return null hazards between two times of each patient, with the masses of an event and of a loss there."""
    hazard_ratio, dropout = hazards
    low, high = (curve.cumulative_hazard(time)[:, None] for time in times)
    x, w = gauss_legendre(40)
    at = low + (high - low) * x**3  # cubed: time is a root of the hazard, and steep at 0
    kept = np.exp(-hazard_ratio * at - dropout * curve.time(at))
    mass = (high - low) * 3.0 * x**2 * w * kept
    seen, pace = hazard_ratio * mass, curve.time(at) / np.maximum(at, np.finfo(np.float64).tiny)
    ends = [np.exp(-hazard_ratio * hazard - dropout * curve.time(hazard)) for hazard in (low, high)]
    missing = ends[0] - ends[1] - seen.sum(axis=1, keepdims=True)
    lost = mass * pace
    total = np.maximum(lost.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return at, seen, lost * np.maximum(missing, 0.0) / total


def _transform(points: Points, axes: tuple[Axis, Axis]) -> Complex:
    """Return the transform of one patient's masses over both expected numbers."""
    laid = [_laid(values, axis) for values, axis in zip((points.until_look, points.until_end), axes, strict=True)]
    grid = np.zeros((axes[0].size, axes[1].size))
    for row, part in laid[0]:
        for column, share in laid[1]:
            np.add.at(grid, (row, column), points.mass * part * share)
    return np.asarray(fft.rfft2(grid))


def _laid(values: Array, axis: Axis) -> list[tuple[NDArray[np.int64], Array]]:
    return [(point % axis.size, share) for point, share in shares(values / axis.step, np.iinfo(np.int32).max)]


def _going(bounds: Array, axis: Axis) -> Complex:
    """Return the weights on the transform that keep expected numbers above each bound; (bound, frequency)."""
    weights = weights_above(bounds / axis.step - axis.first, axis.size)
    return np.asarray(fft.fft(np.roll(weights, axis.first, axis=1), axis=1).conj() / axis.size)


def _ways(patients: int, chosen: NDArray[np.int64]) -> Array:
    """Return the number of ways to choose so many of the patients."""
    fewer = special.gammaln(chosen + 1) + special.gammaln(patients - chosen + 1)
    return np.asarray(np.exp(special.gammaln(patients + 1) - fewer))


def _powers(values: Complex, exponents: NDArray[np.int64]) -> Complex:
    """Return values ** exponent for consecutive rising exponents; (exponent, ...)."""
    rows = np.empty((len(exponents), *values.shape), dtype=np.complex128)
    rows[0] = values ** int(exponents[0])
    for place in range(1, len(exponents)):
        np.multiply(rows[place - 1], values, out=rows[place])
    return rows
