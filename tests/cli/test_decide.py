"""`topline decide` as a user types it: verdict, inference, what remains, attained numbers, and every bad input."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import STUDY, own_study, told, topline

RULE = ("--p0", ".1", "--p1", ".3", "--looks", "18,35", "--futility", "2,6")


def numbers(*arguments: object) -> dict[str, object]:
    """Return the JSON of a decision."""
    found = json.loads(told("decide", *arguments, "--format", "json"))
    assert isinstance(found, dict)
    return found


def test_a_trial_that_ended() -> None:
    output = told("decide", STUDY, "--responders", 8, "--patients", 35)
    assert "8 of 35: stop with success" in output
    for words in ("24.2%", "22.1%", "0.01842", "10.6% to 38.3%", "10.6% to 40.7%", "99.23%"):
        assert words in output


def test_a_given_rule_says_the_same_as_the_study() -> None:
    study = told("decide", STUDY, "--responders", 8, "--patients", 35).splitlines()
    given = told("decide", *RULE, "--responders", 8, "--patients", 35).splitlines()
    assert given[2:] == study[3:]


def test_a_trial_that_goes_on() -> None:
    output = told("decide", STUDY, "--responders", 4, "--patients", 18, "--stage", 1)
    assert "go on to the next look; success needs 3 of the 17 still to come" in output
    # 3 or more of 17 at either rate, by the binomial distribution
    assert "if the rate is 10% (null)    23.82%" in output
    assert "if it is 30% (target)        92.26%" in output


def test_before_a_look() -> None:
    assert "no look is due" in told("decide", STUDY, "--responders", 1, "--patients", 10)
    assert "no look is due" in told("decide", STUDY, "--responders", 0, "--patients", 0)


def test_a_trial_that_did_not_follow_its_rule_has_no_estimate() -> None:
    output = told("decide", STUDY, "--responders", 1, "--patients", 35)
    assert "the rule had asked to stop before" in output
    assert "No estimate" in output
    assert "UMVUE" not in output


def test_attained_numbers_differ_from_the_plan() -> None:
    output = told("decide", STUDY, "--responders", 8, "--patients", 38, "--earlier", "4/18")
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert "recomputed 7 8 0.0278 0.8885 stop with success" in lines
    assert "Green-Dahlberg 7 8 0.0310 0.9152 stop with success" in lines
    assert "planned bounds 6 7 0.0640 0.9212 stop with success" in lines
    assert "Koyama-Chen conditional 7 8 0.0280 0.8886 stop with success" in lines
    assert any("p-value 0.02835" in line for line in lines)


def test_a_first_stage_that_had_asked_to_stop_is_no_success() -> None:
    found = numbers(STUDY, "--responders", 8, "--patients", 38, "--earlier", "2/18")
    rules = found["attained"]
    assert isinstance(rules, list)
    verdicts = {each["name"]: each["verdict"] for each in rules}
    # Green and Dahlberg stop 18 patients at 1 or fewer: by their rule the trial went on.
    assert verdicts == {
        "recomputed": "had asked to stop before",
        "Green-Dahlberg": "stop with success",
        "planned bounds": "had asked to stop before",
    }


def test_a_first_look_with_two_patients_too_many() -> None:
    output = told("decide", *RULE, "--responders", 3, "--patients", 20, "--stage", 1)
    assert "planned: 18, 35" in output
    assert output.count("go on to the next look") == 3


def test_a_look_with_fewer_patients_shows_both_readings() -> None:
    output = told("decide", "nct02976896", "--responders", 10, "--patients", 40, "--stage", 1)
    assert "no look is due; success needs 1 of the 3 still to come" in output
    assert "If the look is held with 40 patients (planned: 43)" in output
    assert output.count("stop without success") == 3


def test_bounds_for_success_before_the_end() -> None:
    arguments = ("--p0", ".1", "--p1", ".3", "--looks", "17,41", "--futility", "2,7", "--efficacy", "5,8")
    output = told("decide", *arguments, "--responders", 5, "--patients", 17)
    assert "5 of 17: stop with success" in output
    # No rule for attained numbers is known where success may come early: the planned bounds alone are shown.
    moved = told("decide", *arguments, "--responders", 9, "--patients", 44)
    assert "planned bounds" in moved
    assert "for which no such rule is known" in " ".join(moved.split())


def test_a_study_with_many_looks(tmp_path: Path) -> None:
    folder = own_study(tmp_path / "own")
    told("design", folder, "--choose", "three-stage", "--out", tmp_path / "out")
    output = told("decide", folder, "--responders", 2, "--patients", 13)
    assert "the look after 23 needs 2 of the next 10 to go on" in " ".join(output.split())
    assert "stop without success" in told("decide", folder, "--responders", 3, "--patients", 23)


def test_numbers_for_programs() -> None:
    found = numbers(STUDY, "--responders", 8, "--patients", 35)
    inference = found["inference"]
    assert isinstance(inference, dict)
    assert found["verdict"] == "stop with success"
    assert inference["p"] == pytest.approx(0.01842, abs=5e-6)
    assert inference["posterior"]["a"] == 9.0
    assert numbers(STUDY, "--responders", 3, "--patients", 18)["inference"] is None
    assert "NaN" not in told("decide", STUDY, "--responders", 0, "--patients", 18, "--format", "json")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((STUDY, "--responders", 8, "--patients", 7), "TL-G03", "8 of 7 patients"),
        ((STUDY, "--responders", -1, "--patients", 18), "TL-G03", "-1 of 18 patients"),
        ((STUDY, "--responders", 0, "--patients", -1), "TL-G03", "-1 is not a number of patients"),
        ((STUDY, "--responders", 3, "--patients", 18, "--stage", 3), "TL-G04", "3 is not one of 1 to 2"),
        ((STUDY, "--responders", 3, "--patients", 18, "--stage", 0), "TL-G04", "0 is not one of 1 to 2"),
        ((STUDY, "--responders", 3, "--patients", 18, "--stage", 2), "TL-G03", "planned after 35: it has 19 on"),
        ((STUDY, "--responders", 8, "--patients", 35, "--stage", 1), "TL-G03", "planned after 18: it has 1 to 34"),
        ((STUDY, "--responders", 8, "--patients", 35, "--confidence", 95), "TL-G04", "confidence: 95"),
        ((STUDY, "--responders", 8, "--patients", 38, "--earlier", "9/18"), "TL-G03", "cannot be the first stage"),
        ((STUDY, "--responders", 8, "--patients", 38, "--earlier", "4/40"), "TL-G03", "cannot be the first stage"),
        (
            (STUDY, "--responders", 8, "--patients", 20, "--stage", 1, "--earlier", "4/18"),
            "TL-G04",
            "second one of two",
        ),
        ((STUDY, "--responders", 8, "--patients", 35, "--futility", "2,6"), "TL-G04", "a study has its own bounds"),
        (("nct00000000", "--responders", 8, "--patients", 35), "TL-C01", "neither a built-in study"),
        (("--looks", "18,35", "--futility", "2,6", "--responders", 8, "--patients", 35), "TL-G01", "is missing"),
        ((*RULE[:6], "--responders", 8, "--patients", 35), "TL-G04", "is missing at the last look"),
        ((*RULE[:6], "--futility", "2", "--responders", 8, "--patients", 35), "TL-G04", "1 bounds for 2 looks"),
        ((*RULE[:6], "--futility", "18,6", "--responders", 8, "--patients", 35), "TL-G04", "18 of 18"),
        ((*RULE, "--efficacy", "2,7", "--responders", 8, "--patients", 35), "TL-G04", "do not stop a trial"),
        ((*RULE, "--efficacy", "5,9", "--responders", 8, "--patients", 35), "TL-G04", "undecided at the last look"),
        (
            (*RULE[:4], "--looks", "35,18", "--futility", "2,6", "--responders", 1, "--patients", 9),
            "TL-G04",
            "increase",
        ),
        (("--p0", ".3", "--p1", ".1", *RULE[4:], "--responders", 8, "--patients", 35), "TL-G01", "not above the null"),
    ],
)
def test_counts_and_rules_that_cannot_be(arguments: tuple[object, ...], code: str, words: str) -> None:
    result = topline("decide", *arguments)
    assert result.exit_code == 2, result.output
    assert result.output.startswith(code)
    assert words in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((STUDY, "--responders", "eight", "--patients", 35), "'eight' is not a valid integer"),
        ((STUDY, "--responders", 8), "Missing option '--patients'"),
        (("--responders", 8, "--patients", 35), "name a study, or give its rule"),
        ((STUDY, "--looks", "18,35", "--responders", 8, "--patients", 35), "name a study, or give its rule"),
        ((*RULE[:4], "--looks", "18;35", "--responders", 8, "--patients", 35), "no list of whole numbers"),
        ((STUDY, "--responders", 8, "--patients", 38, "--earlier", "four"), "is not responders/patients"),
    ],
)
def test_what_is_typed_wrongly(arguments: tuple[object, ...], words: str) -> None:
    result = topline("decide", *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.output
