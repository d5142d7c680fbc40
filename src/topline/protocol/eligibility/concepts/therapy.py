"""Earlier treatment: lines and their failure, classes of drugs and single drugs that a patient has had."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LONGEST, Mention, stated
from topline.protocol.eligibility.concepts.drugs import parse_drug
from topline.protocol.eligibility.concepts.examples import skip_examples
from topline.protocol.eligibility.concepts.lines import find_lines
from topline.protocol.eligibility.concepts.quantity import skip
from topline.protocol.eligibility.concepts.window import parse_elapsed, parse_within
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import All, Any, Compare, Holds, Node

WITH = r"(?:with|to|of|by|using|containing)"
EXPOSED = re.compile(
    rf"""(?<![\w-])(?:
      (?:(?:previously|ever|already)\s)?(?:received|(?<!is\s)(?<!are\s)(?<!be\s)(?<!being\s)(?<!is\scurrently\s)treated\s{WITH}|used|exposed\sto|undergone|taken)(?:\s(?:prior|previous|any|(?:a\s)?(?:treatment|therapy)\s{WITH}|with)){{0,3}}
      |(?:prior|previous|past|any\sprior)\s(?:systemic\s(?!anti))?(?:(?:treatments?|therap(?:y|ies)|exposure|use|administration)\s{WITH}\s)?(?:any\s)?(?:at\sleast\sone\s)?
      |history\sof\s(?:prior\s)?(?:treatment|therapy|exposure|use)\s{WITH}\s
    )\s?(?:(?:any|an|a|the|at\sleast\sone|one|other)\s)*""",
    re.IGNORECASE | re.VERBOSE,
)
JOINER = re.compile(
    r"\s?(?:,\s?(?:and/or|or|and)?|/|;?\s?(?:and/or|or|and))\s?(?:other\s|any\s|with\s|an?\s|prior\s)?", re.IGNORECASE
)
RADIO = re.compile(r"(?:radical\s)?(?:radiotherap(?:y|ies)|radiation(?:\stherapy)?|irradiation)(?!\w)", re.IGNORECASE)
SCOPE = re.compile(r"anti-?\s?angiogen", re.IGNORECASE)
BARE_KINASE = re.compile(r"(?:small|tyrosine|multi|TKI)", re.IGNORECASE)
RELATED = re.compile(
    r"\b(?:from|for|on|to|after|since|during|by|following|despite|until|while|required)\s(?:the\s|any\s)?$",
    re.IGNORECASE,
)
"""Words that make an earlier treatment part of something else: `complications from prior radiotherapy`."""
MOST = 12
UNSURE = "it is not said whether all of these or one of them are meant, or how far a word reaches"


def find(text: str, polarity: Polarity) -> list[Match]:
    """Return what an item says of earlier treatment.

    >>> [match.node for match in find("previously received fluoropyrimidines (such as 5-FU, etc.)", "exclusion")]
    [Holds(column='PRIORCLS', codes=('FLUOROPYRIMIDINE',))]
    >>> [match.node for match in find("Failed first-line standard treatment regimens.", "inclusion")]
    [Compare(column='FAIL1L', operator='=', value='Y', of='')]
    """
    return [*find_lines(text, polarity), *_exposures(text, polarity)] if len(text) <= LONGEST else []


def _exposures(text: str, polarity: Polarity) -> Iterator[Match]:
    at = 0
    while (cue := EXPOSED.search(text, at)) is not None:
        at = cue.end()
        named = _named(text, cue.end())
        if named is None:
            continue
        bounds, end = named
        at = end
        if _dated(text, end):
            continue
        stop = skip_examples(text, end)
        bounds = bounds.restricted if RELATED.search(text[max(0, cue.start() - 20) : cue.start()]) else bounds
        mention = Mention(
            cue.start(), stop, bounds, "earlier-therapy", ever=True, wanted=True, closed=True, doubt=UNSURE
        )
        yield stated(text, mention, polarity)


def _dated(text: str, at: int) -> bool:
    """Return whether a window of time follows: then it is the window that counts."""
    place = skip(text, at)
    return parse_within(text, place) is not None or parse_elapsed(text, place) is not None


def _named(text: str, at: int) -> tuple[Bounds, int] | None:
    """Return what the drugs and classes that are named from a place on mean together, and where they end."""
    found: list[tuple[int, int, Bounds]] = []
    words: set[str] = set()
    for _ in range(MOST):
        one = _one(text, at)
        if one is None:
            break
        found.append((at, *one))
        join = JOINER.match(text, one[0])
        if join is None or _one(text, join.end()) is None:
            break
        words.add(join.group().strip(" ,").split(" ")[0].lower())
        at = join.end()
    if not found:
        return None
    return _joined(text, found, words), found[-1][1]


def _one(text: str, at: int) -> tuple[int, Bounds] | None:
    if radio := RADIO.match(text, at):
        return radio.end(), Bounds.exact(Compare("PRIORRT", "=", "Y"))
    return parse_drug(text, at)


def _joined(text: str, found: list[tuple[int, int, Bounds]], words: set[str]) -> Bounds:
    """Return the bounds of a list: any one of it, unless "and" stands in it."""
    parts = [_reached(text, found, number) for number in range(len(found))]
    if len(parts) == 1:
        return parts[0]
    narrows, wides = [part.narrow for part in parts], [part.wide for part in parts]
    wide = Any(tuple(node for node in wides if node)) if all(wides) else None
    if words & {"and"}:
        return Bounds(All(tuple(node for node in narrows if node)) if all(narrows) else None, wide)
    sure: tuple[Node, ...] = tuple(node for node in narrows if node)
    return Bounds(_merged(sure), wide and _merged(wide.parts))


def _merged(parts: tuple[Node, ...]) -> Node | None:
    """Return that one of some holds, codes of one column in one list."""
    columns: dict[str, list[str]] = {}
    others = []
    for part in parts:
        if isinstance(part, Holds):
            columns.setdefault(part.column, []).extend(part.codes)
        else:
            others.append(part)
    nodes = (*(Holds(column, tuple(dict.fromkeys(codes))) for column, codes in columns.items()), *others)
    return nodes[0] if len(nodes) == 1 else Any(nodes) if nodes else None


def _reached(text: str, found: list[tuple[int, int, Bounds]], number: int) -> Bounds:
    """Return the bounds of one of a list; after `anti-angiogenic antibodies or` inhibitors may be such ones only."""
    start, _, bounds = found[number]
    scoped = any(SCOPE.match(text, before) for before, _, _ in found[:number])
    if scoped and BARE_KINASE.match(text, start):
        return Bounds(Holds("PRIORCLS", ("ANTI-ANGIOGENIC TKI",)), bounds.wide)
    return bounds
