"""The hypotheses and the rule that decides, from a record: what its text states, else an exact rule for its number."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from topline.protocol.draft.notes import Notes
from topline.protocol.draft.passages import OUTCOMES, PROSE, Found, Passages
from topline.protocol.draft.rule import Rule, single_stage, two_stages

PERCENT = r"(?:(?P<{0}>\d{{1,2}}(?:\.\d+)?)\s*%|(?P<{0}_share>0?\.\d+))"


def _share(name: str) -> str:
    return PERCENT.format(name)


NULL = re.compile(
    rf"(?:null hypothesis|\bH\s?_?0\b|\bp\s?_?0\b|(?:un(?:interesting|acceptable|desirable)|historical|null|"
    rf"minimum) (?:\w+ ){{0,4}}(?:rate|ORR|response))"
    rf"[^.;\n%]{{0,70}}?{_share('a')}",
    re.IGNORECASE,
)
TARGET = re.compile(
    rf"(?:alternative hypothesis|\bH\s?_?[1aA]\b|\bp\s?_?1\b|(?:target|desirable|desired|expected|promising|"
    rf"clinically (?:meaningful|relevant)|of interest) (?:\w+ ){{0,4}}(?:rate|ORR|response))"
    rf"[^.;\n%]{{0,70}}?{_share('a')}",
    re.IGNORECASE,
)
FROM_TO = re.compile(
    rf"(?:from|of|between|H0)\s+{_share('a')}\s*(?:\([^)]*\)\s*)?(?:to|vs\.?|versus|against|and H1)\s+{_share('b')}",
    re.IGNORECASE,
)
ALPHA = re.compile(
    rf"(?:\balpha\b|α|significance level|type[- ]I error(?: rate)?|"
    rf"level of significance)[^.;\n%\d]{{0,40}}?(?:{_share('a')}|(?P<plain>0?[.,]\d+))",
    re.IGNORECASE,
)
POWER = re.compile(
    rf"(?:power\b[^.;\n%\d]{{0,25}}?{_share('a')}|{_share('b')}\s+(?:statistical )?power\b)", re.IGNORECASE
)
SIMON = re.compile(
    r"\bSimon'?s?\b|two-?[- ]?stage (?:design|minimax|optimal|phase)|minimax|optimal two-stage", re.IGNORECASE
)
HYPOTHESIS = re.compile(r"hypothes|null|alternative|power|sample size|improv|increas", re.IGNORECASE)
TWO_SIDED = re.compile(r"two-?sided|2-?sided|two-?tailed", re.IGNORECASE)
USUAL_NULL = {"DCR": 0.4, "CDCR": 0.4, "CB": 0.4, "CCB": 0.4, "DCLM": 0.15}
RATES = "The rule that decides, and the number of patients it needs, follow from the two rates."


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned for the decision: endpoint, its parameter, patients."""

    endpoint: str
    parameter: str
    patients: int


def draft_design(
    passages: Passages, endpoints: Sequence[Mapping[str, object]], patients: int, notes: Notes
) -> dict[str, object]:
    """Return the design: rates, level and power of the text where it states them, and an exact rule that keeps them."""
    plan = _plan(endpoints, patients, notes)
    alpha, wanted = _alpha(passages, notes), _power(passages, notes)
    null, target = _rates(passages, plan, notes)
    stated = (null, target)
    rule, null, target = _feasible(plan.patients, null, target, alpha, wanted)
    _note_moved(stated, (null, target), notes)
    staged = passages.find(SIMON, PROSE, OUTCOMES)
    two = _staged(plan.patients, (null, target), alpha, (wanted, rule.power)) if staged else None
    chosen = two or rule
    _note_rule(chosen, staged, (alpha, wanted), notes)
    return {
        "kind": "two stage" if chosen.first else "single stage",
        "endpoint": plan.endpoint,
        "null_rate": null,
        "target_rate": target,
        "alpha": alpha,
        "power": _stated_power(chosen, wanted),
        "patients": plan.patients,
        "success_at_least": chosen.success,
        "first_stage_patients": chosen.first[0] if chosen.first else None,
        "futility_at_most": chosen.first[1] if chosen.first else None,
    }


