"""SAS transport: what is written is read back exactly, and what is not whole is never read."""

import hashlib
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from topline.errors import ToplineError
from topline.exchange.source import UnreadableError
from topline.exchange.xpt import read_xpt
from topline.exchange.xpt_encode import encode_xpt, listed
from topline.tables.adam import ADAM, ADTTE
from topline.tables.declare import Kind, Table, Variable
from topline.tables.sdtm import SDTM

CREATED = datetime(2026, 3, 5, 14, 7, 9)
TOY = Table(
    "TR",
    "Tumor/Lesion Results",
    "SDTM",
    keys=("USUBJID", "TRSEQ"),
    variables=(
        Variable("USUBJID", "Unique Subject Identifier"),
        Variable("TRSEQ", "Sequence Number", Kind.INTEGER),
        Variable("TRSTRESN", "Numeric Result in Standard Units", Kind.NUMBER),
        Variable("TRDTC", "Date of Measurement"),
    ),
)
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.rstrip)
ROWS = st.lists(
    st.tuples(
        TEXT.filter(bool),
        st.integers(-(2**53), 2**53) | st.none(),
        st.floats(1e-60, 1e60) | st.floats(-1e60, -1e-60) | st.none(),
        TEXT.map(lambda text: text or None) | st.none(),
    ),
    max_size=8,
)


def toy(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TOY.schema, orient="row")


def written(folder: Path, content: bytes, name: str = "x.xpt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_names_of_records_become_ranges_where_they_are_too_many() -> None:
    odd = [f"QS {number}" for number in range(1, 400, 2)]
    text = listed(odd)
    assert len(text) <= 200
    shown, _, rest = text.rpartition("; and ")
    assert shown.split("; ") == odd[: len(odd) - int(rest.removesuffix(" more"))]
    assert listed(["DM", *(f"QS {number}" for number in range(9, 90))]) == "DM; QS 9-89"


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]) -> None:
    path = written(tmp_path_factory.mktemp("xpt"), encode_xpt(toy(rows), TOY, CREATED))
    (dataset,) = read_xpt(path).datasets
    assert dataset.name == "TR"
    assert_frame_equal(dataset.frame.with_columns(pl.col("TRSEQ").cast(pl.Int64)), toy(rows), check_exact=True)


def test_names_labels_formats_and_time_stamp(tmp_path: Path) -> None:
    frame = ADTTE.select(
        pl.DataFrame({"USUBJID": ["001"], "STARTDT": [date(2024, 2, 29)], "SRCRECS": [["RS 3", "RS 5"]]})
    )
    path = written(tmp_path, encode_xpt(frame, ADTTE, CREATED))
    read, description = pyreadstat.read_xport(str(path), output_format="polars")
    assert description.column_names_to_labels == {v.name: v.label for v in ADTTE.variables}
    assert (description.table_name, description.file_label) == ("ADTTE", "Time-to-Event Analysis Dataset")
    assert description.original_variable_types["STARTDT"] == "DATE9"
    assert description.creation_time == CREATED
    assert read["STARTDT"].to_list() == [date(2024, 2, 29)]
    assert read["SRCRECS"].to_list() == ["RS 3; RS 5"]


def test_a_date_is_the_days_since_1960() -> None:
    frame = pl.DataFrame({"ADT": [date(1960, 1, 2), None]})
    data = encode_xpt(frame, TOY, CREATED)[-80:]
    assert data.rstrip(b" ").hex() == "4110000000000000" + "2e00000000000000"


def test_equal_input_gives_equal_bytes() -> None:
    frame = toy([("001", 1, 12.5, "2024-01-02")])
    digests = {hashlib.sha256(encode_xpt(frame, TOY, CREATED)).hexdigest() for _ in range(2)}
    assert len(digests) == 1
    assert encode_xpt(frame, TOY, datetime(2026, 3, 5, 14, 7, 10)) != encode_xpt(frame, TOY, CREATED)


@pytest.mark.parametrize("table", [*ADAM.values(), *SDTM.values()], ids=lambda table: table.name)
def test_every_declared_table_can_be_written(table: Table, tmp_path: Path) -> None:
    path = written(tmp_path, encode_xpt(table.empty(), table, CREATED))
    (dataset,) = read_xpt(path).datasets
    assert (dataset.name, dataset.frame.height, dataset.frame.columns) == (table.name, 0, list(table.names))


FAULTS = [
    (pl.DataFrame({"LONGNAMED": [1]}), "LONGNAMED: is not a name of 1 to 8"),
    (pl.DataFrame({"AETERM": ["x" * 201]}), "AETERM: 'xxx"),
    (pl.DataFrame({"AETERM": ["Übelkeit"]}), "AETERM: 'Übelkeit' is not 200 printable ASCII"),
    (pl.DataFrame({"AETERM": ["a\nb"]}), "is not 200 printable ASCII"),
    (pl.DataFrame({"AVAL": [float("inf")]}), "AVAL: a number is outside the range"),
    (pl.DataFrame({"AVAL": [2**60]}), "more than 15 digits"),
    (pl.DataFrame({"AETERM": ["x", None]}), "last record is blank"),
]


