"""When things would happen to a patient: death, new lesion, non-target progression, leaving, toxicity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topline.simulate.draws import Draws, Floats
from topline.simulate.truth import Truth
from topline.simulate.tumour import Tumours

Days = NDArray[np.int64]

NEVER = 1_000_000
"""The day of what does not happen."""

STEP_DAYS = 14
SMALLEST_RATIO, LARGEST_RATIO = 0.05, 20.0


@dataclass(frozen=True, slots=True)
class Latent:
    """The days after the first dose on which each event would happen, were nothing else to come before it.

    `luck` (n,) is the cumulative hazard of death that a patient survives: exponential, mean 1, high for a long life.
    """

    death: Days
    new_lesion: Days
    non_target: Days
    leaving: Days
    toxicity: Days
    luck: Floats


def draw_latent(truth: Truth, tumours: Tumours, ecog: NDArray[np.int64], draws: Draws, last: int) -> Latent:
    """Draw the latent events of each patient, deaths up to day `last`."""
    hazards, n = truth.hazards, len(tumours.kl)
    has_other = tumours.other.any(axis=1)
    luck = draws.exponential("death", n)
    non_target = _constant(draws.exponential("non-target progression", n), hazards.non_target)
    return Latent(
        death=_deaths(truth, tumours, ecog, luck, last),
        new_lesion=_constant(draws.exponential("new lesion", n), hazards.new_lesion),
        non_target=np.where(has_other, non_target, NEVER),
        leaving=_constant(draws.exponential("leaving", n), hazards.leaving),
        toxicity=_constant(draws.exponential("toxicity", n), hazards.toxicity),
        luck=luck,
    )


def _constant(waited: Floats, hazard: float) -> Days:
    """Return the day on which a constant hazard [1/day] has used up the unit-exponential waiting time."""
    if hazard <= 0:
        return np.full(len(waited), NEVER)
    return np.minimum(np.ceil(waited / hazard), NEVER).astype(np.int64).clip(1)


def _deaths(truth: Truth, tumours: Tumours, ecog: NDArray[np.int64], waited: Floats, last: int) -> Days:
    """Return the day on which the cumulative hazard of death reaches the waiting time.

    The cumulative hazard grows in steps of two weeks by ln 2 * difference of (t / median)^shape, times
    (size / size at the start)^growth * (burden / median burden)^burden * exp(ecog * (ECOG - 1)), at the size in the
    middle of the step.
    """
    hazards = truth.hazards
    edges = np.arange(0, last + STEP_DAYS, STEP_DAYS, dtype=np.float64)
    middle = (edges[:-1] + edges[1:]) / 2
    ratio = np.clip(tumours.ratio(middle), SMALLEST_RATIO, LARGEST_RATIO)
    burden = np.maximum(tumours.burden, 10.0) / truth.disease.burden_mm
    own = burden**hazards.death_burden * np.exp(hazards.death_ecog * (ecog - 1))
    reference = np.log(2) * np.diff((edges / (hazards.death_median_months * 30.4375)) ** hazards.death_shape)
    used = np.cumsum(own[:, None] * ratio**hazards.death_growth * reference, axis=1)
    step = (used < waited[:, None]).sum(axis=1)
    dies = step < len(middle)
    at = np.minimum(step, len(middle) - 1)
    rows = np.arange(len(at))
    before = np.where(at > 0, used[rows, at - 1], 0.0)
    day = edges[at] + STEP_DAYS * (waited - before) / (used[rows, at] - before)
    return np.where(dies, np.ceil(np.where(dies, day, 1.0)), NEVER).astype(np.int64).clip(1)
