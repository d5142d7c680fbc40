"""Age and sex: each threshold, one step to either side, and what only looks like an age."""

import pytest

from tests.protocol.eligibility.worked import answers, by_person, draft, executable


def ages(text: str, *years: float | None, section: str = "inclusion") -> list[bool | None]:
    return answers(text, *({"AGE": age} for age in years), section=section)


@pytest.mark.parametrize(
    "text",
    [
        "Age >= 18 years",
        "age ≥18",
        "Aged 18 years or older",
        "At least 18 years of age",
        "Patients must be 18 years and older",
        "Participants ≥ 18 years old at the time of signing informed consent",
        "Age at entry at least 18 years",
        "no younger than 18 years of age",
        "Men and women, 18 years of age or older",
        "At least age of 18 years at screening;",
    ],
)
def test_a_lower_limit_of_age(text: str) -> None:
    assert executable(text)
    assert ages(text, 17, 18, 19, None) == [False, True, True, None]


@pytest.mark.parametrize(
    "text",
    [
        "Age 18 to 75 years",
        "aged 18-75",
        "Between 18 and 75 years of age",
        "Age between 18 and 75 years old (inclusive)",
        "≥ 18 and ≤ 75 years of age",
        "18 ≤ age ≤ 75",
        "Age range: 18~75 years old, male or female",
        "Age ≥ 18 years and ≤ 75 years",
    ],
)
def test_a_range_of_ages_includes_both_ends(text: str) -> None:
    assert executable(text)
    assert ages(text, 17, 18, 75, 76, None) == [False, True, True, False, None]


def test_younger_than_excludes_the_limit() -> None:
    assert ages("Age < 75 years", 74, 75) == [True, False]
    assert ages("Patients under 18 years of age", 17, 18, section="exclusion") == [True, False]
    assert ages("Age > 80 years", 79, 81, section="exclusion") == [False, True]


def test_over_eighteen_leaves_those_who_are_eighteen_to_a_person() -> None:
    found = draft("Patients older than 18 years")
    assert answers("Patients older than 18 years", {"AGE": 17}, {"AGE": 18}, {"AGE": 19}) == [False, None, True]
    assert list(found.signoffs) == ["I01_A"]


def test_months_are_never_compared_with_whole_years_as_if_they_were() -> None:
    assert ages("Age ≥ 6 months", 0, 1) == [None, True]
    assert ages("Aged 31 days to 30 years", 0, 1, 30, 31) == [None, True, True, False]


def test_an_adult_is_eighteen_or_twenty_one_depending_on_the_country() -> None:
    assert ages("Adult patients", 17, 18, 20, 21) == [False, None, None, True]


@pytest.mark.parametrize(
    "text",
    [
        "Aged 18 years or over at first diagnosis",
        "Age at diagnosis ≥ 18 years",
        "Disease-free for at least 5 years",
        "At least 2 years of androgen ablation",
        "For patients ≥ 65 years of age, a geriatric assessment",
        "Onset of symptoms at 40 years of age or older",
        "Age = 18 years",
        "Age ≥ 18 years or ≤ 75 years",
        "Women ≥ 50 years of age must have a mammogram",
    ],
)
def test_what_is_not_the_present_age_of_everybody_is_left_to_a_person(text: str) -> None:
    assert by_person(text)


@pytest.mark.parametrize("text", ["Age 18 to 75 years", "Age ≥ 18 years"])
def test_an_exclusion_that_names_the_ages_of_the_trial_is_left_to_a_person(text: str) -> None:
    assert by_person(text, "exclusion")


def test_one_sex_is_asked_for_only_where_nothing_but_age_is_said() -> None:
    rows = ({"SEX": "F", "AGE": 30}, {"SEX": "M", "AGE": 30}, {"SEX": "F", "AGE": 17}, {"AGE": 30})
    assert answers("Women aged 18 years or older", *rows) == [True, False, False, None]
    assert answers("Female", {"SEX": "F"}, {"SEX": "M"}) == [True, False]
    assert by_person("Male patients with a PSA of at least 4")


def test_both_sexes_ask_for_nothing() -> None:
    assert draft("Both sexes").condition == "TRUE"
    assert by_person("Men aged ≥ 40 years; women aged ≥ 50 years")


def test_healthy_volunteers() -> None:
    rows = ({"HEALTHY": "Y"}, {"HEALTHY": "N"}, {})
    assert answers("Healthy volunteers", *rows, section="exclusion") == [True, False, None]


def test_an_exclusion_of_both_ends() -> None:
    assert ages("Age < 18 or > 75 years", 17, 18, 75, 76, section="exclusion") == [True, False, None, True]
    assert ages("Age < 18 years or ≥ 76 years", 17, 18, 75, 76, section="exclusion") == [True, False, False, True]
