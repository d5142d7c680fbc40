"""Items: the single criteria of a record's text, each with its place, so that no character is lost."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from topline.protocol.eligibility.blocks import Block, parse_blocks
from topline.protocol.eligibility.headings import Heading, Section, find_headings

UNIVERSAL = re.compile(r"\b(?:all|general|common|key|main|major)\b", re.IGNORECASE)


class Item(NamedTuple):
    """One criterion, or one point below it.

    `text` is the given text from `start` to `end`, points below it included; `begin` is where its marker stands.
    `number` counts from 1 within the section, of a point within its item. `parent` is the number of the item above,
    0 at the top (`level` 0). `under` is the heading that limits the item to some of the candidates, where there is
    one: a cohort, a part of the study.
    """

    polarity: Section
    number: int
    text: str
    start: int
    end: int
    level: int = 0
    parent: int = 0
    begin: int = 0
    marker: str = ""
    under: str = ""
    children: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class CriteriaText:
    """A criteria text taken apart: items by section, and the places (start, end) of headings and lead-in lines."""

    inclusion: tuple[Item, ...] = ()
    exclusion: tuple[Item, ...] = ()
    unplaced: tuple[Item, ...] = ()
    headings: tuple[tuple[int, int], ...] = ()

    @property
    def split(self) -> bool:
        """Whether it is known of every item if it includes or excludes, and there are both kinds."""
        return bool(self.inclusion and self.exclusion and not self.unplaced)


def split_criteria(text: str) -> CriteriaText:
    r"""Return the items of a criteria text.

    Every character that is not blank belongs to an item (from its `begin` to its `end`) or to a heading. What stands
    before the first heading, or below one that names both kinds, is unplaced.

    >>> found = split_criteria("Inclusion Criteria:\n1. Age over 18\n2. ECOG\n   * 0 or 1\nExclusion:\n- Pregnant")
    >>> [item.text for item in found.inclusion], [item.text for item in found.exclusion]
    (['Age over 18', 'ECOG\n   * 0 or 1'], ['Pregnant'])
    >>> found.inclusion[1].children[0].text
    '0 or 1'
    """
    heads = find_headings(text)
    items: dict[Section, list[Item]] = {"inclusion": [], "exclusion": [], "unplaced": []}
    places = [(head.start, head.end) for head in heads]
    for section, start, end, under in _sections(text, heads):
        for block in parse_blocks(text, start, end, section):
            if block.heading:
                places.append((block.begin, block.end))
            else:
                items[section].append(_item(text, block, section, _Place(len(items[section]) + 1, 0, 0, under)))
    told = {section: tuple(found) for section, found in items.items()}
    return CriteriaText(told["inclusion"], told["exclusion"], told["unplaced"], tuple(sorted(places)))


def _sections(text: str, heads: tuple[Heading, ...]) -> Iterator[tuple[Section, int, int, str]]:
    """Yield each section's kind, its characters without the heading, and what limits it."""
    first = heads[0].start if heads else len(text)
    yield "unplaced", 0, first, ""
    ends = [*(head.start for head in heads), len(text)][1:]
    alike = Counter(head.section for head in heads)
    for head, end in zip(heads, ends, strict=True):
        yield head.section, head.end, end, _limit(text, head, alike[head.section])


def _limit(text: str, head: Heading, alike: int) -> str:
    """Return what limits a section: words of its heading, or that there are several lists of its kind."""
    words = text[head.start : head.end]
    if head.limit or alike < 2 or head.section == "unplaced" or UNIVERSAL.search(words):
        return head.limit
    return f"one of {alike} lists headed {words.strip(' :*')}"


def _item(text: str, block: Block, section: Section, place: "_Place") -> Item:
    """Return the item that a block holds, with the points below it."""
    start, end, under = block.start, block.end, block.under or place.under
    number, level, parent = place.number, place.level, place.parent
    children = tuple(
        [
            _item(text, child, section, _Place(order, level + 1, number, under))
            for order, child in enumerate(block.children, 1)
        ]
        if block.children
        else ()
    )
    marker = block.marker.strip()
    words = text[start:end]
    return Item(section, number, words, start, end, level, parent, block.begin, marker, under, children)


class _Place(NamedTuple):
    """Where an item stands: its number, its level, the number above it, what limits it."""

    number: int
    level: int
    parent: int
    under: str


def lead(item: Item) -> str:
    r"""Return an item's words before the points below it.

    >>> lead(split_criteria("Inclusion criteria:\n* Any of:\n  * one\n  * two").inclusion[0])
    'Any of:'
    """
    end = item.children[0].begin - item.start if item.children else len(item.text)
    return item.text[:end].rstrip()


def dropped(text: str, found: CriteriaText) -> tuple[int, ...]:
    r"""Return the characters that are neither blank nor in an item or a heading: always none.

    >>> dropped("Inclusion Criteria:\n1. Age over 18", split_criteria("Inclusion Criteria:\n1. Age over 18"))
    ()
    """
    items = (*found.inclusion, *found.exclusion, *found.unplaced)
    spans = sorted([*found.headings, *((item.begin, item.end) for item in items), (len(text), len(text))])
    holes = [(0, spans[0][0]), *((left[1], right[0]) for left, right in pairwise(spans))]
    return tuple(at for start, end in holes for at in range(start, end) if not text[at].isspace())
