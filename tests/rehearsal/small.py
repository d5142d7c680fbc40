"""A small rehearsal for tests: four tasks of two or three trials each."""

from pathlib import Path

import polars as pl

from topline.exchange.study_file import read_study
from topline.rehearsal.folder import Folder
from topline.rehearsal.plan import Rehearsal, planned_tasks, wanted_scenarios
from topline.rehearsal.task import Task

STUDY = "nct07142421"
NAMES = ("null", "expected", "optimistic", "predictive")


def rehearsal(out: Path, trials: int = 2, **changes: object) -> Rehearsal:
    return Rehearsal(**{"study": STUDY, "trials": trials, "scenarios": NAMES, "seed": 5, "out": out, **changes})  # type: ignore[arg-type]


def tasks_of(asked: Rehearsal) -> list[Task]:
    protocol, text = read_study(asked.study)
    return planned_tasks(asked, text, wanted_scenarios(protocol, asked.scenarios))


def chunk_files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "chunks").iterdir())}


def results_of(asked: Rehearsal) -> pl.DataFrame:
    assert asked.out is not None
    return Folder(asked.out).results(tasks_of(asked)).collect()
