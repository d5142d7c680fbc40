"""Coverage: how much of a criteria text a computer decides, and what became of the rest."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from topline.protocol.eligibility.combine import Reading, parse_item
from topline.protocol.eligibility.items import Item, split_criteria


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of a criteria text: the items by how far they are executable, and the characters by what became of them.

    `characters` counts what is not blank as atom, connective, filler, manual or heading; `concepts` counts the items
    in which a concept decides something.
    """

    items: Mapping[str, int]
    characters: Mapping[str, int]
    concepts: Mapping[str, int]

    @property
    def executable(self) -> float:
        """The share of items that need no person (0 to 1), 0 for a text without items."""
        return self.items.get("executable", 0) / max(1, sum(self.items.values()))


def coverage(text: str) -> Coverage:
    r"""Return how much of a criteria text is understood.

    >>> found = coverage("Inclusion Criteria:\n* ECOG 0-1\n* Likes cats\nExclusion Criteria:\n* Pregnant women")
    >>> dict(found.items), dict(found.concepts)
    ({'executable': 2, 'manual': 1}, {'ecog': 1, 'pregnancy': 1})
    >>> found.executable
    0.6666666666666666
    """
    parts = split_criteria(text)
    shares: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    concepts: Counter[str] = Counter()
    for item in (*parts.inclusion, *parts.exclusion, *parts.unplaced):
        reading = parse_item(item)
        shares[reading.share] += 1
        concepts.update(reading.concepts)
        characters += by_kind(item, reading)
    characters["heading"] += sum(_solid(text[start:end]) for start, end in parts.headings)
    return Coverage(dict(shares), {kind: count for kind, count in characters.items() if count}, dict(concepts))


def by_kind(item: Item, reading: Reading) -> Counter[str]:
    """Return the characters of an item that are not blank, counted by what became of them.

    Signs between the pieces (full stops, markers of points below) connect them.
    """
    counts: Counter[str] = Counter()
    for piece in reading.spans:
        counts[piece.kind] += _solid(item.text[piece.start : piece.end])
    counts["connective"] += _solid(item.text) - sum(counts.values())
    return counts


def _solid(text: str) -> int:
    """Return how many characters are not blank."""
    return sum(not sign.isspace() for sign in text)
