"""Sentences written to be misread: negations, exceptions, shared nouns, times, sexes, ranges; asked of candidates.

`True` is that the condition holds, `False` that it fails, `None` that a person or a missing datum decides. A wrong
`True` or `False` is the worst defect that a reader of criteria can have, so each case has a candidate on either side.
"""

from datetime import date, timedelta

import pytest

from tests.protocol.eligibility.worked import Row, answers, by_person, draft
from topline.protocol.eligibility.connect import united
from topline.protocol.eligibility.tree import All, Any, Compare, Manual, Not

DOSE = date(2026, 3, 29)
Truths = list[bool | None]


def ago(column: str, days: int, **known: object) -> dict[str, object]:
    """Return a candidate to whom something happened so many days before the first dose."""
    return {"FDOSEDT": DOSE, column: DOSE - timedelta(days=days), **known}


BRAIN, LEPTO = {"METSITES": ["BRAIN"]}, {"METSITES": ["LEPTOMENINGES"]}
NONE, LIVER = {"METSITES": ["BONE"]}, {"METSITES": ["LIVER"]}
ACTIVE, CALM = {"INFACT": "Y"}, {"INFACT": "N"}
ALT = {"ALTULN": 40.0, "ASTULN": 40.0, "AST": 20.0}

EXCLUSIONS: list[tuple[str, list[Row], Truths]] = [
    # adjectives that share a noun
    ("Severe or poorly controlled hypertension", [{"HYPERT": "Y"}, {"HYPERT": "N"}], [True, None]),
    ("Persistent or uncontrolled hypertension", [{"HYPERT": "Y"}, {"HYPERT": "N"}], [True, None]),
    ("Resistant or uncontrolled hypertension", [{"HYPERT": "Y"}, {"HYPERT": "N"}], [True, None]),
    (
        "Major, life-threatening or uncontrolled infection",
        [{**ACTIVE, "INFCTRL": "N"}, {**ACTIVE, "INFCTRL": "Y"}, CALM],
        [True, None, None],
    ),
    ("Severe, uncontrolled or active interstitial lung disease", [{"ILD": "Y"}, {"ILD": "N"}], [None, False]),
    (
        "Mucosal or internal bleeding within 4 weeks before the first dose",
        [ago("LBLEEDDT", 28, BLEEDFL="Y"), ago("LBLEEDDT", 29, BLEEDFL="Y"), {"BLEEDFL": "N"}],
        [None, False, False],
    ),
    # infections that tell of a time or an end
    (
        "Active infection that needs antibiotics and has not resolved at least 2 weeks before the first dose",
        [ACTIVE, CALM],
        [None, None],
    ),
    ("Active infection that ended 10 days before enrolment", [ACTIVE, CALM], [None, None]),
    ("Active infection requiring antibiotics within 14 days", [ACTIVE, CALM], [None, None]),
    ("Active infection requiring systemic therapy", [ACTIVE, CALM], [None, False]),
    ("Active infection", [ACTIVE, CALM, {}], [True, False, None]),
    ("Hepatitis B that was cured", [{"INFECT": ["HBV"]}, {"INFECT": ["NONE"]}], [None, None]),
    ("Dysphagia or inability to swallow tablets", [{"GIABSORB": "Y"}, {"GIABSORB": "N"}], [None, None]),
    ("Inability to swallow tablets", [{"GIABSORB": "Y"}, {"GIABSORB": "N"}], [None, False]),
    ("Severe renal impairment (CrCl < 30 mL/min)", [{"CRCL": 20.0}, {"CRCL": 40.0, "KIDNDIS": "NONE"}], [None, None]),
    # relatives
    ("Family history of stroke", [{"STROKFL": "Y"}, {"STROKFL": "N"}], [None, None]),
    # windows: the last day belongs to them unless the words leave it out
    (
        "Major surgery within 28 days before the first dose",
        [ago("LSURGDT", days, SURGFL="Y") for days in (27, 28, 29)],
        [True, True, False],
    ),
    (
        "Major surgery less than 28 days before the first dose",
        [ago("LSURGDT", days, SURGFL="Y") for days in (27, 28, 29)],
        [True, False, False],
    ),
    (
        "Radiotherapy up to 14 days before the first dose",
        [ago("LRTDT", days, PRIORRT="Y") for days in (14, 15)],
        [True, False],
    ),
    (
        "Radiotherapy < 14 days before the first dose",
        [ago("LRTDT", days, PRIORRT="Y") for days in (13, 14)],
        [True, False],
    ),
    (
        "Radiotherapy ≤ 14 days before the first dose",
        [ago("LRTDT", days, PRIORRT="Y") for days in (14, 15)],
        [True, False],
    ),
    (
        "Received the last chemotherapy within 3 weeks before the first dose",
        [ago("LCHEMDT", days, PRIORCLS=["TAXANE"]) for days in (21, 22)],
        [True, False],
    ),
    ("Planned major surgery within 4 weeks of the first dose", [{"SURGFL": "N"}, {"SURGFL": "Y"}], [None, None]),
    ("Plans to receive a live vaccine within 4 weeks before the first dose", [{"VACCFL": "N"}], [None]),
    (
        "Systemic steroids within 14 days before the first dose other than inhaled ones",
        [ago("LSTERDT", 14, STERFL="Y"), ago("LSTERDT", 15, STERFL="Y")],
        [None, False],
    ),
    ("Chemotherapy, radiotherapy, etc. within 3 weeks before the first dose", [{"PRIORRT": "N"}], [None]),
    (
        "Any investigational drug within 5 half-lives or 4 weeks before the first dose",
        [ago("LINVDT", 10, INVFL="Y"), ago("LINVDT", 100, INVFL="Y")],
        [None, None],
    ),
    (
        "Another malignancy within 5 years",
        [{"OTHMAL": "Y", "OTHMALYR": years} for years in (4.9, 5.0, 5.1)],
        [True, True, False],
    ),
    # permission in a sentence of its own
    (
        "Untreated brain metastases; treated and stable ones may enrol",
        [
            {**BRAIN, "BRAINTRT": "N"},
            {**BRAIN, "BRAINTRT": "N", "E01_A": "Y"},
            {**BRAIN, "BRAINTRT": "N", "E01_A": "N"},
            {**BRAIN, "BRAINTRT": "Y"},
            NONE,
        ],
        [None, True, False, False, False],
    ),
    ("Brain metastases, but stable ones for 4 weeks are permitted", [BRAIN, NONE], [None, None]),
    ("Brain metastases that are not stable", [BRAIN, NONE], [None, False]),
    (
        "Symptomatic and untreated brain metastases",
        [{**BRAIN, "BRAINSYM": "N", "BRAINTRT": "Y"}, {**BRAIN, "BRAINSYM": "Y", "BRAINTRT": "N"}],
        [False, None],
    ),
    # membranes: the soft ones are in the table, the dura is not
    ("Leptomeningeal disease", [LEPTO, NONE], [True, False]),
    ("Meningeal metastases", [LEPTO, NONE], [True, None]),
    ("Brain or meningeal metastases", [BRAIN, LEPTO, NONE], [True, True, None]),
    ("Brain or leptomeningeal metastases", [BRAIN, LEPTO, NONE], [True, True, False]),
    # classes of heart failure
    ("NYHA class III or IV", [{"NYHA": 2}, {"NYHA": 3}, {"NYHA": 4}], [False, True, True]),
    ("NYHA class III", [{"NYHA": 2}, {"NYHA": 3}, {"NYHA": 4}], [False, True, None]),
    ("NYHA class II-III", [{"NYHA": 1}, {"NYHA": 2}, {"NYHA": 3}, {"NYHA": 4}], [False, True, True, None]),
    ("NYHA class II or worse", [{"NYHA": 1}, {"NYHA": 2}, {"NYHA": 4}], [False, True, True]),
    ("NYHA class < II", [{"NYHA": 0}, {"NYHA": 3}], [None, None]),
    # negations and requirements in the wrong list
    ("No prior treatment with PD-1 inhibitors", [{"PRIORCLS": ["NONE"]}], [None]),
    ("No measurable disease", [{"MEASLES": 0}, {"MEASLES": 1}], [None, None]),
    ("Not using contraception", [{"CONTRACP": "N"}], [None]),
    ("Age between 18 and 65 years", [{"AGE": 30}, {"AGE": 70}], [None, None]),
    ("Life expectancy of 3 months or more", [{"LIFEEXP": 2.0}, {"LIFEEXP": 4.0}], [None, None]),
    (
        "Life expectancy < 12 weeks",
        [{"LIFEEXP": 2.75}, {"LIFEEXP": 84 / 30.4375}, {"LIFEEXP": 2.76}],
        [True, False, False],
    ),
    # exceptions
    (
        "Prior treatment with PD-1 inhibitors other than nivolumab",
        [{"PRIORCLS": ["PD-1/PD-L1 INHIBITOR"]}, {"PRIORCLS": ["TAXANE"]}],
        [None, False],
    ),
    ("Autoimmune disease, excluding vitiligo", [{"AUTOIMM": "Y"}, {"AUTOIMM": "N"}], [None, False]),
    (
        "Toxicity of earlier therapy not recovered to grade 1 or lower, other than alopecia",
        [{"TOXGRADE": 1}, {"TOXGRADE": 2}, {"TOXGRADE": 2, "E01_A": "Y"}, {"TOXGRADE": 2, "E01_A": "N"}],
        [False, None, True, False],
    ),
    (
        "Another malignancy other than basal cell carcinoma, unless free of disease for 5 years",
        [{"OTHMAL": "N"}, {"OTHMAL": "Y"}, {"OTHMAL": "Y", "E01_A": "Y"}, {"OTHMAL": "Y", "E01_A": "N"}],
        [False, None, True, False],
    ),
    (
        "Another malignancy within 5 years except basal cell carcinoma",
        [{"OTHMAL": "Y", "OTHMALYR": 2.0, "E01_A": answer} for answer in ("Y", "N")],
        [False, True],
    ),
    (
        "Hepatitis B or C, unless HBV DNA is below 500 IU/mL",
        [{"INFECT": ["HBV"]}, {"INFECT": ["NONE"]}],
        [None, False],
    ),
    # units, limits, sexes
    (
        "ALT or AST above 2.5 × ULN (above 5 × ULN with liver metastases)",
        [
            {**ALT, **NONE, "ALT": 100.0},
            {**ALT, **NONE, "ALT": 101.0},
            {**ALT, **LIVER, "ALT": 200.0},
            {**ALT, **LIVER, "ALT": 201.0},
        ],
        [False, True, False, True],
    ),
    (
        "QTc > 450 ms in men or > 470 ms in women",
        [{"SEX": "M", "QTC": 460.0}, {"SEX": "F", "QTC": 460.0}, {"SEX": "F", "QTC": 471.0}, {"QTC": 460.0}],
        [True, False, True, None],
    ),
    ("Age under 18 years or over 75 years", [{"AGE": age} for age in (17, 18, 75, 76)], [True, False, None, True]),
    (
        "Pregnant or breastfeeding women and men whose partners are pregnant",
        [{"SEX": "F", "PREGNANT": "Y"}, {"SEX": "M"}, {"SEX": "F", "PREGNANT": "N", "LACTATE": "N"}],
        [True, None, None],
    ),
]

