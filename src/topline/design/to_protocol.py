"""Between a design and the `design` key of study.yaml: one way to write it, the other to apply what stands there.

Every rule on responses can be stated: one stage, two stages that stop the first one for futility, and everything else
as `sequential` with its looks. Only looks and bounds that can stop a trial are written; what the rule does at any rate
stays the same. What study.yaml cannot state is refused by name: nothing is written that would run another rule.
"""

from pydantic import ValidationError

from topline.design.rate.simon import SIMON
from topline.design.rate.single_stage import AHERN
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.design import Design
from topline.protocol.rule.boundary import NEVER, Boundary
from topline.protocol.rule.condensed import condensed
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.stated import exceeds

MOST_LOOKS = 1000
"""The most looks before the last one that study.yaml lists."""
Value = str | int | float | list[dict[str, int]]


def to_protocol(design: SingleArmDesign, endpoint: str) -> dict[str, Value]:
    """Return the mapping of a design for the key `design` of study.yaml, in the order of its keys.

    Args:
        design: a design whose rule depends on the number of responders alone.
        endpoint: the id of the endpoint that decides.

    Raises:
        ToplineError: TL-G04 for a rule that the protocol cannot state, or one that does not hold what was asked for.

    >>> from topline.design.rate.simon import simon
    >>> from topline.design.rate.three_stage import three_stage
    >>> found = to_protocol(simon(0.1, 0.3, power=0.9), "ORR")
    >>> found["kind"], found["patients"], found["success_at_least"], found["futility_at_most"]
    ('two stage', 35, 7, 2)
    >>> to_protocol(three_stage(0.1, 0.3, power=0.9), "ORR")["looks"]
    [{'patients': 13, 'futility_at_most': 1}, {'patients': 23, 'futility_at_most': 3}]

    """
    if not isinstance(design, SingleArmDesign):
        raise _refused(f"{type(design).__name__} is no rule on the number of responders alone")
    rule = condensed(design.boundary)
    reason = unstated(rule)
    if reason:
        raise _refused(f"{reason}, which study.yaml cannot state")
    if not _attained(design):
        what = f"level {design.level:.4f} and power {design.attained_power:.4f} are not what was asked for"
        raise _refused(what)
    found = _mapping(rule, design.hypotheses, endpoint)
    try:
        Design.model_validate(found)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'design'}: {each['msg']}" for each in error.errors())
        raise _refused(f"study.yaml cannot state it: {told}") from error
    return found


def _refused(what: str) -> ToplineError:
    return ToplineError("TL-G04", where="design", what=what)


def _attained(design: SingleArmDesign) -> bool:
    """Whether level and power are what was asked for; a difference that is rounding alone is none."""
    asked, patients = design.hypotheses, design.boundary.patients
    return not (exceeds(design.level, asked.alpha, patients) or exceeds(asked.power, design.attained_power, patients))


def unstated(rule: Boundary) -> str:
    """Return why study.yaml cannot state a rule, an empty text where it can."""
    if len(rule.looks) - 1 > MOST_LOOKS:
        return f"the rule has {len(rule.looks) - 1:,} looks before the last, more than {MOST_LOOKS:,}"
    return "the rule succeeds without a response" if min(rule.efficacy) < 1 else ""


def _mapping(rule: Boundary, asked: Hypotheses, endpoint: str) -> dict[str, Value]:
    """Return the mapping of a condensed rule."""
    two = len(rule.looks) == 2 and rule.efficacy[0] > rule.looks[0]
    found: dict[str, Value] = {
        "kind": "single stage" if len(rule.looks) == 1 else "two stage" if two else "sequential",
        "endpoint": endpoint,
        "null_rate": asked.null,
        "target_rate": asked.target,
        "alpha": asked.alpha,
        "power": asked.power,
        "patients": rule.patients,
        "success_at_least": rule.efficacy[-1],
    }
    if two:
        found |= {"first_stage_patients": rule.looks[0], "futility_at_most": rule.futility[0]}
    elif len(rule.looks) > 1:
        found["looks"] = list(map(_look, rule.looks[:-1], rule.futility, rule.efficacy))
    return found


def _look(patients: int, futile: int, success: int) -> dict[str, int]:
    """Return the mapping of a look, with the bounds that it has."""
    found = {"patients": patients}
    if futile != NEVER:
        found["futility_at_most"] = futile
    if success <= patients:
        found["success_at_least"] = success
    return found


def from_protocol(design: Design) -> SingleArmDesign:
    """Return the design that a protocol states, to apply and to judge.

    Level and power are those of the rule as it stands; `holds` says whether they are what the protocol claims.

    >>> stated = Design(kind="single stage", endpoint="DCR", null_rate=0.15, target_rate=0.33, alpha=0.05, power=0.88,
    ...                 patients=43, success_at_least=11)
    >>> found = from_protocol(stated)
    >>> round(found.level, 4), round(found.attained_power, 4), found.holds
    (0.0488, 0.8862, True)

    """
    asked = Hypotheses(design.null_rate, design.target_rate, design.alpha, design.power)
    name, source = NAMED[design.kind]
    return SingleArmDesign(name, asked, design.rule, source)


NAMED = {"single stage": ("Single stage", AHERN), "two stage": ("Two stages", SIMON), "sequential": ("Sequential", "")}
"""What a stated design of each kind is called, and who published the kind."""
