"""Which lesions are measurable at baseline, and which of them are the targets (RECIST 1.1, sections 3.1 and 4.2).

Eisenhauer EA et al. 2009, Eur J Cancer 45:228-247, doi:10.1016/j.ejca.2008.10.026; all nodes together count as one
organ (EORTC RECIST frequently asked questions).
"""

import polars as pl

from topline.adam.recist import MM, NODE_TARGET
from topline.protocol.criteria import ResponseCriteria

LEAST = 10 * MM
LEAST_X_RAY = 20 * MM
SLICES = 2
"""A lesion is at least so many slices thick."""

X_RAY = r"X-?\s?RAY|RADIOGRAPH"
NODES = "LYMPH NODE"


def least_size() -> pl.Expr:
    """Return the least size of a measurable lesion [nm], over NODE, METHOD and SLICE (slice thickness [mm], or null).

    A node is 15 mm short; another lesion 10 mm long, 20 mm on a chest X-ray, and never less than two slices.

    >>> frame = pl.DataFrame({"NODE": [False, False, True], "METHOD": ["CT", "X-RAY", None], "SLICE": [8.0, None, 5.0]})
    >>> (frame.select(least_size()).to_series() / MM).to_list()
    [16.0, 20.0, 15.0]
    """
    method = pl.col("METHOD").cast(pl.String).fill_null("").str.to_uppercase()
    least = pl.when("NODE").then(NODE_TARGET).when(method.str.contains(X_RAY)).then(LEAST_X_RAY).otherwise(LEAST)
    slices = (SLICES * MM * pl.col("SLICE").cast(pl.Float64).fill_null(0.0)).round().cast(pl.Int64)
    return pl.max_horizontal(least.cast(pl.Int64), slices).alias("LEAST")


def organ() -> pl.Expr:
    """Return the organ that a lesion counts for: all nodes are one organ."""
    return pl.when("NODE").then(pl.lit(NODES)).otherwise("TULOC").alias("ORGAN")


def select_targets(lesions: pl.DataFrame, criteria: ResponseCriteria) -> pl.DataFrame:
    """Return the lesions with MEASURABLE and TARGET: per organ the largest measurable ones, at most so many in all.

    `lesions` has S, TRLNKID, NODE, TULOC, NM [nanometres], METHOD, SLICE and BENIGN (no tumour: never recorded).
    Of equal sizes the one named first is taken.
    """
    rows = lesions.with_columns(organ(), (~pl.col("BENIGN") & (pl.col("NM") >= least_size())).alias("MEASURABLE"))
    ranked = rows.filter("MEASURABLE").sort("S", pl.col("NM"), "TRLNKID", descending=[False, True, False])
    ranked = ranked.filter(pl.int_range(pl.len()).over("S", "ORGAN") < criteria.maximum_per_organ)
    chosen = ranked.filter(pl.int_range(pl.len()).over("S") < criteria.maximum_targets)
    chosen = chosen.select("S", "TRLNKID", pl.lit(True).alias("TARGET"))
    joined = rows.join(chosen, on=["S", "TRLNKID"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("TARGET").fill_null(False)).drop("ORGAN")


def too_many(targets: pl.DataFrame, criteria: ResponseCriteria) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the subjects with too many targets (N), and those with too many in one organ (ORGAN, N)."""
    keys = ["STUDYID", "USUBJID"]
    every = targets.group_by(keys, maintain_order=True).agg(pl.len().alias("N"))
    placed = targets.with_columns(organ()).filter(pl.col("ORGAN").is_not_null())
    each = placed.group_by(*keys, "ORGAN", maintain_order=True).agg(pl.len().alias("N"))
    return every.filter(pl.col("N") > criteria.maximum_targets), each.filter(pl.col("N") > criteria.maximum_per_organ)
