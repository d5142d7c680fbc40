"""Consent, compliance, discretion: a person attests them, always."""

import pytest

from tests.protocol.eligibility.worked import answers, by_person, draft


@pytest.mark.parametrize(
    "text",
    [
        "Signed informed consent",
        "Ability to understand and the willingness to sign a written informed consent document",
        "Patients must have given written informed consent prior to any procedure of the trial",
    ],
)
def test_consent_is_a_column_and_a_sign_off(text: str) -> None:
    rows = ({"CONSENT": "N"}, {"CONSENT": "Y"}, {"CONSENT": "Y", "I01_A": "Y"}, {"CONSENT": "Y", "I01_A": "N"})
    assert answers(text, *rows) == [False, None, True, False]
    assert text in draft(text).signoffs["I01_A"]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Unable to give informed consent", "exclusion"),
        ("Willing and able to comply with the visits of the study", "inclusion"),
        ("Any other condition that makes the patient unsuitable in the opinion of the investigator", "exclusion"),
        ("Other circumstances deemed unsuitable for enrolment by the researcher", "exclusion"),
    ],
)
def test_judgements_are_left_to_a_person(text: str, section: str) -> None:
    assert by_person(text, section)


def test_consent_that_is_only_mentioned_is_not_consent() -> None:
    assert "CONSENT" not in draft("Age ≥ 18 years at the time of signing informed consent").condition
    assert "CONSENT" not in draft("Chemotherapy within 28 days before informed consent", "exclusion").condition
