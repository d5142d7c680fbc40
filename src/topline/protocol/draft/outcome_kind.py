"""What an outcome of a record means: the kinds of endpoint that its words name, or why it is not analysed."""

import re
from dataclasses import dataclass

from topline.protocol.draft.notes import Origin
from topline.protocol.draft.outcome_words import (
    BLOOD,
    INDEPENDENT,
    INVESTIGATOR,
    KINDS,
    LINK,
    MARKER,
    MEASURED,
    OTHER_CRITERIA,
    QUALITY,
    QUESTIONNAIRES,
    RECIST,
    REFUSALS,
    Kind,
)
from topline.protocol.draft.passages import Passages, clean
from topline.protocol.draft.restriction import restriction
from topline.protocol.draft.timing import Length, lengths
from topline.protocol.record.content import Outcome

TIMES = ("PFS", "TTP", "EFS", "DFS", "RFS", "OS")
GENERIC = re.compile(r"efficacy|anti-?tumou?r|activity|effectiveness|outcome|response\b|remission", re.IGNORECASE)
RATE = re.compile(r"\brates?\b|\bprobability\b|\bproportion\b|\bpercentage\b|\bat \d", re.IGNORECASE)
AT_ONE_TIME = re.compile(
    r"\s*(?:at\s+)?(?:the\s+)?(?:end of\s+)?(?:\d{1,3}|one|two|three|six|twelve)[\s-]*(?:weeks?|months?|years?|"
    r"days?)(?:\s+(?:after|from)\s+(?:the )?(?:start|first|initiation|beginning)\b.{0,60})?\s*\.?\s*",
    re.IGNORECASE,
)
CORRELATION = re.compile(r"correlat\w*|\bassociations?\b|relationship (?:between|of|with)", re.IGNORECASE)
EFFICACY = re.compile(r"efficacy|effectiveness", re.IGNORECASE)
OTHER_EVENTS = re.compile(r"biochemical|\bPSA\b|molecular relapse|minimal residual", re.IGNORECASE)
OTHER_GRADES = re.compile(r"\bASTCT\b|\bICANS\b|Lee criteria|\bGVHD\b|\bRTOG\b|Clavien", re.IGNORECASE)
BENEFIT_SPAN = re.compile(r"(?:≥|>=|at least|for|of)\s*(\d{1,2})\s*(weeks?|months?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One endpoint that an outcome means.

    `kind` is the id of a kind (`ORR`), `NONE` when it is not analysed for `reason`. `landmark` is the point in time of
    a rate. `origin` names the words that decided. `restricted` are the words that limit it to some of the patients.
    """

    kind: str
    stem: str
    origin: Origin
    reason: str = ""
    landmark: Length | None = None
    restricted: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the outcomes of a trial are read against.

    Whether its disease is one of the blood, who judges scans, the time frames of all outcomes, and other criteria of
    response than RECIST, where the record names those and never RECIST.
    """

    blood: bool
    assessor: str
    frames: tuple[str, ...]
    other: str = ""


def trial_of(passages: Passages, assessor: str) -> Trial:
    """Return what the outcomes of a record are read against."""
    conditions = passages.content.conditions.conditions
    frames = tuple((outcome.time_frame or "").strip().casefold() for _, _, outcome in passages.outcomes)
    blood = bool(conditions) and all(BLOOD.search(each) for each in conditions)
    named = None if passages.find(RECIST) else passages.find(OTHER_CRITERIA)
    return Trial(blood, assessor, frames, named.match.group() if named else "")


def parse_outcome(path: str, outcome: Outcome, trial: Trial) -> tuple[Reading, ...]:
    """Return what an outcome means: one reading or, where it names several endpoints, one for each.

    >>> trial = Trial(False, "INVESTIGATOR", ())
    >>> [reading.kind for reading in parse_outcome("p", Outcome(measure="Median PFS and overall survival"), trial)]
    ['PFS', 'OS']
    """
    measure = outcome.measure if clean(outcome.measure) else outcome.description
    where = f"{path}.measure" if clean(outcome.measure) else f"{path}.description"
    measure = measure or ""
    marker = _marker(measure, where)
    if marker is not None:
        return (marker,)
    asked = _questionnaires(measure, outcome, where)
    if asked:
        return asked
    refused = _refused(measure, where)
    if refused is not None:
        return (refused,)
    found = _kinds(measure, where) or _told(outcome, path, measure)
    if found:
        return tuple(_judged(reading, outcome, measure, trial) for reading in found)
    return (_unknown(measure, where),)


def _marker(measure: str, where: str) -> Reading | None:
    """Return the reading of an outcome that relates markers to a result."""
    match = MARKER.search(measure)
    if match is not None and LINK.search(measure):
        limit = restriction(measure)
        kind = "NONE" if limit and limit.reason else "MARKERS"
        return Reading(kind, "BIOMARK", Origin(where, match.start(), match.end()), limit.reason if limit else "")
    link = CORRELATION.search(measure)
    if link is not None:
        reason = "It relates two measurements to each other, which is no endpoint of patients."
        return Reading("NONE", "LINK", Origin(where, link.start(), link.end()), reason)
    return None


def _questionnaires(measure: str, outcome: Outcome, where: str) -> tuple[Reading, ...]:
    """Return a reading for each questionnaire that an outcome names."""
    found = _instruments(measure, where)
    if found or not QUALITY.search(measure) or re.search(r"adverse|toxic", measure, re.IGNORECASE):
        return found
    described = _instruments(outcome.description or "", where.rpartition(".")[0] + ".description")
    if described:
        return described
    match = QUALITY.search(measure)
    origin = Origin(where, match.start(), match.end()) if match else Origin(where)
    return (Reading("NONE", "QOL", origin, "The record names no questionnaire that topline scores."),)


def _instruments(text: str, where: str) -> tuple[Reading, ...]:
    """Return a reading for each questionnaire in a text; one that topline cannot score is not analysed."""
    found: list[Reading] = []
    taken: list[tuple[int, int]] = []
    for instrument in QUESTIONNAIRES:
        match = instrument.pattern.search(text)
        if match is None or any(start < match.end() and match.start() < end for start, end in taken):
            continue
        taken.append(match.span())
        origin = Origin(where, *match.span())
        if instrument.version:
            found.append(Reading(instrument.name, instrument.id, origin))
        else:
            reason = f"topline has no scoring of {match.group()}; it can be added as an instrument of the study's own."
            found.append(Reading("NONE", instrument.id, origin, reason))
    return tuple(found)


def _refused(measure: str, where: str) -> Reading | None:
    """Return the reading of an outcome of a kind that is not analysed."""
    for refusal in REFUSALS:
        match = refusal.pattern.search(measure)
        if match is not None:
            return Reading("NONE", refusal.stem, Origin(where, match.start(), match.end()), refusal.reason)
    return None


def _kinds(text: str, where: str) -> tuple[Reading, ...]:
    """Return a reading for each kind that a text names, in the order of the text; each word counts once."""
    found: list[Reading] = []
    rest = text
    for kind in KINDS:
        match = kind.pattern.search(rest)
        if match is not None:
            found.append(Reading(kind.id, kind.id, Origin(where, match.start(), match.end())))
            rest = kind.pattern.sub(lambda each: "\x00" * len(each.group()), rest)
    return tuple(sorted(_proper(found, text), key=lambda reading: reading.origin.start))


def _proper(found: list[Reading], text: str) -> list[Reading]:
    """Return the readings without those that only define another: `complete response` within a response rate."""
    kinds = {reading.kind for reading in found}
    if kinds == {"ORR"} and "rate" not in text.lower() and MEASURED.search(text):
        return []
    drop = {"CRR", "BOR"} if kinds & {"ORR", "DOR", "TTR", "DCR"} else set()
    drop |= {"TEAE"} if kinds - {"TEAE"} and not re.search(r"adverse event|\bAEs?\b", text) else set()
    return [reading for reading in found if reading.kind not in drop]


def _told(outcome: Outcome, path: str, measure: str) -> tuple[Reading, ...]:
    """Return what the description says of an outcome whose measure only speaks of efficacy in general."""
    if not GENERIC.search(measure) or MEASURED.search(measure):
        return ()
    description = outcome.description or ""
    if _refused(description, path) is not None:
        return ()
    found = _kinds(description, f"{path}.description")
    return found if len(found) == 1 else ()


def _judged(reading: Reading, outcome: Outcome, measure: str, trial: Trial) -> Reading:
    """Return a reading with its landmark, or as not analysed where an analysis would answer another question."""
    text = f"{measure}\n{outcome.description or ''}"
    limit = restriction(measure)
    reason = _why_not(reading, text, measure, trial) or (limit.reason if limit else "")
    if reason:
        return Reading("NONE", reading.stem, reading.origin, reason)
    return Reading(
        reading.kind,
        reading.stem,
        reading.origin,
        landmark=_landmark(reading.kind, measure, outcome, trial),
        restricted=limit.words if limit else "",
    )


def _why_not(reading: Reading, text: str, measure: str, trial: Trial) -> str:
    """Return why a kind that is known is not analysed here, empty where it is."""
    kind = next(each for each in KINDS if each.id == reading.kind)
    other, recist = OTHER_CRITERIA.search(text), RECIST.search(text)
    if kind.recist and (trial.other or (other and not _recist_too(text, recist, other))):
        by = trial.other or (other.group() if other else "")
        return f"The record judges it by {by}; topline derives response and progression by RECIST."
    if kind.recist and trial.blood and not recist:
        return "RECIST does not judge this disease; topline derives response and progression by RECIST."
    return _other_events(reading, kind, text) or _other_reader(kind, measure, trial) or _too_long(reading, text)


def _other_events(reading: Reading, kind: Kind, text: str) -> str:
    """Return why an outcome is not analysed that counts or grades what the tables do not hold, empty where it is."""
    found = OTHER_EVENTS.search(text) if kind.recist else OTHER_GRADES.search(text) if reading.kind == "TEAE" else None
    if found is None:
        return ""
    if kind.recist:
        return f"It counts {found.group()} as an event; the tables here hold progression by RECIST and death."
    return f"It is graded by {found.group()}; topline grades by CTCAE."


def _other_reader(kind: Kind, measure: str, trial: Trial) -> str:
    """Return why an outcome is not analysed that another reader of the scans judges, empty where it is."""
    independent, own = INDEPENDENT.search(measure), INVESTIGATOR.search(measure)
    if kind.recist and independent and not own and trial.assessor == "INVESTIGATOR":
        return "It is judged by an independent review; the study analyses the investigator's readings."
    if kind.recist and own and not independent and trial.assessor != "INVESTIGATOR":
        return "It is judged by the investigator; the study analyses the readings of the independent review."
    return ""


def _recist_too(text: str, recist: re.Match[str] | None, other: re.Match[str]) -> bool:
    """Whether RECIST itself, no variety of it, is named beside the other criteria."""
    return any(
        not (other.start() <= match.start() < other.end()) and not match.group().lower().startswith("ir")
        for match in (RECIST.finditer(text) if recist else ())
    )


def _too_long(reading: Reading, text: str) -> str:
    """Return why a clinical benefit that asks for a long stable disease is not analysed, empty where it is."""
    spans = [next(lengths(" ".join(match.groups()))) for match in BENEFIT_SPAN.finditer(text)]
    if reading.kind == "CBR" and any(span.days > 70 for span in spans):
        return "It asks for a longer stable disease than disease control; disease control at a landmark comes near."
    return ""


def _landmark(kind: str, measure: str, outcome: Outcome, trial: Trial) -> Length | None:
    """Return the point in time of a rate at one time, such as `PFS rate at 6 months`; None where there is none."""
    if kind in TIMES:
        pattern = next(each for each in KINDS if each.id == kind).pattern.pattern
        short = re.search(rf"\b{kind}[- ]?(\d{{1,2}})\b", measure)
        if short:
            return Length(int(short[1]) * 30.4375, *short.span(), "month")
        inside = next(lengths(measure), None)
        if inside is not None and RATE.search(measure):
            return inside
        if re.search(
            rf"(?:{pattern})(?:\s*\([^)]*\))?\s+(?:rate|probability)\b", measure, re.IGNORECASE
        ) and AT_ONE_TIME.fullmatch(outcome.time_frame or ""):
            return next(lengths(outcome.time_frame or ""), None)
        return None
    if kind != "DCR":
        return None
    inside = next(lengths(measure), None)
    frame = (outcome.time_frame or "").strip()
    alone = trial.frames.count(frame.casefold()) <= 1
    return inside or (next(lengths(frame), None) if AT_ONE_TIME.fullmatch(frame) and alone else None)


def _unknown(measure: str, where: str) -> Reading:
    """Return the reading of an outcome that is not understood, or that is a measurement."""
    match = MEASURED.search(measure)
    if match is not None and not EFFICACY.search(measure):
        reason = "It is a level of a marker; topline relates markers to endpoints, it does not describe them."
        return Reading("NONE", "LEVEL", Origin(where, match.start(), match.end()), reason)
    return Reading("NONE", "OUT", Origin(where), "topline does not understand this outcome.")


def kind_of(name: str) -> Kind | None:
    """Return the kind with this id, None where there is none."""
    return next((kind for kind in KINDS if kind.id == name), None)
