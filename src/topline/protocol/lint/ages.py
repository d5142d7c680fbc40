"""Ages in the criteria of a record: the limits that its items state, to hold the header against."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from topline.protocol.eligibility.items import Item
from topline.protocol.lint.find import holds
from topline.protocol.lint.subject import Subject

DAYS = {"year": 365.25, "yr": 365.25, "month": 30.4375, "week": 7.0, "day": 1.0, "hour": 1 / 24, "minute": 1 / 1440}
HEADER = re.compile(r"(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute)s?", re.IGNORECASE)
LONGEST = 160  # characters of an item in which its age stands

SENTENCE = re.compile(r"\n|[.;]\s")
UNIT = r"(?:years?|yrs?|months?|weeks?|days?)"
OLD = r"(?:[ -]olds?| of age)?"
NUMBER = r"(?<![\d.])\d{1,3}(?:\.\d+)?(?![\d.]*\s*(?:%|mg|kg|cm|mm|g/|ml))"
ABOUT_AGE = re.compile(
    rf"\bage[sd]?\b|\byears?[ -]olds?\b|\b{UNIT} of age\b|\b{UNIT}(?: old)? (?:or|and) (?:older|above)\b"
)
ELSEWHERE = (
    *("gestation", "lansky", "karnofsky", "creatinine", "menopaus", "childbearing", "child-bearing", "donor", "cohort"),
    *("bone age", "corrected", "contracept", "ejection", "appendix", "average", "partner", "at diagnosis", "matched"),
    *("time of diagnosis", "parent", "defined as", "guardian", "caregiver", "life expect", "any age", "potential"),
)
"""Words that say an age is not that of the candidates, or not of all of them."""

SYMBOLS = (
    (
        rf"({NUMBER}\s*{UNIT}?{OLD}),?\s*(?:\(inclusive\)\s*)?(?:or|and|&)\s*(?:older|above|over|greater|more|elder)\b",
        r"≥\1",
    ),
    (rf"({NUMBER}\s*{UNIT}?{OLD}),?\s*(?:or|and|&)\s*(?:younger|below|under|less)\b", r"≤\1"),
    (r"(?:greater|more|older|higher) than or equal to|>\s*/?\s*=|=\s*>|≧|⩾|at least|minimum(?: age)?(?: of)?", "≥"),
    (r"\bno(?:t be|t)? (?:less|younger) than|equal to or (?:greater|older) than", "≥"),
    (
        r"(?:less|younger) than or equal to|<\s*/?\s*=|≦|⩽|\bup to|\bno(?:t be|t)? (?:more|older|greater) than|at most",
        "≤",
    ),
    (r"\b(?:greater|more|older) than\b|\bover\b|\babove\b", ">"),
    (r"\b(?:less|younger) than\b|\bunder\b|\bbelow\b", "<"),
)
MEANING = tuple((re.compile(pattern), symbol) for pattern, symbol in SYMBOLS)
RANGE = re.compile(
    rf"(?P<low>{NUMBER})\s*(?P<first>{UNIT})?{OLD}\s*(?:\(inclusive\)\s*)?(?:-|–|—|~|～|to|and|through|till|until|,)\s*"
    rf"(?:age )?[≤<]?\s*(?P<high>{NUMBER})\s*(?:\(inclusive\)\s*)?(?P<unit>{UNIT})?"
)
WITHIN = re.compile(
    rf"(?P<low>{NUMBER})\s*(?P<first>{UNIT})?\s*[≤<]\s*(?:the )?age\s*[≤<]\s*(?P<high>{NUMBER})\s*(?P<unit>{UNIT})?"
)
SINGLE = re.compile(
    rf"(?P<sign>[≥>≤<])[\s(]*(?:the )?(?:age )?(?:of )?(?:or )?[≥≤)\s]*(?P<number>{NUMBER})\s*(?P<unit>{UNIT})?"
)


class Limits(NamedTuple):
    """The ages that a text admits: least and most [days], None where it has no such limit.

    `over` and `under` say that the least or most age itself is left out.
    """

    least: float | None = None
    most: float | None = None
    over: bool = False
    under: bool = False


def header_days(text: str | None) -> float | None:
    """Return an age of the header [days], None where there is no limit.

    >>> header_days("18 Years"), header_days("6 Months"), header_days("N/A")
    (6574.5, 182.625, None)
    """
    found = HEADER.search(text or "")
    return float(found[1]) * DAYS[found[2].lower()] if found else None


def stated_ages(subject: Subject) -> Iterator[tuple[Item, Limits]]:
    """Yield the inclusion items that begin with a limit of age and concern everybody, with the limits."""
    for item in subject.criteria_items.inclusion:
        head = subject.criteria.low[item.start : min(item.end, item.start + LONGEST)]
        if item.under or not holds(head, ("age", "year", "month")):
            continue
        head = SENTENCE.split(head, maxsplit=1)[0]
        if not holds(head, ELSEWHERE) and ABOUT_AGE.search(head):
            found = limits(head)
            if found.least is not None or found.most is not None:
                yield item, found


@lru_cache(maxsize=4096)
def limits(text: str) -> Limits:
    """Return the ages that a text in lower case admits, which is about age.

    >>> limits("age ≥ 18 years").least / 365.25, limits("patients aged 18 to 75 years").most / 365.25
    (18.0, 75.0)
    """
    for pattern, symbol in MEANING:
        text = pattern.sub(symbol, text)
    both = WITHIN.search(text) or RANGE.search(text)
    if both:
        high = both["unit"] or both["first"] or "year"
        least, most = _days(both["low"], both["first"] or high), _days(both["high"], high)
        if least < most:
            return Limits(least, most)
    return _single(text)


def _single(text: str) -> Limits:
    """Return the limits that stand apart, the first one of each kind."""
    found = Limits()
    for match in SINGLE.finditer(text):
        days, sign = _days(match["number"], match["unit"] or "year"), match["sign"]
        if sign in "≥>" and found.least is None:
            found = found._replace(least=days, over=sign == ">")
        elif sign in "≤<" and found.most is None:
            found = found._replace(most=days, under=sign == "<")
    return found


def _days(number: str, unit: str) -> float:
    """Return an age in days."""
    return float(number) * DAYS[unit.rstrip("s")]
