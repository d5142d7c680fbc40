"""Rules about the design: the sample size against the stated hypotheses by the exact binomial, and who decides."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from topline.protocol.design import AnalysisSet, Design
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Unassessable
from topline.protocol.model import Protocol
from topline.protocol.rule.binomial import upper_tail
from topline.protocol.rule.boundary import Boundary, OperatingCharacteristics, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.one_stage import attaining, least_success
from topline.protocol.rule.stated import exceeds
from topline.protocol.rule.two_stage_search import Candidate, two_stage_designs

PATIENTS = "design.patients"
ROUNDED = 5e-5  # a power may be stated with four digits
SAW_TOOTH = 100  # patients beyond twice the stated number up to which the saw-tooth is followed
LARGEST = 500  # patients up to which every two-stage rival is looked at
NOTICED = 1e-6  # of a patient that another rule must spare
EVERYBODY = ("TRUE", "ENRLFL = 'Y'")


@lru_cache(maxsize=64)
def _exact(rule: Boundary, rate: float) -> OperatingCharacteristics:
    return operating_characteristics(rule, rate)


def chance(rule: Boundary, rate: float) -> float:
    """Return the exact chance of success of a rule at a rate, whatever its looks.

    >>> round(chance(Boundary((18, 35), (2, 6), (19, 7)), 0.3), 4)
    0.9016
    """
    if len(rule.looks) == 1:  # the same tail as in the searches: a rule never differs from itself by rounding
        return float(upper_tail(rule.efficacy[0], rule.patients, rate))
    return float(_exact(rule, rate).success[0])


def expected_patients(rule: Boundary, rate: float) -> float:
    """Return the expected number of patients of a rule at a rate.

    >>> round(expected_patients(Boundary((18, 35), (2, 6), (19, 7)), 0.10), 2)  # Simon 1989, table 1: 22.5
    22.53
    """
    return float(_exact(rule, rate).expected_patients[0])


def one_stage(patients: int, success: int) -> Boundary:
    """Return the rule of one look."""
    return Boundary((patients,), (success - 1,), (success,))


def hypotheses(design: Design) -> Hypotheses:
    """Return what a design claims to attain.

    A level or a power that is the exact one, rounded, is the exact one, so that no rule is held to more than the stated
    one attains.
    """
    exact, level = chance(design.rule, design.target_rate), chance(design.rule, design.null_rate)
    alpha = max(design.alpha, level)
    power = min(design.power, exact) if attained(design) and exact > alpha else design.power
    return Hypotheses(design.null_rate, design.target_rate, alpha, power)


def attained(design: Design) -> bool:
    """Whether the rule has the stated power to four digits; its level was checked when the study was read."""
    return chance(design.rule, design.target_rate) >= design.power - ROUNDED


def power_missed(protocol: Protocol) -> Iterator[Hit]:
    """Yield a stated power that the rule does not have."""
    design = protocol.design
    if not attained(design):
        exact = chance(design.rule, design.target_rate)
        looks = f" with {len(design.looks)} looks before" if design.looks else ""
        what = (
            f"the rule, {design.success_at_least} of {design.patients}{looks}, succeeds at {design.target_rate:g} with "
            f"an exact chance of {exact:.4f}, below the stated {design.power:g}"
        )
        yield Hit("design.power", what)


def level_unused(protocol: Protocol) -> Iterator[Hit]:
    """Yield a single-stage rule that asks for more responders than its level needs."""
    design = protocol.design
    if design.kind != "single stage":
        return
    least = least_success(design.patients, design.null_rate, hypotheses(design).alpha)
    if least < design.success_at_least:
        rule = one_stage(design.patients, least)
        what = (
            f"{least} of {design.patients} already keep the level, exactly {chance(rule, design.null_rate):.4f}, and "
            f"raise the power at {design.target_rate:g} to {chance(rule, design.target_rate):.4f}"
        )
        yield Hit("design.success_at_least", what)


def fewer_would_do(protocol: Protocol) -> Iterator[Hit]:
    """Yield a single-stage sample size though a smaller one attains the stated level and power."""
    design = protocol.design
    if design.kind != "single stage" or not attained(design):
        return
    asked = hypotheses(design)
    least = int(np.flatnonzero(attaining(asked, design.patients))[0]) + 1
    if least < design.patients:
        success = least_success(least, asked.null, asked.alpha)
        rule = one_stage(least, success)
        what = (
            f"{least} patients attain the same: {success} of {least} has an exact level of "
            f"{chance(rule, asked.null):.4f} and a power of {chance(rule, asked.target):.4f}"
        )
        yield Hit(PATIENTS, what)


def saw_tooth(protocol: Protocol) -> Iterator[Hit]:
    """Yield a single-stage sample size that attains the hypothesis while some larger ones do not."""
    design = protocol.design
    if design.kind != "single stage" or not attained(design):
        return
    able = attaining(hypotheses(design), 2 * design.patients + SAW_TOOTH)
    failing = np.flatnonzero(~able[design.patients :]) + design.patients + 1
    if len(failing):
        named = ", ".join(map(str, failing[:6])) + (" ..." if len(failing) > 6 else "")
        what = f"no rule attains the hypothesis with {named} patients; from {failing[-1] + 1} on one always does"
        yield Hit(PATIENTS, what)


def dominated(protocol: Protocol) -> Iterator[Hit]:
    """Yield a rule of several looks while two stages, of as many patients or fewer, expect fewer at the null rate.

    Against a sequential rule the two stages must also expect no more patients at the target rate: looks that stop with
    success save patients there.
    """
    design = protocol.design
    if design.kind == "single stage" or not attained(design):
        return
    if design.patients > LARGEST:
        raise Unassessable(f"the two-stage rivals of a design are looked at up to {LARGEST} patients")
    asked, own = hypotheses(design), expected_patients(design.rule, design.null_rate)
    found = two_stage_designs(asked.null, asked.target, asked.alpha, asked.beta, design.patients)
    if not found or found[-1].expected >= own - NOTICED:
        return
    rivals = expected_patients(_rule(found[-1]), asked.target), expected_patients(design.rule, asked.target)
    if design.kind == "two stage":
        yield Hit(PATIENTS, f"expects {own:.2f} patients at {asked.null:g}; {_told(found[-1])}")
    elif rivals[0] <= rivals[1] + NOTICED:
        more = f"at {asked.target:g} they expect {rivals[0]:.2f}, this one {rivals[1]:.2f}"
        yield Hit(PATIENTS, f"expects {own:.2f} patients at {asked.null:g}; two stages: {_told(found[-1])}; {more}")


def _rule(found: Candidate) -> Boundary:
    return Boundary((found.n1, found.n), (found.r1, found.r), (found.n1 + 1, found.r + 1))


def _told(best: Candidate) -> str:
    """Return a better design in words."""
    return (
        f"{best.expected:.2f} are enough: stop at {best.r1} or fewer of {best.n1}, success from {best.r + 1} "
        f"of {best.n} on"
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
    if planned <= design.patients:
        return
    exact = chance(replace(design.rule, looks=(*design.rule.looks[:-1], planned)), design.null_rate)
    if exceeds(exact, design.alpha, planned):
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
