"""How long a time frame reaches: the longest stretch of time that a text names, in months."""

import re
from typing import NamedTuple

from topline.protocol.lint.find import holds

MONTHS = {"hour": 1 / 730.5, "day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "year": 12.0}
"""Length of a unit in months of 30.44 days."""

_WORDS = (
    *(("a", "an", "one"), ("two",), ("three",), ("four",), ("five",), ("six",), ("seven",), ("eight",), ("nine",)),
    *(("ten",), ("eleven",), ("twelve",)),
)
_NUMBERS = {word: number for number, words in enumerate(_WORDS, 1) for word in words} | {
    "eighteen": 18,
    "twenty-four": 24,
}

_UNIT = r"(hour|day|week|month|year)s?"
_AMOUNT = r"\d{1,4}(?:\.\d+)?"
_TAIL = rf"[\s-]*(?:calendar |full )?{_UNIT}\b(?!\s*(?:old|of age|before|prior|ago))"
_COUNTED = re.compile(rf"({_AMOUNT})(?:\s*(?:-|–|to|or|and|~)\s*({_AMOUNT}))?{_TAIL}")
_IN_WORDS = re.compile(rf"\b({'|'.join(sorted(_NUMBERS, key=len, reverse=True))}){_TAIL}")
_STEMS = (*(word for word in _NUMBERS if len(word) > 2), *(f"a{n} {unit}" for n in ("", "n") for unit in MONTHS))
_NUMBERED = re.compile(rf"{_UNIT}\s*(\d{{1,4}})\b(?!\s*(?:hour|day|week|month|year|%))")


class Duration(NamedTuple):
    """A stretch of time in a text: its length in months, from character `start` up to `end`."""

    months: float
    start: int
    end: int


def longest(low: str) -> Duration | None:
    """Return the longest stretch of time that a text in lower case names, None where it names none.

    >>> round(longest("every 6 weeks, assessed up to 2 years").months, 1)
    24.0
    >>> longest("week 26")
    Duration(months=5.97..., start=0, end=7)
    """
    if not holds(low, MONTHS):
        return None
    found = [_counted(match) for match in _COUNTED.finditer(low) if _begins(low, match.start())]
    found += [Duration(int(match[2]) * MONTHS[match[1]], *match.span()) for match in _NUMBERED.finditer(low)]
    if holds(low, _STEMS):
        words = _IN_WORDS.finditer(low)
        found += [Duration(_NUMBERS[match[1]] * MONTHS[match[2]], *match.span()) for match in words]
    return max(found, default=None)


def _begins(low: str, start: int) -> bool:
    """Return whether a number begins here, and not inside a word or another number."""
    return start == 0 or not (low[start - 1].isalnum() or low[start - 1] in "./-")


def _counted(match: re.Match[str]) -> Duration:
    """Return the duration of "6 months" or "6-8 months", by its longer number."""
    return Duration(max(float(match[1]), float(match[2] or 0)) * MONTHS[match[3]], *match.span())
