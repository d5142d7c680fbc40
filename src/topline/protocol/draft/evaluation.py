"""What the trial judges by, from a record: RECIST and who applies it, CTCAE by text or date, questionnaires."""

import re
from datetime import date

from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.outcome_words import INDEPENDENT, INVESTIGATOR, OTHER_CRITERIA, QUESTIONNAIRES, RECIST
from topline.protocol.draft.passages import ARMS, CRITERIA, OUTCOMES, PROSE, TITLES, Passages
from topline.protocol.draft.timing import lengths

CTCAE = re.compile(
    r"(?:CTC-?\s?AE|(?<!RE)\bCTC\b|common (?:terminology|toxicity) criteria(?: (?:for|of) adverse events?)?)"
    r"(?:(?!grade)[^.;\n\d]){0,40}?(?:version|ver\.?|v\.?)?\s*(?P<version>[2-6](?:\.\d{1,2})?)(?![\d%])",
    re.IGNORECASE,
)
ISSUED = (
    (date(2009, 5, 29), "4.0"),
    (date(2010, 6, 14), "4.03"),
    (date(2017, 11, 27), "5.0"),
    (date(2025, 7, 22), "6.0"),
)
"""Days on which the versions of CTCAE came out."""
KNOWN = ("4.0", "4.03", "5.0", "6.0")
NEAREST = {"2": "4.0", "3": "4.0", "4": "4.03", "5": "5.0", "6": "6.0"}
AFTER_LAST = re.compile(
    r"(?P<count>\d{1,3})\s*(?P<unit>days?|weeks?|months?)\s*(?:\([^)]*\)\s*)?(?:after|post|following|from|"
    r"plus)\s*(?:the |of )*(?:last|final|end)",
    re.IGNORECASE,
)
STABLE = re.compile(
    r"(?:stable disease|\bSD\b)(?:(?!confirm|grade)[^.;\n\[]){0,60}?(?:≥|>=|at least|for|not less than|"
    r"minimum of)\s*(?P<count>\d{1,2})\s*(?P<unit>weeks?|days?|months?)",
    re.IGNORECASE,
)
CONFIRMED = re.compile(r"\bconfirm(?:ed|ation)\b", re.IGNORECASE)
UNCONFIRMED = re.compile(r"\bunconfirmed\b|without confirmation|not require confirmation", re.IGNORECASE)
JUDGED = re.compile(r"response|progress|disease control|\b(?:ORR|PFS|DCR|DO?R|TTP|BOR)\b", re.IGNORECASE)
RESPONSE = re.compile(r"response|\bORR\b", re.IGNORECASE)


def draft_criteria_of_judgement(passages: Passages, notes: Notes, scan_weeks: float) -> dict[str, object]:
    """Return response criteria, grading of adverse events, and questionnaires."""
    return {
        "response": _response(passages, notes, scan_weeks),
        "adverse_events": _adverse_events(passages, notes),
        "questionnaires": _questionnaires(passages, notes),
        "deteriorations": _deteriorations(notes),
    }


def _response(passages: Passages, notes: Notes, scan_weeks: float) -> dict[str, object]:
    """Return RECIST as the trial applies it; what the record does not say has the usual reading."""
    for key, (_, reason) in SETTINGS.items():
        notes.assume(f"criteria.response.{key}", reason)
    _standard(passages, notes)
    return {
        "standard": "RECIST 1.1",
        "irecist": _irecist(passages, notes),
        "assessor": _assessor(passages, notes),
        "confirmation_required": _confirmation(passages, notes),
        "stable_minimum_days": _stable(passages, notes, scan_weeks),
        **{key: value for key, (value, _) in SETTINGS.items()},
    }


SETTINGS: dict[str, tuple[object, str]] = {
    "source": (
        "lesions",
        "The record does not say. Responses derived from the measurements can be traced; the recorded ones are kept "
        "beside them and every disagreement is listed.",
    ),
    "confirmation_days": (28, "The least interval that RECIST 1.1 gives, four weeks."),
    "stable_reference": ("time zero", "The record does not say; the same start as for all times."),
    "not_evaluable_between": (1, "The record does not say; RECIST 1.1 accepts PR, NE, PR as confirmed."),
    "stable_between": (0, "The record does not say; the stricter reading, no SD in between."),
    "missing_as_not_evaluable": (False, "The record does not say. Patients without a scan are shown apart."),
    "partial_non_target": ("NE", "The record does not say. Not evaluable is the stricter reading."),
    "complete_response_lost": (
        "as assessed",
        "The record does not say. Recorded assessments are analysed as they were recorded.",
    ),
    "unconfirmed_without_target": ("SD", "The record does not say. Stable disease, as with target lesions."),
    "death_before_first_scan": (
        "not assessed",
        "The record does not say. Such a patient has no assessment and stays in every denominator.",
    ),
    "maximum_targets": (5, "The figure of RECIST 1.1."),
    "maximum_per_organ": (2, "The figure of RECIST 1.1."),
}
"""Settings that a registry record never states, with their value and the reason for it."""


