"""A date as a register writes it, with or without its day, as the days that it can mean."""

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

_ISO = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?", re.ASCII)


class Period(NamedTuple):
    """The first and the last day that a date can mean; equal where the day is written."""

    first: date
    last: date


@lru_cache(maxsize=4096)
def period(text: str | None) -> Period | None:
    """Return the days that a date text can mean, None where it is no date of the calendar.

    A year or a month without its day means every day in it.

    >>> period("2016-02")
    Period(first=datetime.date(2016, 2, 1), last=datetime.date(2016, 2, 29))
    >>> period("2016-02-30") is None
    True
    """
    found = _ISO.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return Period(date(year, month or 1, day or 1), date(year, last_month, last_day))
    except ValueError:
        return None
