"""How a column of any type becomes a column of a declared type, as Polars expressions.

What a type cannot hold becomes missing here; `given` says which values were there, so that each loss is a finding.
"""

import polars as pl

from topline.tables.dates import first_day, precision
from topline.tables.declare import POLARS, Kind

NO_NUMBER = r"^(?:NA|\.[A-Z_]?)$"
"""How SAS and R write a missing number into text."""
DIGITS = 15
"""Decimal digits that a double holds: a number recorded with at most so many is restored exactly."""
WHOLE = 2.0**53
"""Up to here a double holds every whole number."""

LETTERS = (pl.String, pl.Categorical, pl.Enum, pl.Binary)


def cast(name: str, dtype: pl.DataType, kind: Kind) -> pl.Expr:
    """Return the column `name` of type `dtype` as a column of type `kind`; what does not fit is missing.

    >>> frame = pl.DataFrame({"TRSTRESN": ["12.0", "1e3", "12 mm", "nan", " "]})
    >>> frame.select(cast("TRSTRESN", frame.schema["TRSTRESN"], Kind.NUMBER)).to_series().to_list()
    [12.0, 1000.0, None, None, None]
    """
    column = pl.col(name)
    if dtype == pl.Object:
        return _nothing(POLARS[kind]).alias(name)
    match kind:
        case Kind.NUMBER:
            value = _number(column, dtype)
        case Kind.INTEGER:
            value = _integer(column, dtype)
        case Kind.DATE:
            value = _date(column, dtype)
        case Kind.LIST:
            value = _list(column, dtype)
        case Kind.TEXT:
            value = _text(column, dtype)
        case Kind.FLAG | Kind.ISO_DATE:
            value = _text(column, dtype).str.strip_chars_start()
    return value.alias(name)


def given(name: str, dtype: pl.DataType, kind: Kind) -> pl.Expr:
    """Return whether a value stands in the column before it is cast: blanks and marks of missing numbers are none.

    >>> frame = pl.DataFrame({"TRSTRESN": ["12 mm", " ", ".", "NA", None]})
    >>> frame.select(given("TRSTRESN", frame.schema["TRSTRESN"], Kind.NUMBER)).to_series().to_list()
    [True, False, False, False, False]
    """
    column = pl.col(name)
    if dtype == pl.Binary:
        return (column.bin.size() > 0).fill_null(False)
    if dtype.is_float():
        return column.is_not_nan().fill_null(False)
    if not isinstance(dtype, LETTERS):
        return column.is_not_null()
    text = _letters(column, dtype).str.strip_chars()
    marks = text.str.contains(NO_NUMBER) if kind in (Kind.NUMBER, Kind.INTEGER) else pl.lit(False)
    return pl.when(column.is_not_null()).then((text != "") & ~marks).otherwise(False).fill_null(True)


def _letters(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Binary:  # a cast stops at the first byte that is not UTF-8
        return column.map_batches(_decoded, return_dtype=pl.String, is_elementwise=True)
    return column if dtype == pl.String else column.cast(pl.String)


def _decoded(column: pl.Series) -> pl.Series:
    """Return bytes as text, those that are not UTF-8 as missing."""
    texts = [None if cell is None else cell.decode("utf-8", "replace") for cell in column]
    return pl.Series(column.name, [None if text and "\ufffd" in text else text for text in texts], dtype=pl.String)


def _nothing(dtype: pl.DataType) -> pl.Expr:
    """Return a column of missing values."""
    return pl.repeat(None, pl.len(), dtype=dtype)


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, LETTERS):
        text = _letters(column, dtype).str.strip_chars_end()
        return pl.when(text != "").then(text)
    if dtype.is_float():
        return _number_text(_restored(column.cast(pl.Float64)))
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("Y")).when(~column).then(pl.lit("N"))
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S").str.strip_suffix("T00:00:00")
    if dtype.is_nested() or dtype == pl.Duration:
        return _nothing(pl.String())
    return column.cast(pl.String)


def _number_text(number: pl.Expr) -> pl.Expr:
    """Return numbers as text, whole ones without a fraction: SITEID 701.0 is site 701."""
    whole = (number == number.round()) & (number.abs() <= WHOLE)
    return pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(number.cast(pl.String))


def _restored(number: pl.Expr) -> pl.Expr:
    """Return finite numbers, those in the range of measurements with at most 15 significant digits."""
    rounded = pl.when(number.abs().is_between(1e-8, 1e15)).then(number.round_sig_figs(DIGITS)).otherwise(number)
    return pl.when(number.is_finite()).then(rounded)


def _number(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, LETTERS):
        number = _letters(column, dtype).str.strip_chars().cast(pl.Float64, strict=False)
        return pl.when(number.is_finite()).then(number)
    if dtype.is_float():
        return _restored(column.cast(pl.Float64))
    if dtype.is_temporal() or dtype.is_nested():
        return _nothing(pl.Float64())
    return column.cast(pl.Float64)


def _integer(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_integer() or dtype == pl.Boolean:
        return column.cast(pl.Int64, strict=False)
    number = _number(column, dtype)
    whole = (number == number.round()) & (number.abs() <= WHOLE)
    return pl.when(whole).then(number).cast(pl.Int64, strict=False)


def _date(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_temporal() and dtype != pl.Time and dtype != pl.Duration:
        return column.cast(pl.Date)
    if isinstance(dtype, LETTERS):
        text = _letters(column, dtype).str.strip_chars()
        return pl.when(precision(text).is_null()).then(first_day(text))
    return _nothing(pl.Date())


def _list(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List) and not dtype.inner.is_nested():
        return column.cast(pl.List(pl.String), strict=False)
    text = _text(column, dtype)
    return pl.when(text.is_not_null()).then(pl.concat_list(text))
