"""Age, sex, and whether candidates are healthy volunteers."""

import math
import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.comparison import BOUND, RANGE, operator_of
from topline.protocol.eligibility.connect import every, leaves, some
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Compare, Manual, Node, Operator

UNIT = r"(?P<unit>years?|yrs?\.?|y/?o\b|months?|mos?\b|weeks?|days?)"
OLD = r"(?:[ -]?(?:of age|old|olds)\b)?"
MUST_OLD = r"(?:[ -]?(?:of age|old|olds)\b|(?<=yo)|(?<=y/o))"
AGED = (
    r"\b(?:the\s)?ages?d?\b(?:\s(?:of|is|are|was|range[ds]?|must\sbe|should\sbe|limits?|between|from|"
    r"the\spatients?|patients?|subjects?|at\s(?:enrol+ment|screening|consent|(?:study\s)?entry)|"
    r"\(years\)))*\s?[:,]?\s?(?:of\s|between\s|from\s|is\s)?"
)
TAIL = re.compile(
    r"(?:\s?[(,]?\s?(?:inclusive|including\sboth\sends|both\sinclusive|"
    r"including\s[0-9]+\sand\s[0-9]+(?:\syears(?:\sold)?)?)\)?)?"
    r"(?:,?\s(?:at|on|as\sof)\s(?:the\s)?(?:time|day|date)?\s?(?:of|when)?\s?(?:the\s)?(?:signing|"
    r"signature|providing|giving|obtaining|signed)?(?:\sof)?\s?"
    r"(?:the\s|their\s)?(?:written\s)?(?:informed\s)?(?:consent(?:\sform)?|ICF|enrol+ment|screening|"
    r"registration|randomi[sz]ation|study\sentry|inclusion)\b(?:\s\(ICF\))?)?",
    re.IGNORECASE,
)
SECOND = BOUND.replace("P<", "P<second_")
PATTERNS = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"\bat\sleast\sage\s(?:of\s)?(?P<bare>\d{1,3})(?P<after>)(?:\s(?P<unit>years?))?",
        rf"(?:\bbetween\s)?{AGED}{RANGE}\s?(?:{UNIT}{OLD})?",
        rf"{AGED}(?P<bare>\d{{1,3}}),?\s(?P<after>(?:or|and)\s(?:older|over|above|greater|younger|under|below))\b(?!\sthan)",
        rf"{AGED}{BOUND}\s?(?:{UNIT}{OLD})?(?!\s?(?:mg|g|kg|%|x|×))(?:,?\s?(?P<joint>and|or|but|"
        rf"to)?\s?{SECOND}\s?(?:years?{OLD})?)?",
        rf"(?<![\w.-])(?:between\s|from\s|of\s)?(?:the\sages\sof\s)?{RANGE}[\s-]?{UNIT}{MUST_OLD}",
        rf"(?<![\w.-]){BOUND}\s?(?:years?(?:\sold|\sof\sage)?)?,?\s?(?P<joint>and|or|but|to)?\s?{SECOND}[\s-]?{UNIT}{MUST_OLD}",
        rf"(?<![\w.-]){BOUND}[\s-]?{UNIT}{MUST_OLD}(?:\s?(?P<after>(?:or|and)\s(?:older|over|above|younger|"
        rf"under|below)))?",
        rf"(?<![\w.-])(?:{AGED})?(?P<bare>\d{{1,3}})[\s-]?{UNIT}{OLD}(?:\sof\sage)?,?\s(?P<after>(?:or|"
        rf"and)\s(?:older|over|above|greater|younger|under|below))(?!\sthan)(?:\sof\sage)?",
        r"(?P<word>(?:over|under|above|below|older\sthan|"
        r"younger\sthan)\sthe\sage\sof\s)(?P<bare>\d{1,3})(?:\s(?P<unit>years?))?",
        r"(?<![\w.-])(?P<word>(?:older|younger)\sthan\s)(?P<bare>\d{1,3})\s(?P<unit>years?)",
        r"(?<![\w.-])(?P<low>\d{1,3})\s?(?:years?(?:\sold)?)?\s?(?P<lowop>≤|<=|<)\s?age\s?(?P<highop>≤|<=|"
        r"<)\s?(?P<high>\d{1,3})\s?(?P<unit>years?)?(?:\sold)?",
    )
)
ANOTHER_TIME = re.compile(
    r"\s?[,(]?\s?(?:at|of|before|after|since|from|prior\sto|for|ago|duration|post|and\s(?:their|his|her))\b",
    re.IGNORECASE,
)
ANOTHER_AGE = re.compile(
    r"\b(?:gestational|bone|mental|onset|diagnosis|mother|father|donor|sibling|biological)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
PER_YEAR = {"y": 1.0, "m": 12.0, "w": 365.25 / 7, "d": 365.25}
OLDEST_MINOR = 21
BOTH = re.compile(
    r"\b(?:(?:both\s)?(?:male|men|m[ae]n)s?\s?(?:and(?:/or)?|or|/|&)\s?(?:female|women|woman)s?|(?:female|"
    r"women|woman)s?\s?(?:and(?:/or)?|or|/|&)\s?(?:male|men|man)s?"
    r"|(?:both|either|any|all)\s(?:sex(?:es)?|genders?)|(?:regardless\sof|irrespective\sof|unlimited|"
    r"no\slimit(?:s|ation)?\son)\s(?:sex|gender))"
    r"(?:\s(?:patients?|subjects?|participants?|volunteers))?(?=[\s,;.)]|$)",
    re.IGNORECASE,
)
ONE_SEX = re.compile(
    r"(?:(?<=^)|(?<=[;.\n]\s))(?:adult\s)?(?P<f>females?|women|woman)?(?P<m>males?|men|"
    r"man)?(?:\s(?:patients?|subjects?|participants?|only|gender|sex))*(?=\s?(?:$|[,;.]|aged?\b|between|"
    r"from|with|who|[≥>≤<0-9]|over|older|at least))",
    re.IGNORECASE,
)
ADULT = re.compile(
    r"\badults?(?:\s(?:patients?|subjects?|participants?|m[ae]les?|females?))?\b(?!\s?[(:,]?\s?(?:aged|age|≥|>))",
    re.IGNORECASE,
)
HEALTHY = re.compile(
    r"\bhealthy\s(?:volunteers?|controls?(?:\ssubjects?)?|individuals|subjects?|adults?)\b", re.IGNORECASE
)
WHOLE_YEARS = "ages are in whole years: at this age a person decides"


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of age and sex.

    Ages are years (AGE, whole years as they are recorded): where a limit lies between two whole years, or is an open
    `over 18`, a person decides for the candidates of that very age.

    >>> [match.node for match in find("Age >= 18 years", "inclusion")]
    [Compare(column='AGE', operator='>=', value=18, of='')]
    >>> find("Aged 18 or over at first diagnosis", "inclusion")
    []
    """
    return [*_ages(text, polarity), *_sexes(text), *_healthy(text)]


def _ages(text: str, polarity: Polarity) -> Iterator[Match]:
    for pattern in PATTERNS:
        for found in pattern.finditer(text):
            start, end = found.start(), _end(text, found.end())
            if ANOTHER_TIME.match(text, end) or ANOTHER_AGE.search(text[max(0, start - 30) : start]):
                continue
            node = _age(found.groupdict(), polarity)
            if node is not None:
                yield Match(start, end, _or_manual(node, found.groupdict(), (text[start:end], polarity)), "age")
    for found in ADULT.finditer(text):
        node = Bounds(Compare("AGE", ">=", 21), Compare("AGE", ">=", 18)).node(
            found.group(), "who is adult differs by country"
        )
        if polarity == "inclusion":
            yield Match(found.start(), found.end(), node, "age")


def _end(text: str, end: int) -> int:
    """Return where an age ends, with words that only say that it is the present one."""
    tail = TAIL.match(text, end)
    return tail.end() if tail and tail.group().strip() else end


def _age(told: dict[str, str | None], polarity: Polarity) -> Node | None:
    """Return the condition on AGE of what a pattern found."""
    per = PER_YEAR[(told.get("unit") or "y")[0].lower()]
    limits: list[tuple[Operator, float]] = []
    if told.get("low") and told.get("high"):
        own = PER_YEAR[(told.get("lowunit") or told.get("unit") or "y")[0].lower()]
        limits.append((">" if told.get("lowop") == "<" else ">=", float(told["low"] or 0) * per / own))
        limits.append(("<" if told.get("highop") == "<" else "<=", float(told["high"] or 0)))
    limits += [
        (operator, float(str(told[f"{prefix}number"])))
        for prefix in ("", "second_")
        if told.get(f"{prefix}number") and (operator := operator_of(told, prefix))
    ]
    if told.get("bare"):
        words = (told.get("after") or told.get("word") or "").lower()
        upper = any(word in words for word in ("younger", "under", "below"))
        strict = bool(told.get("word"))
        limits.append((("<" if strict else "<=") if upper else (">" if strict else ">="), float(str(told["bare"]))))
    either = told.get("joint") == "or"
    if not limits or any(value / per > 120 for _, value in limits) or (either and polarity == "inclusion"):
        return None
    nodes = tuple(_limit(operator, value / per) for operator, value in limits)
    return some(nodes) if either else every(nodes)


def _limit(operator: Operator, years: float) -> Node:
    """Return a limit on AGE, which is recorded in whole years."""
    whole = years.is_integer()
    if whole and operator != ">":
        return Compare("AGE", operator, int(years))
    low, high = math.floor(years), math.floor(years) + 1
    lower = operator in (">", ">=")
    sure, possible = (
        (Compare("AGE", ">=", high), Compare("AGE", ">=", low))
        if lower
        else (Compare("AGE", "<", low), Compare("AGE", "<", high))
    )
    return Bounds(sure, possible).node(f"age {operator} {years:g} years", WHOLE_YEARS)


def _or_manual(node: Node, told: dict[str, str | None], place: tuple[str, Polarity]) -> Node:
    """Return the condition, or a question to a person where the section contradicts the words."""
    words, polarity = place
    if polarity == "inclusion":
        return node
    lower = [leaf for leaf in leaves(node) if isinstance(leaf, Compare)]
    young = any(leaf.operator in (">", ">=") and float(leaf.value) <= OLDEST_MINOR for leaf in lower)
    if isinstance(node, All) or young or not lower:
        return Manual(words, "an exclusion criterion that names the ages of those who may enrol")
    return node


def _sexes(text: str) -> Iterator[Match]:
    for found in BOTH.finditer(text):
        yield Match(found.start(), found.end(), All(()), "sex")
    for found in ONE_SEX.finditer(text):
        if bool(found["f"]) != bool(found["m"]):
            yield Match(found.start(), found.end(), Compare("SEX", "=", "F" if found["f"] else "M"), "sex")


def _healthy(text: str) -> Iterator[Match]:
    for found in HEALTHY.finditer(text):
        yield Match(found.start(), found.end(), Compare("HEALTHY", "=", "Y"), "healthy")
