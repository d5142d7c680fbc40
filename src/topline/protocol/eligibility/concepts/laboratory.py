"""Limits of laboratory values: which test, which comparator, how much, and for whom another limit holds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import END, LONGEST, negated
from topline.protocol.eligibility.concepts.limits import Limit, parse_limit, side_of
from topline.protocol.eligibility.concepts.pressure import find_pressures
from topline.protocol.eligibility.concepts.subjects import Subject, parse_subject, skip_filler
from topline.protocol.eligibility.concepts.tails import Qualified, Section, parse_tails
from topline.protocol.eligibility.concepts.urine import find_dipsticks
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Any, Compare, Manual, Node, When

PARTIAL = re.compile(
    r"(?:direct|conjugated|indirect|unconjugated|urine|urinary|glycos?y?l?ated|glycated|bone"
    r"|ratio\sof|change\sin|baseline)[\s-]$",
    re.IGNORECASE,
)
OR = re.compile(r"\s?[,;(]?\s?(?:and/or|or)\s(?:a\s|an\s|if\s)?", re.IGNORECASE)
KIDNEY = {"CREAT", "CRCL", "GFRE"}
BETWEEN = re.compile(r"[\s,;]{0,3}(?:and|or|and/or)?\s{0,2}(?:serum\s)?", re.IGNORECASE)
ONE_OR_ALL = "it is not said whether every one of these tests must meet the limit or one of them"
RAISED = re.compile(
    r"\s?(?:for|in|if)\s(?:the\s)?(?:(?:patients?|subjects?|participants?|those)\s(?:with"
    r"|whose)\s)?(?:serum\s)?creatinine(?:\slevels?)?(?:\sis|\sare)?"
    r"\s?(?:>|above|greater\sthan|exceeding)\s?(?:the\s)?(?:institutional\s)?"
    r"(?:[\d.]+\s?[x×]?\s?(?:times\s)?(?:the\s)?(?:institutional\s)?)?"
    r"(?:upper\slimit\sof\snormal(?:\s\(ULN\))?|ULN|normal|mg/dl)?\)?",
    re.IGNORECASE,
)


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return the laboratory limits of an item.

    >>> [match.node for match in find("ANC >= 1,500/mm3; ALT and AST <= 2.5 x ULN", "inclusion")]
    [Compare(column='ANC', operator='>=', value=1.5, of=''),
     All(parts=(Compare(column='ALT', ...), Compare(column='AST', operator='<=', value=2.5, of='ASTULN')))]
    >>> [match.node.reason for match in find("Hb = 90 g/L", "inclusion")]
    ['the comparator is lost: "=" may stand for at least or for at most']
    """
    if len(text) > LONGEST:
        return []
    return [
        *_companions(text, list(_matches(text, polarity))),
        *find_pressures(text, polarity),
        *find_dipsticks(text, polarity),
    ]


def _matches(text: str, polarity: Polarity) -> Iterator[Match]:
    at, last = 0, 0
    while (subject := parse_subject(text, at)) is not None:
        at = subject.end
        limit = parse_limit(text, skip_filler(text, subject.end), subject.analytes)
        if limit is None:
            continue
        section = Section(polarity, first=last == 0 or END.search(text, last, subject.start) is not None)
        match = _alternative(text, section, subject, _match(text, section, subject, limit))
        at = last = max(at, match.end)
        yield match


def _match(text: str, section: Section, subject: Subject, limit: Limit) -> Match:
    """Return what a limit states, with its tails, or why it cannot be judged."""
    start, end = subject.start, limit.end
    if reason := limit.fault or _unsafe(text, section.polarity, subject, limit):
        return Match(start, end, Manual(text[start:end], reason), subject.concept)
    base = limit.bounds(subject.analytes, subject.joined).node(text[start:end], ONE_OR_ALL)
    qualified = parse_tails(text, Qualified(base, end), subject, section)
    return Match(start, qualified.end, qualified.node, subject.concept)


def _alternative(text: str, section: Section, subject: Subject, match: Match) -> Match:
    """Return a limit of the kidney with its alternative: `creatinine <= 1.5 x ULN or clearance >= 60 mL/min`."""
    found = OR.match(text, match.end)
    other = parse_subject(text, found.end(), here=True) if found else None
    if found is None or other is None or not subject.columns | other.columns <= KIDNEY:
        return match
    limit = parse_limit(text, skip_filler(text, other.end), other.analytes)
    if limit is None:
        return match
    raised = RAISED.match(text, limit.end)
    second = _match(text, section, other, limit) if raised is None else _bare(text, section, other, limit)
    end = raised.end() if raised else second.end
    if "(" in found.group() and text[end : end + 1] == ")":
        end += 1
    return Match(match.start, end, _any(match.node, second.node), f"{match.concept}+{second.concept}")


def _bare(text: str, section: Section, subject: Subject, limit: Limit) -> Match:
    """Return what a limit states whose tail is read already."""
    return _match(text[: limit.end], section, subject, limit)


def _companions(text: str, matches: list[Match]) -> Iterator[Match]:
    """Yield the matches; a looser limit of one transferase for some patients may concern the other before it, too."""
    for match, following in zip_longest(matches, matches[1:]):
        shared = following is not None and {match.concept, following.concept} == {"alt", "ast"}
        if (
            following
            and shared
            and isinstance(match.node, Compare)
            and isinstance(following.node, When)
            and BETWEEN.fullmatch(text, match.end, following.start)
        ):
            wide = _renamed(following.node, match.node.column)
            node = Bounds(match.node, wide).node(
                text[following.start : following.end], "it is not said whether both tests share it"
            )
            yield replace(match, node=node)
        else:
            yield match


def _renamed(node: Node, column: str) -> Node:
    """Return a condition on one test as one on another."""
    match node:
        case Compare(operator=operator, value=value, of=of):
            return Compare(column, operator, value, f"{column}ULN" if of else "")
        case When(condition=condition, then=then, otherwise=otherwise):
            return When(condition, _renamed(then, column), _renamed(otherwise, column))
        case _:
            return node


def _any(*nodes: Node) -> Node:
    return Any(tuple(part for node in nodes for part in (node.parts if isinstance(node, Any) else (node,))))


def _unsafe(text: str, polarity: Polarity, subject: Subject, limit: Limit) -> str:
    """Return why a readable limit must not be judged by the table, or nothing."""
    if PARTIAL.search(text[max(0, subject.start - 20) : subject.start]):
        return "the test is another one than the patient table holds"
    if negated(text, subject.start):
        return "a limit behind a negation: a person says which side is meant"
    sides = {side_of(limit, analyte) for analyte in subject.analytes}
    if polarity == "inclusion" and "bad" in sides:
        return "an inclusion criterion that demands an ill value: the direction may be wrong"
    if polarity == "exclusion" and "good" in sides:
        return "an exclusion criterion that excludes a sound value: it may be meant as a requirement"
    return ""
