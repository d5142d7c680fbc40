"""Lines and columns of a text, both counted from 1, as editors and reviewers name places."""

import re
from bisect import bisect_right

_BREAK = re.compile(r"\r\n|\n|\r")


class Lines:
    r"""The lines of a text, found once.

    >>> Lines("title\nsummary").place(6)
    (2, 1)
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of the character at an offset; columns count characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
