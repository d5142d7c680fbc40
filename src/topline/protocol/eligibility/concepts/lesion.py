"""Lesions at baseline: measurable ones, or evaluable ones, counted."""

import re

from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Compare, Node

COUNT = (
    r"(?P<strict>more\sthan\s|>\s?)?(?:at\sleast\s|≥\s?|>=\s?|a\sminimum\sof\s|have\s|with\s|"
    r"has\s)?(?P<count>one|1|two|2|three|3|a|an|any)?(?P<more>\s(?:or\smore|\(1\)|\(one\)))?\s?"
)
KIND = r"(?P<measurable>measure?able)(?P<either>(?:\sor|\sand/or|/)\s?evaluable)?"
NOUN = (
    r"(?:\s(?:target|tumou?r|extra-?cranial|extracerebral|neoplastic|cancer|radiographic|"
    r"radiological))*\s(?:lesions?|disease|tumou?rs?|targets?|lesion\(s\)|site)\b"
)
RECIST = (
    r"(?:,?\s?\(?\s?(?:(?:as\s)?(?:defined|assessed|determined|evaluated|measured|"
    r"measurable)\s)?(?:according\sto|as\sper|per|by|based\son|with|in|under|of|on)?\s?(?:the\s)?"
    r"(?:Response\sEvaluation\sCriteria\s(?:in|for|"
    r"of)\sSolid\sTumou?rs?,?\s?)?(?:[\[(]?RECIST[\])]?)?(?:\s(?:version|criteria|guidelines?|standards?|"
    r"v\.?))*\s?v?\.?\s?(?:\(?1[.,][01]\)?)?(?:\s(?:criteria|version|guidelines?|"
    r"standards?))*\s?(?:1[.,][01])?\)?)"
)
PATTERN = re.compile(
    rf"(?:\b|(?<=\s)|^)(?<!non-)(?<!non )(?<!no )(?<!not ){COUNT}{KIND}{NOUN}(?P<by>{RECIST})?", re.IGNORECASE
)
LESION_OF_RECIST = re.compile(
    r"(?:at\sleast\s)(?P<count>one|1|two|2)\slesion\s(?:that\squalifies\sas|which\sis|"
    r"that\sis)\s(?:an?\s)?(?:measurable|RECIST\s(?:v?1\.1\s)?target\slesion(?:\s\(TL\))?)(?:\sat\sbaseline"
    r")?",
    re.IGNORECASE,
)
NAMES_CRITERIA = re.compile(r"RECIST|Response Evaluation", re.IGNORECASE)
OTHER_CRITERIA = re.compile(
    r"^\W*(?:\w+\W+){0,4}(?:m(?:odified\s)?RECIST|RANO|mRANO|Lugano|Cheson|INRC|PCWG|irRC|iRECIST|Choi|IMWG|GCIG|IWG)",
    re.IGNORECASE,
)
NUMBERS = {"one": 1, "1": 1, "a": 1, "an": 1, "any": 1, "two": 2, "2": 2, "three": 3, "3": 3}
FORWARD = 60


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of measurable or evaluable lesions, measured by RECIST or without a name.

    Evaluable lesions are all that can be assessed, the measurable among them.

    >>> [match.node for match in find("Having at least one measurable or evaluable lesion", "inclusion")]
    [Compare(column='EVALLES', operator='>=', value=1, of='')]
    >>> find("Measurable disease by RANO", "inclusion")
    []
    """
    found = [_match(text, place) for place in PATTERN.finditer(text)]
    found += [
        Match(p.start(), p.end(), Compare("MEASLES", ">=", NUMBERS[p["count"].lower()]), "measurable lesion")
        for p in LESION_OF_RECIST.finditer(text)
    ]
    return [match for match in found if match is not None]


def _match(text: str, place: re.Match[str]) -> Match | None:
    """Return what one place says."""
    end = (
        place.end() if NAMES_CRITERIA.search(place["by"] or "") else (place.start("by") if place["by"] else place.end())
    )
    if OTHER_CRITERIA.search(text[place.start("measurable") : end + FORWARD].split(".")[0][len(place["measurable"]) :]):
        return None
    count = NUMBERS[(place["count"] or "one").lower()] + bool(place["strict"])
    node: Node = Compare("EVALLES" if place["either"] else "MEASLES", ">=", count)
    start = place.start() + len(place.group()) - len(place.group().lstrip())
    return Match(start, end, node, "measurable lesion")
