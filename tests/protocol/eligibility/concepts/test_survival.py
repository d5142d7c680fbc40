"""Expected survival: units, thresholds, direction."""

import pytest

from tests.protocol.eligibility.worked import answers, by_person


def months(text: str, *values: float | None, section: str = "inclusion") -> list[bool | None]:
    return answers(text, *({"LIFEEXP": value} for value in values), section=section)


@pytest.mark.parametrize(
    "text",
    [
        "Life expectancy ≥ 3 months",
        "Estimated life expectancy of at least 3 months",
        "Expected survival of 3 months or more",
    ],
)
def test_at_least_three_months(text: str) -> None:
    assert months(text, 2.9, 3, 3.1, None) == [False, True, True, None]


def test_more_than_three_months() -> None:
    assert months("Life expectancy > 3 months", 3, 3.1) == [False, True]


def test_twelve_weeks_are_a_little_less_than_three_months() -> None:
    assert months("Life expectancy of more than or equal to 12 weeks", 2.75, 2.76) == [False, True]
    assert months("Anticipated survival ≥ 90 days", 2.95, 2.96) == [False, True]
    assert months("Life expectancy of at least 1 year", 11.9, 12) == [False, True]


def test_an_exclusion_names_the_short_side() -> None:
    assert months("Patients with an expected survival period of < 3 months", 2.9, 3, section="exclusion") == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Life expectancy < 3 months", "inclusion"),
        ("Life expectancy ≥ 3 months", "exclusion"),
        ("Life expectancy of 3 months", "inclusion"),
        ("Life expectancy = 3 months", "inclusion"),
        ("Life expectancy not severely limited by other illness", "inclusion"),
    ],
)
def test_what_is_ambiguous_is_left_to_a_person(text: str, section: str) -> None:
    assert by_person(text, section)
