"""When things happen, from a record: start of time, cycles, scans, questionnaires, follow-up."""

import re
from collections.abc import Iterator

from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.passages import ARMS, OUTCOMES, PROSE, Passages
from topline.protocol.draft.regimen import COUNT, cycle_length, number
from topline.protocol.draft.timing import lengths

IMAGING = (
    r"(?:scans?|imag\w+|CT|MRI|radiograph\w*|radiolog\w*|tumou?r (?:assess|evaluat|response)\w*|"
    r"(?:disease|response|efficacy) (?:assess|evaluat)\w*|RECIST|re-?staging)"
)
INTERVAL = rf"every\s+(?P<count>{COUNT}|\d{{1,3}})\s*(?:\([^)]*\)\s*)?(?P<unit>weeks?|months?|cycles?|days?)"
SCAN_THEN = re.compile(rf"\b{IMAGING}\b[^.;\n]{{0,80}}?\b{INTERVAL}", re.IGNORECASE)
THEN_SCAN = re.compile(rf"\b{INTERVAL}[^.;\n]{{0,50}}?\b{IMAGING}\b", re.IGNORECASE)
LATER = re.compile(
    rf"\s*(?:±[^,;.]*)?(?:,?\s*\(?(?:for|until|up to|through|during|"
    rf"first)\s+(?:the\s+)?(?:first\s+)?(?:week\s+)?(?P<until>\d{{1,3}})\s*(?P<weeks>weeks?|months?)?)"
    rf"[^.;\n]{{0,40}}?(?:\b(?:then|and|followed by|thereafter)\b|"
    rf",)[^.;\n]{{0,20}}?every\s+(?P<next>{COUNT})\s*(?P<unit>weeks?|months?)",
    re.IGNORECASE,
)
SURVIVAL = re.compile(
    r"\b(?:survival|long[- ]term|post[- ]treatment|follow(?:ed)?[- ]up)\b[^.;\n]{0,60}?\bevery\s+"
    rf"(?P<count>{COUNT})\s*(?P<unit>weeks?|months?)",
    re.IGNORECASE,
)
RANDOMIZED = re.compile(r"from (?:the )?(?:date of |time of )?randomi[sz]ation|random assignment", re.IGNORECASE)
ENROLMENT = re.compile(
    r"from (?:the )?(?:date of |time of )?(?:study )?(?:enrol\w*|registration|inclusion)", re.IGNORECASE
)
FIRST_DOSE = re.compile(
    r"from (?:the )?(?:date of |time of )?(?:the )?(?:first dose|first administration|(?:start|initiation|"
    r"beginning) of (?:study )?(?:treatment|therapy))",
    re.IGNORECASE,
)
DEFAULT_WEEKS, DEFAULT_CYCLE, DEFAULT_MONTHS, DEFAULT_CONTACT = 8, 28, 36, 12
LONGEST_MONTHS = 240


def draft_schedule(passages: Passages, notes: Notes, cycles: tuple[int, ...]) -> dict[str, object]:
    """Return the calendar; `cycles` are the cycles that the treatments state [days]."""
    cycle = _cycle(passages, notes, cycles)
    scans = _scans(passages, notes, cycle)
    for key, reason in USUAL.items():
        notes.assume(f"schedule.{key}", reason)
    return {
        "time_zero": _time_zero(passages, notes),
        "cycle_days": cycle,
        "scans": scans,
        "window_days": 7,
        "baseline_days": 28,
        "questionnaire_cycles": _questionnaires(passages, notes),
        "follow_up_weeks": _contacts(passages, notes),
        "maximum_months": _maximum(passages, notes),
    }


USUAL = {
    "window_days": "The record gives no window of the scans; one week to either side is usual.",
    "baseline_days": "The record does not say; RECIST 1.1 asks for a baseline within four weeks.",
}


def _time_zero(passages: Passages, notes: Notes) -> str:
    """Return the start of all times: what the outcomes say, unless a trial without allocation says randomization."""
    path = "schedule.time_zero"
    info = passages.content.design.design_info
    random = info is not None and info.allocation == "RANDOMIZED"
    said = passages.find(RANDOMIZED, OUTCOMES)
    if random and said:
        notes.states(path, said.origin)
        return "randomization"
    first, enrolled = passages.find(FIRST_DOSE, OUTCOMES), passages.find(ENROLMENT, OUTCOMES)
    if first or enrolled:
        notes.states(path, *([first.origin] if first else [enrolled.origin] if enrolled else []))
        return "first dose" if first else "enrolment"
    if said:
        notes.guess(
            path,
            "The record counts from randomization, which a trial without random allocation does not have. The first "
            "dose is taken instead.",
            "The record counts from randomization. Is the first dose the start of time?",
            TIMES,
        )
    else:
        notes.guess(
            path,
            "The record names no start of time; the first dose is taken.",
            "From which day do times to an event count?",
            TIMES,
        )
    return "first dose"


