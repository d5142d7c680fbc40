"""The layout of a SAS transport file: its members, their variables, where the records lie, whether all are there.

Everything is in records of 80 bytes. A member (data set) is a chain of header records; the observations follow, one
after the other, and blanks fill the last 80 bytes. Version 5 does not say how many observations there are: a file is
whole when its data end with an observation, and only blanks, fewer than 80, follow. A cut exactly at the end of an
observation and of 80 bytes is the one damage that leaves no trace in a version 5 file (the longer its records, and the
less their length has in common with 80, the rarer); version 8 states the count.
Source: SAS technical support document TS-140.
"""

import re
import struct
from dataclasses import dataclass

from topline.exchange.source import UnreadableError

BLOCK = 80
MEMBER = re.compile(rb"HEADER RECORD\*{7}MEMB(?:ER  |V8  )HEADER RECORD!{7}")
NAMES = re.compile(rb"HEADER RECORD\*{7}NAM(?:ESTR |STV8 )HEADER RECORD!{7}")
RECORDS = re.compile(rb"HEADER RECORD\*{7}OBS(?:     |V8   )HEADER RECORD!{7}")
CUT = "ends within its headers: it is cut off"


@dataclass(frozen=True, slots=True)
class Field:
    """One variable of a member: its label as bytes, whether it is text, and the bytes of a record that hold it."""

    label: bytes
    text: bool
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Member:
    """One data set of a transport file: its label as bytes, its place in the file, its variables and its records.

    `start` and `end` bound the member, `data` is where its records begin; `count` is the number of records.
    """

    label: bytes
    start: int
    end: int
    data: int
    fields: tuple[Field, ...]
    record_length: int
    count: int


def members(content: bytes) -> list[Member]:
    """Return the members of a transport file, in order; raises `UnreadableError` where the file is not whole."""
    starts = [match.start() for match in MEMBER.finditer(content) if match.start() % BLOCK == 0]
    if not starts:
        raise UnreadableError("TL-F04", CUT if len(content) < 4 * BLOCK else "holds no data set: it is cut off")
    if len(content) % BLOCK:
        raise UnreadableError(
            "TL-F04", f"has {len(content)} bytes, not a multiple of 80: it is cut off, or was altered"
        )
    ends = [*starts[1:], len(content)]
    return [_member(content, start, end) for start, end in zip(starts, ends, strict=True)]


def _member(content: bytes, start: int, end: int) -> Member:
    names = NAMES.search(content, start, end)
    if names is None:
        raise UnreadableError("TL-F04", CUT)
    size, count = _digits(content[start + 74 : start + 78]), _digits(content[names.start() + 48 : names.start() + 58])
    described = names.start() + BLOCK
    if described + size * count > end:
        raise UnreadableError("TL-F04", CUT)
    records = RECORDS.search(content, described + size * count, end)
    if records is None:
        raise UnreadableError("TL-F04", CUT)
    fields = _fields(content[described : described + size * count], size)
    length = sum(field.length for field in fields)
    if not length:
        raise UnreadableError("TL-F01", "holds a data set without variables")
    stated = _digits(content[records.start() + 48 : records.start() + 63]) if b"OBSV8" in records.group() else None
    data = records.start() + BLOCK
    label = content[names.start() - BLOCK + 32 : names.start() - BLOCK + 72]
    return Member(label, start, end, data, fields, length, _count(memoryview(content)[data:end], length, stated))


def _digits(text: bytes) -> int:
    try:
        return int(text)
    except ValueError as fault:
        raise UnreadableError("TL-F01", f"has a header with {text!r} in the place of a number") from fault


def _fields(described: bytes, size: int) -> tuple[Field, ...]:
    found, start = [], 0
    for offset in range(0, len(described), size or 1):
        kind, _, length = struct.unpack_from(">hhh", described, offset)
        if kind not in (1, 2) or length <= 0:
            raise UnreadableError("TL-F01", f"describes a variable of type {kind} and length {length}")
        found.append(Field(described[offset + 16 : offset + 56], kind == 2, start, length))
        start += length
    return tuple(found)


def _count(data: memoryview, length: int, stated: int | None) -> int:
    """Return the number of records; blank records at the end cannot be told from the blanks that fill up 80 bytes."""
    if stated:  # some writers leave the count of version 8 at zero
        if not 0 <= len(data) - stated * length < BLOCK:
            raise UnreadableError(
                "TL-F04", f"states {stated} records of {length} bytes and holds {len(data)} bytes of data"
            )
        return stated
    whole, rest = divmod(len(data), length)
    if rest >= BLOCK or bytes(data[len(data) - rest :]).strip(b" "):
        raise UnreadableError("TL-F04", f"ends within record {whole + 1}: it is cut off")
    while whole and not bytes(data[(whole - 1) * length : whole * length]).strip(b" "):
        whole -= 1
    return whole
