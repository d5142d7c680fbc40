"""Windows of time: `within 4 weeks before the first dose`, `at least 28 days since ...`, and what they are counted to.

A week is 7 days, a month 30.4375 and a year 365.25 days, rounded to whole days (6 months are 183 days): months are of
unequal length, and a criterion that means another count says so in days.

One rule holds for the end of every window: `within 28 days` and `up to 28 days` are at most 28 days, the 28th day
included; `less than 28 days` leaves the 28th day out; `at least 28 days` includes it; `more than 28 days` begins with
the 29th.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

DAYS: Mapping[str, float] = {"day": 1, "week": 7, "month": 30.4375, "year": 365.25}
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
COUNT = rf"(?:\d{{1,3}}|{'|'.join(WORDS[1:])})"
SPAN = (
    rf"(?P<count>{COUNT})(?:\s\(\d{{1,3}}\))?\s?-?\s?(?P<unit>day|week|month|year|wk"
    rf"|yr)s?(?:\s\(\d{{1,3}}\s\w{{3,6}}\))?(?:'|’)?"
)
RECENT = r"(?:the\s)?(?:(?:past|last|previous|prior|preceding|first)\s)?"
THE = (
    r"(?:(?:the|their|planned|scheduled|anticipated|expected|date\sof|day\sof|time\sof"
    r"|initiation\sof|start\sof|starting|beginning\sof|first|receiving|administration\sof"
    r"|being)\s){0,4}"
)
STUDY = r"(?:(?:the\s)?(?:study|trial|protocol|investigational|IP|planned)\s)?"
ANCHORS: tuple[tuple[str, str], ...] = (
    (
        rf"{THE}(?:first\s)?(?:dose|dosing|administration|infusion"
        rf"|injection)(?:\sof\s(?:the\s)?(?:first\s)?{STUDY}(?:drugs?|treatments?|therapy"
        rf"|medications?|interventions?|product|agents?|IMP|[\w-]{{2,20}}))?",
        "FDOSEDT",
    ),
    (
        rf"{THE}(?:first\s)?{STUDY}(?:drugs?|treatments?|therapy|medications?|interventions?"
        r"|IMP)(?:\s(?:administration|initiation|start|treatment|dosing|dose))?",
        "FDOSEDT",
    ),
    (rf"{THE}(?-i:[A-Z]{{1,4}}-?\d{{2,7}})(?:\s(?:treatment|therapy|administration))?", "FDOSEDT"),
    (r"(?:the\s)?cycle\s1,?\s?day\s1|C1\s?D1|day\s1\sof\s(?:the\s)?(?:study\s)?(?:treatment|cycle\s1)", "FDOSEDT"),
    (
        rf"{THE}(?:study\s|trial\s)?(?:enrol+ments?|registration|entry|inclusion"
        r"|recruitment)(?:\s(?:in(?:to)?|on)\s(?:the\s|this\s)?(?:study|trial))?|(?:study"
        r"|trial)\sentry|enrol+ing",
        "ENROLDT",
    ),
    (rf"{THE}randomi[sz]ation", "RANDDT"),
    (rf"{THE}(?:signing\s(?:of\s)?(?:the\s)?)?(?:informed\s)?consent(?:\sform)?(?:\ssignature)?", "CONSDT"),
    (rf"{THE}screening(?:\svisit)?", "SCRNDT"),
)
ANCHOR = tuple((re.compile(rf"(?:{pattern})(?![\w-])", re.IGNORECASE), column) for pattern, column in ANCHORS)
BEFORE = re.compile(r"\s?,?\s?(?:before|prior\sto|preceding|ahead\sof|of|from|to|until)\s", re.IGNORECASE)
WITHIN = re.compile(
    rf"(?:with(?:in)?|in|during|over|≤|<\s?=?|less\sthan|fewer\sthan|up\sto)\s?{RECENT}{SPAN}(?!\w)", re.IGNORECASE
)
LESS = re.compile(r"less|fewer|<(?!\s?=)", re.IGNORECASE)
ELAPSED = re.compile(
    r"(?P<op>at\sleast|≥|>\s?=|(?:a\s)?minimum\sof|(?:no|not)\sless\sthan|more\sthan"
    rf"|greater\sthan|>|over)\s?{SPAN}(?!\w)"
    r"(?:\s(?:must\s|should\s)?(?:have\s|has\s)?(?:elapsed|passed))?",
    re.IGNORECASE,
)
HALF = re.compile(
    rf"\s?,?\s?\(?(?:or|and)\s(?:within\s)?(?:at\sleast\s)?(?:{COUNT}"
    r"|\d\.\d)\s(?:\w+\s)?half[- ]?li(?:fe"
    rf"|ves)(?:\s?,?\s?\(?(?:of\s[\w\s-]{{1,30}},?\s?)?\(?which(?:ever)?\s?(?:is|comes"
    r"|time\sis)?\s?(?P<which>longer|shorter|later|earlier|first)\)?)?",
    re.IGNORECASE,
)
NO_ANCHOR = "no date of the patient table is named to which the time is counted"
HALF_LIVES = "half-lives are not in the patient table"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in days, the date column that it is counted to, and where its words begin and end.

    `half` says how half-lives bear on it: `longer` or `shorter` than the days, `unsaid`, or empty; `strict` that the
    last day is left out (`less than 4 weeks`).
    """

    start: int
    end: int
    days: int
    anchor: str
    half: str = ""
    strict: bool = False


