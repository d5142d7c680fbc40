"""Pregnancy, its test, contraception: who they concern, and each day of the window."""

from datetime import date

import pytest

from tests.protocol.eligibility.worked import answers, by_person, draft, judge

WOMAN = {"SEX": "F", "CHILDPOT": "Y"}
FIRST = date(2026, 3, 10)


@pytest.mark.parametrize(
    "text",
    [
        "Pregnant or lactating women",
        "Women who are pregnant or breastfeeding",
        "Pregnancy or lactation",
        "Pregnant or nursing females",
    ],
)
def test_pregnant_or_lactating(text: str) -> None:
    rows = (
        {"PREGNANT": "Y", "LACTATE": "N"},
        {"PREGNANT": "N", "LACTATE": "Y"},
        {"PREGNANT": "N", "LACTATE": "N"},
        {"PREGNANT": "N"},
    )
    found = draft(text, "exclusion")
    assert judge(found, *rows) == [True, True, False, None]
    assert found.applies == "SEX = 'F'"


def test_not_pregnant_is_a_requirement_of_women() -> None:
    found = draft("Not pregnant or breast-feeding")
    assert judge(found, {"PREGNANT": "N", "LACTATE": "N"}, {"PREGNANT": "N", "LACTATE": "Y"}) == [True, False]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Pregnant women", "inclusion"),
        ("Partners of pregnant women", "exclusion"),
        ("Planning to become pregnant", "exclusion"),
        ("Not pregnant", "exclusion"),
        ("Positive pregnancy test", "exclusion"),
        ("Risk of pregnancy", "exclusion"),
    ],
)
def test_what_is_not_a_present_pregnancy_is_left_to_a_person(text: str, section: str) -> None:
    assert by_person(text, section)


def test_a_pregnancy_excludes_whatever_else_is_said_of_other_women() -> None:
    text = "Pregnant women, or women who plan a pregnancy within a year"
    rows = ({"SEX": "F", "PREGNANT": "Y"}, {"SEX": "F", "PREGNANT": "N"})
    assert answers(text, *rows, section="exclusion") == [True, None]


def test_what_is_said_of_men_beside_pregnancy_still_concerns_men() -> None:
    found = draft("Pregnant women, or men who plan to have children", "exclusion")
    assert found.applies == "TRUE"
    rows = ({"SEX": "F", "PREGNANT": "Y"}, {"SEX": "M"}, {"SEX": "M", "E01_A": "Y"}, {"SEX": "M", "E01_A": "N"})
    assert judge(found, *rows) == [True, None, True, False]


def test_a_part_on_women_does_not_take_the_other_part_from_men() -> None:
    found = draft("Expected survival < 3 months or pregnancy", "exclusion")
    rows = ({"SEX": "M", "LIFEEXP": 1.0}, {"SEX": "M", "LIFEEXP": 9.0}, {"SEX": "F", "LIFEEXP": 9.0, "PREGNANT": "Y"})
    assert found.applies == "TRUE"
    assert judge(found, *rows) == [True, False, True]
    asked = draft("ECOG 0-1 and not pregnant")
    assert judge(asked, {"SEX": "M", "ECOG": 2}, {"SEX": "M", "ECOG": 1}) in (
        [False, True],
        [False, None],
        [None, None],
    )


def test_neither_nor_means_none_of_them() -> None:
    rows = [{"PREGNANT": a, "LACTATE": b} for a, b in ("NN", "YN", "NY", "YY")]
    assert answers("Not pregnant or lactating", *rows) == [True, False, False, False]
    assert answers("Not pregnant and not lactating", *rows)[0] is not False


def test_each_day_of_the_window_of_the_pregnancy_test() -> None:
    text = (
        "Female subjects of childbearing age must undergo a pregnancy test within 3 days before the first dose with a "
        "negative result, and adopt effective contraceptive measures during the study period."
    )
    found = draft(text)
    base = {"PREGTEST": "NEGATIVE", "CONTRACP": "Y", "FDOSEDT": FIRST}
    days = [{**base, "PREGTSDT": date(2026, 3, day)} for day in (6, 7, 10, 11)]
    assert judge(found, *days) == [False, True, True, False]
    same = {**base, "PREGTSDT": FIRST}
    changed = ({**same, "PREGTEST": "POSITIVE"}, {**same, "CONTRACP": "N"}, {**same, "PREGTSDT": None})
    assert judge(found, *changed) == [False, False, None]
    assert judge(found, WOMAN, {"SEX": "M"}, {"SEX": "F", "CHILDPOT": "N"}, {"SEX": "F"}, key="applies") == [
        True,
        False,
        False,
        None,
    ]


def test_a_window_in_weeks_before_randomization() -> None:
    found = draft(
        "Negative serum pregnancy test within 2 weeks prior to randomization for women of childbearing potential"
    )
    days = [
        {"PREGTEST": "NEGATIVE", "RANDDT": date(2026, 3, 20), "PREGTSDT": date(2026, 3, day)} for day in (5, 6, 20, 21)
    ]
    assert judge(found, *days) == [False, True, True, False]
    assert found.applies == "SEX = 'F' AND CHILDPOT = 'Y'"


def test_contraception_of_everybody_and_of_men() -> None:
    rows = ({"CONTRACP": "Y"}, {"CONTRACP": "N"}, {})
    for text in (
        "Agree to use effective contraception",
        "Willing to use an adequate method of contraception during the study",
    ):
        assert answers(text, *rows) == [True, False, None]
    men = draft("Male patients must agree to use effective contraception")
    assert men.applies == "SEX = 'M'"
    assert judge(men, *rows) == [True, False, None]


def test_refused_contraception_excludes() -> None:
    rows = ({"CONTRACP": "N"}, {"CONTRACP": "Y"})
    assert answers("Unwilling to use effective contraception", *rows, section="exclusion") == [True, False]


def test_sentences_on_different_people_hold_for_their_own() -> None:
    text = "Women of childbearing potential must have a negative pregnancy test. Men must agree to use contraception."
    rows = (
        {"SEX": "M", "CONTRACP": "Y"},
        {"SEX": "M", "CONTRACP": "N"},
        {**WOMAN, "PREGTEST": "NEGATIVE"},
        {**WOMAN, "PREGTEST": "POSITIVE"},
    )
    assert answers(text, *rows) == [True, False, True, False]
