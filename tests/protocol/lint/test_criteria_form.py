"""How criteria are written: sections, polarity, numbering, repetition. Each rule on its case and beside it."""

import pytest

from tests.protocol.lint.criteria_case import answer, criteria, record, words
from topline.protocol.lint.rule import Answer

LONG = "Heart disease and lung disease or kidney disease; " + "of any kind and of any degree " * 13


def test_elg_03_sections_that_cannot_be_told_apart() -> None:
    assert words("ELG-03", "* Cancer\n* Not pregnant")[0].startswith("no list of inclusion or exclusion criteria")
    assert words("ELG-03", criteria("Cancer"))[0].startswith("no list of exclusion criteria")
    assert not words("ELG-03", criteria("Cancer", "Pregnant"))
    assert answer("ELG-03", record("")).answer is Answer.SILENT


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("No prior chemotherapy", True),
        ("Without known brain metastases", True),
        ("No contraindication to the drug", True),
        ("Patients must not be pregnant", True),
        ("Adequate liver function", True),
        ("Patients must have a measurable lesion", True),
        ("No informed consent", False),  # this excludes, as it says
        ("Without a measurable lesion", False),
        ("Not able to swallow", False),
        ("Prior chemotherapy", False),
        ("Drugs that must be stopped", False),
        ("Inadequate liver function", False),
        ("Nodal disease", False),
    ],
)
def test_elg_04_exclusions_that_say_the_opposite(line: str, fires: bool) -> None:
    assert bool(words("ELG-04", criteria("Cancer", line))) == fires


def test_elg_04_lets_inclusion_criteria_be_negations() -> None:
    assert not words("ELG-04", criteria("No prior chemotherapy\nPatients must be adults", "Pregnant"))


def test_elg_18_numbers_with_a_gap() -> None:
    assert words("ELG-18", "Inclusion Criteria:\n\n1. Age\n2. Sex\n4. ECOG\n\nExclusion Criteria:\n\n1. HIV") == [
        "ECOG"
    ]
    assert words("ELG-18", "Inclusion Criteria:\n\n1. Age\n2. Sex\n2. ECOG\n\nExclusion Criteria:\n\n1. HIV") == [
        "ECOG"
    ]
    assert not words(
        "ELG-18", "Inclusion Criteria:\n\n1. Age\n2. Sex\n3. ECOG\n\nExclusion Criteria:\n\n1. HIV\n2. HCV"
    )
    assert not words("ELG-18", criteria("Age\nSex", "HIV"))
    cohorts = "Inclusion criteria for cohort A:\n\n1. Age\n2. Sex\n\nInclusion criteria for cohort B:\n\n4. Age"
    assert not words("ELG-18", f"{cohorts}\n\nExclusion Criteria:\n\n1. HIV")


def test_elg_19_the_same_words_on_both_sides() -> None:
    same = "Prior treatment with a taxane"
    assert words("ELG-19", criteria(f"Cancer\n{same}.", same)) == [same]
    assert not words("ELG-19", criteria(f"Cancer\n{same}.", f"{same} or a platinum"))
    assert not words("ELG-19", criteria("Any of these", "Any of these"))  # a mere heading


def test_elg_28_long_criteria_of_several_conditions() -> None:
    assert len(LONG) > 400
    assert len(words("ELG-28", criteria("Cancer", LONG))) == 1
    assert not words("ELG-28", criteria("Cancer", LONG[:399]))
    assert not words("ELG-28", criteria("Cancer", "Heart disease " * 40))
    divided = criteria("Cancer", "Any of these") + "\n  * " + LONG
    assert not words("ELG-28", divided)


def test_elg_30_a_number_of_patients_is_no_criterion() -> None:
    assert words("ELG-30", criteria("Cancer\nA total of 60 patients will be enrolled", "HIV")) == [
        "60 patients will be enrolled"
    ]
    assert words("ELG-30", criteria("Sample size: 60", "HIV")) == ["Sample size"]
    assert not words("ELG-30", criteria("Patients will be enrolled after consent", "HIV"))
    assert not words("ELG-30", criteria("In 60 patients biopsies were taken", "HIV"))


def test_elg_31_a_criterion_that_stands_twice() -> None:
    assert words("ELG-31", criteria("Cancer of the stomach\nECOG 0\nCancer of the stomach.", "HIV")) == [
        "Cancer of the stomach."
    ]
    assert not words("ELG-31", criteria("Cancer of the stomach\nCancer of the colon", "HIV"))
    assert not words("ELG-31", criteria("Cancer of the stomach", "Cancer of the stomach"))  # ELG-19
    cohorts = "\n\n".join(f"Inclusion criteria for cohort {name}:\n\n* Cancer of the stomach" for name in "AB")
    assert not words("ELG-31", f"{cohorts}\n\nExclusion Criteria:\n\n* HIV")


@pytest.mark.parametrize(
    ("line", "finds"),
    [
        ("Haemoglobin ≥ ≥90 g/L", ["≥ ≥"]),
        ("Haemoglobin > < 90 g/L", ["> <"]),
        ("Haemoglobin >= >= 90 g/L", [">= >="]),
        ("Haemoglobin > = 90 g/L", []),
        ("Haemoglobin ≥ 90 g/L and ≤ 160 g/L", []),
    ],
)
def test_elg_32_two_signs(line: str, finds: list[str]) -> None:
    assert words("ELG-32", criteria(line, "HIV")) == finds
