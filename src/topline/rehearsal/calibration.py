"""Calibration as a command: from a file of published results to a scenario that reproduces them, and how well."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from topline.errors import ToplineError
from topline.exchange.study_file import builtin_studies, read_study
from topline.rehearsal.folder import write_file
from topline.rehearsal.plan import text_of
from topline.simulate.calibrate import FREE, Calibration, calibrate
from topline.simulate.effect import Progress
from topline.simulate.population import Population
from topline.simulate.scenario import Scenario
from topline.simulate.scenario_text import render_scenario
from topline.simulate.targets import parse_targets

PUBLISHED, TOML = "published_", ".toml"
"""How the names of files of published results that come with a study begin and end."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a study, published results as a file or the name of built-in ones, the scenario file to write,
    and what may move.
    """

    study: str
    targets: Path
    out: Path | None = None
    free: tuple[str, ...] = FREE
    population: Population = field(default_factory=Population)


def calibrated(asked: Wanted, progress: Progress | None = None) -> tuple[str, ...]:
    """Fit the truth of a study to published results, write it as a scenario, and return the fit in lines.

    Raises ToplineError TL-V07 where the file cannot be read, TL-V13, TL-V15, TL-V16 for a fault in it, TL-V18 for a
    parameter that cannot be fitted, TL-C05 where the scenario cannot be written.
    """
    protocol, _ = read_study(asked.study)
    text, where = published(asked.study, asked.targets)
    targets = parse_targets(text, protocol, where)
    if asked.out is not None and asked.out.is_dir():
        raise ToplineError("TL-C05", where=str(asked.out), what="is a folder, not a file")
    found = calibrate(protocol, targets, asked.free or FREE, progress, (None, asked.population))
    title = targets.title or targets.source or asked.targets.stem
    lines = [
        f"{protocol.identifiers.study}  {protocol.identifiers.title.en}",
        f"Published: {title}" + (f" ({targets.source})" if targets.source and targets.title else ""),
        *fit_lines(found),
    ]
    if asked.out is not None:
        scenario = Scenario(asked.out.stem, found.truth, f"calibrated to {title}")
        write_file(asked.out, render_scenario(scenario, protocol).encode())
        lines.append(f"Scenario: {asked.out}, for topline simulate {asked.study} --trials 1000 --scenario {asked.out}")
    return tuple(lines)


def published(study: str, asked: Path) -> tuple[str, str]:
    """Return the text of published results and where it is: of a file, or of built-in ones by their name.

    Raises ToplineError TL-V07 where there is neither.
    """
    known = builtin_published(study)
    name = asked.name.removeprefix(PUBLISHED).removesuffix(TOML).lower()
    if asked.exists() or asked.name != str(asked) or (not known and asked.suffix.lower() == TOML):
        return text_of(asked), str(asked)
    if name in known:
        return known[name].read_text("utf-8"), f"{study.strip().lower()}/{known[name].name}"
    built_in = f"those that come with the study are {', '.join(known)}" if known else "the study comes with none"
    what = f"is neither a file nor the name of published results; {built_in}"
    raise ToplineError("TL-V07", where=str(asked), what=what)


def builtin_published(study: str) -> dict[str, Traversable]:
    """Return the files of published results that come with a study, by name; none of a study that is not built in.

    >>> list(builtin_published("nct02976896")), list(builtin_published("nct07142421"))
    (['anlotinib', 'apatinib'], [])
    """
    name = study.strip().lower()
    if name not in builtin_studies():
        return {}
    there = sorted((files("topline") / "studies" / name).iterdir(), key=lambda each: each.name)
    own = [each for each in there if each.name.startswith(PUBLISHED) and each.name.endswith(TOML)]
    return {each.name.removeprefix(PUBLISHED).removesuffix(TOML): each for each in own}


def fit_lines(found: Calibration) -> Iterator[str]:
    """Yield the fit as a table, the parameters that moved, and what does not fit together."""
    yield f"Fit in {found.patients:,} fresh virtual patients, after {found.evaluations} populations:"
    yield from _table(
        ("target", "published", "95% interval", "fitted", "error", "in trials", "away [SE]", "inside"),
        [_fit_cells(row) for row in found.fit.iter_rows(named=True)],
    )
    yield "Parameters:"
    yield from _table(
        ("parameter", "unit", "before", "after", "95% interval", "moved [SD]"),
        [_parameter_cells(row) for row in found.parameters.iter_rows(named=True)],
    )
    yield f"Sum of squared distances: {found.chi_square:.2f}"
    if found.misfit:
        yield "What does not fit:"
        yield from (f"  {line}" for line in found.misfit)


def _fit_cells(row: dict[str, object]) -> tuple[str, ...]:
    unit = "%" if row["UNIT"] == "%" else " " + str(row["UNIT"])
    limits = "" if row["LOWER"] is None else f"{row['LOWER']:.1f} to {row['UPPER']:.1f}"
    inside = {None: "", True: "yes", False: "NO"}[row["INSIDE"]]  # type: ignore[index]
    return (
        str(row["TARGET"]),
        f"{row['PUBLISHED']:g}{unit}",
        limits,
        f"{row['FITTED']:.1f}",
        f"{row['MCSE']:.2f}",
        f"{row['INTRIALS']:.1f}",
        f"{row['DIFFERENCE']:+.1f}",
        inside,
    )


def _parameter_cells(row: dict[str, object]) -> tuple[str, ...]:
    numbers = (f"{row['BEFORE']:.4g}", f"{row['AFTER']:.4g}", f"{row['LOWER']:.4g} to {row['UPPER']:.4g}")
    return (str(row["PARAMETER"]), str(row["UNIT"]), *numbers, f"{row['MOVED']:+.1f}")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table whose columns are as wide as they need."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    for row in (head, *rows):
        cells = (
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  " + "  ".join(cells).rstrip()