INCLUSIONS: list[tuple[str, list[Row], Truths]] = [
    (
        "At least 28 days since the last radiotherapy before the first dose",
        [*(ago("LRTDT", days, PRIORRT="Y") for days in (27, 28)), {"PRIORRT": "N"}],
        [False, True, True],
    ),
    (
        "More than 28 days since the last radiotherapy before the first dose",
        [ago("LRTDT", days, PRIORRT="Y") for days in (28, 29)],
        [False, True],
    ),
    (
        "No radiotherapy within 2 weeks before the first dose",
        [ago("LRTDT", days, PRIORRT="Y") for days in (14, 15)],
        [False, True],
    ),
    (
        "Negative pregnancy test within 7 days before the first dose",
        [ago("PREGTSDT", days, PREGTEST="NEGATIVE") for days in (7, 8, -1)],
        [True, False, False],
    ),
    ("No active infection unless controlled with oral antibiotics", [ACTIVE, CALM], [None, True]),
    ("No brain metastases unless treated and stable", [BRAIN, NONE], [None, True]),
    ("No history of brain metastases", [BRAIN, NONE], [False, None]),
    ("Either ECOG 0-1 or KPS at least 70", [{"ECOG": 2, "KPS": 70}, {"ECOG": 2, "KPS": 60}], [True, False]),
    (
        "Age over 18 but under 75 years",
        [{"AGE": age} for age in (17, 18, 19, 74, 75)],
        [False, None, True, True, False],
    ),
    ("Age 18 to 75 years, gender unrestricted", [{"AGE": 17}, {"AGE": 75}, {"AGE": 76}], [False, True, False]),
    ("Patients of either sex aged 18 or older", [{"AGE": 17}, {"AGE": 18}], [False, True]),
    ("Between the ages 40-70", [{"AGE": 39}, {"AGE": 40}, {"AGE": 71}], [False, True, False]),
    (
        "Life expectancy of at least 12 weeks in the opinion of the investigator",
        [{"LIFEEXP": 2.75}, {"LIFEEXP": 84 / 30.4375}, {"LIFEEXP": 2.76}],
        [False, True, True],
    ),
    (
        "Life expectancy > 12 weeks",
        [{"LIFEEXP": 2.76}, {"LIFEEXP": 84 / 30.4375}, {"LIFEEXP": 2.8}],
        [False, False, True],
    ),
    ("NYHA class I or II", [{"NYHA": 0}, {"NYHA": 1}, {"NYHA": 2}, {"NYHA": 3}], [None, True, True, False]),
    ("No prior systemic therapy for metastatic disease", [{"PRIORLN": 0}, {"PRIORLN": 1}], [True, None]),
    ("At least one prior line of therapy for metastatic disease", [{"PRIORLN": 0}, {"PRIORLN": 1}], [False, None]),
    ("No more than 1 prior line of therapy for metastatic disease", [{"PRIORLN": 1}, {"PRIORLN": 2}], [True, None]),
    ("At least one prior line of therapy for advanced disease", [{"PRIORLN": 0}, {"PRIORLN": 1}], [False, True]),
    (
        "ANC ≥ 1.5 × 10^3/mm3 and platelets ≥ 100 × 10^3/mm3",
        [{"ANC": 1.5, "PLT": 100.0}, {"ANC": 1.4, "PLT": 100.0}, {"ANC": 1.5, "PLT": 99.0}],
        [True, False, False],
    ),
    (
        "Bilirubin no more than 1.5 times the upper limit of normal",
        [{"BILI": 30.0, "BILIULN": 20.0}, {"BILI": 30.1, "BILIULN": 20.0}],
        [True, False],
    ),
    ("INR ≤ 1.5 unless on anticoagulants", [{"INR": 1.5}, {"INR": 1.6}], [True, None]),
]

