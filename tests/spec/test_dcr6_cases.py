"""Disease control in both readings: by the best response, and as a status at six months."""

import csv
import re
from pathlib import Path

import pytest

from tests.protocols import protocol, rate
from tests.spec.course import Course, recorded
from topline.adam.response_parameters import FLAGS

WORDS = {"yes": "Y", "no": "N"}


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, dict[str, str]]:
    with (shared / "facts" / "dcr6_cases.csv").open(encoding="utf-8") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def course_of(text: str) -> Course:
    """Return the course of a case like `SD d57,d113; PD d169`."""
    course, visit = Course(), 0
    for part in text.split(";"):
        response = re.match(r"\s*(\w+)", part)
        assert response is not None
        for day in re.findall(r"d(\d+)", part):
            visit += 1
            course.assessed(visit, int(day), response[1])
    for single in re.finditer(r"(SD|PD) at d(\d+) only, (SD|PD) d(\d+)", text):
        course = Course().assessed(1, int(single[2]), single[1]).assessed(2, int(single[4]), single[3])
    return course


def test_both_readings(cases: dict[str, dict[str, str]]) -> None:
    assert set(cases) == {"DC1", "DC7"}
    for name, best, status in (("DC1", "yes", "no"), ("DC7", "no", "no")):
        assert re.findall(r"\b(yes|no)\b", cases[name]["expected_bestDCR_then_status_at_6mo"])[:2] == [best, status]
        got = course_of(cases[name]["course"]).derive({"source": "assessed"})
        assert (got.value("DCR"), got.value("CDCR"), got.value("DCLM")) == (WORDS[best], WORDS[best], WORDS[status])


AT = {"source": "assessed"}


def at(day: int, response: str, landmark: dict[str, object] | None = None, **days: int) -> str | None:
    """Return control at day 183, window 21 days, of a patient with SD at day 57 and one more scan."""
    plan = protocol(response=AT, endpoints=[rate()], landmark=landmark or {})
    return Course().assessed(1, 57, "SD").assessed(2, day, response).derive(plan=plan, **days).value("DCLM")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(161, "N"), (162, "Y"), (183, "Y"), (184, "Y"), (300, "Y")],
)
def test_the_window_before_the_landmark(day: int, expected: str) -> None:
    assert at(day, "SD") == expected


@pytest.mark.parametrize(("day", "expected"), [(182, "N"), (183, "N"), (184, "N")])
def test_progression_near_the_landmark_without_a_scan_in_the_window(day: int, expected: str) -> None:
    assert at(day, "PD") == expected


def test_progression_after_the_landmark_leaves_control_at_it() -> None:
    course = recorded("SD").assessed(2, 170, "SD")
    assert course.assessed(3, 184, "PD").derive(AT).value("DCLM") == "Y"
    assert recorded("SD").assessed(2, 170, "SD").assessed(3, 183, "PD").derive(AT).value("DCLM") == "N"


@pytest.mark.parametrize(("day", "expected"), [(183, "N"), (184, "Y")])
def test_death_up_to_the_landmark(day: int, expected: str) -> None:
    got = recorded("SD").assessed(2, 170, "SD").derive(AT, DTHDT=day)
    assert got.value("DCLM") == expected
    assert got.row("DCLM")["SRCRECS"] == (["DM"] if expected == "N" else ["RS 2"])


def test_new_therapy_up_to_the_landmark() -> None:
    assert at(170, "SD", NEWTXDT=100) == "N"
    assert at(170, "SD", {"new_therapy": "ignore"}, NEWTXDT=100) == "Y"
    assert at(190, "SD", NEWTXDT=185) == "N"  # the scan after new therapy shows nothing about the drug
    assert at(190, "SD", {"new_therapy": "ignore"}, NEWTXDT=185) == "Y"
    assert at(180, "SD", NEWTXDT=185) == "Y"


def test_not_evaluable_is_no_control() -> None:
    assert at(183, "NE") == "N"
    assert at(183, "NON-CR/NON-PD") == "Y"
    assert FLAGS == ("N", "Y")
