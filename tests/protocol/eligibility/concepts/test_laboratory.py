"""Laboratory limits: patients at the limit and one step to either side, other patients, slips and false friends."""

import pytest

from tests.protocol.eligibility.concepts.judged import exact, judged, only, reason, words
from topline.protocol.eligibility.concepts.laboratory import find

LIVER = {"METSITES": ["LIVER"]}
NONE = {"METSITES": ["NONE"]}


@pytest.mark.parametrize(
    ("text", "column", "below", "at", "above", "expected"),
    [
        ("ANC >= 1.5 x 10^9/L", "ANC", 1.49, 1.5, 1.51, [False, True, True]),
        ("Absolute neutrophil count (ANC) ≥1,500 per microliter (μL)", "ANC", 1.499, 1.5, 1.501, [False, True, True]),
        ("neutrophils > 1500/mm3", "ANC", 1.499, 1.5, 1.501, [False, False, True]),
        ("Platelets at least 100 000/mm3", "PLT", 99, 100, 101, [False, True, True]),
        ("platelet count no less than 75 × 109/L", "PLT", 74, 75, 76, [False, True, True]),
        ("Hb ≥ 9.0 g/dL (90 g/L)", "HGB", 89, 90, 91, [False, True, True]),
        ("hemoglobin => 90 g/L", "HGB", 89, 90, 91, [False, True, True]),
        ("White blood cells (WBC) greater than or equal to 3.0 x 10^9/L", "WBC", 2.9, 3, 3.1, [False, True, True]),
        ("lymphocytes ≥ 800/uL", "LYM", 0.79, 0.8, 0.81, [False, True, True]),
        ("total bilirubin not exceed 1.5 mg/dL", "BILI", 25.6, 25.65, 25.7, [True, True, False]),
        ("serum creatinine less than 1.5 mg/dL", "CREAT", 132.5, 132.6, 132.7, [True, False, False]),
        ("creatinine clearance (Cockcroft-Gault formula) ≥ 60 mL/min", "CRCL", 59, 60, 61, [False, True, True]),
        ("eGFR above 60 mL/min/1.73 m2", "GFRE", 59, 60, 61, [False, False, True]),
        ("serum albumin >= 3 g/dL", "ALB", 29, 30, 31, [False, True, True]),
        ("INR <= 1.5", "INR", 1.4, 1.5, 1.6, [True, True, False]),
        ("LVEF ≥ 50%", "LVEF", 49, 50, 51, [False, True, True]),
        ("QTcF no more than 470 msec", "QTC", 469, 470, 471, [True, True, False]),
        ("24-hour urine protein < 1 g", "UPROT24", 0.9, 1, 1.1, [True, False, False]),
        ("urine protein < 2+", "UPROTD", 1, 2, 3, [True, False, False]),
        ("ANC of at least (>=) 1.5 x 10^9/L", "ANC", 1.4, 1.5, 1.6, [False, True, True]),
        ("ANC must be greater than 1.5 K/uL", "ANC", 1.4, 1.5, 1.6, [False, False, True]),
    ],
)
def test_at_the_limit_and_one_step_to_either_side(text, column, below, at, above, expected) -> None:
    assert exact(find, text)
    rows = [{column: value} for value in (below, at, above, None)]
    assert judged(find, text, *rows) == [*expected, None]


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("ALT <= 2.5 x ULN", 2.5),
        ("ALT ≤ 2.5 times the upper limit of normal (ULN)", 2.5),
        ("alanine aminotransferase (SGPT) <= ULN x 2.5", 2.5),
        ("ALT no more than 2.5-fold ULN", 2.5),
        ("ALT <= 2.5 × institutional upper limit of normal", 2.5),
        ("ALT within normal limits", 1.0),
        ("ALT <= ULN", 1.0),
    ],
)
def test_multiples_of_the_upper_limit_use_the_patients_own_laboratory(text: str, factor: float) -> None:
    rows = [{"ALT": 40 * factor, "ALTULN": 40}, {"ALT": 40 * factor + 0.1, "ALTULN": 40}, {"ALT": 1.0}, {"ALTULN": 40}]
    assert judged(find, text, *rows) == [True, False, None, None]


def test_a_limit_in_units_needs_no_upper_limit_of_normal() -> None:
    assert judged(find, "SGOT 100 IU/L or more", {"AST": 99}, {"AST": 100}, polarity="exclusion") == [False, True]


