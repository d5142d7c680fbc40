"""Signals of liver injury per subject: maximal transaminase and bilirubin on treatment, and Hy's law.

FDA guidance for industry, Drug-induced liver injury: premarketing clinical evaluation (2009); the plot of maxima is
that of Watkins PB et al. 2011, Drug Saf 34:243-252, doi:10.2165/11586600-000000000-00000.
"""

import polars as pl

from topline.adam.ctcae.bounds import TOLERANCE
from topline.adam.ctcae.terms import graded_tests
from topline.adam.units import parse_unit
from topline.tables.adam_lab import LIVER_PARAMETERS, QUADRANTS

SUBJECT = ["STUDYID", "USUBJID"]
TRANSAMINASES = ("ALT", "AST")
TESTS = (*TRANSAMINASES, "ALP", "BILI")
TRANSAMINASE_LIMIT = 3 * (1 - TOLERANCE)
"""A transaminase of 3 x ULN or more is raised."""
BILIRUBIN_LIMIT = 2 * (1 + TOLERANCE)
"""A bilirubin of more than 2 x ULN is raised."""
CHOLESTASIS_LIMIT = 2 * (1 - TOLERANCE)
"""An alkaline phosphatase of 2 x ULN or more on the day of the transaminase speaks for cholestasis."""
WITHIN_DAYS = 30


def derive_liver(adlb: pl.DataFrame) -> pl.DataFrame:
    """Return the derived rows of each subject with a transaminase or bilirubin on treatment.

    TRANSMAX and BILIMAX are the largest R2ANRHI on treatment. HYQUAD is where both lie. HYSLAW is Y when a transaminase
    of 3 x ULN or more is followed, on the same day or within 30 days, by a bilirubin above 2 x ULN, and ALP was not
    2 x ULN or more on the day of that transaminase; N when both were measured on treatment and that did not happen.
    A value in a unit that its test cannot have, such as ALT in mmol/L, is none of it.
    """
    values = adlb.filter((pl.col("ONTRTFL") == "Y") & pl.col("R2ANRHI").is_not_null())
    values = values.join(_of_another_kind(values), on=["PARAMCD", "AVALU"], how="anti", maintain_order="left")
    transaminase = values.filter(pl.col("PARAMCD").is_in(TRANSAMINASES))
    bilirubin = values.filter(pl.col("PARAMCD") == "BILI")
    largest = _largest(transaminase, "T").join(_largest(bilirubin, "B"), on=SUBJECT, how="full", coalesce=True)
    hits = _hits(transaminase, bilirubin, values.filter(pl.col("PARAMCD") == "ALP"))
    rows = largest.join(hits, on=SUBJECT, how="left", maintain_order="left")
    both = pl.col("AVAL_T").is_not_null() & pl.col("AVAL_B").is_not_null()
    parts = (
        _maximum(rows, "TRANSMAX", "T"),
        _maximum(rows, "BILIMAX", "B"),
        _row(rows.filter(both), "HYQUAD", _quadrant(), _either("RECS_T", "RECS_B")),
        _row(rows.filter(both), "HYSLAW", pl.when(pl.col("HIT").is_not_null()).then(pl.lit("Y")).otherwise(pl.lit("N")),
             pl.coalesce("HIT", _either("RECS_T", "RECS_B"))),
    )  # fmt: skip
    return pl.concat(parts)


