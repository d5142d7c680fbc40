"""What the checks read words with: endpoints in measures, durations in time frames, dates, places in lines."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.protocol.lint.duration import longest
from topline.protocol.lint.endpoint import mentions
from topline.protocol.lint.lines import Lines
from topline.protocol.lint.passage import lower
from topline.protocol.lint.period import period

MEASURES = {
    "Overall Survival (OS)": ["overall survival"],
    "mOS": ["overall survival"],
    "OSTEOPOROSIS": [],
    "Progression Free Survival": ["progression-free survival"],
    "rPFS by PCWG3": ["progression-free survival"],
    "Time to tumour progression": ["time to progression"],
    "Relapse-free survival": ["event-free survival"],
    "Best overall response (BOR)": ["response rate"],
    "Pathologic complete response": [],
    "PSA response": [],
    "Duration of response": ["duration of response"],
    "Duration of overall response": ["duration of response"],
    "DoR and ORR": ["duration of response", "response rate"],
    "Clinical benefit rate": ["disease control rate"],
    "Number of TEAEs": ["adverse events"],
    "Change in HRQoL": ["quality of life"],
    "Controlled release": [],
}


@pytest.mark.parametrize("measure", MEASURES)
def test_endpoints(measure: str) -> None:
    assert [found.endpoint.value for found in mentions(measure, measure.lower())] == MEASURES[measure]


def test_a_mention_knows_its_place() -> None:
    measure = "Rate of PFS at one year, and overall survival"
    assert [measure[found.start : found.end] for found in mentions(measure, measure.lower())] == [
        "PFS",
        "overall survival",
    ]


@pytest.mark.parametrize(
    ("frame", "words", "months"),
    [
        ("up to 100 months", "100 months", 100),
        ("every 6 weeks, up to 2 years", "2 years", 24),
        ("24-month rate", "24-month", 24),
        ("6 to 8 months", "6 to 8 months", 8),
        ("baseline, week 26", "week 26", 26 * 84 / 365.25),
        ("one year", "one year", 12),
        ("a month", "a month", 1),
        ("from day 1 to 90 days", "1 to 90 days", 90 * 12 / 365.25),
        ("about 1.5 years", "1.5 years", 18),
        ("week 2 week 4", "week 4", 4 * 84 / 365.25),
    ],
)
def test_the_longest_duration(frame: str, words: str, months: float) -> None:
    found = longest(frame)
    assert found is not None
    assert frame[found.start : found.end] == words
    assert found.months == pytest.approx(months, abs=1e-9)


@pytest.mark.parametrize(
    "frame", ["", "through the study", "18 years old", "28 days before", "6 cycles", "of a daily dose"]
)
def test_no_duration(frame: str) -> None:
    assert longest(frame) is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_what_a_date_can_mean(text: str, first: date, last: date) -> None:
    assert period(text) == (first, last)


@pytest.mark.parametrize("text", [None, "", "2023-02-29", "2023-13", "0000", "February 2023", "２０２３"])
def test_what_is_no_date(text: str | None) -> None:
    assert period(text) is None


@given(st.text())
def test_lower_case_keeps_places(text: str) -> None:
    low = lower(text)
    assert len(low) == len(text)
    assert all(
        one.lower() == other for one, other in zip(text, low, strict=True) if len(one.lower()) == 1 and one != "Σ"
    )


@given(st.text(alphabet="ab\n\r", max_size=40), st.integers(0, 40))
def test_lines_and_columns_lead_back(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    line, column = Lines(text).place(offset)
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    half = text[offset - 1 : offset + 1] == "\r\n"  # between the two signs of one break
    assert line == before.count("\n") + 1 - half
    assert half or column == len(before) - before.rfind("\n")