@pytest.mark.parametrize(("frame", "said"), FAULTS)
def test_what_version_5_cannot_hold(frame: pl.DataFrame, said: str) -> None:
    with pytest.raises(ToplineError, match="TL-T10") as caught:
        encode_xpt(frame, TOY, CREATED)
    assert said in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    label = Table("AE", "A label of more than forty characters is cut", "SDTM", keys=(), variables=())
    with pytest.raises(ToplineError) as caught:
        encode_xpt(pl.DataFrame({"AETERM": ["é"], "lower": [1]}), label, CREATED)
    assert len(caught.value.others) == 2


CUT = encode_xpt(toy([(f"{n:03}", n, n + 0.5, "2024-01-02") for n in range(20)]), TOY, CREATED)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(CUT) - 1))
def test_a_cut_anywhere_is_detected(tmp_path_factory: pytest.TempPathFactory, end: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_xpt(written(tmp_path_factory.mktemp("cut"), CUT[:end]))
    assert caught.value.code == "TL-F04"


def test_the_one_cut_without_a_trace(tmp_path: Path) -> None:
    """Version 5 does not state its number of records: a cut between two records and two blocks cannot be seen."""
    content = encode_xpt(pl.DataFrame({"USUBJID": ["x" * 80, "y" * 80]}), TOY, CREATED)
    assert read_xpt(written(tmp_path, content[:-80])).datasets[0].frame.height == 1


@pytest.mark.parametrize("name", ["onco-recist/dm.xpt", "onco-recist/lb.xpt", "onco-sequence/rs.xpt"])
def test_a_cut_of_a_real_file_is_detected(shared: Path, tmp_path: Path, name: str) -> None:
    content = (shared / "data/sdtm" / name).read_bytes()
    for end in (0.2, 0.5, 0.9, 1):
        for shift in (-81, -80, -1):
            path = written(tmp_path, content[: 80 * int(end * len(content) / 80) + shift])
            with pytest.raises(UnreadableError) as caught:
                read_xpt(path)
            assert caught.value.code == "TL-F04", (end, shift)


def test_several_data_sets_in_one_file(tmp_path: Path) -> None:
    other = Table("TU", "Tumor Identification", "SDTM", keys=(), variables=TOY.variables)
    first, second = (
        encode_xpt(toy([(name, 1, 2.0, "x")]), table, CREATED) for name, table in (("a", TOY), ("b", other))
    )
    library = first + second[second.index(b"HEADER RECORD*******MEMBER") :]
    datasets = read_xpt(written(tmp_path, library)).datasets
    assert [(d.name, d.frame["USUBJID"].to_list()) for d in datasets] == [("TR", ["a"]), ("TU", ["b"])]


@pytest.mark.parametrize(("encoding", "said"), [("latin-1", "cp1252"), ("gb18030", "gb18030"), ("utf-8", "utf-8")])
def test_text_of_other_encodings(tmp_path: Path, encoding: str, said: str) -> None:
    text = "食管癌患者" if encoding == "gb18030" else "Kühne"
    content = encode_xpt(pl.DataFrame({"USUBJID": ["x" * 20]}), TOY, CREATED)
    content = content.replace(b"x" * 20, text.encode(encoding).ljust(20))
    reading = read_xpt(written(tmp_path, content))
    assert (reading.datasets[0].frame["USUBJID"].to_list(), reading.encoding) == ([text], said)


def test_a_label_of_another_encoding(tmp_path: Path) -> None:
    content = encode_xpt(toy([("001", 1, 1.0, "x")]), TOY, CREATED)
    assert content.count(b"Date of Measurement") == content.count(b"Tumor/Lesion Results") == 1
    for label in (b"Date of Measurement", b"Tumor/Lesion Results"):
        reading = read_xpt(written(tmp_path, content.replace(label, b"\xdc" + label[1:])))
        assert (reading.encoding, reading.datasets[0].frame["TRDTC"].to_list()) == ("cp1252", ["x"])


def test_version_8(tmp_path: Path) -> None:
    frame = pl.DataFrame({"USUBJID": ["001", "002"], "ALONGERNAME": [1.5, None]})
    path = tmp_path / "v8.xpt"
    pyreadstat.write_xport(frame, str(path), table_name="DM", file_format_version=8)
    assert_frame_equal(read_xpt(path).datasets[0].frame, frame)
    path.write_bytes(path.read_bytes()[:-80])
    with pytest.raises(UnreadableError, match="states 2 records"):
        read_xpt(path)


def test_a_header_that_is_garbled(tmp_path: Path) -> None:
    content = encode_xpt(toy([("001", 1, 1.0, "x")]), TOY, CREATED)
    place = content.index(b"HEADER RECORD*******NAMESTR") + 54
    with pytest.raises(UnreadableError, match="in the place of a number"):
        read_xpt(written(tmp_path, content[:place] + b"00x4" + content[place + 4 :]))
