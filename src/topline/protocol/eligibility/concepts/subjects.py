"""What a limit is about: the tests that are named together, and the words between them and their limit."""

import re
from dataclasses import dataclass

from topline.protocol.eligibility.concepts.analytes import BOTH, BY_COLUMN, EITHER, NAME, Analyte

JOINER = re.compile(
    r"\s{0,2}(?:,\s?(?:and/or|and|or)\s|,\s?|/\s?|&\s?|\+\s?|and/or\s|and\s(?:serum\s)?|or\s(?:serum\s)?|\()",
    re.IGNORECASE,
)
BRACKETS = re.compile(
    r"""\s?[\[(](?:[a-z][\w./-]{0,7}|serum\sglutam[^)\]]{0,60}|estimated[^)\]]{0,40}|calculated[^)\]]{0,60}|total|absolute[^)\]]{0,20}
      |(?:by|using|according\sto|as|per|Cockcroft|modified|MDRD|CKD-EPI)\b[^)\]]{0,60}|[a-z]{2,5}\s?[/,]\s?[a-z]{2,5})[\])]""",
    re.IGNORECASE | re.VERBOSE,
)
FILLER = re.compile(
    r"""\s{0,2}(?:
      (?:counts?|levels?|values?|concentrations?|measurements?|results?)\b
      |(?:must|should|shall|has\sto|have\sto)\sbe\b|is\b|are\b|was\b|being\b|be\b|of\b(?!\s(?:the\s)?normal)|both\b|in\sserum\b
      |CL?CR\b|CrCl\b|ANC\b|eGFR\b|:|-(?=\s?[<>≥≤])|,(?=\s?[<>≥≤=])
      |(?:as\s)?(?:calculated|estimated|measured|determined)(?:\s(?:by|using|with|via))?
      |(?:via|by|using|per)\s(?=the\s|cockcroft|modified|MDRD|CKD)
      |(?:the\s)?(?:modified\s)?Cockcroft[\s&-]{0,3}(?:and\s)?(?:-?Gault)?(?:\s(?:formula|equation|method))?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
MOST_FILLERS = 6
MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class Subject:
    """The tests that one limit is about, how they are joined, and where their words begin and end."""

    analytes: tuple[Analyte, ...]
    joined: str
    start: int
    end: int

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the tests."""
        return frozenset(analyte.column for analyte in self.analytes)

    @property
    def concept(self) -> str:
        """The name of the atom: the tests, joined by a plus sign."""
        return "+".join(analyte.concept for analyte in self.analytes)


def parse_subject(text: str, start: int, *, here: bool = False) -> Subject | None:
    """Return the next tests that are named (`here`: at this very place), those that share one limit together.

    >>> parse_subject("Serum ALT (SGPT) and/or AST <= 40 U/L", 0).concept
    'alt+ast'
    """
    first = _named(text, start, here=here)
    if first is None:
        return None
    found, joined, end = list(first.analytes), "", first.end
    for _ in range(MOST_NAMES):
        join = JOINER.match(text, _skip(BRACKETS, text, end))
        more = _named(text, join.end(), here=True) if join else None
        if join is None or more is None:
            break
        word = join.group().replace("serum", "").strip(" ,").lower()
        fresh = [analyte for analyte in more.analytes if analyte not in found]
        joined = (word if word not in ("(", "") else joined or ",") if fresh else joined
        found += fresh
        end = more.end + (word == "(" and text[more.end : more.end + 1] == ")")
    return Subject(tuple(found), joined, first.start, end)


def _named(text: str, start: int, *, here: bool) -> Subject | None:
    """Return the next test that is named, or the one that is named at this place."""
    place = None if here else EITHER.search(text, start)
    pairs = [pattern.match(text, place.start() if place else start) for pattern in (BOTH, NAME)]
    found = max((pair for pair in pairs if pair), key=lambda pair: pair.end(), default=None)
    if found is None:
        return None
    columns = (found.lastgroup,) if found.lastgroup else ("ALT", "AST")
    return Subject(tuple(BY_COLUMN[column] for column in columns), "and", found.start(), found.end())


def skip_filler(text: str, at: int) -> int:
    """Return where the words between a test and its limit end: `count`, `(ANC)`, `must be`, `by Cockcroft-Gault` ..."""
    for _ in range(MOST_FILLERS):
        after = _skip(FILLER, text, _skip(BRACKETS, text, at))
        if after == at:
            break
        at = after
    return at


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
