"""Stage groups with their edition, extent of disease, and resectability."""

import re
from collections.abc import Iterator, Sequence

from topline.protocol.eligibility.connect import every, some
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Compare, Manual, Node, Not, OneOf, When

GROUP = r"(?:IV|III|II|I)[A-C]?[1-3]?"
SEPARATOR = r"\s?(?:-|–|—|~|to|or|and|/|,|,\sor|and/or|through)\s?"
EDITION = (
    r"(?:,?\s?[(\[]?\s?(?:(?:according\sto|as\sdefined\sby|based\son|per|by|of|in|under|"
    r"using)\s)?(?:the\s)?(?:(?P<before>[78])(?:th)?\s?(?:edition|ed\.?)\s(?:of\s)?(?:the\s)?)?"
    r"(?:American\sJoint\sCommittee\son\sCancer\s?)?[(]?(?:AJCC|UICC|TNM)[)]?(?:[/\s](?:AJCC|UICC|"
    r"TNM))*(?:\s(?:staging|system|manual|stage|classification|criteria))*[\s,(]{0,3}"
    r"(?:(?:version\s)?(?P<after>[78])(?:th)?(?:\s?(?:edition|ed\.?))?)?(?:\s(?:staging|system|manual|"
    r"criteria))*[)\]]{0,2})?"
)
STAGE = re.compile(
    rf"\b(?:clinical(?:ly)?\s|TNM\s|AJCC\s|tumou?r\s|disease\s)*(?:stage|staged\sas|"
    rf"stages)\s(?P<groups>{GROUP}(?:{SEPARATOR}(?:(?:stage|stages)\s)?(?:{GROUP}|"
    rf"[A-C])\b(?![\w-]))*)(?![\w])(?:\sdisease)?{EDITION}",
    re.IGNORECASE,
)
ONE = re.compile(rf"(?P<sep>{SEPARATOR})?(?:stages?\s)?(?P<group>{GROUP}|[A-C])", re.IGNORECASE)
OTHER_SYSTEM = re.compile(
    r"\b(?:Ann\sArbor|Rai|Binet|FIGO|INSS|INRG|ISS|Masaoka|Dukes|Durie|BCLC|Barcelona|Lugano|CKD|GOLD|COG|Whitmore)\b",
    re.IGNORECASE,
)
ORDER = (
    "0",
    "I",
    "IA",
    "IB",
    "IC",
    "II",
    "IIA",
    "IIB",
    "IIC",
    "III",
    "IIIA",
    "IIIB",
    "IIIC",
    "IV",
    "IVA",
    "IVB",
    "IVC",
)
PARENTS = ("I", "II", "III", "IV")
ESOPHAGUS_8 = ("0", "I", "II", "III", "IV", "IVA", "IVB")
"""The clinical groups of squamous cell carcinoma of the esophagus in the eighth edition: II and III are undivided."""

