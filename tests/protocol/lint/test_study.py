"""Rules about an executable study: each fires on a worked case and is silent on its nearest neighbour."""

from typing import Any

import pytest

from tests.protocol.lint.study_case import SINGLE_STAGE, TWO_STAGE, answer, changed, paths, study_text, without
from topline.exchange.study_file import read_study
from topline.protocol.lint.rule import Answer, rules
from topline.protocol.lint.study import lint_study
from topline.protocol.source import parse_protocol

Changes = dict[str, Any]
NOT_ANALYSED = {"type": "not analysed", "reason": "no software"}
POLICY = {"event": "New anti-cancer therapy", "strategy": "treatment policy", "handling": "x"}
HYPOTHETICAL = {**POLICY, "strategy": "hypothetical"}
GAP = {"event": "Two missed scans", "strategy": "hypothetical", "handling": "x"}
RULED = {"name": "own", "new_therapy": "ignore", "missed_assessments": 2}
SECOND_ARM = {
    "code": "B",
    "label": {"en": "B", "zh": "B"},
    "interventions": [{"name": "B", "label": {"en": "B", "zh": "B"}, "dose": 1, "unit": "mg"}],
}
PFS_EVENTS = "endpoints.PFS.estimand.intercurrent_events"

# rule, changes that make it fire, the path of the finding, the nearest change that leaves it silent
CASES: list[tuple[str, Changes, str, Changes]] = [
    (
        "STU-01",
        {"endpoints.OS.analysis.landmarks_months": [6, 101]},
        "endpoints.OS.analysis.landmarks_months",
        {"endpoints.OS.analysis.landmarks_months": [6, 100]},
    ),
    ("STU-01", {"landmark.day": 3045}, "landmark.day", {"landmark.day": 3044}),
    ("STU-02", {"landmark.window_days": 20}, "landmark.day", {"landmark.window_days": 21}),
    ("STU-02", {"landmark.day": 56}, "landmark.day", {"landmark.day": 57}),
    (
        "STU-03",
        {"endpoints.PFS.analysis.landmarks_months": [2.8], "endpoints.TTP.analysis.landmarks_months": [6]},
        "endpoints.PFS.analysis.landmarks_months",
        {"endpoints.PFS.analysis.landmarks_months": [2.7], "endpoints.TTP.analysis.landmarks_months": [6]},
    ),
    ("STU-04", {"schedule.window_days": 28}, "schedule.scans.0.every_weeks", {"schedule.window_days": 27}),
    (
        "STU-05",
        {"schedule.scans": [{"every_weeks": 8, "until_week": 7}, {"every_weeks": 12}]},
        "schedule.scans.0.until_week",
        {"schedule.scans": [{"every_weeks": 8, "until_week": 8}, {"every_weeks": 12}]},
    ),
    (
        "STU-05",
        {"schedule.scans": [{"every_weeks": 8, "until_week": 432}, {"every_weeks": 12}]},
        "schedule.scans.1.every_weeks",
        {"schedule.scans": [{"every_weeks": 8, "until_week": 416}, {"every_weeks": 12}]},
    ),
    (
        "STU-06",
        {"criteria.response.stable_minimum_days": 50},
        "criteria.response.stable_minimum_days",
        {"criteria.response.stable_minimum_days": 49},
    ),
    (
        "STU-07",
        {"criteria.response.stable_minimum_days": 0},
        "criteria.response.stable_minimum_days",
        {"criteria.response.stable_minimum_days": 1},
    ),
    (
        "STU-08",
        {"criteria.response.confirmation_days": 43},
        "criteria.response.confirmation_days",
        {"criteria.response.confirmation_days": 42},
    ),
    (
        "STU-09",
        {"schedule.maximum_months": 3.6, "endpoints.PFS.analysis.censoring": "FDA table A"},
        "endpoints.PFS.analysis.censoring",
        {"schedule.maximum_months": 3.7, "endpoints.PFS.analysis.censoring": "FDA table A"},
    ),
    ("STU-10", {"schedule.cycle_days": 21}, "schedule.scans.0.every_weeks", {"schedule.cycle_days": 14}),
    ("STU-11", {"schedule.time_zero": "randomization"}, "schedule.time_zero", {"schedule.time_zero": "enrolment"}),
    ("STU-12", {"schedule.baseline_days": 29}, "schedule.baseline_days", {"schedule.baseline_days": 28}),
    ("STU-20", {"endpoints.DCR6M.objective": "secondary"}, "design.endpoint", {}),
    ("STU-21", {"endpoints.ORR.objective": "primary"}, "endpoints.ORR.objective", {}),
    (
        "STU-22",
        {"endpoints.DCR.objective": "primary", "endpoints.DCR.analysis": NOT_ANALYSED},
        "endpoints.DCR.analysis.type",
        {"endpoints.DCR.analysis": NOT_ANALYSED},
    ),
    (
        "STU-23",
        {"endpoints.DCR.analysis": NOT_ANALYSED},
        "endpoints.DCR.analysis.type",
        {"endpoints.DCR.objective": "primary", "endpoints.DCR.analysis": NOT_ANALYSED},
    ),
    (
        "STU-24",
        {"endpoints.OS.analysis.last_observation": "last assessment"},
        "endpoints.OS.analysis.last_observation",
        {},
    ),
    (
        "STU-24",
        {"endpoints.OS.analysis.censoring": {"name": "own", "new_therapy": "censor"}},
        "endpoints.OS.analysis.censoring",
        {"endpoints.OS.analysis.censoring": {"name": "own", "new_therapy": "ignore"}},
    ),
    ("STU-25", {"endpoints.OS.analysis.events": ["progression", "death"]}, "endpoints.OS.analysis.events", {}),
    ("STU-25", {"endpoints.TTP.analysis.events": ["progression", "death"]}, "endpoints.TTP.analysis.events", {}),
    ("STU-25", {"endpoints.PFS.analysis.events": ["progression"]}, "endpoints.PFS.analysis.events", {}),
    (
        "STU-26",
        {"endpoints.PFS.analysis.last_observation": "last alive"},
        "endpoints.PFS.analysis.last_observation",
        {"endpoints.OS.analysis.last_observation": "last alive"},
    ),
    (
        "STU-27",
        {PFS_EVENTS: [HYPOTHETICAL]},
        f"{PFS_EVENTS}.0.strategy",
        {PFS_EVENTS: [HYPOTHETICAL], "endpoints.PFS.analysis.censoring": "FDA table A"},
    ),
    (
        "STU-27",
        {PFS_EVENTS: [GAP]},
        f"{PFS_EVENTS}.0.strategy",
        {PFS_EVENTS: [{**GAP, "strategy": "treatment policy"}]},
    ),
    (
        "STU-27",
        {"landmark.new_therapy": "ignore"},
        "endpoints.DCR6M.estimand.intercurrent_events.1.strategy",
        {"landmark.new_therapy": "failure"},
    ),
    (
        "STU-27",
        {"endpoints.ORR.estimand.intercurrent_events": [POLICY]},
        "endpoints.ORR.estimand.intercurrent_events.0.strategy",
        {"endpoints.ORR.estimand.intercurrent_events": [{**POLICY, "strategy": "while on treatment"}]},
    ),
    (
        "STU-27",
        {"endpoints.TTP.estimand.intercurrent_events.0.strategy": "composite"},
        "endpoints.TTP.estimand.intercurrent_events.0.strategy",
        {"endpoints.TTP.estimand.intercurrent_events.0.strategy": "hypothetical"},
    ),
    ("STU-28", {PFS_EVENTS: []}, PFS_EVENTS, {PFS_EVENTS: [POLICY]}),
    (
        "STU-29",
        {"criteria.response.confirmation_required": False, "endpoints.DCR.analysis.parameter": "DCR"},
        "endpoints.ORR.analysis.parameter",
        {
            "criteria.response.confirmation_required": False,
            "endpoints.DCR.analysis.parameter": "DCR",
            "endpoints.ORR.analysis.parameter": "RSP",
            "endpoints.DOR.analysis.response_parameter": "RSP",
        },
    ),
    (
        "STU-29",
        {"endpoints.ORR.objective": "primary", "endpoints.ORR.analysis.parameter": "RSP"},
        "endpoints.ORR.analysis.parameter",
        {"endpoints.ORR.analysis.parameter": "RSP"},
    ),
    (
        "STU-30",
        {"endpoints.DOR.analysis.response_parameter": "RSP"},
        "endpoints.DOR.analysis.response_parameter",
        {"endpoints.DOR.analysis.response_parameter": "RSP", "endpoints.ORR.analysis.parameter": "RSP"},
    ),
    (
        "STU-31",
        {"endpoints.DCR6M.estimand.population": "RES"},
        "endpoints.DCR6M.estimand.population",
        {"endpoints.DCR.estimand.population": "RES"},
    ),
    ("STU-33", {"endpoints": without("endpoints", "OES18")}, "criteria.questionnaires.EORTC QLQ-OES18", {}),
    ("STU-34", {"criteria.questionnaires": []}, "endpoints.QLQC30.analysis.questionnaire", {}),
    ("STU-35", {"endpoints": without("endpoints", "BIOMARK")}, "biomarkers.markers", {}),
    (
        "STU-35",
        {"biomarkers.markers": []},
        "endpoints.BIOMARK.analysis.type",
        {"biomarkers.markers": [], "endpoints": without("endpoints", "BIOMARK")},
    ),
    (
        "STU-36",
        {"criteria.response.irecist": True},
        "criteria.response.irecist",
        {
            "criteria.response.irecist": True,
            "endpoints.ORR.analysis": {"type": "rate", "parameter": "IBOR", "values": ["iCR", "iPR"]},
        },
    ),
    (
        "STU-37",
        {"endpoints.PFS.analysis.censoring": RULED},
        "endpoints.PFS.analysis.censoring",
        {"endpoints.PFS.analysis.censoring": RULED, PFS_EVENTS: [POLICY, GAP]},
    ),
    (
        "STU-38",
        {"criteria.response.confirmation_days": 27},
        "criteria.response.confirmation_days",
        {"criteria.response.confirmation_days": 28},
    ),
    (
        "STU-38",
        {"criteria.response.maximum_targets": 6},
        "criteria.response.maximum_targets",
        {"criteria.response.maximum_targets": 5},
    ),
    (
        "STU-38",
        {"criteria.response.maximum_per_organ": 3},
        "criteria.response.maximum_per_organ",
        {"criteria.response.maximum_per_organ": 2},
    ),
    ("STU-39", {"monitoring.window_days": 27}, "monitoring.window_days", {"monitoring.window_days": 28}),
]