def _standard(passages: Passages, notes: Notes) -> None:
    """Note whether the record names RECIST 1.1, another edition, or other criteria."""
    path = "criteria.response.standard"
    named = passages.find(RECIST, OUTCOMES, PROSE, CRITERIA, ARMS)
    other = passages.find(OTHER_CRITERIA, OUTCOMES, PROSE)
    if named:
        notes.states(path, named.origin)
        if named.match["edition"] == "1.0":
            notes.ask(path, "The record says RECIST 1.0. May response be judged by RECIST 1.1?", WHY_CRITERIA)
    else:
        notes.assume(path, "The record names no RECIST; edition 1.1 is the one in force.")
    if other:
        words = other.match.group()
        notes.ask(path, f"The record names {words}. Which of its outcomes may be judged by RECIST 1.1?", WHY_CRITERIA)


WHY_CRITERIA = "topline derives response and progression by RECIST 1.1 and iRECIST; by other criteria they differ."


def _irecist(passages: Passages, notes: Notes) -> bool:
    """Return whether the record asks for iRECIST."""
    path = "criteria.response.irecist"
    found = passages.find(re.compile(r"\bi-?RECIST\b", re.IGNORECASE), OUTCOMES, PROSE)
    if found:
        notes.states(path, found.origin)
        return True
    notes.assume(path, "The record does not ask for iRECIST.")
    return False


def _assessor(passages: Passages, notes: Notes) -> str:
    """Return whose readings are analysed: those that the first outcome of response or progression names."""
    path = "criteria.response.assessor"
    for where, rank, outcome in passages.outcomes:
        if not JUDGED.search(outcome.measure or ""):
            continue
        for key, text in (("measure", outcome.measure or ""), ("description", outcome.description or "")):
            independent, own = INDEPENDENT.search(text), INVESTIGATOR.search(text)
            found = own or independent
            if found and rank == "primary":
                notes.states(path, Origin(f"{where}.{key}", found.start(), found.end()))
                return "INVESTIGATOR" if own else "INDEPENDENT ASSESSOR"
    notes.assume(path, "The record names no review of the primary outcome; the investigator's readings are taken.")
    return "INVESTIGATOR"


def _confirmation(passages: Passages, notes: Notes) -> bool:
    """Return whether a response must be confirmed."""
    path = "criteria.response.confirmation_required"
    for passage in passages.of(OUTCOMES):
        if RESPONSE.search(passage.text):
            unconfirmed, confirmed = UNCONFIRMED.search(passage.text), CONFIRMED.search(passage.text)
            found = unconfirmed or confirmed
            if found:
                notes.states(path, Origin(passage.path, found.start(), found.end()))
                return unconfirmed is None
    notes.guess(
        path,
        "The record does not say. RECIST 1.1 asks for confirmation where response decides and there is no control.",
        "Must a response be confirmed by a later scan?",
        "Unconfirmed responses raise the rate.",
    )
    return True


def _stable(passages: Passages, notes: Notes, scan_weeks: float) -> int:
    """Return the least time at which stable disease counts [days]."""
    path = "criteria.response.stable_minimum_days"
    for found in passages.find_all(STABLE, OUTCOMES):
        days = next(lengths(f"{found.match['count']} {found.match['unit']}")).days
        if days <= 70:
            notes.states(path, found.origin)
            return round(days)
    days = max(min(round(scan_weeks * 7) - 7, 120), 0)
    notes.assume(
        path,
        f"The record does not say. The first scan is due {scan_weeks * 7:.0f} days after the start and may come 7 days "
        "early; RECIST 1.1 leaves the figure to the protocol and 6 to 8 weeks are usual.",
    )
    return days


