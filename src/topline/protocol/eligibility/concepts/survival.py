"""Expected survival, in months."""

import math
import re

from topline.protocol.eligibility.concepts.comparison import BOUND, NUMBER, operator_of
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Compare, Manual, Node, Operator

EXPECTED = (
    r"\b(?:(?:an?\s)?(?:estimated|expected|anticipated|predicted|minimum)?\s?life[\s-](?:expectancy|span)|"
    r"(?:expected|estimated|anticipated|predicted)\s"
    r"(?:overall\s)?survival(?:\s(?:period|time|duration))?|survival\sexpectancy|expected\sto\s(?:survive|live))"
    r"(?:\s(?:period|time|is|of|for|a|an|must|should|be|will|the|after\sBNCT))*[\s:,]{0,2}"
)
UNIT = r"[\s-]?(?P<unit>months?|weeks?|years?|days?)\b"
PATTERN = re.compile(
    rf"{EXPECTED}(?:{BOUND}{UNIT}|(?P<bare>{NUMBER}){UNIT.replace('P<unit>', 'P<unit2>')}\s?(?:or|"
    rf"and)\s(?P<dir>more|longer|greater|over|less|shorter))",
    re.IGNORECASE,
)
JUDGED = re.compile(
    r"\s?,?\s?\(?(?:(?:in|per|by|according\sto)\sthe\s(?:opinion|judge?ment|assessment|estimat\w+)\sof\sthe\s"
    r"(?:treating\s)?(?:investigators?|physician)|in\sthe\s(?:treating\s)?(?:investigator|physician)(?:'|’)s\s"
    r"(?:clinical\s|best\s)?(?:opinion|judge?ment|assessment)|(?:as\s)?(?:judged|assessed|estimated|determined)\sby\sthe\s"
    r"(?:treating\s)?(?:investigators?|physician))\)?(?=\s?(?:[.;,)]|$))",
    re.IGNORECASE,
)
"""Who expects it: LIFEEXP is what the physician expects."""
PER_MONTH = {"m": 1.0, "w": 365.25 / 12 / 7, "d": 365.25 / 12, "y": 1 / 12}
DIRECTION = "the limit has the contrary direction of its section: it may be meant as the opposite"


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of expected survival. A month is 365.25 / 12 days, so twelve weeks are 2.7598 months.

    Limits are rounded so that the length itself is on the same side however it was rounded: `>= 2.7597`, `> 2.76`.

    >>> [match.node for match in find("Life expectancy of at least 3 months", "inclusion")]
    [Compare(column='LIFEEXP', operator='>=', value=3.0, of='')]
    >>> [match.node for match in find("an expected survival period of < 12 weeks", "exclusion")]
    [Compare(column='LIFEEXP', operator='<', value=2.7597, of='')]
    """
    return [_match(found, polarity) for found in PATTERN.finditer(text)]


def _match(found: re.Match[str], polarity: Polarity) -> Match:
    """Return what one place says."""
    told = found.groupdict()
    operator: Operator = operator_of(told) or (
        ">=" if told["dir"].lower() in ("more", "longer", "greater", "over") else "<="
    )
    value = float(told["number"] or told["bare"])
    months = value / PER_MONTH[(told["unit"] or told["unit2"])[0].lower()]
    node: Node = Compare("LIFEEXP", operator, _limit(months, operator))
    if operator.startswith("<" if polarity == "inclusion" else ">"):
        node = Manual(found.group().strip(), DIRECTION)
    judged = JUDGED.match(found.string, found.end())
    return Match(found.start(), judged.end() if judged else found.end(), node, "life expectancy")


def _limit(months: float, operator: Operator) -> float:
    """Return a limit on whose right side its own length is, exact or rounded to two places.

    >>> _limit(84 * 12 / 365.25, ">="), _limit(84 * 12 / 365.25, ">"), _limit(3.0, ">=")
    (2.7597, 2.76, 3.0)
    """
    if operator in (">=", "<"):
        return math.floor(round(months, 6) * 10_000) / 10_000
    return math.ceil(round(months, 6) * 100) / 100
