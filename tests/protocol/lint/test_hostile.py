"""Records that nobody should write: no rule may fall over, whatever a field holds."""

import json
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.lint.made import SOUND, TODAY, record
from topline.protocol.lint.rule import Answer
from topline.protocol.lint.run import MOST, checks, lint_record
from topline.protocol.lint.sarif import render_sarif
from topline.protocol.lint.text import render_json, render_text
from topline.protocol.record.content import Content
from topline.protocol.record.record import Form, Record

NASTY = (
    *(
        "",
        " ",
        "\x00",
        "\ud7ff\ufffd",
        "İİİ",
        "((((",
        "\\",
        "&<>\\[",
        "10^",
        "= = =",
        "randomi",
        "0",
        "-1 years",
        "𝟙𝟚 weeks",
    ),
    *("99999999999999999999 years", "week 9999", "recist 9.9", "ctcae 0.0", "phase iiii", "2024-99-99", "e\u0301" * 50),
)
REPETITIVE = (
    "a ",
    "1 ",
    "patients ",
    "10^9/L ",
    "random ",
    "\n* ",
    "overall survival, ",
    "recist ",
    "every 3 weeks ",
    ">= ",
)


def texts(value: Any, replacement: str) -> Any:
    """Return a record with the same shape, and one text everywhere."""
    if isinstance(value, dict):
        return {key: texts(item, replacement) for key, item in value.items()}
    if isinstance(value, list):
        return [texts(item, replacement) for item in value]
    return replacement if isinstance(value, str) else value


def of(data: Any) -> Record:
    text = json.dumps(data)
    return Record(Form.API, text, Content.model_validate_json(text), data)


def lint(made: Record) -> list[str]:
    answers = lint_record(made, TODAY)
    rendered = (render(answers, made.text, "x") for render in (render_text, render_json, render_sarif))
    assert all(rendered)
    return [answer.rule.id for answer in answers]


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_one_nasty_text_everywhere(text: str) -> None:
    assert lint(of(texts(dict(SOUND), text))) == list(checks())


def test_nothing_at_all() -> None:
    empty = Record(Form.API, "", Content(), {})
    assert lint(empty) == list(checks())
    fired = {answer.rule.id for answer in lint_record(empty, TODAY) if answer.answer is Answer.FIRES}
    assert {"OUT-24"} <= fired


def test_every_field_empty_or_absent() -> None:
    modules = frozenset(SOUND)
    gone = Record(Form.PAGE, "", Content(), {}, modules)
    ours = [answer for answer in lint_record(gone, TODAY) if answer.rule.needs]
    assert {answer.answer for answer in ours} == {Answer.CANNOT_ASSESS}


@pytest.mark.parametrize("part", REPETITIVE)
def test_a_large_text_in_every_long_field(part: str) -> None:
    long = part * (200_000 // len(part))
    paths = ("descriptionModule.briefSummary", "descriptionModule.detailedDescription")
    outcome = {"measure": long, "description": long, "timeFrame": long}
    made = record(dict.fromkeys(paths, long) | {"outcomesModule.secondaryOutcomes": [outcome]})
    assert lint(made) == list(checks())


@pytest.mark.parametrize(
    "part", ["a", "1", " ", "(", "* a\n", "* female ", "within 4 weeks ", "liver metastases 3 uln "]
)
def test_a_large_text_in_criteria_and_treatments(part: str) -> None:
    long = part * (200_000 // len(part))
    lists = f"Inclusion Criteria:\n{long}\nExclusion Criteria:\n{long}"
    treatment = {"type": "DRUG", "name": long, "description": long}
    changes = {"eligibilityModule.eligibilityCriteria": lists, "armsInterventionsModule.interventions": [treatment]}
    assert lint(record(changes | {"eligibilityModule.sex": "MALE"})) == list(checks())


def test_a_rule_that_fires_everywhere_is_listed_a_thousand_times() -> None:
    made = record({"eligibilityModule.eligibilityCriteria": "Inclusion Criteria:\n" + "ANC ≥ ≥ 1 " * 2_000})
    said = {answer.rule.id: answer for answer in lint_record(made, TODAY)}
    assert len(said["ELG-32"].findings) == MOST


def test_two_thousand_outcomes() -> None:
    one = {"measure": "ORR", "description": "By RECIST", "timeFrame": "6 months"}
    made = record({"outcomesModule.secondaryOutcomes": [one] * 2_000})
    assert lint(made) == list(checks())


WORDS = st.sampled_from(
    tuple(chain(NASTY, REPETITIVE, ("until progression or death", "QLQ-C30", "CTCAE v4", "PFS, OS", "up to 5 years")))
)


@settings(max_examples=40)
@given(st.lists(WORDS, max_size=8).map("".join), st.lists(WORDS, max_size=8).map(" ".join))
def test_words_in_any_order(one: str, other: str) -> None:
    data = texts(dict(SOUND), one)
    data["outcomesModule"]["primaryOutcomes"][0]["timeFrame"] = other
    data["eligibilityModule"]["eligibilityCriteria"] = other
    assert lint(of(data)) == list(checks())
