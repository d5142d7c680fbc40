"""Conforming: no record is dropped, each loss is a finding, hostile frames of any shape come into form."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.tables.conform import conform
from topline.tables.declare import Core
from topline.tables.findings import CAP, FINDINGS
from topline.tables.sdtm import SDTM

TR, DM = SDTM["TR"], SDTM["DM"]
BLANKS = " \t\n\r\x0b\x0c\x85\xa0\u3000"
CELLS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_categories=["Zs", "Zl", "Zp"]) | st.sampled_from(BLANKS), max_size=5),
    st.sampled_from(["", " ", ".", "NA", "12.0", "1e3", "12 mm", "12,5", "nan", "2019", "2019-02-31", "31/02/2019"]),
)
NUMBERS = st.one_of(st.none(), st.floats(), st.integers(-10, 10).map(float))
COLUMNS = st.sampled_from(
    ["USUBJID", "usubjid", "TRSEQ", "trseq", "TRSTRESN", "TRDTC", "VISITNUM", "TRACPTFL", "X", "x "]
)


def count(found: pl.DataFrame, code: str) -> int:
    return int(found.filter(CODE=code)["COUNT"].sum())


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    height = draw(st.integers(0, 6))
    names = draw(st.lists(COLUMNS, unique=True, max_size=6))
    columns = [draw(st.lists(draw(st.sampled_from([CELLS, NUMBERS])), min_size=height, max_size=height)) for _ in names]
    return pl.DataFrame([pl.Series(name, cells) for name, cells in zip(names, columns, strict=True)])


@settings(max_examples=50, deadline=None)
@given(frames())
def test_any_frame_comes_into_form(frame: pl.DataFrame) -> None:
    tidy, found = conform(frame, TR)
    assert tidy.height == frame.height
    assert found.schema == FINDINGS.schema
    assert all(dtype == TR[name].dtype for name, dtype in tidy.schema.items() if name in TR)
    assert {v.name for v in TR.variables if v.core is not Core.PERMISSIBLE} <= set(tidy.columns)
    assert tidy.width >= frame.width
    again, nothing = conform(tidy, TR)
    assert again.equals(tidy)
    assert set(nothing["CODE"]) <= {"TL-T07"}


@settings(max_examples=50, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=20))
def test_each_number_is_read_or_found_missing_or_told(cells: list[str | None]) -> None:
    tidy, found = conform(pl.DataFrame({"TRSTRESN": cells}, schema={"TRSTRESN": pl.String}), TR)
    blank = sum(cell is None or cell.strip(BLANKS) in {"", ".", "NA"} for cell in cells)
    read = len(cells) - tidy["TRSTRESN"].null_count()
    assert read + blank + count(found, "TL-T03") == len(cells)


def test_a_lost_value_is_named_with_its_record() -> None:
    frame = pl.DataFrame({"USUBJID": "001", "TRSEQ": ["12", "x", "14"], "TRSTRESN": ["12 mm", "13", "1e3 "]})
    tidy, found = conform(frame, TR)
    told = found.filter(CODE="TL-T03").select("DATASET", "USUBJID", "RECORD", "VARIABLE", "VALUE").rows()
    assert sorted(told) == [("TR", "001", "TRSEQ 12", "TRSTRESN", "12 mm"), ("TR", "001", "row 2", "TRSEQ", "x")]
    assert tidy["TRSTRESN"].to_list() == [None, 13.0, 1000.0]
    assert tidy["TRSEQ"].to_list() == [12, None, 14]


def test_a_table_without_sequence_number_names_rows() -> None:
    _, found = conform(pl.DataFrame({"USUBJID": ["001", "002"], "AGE": ["61", "sixty"]}), DM)
    assert found.filter(CODE="TL-T03").select("USUBJID", "RECORD", "VALUE").rows() == [("002", "row 2", "sixty")]


def test_required_variables_that_lack_are_told_once() -> None:
    tidy, found = conform(pl.DataFrame({"TRSEQ": [1, 2]}), TR)
    assert set(found.filter(CODE="TL-T05")["VARIABLE"]) == {"STUDYID", "DOMAIN", "USUBJID", "TRTESTCD", "TRTEST"}
    assert tidy["USUBJID"].to_list() == [None, None]
    assert tidy["TRDTC"].to_list() == [None, None]
    assert "TRSPID" not in tidy.columns


def test_columns_that_are_not_declared_stay() -> None:
    tidy, found = conform(pl.DataFrame({"xyz": ["a ", ""], "TRSEQ": [1, 2], "list": [[1], [2]]}), TR)
    assert tidy["XYZ"].to_list() == ["a", None]
    assert tidy["LIST"].to_list() == [[1], [2]]
    assert tidy.columns[-2:] == ["XYZ", "LIST"]
    assert set(found.filter(CODE="TL-T07")["VARIABLE"]) == {"XYZ", "LIST"}


def test_two_columns_with_one_name_both_stay() -> None:
    tidy, found = conform(pl.DataFrame({"TRSEQ": [1], "trseq": [2], "TrSeq ": [3]}), TR)
    assert tidy.select("TRSEQ", "TRSEQ_2", "TRSEQ_3").row(0) == (1, 2, 3)
    assert set(found.filter(CODE="TL-T07")["VARIABLE"]) == {"TRSEQ_2", "TRSEQ_3"}


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame({"USUBJID": []}), pl.DataFrame({"X": [1, 2]})])
def test_frames_without_anything_useful(frame: pl.DataFrame) -> None:
    tidy, found = conform(frame, TR)
    assert tidy.height == frame.height
    assert "TL-T05" in set(found["CODE"])


def test_the_rest_beyond_the_cap_is_counted() -> None:
    frame = pl.DataFrame({"USUBJID": "001", "TRSEQ": range(3 * CAP), "TRSTRESN": "12 mm", "VISITNUM": "one"})
    tidy, found = conform(frame, TR)
    lost = found.filter(CODE="TL-T03")
    assert tidy.height == 3 * CAP
    assert lost.height == 2 * (CAP + 1)
    assert lost.group_by("VARIABLE").agg(pl.col("COUNT").sum()).sort("VARIABLE").rows() == [
        ("TRSTRESN", 3 * CAP),
        ("VISITNUM", 3 * CAP),
    ]


VALUES: list[tuple[str, list[Any], list[Any]]] = [
    ("SITEID", [701.0, 702.0], ["701", "702"]),
    ("DTHDTC", [date(2019, 2, 28), None], ["2019-02-28", None]),
    ("DTHFL", [True, None], ["Y", None]),
    ("ARM", ["Anlotinib  ", "   "], ["Anlotinib", None]),
    ("AGE", [61, 62], [61.0, 62.0]),
]


@pytest.mark.parametrize(("name", "before", "after"), VALUES)
def test_columns_as_other_software_types_them(name: str, before: list[Any], after: list[Any]) -> None:
    tidy, found = conform(pl.DataFrame({name: before}), DM)
    assert tidy[name].to_list() == after
    assert count(found, "TL-T03") == 0
