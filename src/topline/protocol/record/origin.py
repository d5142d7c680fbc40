"""Text that knows where each of its characters stood in the file, also after it was cut, joined and mended."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from topline.protocol.record.record import Span


class Piece(NamedTuple):
    """Characters of a value, and the place in the file that they were read from.

    Where both have one length they correspond one by one; else the whole place stands for each character.
    """

    text: str
    start: int
    end: int


class Edit(NamedTuple):
    """A replacement in a text: the characters from `start` up to `end` become `after`; `kind` says why."""

    start: int
    end: int
    after: str
    kind: str


class Told(NamedTuple):
    """A value that is not text of the source but was told by it: a code, a number, yes or no; with its place."""

    value: str | int | bool
    place: Span | None


@dataclass(frozen=True, slots=True)
class Traced:
    """A text in pieces, each with its place in the file.

    >>> text = Traced.verbatim("HB &ge; 90", start=100).edited([Edit(3, 7, "≥", "entity")])
    >>> text.text, text.place(3, 4), text.place(5, 7)
    ('HB ≥ 90', Span(start=103, end=107), Span(start=108, end=110))
    """

    pieces: tuple[Piece, ...]
    _ends: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ends", tuple(accumulate(len(piece.text) for piece in self.pieces)))

    @classmethod
    def verbatim(cls, text: str, start: int) -> "Traced":
        """Return a text that stands in the file as it is, from the character `start`."""
        return cls((Piece(text, start, start + len(text)),) if text else ())

    @classmethod
    def joined(cls, parts: "Iterable[Traced]") -> "Traced":
        """Return the texts behind each other."""
        return cls(tuple(piece for part in parts for piece in part.pieces))

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(piece.text for piece in self.pieces)

    def place(self, start: int, end: int) -> Span | None:
        """Return the place in the file of the characters from `start` up to `end`, None outside the text."""
        ends = self._ends
        if not ends or not 0 <= start <= end <= ends[-1]:
            return None
        first = min(bisect_right(ends, start), len(ends) - 1)
        last = max(first, bisect_right(ends, max(end - 1, start)))
        last = min(last, len(ends) - 1)
        return Span(
            _position(self.pieces[first], start - ends[first], at_end=False),
            _position(self.pieces[last], end - ends[last], at_end=True),
        )

    def edited(self, edits: Iterable[Edit]) -> "Traced":
        """Return the text after replacements that stand in order and do not overlap."""
        if len(self.pieces) == 1 and _is_verbatim(self.pieces[0]):
            return Traced(tuple(_edited(self.pieces[0], edits)))
        pieces: list[Piece] = []
        done = 0
        for edit in edits:
            pieces.extend(self._between(done, edit.start))
            place = self.place(edit.start, edit.end)
            if edit.after and place is not None:
                pieces.append(Piece(edit.after, *place))
            done = edit.end
        pieces.extend(self._between(done, self._ends[-1] if self._ends else 0))
        return Traced(tuple(pieces))

    def cut(self, start: int, end: int) -> "Traced":
        """Return the characters from `start` up to `end`."""
        return Traced(tuple(self._between(start, end)))

    def stripped(self) -> "Traced":
        """Return the text without white space around it."""
        text = self.text
        start = len(text) - len(text.lstrip())
        return self.cut(start, max(start, len(text.rstrip())))

    def _between(self, start: int, end: int) -> Iterator[Piece]:
        for index in range(bisect_right(self._ends, start), len(self.pieces)):
            piece = self.pieces[index]
            shift = self._ends[index] - len(piece.text)
            if shift >= end:
                return
            yield _part(piece, max(start - shift, 0), min(end - shift, len(piece.text)))


def _is_verbatim(piece: Piece) -> bool:
    return len(piece.text) == piece.end - piece.start


def _edited(piece: Piece, edits: Iterable[Edit]) -> Iterator[Piece]:
    """Yield what replacements make of one piece that stands in the file as it is."""
    text, base, done = piece.text, piece.start, 0
    for edit in edits:
        if edit.start > done:
            yield Piece(text[done : edit.start], base + done, base + edit.start)
        if edit.after:
            yield Piece(edit.after, base + edit.start, base + edit.end)
        done = edit.end
    if done < len(text):
        yield Piece(text[done:], base + done, base + len(text))


def _position(piece: Piece, from_end: int, *, at_end: bool) -> int:
    """Return the file's position of a place in a piece, counted from the piece's end (0 or negative)."""
    if _is_verbatim(piece):
        return piece.end + from_end
    return piece.end if at_end else piece.start


def _part(piece: Piece, start: int, end: int) -> Piece:
    text = piece.text[start:end]
    if _is_verbatim(piece):
        return Piece(text, piece.start + start, piece.start + end)
    return Piece(text, piece.start, piece.end)
