"""The survival that a truth implies by its hazards, without drawing deaths: what virtual trials are checked with."""

import numpy as np
from numpy.typing import NDArray

from topline.protocol.model import Protocol
from topline.simulate.patients import draw_patients
from topline.simulate.stack import Chunk
from topline.simulate.subject import draw_cohorts
from topline.simulate.survival import LARGEST_RATIO, SMALLEST_RATIO
from topline.simulate.truth import Truth

Floats = NDArray[np.float64]

DAY_STEP = 2.0
"""Days of a step of integration; deaths are drawn in steps of two weeks."""


def survival_curve(
    protocol: Protocol, truth: Truth, days: Floats, trials: int = 100, seed: int = 1
) -> tuple[Floats, Floats]:
    """Return the share of patients alive after some days from the first dose, and its Monte-Carlo error.

    It is the mean of exp(-H) over the tumours and ECOG of the patients of many trials, H the integral of the hazard
    that truth.Hazards states. Deaths are not drawn: the error is that of who the patients are, and small.
    """
    key = Chunk(seed, "analytic", 0)
    draws = key.draws(protocol.digest)
    patients = draw_patients(protocol, truth, draw_cohorts(protocol, truth.conduct, draws, trials), draws)
    edges = np.arange(0.0, float(np.max(days)) + DAY_STEP, DAY_STEP)
    ratio = np.clip(patients.tumours.ratio((edges[:-1] + edges[1:]) / 2), SMALLEST_RATIO, LARGEST_RATIO)
    hazards, month = truth.hazards, 30.4375
    burden = np.maximum(patients.tumours.burden, 10.0) / truth.disease.burden_mm
    own = burden**hazards.death_burden * np.exp(hazards.death_ecog * (patients.cohort.ecog - 1))
    weibull = np.log(2) * (edges / (hazards.death_median_months * month)) ** hazards.death_shape
    used = np.cumsum(own[:, None] * ratio**hazards.death_growth * np.diff(weibull), axis=1)
    cumulative = np.concatenate([np.zeros((len(own), 1)), used], axis=1)
    alive = np.exp(-np.stack([np.interp(days, edges, each) for each in cumulative]))
    return alive.mean(axis=0), alive.std(axis=0, ddof=1) / np.sqrt(len(own))
