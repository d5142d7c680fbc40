"""Which SDTM domain a data set holds, by its content: DOMAIN, else RDOMAIN, else its own name, else the file's."""

import re

import polars as pl

from topline.errors import Finding
from topline.exchange.source import Dataset
from topline.tables.sdtm import sdtm_table

ADAM = {"PARAMCD", "TRT01P", "TRT01A", "TRTP", "TRTA", "SAFFL", "ITTFL", "AVAL", "AVALC"}
CODE = re.compile("[A-Z][A-Z0-9]")
SHOWN = 5


def split_domains(dataset: Dataset, file: str, stem: str) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Return the rows of a data set by domain, and findings where it holds several.

    One file holds one domain. Where DOMAIN (RDOMAIN in a supplemental table) holds several values that are all domains
    topline knows, the rows are split by it; otherwise all rows belong to the most frequent value, and the others are
    named, so that a misspelt value loses no record. An analysis data set goes by its own name.

    >>> ae = Dataset("", pl.DataFrame({"DOMAIN": ["AE", "AE", "EA"]}))
    >>> parts, found = split_domains(ae, "ae.csv", "ae")
    >>> {name: rows.height for name, rows in parts.items()}, [f.code for f in found]
    ({'AE': 3}, ['TL-F11'])
    """
    frame, own = dataset.frame, (dataset.name or stem).strip().upper()
    column = _column(frame, own)
    if not column:
        return {own: frame}, []
    supplemental = column == "RDOMAIN"
    key = pl.col(column).cast(pl.String).str.strip_chars().str.to_uppercase()
    counts = (
        frame.select(key.alias("value")).drop_nulls().filter(pl.col("value") != "")["value"].value_counts(sort=True)
    )
    values = counts.sort("count", "value", descending=[True, False])["value"].to_list()
    names = [f"SUPP{value}" if supplemental else value for value in values]
    if len(names) < 2 and not (names and CODE.fullmatch(values[0]) is None and sdtm_table(own)):
        return {names[0] if names else own: frame}, []
    if len(names) < 2:
        return {own: frame}, [_finding(file, column, values, f"is not a domain; the records are taken as {own}")]
    if all(sdtm_table(name) is not None for name in names):
        first = pl.lit(values[0])
        parts = {
            n: frame.filter(key.replace("", None).fill_null(first) == v) for n, v in zip(names, values, strict=True)
        }
        return parts, [_finding(file, column, values, "are several domains; the records are split by them")]
    return {names[0]: frame}, [
        _finding(file, column, values, f"are several domains; all records are taken as {names[0]}")
    ]


def _column(frame: pl.DataFrame, own: str) -> str:
    """Return the column that names the domain, or an empty text where the data set goes by its own name."""
    if own.startswith("AD") and ADAM & set(frame.columns):
        return ""
    if "DOMAIN" in frame.columns and frame["DOMAIN"].null_count() < frame.height:
        return "DOMAIN"
    return "RDOMAIN" if {"RDOMAIN", "QNAM"} <= set(frame.columns) and frame.height else ""


def _finding(file: str, column: str, values: list[str], done: str) -> Finding:
    listed = ", ".join(values[:SHOWN]) + (", ..." if len(values) > SHOWN else "")
    return Finding("TL-F11", file, column, value=listed, message=done)
