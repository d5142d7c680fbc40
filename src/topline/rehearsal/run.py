"""A rehearsal from command to folder: plan, run what is not finished, keep each chunk, and sum up."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from topline.errors import ToplineError
from topline.exchange.study_file import read_study
from topline.protocol.model import Protocol
from topline.rehearsal.cluster import run_cluster
from topline.rehearsal.folder import SCENARIOS, Folder
from topline.rehearsal.outcome import summed_up
from topline.rehearsal.plan import Rehearsal, part_of, planned_tasks, wanted_scenarios
from topline.rehearsal.task import Kind, Task, slug
from topline.rehearsal.workers import Answers, run_processes, run_serial
from topline.simulate.scenario import Scenario
from topline.simulate.scenario_text import render_scenario

Say = Callable[["Progress"], None]

WORK: Mapping[Kind, int] = {"fixed": 1, "uncertain": 15, "whole": 250, "tornado": 1}
"""About how much longer a trial of each kind takes than one of a fixed truth."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rehearsal is: trials done of all, and the share of the work of this run that is done, in `seconds`."""

    note: str = ""
    done: int = 0
    total: int = 0
    share: float = 0.0
    seconds: float = 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest takes at the pace so far, None before the first chunk is done.

        >>> Progress(done=300, total=1000, share=0.25, seconds=20.0).remaining
        60.0
        """
        return self.seconds * (1 - self.share) / self.share if self.share else None


@dataclass(frozen=True, slots=True)
class Execution:
    """How a rehearsal is run: processes on this machine, or a Dask cluster, and which part of the chunks."""

    workers: int = 0
    cluster: str = ""
    part: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.workers < 0:
            raise ToplineError("TL-V01", where="workers", what=f"{self.workers} is not at least 1")
        if self.workers and self.cluster:
            raise ToplineError("TL-V01", where="cluster", what="the workers of a cluster are those that it has")

    @property
    def processes(self) -> int:
        """How many processes there are: as many as asked for, or one for each core this process may use."""
        return self.workers or usable_cores()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal gave: the folder, and a summary in lines."""

    out: Path
    summary: tuple[str, ...]


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known else os.cpu_count() or 1


def folder_of(asked: Rehearsal, protocol: Protocol) -> Path:
    """Return the folder of a rehearsal."""
    return asked.out or Path("out") / f"{protocol.identifiers.study.lower()}-rehearsal"


def rehearse(asked: Rehearsal, execution: Execution, say: Say = lambda progress: None) -> Rehearsed:
    """Run the chunks that are not finished, and sum up where all are: tables, page, summary.

    With a part of the chunks nothing is summed up: the same call without it does, and runs what no part has finished.
    Raises ToplineError for what cannot be asked or run; finished chunks are kept whatever happens.
    """
    protocol, text = read_study(asked.study)
    folder = Folder(folder_of(asked, protocol))
    kept = partial(folder.kept_scenario, protocol)
    wanted = wanted_scenarios(protocol, asked.scenarios, lambda note: say(Progress(note)), kept)
    tasks = planned_tasks(asked, text, wanted)
    own = part_of(tasks, execution.part) if execution.part else tasks
    folder.open(protocol, asked.seed, wanted)
    _keep_scenarios(folder, wanted, protocol)
    _run(folder, own, execution, say)
    if execution.part:
        return Rehearsed(folder.path, _part_done(folder, tasks, execution.part))
    say(Progress("summing up"))
    return Rehearsed(folder.path, summed_up(folder, protocol, tasks, coverage=asked.coverage))


def _keep_scenarios(folder: Folder, wanted: Sequence[Scenario], protocol: Protocol) -> None:
    """Write each scenario as a file that `--scenario` takes."""
    for each in wanted:
        folder.keep(f"{SCENARIOS}/{slug(each.name)}.toml", render_scenario(each, protocol).encode())


def _run(folder: Folder, tasks: list[Task], execution: Execution, say: Say) -> None:
    """Run the tasks that are not finished, and keep each as it is done."""
    left = folder.unfinished(tasks)
    total = sum(task.trials for task in tasks)
    done = total - sum(task.trials for task in left)
    work, worked = sum(map(_work, left)), 0
    if not left:
        return
    began = time.monotonic()
    say(Progress("", done, total))
    with closing(_answers(left, execution)) as answers:
        for task, found in answers:
            folder.keep_chunk(task, found.file())
            done, worked = done + task.trials, worked + _work(task)
            say(Progress("", done, total, worked / work, time.monotonic() - began))


def _work(task: Task) -> int:
    """Return how much work a task is: WORK of each trial."""
    return WORK[task.kind] * task.trials


def _answers(tasks: list[Task], execution: Execution) -> Answers:
    """Yield answers from wherever the tasks are run; one task alone needs no process of its own."""
    if execution.cluster:
        return run_cluster(tasks, execution.cluster)
    if execution.processes == 1 or (len(tasks) == 1 and not execution.workers):
        return run_serial(tasks)
    return run_processes(tasks, execution.processes)


def _part_done(folder: Folder, tasks: list[Task], part: tuple[int, int]) -> tuple[str, ...]:
    left = len(folder.unfinished(tasks))
    rest = f"{left:,} of all {len(tasks):,} chunks are not finished yet" if left else f"all {len(tasks):,} are finished"
    return (
        f"Part {part[0]} of {part[1]} is finished; {rest}",
        "The same command without --chunks sums up, and runs what no part has finished",
    )