def test_both_transferases_are_meant() -> None:
    row = {"ALTULN": 40, "ASTULN": 40}
    high, fine = {"ALT": 120, "AST": 40, **row}, {"ALT": 100, "AST": 100, **row}
    assert judged(find, "ALT and AST <= 2.5 x ULN", fine, high) == [True, False]
    assert judged(find, "AST/ALT > 2.5 x ULN", fine, high, polarity="exclusion") == [False, True]


def test_one_of_two_may_or_may_not_suffice() -> None:
    row = {"ALTULN": 40, "ASTULN": 40}
    patients = [{"ALT": alt, "AST": ast, **row} for alt, ast in ((100, 100), (100, 101), (101, 101))]
    signed = [{**patient, "I01_A": "Y"} for patient in patients]
    assert judged(find, "ALT or AST <= 2.5 x ULN", *patients) == [True, None, False]
    assert judged(find, "ALT or AST <= 2.5 x ULN", *signed) == [True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "ALT <= 2.5 x ULN (<= 5 x ULN with liver metastases)",
        "ALT <= 2.5 x ULN, or <= 5 x ULN for patients with liver metastases",
        "ALT <= 2.5 x ULN; if liver metastases, then <= 5 x ULN",
        "ALT <= 2.5 x ULN in the absence of liver metastases, or <= 5 x ULN in patients with liver metastases",
        "ALT <= 2.5 x ULN (for patients with hepatic metastases, ALT <= 5 x ULN)",
    ],
)
def test_liver_metastases_loosen_the_limit(text: str) -> None:
    def patient(alt: float, sites: dict[str, list[str]]) -> dict[str, object]:
        return {"ALT": alt, "ALTULN": 40, **sites}

    rows = [patient(100, NONE), patient(101, NONE), patient(101, LIVER), patient(200, LIVER), patient(201, LIVER)]
    assert judged(find, text, *rows) == [True, False, True, True, False]
    assert judged(find, text, patient(101, {}), patient(100, {}), patient(201, {})) == [None, True, False]


def test_another_condition_beside_liver_metastases_is_a_question() -> None:
    text = "ALT <= 2.5 x ULN (<= 5 x ULN with liver metastases or liver cancer)"
    row = {"ALTULN": 40, **NONE}
    assert judged(find, text, {"ALT": 100, **row}, {"ALT": 150, **row}, {"ALT": 201, **row}) == [True, None, False]


def test_the_sexes_have_limits_of_their_own() -> None:
    text = "creatinine <= 1.5 mg/dL for males, <= 1.3 mg/dL for females"
    rows = [{"CREAT": 125, "SEX": sex} for sex in ("M", "F", None)]
    assert judged(find, text, *rows) == [True, False, None]


def test_an_exception_is_a_question_where_the_limit_is_not_kept() -> None:
    text = "total bilirubin <= 1.5 x ULN (unless Gilbert's syndrome)"
    row = {"BILIULN": 20}
    assert judged(find, text, {"BILI": 30, **row}, {"BILI": 31, **row}) == [True, None]
    assert judged(find, text, {"BILI": 31, "I01_A": "Y", **row}, {"BILI": 31, "I01_A": "N", **row}) == [True, False]


def test_an_exception_with_a_limit_of_its_own_ends_there() -> None:
    text = "bilirubin <= 1.5 x ULN (except patients with Gilbert's syndrome who must have bilirubin <= 3 x ULN)"
    rows = [{"BILI": value, "BILIULN": 20} for value in (30, 31, 60, 61)]
    assert judged(find, text, *rows) == [True, None, None, False]


def test_an_excluding_limit_spares_its_exception() -> None:
    text = "bilirubin > 1.5 x ULN, unless Gilbert's syndrome"
    rows = [
        {"BILI": value, "BILIULN": 20, "E01_A": sign} for value, sign in ((30, None), (31, None), (31, "Y"), (31, "N"))
    ]
    assert judged(find, text, *rows, polarity="exclusion") == [False, None, False, True]


def test_creatinine_or_clearance() -> None:
    text = "creatinine <= 1.5 x ULN or creatinine clearance >= 60 mL/min for patients with creatinine > 1.5 x ULN"
    assert words(find, text) == [text]
    rows = [
        {"CREAT": creatinine, "CREATULN": 100, "CRCL": clearance}
        for creatinine, clearance in ((150, 30), (151, 60), (151, 59))
    ]
    assert judged(find, text, *rows) == [True, True, False]


