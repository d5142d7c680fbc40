"""A standard that a text cites by its version."""

from typing import NamedTuple

from topline.protocol.lint.passage import Passage
from topline.protocol.lint.rule import Hit


class Cited(NamedTuple):
    """A cited version, as written ("4.03", or "4" where only the first number is given), and its place."""

    version: str
    passage: Passage
    start: int
    end: int

    @property
    def major(self) -> int:
        """The number before the point."""
        return int(self.version[0])

    def hit(self, message: str) -> Hit:
        """Return a hit at this citation."""
        return Hit(self.passage.path, message, self.start, self.end)
