"""Baseline of a measurement: the last value before treatment, and how far later ones are from it.

The baseline is the record flagged in SDTM as last before exposure (--LOBXFL) or as baseline (--BLFL), where it has a
value and is not dated after the first dose; otherwise the last value dated on or before the day of the first dose. A
date in part counts as before it only where every day that it can mean is.
"""

import polars as pl

from topline.adam.ctcae.bounds import TOLERANCE
from topline.tables.dates import last_day

SUBJECT = ["STUDYID", "USUBJID"]
SERIES = [*SUBJECT, "PARAMCD", "BASETYPE", "AVALU"]
"""What one baseline is for: a parameter at one time point or position, in one unit."""

ORDER = ["ADT", "DTC", "VISITNUM", "SEQ"]


def derive_indicator(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with ANRIND: where the value lies by its limits, else as recorded; RECORDED is the recorded one.

    A value at a limit is normal. Without the limit on its side a value is not called normal.

    >>> rows = pl.DataFrame({"AVAL": [3.3, 3.2, 6.0], "AVALQ": None, "ANRLO": [3.3, 3.3, None],
    ...     "ANRHI": [4.9, 4.9, None], "NRIND": [None, None, "HIGH HIGH"]}, schema_overrides={"AVALQ": pl.String})
    >>> derive_indicator(rows)["ANRIND"].to_list()
    ['NORMAL', 'LOW', 'HIGH']
    """
    value, low, high = pl.col("AVAL"), pl.col("ANRLO"), pl.col("ANRHI")
    below = (value < low * (1 - TOLERANCE)) | ((pl.col("AVALQ") == "<") & (value <= low)).fill_null(False)
    above = (value > high * (1 + TOLERANCE)) | ((pl.col("AVALQ") == ">") & (value >= high)).fill_null(False)
    recorded = (
        pl.when(pl.col("NRIND").str.starts_with("LOW"))
        .then(pl.lit("LOW"))
        .when(pl.col("NRIND").str.starts_with("HIGH"))
        .then(pl.lit("HIGH"))
        .when(pl.col("NRIND") == "NORMAL")
        .then(pl.lit("NORMAL"))
    )
    computed = (
        pl.when(below).then(pl.lit("LOW")).when(above).then(pl.lit("HIGH")).when(~below & ~above).then(pl.lit("NORMAL"))
    )
    return rows.with_columns(pl.coalesce(computed, recorded).alias("ANRIND"), recorded.alias("RECORDED"))


def derive_baseline(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with ABLFL, POST (after baseline and first dose), BASE, BNRIND, CHG, PCHG, BASEREC.

    The rows have TRTSDT, the day of the first dose; without it there is no baseline.
    """
    flagged = (pl.col("LOBXFL") == "Y").fill_null(False).cast(pl.Int8) * 2 + (pl.col("BLFL") == "Y").fill_null(False)
    usable = pl.col("AVAL").is_not_null() & (pl.col("AVAL") >= 0) & (pl.col("ADT") <= pl.col("TRTSDT"))
    rows = rows.sort(*SERIES, *ORDER, nulls_last=True).with_row_index("_PLACE")
    surely = (flagged > 0) | pl.col("ADTF").is_null() | (last_day("DTC") <= pl.col("TRTSDT"))
    candidates = rows.filter(usable).filter(surely).sort(flagged, *ORDER, nulls_last=False, maintain_order=True)
    base = candidates.group_by(SERIES, maintain_order=True).agg(
        pl.col("_PLACE").last().alias("_BASE"),
        pl.col("AVAL").last().alias("BASE"),
        pl.col("ANRIND").last().alias("BNRIND"),
        pl.col("RECORD").last().alias("BASEREC"),
    )
    rows = rows.join(base, on=SERIES, how="left", nulls_equal=True, maintain_order="left")
    first = pl.col("TRTSDT")
    post = (pl.col("ADT") > first) | ((pl.col("ADT") == first) & (pl.col("_PLACE") > pl.col("_BASE")))
    change = pl.col("AVAL") - pl.col("BASE")
    return rows.with_columns(
        pl.when(pl.col("_PLACE") == pl.col("_BASE")).then(pl.lit("Y")).alias("ABLFL"),
        post.fill_null(False).alias("POST"),
        pl.when(post).then(change).alias("CHG"),
        pl.when(post & (pl.col("BASE") > 0)).then(100 * change / pl.col("BASE")).alias("PCHG"),
    ).drop("_PLACE", "_BASE")
