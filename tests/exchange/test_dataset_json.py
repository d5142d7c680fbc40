"""Dataset-JSON 1.1: valid by CDISC's schema, read back exactly, and nothing read that is not whole."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from topline.exchange.dataset_json import encode_dataset_json, read_dataset_json
from topline.exchange.source import Reading, UnreadableError
from topline.tables.adam import ADAM, ADTTE
from topline.tables.declare import Kind, Table, Variable

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
    ),
)
ROWS = st.lists(
    st.tuples(
        st.text(min_size=1),
        st.integers(-(2**63) + 1, 2**63 - 1) | st.none(),
        st.floats(allow_nan=False, allow_infinity=False) | st.none(),
    ),
    max_size=8,
)
COLUMNS = [{"itemOID": f"IT.{n}", "name": n, "label": n, "dataType": "string"} for n in ("USUBJID", "AETERM")]


def document(rows: list[Any], **other: Any) -> dict[str, Any]:
    head = {
        "datasetJSONCreationDateTime": "2026-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.AE",
    }
    return (
        head | {"records": len(rows), "name": "AE", "label": "Adverse Events", "columns": COLUMNS, "rows": rows} | other
    )


def read(folder: Path, content: bytes | str) -> Reading:
    path = folder / "ae.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_dataset_json(path)


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    frame = pl.DataFrame(rows, schema=TOY.schema, orient="row")
    reading = read(tmp_path_factory.mktemp("json"), encode_dataset_json(frame, TOY, CREATED))
    assert reading.datasets[0].name == "TR"
    assert_frame_equal(reading.datasets[0].frame, frame, check_exact=True)
    assert reading.findings == ()


def full() -> pl.DataFrame:
    row = {"USUBJID": ["001"], "STARTDT": [date(2024, 2, 29)], "AVALM": [float("nan")], "SRCRECS": [["RS 3", "RS 5"]]}
    return ADTTE.select(pl.DataFrame(row))


def test_dates_lists_and_missing_numbers() -> None:
    content = json.loads(encode_dataset_json(full(), ADTTE, CREATED))
    row = dict(zip((column["name"] for column in content["columns"]), content["rows"][0], strict=True))
    assert (row["STARTDT"], row["SRCRECS"], row["AVALM"]) == ("2024-02-29", "RS 3; RS 5", None)
    start = next(column for column in content["columns"] if column["name"] == "STARTDT")
    assert (start["dataType"], start["targetDataType"], start["label"]) == ("date", "integer", ADTTE["STARTDT"].label)
    assert [column.get("keySequence") for column in content["columns"][:3]] == [1, 2, None]


@pytest.mark.parametrize("table", ADAM.values(), ids=lambda table: table.name)
def test_valid_by_the_schema_of_cdisc(shared: Path, table: Table) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads((shared / "data/standards/dataset-json-1.1.schema.json").read_text("utf-8"))
    frame = full() if table is ADTTE else table.empty()
    jsonschema.validate(json.loads(encode_dataset_json(frame, table, CREATED)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document([], surplus=1), schema)


def test_one_value_per_line(tmp_path: Path) -> None:
    whole = document([["001", "Pain"], ["002", None]])
    rows = whole.pop("rows")
    lines = "\n".join(json.dumps(value) for value in [whole, *rows])
    assert read(tmp_path, lines + "\n").datasets[0].frame.rows() == [("001", "Pain"), ("002", None)]
    with pytest.raises(UnreadableError, match="states 2 records and holds 1"):
        read(tmp_path, lines.rsplit("\n", 1)[0])
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, lines[:-3])
    assert caught.value.code == "TL-F04"


def test_values_of_other_types_are_kept_as_text(tmp_path: Path) -> None:
    columns = [*COLUMNS, {"name": "AESEQ", "dataType": "integer"}, {"name": "AEDUR", "dataType": "float"}]
    rows = [["001", 7, 1.5, 2], ["002", "", 2, None], ["003", True, None, 0.1]]
    frame = read(tmp_path, json.dumps(document(rows, columns=columns))).datasets[0].frame
    assert frame["AETERM"].to_list() == ["7", None, "true"]
    assert frame.select("AESEQ", "AEDUR").schema == pl.Schema({"AESEQ": pl.Float64(), "AEDUR": pl.Float64()})
    rows[0][2] = "x"
    frame = read(tmp_path, json.dumps(document(rows, columns=columns))).datasets[0].frame
    assert frame["AESEQ"].to_list() == ["x", "2", None]


def test_rows_of_another_length(tmp_path: Path) -> None:
    reading = read(tmp_path, json.dumps(document([["001", "Pain"], ["002"], {"a": 1}, ["003", "Rash"]])))
    assert reading.datasets[0].frame.rows() == [("001", "Pain"), ("003", "Rash")]
    assert [(f.code, f.record, f.value) for f in reading.findings] == [
        ("TL-F08", "row 2", '["002"]'),
        ("TL-F08", "row 3", '{"a": 1}'),
    ]


WHOLE = json.dumps(document([["001", "Übelkeit"], ["002", None], ["003", True], ["004", -1.5e-7]]))
BROKEN = [
    (WHOLE[:-1], "TL-F04"),
    (WHOLE[:-8], "TL-F04"),
    (json.dumps(document([["001", "Pain"]], records=2)), "TL-F04"),
    (WHOLE.replace('"001"', "NaN"), "TL-F01"),
    (WHOLE.replace('["001", ', '["001" '), "TL-F01"),
    (json.dumps(document([], columns=3)), "TL-F01"),
    (json.dumps(document([]) | {"rows": {}}), "TL-F01"),
    ('{"name": "settings"}', "TL-F02"),
    ("{not json at all", "TL-F02"),
    ('{"a":' * 100_000, "TL-F02"),
]


@pytest.mark.parametrize(("content", "code"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_broken_is_not_read(tmp_path: Path, content: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path, content)
    assert caught.value.code == code


@settings(max_examples=50, deadline=None)
@given(st.integers(1, len(WHOLE) - 1))
def test_a_cut_anywhere_is_detected(tmp_path_factory: pytest.TempPathFactory, end: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(tmp_path_factory.mktemp("cut"), WHOLE[:end])
    assert caught.value.code == ("TL-F04" if "datasetJSONVersion" in WHOLE[:end] else "TL-F02")
