"""Records for tests of rules about criteria: made-up criteria with a header, and what a rule says of them."""

import json
from datetime import date
from typing import Any

from topline.protocol.lint.criteria import CHECKS
from topline.protocol.lint.rule import Assessment
from topline.protocol.lint.run import assess
from topline.protocol.lint.subject import Subject
from topline.protocol.record.content import Content
from topline.protocol.record.record import Form, Record

TODAY = date(2026, 11, 21)
CRITERIA = "eligibilityModule.eligibilityCriteria"


def criteria(inclusion: str = "", exclusion: str = "") -> str:
    """Return a criteria text of two lists, an item per line."""
    lists = (("Inclusion Criteria:", inclusion), ("Exclusion Criteria:", exclusion))
    return "\n\n".join(
        f"{head}\n\n" + "\n".join(f"* {line}" for line in text.split("\n")) for head, text in lists if text
    )


def record(text: str, *, absent: tuple[str, ...] = (), **fields: Any) -> Record:
    """Return the record of a single-arm drug trial in advanced gastric cancer with these criteria.

    `fields` are eligibility fields in the API's names, `title`, `conditions`, `primary` (measures), `drug` (type),
    `summary`.
    """
    content = {
        "identificationModule": {"briefTitle": fields.pop("title", "Drug X in Advanced Gastric Cancer")},
        "descriptionModule": {"briefSummary": fields.pop("summary", "A trial.")},
        "conditionsModule": {"conditions": fields.pop("conditions", ["Gastric Cancer"])},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"]},
        "armsInterventionsModule": {"interventions": [{"type": fields.pop("drug", "DRUG"), "name": "X"}]},
        "outcomesModule": {"primaryOutcomes": [{"measure": name} for name in fields.pop("primary", ["Survival"])]},
        "eligibilityModule": {"eligibilityCriteria": text, **fields},
    }
    kept = {name: part for name, part in content.items() if name not in absent}
    return Record(Form.API, text, Content.model_validate_json(json.dumps(kept)), kept, absent=frozenset(absent))


def answer(rule: str, found: Record) -> Assessment:
    return assess(rule, CHECKS[rule], Subject(found, TODAY))


def words(rule: str, text: str, **fields: Any) -> list[str]:
    """Return the words that a rule finds in criteria; the message where it is about what is missing."""
    found = answer(rule, record(text, **fields)).findings
    return [finding.message if finding.words in (text, "") else finding.words for finding in found]


def fired(found: Record) -> set[str]:
    """Return the rules about criteria that fire on a record."""
    return {rule for rule in CHECKS if answer(rule, found).findings}
