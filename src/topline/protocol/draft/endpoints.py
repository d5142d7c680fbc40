"""The outcomes of a record as endpoints: none is dropped, their order and rank stay, each id stands once."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from topline.protocol.draft.endpoint import endpoint_data, unique
from topline.protocol.draft.estimand import Meaning, Setting, meaning, questionnaire
from topline.protocol.draft.notes import Notes, Origin
from topline.protocol.draft.outcome_kind import Reading, parse_outcome, trial_of
from topline.protocol.draft.outcome_words import INDEPENDENT
from topline.protocol.draft.passages import Passages, clean
from topline.protocol.draft.timing import lengths
from topline.protocol.draft.usual import LABELS, announced_markers, usual_endpoints
from topline.protocol.record.content import Outcome

TIMED = ("PFS", "OS", "DFS", "RFS", "EFS", "TTP")
MARKERS = "Which markers are tested, against which endpoints, with which cuts?"
WHY = "The report gives its number under this name."
EVALUABLE = re.compile(r"\bevaluable (?:population|patients?|participants?|subjects?|set)\b", re.IGNORECASE)
EVERYBODY = re.compile(r"intent(?:ion)?[- ]to[- ]treat|\bITT\b", re.IGNORECASE)


@dataclass(slots=True)
class Landmark:
    """The one day at which disease control can be asked for; None until an outcome sets it."""

    window_days: int
    day: int | None = None

    def data(self) -> dict[str, object]:
        """Return the landmark as the study holds it."""
        return {"day": self.day or 183, "window_days": self.window_days, "new_therapy": "failure"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An outcome of the record, where it stands, and its rank."""

    path: str
    rank: str
    outcome: Outcome

    @property
    def label(self) -> str:
        """What the record calls it."""
        return clean(self.outcome.measure) or clean(self.outcome.description)


