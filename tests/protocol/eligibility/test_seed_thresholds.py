"""A real trial's criteria, drafted and screened: patients at each threshold and one step to either side of it."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.protocol.eligibility.worked import Row, table
from topline.protocol.eligibility.criterion import Eligibility
from topline.protocol.eligibility.draft import draft_criteria
from topline.protocol.eligibility.screen import screen
from topline.protocol.record.form import parse_record

DOSE = date(2026, 3, 29)
MET, FAILED, UNKNOWN, IDLE = "MET", "NOT MET", "UNKNOWN", "NOT APPLICABLE"
ESCC = {"PATHCONF": "Y", "SITE": "ESOPHAGUS", "HIST": "SQUAMOUS CELL CARCINOMA"}
SOUND = dict.fromkeys(("HEARTDIS", "LIVERDIS", "KIDNDIS", "LUNGDIS", "OTHDIS"), "NONE")
FERTILE = {"SEX": "F", "CHILDPOT": "Y", "FDOSEDT": DOSE, "PREGTEST": "NEGATIVE", "CONTRACP": "Y"}


def dated(days: int, **other: object) -> dict[str, object]:
    """Return a woman whose pregnancy test was so many days before the first dose (negative: after it)."""
    return {**FERTILE, "PREGTSDT": DOSE - timedelta(days=days), **other}


CASES: dict[str, list[tuple[Row, str]]] = {
    "I01": [
        (ESCC, MET),
        ({**ESCC, "PATHCONF": "N"}, FAILED),
        ({**ESCC, "SITE": "STOMACH"}, FAILED),
        ({**ESCC, "HIST": "ADENOCARCINOMA"}, FAILED),
        ({**ESCC, "PATHCONF": None}, UNKNOWN),
        ({"PATHCONF": None, "SITE": "LUNG"}, FAILED),
    ],
    "I02": [
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8", "STAGE": "IV"}, MET),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8", "STAGE": "IVB"}, MET),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8", "STAGE": "IIIA"}, FAILED),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8", "STAGE": "II"}, FAILED),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8", "STAGE": "III"}, UNKNOWN),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8", "STAGE": "III", "I02_A": "Y"}, MET),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8", "STAGE": "III", "I02_A": "N"}, FAILED),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 7", "STAGE": "IV"}, UNKNOWN),
        ({"SITE": "ESOPHAGUS", "STAGEED": "AJCC 8"}, UNKNOWN),
    ],
    "I05": [({"FAIL1L": "Y"}, MET), ({"FAIL1L": "N"}, FAILED), ({"PRIORLN": 2}, UNKNOWN)],
    "I07": [({"ORGANOK": "Y"}, MET), ({"ORGANOK": "N"}, FAILED), ({"ALT": 20.0, "ALTULN": 40.0}, UNKNOWN)],
    "I08": [
        (dated(3), MET),
        (dated(4), FAILED),
        (dated(2), MET),
        (dated(0), MET),
        (dated(-1), FAILED),
        (dated(3, PREGTEST="POSITIVE"), FAILED),
        (dated(3, CONTRACP="N"), FAILED),
        (dated(3, CONTRACP=None), UNKNOWN),
        (dated(4, CHILDPOT="N"), IDLE),
        ({"SEX": "M"}, IDLE),
        (dated(3, CHILDPOT=None), MET),
        (dated(4, CHILDPOT=None), UNKNOWN),
    ],
    "E01": [
        ({"OTHMAL": "Y", "OTHMALTX": "Y"}, FAILED),
        ({"OTHMAL": "Y", "OTHMALTX": "N"}, MET),
        ({"OTHMAL": "N"}, MET),
        ({"OTHMAL": "Y"}, UNKNOWN),
    ],
    "E02": [
        (SOUND, MET),
        *(({**SOUND, organ: "SEVERE"}, FAILED) for organ in SOUND),
        *(({**SOUND, organ: "MODERATE"}, MET) for organ in SOUND),
        ({**SOUND, "LIVERDIS": None}, UNKNOWN),
        ({"KIDNDIS": "SEVERE"}, FAILED),
    ],
    "E05": [
        ({"PRIORCLS": ["FLUOROPYRIMIDINE"]}, FAILED),
        ({"PRIORCLS": ["PLATINUM", "FLUOROPYRIMIDINE", "TAXANE"]}, FAILED),
        ({"PRIORCLS": ["PLATINUM", "TAXANE"]}, MET),
        ({"PRIORCLS": ["NONE"]}, MET),
        ({"PRIORDRG": ["CISPLATIN"]}, UNKNOWN),
    ],
    "E06": [
        ({"INFACT": "Y", "INFCTRL": "N"}, FAILED),
        ({"INFACT": "Y", "INFCTRL": "Y"}, MET),
        ({"INFACT": "N"}, MET),
        ({"INFACT": "N", "INFECT": ["HBV"]}, MET),
        ({"INFACT": "Y"}, UNKNOWN),
        ({"INFCTRL": "N"}, UNKNOWN),
    ],
}


@pytest.fixture(scope="module")
def trial(shared: Path) -> Eligibility:
    """Return the drafted criteria of the second seed."""
    (path,) = (shared / "seeds").glob("003_*.txt")
    record = parse_record(path.read_text(encoding="utf-8"), path.name)
    return draft_criteria(str(record.value("eligibilityModule.eligibilityCriteria")))


@pytest.mark.parametrize("name", CASES)
def test_at_and_beside_each_threshold(trial: Eligibility, name: str) -> None:
    signoffs = [column for criterion in trial.criteria for column in criterion.signoffs]
    rows = [row for row, _ in CASES[name]]
    patients = table(rows, signoffs).with_columns(SUBJID=pl.int_range(pl.len()).cast(pl.String))
    assert screen(trial, patients).status[name].to_list() == [status for _, status in CASES[name]]
