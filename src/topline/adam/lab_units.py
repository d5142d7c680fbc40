"""One unit per parameter: where records of a parameter have several units, all get the one that most of them have."""

import polars as pl

from topline.adam.ctcae.terms import ANY, graded_tests
from topline.adam.units import conversion

KEYS = ["STUDYID", "PARAMCD"]
PAIR = [*KEYS, "TESTCD", "AVALU"]
SCALED = ("AVAL", "ANRLO", "ANRHI")
CONVERTED = pl.Schema({"TARGET": pl.String, "FACTOR": pl.Float64})


def derive_unit(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows in one unit per parameter; RECORDEDU is the unit as recorded, TARGET the parameter's.

    The factor is found once per pair of units. A unit that is missing, unknown or of another kind stays as it is: such
    records share no baseline with the others and are not graded.

    >>> rows = pl.DataFrame({"STUDYID": "S", "PARAMCD": "GLUC", "TESTCD": "GLUC", "AVALU": ["mmol/L"] * 2 + ["mg/dL"],
    ...     "AVAL": [5.0, 6.0, 126.0], "ANRLO": None, "ANRHI": None},
    ...     schema_overrides={"ANRLO": pl.Float64, "ANRHI": pl.Float64})
    >>> derive_unit(rows).select(pl.col("AVAL").round(2), "AVALU", "RECORDEDU").rows()[2]
    (6.99, 'mmol/L', 'mg/dL')
    """
    counts = rows.filter(pl.col("AVAL").is_not_null()).group_by(PAIR).len()
    main = counts.filter(pl.col("AVALU").is_not_null()).sort(
        *KEYS, "len", "AVALU", descending=[False, False, True, False]
    )
    target = main.group_by(KEYS, maintain_order=True).agg(pl.col("AVALU").first().alias("TARGET"))
    pairs = rows.select(PAIR).unique().join(target, on=KEYS, how="left")
    factors = [
        unit_factor(test, unit, aim) for test, unit, aim in pairs.select("TESTCD", "AVALU", "TARGET").iter_rows()
    ]
    pairs = pairs.with_columns(pl.Series("FACTOR", factors, dtype=pl.Float64))
    joined = rows.join(pairs, on=PAIR, how="left", nulls_equal=True, maintain_order="left")
    known, factor = pl.col("FACTOR").is_not_null(), pl.col("FACTOR")
    scaled = [pl.when(factor != 1).then(pl.col(name) * factor).otherwise(name).alias(name) for name in SCALED]
    return joined.with_columns(
        *scaled,
        pl.when(known).then("TARGET").otherwise("AVALU").alias("AVALU"),
        pl.col("AVALU").alias("RECORDEDU"),
    )


def unit_factor(test: str, unit: str | None, target: str | None) -> float | None:
    """Return how many of the target one unit is; None where that is not known."""
    if unit is None or target is None:
        return None
    if unit == target:
        return 1.0
    known = graded_tests().get(test)
    return conversion(unit, target, known.substance if known else ANY)
