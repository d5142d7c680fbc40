"""Made-up registry records for tests of lint rules: one sound record, with some values changed or out of the source."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from topline.protocol.lint.rule import Assessment, rules
from topline.protocol.lint.run import assess, checks
from topline.protocol.lint.subject import Subject
from topline.protocol.record.content import Content
from topline.protocol.record.record import Form, Record, Repair, Span

TODAY = date(2026, 11, 21)

PRIMARY = {
    "measure": "Objective response rate",
    "description": "Share of patients with a complete or partial response by RECIST 1.1, confirmed after four weeks",
    "timeFrame": "Every 6 weeks until week 24",
}
SURVIVAL = {
    "measure": "Overall survival",
    "description": "Time from the first dose to death from any cause; patients alive are censored at the last contact",
    "timeFrame": "Up to 24 months",
}
PROGRESSION = {
    "measure": "Progression-free survival",
    "description": "Time from the first dose to progression by RECIST 1.1 or death, censored at the last scan",
    "timeFrame": "Up to 24 months",
}
EVENTS = {
    "measure": "Adverse events of grade 3 or more",
    "description": "Share of patients, graded by CTCAE version 5.0",
    "timeFrame": "From the first dose to 30 days after the last dose",
}

SOUND: Mapping[str, Any] = {
    "identificationModule": {
        "nctId": "NCT00000000",
        "briefTitle": "Madeupinib in Advanced Esophageal Carcinoma",
        "officialTitle": "A Single-arm Phase II Trial of Madeupinib in Patients With Advanced Esophageal Carcinoma",
    },
    "statusModule": {
        "overallStatus": "RECRUITING",
        "startDateStruct": {"date": "2024-03-04", "type": "ACTUAL"},
        "primaryCompletionDateStruct": {"date": "2027-03", "type": "ESTIMATED"},
        "completionDateStruct": {"date": "2028-03", "type": "ESTIMATED"},
        "studyFirstSubmitDate": "2024-02-01",
        "lastUpdateSubmitDate": "2026-06-01",
    },
    "sponsorCollaboratorsModule": {"leadSponsor": {"name": "A Hospital", "class": "OTHER"}},
    "descriptionModule": {
        "briefSummary": "The trial asks how many tumours shrink under madeupinib after one line of chemotherapy.",
        "detailedDescription": "Simon's two-stage design with 43 patients tests a response rate of 10% against 30%, "
        "with a one-sided alpha of 5% and a power of 90%. Tumours are assessed every 6 weeks.",
    },
    "conditionsModule": {"conditions": ["Esophageal Squamous Cell Carcinoma"], "keywords": ["second line"]},
    "designModule": {
        "studyType": "INTERVENTIONAL",
        "phases": ["PHASE2"],
        "designInfo": {
            "allocation": "NA",
            "interventionModel": "SINGLE_GROUP",
            "primaryPurpose": "TREATMENT",
            "maskingInfo": {"masking": "NONE"},
        },
        "enrollmentInfo": {"count": 43, "type": "ESTIMATED"},
    },
    "armsInterventionsModule": {
        "armGroups": [
            {
                "label": "Madeupinib",
                "type": "EXPERIMENTAL",
                "description": "Once a day until progression",
                "interventionNames": ["Drug: Madeupinib"],
            }
        ],
        "interventions": [
            {
                "type": "DRUG",
                "name": "Madeupinib",
                "description": "Tablets, 500 mg by mouth",
                "armGroupLabels": ["Madeupinib"],
            }
        ],
    },
    "outcomesModule": {"primaryOutcomes": [PRIMARY], "secondaryOutcomes": [SURVIVAL, PROGRESSION, EVENTS]},
    "eligibilityModule": {
        "eligibilityCriteria": "Inclusion Criteria:\n\n1. Measurable disease\n2. Platelets ≥ 100 x 10^9/L\n\n"
        "Exclusion Criteria:\n\n1. Pregnancy\n",
        "sex": "ALL",
        "minimumAge": "18 Years",
        "healthyVolunteers": False,
    },
}
"""A record on which no rule of record.toml fires."""

TITLE = "identificationModule.briefTitle"
OFFICIAL = "identificationModule.officialTitle"
SUMMARY = "descriptionModule.briefSummary"
DETAIL = "descriptionModule.detailedDescription"
CRITERIA = "eligibilityModule.eligibilityCriteria"
STATUS = "statusModule.overallStatus"
START = "statusModule.startDateStruct.date"
DESIGN = "designModule.designInfo"
MASKING = "designModule.designInfo.maskingInfo.masking"
ARMS = "armsInterventionsModule.armGroups"
DRUGS = "armsInterventionsModule.interventions"
FIRST = "outcomesModule.primaryOutcomes"
SECOND = "outcomesModule.secondaryOutcomes"


@dataclass(frozen=True)
class Case:
    """A rule on the sound record with some changes: the words that it finds, or None where it is silent."""

    rule: str
    words: str | None
    changes: Mapping[str, Any] = field(default_factory=dict)
    today: date = TODAY

    def __str__(self) -> str:
        return f"{self.rule} {'silent' if self.words is None else 'fires'} {self.changes}"[:90]


def changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sound record with other values at dotted paths; None takes a value out."""
    data = copy.deepcopy(dict(SOUND))
    for path, value in changes.items():
        place: Any = data
        *above, last = path.split(".")
        for step in above:
            place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
        if value is None:
            place.pop(last, None)
        elif isinstance(place, list):
            place[int(last)] = value
        else:
            place[last] = value
    return data


def record(
    changes: Mapping[str, Any] | None = None, absent: frozenset[str] = frozenset(), repairs: tuple[Repair, ...] = ()
) -> Record:
    """Return a made-up record; the place of a piece of a field is its place in the record's JSON."""
    data = changed(changes or {})
    text = json.dumps(data, ensure_ascii=False)
    made = Record(Form.API, text, Content.model_validate_json(text), data, absent, repairs)
    return written(made, text)


def written(made: Record, text: str) -> Record:
    """Return a record as it would stand in another text, where its values are found as they are."""

    def place(path: str, start: int, end: int) -> Span | None:
        value = made.value(path)
        at = text.find(value) if isinstance(value, str) and value else -1
        return Span(at + start, at + end) if at >= 0 else None

    return replace(made, text=text, place=place)


def answer(rule: str, of: Record, today: date = TODAY) -> Assessment:
    """Return what one rule says of a record."""
    return assess(rules()[rule].id, checks()[rule], Subject(of, today))


def outcome(
    measure: str, description: str | None = "Defined in the protocol", time_frame: str | None = "Week 12"
) -> dict:
    """Return an outcome with the parts that are not None."""
    parts = {"measure": measure, "description": description, "timeFrame": time_frame}
    return {key: value for key, value in parts.items() if value is not None}
