"""Performance status: each threshold and one step to either side."""

import pytest

from tests.protocol.eligibility.worked import answers, by_person, executable


def grades(text: str, section: str = "inclusion") -> list[bool | None]:
    return answers(text, *({"ECOG": grade} for grade in (0, 1, 2, 3, None)), section=section)


@pytest.mark.parametrize(
    "text",
    [
        "ECOG performance status score of 0-2",
        "ECOG 0, 1 or 2",
        "Eastern Cooperative Oncology Group (ECOG) performance status of 0 to 2",
        "ECOG PS ≤ 2",
        "ECOG < 3",
        "Performance status (ECOG) of 2 or less",
        "WHO performance status 0~2",
        "Performance status 0-2 on the ECOG scale",
        "ECOG/WHO performance status of 0-2 at screening",
        "Zubrod performance status 0-2",
    ],
)
def test_an_upper_limit_of_ecog(text: str) -> None:
    assert executable(text)
    assert grades(text) == [True, True, True, False, None]


@pytest.mark.parametrize("text", ["ECOG 0 or 1", "ECOG PS 0-1", "ECOG performance status less than or equal to 1"])
def test_a_lower_upper_limit(text: str) -> None:
    assert grades(text) == [True, True, False, False, None]


def test_a_range_that_does_not_begin_at_zero() -> None:
    assert grades("ECOG 1-2") == [False, True, True, False, None]


@pytest.mark.parametrize("text", ["ECOG ≥ 3", "ECOG > 2", "ECOG performance status of 3 or more"])
def test_an_exclusion_names_the_ill_side(text: str) -> None:
    assert grades(text, "exclusion") == [False, False, False, True, None]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("ECOG ≥ 2", "inclusion"),
        ("ECOG 0-1", "exclusion"),
        ("ECOG = 2", "inclusion"),
        ("ECOG 0 or 2", "inclusion"),
        ("ECOG 0-1, except that patients over 70 years may have ECOG 2", "inclusion"),
        ("ECOG 0-2 for patients in part A", "inclusion"),
        ("Lansky ≥ 50 for children or Karnofsky ≥ 50 for adults", "inclusion"),
        ("Lansky/Karnofsky ≥ 50%", "inclusion"),
        ("WHO grade 2 glioma", "inclusion"),
    ],
)
def test_what_is_ambiguous_is_left_to_a_person(text: str, section: str) -> None:
    assert by_person(text, section)


def test_karnofsky() -> None:
    rows = ({"KPS": 60}, {"KPS": 70}, {"KPS": 80}, {})
    assert answers("Karnofsky performance status (KPS) ≥ 70%", *rows) == [False, True, True, None]
    assert answers("Karnofsky score of 70-100", *rows) == [False, True, True, None]
    assert answers("KPS < 70", *rows, section="exclusion") == [True, False, False, None]
    assert by_person("KPS ≤ 70")


def test_two_scales_must_agree_or_a_person_decides() -> None:
    text = "ECOG performance status < 2 (Karnofsky ≥ 60%)"
    rows = ({"ECOG": 1, "KPS": 60}, {"ECOG": 2, "KPS": 50}, {"ECOG": 2, "KPS": 60}, {"ECOG": 1})
    assert answers(text, *rows) == [True, False, None, None]


def test_either_scale_suffices_when_it_says_or() -> None:
    rows = ({"ECOG": 3, "KPS": 70}, {"ECOG": 2, "KPS": 60}, {"ECOG": 3, "KPS": 60}, {"ECOG": 2})
    assert answers("Karnofsky ≥ 70, or ECOG 0-2", *rows) == [True, True, False, True]
