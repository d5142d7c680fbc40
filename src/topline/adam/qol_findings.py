"""What is wrong with questionnaires as a whole: unknown ones, unverified directions, forms without place, scores."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.adam.asked import Asked
from topline.adam.qol_answers import Forms
from topline.tables.findings import findings, join_findings

KEYS = ("STUDYID", "USUBJID")
SAME_SCORE = 0.5
"""Points within which a recorded score, which may be rounded to a whole number, is the derived one."""


def check_instruments(qs: pl.DataFrame, asked: tuple[Asked, ...], unknown: tuple[str, ...]) -> pl.DataFrame:
    """Return findings about questionnaires without instrument, unverified directions, and data not asked for."""
    named = pl.DataFrame({"NAME": unknown}, schema={"NAME": pl.String})
    reasons = [(scale.param, scale.unverified) for each in asked for scale in each.scales if scale.unverified]
    open_ = pl.DataFrame(reasons, schema={"PARAM": pl.String, "TEXT": pl.String}, orient="row")
    known = "|".join([each.instrument.name.upper().removeprefix("EORTC").strip() for each in asked] or ["^$"])
    category = pl.col("QSCAT").str.to_uppercase()
    extra = qs.filter(category.str.contains("QLQ") & ~category.str.contains(known)).unique("QSCAT", maintain_order=True)
    return join_findings(
        findings(
            "TL-Q01",
            named,
            "QS",
            variable="QSCAT",
            value=pl.col("NAME"),
            message="has no instrument file; it is not scored",
        ),
        findings("TL-Q10", open_, "ADQS", variable=pl.col("PARAM"), message=pl.col("TEXT")),
        findings(
            "TL-Q14",
            extra.select("STUDYID", "QSCAT"),
            "QS",
            variable="QSCAT",
            value=pl.col("QSCAT"),
            message="is not a questionnaire of the protocol; it is not scored",
        ),
    )


def check_forms(forms: Forms, placed: pl.DataFrame, scores: NDArray[np.float64]) -> pl.DataFrame:
    """Return findings about forms without start or baseline, several at one visit, and scores that disagree."""
    name = forms.asked.instrument.name
    received = placed.filter("RECEIVED")
    homeless = received.filter(pl.col("STARTDT").is_null()).unique(KEYS, keep="first", maintain_order=True)
    started = received.filter(pl.col("STARTDT").is_not_null())
    with_base = started.filter(pl.col("AVISITN") == 0)
    baseless = started.join(with_base, on=KEYS, how="anti", maintain_order="left").unique(
        KEYS, keep="first", maintain_order=True
    )
    several = started.filter(
        pl.col("AVISITN").is_not_null() & (pl.len().over(*KEYS, "AVISITN") > 1) & ~pl.col("CHOSEN")
    )
    place = pl.format("{}, day {}", pl.lit(name), "ADY")
    return join_findings(
        findings("TL-Q13", homeless, "QS", value=pl.lit(name), message="the forms are scored, but belong to no visit"),
        findings(
            "TL-Q07",
            baseless,
            "QS",
            value=pl.lit(name),
            message=pl.format("the first form is of {}; there is no change from baseline", "ADT"),
        ),
        findings(
            "TL-Q08",
            several,
            "QS",
            value=place,
            message=pl.format("{}: another form of this visit is analysed", "AVISIT"),
        ),
        _disagreements(forms, placed, scores),
    )


def _disagreements(forms: Forms, placed: pl.DataFrame, scores: NDArray[np.float64]) -> pl.DataFrame:
    """Return findings about recorded scores that differ from the derived ones."""
    place = {scale.testcd: index for index, scale in enumerate(forms.asked.scales) if scale.testcd}
    rows = forms.recorded.with_columns(
        pl.col("TESTCD").replace_strict(place, default=None, return_dtype=pl.Int64).alias("P")
    )
    rows = rows.filter(pl.col("P").is_not_null())
    own = pl.Series("OWN", scores[rows["F"].to_numpy(), rows["P"].to_numpy()]).fill_nan(None)
    rows = rows.with_columns(own).join(placed.select("F", *KEYS), on="F", how="left", maintain_order="left")
    apart = rows.filter(((pl.col("SCORE") - pl.col("OWN")).abs() > SAME_SCORE) | pl.col("OWN").is_null())
    derived = (
        pl.when(pl.col("OWN").is_null())
        .then(pl.lit("have no score by the rules"))
        .otherwise(pl.format("give {}", pl.col("OWN").round(2)))
    )
    text = pl.format("is recorded for {}; the answers {}", "TESTCD", derived)
    return findings(
        "TL-Q09",
        apart,
        "QS",
        variable="QSSTRESN",
        value=pl.col("SCORE"),
        message=text,
        record=pl.format("QSSEQ {}", "SEQ"),
    )