@pytest.mark.parametrize(("rule", "fault", "path", "near"), CASES, ids=lambda value: str(value)[:40])
def test_a_rule_fires_on_its_case_and_not_beside_it(rule: str, fault: Changes, path: str, near: Changes) -> None:
    assert path in paths(rule, changed(fault))
    assert path not in paths(rule, changed(near))
    if rule not in ("STU-34", "STU-29"):  # these have a second endpoint of the same kind
        assert answer(rule, changed(near)).answer is Answer.SILENT


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"criteria.adverse_events.version": "5.0"}, "endpoints.TEAE.estimand.variable", "says CTCAE 4.0;"),
        ({"criteria.response.stable_minimum_days": 48}, "endpoints.DCR.estimand.variable", "is 48"),
        ({"criteria.response.confirmation_days": 35}, "endpoints.ORR.estimand.variable", "confirmation_days is 35"),
        ({"criteria.adverse_events.follow_up_days": 28}, "endpoints.TEAE.estimand.variable", "follow_up_days is 28"),
        ({"confidence": 0.9}, "endpoints.DCR6M.estimand.summary", "confidence is 90"),
        ({"endpoints.OS.analysis.landmarks_months": [6]}, "endpoints.OS.estimand.summary", "landmarks_months is 6"),
        (
            {"design.null_rate": 0.14},
            "endpoints.DCR6M.estimand.summary",
            "says tested against 15%; design.null_rate is 0.14",
        ),
    ],
)
def test_numbers_in_words_are_held_against_the_keys(change: Changes, path: str, says: str) -> None:
    found = {finding.path: finding.message for finding in answer("STU-32", changed(change)).findings}
    assert says in found[path]
    assert answer("STU-32", changed({})).answer is Answer.SILENT


