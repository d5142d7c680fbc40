"""YAML text as plain data that knows the line of each value; nothing in it is guessed.

YAML 1.2 with its core types, narrowed: an anchor, an alias, a tag and a key that stands twice are refused. A plain
scalar is a number, true, false or null only in its usual spelling; `NO`, `12:30`, `0123`, `1_000`, `.nan` and dates are
text.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, Event, MappingStartEvent, NodeEvent, ScalarEvent, SequenceStartEvent
from ruamel.yaml.reader import ReaderError

from topline.errors import ToplineError
from topline.protocol.tree import Path

LARGEST = 200_000  # characters
DEEPEST = 20  # levels
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})?(\.[0-9]{0,40})?([eE][-+]?[0-9]{1,3})?")
WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    spelling: truth
    for word, truth in (("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}

Scalar = str | int | float | bool | None
Data = Scalar | list["Data"] | dict[str, "Data"]


@dataclass(slots=True)
class Document:
    """A document is its data, the line of each path (from 1), and each scalar as it was written."""

    data: Data = None
    lines: dict[Path, int] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    doubles: list[tuple[Path, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Return the line of a path, or of its nearest parent that stands in the document."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def scalar(text: str) -> Scalar:
    """Return the value of a plain scalar.

    >>> [scalar(text) for text in ("43", "1.10", "true", "NO", "12:30", "0123", "2024-01-05")]
    [43, 1.1, True, 'NO', '12:30', '0123', '2024-01-05']
    """
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text) and any(character.isdigit() for character in re.split("[eE]", text)[0]):
        return float(text) if isfinite(float(text)) else text
    return text


def parse_document(text: str, where: str) -> Document:
    """Return the document that a YAML text holds.

    Raises:
        ToplineError: TL-P01 when the text is not YAML, empty, too large or too deep, or uses what is refused.

    """
    text = text.removeprefix("\ufeff")
    _check_characters(text, where)
    builder = _Builder(where)
    try:
        builder.read(YAML(typ="safe", pure=True).parse(io.StringIO(text)))
    except (YAMLError, RecursionError) as error:
        raise _not_yaml(error, text, where) from None
    if builder.document.data is None:
        raise ToplineError("TL-P01", where=where, what="holds nothing")
    return builder.document


def _check_characters(text: str, where: str) -> None:
    """Refuse what no study file holds: too much text, bytes of another encoding."""
    if len(text) > LARGEST:
        raise ToplineError(
            "TL-P01", where=where, what=f"holds {len(text):,} characters; a study file has at most {LARGEST:,}"
        )
    for number, line in enumerate(text.splitlines(), 1):
        bad = next((c for c in line if c == "\ufffd" or 0xD800 <= ord(c) <= 0xDFFF), None)
        if bad:
            raise ToplineError(
                "TL-P01", where=f"{where}, line {number}", what="holds bytes that are not UTF-8 text; save it as UTF-8"
            )


def _not_yaml(error: Exception, text: str, where: str) -> ToplineError:
    """Return the error that says in plain words where the text stops being YAML."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        what = f"holds the control character U+{ord(text[error.position]):04X}; is it a text file?"
        return ToplineError("TL-P01", where=f"{where}, line {line}", what=what)
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return ToplineError("TL-P01", where=where, what="cannot be read as YAML")
    problem = str(error.problem or error.context or "is not YAML")
    if "'\\t'" in problem:
        problem = "a tab stands where only spaces may; indent with spaces"
    elif "mapping values are not allowed" in problem:
        problem = "a second ': ' in a line, or a wrong indent; put texts that hold ': ' in quotes"
    mark = error.problem_mark
    return ToplineError("TL-P01", where=f"{where}, line {mark.line + 1}, column {mark.column + 1}", what=problem)


class _Builder:
    """Builds a document from the parser's events."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.document = Document()

    def read(self, events: Iterator[Event]) -> None:
        """Read the one document of a stream."""
        nodes = (event for event in events if isinstance(event, NodeEvent) or _closes(event))
        first = next(nodes, None)
        if first is None:
            return
        self.document.data = self._node(first, nodes, ())
        if (extra := next(nodes, None)) is not None:
            raise self._refused(extra, "a second document begins; a study file holds one")

    def _refused(self, event: Event, what: str) -> ToplineError:
        """Return the error about something at an event."""
        return ToplineError("TL-P01", where=f"{self.where}, line {event.start_mark.line + 1}", what=what)

    def _node(self, event: Event, rest: Iterator[Event], path: Path) -> Data:
        """Return the data of the node that begins with this event."""
        if len(path) > DEEPEST:
            raise self._refused(event, f"is nested deeper than {DEEPEST} levels")
        self._check_plain(event)
        self.document.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, MappingStartEvent):
            return self._mapping(rest, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(rest, path)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        raise self._refused(event, "no value")

    def _check_plain(self, event: Event) -> None:
        """Refuse anchors, aliases, tags, and characters that no text holds."""
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, "an anchor or alias; write each value where it stands")
        if getattr(event, "ctag", None) is not None:
            raise self._refused(event, "a tag (!); write the value without it")
        for character in event.value if isinstance(event, ScalarEvent) else "":
            if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
                raise self._refused(event, f"the control character U+{ord(character):04X} in a text")

    def _scalar(self, event: ScalarEvent, path: Path) -> Scalar:
        """Return the value of a scalar; quoted, it is text."""
        self.document.written[path] = event.value
        return scalar(event.value) if event.implicit[0] else str(event.value)

    def _sequence(self, rest: Iterator[Event], path: Path) -> list[Data]:
        """Return the items of a list."""
        items: list[Data] = []
        while not _closes(event := next(rest)):
            items.append(self._node(event, rest, (*path, len(items))))
        return items

    def _mapping(self, rest: Iterator[Event], path: Path) -> dict[str, Data]:
        """Return the keys and values of a mapping; keys are text as written."""
        found: dict[str, Data] = {}
        while not _closes(event := next(rest)):
            if not isinstance(event, ScalarEvent):
                raise self._refused(event, "a list, mapping or alias stands as a key; a key is a word")
            self._check_plain(event)
            key, inner = event.value, (*path, event.value)
            line = event.start_mark.line + 1
            value = self._node(next(rest), rest, inner)
            if key in found:
                self.document.doubles.append((inner, f"stands twice, in lines {self.document.lines[inner]} and {line}"))
                continue
            self.document.lines[inner] = line
            found[key] = value
        return found


def _closes(event: Event) -> bool:
    """Whether an event ends a list or mapping."""
    return type(event).__name__ in ("MappingEndEvent", "SequenceEndEvent")
