"""The folder of a rehearsal: its manifest, one file per finished chunk, and what is made of them."""

import io
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from topline.errors import ToplineError
from topline.exchange.output import IGNORED, NAMED
from topline.exchange.swap import folder_files
from topline.protocol.model import Protocol
from topline.rehearsal.task import SCHEMA, VERSIONS, WHOLE_CHUNK, Task, content_digest, own_versions, slug, truth_digest
from topline.simulate.scenario import Scenario
from topline.simulate.scenario_text import parse_scenario
from topline.simulate.stack import CHUNK

MANIFEST, CHUNKS, SCENARIOS = "manifest.json", "chunks", "scenarios"
KIND = "rehearsal"
UNFINISHED = ".part"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds one rehearsal: one study, one seed, one version of topline and numpy.

    Trials and scenarios can be added to it by later runs; what is finished is kept.
    """

    path: Path

    def open(self, protocol: Protocol, seed: int, scenarios: Sequence[Scenario]) -> None:
        """Make the folder, or find that it is one of the same rehearsal.

        Raises ToplineError TL-V02 where it is one of another rehearsal and says what differs, TL-C06 where it holds
        what topline did not write, TL-C05 where it cannot be written.
        """
        asked = _manifest(protocol, seed)
        entries = {f"{SCENARIOS}/{slug(each.name)}.json": _entry(each) for each in scenarios}
        try:
            found = self._found()
            if found is not None:
                _refuse_another(self.path, _differing(found, asked) + self._differing_truths(entries))
            for folder in (CHUNKS, SCENARIOS):
                (self.path / folder).mkdir(parents=True, exist_ok=True)
            for name, content in {MANIFEST: asked, **entries}.items():
                create_file(self.path / name, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
            _refuse_another(self.path, _differing(self._found() or {}, asked) + self._differing_truths(entries))
        except OSError as fault:
            raise ToplineError("TL-C05", where=str(self.path), what=f"cannot be written: {fault.strerror}") from fault

    def _found(self) -> dict[str, Any] | None:
        """Return the manifest that is there, None in a new or empty folder."""
        if self.path.exists() and not self.path.is_dir():
            raise ToplineError("TL-C05", where=str(self.path), what="is a file, not a folder")
        try:
            content = json.loads((self.path / MANIFEST).read_bytes())
            if isinstance(content, dict) and content.get("kind") == KIND:
                return content
        except (OSError, ValueError):
            pass
        names = folder_files(self.path) if self.path.exists() else []
        others = [name for name in names if Path(name).name not in IGNORED and not name.endswith(UNFINISHED)]
        if others:
            listed = ", ".join(others[:NAMED]) + (f" and {len(others) - NAMED} more" if len(others) > NAMED else "")
            raise ToplineError("TL-C06", where=str(self.path), what=f"holds what no rehearsal wrote: {listed}")
        return None

    def _differing_truths(self, entries: Mapping[str, Mapping[str, str]]) -> list[str]:
        """Return the scenarios of other parameters than those that the folder has under their names, in words."""
        kept = {name: self._entry(name) for name in entries}
        return [
            f"another truth of the scenario {each['scenario']}"
            for name, each in entries.items()
            if kept[name] and kept[name].get("digest") != each["digest"]
        ]

    def _entry(self, name: str) -> dict[str, Any]:
        """Return what the folder says of a scenario, nothing where it does not know it."""
        try:
            content = json.loads((self.path / name).read_bytes())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def kept_scenario(self, protocol: Protocol, name: str) -> Scenario | None:
        """Return the scenario that an earlier run found here for this very protocol, None where there is none."""
        try:
            found = json.loads((self.path / MANIFEST).read_bytes())
            scenario = parse_scenario((self.path / SCENARIOS / f"{slug(name)}.toml").read_text("utf-8"), protocol)
            digest = self._entry(f"{SCENARIOS}/{slug(name)}.json")["digest"]
            known = (found["study digest"], *(found[each] for each in VERSIONS), digest)
        except (OSError, ValueError, KeyError, TypeError, ToplineError):
            return None
        return scenario if known == (protocol.digest, *own_versions(), truth_digest(scenario.truth)) else None

    def keep(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all. Raises ToplineError TL-C05 where it cannot be written."""
        write_file(self.path / name, content)

    def keep_chunk(self, task: Task, content: bytes) -> None:
        """Write the file of a finished task."""
        self.keep(f"{CHUNKS}/{task.file}", content)

    def unfinished(self, tasks: Iterable[Task]) -> list[Task]:
        """Return the tasks whose file is missing, damaged, of something else, or of fewer trials."""
        return [task for task in tasks if self._trials(task) < task.trials]

    def _trials(self, task: Task) -> int:
        """Return how many trials the file of a task holds whole, 0 where it cannot be trusted."""
        try:
            content = (self.path / CHUNKS / task.file).read_bytes()
            about = pl.read_parquet_metadata(io.BytesIO(content))
            results = pl.read_parquet(io.BytesIO(content))
        except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return 0
        same = about.get("fingerprint") == task.fingerprint and about.get("sha256") == content_digest(results)
        return int(about.get("trials", "0")) if same else 0

    def results(self, tasks: Sequence[Task]) -> pl.LazyFrame:
        """Return the results of finished tasks as a scan of their files: the columns of SCHEMA, no trial too many."""
        if not tasks:
            return pl.LazyFrame(schema=dict(SCHEMA))
        trial = pl.col("STUDYID").str.extract(r"(\d+)$").cast(pl.Int64)
        last: dict[tuple[str, str], int] = {}
        for task in tasks:
            last[task.label, task.kind] = max(task.last, last.get((task.label, task.kind), 0))
        scans = [
            pl.scan_parquet(
                [self.path / CHUNKS / task.file for task in tasks if (task.label, task.kind) == key]
            ).filter(trial <= most)
            for key, most in last.items()
        ]
        return pl.concat(scans)


def _manifest(protocol: Protocol, seed: int) -> dict[str, Any]:
    return {
        "kind": KIND,
        "patients": "VIRTUAL: no patient of this folder exists; these are not results of a trial",
        "study": protocol.identifiers.study,
        "study digest": protocol.digest,
        "seed": seed,
        "trials of a chunk": CHUNK,
        "whole trials of a chunk": WHOLE_CHUNK,
        **dict(zip(VERSIONS, own_versions(), strict=True)),
    }


def _entry(scenario: Scenario) -> dict[str, str]:
    """Return what the folder says of a scenario: a file of its own, so that runs at the same time lose none."""
    truth = scenario.truth
    return {"scenario": scenario.name, "truth": truth.name, "digest": truth_digest(truth), "note": scenario.note}


def _differing(found: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Return each setting that differs, in words."""
    return [
        f"{name} {found.get(name)} there, {value} asked for"
        for name, value in asked.items()
        if name != "patients" and found.get(name) != value
    ]


def _refuse_another(path: Path, differing: list[str]) -> None:
    """Raise ToplineError TL-V02 where anything differs."""
    if differing:
        raise ToplineError("TL-V02", where=str(path), what="; ".join(differing))


def create_file(path: Path, content: bytes) -> None:
    """Write a file whole unless there is one: of several that do so at once one is first, and its file stays.

    Where the file system has no hard links the last one stays. Raises ToplineError TL-C05 where it cannot be written.
    """
    if path.exists():
        return
    new = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{UNFINISHED}")
    write_file(new, content)
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    except OSError:
        write_file(path, content)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises ToplineError TL-C05 where it cannot be written."""
    new = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as fault:
        raise ToplineError("TL-C05", where=str(path), what=f"cannot be written: {fault.strerror}") from fault
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
