"""What rules for attained numbers of patients say, where these differ from the planned ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topline.design.conduct.attained import green_dahlberg, recomputed, unchanged
from topline.design.conduct.conditional import ConditionalRule
from topline.design.conduct.interim import Verdict, decide
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.boundary import NEVER, Boundary
from topline.protocol.rule.inference import Inference, Settings, inference


@dataclass(frozen=True, slots=True)
class Conditional:
    """What Koyama and Chen's conditional rule says of the rate."""

    p: float
    estimate: float
    interval: tuple[float, float]
    confidence: float


@dataclass(frozen=True)
class AttainedRule:
    """One rule at the attained numbers: its bounds as they are printed, exact level and power, and its verdict.

    `shown` marks the rule whose inference is printed: the one that holds the level and follows the plan most closely.
    """

    name: str
    futility: str
    efficacy: str
    level: float
    power: float
    holds: bool
    verdict: str
    found: Inference | None = None
    conditional: Conditional | None = None
    shown: bool = False


def later_stage(design: SingleArmDesign, patients: int, stage: int | None) -> int | None:
    """Return the look that is held with so many patients, where it is said or they exceed the plan.

    Raises:
        ToplineError: TL-G04 for a stage that the rule does not have, TL-G03 for patients of another stage.

    """
    looks = design.boundary.looks
    if stage is None:
        return len(looks) if patients > looks[-1] else None
    if not 1 <= stage <= len(looks):
        raise ToplineError("TL-G04", where="stage", what=f"{stage} is not one of 1 to {len(looks)}")
    first = (0, *looks)[stage - 1] + 1
    if patients < first or (stage < len(looks) and patients >= looks[stage]):
        to = f" to {looks[stage] - 1}" if stage < len(looks) else " on"
        what = f"{patients} cannot be those of look {stage}, planned after {looks[stage - 1]}: it has {first}{to}"
        raise ToplineError("TL-G03", where="patients", what=what)
    return stage


def attained_rules(
    design: SingleArmDesign,
    counts: tuple[int, int],
    stage: int,
    earlier: tuple[int, int] | None,
    settings: Settings,
) -> tuple[tuple[AttainedRule, ...], str]:
    """Return what each rule for attained numbers says, and a remark on what is missing.

    Args:
        design: the planned design.
        counts: responders and patients until now.
        stage: the look that is held, 1 the first.
        earlier: responders and patients of the first stage, where they are known.
        settings: null rate, confidence, prior.

    Raises:
        ToplineError: TL-G03 for counts of the first stage that cannot be.

    """
    looks = _attained(design.boundary.looks, counts[1], stage, earlier)
    _check_earlier(design, counts, stage, earlier)
    found: list[AttainedRule] = []
    remarks = []
    for name, make in (("recomputed", recomputed), ("Green-Dahlberg", green_dahlberg), ("planned bounds", unchanged)):
        try:
            found.append(_applied(name, make(design, looks), (counts, earlier), settings))
        except ToplineError as error:
            remarks.append(f"{name}: {error.what}.")
    last = stage == len(looks) == 2
    if last:
        found += _conditional(design, counts, looks, earlier, settings)
        if earlier is None:
            remarks.append("With --earlier, the counts of the first stage, also Koyama and Chen's conditional rule.")
    remarks.append("The rules take the attained numbers as given: they must not have been chosen by the responses.")
    return tuple(found), " ".join(remarks)


def _attained(planned: Sequence[int], patients: int, stage: int, earlier: tuple[int, int] | None) -> tuple[int, ...]:
    looks = list(planned)
    looks[stage - 1] = patients
    if earlier is not None:
        looks[0] = earlier[1]
    return tuple(looks)


def _check_earlier(
    design: SingleArmDesign, counts: tuple[int, int], stage: int, earlier: tuple[int, int] | None
) -> None:
    """Refuse counts of a first stage that cannot have led to those of the second."""
    if earlier is None:
        return
    looks = design.boundary.looks
    if len(looks) != 2 or stage != 2:
        raise ToplineError("TL-G04", where="earlier", what="belongs to the second one of two stages")
    responders, patients = earlier
    more = counts[0] - responders, counts[1] - patients
    if not 0 <= responders <= patients or patients < 1 or not 0 <= more[0] <= more[1] or more[1] < 1:
        what = f"{responders} of {patients} cannot be the first stage of {counts[0]} of {counts[1]}"
        raise ToplineError("TL-G03", where="earlier", what=what)


def _applied(
    name: str, design: SingleArmDesign, seen: tuple[tuple[int, int], tuple[int, int] | None], settings: Settings
) -> AttainedRule:
    """Return what a rule says of the counts until now, and of those of the first stage where they are known."""
    rule, (counts, earlier) = design.boundary, seen
    decision = decide(rule, *counts)
    followed = decision.followed and (earlier is None or rule.futility[0] < earlier[0] < rule.efficacy[0])
    stops = decision.verdict in (Verdict.FUTILE, Verdict.SUCCESS) and followed
    said = inference(rule, counts[0], decision.look or 1, settings) if stops else None
    place = rule.looks.index(counts[1])
    low, high = _printed(rule, place)
    verdict = str(decision.verdict) if followed else "had asked to stop before"
    holds, shown = design.level <= design.hypotheses.alpha, name == "recomputed" and said is not None
    return AttainedRule(name, low, high, design.level, design.attained_power, holds, verdict, said, None, shown)


def _printed(rule: Boundary, place: int) -> tuple[str, str]:
    """Return the bounds of a look as they are printed."""
    low, high, look = rule.futility[place], rule.efficacy[place], rule.looks[place]
    return f"{low}" if low > NEVER else "-", f"{high}" if high <= look else "-"


def _conditional(
    design: SingleArmDesign,
    counts: tuple[int, int],
    looks: tuple[int, ...],
    earlier: tuple[int, int] | None,
    settings: Settings,
) -> Iterator[AttainedRule]:
    """Yield Koyama and Chen's rule, where the first stage was as planned and its responders are known."""
    if earlier is None or looks[0] != design.boundary.looks[0]:
        return
    first, second = earlier[0], counts[0] - earlier[0]
    rule = ConditionalRule(design, looks[1] - looks[0])
    if first not in rule.critical:
        return
    needed = first + rule.critical[first]
    said = Conditional(
        rule.p_value(first, second, settings.null),
        rule.estimate(first, second),
        rule.interval(first, second, settings.confidence),
        settings.confidence,
    )
    verdict = Verdict.SUCCESS if counts[0] >= needed else Verdict.FUTILE
    holds, high = rule.level <= design.hypotheses.alpha, str(needed) if needed <= looks[1] else "-"
    name = "Koyama-Chen conditional"
    yield AttainedRule(name, str(needed - 1), high, rule.level, rule.attained_power, holds, str(verdict), None, said)
