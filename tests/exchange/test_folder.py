"""A folder of files: every hostile file gives its finding, and the others are read."""

import os
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from topline.errors import ToplineError
from topline.exchange.encode import encode_frame
from topline.exchange.folder import read_folder
from topline.exchange.source import data_digest
from topline.tables.conform import conform
from topline.tables.sdtm import SDTM

CREATED = datetime(2026, 3, 5, 14, 7, 9)
DM = b"STUDYID,DOMAIN,USUBJID\nS,DM,001\nS,DM,002\n"
EX = SDTM["EX"]


def folder(path: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (path / name.replace("__", ".")).write_bytes(content)
    return path


def codes(found: pl.DataFrame) -> list[tuple[str, str]]:
    return found.select("CODE", "DATASET").rows()


VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)
RECORDS = st.lists(
    st.tuples(VALUES, st.integers(1, 999), st.floats(0, 1e6).map(lambda x: round(x, 3)), VALUES | st.none()),
    min_size=1,
    max_size=6,
)


def exposures(records: list[tuple[str, int, float, str | None]]) -> pl.DataFrame:
    rows = [("S", "EX", subject, number, "DRUG", dose, unit) for subject, number, dose, unit in records]
    columns = ["STUDYID", "DOMAIN", "USUBJID", "EXSEQ", "EXTRT", "EXDOSE", "EXDOSU"]
    return conform(pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None), EX)[0]


@settings(max_examples=40, deadline=None)
@given(RECORDS, st.sampled_from(["csv", "parquet", "xpt", "dataset-json"]))
def test_a_table_is_the_same_from_every_format(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, int, float, str | None]], form: str
) -> None:
    """The suffix says nothing, and so does the name of the file."""
    frame = exposures(records)
    path = folder(tmp_path_factory.mktemp("ex"), data=encode_frame(frame, form, EX, CREATED))
    tables, found, files = read_folder([path])
    assert list(tables) == ["EX"]
    assert_frame_equal(conform(tables["EX"], EX)[0], frame, check_column_order=False)
    assert (codes(found), files[0].records, files[0].name) == ([], len(records), "data")


CUT_XPT = encode_frame(exposures([(f"{n:03}", n, 2.5, "mg") for n in range(9)]), "xpt", EX, CREATED)[:-80]
PARQUET = encode_frame(exposures([("001", 1, 2.5, "mg")]), "parquet")
HOSTILE = [
    (b"", "TL-F03", "holds 0 bytes"),
    (b" \r\n\n", "TL-F03", "nothing but blanks"),
    (b"\0" * 5000, "TL-F01", "begins with NUL bytes only"),
    (CUT_XPT, "TL-F04", "ends within record"),
    (CUT_XPT[:20], "TL-F04", "ends after 20 bytes"),
    (CUT_XPT[:560], "TL-F04", "ends within its headers"),
    (CUT_XPT[:-7], "TL-F04", "not a multiple of 80"),
    (PARQUET[:-9], "TL-F04", "lacks its last bytes"),
    (PARQUET[:20] + b"\xff" * 40 + PARQUET[60:-60] + b"\xff" * 52 + PARQUET[-8:], "TL-F01", "is broken Parquet"),
    (b"PK\x03\x04 and so on", "TL-F02", "Excel workbook"),
    (b"\x1f\x8b\x08 and so on", "TL-F02", "unpack it"),
    (b"**COMPRESSED** **COMPRESSED**", "TL-F02", "CPORT"),
    (b"<?xml version='1.0'?><ODM/>", "TL-F02", "XML"),
    (b"%PDF-1.7", "TL-F02", "PDF"),
    (b"Read me first.\n", "TL-F02", "has none of"),
    (b'STUDYID,DOMAIN,USUBJID\nS,EX,"001', "TL-F04", "never closes"),
    (b'{"datasetJSONVersion": "1.1.0", "rows": [[', "TL-F04", "before its JSON is complete"),
    (b'{"a": 1}', "TL-F02", "no Dataset-JSON"),
    ("STUDYID,DOMAIN,USUBJID\nS,EX,001\n".encode("utf-16") + b"x", "TL-F01", "no text"),
]