TIMES = "Every time to an event counts from this day."


def _cycle(passages: Passages, notes: Notes, cycles: tuple[int, ...]) -> int:
    """Return the length of a cycle: as the text states it, else the one that all treatments share, else 28 days."""
    path = "schedule.cycle_days"
    for passage in passages.of(ARMS, PROSE, OUTCOMES):
        found = cycle_length(passage.text)
        if found is not None:
            notes.states(path, Origin(passage.path, found.start, found.end))
            return int(str(found.value))
    if len(set(cycles)) == 1:
        notes.assume(path, f"The record gives the interval between doses, {cycles[0]} days; it is taken as the cycle.")
        return cycles[0]
    notes.guess(
        path,
        "The record gives no length of a cycle; 28 days are usual.",
        "How long is a treatment cycle?",
        "Doses, visits and questionnaires are planned by cycles.",
    )
    return DEFAULT_CYCLE


def _scans(passages: Passages, notes: Notes, cycle: int) -> list[dict[str, object]]:
    """Return the intervals of tumour assessment."""
    path = "schedule.scans"
    for pattern in (SCAN_THEN, THEN_SCAN):
        for found in passages.find_all(pattern, OUTCOMES, PROSE, ARMS):
            weeks = _weeks(found.match, cycle)
            if 2 <= weeks <= 52:
                notes.states(path, found.origin)
                text = found.match.string
                return list(_intervals(weeks, LATER.match(text, found.match.end("unit"))))
    notes.guess(
        path,
        "The record gives no interval of tumour assessment; every eight weeks is usual.",
        "How often is the tumour assessed?",
        "Progression is seen at a scan: the grid moves every time to progression.",
    )
    return [{"every_weeks": DEFAULT_WEEKS, "until_week": None}]


def _weeks(match: re.Match[str], cycle: int) -> float:
    """Return an interval in weeks."""
    unit = match["unit"].lower().rstrip("s")
    word = match["count"].lower()
    days = {"week": 7.0, "month": 28.0, "cycle": float(cycle), "day": 1.0}[unit]
    return round((int(word) if word.isdigit() else number(word)) * days / 7, 2)


def _intervals(weeks: float, later: re.Match[str] | None) -> Iterator[dict[str, object]]:
    """Yield the interval, and the longer one that follows it where the text says so."""
    until = None
    if later is not None:
        until = float(later["until"]) * (4 if (later["weeks"] or "").lower().startswith("month") else 1)
    following = _weeks_of(later) if later is not None else 0.0
    ends = until is not None and until >= weeks and following > weeks
    yield {"every_weeks": weeks, "until_week": until if ends else None}
    if ends and following <= 52:
        yield {"every_weeks": following, "until_week": None}


def _weeks_of(later: re.Match[str]) -> float:
    """Return the second interval in weeks."""
    return number(later["next"]) * (4.0 if later["unit"].lower().startswith("month") else 1.0)


def _questionnaires(passages: Passages, notes: Notes) -> int:
    """Return every how many cycles questionnaires are filled in."""
    path = "schedule.questionnaire_cycles"
    pattern = re.compile(
        r"(?:quality of life|QLQ|questionnaire|QoL)[^.;\n]{0,60}?\b(?:once )?every\s+(?P<count>one|two|three|"
        r"\d)?\s*cycles?",
        re.IGNORECASE,
    )
    found = passages.find(pattern, OUTCOMES, PROSE)
    if found:
        notes.states(path, found.origin)
        return number(found.match["count"]) if found.match["count"] else 1
    notes.assume(path, "The record gives no interval of questionnaires; every cycle is taken.")
    return 1


def _contacts(passages: Passages, notes: Notes) -> float:
    """Return the weeks between contacts for survival."""
    path = "schedule.follow_up_weeks"
    found = passages.find(SURVIVAL, PROSE, OUTCOMES)
    if found:
        notes.states(path, found.origin)
        return float(number(found.match["count"]) * (4 if found.match["unit"].lower().startswith("month") else 1))
    notes.assume(path, "The record gives no interval of survival contacts; three months are usual.")
    return DEFAULT_CONTACT


def _maximum(passages: Passages, notes: Notes) -> float:
    """Return the longest follow-up of a patient [months]: the longest time frame of the outcomes."""
    path = "schedule.maximum_months"
    frames = [each for each in passages.of(OUTCOMES) if each.path.endswith("timeFrame")]
    found = [(length, frame.path) for frame in frames for length in lengths(frame.text)]
    usable = [(length, where) for length, where in found if 1 <= length.months <= LONGEST_MONTHS]
    if usable:
        length, where = max(usable, key=lambda each: each[0].days)
        notes.states(path, Origin(where, length.start, length.end))
        return length.months
    notes.guess(
        path,
        "The record gives no length of follow-up; three years exceed what most phase II trials observe.",
        "How long is a patient followed at most?",
        "Patients without event are censored by then.",
    )
    return float(DEFAULT_MONTHS)
