"""Reading delimited text: commas, semicolons, tabs or bars; every field is read as text, no type is guessed.

A regular text goes through Polars' reader, in memory a few times its size; any other through a slower reader that
looks at each record.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from topline.errors import Finding
from topline.exchange.columns import name_columns
from topline.exchange.delimited_check import is_regular
from topline.exchange.delimited_repair import rewrite
from topline.exchange.encoding import Encoding, detect_encoding
from topline.exchange.source import Dataset, Reading, UnreadableError, chunks
from topline.tables.sdtm import sdtm_table

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 16
EXPECTED = {"STUDYID", "USUBJID", "DOMAIN", "RDOMAIN"}
DICTIONARY = {"TERM", "DECOD"}
"""The columns of a table that codes reported terms."""
BOM = b"\xef\xbb\xbf"
GARBLED = BOM.decode("latin-1")  # the mark of UTF-8 before a text that is none


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text is to be read: its encoding, the character between fields, and the header's fields."""

    encoding: Encoding
    delimiter: str
    header: tuple[str, ...]


def read_delimited(path: Path) -> Reading:
    """Return the table of a delimited text, all columns text, empty fields null.

    Raises `UnreadableError` where it is no table (TL-F02) or is cut off (TL-F04).
    """
    dialect = _dialect(path)
    found: list[Finding] = []
    if dialect.encoding.nuls:
        found.append(Finding("TL-F10", path.name, message=f"{dialect.encoding.nuls} NUL characters are left out"))
    frame, told = named_frame(path, dialect)
    return Reading((Dataset("", frame),), dialect.encoding.name, (*found, *told))


def named_frame(path: Path, dialect: Dialect) -> tuple[pl.DataFrame, list[Finding]]:
    """Return a text as a frame of text columns under the names of its header, without blank rows, and the findings."""
    found: list[Finding] = []
    if _is_clean(path, dialect):
        frame = _text_frame(path, dialect.delimiter)
    else:
        with tempfile.TemporaryDirectory() as folder:
            found += _rewritten(path, dialect, Path(folder) / "clean.csv")
            frame = _text_frame(Path(folder) / "clean.csv", ",")
    named, doubled = name_columns(frame, dialect.header, path.name)
    return _without_blank_rows(named), [*found, *doubled]


def _dialect(path: Path) -> Dialect:
    encoding = detect_encoding(lambda: chunks(path))
    sample = next(chunks(path, SAMPLE)).decode(encoding.name, errors="ignore").replace("\0", "")
    sample = sample.removeprefix(GARBLED)
    headers = {mark: first_record(sample, mark) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: len(headers[mark]))
    names = {name.strip().upper() for name in headers[delimiter]}
    if not names & EXPECTED and not names >= DICTIONARY and sdtm_table(path.stem) is None:
        first = " ".join(sample.split())[:60]
        raise UnreadableError("TL-F02", f"has none of {', '.join(sorted(EXPECTED))} in its first line: {first!r}")
    return Dialect(encoding, delimiter, headers[delimiter])


def first_record(sample: str, delimiter: str) -> tuple[str, ...]:
    """Return the fields of the first record that is not blank, none where there is none."""
    try:
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        return tuple(next((record for record in records if "".join(record).strip()), []))
    except csv.Error:
        return ()


def _is_clean(path: Path, dialect: Dialect) -> bool:
    """Say whether a text is UTF-8 without NUL, and each record has as many fields as the header."""
    if dialect.encoding.name not in ("utf-8", "utf-8-sig") or dialect.encoding.nuls:
        return False
    return is_regular(_without_mark(path), dialect.delimiter, len(dialect.header))


def _without_mark(path: Path) -> Iterator[bytes]:
    for number, piece in enumerate(chunks(path)):
        yield piece if number else piece.removeprefix(BOM)


def _rewritten(path: Path, dialect: Dialect, target: Path) -> list[Finding]:
    """Write a text anew as a regular one, record by record, and return what was found on the way."""
    with path.open("r", encoding=dialect.encoding.name, newline="") as source:
        return rewrite(source, dialect.delimiter, target, path.name)


def _text_frame(path: Path, delimiter: str) -> pl.DataFrame:
    """Return a regular text as a frame of text columns; a quoted empty field is null like an empty one."""
    scan = pl.scan_csv(path, separator=delimiter, infer_schema=False, low_memory=True, glob=False)
    try:
        frame = scan.collect(engine="streaming")
    except pl.exceptions.PolarsError as fault:
        raise UnreadableError("TL-F01", f"cannot be read as delimited text: {str(fault).splitlines()[0]}") from fault
    for name in frame.columns:
        if (frame[name] == "").any():
            frame = frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name))
    return frame


def _without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out the records without any value, such as spreadsheets append."""
    if not frame.height:
        return frame
    filled = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    return frame if filled.all() else frame.filter(filled)
