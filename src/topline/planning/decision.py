"""The job of `topline decide`: the rule applied to counts, what they say, what remains possible, as text or JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from topline.design.conduct.interim import Decision, Verdict, conditional_power, decide, predictive_success
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.planning.attained import AttainedRule, attained_rules, later_stage
from topline.planning.rule import GivenRule, planned_design, rule_text
from topline.planning.table import paragraph, percent, rate, table
from topline.protocol.rule.inference import Inference, Settings, checked_confidence, inference
from topline.protocol.rule.outcome import is_whole


@dataclass(frozen=True, slots=True)
class Counts:
    """What was observed.

    Attributes:
        responders: responders until now, all stages together.
        patients: patients until now, all stages together.
        stage: the look that is held with them, 1 the first; None for the one due by the plan, if any.
        earlier: responders and patients of the first stage, where the second has another size than planned.

    """

    responders: int
    patients: int
    stage: int | None = None
    earlier: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Prospect:
    """How probable success is from here: at the null, the target and the observed rate, and predicted."""

    null: float
    target: float
    observed: float | None
    predictive: float


@dataclass(frozen=True)
class Answer:
    """What is said of the counts.

    Attributes:
        title: what the trial is called, empty without a study.
        design: the planned design.
        counts: what was observed.
        decision: what the planned rule says; None where so many patients are not in the plan.
        found: what the trial says of the rate, where its planned rule stops here.
        prospect: how probable success is, where the trial goes on.
        attained: what rules for attained numbers say, where these differ from the plan.
        remark: what is to be known of these.

    """

    title: str
    design: SingleArmDesign
    counts: Counts
    decision: Decision | None
    found: Inference | None
    prospect: Prospect | None
    attained: tuple[AttainedRule, ...]
    remark: str = ""


def decide_trial(given: GivenRule, counts: Counts, confidence: float, form: str) -> str:
    """Return what the rule says of counts, as text or as JSON.

    Raises ToplineError TL-G01, TL-G03 or TL-G04 for what cannot be, TL-C01 and TL-P01 to TL-P06 for the study.
    """
    checked_confidence(confidence)
    title, design = planned_design(given)
    answer = _answer(title, design, counts, confidence)
    if form == "json":
        return json.dumps(_document(answer), ensure_ascii=False, indent=2) + "\n"
    return "\n".join(_lines(answer)) + "\n"


def _answer(title: str, design: SingleArmDesign, counts: Counts, confidence: float) -> Answer:
    rule = design.boundary
    if not is_whole(counts.patients) or counts.patients < 0:
        raise ToplineError("TL-G03", where="patients", what=f"{counts.patients} is not a number of patients")
    if not 0 <= counts.responders <= counts.patients:
        raise ToplineError("TL-G03", where="responders", what=f"{counts.responders} of {counts.patients} patients")
    stage = later_stage(design, counts.patients, counts.stage)
    if counts.earlier is not None and stage is None:
        stage = len(rule.looks)
    within = counts.patients <= rule.looks[stage - 1] if stage else True
    decision = decide(rule, counts.responders, counts.patients, counts.stage) if within else None
    settings = Settings(design.hypotheses.null, confidence)
    found, prospect = None, None
    if decision is not None and decision.verdict in (Verdict.FUTILE, Verdict.SUCCESS) and decision.followed:
        found = inference(rule, counts.responders, decision.look or 1, settings)
    elif decision is not None and decision.ahead is not None:
        prospect = _prospect(design, counts)
    pair = (counts.responders, counts.patients)
    moved = stage is not None and (counts.patients != rule.looks[stage - 1] or counts.earlier is not None)
    attained = attained_rules(design, pair, stage, counts.earlier, settings) if moved and stage else ((), "")
    return Answer(title, design, counts, decision, found, prospect, *attained)


def _prospect(design: SingleArmDesign, counts: Counts) -> Prospect:
    rule, asked = design.boundary, design.hypotheses
    seen = [counts.responders / counts.patients] if counts.patients else []
    chances = conditional_power(rule, counts.responders, counts.patients, [asked.null, asked.target, *seen]).tolist()
    predicted = predictive_success(rule, counts.responders, counts.patients)
    return Prospect(chances[0], chances[1], chances[2] if seen else None, predicted)


def _lines(answer: Answer) -> Iterator[str]:
    if answer.title:
        yield answer.title
    design = answer.design
    yield from paragraph(f"{design.name}: {rule_text(design.boundary, design.hypotheses)}")
    yield ""
    if answer.decision is not None:
        yield from paragraph(str(answer.decision))
    else:
        observed = f"{answer.counts.responders} of {answer.counts.patients}"
        yield f"{observed}: more patients than the planned look has; its bounds do not speak of them"
    if answer.decision is not None and not answer.decision.followed:
        yield "No estimate: a trial that followed this rule cannot be here"
    if answer.found is not None:
        yield from ("", *_inference_lines(answer.found, design))
    if answer.prospect is not None:
        yield from ("", *_prospect_lines(answer.prospect, answer))
    if answer.attained or answer.remark:
        yield from ("", *_attained_lines(answer))


def _inference_lines(found: Inference, design: SingleArmDesign) -> Iterator[str]:
    asked, level = design.hypotheses, rate(found.confidence)
    posterior = found.posterior
    yield "What the trial says of the rate, its looks being accounted for"
    facts = [
        ("as counted", f"{percent(found.naive)}, biased where the trial could stop early"),
        ("unbiased (UMVUE)", percent(found.umvue)),
        ("median unbiased", percent(found.median_unbiased)),
        (f"p-value against {rate(asked.null)}", f"{found.p:.5f}, one-sided"),
        (f"{level} interval, Koyama-Chen", _limits(found.koyama_chen)),
        (f"{level} interval, Jennison-Turnbull (Jung-Kim)", _limits(found.jennison_turnbull)),
        ("posterior mean, uniform prior", percent(posterior.mean)),
        (f"{level} posterior interval", _limits(posterior.interval(found.confidence))),
        (f"posterior chance of more than {rate(asked.null)}", percent(posterior.above(asked.null), 2)),
        (f"posterior chance of more than {rate(asked.target)}", percent(posterior.above(asked.target), 2)),
    ]
    yield from table(facts, left=2, indent=2)


def _limits(limits: tuple[float, float]) -> str:
    lower, upper = limits
    return f"{percent(lower)} to {'no upper limit' if isnan(upper) else percent(upper)}"


def _prospect_lines(prospect: Prospect, answer: Answer) -> Iterator[str]:
    asked = answer.design.hypotheses
    yield "Chance of success from here"
    facts = [
        (f"if the rate is {rate(asked.null)} (null)", percent(prospect.null, 2)),
        (f"if it is {rate(asked.target)} (target)", percent(prospect.target, 2)),
    ]
    if prospect.observed is not None:
        observed = answer.counts.responders / answer.counts.patients
        facts.append((f"if it is {percent(observed)}, as observed", percent(prospect.observed, 2)))
    facts.append(("predicted, uniform prior", percent(prospect.predictive, 2)))
    yield from table(facts, indent=2)


def _attained_lines(answer: Answer) -> Iterator[str]:
    planned = answer.design.boundary.looks
    yield f"If the look is held with {answer.counts.patients} patients (planned: {', '.join(map(str, planned))})"
    if answer.attained:
        head = ("rule", "stop at <=", "success >=", "level", "power", "verdict")
        yield from table([head, *(_attained_row(each) for each in answer.attained)])
    for each in answer.attained:
        if each.found is not None and each.shown:
            yield from ("", f"By the {each.name} rule:", *_inference_lines(each.found, answer.design))
        if (one := each.conditional) is not None:
            said = f"p-value {one.p:.5f}, estimate {percent(one.estimate)}"
            yield f"{each.name}: {said}, {rate(one.confidence)} interval {_limits(one.interval)}"
    if answer.remark:
        yield from paragraph(answer.remark)


def _attained_row(each: AttainedRule) -> tuple[str, ...]:
    return (each.name, each.futility, each.efficacy, f"{each.level:.4f}", f"{each.power:.4f}", each.verdict)


def _document(answer: Answer) -> dict[str, Any]:
    design, rule = answer.design, answer.design.boundary
    decision = answer.decision
    return {
        "trial": answer.title,
        "design": {
            "name": design.name,
            "looks": list(rule.looks),
            "futility": list(rule.futility),
            "efficacy": list(rule.efficacy),
            "hypotheses": asdict(design.hypotheses),
            "level": design.level,
            "power": design.attained_power,
        },
        "counts": asdict(answer.counts),
        "verdict": None if decision is None else str(decision.verdict),
        "look": None if decision is None else decision.look,
        "followed": None if decision is None else decision.followed,
        "ahead": None if decision is None or decision.ahead is None else asdict(decision.ahead),
        "inference": None if answer.found is None else _described(answer.found, design),
        "chance_of_success": None if answer.prospect is None else asdict(answer.prospect),
        "attained": [_attained_document(each, design) for each in answer.attained],
    }


def _described(found: Inference, design: SingleArmDesign) -> dict[str, Any]:
    posterior = found.posterior
    told = {name: _finite(value) for name, value in asdict(found).items() if name != "posterior"}
    return told | {
        "posterior": {
            "a": posterior.a,
            "b": posterior.b,
            "mean": posterior.mean,
            "interval": list(posterior.interval(found.confidence)),
            "above_null": posterior.above(design.hypotheses.null),
            "above_target": posterior.above(design.hypotheses.target),
        }
    }


def _finite(value: Any) -> Any:
    """Return a number or pair of limits with null where there is none: JSON has no nan."""
    if isinstance(value, tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and isnan(value) else value


def _attained_document(each: AttainedRule, design: SingleArmDesign) -> dict[str, Any]:
    conditional = None if each.conditional is None else asdict(each.conditional)
    return {
        "name": each.name,
        "stop_at_most": each.futility,
        "success_from": each.efficacy,
        "level": each.level,
        "power": each.power,
        "holds": each.holds,
        "verdict": each.verdict,
        "inference": None if each.found is None else _described(each.found, design),
        "conditional": conditional and {name: _finite(value) for name, value in conditional.items()},
    }
