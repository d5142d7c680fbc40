"""The two-stage log-rank design of Kwak and Jung, made exact.

The normal law finds, for each number of patients, how many of them to enter before the first look and when to stop.
Where few events are seen it errs: it may claim a chance to stop of .33 that is .22, or a power of .80 that is .79. So
first stage and futility bound are kept, the critical value becomes the exact one, and the number of patients the
smallest one whose exact level and power are what was asked for. The best of these is the design.
"""

from dataclasses import replace
from typing import Literal, get_args

from topline.design.checked import number, whole
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.logrank_law import event_law
from topline.design.survival.one_sample_logrank import NO_LIMIT, exact_critical, logrank_patients
from topline.design.survival.two_stage_law import STEPS, Plan, two_stage_law
from topline.design.survival.two_stage_logrank import TwoStageLogrankDesign
from topline.design.survival.two_stage_logrank_search import STEP, two_stage_logrank_designs
from topline.design.survival.weibull import SurvivalHypotheses
from topline.errors import ToplineError

TEETH = 3
"""So many numbers of patients in a row that fail end the search."""
ERROR = 1e-5
"""Level and power are kept by more than the error of their calculation."""
COARSE_STEPS = 8
"""Grid steps with which designs are compared before the best one is made exact."""
Aim = Literal["optimal", "minimax"]


def kwak_jung(
    hypotheses: SurvivalHypotheses,
    enrolment: Enrolment,
    aim: Aim = "optimal",
    max_n: int = 300,
    least_stop: float = 0.0,
) -> TwoStageLogrankDesign:
    """Return a two-stage log-rank design whose exact level and power are what was asked for.

    Chosen among the designs that the normal law finds, from its minimax to its optimal one, each made exact; a search
    over every first stage and bound by the exact law could find a slightly smaller one. It takes some ten seconds.

    Args:
        hypotheses: null curve, target hazard ratio, level and power.
        enrolment: how patients come in and are watched.
        aim: `optimal` for the fewest expected patients under the null curve, `minimax` for the fewest patients.
        max_n: most patients that are allowed.
        least_stop: least probability to stop early under the null curve, in [0, 1).

    Raises:
        ToplineError: TL-G02 when more patients are needed, with their number; TL-G04 for another setting.

    >>> design = kwak_jung(SurvivalHypotheses.of_medians(3.0, 5.0), Enrolment(follow_up=6.0, rate=2.5))
    >>> design.first, design.futility, design.patients, design.critical
    (15, 0.0131, 32, 1.4561)
    >>> round(design.expected_patients, 1), round(design.attained_power, 3)
    (23.4, 0.803)

    Source: Kwak & Jung 2014, doi:10.1002/sim.6073; Wu et al. 2020, doi:10.1002/pst.1983.
    Golden: golden/design_survival.toml.

    """
    whole("max_n", max_n, 2, most=None)
    number("least_stop", least_stop)
    if aim not in get_args(Aim):
        raise ToplineError("TL-G04", where="aim", what=f"{aim!r} is not one of {', '.join(get_args(Aim))}")
    about = logrank_patients(hypotheses, enrolment)
    if 0.8 * about > max_n:  # where the search by the normal law begins
        raise ToplineError("TL-G02", where="max_n", what=f"{max_n} are not enough; about {about} are needed")
    rough = two_stage_logrank_designs(hypotheses, enrolment, least_stop)
    rough = [replace(one, name=f"Kwak-Jung {aim}", futility=_stopping(one, least_stop)) for one in rough]
    tried = [made_exact(one, COARSE_STEPS) for one in rough]
    design = made_exact(min(tried, key=_patients if aim == "minimax" else _expected))
    if design.patients > max_n:
        what = f"{max_n} are not enough; {design.patients} are the fewest that work"
        raise ToplineError("TL-G02", where="max_n", what=what)
    return design


def made_exact(rough: TwoStageLogrankDesign, steps: int = STEPS) -> TwoStageLogrankDesign:
    """Return the design with the same first stage and the fewest patients that holds its level and power exactly.

    The power rises with n but for a small saw-tooth: the search ends where three numbers in a row fail.

    Args:
        rough: first stage, futility bound, and a number of patients to start from.
        steps: grid steps in one standard deviation of an expected number.

    """
    n, found = rough.patients, _exact_design(rough, rough.patients, steps)
    while found is None:
        n += 1
        if n > NO_LIMIT:
            raise ToplineError("TL-G02", where="patients", what=f"not even {NO_LIMIT} patients are enough")
        found = _exact_design(rough, n, steps)
    fails = 0
    while fails < TEETH and (n := n - 1) > rough.first:
        fewer = _exact_design(rough, n, steps)
        found, fails = (found, fails + 1) if fewer is None else (fewer, 0)
    return found


def _exact_design(rough: TwoStageLogrankDesign, n: int, steps: int) -> TwoStageLogrankDesign | None:
    """Return the design with n patients and the exact critical value; None where it lacks the power.

    Where nobody may have an event, Z has no density there; the level is kept by the chance of that.
    """
    asked, plan = rough.hypotheses, Plan(rough.first, n, rough.futility, steps)
    null = two_stage_law(asked.null, 1.0, rough.enrolment, plan)
    critical = exact_critical(null, asked.alpha - ERROR - float(null.mass[0].sum()))
    target = two_stage_law(asked.null, asked.hazard_ratio, rough.enrolment, plan)
    if target.success(critical) < asked.power + ERROR:
        return None
    return replace(rough, patients=n, critical=critical)


def _patients(design: TwoStageLogrankDesign) -> float:
    """Return what orders designs by patients, and where these are equal by expected patients."""
    return design.patients + _expected(design) / NO_LIMIT


def _expected(design: TwoStageLogrankDesign) -> float:
    """Return the expected patients under the null curve, from the exact chance to stop at the first look."""
    going = _going(design, design.futility)
    return design.first * (1.0 - going) + design.patients * going


def _going(design: TwoStageLogrankDesign, futility: float) -> float:
    """Return the exact chance under the null curve not to stop at the first look."""
    interim, _, _ = design.enrolment.stages(design.first, design.patients)
    return event_law(design.hypotheses.null, 1.0, interim, design.first).success(futility)


def _stopping(rough: TwoStageLogrankDesign, least_stop: float) -> float:
    """Return the futility bound, raised until the exact chance to stop is what was asked for."""
    bound = round(rough.futility * STEP)
    while 1.0 - _going(rough, bound / STEP) < least_stop:
        bound += 10
    return bound / STEP
