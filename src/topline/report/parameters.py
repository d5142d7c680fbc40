"""What analyses of measurements are about: the parameter, its name and the criteria that grade it."""

import re
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from topline.report.markup import Text, element, joined
from topline.report.numbers import Result
from topline.report.view import View

VALUE = "(?:[^']|'')*"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of ADLB or ADVS: code, name with unit, and the terms of low and of high grades."""

    code: str
    name: str
    terms: tuple[str, str] = ("", "")

    def label(self, side: str) -> Text:
        """Return the name with the term by which values of this direction (L or H) are graded below it."""
        term = self.terms["LH".index(side)]
        return joined([self.name, element("span", term, class_="rank")]) if term else self.name


def asked(where: str, column: str) -> str:
    """Return the value that a condition asks of a column, or an empty text where it asks none.

    >>> asked("PARAMCD = 'ALT' AND BASETYPE = '5'' SITTING' AND AVISITN = 101", "BASETYPE")
    "5' SITTING"
    """
    found = re.search(rf"\b{column} = '({VALUE})'", where)
    return found[1].replace("''", "'") if found else ""


def parameters(view: View, dataset: str) -> dict[str, Parameter]:
    """Return the parameters of a dataset by their code, each named by the first row that has a name."""
    frame = view.rows.tables.get(dataset)
    if frame is None:
        return {}
    texts = [_first(name) for name in ("PARAM", "ATOXDSCL", "ATOXDSCH")]
    rows = frame.group_by("PARAMCD", maintain_order=True).agg(texts)
    return {code: Parameter(code, name or code, (low or "", high or "")) for code, name, low, high in rows.iter_rows()}


def _first(column: str) -> pl.Expr:
    """Return the first text of a column; of the names of a parameter the one of a row with a value, if there is one."""
    present = pl.col(column).filter(pl.col(column).is_not_null())
    if column != "PARAM":
        return present.first()
    valued = pl.col(column).filter(pl.col(column).is_not_null() & pl.col("AVAL").is_not_null())
    return pl.coalesce(valued.first(), present.first()).alias(column)


def collected(view: View, topic: str, dataset: str) -> dict[str, list[Result]]:
    """Return the first result of each analysis of a topic in a dataset, by parameter, in their stored order."""
    found: dict[str, list[Result]] = {}
    for first in view.numbers.analyses(topic):
        if first.dataset == dataset:
            found.setdefault(asked(first.where, "PARAMCD"), []).append(first)
    return found


def population(view: View, topics: tuple[str, ...]) -> str:
    """Return the analysis set of the first analysis of some topics, or an empty text where there is none."""
    return next((first.population for topic in topics for first in view.numbers.analyses(topic)[:1]), "")


def nobody() -> Markup:
    """Return the mark of a cell that no subject is in."""
    return element("span", "\N{EN DASH}", class_="none", title="no subject")
