"""SARIF: the parts that its schema requires, regions in the user's file, kinds, suppressions, stable fingerprints."""

import json
from typing import Any

import pytest

from tests.protocol.lint.made import FIRST, SECOND, TODAY, outcome, record, written
from topline.protocol.lint.rule import Answer
from topline.protocol.lint.run import checks, lint_record
from topline.protocol.lint.sarif import FINGERPRINT, render_sarif
from topline.protocol.record.record import Record

LEVELS = ["none", "note", "warning", "error"]
KINDS = ["notApplicable", "pass", "fail", "review", "open", "informational"]
NUMBER = {"type": "integer", "minimum": 1}
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "format": "uri-reference"}, "index": {"type": "integer", "minimum": -1}},
}
PHYSICAL = {
    "type": "object",
    "required": ["artifactLocation"],
    "properties": {
        "artifactLocation": ARTIFACT,
        "region": {
            "type": "object",
            "required": ["startLine"],
            "additionalProperties": False,
            "properties": dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), NUMBER),
        },
    },
}
RESULT = {
    "type": "object",
    "required": ["message", "ruleId", "kind", "level", "locations"],
    "properties": {
        "message": TEXT,
        "kind": {"enum": KINDS},
        "level": {"enum": LEVELS},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "locations": {"type": "array", "items": {"type": "object", "properties": {"physicalLocation": PHYSICAL}}},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "suppressions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind", "justification"],
                "properties": {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                },
            },
        },
    },
    "if": {"properties": {"kind": {"const": "fail"}}},
    "else": {"properties": {"level": {"const": "none"}}},
}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "help", "defaultConfiguration"],
    "properties": {
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": TEXT,
        "defaultConfiguration": {"type": "object", "properties": {"level": {"enum": LEVELS}}},
    },
}
DRIVER = {
    "type": "object",
    "required": ["name", "rules"],
    "properties": {"name": {"type": "string"}, "rules": {"type": "array", "uniqueItems": True, "items": RULE}},
}
LOG = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"type": "object", "required": ["driver"], "properties": {"driver": DRIVER}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                },
            },
        },
    },
}
"""The parts of a SARIF log that the standard requires of what is written here, and its enumerations."""

ACCEPTED = {"OUT-07": "the protocol defines it"}


def flawed(**more: Any) -> Record:
    twice = [outcome("Overall survival", "Until progression")] * 2
    return record({FIRST: [outcome("CRP", None)], SECOND: twice} | more, frozenset({"statusModule"}))


def log(made: Record, where: str = "records/one.json") -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render_sarif(lint_record(made, TODAY, ACCEPTED), made.text, where, "1.2.3"))
    return read


def results(made: Record, rule: str) -> list[dict[str, Any]]:
    return [result for result in log(made)["runs"][0]["results"] if result["ruleId"] == rule]


def test_the_log_has_what_the_standard_requires() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    made = flawed(statusModule={})
    jsonschema.validate(log(made), LOG)
    broken = log(made)
    del broken["runs"][0]["results"][0]["message"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, LOG)


def test_the_rules_stand_in_order_and_every_result_points_to_its_own() -> None:
    run = log(flawed())["runs"][0]
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert names == list(checks())
    assert all(names[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert run["tool"]["driver"]["version"] == "1.2.3"


def test_levels_are_the_severities() -> None:
    made = flawed()
    assert {result["level"] for result in results(made, "OUT-02")} == {"error"}
    assert {result["level"] for result in results(made, "OUT-18")} == {"note"}


def test_a_region_is_the_words_in_the_users_file() -> None:
    made = flawed()
    moved = written(made, made.text.replace('"timeFrame"', '\n"timeFrame"'))
    [first, _] = results(moved, "OUT-02")
    region = first["locations"][0]["physicalLocation"]["region"]
    line = moved.text.split("\n")[region["startLine"] - 1]
    assert region["startLine"] == region["endLine"] > 1
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "Until progression"


def test_a_missing_field_is_not_applicable_and_an_open_question_open() -> None:
    made = flawed(statusModule={}, eligibilityModule={"eligibilityCriteria": "CTCAE 4.0"})
    assert [result["kind"] for result in results(made, "DAT-01")] == ["notApplicable"]
    [question] = results(made, "SAF-02")
    assert (question["kind"], question["level"]) == ("open", "none")
    assert "no date in this source" in question["message"]["text"]


def test_an_accepted_rule_is_suppressed_with_its_reason() -> None:
    [result] = results(flawed(), "OUT-07")
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": ACCEPTED["OUT-07"]}]
    assert "suppressions" not in results(flawed(), "OUT-02")[0]


def test_silent_rules_have_no_result() -> None:
    made = flawed()
    silent = {each.rule.id for each in lint_record(made, TODAY) if each.answer is Answer.SILENT}
    assert silent
    assert silent.isdisjoint(result["ruleId"] for result in log(made)["runs"][0]["results"])


def test_fingerprints_follow_the_words_and_not_their_place() -> None:
    prints = [result["partialFingerprints"][FINGERPRINT] for result in results(flawed(), "OUT-02")]
    moved = flawed(**{"identificationModule.briefTitle": "A much longer title that moves everything below it"})
    assert [result["partialFingerprints"][FINGERPRINT] for result in results(moved, "OUT-02")] == prints
    assert len(set(prints)) == 2
    other = flawed(**{SECOND: [outcome("Overall survival", "To progression")]})
    assert results(other, "OUT-02")[0]["partialFingerprints"][FINGERPRINT] not in prints


@pytest.mark.parametrize(
    ("where", "uri"),
    [
        ("a b.txt", "a%20b.txt"),
        ("records\\one.txt", "records/one.txt"),
        ("食管.txt", "%E9%A3%9F%E7%AE%A1.txt"),
        ("C:x", "C%3Ax"),
    ],
)
def test_a_file_is_a_reference(where: str, uri: str) -> None:
    run = log(flawed(), where)["runs"][0]
    assert run["artifacts"][0]["location"]["uri"] == uri
    assert {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]} == {uri}
