"""Tables of safety laid out to be read again by tests: of a case, and of a run on changed data."""

import re
from collections.abc import Callable
from functools import cache

import polars as pl

from tests.conftest import virtual_run
from tests.report.contents import SINGLE, Tables, case, content
from tests.report.markup import Node, parse
from topline.report import exposure, occurrences, safety
from topline.report.content import Content
from topline.report.grid import Grid
from topline.report.markup import Text, joined
from topline.report.page import tables
from topline.report.view import View, make_view
from topline.study import run_study

COUNT = re.compile(r"\d+")


@cache
def made(name: str) -> tuple[View, Node]:
    """Return the view of a case and its tables of safety as a tree."""
    return laid_out(case(name).content)


def laid_out(of: Content) -> tuple[View, Node]:
    view = make_view(of, strict=True)
    parts = [*exposure.grids(view), *safety.parts(view), occurrences.history(view), occurrences.medications(view)]
    root, faults = parse(str(joined([shown(view, part) for part in parts if part is not None])))
    assert faults == ()
    return view, root


def shown(view: View, part: Grid | Text) -> Text:
    return tables(view, part) if isinstance(part, Grid) else part


def adam(name: str, dataset: str) -> pl.DataFrame:
    return case(name).content.adam[dataset]


def emergent(name: str) -> pl.DataFrame:
    return adam(name, "ADAE").filter(pl.col("TRTEMFL") == "Y")


def count(text: str) -> int:
    """Return the first number of a cell; a point stands for 0."""
    found = COUNT.match(text)
    return int(found.group()) if found else 0


def subjects(events: pl.DataFrame) -> int:
    return events["USUBJID"].n_unique()


def changed(change: Callable[[Tables], Tables]) -> tuple[View, Node]:
    """Return the tables of a run on changed tables of safety alone."""
    run = virtual_run(SINGLE)
    return laid_out(content(run_study(run.protocol, change(small(run.tables)))))


def small(tables: Tables) -> Tables:
    return {name: tables[name] for name in ("DM", "DS", "EX", "AE", "CM", "MH")}


def codes(root: Node) -> list[str]:
    return [span.text() for span in root.find("span") if span.has_class("code")]
