"""Limits of protein in urine by dipstick: plus signs."""

import re

from topline.protocol.eligibility.concepts.quantity import parse_comparator, skip
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Compare, Manual, Operator

NAME = re.compile(
    r"(?<![\w-])(?:(?:routine\s)?(?:urine|urinary)\s(?:dipstick\s(?:for\s)?)?(?:protein"
    r"(?:uria)?|dipstick)|proteinuria|dipstick\sproteinuria)"
    r"(?:\s(?:by|on|in)\s(?:urine\s)?dipstick)?(?:\s(?:must\sbe|should\sbe|is|of|level|value"
    r"|test|result|qualitative|:)){0,3}",
    re.IGNORECASE,
)
PLUS = re.compile(
    r"(?:(?P<digit>[1-4])\s?\+|\+\s?(?P<sign>[1-4])|(?P<pluses>\+{1,4}))(?!\d)(?:\s(?:by"
    r"|on)\s(?:urine\s)?(?:dipstick|urinalysis))?",
    re.IGNORECASE,
)
MORE = re.compile(r"\s?(?:or\s(?:more|greater|higher|above))\b", re.IGNORECASE)


def find_dipsticks(text: str, polarity: Polarity) -> list[Match]:
    """Return the limits of protein in urine that are counted in plus signs.

    >>> [match.node for match in find_dipsticks("urine protein >= 2+", "exclusion")]
    [Compare(column='UPROTD', operator='>=', value=2.0, of='')]
    """
    return [match for name in NAME.finditer(text) if (match := _dipstick(text, name, polarity))]


def _dipstick(text: str, name: re.Match[str], polarity: Polarity) -> Match | None:
    comparator = parse_comparator(text, skip(text, name.end()))
    signs = PLUS.match(text, skip(text, comparator.end) if comparator else skip(text, name.end()))
    if signs is None:
        return None
    more = MORE.match(text, signs.end())
    end = more.end() if more else signs.end()
    operator: Operator | None = comparator.operator if comparator else ">=" if more else None
    words = text[name.start() : end]
    if operator is None or (operator.startswith("<") != (polarity == "inclusion")):
        return Match(name.start(), end, Manual(words, "the direction of the limit is not certain"), "dipstick")
    count = float(signs["digit"] or signs["sign"] or len(signs["pluses"]))
    return Match(name.start(), end, Compare("UPROTD", operator, count), "dipstick")
