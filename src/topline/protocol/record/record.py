"""A record: what a register says of a trial, where each value stood in the file, and what the form cannot say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from topline.protocol.record.content import Content, Fields


class Form(StrEnum):
    """The forms in which records come."""

    PAGE = "ClinicalTrials.Veeva page"
    FLAT = "flattened text"
    API = "API version 2 JSON"
    CSV = "CSV export"


class State(StrEnum):
    """What is known of a field: it was read, the source leaves it out though its form could hold it, or cannot."""

    READ = "read"
    EMPTY = "empty"
    NOT_IN_SOURCE = "not in source"


class Span(NamedTuple):
    """A piece of a text: the characters from `start` up to `end`, counted from 0, `end` excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Repair:
    """Damaged text that was mended: kind (mojibake, escape, full-width, entity, superscript), field, before, after.

    `span` is the place of `before` in the file's text, where it is known.
    """

    kind: str
    path: str
    before: str
    after: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that a person must look at: its field, why it is uncertain, the place in the file's text."""

    path: str
    reason: str
    span: Span | None = None


Place = Callable[[str, int, int], Span | None]
"""From a field and a piece of its value (start, end) to the place of that piece in the file's text, where known."""


def _unknown(path: str, start: int, end: int) -> Span | None:
    return None


@dataclass(frozen=True, slots=True)
class Record:
    """A registry record as it was read.

    Fields are named by dotted paths in the API's words below `protocolSection`, list items by index:
    `outcomesModule.primaryOutcomes.0.timeFrame`. `content` holds the values with damaged text mended (`repairs` says
    where); `document` the whole record in the shape of the API, as its source wrote it. `absent` names the fields, or
    the modules, that this form never carries or that this source lost. `location_count` is the number of sites, known
    even where they are not listed. `place` leads from a value back to the file's `text`.
    """

    form: Form
    text: str
    content: Content
    document: Mapping[str, object]
    absent: frozenset[str] = frozenset()
    repairs: tuple[Repair, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    location_count: int | None = None
    place: Place = field(default=_unknown, repr=False, compare=False)

    def value(self, path: str) -> object:
        """Return what stands at a path of the content, None where nothing does.

        Parts of the path are the API's names (`designModule.enrollmentInfo.count`) and indices.
        """
        found: object = self.content
        for step in path.split("."):
            if isinstance(found, tuple | list):
                found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
            else:
                found = _attribute(found, step)
            if found is None:
                return None
        return found

    def state(self, path: str) -> State:
        """Return whether a field was read, was left empty, or cannot be in this source."""
        if not _is_empty(self.value(path)):
            return State.READ
        steps = path.split(".")
        above = {".".join(steps[:length]) for length in range(1, len(steps) + 1)}
        return State.NOT_IN_SOURCE if above & self.absent else State.EMPTY


def _is_empty(value: object) -> bool:
    """Whether a value says nothing: it is missing, without items, or a group of fields of which none was given."""
    if isinstance(value, Fields):
        return not value.model_fields_set and not value.model_extra
    return value in (None, (), "")


def _attribute(part: object, name: str) -> object:
    """Return the attribute of a part of the content that the API calls `name`."""
    if isinstance(part, Mapping):
        return part.get(name)
    if not isinstance(part, Fields):
        return None
    own = _names(type(part)).get(name)
    return getattr(part, own) if own else (part.model_extra or {}).get(name)


@cache
def _names(kind: type[Fields]) -> Mapping[str, str]:
    """Return how the fields of a part of the content are called here, by the API's name and by their own."""
    return {name: own for own, info in kind.model_fields.items() for name in (info.alias, own) if name}
