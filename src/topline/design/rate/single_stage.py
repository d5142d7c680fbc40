"""One stage: all patients are treated, then the number of responses decides (A'Hern 2001; Fleming 1982 made exact)."""

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.design.exact import TIE, keeps_level, keeps_power, power_tie
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.binomial import critical_values, upper_tail
from topline.protocol.rule.boundary import Array, Boundary
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import LARGEST, check_largest, no_design

AHERN = "A'Hern 2001, doi:10.1002/sim.721"
FLEMING = "Fleming 1982, doi:10.2307/2530297"

SingleKind = Literal["smallest", "safe", "fleming"]


def single_stage(  # noqa: PLR0913 - the call that the field knows
    null: float,
    target: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    kind: SingleKind = "smallest",
    max_n: int = LARGEST,
) -> SingleArmDesign:
    """Return the exact design of one stage: success at or above the fewest responses that the level allows.

    Level and power are saw-toothed in n. `smallest` is the first n that holds (A'Hern); `safe` the first n from which
    on every larger n holds too, so that a patient more does no harm; `fleming` the first n that holds from Fleming's
    normal approximation on. No level is above alpha and no power below the request, without slack.

    Args:
        null: response rate not worth a further trial, in (0, 1).
        target: response rate hoped for, above `null`, in (0, 1).
        alpha: most probability of success at the null rate, in (0, 0.5].
        power: least probability of success at the target rate, above alpha.
        kind: which n.
        max_n: largest n to try, 1 to 1,000.

    Returns:
        SingleArmDesign with one look.

    Raises:
        ToplineError: TL-G01 for hypotheses, TL-G04 for kind or max_n, TL-G02 where no such n is so small; it names the
            n that would do.

    >>> design = single_stage(0.1, 0.25, power=0.8)
    >>> design.boundary.patients, design.boundary.efficacy[0], round(design.level, 4)
    (40, 8, 0.0419)
    >>> single_stage(0.1, 0.25, power=0.8, kind="safe").boundary.patients
    44

    Source: A'Hern 2001, doi:10.1002/sim.721; Fleming 1982, doi:10.2307/2530297.
    Golden: golden/design_single_stage.toml.

    """
    asked = Hypotheses(null, target, alpha, power)
    if kind not in get_args(SingleKind):
        raise ToplineError("TL-G04", where="kind", what=f"{kind!r} is not one of {', '.join(get_args(SingleKind))}")
    check_largest(max_n, 1)
    patients = _chosen(asked, kind)
    if patients is None or patients > max_n:
        raise no_design(f"single stage, {kind}", asked, max_n, patients)
    boundary = _rule(patients, float(_critical(asked, np.array([float(patients)]))[0]))
    return SingleArmDesign(f"Single stage, {kind}", asked, boundary, FLEMING if kind == "fleming" else AHERN)


def fleming(null: float, target: float, *, alpha: float = 0.05, power: float = 0.8) -> SingleArmDesign:
    """Return Fleming's single-stage design as his normal approximation prints it, which need not hold.

    Only to recognise printed designs and to show what they really do: `level`, `attained_power` and `holds` are exact.
    To plan a trial take `single_stage`.

    Args:
        null: response rate not worth a further trial, in (0, 1).
        target: response rate hoped for, above `null`, in (0, 1).
        alpha: one-sided level that the approximation aims at.
        power: power that it aims at.

    Returns:
        SingleArmDesign with one look; `holds` tells whether the approximation was good enough.

    Raises:
        ToplineError: TL-G01 for hypotheses.

    >>> design = fleming(0.2, 0.4, power=0.9)
    >>> design.boundary.patients, design.boundary.efficacy[0], design.holds
    (42, 13, False)

    Source: Fleming 1982, doi:10.2307/2530297.

    """
    asked = Hypotheses(null, target, alpha, power)
    patients = approximate_patients(asked)
    deviation = math.sqrt(patients * null * (1.0 - null))
    critical = min(math.floor(patients * null - float(special.ndtri(alpha)) * deviation) + 1, patients)
    boundary = Boundary((patients,), (critical - 1,), (critical,))
    return SingleArmDesign("Fleming's normal approximation", asked, boundary, FLEMING)


