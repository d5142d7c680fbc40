"""A page as a tree, read by the parser of the standard library, which complains about what is not closed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr", "area", "base", "embed", "source", "track"}


@dataclass
class Node:
    """An element: name, attributes, children; texts are children too."""

    name: str
    attributes: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def find(self, name: str, **attributes: str) -> list["Node"]:
        """Return the elements below with this name and these attributes."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            node
            for node in self.walk()
            if node.name == name and all(node.attributes.get(key) == value for key, value in wanted.items())
        ]

    def has_class(self, name: str) -> bool:
        return name in self.attributes.get("class", "").split()

    def text(self, *, without: tuple[str, ...] = ()) -> str:
        """Return all text below, but for that of elements with one of some attributes."""
        if any(name in self.attributes for name in without):
            return ""
        return "".join(child if isinstance(child, str) else child.text(without=without) for child in self.children)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len({key for key, _ in attrs}) < len(attrs):
            self.faults.append(f"{tag} has an attribute twice")
        node = Node(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].name != tag:
            self.faults.append(f"</{tag}> closes <{self.open[-1].name}> at {self.getpos()}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


@cache
def parse(page: str) -> tuple[Node, tuple[str, ...]]:
    """Return the tree of a page and what is wrong with its elements."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    left = [f"<{node.name}> is not closed" for node in reader.open[1:]]
    return reader.root, (*reader.faults, *left)
