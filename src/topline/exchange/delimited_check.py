"""Whether a delimited text is regular, so that a fast reader cannot shift, merge or drop anything in it.

Regular means: every record has as many fields as the header, a quotation mark stands only around a whole field or
doubled inside one, the last quotation is closed, and a carriage return stands only before a line feed. The text is
looked at in pieces of fixed size, as arrays of bytes, so the memory needed does not depend on its length.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUOTE, LINE_FEED, RETURN = ord('"'), ord("\n"), ord("\r")
Bytes = NDArray[np.uint8]


@dataclass(slots=True)
class _State:
    """Where the reading stands between two pieces: inside a quotation or not, the byte before, separators so far."""

    inside: bool = False
    before: int = LINE_FEED
    separators: int = 0


def is_regular(pieces: Iterable[bytes], delimiter: str, fields: int) -> bool:
    r"""Return whether the text whose bytes `pieces` gives (UTF-8, without mark) is regular with `fields` fields.

    >>> is_regular([b'A,B\n1,"2,', b'3"\n'], ",", 2), is_regular([b'A,B\n1,2,3\n'], ",", 2)
    (True, False)
    >>> is_regular([b'A,B\n1,5" nail\n'], ",", 2), is_regular([b'A,B\n1,"nail\n'], ",", 2)
    (False, False)
    """
    state, mark = _State(), ord(delimiter)
    if fields < 2:
        return False
    for piece in pieces:
        if piece and not _piece_is_regular(np.frombuffer(piece, np.uint8), mark, fields, state):
            return False
    ends_with_line = state.before == LINE_FEED and state.separators == 0
    return not state.inside and state.before != RETURN and (ends_with_line or state.separators == fields - 1)


def _piece_is_regular(piece: Bytes, mark: int, fields: int, state: _State) -> bool:
    before = np.concatenate([np.array([state.before], np.uint8), piece[:-1]])
    inside = (np.cumsum(piece == QUOTE, dtype=np.uint32) + state.inside) % 2 == 1
    inside_before = np.concatenate([np.array([state.inside]), inside[:-1]])
    opened, closed_before = (piece == QUOTE) & inside, (before == QUOTE) & ~inside_before
    faults = (
        (opened & ~np.isin(before, (mark, LINE_FEED, QUOTE)))
        | (closed_before & ~np.isin(piece, (mark, LINE_FEED, RETURN, QUOTE)))
        | ((before == RETURN) & (piece != LINE_FEED))
    )
    line_ends = piece == LINE_FEED
    ends = line_ends[np.flatnonzero((line_ends | (piece == mark)) & ~inside)]
    due = (np.arange(len(ends)) + state.separators) % fields == fields - 1
    state.separators = (state.separators + len(ends)) % fields
    state.inside, state.before = bool(inside[-1]), int(piece[-1])
    return not bool(faults.any()) and bool(np.array_equal(ends, due))
