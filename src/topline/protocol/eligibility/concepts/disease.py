"""The tumour: confirmation by pathology, histology, primary site."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.connect import every
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Compare, Node, Not, OneOf

METHOD = r"(?:histo(?:patho)?log|cytolog|patholog)(?:ic|ical|ically|y|ies)(?:al)?(?:ly)?"
CONFIRMED = re.compile(
    rf"\b(?:with\s|by\s)?{METHOD}(?:\s?(?:and/or|or|and|/|,|"
    rf"and\s\(or\))\s?{METHOD}){{0,2}}[\s-]?(?:ly\s)?(?:confirmed|proven|proved|documented|verified|"
    rf"diagnosed|confirmation|diagnosis|proof)\b"
    r"(?:\s(?:diagnosis|evidence|diagnoses))?(?:\sof)?(?:\s(?:a|an|the|primary)\b)?"
    rf"|\b(?:confirmed|proven|verified|diagnosed|documented)\s(?:by|on|"
    rf"through)\s(?:{METHOD})(?:\s?(?:and/or|or|and|/)\s?{METHOD})?(?:\s(?:examination|test\w*))?\b",
    re.IGNORECASE,
)
SITES = (
    ("ESOPHAGUS", r"o?esophag(?:us|eal)"),
    ("STOMACH", r"gastric|stomach"),
    ("LUNG", r"lung"),
    ("COLON", r"colon"),
    ("LIVER", r"(?:primary\s)?liver"),
)
SQUAMOUS, ADENO, SMALL = "SQUAMOUS CELL CARCINOMA", "ADENOCARCINOMA", "SMALL CELL CARCINOMA"
TYPES = (
    (SQUAMOUS, r"squamous(?:[\s-]cell)?\s(?:carcinomas?|cancers?)|SCC"),
    (ADENO, r"adenocarcinomas?"),
    (SMALL, r"(?<!non-)(?<!non )small[\s-]cell\s(?:carcinomas?|cancers?)"),
    ("", r"carcinomas?|cancers?|tumou?rs?|malignanc(?:y|ies)|malignant\stumou?rs?"),
)
ABBREVIATION = r"(?:\s?[(\[](?:ESCC|OSCC|EC|SCC|NSCLC|SCLC|GC|EAC|HCC)[)\]])?"
ADJECTIVES = r"(?:thoracic\s|primary\s)?"
NOT_ANOTHER = r"(?<![\w-])(?<!second )(?<!other )(?<!another )(?<!prior )(?<!previous )(?<!history of )(?<!non-)"
NOT_JOINED = (
    r"(?!\s(?:or|and|/)\s(?:gastro|gastric|stomach|o?esophag|colon|rect|junction|EGJ|GEJ|adeno|squamous|"
    r"large|small|undiff))(?![\w/-])"
)
SPECIFIC = re.compile(
    NOT_ANOTHER
    + ADJECTIVES
    + r"(?:(?P<site>"
    + "|".join(words for _, words in SITES)
    + r")\s)(?P<type>"
    + "|".join(words for _, words in TYPES)
    + r")"
    + ABBREVIATION
    + NOT_JOINED,
    re.IGNORECASE,
)
REVERSED = re.compile(
    NOT_ANOTHER
    + r"(?P<type>"
    + "|".join(words for _, words in TYPES[:3])
    + r")\sof\s(?:the\s)?(?:thoracic\s)?(?P<site>"
    + "|".join(words for _, words in SITES)
    + r")"
    + ABBREVIATION
    + NOT_JOINED,
    re.IGNORECASE,
)
SHORT = re.compile(
    NOT_ANOTHER + r"(?:(?P<escc>ESCC|OSCC)|(?P<nsclc>NSCLC|non[\s-]+small[\s-]cell\slung\s(?:cancers?|"
    r"carcinomas?)(?:\s?\(NSCLC\))?)|(?P<sclc>SCLC|small[\s-]cell\slung\s(?:cancer|"
    r"carcinoma)(?:\s?\(SCLC\))?))" + NOT_JOINED,
    re.IGNORECASE,
)
OTHER_PARTS = re.compile(
    r"(?:gastro-?|recto-?|hepato-?|upper\s|lower\s|(?:or|and|/)\s?)$|\bjunction\W+(?:or|and)?\W*$", re.IGNORECASE
)


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of the tumour. Of an exclusion criterion nothing is read: it speaks of other tumours.

    >>> [match.node for match in find("pathologically confirmed esophageal squamous cell carcinoma", "inclusion")]
    [Compare(column='PATHCONF', operator='=', value='Y', of=''),
     All(parts=(Compare(column='SITE', operator='=', value='ESOPHAGUS', of=''), Compare(column='HIST', ...)))]
    """
    if polarity == "exclusion":
        return []
    confirmed = [
        Match(p.start(), p.end(), Compare("PATHCONF", "=", "Y"), "pathology") for p in CONFIRMED.finditer(text)
    ]
    return [*confirmed, *_tumours(text), *_short(text)]


def _tumours(text: str) -> Iterator[Match]:
    for pattern in (SPECIFIC, REVERSED):
        for found in pattern.finditer(text):
            if not OTHER_PARTS.search(text[max(0, found.start() - 15) : found.start()]):
                yield Match(found.start(), found.end(), _tumour(found["site"], found["type"]), "tumour")


def _tumour(site: str, kind: str) -> Node:
    """Return the condition on SITE and HIST."""
    where = next(code for code, words in SITES if re.fullmatch(words, site, re.IGNORECASE))
    what = next(code for code, words in TYPES if re.fullmatch(words, kind, re.IGNORECASE))
    place = Compare("SITE", "=", where)
    return every([place, Compare("HIST", "=", what)]) if what else place


def _short(text: str) -> Iterator[Match]:
    for found in SHORT.finditer(text):
        yield Match(found.start(), found.end(), _named(found), "tumour")


def _named(found: re.Match[str]) -> Node:
    """Return the condition of an abbreviated tumour."""
    if found["escc"]:
        return every([Compare("SITE", "=", "ESOPHAGUS"), Compare("HIST", "=", SQUAMOUS)])
    lung = Compare("SITE", "=", "LUNG")
    if found["sclc"]:
        return every([lung, Compare("HIST", "=", SMALL)])
    sure, possible = OneOf("HIST", (SQUAMOUS, ADENO)), Not(Compare("HIST", "=", SMALL))
    return every([lung, Bounds(sure, possible).node(found.group(), "the recorded histology does not settle it")])
