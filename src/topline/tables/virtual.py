"""The mark by which the tables of virtual patients say so, wherever they go."""

from collections.abc import Mapping

import polars as pl

MARK = ("TOPLINE", "VIRTUAL")
"""TSPARMCD and TSVAL of the mark in the trial summary."""


def is_virtual(tables: Mapping[str, pl.DataFrame]) -> bool:
    """Return whether these tables say that the patients are virtual: in the trial summary, or in a USUBJID.

    >>> is_virtual({"TS": pl.DataFrame({"TSPARMCD": ["TOPLINE"], "TSVAL": ["VIRTUAL"]})})
    True
    """
    if any(_marked(frame) for frame in tables.values()):
        return True
    ts = tables.get("TS")
    if ts is None or not {"TSPARMCD", "TSVAL"} <= set(ts.columns):
        return False
    return not ts.filter((pl.col("TSPARMCD") == MARK[0]) & (pl.col("TSVAL") == MARK[1])).is_empty()


def _marked(frame: pl.DataFrame) -> bool:
    """Return whether a subject of a table carries the mark in its identifier."""
    if "USUBJID" not in frame.columns or frame["USUBJID"].dtype != pl.String:
        return False
    return bool(frame["USUBJID"].str.contains(f"-{MARK[1]}-", literal=True).any())
