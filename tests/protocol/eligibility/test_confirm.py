"""Confirming criteria: the text of the study file changes by the confirmation alone, and any change withdraws it."""

import re
from datetime import date

import pytest

from topline.errors import ToplineError
from topline.exchange.study_file import read_study
from topline.protocol.eligibility.confirm import confirm_text
from topline.protocol.eligibility.criterion import Criterion, CriterionState
from topline.protocol.source import parse_protocol

DAY = date(2026, 11, 21)
CRITERIA = """
eligibility:  # who may enrol
  inclusion:
    # the adults
    - id: I01   # age
      text: >-
        Adults, 18 years
        or older

      condition: AGE >= 18  # at enrolment
    - text: Fit for
        treatment
      condition: "ECOG <= 1"
      confirmed:
        by: Someone Else  # by telephone
        on: "2025-01-01"
        digest: "0123456789abcdef"
      # a remark behind the block

      id: I02
  exclusion:
    - {id: E01, text: "bleeding", condition: BLEED = 'Y', confirmed: null}
    - {text: "hard, to judge", condition: "E02_A = 'Y'", signoffs: {E02_A: "is it?"}, id: E02}
    - id: E03
      confirmed:
      text: |
        pregnant
      condition: PREGNANT = 'Y'
# the end
"""


@pytest.fixture(scope="module")
def study() -> str:
    text = read_study("nct07142421")[1]
    return re.sub(r"(?ms)^eligibility:.*?(?=^\S)", "", text) + CRITERIA


def states(text: str) -> dict[str, str]:
    return {one.id: str(one.state) for one in parse_protocol(text, "study.yaml").eligibility.criteria}


def without(text: str) -> list[str]:
    """Return the lines of a text without any confirmation and its remarks."""
    text = re.sub(r"(?s)confirmed:\s*(\{.*?\}|by:.*?\"[0-9a-f]{16}\"|null|(?=\n))", "", text)
    return [line.replace(", }", "}").replace(", ,", ",").rstrip() for line in text.splitlines() if line.strip()]


def test_all_criteria_are_confirmed_in_whatever_way_they_are_written(study: str) -> None:
    assert states(study) == {"I01": "draft", "I02": "withdrawn", "E01": "draft", "E02": "draft", "E03": "draft"}
    confirmed = confirm_text(study, (), "N. N.", DAY)
    assert set(states(confirmed).values()) == {"confirmed"}
    found = parse_protocol(confirmed, "study.yaml").eligibility.criteria[0].confirmed
    assert found is not None
    assert (found.by, found.on) == ("N. N.", "2026-11-21")
    assert without(confirmed) == without(study), "nothing but confirmations changed, no comment is lost"


def test_only_the_named_criterion_is_confirmed_and_again_replaces(study: str) -> None:
    once = confirm_text(study, ("I01",), "A", DAY)
    assert {name for name, state in states(once).items() if state == "confirmed"} == {"I01"}
    twice = confirm_text(once, ("I01",), 'Ann "B": née Ü\u3000李', date(2026, 12, 1))
    assert twice.count("2026-12-01") == 1
    assert "2026-11-21" not in twice
    by = parse_protocol(twice, "study.yaml").eligibility.criteria[0].confirmed
    assert by is not None
    assert by.by == 'Ann "B": née Ü 李'
    assert len(twice.splitlines()) == len(once.splitlines()) == len(study.splitlines()) + 1


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_line_ends_and_byte_order_marks_stay(study: str, change: object) -> None:
    text = change(study)  # type: ignore[operator]
    confirmed = confirm_text(text, ("I01", "E01"), "N", DAY)
    assert confirmed.replace("\r\n", "\n").removeprefix("\ufeff") == confirm_text(study, ("I01", "E01"), "N", DAY)
    assert confirmed.startswith("\ufeff") == text.startswith("\ufeff")
    assert confirmed.count("\r\n") == (confirmed.count("\n") if "\r\n" in text else 0)


@pytest.mark.parametrize(
    ("old", "new", "withdraws"),
    [
        ("18 years", "19 years", True),
        ("AGE >= 18", "AGE >= 19", True),
        ("AGE >= 18  #", "AGE >=  18  #", True),
        ("      condition: AGE", "      applies: SEX = 'F'\n      condition: AGE", True),
        ("      condition: AGE", "      signoffs: {I01_A: really?}\n      condition: AGE", True),
        ("# at enrolment", "# on that day", False),
        ("Fit for", "Unfit for", False),  # another criterion
    ],
)
def test_what_changes_a_criterion_withdraws_its_confirmation(study: str, old: str, new: str, withdraws: bool) -> None:
    confirmed = confirm_text(study, ("I01",), "N", DAY)
    assert confirmed.count(old) == 1
    assert states(confirmed.replace(old, new))["I01"] == ("withdrawn" if withdraws else "confirmed")


def test_a_change_of_a_sign_off_withdraws() -> None:
    one = Criterion(id="I01", text="t", condition="I01_A = 'Y'", signoffs={"I01_A": "is it?"})
    confirmed = one.model_validate(
        {**one.model_dump(), "confirmed": {"by": "N", "on": "2026-01-01", "digest": one.digest}}
    )
    assert confirmed.state is CriterionState.CONFIRMED
    changed = one.model_validate({**confirmed.model_dump(), "signoffs": {"I01_A": "was it?"}})
    assert changed.state is CriterionState.WITHDRAWN


@pytest.mark.parametrize(
    ("ids", "by", "said"),
    [
        (("I09",), "N", "has no criterion I09; it has I01, I02, E01, E02, E03"),
        (("I01", "i01"), "N", "has no criterion i01"),
        (("I01",), "", "the name of who confirms"),
        (("I01",), " \t\n", "the name of who confirms"),
        (("I01",), "N" * 101, "the name of who confirms"),
        (("I01",), "N\x07", "the name of who confirms"),
    ],
)
def test_unknown_criteria_and_empty_names_are_refused(study: str, ids: tuple[str, ...], by: str, said: str) -> None:
    with pytest.raises(ToplineError, match=re.escape(said)) as refused:
        confirm_text(study, ids, by, DAY)
    assert refused.value.code == "TL-E19"


def test_a_study_without_criteria_is_refused(study: str) -> None:
    with pytest.raises(ToplineError, match="has no criteria"):
        confirm_text(study.replace(CRITERIA, "\n"), (), "N", DAY)
