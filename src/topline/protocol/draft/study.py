"""From a registry record to an executable study: everything that it states, and a stated default for all else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from topline.protocol.draft.arms import draft_arms
from topline.protocol.draft.chinese import is_chinese
from topline.protocol.draft.decision import draft_design
from topline.protocol.draft.endpoints import draft_endpoints
from topline.protocol.draft.estimand import Setting
from topline.protocol.draft.evaluation import draft_criteria_of_judgement
from topline.protocol.draft.identifiers import draft_identifiers
from topline.protocol.draft.layout import draft_text
from topline.protocol.draft.notes import Notes, Origin, Question
from topline.protocol.draft.passages import Passages, clean
from topline.protocol.draft.population import draft_population
from topline.protocol.draft.schedule import draft_schedule
from topline.protocol.draft.screening import draft_screening
from topline.protocol.draft.sets import draft_sets
from topline.protocol.model import Protocol
from topline.protocol.record.record import Record
from topline.protocol.tree import find, get, items

HEAD = """{title}
Drafted from the registry record {registry}({form}). What the record states is marked "from the record"; what it leaves
open is marked "assumed" and has its reason under `assumed` at the end. Open questions stand beside this file."""
ZERO = {"first dose": "the first dose", "enrolment": "enrolment", "randomization": "randomization"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A study drafted from a record: the protocol, the text of its file, open questions, and where values come from.

    `provenance` leads from a dotted path of the study to the pieces of the record that state the value there.
    """

    protocol: Protocol
    text: str
    questions: tuple[Question, ...]
    provenance: Mapping[str, tuple[Origin, ...]]


def draft_study(record: Record) -> Draft:
    """Return an executable study of a record, even of a nearly empty one.

    What the record states is taken from it; what it leaves open gets a default with its reason in `assumed` and, where
    a person must decide, a question.
    """
    notes = Notes()
    data = _data(Passages(record), notes)
    _note_rest(data, notes)
    data["assumed"] = {path: reason for path, reason in notes.assumed.items() if find(data, path) is not None}
    protocol = Protocol.model_validate_json(json.dumps(_clean(data)), strict=True)
    stated = {path: origins for path, origins in notes.provenance.items() if find(data, path) is not None}
    named = protocol.identifiers
    head = HEAD.format(
        title=clean(named.title.en, 100),
        registry=f"{named.registry} " if named.registry else "",
        form=record.form.value,
    )
    text = draft_text(protocol, stated, head)
    return Draft(protocol, text, _questions(notes, protocol), MappingProxyType(stated))


def _data(passages: Passages, notes: Notes) -> dict[str, object]:
    """Return the study as plain data, without its assumptions."""
    identifiers = draft_identifiers(passages, notes)
    population = draft_population(passages, notes)
    eligibility = draft_screening(passages, notes)
    arms = draft_arms(passages, notes)
    schedule = draft_schedule(passages, notes, _cycles(arms))
    weeks = get(schedule, "scans", 0, "every_weeks")
    scan_weeks = float(weeks) if isinstance(weeks, int | float) else 8.0
    criteria = draft_criteria_of_judgement(passages, notes, scan_weeks)
    setting = _setting(schedule, criteria, scan_weeks)
    endpoints, landmark = draft_endpoints(passages, setting, notes)
    planned = population["planned"]
    return {
        "topline": 1,
        "identifiers": identifiers,
        "population": population,
        "eligibility": eligibility,
        "arms": arms,
        "schedule": schedule,
        "criteria": criteria,
        "analysis_sets": draft_sets(notes),
        "landmark": landmark,
        "endpoints": endpoints,
        "design": draft_design(passages, endpoints, planned if isinstance(planned, int) else 1, notes),
        "monitoring": None,
        "biomarkers": {},
        "confidence": 0.95,
        "days_per_month": 30.4375,
    }


def _cycles(arms: list[dict[str, object]]) -> tuple[int, ...]:
    """Return the cycles that the drugs state [days]."""
    found = (get(drug, "cycle_days") for arm in arms for _, drug in items(arm, "interventions"))
    return tuple(each for each in found if isinstance(each, int))


def _setting(schedule: dict[str, object], criteria: dict[str, object], scan_weeks: float) -> Setting:
    """Return what the wording of the estimands depends on."""
    response, events = criteria["response"], criteria["adverse_events"]
    setting = Setting(
        zero=ZERO[str(schedule["time_zero"])],
        confirmed=get(response, "confirmation_required") is True,
        ctcae=str(get(events, "version")),
        window_days=max(min(round(scan_weeks * 3.5), 90), 0),
    )
    stable, after = get(response, "stable_minimum_days"), get(events, "follow_up_days")
    if isinstance(stable, int) and isinstance(after, int):
        return replace(setting, stable_days=stable, follow_up_days=after)
    return setting


def _note_rest(data: dict[str, object], notes: Notes) -> None:
    """Note what no record holds, and that Chinese is missing."""
    notes.assume("monitoring", "The record gives no rule that stops for toxicity; none stands here.")
    notes.assume("biomarkers", "The record declares no marker with its test and its cut; none is analysed.")
    notes.assume("confidence", "The record gives none; 95% is usual.")
    notes.assume("days_per_month", "The record gives none; the twelfth part of a year of 365.25 days.")
    english = sum(1 for text in _chinese(data) if not is_chinese(text))
    if english:
        notes.ask(
            "identifiers.title.zh",
            f"What are the Chinese names? {english} texts stand in English in their place.",
            "The report is printed in both languages.",
        )


def _chinese(data: object) -> list[str]:
    """Return every text that should be Chinese."""
    if isinstance(data, dict):
        own = [data["zh"]] if isinstance(data.get("zh"), str) else []
        return own + [text for value in data.values() for text in _chinese(value)]
    return [text for value in data for text in _chinese(value)] if isinstance(data, list) else []


def _clean(data: object) -> object:
    """Return the same data with texts that a study file can hold; lines within a text stay."""
    if isinstance(data, dict):
        return {_clean(key): _clean(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_clean(value) for value in data]
    return _clean_text(data) if isinstance(data, str) else data


def _clean_text(text: str) -> str:
    """Return a text without what a study file cannot hold; one of which nothing is left says so."""
    lines = [line[: len(line) - len(line.lstrip(" "))] + clean(line, len(line) + 1) for line in text.split("\n")]
    return "\n".join(lines).strip() or ("(not readable)" if text else "")


def _questions(notes: Notes, protocol: Protocol) -> tuple[Question, ...]:
    """Return the questions with what stands at their path now."""
    data = protocol.model_dump(mode="json")
    asked = []
    for question in notes.questions:
        path = find(data, question.path)
        if path is None:
            continue
        value = get(data, *path)
        short = "" if isinstance(value, dict | list) else value if isinstance(value, str) else json.dumps(value)
        asked.append(replace(question, stands=clean(short, 80)))
    return tuple(asked)