BY_A_PERSON = [
    ("Patients must not have no measurable disease", "inclusion"),
    ("No patient without measurable disease", "inclusion"),
    ("ECOG 0-1 unless the decline is due to bone pain", "inclusion"),
    ("Men aged 50 or older and women aged 60 or older", "inclusion"),
    ("Men must have haemoglobin ≥ 100 g/L and women ≥ 90 g/L", "inclusion"),
    ("Haemoglobin ≥ 90 g/dL", "inclusion"),
    ("Platelets at least 100", "inclusion"),
    ("Bilirubin not less than 1.5 x ULN", "inclusion"),
    ("Stage IIIB, IIIC or IV other than M1c", "inclusion"),
    ("Contraception until at least 6 months after the last dose of investigational drug", "inclusion"),
    ("Abstinence for at least 6 months after the last dose of an investigational drug before enrolment", "inclusion"),
    ("Unwilling to use contraception for 6 months after the last dose of investigational product", "exclusion"),
    ("Life expectancy of > 3 months in the opinion of the investigator or 6 with treatment", "inclusion"),
    ("Investigational drug more than 4 weeks before the first dose", "exclusion"),
    ("Severe and uncontrolled hypertension", "exclusion"),
    ("Live vaccine within 4 weeks before and after the first dose", "exclusion"),
]


