"""Words by which an outcome is limited to some of the patients: a phase, a cohort, a part, a subgroup."""

import re
from typing import NamedTuple

FIRST = re.compile(r"\bphases?\s*(?:1|I|Ib|1b|Ia|1a)\b(?!\s*(?:and|/|&))|dose[- ]escalation", re.IGNORECASE)
WHOLE = re.compile(
    r"\ball (?:cohorts|parts|arms|patients|participants|subjects)|intent(?:ion)?[- ]to[- ]treat|\bITT\b|full analysis",
    re.IGNORECASE,
)
PART = re.compile(
    r"\bcohorts?\s+(?:[A-Z]|\d+)\b[^-:)]*|\bpart\s+(?:[A-Z]|\d+)\b|\bsub-?stud(?:y|ies)\s*\d*|\barm\s+(?:[A-Z]|\d)\b|"
    r"\bin (?:the )?[^,;:]{0,40}?(?:population|subgroup|subset)\b|"
    r"\b(?:in|among) (?:patients|participants|subjects) (?:with|who|whose|after)\b[^,;]{0,60}|"
    r"\bat the end of (?:neo|induction)[^,;)]{0,30}|\b(?:PD-?L1|HER2|EGFR)[- ]?(?:positive|negative|high|low)\b|"
    r"\bby dose level\b",
    re.IGNORECASE,
)
SECOND = re.compile(r"\bphase\s*(?:2|II)[ab]?\b", re.IGNORECASE)


class Restriction(NamedTuple):
    """The words of a limit, and why the outcome is not analysed because of it (empty: it is, with a question)."""

    words: str
    reason: str


def restriction(measure: str) -> Restriction | None:
    """Return how the measure of an outcome limits it to some of the patients, None where it does not.

    >>> restriction("Cohort 6: Overall Response Rate").words, restriction("Overall response rate (ITT population)")
    ('Cohort 6', None)
    """
    text = re.sub(r"recommended phase\s*(?:2|II)", "", measure, flags=re.IGNORECASE)
    first, second = FIRST.search(text), SECOND.search(text)
    if first and not second:
        return Restriction(first.group(), "It belongs to phase I; topline runs the phase II of the trial.")
    part = PART.search(text)
    if part and not WHOLE.search(text):
        words = part.group().strip()
        reason = f"It is about some of the patients only ({words}); an analysis set for them has to be defined first."
        return Restriction(words, reason)
    return Restriction(second.group(), "") if second else None
