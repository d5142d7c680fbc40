"""Another malignancy than the one under study: present, needing treatment, or within so many years; exceptions."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST, Mention, stated
from topline.protocol.eligibility.concepts.condition import flag
from topline.protocol.eligibility.concepts.window import BEFORE, SPAN, days_of, parse_anchor
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Compare, Manual, Not

OTHER = r"(?:other|another|second(?:ary)?|additional|concurrent|concomitant|synchronous|different|previous|prior)"
TUMOUR = r"(?:malignan(?:cy|cies)|malignant\s(?:tumou?rs?|diseases?|neoplasms?)|(?:invasive\s)?cancers?)"
NAME = re.compile(
    r"(?<![\w-])(?P<past>(?:(?:known\s)?history\sof|prior\sor\sconcurrent"
    r"|previous\sor\s(?:current|concurrent)|current\sor\sprior)\s)?(?:(?:an?|any|active"
    r"|known)\s){0,4}"
    rf"{OTHER}\s(?:(?:known|active|primary|invasive|concurrent)\s){{0,2}}{TUMOUR}(?:\s\([^()]{{1,30}}\))?(?![\w-])",
    re.IGNORECASE,
)
TREATED = re.compile(
    r"\s(?:that\s|which\s)?(?:require(?:s|d)?|requiring|needing|need(?:s)?)\s(?:(?:active"
    r"|systemic|anti-?cancer)\s)?(?:treatment|therapy)(?![\w-])",
    re.IGNORECASE,
)
RECENT = re.compile(
    r"\s?,?\s?(?:diagnosed\s|occurring\s|active\s)?(?:with)?in\s(?:the\s)?(?:(?:past|last"
    rf"|previous|prior|preceding)\s)?{SPAN}(?!\w)",
    re.IGNORECASE,
)
BESIDES = (
    r"(?:except(?:ing|ed)?(?:\s(?:for|that|in))?:?|excluding|other\sthan"
    r"|with\sthe\sexceptions?\sof|unless|apart\sfrom|but\snot)\s"
)
EXCEPTIONS = (
    re.compile(rf"\s?,?\s?\(\s?{BESIDES}(?P<what>(?:[^();\n]|\([^()]{{0,80}}\)){{1,600}})\)", re.IGNORECASE),
    re.compile(rf"\s?,?\s?{BESIDES}(?P<what>[^;\n]{{1,600}}?)(?=\.\s|\.?$|;|\n)", re.IGNORECASE),
)
NESTED = re.compile(r"\b(?:unless|except\w*|excluding|other\sthan|but|provided)\b", re.IGNORECASE)
"""Exceptions in an exception: whether they spare a patient is asked of the whole statement."""
PRESENT = flag("OTHMAL")
EXCEPTED = "an exception that the patient table does not hold: skin, cervix in situ, treated long ago ..."
ACTIVE = re.compile(r"\bactive\b", re.IGNORECASE)
NEITHER = (
    "the patient table tells of another malignancy ever, and of one that "
    "needs treatment; not of one that is merely there"
)


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of other malignancies.

    >>> find("Patients with other malignant tumors requiring treatment.", "exclusion")[0].node
    All(parts=(Compare(column='OTHMAL', operator='=', value='Y', of=''), Compare(column='OTHMALTX', ...)))
    >>> find("Another malignancy within 5 years", "exclusion")[0].node.parts[1]
    Compare(column='OTHMALYR', operator='<=', value=5.0, of='')
    """
    return list(_matches(text, polarity)) if len(text) <= LONGEST else []


def _matches(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in NAME.finditer(text):
        bounds, end = _bounds(text, found)
        exception = next((hit for pattern in EXCEPTIONS if (hit := pattern.match(text, end))), None)
        if exception:
            nested = NESTED.search(exception["what"]) is not None
            bounds = bounds.restricted if nested else _excepted(bounds, exception["what"].strip(" )"))
            end = exception.end()
        mention = Mention(found.start(), end, bounds, "other-malignancy", ever=True, closed=True, doubt=NEITHER)
        yield stated(text, mention, polarity)


def _bounds(text: str, found: re.Match[str]) -> tuple[Bounds, int]:
    """Return what is said of another malignancy, and where the words end."""
    if treated := TREATED.match(text, found.end()):
        return Bounds.exact(All((PRESENT, flag("OTHMALTX")))), treated.end()
    if recent := RECENT.match(text, found.end()):
        years = days_of(recent) / 365.25
        before = BEFORE.match(text, recent.end())
        anchor = parse_anchor(text, before.end()) if before else None
        bounds = Bounds.exact(All((PRESENT, Compare("OTHMALYR", "<=", float(round(years, 2))))))
        return (bounds.restricted if ACTIVE.search(found.group()) else bounds), anchor[1] if anchor else recent.end()
    if ACTIVE.search(found.group()):
        return Bounds(None, PRESENT), found.end()
    ever = found["past"] or re.search(r"previous|prior", found.group(), re.IGNORECASE)
    return Bounds.exact(PRESENT) if ever else Bounds(All((PRESENT, flag("OTHMALTX"))), PRESENT), found.end()


def _excepted(bounds: Bounds, what: str) -> Bounds:
    """Return a fact with its exception, which a person judges."""
    spared = Not(Manual(what, EXCEPTED))
    cut = [
        None if node is None else All((*(node.parts if isinstance(node, All) else (node,)), spared))
        for node in (bounds.narrow, bounds.wide)
    ]
    return Bounds(cut[0], cut[1])
