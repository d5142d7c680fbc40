r"""The text of a JSON file: where each value stands in it, looked up only when somebody asks.

Objects and lists are walked with json's own scanner; what lies beside the way is skipped in one call. Of a key that
stands twice in an object the last counts, as for json itself.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from topline.protocol.record.record import Span

_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)
_NEAR = 40
_DECODER = json.JSONDecoder(strict=False, parse_int=str)


class JsonText:
    r"""The places of values in a JSON text that json can read.

    Objects and lists are walked no further than asked; `has_doubles` says that a key may stand twice in an object, so
    that they must be walked to their end.

    >>> text = JsonText('{"a": [1, "x\\n\\u2265y"]}')
    >>> text.span(("a", "1")), text.piece_of(text.span(("a", "1")), 2, 3)
    (Span(start=10, end=22), Span(start=14, end=20))
    """

    def __init__(self, text: str, *, has_doubles: bool = False) -> None:
        self.text = text
        self.has_doubles = has_doubles
        self._walks: dict[int, tuple[dict[str, Span], Iterator[tuple[str, Span]]]] = {}
        self._written: dict[int, tuple[list[int], list[int]]] = {}

    def span(self, steps: Sequence[str], start: int | None = None) -> Span | None:
        """Return the place of the value at the end of a way of keys and indices (in digits), quotes included.

        The way begins at the value that begins at the character `start`, without it at the outermost.
        """
        found: Span | None = Span(self._skip_space(0) if start is None else start, len(self.text))
        for step in steps:
            found = None if found is None else self._child(found.start, step)
        return found

    def start_of(self, key: str) -> int | None:
        """Return where the value of a key begins that is known to be there, None where the key stands twice.

        A quoted key cannot stand inside a string, where its quotes would be escaped.
        """
        quoted = f'"{key}"'
        at = self.text.find(quoted)
        if at < 0 or self.has_doubles or self.text.find(quoted, at + 1) >= 0:
            return None
        colon = self._skip_space(at + len(quoted))
        return self._skip_space(colon + 1) if self.text[colon : colon + 1] == ":" else None

    def next_string(self, key: str, value: str, at: int) -> Span | None:
        """Return the place of the next member behind a character that has a key and a string, None where none is near.

        A quoted key cannot stand inside a string, where its quotes would be escaped.
        """
        quoted = f'"{key}"'
        for _ in range(_NEAR):
            at = self.text.find(quoted, at)
            if at < 0:
                return None
            start = self._skip_space(self._skip_space(at + len(quoted)) + 1)
            at += len(quoted)
            if self.text[start : start + 1] == '"':
                found, end = _DECODER.raw_decode(self.text, start)
                if found == value:
                    return Span(start, end)
        return None

    def piece_of(self, whole: Span, start: int, end: int) -> Span:
        """Return the place of the characters from `start` up to `end` of the string at a place; else the place."""
        if self.text[whole.start] != '"':
            return whole
        if whole.start not in self._written:
            self._written[whole.start] = _escapes(self.text[whole.start + 1 : whole.end - 1])
        characters, ends = self._written[whole.start]
        left, right = (whole.start + 1 + _written_position(at, characters, ends) for at in (start, end))
        return Span(min(left, whole.end - 1), min(right, whole.end - 1))

    def _child(self, at: int, step: str) -> Span | None:
        """Return the place of a member or item of the object or list that begins at a character."""
        if at not in self._walks:
            opening = self.text[at]
            self._walks[at] = ({}, self._members(at) if opening == "{" else self._items(at))
        found, walk = self._walks[at]
        if step not in found or self.has_doubles:
            for name, span in walk:
                found[name] = span
                if name == step and not self.has_doubles:
                    break
        return found.get(step)

    def _members(self, at: int) -> Iterator[tuple[str, Span]]:
        at = self._skip_space(at + 1)
        while self.text[at] == '"':
            key, at = _DECODER.raw_decode(self.text, at)
            start = self._skip_space(self._skip_space(at) + 1)
            end = self._end(start)
            yield key, Span(start, end)
            at = self._skip_space(end)
            if self.text[at] != ",":
                return
            at = self._skip_space(at + 1)

    def _items(self, at: int) -> Iterator[tuple[str, Span]]:
        if self.text[at] != "[":
            return
        at, index = self._skip_space(at + 1), 0
        while self.text[at] != "]":
            end = self._end(at)
            yield str(index), Span(at, end)
            at, index = self._skip_space(end), index + 1
            if self.text[at] != ",":
                return
            at = self._skip_space(at + 1)

    def _end(self, at: int) -> int:
        _, end = _DECODER.raw_decode(self.text, at)
        return end

    def _skip_space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at


def _escapes(raw: str) -> tuple[list[int], list[int]]:
    r"""Return of each escape in a written string which character it is, and where it ends; before them the beginning.

    >>> _escapes(r"a\"b"), _escapes(r"\ud83d\ude00!")
    (([-1, 1], [0, 3]), ([-1, 0], [0, 12]))
    """
    characters, ends, shift = [-1], [0], 0
    if "\\" in raw:
        for match in _ESCAPES.finditer(raw):
            characters.append(match.start() - shift)
            shift += match.end() - match.start() - 1
            ends.append(match.end())
    return characters, ends


def _written_position(at: int, characters: list[int], ends: list[int]) -> int:
    """Return where a character begins in a written string: behind the last escape before it, and as far on as it is.

    >>> [_written_position(at, [-1, 1], [0, 3]) for at in (0, 1, 2, 3)]
    [0, 1, 3, 4]
    """
    index = bisect_left(characters, at) - 1
    return ends[index] + at - characters[index] - 1