def parse_within(text: str, at: int) -> Window | None:
    """Return the window at a place, of what happened in it.

    >>> parse_within("within 4 weeks prior to the first dose of study drug", 0)
    Window(start=0, end=52, days=28, anchor='FDOSEDT', half='', strict=False)
    >>> parse_within("in the past 6 months", 0)
    Window(start=0, end=20, days=183, anchor='', half='', strict=False)
    """
    found = WITHIN.match(text, at)
    if found is None:
        return None
    return replace(_anchored(text, found, days_of(found)), strict=LESS.match(found.group()) is not None)


def parse_elapsed(text: str, at: int) -> Window | None:
    """Return the window at a place, of what has elapsed: `at least 4 weeks`; more than 4 weeks are 29 days."""
    found = ELAPSED.match(text, at)
    if found is None:
        return None
    strict = found["op"].lower() in ("more than", "greater than", ">", "over")
    return _anchored(text, found, days_of(found) + strict)


def days_of(found: re.Match[str]) -> int:
    """Return the days of a count and its unit.

    >>> days_of(re.match(SPAN, "6 months")), days_of(re.match(SPAN, "two weeks"))
    (183, 14)
    """
    count = found["count"].lower()
    number = WORDS.index(count) if count in WORDS else int(count)
    unit = {"wk": "week", "yr": "year"}.get(found["unit"].lower(), found["unit"].lower())
    return round(number * DAYS[unit])


def parse_anchor(text: str, at: int) -> tuple[str, int] | None:
    """Return the date column that is named at a place, and where its words end."""
    hits = [(found.end(), column) for pattern, column in ANCHOR if (found := pattern.match(text, at))]
    return (max(hits)[1], max(hits)[0]) if hits else None


def _anchored(text: str, found: re.Match[str], days: int) -> Window:
    """Return a window with its anchor, where one is named, and its half-lives."""
    half = HALF.match(text, found.end())
    end = half.end() if half else found.end()
    before = BEFORE.match(text, end)
    anchor = parse_anchor(text, before.end()) if before else None
    if anchor:
        end = anchor[1]
        half = half or HALF.match(text, end)
        end = half.end() if half and half.end() > end else end
    which = (half["which"] or "unsaid").lower() if half else ""
    kind = {"later": "longer", "earlier": "shorter", "first": "shorter"}.get(which, which)
    return Window(found.start(), end, days, anchor[0] if anchor else "", kind)
