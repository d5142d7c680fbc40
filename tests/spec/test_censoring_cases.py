"""Events and censoring, case by case, under FDA tables A and C, EMA, and for TTP and OS."""

import csv
import re
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.protocols import protocol, rate, time_to_event
from tests.spec.lesion_cases import START, frame, on_day, subjects
from topline.adam.response import derive_response
from topline.adam.survival import derive_survival

COURSES: dict[str, dict[str, object]] = {
    # case: assessments (day, response); day of death, new therapy, last contact
    "P01": {"scans": [], "alive": 300},
    "P02": {"scans": [], "death": 40},
    "P03": {"scans": [(56, "SD"), (112, "SD"), (168, "PD")]},
    "P04": {"scans": [(56, "SD"), (112, "SD")], "alive": 200},
    "P05": {"scans": [(56, "SD")], "death": 90},
    "P06": {"scans": [(56, "SD"), (224, "PD")]},
    "P07": {"scans": [(56, "SD"), (168, "PD")]},
    "P08": {"scans": [(56, "SD")], "death": 200},
    "P09": {"scans": [(56, "SD"), (112, "PD")], "therapy": 70},
    "P10": {"scans": [(56, "SD"), (112, "PD")], "stop": 70},
    "P12": {"scans": [(95, "PD")]},
}
AT_START = {("P01", "0 cens"), ("P02", "1 cens")}
"""The two rows that write the same fact, censored at time zero, once as 0 and once as 1."""

ENDPOINTS = {
    "FDA_A": time_to_event("PFSA", ("progression", "death"), censoring="FDA table A"),
    "FDA_C": time_to_event("PFSC", ("progression", "death"), censoring="FDA table C"),
    "EMA_ITT": time_to_event("PFSE", ("progression", "death"), censoring="EMA"),
    "TTP": time_to_event("TTP", ("progression",), censoring="FDA table C"),
    "OS": time_to_event("OS", ("death",), last_observation="last alive"),
}
PROTOCOL = protocol(endpoints=[rate(), *ENDPOINTS.values()], response={"source": "assessed"})


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, dict[str, str]]:
    with (shared / "facts" / "pfs_censoring_cases.csv").open(encoding="utf-8") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def derived() -> pl.DataFrame:
    rows, days = [], {"DTHDT": {}, "NEWTXDT": {}, "LSTALVDT": {}, "EOTDT": {}}  # type: ignore[var-annotated]
    for case, course in COURSES.items():
        for number, (day, response) in enumerate(course["scans"], start=1):  # type: ignore[arg-type, var-annotated]
            rows.append({"STUDYID": "TEST", "USUBJID": case, "RSSEQ": number, "RSTESTCD": "OVRLRESP", "RSSTRESC": response,
                         "RSEVAL": "INVESTIGATOR", "VISITNUM": float(number), "RSDTC": on_day(day)})  # fmt: skip
        for name, key in (("DTHDT", "death"), ("NEWTXDT", "therapy"), ("LSTALVDT", "alive"), ("EOTDT", "stop")):
            if key in course:
                days[name][case] = course[key]
    adsl = subjects(list(COURSES), **days)
    adrs, _ = derive_response(adsl, frame("RS", rows), None, PROTOCOL)
    return derive_survival(adsl, adrs, PROTOCOL)[0]


@pytest.mark.parametrize("rule", list(ENDPOINTS))
@pytest.mark.parametrize("case", list(COURSES))
def test_case(cases: dict[str, dict[str, str]], derived: pl.DataFrame, case: str, rule: str) -> None:
    expected = re.fullmatch(r"(\d+) (event|cens)", cases[case][rule])
    if expected is None:
        pytest.skip(f"the case gives no day: {cases[case][rule]!r}")
    row = derived.filter((pl.col("USUBJID") == case) & (pl.col("PARAMCD") == ENDPOINTS[rule]["id"])).row(0, named=True)
    assert row["CNSR"] == (0 if expected[2] == "event" else 1)
    if (case, expected[0]) in AT_START:
        assert row["ADT"] == START
    else:
        assert row["AVAL"] == int(expected[1])
        assert row["ADT"] == START + timedelta(days=int(expected[1]) - 1)


def test_months_state_their_divisor(cases: dict[str, dict[str, str]], derived: pl.DataFrame) -> None:
    months = re.search(r"168/30.4375 = ([\d.]+) months", cases["P15"]["FDA_A"])
    assert months is not None
    row = derived.filter((pl.col("USUBJID") == "P03") & (pl.col("PARAMCD") == "PFSC")).row(0, named=True)
    assert row["AVALM"] == pytest.approx(float(months[1]), abs=0.005)
