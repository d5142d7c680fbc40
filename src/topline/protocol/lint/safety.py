"""SAF-01 to SAF-06: how adverse events are graded, by a scale that existed and was current when the trial began."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from topline.protocol.lint.cited import Cited
from topline.protocol.lint.endpoint import Endpoint
from topline.protocol.lint.find import first_match, holds
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject, Unassessable, together

VERSIONS: Mapping[str, date | None] = {
    "1.0": None,
    "2.0": None,
    "3.0": None,
    "4.0": date(2009, 5, 29),
    "4.01": None,
    "4.02": None,
    "4.03": date(2010, 6, 14),
    "5.0": date(2017, 11, 27),
    "6.0": date(2025, 7, 22),
}
"""Versions of the criteria, with the day of publication where it is known to this program."""

FIFTH_IN_USE = date(2018, 4, 1)
"""From this day on a trial that starts is expected to use version 5.0."""

SIXTH_IN_USE = date(2026, 1, 1)
"""From this day on a trial that starts could have used version 6.0."""

_SCALES = tuple(
    (stem, re.compile(pattern))
    for stem, pattern in {
        "ctc": r"ctc-?ae|\bctc\b",
        "common t": "common t(?:erminology|oxicity)",
        "terminology criteria": "",
        "toxicity ": "toxicity (?:criteria|grading|scale)",
        "grading ": "grading (?:scale|criteria|system)",
        "grade ": r"\bgrade [345]\b[^.]{0,40}\b(?:defined|means)",
        "clavien": "",
        "who ": r"\bwho (?:toxicit|grad|scale)",
        "rtog": r"rtog\b",
        "daids": r"daids\b",
        "division of aids": "",
        "dindo": "",
        "astct": r"astct\b",
        "asbmt": r"asbmt\b",
        "swog tox": "",
        "franco-italian": "",
        "lent": "lent[-/ ]soma",
    }.items()
)
"""Grading scales: the beginning to look for, and the pattern that must match there."""

_NAME = (
    r"(?:c(?:tc-?aes?\b|tc-?ae(?=_|v?\d)|tc(?= ?v(?:ersion|\d|\.))"
    r"|ommon (?:terminology|toxicity) criteria(?: for adverse events?)?)|ncic?[- ]?ctc(?:-?ae)?)"
)
_CTCAE = re.compile(_NAME)
_GAP = r"[\s,()®:\[\]-]*"
_VERSION = re.compile(
    rf"{_NAME}{_GAP}(?:ctc(?:-?ae)?)?{_GAP}(?:criteria|scale|standards?|guidelines?|grading)?{_GAP}"
    r"(?:v(?:ersion|ersions|ers|er)?[\s.]*)?(\d)(?:\s?[.,·]\s?(\d{1,2}))?"
    r"(?![\d/%]|\s?(?:grade|or|days?|weeks?|months?|years?)\b)"
)
_VERSION_BEFORE = re.compile(
    r"v(?:ersion)?\.? ?(\d)(?:\.(\d{1,2}))? of (?:the )?(?:nci[- ]*)?(?:common terminology|common toxicity|ctc)"
)
_TREATMENT_EMERGENT = re.compile(r"\btreatment[- ]emergent|\bteaes?\b")
_EMERGENT = ("emergent", "teae")
_END = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|twelve)\b|last (?:dose|administration|infusion|treatment)|end of|discontinu"
    r"|completion|visit|progress|death|until|up to|through\b|follow[ -]?up|discharge"
)


def cited(subject: Subject) -> tuple[Cited, ...]:
    """Return every version of CTCAE that the record cites, as written: "4.0" and "4" differ."""
    return tuple(
        Cited(_number(match), text, *match.span())
        for text in subject.holding("ctc", "common t")
        for pattern in (_VERSION, _VERSION_BEFORE)
        for match in pattern.finditer(text.low, _near_name(text.low))
    )


def _near_name(low: str) -> int:
    """Return where to begin to look for a version: a little before the first name, since some stand behind it."""
    places = [place for place in (low.find("ctc"), low.find("common t")) if place >= 0]
    return max(0, min(places, default=0) - 60)


def _number(match: re.Match[str]) -> str:
    return match[1] if match[2] is None else f"{match[1]}.{match[2]}"


def _no_scale(subject: Subject) -> Iterator[Hit]:
    """SAF-01."""
    if not subject.interventional or not subject.oncology:
        return
    events = [outcome for outcome in subject.outcomes if Endpoint.ADVERSE_EVENTS in outcome.endpoints]
    if events and not _scale(subject.everything):
        message = subject.absence("a grading scale")
        yield from together(outcome.measure.hit(message) for outcome in events)


def _scale(low: str) -> bool:
    """Return whether a text names a grading scale."""
    return "ctcae" in low or any(first_match(pattern, low, (stem,)) for stem, pattern in _SCALES)


def _superseded(subject: Subject) -> Iterator[Hit]:
    """SAF-02."""
    old = [citation for citation in subject.once(cited) if 1 <= citation.major < 5]
    if not old:
        return
    if subject.era is None:
        words = ", ".join(dict.fromkeys(citation.version for citation in old))
        raise Unassessable(f"CTCAE {words} is cited, and no date in this source says when the trial began")
    if subject.era.first > FIFTH_IN_USE:
        for citation in old:
            yield citation.hit(
                f"version {citation.version} was superseded on {VERSIONS['5.0']}, before this trial began"
            )


def _sixth(subject: Subject) -> Iterator[Hit]:
    """SAF-03."""
    fifth = [citation for citation in subject.once(cited) if citation.major == 5]
    if not fifth:
        return
    if subject.era is None:
        raise Unassessable("CTCAE 5.0 is cited, and no date in this source says when the trial began")
    if subject.era.first >= SIXTH_IN_USE:
        yield fifth[0].hit(f"version 6.0 was published on {VERSIONS['6.0']}, before this trial begins")


def _no_version(subject: Subject) -> Iterator[Hit]:
    """SAF-04."""
    if subject.once(cited):
        return
    for passage in subject.holding("ctc", "common t"):
        if match := _CTCAE.search(passage.low):
            yield passage.hit(subject.absence("the version of CTCAE"), match)
            return


def _no_end(subject: Subject) -> Iterator[Hit]:
    """SAF-05."""
    if not holds(subject.outcomes_low, _EMERGENT):
        return
    for outcome in subject.outcomes:
        frame = outcome.time_frame
        if (
            frame
            and holds(outcome.low, _EMERGENT)
            and _TREATMENT_EMERGENT.search(outcome.low)
            and not _END.search(frame.low)
        ):
            yield frame.hit("nothing says how long after the last dose events still count")


def _never_published(subject: Subject) -> Iterator[Hit]:
    """SAF-06."""
    for citation in subject.once(cited):
        whole = citation.version if "." in citation.version else f"{citation.version}.0"
        if whole not in VERSIONS:
            yield citation.hit(f"no version {citation.version} of CTCAE was published")


CHECKS: Mapping[str, Check] = {
    "SAF-01": _no_scale,
    "SAF-02": _superseded,
    "SAF-03": _sixth,
    "SAF-04": _no_version,
    "SAF-05": _no_end,
    "SAF-06": _never_published,
}
"""Checks of this module by rule."""
