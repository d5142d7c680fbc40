"""The files a run was made from: what each held, and one digest of them all."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import polars as pl

from topline.errors import Finding

CHUNK = 1 << 22


class Format(StrEnum):
    """The formats that are read; the content of a file decides, never its name."""

    XPT5 = "SAS transport 5"
    XPT8 = "SAS transport 8"
    PARQUET = "Parquet"
    JSON = "Dataset-JSON"
    CSV = "delimited text"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One table as one file held it: domain, name, format, size, digest and encoding of the file, and its records."""

    name: str
    domain: str
    format: str
    bytes: int
    sha256: str
    records: int
    encoding: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set as a file holds it: its own name there (empty where the format has none) and its rows."""

    name: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: its data sets, the encoding of their text, and what is wrong with them."""

    datasets: tuple[Dataset, ...]
    encoding: str
    findings: tuple[Finding, ...] = ()


class UnreadableError(Exception):
    """A file that cannot be read, with the number of the message that says why."""

    def __init__(self, code: str, what: str) -> None:
        self.code = code
        self.what = what
        super().__init__(code, what)

    def finding(self, file: str) -> Finding:
        """Return the finding about the file."""
        return Finding(self.code, file, message=self.what)


def chunks(path: Path, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the bytes of a file in pieces of at most `size` bytes."""
    with path.open("rb") as file:
        while piece := file.read(size):
            yield piece


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal digits."""
    digest = hashlib.sha256()
    for piece in chunks(path):
        digest.update(piece)
    return digest.hexdigest()


def data_digest(files: Iterable[SourceFile]) -> str:
    """Return one SHA-256 of all files of a run: it depends on domains and contents, not on names, places or order.

    >>> dm = SourceFile("dm.xpt", "DM", Format.XPT5, 80, "ab", 1, "ascii")
    >>> ex = SourceFile("ex.xpt", "EX", Format.XPT5, 80, "cd", 1, "ascii")
    >>> data_digest([dm, ex]) == data_digest([ex, dm])
    True
    >>> data_digest([dm])[:12]
    'b6457b23cba1'
    """
    lines = sorted(f"{file.domain} {file.sha256}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