def test_two_arms_may_count_from_randomization() -> None:
    arms = [*changed({}).model_dump(mode="json")["arms"], SECOND_ARM]
    assert not paths("STU-11", changed({"schedule.time_zero": "randomization", "arms": arms}))


def test_what_a_study_does_not_state_cannot_be_assessed() -> None:
    bare = changed({"monitoring": None, "criteria.questionnaires": [], "endpoints": without("endpoints", "QLQC30")})
    for rule in ("STU-33", "STU-39", "STU-40", "STU-43", "STU-49"):
        found = answer(rule, bare)
        assert found.answer is Answer.CANNOT_ASSESS
        assert found.reason.startswith("the study states nothing under ")
    assert rules()["STU-33"].needs == ("criteria.questionnaires",)


def test_every_rule_answers_once_in_order() -> None:
    found = [each.rule.id for each in lint_study(changed({}), "")]
    assert found == [name for name in rules() if name.startswith("STU-")]
    assert found == [f"STU-{number:02}" for number in range(1, len(found) + 1)]


@pytest.mark.parametrize("name", [SINGLE_STAGE, TWO_STAGE])
def test_findings_carry_the_words_and_the_line_of_the_study_file(name: str) -> None:
    text = study_text(name)
    found = answer("STU-18", parse_protocol(text), text).findings
    assert [finding.path for finding in found] == ["population.planned"]
    span = found[0].span
    assert span is not None
    line = text[span.start : span.end]
    assert line.startswith(f"planned: {found[0].words}")
    assert text[: span.start].rpartition("\n")[2].isspace()


