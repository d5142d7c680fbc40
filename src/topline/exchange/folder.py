"""Reading the SDTM files of a trial: every file that can be read is read, and what cannot is a finding."""

import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from topline.errors import Finding, ToplineError
from topline.exchange.dataset_json import read_dataset_json
from topline.exchange.delimited import read_delimited
from topline.exchange.domain import split_domains
from topline.exchange.formats import recognise
from topline.exchange.merge import alike
from topline.exchange.parquet import read_parquet
from topline.exchange.source import Format, Reading, SourceFile, UnreadableError, file_digest
from topline.exchange.xpt import read_xpt
from topline.tables.findings import findings_frame

READERS: dict[Format, Callable[[Path], Reading]] = {
    Format.XPT5: read_xpt,
    Format.XPT8: read_xpt,
    Format.PARQUET: read_parquet,
    Format.JSON: read_dataset_json,
    Format.CSV: read_delimited,
}
Progress = Callable[[str, int, int], None]
"""Called with the name of the file that is read next, the bytes read so far, and the bytes of all files."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that one file holds of one domain."""

    file: SourceFile
    frame: pl.DataFrame
    own: str


def read_folder(
    paths: Sequence[Path], progress: Progress | None = None
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, list[SourceFile]]:
    """Return the tables of the files by domain as they stand there, the findings, and the files that were read.

    Each path is a file, or a folder whose files are read (not those in folders inside it, nor hidden ones). Content
    decides a file's format and domain. The columns are not yet brought into declared types: `conform` does that.
    A file that cannot be read gives a finding and does not stop the others. Records of one domain in several files are
    put together; those that stand in an earlier file already are left out.

    Raises `ToplineError` TL-C04 where a path does not exist.
    """
    files = list(_files(paths))
    sizes = [_size(file) for file in files]
    parts: list[Part] = []
    found: list[Finding] = []
    for number, file in enumerate(files):
        if progress:
            progress(file.name, sum(sizes[:number]), sum(sizes))
        read, faults = _read(file)
        parts += read
        found += faults
    if progress:
        progress("", sum(sizes), sum(sizes))
    tables: dict[str, pl.DataFrame] = {}
    for domain in sorted({part.file.domain for part in parts}):
        tables[domain], faults = _together([part for part in parts if part.file.domain == domain])
        found += faults
    return tables, findings_frame(found), [part.file for part in parts]


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield each file once, in the order of the paths and of the names inside a folder."""
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise ToplineError("TL-C04", where=str(path), what="does not exist")
        try:
            inside = sorted(path.iterdir()) if path.is_dir() else [path]
        except OSError as fault:
            raise ToplineError("TL-C04", where=str(path), what=f"cannot be listed: {fault.strerror}") from fault
        for file in inside:
            hidden = file.name.startswith((".", "~$")) and path.is_dir()
            if not hidden and not file.is_dir() and file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _read(file: Path) -> tuple[list[Part], list[Finding]]:
    """Return what one file holds, by domain, and the findings about it."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise UnreadableError("TL-F02", "is a device, a socket or a pipe, not a file")
        form = recognise(file)
        reading = READERS[form](file)
        return _parts(file, form, reading)
    except UnreadableError as fault:
        return [], [fault.finding(file.name)]
    except OSError as fault:
        return [], [Finding("TL-F01", file.name, message=f"cannot be opened: {fault.strerror or fault}")]
    except UnicodeError as fault:
        return [], [Finding("TL-F01", file.name, message=f"holds bytes that are no text: {fault}")]
    except MemoryError:
        return [], [Finding("TL-F01", file.name, message="needs more memory than there is")]


def _parts(file: Path, form: Format, reading: Reading) -> tuple[list[Part], list[Finding]]:
    found = list(reading.findings)
    if not reading.encoding.startswith("utf"):
        name = {"cp1252": "Windows-1252", "latin-1": "Latin-1", "gb18030": "GB18030"}[reading.encoding]
        found.append(Finding("TL-F05", file.name, message=f"is not UTF-8; its text is read as {name}"))
    digest, size = file_digest(file), file.stat().st_size
    parts = []
    for dataset in reading.datasets:
        split, faults = split_domains(dataset, file.name, file.stem)
        found += faults
        for domain, frame in split.items():
            source = SourceFile(file.name, domain, form, size, digest, frame.height, reading.encoding)
            own = (dataset.name or file.stem).upper()
            parts.append(Part(source, frame.rename(lambda name: name.strip().upper()), own))
    return parts, found


def _together(parts: list[Part]) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the records of one domain from all its files, those of later files only where no earlier one has them."""
    if len(parts) == 1:
        return parts[0].frame, []
    domain = parts[0].file.domain
    frames = alike([part.frame for part in parts])
    kept, found = frames[0], []
    for part, frame in zip(parts[1:], frames[1:], strict=True):
        new = frame.join(kept, on=frame.columns, how="anti", nulls_equal=True, maintain_order="left")
        copies = frame.height - new.height
        if copies or not _is_split([part.own for part in parts], domain):
            message = f"holds {domain} too: {new.height} records are added, {copies} are copies and left out"
            found.append(
                Finding("TL-F06", part.file.name, value=", ".join(p.file.name for p in parts), message=message)
            )
        kept = pl.concat([kept, new])
    return kept, found


def _is_split(names: list[str], domain: str) -> bool:
    """Say whether the names are those of one domain split by the standard's rule, such as QSCG and QSPH for QS."""
    shape = re.compile(re.escape(domain) + "[A-Z0-9]{1,2}")
    return len(set(names)) == len(names) and all(shape.fullmatch(name) for name in names)
