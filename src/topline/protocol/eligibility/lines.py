"""Lines of a criteria text: their indentation, the marker in front of them, and what they say."""

import re
from functools import lru_cache
from typing import NamedTuple

MARK = re.compile(
    r"""
    (?![A-Za-hj-np-uwyz][^.)])                        # a word: most lines are told from marked ones here
    (?: [*•·●○▪■◦‣–—][ \t]*                           # bullets
    | \\\*[ \t]*                                      # an escaped bullet
    | -[ \t]*(?=[^\d\s-])                             # dash, but not -5 and not ---
    | [o+][ \t]+(?=\S)
    | \(?[0-9]{1,2}\\?(?:\)|[.、．](?![0-9]))\.?[ \t]* # 1. 1) (1) (1). but not 1.5
    | \([a-zA-Z]\)[ \t]*                              # (a)
    | [a-zA-Z][.)][ \t]+(?=\S)                        # a. a)
    | \(?[ivx]{1,4}\)[ \t]* | [ivx]{1,4}\.[ \t]+      # i) (i) i.
    | [①-⑳][ \t]* )
    """,
    re.VERBOSE,
)
MOST_MARKS = 3


class Line(NamedTuple):
    """A line that is not blank: where its marker begins, its words begin, and it ends; its indentation and marker.

    `gap` says that an empty line, or the beginning of the text, stands before it.
    """

    begin: int
    start: int
    end: int
    indent: int
    marker: str
    gap: bool

    @property
    def style(self) -> str:
        """The kind of marker: every digit is 1, every letter a, so that `2.` is of the style `1.`.

        >>> Line(0, 3, 9, 0, "2. ", True).style, Line(0, 4, 9, 0, "(b) ", True).style
        ('1.', '(a)')
        """
        return _style(self.marker)


@lru_cache(maxsize=1024)
def _style(marker: str) -> str:
    """Return the kind of a marker, which is a few characters long."""
    return re.sub(r"[a-zA-Z]+", "a", re.sub(r"[0-9]+", "1", "".join(marker.split())))


def parse_lines(text: str, start: int = 0, end: int | None = None) -> tuple[Line, ...]:
    r"""Return the lines of a piece of text that are not blank.

    >>> [(line.marker, line.indent) for line in parse_lines("1. Age\n\n   * over 18\n   plain")]
    [('1. ', 0), ('* ', 3), ('', 3)]
    """
    found: list[Line] = []
    seen = behind = start
    for line in text[start:end].replace("\r", "\n").split("\n"):
        at, behind = behind, behind + len(line) + 1
        words = line.strip()
        if words:
            begin = at + line.index(words[0])
            gap = not found or _breaks(text[seen:begin]) > 1
            seen = begin + len(words)
            marker = _marker(text, begin, seen)
            indent = len(text[at:begin].expandtabs(4)) if begin > at else 0
            found.append(Line(begin, begin + len(marker), seen, indent, marker, gap))
    return tuple(found)


def _breaks(blank: str) -> int:
    """Return how often a new line begins in the blanks between two lines."""
    return blank.count("\n") + blank.count("\r") - blank.count("\r\n")


def _marker(text: str, begin: int, end: int) -> str:
    """Return the marker at the beginning of a line: `* (1) ` is one marker; a line is never all marker."""
    at = begin
    for _ in range(MOST_MARKS):
        match = MARK.match(text, at, end)
        if match is None or match.end() >= end:
            break
        at = match.end()
    return text[begin:at]
