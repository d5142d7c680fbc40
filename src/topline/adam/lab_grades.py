"""Grades in analysis rows: grades of both directions, the baseline's grade, and which record is a subject's worst."""

import polars as pl

from topline.adam.ctcae.grading import Grader, grade_rows
from topline.adam.ctcae.tables import criteria
from topline.adam.ctcae.terms import graded_tests
from topline.adam.lab_baseline import SERIES, SUBJECT

PARAMETER = [*SUBJECT, "PARAMCD"]
SIDES = ("L", "H")


def gradable() -> pl.Expr:
    """Return the short name of the test where the sample is one in which CTCAE grades it, else missing.

    Where the sample is not stated, it is blood, but for tests that must say so.
    """
    wanted = {code: test.specimen for code, test in graded_tests().items()}
    specimen = pl.col("TESTCD").replace_strict(wanted, default="blood", return_dtype=pl.String)
    stated = pl.col("SPECIMEN") == specimen.str.strip_prefix("stated ")
    silent = pl.col("SPECIMEN").is_null() & (specimen == "blood")
    return pl.when(stated | silent).then("TESTCD")


def derive_grades(rows: pl.DataFrame, grader: Grader) -> pl.DataFrame:
    """Return the rows with ATOXVER, the terms and grades (ATOXDSCL to ATOXGR), and the grades of their baseline."""
    asked = rows.select(
        gradable().alias("TESTCD"),
        "AVALU",
        pl.col("FAST").alias("FASTING"),
        pl.when(pl.col("AVAL") >= 0).then("AVAL").alias("AVAL"),
        *("ANRLO", "ANRHI", "BASE", "BNRIND", "AVALQ"),
    )
    rows = rows.hstack(grade_rows(asked, grader))
    base = rows.filter(ABLFL="Y").select(*SERIES, *(pl.col(f"ATOXGR{side}N").alias(f"BTOXGR{side}N") for side in SIDES))
    rows = rows.join(base, on=SERIES, how="left", nulls_equal=True, maintain_order="left")
    graded = pl.col("ATOXDSCL").is_not_null() | pl.col("ATOXDSCH").is_not_null()
    version = f"CTCAE {criteria(grader.version).version}"
    return rows.with_columns(
        pl.when(graded).then(pl.lit(version)).alias("ATOXVER"),
        *(pl.col(f"{name}N").cast(pl.String).alias(name) for name in ("ATOXGRL", "ATOXGRH", "BTOXGRL", "BTOXGRH")),
        *(_signed(name).alias(name) for name in ("ATOXGR", "BTOXGR")),
    )


def _signed(name: str) -> pl.Expr:
    """Return one grade for both directions: negative for low values, 0 where neither side has one."""
    low, high = pl.col(f"{name}LN"), pl.col(f"{name}HN")
    value = pl.when(high > 0).then(high).when(low > 0).then(-low).otherwise(pl.coalesce(high, low))
    return value.cast(pl.String)


def derive_flags(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with ONTRTFL, TRTEMFL, ANL01FL, ANL02FL and ANL03FL; they have POST and UNTIL.

    On treatment is after the baseline and not after UNTIL (missing: no end). Emergent is a grade above 0 and above that
    of the baseline, a missing one counting as 0. The worst record per subject, parameter and direction is the first one
    with the highest grade on treatment.
    """
    on = pl.col("POST") & (pl.col("UNTIL").is_null() | (pl.col("ADT") <= pl.col("UNTIL")))
    worse = [(pl.col(f"ATOXGR{s}N") > pl.col(f"BTOXGR{s}N").fill_null(0)).fill_null(False) for s in SIDES]
    rows = rows.with_columns(pl.when(on).then(pl.lit("Y")).alias("ONTRTFL")).with_row_index("_ROW")
    rows = rows.with_columns(pl.when(on & pl.any_horizontal(worse)).then(pl.lit("Y")).alias("TRTEMFL"))
    flags = {"ANL01FL": _worst(rows, "L"), "ANL02FL": _worst(rows, "H"), "ANL03FL": _last(rows)}
    marked = [pl.when(pl.col("_ROW").is_in(f.implode())).then(pl.lit("Y")).alias(name) for name, f in flags.items()]
    return rows.with_columns(marked).drop("_ROW")


def _worst(rows: pl.DataFrame, side: str) -> pl.Series:
    """Return the rows with the worst grade of one direction on treatment."""
    graded = rows.filter(pl.col(f"ATOXGR{side}N").is_not_null() & (pl.col("ONTRTFL") == "Y"))
    order = graded.sort(f"ATOXGR{side}N", "ADT", "DTC", "SEQ", descending=[True, False, False, False], nulls_last=True)
    return order.group_by(PARAMETER, maintain_order=True).first()["_ROW"]


def _last(rows: pl.DataFrame) -> pl.Series:
    """Return the last record with a value per subject, parameter, time point and visit."""
    valued = rows.filter(pl.col("AVAL").is_not_null() & pl.col("VISITNUM").is_not_null())
    order = valued.sort("ADT", "DTC", "SEQ", nulls_last=False)
    return order.group_by([*SERIES, "VISITNUM"], maintain_order=True).last()["_ROW"]
