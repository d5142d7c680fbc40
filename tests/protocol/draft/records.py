"""Records for the tests of drafts: small made-up ones, and the shared samples, each read and drafted once."""

import json
from functools import cache
from pathlib import Path

from topline.protocol.draft.study import Draft, draft_study
from topline.protocol.record.content import Content
from topline.protocol.record.form import parse_record
from topline.protocol.record.record import Form, Record

SEEDS = {"nct02976896": "000_a9d24b4ad0fc3b4b.txt", "nct07142421": "003_c0b848b86b553f20.txt"}


def made(**modules: object) -> Record:
    """Return a record with these modules, named as the API names them without the word Module."""
    section = {f"{name}Module": value for name, value in modules.items()}
    return Record(Form.API, "", Content.model_validate_json(json.dumps(section)), {"protocolSection": section})


def outcome(measure: str, frame: str = "", description: str = "") -> dict[str, str]:
    """Return an outcome."""
    parts = {"measure": measure, "description": description, "timeFrame": frame}
    return {key: value for key, value in parts.items() if value}


def with_outcomes(*primary: dict[str, str], secondary: tuple[dict[str, str], ...] = ()) -> Record:
    """Return a record with outcomes alone."""
    return made(outcomes={"primaryOutcomes": list(primary), "secondaryOutcomes": list(secondary)})


def with_drug(description: str, name: str = "Drugamab", **more: object) -> Record:
    """Return a record of one arm with one drug, of which the arm's description tells."""
    arm = {
        "label": "Treatment",
        "type": "EXPERIMENTAL",
        "description": description,
        "interventionNames": [f"Drug: {name}"],
    }
    drug = {"type": "DRUG", "name": name, "armGroupLabels": ["Treatment"]}
    return made(armsInterventions={"armGroups": [arm], "interventions": [drug]}, **more)


@cache
def sample(path: Path) -> tuple[Record, Draft]:
    """Return a shared record and its draft."""
    record = parse_record(path.read_text("utf-8"), path.name)
    return record, draft_study(record)


def seed(shared: Path, name: str) -> tuple[Record, Draft]:
    """Return the record of a built-in study and its draft."""
    return sample(shared / "seeds" / SEEDS[name])


def samples(shared: Path, form: str) -> list[Path]:
    """Return the shared records of a form: ctgov, veeva or flat."""
    return sorted((shared / "data" / "registry" / form).iterdir())
