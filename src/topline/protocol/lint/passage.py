"""The texts of a record with their paths, in lower case once, single or as the three texts of an outcome."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from topline.protocol.lint.duration import Duration, longest
from topline.protocol.lint.endpoint import Endpoint, Mention, mentions
from topline.protocol.lint.rule import Hit
from topline.protocol.record.content import Outcome

LONGEST = 2000
"""Characters of a time frame that are read; the register allows an eighth of them."""


class Passage(NamedTuple):
    """A text of the record: its path, the text as read (mended), and the same in lower case, of equal length."""

    path: str
    text: str
    low: str

    def __bool__(self) -> bool:
        return bool(self.text.strip())

    def hit(self, message: str, found: re.Match[str] | None = None) -> Hit:
        """Return a hit in this text: at a match in `low` (or `text`), else about the whole text."""
        return Hit(self.path, message, *(found.span() if found else (0, 0)))


@dataclass(frozen=True)
class OutcomeText:
    """An outcome as texts: its path, its rank (primary, secondary, other), its measure, description and time frame.

    What the record leaves empty is an empty passage with its path. `low` is the three texts in lower case, one per
    line, to look whether words occur at all; `mentions` and `endpoints` are what the measure names.
    """

    path: str
    rank: str
    measure: Passage
    description: Passage
    time_frame: Passage
    low: str
    mentions: tuple[Mention, ...]
    endpoints: frozenset[Endpoint]

    @property
    def passages(self) -> tuple[Passage, Passage, Passage]:
        """The three texts, in the record's order."""
        return self.measure, self.description, self.time_frame

    @cached_property
    def reach(self) -> Duration | None:
        """The longest stretch of time in the time frame."""
        return longest(self.time_frame.low[:LONGEST])


def lower(text: str) -> str:
    """Return a text in lower case with the same length, so that a place in it is a place in the text.

    >>> lower("ECOG ≤ 1"), len(lower("İzmir"))
    ('ecog ≤ 1', 5)
    """
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def passage(path: str, text: str | None) -> Passage:
    """Return a text of the record with its path; a missing one is empty."""
    return Passage(path, text, lower(text)) if text else Passage(path, "", "")


def outcome_text(path: str, rank: str, outcome: Outcome) -> OutcomeText:
    """Return an outcome as texts."""
    measure = passage(f"{path}.measure", outcome.measure)
    description = passage(f"{path}.description", outcome.description)
    frame = passage(f"{path}.timeFrame", outcome.time_frame)
    named = mentions(measure.text, measure.low)
    return OutcomeText(
        path=path,
        rank=rank,
        measure=measure,
        description=description,
        time_frame=frame,
        low=f"{measure.low}\n{description.low}\n{frame.low}",
        mentions=named,
        endpoints=frozenset([mention.endpoint for mention in named]),
    )
