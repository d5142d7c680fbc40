"""The obvious reading of a date in part: the list of days of the calendar that it can mean."""

from calendar import isleap
from datetime import date, timedelta


def possible_days(text: str) -> list[date]:
    """Return the days that an ISO 8601 text can mean, none where it is no date or its year is unknown.

    With an unknown month the day is not used: `2019---15` is any day of 2019.
    """
    read = read_parts(text)
    if read is None or read[0] is None:
        return []
    year, month, day = read
    first = date(year, 1, 1)
    days = [first + timedelta(days=i) for i in range(366 if isleap(year) else 365)]
    if month is None:
        return days
    return [d for d in days if d.month == month and day in (None, d.day)]


def is_date(text: str) -> bool:
    read = read_parts(text)
    return read is not None and (read[0] is None or possible_days(text) != [])


def read_parts(text: str) -> tuple[int | None, int | None, int | None] | None:
    """Return year, month and day, None for what is unknown; or None where the text has another form."""
    whole, mark, time = text.partition("T")
    parts = split(whole)
    if parts is None or (mark and (len(parts) < 3 or not is_time(time))):
        return None
    bounds = ((4, 1900, 2100), (2, 1, 12), (2, 1, 31))
    if not all(part == "-" or fits(part, *bound) for part, bound in zip(parts, bounds, strict=False)):
        return None
    if not any(character.isdigit() for character in text):
        return None
    numbers = [None if part == "-" else int(part) for part in parts] + [None, None]
    return numbers[0], numbers[1], numbers[2]


def split(text: str) -> list[str] | None:
    """Return the one to three parts of a date, each digits or a hyphen, with hyphens between them."""
    parts: list[str] = []
    rest = text
    while True:
        width = 1 if rest.startswith("-") else (2 if parts else 4)
        parts, rest = [*parts, rest[:width]], rest[width:]
        if not rest:
            return parts if len(parts) <= 3 else None
        if not rest.startswith("-"):
            return None
        rest = rest[1:]


def fits(part: str, width: int, low: int, high: int) -> bool:
    return len(part) == width and part.isascii() and part.isdigit() and low <= int(part) <= high


def is_time(text: str) -> bool:
    """Say whether a text is hh, hh:mm or hh:mm:ss, with hyphens for what is unknown; zones are not in the twin."""
    parts = text.split(":")
    limits = (24, 59, 59)
    return len(parts) <= 3 and all(p == "-" or fits(p, 2, 0, high) for p, high in zip(parts, limits, strict=False))
