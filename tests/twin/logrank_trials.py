"""Time-to-event trials drawn patient by patient: what a one-sample log-rank design does, as a share of such trials."""

import numpy as np
from numpy.typing import NDArray

from topline.design.survival.enrolment import Enrolment
from topline.design.survival.weibull import Weibull

Array = NDArray[np.float64]


def statistics(
    curve: Weibull, ratio: float, entry: Array, look: float, enrolment: Enrolment, rng: np.random.Generator
) -> Array:
    """Return Z of each trial at one look; entry is (trial, patient)."""
    time = curve.with_hazard_ratio(ratio).time(rng.exponential(size=entry.shape))
    return z_values(curve, time, watched(entry, look, enrolment, lost(entry, enrolment, rng)))


def lost(entry: Array, enrolment: Enrolment, rng: np.random.Generator) -> Array:
    """Return the time after entry at which each patient is lost."""
    if not enrolment.dropout:
        return np.full(entry.shape, np.inf)
    return rng.exponential(1.0 / enrolment.dropout, entry.shape)


def watched(entry: Array, look: float, enrolment: Enrolment, loss: Array) -> Array:
    """Return how long each patient has been watched at a look; 0 before entry."""
    return np.minimum(np.minimum(np.maximum(look - entry, 0.0), enrolment.longest), loss)


def z_values(curve: Weibull, time: Array, until: Array) -> Array:
    """Return Z of each trial."""
    observed = ((time <= until) & (until > 0)).sum(axis=1)
    expected = curve.cumulative_hazard(np.minimum(time, until)).sum(axis=1)
    return (expected - observed) / np.sqrt(expected)


def two_looks(
    curve: Weibull, ratio: float, enrolment: Enrolment, size: tuple[int, int, int], seed: int
) -> tuple[Array, Array]:
    """Return Z of each trial when the first patients have entered, and at the end; size is trials, first, patients."""
    trials, first, patients = size
    rng, accrual = np.random.default_rng(seed), enrolment.accrual(patients)
    look = accrual * first / patients
    early = rng.uniform(0.0, look, (trials, first))
    late = rng.uniform(look, accrual, (trials, patients - first))
    entry = np.concatenate([early, late], axis=1)
    time = curve.with_hazard_ratio(ratio).time(rng.exponential(size=entry.shape))
    loss = lost(entry, enrolment, rng)
    end = accrual + enrolment.follow_up
    first_z, last_z = (z_values(curve, time, watched(entry, month, enrolment, loss)) for month in (look, end))
    return first_z, last_z
