"""ADLB: values, limits, baseline, change, grades, windows and flags; and data that do not fit."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.adam.lab_records import ALT, NEUT, SODIUM, lab_table, periods, result
from topline.adam.ctcae.grading import Grader
from topline.adam.lab import derive_lab
from topline.tables.adam_lab import ADLB
from topline.tables.checks import check_table

GRADER = Grader("5.0")
WORST = Grader("5.0", "worst case")


def derive(*records: dict[str, Any], grader: Grader = GRADER, **period: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    adlb, found = derive_lab(lab_table(*records), periods(**period), grader)
    assert check_table(adlb, ADLB).is_empty()
    return adlb, found


def codes(found: pl.DataFrame) -> dict[str, int]:
    return dict(found.group_by("CODE").agg(pl.col("COUNT").sum()).sort("CODE").iter_rows())


def test_course_of_a_subject() -> None:
    adlb, found = derive(
        result(SODIUM, 141, "2024-02-10"),
        result(SODIUM, 138, "2024-03-01"),
        result(SODIUM, 128, "2024-03-15"),
        result(SODIUM, 119, "2024-04-01"),
        result(SODIUM, 118, "2024-07-02"),
    )
    rows = adlb.select(
        "AVAL", "ABLFL", "BASE", "CHG", "ATOXGRL", "BTOXGRL", "ONTRTFL", "TRTEMFL", "ANL01FL", "ADY"
    ).rows()
    assert rows == [
        (141.0, None, 138.0, None, "0", "0", None, None, None, -20),
        (138.0, "Y", 138.0, None, "0", "0", None, None, None, 1),
        (128.0, None, 138.0, -10.0, "2", "0", "Y", "Y", None, 15),
        (119.0, None, 138.0, -19.0, "4", "0", "Y", "Y", "Y", 32),
        (118.0, None, 138.0, -20.0, "4", "0", None, None, None, 124),
    ]
    assert set(adlb["ATOXVER"]) == {"CTCAE 5.0"}
    assert adlb["ATOXGR"].to_list() == ["0", "0", "-2", "-4", "-4"]
    assert found.is_empty()


def test_version_and_symptoms_change_the_grade() -> None:
    records = (result(NEUT, 0.8, "2024-03-20"), result(SODIUM, 128, "2024-03-20"))
    grades = {
        (version, symptoms): derive(*records, grader=Grader(version, symptoms))[0]["ATOXGRL"].to_list()
        for version in ("4.0", "5.0", "6.0")
        for symptoms in ("worst case", "lab value only")
    }
    assert grades["4.0", "worst case"] == ["3", "3"]
    assert grades["5.0", "worst case"] == ["3", "3"]
    assert grades["5.0", "lab value only"] == ["3", "2"]
    assert grades["6.0", "lab value only"] == ["2", "2"]
    assert derive(*records, grader=Grader("4.0"))[0]["ATOXVER"].unique().to_list() == ["CTCAE 4.03"]


def test_every_record_is_kept_and_traced() -> None:
    adlb, _ = derive(
        result(ALT, 30, "2024-02-20"),
        result(ALT, 300, "2024-03-20"),
        result(ALT, None, "2024-04-20", LBSTAT="NOT DONE"),
        result(ALT, "HEMOLYZED", None),
    )
    lab = adlb.filter(pl.col("PARAMTYP").is_null())
    assert lab["SRCSEQ"].to_list() == [1, 2, 3, 4]
    assert lab["SRCRECS"].to_list()[:2] == [["LB 1"], ["LB 2", "LB 1"]]
    assert adlb["ASEQ"].to_list() == list(range(1, adlb.height + 1))


def test_worst_record_is_the_first_of_the_highest_grade() -> None:
    adlb, _ = derive(
        result(ALT, 30, "2024-02-20"),
        result(ALT, 250, "2024-03-20"),
        result(ALT, 500, "2024-04-20"),
        result(ALT, 90, "2024-05-20"),
    )
    worst = adlb.filter(ANL02FL="Y")
    assert worst.select("AVAL", "ATOXGRH").rows() == [(250.0, "3")]
    assert adlb.filter(ANL01FL="Y").is_empty()


def test_emergent_is_worse_than_baseline() -> None:
    adlb, _ = derive(
        result(SODIUM, 133, "2024-02-20"), result(SODIUM, 132, "2024-03-20"), result(SODIUM, 127, "2024-04-20")
    )
    assert adlb.select("BTOXGRL", "ATOXGRL", "TRTEMFL").rows() == [("1", "1", None), ("1", "1", None), ("1", "2", "Y")]


def test_without_baseline_a_grade_is_emergent() -> None:
    adlb, _ = derive(result(SODIUM, 132, "2024-03-20"))
    assert adlb.select("BASE", "BTOXGRL", "ATOXGRL", "TRTEMFL").rows() == [(None, None, "1", "Y")]


def test_abnormal_baseline_of_version_5() -> None:
    """ALT of 60 at a limit of 40 is the new 1: 90 is grade 1 (1.5 x), 181 grade 2; in 4.03 the limit decides."""
    records = [result(ALT, value, day) for value, day in ((60, "2024-02-20"), (90, "2024-03-20"), (181, "2024-04-20"))]
    assert derive(*records)[0].filter(PARAMCD="ALT")["ATOXGRH"].to_list() == ["0", "1", "2"]
    assert derive(*records, grader=Grader("4.03"))[0].filter(PARAMCD="ALT")["ATOXGRH"].to_list() == ["1", "1", "2"]


def test_flagged_baseline_wins_over_the_date() -> None:
    adlb, _ = derive(
        result(SODIUM, 139, "2024-03-01T08:00", LBLOBXFL="Y"),
        result(SODIUM, 131, "2024-03-01T12:00"),
        result(SODIUM, 133, "2024-03-08"),
    )
    assert adlb.select("ABLFL", "CHG", "ONTRTFL").rows() == [("Y", None, None), (None, -8.0, "Y"), (None, -6.0, "Y")]


def test_flag_after_the_first_dose_is_no_baseline() -> None:
    adlb, _ = derive(result(SODIUM, 139, "2024-02-20"), result(SODIUM, 131, "2024-03-08", LBLOBXFL="Y"))
    assert adlb["ABLFL"].to_list() == ["Y", None]


def test_treatment_that_goes_on_has_no_last_day() -> None:
    adlb, _ = derive(result(SODIUM, 131, "2026-03-08"), until=None)
    assert adlb["ONTRTFL"].to_list() == ["Y"]


def test_subject_without_treatment() -> None:
    adlb, _ = derive(result(SODIUM, 139, "2024-02-20"), result(SODIUM, 119, "2024-03-08"), first=None, until=None)
    assert adlb.select("BASE", "ABLFL", "ONTRTFL", "TRTEMFL", "ADY", "ATOXGRL").rows() == [
        (None, None, None, None, None, "0"),
        (None, None, None, None, None, "4"),
    ]


def test_subject_who_is_not_in_adsl() -> None:
    adlb, _ = derive_lab(lab_table(result(SODIUM, 119, "2024-03-08"), subject="999"), periods("001"), GRADER)
    assert adlb.select("USUBJID", "ATOXGRL", "ONTRTFL").rows() == [("999", "4", None)]


def test_no_record() -> None:
    adlb, found = derive_lab(lab_table().clear(), periods("001"), GRADER)
    assert adlb.is_empty()
    assert found.is_empty()


@pytest.mark.parametrize("day", [None, "2024", "2024-03-UN"])
def test_date_missing_or_partial(day: str | None) -> None:
    adlb, _ = derive(result(SODIUM, 119, day))
    assert adlb["ATOXGRL"].to_list() == ["4"]
    assert adlb["ONTRTFL"].to_list() == [None]


def test_partial_date_is_completed_and_marked() -> None:
    adlb, _ = derive(result(SODIUM, 139, "2024-02-10"), result(SODIUM, 119, "2024-04"))
    assert adlb.select("ADT", "ADTF", "ONTRTFL").rows()[1] == (date(2024, 4, 1), "D", "Y")


def test_unit_missing() -> None:
    adlb, found = derive(result({**SODIUM, "LBSTRESU": None}, 119, "2024-03-08"))
    assert adlb.select("AVAL", "ATOXDSCL", "ATOXGRL").rows() == [(119.0, "Hyponatremia", None)]
    assert codes(found) == {"TL-L01": 1}


def test_unit_unknown_or_of_another_kind() -> None:
    records = [result({**SODIUM, "LBSTRESU": unit}, 119, "2024-03-08") for unit in ("furlong", "10^9/L", "U/L")]
    adlb, found = derive(*records)
    assert adlb["ATOXGRL"].to_list() == [None] * 3
    assert codes(found) == {"TL-L02": 3}


def test_enzyme_in_a_unit_of_amount_has_no_grade_though_its_limit_has_that_unit() -> None:
    """ALT of 210 at a limit of 40 is 5.25 x ULN, grade 3, in U/L; in mmol/L it is no ALT, at 30 as little as at 210."""
    amount = {**ALT, "LBSTRESU": "mmol/L"}
    adlb, found = derive(
        result(ALT, 30, "2024-02-20"),
        result(ALT, 210, "2024-03-20"),
        result(ALT, 38, "2024-03-27"),
        result(amount, 210, "2024-04-20"),
        result(amount, 30, "2024-05-20"),
    )
    alt = adlb.filter(PARAMCD="ALT")
    assert alt["ATOXGRH"].to_list() == ["0", "3", "0", None, None]
    assert alt["BASE"].to_list() == [30.0, 30.0, 30.0, None, None]
    assert alt.filter(ANL02FL="Y")["AVAL"].to_list() == [210.0]
    assert found.select("CODE", "USUBJID", "RECORD", "VALUE", "COUNT").rows() == [
        ("TL-L02", "001", "LBSEQ 4 and 1 more", "ALT, mmol/L", 2)
    ]


@pytest.mark.parametrize(("unit", "limit", "value"), [("ukat/L", 0.667, 3.5), ("IU/L", 40.0, 210.0)])
def test_enzyme_in_another_unit_of_activity_is_graded(unit: str, limit: float, value: float) -> None:
    """3.5 / 0.667 is 5.247 x ULN, 210 / 40 is 5.25: grade 3."""
    adlb, found = derive(result({**ALT, "LBSTRESU": unit, "LBSTNRHI": limit}, value, "2024-03-20"))
    assert adlb.filter(PARAMCD="ALT")["ATOXGRH"].to_list() == ["3"]
    assert found.is_empty()


def test_original_result_stands_in_for_a_standard_one() -> None:
    original = {"LBORRES": "119", "LBORRESU": "mEq/L", "LBORNRLO": "135", "LBORNRHI": "145"}
    for lacking in ({"LBSTRESU": None}, {"LBSTRESN": None, "LBSTRESC": None}):
        adlb, found = derive({**result(SODIUM, 119, "2024-03-08"), **original, **lacking})
        assert adlb.select("AVAL", "AVALU", "ANRLO", "ATOXGRL", "SRCVAR").rows() == [
            (119.0, "mEq/L", 135.0, "4", "LBORRES")
        ]
        assert codes(found) == {"TL-L11": 1}


def test_upper_limit_below_the_lower() -> None:
    adlb, found = derive(result({**ALT, "LBSTNRLO": 40.0, "LBSTNRHI": 4.0}, 300, "2024-03-08"))
    lab = adlb.filter(PARAMCD="ALT")
    assert lab.select("ANRLO", "ANRHI", "ANRIND", "ATOXGRH").rows() == [(None, None, None, None)]
    assert codes(found) == {"TL-L03": 1, "TL-L07": 1}
    assert found.filter(CODE="TL-L03")["RECORD"].to_list() == ["LBSEQ 1"]


@pytest.mark.parametrize(
    ("text", "value", "sign", "grade"),
    [
        ("<0.5", 0.5, "<", "4"),
        ("< 0.5", 0.5, "<", "4"),
        ("<=0.5", 0.5, "<=", "3"),
        ("≤0.5", 0.5, "<=", "3"),
        (">3", 3.0, ">", "0"),
        (">0.1", 0.1, ">", None),
        ("0.5", 0.5, None, "3"),
        (".5", 0.5, None, "3"),
        ("5e-1", 0.5, None, "3"),
        ("<0,5", None, None, None),
        ("1-2", None, None, None),
        ("HEMOLYZED", None, None, None),
    ],
)
def test_results_as_text(text: str, value: float | None, sign: str | None, grade: str | None) -> None:
    adlb, found = derive(result(NEUT, text, "2024-03-08"))
    assert adlb.select("AVAL", "AVALC", "AVALQ", "ATOXGRL").rows() == [(value, text, sign, grade)]
    assert ("TL-L04" in codes(found)) == (sign is not None)
    assert ("TL-L05" in codes(found)) == (value is None)


def test_negative_result_is_neither_grade_nor_baseline() -> None:
    adlb, found = derive(
        result(NEUT, 3.0, "2024-02-10"), result(NEUT, -9.0, "2024-02-20"), result(NEUT, -1.0, "2024-03-20")
    )
    assert adlb["ABLFL"].to_list() == ["Y", None, None]
    assert adlb["ATOXGRL"].to_list() == ["0", None, None]
    assert codes(found) == {"TL-L10": 2}


def test_several_units_become_one() -> None:
    glucose = {"LBTESTCD": "GLUC", "LBTEST": "Glucose"}
    american = {"LBSTRESU": "mg/dL", "LBSTNRLO": 70.0, "LBSTNRHI": 100.0}
    european = {"LBSTRESU": "mmol/L", "LBSTNRLO": 3.9, "LBSTNRHI": 5.6}
    adlb, found = derive(
        result({**glucose, **european}, 5.0, "2024-02-20"),
        result({**glucose, **american}, 45.0, "2024-03-08"),
        result({**glucose, **european}, 5.5, "2024-04-08"),
    )
    assert adlb["AVALU"].to_list() == ["mmol/L"] * 3
    assert adlb["AVAL"].round(2).to_list() == [5.0, 2.5, 5.5]
    assert adlb["CHG"].round(2).to_list() == [None, -2.5, 0.5]
    assert adlb["ATOXGRL"].to_list() == ["0", "2", "0"]
    assert adlb["PARAM"].unique().to_list() == ["Glucose (mmol/L)"]
    assert codes(found) == {"TL-L09": 1}


def test_spelling_of_a_unit_is_no_other_unit() -> None:
    units = ("10^9/L", "10^9/L", "THOU/uL", "GI/L")
    adlb, _ = derive(
        *(result({**NEUT, "LBSTRESU": unit}, 3.0, f"2024-0{i}-10") for i, unit in enumerate(units, start=2))
    )
    assert adlb["BASE"].to_list() == [3.0] * 4
    assert set(adlb["AVALU"]) == {"10^9/L"}


def test_values_in_an_unknown_unit_share_no_baseline() -> None:
    adlb, _ = derive(result(SODIUM, 139, "2024-02-20"), result({**SODIUM, "LBSTRESU": "furlong"}, 2, "2024-03-08"))
    assert adlb["BASE"].to_list() == [139.0, None]
    assert adlb["CHG"].to_list() == [None, None]


def test_rounded_limits_do_not_make_a_grade() -> None:
    """1.6 mg/dL at a limit of 1.6 mg/dL is normal, though 141.44 umol/L stands beside a limit of 141 umol/L."""
    creatinine = {
        "LBTESTCD": "CREAT",
        "LBTEST": "Creatinine",
        "LBSTRESU": "umol/L",
        "LBSTNRLO": 71.0,
        "LBSTNRHI": 141.0,
    }
    original = {"LBORRES": "1.6", "LBORRESU": "mg/dL", "LBORNRLO": "0.8", "LBORNRHI": "1.6"}
    adlb, found = derive(result(creatinine, 141.44, "2024-02-20", **original, LBNRIND="NORMAL"))
    assert adlb.select(pl.col("ANRHI").round(2), "ANRIND", "ATOXGRH").rows() == [(141.44, "NORMAL", "0")]
    assert codes(found) == {"TL-L12": 1}


def test_limits_that_are_not_the_rounded_ones_stay() -> None:
    other = {"LBORRES": "6.3", "LBORRESU": "%", "LBORNRLO": "4.3", "LBORNRHI": "6.1"}
    test = {"LBTESTCD": "HBA1C", "LBTEST": "Hemoglobin A1C", "LBSTRESU": "1", "LBSTNRLO": 0.042, "LBSTNRHI": 0.112}
    adlb, found = derive(result(test, 0.063, "2024-02-20", **other, LBNRIND="HIGH"))
    assert adlb.select("ANRLO", "ANRHI", "ANRIND").rows() == [(0.042, 0.112, "NORMAL")]
    assert codes(found) == {"TL-L06": 1, "TL-L08": 1}


def test_urine_is_another_parameter_and_not_graded() -> None:
    creatinine = {
        "LBTESTCD": "CREAT",
        "LBTEST": "Creatinine",
        "LBSTRESU": "umol/L",
        "LBSTNRLO": 50.0,
        "LBSTNRHI": 100.0,
    }
    adlb, found = derive(
        result(creatinine, 90, "2024-02-20", LBSPEC="SERUM"),
        result(creatinine, 9000, "2024-02-20", LBSPEC="URINE"),
        result(creatinine, 9000, "2024-02-20", LBCAT="URINALYSIS"),
    )
    assert adlb.select("PARAMCD", "ATOXGRH", "BASE").rows() == [
        ("CREAT", "0", 90.0),
        ("CREATU", None, 9000.0),
        ("CREATU", None, 9000.0),
    ]
    assert adlb["PARAM"].to_list()[1:] == ["Creatinine, Urine (umol/L)"] * 2
    assert found.filter(CODE="TL-L06")["VALUE"].to_list() == ["CREATU"]


def test_protein_is_graded_in_urine_only() -> None:
    day = {"LBTESTCD": "PROT", "LBTEST": "Protein", "LBSTRESU": "g/day", "LBSTNRHI": 0.15}
    adlb, found = derive(
        result(day, 1200, "2024-03-20", LBSPEC="SERUM"),
        result({**day, "LBSTRESU": "mg/24h", "LBSTNRHI": 150.0}, 1200, "2024-03-20", LBSPEC="URINE"),
        result({**day, "LBSTRESU": None}, "2+", "2024-03-20", LBSPEC="URINE"),
        result({**day, "LBSTRESU": None}, "Negative", "2024-04-20", LBSPEC="URINE"),
    )
    assert adlb.select("PARAMCD", "AVAL", "AVALC", "AVALU", "ATOXGRH").rows() == [
        ("PROT", 1200.0, "1200", "g/day", None),
        ("PROTDIP", 2.0, "2+", "plus", "2"),
        ("PROTDIP", 0.0, "Negative", "plus", "0"),
        ("PROTU", 1200.0, "1200", "mg/24h", "2"),
    ]
    assert found.select("CODE", "VALUE").rows() == [("TL-L06", "PROT")]


@pytest.mark.parametrize(("specimen", "grade"), [("ARTERIAL BLOOD", "3"), ("URINE", None), (None, None)])
def test_acidosis_needs_stated_blood(specimen: str | None, grade: str | None) -> None:
    ph = {"LBTESTCD": "PH", "LBTEST": "pH", "LBSTNRLO": 7.35, "LBSTNRHI": 7.45, "LBSPEC": specimen}
    adlb, found = derive(result(ph, 7.2, "2024-03-20"))
    assert adlb["ATOXGRL"].to_list() == [grade]
    assert not {"TL-L01", "TL-L02"} & set(codes(found))


def test_fasting_glucose_has_grades_1_and_2() -> None:
    glucose = {"LBTESTCD": "GLUC", "LBTEST": "Glucose", "LBSTRESU": "mg/dL", "LBSTNRLO": 70.0, "LBSTNRHI": 100.0}
    records = [result(glucose, 200, "2024-03-20", LBFAST=fasting) for fasting in ("Y", "N", None)]
    assert derive(*records, grader=Grader("4.03"))[0]["ATOXGRH"].to_list() == ["2", "0", "0"]
    adlb, found = derive(*records)
    assert adlb["ATOXDSCH"].to_list() == [None] * 3
    assert adlb["ATOXGRL"].to_list() == ["0"] * 3
    assert found.is_empty()


def test_tests_without_a_term_are_named_once() -> None:
    urea = {"LBTESTCD": "BUN", "LBTEST": "Urea", "LBSTRESU": "mmol/L"}
    adlb, found = derive(result(urea, 5, "2024-02-20"), result(urea, 50, "2024-03-20"))
    assert adlb["ATOXVER"].to_list() == [None, None]
    assert found.select("CODE", "VALUE", "COUNT").rows() == [("TL-L06", "BUN", 1)]


def test_limits_lacking() -> None:
    adlb, found = derive(result({**ALT, "LBSTNRHI": None}, 300, "2024-03-20", LBNRIND="HIGH"))
    assert adlb.filter(PARAMCD="ALT").select("ANRIND", "R2ANRHI", "ATOXGRH").rows() == [("HIGH", None, None)]
    assert codes(found) == {"TL-L07": 1}


def test_order_of_records_does_not_matter() -> None:
    records = [result(ALT, 20 + 7 * i, f"2024-{1 + i % 9:02}-{1 + i:02}") for i in range(20)]
    forward, _ = derive(*records)
    backward, _ = derive_lab(lab_table(*records).reverse(), periods(), GRADER)
    assert backward.equals(forward, null_equal=True)
