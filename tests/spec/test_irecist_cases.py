"""iRECIST, case by case: sums of targets and new lesions per visit give iUPD, iCPD and the reset of the bar."""

import csv
import re
from pathlib import Path

import pytest

from tests.spec.course import BASELINE, Course, Outcome
from tests.spec.lesion_cases import on_day

IMMUNE = {"irecist": True}
SUMS: dict[str, tuple[int, ...]] = {
    "I01": (125, 131),
    "I03": (125, 129, 131),
    "I04": (125, 90),
    "I05": (125, 65),
    "I06": (125, 65, 80),
    "I13": (125,),
}
"""The courses that are sums of two targets, 100 mm at baseline; I10, I12 and I14 are written out below."""


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, dict[str, str]]:
    with (shared / "facts" / "irecist_cases.csv").open(encoding="utf-8") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def two_targets() -> Course:
    course = Course().lesion("T01").lesion("T02", place="LIVER")
    return course.measured(0, BASELINE, {"T01": 50, "T02": 50})


def of_sums(*sums: float) -> Course:
    course = two_targets()
    for number, total in enumerate(sums, start=1):
        course.measured(number, 1 + 56 * number, {"T01": total - 40, "T02": 40})
    return course


def expected(case: dict[str, str]) -> list[str]:
    return re.findall(r"iUPD|iCPD|iSD|iPR|iCR", case["expected"].partition("iBOR")[0])


def test_every_case_is_here(cases: dict[str, dict[str, str]]) -> None:
    assert set(cases) == {*SUMS, "I10", "I12", "I14"}


@pytest.mark.parametrize("name", list(SUMS))
def test_sums(cases: dict[str, dict[str, str]], name: str) -> None:
    written = [float(size) for size in re.findall(r"(?<![+(\d])(\d{2,3})(?![\d%])", cases[name]["course"])]
    assert written == [100.0, *map(float, SUMS[name])]
    visits = of_sums(*SUMS[name]).derive(IMMUNE).visits("IOVR")
    assert visits == (expected(cases[name]) or ["iUPD"])


def test_a_stable_new_lesion_stays_unconfirmed(cases: dict[str, dict[str, str]]) -> None:
    course = of_sums(100, 100).lesion("NEW01", "NEW", "BRAIN", 1, 57)
    course.measured(1, 57, {"NEW01": 12}).measured(2, 113, {"NEW01": 12})
    assert course.derive(IMMUNE).visits("IOVR") == expected(cases["I10"])


def test_progression_in_another_category_confirms(cases: dict[str, dict[str, str]]) -> None:
    course = of_sums(125, 125).lesion("NEW01", "NEW", "BRAIN", 2, 113).measured(2, 113, {"NEW01": "PRESENT"})
    assert course.derive(IMMUNE).visits("IOVR") == expected(cases["I12"])


def test_never_followed_counts_as_progression(cases: dict[str, dict[str, str]]) -> None:
    assert "counts as PD date" in cases["I13"]["rule"]
    got = of_sums(125).derive(IMMUNE)
    assert (got.value("IBOR"), got.value("IPD"), got.date("IPD")) == ("iUPD", "Y", on_day(57))


def test_progression_is_dated_at_the_first_unconfirmed_one(cases: dict[str, dict[str, str]]) -> None:
    assert cases["I14"]["expected"] == "iPFS date = week 8"
    course = two_targets()
    for number, total in enumerate((125, 127, 132), start=1):
        course.measured(number, 1 + 56 + 28 * (number - 1), {"T01": total - 50, "T02": 50})
    got = course.derive(IMMUNE)
    assert got.visits("IOVR") == re.findall(r"iUPD|iCPD", cases["I14"]["course"])
    assert got.date("IPD") == on_day(8 * 7 + 1)


def after(*sums: float) -> Outcome:
    return of_sums(*sums).derive(IMMUNE)


def test_a_reset_forgets_the_first_progression() -> None:
    got = after(125, 65, 80, 86)
    assert got.visits("IOVR") == ["iUPD", "iPR", "iUPD", "iCPD"]
    assert (got.value("IBOR"), got.date("IPD")) == ("iPR", on_day(169))
    assert after(125, 65).value("IPD") == "N"


def test_a_visit_that_cannot_be_read_neither_confirms_nor_resets() -> None:
    course = of_sums(125)
    course.measured(2, 113, {"T01": None, "T02": 40}).measured(3, 169, {"T01": 91, "T02": 40})
    got = course.derive(IMMUNE)
    assert got.visits("IOVR") == ["iUPD", "NE", "iCPD"]
    assert got.date("IPD") == on_day(57)


def test_a_new_lesion_that_is_gone_resets_and_one_that_grows_confirms() -> None:
    begun = of_sums(100, 100).lesion("NEW01", "NEW", "BRAIN", 1, 57).measured(1, 57, {"NEW01": 12})
    grown = of_sums(100, 100).lesion("NEW01", "NEW", "BRAIN", 1, 57).measured(1, 57, {"NEW01": 12})
    assert begun.measured(2, 113, {"NEW01": "ABSENT"}).derive(IMMUNE).visits("IOVR") == ["iUPD", "iSD"]
    assert grown.measured(2, 113, {"NEW01": 17}).derive(IMMUNE).visits("IOVR") == ["iUPD", "iCPD"]


def test_a_second_new_lesion_confirms() -> None:
    course = of_sums(100, 100).lesion("NEW01", "NEW", "BRAIN", 1, 57).lesion("NEW02", "NEW", "BONE", 2, 113)
    course.measured(1, 57, {"NEW01": "PRESENT"}).measured(2, 113, {"NEW01": "PRESENT", "NEW02": "PRESENT"})
    assert course.derive(IMMUNE).visits("IOVR") == ["iUPD", "iCPD"]


def test_no_target_and_no_other_disease_is_not_evaluable() -> None:
    course = Course().lesion("NEW01", "NEW", "BRAIN", 2, 113).measured(0, BASELINE, {"NEW01": "ABSENT"})
    course.measured(1, 57, {"NEW01": "ABSENT"}).measured(2, 113, {"NEW01": "PRESENT"})
    assert course.derive(IMMUNE).visits("IOVR")[-1] == "iUPD"


def test_early_stable_disease_is_not_the_best_response() -> None:
    course = two_targets().measured(1, 29, {"T01": 50, "T02": 50})
    assert course.derive(IMMUNE).value("IBOR") == "NE"
    assert course.derive({**IMMUNE, "stable_minimum_days": 28}).value("IBOR") == "iSD"
