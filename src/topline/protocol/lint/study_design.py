"""Rules about the design: the sample size against the stated hypotheses by the exact binomial, and who decides."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from topline.protocol.coherence import success_probability
from topline.protocol.design import AnalysisSet, Design
from topline.protocol.lint.exact import (
    LARGEST,
    Hypothesis,
    TwoStage,
    attaining,
    least_expected,
    least_success,
)
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Unassessable
from topline.protocol.model import Protocol

PATIENTS = "design.patients"
ROUNDED = 5e-5  # a power may be stated with four digits
SAW_TOOTH = 100  # patients beyond twice the stated number up to which the saw-tooth is followed
EVERYBODY = ("TRUE", "ENRLFL = 'Y'")


class Stages(NamedTuple):
    """The rule of a design: patients of the first stage, most responders that stop there, all patients, success."""

    first: int
    futile: int
    patients: int
    success: int

    def chance(self, rate: float) -> float:
        """Return the exact chance of success at a rate."""
        return success_probability(rate, (self.first, self.futile), (self.patients, self.success))


def stages(design: Design) -> Stages:
    """Return the rule of a design; with a single stage the first has 0 patients and stops at -1."""
    first, futile = design.first_stage_patients, design.futility_at_most
    one = first is None or futile is None
    return Stages(0 if one else first or 0, -1 if one else futile or 0, design.patients, design.success_at_least)


def hypothesis(design: Design) -> Hypothesis:
    """Return what a design claims to attain; a power that is the exact one rounded up is the exact one."""
    exact = stages(design).chance(design.target_rate)
    power = min(design.power, exact) if attained(design) else design.power
    return Hypothesis(design.null_rate, design.target_rate, design.alpha, power)


def attained(design: Design) -> bool:
    """Whether the rule has the stated power to four digits; its level was checked when the study was read."""
    return stages(design).chance(design.target_rate) >= design.power - ROUNDED


def power_missed(protocol: Protocol) -> Iterator[Hit]:
    """Yield a stated power that the rule does not have."""
    design = protocol.design
    if not attained(design):
        exact = stages(design).chance(design.target_rate)
        what = (
            f"the rule, {design.success_at_least} of {design.patients}, succeeds at {design.target_rate:g} with an "
            f"exact chance of {exact:.4f}, below the stated {design.power:g}"
        )
        yield Hit("design.power", what)


def level_unused(protocol: Protocol) -> Iterator[Hit]:
    """Yield a single-stage rule that asks for more responders than its level needs."""
    design = protocol.design
    least = least_success(hypothesis(design), design.patients)
    if design.kind == "single stage" and least < design.success_at_least:
        rule = Stages(0, -1, design.patients, least)
        what = (
            f"{least} of {design.patients} already keep the level, exactly {rule.chance(design.null_rate):.4f}, and "
            f"raise the power at {design.target_rate:g} to {rule.chance(design.target_rate):.4f}"
        )
        yield Hit("design.success_at_least", what)


def fewer_would_do(protocol: Protocol) -> Iterator[Hit]:
    """Yield a single-stage sample size though a smaller one attains the stated level and power."""
    design = protocol.design
    if design.kind == "two stage" or not attained(design):
        return
    least = int(np.flatnonzero(attaining(hypothesis(design), design.patients))[0]) + 1
    if least < design.patients:
        rule = Stages(0, -1, least, least_success(hypothesis(design), least))
        what = (
            f"{least} patients attain the same: {rule.success} of {least} has an exact level of "
            f"{rule.chance(design.null_rate):.4f} and a power of {rule.chance(design.target_rate):.4f}"
        )
        yield Hit(PATIENTS, what)


def saw_tooth(protocol: Protocol) -> Iterator[Hit]:
    """Yield a single-stage sample size that attains the hypothesis while some larger ones do not."""
    design = protocol.design
    if design.kind == "two stage" or not attained(design):
        return
    able = attaining(hypothesis(design), 2 * design.patients + SAW_TOOTH)
    failing = np.flatnonzero(~able[design.patients :]) + design.patients + 1
    if len(failing):
        named = ", ".join(map(str, failing[:6])) + (" ..." if len(failing) > 6 else "")
        what = f"no rule attains the hypothesis with {named} patients; from {failing[-1] + 1} on one always does"
        yield Hit(PATIENTS, what)


def dominated(protocol: Protocol) -> Iterator[Hit]:
    """Yield a two-stage rule while another, of as many patients or fewer, expects fewer at the null rate."""
    design = protocol.design
    if design.kind == "single stage" or not attained(design):
        return
    if design.patients > LARGEST:
        raise Unassessable(f"the rivals of a two-stage design are looked at up to {LARGEST} patients")
    best, own = least_expected(hypothesis(design), design.patients), expected_patients(stages(design), design.null_rate)
    if best is not None and best.expected < own - 1e-6:
        yield Hit(PATIENTS, f"expects {own:.2f} patients at {design.null_rate:g}; {_rival(best)}")


def expected_patients(rule: Stages, rate: float) -> float:
    """Return the expected number of patients of a rule at a rate.

    >>> round(expected_patients(Stages(18, 2, 35, 7), 0.10), 2)  # Simon 1989, table 1: 22.5
    22.53
    """
    stop = 1 - success_probability(rate, (0, -1), (rule.first, rule.futile + 1)) if rule.first else 0.0
    return rule.patients - stop * (rule.patients - rule.first)


def _rival(best: TwoStage) -> str:
    """Return a better design in words."""
    return (
        f"{best.expected:.2f} are enough: stop at {best.futile} or fewer of {best.first}, success from {best.success} "
        f"of {best.patients} on"
    )


def no_margin(protocol: Protocol) -> Iterator[Hit]:
    """Yield a planned enrolment without room for patients who leave the set that decides."""
    design, planned = protocol.design, protocol.population.planned
    population = deciding_set(protocol)
    if planned == design.patients and " ".join(population.where.split()) not in EVERYBODY:
        what = (
            f"{planned} are planned and {design.patients} needed in {population.id} ({population.where}); whoever is "
            "enrolled and not in it leaves the decision short"
        )
        yield Hit("population.planned", what)


def deciding_set(protocol: Protocol) -> AnalysisSet:
    """Return the analysis set on which the design decides."""
    return protocol.analysis_set(protocol.endpoint(protocol.design.endpoint).estimand.population)


def level_with_all(protocol: Protocol) -> Iterator[Hit]:
    """Yield a planned enrolment with which the rule, applied to everybody, would exceed its level."""
    design, planned = protocol.design, protocol.population.planned
    exact = stages(design)._replace(patients=planned).chance(design.null_rate)
    if planned > design.patients and exact > design.alpha + 1e-12:
        what = (
            f"{planned} are planned for a decision on {design.patients}; if all are analysed, "
            f"{design.success_at_least} responders have an exact level of {exact:.4f}, above {design.alpha:g}"
        )
        yield Hit("population.planned", what)


def decides_by_another(protocol: Protocol) -> Iterator[Hit]:
    """Yield a decision on an endpoint that is not primary."""
    endpoint = protocol.endpoint(protocol.design.endpoint)
    if endpoint.objective != "primary":
        yield Hit("design.endpoint", f"{endpoint.id} is {endpoint.objective}; the design decides by a primary endpoint")


def undecided_primaries(protocol: Protocol) -> Iterator[Hit]:
    """Yield primary endpoints beside the one that decides."""
    for endpoint in protocol.endpoints:
        if endpoint.objective == "primary" and endpoint.id != protocol.design.endpoint:
            what = f"{endpoint.id} is primary, but the design decides by {protocol.design.endpoint} alone"
            yield Hit(f"endpoints.{endpoint.id}.objective", what)


CHECKS: Mapping[str, Callable[[Protocol], Iterator[Hit]]] = {
    "STU-13": power_missed,
    "STU-14": level_unused,
    "STU-15": fewer_would_do,
    "STU-16": saw_tooth,
    "STU-17": dominated,
    "STU-18": no_margin,
    "STU-19": level_with_all,
    "STU-20": decides_by_another,
    "STU-21": undecided_primaries,
}