def _of_another_kind(values: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of test and unit of which the unit is known, and is none that the test can have."""
    pairs = values.filter(pl.col("PARAMCD").is_in(TESTS)).select("PARAMCD", "AVALU").drop_nulls().unique()
    wrong = [parse_unit(unit) is not None and not graded_tests()[test].admits(unit) for test, unit in pairs.iter_rows()]
    return pairs.filter(pl.Series(wrong, dtype=pl.Boolean))


def _largest(values: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the first record with the largest ratio of each subject."""
    order = values.sort("R2ANRHI", "ADT", "ASEQ", descending=[True, False, False], maintain_order=True)
    return order.group_by(SUBJECT, maintain_order=True).agg(
        pl.col("R2ANRHI").first().alias(f"AVAL_{name}"),
        pl.col("ADT").first().alias(f"ADT_{name}"),
        pl.col("ASEQ").first().alias(f"SEQ_{name}"),
        pl.col("SRCRECS").first().alias(f"RECS_{name}"),
    )


def _hits(transaminase: pl.DataFrame, bilirubin: pl.DataFrame, phosphatase: pl.DataFrame) -> pl.DataFrame:
    """Return, per subject, the records of the first pair of values that fulfils Hy's law (HIT)."""
    columns = [*SUBJECT, "ADT", pl.col("SRCRECS").list.first().alias("REC")]
    raised = transaminase.filter(pl.col("R2ANRHI") >= TRANSAMINASE_LIMIT).select(columns)
    later = bilirubin.filter(pl.col("R2ANRHI") > BILIRUBIN_LIMIT).select(columns)
    blocked = phosphatase.filter(pl.col("R2ANRHI") >= CHOLESTASIS_LIMIT).select(*SUBJECT, "ADT").unique()
    pairs = raised.join(blocked, on=[*SUBJECT, "ADT"], how="anti").join(later, on=SUBJECT, suffix="_B")
    days = (pl.col("ADT_B") - pl.col("ADT")).dt.total_days()
    found = pairs.filter(days.is_between(0, WITHIN_DAYS)).sort("ADT", "ADT_B", "REC", "REC_B")
    return found.group_by(SUBJECT, maintain_order=True).agg(pl.concat_list("REC", "REC_B").first().alias("HIT"))


def _quadrant() -> pl.Expr:
    trans, bili = pl.col("AVAL_T") >= TRANSAMINASE_LIMIT, pl.col("AVAL_B") > BILIRUBIN_LIMIT
    normal, cholestasis, temple, potential = (pl.lit(word) for word in QUADRANTS)
    return pl.when(trans & bili).then(potential).when(trans).then(temple).when(bili).then(cholestasis).otherwise(normal)


def _either(*names: str) -> pl.Expr:
    return pl.concat_list(names)


def _maximum(rows: pl.DataFrame, parameter: str, name: str) -> pl.DataFrame:
    """Return the rows of a maximum: the value, its date and the record it comes from."""
    own = rows.filter(pl.col(f"AVAL_{name}").is_not_null())
    value = pl.col(f"AVAL_{name}")
    made = _row(own, parameter, value.round(6).cast(pl.String), pl.col(f"RECS_{name}"))
    return made.with_columns(
        pl.Series("AVAL", own[f"AVAL_{name}"]),
        pl.Series("ADT", own[f"ADT_{name}"]),
        pl.Series("SRCSEQ", own[f"SEQ_{name}"], dtype=pl.Int64),
        pl.lit("R2ANRHI").alias("SRCVAR"),
    )


def _row(rows: pl.DataFrame, parameter: str, word: pl.Expr, records: pl.Expr) -> pl.DataFrame:
    """Return one derived row per subject."""
    return rows.select(
        *SUBJECT,
        pl.lit(parameter).alias("PARAMCD"),
        pl.lit(LIVER_PARAMETERS[parameter]).alias("PARAM"),
        pl.lit("DERIVED").alias("PARAMTYP"),
        pl.lit(None, pl.Float64).alias("AVAL"),
        word.alias("AVALC"),
        pl.lit(None, pl.Date).alias("ADT"),
        pl.lit("ADLB").alias("SRCDOM"),
        pl.lit("AVAL").alias("SRCVAR"),
        pl.lit(None, pl.Int64).alias("SRCSEQ"),
        records.list.unique(maintain_order=True).alias("SRCRECS"),
        pl.lit("Y").alias("ONTRTFL"),
    )
