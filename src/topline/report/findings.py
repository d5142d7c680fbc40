"""Findings about the data, by number: how often, what the rule is, what to do, and the records concerned."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from topline.errors import CATALOGUE
from topline.report.view import View

SHOWN = 200
"""How many findings of one number the page lists; the table of findings holds all of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """All findings of one number: how many, the rule and remedy they share, and the first of them."""

    code: str
    severity: str
    title: str
    rule: str
    fix: str
    count: int
    rows: list[dict[str, Any]]
    left: int


def found(view: View) -> list[Found]:
    """Return the findings by severity and number."""
    frame = view.content.findings
    order = pl.col("SEVERITY").replace_strict({"error": 0, "warning": 1, "note": 2}, default=3)
    parts = frame.sort(order, "CODE", maintain_order=True).partition_by("CODE", maintain_order=True)
    return [_found(part) for part in parts]


def _found(rows: pl.DataFrame) -> Found:
    first = rows.row(0, named=True)
    entry = CATALOGUE.get(first["CODE"])
    return Found(
        first["CODE"],
        first["SEVERITY"],
        entry.title if entry else first["MESSAGE"],
        first["RULE"] or "",
        first["FIX"] or "",
        int(rows["COUNT"].sum()),
        rows.head(SHOWN).to_dicts(),
        max(rows.height - SHOWN, 0),
    )


def severities(parts: list[Found]) -> dict[str, int]:
    """Return how many findings there are of each severity."""
    totals: dict[str, int] = {}
    for part in parts:
        totals[part.severity] = totals.get(part.severity, 0) + part.count
    return totals
