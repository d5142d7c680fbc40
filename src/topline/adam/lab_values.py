"""Results of LB and VS as analysis values: number, qualifier, unit and limits of normal, each from what was recorded.

A result in standard units is used where it has a number and a unit; otherwise the original result, where that has both.
A result such as `<0.5` has its limit as AVAL and `<` as AVALQ. Nothing is filled in.

Limits of normal follow the value into its unit. Where a standard limit is the original one rounded, the unrounded one
is used: creatinine of 1.6 mg/dL at an upper limit of 1.6 mg/dL is at the limit, though 141.44 umol/L is above 141.
"""

from collections.abc import Mapping

import polars as pl

from topline.adam.ctcae.bounds import TOLERANCE
from topline.tables.dates import first_day, precision
from topline.tables.declare import Table

QUALIFIED = r"^\s*(<=|>=|<|>|≤|≥)\s*"
NUMBER = r"^\s*(?:<=|>=|<|>|≤|≥)?\s*([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)\s*$"
NEGATIVE = r"^\s*(-[0-9]+(?:\.[0-9]+)?)\s*$"
QUALIFIERS: Mapping[str, str] = {"≤": "<=", "≥": ">="}
NOT_DONE = "NOT DONE"
NO_UNITS = ("", "NO UNITS", "NONE", "N/A", "NA")
DECIMALS = 6
"""Up to how many decimals a limit may have been rounded to."""

BLOOD = r"BLOOD|SERUM|PLASMA"
URINE = r"URIN"

DIPSTICK = r"^\s*([1-4])\s*\+\s*$"
DIPSTICK_WORDS = {"NEGATIVE": 0.0, "NEG": 0.0, "TRACE": 0.0, "+": 1.0, "++": 2.0, "+++": 3.0, "++++": 4.0}
MARKED = "PROT"
"""The test of which a dipstick gives marks, 1+ to 4+."""

TAKEN = (
    ("SEQ", pl.Int64),
    ("TESTCD", pl.String),
    ("TEST", pl.String),
    ("CAT", pl.String),
    ("SPEC", pl.String),
    ("FAST", pl.String),
    ("STAT", pl.String),
    ("ORRES", pl.String),
    ("ORRESU", pl.String),
    ("STRESC", pl.String),
    ("STRESN", pl.Float64),
    ("STRESU", pl.String),
    ("ORNRLO", pl.String),
    ("ORNRHI", pl.String),
    ("STNRLO", pl.Float64),
    ("STNRHI", pl.Float64),
    ("NRIND", pl.String),
    ("LOBXFL", pl.String),
    ("BLFL", pl.String),
    ("TPT", pl.String),
    ("POS", pl.String),
    ("DTC", pl.String),
)


