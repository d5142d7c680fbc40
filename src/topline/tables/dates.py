"""Dates in part: what an ISO 8601 text of SDTM says about the day it names, as Polars expressions.

A date may lack its parts from the right (`2019`, `2019-02`) or hold a hyphen for a part that is unknown (`2019---15`,
`--02-15`). It then stands for every day it could be, from `first_day` to `last_day`; which of them an analysis takes is
the protocol's rule, not a matter of reading. A time (`T10:30`) is allowed after a date and ignored. Years run from
1900 to 2100; anything else, and a day that no calendar has, is not a date.
"""

import polars as pl

from topline.tables.repeated import meaning_of

DAY = "(?:0[1-9]|[12][0-9]|3[01]|-)"
MONTH = "(?:0[1-9]|1[0-2]|-)"
YEAR = "(?:19[0-9]{2}|20[0-9]{2}|2100|-)"
SECOND = r"(?::(?:[0-5][0-9](?:\.[0-9]+)?|-))?"
TIME = rf"(?:T(?:[01][0-9]|2[0-4]|-)(?::(?:[0-5][0-9]|-){SECOND})?(?:Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?)?"
SHAPE = f"^{YEAR}(?:-{MONTH}(?:-{DAY}{TIME})?)?$"

TO_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
TO_MONTH = "^[0-9]{4}-[0-9]{2}(?:$|--)"
TO_YEAR = "^[0-9]{4}(?:$|--)"


def _shaped(text: pl.Expr) -> pl.Expr:
    """Return the text where it has the shape of a date, possibly of an impossible one."""
    return pl.when(text.str.contains(SHAPE)).then(text)


def _day(text: pl.Expr) -> pl.Expr:
    return text.str.to_date("%Y-%m-%d", strict=False)


def first_day(column: str | pl.Expr) -> pl.Expr:
    """Return the first day that a date can mean; missing where the text is no date or its year is unknown.

    >>> frame = pl.DataFrame({"AESTDTC": ["2019", "2019-02", "2019-02-28T10:30", "2019---15", "2019-02-31"]})
    >>> frame.select(first_day("AESTDTC")).to_series().dt.to_string().to_list()
    ['2019-01-01', '2019-02-01', '2019-02-28', '2019-01-01', None]
    """
    return meaning_of(column, _first, pl.Date)


def _first(written: pl.Expr) -> pl.Expr:
    text = _shaped(written)
    return (
        pl.when(text.str.contains(TO_DAY))
        .then(_day(text.str.head(10)))
        .when(text.str.contains(TO_MONTH))
        .then(_day(text.str.head(7) + "-01"))
        .when(text.str.contains(TO_YEAR))
        .then(_day(text.str.head(4) + "-01-01"))
    )


def last_day(column: str | pl.Expr) -> pl.Expr:
    """Return the last day that a date can mean; missing where the text is no date or its year is unknown.

    >>> frame = pl.DataFrame({"AESTDTC": ["2019", "2020-02", "2019-02-28T10:30", "2019---15", "2019-02-31"]})
    >>> frame.select(last_day("AESTDTC")).to_series().dt.to_string().to_list()
    ['2019-12-31', '2020-02-29', '2019-02-28', '2019-12-31', None]
    """
    return meaning_of(column, _last, pl.Date)


def _last(written: pl.Expr) -> pl.Expr:
    text = _shaped(written)
    return (
        pl.when(text.str.contains(TO_DAY))
        .then(_day(text.str.head(10)))
        .when(text.str.contains(TO_MONTH))
        .then(_day(text.str.head(7) + "-01").dt.month_end())
        .when(text.str.contains(TO_YEAR))
        .then(_day(text.str.head(4) + "-12-31"))
    )


def precision(column: str | pl.Expr) -> pl.Expr:
    """Return the imputation flag that completing a date asks for: `D` the day, `M` month and day, missing: nothing.

    The flag is missing where the date is whole, and where `first_day` is missing: a year is never imputed, so `Y`,
    which ADaM knows too, does not occur.

    >>> frame = pl.DataFrame({"AESTDTC": ["2019", "2019-02", "2019-02-28", "2019---15", "31/02/2019"]})
    >>> frame.select(precision("AESTDTC")).to_series().to_list()
    ['M', 'D', None, 'M', None]
    """
    return meaning_of(column, _precision, pl.String)


def _precision(written: pl.Expr) -> pl.Expr:
    text = _shaped(written)
    return pl.when(text.str.contains(TO_MONTH)).then(pl.lit("D")).when(text.str.contains(TO_YEAR)).then(pl.lit("M"))


def is_date(column: str | pl.Expr) -> pl.Expr:
    """Return whether a text is a date, whole or in part; missing where the text is missing.

    >>> texts = ["2019", "2019-02-28T10:30", "--02-15", "2019-02-31", "31/02/2019", "2019-13", "2190-01-01", None]
    >>> pl.DataFrame({"AESTDTC": texts}).select(is_date("AESTDTC")).to_series().to_list()
    [True, True, True, False, False, False, False, None]
    """
    text = (pl.col(column) if isinstance(column, str) else column).cast(pl.String)
    unknown_year = text.str.contains(SHAPE) & text.str.contains("^-.*[0-9]")
    return pl.when(text.is_not_null()).then(first_day(text).is_not_null() | unknown_year)
