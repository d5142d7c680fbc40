"""One chunk as a task: all that a worker needs to run it, wherever the worker is, and what it gives back."""

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import version
from typing import Literal

import polars as pl

from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.protocol.source import parse_protocol
from topline.simulate.analysis import analyse_stack
from topline.simulate.block import DOMAINS
from topline.simulate.calendar import calendar
from topline.simulate.scenario import Scenario
from topline.simulate.stack import CHUNK, Chunk, draw_stack
from topline.simulate.truth import Truth
from topline.simulate.uncertainty import draw_uncertain
from topline.simulate.whole import run_whole

Kind = Literal["fixed", "uncertain", "whole", "tornado"]
"""Trials of the scenario's truth; trials whose truths are drawn from its uncertainty; trials through every stage; those
of a truth with one parameter moved, drawn with the random numbers of another scenario."""

WHOLE_CHUNK = 10
"""Whole trials of a chunk. It is part of the seed, as CHUNK is: a chunk of them is drawn with every domain at once and
analysed in ten to twenty seconds."""

SCHEMA: Mapping[str, type[pl.DataType]] = {
    "SCENARIO": pl.String,
    "CHUNK": pl.Int64,
    "STUDYID": pl.String,
    "RESULTID": pl.String,
    "VALUE": pl.Float64,
    "VALUEC": pl.String,
}
"""Columns of the results of a chunk."""

WHOLE = "/whole"
"""What follows the name of a scenario in the streams of its whole trials, which are no trials of its other chunks."""

UNCERTAIN = ", uncertain"
"""What follows the name of a scenario where the parameters are drawn for each trial."""

VERSIONS = ("topline", "numpy")
"""Packages that the random numbers depend on: a chunk is of one version of each."""


def own_versions() -> tuple[str, ...]:
    """Return the versions of topline and numpy in this process."""
    return tuple(version(name) for name in VERSIONS)


@dataclass(frozen=True, slots=True)
class Task:
    """The first `trials` trials of one chunk of a scenario.

    `text` is the study file; `versions` are those of VERSIONS where the task was planned; `streams` is the scenario
    whose random numbers a tornado shares.
    """

    text: str = field(repr=False)
    scenario: Scenario = field(repr=False)
    seed: int
    kind: Kind
    number: int
    trials: int
    streams: str = ""
    versions: tuple[str, ...] = field(default_factory=own_versions)

    @property
    def label(self) -> str:
        """The scenario as results name it."""
        return self.scenario.name + (UNCERTAIN if self.kind == "uncertain" else "")

    @property
    def file(self) -> str:
        """The name of the file that holds the results."""
        return f"{slug(self.scenario.name)}-{self.kind}-{self.number:05d}.parquet"

    @property
    def fingerprint(self) -> str:
        """What the results depend on, as a digest: all but how many trials are asked for."""
        content = (
            hashlib.sha256(self.text.encode()).hexdigest(),
            self.scenario.name,
            truth_digest(self.scenario.truth),
            *(self.seed, self.kind, self.size, self.number, self.streams, *self.versions),
        )
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def last(self) -> int:
        """The number of the last trial, from 1 over all chunks of the scenario."""
        return self.number * self.size + self.trials

    @property
    def size(self) -> int:
        """How many trials a full chunk of this kind has."""
        return size_of(self.kind)


def size_of(kind: Kind) -> int:
    """Return how many trials a full chunk of a kind has.

    >>> size_of("fixed"), size_of("whole")
    (250, 10)
    """
    return WHOLE_CHUNK if kind == "whole" else CHUNK


def slug(name: str) -> str:
    """Return a name as part of a file's name, which is another one for each name.

    >>> slug("expected"), slug("Slower growth")
    ('expected', 'slower-growth-774a490a')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return plain if plain == name != "" else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def truth_digest(truth: Truth) -> str:
    """Return the SHA-256 of the parameters of a truth, whatever its name."""
    return hashlib.sha256(repr(replace(truth, name="")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker gives back: a Parquet file, or code, place and reason of the error that stopped it."""

    content: bytes = b""
    error: tuple[str, str, str, tuple[str, ...]] | None = None

    def file(self) -> bytes:
        """Return the Parquet file; raises the ToplineError of the worker."""
        if self.error is not None:
            code, where, what, others = self.error
            raise ToplineError(code, where=where, what=what, others=others)
        return self.content


