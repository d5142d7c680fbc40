"""A table of the report: code, title, columns, rows and notes; it is rendered by one template."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from topline.report.markup import Text, element, joined, say
from topline.report.view import View, group_name

Cell = Callable[[str], Text]

LONG = 40
"""A table of detail with more rows than this is folded."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its header, its cells, how deep it is indented; `heading` rows name the rows below them."""

    label: Text
    cells: tuple[Text, ...] = ()
    depth: int = 0
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `kind` is `result` (every number is a result), `protocol`, `listing` or `plain`.

    A table that is `folded` shows its title alone until the reader opens it; on paper it is open.
    """

    code: str
    title: Text
    head: tuple[Text, ...]
    rows: tuple[Row, ...]
    notes: tuple[Text, ...] = ()
    kind: str = "result"
    subtitle: Text = ""
    wide: bool = field(default=False)
    folded: bool = field(default=False)


def heading(label: Text, depth: int = 0) -> Row:
    """Return a row that names the rows below it."""
    return Row(label, depth=depth, heading=True)


def by_group(view: View, label: Text, cell: Cell, depth: int = 0) -> Row:
    """Return a row with one cell per group."""
    return Row(label, tuple(cell(group) for group in view.numbers.groups), depth)


def group_head(view: View, size: str, statistic: str = "n") -> tuple[Text, ...]:
    """Return the column headers of a table by group: its name and N, which is a statistic of the analysis `size`."""
    heads: list[Text] = [""]
    for group in view.numbers.groups:
        identifier = f"{size}/{group}/{statistic}"
        known = view.numbers.get(identifier) is not None
        count = element("span", "(N = ", view.numbers.number(identifier), ")", class_="size") if known else ""
        heads.append(joined([group_name(view, group), count], " "))
    return tuple(heads)


def facts(code: str, title: Text, pairs: Iterable[tuple[Text, Text]], kind: str = "protocol") -> Grid:
    """Return a table of two columns: what, and its value."""
    return Grid(code, title, (), tuple(Row(label, (value,)) for label, value in pairs), kind=kind)


def population_note(name: Markup) -> Markup:
    """Return the subtitle that names the analysis set of a table."""
    return say("Analysis set: {name}", name=name)
