"""DES-09 to DES-15: what is given, how much of it, to how many, and why so many."""

import re
from collections.abc import Iterator, Mapping

from topline.protocol.lint.find import first_match, holds
from topline.protocol.lint.passage import Passage
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import TREATMENT_DESCRIPTION, Check, Subject, Unassessable

COUNT = "designModule.enrollmentInfo.count"
TREATMENTS = "armsInterventionsModule.interventions"
DRUGS = {"DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT", "GENETIC"}

_REGIMEN_STEMS = ("+", "plus", "combin", "together", "followed", "regimen")
_REGIMEN = re.compile(
    r"[a-z0-9)®™]\s+\+\s*(?!cells?\b)[a-z]|(?<![a-z])[a-z]{4,}\+\s?[a-z]{4,}|\bplus\b|\bcombined with\b|\bcombination\b"
    r"|\bin combination\b|\btogether with\b|\bfollowed by\b|\bregimens?\b"
)
_ONE_THING = re.compile(
    r"\bcombination (?:vaccine|product|tablet|pill|device)|fixed[- ]dose|single|\bplus (?:sign|size)"
)
_DOSE = re.compile(
    r"\d\s*(?:(?:m?g|mcg|[uµμ]g|micrograms?|milligrams?|grams?|iu|i\.u\.|units?|ml|mmol|c?gy|m?ci|[mg]bq|auc|cfu|pfu|vp"
    r"|vg|tcid|tablets?|capsules?|drops?|puffs?|cells)\b|(?:m?g|mcg|[uµμ]g|iu|ml)\s*/|[\^e]\s?\d{1,2}\s*(?:car|cells|/))"
)
_SPEAKS_OF_DOSES = re.compile(r"\bdos(?:es?|ed|ing|ages?)\b")
_EXPOSURE = re.compile(r"\d\s?[x×*]\s?10\d|auc\s*(?:of\s*|=\s*)?\d")
_STRENGTH = re.compile(r"\d\s?(?:%|ppm\b|l/min\b)")
_RATIONALE = tuple(
    (stem, re.compile(wording))
    for stem, wording in {
        "power": r"power(?:ed)?\b(?! of attorney)",
        "sample": r"sample[- ]size",
        "confidence interval": "",
        "stage": r"(?<=two-)stage|(?<=two)stage",
        "simon": r"simon(?:'s|s)?\b",
        "error": r"(?<=type[- ]i )error|(?<=type[- ]1 )error|error rates?\b",
        "hypothes": r"(?<=null )hypothes",
        "-sided": r"-sided\b",
        "-tailed": r"-tailed\b",
        "alpha": r"alpha\b",
        "significance level": "",
        "minimax": "",
        "posterior": r"posterior\b",
        "stopping ": "stopping (?:rule|bound)",
        "bayesian": "",
        "precision of": "",
        "fleming": "",
        "a'hern": "",
        "h0": r"h0\b",
    }.items()
)
"""Reasons for a number of patients: the beginning to look for, and the pattern that must match there."""

_PEOPLE = r"(?:patients|participants|subjects|volunteers|individuals|women|men|children|adults|people)"
_BETWEEN = r"(?:(?!each\b|per\b|arm\b|cohort\b|group\b|first\b|out\b|of\b)[\w-]+ ){0,4}"
_ENROLLED = r"(?:will|are to|are planned to|shall) be (?:enrolled|recruited|accrued)"
_WILL_ENROLL = re.compile(
    rf"(?P<a>\d[\d,]*) {_BETWEEN}{_PEOPLE} {_BETWEEN}{_ENROLLED}"
    rf"|\b(?:will|plan(?:s|ned)? to|aims? to) (?:enroll?|recruit|accrue) (?:a total of )?"
    rf"(?P<b>\d[\d,]*) {_BETWEEN}{_PEOPLE}"
)
_PART = re.compile(
    r"\b(?:each|per|arms?|cohorts?|groups?|stages?|first|phase|part|additional|control|sub-?study|least|site"
    r"|center|centre|dose|every|up to|expansion|healthy|screened|step)\b"
)


def _regimen_as_one(subject: Subject) -> Iterator[Hit]:
    """DES-09."""
    for index, treatment in enumerate(subject.interventions):
        low = (treatment.name or "").lower()
        match = _REGIMEN.search(low) if treatment.type in DRUGS and holds(low, _REGIMEN_STEMS) else None
        if match and not _ONE_THING.search(low):
            yield Hit(f"{TREATMENTS}.{index}.name", "several agents are registered as one intervention", *match.span())


def _arm_without_treatment(subject: Subject) -> Iterator[Hit]:
    """DES-10."""
    if not subject.interventional:
        return
    given = {label for treatment in subject.interventions for label in treatment.arm_group_labels}
    for index, arm in enumerate(subject.arms):
        if not arm.intervention_names and arm.type != "NO_INTERVENTION" and arm.label not in given:
            yield Hit(f"armsInterventionsModule.armGroups.{index}.label", "no intervention belongs to this arm")


