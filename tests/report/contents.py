"""Contents of reports to test: the example studies, and the cases in which something is missing or hostile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import polars as pl

from tests.conftest import virtual_run
from tests.sequential import ending
from topline.report.content import Content, Provenance, SourceRecords
from topline.report.page import render_report
from topline.study import Run, run_study

Tables = Mapping[str, pl.DataFrame]
SINGLE, TWO_STAGE = "nct02976896", "nct07142421"
HOSTILE = "<script>alert(1)</script>&\"'"


@dataclass(frozen=True)
class Case:
    """A content with its page."""

    content: Content
    page: str


def content(run: Run, **changes: object) -> Content:
    """Return the content of a run; `changes` are fields of its provenance."""
    provenance = Provenance(run.protocol.digest, "ab" * 32, "0.1.0", 11 if run.virtual else None, run.virtual)
    provenance = replace(provenance, **changes)  # type: ignore[arg-type]
    return Content(run.protocol, run.results, run.lineage, run.findings, run.adam, provenance)


def rerun(study: str, change: Callable[[Tables], Tables]) -> Run:
    """Return the run of an example study whose SDTM tables were changed."""
    run = virtual_run(study)
    return run_study(run.protocol, change(run.tables))


def one_subject(tables: Tables) -> Tables:
    first = tables["DM"]["USUBJID"][0]
    return {
        name: frame.filter(pl.col("USUBJID") == first) if "USUBJID" in frame.columns else frame
        for name, frame in tables.items()
    }


def two_arms(tables: Tables) -> Tables:
    odd = pl.col("USUBJID").str.slice(-1).is_in(list("13579"))
    names = {name: pl.when(odd).then(pl.lit("Arm <B>")).otherwise(name).alias(name) for name in ("ARM", "ACTARM")}
    return {**tables, "DM": tables["DM"].with_columns(names.values())}


def no_measurement(tables: Tables) -> Tables:
    return {name: frame for name, frame in tables.items() if name not in ("TU", "TR", "RS")}


def hostile(tables: Tables) -> Tables:
    changed = {name: _renamed(frame) for name, frame in tables.items()}
    reason = pl.when(pl.col("DSDECOD") == "DEATH").then(pl.lit(HOSTILE)).otherwise("DSDECOD").alias("DSDECOD")
    arm = [pl.lit(HOSTILE).alias(name) for name in ("ARM", "ACTARM")]
    return {**changed, "DS": changed["DS"].with_columns(reason), "DM": changed["DM"].with_columns(arm)}


def _renamed(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in ("USUBJID", "SUBJID") if name in frame.columns]
    return frame.with_columns(pl.format("{}{}", pl.lit(HOSTILE), pl.col(name)).alias(name) for name in names)


def no_responder(tables: Tables) -> Tables:
    responders = (
        virtual_run(TWO_STAGE)
        .adam["ADRS"]
        .filter(pl.col("PARAMCD") == "RSP", pl.col("AVALC") == "Y")["USUBJID"]
        .to_list()
    )
    gone = pl.col("USUBJID").is_in(responders)
    return {name: frame.filter(~gone) if name in ("TU", "TR", "RS") else frame for name, frame in tables.items()}


def no_treatment(tables: Tables) -> Tables:
    days = [name for name in ("RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC") if name in tables["DM"].columns]
    never = tables["DM"].with_columns(pl.lit(None, pl.String).alias(name) for name in days)
    return {**{name: frame for name, frame in tables.items() if name != "EX"}, "DM": never}


CHANGES: dict[str, tuple[str, Callable[[Tables], Tables]]] = {
    "one subject": (SINGLE, one_subject),
    "two arms": (TWO_STAGE, two_arms),
    "no measurement": (SINGLE, no_measurement),
    "hostile": (SINGLE, hostile),
    "no responder": (TWO_STAGE, no_responder),
    "no treatment": (SINGLE, no_treatment),
}
NAMES = ("single stage", "two stage", "sequential", "real", *CHANGES)


@cache
def case(name: str) -> Case:
    """Return a case by its name; its page is rendered in strict mode."""
    made = _content(name)
    return Case(made, render_report(made, strict=True))


def _content(name: str) -> Content:
    if name in CHANGES:
        return content(rerun(*CHANGES[name]))
    if name == "sequential":
        return content(ending("positive"))
    run = virtual_run(TWO_STAGE if name == "two stage" else SINGLE)
    if name != "real":
        return content(run)
    # the same numbers as if they were a real trial's: no mark may be left
    source = SourceRecords("dm.xpt", "DM", 43, "cd" * 32)
    return content(run, virtual=False, seed=None, sources=(source,), cutoff=date(2025, 6, 30))
