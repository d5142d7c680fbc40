"""Rules on the person in the criteria: consent, contraception, viral infections, expected survival, discretion."""

import re
from collections.abc import Callable, Iterator, Mapping

from topline.protocol.lint.criteria_text import absent, low, piece
from topline.protocol.lint.find import first_match, holds, present
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Subject

INFECTIONS = ("hiv", "hbv", "hcv", "hepatitis", "immunodeficiency virus", "acquired immun")
VIRUS_STEMS = ("hiv", "hbv", "hcv", "hepatitis", "human immuno", "acquired immun")
VIRUSES = re.compile(
    r"\b(?:hiv|hbv|hcv|hepatitis [bc]|human immunodeficiency|acquired immun\w+)(?![^.;\n]{0,25}\bprotease)"
)
ASSAYS = (
    *("dna", "rna", "viral load", "copies", "iu/ml", "antibod", "antigen", "hbsag", "hbcab", "tit", "pcr", "serolog"),
    *("serum", "cd4", "test", "detect", "assay", "suppress", "seropositiv", "antiretroviral", "art"),
)
ASSAY = re.compile(
    r"\bdna\b|\brna\b|viral load|copies|\biu/ml|antibod|antigen|hbsag|hbcab|\btit(?:er|re)|\bpcr\b|serolog|"
    r"serum|\bcd4|\btest(?:ed|ing|s)?\b|detect|\bassay|suppress|seropositiv|antiretroviral|\bart\b"
)

CONTRACEPTION = ("contracep", "birth control", "barrier method", "abstinen", "abstain")
CONTRACEPTIVE = re.compile(r"\b(?:contracep|birth control|barrier method|abstinen|abstain)\w*")
NUMBER = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a|half a)"
DURATION = re.compile(
    rf"{NUMBER}\s*(?:\(\d+\)\s*)?[\s-]*(?:days?|weeks?|wks?|months?|years?|"
    rf"half[\s-]li\w+)\b[^.\n;]{{0,80}}?\b(?:after|following|post|from|"
    rf"beyond|past|since|of (?:the )?(?:last|final)|subsequent)|(?:after|following|post|"
    rf"beyond)\b[^.\n;]{{0,100}}?\b(?:for |at least )?{NUMBER}"
    r"[\s-]*(?:days?|weeks?|months?|years?)"
)

EXPECTED = re.compile(
    r"(?:life[\s-]expectancy|(?:expected|estimated|anticipated|predicted)\s+(?:life|survival)[\w\s-]{0,20}|"
    r"survival (?:time|period|expectancy))"
    r"[^\d\n;.]{0,45}?(?P<number>\d+(?:\.\d+)?|three|six|twelve)[\s-]*(?P<unit>days?|weeks?|wks?|months?|years?)"
)
WORDS = {"three": 3.0, "six": 6.0, "twelve": 12.0}
DAYS = {"d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
ALIKE = 1.15  # ratio up to which 12 weeks and 3 months are one limit

JUDGES = ("investigator", "researcher", "physician", "doctor", "clinician", "judg", "deem", "opinion", "sponsor", "pi ")
OPEN = re.compile(
    r"\b(?:any|other|others)\b[^.\n;]{0,110}?\b(?:condition|reason|circumstance|disease|situation|factor|illness|"
    r"disorder|abnormalit|disabilit|problem|case|issue)[^.\n;]{0,160}?(?:unsuitab|not suit|inappropriat|"
    r"not appropriate|unfit|not eligible|compromis|interfer|jeopardi|unsafe|risk|affect|prohibit|prevent|preclude|judg|"
    r"opinion|deem|consider)\w*|"
    r"\b(?:medical|social|concurrent|underlying)\b[^.\n;]{0,60}?\bconditions?\b[^.\n;]{0,10}?\b(?:which|that),? in the "
    r"(?:opinion|judge?ment)|"
    r"\b(?:unsuitable|not suitable|unfit|inappropriate|not suited|not appropriate)\b[^.\n;]{0,50}?\b(?:for|to)\b"
    r"[^.\n;]{0,20}?(?:enrol|participat|inclusion|this|the study|the trial|study|trial)\w*|"
    r"\b(?:investigator|sponsor|physician)-determined unsuitability"
)
STARTS = (
    *("any", "other", "medical", "social", "concurrent", "underlying", "unsuitable", "not suit", "unfit"),
    *("inappropriate", "not appropriate", "investigator", "sponsor", "physician"),
)
OPENINGS = ("any ", "other", "suitab", "suited", "unfit", "appropriat", "condition")
CONSENT = ("consent", "assent", "icf", "sign the", "signed", "知情同意")


def virus_without_assay(subject: Subject) -> Iterator[Hit]:
    """Yield exclusions of HIV, HBV or HCV that name no assay and no limit."""
    named = present(subject.criteria.low, INFECTIONS)
    for item in subject.criteria_items.exclusion if named else ():
        text = low(subject, item)
        found = first_match(VIRUSES, text, VIRUS_STEMS) if holds(text, named) else None
        if found and not first_match(ASSAY, text, ASSAYS):
            what = "no assay or limit says who has it: carriers, cured or treated patients?"
            yield piece(item.start + found.start(), item.start + found.end(), what)


def contraception_without_end(subject: Subject) -> Iterator[Hit]:
    """Yield a demand for contraception that does not say how long after the last dose it lasts."""
    named = present(subject.criteria.low, CONTRACEPTION)
    if not named:
        return
    first: Hit | None = None
    found = subject.criteria_items
    for item in (*found.inclusion, *found.exclusion, *found.unplaced):
        text = low(subject, item)
        word = first_match(CONTRACEPTIVE, text, named)
        if word and DURATION.search(text):
            return
        if word and first is None:
            first = piece(item.start + word.start(), item.start + word.end(), "no time after the last dose is given")
    if first:
        yield first


def no_consent(subject: Subject) -> Iterator[Hit]:
    """Yield criteria that do not mention consent."""
    if subject.criteria and not holds(subject.criteria.low, CONSENT):
        yield absent("no criterion asks for informed consent")


def survival_twice(subject: Subject) -> Iterator[Hit]:
    """Yield different limits of the expected survival."""
    if not holds(subject.criteria.low, ("expectancy", "survival")):
        return
    first: tuple[float, str] | None = None
    found = subject.criteria_items
    for item in (*found.inclusion, *found.exclusion):
        text = low(subject, item)
        if item.under or not ("expectancy" in text or "survival" in text):
            continue
        for one in EXPECTED.finditer(text):
            first = first or (_days(one), one[0])
            least, most = sorted((_days(one), first[0]))
            if most > ALIKE * least:
                yield piece(item.start + one.start(), item.start + one.end(), f"another criterion says {first[1]}")
                return


def _days(found: re.Match[str]) -> float:
    """Return an expected survival in days."""
    number = WORDS.get(found["number"])
    return (float(found["number"]) if number is None else number) * DAYS[found["unit"][0]]


def discretion(subject: Subject) -> Iterator[Hit]:
    """Yield exclusions that leave everything else to somebody's judgement."""
    judges = present(subject.criteria.low, JUDGES)
    for item in subject.criteria_items.exclusion if judges else ():
        text = low(subject, item)
        found = first_match(OPEN, text, STARTS) if holds(text, judges) and holds(text, OPENINGS) else None
        if found:
            yield piece(item.start + found.start(), item.start + found.end(), "open to any reason")


CHECKS: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "ELG-06": discretion,
    "ELG-12": survival_twice,
    "ELG-14": virus_without_assay,
    "ELG-15": contraception_without_end,
    "ELG-17": no_consent,
}
