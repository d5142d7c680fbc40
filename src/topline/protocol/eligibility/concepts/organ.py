"""Organs: their function as a whole, and severe diseases of heart, liver, kidney, lung and other major organs."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LIMITED, LONGEST, Mention, stated
from topline.protocol.eligibility.concepts.condition import flag, one_of
from topline.protocol.eligibility.concepts.examples import skip_examples
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Compare, Node

GOOD = r"(?:normal|adequate|good|sufficient|appropriate|acceptable|satisfactory)"
PART = (
    r"(?:bone|marrow|ha?ematolog\w+|hepatic|liver|renal|kidney|cardiac|heart|coagulation"
    r"|pulmonary|organ|major|main|vital|important|key|end-organ)"
)
FUNCTION = re.compile(
    rf"(?<![\w-])(?:{GOOD}\s(?:functions?\sof\s(?:the\s)?(?P<first>(?:major|main|vital"
    rf"|important)\sorgans?)|(?P<parts>{PART}(?:(?:,\s(?:and\s)?|\sand\s|\s"
    rf"|/){PART}){{0,7}})\sfunctions?)"
    r"|(?:the\s)?(?P<last>(?:(?:major|main|vital|important)\s)?organs?\sfunctions?)\s(?:is"
    rf"|are)\s(?:basically\s|generally\s)?{GOOD})(?![\w-])",
    re.IGNORECASE,
)
DEFINED = re.compile(
    r"\s?[,(]?\s?(?:[:：(]|(?:is|are|as)?\s?(?:defined|evidenced|indicated|determined"
    r"|demonstrated|assessed|shown|described|specified|following|follows|including|based"
    r"|based\son|according)\b|as\b|on\b|per\b|by\b|with\b|which\b|that\b|in\b)",
    re.IGNORECASE,
)
ORGANS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("heart", "cardiac"), ("HEARTDIS",)),
    **dict.fromkeys(("cardiovascular",), ("HEARTDIS", "VESSDIS")),
    **dict.fromkeys(("liver", "hepatic"), ("LIVERDIS",)),
    **dict.fromkeys(("kidney", "renal"), ("KIDNDIS",)),
    **dict.fromkeys(("lung", "pulmonary", "respiratory"), ("LUNGDIS",)),
}
"""By word: the columns that hold the worst disease of the organ."""
EVERY = ("HEARTDIS", "LIVERDIS", "KIDNDIS", "LUNGDIS", "OTHDIS")
ORGAN = "(?:" + "|".join(ORGANS) + ")s?"
ILL = r"(?:diseases?|disorders?|dysfunctions?|insufficienc(?:y|ies)|impairments?|illness(?:es)?|conditions?)"
HARD = (
    r"(?:severe|serious|significant|uncontrolled|severe\sor\suncontrolled"
    r"|severe\sand\suncontrolled|serious\sor\suncontrolled)"
)
MAJOR = re.compile(
    rf"(?<![\w-])(?P<how>{HARD}\s)(?:{ILL}|damage)\sof\s(?:the\s)?(?:major|important|vital|main)\sorgans?(?![\w-])",
    re.IGNORECASE,
)
NAMED = re.compile(
    rf"(?<![\w-])(?P<how>{HARD}\s)?(?P<organs>{ORGAN}(?:(?:,\s(?:or\s|and\s)?|\sor\s|\sand\s"
    rf"|/){ORGAN}){{0,5}})\s{ILL}(?![\w-])",
    re.IGNORECASE,
)


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of organs; "normal function" without a limit is a physician's judgement, ORGANOK.

    >>> find("Normal function of major organs.", "inclusion")[0].node
    Compare(column='ORGANOK', operator='=', value='Y', of='')
    >>> find("Severe diseases of major organs such as heart, liver, and kidney.", "exclusion")[0].node.parts[4]
    Compare(column='OTHDIS', operator='=', value='SEVERE', of='')
    """
    if len(text) > LONGEST:
        return []
    return [*_functions(text, polarity), *_diseases(text, polarity)]


def _functions(text: str, polarity: Polarity) -> Iterator[Match]:
    """Yield demands of organ function without a limit; where limits follow, they count alone."""
    for found in FUNCTION.finditer(text):
        if DEFINED.match(text, found.end()):
            continue
        fine = Bounds.exact(flag("ORGANOK"))
        whole = found["first"] or found["last"] or "organ" in (found["parts"] or "").lower()
        bounds = fine if whole else fine.widened
        mention = Mention(
            found.start(), found.end(), bounds, "organ-function-judged", wanted=True, doubt="only some organs are named"
        )
        yield stated(text, mention, polarity)


def _diseases(text: str, polarity: Polarity) -> Iterator[Match]:
    for found in MAJOR.finditer(text):
        yield _disease(text, found, EVERY, polarity)
    for found in NAMED.finditer(text):
        words = re.findall("|".join(ORGANS), found["organs"].lower())
        yield _disease(text, found, tuple(dict.fromkeys(column for word in words for column in ORGANS[word])), polarity)


def _disease(text: str, found: re.Match[str], columns: tuple[str, ...], polarity: Polarity) -> Match:
    """Return a disease of organs: severe, or (any other adjective) at least there."""
    severe = one_of(*(Compare(column, "=", "SEVERE") for column in columns))
    there: Node = one_of(*(Compare(column, "<>", "NONE") for column in columns))
    how = (found["how"] or "").strip().lower()
    every = re.search(r"\band\b", found["organs"]) if "organs" in found.groupdict() else None
    bounds = {"severe": Bounds.exact(severe), "": Bounds.exact(there)}.get(how, Bounds(None, there))
    bounds = bounds.restricted if every else bounds
    mention = Mention(
        found.start(), skip_examples(text, found.end()), bounds, "organ-disease", closed=bool(how), doubt=LIMITED
    )
    return stated(text, mention, polarity)
