"""What a check sees of a record: texts in lower case with their places, what they hold, what is missing."""

from dataclasses import replace

import pytest

from tests.protocol.lint.made import CRITERIA, DETAIL, DRUGS, OFFICIAL, SUMMARY, TITLE, TODAY, outcome, record
from topline.protocol.lint.subject import Subject, Unassessable

PHASES = "designModule.phases"


def subject(changes: dict[str, object] | None = None, *absent: str) -> Subject:
    return Subject(record(changes, frozenset(absent)), TODAY)


def test_the_passages_are_the_texts_in_order() -> None:
    paths = [passage.path for passage in subject().passages]
    assert paths[:4] == [TITLE, OFFICIAL, SUMMARY, DETAIL]
    assert paths[-1] == CRITERIA
    assert "outcomesModule.secondaryOutcomes.2.timeFrame" in paths
    assert all(subject().record.value(path) for path in paths)


def test_passages_that_hold_words_are_found_by_their_beginnings() -> None:
    seen = subject({TITLE: "RECIST", SUMMARY: "no", CRITERIA: "By RECIST, by recist"})
    assert next(passage.path for passage in seen.holding("recist")) == TITLE
    assert [passage.path for passage in seen.holding("recist")][-1] == CRITERIA
    assert seen.holding("nobody", "writes", "this") == ()
    every = [passage for passage in seen.passages if "e" in passage.low or "x" in passage.low]
    assert list(seen.holding("x", "e")) == every


def test_a_value_is_computed_once() -> None:
    asked: list[Subject] = []
    seen = subject()

    def count(one: Subject) -> int:
        asked.append(one)
        return len(asked)

    assert [seen.once(count), seen.once(count)] == [1, 1]


@pytest.mark.parametrize(
    ("words", "second"),
    [("a phase II trial", True), ("a phase 2 trial", True), ("a phase III trial", False), ("a later phase", False)],
)
def test_without_the_field_the_phase_is_what_the_text_says(words: str, second: bool) -> None:
    assert subject({PHASES: None, SUMMARY: words, OFFICIAL: None}, "designModule.phases").phase_two is second


def test_an_empty_field_is_no_phase_two() -> None:
    assert subject({PHASES: []}).phase_two is False
    assert subject({PHASES: ["PHASE2", "PHASE3"]}).phase_two is True


def test_the_start_decides_what_was_current_before_the_submission_does() -> None:
    start = "statusModule.startDateStruct"
    assert str(subject().era.first) == "2024-03-04"  # type: ignore[union-attr]
    assert str(subject({start: None}).era.first) == "2024-02-01"  # type: ignore[union-attr]
    assert subject({"statusModule": {}}).era is None


def test_what_is_missing_follows_alternatives_and_modules() -> None:
    seen = subject({"statusModule": {}}, "statusModule")
    needs = ("statusModule.overallStatus|designModule.phases", "statusModule.overallStatus", SUMMARY)
    assert seen.missing(needs) == ("statusModule.overallStatus",)


def test_a_value_that_was_read_is_in_the_source_whatever_the_form() -> None:
    assert subject({}, "descriptionModule").in_source(SUMMARY)


def test_nowhere_names_what_the_source_leaves_out() -> None:
    assert subject().nowhere == "nowhere in the record"
    seen = subject({"eligibilityModule": {}, DRUGS: [{"name": "X"}]}, "eligibilityModule", f"{DRUGS}.0.description")
    assert seen.nowhere == "nowhere in this source, which has no descriptions of treatments, no criteria"


def test_a_record_is_about_cancer_by_titles_conditions_and_keywords() -> None:
    none = {"conditionsModule": {"conditions": ["Asthma"]}, TITLE: "Madeupinib", OFFICIAL: None}
    assert subject().oncology
    assert not subject(none).oncology
    assert subject(none | {"conditionsModule": {"keywords": ["Lymphoma"]}}).oncology


def test_an_outcome_is_one_text_of_three() -> None:
    seen = subject({"outcomesModule.primaryOutcomes": [outcome("ORR", None, "2 Years")]})
    assert seen.primary[0].low == "orr\n\n2 years"
    assert not seen.primary[0].description
    assert replace(seen, day=TODAY).primary[0].reach is not None


def test_a_phase_that_nobody_tells_is_an_open_question() -> None:
    seen = subject({PHASES: None, OFFICIAL: None}, "designModule.phases")
    with pytest.raises(Unassessable, match="the phase is not in this source"):
        _ = seen.phase_two


def test_what_may_stand_in_unseen_criteria_is_an_open_question() -> None:
    assert subject().absence("a scale") == "a scale is given nowhere in the record"
    with pytest.raises(Unassessable, match="a scale may stand in the criteria, which are not in this source"):
        subject({CRITERIA: None}, CRITERIA).absence("a scale")
