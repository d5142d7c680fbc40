"""Best confirmed response of sequences of responses, with every parameter of the rule."""

import csv
from pathlib import Path

import pytest

from tests.protocols import protocol
from tests.spec.lesion_cases import frame, on_day, subjects
from topline.adam.response import derive_response

PARAMETERS = {
    "ref_start_window": "stable_minimum_days",
    "ref_confirm": "confirmation_days",
    "max_nr_ne": "not_evaluable_between",
    "accept_sd": "stable_between",
    "missing_as_ne": "missing_as_not_evaluable",
}
WORDS = {"T": True, "F": False}


def settings(params: str) -> tuple[dict[str, object], str]:
    """Return the response criteria that a case states, and what it adds about a further subject."""
    chosen: dict[str, object] = {"source": "assessed"}
    rest = []
    for part in params.split(";"):
        name, _, value = part.partition("=")
        if name in PARAMETERS:
            number = WORDS.get(value, int(value) if value.isdigit() else value)
            chosen[PARAMETERS[name]] = int(number) if name == "accept_sd" else number
        else:
            rest.append(part)
    return chosen, ";".join(rest)


def best_confirmed(course: str, chosen: dict[str, object]) -> str:
    """Return CBOR of a course like `0:PR;31:CR`: days after the start, and responses."""
    visits = [visit.split(":") for visit in course.split(";") if visit]
    rows = [
        {"STUDYID": "TEST", "USUBJID": "1", "RSSEQ": number, "RSTESTCD": "OVRLRESP", "RSSTRESC": response,
         "RSEVAL": "INVESTIGATOR", "VISITNUM": float(number), "RSDTC": on_day(int(day) + 1)}
        for number, (day, response) in enumerate(visits, start=1)
    ]  # fmt: skip
    adrs, _ = derive_response(subjects(["1"]), frame("RS", rows), None, protocol(response=chosen))
    return dict(adrs.select("PARAMCD", "AVALC").filter(adrs["PARAMCD"] == "CBOR").iter_rows())["CBOR"]


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict[str, str]]:
    with (shared / "facts" / "bor_sequence_cases.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("place", range(10))
def test_case(cases: list[dict[str, str]], place: int) -> None:
    assert len(cases) == 10
    case = cases[place]
    chosen, _ = settings(case["params"])
    assert best_confirmed(case["day_from_TRTSDT_and_response"], chosen) == case["expected_confirmed_BOR"]


def test_not_done_is_no_assessment(cases: list[dict[str, str]]) -> None:
    """The cases name a seventh subject: a single ND at day 60, which is NE where missing counts as NE."""
    stated = {settings(case["params"])[1] for case in cases}
    assert "subject 7 = single ND at day 60" in stated
    chosen = settings(next(case["params"] for case in cases if "subject 7" in case["params"]))[0]
    assert best_confirmed("60:ND", chosen) == "NE"
    assert best_confirmed("60:ND", {**chosen, "missing_as_not_evaluable": False}) == "MISSING"


@pytest.mark.parametrize(
    ("course", "chosen", "expected"),
    [
        ("56:PR;84:PR", {"confirmation_days": 28}, "PR"),
        ("56:PR;83:PR", {"confirmation_days": 28}, "SD"),
        ("56:PR;84:NE;112:PR", {"not_evaluable_between": 1}, "PR"),
        ("56:PR;84:NE;112:PR", {"not_evaluable_between": 0}, "SD"),
        ("56:PR;84:NE;112:NE;140:PR", {"not_evaluable_between": 1}, "SD"),
        ("56:PR;84:SD;112:PR", {"stable_between": 0}, "SD"),
        ("56:PR;84:SD;112:PR", {"stable_between": 1}, "PR"),
        ("56:CR;84:SD;112:CR", {"stable_between": 1}, "SD"),
        ("56:CR;84:PR;112:CR", {}, "PR"),
        ("56:CR;84:PR;112:CR", {"complete_response_lost": "progression"}, "SD"),
        ("35:CR;84:PR;112:CR", {"complete_response_lost": "progression"}, "PD"),
        ("56:PR;84:CR;112:PD", {}, "PR"),
        ("41:SD;80:PD", {"stable_minimum_days": 42}, "PD"),
        ("42:SD;80:PD", {"stable_minimum_days": 42}, "SD"),
        ("56:CR", {"unconfirmed_without_target": "NON-CR/NON-PD"}, "SD"),
        ("56:NON-CR/NON-PD;112:CR", {"unconfirmed_without_target": "SD"}, "SD"),
        ("56:NON-CR/NON-PD;112:CR", {"unconfirmed_without_target": "NON-CR/NON-PD"}, "NON-CR/NON-PD"),
    ],
)
def test_each_parameter_decides(course: str, chosen: dict[str, object], expected: str) -> None:
    assert best_confirmed(course, {"source": "assessed", **chosen}) == expected
