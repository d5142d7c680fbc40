"""The commands about trials: run a study, show both examples, trace a number, list the studies."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topline.cli.group import answered, main

if TYPE_CHECKING:
    from topline.job import Done, Progress
    from topline.trace import Trace

DEMO_SEED = 2027
"""The first seed from 2026 on with which the two-stage example goes on to its second stage."""
ROWS_SHOWN = 60


@main.command()
@click.argument("study")
@click.option(
    "--data",
    "data",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder or file of SDTM data (XPT, CSV, Parquet, Dataset-JSON); repeatable. Without it: virtual patients.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write. [default: out/STUDY]")
@click.option(
    "--seed", type=click.IntRange(min=0), default=DEMO_SEED, show_default=True, help="The seed of the virtual patients."
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="The language in which the report opens.",
)
@click.option(
    "--form",
    "forms",
    multiple=True,
    type=click.Choice(["parquet", "csv", "xpt", "dataset-json"]),
    default=("parquet", "csv"),
    show_default=True,
    help="The forms of the ADaM tables.",
)
@click.option("--cutoff", type=click.DateTime(["%Y-%m-%d"]), help="The data cut-off; what is later is not analysed.")
@click.option("--strict", is_flag=True, help="Exit with 3 when the data hold errors.")
@answered
def run(study: str, data: tuple[Path, ...], out: Path | None, strict: bool, **options: Any) -> None:
    """Run STUDY, a built-in study or a study.yaml, and write report, ADaM and results.

    \b
    Examples:
      topline run nct07142421 --seed 7
      topline run nct02976896 --data sdtm/ --out out/first-look
      topline run study.yaml --data dm.xpt --data tumour/ --form xpt
    """
    from topline.job import Job, run_job

    with _progress() as progress:
        day = options.pop("cutoff")
        job = run_job(Job(study, data, out, cutoff=day and day.date(), **options), progress)
    _summary(job)
    errors = job.findings.get("error", 0)
    if strict and errors:
        sys.exit(3)


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="The folder to write into."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=DEMO_SEED, show_default=True, help="The seed of the virtual patients."
)
@answered
def demo(out: Path, seed: int) -> None:
    """Run both example trials on virtual patients."""
    from topline.exchange.study_file import builtin_studies
    from topline.job import Job, run_job

    for study in builtin_studies():
        with _progress() as progress:
            job = run_job(Job(study, (), out / study, seed=seed), progress)
        _summary(job)
        click.echo()


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("result")
@click.option("--all", "everything", is_flag=True, help="Show every row and record, not only the first ones.")
@answered
def trace(out: Path, result: str, everything: bool) -> None:
    """Show the ADaM rows and SDTM records behind RESULT, a result id of the run in OUT.

    \b
    Examples:
      topline trace out/nct07142421 ORR/all/rate
      topline trace out/nct07142421 "OS/all/median lower" --all
    """
    from topline.exchange.output import read_output
    from topline.trace import trace_result

    output = read_output(out)
    found = trace_result(result, output.results, output.lineage, output.adam, output.sdtm)
    _show_trace(found, None if everything else ROWS_SHOWN)


@main.command()
def studies() -> None:
    """List the built-in studies."""
    from topline.exchange.study_file import builtin_studies, read_study

    for name in builtin_studies():
        protocol, _ = read_study(name)
        click.echo(f"{name}  {protocol.identifiers.title.en}")


@contextmanager
def _progress() -> "Iterator[Progress]":
    """Show how far a job is, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda label, done, total: None
        return
    with click.progressbar(length=100, file=sys.stderr, item_show_func=str, show_eta=False) as bar:

        def advance(label: str, done: int, total: int) -> None:
            bar.update(100 * done // max(total, 1) - bar.pos, label)

        yield advance


def _summary(job: "Done") -> None:
    """Say what the run found, in a few lines."""
    for line in job.summary:
        click.echo(line)


def _show_trace(found: "Trace", limit: int | None) -> None:
    """Print a trace: the number, how it was computed, its rows, its records."""
    result = found.result
    value = result["VALUEC"] or result["VALUE"]
    click.echo(f"{result['RESULTID']} = {value} {result['UNIT'] or ''}".rstrip())
    for label, name in (
        ("method", "METHOD"),
        ("source", "REFERENCE"),
        ("population", "POPULATION"),
        ("dataset", "DATASET"),
        ("where", "WHERE"),
        ("numerator", "NUMWHERE"),
    ):
        if result[name]:
            click.echo(f"  {label}: {result[name]}")
    if result["VIRTUAL"] == "Y":
        click.echo("  VIRTUAL patients")
    click.echo(f"\n{found.rows.height} rows of {result['DATASET']} (* counted in the numerator)")
    for row in found.rows.head(limit).iter_rows(named=True) if limit else found.rows.iter_rows(named=True):
        parts = [str(row[name]) for name in ("PARAMCD", "AVALC", "AVAL", "CNSR", "ADT") if row.get(name) is not None]
        sources = ", ".join(row["SRCRECS"] or [])
        click.echo(
            f"  {'*' if row['NUMERATOR'] else ' '} {row['USUBJID']}  {' '.join(parts)}  <- {sources or 'no record'}"
        )
    _more(found.rows.height, limit)
    click.echo(f"\n{found.records.height} SDTM records")
    for row in found.records.head(limit).iter_rows(named=True) if limit else found.records.iter_rows(named=True):
        number = "" if row["SEQ"] is None else f" {row['SEQ']}"
        click.echo(f"  {row['USUBJID']}  {row['DOMAIN']}{number}  {row['VALUES'] or 'not found'}")
    _more(found.records.height, limit)


def _more(height: int, limit: int | None) -> None:
    if limit is not None and height > limit:
        click.echo(f"  ... and {height - limit} more; --all shows them")
