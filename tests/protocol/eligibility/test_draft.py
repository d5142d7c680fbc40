"""Drafts: numbering, nothing left out, the sixteen criteria of the second seed."""

from pathlib import Path

import pytest

from tests.protocol.eligibility.worked import judge
from topline.errors import ToplineError
from topline.protocol.eligibility.coverage import coverage
from topline.protocol.eligibility.criterion import CriterionState, Eligibility
from topline.protocol.eligibility.draft import draft_criteria


def test_drafts_are_numbered_and_unconfirmed() -> None:
    drafts = draft_criteria("Inclusion:\n1. ECOG 0-1\n2. Dogs\nExclusion:\n1. Pregnant women")
    assert [one.id for one in drafts.criteria] == ["I01", "I02", "E01"]
    assert {one.state for one in drafts.criteria} == {CriterionState.DRAFT}


def test_items_of_no_section_are_judged_by_a_person() -> None:
    (first,) = draft_criteria("* ECOG 0-1").inclusion
    assert first.condition == "I01_A = 'Y'"
    assert "does not say" in first.signoffs["I01_A"]


def test_more_than_ninety_nine_criteria_stand_together_in_the_last() -> None:
    text = "Exclusion Criteria:\n" + "\n".join(f"* Dog {number}" for number in range(120))
    found = draft_criteria(text).exclusion
    assert len(found) == 99
    assert all(f"Dog {number}" in "\n".join(one.text for one in found) for number in range(120))
    assert found[-1].condition == "E99_A = 'Y'"


def test_a_criterion_too_long_for_a_study_file_is_continued() -> None:
    found = draft_criteria("Inclusion Criteria:\n* " + "dog " * 6000).inclusion
    assert [len(one.text) <= 10_000 for one in found] == [True, True, True]
    assert sum(one.text.count("dog") + one.text.count("do ") for one in found) >= 5999


def test_a_text_that_no_study_file_holds_is_refused() -> None:
    with pytest.raises(ToplineError, match="TL-E01"):
        draft_criteria("Inclusion Criteria:\n* " + "dog " * 300_000)


def test_coverage_counts_every_character() -> None:
    text = "Inclusion Criteria:\n* ECOG 0-1 and dogs\nExclusion Criteria:\n* Pregnant women"
    found = coverage(text)
    solid = sum(not sign.isspace() for sign in text)
    assert sum(found.characters.values()) == solid - 2  # two markers
    assert found.items == {"partly": 1, "executable": 1}
    assert found.characters["atom"] == len("ECOG0-1") + len("Pregnantwomen")
    assert found.characters["manual"] == len("dogs")


@pytest.fixture(scope="module")
def seed(shared: Path) -> Eligibility:
    text = next((shared / "seeds").glob("003_*.txt")).read_text(encoding="utf-8")
    return draft_criteria(text[text.index("Inclusion criteria") : text.index("Trial design")])


def test_the_sixteen_criteria_of_the_second_seed(seed: Eligibility) -> None:
    assert [len(seed.inclusion), len(seed.exclusion)] == [8, 8]
    executable = {one.id for one in seed.criteria if not one.signoffs}
    assert {"I01", "I03", "I04", "I06", "I08", "E04", "E05", "E07"} <= executable
    manual = {one.id for one in seed.criteria if one.condition == f"{one.id}_A = 'Y'"}
    assert manual <= {"E08", "I07", "E01", "E02", "E06"}
    assert all(text.strip() for one in seed.criteria for text in one.signoffs.values())


@pytest.mark.parametrize(
    ("number", "rows", "expected"),
    [
        ("I03", [{"EVALLES": 0}, {"EVALLES": 1}, {}], [False, True, None]),
        ("I04", [{"ECOG": 2}, {"ECOG": 3}, {}], [True, False, None]),
        ("I06", [{"AGE": 17}, {"AGE": 18}, {}], [False, True, None]),
        ("E04", [{"LIFEEXP": 2.9}, {"LIFEEXP": 3.0}, {}], [True, False, None]),
        (
            "E07",
            [{"PREGNANT": "N", "LACTATE": "Y"}, {"PREGNANT": "N", "LACTATE": "N"}, {"PREGNANT": "N"}],
            [True, False, None],
        ),
        ("E08", [{"E08_A": "Y"}, {"E08_A": "N"}, {}], [True, False, None]),
    ],
)
def test_the_thresholds_of_the_second_seed(
    seed: Eligibility, number: str, rows: list[dict[str, object]], expected: list[bool | None]
) -> None:
    (criterion,) = (one for one in seed.criteria if one.id == number)
    assert judge(criterion, *rows) == expected
