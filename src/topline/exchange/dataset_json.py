"""Dataset-JSON 1.1, CDISC's exchange format for tables: reading it, and writing it from a declared table.

Source: CDISC Dataset-JSON 1.1 (5 December 2024). Both forms are read: one JSON object, and one value per line (NDJSON:
first the description, then a line per record).
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from topline.errors import Finding
from topline.exchange.columns import name_columns
from topline.exchange.encoding import Encoding, detect_encoding
from topline.exchange.source import Dataset, Reading, UnreadableError
from topline.tables.declare import Table

KEY = "datasetJSONVersion"
SHOWN = 20
CUT = re.compile(r"[\w.+\\-]*\s*")  # what stands behind the fault where a text was cut: nothing, or half a word
Json = Any


def read_dataset_json(path: Path) -> Reading:
    """Return the data set of a Dataset-JSON file; null and the empty text are null.

    Raises `UnreadableError` where it is other JSON (TL-F02), cut off (TL-F04), or broken (TL-F01).
    """
    content = path.read_bytes()
    encoding = detect_encoding(lambda: [content])
    description, rows = _parse(_text(content, encoding))
    columns = description.get("columns")
    if not isinstance(columns, list) or not all(
        isinstance(c, dict) and isinstance(c.get("name"), str) for c in columns
    ):
        raise UnreadableError("TL-F01", "has no list `columns` with a name for each column")
    if isinstance(stated := description.get("records"), int) and stated != len(rows):
        raise UnreadableError("TL-F04", f"states {stated} records and holds {len(rows)}")
    whole = [row for row in rows if isinstance(row, list) and len(row) == len(columns)]
    series = [_series(str(n), column, [row[n] for row in whole]) for n, column in enumerate(columns)]
    named, doubled = name_columns(pl.DataFrame(series), [column["name"] for column in columns], path.name)
    found = (*_ragged(rows, len(columns), path.name), *doubled)
    return Reading((Dataset(str(description.get("name", "")), named),), encoding.name, found)


def _text(content: bytes, encoding: Encoding) -> str:
    try:
        return content.decode(encoding.name)
    except UnicodeDecodeError as fault:
        raise UnreadableError("TL-F01", f"has a byte at {fault.start} that is not {encoding.name}") from fault


def _parse(text: str) -> tuple[Mapping[str, Json], list[Json]]:
    """Return the description and the rows, of either form."""
    head, _, rest = text.partition("\n")
    first = _line(head)
    if isinstance(first, dict) and KEY in first and "rows" not in first:
        return first, [_value(line, text) for line in rest.split("\n") if line.strip()]
    whole = _value(text, text)
    if not isinstance(whole, dict) or KEY not in whole:
        raise UnreadableError("TL-F02", f"is JSON without `{KEY}`: no Dataset-JSON")
    if not isinstance(rows := whole.get("rows", []), list):
        raise UnreadableError("TL-F01", "has `rows` that are not a list")
    return whole, rows


def _line(text: str) -> Json:
    """Return the value of a line that is the description of the line form, else None."""
    try:
        return json.loads(text) if '"rows"' not in text else None
    except (ValueError, RecursionError):
        return None


def _value(part: str, text: str) -> Json:
    try:
        return json.loads(part, parse_constant=_refuse)
    except json.JSONDecodeError as fault:
        if KEY not in text:
            raise UnreadableError("TL-F02", f"begins as JSON, is none, and does not name `{KEY}`") from fault
        if CUT.fullmatch(part, fault.pos) or fault.msg.startswith("Unterminated"):
            raise UnreadableError("TL-F04", "ends before its JSON is complete") from fault
        raise UnreadableError("TL-F01", f"is broken JSON: {fault.msg} in line {fault.lineno}") from fault
    except RecursionError as fault:
        raise UnreadableError("TL-F02", "is JSON nested deeper than any table") from fault


def _refuse(constant: str) -> NoReturn:
    raise UnreadableError("TL-F01", f"holds {constant}, which JSON has no number for")


def _series(name: str, column: Mapping[str, Json], values: list[Json]) -> pl.Series:
    """Return a column: numbers where it is declared numeric and all values are numbers, else text as written."""
    kinds = {type(value) for value in values} - {type(None)}
    declared = column.get("dataType")
    if declared == "integer" and kinds <= {int} and all(value is None or abs(value) < 2**63 for value in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if declared in ("integer", "float", "double") and kinds <= {int, float}:
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    texts = [value if isinstance(value, str) else None if value is None else json.dumps(value) for value in values]
    return pl.Series(name, [text or None for text in texts], dtype=pl.String)


def _ragged(rows: list[Json], width: int, file: str) -> list[Finding]:
    """Return findings on the rows that are no list of `width` values; they are left out."""
    wrong = [n for n, row in enumerate(rows, 1) if not (isinstance(row, list) and len(row) == width)]
    message = f"is not a list of {width} values; the record is left out"
    found = [
        Finding("TL-F08", file, record=f"row {n}", value=json.dumps(rows[n - 1])[:120], message=message)
        for n in wrong[:SHOWN]
    ]
    if len(wrong) > SHOWN:
        message = f"{len(wrong) - SHOWN} more records have a wrong number of fields and are left out"
        found.append(Finding("TL-F08", file, record="further rows", message=message))
    return found


def encode_dataset_json(frame: pl.DataFrame, table: Table, created: datetime) -> bytes:
    """Return the rows of `frame` as Dataset-JSON 1.1 in UTF-8, described by the declaration of `table`.

    Dates are ISO 8601 text with the target type integer, as SAS keeps them; lists are joined by `; `; NaN is null.
    `created` is the time stamp of the file. A column that the table does not declare carries its name as label.

    >>> toy = Table("XX", "Toy", "SDTM", keys=(), variables=())
    >>> text = encode_dataset_json(pl.DataFrame({"AGE": [61]}), toy, datetime(2026, 1, 1))
    >>> json.loads(text)["rows"], json.loads(text)["records"]
    ([[61]], 1)
    """
    plain = frame.with_columns(
        pl.col(pl.List(pl.String)).list.join("; "),
        pl.col(pl.Float32, pl.Float64).fill_nan(None),
    )
    columns = [_column(plain[name], table) for name in plain.columns]
    description = {
        "datasetJSONCreationDateTime": created.strftime("%Y-%m-%dT%H:%M:%S"),
        KEY: "1.1.0",
        "itemGroupOID": f"IG.{table.name}",
        "records": plain.height,
        "name": table.name,
        "label": table.label,
        "columns": columns,
        "rows": [list(row) for row in plain.with_columns(_iso(plain)).iter_rows()],
    }
    return json.dumps(description, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _iso(frame: pl.DataFrame) -> list[pl.Expr]:
    """Return the expressions that turn dates and date-times into ISO 8601 text."""
    forms = {pl.Date: "%Y-%m-%d", pl.Datetime: "%Y-%m-%dT%H:%M:%S%.f", pl.Time: "%H:%M:%S%.f"}
    return [pl.col(n).dt.to_string(forms[t.base_type()]) for n, t in frame.schema.items() if t.base_type() in forms]


def _column(series: pl.Series, table: Table) -> dict[str, str | int]:
    name = series.name
    column: dict[str, str | int] = {"itemOID": f"IT.{table.name}.{name}", "name": name}
    column["label"] = table[name].label if name in table else name
    column["dataType"] = _type(series.dtype)
    if column["dataType"] == "string" and (longest := series.cast(pl.String).str.len_chars().cast(pl.Int64).max()):
        column["length"] = int(str(longest))
    if column["dataType"] == "date":
        column |= {"targetDataType": "integer", "displayFormat": "DATE9."}
    if name in table.keys:
        column["keySequence"] = table.keys.index(name) + 1
    return column


def _type(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "integer"
    named = {pl.Boolean: "boolean", pl.Date: "date", pl.Datetime: "datetime", pl.Time: "time"}
    return "double" if dtype.is_float() else named.get(dtype.base_type(), "string")
