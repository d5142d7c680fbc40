"""When and how a drug is given, in running text: times a day, days of the cycle, length of the cycle, route."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

LONGEST = 84  # days of a cycle
WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "other": 2}
COUNT = r"\d{1,2}|one|two|three|four|five|six|eight"
TIMES = (
    (4, r"\bq\.?i\.?d\.?\b|\b(?:four|4) times\s+(?:a |per )?(?:day|daily)|\bevery (?:6|six) hours"),
    (3, r"\bt\.?i\.?d\.?\b|\b(?:three|3) times\s+(?:a |per )?(?:day|daily)|\bevery (?:8|eight) hours"),
    (
        2,
        r"\bb\.?i\.?d\b\.?|\btwice\s+(?:a |per )?(?:day|daily)|\b(?:two|2) times\s+(?:a |per )?(?:day|daily)|\bq12h|"
        r"\bevery (?:12|twelve) hours",
    ),
    (
        1,
        r"\bq\.?d\b\.?|\bonce\s+(?:a |per |every )?(?:day|daily)|\bdaily\b|\bevery day\b|\bper day\b|(?<=[a-z2])/day\b",
    ),
)
TIMES_A_DAY = tuple((number, re.compile(pattern, re.IGNORECASE)) for number, pattern in TIMES)
EVERY = re.compile(
    rf"\b(?:once\s+)?every\s+(?P<count>{COUNT}|other)?[\s-]*(?P<unit>weeks?|days?|months?)\b(?!\s+(?:for|until|"
    rf"up to)\s+the)"
    r"|\bq\s?\.?(?P<short>\d{1,2})\s?(?P<letter>w|wks?|weeks?|d|days?)\b",
    re.IGNORECASE,
)
WEEKLY = re.compile(r"\b(?:once\s+(?:a|per|every)\s+week|(?:once[\s-]+)?weekly|qw|q1w)\b", re.IGNORECASE)
DAY_LIST = re.compile(
    r"\b(?:days?|d)\s?\.?(\d{1,2})\b((?:\s*(?:,\s*and|,|and|&|-|–|to|through|~)\s*(?:days?\s?|"
    r"d\s?)?\d{1,2}\b(?!\s*(?:mg|days?|weeks?|cycles?|months?|minutes|hours|%|g\b)))*)"
    r"(?!\s*(?:after|post|before|prior|following|from)\b)",
    re.IGNORECASE,
)
STEP = re.compile(r"(-|–|to|through|~)?\s*(?:days?\s?|d\s?)?(\d{1,2})", re.IGNORECASE)
CONSECUTIVE = re.compile(r"\bfor (?P<count>\d{1,2}|five|three|two|four|seven) (?:consecutive )?days\b", re.IGNORECASE)
ON_OFF = re.compile(
    r"\b(?P<on>\d{1,2}|one|two|three|four)[\s-](?P<unit>week|day)s?\s+(?:on|of treatment|of dosing)?[\s,/]*(?:and|"
    r"followed by|then)?\s*(?:a )?"
    r"(?P<off>\d{1,2}|one|two|three|four)[\s-](?P<unit2>week|day)s?[\s-](?:off|rest|of rest|break|interval)",
    re.IGNORECASE,
)
CYCLE = re.compile(
    rf"\b(?P<a>{COUNT})[\s-]*(?P<au>day|week)s?[\s-](?:long\s+)?(?:treatment\s+|dosing\s+)?cycles?\b"
    rf"|\bcycles?(?:\s+length)?\s*(?:is|are|of|=|:|will be|lasts?|repeats? every|"
    rf"every)\s*(?P<b>{COUNT})[\s-]*(?P<bu>day|week)s?\b"
    rf"|\b(?P<c>{COUNT})[\s-]*(?P<cu>day|week)s?\s+(?:per|as (?:a|one)|(?:is|are|constitutes?) (?:a|"
    rf"one))\s+(?:treatment\s+)?cycle\b",
    re.IGNORECASE,
)
ROUTES = tuple(
    (route, re.compile(pattern, re.IGNORECASE))
    for route, pattern in (
        ("INTRAPERITONEAL", r"\bintraperitoneal"),
        ("INTRATHECAL", r"\bintrathecal"),
        ("INTRATUMORAL", r"\bintratumou?ral(?:ly)?\s+(?:inject|admin)|\binject\w*\s+intratumou?ral"),
        ("INTRAVESICAL", r"\bintravesical"),
        ("SUBCUTANEOUS", r"\bsubcutaneous|\bs\.?c\b\.?|\bsubQ\b"),
        ("INTRAMUSCULAR", r"\bintramuscular|\bi\.m\."),
        ("INTRAVENOUS", r"\bintravenous|\bi\.?v\b\.?"),
        ("ORAL", r"\boral(?:ly)?\b|\bp\.?o\b\.?|\bby mouth\b|\btablets?\b|\bcapsules?\b"),
        ("TOPICAL", r"\btopical"),
        ("RESPIRATORY (INHALATION)", r"\binhal"),
    )
)
INFUSION = re.compile(r"\binfusions?\b|\binfused\b", re.IGNORECASE)


class Piece(NamedTuple):
    """A value and the characters that state it."""

    value: object
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Regimen:
    """What a text says of a regimen; None where it says nothing.

    `infusion` is the word infusion, which means a vein where no text names another way.
    """

    times: Piece | None = None
    days: Piece | None = None
    cycle: Piece | None = None
    route: Piece | None = None
    infusion: Piece | None = None


def regimen(text: str) -> Regimen:
    """Return what a text says of when and how a drug is given.

    >>> found = regimen("12 mg orally once daily on days 1-14 of each 21-day cycle")
    >>> found.times.value, len(found.days.value), found.cycle.value, found.route.value
    (1, 14, 21, 'ORAL')
    """
    cycle = cycle_length(text)
    every = _every(text)
    days = _days(text)
    if days is None and (cycle is not None or every is not None or "once" not in text):
        days = _weekly(text, cycle)
    pause = _on_off(text)
    if pause is not None:
        days, cycle = pause
    elif every is not None:
        days, cycle = days or _repeated(every, cycle), cycle or every
    infused = INFUSION.search(text)
    infusion = Piece("INTRAVENOUS", infused.start(), infused.end()) if infused else None
    return Regimen(_times(text), days, cycle, _route(text), infusion)


def _repeated(every: Piece, cycle: Piece | None) -> Piece:
    """Return the days of a cycle on which a drug is given every so many days: 1 and 15 for two weeks of 28 days."""
    step = int(str(every.value))
    length = int(str(cycle.value)) if cycle else step
    return Piece(tuple(range(1, length + 1, step)), every.start, every.end)


def cycle_length(text: str) -> Piece | None:
    """Return the length of a cycle that a text states [days].

    >>> cycle_length("in each 21-day treatment cycle").value, cycle_length("one cycle = 3 weeks").value
    (21, 21)
    """
    for match in CYCLE.finditer(text):
        for count, unit in (("a", "au"), ("b", "bu"), ("c", "cu")):
            if match[count]:
                days = number(match[count]) * (7 if match[unit].lower() == "week" else 1)
                if 1 <= days <= LONGEST:
                    return Piece(days, match.start(), match.end())
    return None


def number(word: str) -> int:
    """Return the number that digits or a word stand for."""
    return int(word) if word.isdigit() else WORDS[word.lower()]


def _times(text: str) -> Piece | None:
    """Return the doses on a day of treatment; the first frequency in the text counts."""
    found = [
        Piece(times, match.start(), match.end())
        for times, pattern in TIMES_A_DAY
        if (match := pattern.search(text)) is not None
    ]
    # `twice daily` holds `daily` as well: of those that overlap the longer one is meant.
    return min(found, key=lambda piece: (piece.start // 8, -int(str(piece.value))), default=None)


def _every(text: str) -> Piece | None:
    """Return the interval between doses [days], given as `every 3 weeks` or `q3w`."""
    for match in EVERY.finditer(text):
        if match["short"]:
            days = int(match["short"]) * (7 if match["letter"].lower().startswith("w") else 1)
        else:
            unit = match["unit"].lower()
            count = number(match["count"]) if match["count"] else 1
            days = count * (7 if unit.startswith("week") else 28 if unit.startswith("month") else 1)
        if 2 <= days <= LONGEST:
            return Piece(days, match.start(), match.end())
    return None


def _days(text: str) -> Piece | None:
    """Return the days of a cycle that a text lists."""
    for match in DAY_LIST.finditer(text):
        days = tuple(_listed(match))
        if days and all(1 <= day <= LONGEST for day in days) and list(days) == sorted(set(days)):
            return Piece(days, match.start(), match.end())
    run = CONSECUTIVE.search(text)
    count = number(run["count"]) if run else 0
    return Piece(tuple(range(1, count + 1)), run.start(), run.end()) if run and 1 <= count <= LONGEST else None


def _listed(match: re.Match[str]) -> Iterator[int]:
    """Yield the days of a list such as `1, 8 and 15` or `1-5, 8-12`."""
    last = int(match[1])
    yield last
    for step in STEP.finditer(match[2]):
        day = int(step[2])
        yield from range(last + 1, day) if step[1] else ()
        yield day
        last = day


def _weekly(text: str, cycle: Piece | None) -> Piece | None:
    """Return the first day of each week of a cycle, where a text says weekly."""
    match = WEEKLY.search(text)
    if match is None:
        return None
    length = int(str(cycle.value)) if cycle else 28
    return Piece(tuple(range(1, length + 1, 7)), match.start(), match.end())


def _on_off(text: str) -> tuple[Piece, Piece] | None:
    """Return days and cycle of a regimen given as weeks on and weeks off."""
    match = ON_OFF.search(text)
    if match is None:
        return None
    on = number(match["on"]) * (7 if match["unit"].lower() == "week" else 1)
    off = number(match["off"]) * (7 if match["unit2"].lower() == "week" else 1)
    if not 1 <= on <= on + off <= LONGEST:
        return None
    days = tuple(range(1, on + 1))
    return Piece(days, match.start(), match.end()), Piece(on + off, match.start(), match.end())


def _route(text: str) -> Piece | None:
    """Return the first route that a text names."""
    found = [
        Piece(route, match.start(), match.end())
        for route, pattern in ROUTES
        if (match := pattern.search(text)) is not None
    ]
    return min(found, key=lambda piece: piece.start, default=None)