def measurements(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the records of a findings domain with the prefix taken off; what the domain does not have is missing."""
    prefix, given = table.name, frame.columns
    own = [
        pl.col(f"{prefix}{name}").cast(kind).alias(name)
        if f"{prefix}{name}" in given
        else pl.lit(None, kind).alias(name)
        for name, kind in TAKEN
    ]
    common = [
        pl.col(name) if name in given else pl.lit(None, kind).alias(name)
        for name, kind in (("VISIT", pl.String), ("VISITNUM", pl.Float64))
    ]
    rows = frame.select("STUDYID", "USUBJID", *own, *common)
    return rows.with_columns(pl.lit(prefix).alias("DOMAIN"), pl.col("TESTCD").str.strip_chars().str.to_uppercase())


def derive_values(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the measurements with AVAL, AVALC, AVALQ, AVALU, ANRLO, ANRHI, ADT, ADTF, SRCVAR and what went wrong.

    REPLACED marks original results used in place of standard ones; ROUNDED limits that were rounded; UNREADABLE results
    that are no number; UNDONE results of tests that were not done, which are missing. SAID is the number that the text
    of a standard result holds.

    >>> from topline.tables.sdtm import SDTM
    >>> lb = pl.DataFrame({"STUDYID": "S", "USUBJID": "1", "LBSEQ": [1, 2], "LBTESTCD": "BILI", "LBTEST": "Bilirubin",
    ...     "LBORRES": ["<0.2", "0.9"], "LBORRESU": "mg/dL", "LBSTRESC": ["<3.42", "15.39"],
    ...     "LBSTRESN": [None, 15.39], "LBSTRESU": ["umol/L", None], "LBDTC": "2024-03-01"})
    >>> derive_values(measurements(lb, SDTM["LB"])).select("AVAL", "AVALQ", "AVALU", "SRCVAR").rows()
    [(3.42, '<', 'umol/L', 'LBSTRESC'), (0.9, None, 'mg/dL', 'LBORRES')]
    """
    rows = rows.with_columns(
        _number("STRESC").alias("SAID"), _number("ORRES").alias("_ORIGINAL"), _given("STRESU"), _given("ORRESU")
    ).with_columns(pl.coalesce("STRESN", "SAID").alias("_STANDARD"))
    whole = pl.col("_STANDARD").is_not_null() & pl.col("STRESU").is_not_null()
    other = pl.col("_ORIGINAL").is_not_null() & pl.col("ORRESU").is_not_null()
    alone = pl.col("_STANDARD").is_null() & pl.col("STRESC").is_null() & pl.col("_ORIGINAL").is_not_null()
    rows = _exact_limits(rows.with_columns((~whole & (other | alone)).alias("REPLACED")))
    return (
        rows.with_columns(
            _either("_ORIGINAL", "_STANDARD").alias("AVAL"),
            _either("ORRES", "_TEXT").alias("AVALC"),
            _either("ORRESU", "STRESU").alias("AVALU"),
            _either("_LOW", "STNRLO").alias("ANRLO"),
            _either("_HIGH", "STNRHI").alias("ANRHI"),
            _source().alias("SRCVAR"),
            first_day("DTC").alias("ADT"),
            precision("DTC").alias("ADTF"),
        )
        .with_columns(
            pl.coalesce("AVAL", _marks()).alias("AVAL"),
            pl.when(_marks().is_not_null()).then(pl.lit("plus")).otherwise("AVALU").alias("AVALU"),
            pl.when(pl.col("AVAL").is_not_null()).then(_qualifier("AVALC")).alias("AVALQ"),
        )
        .with_columns(
            (pl.col("AVAL").is_null() & pl.col("AVALC").is_not_null()).alias("UNREADABLE"),
            ((pl.col("STAT") == NOT_DONE) & pl.col("AVALC").is_not_null()).fill_null(False).alias("UNDONE"),
        )
        .with_columns(pl.when(~pl.col("UNDONE")).then(name).alias(name) for name in ("AVAL", "AVALQ"))
    )


def _number(column: str) -> pl.Expr:
    """Return the number of a text, possibly behind a qualifier; one too large for a computer is none."""
    text = pl.coalesce(pl.col(column).str.extract(NUMBER), pl.col(column).str.extract(NEGATIVE))
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _marks() -> pl.Expr:
    """Return the marks of a dipstick for protein, missing for any other result."""
    text = pl.col("AVALC").str.strip_chars().str.to_uppercase()
    words = text.replace_strict(DIPSTICK_WORDS, default=None, return_dtype=pl.Float64)
    marks = pl.coalesce(text.str.extract(DIPSTICK).cast(pl.Float64, strict=False), words)
    return pl.when(pl.col("TESTCD") == MARKED).then(marks)


def _qualifier(column: str) -> pl.Expr:
    return pl.col(column).str.extract(QUALIFIED).replace(QUALIFIERS)


def _given(column: str) -> pl.Expr:
    """Return a unit that is missing where the text says that there is none."""
    text = pl.col(column).str.strip_chars()
    return pl.when(~text.str.to_uppercase().is_in(NO_UNITS)).then(text).alias(column)


def _exact_limits(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with unrounded standard limits, and the original limits as numbers (_LOW, _HIGH)."""
    rows = rows.with_columns(_number("ORNRLO").alias("_LOW"), _number("ORNRHI").alias("_HIGH"))
    factor = pl.when((pl.col("_ORIGINAL") > 0) & (pl.col("STRESN") > 0)).then(pl.col("STRESN") / pl.col("_ORIGINAL"))
    exact = {name: pl.col(own) * factor for name, own in (("STNRLO", "_LOW"), ("STNRHI", "_HIGH"))}
    changed = {name: _is_rounded(pl.col(name), exact[name]) & ~pl.col("REPLACED") for name in exact}
    return rows.with_columns(
        *(pl.when(changed[name]).then(exact[name]).otherwise(name).alias(name) for name in exact),
        pl.any_horizontal(where.fill_null(False) for where in changed.values()).alias("ROUNDED"),
    )


def _is_rounded(limit: pl.Expr, exact: pl.Expr) -> pl.Expr:
    """Return whether a limit is another number than the exact one, but that number rounded to some decimals."""
    off = (limit - exact).abs()
    digits = [10.0**count for count in range(DECIMALS)]
    short = [((limit * each) - (limit * each).round()).abs() < 1e-6 for each in digits]
    near = [off <= 0.5 / each * (1 + 1e-6) for each in digits]
    return (off > TOLERANCE * exact) & pl.any_horizontal(a & b for a, b in zip(short, near, strict=True))


def _either(original: str, standard: str) -> pl.Expr:
    """Return the original of a pair where it replaces the standard one."""
    second = pl.coalesce("STRESC", "ORRES") if standard == "_TEXT" else pl.col(standard)
    return pl.when("REPLACED").then(original).otherwise(second)


def _source() -> pl.Expr:
    """Return the name of the variable that the value was taken from."""
    taken = pl.when("REPLACED").then(pl.lit("ORRES")).when(pl.col("STRESN").is_null()).then(pl.lit("STRESC"))
    return pl.col("DOMAIN") + taken.otherwise(pl.lit("STRESN"))


def derive_parameters(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with SPECIMEN (blood, urine, other; missing: not stated), PARAMCD and BASETYPE.

    A test in urine or another fluid is another parameter than in blood: it has the fluid's letter behind its code. The
    marks of a dipstick are a parameter of their own.
    """
    stated, category = pl.col("SPEC").str.to_uppercase(), pl.col("CAT").str.to_uppercase()
    specimen = (
        pl.when(stated.str.contains(BLOOD))
        .then(pl.lit("blood"))
        .when(stated.str.contains(URINE) | (stated.is_null() & category.str.contains(URINE)))
        .then(pl.lit("urine"))
        .when(stated.is_not_null())
        .then(pl.lit("other"))
    )
    code, suffix = pl.col("TESTCD"), pl.col("SPECIMEN").replace_strict({"urine": "U", "other": "X"}, default="")
    basetype = pl.concat_str("TPT", "POS", separator=", ", ignore_nulls=True)
    return rows.with_columns(specimen.alias("SPECIMEN")).with_columns(
        pl.when(pl.col("AVALU") == "plus")
        .then(code.str.head(5) + "DIP")
        .when(suffix == "")
        .then(code)
        .otherwise(code.str.head(7) + suffix)
        .alias("PARAMCD"),
        pl.when(basetype != "").then(basetype).alias("BASETYPE"),
    )
