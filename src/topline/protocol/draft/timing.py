"""Lengths of time in running text, in days and in months."""

import re
from collections.abc import Iterator
from typing import NamedTuple

DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "ten": 10, "twelve": 12}
SPAN = re.compile(
    rf"(?<![\w.])(?P<count>\d{{1,4}}(?:\.\d+)?|{'|'.join(WORDS)})[\s-]*(?P<unit>day|week|wk|month|mo|year|yr)s?\b"
    r"(?:\s+and\s+(?P<months>\d{1,2})\s+months?\b)?",
    re.IGNORECASE,
)
ALIKE = {"wk": "week", "mo": "month", "yr": "year"}


class Length(NamedTuple):
    """A length of time [days] and the characters that state it."""

    days: float
    start: int
    end: int
    unit: str

    @property
    def months(self) -> float:
        """The length in months of 30.4375 days; whole months and years stay whole numbers."""
        months = self.days / DAYS["month"]
        return float(round(months)) if self.unit in ("month", "year") else round(months, 2)


def lengths(text: str) -> Iterator[Length]:
    """Yield the lengths of time in a text, in order.

    >>> [(length.days, length.months) for length in lengths("up to 24 weeks, 2 years")]
    [(168.0, 5.52), (730.5, 24.0)]
    """
    for match in SPAN.finditer(text):
        unit = ALIKE.get(match["unit"].lower(), match["unit"].lower())
        count = match["count"].lower()
        value = float(WORDS[count]) if count in WORDS else float(count)
        more = float(match["months"] or 0) * DAYS["month"]
        yield Length(value * DAYS[unit] + more, match.start(), match.end(), unit)