@pytest.mark.parametrize(("text", "rows", "expected"), EXCLUSIONS)
def test_what_excludes(text: str, rows: list[Row], expected: Truths) -> None:
    assert answers(text, *rows, section="exclusion") == expected


@pytest.mark.parametrize(("text", "rows", "expected"), INCLUSIONS)
def test_what_includes(text: str, rows: list[Row], expected: Truths) -> None:
    assert answers(text, *rows) == expected


@pytest.mark.parametrize(("text", "section"), BY_A_PERSON)
def test_what_a_person_judges(text: str, section: str) -> None:
    assert by_person(text, section)


def test_a_permission_is_asked_of_the_whole_criterion() -> None:
    text = "Solid organ transplant. A transplant of the cornea is permitted."
    found = draft(text, "exclusion")
    assert found.signoffs["E01_A"].startswith(text)
    rows = [{"ORGTPL": "Y", "E01_A": "Y"}, {"ORGTPL": "Y", "E01_A": "N"}, {"ORGTPL": "N"}]
    assert answers(text, *rows, section="exclusion") == [True, False, False]


def test_nothing_is_asked_twice() -> None:
    ill, one, same = Compare("ILD", "=", "Y"), Manual("Severe ILD", "a"), Manual("severe ILD.", "b")
    other = Manual("Fever", "a")
    assert united(All((ill, one, same, other))) == All((ill, one, other))
    assert united(Any((All((ill, one)), same))) == one
    assert united(All((Any((ill, one)), same))) == one
    assert united(Any((All((ill, one)), Not(same)))) == Any((All((ill, one)), Not(one)))
    assert list(draft("Severe, uncontrolled or active lung disease", "exclusion").signoffs) == ["E01_A"]
