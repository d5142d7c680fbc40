"""The heart: failure by NYHA class, infarction ever, hypertension that drugs do not control."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST, Mention, stated
from topline.protocol.eligibility.concepts.condition import Condition, find_conditions, flag, named
from topline.protocol.eligibility.concepts.quantity import parse_comparator, skip
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Compare, Node

FAILURE = r"(?:(?:symptomatic|chronic)\s)?(?:congestive\s)?(?:heart|cardiac)\s(?:failure|insufficiency|function)|CHF"
NYHA = re.compile(
    rf"(?<![\w-])(?:(?:{FAILURE})\s?,?\s?[\[(]?\s?(?:of\s|with\s|defined\sas\s|according\sto\s(?:the\s)?)?)?"
    r"(?:(?:grade|class)\s(?P<early>(?:[≥>]\s?=?\s?)?(?:IV|I{1,3}|[1-4])(?:\s?(?:-|–|~|/|or"
    r"|and|to)\s?(?:IV|I{1,3}|[1-4]))?(?:\sor\s(?:above|higher|greater|worse))?)\s(?:by|of|according\sto)\s(?:the\s)?)?"
    r"(?:New\sYork\sHeart\sAssociation(?:\s?[\[(]NYHA[\])])?|NYHA)\)?\s?(?:functional\s"
    r"|heart\sfunction\s|cardiac\sfunction\s)?(?:class(?:ification)?|grade|stage)?\s?",
    re.IGNORECASE,
)
CLASS = re.compile(
    r"(?:(?:class|grade|stage)\s)?(?P<low>IV|I{1,3}|[1-4])(?:\s?(?:-|–|~|/|or|and"
    r"|to)\s?(?:class\s|grade\s)?(?P<high>IV|I{1,3}|[1-4]))?(?P<more>\s(?:or|and)\s(?:above"
    r"|higher|greater|worse|more)|\+)?(?:\s?(?:congestive\s)?(?:heart\sfailure"
    r"|CHF))?[\])]?(?![\w-])",
    re.IGNORECASE,
)
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
CONDITIONS = (
    Condition(
        named(
            r"(?:uncontrolled|poorly controlled|inadequately controlled"
            r"|refractory) (?:arterial )?hypertension|hypertension (?:that |which )?(?:is |are "
            r"|cannot be |can not be )?(?:not )?(?:well |adequately |poorly )?(?:uncontrolled"
            r"|controlled)(?: by (?:drugs|medication))?"
        ),
        Bounds.exact(flag("HYPERT")),
        "hypertension",
        closed=True,
    ),
    Condition(named(r"(?:acute )?myocardial infarction"), Bounds(None, flag("MIFL")), "infarction", ever=True),
    Condition(named(r"unstable angina(?: pectoris)?"), Bounds(None, flag("ANGFL")), "angina", ever=True),
    Condition(named(r"strokes?|cerebrovascular accidents?"), Bounds(None, flag("STROKFL")), "stroke", ever=True),
    Condition(named(r"(?:congestive )?heart failure"), Bounds.exact(Compare("NYHA", ">=", 1)), "heart-failure"),
    Condition(
        named(r"(?:cardiac )?arrhythmias?|coronary (?:artery|heart) disease|myocardial isch?a?emia"),
        Bounds(None, Compare("HEARTDIS", "<>", "NONE")),
        "heart-disease",
    ),
)
CONTROLLED = re.compile(
    r"(?<!not )(?<!un)(?<!poorly )(?<!inadequately )(?:well |adequately )?controlled", re.IGNORECASE
)
DEFINED = re.compile(r"\s?(?:[(:]|,?\s?(?:defined|i\.e\.))")


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of the heart.

    >>> find("NYHA class III or IV", "exclusion")[0].node
    Compare(column='NYHA', operator='>=', value=3, of='')
    """
    if len(text) > LONGEST:
        return []
    classes = list(_classes(text, polarity))
    others = [match for match in find_conditions(text, polarity, CONDITIONS) if _sound(text, match)]
    return [
        *classes,
        *(one for one in others if not any(one.start < two.end and two.start < one.end for two in classes)),
    ]


def _sound(text: str, match: Match) -> bool:
    """Return whether hypertension is really called uncontrolled, and not defined by what follows."""
    words = text[match.start : match.end]
    return match.concept != "hypertension" or not (CONTROLLED.search(words) or DEFINED.match(text, match.end))


def _classes(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in NYHA.finditer(text):
        place = found.start("early") if found["early"] else skip(text, found.end())
        comparator = parse_comparator(text, place)
        one = CLASS.match(text, skip(text, comparator.end) if comparator else place)
        if one is None:
            continue
        bounds = _grade(one, comparator.operator if comparator else "", polarity)
        end = max(found.end(), one.end())
        end = len(text[:end].rstrip())
        if "(" not in text[found.start() : end] and "[" not in text[found.start() : end] and text[end - 1] in ")]":
            end -= 1
        yield stated(text, Mention(found.start(), end, bounds, "nyha", wanted=True, closed=True), polarity)


def _grade(found: re.Match[str], operator: str, polarity: Polarity) -> Bounds:
    """Return the classes that are named.

    A range up to the worst class has no upper end. That a class which an exclusion criterion names alone leaves out
    those worse than it, that an inclusion of the first class leaves out those without heart failure, and that an
    exclusion of the better classes is meant, a person says.
    """
    low, high = _number(found["low"]), _number(found["high"] or found["low"])
    if operator == ">=" or found["more"] or (not operator and high == 4):
        return Bounds.exact(Compare("NYHA", ">=", low))
    if operator == ">":
        return Bounds.exact(Compare("NYHA", ">", low))
    if operator:
        least = Compare("NYHA", "<" if operator == "<" else "<=", low)
        return Bounds.exact(least) if polarity == "inclusion" else Bounds(None, None)
    same: Node = Compare("NYHA", "=", low)
    named_only = same if low == high else All((Compare("NYHA", ">=", low), Compare("NYHA", "<=", high)))
    if polarity == "exclusion":
        return Bounds(named_only, Compare("NYHA", ">=", low))
    return Bounds(named_only, Compare("NYHA", "<=", high)) if low == 1 else Bounds.exact(named_only)


def _number(words: str) -> int:
    return ROMAN[words.lower()] if words.lower() in ROMAN else int(words)
