"""ADLB: every laboratory result with its limits, baseline, CTCAE grades and windows, and the liver signals per subject.

Nothing is dropped: a result that cannot be read or graded keeps its row, without value or grade, and a finding says so.
"""

import polars as pl

from topline.adam.ctcae.grading import Grader
from topline.adam.lab_baseline import derive_baseline, derive_indicator
from topline.adam.lab_findings import check_grades, check_values
from topline.adam.lab_grades import derive_flags, derive_grades
from topline.adam.lab_units import derive_unit
from topline.adam.lab_values import derive_parameters, derive_values, measurements
from topline.adam.liver import derive_liver
from topline.tables.adam_lab import ADLB
from topline.tables.declare import Table
from topline.tables.findings import join_findings
from topline.tables.sdtm import SDTM

KEYS = ["STUDYID", "USUBJID"]
OTHER_FLUID = ("urine", "other")


def derive_lab(lb: pl.DataFrame, periods: pl.DataFrame, grader: Grader) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return ADLB and findings; `periods` has the first dose (TRTSDT) and the last day that counts (UNTIL)."""
    rows, found = derive_measurements(lb, SDTM["LB"], periods, grader)
    rows = ADLB.select(rows)
    liver = ADLB.select(derive_liver(rows))
    whole = pl.concat([rows, liver]).sort(
        *KEYS, pl.col("PARAMTYP").is_not_null(), "PARAMCD", "ASEQ", maintain_order=True
    )
    return numbered(whole), found


def derive_measurements(
    frame: pl.DataFrame, table: Table, periods: pl.DataFrame, grader: Grader
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the analysis rows of a findings domain, LB or VS, with working columns, and findings."""
    rows = derive_parameters(derive_values(measurements(frame, table)))
    rows, found = check_values(rows, table)
    rows = derive_indicator(derive_unit(rows))
    days = periods.select(*KEYS, "TRTSDT", "UNTIL")
    rows = rows.join(days, on=KEYS, how="left", maintain_order="left")
    rows = rows.with_columns(pl.format("{} {}", "DOMAIN", "SEQ").alias("RECORD"))
    rows = derive_flags(derive_grades(derive_baseline(rows), grader))
    more = check_grades(rows, table, grader)
    return numbered(_described(rows)), join_findings(found, more)


def numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in order of subject and parameter, with ASEQ from 1 on in each subject."""
    return rows.with_columns(pl.int_range(1, pl.len() + 1).over(KEYS).alias("ASEQ"))


def _described(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with names, ratios, day and sources, in the order of the dataset."""
    days = (pl.col("ADT") - pl.col("TRTSDT")).dt.total_days()
    deciding = pl.concat_list("RECORD", pl.when(pl.col("ABLFL").is_null()).then("BASEREC"))
    return rows.with_columns(
        _parameter_name().alias("PARAM"),
        pl.lit(None, pl.String).alias("PARAMTYP"),
        pl.col("CAT").alias("PARCAT1"),
        pl.col("SPEC").alias("LBSPEC"),
        pl.col("FAST").alias("LBFAST"),
        pl.col("VISIT").alias("AVISIT"),
        pl.col("VISITNUM").alias("AVISITN"),
        (days + (days >= 0).cast(pl.Int64)).alias("ADY"),
        *(_ratio(limit).alias(f"R2{limit}") for limit in ("ANRLO", "ANRHI")),
        pl.col("DOMAIN").alias("SRCDOM"),
        pl.col("SEQ").alias("SRCSEQ"),
        deciding.list.drop_nulls().alias("SRCRECS"),
    ).sort(*KEYS, "PARAMCD", "ADT", "DTC", "SEQ", nulls_last=True, maintain_order=True)


def _parameter_name() -> pl.Expr:
    """Return the name of the test, of the fluid where that is not blood, and of the parameter's unit."""
    other = pl.col("SPECIMEN").is_in(OTHER_FLUID)
    fluid = pl.coalesce("SPEC", pl.lit("Urine")).str.to_titlecase()
    name = pl.when(other).then(pl.format("{}, {}", "TEST", fluid)).otherwise("TEST")
    return pl.when(pl.col("TARGET").is_not_null()).then(pl.format("{} ({})", name, "TARGET")).otherwise(name)


def _ratio(limit: str) -> pl.Expr:
    return pl.when(pl.col(limit) > 0).then(pl.col("AVAL") / pl.col(limit))
