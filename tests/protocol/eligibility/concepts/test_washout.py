"""Washout: patients one day to either side of the window, patients whom it never happened to, and missing anchors."""

import re
from datetime import date, timedelta

import pytest

from tests.protocol.eligibility.concepts.judged import exact, judged, only, reason, words
from topline.protocol.eligibility.concepts.events import EVENTS, FLAGS
from topline.protocol.eligibility.concepts.washout import find
from topline.protocol.eligibility.concepts.window import SPAN, days_of, parse_within
from topline.tables.patients import PATIENTS

STRICT = re.compile(r"less|<")
"""Words of windows that leave their last day out; all others include it."""

DAY = date(2026, 3, 30)
ANCHORS = dict.fromkeys(("FDOSEDT", "ENROLDT", "RANDDT", "CONSDT", "SCRNDT"), DAY)


def patient(column: str, days: int | None, **known: object) -> dict[str, object]:
    """Return a patient to whom something happened so many days before every anchor, or at an unknown time."""
    return {**ANCHORS, **({column: DAY - timedelta(days=days)} if days is not None else {}), **known}


CHEMO = {"PRIORCLS": ["PLATINUM"]}
NAIVE = {"PRIORCLS": ["NONE"]}


@pytest.mark.parametrize(
    ("text", "column", "days", "ever", "never"),
    [
        ("chemotherapy within 4 weeks before the first dose", "LCHEMDT", 28, CHEMO, NAIVE),
        ("cytotoxic chemotherapy within 28 days prior to randomization", "LCHEMDT", 28, CHEMO, NAIVE),
        ("radiotherapy within 2 weeks of enrolment", "LRTDT", 14, {"PRIORRT": "Y"}, {"PRIORRT": "N"}),
        ("major surgery <3 weeks prior to first dose of study drug", "LSURGDT", 21, {"SURGFL": "Y"}, {"SURGFL": "N"}),
        ("any investigational agent within 30 days before screening", "LINVDT", 30, {"INVFL": "Y"}, {"INVFL": "N"}),
        (
            "systemic corticosteroids within 14 days before informed consent",
            "LSTERDT",
            14,
            {"STERFL": "Y"},
            {"STERFL": "N"},
        ),
        (
            "live attenuated vaccine within four weeks before cycle 1 day 1",
            "LVACCDT",
            28,
            {"VACCFL": "Y"},
            {"VACCFL": "N"},
        ),
        (
            "immunotherapy within 4 weeks before start of study treatment",
            "LIMMDT",
            28,
            {"PRIORCLS": ["CTLA-4 INHIBITOR"]},
            CHEMO,
        ),
        ("targeted therapy within 2 weeks before enrollment", "LTARGDT", 14, {"PRIORCLS": ["EGFR TKI"]}, CHEMO),
        ("systemic anticancer therapy within 4 weeks prior to randomization", "LSYSDT", 28, CHEMO, NAIVE),
        ("myocardial infarction within 6 months before enrollment", "LMIDT", 183, {"MIFL": "Y"}, {"MIFL": "N"}),
        ("within 6 months before enrollment, has had a stroke", "LSTROKDT", 183, {"STROKFL": "Y"}, {"STROKFL": "N"}),
        ("less than 28 days since the last chemotherapy before randomization", "LCHEMDT", 28, CHEMO, NAIVE),
    ],
)
def test_what_must_not_have_happened_within(text, column, days, ever, never) -> None:
    assert exact(find, text, "exclusion")
    rows = [patient(column, days - 1, **ever), patient(column, days, **ever), patient(column, days + 1, **ever)]
    assert judged(find, text, *rows, polarity="exclusion") == [True, not STRICT.search(text), False]
    unknown = [
        patient(column, None, **never),
        patient(column, None, **ever),
        patient(column, None),
        {column: DAY, **ever},
    ]
    assert judged(find, text, *unknown, polarity="exclusion") == [False, None, None, None]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("at least 4 weeks since last radiotherapy before enrollment", 28),
        ("Radiotherapy completed at least 28 days before the first dose", 28),
        ("radiotherapy must have been completed ≥ 4 weeks prior to randomization", 28),
        ("more than 4 weeks since radiotherapy before first dose", 29),
        ("No radiotherapy within 28 days before first dose", 29),
        ("No radiotherapy less than 28 days before first dose", 28),
    ],
)
def test_what_must_lie_back_so_long(text: str, days: int) -> None:
    rows = [patient("LRTDT", gap, PRIORRT="Y") for gap in (days - 1, days)]
    assert judged(find, text, *rows, patient("LRTDT", None, PRIORRT="N"), patient("LRTDT", None)) == [
        False,
        True,
        True,
        None,
    ]


def test_one_of_several_suffices() -> None:
    text = "Myocardial infarction or unstable angina within 6 months before enrollment"
    never = {"MIFL": "N", "ANGFL": "N"}
    rows = [
        patient("LANGDT", 100, MIFL="N", ANGFL="Y"),
        patient("LMIDT", 100, MIFL="Y", ANGFL="N"),
        patient("LMIDT", None, **never),
    ]
    assert judged(find, text, *rows, polarity="exclusion") == [True, True, False]
    assert judged(find, text, patient("LMIDT", 200, MIFL="Y"), polarity="exclusion") == [None]


