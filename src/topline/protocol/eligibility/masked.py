"""A text whose understood stretches are masked, so that the words between them can be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from topline.protocol.eligibility.filler import FILLER
from topline.protocol.eligibility.match import Match
from topline.protocol.eligibility.tree import All

NEUTRAL = All(())
FIRST, MOST, PAD = 0xE000, 300, "\uf8ff"
PRIVATE = re.compile("[\ue000-\uf8ff]")
TOKEN = re.compile(
    r"(?P<atom>[\ue000-\ue7ff]\uf8ff*)"
    r"|(?P<join>\band/or\b|\bor/and\b)"
    r"|(?P<or>\bor\b|\beither\b)"
    r"|(?P<and>\b(?:and|as well as|plus|both)\b|&)"
    r"|(?P<unless>\bunless\b)"
    r"|(?P<except>\b(?:except(?:ing|ed)?(?: for)?|with the exception of|other than|excluding|but|provided)\b)"
    r"|(?P<if>\b(?:if|when|in case of|in the event of|where)\b)"
    r"|(?P<such>\b(?:such as|e\.g\.?|eg|for example|for instance|includ(?:ing|es)(?: but not limited to)?|"
    r"i\.e\.?|like|namely)(?!\w),?)"
    r"|(?P<no>\b(?:no|not|without|absence of|free of|free from|never|neither|nor|non|negative for)\b)"
    rf"|(?P<filler>{FILLER.pattern})"
    r"|(?P<open>[(\[（【])|(?P<close>[)\]）】])"
    r"|(?P<colon>[:：])|(?P<slash>[/\\|])|(?P<comma>[,，、;；])"
    r"|(?P<word>[^\s\ue000-\uf8ff()\[\]（）,，;；/|:：]+)",
    re.IGNORECASE,
)


class Token(NamedTuple):
    """A word, a sign or a masked stretch: its kind, its characters, and which match it masks (or -1)."""

    kind: str
    start: int
    end: int
    atom: int = -1


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with its matches masked; characters keep their places."""

    text: str
    hidden: str
    matches: tuple[Match, ...]

    def tokens(self, start: int, end: int) -> list[Token]:
        """Return the tokens of a stretch; full stops and blanks are none."""
        found: list[Token] = []
        for match in TOKEN.finditer(self.hidden, start, end):
            kind = str(match.lastgroup)
            words = match.group().strip(".。")
            if words:
                atom = ord(words[0]) - FIRST if kind == "atom" else -1
                kind = "filler" if atom >= 0 and self.matches[atom].node == NEUTRAL else kind
                found.append(Token(kind, match.start(), match.start() + len(words), atom))
        return found


def mask(text: str, matches: Sequence[Match]) -> Masked:
    """Return a text with its matches (in order, without overlaps) masked.

    >>> from topline.protocol.eligibility.tree import Compare
    >>> found = mask("ECOG 0-1 or pain", (Match(0, 8, Compare("ECOG", "<=", 1), "ecog"),))
    >>> [token.kind for token in found.tokens(0, 16)]
    ['atom', 'or', 'word']
    """
    hidden = list(PRIVATE.sub("?", text))
    for number, match in enumerate(matches):
        hidden[match.start : match.end] = chr(FIRST + number) + PAD * (match.length - 1)
    return Masked(text, "".join(hidden), tuple(matches))


def resolve(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return matches without overlaps, in the order of the text: the longest wins, then the earlier in the list.

    >>> from topline.protocol.eligibility.tree import Compare
    >>> short, long = (Match(3, end, Compare("AGE", ">=", 18), "age") for end in (5, 9))
    >>> resolve([short, long]) == (long,)
    True
    """
    taken: list[Match] = []
    for match in sorted(matches, key=lambda one: -one.length)[: 20 * MOST]:
        if match.length and not any(match.start < other.end and other.start < match.end for other in taken):
            taken.append(match)
        if len(taken) == MOST:
            break
    return tuple(sorted(taken, key=lambda one: one.start))