def test_a_value_that_the_file_leaves_out_is_found_at_its_parent() -> None:
    text = study_text(SINGLE_STAGE).replace("  baseline_days: 28", "  # baseline_days: 28")
    (finding,) = answer("STU-12", changed({"schedule.baseline_days": 40}), text).findings
    assert finding.words == ""
    assert finding.span is not None
    assert text[finding.span.start : finding.span.end] == "schedule:"


def test_a_file_with_a_byte_order_mark_and_carriage_returns_has_the_same_lines() -> None:
    text = "\ufeff" + study_text(SINGLE_STAGE).replace("\n", "\r\n")
    (finding,) = answer("STU-16", parse_protocol(text), text).findings
    assert finding.span is not None
    assert text[finding.span.start : finding.span.end] == "patients: 43"


def test_an_accepted_rule_keeps_its_findings_and_its_reason() -> None:
    found = answer("STU-18", changed({"accepted": {"STU-18": "untreated patients are replaced"}}))
    assert found.answer is Answer.FIRES
    assert found.accepted == "untreated patients are replaced"
    assert len(found.findings) == 1


def test_an_acceptance_that_accepts_nothing_is_found() -> None:
    accepted = {
        "STU-18": "they are replaced",
        "STU-12": "as in the sister trial",
        "STU-99": "x",
        "OUT-20": "no page has it",
    }
    found = {finding.path: finding.message for finding in answer("STU-50", changed({"accepted": accepted})).findings}
    assert list(found) == ["accepted.STU-12", "accepted.STU-99"]
    assert "finds nothing" in found["accepted.STU-12"]
    assert "no rule STU-99" in found["accepted.STU-99"]


def test_the_built_in_studies_have_these_findings_only() -> None:
    expected = {SINGLE_STAGE: {"STU-03", "STU-16", "STU-18"}, TWO_STAGE: {"STU-03", "STU-18"}}
    for name, rules_found in expected.items():
        found = {each.rule.id for each in lint_study(changed({}, name), "") if each.answer is Answer.FIRES}
        assert found == rules_found


def test_what_the_built_in_studies_do_not_accept_is_about_their_criteria() -> None:
    expected = {SINGLE_STAGE: {"STU-44"}, TWO_STAGE: {"STU-41", "STU-44", "STU-49"}}
    for name, rules_found in expected.items():
        answers = lint_study(*read_study(name))
        assert {each.rule.id for each in answers if each.answer is Answer.FIRES and not each.accepted} == rules_found


def test_the_figures_of_confirmation_matter_only_where_it_is_required() -> None:
    free = {"criteria.response.confirmation_required": False, "criteria.response.confirmation_days": 7}
    assert paths("STU-38", changed({**free, "criteria.response.maximum_targets": 6})) == [
        "criteria.response.maximum_targets"
    ]
