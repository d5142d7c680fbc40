"""One job from command to folder: read the study and its data, or draw virtual patients, run, render, write."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import polars as pl

from topline.errors import ToplineError
from topline.exchange.folder import read_folder
from topline.exchange.instrument_file import FOLDER, read_instruments
from topline.exchange.layout import Content as Files
from topline.exchange.layout import output_files
from topline.exchange.output import RunRecord, check_output, write_output
from topline.exchange.source import SourceFile, data_digest
from topline.exchange.study_file import read_study
from topline.protocol.model import Protocol
from topline.report.content import Content, Provenance
from topline.report.page import render_report
from topline.simulate.trial import draw_trial
from topline.study import STAGES, Run, run_study
from topline.tables.findings import join_findings

Progress = Callable[[str, int, int], None]
PACKAGES = ("polars", "numpy", "scipy", "pydantic")
STEPS = len(STAGES) + 3


@dataclass(frozen=True, slots=True)
class Job:
    """What a command asks for: a study, files of data (none: virtual patients), where to write, and how."""

    study: str
    data: tuple[Path, ...] = ()
    out: Path | None = None
    seed: int = 1
    language: Literal["en", "zh"] = "en"
    forms: tuple[str, ...] = ("parquet", "csv")
    cutoff: date | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a job made: the folder, the run, the number of findings by severity, and a summary in lines."""

    out: Path
    run: Run
    findings: dict[str, int]
    summary: tuple[str, ...]


def run_job(job: Job, progress: Progress | None = None) -> Done:
    """Do a job and return what it made.

    Raises ToplineError for a study or data without answer and for an output folder that cannot be replaced; nothing
    is written then.
    """
    report = progress or (lambda label, done, total: None)
    protocol, text = read_study(job.study)
    instruments = read_instruments(job.study)
    out = job.out or Path("out") / protocol.identifiers.study.lower()
    check_output(out)
    report("reading data", 0, STEPS)
    tables, found, sources = _data(job, protocol, report)
    names = iter(range(1, STEPS))
    run = run_study(
        protocol,
        tables,
        lambda label: report(label, next(names), STEPS),
        job.cutoff,
        [instrument for instrument, _ in instruments.values()],
    )
    findings = join_findings(found, run.findings)
    report("report", STEPS - 2, STEPS)
    provenance = _provenance(protocol, run, sources, job)
    page = render_report(
        Content(protocol, run.results, run.lineage, findings, run.adam, provenance), language=job.language
    )
    report("writing", STEPS - 1, STEPS)
    files = Files(page, text, run.results, run.lineage, findings, run.adam, run.tables)
    own = {f"{FOLDER}/{name}": text.encode() for name, (_, text) in instruments.items()}
    write_output(out, output_files(files, job.forms) | own, _record(job, protocol, run, sources))
    report("", STEPS, STEPS)
    counts = {str(name): int(n) for name, n in findings.group_by("SEVERITY").agg(pl.col("COUNT").sum()).iter_rows()}
    return Done(out, run, counts, _summary(protocol, run, counts, out))


def _data(
    job: Job, protocol: Protocol, progress: Progress
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, list[SourceFile]]:
    """Return the tables to analyse, findings about their files, and the files; or those of virtual patients."""
    if not job.data:
        return draw_trial(protocol, job.seed).tables, join_findings(), []

    def reading(name: str, done: int, total: int) -> None:
        progress(f"reading {name}", 0, STEPS)

    tables, found, sources = read_folder(job.data, reading)
    if not tables:
        listed = tuple(f"{row['CODE']} {row['DATASET']}: {row['MESSAGE']}" for row in found.iter_rows(named=True))
        raise ToplineError("TL-C04", where=", ".join(map(str, job.data)), what="holds no SDTM table", others=listed)
    return tables, found, sources


def _provenance(protocol: Protocol, run: Run, sources: list[SourceFile], job: Job) -> Provenance:
    return Provenance(
        protocol_digest=protocol.digest,
        data_digest=_digest(job, sources),
        version=version("topline"),
        seed=None if job.data else job.seed,
        virtual=run.virtual,
        sources=tuple((each.name, each.domain, each.records, each.sha256) for each in sources),
        cutoff=run.cutoff,
    )


def _digest(job: Job, sources: list[SourceFile]) -> str:
    return data_digest(sources) if job.data else f"virtual, seed {job.seed}"


def _record(job: Job, protocol: Protocol, run: Run, sources: list[SourceFile]) -> RunRecord:
    packages = {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}
    return RunRecord(
        version=version("topline"),
        study=protocol.identifiers.study,
        protocol_digest=protocol.digest,
        data_digest=_digest(job, sources),
        virtual=run.virtual,
        seed=None if job.data else job.seed,
        cutoff=run.cutoff.isoformat() if run.cutoff else "",
        sources=tuple(sources),
        packages=packages,
    )


def _summary(protocol: Protocol, run: Run, counts: dict[str, int], out: Path) -> tuple[str, ...]:
    """Return what a reader wants to know first: the study, the primary result, the findings, the page."""
    values = {row["RESULTID"]: row for row in run.results.iter_rows(named=True)}
    title = f"{protocol.identifiers.study}  {protocol.identifiers.title.en}"
    lines = [title] + (["VIRTUAL patients: these are not results of a trial"] if run.virtual else [])
    design = protocol.design
    endpoint = protocol.endpoint(design.endpoint)
    rate = values.get(f"{endpoint.id}/all/rate")
    if rate is None:
        lines.append(f"{endpoint.label.en}: no subject to analyse")
    else:
        n, total, low, high = (values[f"{endpoint.id}/all/{name}"]["VALUE"] for name in ("n", "N", "lower", "upper"))
        level = f"{100 * protocol.confidence:g}% CI {low:.1f}-{high:.1f}"
        verdict = values["DESIGN.decision/all/verdict"]["VALUEC"]
        lines.append(f"{endpoint.label.en}: {n:.0f}/{total:.0f} = {rate['VALUE']:.1f}% ({level})")
        lines.append(f"Decision of the design (needs {design.success_at_least} of {design.patients}): {verdict}")
    return (*lines, f"Findings: {_counted(counts) or 'none'}", f"Report: {out / 'report.html'}")


def _counted(counts: dict[str, int]) -> str:
    """Return numbers of findings in words.

    >>> _counted({"note": 2, "error": 1})
    '1 error, 2 notes'
    """
    named = [(counts[name], name) for name in ("error", "warning", "note") if counts.get(name)]
    return ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in named)
