"""The engine: every rule answers once, a check runs only when it can, and nothing swallows a fault."""

from collections.abc import Iterator

import pytest

from tests.protocol.lint import (
    test_date_rules,
    test_design_rules,
    test_encoding_rules,
    test_estimand_rules,
    test_outcome_rules,
    test_safety_rules,
)
from tests.protocol.lint.made import CRITERIA, FIRST, SECOND, TITLE, TODAY, answer, outcome, record
from topline.errors import ToplineError
from topline.protocol.lint import run
from topline.protocol.lint.rule import Answer, Hit, Rule, rules
from topline.protocol.lint.run import assess, checks, lint_record
from topline.protocol.lint.subject import Subject, Unassessable
from topline.protocol.record.content import Content
from topline.protocol.record.record import Form, Record

MODULES = (
    *(test_date_rules, test_design_rules, test_encoding_rules, test_estimand_rules, test_outcome_rules),
    test_safety_rules,
)
CASES = tuple(case for module in MODULES for case in module.CASES)
OURS = tuple(name for name in rules() if name[:3] in {"DAT", "DES", "ENC", "OUT", "QOL", "SAF"})
NEEDS = [(name, need) for name in OURS for need in rules()[name].needs]
TALK = "OUT-07"


def test_every_rule_answers_once_in_order() -> None:
    said = [assessment.rule.id for assessment in lint_record(record(), TODAY)]
    assert said == list(checks())
    assert set(OURS) <= set(said)


def test_the_sound_record_is_silent() -> None:
    said = {assessment.rule.id: assessment for assessment in lint_record(record(), TODAY)}
    assert {name: said[name].findings for name in OURS if said[name].answer is not Answer.SILENT} == {}


@pytest.mark.parametrize("name", OURS)
def test_every_rule_has_a_check_and_cases_on_both_sides(name: str) -> None:
    sides = {case.words is None for case in CASES if case.rule == name}
    assert name in checks()
    assert sides == {True, False}


@pytest.mark.parametrize("need", sorted({path for _, need in NEEDS for path in need.split("|")}))
def test_a_need_names_a_field_that_can_be_missing(need: str) -> None:
    nothing = Record(Form.API, "", Content(), {}, frozenset({need.partition(".")[0]}))
    assert not Subject(nothing, TODAY).in_source(need)
    assert Subject(record(), TODAY).in_source(need)


@pytest.mark.parametrize(("name", "need"), NEEDS)
def test_a_check_runs_only_when_what_it_needs_is_in_the_source(name: str, need: str) -> None:
    paths = need.split("|")
    made = record(dict.fromkeys(paths), frozenset(paths))

    def never(subject: Subject) -> Iterator[Hit]:
        raise AssertionError(name)

    said = assess(name, never, Subject(made, TODAY))
    assert said.answer is Answer.CANNOT_ASSESS
    assert said.reason.startswith("not in source: ")


def test_an_empty_field_of_a_form_that_could_hold_it_is_assessed() -> None:
    assert answer("OUT-24", record({FIRST: None})).answer is Answer.FIRES


def test_one_of_two_alternatives_is_enough() -> None:
    detail = "descriptionModule.detailedDescription"
    made = record({detail: None}, frozenset({detail}))
    assert answer("DES-13", made).answer is Answer.FIRES


def test_accepted_findings_stay_with_their_reason() -> None:
    made = record({FIRST: [outcome("CRP", None)]})
    said = {each.rule.id: each for each in lint_record(made, TODAY, {TALK: "the protocol defines it"})}
    assert said[TALK].answer is Answer.FIRES
    assert said[TALK].accepted == "the protocol defines it"
    assert [finding.words for finding in said[TALK].findings] == ["CRP"]
    assert said["OUT-24"].accepted == ""


def test_accepting_a_rule_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ToplineError, match=r"OUT-7, XYZ-01 is no lint rule") as caught:
        lint_record(record(), TODAY, {"OUT-7": "typing", "XYZ-01": "typing", TALK: "known"})
    assert caught.value.code == "TL-I10"


def test_a_fault_in_a_check_goes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(subject: Subject) -> Iterator[Hit]:
        raise IndexError("a fault")

    monkeypatch.setattr(run, "checks", lambda: {TALK: broken})
    with pytest.raises(IndexError):
        lint_record(record(), TODAY)


def test_an_open_question_is_an_answer() -> None:
    def undecided(subject: Subject) -> Iterator[Hit]:
        yield Hit(TITLE, "a first hit does not decide")
        raise Unassessable("two readings are possible")

    said = assess(TALK, undecided, Subject(record(), TODAY))
    assert (said.answer, said.reason, said.findings) == (Answer.CANNOT_ASSESS, "two readings are possible", ())


def test_a_finding_quotes_its_piece_and_knows_its_place() -> None:
    made = record({CRITERIA: "Age over 17. Platelets = 90 x 10^9/L"})
    [finding] = answer("ENC-01", made).findings
    assert finding.span is not None
    assert made.text[finding.span.start : finding.span.end] == finding.words == "Platelets = 90 x"


def test_a_finding_about_a_whole_field_quotes_all_of_it_and_one_about_a_missing_field_nothing() -> None:
    made = record({FIRST: [outcome("CRP", None)], SECOND: []})
    assert answer(TALK, made).findings[0].words == "CRP"
    [finding] = answer("OUT-20", record({SECOND: []})).findings
    assert (finding.words, finding.span) == ("", None)


def test_rules_are_data_with_words_for_the_user() -> None:
    for rule in (rules()[name] for name in OURS):
        assert isinstance(rule, Rule)
        assert 10 < len(rule.title) < 90
        assert rule.authority
        assert rule.fix
        assert not rule.title.endswith(".")
        assert not rule.fix.endswith(".")
