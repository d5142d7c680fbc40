"""OUT-15, OUT-16, OUT-21 to OUT-23: time frames against the trial's own calendar, its own text, and each other."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from topline.protocol.lint.endpoint import TIME_TO_EVENT
from topline.protocol.lint.passage import OutcomeText
from topline.protocol.lint.period import Period, period
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject, together

SLACK = 2.0
"""Months by which a time frame may exceed the study before a rule speaks: dates are months, not days."""

FACTOR = 6.0
"""How many times the survival in a record's own text its horizon may be."""

FAR = 36.0
"""A horizon of so many months is never called far."""

_MEDIAN = re.compile(
    r"median (?:overall )?survival(?: time)?\b[^.;\d]{0,40}"
    r"(\d{1,2}(?:\.\d+)?)\s*(?:(?:-|–|to)\s*(\d{1,2}(?:\.\d+)?))?\s*months?\b"
)
_SCHEDULE = re.compile(r"\b(?:every|each|once (?:every|per|a))\b[^,;.]{0,12}?\b(cycle|visi?t|day|week|month|year|dose)")
_SEQUENCE = re.compile(r"\b(?:then|thereafter|afterwards?|first|after|until|following|beyond|subsequent)\b")
_LIMIT = re.compile(r"\bup to\b|\bassessed (?:up|for|until)|\bfor (?:up to )?\d|\bthrough\b|\bmaximum\b")
_STOCK = re.compile(
    r"\bfrom (?:the )?date of [\w ]{3,40} until (?:the )?date of (?:the )?first documented progression,? or "
    r"(?:the )?date of death(?: from any cause)?"
)


def _beyond_completion(subject: Subject) -> Iterator[Hit]:
    """OUT-15."""
    yield from _beyond(subject, subject.outcomes, _completion(subject), "the study lasts")


def _beyond_primary_completion(subject: Subject) -> Iterator[Hit]:
    """OUT-16."""
    day = subject.content.status.primary_completion_date_struct
    last = period(day.date) if day else None
    yield from _beyond(subject, subject.primary, last, "start and primary completion are apart by")


def _beyond(subject: Subject, outcomes: Iterable[OutcomeText], end: Period | None, words: str) -> Iterator[Hit]:
    """Yield the time frames that are longer than the time from the start to an end."""
    if subject.start is None or end is None or end.last < subject.start.first:
        return
    available = _months(subject.start.first, end.last)
    frames = [(outcome.time_frame, outcome.reach) for outcome in outcomes]
    late = [(frame, found) for frame, found in frames if found and found.months > available + SLACK]
    late.sort(key=lambda one: -one[1].months)
    yield from together(
        Hit(frame.path, f"{words} {_whole(available)}; this needs {_whole(found.months)}", found.start, found.end)
        for frame, found in late
    )


def _whole(months: float) -> str:
    return f"{months:.0f} month{'' if round(months) == 1 else 's'}"


def _completion(subject: Subject) -> Period | None:
    day = subject.content.status.completion_date_struct
    return period(day.date) if day else None


def _months(first: date, last: date) -> float:
    return (last - first).days * 12 / 365.25


def _many_time_frames(subject: Subject) -> Iterator[Hit]:
    """OUT-21."""
    for outcome in subject.outcomes:
        frame = outcome.time_frame
        if "every" not in outcome.low and "each" not in outcome.low:
            continue
        found = _SCHEDULE.finditer(f"{outcome.description.low}\n{frame.low}")
        schedules = {_unit(match[1]): match[0] for match in found}
        if len(schedules) > 1 and _LIMIT.search(frame.low) and not _SEQUENCE.search(frame.low):
            named = ", ".join(repr(words) for words in schedules.values())
            yield frame.hit(f"one outcome holds several time frames: {named}, and an end")


def _unit(word: str) -> str:
    return "visit" if word.startswith("vis") else word


def _far_horizon(subject: Subject) -> Iterator[Hit]:
    """OUT-22."""
    known = [float(match[2] or match[1]) for match in _MEDIAN.finditer(subject.prose)]
    times = [outcome for outcome in subject.outcomes if outcome.endpoints & TIME_TO_EVENT] if known else []
    yield from together(
        Hit(frame.path, f"{_whole(found.months)}; median survival in the record's own text: {max(known):g}", *found[1:])
        for frame, found in ((outcome.time_frame, outcome.reach) for outcome in times)
        if found and found.months > max(FAR, FACTOR * max(known))
    )


def _stock_sentence(subject: Subject) -> Iterator[Hit]:
    """OUT-23."""
    others = (outcome.time_frame for outcome in subject.outcomes if not outcome.endpoints & TIME_TO_EVENT)
    found = ((frame, _STOCK.search(frame.low)) for frame in others if "whichever" in frame.low)
    message = "this sentence defines progression-free survival, not when this is measured"
    yield from together(frame.hit(message, match) for frame, match in found if match)


CHECKS: Mapping[str, Check] = {
    "OUT-15": _beyond_completion,
    "OUT-16": _beyond_primary_completion,
    "OUT-21": _many_time_frames,
    "OUT-22": _far_horizon,
    "OUT-23": _stock_sentence,
}
"""Checks of this module by rule."""
