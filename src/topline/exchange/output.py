"""The folder that a run writes: checked, written whole or not at all, and read back for the trace of a number."""

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from topline.errors import ToplineError
from topline.exchange.source import SourceFile
from topline.exchange.swap import folder_files, recover, replace_folder

MARKER = "run.json"
IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini"}
NAMED = 5
REPORT, STUDY, RESULTS, LINEAGE, FINDINGS = "report.html", "study.yaml", "results", "lineage", "findings"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run was made from: enough to repeat it, and to see that it is the same.

    `version` is topline's, `packages` those of the packages below it; `study` names the study, `protocol_digest` and
    `data_digest` identify its text and its data; `sources` are the files read, none for virtual data; `seed` is that
    of virtual data, `cutoff` the day after which nothing was analysed.
    """

    version: str
    study: str
    protocol_digest: str
    data_digest: str
    virtual: bool
    seed: int | None = None
    sources: tuple[SourceFile, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    cutoff: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """An output folder as it was written; `adam` and `sdtm` read a table when it is asked for."""

    folder: Path
    record: RunRecord
    study_text: str
    results: pl.DataFrame
    lineage: pl.DataFrame
    findings: pl.DataFrame
    adam: Mapping[str, pl.DataFrame]
    sdtm: Mapping[str, pl.DataFrame]


def check_output(out: Path) -> None:
    """Raise where a run could not be written to `out`, before the run is made.

    Raises `ToplineError` TL-C05 where it cannot be written, TL-C06 where it holds files that topline did not write.
    """
    if out.exists() and not out.is_dir():
        raise ToplineError("TL-C05", where=str(out), what="is a file, not a folder")
    if out.is_mount():
        raise ToplineError(
            "TL-C05", where=str(out), what="is a mount point, which cannot be replaced; name a folder in it"
        )
    if not os.access(parent := _nearest_parent(out), os.W_OK | os.X_OK):
        raise ToplineError("TL-C05", where=str(out), what=f"lies in {parent}, which is not writable")
    try:
        others = _others(out) if out.exists() else []
    except OSError as fault:
        raise ToplineError("TL-C05", where=str(out), what=f"cannot be read: {fault.strerror}") from fault
    if others:
        listed = ", ".join(others[:NAMED]) + (f" and {len(others) - NAMED} more" if len(others) > NAMED else "")
        raise ToplineError("TL-C06", where=str(out), what=f"holds what topline did not write: {listed}")


def _nearest_parent(out: Path) -> Path:
    """Return the folder that exists and will hold `out`, or the folders to be made above it."""
    return next(parent for parent in Path(out).resolve().parents if parent.exists())


def _others(out: Path) -> list[str]:
    """Return the files in a folder that no run of topline wrote there."""
    written = _marker(out).get("files")
    known = {MARKER, *written} if isinstance(written, dict) else set()
    return [name for name in folder_files(out) if name not in known and PurePosixPath(name).name not in IGNORED]


def _marker(out: Path) -> dict[str, Any]:
    """Return the content of run.json, or nothing where it is none of topline's."""
    try:
        content = json.loads((out / MARKER).read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and "topline" in content else {}


def write_output(out: Path, files: Mapping[str, bytes], record: RunRecord) -> None:
    """Write a run's files (path inside the folder: content) and run.json to `out`, in the place of an earlier run.

    The new folder is complete on disk before the earlier one is touched, so that an interruption at any moment, also
    by power, leaves one of the two whole. run.json holds the record and the SHA-256 of every file.

    Raises `ToplineError` TL-C05 and TL-C06 as `check_output`; the earlier outputs then stand as they were.
    """
    out = Path(out).resolve()
    try:
        recover(out)
        check_output(out)
        replace_folder(
            out, {**{_inside(name): content for name, content in files.items()}, MARKER: _run_json(files, record)}
        )
    except OSError as fault:
        raise ToplineError("TL-C05", where=str(out), what=f"cannot be written: {fault.strerror or fault}") from fault


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or name == MARKER or not path.parts:
        raise ValueError(f"{name!r} is not the path of a file inside an output folder")
    return name


def _run_json(files: Mapping[str, bytes], record: RunRecord) -> bytes:
    content = {"topline": record.version, **asdict(record)}
    del content["version"]
    content["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    return (json.dumps(content, indent=2, ensure_ascii=False, default=dict) + "\n").encode()


def read_output(out: Path) -> Output:
    """Return what a run wrote to `out`.

    Raises `ToplineError` TL-C03 where the folder is none of topline's, is not whole, or a file was changed since.
    """
    out = Path(out).resolve()
    if not out.exists():
        recover(out)
    marker = _marker(out)
    files = marker.get("files")
    if not isinstance(files, dict):
        what = "has no run.json of topline" if out.is_dir() else "is not a folder"
        raise ToplineError("TL-C03", where=str(out), what=what)
    frames = {name: _frame(out, f"{name}.parquet", files) for name in (RESULTS, LINEAGE, FINDINGS)}
    return Output(
        folder=out,
        record=_record(out, marker),
        study_text=_content(out, STUDY, files).decode("utf-8"),
        adam=Tables(out, "adam", files),
        sdtm=Tables(out, "sdtm", files),
        **frames,
    )


@dataclass(frozen=True)
class Tables(Mapping[str, pl.DataFrame]):
    """The Parquet tables in a part of an output folder, by name in capitals; each is read when it is asked for."""

    folder: Path
    part: str
    files: Mapping[str, str]

    def __getitem__(self, name: str) -> pl.DataFrame:
        path = f"{self.part}/{name.lower()}.parquet"
        if path not in self.files:
            raise KeyError(name)
        return _frame(self.folder, path, self.files)

    def __iter__(self) -> Iterator[str]:
        inside = (PurePosixPath(name) for name in self.files)
        return iter([p.stem.upper() for p in inside if p.parts[0] == self.part and p.suffix == ".parquet"])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _record(out: Path, marker: Mapping[str, Any]) -> RunRecord:
    try:
        fields = {name: marker[name] for name in RunRecord.__dataclass_fields__ if name not in ("version", "sources")}
        sources = tuple(SourceFile(**source) for source in marker["sources"])
        return RunRecord(version=marker["topline"], sources=sources, **fields)
    except (KeyError, TypeError) as fault:
        raise ToplineError("TL-C03", where=str(out / MARKER), what="is not of this version of topline") from fault


def _content(out: Path, name: str, files: Mapping[str, str]) -> bytes:
    """Return the bytes of one file of an output, when they are those that the run wrote."""
    try:
        content = (out / name).read_bytes()
    except OSError as fault:
        raise ToplineError("TL-C03", where=str(out), what=f"lacks {name}") from fault
    if hashlib.sha256(content).hexdigest() != files.get(name):
        raise ToplineError("TL-C03", where=str(out / name), what="was changed after the run that wrote it")
    return content


def _frame(out: Path, name: str, files: Mapping[str, str]) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(_content(out, name, files)))
