"""The mark by which the tables of virtual patients say so, wherever they go."""

from collections.abc import Mapping

import polars as pl

MARK = ("TOPLINE", "VIRTUAL")
"""TSPARMCD and TSVAL of the mark in the trial summary."""


def is_virtual(tables: Mapping[str, pl.DataFrame]) -> bool:
    """Return whether the trial summary of these tables says that the patients are virtual.

    >>> is_virtual({"TS": pl.DataFrame({"TSPARMCD": ["TOPLINE"], "TSVAL": ["VIRTUAL"]})})
    True
    """
    ts = tables.get("TS")
    if ts is None or not {"TSPARMCD", "TSVAL"} <= set(ts.columns):
        return False
    return not ts.filter((pl.col("TSPARMCD") == MARK[0]) & (pl.col("TSVAL") == MARK[1])).is_empty()
