"""Metastases: of the brain and its membranes (untreated, symptomatic, stable ...), of liver and bone."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST, Mention, stated
from topline.protocol.eligibility.concepts.condition import Condition, find_conditions, flag, named
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Any, Compare, Holds, Node

SPREAD = r"(?:metastas[ie]s|metastatic\s(?:disease|lesions?|tumou?rs?)|mets)"
CNS = r"(?:brain|cerebral|intracranial|(?:central\snervous\ssystem(?:\s\(CNS\))?|CNS))"
MENINGES = r"(?:leptomening\w+|meningeal)"
ADJECTIVE = (
    r"(?:known|active|untreated|symptomatic|unstable|uncontrolled|progressi(?:ve|ng)|clinically\sactive|new|current)"
)
BRAIN = re.compile(
    rf"(?<![\w-])(?P<adjectives>(?:{ADJECTIVE}(?:\s?,\s?(?:and/or|or|and)?\s?|\s?/\s?"
    rf"|\s(?:and/or|or|and)\s|\s)){{0,4}})"
    rf"(?:{CNS}(?P<two>\s?(?:and/or|or|and|/|,)\s?(?:{CNS}"
    rf"|(?P<membranes>{MENINGES})))?\s{SPREAD}(?P<later>\s(?:and/or"
    rf"|or)\s(?:{MENINGES}\s(?:{SPREAD}|disease|involvement)|carcinomatous\smeningitis))?"
    rf"|(?P<lepto>(?:{MENINGES})\s(?:{SPREAD}|disease|involvement|carcinomatosis)"
    r"|carcinomatous\smeningitis|cancerous\smeningitis))(?![\w-])",
    re.IGNORECASE,
)
SOFT = re.compile(r"leptomening|mening(?!eal)", re.IGNORECASE)
"""Words of the soft membranes, which the table holds; `meningeal` may mean the dura, too: then a person decides."""
CONDITIONS = (
    Condition(named(rf"(?:liver|hepatic) {SPREAD}"), Bounds.exact(Holds("METSITES", ("LIVER",))), "liver-metastases"),
    Condition(
        named(rf"(?:bone|skeletal|osseous) {SPREAD}"), Bounds.exact(Holds("METSITES", ("BONE",))), "bone-metastases"
    ),
)
PRESENT = Holds("METSITES", ("BRAIN",))
UNTREATED = All((PRESENT, Compare("BRAINTRT", "=", "N")))
SYMPTOMATIC = All((PRESENT, flag("BRAINSYM")))
UNSTABLE = All((PRESENT, Compare("BRAINSTB", "=", "N")))
QUALIFIED: dict[str, Bounds] = {
    "untreated": Bounds.exact(UNTREATED),
    "symptomatic": Bounds.exact(SYMPTOMATIC),
    "active": Bounds(None, UNSTABLE),
    "unstable": Bounds(None, UNSTABLE),
    "uncontrolled": Bounds(None, UNSTABLE),
    "progressive": Bounds(None, UNSTABLE),
    "progressing": Bounds(None, UNSTABLE),
    "new": Bounds(None, PRESENT),
}
"""What adjectives mean of brain metastases: `active` ones are none that are treated and stable."""


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of metastases.

    >>> find("Untreated or symptomatic brain metastases", "exclusion")[0].node.parts[1].parts[1]
    Compare(column='BRAINSYM', operator='=', value='Y', of='')
    """
    if len(text) > LONGEST:
        return []
    return [*_brain(text, polarity), *find_conditions(text, polarity, CONDITIONS)]


def _brain(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in BRAIN.finditer(text):
        bounds = _bounds(found)
        yield stated(text, Mention(found.start(), found.end(), bounds, "brain-metastases", ever=False), polarity)


def _bounds(found: re.Match[str]) -> Bounds:
    """Return what the words say: metastases of the brain, its membranes or both, as their adjectives limit them."""
    adjectives = [word for word in re.findall(r"[a-z]+", found["adjectives"].lower()) if word in QUALIFIED]
    membranes = Holds("METSITES", ("LEPTOMENINGES",))
    exact = Bounds.exact(membranes) if SOFT.search(found.group()) else Bounds.exact(membranes).widened
    if found["lepto"]:
        return exact.restricted if adjectives else exact
    brain = Bounds.exact(PRESENT)
    if adjectives:
        every = [QUALIFIED[word] for word in adjectives]
        brain = (
            _one(every)
            if re.search(r"\bor\b|/", found["adjectives"]) or len(every) == 1
            else Bounds(None, _one(every).wide)
        )
    if not (found["membranes"] or found["later"]):
        return brain
    if adjectives or (found["two"] and "and" in found["two"] and "or" not in found["two"]):
        return Bounds(None, Any((brain.wide or PRESENT, membranes)) if SOFT.search(found.group()) else None)
    both = Bounds.exact(Holds("METSITES", ("BRAIN", "LEPTOMENINGES")))
    return both if SOFT.search(found.group()) else both.widened


def _one(bounds: list[Bounds]) -> Bounds:
    """Return that one of some holds."""
    narrows: tuple[Node, ...] = tuple(dict.fromkeys(each.narrow for each in bounds if each.narrow))
    wides: tuple[Node, ...] = tuple(dict.fromkeys(each.wide for each in bounds if each.wide))
    narrow = (narrows[0] if len(narrows) == 1 else Any(narrows)) if narrows else None
    return Bounds(narrow, wides[0] if len(wides) == 1 else Any(wides))
