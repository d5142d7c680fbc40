"""Toxicity that earlier treatment has left: recovery to a grade."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Any, Compare, Manual, Node

TOXIC = re.compile(
    r"(?:(?:all|any|the|acute|clinically\ssignificant|unresolved|residual|persistent|ongoing|reversible)\s){0,3}"
    r"(?:toxicit(?:y|ies)|toxic\s(?:effects?|reactions?)|adverse\s(?:events?|reactions?"
    r"|effects?)|side\seffects?)(?=\W)",
    re.IGNORECASE,
)
BETWEEN = r"(?:[^.;\n<>≥≤]{0,140}?)"
CTCAE = r"(?:\(?(?:NCI[\s-]?)?CTCAE(?:\s?,?\s?(?:v(?:ersion)?\.?\s?)?\d(?:\.\d)?)?\)?\s?,?\s?)?"
GRADE = (
    r"(?:(?:(?:≤|<\s?=)\s?grade\s?(?P<a>[0-3])|grade\s?(?:≤|<\s?=)\s?(?P<b>[0-3])"
    r"|grade\s?0\s?(?:-|–|~|or|to)\s?(?P<c>[1-3])|grade\s(?P<d>[0-3])\s(?:or\s(?:less|lower"
    r"|below|better)))"
)
RECOVERED = re.compile(
    rf"{BETWEEN}(?P<not>\b(?:not|yet\sto|failed\sto)\s(?:\w+\s){{0,3}})?(?:recover\w*|resol\w+"
    rf"|return\w*|improve\w*|subsided)\sto\s{CTCAE}{GRADE})",
    re.IGNORECASE,
)
ABOVE = re.compile(
    rf"{BETWEEN}(?:of\s|to\s)?{CTCAE}(?:(?:>|greater\sthan|above"
    r"|higher\sthan)\s?(?:CTCAE\s)?grade\s?(?P<more>[0-3])|grade\s?(?:>"
    r"|greater\sthan)\s?(?P<after>[0-3])|(?:≥|>\s?=)\s?grade\s?(?P<least>[1-4])|grade\s?(?:≥"
    r"|>\s?=)\s?(?P<last>[1-4]))",
    re.IGNORECASE,
)
CAUSE = re.compile(r"prior|previous|earlier|past|residual|unresolved|persist|recover|resolv", re.IGNORECASE)
AUTHORITY = re.compile(
    r"\s?[)]?\s?[(]?(?:(?:per|of|by|according\sto|as\sper)\s)?(?:the\s)?(?:NCI[\s-]?)?CTCAE"
    r"(?:\s?,?\s?(?:v(?:ersion)?\.?\s?)?\d(?:\.\d{1,2})?)?[)]?",
    re.IGNORECASE,
)
REST = re.compile(r"(?:[^.;\n]|\.(?=\d)){0,400}")
MORE = re.compile(
    r"\b(?:except\w*|excluding|other\sthan|unless|baseline|allow\w*|apart|alopecia|may|can|or)\b", re.IGNORECASE
)
EXCEPTED = "an exception or alternative that the patient table does not hold"


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of toxicity left from earlier treatment.

    >>> find("Toxicities of prior therapy have recovered to grade 0-1", "inclusion")[0].node
    Compare(column='TOXGRADE', operator='<=', value=1.0, of='')
    >>> find("Unresolved toxicity from prior therapy greater than grade 2", "exclusion")[0].node
    Compare(column='TOXGRADE', operator='>', value=2.0, of='')
    """
    return list(_matches(text, polarity)) if len(text) <= LONGEST else []


def _matches(text: str, polarity: Polarity) -> Iterator[Match]:
    at = 0
    while (name := TOXIC.search(text, at)) is not None:
        at = name.end()
        read = _read(text, name.end())
        if read is None or not CAUSE.search(text[name.start() : read[1]]):
            continue
        bad, at = read
        authority = AUTHORITY.match(text, at)
        at = authority.end() if authority else at
        rest = REST.match(text, at)
        tail = rest.group().strip() if rest else ""
        end = rest.end() if rest and MORE.search(tail) else at
        words = text[name.start() : end]
        yield Match(name.start(), end, _node(bad, tail if end > at else "", words, polarity), "toxicity")


def _read(text: str, at: int) -> tuple[Node, int] | None:
    """Return what is bad: a grade that is too high; and where the words end."""
    recovered = RECOVERED.match(text, at)
    if recovered:
        grade = next(recovered[name] for name in "abcd" if recovered[name] is not None)
        fine: Node = Compare("TOXGRADE", "<=", float(grade))
        denied = recovered["not"] or re.search(r"\bnot\b", recovered.group(), re.IGNORECASE)
        return (Compare("TOXGRADE", ">", float(grade)) if denied else fine), recovered.end()
    above = ABOVE.match(text, at)
    if above is None:
        return None
    strict = above["more"] or above["after"]
    return Compare("TOXGRADE", ">" if strict else ">=", float(strict or above["least"] or above["last"])), above.end()


def _node(stated: Node, tail: str, words: str, polarity: Polarity) -> Node:
    """Return the statement with its exceptions; where it does not fit its list, a question.

    A person is asked of the whole statement: `caused by earlier therapy, excluding alopecia` alone is no exception.
    """
    ill = isinstance(stated, Compare) and stated.operator in (">", ">=")
    if ill != (polarity == "exclusion"):
        return Manual(words, "the direction of the grade does not fit its list")
    if not tail:
        return Bounds.exact(stated).node(words, "")
    judged = Manual(words, EXCEPTED)
    return All((stated, judged)) if ill else Any((stated, judged))
