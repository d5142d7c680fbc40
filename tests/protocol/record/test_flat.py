"""Flattened records: which line is what, and where an outcome's measure, description and time frame divide."""

import pytest

from tests.protocol.record.made import FLAT
from topline.errors import ToplineError
from topline.protocol.record.flat import looks_like_outcomes
from topline.protocol.record.form import detect_form, parse_record
from topline.protocol.record.outcome_split import split_outcomes
from topline.protocol.record.record import Form, State

PHRASE = (
    "From date of randomization until the date of progression or death, whichever came first, assessed up to 9 months"
)


def divided(*texts: str) -> list[list[str]]:
    """Return the parts of outcomes: measure, description if there is one, time frame if there is one."""
    return [
        [text[: split.measure], *(text[slice(*place)] for place in (split.description, split.frame) if place)]
        for text, split in zip(texts, split_outcomes(texts), strict=True)
    ]


def test_each_line_is_what_its_form_says() -> None:
    record = parse_record(FLAT, "flat")
    content = record.content
    assert detect_form(FLAT) is record.form is Form.FLAT
    assert content.conditions.conditions == ("Gastric Cancer", "Stomach Neoplasms")
    assert [(one.type, one.name) for one in content.arms.interventions] == [
        ("DRUG", "Madeupinib"),
        ("OTHER", "Questionnaire"),
    ]
    assert [one.measure for one in content.outcomes.primary_outcomes] == ["Response rate"]
    assert [one.time_frame for one in content.outcomes.secondary_outcomes] == [
        "From randomization to death, assessed up to 24 months",
        "Every 3 weeks",
    ]
    assert content.outcomes.other_outcomes == ()
    assert (content.description.detailed_description or "").startswith("Gastric cancer is frequent")


def test_what_the_form_never_carries_is_not_empty() -> None:
    record = parse_record(FLAT, "flat")
    for path in ("designModule.designInfo.allocation", "eligibilityModule.sex", "statusModule.startDateStruct"):
        assert record.state(path) is State.NOT_IN_SOURCE
    assert record.state("armsInterventionsModule.armGroups") is State.NOT_IN_SOURCE
    assert record.state("outcomesModule.otherOutcomes") is State.EMPTY


def test_outcomes_are_found_at_their_places() -> None:
    record = parse_record(FLAT, "flat")
    frame = str(record.value("outcomesModule.secondaryOutcomes.1.timeFrame"))
    span = record.place("outcomesModule.secondaryOutcomes.1.timeFrame", 6, len(frame))
    assert span is not None
    assert record.text[span.start : span.end] == "3 weeks"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Overall survival, 2 years", ["Overall survival", "2 years"]),
        (f"Overall survival, {PHRASE}", ["Overall survival", PHRASE]),
        (
            "Adverse events, Graded by CTCAE 5.0., through study completion, an average of 1 year",
            ["Adverse events", "Graded by CTCAE 5.0.", "through study completion, an average of 1 year"],
        ),
        (
            "Response rate (ORR), ORR is the share of patients with a response., Up to 24 weeks",
            ["Response rate (ORR)", "ORR is the share of patients with a response.", "Up to 24 weeks"],
        ),
        ("Quality of life", ["Quality of life"]),
    ],
)
def test_divisions(text: str, parts: list[str]) -> None:
    assert divided(text) == [parts]


def test_commas_in_brackets_do_not_divide() -> None:
    text = "Peak concentration (Cmax, AUC, half-life), Blood (days 1, 8, 15)., 3 weeks"
    assert divided(text) == [["Peak concentration (Cmax, AUC, half-life)", "Blood (days 1, 8, 15).", "3 weeks"]]


def test_outcomes_of_a_record_share_their_time_frame() -> None:
    frame = "Baseline, week 6, week 12"
    others = [f"Score of pain, Measured by a scale of ten points., {frame}", f"Sleep, Hours by a diary., {frame}"]
    assert divided(f"Fatigue, A scale of five points., {frame}", *others)[0][-1] == frame


def test_an_uncertain_division_is_doubted_and_a_certain_one_is_not() -> None:
    certain = "Response rate (ORR), ORR is the share of patients with a response., Up to 24 weeks"
    unclear = "Nausea, vomiting, fatigue, Every cycle, 3 weeks, 6 weeks"
    text = FLAT.replace(FLAT.split("\n")[4], f"{certain}|{unclear}")
    doubted = {doubt.path for doubt in parse_record(text, "x").doubts}
    assert "outcomesModule.primaryOutcomes.0" not in doubted
    assert "outcomesModule.primaryOutcomes.1" in doubted


def test_without_a_description_the_last_line_is_outcomes() -> None:
    record = parse_record("\n".join(FLAT.split("\n")[:6]), "x")
    assert len(record.content.outcomes.secondary_outcomes) == 2
    assert record.content.description.detailed_description is None


@pytest.mark.parametrize(
    ("line", "is_outcomes"),
    [
        ("Survival, 2 years|Response, 6 months", True),
        ("Survival of all patients", True),
        ("Cancer is frequent. It is treated in many ways. None of them is good enough. We look for another.", False),
    ],
)
def test_outcomes_and_prose_are_told_apart(line: str, is_outcomes: bool) -> None:
    assert looks_like_outcomes(line) is is_outcomes


def test_prose_is_no_flattened_record() -> None:
    with pytest.raises(ToplineError, match="TL-I01"):
        parse_record("Dear colleague,\nplease find the protocol attached.\nBest wishes", "mail")