def _note_moved(stated: tuple[float, float | None], taken: tuple[float, float], notes: Notes) -> None:
    """Note the rates of the record with which its number of patients allows no rule."""
    for key, before, after in zip(("null_rate", "target_rate"), stated, taken, strict=True):
        path = f"design.{key}"
        if before is not None and before != after and notes.provenance.pop(path, ()):
            notes.guess(
                path,
                f"The record says {before:g}; with its number of patients no rule keeps the level and succeeds more "
                f"often than not, so {after:g} stands here.",
                f"The record says {before:g}, which does not fit its number of patients. Which is meant?",
                RATES,
            )


def _staged(patients: int, rates: tuple[float, float], alpha: float, powers: tuple[float, float]) -> Rule | None:
    """Return a two-stage rule with the wanted power, or where this number gives none, with that of one stage."""
    wanted, reached = powers
    return two_stages(patients, rates, alpha, wanted) or two_stages(patients, rates, alpha, min(wanted, reached))


def _plan(endpoints: Sequence[Mapping[str, object]], patients: int, notes: Notes) -> Plan:
    """Return by which endpoint the trial decides: the first rate of the highest rank."""
    rates = [each for each in endpoints if _analysis(each).get("type") == "rate"]
    ranks = ("primary", "secondary", "exploratory")
    chosen = min(rates, key=lambda each: ranks.index(str(each["objective"])))
    name = str(chosen["id"])
    if chosen["objective"] == "primary":
        notes.states("design.endpoint", *notes.provenance.get(f"endpoints.{name}.analysis", ()))
    else:
        notes.guess(
            "design.endpoint",
            "The record's primary outcome is no rate that is analysed; the design decides by the first rate it names.",
            "By which rate does the trial decide?",
            "topline's designs are on a rate; other primary outcomes are estimated.",
        )
    planned = notes.provenance.get("population.planned", ())
    notes.states("design.patients", *planned)
    if not planned:
        notes.assume("design.patients", "The record gives no number of patients; the one assumed for the trial.")
    return Plan(name, str(_analysis(chosen).get("parameter")), patients)


def _analysis(endpoint: Mapping[str, object]) -> Mapping[str, object]:
    found = endpoint["analysis"]
    return found if isinstance(found, Mapping) else {}


def share(match: re.Match[str], *names: str) -> float | None:
    """Return the rate of a match, from per cent or as a fraction."""
    for name in names:
        if match[name]:
            return float(match[name]) / 100
        if match[f"{name}_share"]:
            return float(match[f"{name}_share"])
    return None


def _rates(passages: Passages, plan: Plan, notes: Notes) -> tuple[float, float | None]:
    """Return null and target rate; a target that the text leaves open is None."""
    pair = next((each for each in passages.find_all(FROM_TO, PROSE, OUTCOMES) if _of_hypothesis(each)), None)
    if pair is not None:
        low, high = share(pair.match, "a"), share(pair.match, "b")
        if low is not None and high is not None and 0 < low < high < 1:
            for key in ("null_rate", "target_rate"):
                notes.states(f"design.{key}", pair.origin)
                notes.ask(f"design.{key}", f"Is it right, as the prose says '{pair.match.group()}'?", RATES)
            return low, high
    null = _one_rate(passages, NULL, "null_rate", notes)
    target = _one_rate(passages, TARGET, "target_rate", notes)
    if null is None:
        notes.guess(
            "design.null_rate",
            "The record gives no hypothesis; the rate is one that many phase II trials call not worth pursuing.",
            "Which rate would not be worth a further trial?",
            RATES,
        )
        null = USUAL_NULL.get(plan.parameter, 0.1)
        null = null if target is None or null < target else round(target / 2, 3)
    if target is None or target <= null:
        notes.guess(
            "design.target_rate",
            "The record gives none; the smallest step of five points that this number of patients can show.",
            "Which rate is hoped for?",
            RATES,
        )
        target = None
    return null, target


def _of_hypothesis(found: Found) -> bool:
    """Whether a pair of rates stands in a sentence about hypotheses."""
    start, end = found.match.span()
    text = found.match.string
    sentence = text[text.rfind(".", 0, start) + 1 : end + 80]
    return (
        HYPOTHESIS.search(sentence) is not None
        and re.search(r"hypothes|null|power|sample size", sentence, re.IGNORECASE) is not None
    )


