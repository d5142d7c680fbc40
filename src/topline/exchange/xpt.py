"""Reading SAS transport files (version 5 and 8), through pyreadstat and a check of its own that nothing is missing.

pyreadstat alone reads a file that is cut off as if it were whole, and fails on a file with several data sets; so the
layout is checked first, and a file with several data sets is read one by one.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyreadstat

from topline.exchange.encoding import Encoding, detect_encoding
from topline.exchange.source import Dataset, Reading, UnreadableError
from topline.exchange.xpt_layout import Member, members

ICONV = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030", "latin-1": "ISO-8859-1"}


def read_xpt(path: Path) -> Reading:
    """Return the data sets of a SAS transport file; missing numbers and empty texts are null.

    Raises `UnreadableError` where the file is cut off (TL-F04) or broken (TL-F01).
    """
    content = path.read_bytes()
    found = members(content)
    encoding = detect_encoding(lambda: _high_text(content, found))
    with tempfile.TemporaryDirectory() as folder:
        parts = [path] if len(found) == 1 else list(_split(content, found, Path(folder)))
        read = tuple(_dataset(part, member, encoding) for part, member in zip(parts, found, strict=True))
    return Reading(read, encoding.name)


def _split(content: bytes, found: list[Member], folder: Path) -> Iterator[Path]:
    """Write each member as a file of its own, behind the library's header."""
    for number, member in enumerate(found):
        part = folder / f"{number}.xpt"
        part.write_bytes(content[: found[0].start] + content[member.start : member.end])
        yield part


def _high_text(content: bytes, found: list[Member]) -> Iterator[bytes]:
    """Yield every text and label that holds a byte above 127, each on a line."""
    for member in found:
        for label in (member.label, *(field.label for field in member.fields)):
            yield b"" if label.isascii() else label.rstrip(b" ") + b"\n"
        rows = np.frombuffer(content, np.uint8, member.count * member.record_length, member.data)
        block = rows.reshape(member.count, member.record_length)
        for field in member.fields:
            cells = block[:, field.start : field.start + field.length]
            if field.text and (high := (cells > 127).any(axis=1)).any():
                yield b"".join(cell.tobytes().rstrip(b" ") + b"\n" for cell in cells[high])


def _dataset(path: Path, member: Member, encoding: Encoding) -> Dataset:
    try:
        name = ICONV.get(encoding.name, "WINDOWS-1252")
        frame, description = pyreadstat.read_xport(str(path), output_format="polars", encoding=name)
    except (pyreadstat.ReadstatError, UnicodeDecodeError, ValueError, OverflowError) as fault:
        raise UnreadableError("TL-F01", f"cannot be read as SAS transport: {fault}") from fault
    if frame.height != member.count:
        raise UnreadableError("TL-F01", f"holds {member.count} records, of which {frame.height} could be read")
    return Dataset(str(description.table_name or ""), _with_nulls(frame, member))


def _with_nulls(frame: pl.DataFrame, member: Member) -> pl.DataFrame:
    """Return the frame with null for every missing value, and types also where it has no value at all."""
    types = zip(frame.columns, (pl.String() if field.text else pl.Float64() for field in member.fields), strict=True)
    typed = frame.cast({name: dtype for name, dtype in types if frame.schema[name] == pl.Null})
    filled = pl.when(pl.col(pl.String) != "").then(pl.col(pl.String))
    return typed.with_columns(filled, pl.col(pl.Float64).fill_nan(None))
