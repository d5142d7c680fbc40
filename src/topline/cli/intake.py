"""The commands before the first patient: a study from a record, lint, screening, confirmations, a record back."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from topline.cli.group import answered, main

if TYPE_CHECKING:
    from datetime import date, datetime

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path)


@main.command()
@click.argument("folder", type=FILE)
@click.option(
    "--from",
    "source",
    type=FILE,
    required=True,
    help="The record: a saved ClinicalTrials.Veeva page, flattened text, API version 2 JSON, or a CSV export.",
)
@click.option("--as-of", "day", type=DAY, help="The day on which lint judges. [default: today]")
@answered
def new(folder: Path, source: Path, day: "datetime | None") -> None:
    """Make the study folder FOLDER from a registry record: an executable study.yaml, findings, open questions.

    \b
    Examples:
      topline new my-trial --from NCT00000000.json
      topline new my-trial --from saved-page.txt
    """
    from topline.intake import new_study

    for line in new_study(folder, source, _day(day)):
        click.echo(line)


@main.command()
@click.argument("target")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="Text for readers, JSON for programs, SARIF 2.1.0 for editors and CI.",
)
@click.option("--as-of", "day", type=DAY, help="The day on which lint judges. [default: today]")
@click.option("--strict", is_flag=True, help="Exit with 3 when an error fires that the study does not accept.")
@answered
def lint(target: str, form: str, day: "datetime | None", strict: bool) -> None:
    """Lint TARGET: a registry record, a study.yaml, a study folder (its record too), or a built-in study.

    \b
    Examples:
      topline lint NCT00000000.json
      topline lint my-trial --format sarif > lint.sarif
    """
    from topline.intake import lint_target

    text, errors = lint_target(target, form, _day(day))
    click.echo(text, nl=not text.endswith("\n"))
    if strict and errors:
        sys.exit(3)


@main.command()
@click.argument("study")
@click.option(
    "--patients",
    type=FILE,
    required=True,
    help="The candidates, a row each: CSV or Parquet with columns of PATIENTS.",
)
@click.option("--out", type=FILE, help="The folder to write. [default: out/STUDY-screening]")
@click.option("--confirmed", is_flag=True, help="Judge by confirmed criteria only, as capture does.")
@answered
def screen(study: str, patients: Path, out: Path | None, confirmed: bool) -> None:
    """Screen candidates by the criteria of STUDY: met, not met, unknown or not applicable, with the deciding datum.

    \b
    Examples:
      topline screen my-trial --patients candidates.csv
      topline screen nct07142421 --patients hospital.parquet --out out/candidates
    """
    from topline.intake import screen_patients

    for line in screen_patients(study, patients, out, only_confirmed=confirmed):
        click.echo(line)


@main.command()
@click.argument("study", type=FILE)
@click.argument("criteria", nargs=-1, metavar="[CRITERION]...")
@click.option("--all", "everything", is_flag=True, help="Confirm every criterion of the study.")
@click.option("--by", required=True, help="Who read text and condition and confirms that they agree.")
@click.option("--on", "day", type=DAY, help="The day of the confirmation. [default: today]")
@answered
def confirm(study: Path, criteria: tuple[str, ...], by: str, day: "datetime | None", everything: bool) -> None:
    """Confirm criteria of STUDY (a study.yaml or its folder), by id; text and condition are shown.

    A criterion whose text or condition is changed afterwards loses its confirmation.

    \b
    Examples:
      topline confirm my-trial I01 I02 E03 --by "A. Investigator"
    """
    from topline.intake import confirm_criteria

    if everything == bool(criteria):
        raise click.UsageError("name the criteria to confirm, or say --all")

    for line in confirm_criteria(study, criteria, by, _day(day)):
        click.echo(line)


@main.command()
@click.argument("study")
@click.option("--out", type=FILE, help="The file to write. [default: the terminal]")
@answered
def record(study: str, out: Path | None) -> None:
    """Write STUDY as a registry record, in the shape of the JSON of ClinicalTrials.gov's API version 2.

    A study folder made by `topline new` gives its own record back, with what the study changed.

    \b
    Examples:
      topline record my-trial --out record.json
    """
    from topline.intake import registry_record

    click.echo(registry_record(study, out), nl=False)


def _day(chosen: "datetime | None") -> "date":
    """Return the day on which a command judges."""
    from datetime import date

    return chosen.date() if chosen else date.today()
