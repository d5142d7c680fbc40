"""DES-01 to DES-08, DES-16: allocation, model, masking and phase against the title, the arms and the text."""

import re
from collections.abc import Iterator, Mapping

from topline.protocol.lint.passage import Passage
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject

ALLOCATION = "designModule.designInfo.allocation"
MODEL = "designModule.designInfo.interventionModel"
MASKING = "designModule.designInfo.maskingInfo.masking"

_INERT = re.compile(r"\bplacebo|\bsham\b")
_NEGATED_INERT = re.compile(
    r"\b(?:no|without|non|not|previous(?:ly)?|former)\W+(?:\w+ ){0,2}(?:placebo|sham)|placebo[- ]free"
)
_BLIND = re.compile(r"\b(?:double|triple|quadruple)[- ]?(?:blind|mask)")
_OPEN = re.compile(r"\bopen[- ]?label|\bunblinded\b|\bunmasked\b")
_EXTENSION = re.compile(r"extension|followed by|rollover|roll-over|continuation|and open|run-in|lead-in|blind")
_RANDOMIZED = re.compile(r"\brandomi[sz]ed\b|\brandomly (?:assigned|allocated)\b")
_NOT_RANDOMIZED = re.compile(
    r"\bnon[- ]?randomi[sz]ed|\bnot randomi[sz]ed|mendelian|\b(?:after|from|of|in) (?:\w+ ){0,4}randomi[sz]ed"
)
_ONE_ARM = re.compile(r"\bsingle[- ]?(?:arm|group)\b|\bone[- ]arm(?:ed)?\b|\buncontrolled\b|\bnon[- ]?randomi[sz]ed\b")
_WILL_RANDOMIZE = re.compile(
    r"\b(?:patients?|participants?|subjects?|women|men|children|adults|volunteers|they)\b(?: [\w-]+){0,4}"
    r" (?:will be|were|are) (?:randomi[sz]ed|randomly (?:assigned|allocated|divided))"
    r"|\bthis (?:is a )?(?:[\w-]+[, ]+){0,6}randomi[sz]ed(?:[ ,-]+[\w-]+){0,4}[ -]+(?:trial|study)"
)
_PHASE = re.compile(
    r"\bphase[ -]?((?:i{1,3}v?|iv|[1-4])[ab]?(?: ?(?:/|-|and|to) ?(?:phase )?(?:i{1,3}|iv|[1-4])[ab]?)?)\b"
)
_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def _inert_unmasked(subject: Subject) -> Iterator[Hit]:
    """DES-01."""
    if subject.masking != "NONE":
        return
    for index, arm in enumerate(subject.arms):
        if arm.type in ("PLACEBO_COMPARATOR", "SHAM_COMPARATOR"):
            yield Hit(f"armsInterventionsModule.armGroups.{index}.type", f"an arm of type {arm.type}, masking is NONE")
            return
    for index, treatment in enumerate(subject.interventions):
        low = (treatment.name or "").lower()
        if (match := _INERT.search(low)) and not _NEGATED_INERT.search(low):
            path = f"armsInterventionsModule.interventions.{index}.name"
            yield Hit(path, "given openly: masking is NONE", *match.span())
            return


def _blind_title(subject: Subject) -> Iterator[Hit]:
    """DES-02."""
    if subject.masking in ("NONE", "SINGLE"):
        for title in subject.titles:
            if match := _BLIND.search(title.low):
                if not _OPEN.search(title.low):
                    yield title.hit(f"the title says {match[0]!r}, the masking is {subject.masking}", match)
                return


def _open_title(subject: Subject) -> Iterator[Hit]:
    """DES-03."""
    masked = subject.design.masking_info
    if subject.masking in (None, "NONE") or (masked and set(masked.who_masked) == {"OUTCOMES_ASSESSOR"}):
        return
    for title in subject.titles:
        match = _OPEN.search(title.low)
        if match and not _EXTENSION.search(title.low):
            yield title.hit(f"the title says {match[0]!r}, the masking is {subject.masking}", match)
            return


def _randomized_to_one(subject: Subject) -> Iterator[Hit]:
    """DES-04."""
    if subject.design.allocation == "RANDOMIZED" and len(subject.arms) == 1:
        yield Hit(ALLOCATION, "randomized, and one arm is registered")


def _arms_without_allocation(subject: Subject) -> Iterator[Hit]:
    """DES-05."""
    if subject.design.allocation == "NA" and len(subject.arms) > 1:
        yield Hit(ALLOCATION, f"allocation is not applicable, and {len(subject.arms)} arms are registered")


def _model_and_arms(subject: Subject) -> Iterator[Hit]:
    """DES-06."""
    model, count = subject.design.intervention_model, len(subject.arms)
    if model == "SINGLE_GROUP" and count > 1:
        yield Hit(MODEL, f"a single group, and {count} arms are registered")
    if model in ("PARALLEL", "CROSSOVER", "FACTORIAL") and count == 1:
        yield Hit(MODEL, f"{model}, and one arm is registered")


def _randomized_title(subject: Subject) -> Iterator[Hit]:
    """DES-07."""
    allocation = subject.design.allocation
    for title in subject.titles:
        if allocation in ("NA", "NON_RANDOMIZED"):
            match = _randomized(title.low)
        else:
            match = _ONE_ARM.search(title.low) if allocation == "RANDOMIZED" else None
        if match:
            yield title.hit(f"the title says {match[0]!r}, the allocation is {allocation}", match)
            return


def _randomized(low: str) -> re.Match[str] | None:
    """Return where a title calls its study randomized."""
    return _RANDOMIZED.search(low) if "random" in low and not _NOT_RANDOMIZED.search(low) else None


def _observed_and_randomized(subject: Subject) -> Iterator[Hit]:
    """DES-08."""
    if subject.content.design.study_type != "OBSERVATIONAL" or "randomi" not in subject.everything:
        return
    for passage in (*subject.titles, subject.summary, subject.detail):
        if match := _called_randomized(subject, passage):
            yield passage.hit("the study is registered as observational", match)
            return


def _called_randomized(subject: Subject, passage: Passage) -> re.Match[str] | None:
    """Return where a text says that this study randomizes: a title names it, prose says what happens to patients."""
    if passage in subject.titles:
        return _randomized(passage.low)
    return _WILL_RANDOMIZE.search(passage.low)


def _phase_of_title(subject: Subject) -> Iterator[Hit]:
    """DES-16."""
    registered = {int(phase[-1]) for phase in subject.content.design.phases if phase[-1:].isdigit()}
    for title in subject.titles:
        match = _PHASE.search(title.low) if "phase" in title.low else None
        if match:
            named = {_NUMERALS[part.rstrip("ab")] for part in re.findall(r"i{1,3}v?|iv|[1-4]", match[1])}
            if not named & registered:
                words = ", ".join(subject.content.design.phases) or "no phase"
                yield title.hit(f"the title says {match[0]!r}, registered is {words}", match)
            return


CHECKS: Mapping[str, Check] = {
    "DES-01": _inert_unmasked,
    "DES-02": _blind_title,
    "DES-03": _open_title,
    "DES-04": _randomized_to_one,
    "DES-05": _arms_without_allocation,
    "DES-06": _model_and_arms,
    "DES-07": _randomized_title,
    "DES-08": _observed_and_randomized,
    "DES-16": _phase_of_title,
}
"""Checks of this module by rule."""