def _treatment_without_arm(subject: Subject) -> Iterator[Hit]:
    """DES-11."""
    if not subject.arms or not subject.interventional:
        return
    named = {name.partition(": ")[2].strip().lower() for arm in subject.arms for name in arm.intervention_names}
    for index, treatment in enumerate(subject.interventions):
        if not treatment.arm_group_labels and (treatment.name or "").strip().lower() not in named:
            yield Hit(f"{TREATMENTS}.{index}.name", "no arm is given this intervention")


def _no_dose(subject: Subject) -> Iterator[Hit]:
    """DES-12."""
    drugs = [index for index, treatment in enumerate(subject.interventions) if treatment.type in DRUGS]
    if not subject.interventional or not drugs:
        return
    given = "\n".join(text.low for text in subject.treatments)
    if any(pattern.search(given) for pattern in (_DOSE, _STRENGTH, _EXPOSURE)):
        return
    said = "\n".join((subject.prose, *(title.low for title in subject.titles)))
    if _DOSE.search(said):
        return
    if not subject.in_source(TREATMENT_DESCRIPTION) and _may_stand_there(subject, f"{given}\n{said}"):
        raise Unassessable("a dose may stand in the descriptions of treatments, which are not in this source")
    yield Hit(f"{TREATMENTS}.{drugs[0]}.name", f"a dose is stated {subject.nowhere}")


def _may_stand_there(subject: Subject, read: str) -> bool:
    """Return whether descriptions of treatments that are not in the source may well hold the dose.

    They hardly do where there is one such description alone, where the record explains itself at length in a text that
    was read (an arm, the detailed description), and where no such text speaks of doses without giving any.
    """
    explained = bool(subject.detail) or any(arm.description for arm in subject.arms)
    return len(subject.interventions) > 1 or not explained or _SPEAKS_OF_DOSES.search(read) is not None


def _no_rationale(subject: Subject) -> Iterator[Hit]:
    """DES-13."""
    planned = subject.content.design.enrollment_info
    phases = subject.content.design.phases
    if not subject.interventional or (planned and planned.count == 0) or (phases and "PHASE2" not in phases):
        return
    texts = f"{subject.prose}\n{subject.outcomes_low}"
    if not any(first_match(pattern, texts, (stem,)) for stem, pattern in _RATIONALE) and subject.phase_two:
        yield Hit(COUNT, f"the reason for this number is given {subject.nowhere}")


def _other_number(subject: Subject) -> Iterator[Hit]:
    """DES-14."""
    planned = subject.content.design.enrollment_info
    if planned is None or not planned.count or planned.type != "ESTIMATED":
        return
    found = [one for passage in (subject.summary, subject.detail) for one in _planned(passage)]
    numbers = [number for _, _, number in found]
    if planned.count in numbers or sum(numbers) == planned.count:
        return
    for passage, match, number in found:
        if abs(number - planned.count) > 0.1 * planned.count:
            yield passage.hit(f"{number} in the text, {planned.count} in the enrolment field", match)
            return


def _planned(passage: Passage) -> Iterator[tuple[Passage, re.Match[str], int]]:
    """Yield the numbers of patients that a text says the whole trial will enrol."""
    if not holds(passage.low, ("recruit", "enrol", "accrue")):
        return
    for match in _WILL_ENROLL.finditer(passage.low):
        start = passage.low.rfind(".", 0, match.start()) + 1
        end = passage.low.find(".", match.end())
        if not _PART.search(passage.low, start, end if end >= 0 else len(passage.low)):
            yield passage, match, int((match["a"] or match["b"]).replace(",", ""))


def _status_and_type(subject: Subject) -> Iterator[Hit]:
    """DES-15."""
    status, planned = subject.content.status.overall_status, subject.content.design.enrollment_info
    if planned is None:
        return
    words = f"the status is {status}, the number of {planned.count} patients is {planned.type}"
    over = status in ("COMPLETED", "TERMINATED") and planned.type == "ESTIMATED"
    early = status in ("RECRUITING", "NOT_YET_RECRUITING") and planned.type == "ACTUAL"
    if over or early or (status == "WITHDRAWN" and planned.count):
        yield Hit(COUNT, words)


CHECKS: Mapping[str, Check] = {
    "DES-09": _regimen_as_one,
    "DES-10": _arm_without_treatment,
    "DES-11": _treatment_without_arm,
    "DES-12": _no_dose,
    "DES-13": _no_rationale,
    "DES-14": _other_number,
    "DES-15": _status_and_type,
}
"""Checks of this module by rule."""