def _adverse_events(passages: Passages, notes: Notes) -> dict[str, object]:
    """Return the grading of adverse events."""
    notes.assume(
        "criteria.adverse_events.symptoms",
        "The record does not say. A laboratory value alone shows no symptom, so none is assumed.",
    )
    return {
        "standard": "CTCAE",
        "version": _version(passages, notes),
        "follow_up_days": _follow_up(passages, notes),
        "symptoms": "lab value only",
    }


def _version(passages: Passages, notes: Notes) -> str:
    """Return the version of CTCAE: as the record says, else the one in force when the trial began."""
    path = "criteria.adverse_events.version"
    found = passages.find(CTCAE, OUTCOMES, PROSE, CRITERIA, ARMS, TITLES)
    if found:
        said = found.match["version"]
        notes.states(path, found.origin)
        version = {"5": "5.0", "6": "6.0", "4": "4.03"}.get(said, said)
        if version in KNOWN:
            return version
        notes.ask(path, f"The record says CTCAE {said}. Which version grades the events?", GRADES)
        return NEAREST[said[0]]
    begun = _begun(passages)
    version = (
        next((name for issued, name in reversed(ISSUED) if begun >= issued.isoformat()), "4.0") if begun else "5.0"
    )
    said = f"{version} was in force when the trial began" if begun else "5.0 has been in general use since 2018"
    notes.guess(path, f"The record names no version; {said}.", "Which version of CTCAE grades the events?", GRADES)
    return version


GRADES = "Grades of events and of laboratory values differ between versions."


def _begun(passages: Passages) -> str:
    """Return the start of the trial, or the day of its first submission, yyyy-mm-dd or yyyy-mm; empty if unknown."""
    status = passages.content.status
    start = status.start_date_struct.date if status.start_date_struct else None
    for text in (start, status.study_first_submit_date):
        if text and re.match(r"\d{4}-\d\d", text):
            return text if len(text) > 7 else f"{text}-28"
    return ""


def _follow_up(passages: Passages, notes: Notes) -> int:
    """Return how long after the last dose an event counts [days]."""
    path = "criteria.adverse_events.follow_up_days"
    for where, _, outcome in passages.outcomes:
        about = f"{outcome.measure} {outcome.description}"
        if not re.search(r"adverse|\btoxicit|\bAEs?\b|\bsafety|TEAE", about, re.IGNORECASE):
            continue
        for key, text in (("timeFrame", outcome.time_frame or ""), ("description", outcome.description or "")):
            match = AFTER_LAST.search(text)
            days = next(lengths(f"{match['count']} {match['unit']}")).days if match else 0
            if match and 1 <= days <= 180:
                notes.states(path, Origin(f"{where}.{key}", match.start(), match.end()))
                return round(days)
    notes.assume(path, "The record gives no time after the last dose; 30 days are usual.")
    return 30


def _questionnaires(passages: Passages, notes: Notes) -> list[dict[str, object]]:
    """Return the questionnaires that topline scores and the record names."""
    found: list[dict[str, object]] = []
    for instrument in QUESTIONNAIRES:
        named = passages.find(instrument.pattern, OUTCOMES, PROSE)
        if not named or not instrument.version:
            continue
        path = f"criteria.questionnaires.{instrument.name}"
        notes.states(f"{path}.name", named.origin)
        notes.assume(f"{path}.version", f"The record at hand names no version; {instrument.version} is the one in use.")
        found.append(
            {"name": instrument.name, "version": instrument.version, "directions": dict(instrument.directions)}
        )
        if instrument.directions:
            notes.guess(
                f"{path}.directions",
                "Unverified: the items ask for what a patient can do; the licensed manual was not seen.",
                f"In which direction does the licensed manual score {', '.join(instrument.directions)}?",
                "A score that is turned the wrong way reads improvement as deterioration.",
            )
    return found


def _deteriorations(notes: Notes) -> list[dict[str, object]]:
    """Return the times to deterioration that publications use most."""
    notes.assume(
        "criteria.deteriorations",
        "The record does not say. The first deterioration, death censored, and the one that lasts, death counting.",
    )
    first: dict[str, object] = {"id": "TD", "label": "Time to Deterioration"}
    lasting: dict[str, object] = {
        "id": "DD",
        "label": "Time to Definitive Deterioration",
        "definitive": "stays deteriorated",
        "death": "event",
    }
    return [first, lasting]