def draft_endpoints(
    passages: Passages, setting: Setting, notes: Notes
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Return the endpoints in the order of the record, and the landmark of disease control.

    A record without outcomes gets the usual ones. There is always a rate: the design needs one.
    """
    landmark = Landmark(setting.window_days)
    _note_landmark(notes)
    trial = trial_of(passages, "INDEPENDENT ASSESSOR" if _reviewed(notes, passages) else "INVESTIGATOR")
    endpoints: list[dict[str, object]] = []
    for path, rank, outcome in passages.outcomes:
        entry = Entry(path, rank, outcome)
        for reading in parse_outcome(path, outcome, trial):
            endpoints.append(_endpoint(entry, reading, setting, landmark, (endpoints, notes)))
    if landmark.day is None:
        notes.assume("landmark.day", "No endpoint asks for a point in time; half a year is usual.")
    if not passages.outcomes:
        endpoints = usual_endpoints(passages, setting, notes)
    elif not any(get_type(each) == "rate" for each in endpoints):
        endpoints.append(_needed_rate(endpoints, setting, notes))
    if passages.outcomes and not any(get_type(each) == "markers" for each in endpoints):
        endpoints += _announced(passages, endpoints, notes)
    return endpoints, landmark.data()


def get_type(endpoint: Mapping[str, object]) -> str:
    """Return the kind of analysis of an endpoint."""
    analysis = endpoint["analysis"]
    return str(analysis["type"]) if isinstance(analysis, Mapping) else ""


def _note_landmark(notes: Notes) -> None:
    """Note what of the landmark is never in a record."""
    notes.assume(
        "landmark.window_days", "The record does not say; half an interval between scans accepts the scan due."
    )
    notes.assume("landmark.new_therapy", "The record does not say. Control that another drug may have brought fails.")


def _reviewed(notes: Notes, passages: Passages) -> bool:
    """Whether the readings of an independent review are analysed: the criteria have found and noted it."""
    for path, start, end in notes.provenance.get("criteria.response.assessor", ()):
        text = passages.record.value(path)
        return isinstance(text, str) and INDEPENDENT.search(text[start:end]) is not None
    return False


def _endpoint(
    entry: Entry, reading: Reading, setting: Setting, landmark: Landmark, made: tuple[list[dict[str, object]], Notes]
) -> dict[str, object]:
    """Return one endpoint of an outcome, and note where each part of it comes from."""
    endpoints, notes = made
    reading = _possible(reading, landmark)
    what = _meaning(entry, reading, setting)
    name = unique(_stem(reading), endpoints)
    path = f"endpoints.{name}"
    notes.states(
        f"{path}.label.en", Origin(f"{entry.path}.{'measure' if clean(entry.outcome.measure) else 'description'}")
    )
    notes.states(f"{path}.objective", Origin(entry.path.rpartition(".")[0]))
    notes.states(f"{path}.analysis", reading.origin)
    _note(entry, reading, path, notes)
    population = _population(entry, reading, path, notes)
    return endpoint_data((name, entry.rank, _label(entry, reading)), population, what)


def _label(entry: Entry, reading: Reading) -> str:
    """Return what an endpoint is called: as the record has it, with the point in time where only its frame has it."""
    if reading.kind != "DCLM" or reading.landmark is None or next(lengths(entry.label), None) is not None:
        return entry.label
    months = reading.landmark.months
    at = f"{months:g} months" if months.is_integer() else f"{reading.landmark.days / 7:g} weeks"
    return clean(f"{entry.label} at {at}")


def _possible(reading: Reading, landmark: Landmark) -> Reading:
    """Return a reading that the study can hold: there is one landmark of disease control."""
    if reading.kind != "DCR" or reading.landmark is None:
        return reading
    day = math.floor(reading.landmark.days) + 1
    if landmark.day is None or landmark.day == day:
        landmark.day = day
        return replace(reading, kind="DCLM")
    return replace(
        reading, kind="NONE", reason=f"A study has one landmark of disease control, here day {landmark.day}."
    )


def _stem(reading: Reading) -> str:
    """Return the beginning of an endpoint's id: DCR6M for disease control at six months, PFS6M for a rate."""
    if reading.landmark is None or reading.stem not in (*TIMED, "DCR"):
        return reading.stem
    months = reading.landmark.months
    at = f"{months:.0f}M" if months.is_integer() else f"{reading.landmark.days / 7:.0f}W"
    return f"{reading.stem}{at}"[:8]


def _meaning(entry: Entry, reading: Reading, setting: Setting) -> Meaning:
    """Return estimand and analysis of an outcome; what is not analysed keeps the words of the record."""
    told, frame = clean(entry.outcome.description), clean(entry.outcome.time_frame, 400)
    if reading.kind == "NONE":
        summary = f"Not analysed. Time frame of the record: {frame}" if frame else "Not analysed"
        return Meaning(told or entry.label, (), summary, {"type": "not analysed", "reason": clean(reading.reason)})
    if " " in reading.kind:
        return questionnaire(reading.kind)
    if reading.kind == "DCLM" and reading.landmark is not None:
        return meaning("DCLM", replace(setting, day=math.floor(reading.landmark.days) + 1))
    found = meaning(reading.kind, replace(setting, immune=_immune(entry)))
    if reading.landmark is None or reading.kind not in TIMED:
        return found
    months = _all_months(entry, reading.landmark.months)
    summary = f"Kaplan-Meier rate at {' and '.join(f'{each:g}' for each in months)} months with its 95% interval"
    return replace(found, summary=summary, analysis={**found.analysis, "landmarks_months": months})


def _all_months(entry: Entry, first: float) -> list[float]:
    """Return every month that a measure names, as in `rate at 12 and 24 months`."""
    listed = re.search(r"(\d{1,2})(?:,| and| or)+ (\d{1,2})(?:,? and (\d{1,2}))? months", entry.label)
    found = {float(each) for each in listed.groups() if each} if listed else {first}
    return sorted(each for each in found if 0 < each <= 240) or [first]


def _immune(entry: Entry) -> bool:
    """Whether an outcome is judged by iRECIST alone."""
    text = f"{entry.outcome.measure} {entry.outcome.description}"
    return re.search(r"\bi-?RECIST\b", text, re.IGNORECASE) is not None and not re.search(
        r"(?<!i)(?<!i-)RECIST\s*(?:v|1)", text
    )


def _population(entry: Entry, reading: Reading, path: str, notes: Notes) -> str:
    """Return the analysis set: as the outcome says, else all treated patients."""
    where = f"{path}.estimand.population"
    for key, text in (("measure", entry.outcome.measure or ""), ("description", entry.outcome.description or "")):
        for pattern, name in ((EVERYBODY, "ALL"), (EVALUABLE, "RES")):
            match = pattern.search(text)
            if match and reading.kind not in ("NONE", "TEAE"):
                notes.states(where, Origin(f"{entry.path}.{key}", match.start(), match.end()))
                return name
    notes.assume(where, "The record names no population of this outcome; all treated patients.")
    return "SAF" if reading.kind == "TEAE" else "FAS"


def _note(entry: Entry, reading: Reading, path: str, notes: Notes) -> None:
    """Note what of an endpoint is assumed, and what a person must look at."""
    label = clean(entry.label, 160)
    if reading.kind == "NONE":
        asked = f"The record names the outcome '{label}'. Shall it be analysed, and how?"
        notes.ask(f"{path}.analysis", asked, reading.reason)
        _note_kept(entry, path, notes)
        return
    notes.assume(
        f"{path}.estimand", "The words are topline's; the record says what stands in its measure and description."
    )
    if reading.restricted:
        notes.ask(
            f"{path}.estimand.population",
            f"The record limits it to '{clean(reading.restricted, 80)}'. Are those all patients of this study?",
            WHY,
        )
    _note_analysis(reading, path, notes)


def _note_kept(entry: Entry, path: str, notes: Notes) -> None:
    """Note where the words of an outcome stand that is kept without an analysis."""
    told = "description" if clean(entry.outcome.description) else "measure"
    notes.states(f"{path}.estimand.variable", Origin(f"{entry.path}.{told}"))
    if clean(entry.outcome.time_frame):
        notes.states(f"{path}.estimand.summary", Origin(f"{entry.path}.timeFrame"))
    else:
        notes.assume(f"{path}.estimand.summary", "The record gives no time frame, and nothing is summarised.")
    notes.assume(f"{path}.estimand.intercurrent_events", "Nothing is analysed, so no event intervenes.")


def _note_analysis(reading: Reading, path: str, notes: Notes) -> None:
    """Note the parts of an analysis that a record leaves open."""
    if reading.kind in ("PFS", "DOR", "DFS", "RFS", "EFS", "TTP", "TTF"):
        notes.assume(f"{path}.analysis.censoring", "The record gives no rule of censoring; every event counts.")
    if reading.kind in (*TIMED, "DOR") and reading.landmark is None:
        notes.assume(f"{path}.analysis.landmarks_months", "The record names no points in time; these are usual.")
    if reading.kind in ("EFS", "DFS", "RFS", "TTF"):
        asked = "Are progression (or recurrence, seen on a scan) and death all the events that count?"
        notes.ask(f"{path}.analysis.events", asked, "An event that is left out makes the times longer.")
    if reading.kind == "DCLM":
        notes.ask(
            f"{path}.analysis",
            "Is it the state of the patient at that time, or the best response within it?",
            "Stable disease at the first scan is disease control by the second reading only.",
        )
    if reading.kind == "MARKERS":
        notes.ask("biomarkers.markers", MARKERS, "None is declared.")


def _announced(passages: Passages, endpoints: list[dict[str, object]], notes: Notes) -> list[dict[str, object]]:
    """Return the markers that the prose announces and the outcomes do not list."""
    origin = announced_markers(passages)
    if origin is None:
        return []
    name = unique("BIOMARK", endpoints)
    notes.states(f"endpoints.{name}.analysis", origin)
    notes.assume(f"endpoints.{name}", "The prose announces markers; no outcome lists them.")
    notes.ask("biomarkers.markers", MARKERS, "None is declared.")
    return [endpoint_data((name, "exploratory", LABELS["MARKERS"]), "FAS", meaning("MARKERS", Setting()))]


def _needed_rate(endpoints: list[dict[str, object]], setting: Setting, notes: Notes) -> dict[str, object]:
    """Return a response rate that the record does not name: the design decides by a rate."""
    name = unique("ORR", endpoints)
    notes.guess(
        f"endpoints.{name}",
        "Not in the record, whose outcomes hold no rate that is analysed; the design decides by a rate.",
        "By which rate does the trial decide?",
        "topline's designs are on a rate; the record's own primary outcome is reported beside it.",
    )
    return endpoint_data((name, "exploratory", "Objective response rate"), "FAS", meaning("ORR", setting))