def _one_rate(passages: Passages, pattern: re.Pattern[str], key: str, notes: Notes) -> float | None:
    """Return the rate that a pattern finds."""
    found = passages.find(pattern, PROSE, OUTCOMES)
    value = share(found.match, "a") if found else None
    if found is None or value is None or not 0 < value < 1:
        return None
    notes.states(f"design.{key}", found.origin)
    notes.ask(f"design.{key}", f"Is it right, as the prose says '{found.match.group()[-90:]}'?", RATES)
    return value


def _alpha(passages: Passages, notes: Notes) -> float:
    """Return the one-sided level; of a two-sided one half."""
    found = passages.find(ALPHA, PROSE)
    value = None
    if found:
        plain = found.match["plain"]
        value = float(plain.replace(",", ".")) if plain else share(found.match, "a")
    if found is None or value is None or not 0.001 <= value <= 0.3:
        notes.assume("design.alpha", "The record gives none; one-sided 5% is usual for phase II.")
        return 0.05
    notes.states("design.alpha", found.origin)
    around = found.match.string[max(0, found.match.start() - 40) : found.match.end() + 40]
    if TWO_SIDED.search(around):
        notes.ask("design.alpha", "The record's level is two-sided; half of it stands here. Is that meant?", RATES)
        return round(value / 2, 6)
    return value


def _power(passages: Passages, notes: Notes) -> float:
    """Return the power that is wanted."""
    found = passages.find(POWER, PROSE)
    value = share(found.match, "a", "b") if found else None
    if found is None or value is None or not 0.5 < value < 1:
        notes.assume("design.power", "The record gives none; it follows from the number of patients and the rule.")
        return 0.8
    notes.states("design.power", found.origin)
    return value


def _feasible(
    patients: int, null: float, target: float | None, alpha: float, power: float
) -> tuple[Rule, float, float]:
    """Return a one-stage rule with its rates: they move until a rule keeps the level and is worth having.

    The null rate falls where even responders only would exceed the level; a target that is open, or that leaves a
    power of a half or less, rises in steps of five points.
    """
    while null**patients > alpha:
        null = null / 2
    stated = target
    candidates = [stated] if stated else []
    candidates += [round(null + step * 0.05, 4) for step in range(1, 20)] + [0.95, 0.99, 0.999]
    rule = None
    for target in (each for each in candidates if null < each < 1):
        rule = single_stage(patients, null, target, alpha)
        enough = 0.5 if target == stated else power
        if rule is not None and rule.power > enough:
            return rule, null, target
    rule = rule or single_stage(patients, null, 0.999, alpha)
    if rule is None or rule.power <= 0.5:
        return Rule(patients, patients, null**patients, 0.999**patients), null, 0.999
    return rule, null, 0.999


def _stated_power(rule: Rule, wanted: float) -> float:
    """Return the power that may be stated: the wanted one where the rule has it, else the exact one rounded down."""
    if rule.power >= wanted:
        return wanted if wanted > 0.5 else 0.51
    return min(max(math.floor(rule.power * 1000) / 1000, 0.501), 0.999)


def _note_rule(rule: Rule, staged: Found | None, wanted: tuple[float, float], notes: Notes) -> None:
    """Note how the rule came about, with its exact level and power."""
    exact = f"Exact level {rule.level:.4f} and power {rule.power:.4f}."
    if staged and rule.first:
        notes.states("design.kind", staged.origin)
        for key in ("first_stage_patients", "futility_at_most"):
            notes.assume(f"design.{key}", "Computed: the fewest patients expected at the null rate, for this number.")
        notes.ask("design.first_stage_patients", "Which stages does the protocol state?", RATES)
    elif staged:
        notes.guess(
            "design.kind",
            "The record speaks of two stages, and none of this size has the stated level and power; one stage stands.",
            f"The record says '{staged.match.group()}'. Which stages does the protocol state?",
            RATES,
        )
    else:
        notes.assume("design.kind", "The record gives no stages; a single one is taken.")
    if not rule.first:
        for key in ("first_stage_patients", "futility_at_most"):
            notes.assume(f"design.{key}", "A single stage has none.")
    notes.assume("design.success_at_least", f"Computed: the smallest number that keeps the level. {exact}")
    if rule.power < wanted[1]:
        notes.ask(
            "design.power", f"{exact} The number of patients gives no more. Are rates and number meant so?", RATES
        )
