"""ADVS: baselines per position, blood pressure and weight graded, versions without criteria, units."""

from typing import Any

import polars as pl

from tests.adam.lab_records import periods
from topline.adam.ctcae.grading import Grader
from topline.adam.vital_signs import derive_vital_signs
from topline.tables.adam_lab import ADVS
from topline.tables.checks import check_table
from topline.tables.conform import conform
from topline.tables.sdtm import SDTM

GRADER = Grader("5.0")
SYSTOLIC = {"VSTESTCD": "SYSBP", "VSTEST": "Systolic Blood Pressure", "VSSTRESU": "mmHg"}
DIASTOLIC = {"VSTESTCD": "DIABP", "VSTEST": "Diastolic Blood Pressure", "VSSTRESU": "mmHg"}
WEIGHT = {"VSTESTCD": "WEIGHT", "VSTEST": "Weight", "VSSTRESU": "kg"}


def reading(test: dict[str, Any], value: float | None, day: str, **more: Any) -> dict[str, Any]:
    text = None if value is None else f"{value:g}"
    return {**test, "VSSTRESC": text, "VSSTRESN": value, "VSDTC": day, **more}


def derive(*records: dict[str, Any], grader: Grader = GRADER) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = [{"STUDYID": "S", "DOMAIN": "VS", "USUBJID": "001", "VSSEQ": i, **r} for i, r in enumerate(records, start=1)]
    table = conform(pl.DataFrame(rows, infer_schema_length=None), SDTM["VS"])[0]
    advs, found = derive_vital_signs(table, periods(), grader)
    assert check_table(advs, ADVS).is_empty()
    return advs, found


def test_blood_pressure_is_graded_by_each_figure() -> None:
    advs, found = derive(
        reading(SYSTOLIC, 118, "2024-02-20"),
        reading(DIASTOLIC, 79, "2024-02-20"),
        reading(SYSTOLIC, 162, "2024-03-20"),
        reading(DIASTOLIC, 92, "2024-03-20"),
    )
    assert advs.select("PARAMCD", "ATOXGRH", "BTOXGRH", "TRTEMFL", "CHG").rows() == [
        ("DIABP", "0", "0", None, None),
        ("DIABP", "2", "0", "Y", 13.0),
        ("SYSBP", "0", "0", None, None),
        ("SYSBP", "3", "0", "Y", 44.0),
    ]
    assert found.is_empty()


def test_positions_have_their_own_baseline() -> None:
    advs, _ = derive(
        reading(SYSTOLIC, 110, "2024-02-20", VSPOS="STANDING"),
        reading(SYSTOLIC, 120, "2024-02-20", VSPOS="SUPINE"),
        reading(SYSTOLIC, 130, "2024-03-20", VSPOS="STANDING"),
        reading(SYSTOLIC, 130, "2024-03-20", VSPOS="SUPINE"),
    )
    assert advs.filter(pl.col("CHG").is_not_null()).select("BASETYPE", "BASE", "CHG").rows() == [
        ("STANDING", 110.0, 20.0),
        ("SUPINE", 120.0, 10.0),
    ]
    assert advs.filter(ANL02FL="Y").height == 1


def test_loss_of_weight_needs_a_baseline_and_no_limits() -> None:
    advs, found = derive(
        reading(WEIGHT, 80, "2024-02-20"), reading(WEIGHT, 76, "2024-03-20"), reading(WEIGHT, 64, "2024-04-20")
    )
    assert advs["ATOXGRL"].to_list() == ["0", "1", "3"]
    assert found.is_empty()
    alone, found = derive(reading(WEIGHT, 64, "2024-04-20"))
    assert alone["ATOXGRL"].to_list() == [None]
    assert found["CODE"].to_list() == ["TL-L07"]


def test_pounds_and_kilograms() -> None:
    advs, _ = derive(
        reading(WEIGHT, 80, "2024-02-20"),
        reading(WEIGHT, 79, "2024-02-25"),
        reading({**WEIGHT, "VSSTRESU": "LB"}, 154.3, "2024-03-20"),
    )
    assert advs["AVAL"].round(1).to_list() == [80.0, 79.0, 70.0]
    assert advs["ATOXGRL"].to_list() == ["0", "0", "2"]


def test_version_6_has_no_criteria_for_vital_signs() -> None:
    advs, found = derive(reading(SYSTOLIC, 190, "2024-03-20"), grader=Grader("6.0"))
    assert advs.select("ATOXVER", "ATOXGRH").rows() == [(None, None)]
    assert found.select("CODE", "VALUE").rows() == [("TL-L06", "SYSBP")]


def test_reading_not_taken() -> None:
    advs, found = derive(reading(SYSTOLIC, None, "2024-03-20", VSSTAT="NOT DONE", VSSTRESU=None))
    assert advs.select("AVAL", "ATOXGRH").rows() == [(None, None)]
    assert found.is_empty()
