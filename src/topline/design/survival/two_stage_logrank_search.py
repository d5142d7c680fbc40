"""The search for two-stage log-rank designs by the normal law: quick, and rough where few events are seen.

For n1 of n patients the critical value c follows from the futility bound c1 and alpha, and the power falls as c1 rises:
the best c1 is the highest one that leaves the power. The number of patients expected with n1 of n is at least
n1 Q + n (1 - Q), Q being the chance to stop if the power had to survive the first look alone; this grows with n, and
ends the search.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.design.survival.enrolment import Array, Enrolment
from topline.design.survival.one_sample_logrank import NO_LIMIT, logrank_patients
from topline.design.survival.two_stage_logrank import TwoStageLogrankDesign
from topline.design.survival.two_stage_normal import NormalLaw, both_above, normal_law
from topline.design.survival.weibull import SurvivalHypotheses
from topline.errors import ToplineError

STEP = 10_000
"""Bounds are multiples of 1 / STEP, as a protocol prints them: futility rounded down, critical value up."""
COARSE = np.linspace(-3.5, 2.5, 25)
"""Futility bounds that find out which sizes are worth a closer look."""


def two_stage_logrank_designs(
    hypotheses: SurvivalHypotheses, enrolment: Enrolment, least_stop: float = 0.0
) -> list[TwoStageLogrankDesign]:
    """Return, for each n at which it is below that of every smaller n, the design with the least expected patients.

    All of it by the normal law. The first one is the minimax design, the last one the optimal design.

    Args:
        hypotheses: null curve, target hazard ratio, level and power.
        enrolment: how patients come in and are watched.
        least_stop: least probability to stop early under the null curve, in [0, 1).

    Raises:
        ToplineError: TL-G02 when no number of patients is enough; TL-G04 for another setting.

    """
    if not 0 <= least_stop < 1:
        raise ToplineError("TL-G04", where="least_stop", what=f"{least_stop:g} is not in [0, 1)")
    found: list[TwoStageLogrankDesign] = []
    best = np.inf
    for n in range(max(int(0.8 * logrank_patients(hypotheses, enrolment)), 2), NO_LIMIT + 1):
        nulls, targets = _laws(hypotheses, enrolment, n)
        stop = special.ndtr([law.mean_first + law.sd_first * special.ndtri(hypotheses.beta) for law in targets])
        n1 = np.arange(1, n)
        stages = n1[(n1 * stop + n * (1.0 - stop) < best) & (stop >= least_stop)]
        if found and not stages.size:
            return found
        chosen = _best(hypotheses, [(nulls[k - 1], targets[k - 1]) for k in stages.tolist()], stages / n, least_stop)
        if chosen is not None:
            place, futility, critical = chosen
            design = TwoStageLogrankDesign("", hypotheses, enrolment, int(stages[place]), futility, n, critical)
            expected = float(design.normal_characteristics(1.0).expected_patients[0])
            if expected < best:
                found.append(design)
                best = expected
    raise ToplineError("TL-G02", where="patients", what=f"not even {NO_LIMIT} patients are enough")


def _laws(hypotheses: SurvivalHypotheses, enrolment: Enrolment, n: int) -> tuple[list[NormalLaw], list[NormalLaw]]:
    """Return the normal laws under the null curve and the target, for 1 to n - 1 patients at the first look."""
    curve = hypotheses.null
    return (
        [normal_law(curve, 1.0, enrolment, (n1, n)) for n1 in range(1, n)],
        [normal_law(curve, hypotheses.hazard_ratio, enrolment, (n1, n)) for n1 in range(1, n)],
    )


def _best(
    hypotheses: SurvivalHypotheses, laws: list[tuple[NormalLaw, NormalLaw]], shares: Array, least_stop: float
) -> tuple[int, float, float] | None:
    """Return which of the first stages saves the most patients, with its bounds; None where none has the power."""
    best: tuple[float, int, float, float] | None = None
    for place, (null, target) in enumerate(laws):
        futility = _highest_futility(hypotheses, null, target)
        if futility is None or special.ndtr(futility) < least_stop:
            continue
        saved = float(special.ndtr(futility) * (1.0 - shares[place]))
        if best is None or saved > best[0]:
            best = (saved, place, futility, float(critical_values(np.array(futility), null, hypotheses.alpha)))
    return best[1:] if best else None


def _highest_futility(hypotheses: SurvivalHypotheses, null: NormalLaw, target: NormalLaw) -> float | None:
    """Return the highest futility bound, in steps, that leaves the power; None where none does."""

    def enough(futility: Array) -> NDArray[np.bool_]:
        critical = critical_values(futility, null, hypotheses.alpha)
        return target.both_above(futility, critical) >= hypotheses.power

    works = np.flatnonzero(enough(COARSE))
    if not works.size:
        return None
    at = round(COARSE[works[-1]] * STEP)
    for stride in (200, 16, 1):
        tried = at + stride * np.arange(1, 17)
        at = int(at + stride * enough(tried / STEP).cumprod().sum())
    return float(at / STEP)


def critical_values(futility: Array, null: NormalLaw, alpha: float) -> Array:
    """Return for futility bounds the smallest critical value, in steps, with P(Z1 > futility, Z > value) <= alpha."""
    r = null.correlation
    value = np.full(np.shape(futility), special.ndtri(1.0 - alpha))
    for _ in range(8):
        slope = np.exp(-(value**2) / 2.0) / np.sqrt(2.0 * np.pi)
        slope = slope * special.ndtr((r * value - futility) / np.sqrt(1.0 - r**2))
        change = (both_above(futility, value, r) - alpha) / np.maximum(slope, 1e-12)
        value = value + np.clip(change, -0.5, 0.5)
    value = np.ceil(value * STEP - 1e-6) / STEP
    return np.where(both_above(futility, value, r) > alpha, value + 1.0 / STEP, value)
