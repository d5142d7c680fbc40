"""RECIST 1.1, case by case: lesion sizes per visit give the expected target, overall and best responses."""

import csv
import re
from itertools import groupby
from pathlib import Path

import polars as pl
import pytest

from tests.protocols import protocol
from tests.spec.lesion_cases import Visit, frame, records, subjects
from topline.adam.response import derive_response
from topline.adam.tumor import derive_tumors

PROTOCOL = protocol(response={"stable_minimum_days": 42, "confirmation_days": 28})


@pytest.fixture(scope="module")
def cases(shared: Path) -> list[dict[str, str]]:
    with (shared / "facts" / "recist_cases.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def derived(cases: list[dict[str, str]]) -> pl.DataFrame:
    tu, tr, ids, therapy = [], [], [], {}
    for case, rows in groupby(cases, key=lambda row: row["case_id"]):
        visits = [
            Visit(int(r["visit"]), int(r["day"]), r["target_lesions"], r["non_target"], r["new_lesion"] == "Y")
            for r in rows
        ]
        more_tu, more_tr = records(case, visits)
        tu, tr = tu + more_tu, tr + more_tr
        ids.append(case)
    for row in cases:
        found = re.search(r"new therapy day (\d+)", row["params"])
        if found:
            therapy[row["case_id"]] = int(found[1])
    adsl = subjects(ids, NEWTXDT=therapy)
    tumors = derive_tumors(
        frame("TU", tu),
        frame("TR", tr),
        adsl.with_row_index("S").with_columns(pl.col("S").cast(pl.Int64)),
        PROTOCOL.criteria.response,
    )
    return derive_response(adsl, frame("RS", []), tumors, PROTOCOL)[0]


def test_every_case_is_there(cases: list[dict[str, str]]) -> None:
    assert len({row["case_id"] for row in cases}) >= 45
    assert sum(row["from_publication"] == "Y" for row in cases) >= 60


@pytest.mark.parametrize(("parameter", "column"), [("TRGRESP", "expected_target"), ("OVR", "expected_overall")])
def test_response_per_visit(cases: list[dict[str, str]], derived: pl.DataFrame, parameter: str, column: str) -> None:
    rows = derived.filter(pl.col("PARAMCD") == parameter)
    got = {(row["USUBJID"], int(row["AVISITN"])): row["AVALC"] for row in rows.iter_rows(named=True)}
    expected = {
        (row["case_id"], int(row["visit"])): row[column] for row in cases if row[column] not in ("BASELINE", "NA")
    }
    assert {key: got.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("parameter", "column"), [("BOR", "expected_BOR_unconfirmed"), ("CBOR", "expected_BOR_confirmed_28d")]
)
def test_best_response(cases: list[dict[str, str]], derived: pl.DataFrame, parameter: str, column: str) -> None:
    rows = derived.filter(pl.col("PARAMCD") == parameter)
    got = dict(rows.select("USUBJID", "AVALC").iter_rows())
    expected = {row["case_id"]: row[column] for row in cases}
    assert {case: "NE" if got[case] == "MISSING" else got[case] for case in expected} == expected
