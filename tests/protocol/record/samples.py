"""The sample records beside the repository, their truth, and what the readers say of the same fields."""

import csv
import difflib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topline.protocol.record.form import parse_record
from topline.protocol.record.origin import Traced
from topline.protocol.record.record import Record
from topline.protocol.record.repair import mend

PAGE_FIELDS = {
    "nct": "identificationModule.nctId",
    "title": "identificationModule.briefTitle",
    "sponsor": "sponsorCollaboratorsModule.leadSponsor.name",
    "status": "statusModule.overallStatus",
    "phases": "designModule.phases",
    "conditions": "conditionsModule.conditions",
    "study_type": "designModule.studyType",
    "sex": "eligibilityModule.sex",
    "minimum_age": "eligibilityModule.minimumAge",
    "maximum_age": "eligibilityModule.maximumAge",
    "healthy_volunteers": "eligibilityModule.healthyVolunteers",
    "primary_purpose": "designModule.designInfo.primaryPurpose",
    "allocation": "designModule.designInfo.allocation",
    "model": "designModule.designInfo.interventionModel",
    "masking": "designModule.designInfo.maskingInfo.masking",
}


def names(folder: Path) -> list[str]:
    """Return the registry numbers of the samples in a folder."""
    return sorted(path.stem for path in folder.iterdir())


def read(path: Path) -> Record:
    return parse_record(path.read_bytes().decode("utf-8"), path.name)


