"""The text of a record file cut into lines and pieces: each piece knows what became of it and what is wrong with it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from topline.protocol.draft.notes import Origin
from topline.protocol.record.record import Record, Span


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the file's text that something refers to.

    `row` is the number of the statement of the study that came from it, `finding` the number of a finding about it
    (each None where it is not that); `severity` is that of the finding.
    """

    span: Span
    row: int | None = None
    finding: int | None = None
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of one line under the same marks; `anchors` are the marks that begin here, by their place."""

    text: str
    rows: tuple[int, ...] = ()
    findings: tuple[int, ...] = ()
    severity: str = ""
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number from 1, its pieces, and the findings that begin in it."""

    number: int
    pieces: tuple[Piece, ...]
    findings: tuple[int, ...] = ()


RANK = {"error": 3, "warning": 2, "note": 1, "": 0}


def lines_of(text: str, marks: Sequence[Mark]) -> tuple[Line, ...]:
    r"""Return the lines of a text with its marks; marks may overlap and run over lines.

    >>> made = lines_of("one two\nthree", [Mark(Span(4, 13), row=1)])
    >>> [[(piece.text, piece.rows) for piece in line.pieces] for line in made]
    [[('one ', ()), ('two', (1,))], [('three', (1,))]]
    """
    found = []
    start = 0
    ordered = sorted(marks, key=lambda mark: mark.span)
    for number, line in enumerate(text.split("\n"), 1):
        end = start + len(line)
        here = [mark for mark in ordered if mark.span.start < end and start < mark.span.end]
        pieces = tuple(_pieces(text, (start, end), here))
        begins = (mark.finding for mark in here if start <= mark.span.start < end and mark.finding is not None)
        found.append(Line(number, pieces, tuple(dict.fromkeys(begins))))
        start = end + 1
    return tuple(found)


def _pieces(text: str, line: tuple[int, int], marks: Sequence[Mark]) -> Iterator[Piece]:
    """Yield the pieces of one line, cut where a mark begins or ends."""
    start, end = line
    cuts = {start, end} | {place for mark in marks for place in mark.span if start < place < end}
    if start == end:
        return
    for left, right in pairwise(sorted(cuts)):
        over = [mark for mark in marks if mark.span.start <= left and right <= mark.span.end]
        yield Piece(
            text[left:right],
            tuple(dict.fromkeys(mark.row for mark in over if mark.row is not None)),
            tuple(dict.fromkeys(mark.finding for mark in over if mark.finding is not None)),
            max((mark.severity for mark in over), key=lambda name: RANK.get(name, 0), default=""),
            tuple(dict.fromkeys(anchor(mark) for mark in over if mark.span.start == left)),
        )


def anchor(mark: Mark) -> str:
    """Return the name of the place where a mark begins."""
    return f"f{mark.finding}" if mark.finding is not None else f"w{mark.span.start}"


def places(record: Record, origins: Iterable[Origin]) -> tuple[Span, ...]:
    """Return where in the file pieces of a record stand, those that are known."""
    found = (_place(record, origin) for origin in origins)
    return tuple(dict.fromkeys(span for spans in found for span in spans))


def _place(record: Record, origin: Origin) -> Iterator[Span]:
    """Yield the places of one piece; of a list those of its items."""
    value = record.value(origin.path)
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield from _place(record, Origin(f"{origin.path}.{index}"))
        return
    if value is None:
        return
    end = origin.end or len(str(value))
    span = record.place(origin.path, origin.start, end)
    if span is not None and 0 <= span.start < span.end <= len(record.text):
        yield span


def line_number(text: str, position: int) -> int:
    """Return the number of the line that holds a character, from 1."""
    return text.count("\n", 0, position) + 1
