"""Tables with commas between cells (RFC 4180), each cell with its place in the text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from topline.protocol.record.origin import Edit, Piece, Traced
from topline.protocol.record.record import Span

_QUOTED = re.compile(r'"((?:[^"]|"")*+)("?)')
_PLAIN = re.compile(r"[^,\r\n]*")
_MARKS = re.compile(r'""|\r\n?')


MOST = 1_000
"""Cells of a row beyond these are not kept; the export has thirty columns."""


class Row(NamedTuple):
    """A row's cells, and its place in the text."""

    cells: tuple[Traced, ...]
    span: Span


def rows(text: str) -> Iterator[Row]:
    r"""Yield the rows of a table; rows without any text are left out.

    >>> [[cell.text for cell in row.cells] for row in rows('a,"b ""c"", d"\r\n\r\n1,2')]
    [['a', 'b "c", d'], ['1', '2']]
    """
    at = 0
    while at < len(text):
        cells, end = _cells(text, at)
        if any(cell.pieces for cell in cells):
            yield Row(tuple(cells), Span(at, end))
        at = end + (2 if text.startswith("\r\n", end) else 1)


def _cells(text: str, at: int) -> tuple[list[Traced], int]:
    """Return the cells of the row that begins at a character, and where it ends."""
    cells: list[Traced] = []
    while True:
        cell, at = _cell(text, at)
        cells.append(cell)
        if at >= len(text) or text[at] != ",":
            return cells, at
        if len(cells) == MOST:
            end = text.find("\n", at)
            return cells, end if end >= 0 else len(text)
        at += 1


def _cell(text: str, at: int) -> tuple[Traced, int]:
    """Return the cell that begins at a character, and where it ends; text behind a closing quote belongs to it."""
    match = _QUOTED.match(text, at)
    end = match.end() if match else at
    rest = _PLAIN.match(text, end)
    behind = rest.end() if rest else end
    bare = Traced.verbatim(text[end:behind], end)
    if match is None:
        return bare.stripped(), behind
    return Traced.joined((_unquoted(match[1], at + 1), bare)).stripped(), behind


def _unquoted(raw: str, start: int) -> Traced:
    r"""Return the inside of quotes with single ones for doubled ones and with \n at the ends of lines."""
    if raw.count('""') > MOST:
        return Traced((Piece(raw.replace('""', '"'), start, start + len(raw)),))
    marks = [Edit(*found.span(), '"' if found[0] == '""' else "\n", "quote") for found in _MARKS.finditer(raw)]
    return Traced.verbatim(raw, start).edited(marks)