EXTENTS = (
    ("LOCALLY ADVANCED", r"locally[\s-]advanced|loco-?regionally\sadvanced"),
    ("RECURRENT", r"recurrent|relapsed|relapsing"),
    ("METASTATIC", r"metastatic|metastasi[sz]ed"),
    ("ADVANCED", r"advanced"),
)
UNRESECTABLE = r"un-?resectable|inoperable|non-?resectable|not\s(?:surgically\s)?resectable"
ADJECTIVE = "|".join((*(words for _, words in EXTENTS), UNRESECTABLE))
EXTENT = re.compile(
    rf"\b(?:{ADJECTIVE})(?:(?:\s?(?:,|/|and/or|or|and|,\sor|,\sand)\s?|\s)(?:{ADJECTIVE})\b)*(?!\s(?:to\b|"
    rf"lesions?\sin|brain|CNS|central|bone|spinal|lepto|liver|lymph|sites?|setting))",
    re.IGNORECASE,
)
RESECTABLE = re.compile(
    r"(?<![\w-])(?<!un)(?<!not )(?<!non )(?<!surgically )(?:potentially\s)?resectable\b", re.IGNORECASE
)
SPREAD = ("LOCALLY ADVANCED", "RECURRENT", "METASTATIC")


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of stage, extent and resectability.

    >>> [match.node for match in find("stage III or IV", "inclusion")]
    [OneOf(column='STAGE', codes=('III', 'IIIA', 'IIIB', 'IIIC', 'IV', 'IVA', 'IVB', 'IVC'))]
    >>> [match.node for match in find("recurrent or metastatic", "inclusion")]
    [OneOf(column='EXTENT', codes=('RECURRENT', 'METASTATIC'))]
    """
    return [*_stages(text), *_extents(text, polarity), *_resectable(text, polarity)]


def _stages(text: str) -> Iterator[Match]:
    for found in STAGE.finditer(text):
        if OTHER_SYSTEM.search(text[max(0, found.start() - 25) : found.end() + 15]):
            continue
        groups = parse_groups(found["groups"])
        edition = found["before"] or found["after"]
        end = found.end() if edition else (found.end("groups"))
        if groups:
            yield Match(found.start(), end, _by_edition(groups, edition, text[found.start() : end]), "stage")


def parse_groups(words: str) -> tuple[str, ...]:
    """Return the stage groups that words name; a letter alone goes on with the numeral before it.

    >>> parse_groups("IIIB-C or IV"), parse_groups("IB to IIIA")
    (('IIIB', 'IIIC', 'IV'), ('IB', 'IC', 'II', 'IIA', 'IIB', 'IIC', 'IIIA'))
    """
    found: list[str] = []
    for part in ONE.finditer(words.upper()):
        group = part["group"].rstrip("123")
        if group in "ABC" and found:
            group = found[-1].rstrip("ABC") + group
        if group not in ORDER:
            return ()
        through = part["sep"] is not None and re.search(r"-|–|—|~|TO|THROUGH", part["sep"]) is not None
        found += _through(found[-1], group) if through and found else [group]
    return tuple(dict.fromkeys(found))


def _through(first: str, last: str) -> list[str]:
    """Return the groups after the first up to the last; of undivided ends the undivided groups between."""
    between = ORDER[ORDER.index(first) + 1 : ORDER.index(last) + 1]
    if first in PARENTS and last in PARENTS:
        return [group for group in between if group in PARENTS]
    return [group for group in between if not (group in PARENTS and group == last.rstrip("ABC") and group != last)]


def _by_edition(groups: tuple[str, ...], edition: str | None, words: str) -> Node:
    """Return the condition on STAGE; of candidates staged by another edition a person decides."""
    node = _stage(groups, edition, words)
    if edition is None:
        return node
    other = Manual(words, f"the stage was recorded by another edition than AJCC {edition}")
    return When(Compare("STAGEED", "=", f"AJCC {edition}"), node, other)


def _stage(groups: tuple[str, ...], edition: str | None, words: str) -> Node:
    """Return that the stage is one of the groups.

    A candidate recorded without the subdivision that is asked for is left to a person, and so is, in the eighth
    edition, a cancer of the esophagus in a subdivision that this edition does not have.
    """
    wanted = tuple(group for group in ORDER if group in groups or (group.rstrip("ABC") in groups))
    missing = tuple(group for group in wanted if edition == "8" and group not in ESOPHAGUS_8 and group in groups)
    undivided = {group.rstrip("ABC") for group in wanted} - set(wanted)
    doubtful = tuple(group for group in PARENTS if group in undivided)
    sure = tuple(group for group in wanted if group not in missing)
    parts: list[Node] = [OneOf("STAGE", sure)] if sure else []
    if missing:
        reason = f"AJCC 8 has no clinical stage {', '.join(missing)} for squamous cell carcinoma of the esophagus"
        elsewhere = some([Not(Compare("SITE", "=", "ESOPHAGUS")), Manual(words, reason)])
        parts.append(every([OneOf("STAGE", missing), elsewhere]))
    if doubtful:
        parts.append(every([OneOf("STAGE", doubtful), Manual(words, "the stage is recorded without its subdivision")]))
    return some(parts)


def _extents(text: str, polarity: Polarity) -> Iterator[Match]:
    if polarity == "exclusion":
        return
    for found in EXTENT.finditer(text):
        node = _extent(found.group())
        if node is not None:
            yield Match(found.start(), found.end(), node, "extent")


def _extent(words: str) -> Node | None:
    """Return the condition on EXTENT (and RESECTBL) of adjectives.

    EXTENT holds one code, though a relapse may be metastatic: candidates whose code does not settle it are left to a
    person.
    """
    low = words.lower()
    named = _named(low)
    unresectable = re.search(UNRESECTABLE, low) is not None
    if not named:
        return Compare("RESECTBL", "=", "N") if unresectable else None
    together = re.search(r"\band\b(?!/)", low) is not None and len(named) > 1
    sure = () if together else tuple(code for code in named if code != "ADVANCED")
    node = _spread(sure or (("METASTATIC",) if named == ("ADVANCED",) else ()), _possible(named), words)
    return _inoperable(node, low, words) if unresectable else node


def _named(low: str) -> tuple[str, ...]:
    """Return the extents that adjectives name; `locally advanced` is not `advanced`."""
    found: list[str] = []
    for code, pattern in EXTENTS:
        if re.search(pattern, low):
            found.append(code)
            low = re.sub(pattern, "", low)
    return tuple(found)


def _possible(named: Sequence[str]) -> tuple[str, ...]:
    """Return the codes with which the adjectives may be true.

    A relapse is recorded as such unless it is metastatic, so it may be local or metastatic.
    """
    if "ADVANCED" in named:
        return SPREAD
    doubtful = ("RECURRENT", "METASTATIC") if "RECURRENT" in named else ("RECURRENT",)
    return tuple(code for code in SPREAD if code in named or code in doubtful)


def _spread(sure: Sequence[str], possible: Sequence[str], words: str) -> Node:
    """Return that the extent is one of those that settle it, or one of the others and a person agrees."""
    parts: list[Node] = [OneOf("EXTENT", tuple(sure))] if sure else []
    others = tuple(code for code in possible if code not in sure)
    if others:
        parts.append(every([OneOf("EXTENT", others), Manual(words, "the recorded extent does not settle it")]))
    return some(parts)


def _inoperable(node: Node, low: str, words: str) -> Node:
    """Return an extent with `unresectable`, which may belong to all adjectives or to the next one only."""
    both = every([node, Compare("RESECTBL", "=", "N")])
    if re.search(r"\b(?:or|and|and/or)\b|[,/]", low) is None:
        return both
    judged = Manual(words, "it is not certain which of these must be unresectable")
    either = some([node, Compare("RESECTBL", "=", "N")])
    return some([both, every([either, judged])])


def _resectable(text: str, polarity: Polarity) -> Iterator[Match]:
    if polarity == "inclusion":
        for found in RESECTABLE.finditer(text):
            if found.group().lower() == "resectable":
                yield Match(found.start(), found.end(), Compare("RESECTBL", "=", "Y"), "resectability")
