"""Limits of blood pressure that are written as a pair: `blood pressure > 150/90 mmHg`."""

import re

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.quantity import parse_comparator, skip
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Any, Compare, Manual, Node

NAME = re.compile(
    r"(?<![\w-])(?:(?:arterial\s)?blood\spressure|BP)\b(?:\s?\([^)]{1,40}\))?(?:\s(?:must\sbe"
    r"|should\sbe|is|of|readings?|values?|at\srest|:)){0,3}",
    re.IGNORECASE,
)
PAIR = re.compile(r"(\d{2,3})\s?/\s?(\d{2,3})\s?(?:mm\s?(?:of\s)?hg|mm\s?mercury)?(?![\w/])", re.IGNORECASE)
SYSTOLIC, DIASTOLIC = (70, 220), (40, 140)
ONE = "it is not said whether both pressures must be beyond the limit or one of them"


def find_pressures(text: str, polarity: Polarity) -> list[Match]:
    """Return the limits of blood pressure of an item.

    Demanded is that both pressures keep the limit; who exceeds it in one of them, exceeds it.

    >>> find_pressures("blood pressure > 150/90 mmHg", "exclusion")[0].node.parts
    (Compare(column='SBP', operator='>', value=150.0, of=''), Compare(column='DBP', operator='>', value=90.0, of=''))
    """
    return [match for name in NAME.finditer(text) if (match := _pressure(text, name, polarity))]


def _pressure(text: str, name: re.Match[str], polarity: Polarity) -> Match | None:
    comparator = parse_comparator(text, skip(text, name.end()))
    pair = PAIR.match(text, skip(text, comparator.end)) if comparator else None
    if comparator is None or pair is None:
        return None
    high, low = float(pair[1]), float(pair[2])
    words, end = text[name.start() : pair.end()], pair.end()
    good = comparator.operator.startswith("<")
    if not (SYSTOLIC[0] <= high <= SYSTOLIC[1] and DIASTOLIC[0] <= low <= DIASTOLIC[1] and low < high):
        return Match(name.start(), end, Manual(words, "no plausible blood pressure"), "pressure")
    if good != (polarity == "inclusion"):
        return Match(name.start(), end, Manual(words, "the direction of the limit does not fit its list"), "pressure")
    parts = Compare("SBP", comparator.operator, high), Compare("DBP", comparator.operator, low)
    node: Node = Bounds.exact(All(parts) if good else Any(parts)).node(words, ONE)
    return Match(name.start(), end, node, "pressure")