def approximate_patients(asked: Hypotheses) -> int:
    """Return the number of patients of the normal approximation to the one-sided test of a rate.

    >>> approximate_patients(Hypotheses(0.2, 0.4, alpha=0.05, power=0.9))
    42

    """
    spread = math.sqrt(asked.null * (1.0 - asked.null)), math.sqrt(asked.target * (1.0 - asked.target))
    needed = -float(special.ndtri(asked.alpha)) * spread[0] + float(special.ndtri(asked.power)) * spread[1]
    return max(math.ceil((needed / (asked.target - asked.null)) ** 2), 1)


def always_enough(asked: Hypotheses) -> int:
    """Return a number of patients from which on a single stage holds at every n, by Chernoff's bound.

    With the bound at a share t of responses the level is at most exp(-n KL(t, null)) and the chance to miss the target
    at most exp(-n KL(t, target)), KL being the divergence of two Bernoulli laws; t is the best of a fine grid.

    >>> always_enough(Hypotheses(0.1, 0.3, alpha=0.05, power=0.9))
    79

    Source: Chernoff 1952, doi:10.1214/aoms/1177729330.

    """
    t = np.linspace(asked.null, asked.target, 1001)[1:-1]

    def divergence(rate: float) -> Array:
        return np.asarray(special.rel_entr(t, rate) + special.rel_entr(1.0 - t, 1.0 - rate))

    level, missed = -np.log(asked.alpha) / divergence(asked.null), -np.log(asked.beta) / divergence(asked.target)
    return math.ceil(float(np.maximum(level, missed).min())) + 1


def _chosen(asked: Hypotheses, kind: SingleKind) -> int | None:
    """Return the n of a kind, None where it is beyond the largest that is tried."""
    first = approximate_patients(asked) if kind == "fleming" else 1
    found = next((n for n in np.flatnonzero(_holds(asked, LARGEST)) + 1 if n >= first), LARGEST + 1)
    if kind == "safe" and found <= LARGEST:
        fails = np.flatnonzero(~_holds(asked, min(always_enough(asked), 1000 * LARGEST))) + 1
        found = fails.max(initial=0) + 1
    return int(found) if found <= LARGEST else None


def _holds(asked: Hypotheses, patients: int) -> NDArray[np.bool_]:
    """Return for 1, 2 ... patients whether one stage has the power."""
    n = np.arange(1.0, patients + 1.0)
    critical = _critical(asked, n)
    power = upper_tail(critical, n, asked.target)
    holds = np.asarray(power >= asked.power)
    for place in _near(np.abs(power - asked.power) <= power_tie(asked.power), n):
        holds[place] = keeps_power(_rule(n[place], critical[place]), asked, float(power[place]))
    return holds


def _critical(asked: Hypotheses, n: Array) -> Array:
    """Return the fewest responses of n patients that the level allows, n + 1 where none is; ties decided exactly."""
    critical = critical_values(n, asked.null, asked.alpha * (1.0 + TIE))
    level = upper_tail(critical, n, asked.null)
    for place in _near(np.abs(level - asked.alpha) <= TIE * asked.alpha, n):
        critical[place] += not keeps_level(_rule(n[place], critical[place]), asked, float(level[place]))
    return critical


def _near(tie: NDArray[np.bool_], n: Array) -> list[int]:
    """Return where there is a tie to decide; with more patients none is exact."""
    return [int(place) for place in np.flatnonzero(tie & (n <= LARGEST))]


def _rule(patients: float, critical: float) -> Boundary:
    return Boundary((int(patients),), (int(critical) - 1,), (int(critical),))
