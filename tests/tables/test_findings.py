"""Findings: one row per fault, a cap that counts what it leaves out, an order that puts errors first."""

import polars as pl
import pytest

from topline.errors import CATALOGUE, Finding
from topline.tables.findings import CAP, FINDINGS, LONGEST, Fault, find, findings, findings_frame, join_findings


def test_rows_without_subject_give_one_finding_each() -> None:
    found = findings("TL-F07", pl.DataFrame({"NAME": ["a", "b", "c"]}), "XX", message="constant")
    assert found.height == 3
    assert found.schema == FINDINGS.schema
    assert found["USUBJID"].to_list() == ["", "", ""]


def test_no_rows_give_no_finding() -> None:
    assert findings("TL-F07", pl.DataFrame({"NAME": []}), "XX").height == 0
    assert findings("TL-F07", pl.DataFrame(), "XX").height == 0


def test_texts_are_constants_or_expressions() -> None:
    rows = pl.DataFrame({"USUBJID": ["001", None], "STUDYID": ["S", "S"], "AGE": [130, None]})
    found = findings("TL-T08", rows, "DM", variable="AGE", value=pl.col("AGE"), message=pl.format("is {}", "AGE"))
    assert found.select("STUDYID", "USUBJID", "VARIABLE", "VALUE", "MESSAGE").rows() == [
        ("S", "001", "AGE", "130", "is 130"),
        ("S", "", "AGE", "", ""),
    ]
    assert found["RULE"].unique().to_list() == [CATALOGUE["TL-T08"].rule]


def test_long_values_are_cut() -> None:
    found = findings("TL-T01", pl.DataFrame({"SEX": ["x" * 10_000]}), "DM", value=pl.col("SEX"))
    assert found["VALUE"].str.len_chars().to_list() == [LONGEST]


@pytest.mark.parametrize("count", [0, 1, CAP, CAP + 1, 5 * CAP])
def test_the_cap_loses_no_count(count: int) -> None:
    frame = pl.DataFrame({"STUDYID": "S", "USUBJID": "001", "BAD": [True] * count + [False, None]})
    found = find(frame, "TR", [Fault("TL-T08", pl.col("BAD"), {"variable": "TRSTRESN"})])
    assert sum(part["COUNT"].sum() for part in found) == count
    assert sum(part.height for part in found) == min(count, CAP + 1)
    if count > CAP:
        last = found[0].row(-1, named=True)
        assert (last["COUNT"], last["STUDYID"], last["VARIABLE"]) == (count - CAP, "S", "TRSTRESN")
        assert f"{count - CAP:,} more records" in last["MESSAGE"]


def test_errors_come_first() -> None:
    notes = findings_frame([Finding("TL-T07", "TR", "X"), Finding("TL-T01", "DM", "SEX")])
    assert join_findings(notes, FINDINGS.empty(), findings_frame([Finding("TL-D07", "DM")]))["CODE"].to_list() == [
        "TL-T01",
        "TL-D07",
        "TL-T07",
    ]
    assert join_findings().schema == FINDINGS.schema
