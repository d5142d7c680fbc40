"""A table as a SAS transport file of version 5, with names, labels, lengths and formats from its declaration.

The bytes depend on the table and on the time stamp that is given, on nothing else. Source: SAS technical support
document TS-140; limits of the FDA's Study Data Technical Conformance Guide (name 8, label 40, text 200, ASCII).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.errors import ToplineError
from topline.exchange.ibm_float import ibm_float
from topline.exchange.xpt_layout import BLOCK
from topline.tables.declare import Table

NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
EPOCH = date(1960, 1, 1)
LABEL, TEXT = 40, 200
MORE = "; and {} more"
"""What stands behind names of records that are not shown."""
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Column:
    """One variable as it will be written: its format (name and width), and the bytes of its values, (n, length)."""

    name: str
    label: str
    text: bool
    cells: Bytes
    format: str = ""
    width: int = 0


def encode_xpt(frame: pl.DataFrame, table: Table, created: datetime) -> bytes:
    """Return the rows of `frame` as a SAS transport file that holds the data set of `table`.

    Columns that the table does not declare carry their name as label. Lists are joined by `; `, dates become SAS dates
    with the format DATE9, date-times SAS date-times, true and false 1 and 0; null and the empty text are both missing.
    `created` is the time stamp of the file.

    Raises `ToplineError` TL-T10 with all names, labels and values that version 5 cannot hold.
    """
    faults: list[str] = []
    columns = [_column(frame[name], table, faults) for name in frame.columns]
    faults += [] if NAME.fullmatch(table.name) else [f"{table.name}: is not a name of 1 to 8 letters and digits"]
    faults += [] if _fits(table.label, LABEL) else [f"{table.name}: label '{table.label}' is not 40 ASCII characters"]
    faults += [] if frame.width else [f"{table.name}: has no variable"]
    records = np.concatenate([c.cells for c in columns], axis=1) if columns else np.empty((0, 0), np.uint8)
    if records.shape[0] and bool((records[-1] == 32).all()):
        faults.append(f"{table.name}: the last record is blank, and a reader would take it for padding")
    if faults:
        raise ToplineError("TL-T10", where=f"{table.name} as SAS transport", what=faults[0], others=tuple(faults[1:]))
    head = b"".join([*_library(created), *_member(table, created), *_names(columns), _header("OBS")])
    return head + _filled(records.tobytes())


def _fits(text: str, limit: int) -> bool:
    return len(text) <= limit and text.isascii() and text.isprintable()


def _column(series: pl.Series, table: Table, faults: list[str]) -> Column:
    name = series.name
    label = table[name].label if name in table else name
    if not NAME.fullmatch(name):
        faults.append(f"{table.name} {name}: is not a name of 1 to 8 capital letters and digits")
    if not _fits(label, LABEL):
        faults.append(f"{table.name} {name}: label '{label}' is not 40 ASCII characters")
    if series.dtype == pl.Date:
        return Column(name, label, False, _numbers((series - EPOCH).dt.total_days(), faults), "DATE", 9)
    if isinstance(series.dtype, pl.Datetime):
        seconds = (series - datetime(1960, 1, 1)).dt.total_microseconds() / 1e6
        return Column(name, label, False, _numbers(seconds.alias(name), faults), "DATETIME", 20)
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        return Column(name, label, False, _numbers(series, faults))
    if isinstance(series.dtype, pl.List):
        series = pl.Series(name, [None if names is None else listed(names) for names in series.to_list()], pl.String)
    return Column(name, label, True, _texts(series.cast(pl.String), faults))


def listed(names: list[str]) -> str:
    """Return names of records as one text that SAS transport can hold.

    Where it would be too long, records of one domain in a row become a range; what does not fit even so is counted, and
    the other forms of the table have it.

    >>> listed(["TR 3", "TR 5"]), listed([f"QS {number}" for number in (*range(1, 60), 80)])
    ('TR 3; TR 5', 'QS 1-59; QS 80')
    """
    text = "; ".join(names)
    if len(text) <= TEXT:
        return text
    ranges: list[tuple[str, list[int]]] = []
    for name in names:
        domain, _, number = name.partition(" ")
        place = int(number) if number.isdigit() else -1
        if ranges and ranges[-1][0] == domain and ranges[-1][1][-1] == place - 1:
            ranges[-1][1].append(place)
        else:
            ranges.append((domain if place >= 0 else name, [place]))
    parts = [_range(domain, places) for domain, places in ranges]
    if len("; ".join(parts)) <= TEXT:
        return "; ".join(parts)
    fitting = next(n for n in range(len(parts), -1, -1) if len("; ".join(parts[:n])) <= TEXT - len(MORE.format(10**6)))
    rest = sum(len(places) for _, places in ranges[fitting:])
    return "; ".join(parts[:fitting]) + MORE.format(rest)


def _range(domain: str, places: list[int]) -> str:
    first, last = places[0], places[-1]
    if first < 0:
        return domain
    return f"{domain} {first}" if first == last else f"{domain} {first}-{last}"


def _numbers(series: pl.Series, faults: list[str]) -> Bytes:
    try:
        if series.dtype.is_integer() and bool((series.cast(pl.Int64).abs() > 2**53).any()):
            raise OverflowError("an integer has more than 15 digits")
        return ibm_float(series.cast(pl.Float64).fill_null(float("nan")).to_numpy())
    except OverflowError as fault:
        faults.append(f"{series.name}: {fault}")
        return np.zeros((len(series), 8), np.uint8)


def _texts(series: pl.Series, faults: list[str]) -> Bytes:
    """Return texts as bytes padded with blanks, as long as the longest, at least 1."""
    values = series.fill_null("")
    wrong = values.filter((values.str.len_bytes() > TEXT) | values.str.contains(r"[^\x20-\x7E]"))
    faults += [
        f"{series.name}: '{value}' is not 200 printable ASCII characters" for value in wrong.unique().sort().head(5)
    ]
    if len(wrong):
        return np.full((len(series), 1), 32, np.uint8)
    length = max(1, int(str(values.str.len_bytes().max() or 0)))
    padded = np.array([value.encode("ascii") for value in values], dtype=f"S{length}")
    cells = padded.view(np.uint8).reshape(-1, length)
    return np.where(cells == 0, np.uint8(32), cells)


def _header(kind: str, digits: str = "0" * 30) -> bytes:
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{digits:<32}".encode("ascii")


def _stamp(created: datetime) -> str:
    months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
    month = months[3 * created.month - 3 : 3 * created.month]
    return f"{created:%d}{month}{created:%y:%H:%M:%S}"


def _library(created: datetime) -> Iterator[bytes]:
    stamp = _stamp(created)
    yield _header("LIBRARY")
    yield f"{'SAS':<8}{'SAS':<8}{'SASLIB':<8}{'9.4':<8}{'':<8}{'':<24}{stamp}{stamp:<80}".encode("ascii")


def _member(table: Table, created: datetime) -> Iterator[bytes]:
    stamp = _stamp(created)
    yield _header("MEMBER", "000000000000000001600000000140")
    yield _header("DSCRPTR")
    yield f"{'SAS':<8}{table.name:<8.8}{'SASDATA':<8}{'9.4':<8}{'':<8}{'':<24}{stamp}".encode("ascii", "replace")
    yield f"{stamp:<32}{table.label:<40.40}{'':<8}".encode("ascii", "replace")


def _names(columns: list[Column]) -> Iterator[bytes]:
    yield _header("NAMESTR", f"000000{len(columns):04d}{'0' * 20}")
    described, place = [], 0
    for number, column in enumerate(columns, 1):
        described.append(_name(column, number, place))
        place += column.cells.shape[1]
    yield _filled(b"".join(described))


def _name(column: Column, number: int, place: int) -> bytes:
    text = (column.name.ljust(8), column.label.ljust(40), column.format.ljust(8))
    name, label, form = (part.encode("ascii") for part in text)
    kind, length = (2 if column.text else 1), column.cells.shape[1]
    numbers = (kind, 0, length, number, name, label, form, column.width, 0, 0, b"", b" " * 8, 0, 0, place, b"")
    return struct.pack(">hhhh8s40s8shhh2s8shhl52s", *numbers)


def _filled(content: bytes) -> bytes:
    return content + b" " * (-len(content) % BLOCK)
