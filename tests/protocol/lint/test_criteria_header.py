"""The header of the eligibility section against its criteria: ages, sex, healthy volunteers."""

from typing import Any

import pytest

from tests.protocol.lint.criteria_case import answer, criteria, record, words
from topline.protocol.lint.ages import header_days, limits
from topline.protocol.lint.rule import Answer

YEAR = 365.25


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("age ≥ 18 years", 18, None),
        ("aged 18 years or older", 18, None),
        ("at least 18 years of age", 18, None),
        ("age >/= 18", 18, None),
        ("men or women older than 20 years", 20, None),
        ("more than or equal to 18 years old", 18, None),
        ("age must not be less than 18 years", 18, None),
        ("18 to 75 years old", 18, 75),
        ("age between 18 and 75 years", 18, 75),
        ("18-75 years of age, ecog 0-1", 18, 75),
        ("aged 18 years to 75 years (inclusive)", 18, 75),
        ("≥ 18 and≤75 years of age", 18, 75),
        ("age >=18 years and <=75 years", 18, 75),
        ("18 ≤ age ≤ 70 years", 18, 70),
        ("under 70 years of age", None, 70),
        ("age < 70 years, in the second part < 60 years", None, 70),
        ("age up to 70 years", None, 70),
        ("children aged 6 to 36 months", 0.5, 3),
        ("aged 11.5 to 13.5 months", 11.5 / 12, 13.5 / 12),
    ],
)
def test_ages_are_read_as_people_write_them(text: str, least: float | None, most: float | None) -> None:
    found = limits(text)
    assert found.least == (None if least is None else pytest.approx(least * YEAR, abs=0.5))
    assert found.most == (None if most is None else pytest.approx(most * YEAR, abs=0.5))


def test_header_ages_have_units() -> None:
    assert header_days("12 Months") == pytest.approx(header_days("1 Year"))
    assert header_days("2 Weeks") == 14
    assert header_days("30 Minutes") == pytest.approx(1 / 48)
    assert header_days(None) is header_days("N/A") is None


@pytest.mark.parametrize(
    ("line", "header", "finds"),
    [
        ("Age ≥ 20 years", {"minimumAge": "18 Years"}, "admits ages from 20 years; the header says 18 Years"),
        ("Age ≥ 18 years", {"minimumAge": "18 Years"}, ""),
        ("Age > 18 years", {"minimumAge": "18 Years"}, ""),
        ("Over 17 years of age", {"minimumAge": "18 Years"}, ""),
        ("Age > 16 years", {"minimumAge": "18 Years"}, "admits ages over 16 years; the header says 18 Years"),
        (
            "Age 18 to 70 years",
            {"minimumAge": "18 Years", "maximumAge": "75 Years"},
            "up to 70 years; the header says 75",
        ),
        ("Age 18 to 70 years", {"minimumAge": "18 Years", "maximumAge": "70 Years"}, ""),
        ("Age under 70 years", {"maximumAge": "69 Years"}, ""),
        ("Aged 11.5 to 13.5 months", {"minimumAge": "11 Months", "maximumAge": "13 Months"}, "from 11.5 months"),
        ("Age 18 to 75 years", {"minimumAge": "18 Years"}, "up to 75 years; the header says no greatest age"),
        ("Age 18 to 100 years", {"minimumAge": "18 Years"}, ""),
        ("Age ≥ 20 years at diagnosis", {"minimumAge": "18 Years"}, ""),
        ("Women of childbearing age (15 to 49 years)", {"minimumAge": "18 Years"}, ""),
        ("Lansky ≥ 50 for participants < 16 years of age", {"minimumAge": "1 Year"}, ""),
    ],
)
def test_elg_01_ages_of_header_and_criteria(line: str, header: dict[str, Any], finds: str) -> None:
    found = answer("ELG-01", record(criteria(line, "Pregnant"), **header)).findings
    assert bool(found) == bool(finds)
    assert all(finds in " ".join(each.message for each in found) for _ in found)


def test_elg_01_takes_the_widest_of_several_statements() -> None:
    ages = "Age ≥ 9 months and < 30 years\nAge ≥ 12 months and < 30 years"
    assert not words("ELG-01", criteria(ages, "Pregnant"), minimumAge="9 Months", maximumAge="30 Years")
    assert words("ELG-01", criteria(ages, "Pregnant"), minimumAge="12 Months", maximumAge="30 Years")


def test_elg_01_leaves_out_ages_of_a_part_of_the_candidates() -> None:
    cohorts = (
        "Inclusion criteria for cohort A:\n\n* Age ≥ 60 years\n\nInclusion criteria for cohort B:\n\n* Age ≥ 40 years"
    )
    assert not words("ELG-01", f"{cohorts}\n\nExclusion Criteria:\n\n* HIV", minimumAge="18 Years")


def test_elg_01_needs_the_criteria_and_an_age() -> None:
    lost = record(criteria("Age ≥ 20 years"), absent=("eligibilityModule.minimumAge", "eligibilityModule.maximumAge"))
    assert answer("ELG-01", lost).answer is Answer.CANNOT_ASSESS
    assert answer("ELG-01", record("", absent=("eligibilityModule",))).answer is Answer.CANNOT_ASSESS


def test_elg_02_an_upper_limit_that_only_the_header_has() -> None:
    adults = criteria("Age ≥ 18 years", "Pregnant")
    assert words("ELG-02", adults, maximumAge="80 Years") == ["80 Years"]
    assert not words("ELG-02", criteria("Age 18 to 80 years", "Pregnant"), maximumAge="80 Years")
    assert not words("ELG-02", adults, maximumAge="100 Years")  # a way of writing that there is none
    assert not words(
        "ELG-02", criteria("ECOG 0", "Pregnant"), maximumAge="80 Years"
    )  # the criteria leave age to the header
    assert not words("ELG-02", criteria("Age is recorded", "Pregnant"), maximumAge="80 Years")
    assert words("ELG-02", criteria("Age ≥ 18 years\nHaemoglobin ≥ 8.80 g/L", "Pregnant"), maximumAge="80 Years")


def test_elg_25_criteria_for_one_sex_under_a_header_for_all() -> None:
    women = criteria("Women with cancer of the ovary", "Pregnant")
    assert words("ELG-25", women, sex="ALL") == ["Women with cancer of the ovary"]
    assert not words("ELG-25", women, sex="FEMALE")
    assert not words("ELG-25", criteria("Women of childbearing potential use contraception", "HIV"), sex="ALL")
    assert not words("ELG-25", criteria("Women with cancer of the breast, men too", "HIV"), sex="ALL")
    assert words("ELG-25", criteria("Male patients after prostatectomy", "HIV"), sex="FEMALE")
    assert not words("ELG-25", women)


def test_elg_26_healthy_volunteers_with_cancer() -> None:
    patients = criteria("Histologically confirmed gastric cancer", "Pregnant")
    assert answer("ELG-26", record(patients, healthyVolunteers=True)).findings[0].path.endswith("healthyVolunteers")
    assert not words("ELG-26", patients, healthyVolunteers=False)
    assert not words("ELG-26", criteria("Biopsy of the skin", "Cancer"), healthyVolunteers=True)
    controls = criteria("Histologically confirmed gastric cancer\nHealthy controls without cancer", "Pregnant")
    assert not words("ELG-26", controls, healthyVolunteers=True)
    assert not words("ELG-26", patients, healthyVolunteers=True, title="Asthma", conditions=["Asthma"])
    lost = record(patients, absent=("eligibilityModule.healthyVolunteers",))
    assert answer("ELG-26", lost).answer is Answer.CANNOT_ASSESS