def test_and_may_mean_all_or_any() -> None:
    text = "chemotherapy and radiotherapy within 4 weeks before the first dose"
    one = patient("LCHEMDT", 10, **CHEMO, PRIORRT="N")
    both = {**one, "PRIORRT": "Y", "LRTDT": DAY - timedelta(days=10)}
    assert judged(find, text, one, both, patient("LRTDT", None, **NAIVE, PRIORRT="N"), polarity="exclusion") == [
        None,
        True,
        False,
    ]


def test_a_limited_event_is_at_most_the_event() -> None:
    text = "palliative radiotherapy within 2 weeks before first dose"
    rows = [patient("LRTDT", 14, PRIORRT="Y"), patient("LRTDT", 15, PRIORRT="Y"), patient("LRTDT", None, PRIORRT="N")]
    assert judged(find, text, *rows, polarity="exclusion") == [None, False, False]


def test_a_wider_event_is_at_least_the_event() -> None:
    text = "vaccination within 4 weeks before first dose"
    rows = [
        patient("LVACCDT", 10, VACCFL="Y"),
        patient("LVACCDT", 40, VACCFL="Y"),
        patient("LVACCDT", None, VACCFL="N"),
    ]
    assert judged(find, text, *rows, polarity="exclusion") == [True, None, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "systemic anticancer therapy within 14 days or 5 half-lives, whichever is longer, before first dose",
            [True, None],
        ),
        (
            "systemic anticancer therapy within 14 days or 5 half-lives, whichever is shorter, before first dose",
            [None, False],
        ),
    ],
)
def test_half_lives_are_a_question(text: str, expected: list[bool | None]) -> None:
    rows = [patient("LSYSDT", gap, **CHEMO) for gap in (14, 15)]
    assert judged(find, text, *rows, polarity="exclusion") == expected


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Chemotherapy within 4 weeks", "exclusion"),
        ("radiotherapy within 4 weeks before the planned transplantation", "exclusion"),
        ("myocardial infarction in the past 6 months", "exclusion"),
        ("at least 4 weeks since the last chemotherapy", "inclusion"),
    ],
)
def test_without_a_date_that_the_table_holds_a_person_judges(text: str, section: str) -> None:
    assert "no date" in reason(find, text, section)


def test_a_requirement_among_the_exclusions_is_not_turned_round() -> None:
    assert "must have passed" in reason(find, "radiotherapy completed at least 4 weeks before first dose", "exclusion")


def test_an_inclusion_that_names_a_recent_treatment_is_a_question() -> None:
    assert "without a negation" in reason(find, "chemotherapy within 4 weeks before enrollment", "inclusion")


@pytest.mark.parametrize(
    "text",
    [
        "relapse within 6 months after chemotherapy",
        "surgery is planned",
        "progression at 6 months",
        "contraception until at least 6 months after the last dose of investigational drug",
        "abstinence for at least 6 months after the last investigational drug before enrolment",
        "agrees not to donate sperm for more than 90 days after the last chemotherapy",
    ],
)
def test_false_friends_are_not_read(text: str) -> None:
    assert find(text, "inclusion") == []


@pytest.mark.parametrize(
    ("span", "days"),
    [("4 weeks", 28), ("1 month", 30), ("6 months", 183), ("one year", 365), ("5 years", 1826), ("14-day", 14)],
)
def test_days_of_spans(span: str, days: int) -> None:
    found = re.match(SPAN, span)
    assert found is not None
    assert days_of(found) == days


@pytest.mark.parametrize(
    ("anchor", "column"),
    [
        ("the first dose of study drug", "FDOSEDT"),
        ("initiation of study treatment", "FDOSEDT"),
        ("C1D1", "FDOSEDT"),
        ("study entry", "ENROLDT"),
        ("enrolment", "ENROLDT"),
        ("registration", "ENROLDT"),
        ("randomisation", "RANDDT"),
        ("signing the informed consent form", "CONSDT"),
        ("screening", "SCRNDT"),
        ("biopsy", ""),
        ("baseline", ""),
    ],
)
def test_anchors(anchor: str, column: str) -> None:
    window = parse_within(f"within 4 weeks before {anchor}", 0)
    assert window is not None
    assert (window.days, window.anchor) == (28, column)


def test_dates_and_flags_of_events_are_columns() -> None:
    assert set(FLAGS) | set(FLAGS.values()) <= set(PATIENTS.names)
    assert {column for event in EVENTS for column, _ in event.dates} <= set(PATIENTS.names)


def test_the_match_covers_event_and_window() -> None:
    text = "Patients with major surgery within 28 days before the first dose, or pain"
    assert words(find, text, "exclusion") == ["major surgery within 28 days before the first dose"]
    assert only(find, text, "exclusion").concept == "washout"
