"""The texts of a protocolSection, mended, and the way from each back to the JSON file."""

from collections.abc import Iterable, Mapping

from topline.protocol.record.json_text import JsonText
from topline.protocol.record.origin import Traced
from topline.protocol.record.record import Repair, Span
from topline.protocol.record.repair import is_damaged, is_plain, mend


class MendedSection:
    """A protocolSection whose damaged texts are mended; lists become tuples."""

    def __init__(self, source: JsonText, steps: tuple[str, ...]) -> None:
        self.repairs: list[Repair] = []
        self._source = source
        self._steps = steps
        self._mended: dict[str, Traced] = {}
        self._gone: dict[str, list[int]] = {}
        self._behind = 0
        self._places: dict[str, Span | None] = {}
        self._starts: dict[str, int | None] = {}
        self._modules: frozenset[str] = frozenset()

    def section(self, section: Mapping[str, object]) -> dict[str, object]:
        """Return the section with its texts mended."""
        self._modules = frozenset(section)
        return {name: self._node(part, name) for name, part in section.items()}

    def leave_out(self, paths: Iterable[str]) -> None:
        """Note values that the content has not, so that the items behind them are found in the file."""
        for path in paths:
            parent, _, last = path.rpartition(".")
            if last.isdigit():
                self._gone.setdefault(parent, []).append(int(last))

    def place(self, path: str, start: int, end: int) -> Span | None:
        """Return the place in the file of a piece of a value of the content."""
        in_source = self._in_source(path)
        mended = self._mended.get(in_source)
        span = mended.place(start, end) if mended else Span(start, end)
        whole = None if span is None else self.source_place(in_source)
        return None if span is None or whole is None else self._source.piece_of(whole, *span)

    def source_place(self, path: str) -> Span | None:
        """Return the place of a whole value by its path in the file."""
        if path not in self._places:
            self._places[path] = self._looked_up(path)
        return self._places[path]

    def _looked_up(self, path: str) -> Span | None:
        """Return the place of a value, from its module on where that stands once in the file, else from the top."""
        module, *below = path.split(".")
        if below and module in self._modules:
            if module not in self._starts:
                self._starts[module] = self._source.start_of(module)
            if (start := self._starts[module]) is not None:
                return self._source.span(below, start)
        return self._source.span((*self._steps, module, *below))

    def _in_source(self, path: str) -> str:
        """Return the path in the file of a path in the content, in which some items of lists may be missing."""
        if not self._gone:
            return path
        steps: list[str] = []
        for step in path.split("."):
            index = int(step) if step.isdecimal() and len(step) < 9 else -1
            for gone in sorted(self._gone.get(".".join(steps), ())) if index >= 0 else ():
                index += gone <= index
            steps.append(step if index < 0 else str(index))
        return ".".join(steps)

    def _node(self, node: object, path: str) -> object:
        if type(node) is dict:
            return {n: part if is_plain(part) else self._part(part, path, n) for n, part in node.items()}
        if type(node) is list:
            return tuple([part if is_plain(part) else self._part(part, path, str(n)) for n, part in enumerate(node)])
        return node

    def _part(self, part: object, parent: str, name: str) -> object:
        kind = type(part)
        if kind is str:
            return self._text(str(part), parent, name)
        return self._node(part, f"{parent}.{name}") if kind is dict or kind is list else part

    def _text(self, text: str, parent: str, name: str) -> str:
        if not is_damaged(text, markdown=True):
            return text
        path = f"{parent}.{name}"
        mended, repairs = mend(Traced.verbatim(text, 0), path, markdown=True)
        self._mended[path] = mended
        whole = self._places[path] = self._found(text, path, name)
        for repair in repairs:
            place = None if repair.span is None or whole is None else self._source.piece_of(whole, *repair.span)
            self.repairs.append(Repair(repair.kind, path, repair.before, repair.after, place))
        return mended.text

    def _found(self, text: str, path: str, name: str) -> Span | None:
        """Return the place of a string: texts are read in the file's order, so it is the next one with its key."""
        is_first = len(self._steps) <= 1 and not self._source.has_doubles and not name.isdecimal()
        found = self._source.next_string(name, text, self._behind) if is_first else None
        if found is None:
            return self._source.span((*self._steps, *path.split(".")))
        self._behind = found.end
        return found
