"""Consent, contraception, viral infections, expected survival, discretion: each rule on its case and beside it."""

import pytest

from tests.protocol.lint.criteria_case import answer, criteria, record, words
from topline.protocol.lint.rule import Answer


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("Other conditions that the investigator considers unsuitable", True),
        ("Any reason that in the opinion of the doctor makes taking part unsafe", True),
        ("Any condition that may compromise safety as judged by the investigator", True),
        ("Unsuitable for surgery in the judgement of the surgeon", False),
        ("Heart disease that the investigator has documented", False),
        ("Uncontrolled hypertension", False),
    ],
)
def test_elg_06_discretion_without_bounds(line: str, fires: bool) -> None:
    assert bool(words("ELG-06", criteria("Cancer", line))) == fires


def test_elg_06_is_about_exclusions() -> None:
    assert not words("ELG-06", criteria("Any other condition that the investigator considers fit", "Pregnant"))


@pytest.mark.parametrize(
    ("inclusion", "exclusion", "fires"),
    [
        ("Life expectancy ≥ 12 weeks", "Expected survival of less than 6 months", True),
        ("Life expectancy ≥ 12 weeks", "Expected survival < 3 months", False),
        ("Life expectancy of at least 3 months", "Pregnant", False),
        ("Life expectancy of at least three months\nEstimated survival time over 6 months", "Pregnant", True),
    ],
)
def test_elg_12_two_expectations_of_life(inclusion: str, exclusion: str, fires: bool) -> None:
    assert bool(words("ELG-12", criteria(inclusion, exclusion))) == fires


@pytest.mark.parametrize(
    ("line", "finds"),
    [
        ("Known HIV infection", ["HIV"]),
        ("Active hepatitis B or C", ["hepatitis B"]),
        ("HBV DNA above 2000 IU/mL", []),
        ("Positive HIV antibody", []),
        ("Use of HIV protease inhibitors", []),
        ("Hepatitis after alcohol", []),
    ],
)
def test_elg_14_a_virus_without_assay(line: str, finds: list[str]) -> None:
    assert words("ELG-14", criteria("Cancer", line)) == finds


def test_elg_14_judges_each_exclusion_by_its_own_words() -> None:
    assert words("ELG-14", criteria("Cancer", "HBV DNA above 2000 IU/mL\nKnown HIV infection")) == ["HIV"]
    assert not words("ELG-14", criteria("Known HIV infection is allowed", "Pregnant"))


@pytest.mark.parametrize(
    ("lines", "fires"),
    [
        ("Effective contraception during the study", True),
        ("Effective contraception during the study and for 6 months after the last dose", False),
        ("Effective contraception until 90 days after treatment", False),
        ("Contraception is used\nBirth control continues for three months following the last dose", False),
        ("Not pregnant", False),
    ],
)
def test_elg_15_contraception_without_end(lines: str, fires: bool) -> None:
    assert bool(words("ELG-15", criteria(lines, "Pregnant"))) == fires


def test_elg_17_consent() -> None:
    assert words("ELG-17", criteria("Cancer", "Pregnant")) == ["no criterion asks for informed consent"]
    assert not words("ELG-17", criteria("Cancer\nWritten informed consent", "Pregnant"))
    assert answer("ELG-17", record("")).answer is Answer.SILENT  # without any criteria there is nothing to judge
    assert answer("ELG-17", record("", absent=("eligibilityModule",))).answer is Answer.CANNOT_ASSESS