def truth(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def mended(text: Any, *, markdown: bool = False) -> Any:
    """Return a text as the readers mend it, with each run of white space as one space; other values as they are."""
    if not isinstance(text, str):
        return text
    return " ".join(mend(Traced.verbatim(text, 0), "", markdown=markdown)[0].text.split())


def flat_list(value: Any) -> list[Any]:
    """Return a value as a list: nothing for None, its items for a list."""
    if value is None:
        return []
    return [_frozen(item) for item in value] if isinstance(value, (list, tuple)) else [value]


def _frozen(item: Any) -> Any:
    return tuple(_frozen(part) for part in item) if isinstance(item, (list, tuple)) else item


def page_truth(said: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the truth of a page field by field, each as a list of values."""
    values = {name: flat_list(said[name]) for name in PAGE_FIELDS}
    arms = said["arms"]
    return values | {
        "identifiers": flat_list(said["identifiers"]),
        "treatments": flat_list(said["treatments"]),
        "enrollment": flat_list(said["enrollment"]["count"]),
        "enrollment type": flat_list(said["enrollment"]["type"]),
        "arm labels": [arm["label"] for arm in arms],
        "arm types": [(arm["label"], arm["type"]) for arm in arms if arm["type"]],
        "arm descriptions": [mended(arm["description"], markdown=True) for arm in arms if arm["description"]],
        "arm treatments": [(arm["label"], name) for arm in arms for name in arm["interventions"]],
        "locations": flat_list(said["locations"]),
    }


def page_values(record: Record) -> dict[str, list[Any]]:
    """Return what a reader says of the same fields."""
    content = record.content
    arms = content.arms.arm_groups
    own = content.identification.org_study_id_info
    enrolled = content.design.enrollment_info
    numbers = [
        content.identification.nct_id,
        own and own.id,
        *(n.id for n in content.identification.secondary_id_infos),
    ]
    return {name: flat_list(record.value(path)) for name, path in PAGE_FIELDS.items()} | {
        "identifiers": [number for number in numbers if number],
        "treatments": [(treatment.type, treatment.name) for treatment in content.arms.interventions],
        "enrollment": flat_list(enrolled and enrolled.count),
        "enrollment type": flat_list(enrolled and enrolled.type),
        "arm labels": [arm.label for arm in arms],
        "arm types": [(arm.label, arm.type) for arm in arms if arm.type],
        "arm descriptions": [mended(arm.description) for arm in arms if arm.description],
        "arm treatments": [(arm.label, name) for arm in arms for name in arm.intervention_names],
        "locations": flat_list(record.location_count),
    }


@dataclass
class Score:
    """How many values a reader gave, how many there are, how many it got right."""

    given: int = 0
    there: int = 0
    right: int = 0

    def add(self, given: list[Any], there: list[Any]) -> None:
        self.given += len(given)
        self.there += len(there)
        self.right += sum((Counter(given) & Counter(there)).values())

    @property
    def precision(self) -> float:
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0


@dataclass
class Scores:
    """The scores of a form by field, as a table."""

    form: str
    fields: dict[str, Score] = field(default_factory=dict)

    def add(self, given: dict[str, list[Any]], there: dict[str, list[Any]]) -> None:
        for name in there:
            self.fields.setdefault(name, Score()).add(given[name], there[name])

    def table(self) -> str:
        rows = [f"{self.form:24}{'values':>8}{'precision':>11}{'recall':>9}"]
        rows += [
            f"{name:24}{score.there:8}{score.precision:11.1%}{score.recall:9.1%}" for name, score in self.fields.items()
        ]
        return "\n".join(rows)

    def below(self, threshold: float) -> list[str]:
        """Return the fields whose precision or recall is below a threshold."""
        return [name for name, score in self.fields.items() if min(score.precision, score.recall) < threshold]


def overlap(ours: str | None, theirs: str | None) -> float:
    """Return the share of words that two texts of criteria have in common, in order, without marks of lists."""
    mine, other = (_words(text or "") for text in (ours, theirs))
    return difflib.SequenceMatcher(None, mine, other, autojunk=False).ratio()


def _words(text: str) -> list[str]:
    return re.sub(r"(?m)^\s*(?:[*•-]|\d+\.)\s+", "", text).split()


def outcomes(record: Record) -> Iterator[tuple[str, int, Any]]:
    """Yield the outcomes of a record: kind, number, outcome."""
    found = record.content.outcomes
    groups = (
        ("primary", found.primary_outcomes),
        ("secondary", found.secondary_outcomes),
        ("other", found.other_outcomes),
    )
    for kind, group in groups:
        for number, outcome in enumerate(group):
            yield kind, number, outcome


def as_row(study: dict[str, Any]) -> dict[str, str]:
    """Return a study of the API as the row that the register's CSV export has of it."""
    section = study["protocolSection"]
    ident, status, sponsors = (section[f"{m}Module"] for m in ("identification", "status", "sponsorCollaborators"))
    design, arms = section["designModule"], section.get("armsInterventionsModule", {})
    info = design.get("designInfo", {})
    masking = info.get("maskingInfo", {})
    who = f" ({', '.join(masking['whoMasked'])})" if masking.get("whoMasked") else ""
    others = [ident["orgStudyIdInfo"]["id"], *(other["id"] for other in ident.get("secondaryIdInfos", []))]
    found = section.get("outcomesModule", {})
    return {
        "NCT Number": ident["nctId"],
        "Study Title": ident["briefTitle"],
        "Acronym": ident.get("acronym", ""),
        "Study Status": status["overallStatus"],
        "Brief Summary": section["descriptionModule"].get("briefSummary", ""),
        "Conditions": "|".join(section["conditionsModule"]["conditions"]),
        "Interventions": "|".join(f"{i['type']}: {i['name']}" for i in arms.get("interventions", [])),
        "Primary Outcome Measures": _column(found.get("primaryOutcomes", [])),
        "Secondary Outcome Measures": _column(found.get("secondaryOutcomes", [])),
        "Other Outcome Measures": _column(found.get("otherOutcomes", [])),
        "Sponsor": sponsors["leadSponsor"]["name"],
        "Collaborators": "|".join(other["name"] for other in sponsors.get("collaborators", [])),
        "Sex": section["eligibilityModule"].get("sex", ""),
        "Age": ", ".join(section["eligibilityModule"].get("stdAges", [])),
        "Phases": "|".join(design.get("phases", [])),
        "Enrollment": str(design.get("enrollmentInfo", {}).get("count", "")),
        "Funder Type": sponsors["leadSponsor"]["class"],
        "Study Type": design["studyType"],
        "Study Design": "|".join(
            (
                f"Allocation: {info.get('allocation', '')}",
                f"Intervention Model: {info.get('interventionModel', '')}",
                f"Masking: {masking.get('masking', '')}{who}",
                f"Primary Purpose: {info.get('primaryPurpose', '')}",
            )
        ),
        "Other IDs": "|".join(others),
        "Start Date": status.get("startDateStruct", {}).get("date", ""),
    }


def _column(found: Iterable[dict[str, str]]) -> str:
    parts = ("measure", "description", "timeFrame")
    return "|".join(", ".join(one[part] for part in parts if one.get(part)) for one in found)


def as_table(rows: list[dict[str, str]]) -> str:
    """Return rows as text of a CSV file with the line ends that such files have."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_MINIMAL)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
