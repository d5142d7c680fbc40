"""The outcome columns of the CSV export and of flattened records: outcomes joined by `|`, each split at its commas."""

from collections.abc import Mapping, Sequence

from topline.protocol.record.origin import Traced
from topline.protocol.record.outcome_split import CERTAIN, split_outcomes
from topline.protocol.record.reading import Reading
from topline.protocol.record.settle import Node

NAMES = ("primaryOutcomes", "secondaryOutcomes", "otherOutcomes")
MOST = 5_000
"""More outcomes than any record has; a longer column is not divided."""


def bars(text: Traced) -> tuple[Traced, ...]:
    """Return the pieces between bars, without white space around them and without empty ones.

    >>> [piece.text for piece in bars(Traced.verbatim("a| b||c", 0))]
    ['a', 'b', 'c']
    """
    words, start, pieces = text.text, 0, []
    for part in words.split("|", MOST):
        pieces.append(text.cut(start, start + len(part)).stripped())
        start += len(part) + 1
    return tuple(piece for piece in pieces if piece.pieces)


def outcomes_module(columns: Mapping[str, Traced], reading: Reading) -> dict[str, Node | None]:
    """Return outcome columns in the API's shape; a doubt where the split of an outcome is not certain."""
    groups = {name: bars(columns[name]) for name in NAMES if name in columns}
    pieces = [(name, at, piece) for name, group in groups.items() for at, piece in enumerate(group)]
    splits = split_outcomes([piece.text for _, _, piece in pieces])
    made: dict[str, list[Mapping[str, Traced | None]]] = {name: [] for name in groups}
    for (name, at, piece), split in zip(pieces, splits, strict=True):
        made[name].append(
            {
                "measure": piece.cut(0, split.measure),
                "description": None if split.description is None else piece.cut(*split.description),
                "timeFrame": None if split.frame is None else piece.cut(*split.frame),
            }
        )
        if split.probability < CERTAIN:
            reason = f"where measure, description and time frame divide is uncertain ({split.probability:.0%})"
            reading.doubt(f"outcomesModule.{name}.{at}", reason, piece.place(0, len(piece.text)))
    return {name: _tuple(group) for name, group in made.items()}


def _tuple(group: Sequence[Mapping[str, Traced | None]]) -> Node:
    return tuple(group)
