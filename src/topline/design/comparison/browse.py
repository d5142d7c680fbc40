"""The two-stage designs of a grid of rates as one page to browse offline, and as a table.

The page holds its numbers in itself and asks no network. Its own short script filters and sorts them; without it the
page is a plain table of the rates in steps of 5%.
"""

import json
from collections.abc import Iterable, Iterator

import polars as pl
from markupsafe import Markup

from topline.design.comparison.page import UNTOLD, Provenance, asset, rendered
from topline.design.rate.frontier import BROWSED, grid
from topline.errors import ToplineError

LEVELS, POWERS = (0.05, 0.10), (0.80, 0.90)
PLAIN_STEP = 0.05
"""Rates of the plain table are multiples of it."""
DIGITS = {"level": 5, "power": 5, "expected_patients": 2, "stops_early": 5, "weight_from": 4, "weight_to": 4}
"""Digits after the point that the page holds and shows."""
CHOSEN = ("alpha", "power_asked", "null", "target", "kind")
"""Columns of few values: the page holds their places in the list of values."""
HEADS = {
    "null": "Null rate",
    "target": "Target rate",
    "alpha": "Level asked",
    "power_asked": "Power asked",
    "kind": "Kind",
    "r1": "r1",
    "n1": "n1",
    "r": "r",
    "n": "n",
    "expected_patients": "Expected patients",
    "stops_early": "Stops early",
    "level": "Exact level",
    "power": "Exact power",
    "weight_from": "Weight from",
    "weight_to": "Weight to",
}
"""Columns of the page and their headers."""


def frontier_table(
    levels: Iterable[float] = LEVELS,
    powers: Iterable[float] = POWERS,
    nulls: Iterable[float] = BROWSED,
    targets: Iterable[float] = BROWSED,
    max_n: int = 200,
) -> pl.DataFrame:
    """Return the frontiers of two-stage designs for a grid of rates, levels and powers, to write as CSV or Parquet.

    Args:
        levels: most probability of success at the null rate, each a table of its own.
        powers: least probability of success at the target rate.
        nulls: null rates, each in (0, 1); 50 by default.
        targets: target rates; pairs that are not above the null rate are left out.
        max_n: largest n to try, 2 to 1,000.

    Returns:
        One row per design, sorted by alpha, power_asked, null, target and n: the columns of `grid` after the level and
        the power that were asked for; `level` and `power` are the exact ones.

    Raises:
        ToplineError: TL-G01 or TL-G04, as `simon`.

    >>> found = frontier_table([0.05], [0.8], [0.5], [0.7])
    >>> found.select("kind", "r1", "n1", "r", "n").rows()
    [('minimax', 12, 23, 23, 37), ('admissible', 8, 16, 24, 39), ('optimal', 8, 15, 26, 43)]

    Source: Simon 1989, doi:10.1016/0197-2456(89)90015-9; Jung et al. 2004, doi:10.1002/sim.1600.
    Golden: golden/design_admissible.toml.

    """
    lower, higher, asked = list(nulls), list(targets), list(powers)
    parts = [
        grid(lower, higher, alpha=alpha, power=power, max_n=max_n).with_columns(
            pl.lit(alpha).alias("alpha"), pl.lit(power).alias("power_asked")
        )
        for alpha in levels
        for power in asked
    ]
    if not parts:
        raise ToplineError("TL-G04", where="levels, powers", what="name at least one of each")
    table = pl.concat(parts)
    first = ["alpha", "power_asked", "null", "target"]
    return table.select(*first, pl.exclude(first)).sort(*first, "n")


def render_grid(
    table: pl.DataFrame,
    title: str = "Two-stage designs",
    provenance: Provenance = UNTOLD,
    max_n: int = 200,
) -> str:
    """Return one self-contained HTML page of a `frontier_table`, to filter and to sort; it asks no network.

    Args:
        table: the designs, at least one.
        title: title of the page.
        provenance: where it comes from.
        max_n: largest n that was tried: what is optimal on the page is so among the designs up to it.

    Raises:
        ToplineError: TL-G04 for a table without designs.

    """
    if table.is_empty():
        raise ToplineError("TL-G04", where="table", what="it has no designs")
    plain = plain_table(table)
    shown = {
        "title": title,
        "provenance": provenance,
        "heads": HEADS,
        "style": asset("page.css"),
        "script": asset("browse.js"),
        "data": Markup(packed(table)),
        "count": table.height,
        "plain": list(_told(plain)),
        "plain_asked": table.select("alpha", "power_asked").row(0),
        "values": {name: _values(table, name) for name in CHOSEN},
        "max_n": max_n,
    }
    return rendered("browse.html.jinja", shown)


def plain_table(table: pl.DataFrame) -> pl.DataFrame:
    """Return the part of a table that the page shows without its script: rates in steps of 5%, one level and power."""
    steps = [((pl.col(name) / PLAIN_STEP) - (pl.col(name) / PLAIN_STEP).round()).abs() < 1e-9 for name in RATES]
    first = table.row(0, named=True)
    asked = (pl.col("alpha") == first["alpha"]) & (pl.col("power_asked") == first["power_asked"])
    return table.filter(asked, *steps, pl.col("weight_from").is_not_null())


RATES = ("null", "target")


def packed(table: pl.DataFrame) -> str:
    """Return a table as compact JSON: whole numbers by column, and how to read them.

    `columns` holds numbers; `values` the values of the columns that hold places in a list; `digits` how many digits
    after the point the numbers of a column have; null where a design has no weight.
    """
    columns: dict[str, list[int | None]] = {}
    for name in HEADS:
        if name in CHOSEN:
            values = {value: place for place, value in enumerate(_values(table, name))}
            columns[name] = [values[value] for value in table[name]]
        else:
            scale = 10 ** DIGITS.get(name, 0)
            columns[name] = [None if value is None else round(value * scale) for value in table[name]]
    values_ = {name: _values(table, name) for name in CHOSEN}
    text = json.dumps({"columns": columns, "values": values_, "digits": DIGITS}, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _values(table: pl.DataFrame, name: str) -> list[float | str]:
    return table[name].unique().sort().to_list()


def _told(table: pl.DataFrame) -> Iterator[list[str]]:
    """Yield the rows of the plain table in words."""
    for row in table.iter_rows(named=True):
        yield [_cell(name, row[name]) for name in HEADS]


def _cell(name: str, value: float | str | None) -> str:
    if value is None:
        return "–"
    if name in CHOSEN:
        return value if isinstance(value, str) else f"{100 * value:.6g}%"
    return f"{value:.{DIGITS.get(name, 0)}f}"
