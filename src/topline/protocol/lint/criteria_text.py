"""Places in the criteria of a record: hits on a piece of the text or on an item, and the section of a place."""

import re
from collections.abc import Iterator

from topline.protocol.eligibility.items import Item
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import CRITERIA, Subject

DRUGS = {"DRUG", "BIOLOGICAL", "GENETIC", "COMBINATION_PRODUCT"}


def piece(start: int, end: int, message: str) -> Hit:
    """Return a hit on the characters of the criteria from `start` to `end`."""
    return Hit(CRITERIA, message, start, end)


def match_hit(found: re.Match[str], message: str) -> Hit:
    """Return a hit on what a pattern matched in the criteria."""
    return Hit(CRITERIA, message, found.start(), found.end())


def item_hit(item: Item, message: str) -> Hit:
    """Return a hit on the first line of an item."""
    end = item.text.find("\n")
    return Hit(CRITERIA, message, item.start, item.end if end < 0 else item.start + end)


def absent(message: str) -> Hit:
    """Return a hit about what the criteria do not say."""
    return Hit(CRITERIA, message)


def low(subject: Subject, item: Item) -> str:
    """Return the text of an item in lower case."""
    return subject.criteria.low[item.start : item.end]


def items(subject: Subject) -> Iterator[Item]:
    """Yield every item at the top, inclusion first."""
    found = subject.criteria_items
    yield from found.inclusion
    yield from found.exclusion
    yield from found.unplaced


def item_at(subject: Subject, place: int) -> Item | None:
    """Return the item at the top in which a character of the criteria stands, None in a heading."""
    return next((item for item in items(subject) if item.start <= place < item.end), None)


def section_at(subject: Subject, place: int) -> str:
    """Return the section in which a character of the criteria stands: inclusion, exclusion or unplaced."""
    item = item_at(subject, place)
    return "unplaced" if item is None else item.polarity


def gives_drugs(subject: Subject) -> bool:
    """Whether a trial gives a drug; one that lists no treatment counts as if it did."""
    kinds = {(treatment.type or "DRUG").upper() for treatment in subject.interventions}
    return subject.interventional and (not kinds or bool(kinds & DRUGS))