@pytest.mark.parametrize(("content", "code", "said"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_read(
    tmp_path: Path, content: bytes, code: str, said: str
) -> None:
    tables, found, files = read_folder([folder(tmp_path, hostile__xpt=content, subjects__csv=DM)])
    assert codes(found) == [(code, "hostile.xpt")]
    assert said in found["MESSAGE"][0]
    assert found["FIX"][0]
    assert tables["DM"]["USUBJID"].to_list() == ["001", "002"]
    assert [file.name for file in files] == ["subjects.csv"]


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    latin, chinese = (f"STUDYID,DOMAIN,AETERM\nS,AE,{word}\n" for word in ("Übelkeit", "食管癌"))
    tables, found, _ = read_folder([folder(tmp_path, a=latin.encode("latin-1"))])
    assert tables["AE"]["AETERM"].to_list() == ["Übelkeit"]
    assert found["MESSAGE"].to_list() == ["is not UTF-8; its text is read as Windows-1252"]
    tables, found, files = read_folder([folder(tmp_path, a=chinese.encode("gb18030"))])
    assert (tables["AE"]["AETERM"].to_list(), files[0].encoding) == (["食管癌"], "gb18030")
    assert codes(found) == [("TL-F05", "a")]


def test_a_mark_of_utf_8_before_a_text_that_is_none(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfSTUDYID,DOMAIN,AETERM\nS,AE," + "Übelkeit\n".encode("latin-1")
    tables, found, _ = read_folder([folder(tmp_path, a=text)])
    assert tables["AE"].row(0, named=True) == {"STUDYID": "S", "DOMAIN": "AE", "AETERM": "Übelkeit"}
    assert codes(found) == [("TL-F05", "a")]


def test_an_empty_folder(tmp_path: Path) -> None:
    tables, found, files = read_folder([tmp_path])
    assert (tables, found.height, files) == ({}, 0, [])


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ToplineError, match=r"TL-C04.*does not exist"):
        read_folder([tmp_path / "nowhere"])


def test_hidden_files_and_folders_inside_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "dm.csv").write_bytes(DM)
    tables, found, _ = read_folder([folder(tmp_path, **{".DS_Store": b"x", "~$dm.csv": DM})])
    assert (tables, found.height) == ({}, 0)


def test_a_file_is_read_once(tmp_path: Path) -> None:
    path = folder(tmp_path, dm=DM)
    (tmp_path / "again").symlink_to(tmp_path / "dm")
    tables, found, files = read_folder([path, path / "dm"])
    assert (tables["DM"].height, found.height, len(files)) == (2, 0, 1)


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    _, found, _ = read_folder([folder(tmp_path, dm=DM)])
    assert codes(found) == [("TL-F01", "broken"), ("TL-F02", "pipe")]


def test_one_domain_in_two_files(tmp_path: Path) -> None:
    more = b"STUDYID,DOMAIN,USUBJID,AGE\nS,DM,002,\nS,DM,003,61\n"
    tables, found, files = read_folder([folder(tmp_path, a=DM, b=more, c=DM)])
    assert tables["DM"].select("USUBJID", "AGE").rows() == [("001", None), ("002", None), ("003", "61")]
    assert found["MESSAGE"].to_list() == [
        "holds DM too: 1 records are added, 1 are copies and left out",
        "holds DM too: 0 records are added, 2 are copies and left out",
    ]
    assert [file.records for file in files] == [2, 2, 2]


def test_two_files_of_other_formats_are_compared_by_value(tmp_path: Path) -> None:
    frame = exposures([("001", 1, 2.5, "mg"), ("002", 2, 3.0, None)])
    forms = {form: encode_frame(frame, form, EX, CREATED) for form in ("xpt", "csv", "parquet")}
    tables, found, _ = read_folder([folder(tmp_path, **forms)])
    assert_frame_equal(conform(tables["EX"], EX)[0], frame, check_column_order=False)
    assert codes(found) == [("TL-F06", "parquet"), ("TL-F06", "xpt")]


def test_a_domain_split_by_the_standards_rule_is_no_fault(tmp_path: Path) -> None:
    parts = {
        f"qs{part}__csv": f"STUDYID,DOMAIN,USUBJID,QSSEQ\nS,QS,001,{n}\n".encode()
        for n, part in enumerate(("cg", "ph"))
    }
    tables, found, _ = read_folder([folder(tmp_path, **parts)])
    assert (tables["QS"]["QSSEQ"].to_list(), codes(found)) == (["0", "1"], [])
    folder(tmp_path, qsxx__csv=parts["qscg__csv"])
    assert codes(read_folder([tmp_path])[1]) == [("TL-F06", "qsxx.csv")]


def test_a_table_that_is_not_declared_is_kept(tmp_path: Path) -> None:
    tables, found, _ = read_folder([folder(tmp_path, zz=b"STUDYID,DOMAIN,USUBJID\nS,ZZ,001\n")])
    assert (list(tables), codes(found)) == (["ZZ"], [])


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = data_digest(read_folder([folder(tmp_path / "one", dm=DM)])[2])
    assert data_digest(read_folder([folder(tmp_path / "two", renamed=DM)])[2]) == first
    assert data_digest(read_folder([folder(tmp_path / "two", renamed=DM + b"S,DM,003\n")])[2]) != first


def test_progress(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    read_folder([folder(tmp_path, a=DM, b=b"")], lambda *step: seen.append(step))
    assert seen == [("a", 0, len(DM)), ("b", len(DM), len(DM)), ("", len(DM), len(DM))]


REAL = [
    ("onco-recist", {"DM": 306, "TU": 75, "TR": 546, "RS": 66}),
    ("onco-sequence", {"TU": 7734, "TR": 55995, "RS": 5808}),
]


@pytest.mark.parametrize(("name", "records"), REAL)
def test_real_data(shared: Path, name: str, records: dict[str, int]) -> None:
    tables, found, _ = read_folder([shared / "data/sdtm" / name])
    assert {domain: tables[domain].height for domain in records} == records
    assert found.is_empty()


FORMS = ("csv", "xpt", "dataset-json")
WHOLE = [
    encode_frame(exposures([(f"{n:03}", n, 2.5 * n, "mg") for n in range(9)]), form, EX, CREATED) for form in FORMS
]
EDITS = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 90), st.binary(max_size=90))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(WHOLE), st.lists(EDITS, min_size=1, max_size=3))
def test_no_damage_stops_the_reading(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, edits: list[tuple[float, int, bytes]]
) -> None:
    """At each place of an edit some bytes are left out and others put in."""
    for place, length, put in edits:
        at = int(place * len(content))
        content = content[:at] + put + content[at + length :]
    tables, found, files = read_folder([folder(tmp_path_factory.mktemp("edited"), x=content, dm=DM)])
    assert tables["DM"].height >= 2
    assert {file.name for file in files} | set(found["DATASET"]) >= {"x", "dm"}