def test_a_range_has_two_ends() -> None:
    rows = [{"ANC": value} for value in (1.4, 1.5, 10, 10.1)]
    assert judged(find, "ANC between 1.5 and 10 x 10^9/L", *rows) == [False, True, True, False]
    assert judged(find, "ANC >= 1.5 x 10^9/L and < 10 x 10^9/L", *rows) == [False, True, False, False]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("HB = 90 g/L", "comparator is lost"),
        ("ALT = 2.5 x ULN", "comparator is lost"),
        ("Hb 90 g/L", "no comparator"),
        ("Hb >= 9 g/L", "no plausible limit"),
        ("Hb >= 90 g/dL", "no plausible limit"),
        ("ANC >= 1500 x 10^9/L", "no plausible limit"),
        ("ANC >= 1.5/uL", "no plausible limit"),
        ("platelets >= 100 /mm3", "no plausible limit"),
        ("creatinine <= 1.5 umol/L", "no plausible limit"),
        ("ALT <= 250 x ULN", "no plausible limit"),
        ("platelets >= 100,000", "no unit"),
        ("Hb >= 9 g/dL (80 g/L)", "not the same amount"),
        ("ANC >= 1.5 x ULN", "no upper limit"),
        ("ANC within normal limits", "no normal range"),
        ("Hb >= lower limit of normal", "no lower limits"),
        ("GFR >= 60 mL/min", "no unit"),
        ("creatinine clearance >= 60 mL/min/1.73 m2", "no unit"),
        ("direct bilirubin <= 1.5 x ULN", "another one"),
        ("LDH >= 2 x ULN", "direction may be wrong"),
        ("Hb >= 90 g/L or >= 80 g/L", "another limit follows"),
    ],
)
def test_what_may_be_wrong_is_left_to_a_person_with_its_reason(text: str, told: str) -> None:
    assert told in reason(find, text)


def test_a_requirement_among_the_exclusions_is_not_turned_round() -> None:
    assert "meant as a requirement" in reason(find, "ANC >= 1.5 x 10^9/L", "exclusion")


@pytest.mark.parametrize(
    "text",
    [
        "EGFR mutation in >= 1% of cells",
        "albumin-bound paclitaxel 260 mg/m2",
        "creatinine kinase <= 5 x ULN",
        "platelet transfusion within 14 days",
        "HbA1c < 8 %",
        "HBV DNA < 500 IU/mL",
        "PT-1 trial",
        "no haemoglobinuria > 3 months",
        "ANC >= 1,5 x 10^9/L",
    ],
)
def test_false_friends_are_not_read(text: str) -> None:
    assert find(text, "inclusion") == []


def test_blood_pressure_in_a_pair() -> None:
    rows = [{"SBP": high, "DBP": low} for high, low in ((150, 90), (151, 80), (120, 91), (150, None))]
    assert judged(find, "blood pressure <= 150/90 mmHg", *rows) == [True, False, False, None]
    assert judged(find, "blood pressure > 150/90 mmHg", *rows, polarity="exclusion") == [False, True, True, None]
    assert "direction" in reason(find, "blood pressure <= 150/90 mmHg", "exclusion")


def test_a_limit_shared_with_the_test_before_it_is_a_question() -> None:
    text = "ALT <= 2.5 x ULN and AST <= 2.5 x ULN (<= 5 x ULN with liver metastases)"
    first, second = find(text, "inclusion")
    assert (first.concept, second.concept) == ("alt", "ast")
    assert text[first.start : first.end] == "ALT <= 2.5 x ULN"
    assert "not said whether both" in str(first.node)


def test_an_exception_after_several_limits_is_left_to_the_sentence() -> None:
    text = "transaminases > 5 x ULN or bilirubin > 2 x ULN, unless related to the disease"
    assert words(find, text, "exclusion")[1] == "bilirubin > 2 x ULN"


def test_the_match_covers_what_it_understands() -> None:
    text = "Patients with ANC >= 1,500/mm3 (without G-CSF)"
    match = only(find, text)
    assert text[match.start : match.end] == "ANC >= 1,500/mm3"


def test_longer_texts_than_a_criterion_are_not_read() -> None:
    assert find("ANC >= 1.5 x 10^9/L " * 60_000, "inclusion") == []
