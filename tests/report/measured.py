"""Parts of the report on their own: a view of a case, its tables and figures as trees, and data that were changed."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import polars as pl
from markupsafe import Markup

from tests.report.contents import TWO_STAGE, Tables, content, rerun, two_arms
from tests.report.markup import Node, parse
from topline.report.content import Content
from topline.report.grid import Grid
from topline.report.measurements import parts
from topline.report.page import tables
from topline.report.view import View, make_view

Draw = Callable[[View], Markup | None]


def view(made: Content) -> View:
    """Return a view in which a number without result is an error."""
    return make_view(made, strict=True)


def section(made: Content) -> Node:
    """Return the section of measurements as a tree."""
    seen = view(made)
    found = [tables(seen, part) if isinstance(part, Grid) else part for part in parts(seen)]
    root, faults = parse("".join(found))
    assert faults == ()
    return root


def figure(draw: Draw, made: Content) -> Node | None:
    """Return a figure as a tree, or None where nothing is drawn."""
    drawn = draw(view(made))
    if drawn is None:
        return None
    root, faults = parse(drawn)
    assert faults == ()
    return root


def drawn(draw: Draw, made: Content) -> Node:
    found = figure(draw, made)
    assert found is not None
    return found


def shapes(root: Node, kind: str) -> list[Node]:
    return [node for node in root.walk() if node.has_class(kind)]


def without(made: Content, *datasets: str) -> Content:
    """Return a content in which some ADaM tables are empty, with the results that rest on them gone."""
    adam = {name: frame.clear() if name in datasets else frame for name, frame in made.adam.items()}
    gone = pl.col("DATASET").is_in(datasets)
    return replace(made, adam=adam, results=made.results.filter(~gone), lineage=made.lineage.filter(~gone))


def changed(made: Content, dataset: str, *columns: pl.Expr) -> Content:
    """Return a content in which columns of an ADaM table have other values."""
    return replace(made, adam={**made.adam, dataset: made.adam[dataset].with_columns(columns)})


@cache
def injured() -> Content:
    """Return two small arms in which liver values are raised and neutrophil counts have no unit.

    The first subject has Hy's law, the second a high bilirubin alone, the third a high ALT alone.
    """
    return content(rerun(TWO_STAGE, lambda given: _unit_lost(_raised(two_arms(_few(given))))))


def _few(given: Tables) -> Tables:
    """Return the tables of the first twelve subjects, which are analysed sooner than all."""
    own = given["DM"]["USUBJID"].sort().head(12)
    return {
        name: frame.filter(pl.col("USUBJID").is_in(own.implode())) if "USUBJID" in frame.columns else frame
        for name, frame in given.items()
    }


def _raised(given: Tables) -> Tables:
    first, second, third = given["DM"]["USUBJID"].sort().to_list()[:3]
    factors = [(first, "ALT", 20), (first, "BILI", 9), (second, "BILI", 9), (third, "ALT", 20)]
    late = pl.col("VISITNUM") > pl.col("VISITNUM").min()
    value = pl.col("LBSTRESN")
    for subject, test, factor in factors:
        chosen = (pl.col("USUBJID") == subject) & (pl.col("LBTESTCD") == test) & late
        value = pl.when(chosen).then(pl.col("LBSTRESN") * factor).otherwise(value)
    numbers = given["LB"].with_columns(value.alias("LBSTRESN"))
    return {**given, "LB": numbers.with_columns(pl.col("LBSTRESN").cast(pl.String).alias("LBSTRESC"))}


def _unit_lost(given: Tables) -> Tables:
    lost = pl.when(pl.col("LBTESTCD") != "NEUT")
    units = [name for name in ("LBSTRESU", "LBORRESU") if name in given["LB"].columns]
    return {**given, "LB": given["LB"].with_columns(lost.then(name).alias(name) for name in units)}
