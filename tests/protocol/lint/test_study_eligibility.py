"""Rules about the criteria of a study: worked criteria, each with its nearest neighbour."""

from typing import Any

import pytest

from tests.protocol.lint.study_case import TWO_STAGE, answer, changed, paths
from topline.protocol.eligibility.criterion import Criterion
from topline.protocol.lint.rule import Answer
from topline.protocol.model import Protocol


def criterion(name: str, condition: str, **other: Any) -> dict[str, Any]:
    return {"id": name, "text": "as the record says", "condition": condition, **other}


def study(*criteria: dict[str, Any], name: str = TWO_STAGE, **changes: Any) -> Protocol:
    """Return the two-stage study (18 to 80 years, both sexes) with these criteria."""
    lists = {
        "inclusion": [each for each in criteria if each["id"].startswith("I")],
        "exclusion": [each for each in criteria if each["id"].startswith("E")],
    }
    return changed({"eligibility": lists, **{key.replace("__", "."): value for key, value in changes.items()}}, name)


def confirmed(content: dict[str, Any], digest: str = "") -> dict[str, Any]:
    own = Criterion.model_validate(content).digest
    return {**content, "confirmed": {"by": "A. Reader", "on": "2026-01-31", "digest": digest or own}}


ADULT = criterion("I01", "AGE >= 18 AND AGE <= 80")


@pytest.mark.parametrize(
    ("condition", "refuses"),
    [
        ("AGE >= 18 AND AGE <= 80", ""),
        ("AGE >= 20 AND AGE <= 80", "ages 18 to 19, "),
        ("AGE > 18 AND AGE < 80", "ages 18, 80, "),
        ("AGE BETWEEN 18 AND 75", "ages 76 to 80, "),
        ("AGE >= 20 OR ECOG = 0", ""),  # a younger one with ECOG 0 may enrol
    ],
)
def test_a_criterion_may_not_refuse_an_age_that_the_population_admits(condition: str, refuses: str) -> None:
    found = answer("STU-40", study(criterion("I01", condition)))
    assert (found.answer is Answer.FIRES) == bool(refuses)
    assert all(refuses in finding.message for finding in found.findings)


def test_an_exclusion_criterion_refuses_whom_it_describes() -> None:
    assert paths("STU-40", study(ADULT, criterion("E01", "AGE > 70"))) == ["eligibility.exclusion.E01.condition"]
    assert not paths("STU-40", study(ADULT, criterion("E01", "AGE > 80")))


def test_a_criterion_for_some_candidates_refuses_only_them() -> None:
    women = criterion("I02", "AGE < 50", applies="SEX = 'F'")
    assert not paths("STU-40", study(ADULT, women))
    assert paths("STU-40", study(ADULT, criterion("I02", "AGE < 50"))) == ["eligibility.inclusion.I02.condition"]


def test_a_limit_of_age_that_no_criterion_states_is_found() -> None:
    found = answer("STU-41", study(criterion("I01", "AGE >= 18")))
    assert [(each.path, each.message) for each in found.findings] == [
        ("population.ages.maximum", "80: no criterion refuses the ages 81 to 120")
    ]
    assert answer("STU-41", study(ADULT)).answer is Answer.SILENT
    assert not paths("STU-41", study(criterion("I01", "AGE >= 18"), criterion("E01", "AGE > 80")))


def test_sex_must_be_the_same_in_both() -> None:
    women = criterion("I02", "SEX = 'F'")
    assert paths("STU-42", study(ADULT, women)) == ["eligibility.inclusion.I02.condition"]
    assert not paths("STU-42", study(ADULT, women, population__sex="female"))
    assert paths("STU-42", study(ADULT, population__sex="female")) == ["population.sex"]
    assert not paths("STU-42", study(ADULT, criterion("I02", "SEX = 'M' OR CHILDPOT = 'N'")))


def test_a_changed_text_withdraws_its_confirmation() -> None:
    assert not paths("STU-43", study(confirmed(ADULT)))
    stale = confirmed({**ADULT, "condition": "AGE >= 18 AND AGE <= 75"}, digest=Criterion.model_validate(ADULT).digest)
    (finding,) = answer("STU-43", study(stale)).findings
    assert finding.path == "eligibility.inclusion.I01.confirmed"
    assert "not what A. Reader confirmed on 2026-01-31" in finding.message


def test_drafts_are_counted_once() -> None:
    (finding,) = answer(
        "STU-44", study(confirmed(ADULT), criterion("I02", "ECOG <= 2"), criterion("E01", "BLEED = 'Y'"))
    ).findings
    assert finding.message == "2 of 3 criteria are drafts: I02, E01"
    assert answer("STU-44", study(confirmed(ADULT))).answer is Answer.SILENT


def signed(name: str, condition: str) -> dict[str, Any]:
    return criterion(name, condition, signoffs={f"{name}_A": "somebody judges"})


def test_a_majority_of_manual_criteria_is_worth_a_note() -> None:
    manual, mixed = signed("I02", "I02_A = 'Y'"), signed("E01", "E01_A = 'Y' AND BLEED = 'Y'")
    assert not paths("STU-45", study(ADULT, manual))  # one of two is not more than half
    assert paths("STU-45", study(ADULT, manual, signed("E02", "E02_A = 'Y'"))) == ["eligibility"]
    assert not paths("STU-45", study(ADULT, manual, mixed))


def test_a_signoff_must_be_read() -> None:
    idle = {**signed("I02", "ECOG <= 2")}
    assert paths("STU-46", study(ADULT, idle)) == ["eligibility.inclusion.I02.signoffs.I02_A"]
    assert not paths("STU-46", study(ADULT, signed("I02", "ECOG <= 2 AND I02_A = 'Y'")))
    assert not paths("STU-46", study(ADULT, {**idle, "applies": "I02_A = 'Y'"}))


def test_nobody_is_demanded_and_excluded_at_once() -> None:
    stable = criterion("I02", "MEASLES  >= 1")
    assert paths("STU-47", study(ADULT, stable, criterion("E01", "MEASLES >= 1"))) == [
        "eligibility.exclusion.E01.condition"
    ]
    assert not paths("STU-47", study(ADULT, stable, criterion("E01", "MEASLES >= 2")))
    assert not paths("STU-47", study(ADULT, stable, criterion("E01", "MEASLES >= 1", applies="SEX = 'F'")))


def test_a_condition_that_never_changes_is_none() -> None:
    assert paths("STU-48", study(ADULT, criterion("I02", "TRUE"))) == ["eligibility.inclusion.I02.condition"]
    assert not paths("STU-48", study(ADULT, criterion("I02", "ECOG <= 2")))


def test_a_primary_response_rate_needs_a_measurable_lesion() -> None:
    assert paths("STU-49", study(ADULT, criterion("I02", "MEASLES >= 1 OR EVALLES >= 1"))) == ["eligibility.inclusion"]
    assert not paths("STU-49", study(ADULT, criterion("I02", "MEASLES >= 1")))
    assert not paths("STU-49", study(ADULT, criterion("E01", "MEASLES = 0")))
    control = study(ADULT, name="nct02976896", population__ages__maximum=80)
    assert not paths("STU-49", control)  # disease control at six months needs no measurable lesion
