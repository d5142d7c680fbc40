"""A registry record as a document that is edited place by place, everything else staying as it was."""

import copy
from collections.abc import Mapping

from topline.protocol.draft.notes import Origin

Node = dict[str, object]


class RecordEdit:
    """A copy of a record's document; paths are dotted API names below `protocolSection`."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.document: Node = copy.deepcopy(dict(document))
        self._gone: list[str] = []

    def get(self, path: str) -> object:
        """Return what stands at a path, None where nothing does."""
        found: object = self.document.get("protocolSection")
        for step in path.split("."):
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return found

    def set(self, path: str, value: object) -> None:
        """Write a value; what is missing on the way is made. None removes the key."""
        above, _, last = path.rpartition(".")
        holder = self._holder(above)
        if isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
            holder[int(last)] = value
        elif isinstance(holder, dict) and value is None:
            holder.pop(last, None)
        elif isinstance(holder, dict):
            holder[last] = value

    def _holder(self, path: str) -> object:
        """Return the mapping or list at a path, made where it is missing."""
        section = self.document.setdefault("protocolSection", {})
        found: object = section
        for step in path.split(".") if path else ():
            if isinstance(found, dict):
                found = found.setdefault(step, {})
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return found

    def listed(self, path: str) -> list[object]:
        """Return the list at a path, made where it is missing."""
        found = self.get(path)
        if not isinstance(found, list):
            self.set(path, [])
            found = self.get(path)
        return found if isinstance(found, list) else []

    def replace(self, origin: Origin, before: str, after: str) -> bool:
        """Write one piece of a text anew; return whether it was found there.

        `before` is the piece as the mended text has it; in the source's own text it may lie elsewhere.
        """
        text = self.get(origin.path)
        if not isinstance(text, str) or not before:
            return False
        if text[origin.start : origin.end] == before:
            self.set(origin.path, text[: origin.start] + after + text[origin.end :])
            return True
        if text.count(before) != 1:
            return False
        self.set(origin.path, text.replace(before, after))
        return True

    def drop(self, path: str) -> None:
        """Mark a list item as gone; `finish` takes it out, so that other paths stay valid until then."""
        self._gone.append(path)

    def finish(self) -> Node:
        """Take out what was dropped, and return the document."""
        for path in sorted(set(self._gone), key=_order, reverse=True):
            above, _, index = path.rpartition(".")
            items = self.get(above)
            if isinstance(items, list) and index.isdigit() and int(index) < len(items):
                del items[int(index)]
                if not items:
                    self.set(above, None)
        self._gone.clear()
        return self.document


def _order(path: str) -> tuple[str, int]:
    """Return list and index of a path."""
    above, _, index = path.rpartition(".")
    return above, int(index) if index.isdigit() else -1
