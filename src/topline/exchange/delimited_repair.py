"""Reading a delimited text line by line, where it is not regular: nothing is shifted, merged or dropped unsaid.

The text is rewritten in the regular form, so that the fast reader can take it. Records with too many or too few
fields are left out, each with a finding that quotes it.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from topline.errors import Finding
from topline.exchange.source import UnreadableError

SHOWN = 20
EXCERPT = 120


@dataclass(slots=True)
class Lines:
    """The lines of a text, without NUL characters, as the reader takes them; keeps those of the current record."""

    file: TextIO
    current: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.current.append(line.replace("\0", ""))
            yield self.current[-1]

    def take(self) -> list[str]:
        """Return the lines since the last call."""
        taken, self.current = self.current, []
        return taken


@dataclass(slots=True)
class Ragged:
    """The records of a file whose number of fields is not that of the header."""

    file: str
    fields: int
    found: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, fields: int, where: str, lines: list[str]) -> None:
        """Note a record at `where`, with its number of fields and its lines."""
        if len(self.found) == SHOWN:
            self.more += 1
            return
        message = f"has {fields} fields, the header {self.fields}; the record is left out"
        value = " ".join("".join(lines).split("\n")).strip()[:EXCERPT]
        self.found.append(Finding("TL-F08", self.file, record=where, value=value, message=message))

    def findings(self) -> list[Finding]:
        """Return a finding for each of the first records, and one for the rest."""
        if not self.more:
            return self.found
        message = f"{self.more} more records have a wrong number of fields and are left out"
        return [*self.found, Finding("TL-F08", self.file, record="further lines", message=message)]


def rewrite(source: TextIO, delimiter: str, target: Path, file: str) -> list[Finding]:
    """Write the records of a delimited text to `target`, in UTF-8 and regular; return findings on those left out.

    `file` is the name in the findings. Raises `UnreadableError` TL-F04 where the text ends within a quotation or within
    its last record: what is cut off is not read at all.
    """
    with target.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\r\n")  # both characters are then quoted inside a field
        ragged: Ragged | None = None
        for record, where, lines in _records(source, delimiter):
            ragged = ragged or Ragged(file, len(record))
            if len(record) == ragged.fields:
                writer.writerow(record)
                continue
            if not lines[-1].endswith(("\n", "\r")) and len(record) < ragged.fields:
                what = f"ends within {where}, after {len(record)} of {ragged.fields} fields: it is cut off"
                raise UnreadableError("TL-F04", what)
            ragged.add(len(record), where, lines)
    return ragged.findings() if ragged else []


def _records(source: TextIO, delimiter: str) -> Iterator[tuple[list[str], str, list[str]]]:
    """Yield each record that is not blank, the lines where it stands, and the lines themselves."""
    text, start = Lines(source), 1
    reader = csv.reader(text, delimiter=delimiter)
    try:
        for record in reader:
            lines, first, start = text.take(), start, reader.line_num + 1
            if len(record) > 1 or "".join(record).strip():
                if not lines[-1].endswith(("\n", "\r")) or "\n" in record[-1]:
                    _check_closed(lines, delimiter, first)
                yield record, f"line {first}" if first == reader.line_num else f"lines {first}-{reader.line_num}", lines
    except csv.Error as fault:
        raise UnreadableError("TL-F04", f"has a quotation that opens in line {start} and never closes") from fault


def _check_closed(lines: list[str], delimiter: str, first: int) -> None:
    """Raise where the lines of a record, which may be the last one, leave a quotation open."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as fault:
        if "unexpected end of data" in str(fault):
            raise UnreadableError("TL-F04", f"has a quotation that opens in line {first} and never closes") from fault