def answer(task: Task) -> Answer:
    """Run a task. An error of topline is given back, as it cannot travel between processes as it is."""
    try:
        return Answer(content=encode(run_task(task), task))
    except ToplineError as error:
        return Answer(error=(error.code, error.where, error.what, error.others))


def run_task(task: Task) -> pl.DataFrame:
    """Return the results of the trials of a task, in order of trial and result: the columns of SCHEMA.

    Raises ToplineError TL-V06 where this process has other versions than the one that planned the task.
    """
    if own_versions() != task.versions:
        pairs = zip(VERSIONS, own_versions(), task.versions, strict=True)
        what = "; ".join(f"{name} {own}, {planned} where the run was started" for name, own, planned in pairs)
        raise ToplineError("TL-V06", where="a worker", what=f"has {what}")
    results = RUN[task.kind](_protocol(task.text), task)
    named = results.with_columns(SCENARIO=pl.lit(task.label), CHUNK=pl.lit(task.number, pl.Int64))
    return named.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).sort("STUDYID", "RESULTID")


@lru_cache(maxsize=4)
def _protocol(text: str) -> Protocol:
    """Return the protocol of a study file, which a worker reads once."""
    return parse_protocol(text, "study.yaml")


def _fixed(protocol: Protocol, task: Task) -> pl.DataFrame:
    key = Chunk(task.seed, task.streams or task.scenario.name, task.number)
    return _analysed(protocol, draw_stack(protocol, task.scenario.truth, key, task.trials).tables)


def _analysed(protocol: Protocol, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the results of response, progression and survival of each trial, and its calendar."""
    calendars = calendar(protocol, tables).select(list(SCHEMA)[2:])
    return pl.concat([analyse_stack(protocol, tables), calendars], how="vertical_relaxed")


def _uncertain(protocol: Protocol, task: Task) -> pl.DataFrame:
    """Return the results of trials with a truth of their own: trial k is the first one of chunk k of the label."""
    parts: dict[str, list[pl.DataFrame]] = {}
    names = {}
    for key, truth in _drawn(protocol, task):
        for name, frame in draw_stack(protocol, truth, key, 1).tables.items():
            parts.setdefault(name, []).append(frame)
        names[_study(protocol, key.first)] = _study(protocol, key.number + 1)
    results = _analysed(protocol, {name: pl.concat(frames) for name, frames in parts.items()})
    return results.with_columns(pl.col("STUDYID").replace_strict(names))


def _drawn(protocol: Protocol, task: Task) -> Iterator[tuple[Chunk, Truth]]:
    for place in range(task.trials):
        key = Chunk(task.seed, task.label, task.number * CHUNK + place)
        yield key, draw_uncertain(task.scenario.truth, key.draws(protocol.digest))


def _study(protocol: Protocol, trial: int) -> str:
    return f"{protocol.identifiers.study}-{trial:05d}"


def _whole(protocol: Protocol, task: Task) -> pl.DataFrame:
    """Return what is kept of safety, questionnaires and markers of the trials of a chunk of whole trials."""
    key = Chunk(task.seed, task.scenario.name + WHOLE, task.number)
    tables = draw_stack(protocol, task.scenario.truth, key, task.trials, tuple(DOMAINS)).tables
    first = task.number * task.size + 1
    names = {_study(protocol, key.first + k): _study(protocol, first + k) for k in range(task.trials)}
    return pl.concat(run_whole(protocol, tables)).with_columns(pl.col("STUDYID").replace_strict(names))


RUN = {"fixed": _fixed, "uncertain": _uncertain, "whole": _whole, "tornado": _fixed}


def encode(results: pl.DataFrame, task: Task) -> bytes:
    """Return results as a Parquet file that says what they are of and how to see that they are whole."""
    about = {"fingerprint": task.fingerprint, "trials": str(task.trials), "sha256": content_digest(results)}
    buffer = io.BytesIO()
    results.write_parquet(buffer, compression="zstd", metadata=about)
    return buffer.getvalue()


def content_digest(results: pl.DataFrame) -> str:
    """Return the SHA-256 of the content of a table of results, however it lies in memory."""
    return hashlib.sha256(results.write_csv().encode()).hexdigest()
