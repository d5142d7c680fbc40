"""What is odd about measured lesions: tenfold jumps of unit, recorded sums that do not add up, nodes that regrow."""

import polars as pl

from topline.adam import recist
from topline.adam.assessor import by_assessor
from topline.adam.sizes import TARGET, UNIT_MM
from topline.protocol.criteria import ResponseCriteria
from topline.tables.findings import findings

TENFOLD = (8.0, 12.5)
"""From one scan to the next, a factor in this range, or its inverse, is more likely a wrong unit than a change."""

ROUNDING_MM = 0.5
"""A recorded sum may be rounded to whole millimetres."""

TOO_SMALL_MM = 5


def check_units(measures: pl.DataFrame, first: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Return findings TL-R04 where a unit looks wrong, once per subject and visit.

    That is where a target is ten times as large as at the scan before, or every target that is there is a tenth.
    """
    later = measures.filter(pl.col("GROUP") == TARGET).join(visits.select("S", "AVISITN", "V"), on=["S", "AVISITN"])
    base = first.filter(pl.col("GROUP") == TARGET).with_columns(pl.lit(-1, pl.Int64).alias("V"))
    columns = ["S", "STUDYID", "USUBJID", "TRLNKID", "VISIT", "V", "NM", "SRCRECS"]
    rows = pl.concat([base.select(columns), later.select(columns)]).filter(pl.col("NM") > 0).sort("S", "TRLNKID", "V")
    factor = pl.col("NM") / pl.col("NM").shift(1).over("S", "TRLNKID")
    rows = rows.with_columns(factor.alias("FACTOR")).filter(pl.col("FACTOR").is_not_null())
    up, down = pl.col("FACTOR").is_between(*TENFOLD), (1 / pl.col("FACTOR")).is_between(*TENFOLD)
    guessed = pl.col("NM") == TOO_SMALL_MM * recist.MM
    judged = rows.group_by("S", "V", maintain_order=True).agg(
        pl.col("STUDYID", "USUBJID", "VISIT").first(),
        up.any().alias("UP"),
        ((down | guessed).all() & down.any() & ~guessed.all()).alias("DOWN"),
        pl.col("SRCRECS").filter(up | down).list.first().first().alias("REC"),
    )  # fmt: skip
    odd = judged.filter(pl.col("UP") | pl.col("DOWN"))
    way = pl.when("UP").then(pl.lit("ten times")).otherwise(pl.lit("a tenth of"))
    text = pl.format(
        "sizes at {} are {} those of the scan before; the unit may be wrong",
        pl.col("VISIT").fill_null("a visit without name"),
        way,
    )
    return findings("TL-R04", odd, "TR", variable="TRSTRESU", message=text, record=pl.col("REC"))


def check_sums(
    tr: pl.DataFrame, subjects: pl.DataFrame, sums: pl.DataFrame, criteria: ResponseCriteria
) -> pl.DataFrame:
    """Return findings TL-R14 where a recorded sum of diameters is not the sum of its lesions.

    `sums` has S, AVISITN and TOTAL [nm].
    """
    recorded = by_assessor(tr, "TR", criteria.assessor).filter(
        (pl.col("TRTESTCD") == "SUMDIAM") & pl.col("TRSTRESN").is_not_null()
    )
    recorded = recorded.join(subjects.select("STUDYID", "USUBJID", "S"), on=["STUDYID", "USUBJID"])
    unit = (
        pl.col("TRSTRESU")
        .str.to_lowercase()
        .fill_null("mm")
        .replace_strict(UNIT_MM, default=None, return_dtype=pl.Float64)
    )
    recorded = recorded.with_columns((pl.col("TRSTRESN") * unit).alias("SAID"), pl.col("VISITNUM").alias("AVISITN"))
    pair = recorded.join(sums.filter(pl.col("TOTAL") >= 0), on=["S", "AVISITN"], maintain_order="left")
    pair = pair.with_columns((pl.col("TOTAL") / recist.MM).round(6).alias("SUM"))
    wrong = pair.filter((pl.col("SAID") - pl.col("SUM")).abs() > ROUNDING_MM)
    text = pl.format("recorded {} mm, the lesions add up to {} mm", "SAID", "SUM")
    return findings(
        "TL-R14",
        wrong,
        "TR",
        variable="TRSTRESN",
        value=pl.col("SAID"),
        message=text,
        record=pl.format("TRSEQ {}", "TRSEQ"),
    )


def check_nodes(regrown: pl.DataFrame) -> pl.DataFrame:
    """Return findings TL-R09 about visits at which, after a complete response, only a node is back."""
    text = pl.format(
        "a node is back at {} after a complete response", pl.col("VISIT").fill_null("a visit without name")
    )
    return findings("TL-R09", regrown, "TR", variable="TRSTRESN", message=text, record=pl.col("TRRECS").list.first())
