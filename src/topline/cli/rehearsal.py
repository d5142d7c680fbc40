"""The commands about virtual trials: draw one, rehearse a study thousands of times, calibrate to published results."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topline.cli.group import answered, main

if TYPE_CHECKING:
    from topline.rehearsal.run import Progress, Say

SEED = 1
EVERY = 10.0
"""Seconds between two lines of progress where nobody watches."""

SIDE = 500
"""Trials at each end of each parameter of a tornado, unless another number is given."""

REHEARSAL = ("whole", "workers", "cluster", "part", "assurance", "coverage", "tornado")
"""Options that are about many trials."""


class Part(click.ParamType[tuple[int, int]]):
    """I/N: the i-th of n parts."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the two numbers."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", value)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            self.fail(f"{value!r} is not I/N with I from 1 to N, for example 3/20", param, ctx)
        return int(found[1]), int(found[2])


@main.command()
@click.argument("study")
@click.option("--trials", type=click.IntRange(min=1), help="Trials per scenario. Without it: one trial, as SDTM files.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    help="Names or scenario files, with commas or repeated. [default: null,expected,optimistic; one trial: expected]",
)
@click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="The seed of the trials.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder. [default: out/STUDY-virtual or -rehearsal]")
@click.option("--format", "form", type=click.Choice(["parquet", "xpt", "csv"]), help="Of one trial. [default: parquet]")
@click.option("--workers", type=click.IntRange(min=1), help="Processes on this machine. [default: one for each core]")
@click.option("--cluster", metavar="ADDRESS", help="The scheduler of a Dask cluster that runs the chunks instead.")
@click.option("--chunks", "part", type=Part(), help="Run the I-th of N parts only, for a job array.")
@click.option("--whole", type=click.IntRange(min=1), help="Add so many whole trials: every domain, every analysis.")
@click.option("--assurance", is_flag=True, help="Add trials whose parameters are drawn from their uncertainty.")
@click.option(
    "--tornado",
    type=click.IntRange(min=1),
    is_flag=False,
    flag_value=SIDE,
    help=f"Add so many trials ({SIDE} without a number) at each end of each uncertain parameter: what decides.",
)
@click.option("--coverage", is_flag=True, help="Add bias and coverage, from a large population of each scenario.")
@answered
def simulate(study: str, trials: int | None, scenarios: tuple[str, ...], **options: Any) -> None:
    """Draw one virtual trial of STUDY as SDTM files or, with --trials, rehearse it many times through its own analysis.

    A rehearsal that was interrupted goes on where it stopped when the same command is given again.

    \b
    Examples:
      topline simulate nct02976896 --format xpt
      topline simulate nct07142421 --trials 1000 --scenario null,expected
      topline simulate nct07142421 --trials 1000 --scenario expected --tornado
      topline simulate nct07142421 --trials 10000 --chunks 3/20 --out rehearsal/
      topline simulate my-trial/ --trials 10000 --cluster tcp://10.0.0.5:8786
    """
    names = tuple(name.strip() for each in scenarios for name in each.split(",") if name.strip())
    if trials is None:
        _one_trial(study, names, options)
        return
    if options["form"]:
        raise click.UsageError("--format is of one trial; a rehearsal keeps results, not records")
    _rehearse(study, trials, names, options)


def _one_trial(study: str, names: tuple[str, ...], options: dict[str, Any]) -> None:
    given = [f"--{'chunks' if name == 'part' else name}" for name in REHEARSAL if options[name]]
    if given:
        raise click.UsageError(f"{', '.join(given)}: only with --trials")
    if len(names) > 1:
        raise click.UsageError("one trial has one scenario; with --trials there can be several")
    from topline.rehearsal.trial import SCENARIO, Virtual, write_trial

    asked = Virtual(study, options["out"], options["seed"], options["form"] or "parquet", *(names or (SCENARIO,)))
    for line in write_trial(asked):
        click.echo(line)


def _rehearse(study: str, trials: int, names: tuple[str, ...], options: dict[str, Any]) -> None:
    from topline.rehearsal.plan import Rehearsal
    from topline.rehearsal.run import Execution, rehearse
    from topline.simulate.scenario import NAMES

    asked = Rehearsal(
        study=study,
        trials=trials,
        scenarios=names or NAMES,
        seed=options["seed"],
        whole=options["whole"] or 0,
        assurance=options["assurance"],
        coverage=options["coverage"],
        tornado=options["tornado"] or 0,
        out=options["out"],
    )
    execution = Execution(options["workers"] or 0, options["cluster"] or "", options["part"])
    try:
        with _progress() as say:
            done = rehearse(asked, execution, say)
    except KeyboardInterrupt:
        click.echo("interrupted; finished chunks are kept, and the same command goes on from there", err=True)
        sys.exit(130)
    for line in done.summary:
        click.echo(line)


@main.command()
@click.argument("study")
@click.option(
    "--to",
    "targets",
    required=True,
    type=click.Path(path_type=Path),
    help="Published results: the name of those of a built-in study, or a TOML file: docs/simulation.md.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The scenario file to write, which --scenario takes.")
@click.option("--free", help="The parameters that may move, with commas. [default: growth, kill, new lesions, death]")
@answered
def calibrate(study: str, targets: Path, out: Path | None, free: str | None) -> None:
    """Fit the virtual patients of STUDY to published results, and show how well they fit.

    \b
    Examples:
      topline calibrate nct02976896 --to apatinib
      topline calibrate nct02976896 --to published.toml --out calibrated.toml
      topline simulate nct02976896 --trials 1000 --scenario calibrated.toml
    """
    from topline.rehearsal.calibration import Wanted, calibrated

    named = tuple(name.strip() for name in (free or "").split(",") if name.strip())
    for line in calibrated(Wanted(study, targets, out, named), lambda note: click.echo(note, err=True)):
        click.echo(line)


@contextmanager
def _progress() -> "Iterator[Say]":
    """Tell on stderr how far a rehearsal is: in one line that changes on a terminal, else every ten seconds."""
    terminal, told, width = sys.stderr.isatty(), -EVERY, 0

    def say(progress: "Progress") -> None:
        nonlocal told, width
        text, now = progress_text(progress), time.monotonic()
        if terminal:
            click.echo(f"\r{text.ljust(width)}", nl=False, err=True)
            width = len(text)
        elif progress.note or now - told >= EVERY or progress.done == progress.total:
            click.echo(text, err=True)
            told = now

    try:
        yield say
    finally:
        if terminal and width:
            click.echo("", err=True)


def progress_text(progress: "Progress") -> str:
    """Return how far a rehearsal is, in words.

    >>> from topline.rehearsal.run import Progress
    >>> progress_text(Progress(done=300, total=1000, share=0.25, seconds=20.0))
    '300 of 1,000 trials, 1 min 0 s left'
    """
    if progress.note:
        return progress.note
    left = progress.remaining
    rest = "" if left is None else f", {_duration(left)} left" if progress.done < progress.total else ", done"
    return f"{progress.done:,} of {progress.total:,} trials{rest}"


def _duration(seconds: float) -> str:
    """Return a duration in words.

    >>> _duration(3.2), _duration(70), _duration(7320)
    ('3 s', '1 min 10 s', '2 h 2 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
