"""The marker section of a content as a tree, and the numbers it prints by the identifier of their result."""

from functools import cache

from tests.report.contents import case
from tests.report.markup import Node, parse
from topline.report.biomarker import parts
from topline.report.content import Content
from topline.report.grid import Grid
from topline.report.markup import joined
from topline.report.page import tables
from topline.report.view import make_view


def section(content: Content) -> Node:
    """Return the section; a number without result is an error."""
    view = make_view(content, strict=True)
    page = joined([tables(view, part) if isinstance(part, Grid) else part for part in parts(view)])
    root, faults = parse(str(page))
    assert faults == ()
    return root


@cache
def of_case(name: str) -> Node:
    return section(case(name).content)


def printed(root: Node) -> dict[str, str]:
    """Return the text of every number, by the identifier of its result; one that stands twice must look the same."""
    found: dict[str, str] = {}
    for node in root.walk():
        if "data-result" in node.attributes and node.name in ("button", "tspan"):
            assert found.setdefault(node.attributes["data-result"], node.text()) == node.text()
    return found


def number(text: str) -> float:
    """Return a printed number."""
    return float(text.replace("\N{MINUS SIGN}", "-").removeprefix("<"))
