"""Conditions that a patient has or had, by name: from a table of names and what the patient table says of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import LIMITED, LONGEST, Mention, stated
from topline.protocol.eligibility.concepts.examples import skip_examples
from topline.protocol.eligibility.match import Match, Polarity
from topline.protocol.eligibility.tree import Any, Compare, Node


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: how criteria call it, between which conditions on the table it lies, and as which concept.

    `ever` says that the columns tell of the past as well, `wanted` that an inclusion criterion may demand it, `closed`
    that the name holds its own adjectives.
    """

    pattern: re.Pattern[str]
    bounds: Bounds
    concept: str
    ever: bool = False
    wanted: bool = False
    closed: bool = False


def flag(column: str) -> Node:
    """Return that a flag of the patient table is set."""
    return Compare(column, "=", "Y")


def one_of(*nodes: Node) -> Node:
    """Return that one of some conditions holds."""
    return nodes[0] if len(nodes) == 1 else Any(nodes)


def named(words: str) -> re.Pattern[str]:
    """Return the pattern of whole words; blanks stand for any one blank."""
    return re.compile(rf"(?<![\w-])(?:{words.replace(' ', chr(92) + 's')})(?![\w-])", re.IGNORECASE)


def find_conditions(text: str, polarity: Polarity, conditions: tuple[Condition, ...]) -> list[Match]:
    """Return what an item says of conditions; where two names overlap, the first condition of the table counts.

    >>> cough = Condition(named("whooping cough"), Bounds.exact(flag("ILD")), "cough")
    >>> find_conditions("Whooping cough (e.g. severe)", "exclusion", (cough,))[0].end
    28
    """
    return list(_matches(text, polarity, conditions)) if len(text) <= LONGEST else []


def _matches(text: str, polarity: Polarity, conditions: tuple[Condition, ...]) -> Iterator[Match]:
    taken: list[tuple[int, int]] = []
    for one in conditions:
        for found in one.pattern.finditer(text):
            if any(found.start() < end and start < found.end() for start, end in taken):
                continue
            taken.append(found.span())
            mention = Mention(
                *(found.start(), skip_examples(text, found.end()), one.bounds, one.concept),
                *(one.ever, one.wanted, one.closed, LIMITED),
            )
            yield stated(text, mention, polarity)
