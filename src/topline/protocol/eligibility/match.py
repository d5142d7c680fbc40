"""A match: one atom of a criterion, read from a stretch of its text."""

from dataclasses import dataclass
from typing import Literal

from topline.protocol.eligibility.tree import Node

Polarity = Literal["inclusion", "exclusion"]


@dataclass(frozen=True, slots=True)
class Match:
    """What a family of concepts understood of an item's text, and from which characters.

    `start` and `end` are characters of the item's text; `node` says what the stretch states, as it stands there: of
    an exclusion criterion, what excludes. `concept` names the atom (`ecog`, `age`, `anc`). `applies` is an SQL
    boolean over PATIENTS that says whom the stretch concerns.
    """

    start: int
    end: int
    node: Node
    concept: str
    applies: str = "TRUE"

    @property
    def length(self) -> int:
        """Return how many characters were understood."""
        return self.end - self.start
