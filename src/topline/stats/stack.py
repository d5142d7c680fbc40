"""The analyses of many trials at once: the same plans and methods as of one trial, with a batch axis over STUDYID.

Rates and times have kernels with a batch axis (`stack_rates`, `stack_times`). What a design says depends on few counts,
so that its method is run once for each distinct outcome, on the rows of the first trial that has it. Any other method
is run trial by trial.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from topline.stats.analysis import ALL, GROUP_COLUMN, Analysis, Method, Number, Selection, result_id, select_rows
from topline.stats.stack_rates import RATES, Counts
from topline.stats.stack_times import TIMES, Columns, Times, Values, summaries

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

BY_LOOKS = ("decision", "looks", "two-stage", "sequential")
"""Methods whose numbers follow from the sizes of denominator and numerator, in all and at the looks of the design."""

BETWEEN_ARMS = ("log-rank", "cox")
"""Methods that say nothing about one arm."""

RESULT = {"STUDYID": pl.String, "RESULTID": pl.String, "VALUE": pl.Float64, "VALUEC": pl.String}
"""The columns of the results of a stack."""


@dataclass(frozen=True, slots=True)
class Stack:
    """ADaM datasets of many trials.

    `looks` are the numbers of patients at the looks of the design. Of the trials in `unassessed` no tumour was ever
    assessed: an analysis for which `rests` is true has no rows there.
    """

    datasets: Mapping[str, pl.DataFrame]
    looks: tuple[int, ...] = ()
    unassessed: frozenset[str] = frozenset()
    rests: Callable[[Analysis], bool] = field(default=lambda analysis: False)

    @property
    def studies(self) -> list[str]:
        """The trials, in order."""
        return self.datasets["ADSL"]["STUDYID"].unique().sort().to_list()


@dataclass(frozen=True)
class _Part:
    """The rows that a condition selects of one group, with the trial of each (rising), and what follows from them."""

    rows: pl.DataFrame
    trials: int
    known: dict[str, Times] = field(default_factory=dict)

    @cached_property
    def trial(self) -> Ints:
        return self.rows["_T"].to_numpy()

    @cached_property
    def n(self) -> Ints:
        return np.bincount(self.trial, minlength=self.trials)

    @cached_property
    def place(self) -> Ints:
        """The place of each row within its trial."""
        first = np.concatenate([[0], np.cumsum(self.n)])[:-1]
        return np.asarray(np.arange(len(self.trial)) - first[self.trial])

    @cached_property
    def arms(self) -> Ints:
        """The number of treatments that the rows of each trial name."""
        if GROUP_COLUMN not in self.rows.columns:
            return np.zeros(self.trials, np.int64)
        pairs = self.rows.select("_T", GROUP_COLUMN).drop_nulls().unique()
        return np.bincount(pairs["_T"].to_numpy(), minlength=self.trials)

    def padded(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values of the rows as (trial, row), nan where a trial has no further row."""
        out = np.full((self.trials, int(self.n.max(initial=0))), np.nan)
        out[self.trial, self.place] = values
        return out

    def column(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers as (trial, row)."""
        return self.padded(self.rows[name].cast(pl.Float64).to_numpy())


@dataclass(frozen=True)
class _Chosen:
    """A part and which of its rows are in the numerator `where`."""

    part: _Part
    where: str

    @cached_property
    def yes(self) -> Mask:
        if not self.where:
            return np.ones(self.part.rows.height, dtype=np.bool_)
        return self.part.rows.select(pl.sql_expr(self.where).fill_null(False).alias("Y"))["Y"].to_numpy()

    @cached_property
    def events(self) -> Ints:
        return np.bincount(self.part.trial[self.yes], minlength=self.part.trials)

    def times(self, trials: Ints) -> Times:
        """Return times and events of these trials; the same for each analysis of the same rows."""
        if self.where not in self.part.known:
            event = np.nan_to_num(self.part.padded(self.yes.astype(np.float64)))
            times = Times(self.part.column("AVAL")[trials], event[trials], self.part.n[trials], self.events[trials])
            self.part.known[self.where] = times
        return self.part.known[self.where]

    def of(self, trial: int) -> Selection:
        """Return what an analysis of this trial alone selects."""
        first, last = np.searchsorted(self.part.trial, [trial, trial + 1])
        rows = self.part.rows.slice(int(first), int(last - first))
        return Selection(rows, self.yes[first:last], rows)


@dataclass(slots=True)
class _Results:
    """Numbers as columns, part by part: place of the trial, name of the result, value and text."""

    trial: list[Ints] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    value: list[NDArray[np.float64]] = field(default_factory=list)
    text: list[Ints] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, trial: Ints, value: NDArray[np.float64], text: Ints) -> None:
        """Keep one result of some trials; nan is no value, `text` the places of the texts among all."""
        self.trial.append(trial)
        self.name.append(name)
        self.value.append(value)
        self.text.append(text)

    def places(self, texts: Sequence[str]) -> Ints:
        """Return the place of each of these texts among all."""
        return np.array([self.texts.setdefault(text, len(self.texts)) for text in texts], dtype=np.int64)

    def frame(self, studies: Sequence[str]) -> pl.DataFrame:
        """Return all results by trial, in the order in which they were added."""
        if not self.name:
            return pl.DataFrame(schema=RESULT)
        sizes = [len(trial) for trial in self.trial]
        trial, name = np.concatenate(self.trial), np.repeat(np.arange(len(sizes)), sizes)
        order = np.argsort(trial, kind="stable")
        columns = {
            "STUDYID": _words(studies, trial[order]),
            "RESULTID": _words(self.name, name[order]),
            "VALUE": pl.Series(np.concatenate(self.value)[order]).fill_nan(None),
            "VALUEC": _words(list(self.texts), np.concatenate(self.text)[order]),
        }
        return pl.DataFrame(columns, schema=RESULT)


def _words(names: Sequence[str], place: Ints) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(pl.Series(place.astype(np.uint32)))


def run_stack(analyses: Sequence[Analysis], stack: Stack, methods: Mapping[str, Method]) -> pl.DataFrame:
    """Return the results of all analyses of every trial: STUDYID, RESULTID, VALUE, VALUEC.

    They are those that `run_analyses` gives for each trial alone; an analysis that cannot be computed for a trial has
    no result there.
    """
    studies = stack.studies
    place = pl.DataFrame({"STUDYID": pl.Series(studies, dtype=pl.String), "_T": np.arange(len(studies))})
    placed = {
        name: _read_columns(frame, name, analyses).join(place, on="STUDYID", maintain_order="left")
        for name, frame in stack.datasets.items()
        if any(each.dataset == name for each in analyses) or name == "ADSL"
    }
    placed = {name: frame if frame["_T"].is_sorted() else frame.sort("_T") for name, frame in placed.items()}
    silent = np.isin(np.array(studies), sorted(stack.unassessed))
    arms, results = _arms(placed["ADSL"], len(studies)), _Results()
    last, parts = ("", ""), dict[tuple[str, bool], _Part]()
    for analysis in analyses:
        if (analysis.dataset, analysis.where) != last:  # neighbours often ask for the same rows
            last, parts = (analysis.dataset, analysis.where), {}
            selected = select_rows(placed[analysis.dataset], analysis.where)
        rests = stack.rests(analysis) and bool(silent.any())
        for group, there in arms.items() if analysis.grouped else [(ALL, arms[ALL])]:
            if (group, rests) not in parts:
                parts[group, rests] = _part(selected, group, silent if rests else np.zeros_like(silent))
            chosen = _Chosen(parts[group, rests], analysis.numerator)
            _compute(chosen, (analysis, methods[analysis.method], group), stack, np.flatnonzero(there), results)
    return results.frame(studies)


def _read_columns(frame: pl.DataFrame, name: str, analyses: Sequence[Analysis]) -> pl.DataFrame:
    """Return the columns of a dataset that its analyses read."""
    own = [each for each in analyses if each.dataset == name]
    texts = {text for each in own for text in (each.where, each.numerator) if text}
    asked = {root for text in texts for root in pl.sql_expr(text).meta.root_names()}
    asked |= {str(each.settings["column"]) for each in own if "column" in each.settings}
    kept = {*("STUDYID", "USUBJID", "ASEQ", "AVAL", "AVALC", "CNSR", "TRTFL", "ENRLORD", GROUP_COLUMN), *asked}
    return frame.select(column for column in frame.columns if column in kept)


def _arms(adsl: pl.DataFrame, trials: int) -> dict[str, Mask]:
    """Return the groups and the trials that have them: all subjects, and each treatment where there are several."""
    every = {ALL: np.ones(trials, dtype=np.bool_)}
    if GROUP_COLUMN not in adsl.columns or "TRTFL" not in adsl.columns:
        return every
    treated = adsl.filter((pl.col("TRTFL") == "Y") & pl.col(GROUP_COLUMN).is_not_null())
    pairs = treated.select("_T", GROUP_COLUMN).unique()
    several = np.bincount(pairs["_T"].to_numpy(), minlength=trials) > 1
    for name in sorted(pairs[GROUP_COLUMN].unique().to_list()):
        has = np.isin(np.arange(trials), pairs.filter(pl.col(GROUP_COLUMN) == name)["_T"].to_numpy()) & several
        if has.any():
            every[name] = has
    return every


def _part(selected: pl.DataFrame, group: str, silent: Mask) -> _Part:
    rows = selected if group == ALL else selected.filter(pl.col(GROUP_COLUMN) == group)
    if silent.any():
        rows = rows.filter(~pl.Series(silent).gather(rows["_T"].cast(pl.UInt32)))
    return _Part(rows, len(silent))


_Asked = tuple[Analysis, Method, str]


def _compute(chosen: _Chosen, asked: _Asked, stack: Stack, trials: Ints, results: _Results) -> None:
    """Add the numbers of one analysis and group for these trials."""
    analysis, method, group = asked
    empty = (chosen.part.n == 0) & (method.least > 0)
    none, some = trials[empty[trials]], trials[~empty[trials]]
    if len(none):
        plain = np.repeat(results.places([""]), len(none))
        results.add(result_id(analysis, group, Number("N", 0.0)), none, np.zeros(len(none)), plain)
    if not len(some):
        return
    columns = _batched(chosen, analysis, some)
    if columns is not None:
        _add_columns(columns, asked, some, results)
        return
    if analysis.method in BETWEEN_ARMS:
        some = some[chosen.part.arms[some] > 1]
    _by_outcome(chosen, asked, _outcomes(chosen, analysis, stack.looks)[some], some, results)


def _batched(chosen: _Chosen, analysis: Analysis, trials: Ints) -> Columns | None:
    """Return the numbers of these trials by a kernel over trials; None where the method has none."""
    n, events = chosen.part.n[trials], chosen.events[trials]
    if analysis.method in RATES:
        return RATES[analysis.method](Counts(events, n), analysis)
    if analysis.method in TIMES:
        return TIMES[analysis.method](chosen.times(trials), analysis)
    if analysis.method == "summary":
        return summaries(Values(chosen.part.column(str(analysis.settings["column"]))[trials], n))
    return None


def _add_columns(columns: Columns, asked: _Asked, trials: Ints, results: _Results) -> None:
    analysis, _, group = asked
    for column in columns:
        text = results.places(column.texts)[column.text(np.isnan(column.value))]
        results.add(result_id(analysis, group, Number(column.statistic, None)), trials, column.value, text)


def _outcomes(chosen: _Chosen, analysis: Analysis, looks: tuple[int, ...]) -> NDArray[np.int64]:
    """Return what the numbers of an analysis depend on, (trial, numbers): its own place where nothing less will do."""
    if analysis.method in BY_LOOKS:
        return np.column_stack([chosen.part.n, chosen.events, _at_looks(chosen, looks)])
    return np.arange(chosen.part.trials)[:, None]


def _at_looks(chosen: _Chosen, looks: tuple[int, ...]) -> NDArray[np.int64]:
    """Return how many of the first patients by enrolment (ENRLORD) are in the numerator, (trial, look)."""
    part = chosen.part
    if "ENRLORD" not in part.rows.columns or not part.rows.height:
        return np.zeros((part.trials, 0), np.int64)
    last = part.rows["ENRLORD"].max()
    order = np.lexsort([part.rows["ENRLORD"].fill_null(last).to_numpy(), part.trial])
    yes = chosen.yes[order]
    counts = [np.bincount(part.trial[yes & (part.place < look)], minlength=part.trials) for look in looks]
    return np.column_stack(counts) if counts else np.zeros((part.trials, 0), np.int64)


def _by_outcome(chosen: _Chosen, asked: _Asked, outcome: NDArray[np.int64], trials: Ints, results: _Results) -> None:
    """Run the method on one trial of each outcome, and give its numbers to all trials that have it."""
    analysis, method, group = asked
    _, first, same = np.unique(outcome, axis=0, return_index=True, return_inverse=True)
    same = same.reshape(-1)
    numbers = [_numbers(chosen.of(int(trial)), analysis, method) for trial in trials[first]]
    longest = max(numbers, key=len, default=[])
    found: dict[str, list[tuple[int, Number]]] = {result_id(analysis, group, number): [] for number in longest}
    for place, several in enumerate(numbers):
        for number in several:
            found.setdefault(result_id(analysis, group, number), []).append((place, number))
    for name, cases in found.items():
        value, known = np.full(len(first), np.nan), np.zeros(len(first), dtype=np.bool_)
        text = [""] * len(first)
        for place, number in cases:
            value[place] = np.nan if number.value is None else float(number.value)
            text[place], known[place] = number.text, True
        has = known[same]
        results.add(name, trials[has], value[same[has]], results.places(text)[same[has]])


def _numbers(chosen: Selection, analysis: Analysis, method: Method) -> list[Number]:
    try:
        return method.compute(chosen, analysis)
    except (ValueError, ArithmeticError):
        return []
