"""Delimited text: whatever the writer, each value stands in its own column, or a finding says why not."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import delimited_check
from topline.exchange.delimited import read_delimited
from topline.exchange.delimited_check import is_regular
from topline.exchange.delimited_repair import SHOWN
from topline.exchange.source import Reading, UnreadableError

HEADER = ("USUBJID", "AETERM", "AESEV")
CELL = st.text(st.sampled_from('aé癌 ,;\t|"\n\r0'), max_size=6) | st.text(max_size=8)
CELLS = CELL.filter(lambda text: "\0" not in text and not any(0xD800 <= ord(c) < 0xE000 for c in text))
ROWS = st.lists(st.tuples(CELLS.filter(bool), CELLS, CELLS), max_size=6)


def read(folder: Path, content: bytes, name: str = "ae.csv") -> Reading:
    path = folder / name
    path.write_bytes(content)
    return read_delimited(path)


def rows(reading: Reading) -> list[tuple[str | None, ...]]:
    return reading.datasets[0].frame.rows()


def text(records: list[tuple[str, ...]], delimiter: str = ",", end: str = "\n") -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER, *records])
    return buffer.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    ROWS,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, ...]], delimiter: str, end: str, encoding: str
) -> None:
    reading = read(tmp_path_factory.mktemp("csv"), text(records, delimiter, end).encode(encoding))
    assert rows(reading) == [tuple(cell or None for cell in record) for record in records]
    assert reading.datasets[0].frame.columns == list(HEADER)
    assert reading.findings == ()


@settings(max_examples=300)
@given(st.text(st.sampled_from('aa,,"\n\r'), max_size=24), st.integers(1, 5), st.integers(2, 3))
def test_the_check_agrees_with_its_twin(content: str, size: int, fields: int) -> None:
    data = content.encode()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert is_regular(pieces, ",", fields) == delimited_check.is_regular(data, ",", fields)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from('ab,,"\n\r'), max_size=40))
def test_the_fast_reader_takes_a_regular_text_as_the_csv_module_does(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    data = f"USUBJID,B\n{content}"
    if not is_regular([data.encode()], ",", 2):
        return
    records = [tuple(cell or None for cell in record) for record in csv.reader(io.StringIO(data, newline=""))][1:]
    assert rows(read(tmp_path_factory.mktemp("fast"), data.encode())) == [r for r in records if any(r)]


def test_nothing_is_taken_for_a_number_a_date_or_a_missing_value(tmp_path: Path) -> None:
    cells = ("00123", "1e5", "NA", "2024-01-02", "true", "1.50", " x ", "#", "null", "-")
    reading = read(tmp_path, ("USUBJID,AETERM\n" + "".join(f"1,{cell}\n" for cell in cells)).encode())
    assert reading.datasets[0].frame["AETERM"].to_list() == list(cells)


def test_header_only(tmp_path: Path) -> None:
    for content in (b"USUBJID,AETERM", b"USUBJID,AETERM\n", b"\xef\xbb\xbfUSUBJID,AETERM\r\n"):
        reading = read(tmp_path, content)
        assert reading.datasets[0].frame.schema == {"USUBJID": pl.String, "AETERM": pl.String}
        assert (rows(reading), reading.findings) == ([], ())


def test_ragged_lines_are_left_out_and_named(tmp_path: Path) -> None:
    reading = read(tmp_path, b'USUBJID,AETERM,AESEV\n1,Pain,MILD\n2,Nausea\n3,"a\nb",x,y\n4,Rash,MILD\n')
    assert rows(reading) == [("1", "Pain", "MILD"), ("4", "Rash", "MILD")]
    assert [(f.code, f.record, f.value, f.message.split(";")[0]) for f in reading.findings] == [
        ("TL-F08", "line 3", "2,Nausea", "has 2 fields, the header 3"),
        ("TL-F08", "lines 4-5", '3,"a b",x,y', "has 4 fields, the header 3"),
    ]


def test_many_ragged_lines_give_one_finding_for_the_rest(tmp_path: Path) -> None:
    reading = read(tmp_path, b"USUBJID,AETERM\n" + b"1,2,3\n" * (SHOWN + 7))
    assert len(reading.findings) == SHOWN + 1
    assert reading.findings[-1].message.startswith("7 more records")


def test_a_quotation_mark_inside_a_field_is_kept(tmp_path: Path) -> None:
    assert rows(read(tmp_path, b'USUBJID,AETERM\n1,5" nail\n2,"say ""a"""\n')) == [("1", '5" nail'), ("2", 'say "a"')]


CUTS = [
    (b'USUBJID,AETERM,AESEV\n1,Pain,MILD\n2,"Nau', "opens in line 3 and never closes"),
    (b'USUBJID,AETERM,AESEV\n1,"Pain,MILD\n2,Nausea,MILD\n', "opens in line 2 and never closes"),
    (b'USUBJID,AETERM,AESEV\n1,"' + b"x" * 200_000, "opens in line 2 and never closes"),
    (b"USUBJID,AETERM,AESEV\n1,Pain,MILD\n2,Nau", "ends within line 3, after 2 of 3 fields"),
]


@pytest.mark.parametrize(("content", "said"), CUTS)
def test_a_text_that_is_cut_off_is_not_read(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said) as caught:
        read(tmp_path, content)
    assert caught.value.code == "TL-F04"


def test_nul_characters_are_left_out_and_named(tmp_path: Path) -> None:
    reading = read(tmp_path, b"USUBJID,AETERM\n1,Pa\0in\n2,Rash\0\n")
    assert rows(reading) == [("1", "Pain"), ("2", "Rash")]
    assert [(f.code, f.message) for f in reading.findings] == [("TL-F10", "2 NUL characters are left out")]


def test_a_name_twice(tmp_path: Path) -> None:
    reading = read(tmp_path, b"USUBJID,AESEV,aesev ,AESEV\n1,MILD,MILD,SEVERE\n")
    assert reading.datasets[0].frame.to_dicts() == [{"USUBJID": "1", "AESEV": "MILD", "AESEV_2": "SEVERE"}]
    assert [(f.code, f.variable, f.message) for f in reading.findings] == [
        ("TL-F09", "AESEV", "stands twice; the copy in column 3 is equal and is left out"),
        ("TL-F09", "AESEV", "stands twice; the copy in column 4 differs and is kept as AESEV_2"),
    ]


def test_columns_without_name_and_rows_without_value(tmp_path: Path) -> None:
    """Row numbers that R and pandas write before the first column, and the blank cells that spreadsheets append."""
    numbered = read(tmp_path, b'"","USUBJID"\n"1","001"\n')
    assert numbered.datasets[0].frame.to_dicts() == [{"UNNAMED1": "1", "USUBJID": "001"}]
    padded = read(tmp_path, b"USUBJID,AETERM,,\n001,Pain,,\n,,,\n\n,,,\n")
    assert padded.datasets[0].frame.to_dicts() == [{"USUBJID": "001", "AETERM": "Pain"}]
    assert (numbered.findings, padded.findings) == ((), ())


@pytest.mark.parametrize("content", [b"Hello world\nthis is no table\n", b"a,b\n1,2\n", bytes(range(256)) * 9])
def test_a_text_that_is_no_table(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, content, "notes.txt")
    assert caught.value.code == "TL-F02"


def test_one_column(tmp_path: Path) -> None:
    assert rows(read(tmp_path, b"USUBJID\n001\n\n002\n")) == [("001",), ("002",)]
