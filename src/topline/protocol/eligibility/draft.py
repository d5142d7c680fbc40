"""Draft criteria: the items of a record's text as criteria of a protocol, which a person then confirms."""

from collections.abc import Iterator, Sequence

from topline.errors import ToplineError
from topline.protocol.eligibility.combine import LONGEST, Reading, parse_item
from topline.protocol.eligibility.criterion import Criterion, Eligibility
from topline.protocol.eligibility.items import Item, split_criteria
from topline.protocol.eligibility.sql import to_sql
from topline.protocol.eligibility.tree import Manual

MOST = 99
SECTIONLESS = "the record does not say if this includes or excludes; Y: it does not stand against enrolment"
NOT_SEPARATE = "the record has more criteria than a study may number; these stand together"


def draft_criteria(text: str) -> Eligibility:
    r"""Return the criteria of a text as drafts: I01, I02 ... and E01, E02 ..., none of them confirmed.

    Items that belong to neither section are inclusion criteria that a person judges; nothing is left out.

    >>> drafts = draft_criteria("Inclusion Criteria:\n1. ECOG 0-2\nExclusion Criteria:\n1. Pregnant women")
    >>> [(one.id, one.condition, one.applies) for one in drafts.criteria]
    [('I01', 'ECOG <= 2', 'TRUE'), ('E01', "PREGNANT = 'Y'", "SEX = 'F'")]
    >>> drafts.inclusion[0].state.value
    'draft'
    """
    found = split_criteria(text)
    inclusion = [*_read(found.inclusion), *_sectionless(found.unplaced)]
    return Eligibility(inclusion=_number(inclusion, "I"), exclusion=_number([*_read(found.exclusion)], "E"))


def _read(items: Sequence[Item]) -> Iterator[tuple[str, Reading]]:
    """Yield the text and the reading of each item; a text too long for one criterion is taken apart."""
    for item in items:
        reading = parse_item(item)
        yield item.text[:LONGEST], reading
        yield from _rest(item.text, "the criterion is longer than a study file may hold; this is its next part")


def _sectionless(items: Sequence[Item]) -> Iterator[tuple[str, Reading]]:
    """Yield the text and the reading of each item of no section: a person judges it."""
    for item in items:
        yield item.text[:LONGEST], Reading(Manual(item.text[:LONGEST], SECTIONLESS), unread=(item.text,))
        yield from _rest(item.text, SECTIONLESS)


def _rest(text: str, reason: str) -> Iterator[tuple[str, Reading]]:
    """Yield what of a text does not fit into one criterion."""
    for start in range(LONGEST, len(text), LONGEST):
        part = text[start : start + LONGEST]
        if part.strip():
            yield part, Reading(Manual(part, reason), unread=(part,))


def _number(told: Sequence[tuple[str, Reading]], letter: str) -> tuple[Criterion, ...]:
    """Return criteria numbered from 1; what is beyond the last number stands together in the last ones."""
    return tuple(_criterion(f"{letter}{number:02}", *one) for number, one in enumerate(_fitted(told), 1))


def _fitted(told: Sequence[tuple[str, Reading]]) -> Sequence[tuple[str, Reading]]:
    """Return at most 99 criteria; of more, the last ones are put together, as few as needed."""
    for kept in range(min(MOST, len(told)), -1, -1):
        pages = _pages([text for text, _ in told[kept:]])
        if kept + len(pages) <= MOST:
            return [*told[:kept], *pages]
    raise ToplineError("TL-E01", what=f"the criteria are {sum(len(text) for text, _ in told)} characters long")


def _pages(texts: Sequence[str]) -> list[tuple[str, Reading]]:
    """Return texts put together, in pages that fit into a criterion each, judged by a person."""
    together = "\n".join(texts)
    pages = [together[start : start + LONGEST] for start in range(0, len(together), LONGEST)]
    return [(page, Reading(Manual(page, NOT_SEPARATE), unread=(page,))) for page in pages]


def _criterion(identifier: str, text: str, reading: Reading) -> Criterion:
    """Return one draft."""
    condition, signoffs = to_sql(reading.node, identifier)
    return Criterion(id=identifier, text=text, condition=condition, applies=reading.applies, signoffs=signoffs)
