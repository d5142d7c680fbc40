"""From a tree of traced values to content, document, repairs, and the way back to the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from topline.protocol.record.origin import Told, Traced
from topline.protocol.record.record import Repair, Span
from topline.protocol.record.repair import is_damaged, mend

Leaf = Traced | Told
Node = Mapping[str, "Node | Leaf | None"] | tuple["Node | Leaf | None", ...]


@dataclass(slots=True)
class Settled:
    """What became of a tree: the values as they stood, the mended ones, where each stood, and what was mended."""

    document: dict[str, object] = field(default_factory=dict)
    content: dict[str, object] = field(default_factory=dict)
    origins: dict[str, Leaf] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)

    def place(self, path: str, start: int, end: int) -> Span | None:
        """Return the place in the file of a piece of a value; of a code or number, the place of all of it."""
        leaf = self.origins.get(path)
        if isinstance(leaf, Told):
            return leaf.place
        return None if leaf is None else leaf.place(start, end)


def settle(tree: Mapping[str, Node | Leaf | None]) -> Settled:
    """Return the values of a tree, mended, with their places; empty branches and absent values are left out.

    >>> done = settle({"module": {"name": Traced.verbatim("a &lt; b", 10), "none": None, "list": (Told(3, None),)}})
    >>> done.document, done.content
    ({'module': {'name': 'a &lt; b', 'list': [3]}}, {'module': {'name': 'a < b', 'list': (3,)}})
    >>> done.place("module.name", 2, 3)
    Span(start=12, end=16)
    """
    settled = Settled()
    for name, node in tree.items():
        pair = _settle(node, name, settled)
        if pair is not None:
            settled.document[name], settled.content[name] = pair
    return settled


Pair = tuple[object, object]


def _settle(node: Node | Leaf | None, path: str, settled: Settled) -> Pair | None:
    """Return a value as it stood and as it was mended, None where there is none."""
    if node is None:
        return None
    if isinstance(node, Told):
        settled.origins[path] = node
        return node.value, node.value
    if isinstance(node, Traced):
        return _text(node, path, settled)
    return _branch(node, path, settled)


def _text(text: Traced, path: str, settled: Settled) -> Pair | None:
    verbatim = text.text
    if not verbatim:
        return None
    settled.origins[path] = text
    if not is_damaged(verbatim, markdown=False):
        return verbatim, verbatim
    mended, repairs = mend(text, path, markdown=False)
    settled.origins[path] = mended
    settled.repairs.extend(repairs)
    return verbatim, mended.text


def _branch(node: Node, path: str, settled: Settled) -> Pair | None:
    if isinstance(node, Mapping):
        named = {name: _settle(part, f"{path}.{name}", settled) for name, part in node.items()}
        kept = {name: pair for name, pair in named.items() if pair is not None}
        return (
            ({name: pair[0] for name, pair in kept.items()}, {n: pair[1] for n, pair in kept.items()}) if kept else None
        )
    items: list[Pair] = []
    for part in node:
        pair = _settle(part, f"{path}.{len(items)}", settled)
        items.extend(() if pair is None else (pair,))
    return ([pair[0] for pair in items], tuple(pair[1] for pair in items)) if items else None
