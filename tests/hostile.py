"""Virtual tables of a study that are damaged record by record, and what a whole run says about them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from tests.conftest import virtual_run
from topline.protocol.model import Protocol
from topline.simulate.trial import draw_trial
from topline.study import Run, run_study

STUDY = "nct02976896"
SEED = 11
SUBJECT = ["STUDYID", "USUBJID"]
FINDING = ["CODE", "DATASET", "USUBJID", "RECORD", "VARIABLE", "VALUE", "MESSAGE", "COUNT"]

Told = tuple[str, str, str]
"""Number, variable and value of a finding."""


@cache
def protocol(study: str = STUDY) -> Protocol:
    """Return the protocol of a study with few permutations: they are not what is tested."""
    own = virtual_run(study, SEED).protocol
    search = own.biomarkers.search.model_copy(update={"permutations": 999, "bootstrap": 200})
    return own.model_copy(update={"biomarkers": own.biomarkers.model_copy(update={"search": search})})


@cache
def drawn(study: str = STUDY) -> Mapping[str, pl.DataFrame]:
    return draw_trial(virtual_run(study, SEED).protocol, SEED).tables


@cache
def unharmed(study: str = STUDY) -> Run:
    return run_study(protocol(study), drawn(study))


def run(tables: Mapping[str, pl.DataFrame], study: str = STUDY) -> Run:
    return run_study(protocol(study), {**drawn(study), **tables})


@dataclass(slots=True)
class Damage:
    """The tables of a study, with the records that were changed so far: no record is changed twice."""

    study: str = STUDY
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    used: list[tuple[str, str, int]] = field(default_factory=list)

    def table(self, name: str) -> pl.DataFrame:
        return self.tables.get(name, drawn(self.study)[name])

    def change(self, name: str, subject: str, number: int, **values: Any) -> None:
        """Set variables of one record; that of the subject alone has no number."""
        frame = self.table(name)
        hit = pl.col("USUBJID") == subject
        hit = hit & (pl.col(f"{name}SEQ") == number) if f"{name}SEQ" in frame.columns else hit
        assert frame.filter(hit).height == 1, (name, subject, number)
        assert (name, subject, number) not in self.used, (name, subject, number)
        self.used.append((name, subject, number))
        missing = {column: pl.lit(None, pl.String).alias(column) for column in values if column not in frame.columns}
        frame = frame.with_columns(missing.values())
        self.tables[name] = frame.with_columns(
            pl.when(hit).then(pl.lit(value, frame.schema[column])).otherwise(pl.col(column)).alias(column)
            for column, value in values.items()
        )

    def add(self, name: str, rows: pl.DataFrame) -> None:
        self.tables[name] = pl.concat([self.table(name), rows.select(self.table(name).columns)])

    def run(self) -> Run:
        return run(self.tables, self.study)


def new_findings(found: Run, study: str = STUDY) -> pl.DataFrame:
    """Return the findings that the undamaged tables do not give."""
    before = unharmed(study).findings.select(FINDING)
    return found.findings.select(FINDING).join(before, on=FINDING, how="anti", nulls_equal=True, maintain_order="left")


def told(found: pl.DataFrame, subject: str, record: str = "") -> set[Told]:
    """Return what was told of a record, or of a subject where none is named."""
    mine = found.filter(USUBJID=subject)
    mine = mine.filter(RECORD=record) if record else mine
    return set(mine.select("CODE", "VARIABLE", "VALUE").iter_rows())


def counted(found: Run, codes: Iterable[str], study: str = STUDY) -> dict[tuple[str, str], int]:
    """Return how many more records each counted finding has, by number and value, than with undamaged tables."""
    now, before = (
        Counter({(code, value): n for code, value, n in each.findings.select("CODE", "VALUE", "COUNT").iter_rows()})
        for each in (found, unharmed(study))
    )
    wanted = set(codes)
    keys = {key for key in now | before if key[0] in wanted}
    return {key: now[key] - before[key] for key in keys if now[key] != before[key]}


def value(found: Run, result_id: str) -> float | None:
    row = found.results.filter(RESULTID=result_id)
    assert row.height <= 1, result_id
    return row["VALUE"][0] if row.height else None


def changed(found: Run, prefixes: tuple[str, ...], study: str = STUDY) -> set[str]:
    """Return the ids of the results with these beginnings that are not those of the undamaged tables."""
    keys = ["RESULTID", "VALUE", "VALUEC"]
    now, before = (
        each.results.filter(pl.any_horizontal(pl.col("RESULTID").str.starts_with(text) for text in prefixes)).select(
            keys
        )
        for each in (found, unharmed(study))
    )
    return {
        row[0]
        for one, two in ((now, before), (before, now))
        for row in one.join(two, on=keys, how="anti", nulls_equal=True).iter_rows()
    }


def sound(found: Run) -> None:
    """Check what holds of every run, whatever the data: one number has one id, keys are unique, no number is nan."""
    assert not found.results["RESULTID"].is_duplicated().any()
    assert found.results["VALUE"].drop_nulls().is_finite().all()
    for name, frame in found.adam.items():
        assert not frame.select(*SUBJECT, "ASEQ").is_duplicated().any(), name
