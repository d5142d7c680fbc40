"""Rows of the ADaM tables as the report shows them: each value of a subject is tied to the row it stands in."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from markupsafe import Markup

from topline.report.markup import Text, element

PLACE = "_PLACE"
Record = Mapping[str, Any]


class Rows:
    """The ADaM tables with their rows numbered from 0; it keeps in `used` which rows the report shows."""

    def __init__(self, adam: Mapping[str, pl.DataFrame]) -> None:
        self.tables = {name: frame.with_row_index(PLACE) for name, frame in adam.items()}
        self.used: dict[str, set[int]] = {name: set() for name in adam}

    def select(self, dataset: str, *conditions: pl.Expr) -> list[dict[str, Any]]:
        """Return the rows of a table that meet all conditions, in their order, as records."""
        frame = self.tables.get(dataset)
        return [] if frame is None else frame.filter(*conditions).to_dicts() if conditions else frame.to_dicts()

    def address(self, dataset: str, record: Record) -> str:
        """Return the address of a row, table and place, and remember that the report shows it."""
        place = int(record[PLACE])
        self.used[dataset].add(place)
        return f"{dataset}:{place}"

    def link(self, dataset: str, record: Record, text: Text) -> Markup:
        """Return a text as an element that opens the row it was taken from."""
        return element("button", text, type="button", class_="num", data_row=self.address(dataset, record))
