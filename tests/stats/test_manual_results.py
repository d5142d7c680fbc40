"""The page of the results says what a run gives: every column, analysis, method, statistic and unit."""

from functools import cache
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import STUDIES, virtual_run
from tests.sequential import ending
from topline.exchange.study_file import read_study
from topline.protocol.monitoring import ToxicityMonitoring
from topline.simulate.trial import draw_trial
from topline.stats.catalogue import ANALYSES, COLUMNS, STATISTICS, AnalysisLine
from topline.stats.manual import results_page
from topline.stats.methods import METHODS
from topline.study import run_study
from topline.tables.results import LINEAGE, RESULTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "results.md"
ARM = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("ANLOTINIB")).otherwise(pl.lit("PLACEBO"))


@cache
def two_arms() -> pl.DataFrame:
    """Return the results of a trial with two arms, by turns, and a rule that little toxicity stops."""
    protocol, _ = read_study("nct02976896")
    protocol = protocol.model_copy(update={"monitoring": ToxicityMonitoring(acceptable_rate=0.01)})
    tables = dict(draw_trial(protocol, 11).tables)
    tables["DM"] = tables["DM"].with_columns(ARM=ARM)
    return run_study(protocol, tables).results


def second_stage() -> pl.DataFrame:
    """Return the results of the first virtual trial that goes on to its second stage as its design has it."""
    trials = (virtual_run("nct07142421", seed).results for seed in range(1, 20))
    return next(each for each in trials if "two-stage" in each["METHOD"])


@cache
def all_results() -> pl.DataFrame:
    return pl.concat(
        [*(virtual_run(study).results for study in STUDIES), second_stage(), ending("positive").results, two_arms()]
    )


def declared_name() -> pl.Expr:
    """Return the name of a statistic as the page has it: without its arm, marker, rates or statement."""
    markers = "|".join({each.id for study in STUDIES for each in read_study(study)[0].biomarkers.markers})
    return (
        pl.col("STATISTIC")
        .str.replace(r": (ANLOTINIB|PLACEBO) against (ANLOTINIB|PLACEBO)$", ": <arm> against <first arm>")
        .str.replace(r": (ANLOTINIB|PLACEBO)$", ": <arm>")
        .str.replace(r"^(lower|upper) (POSITIVE|NEGATIVE|difference|hazard ratio): ", "$2: ")
        .str.replace(rf": ({markers})$", ": <marker>")
        .str.replace(r"^power: .*", "power: <alternative>")
        .str.replace(r"^detectable: v .*", "detectable: v <rate>")
        .str.replace(r"^statement: .*", "statement: <id>")
    )


def kind_of(analysis: str) -> AnalysisLine | None:
    """Return the first kind of analysis that an id is of, as a reader of the page finds it."""
    return next((each for each in ANALYSES if each.matches(analysis)), None)


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == results_page(), "run: make docs"


def test_each_column_has_its_meaning() -> None:
    assert tuple(COLUMNS) == RESULTS.names
    page = results_page()
    assert [name for name in (*RESULTS.names, *LINEAGE.names) if f"| `{name}` |" not in page] == []


def test_each_method_has_its_statistics() -> None:
    assert set(STATISTICS) == set(METHODS)
    assert all(f"Source: {method.reference}." in results_page() for method in METHODS.values())


def test_statistics_and_units_are_those_of_real_runs() -> None:
    unit = pl.when(METHOD="summary").then(pl.when(pl.col("STATISTIC") != "n").then(pl.lit("*"))).otherwise("UNIT")
    given = all_results().filter((pl.col("STATISTIC") != "N") | (pl.col("VALUE") > 0))
    found = set(given.select("METHOD", declared_name(), unit.fill_null("")).unique().iter_rows())
    declared = {(name, each.name, each.unit) for name, lines in STATISTICS.items() for each in lines}
    of_times = {("optimism", name, "") for name in ("effect", "optimism", "corrected")}  # log hazard ratios
    assert found == declared | of_times


def test_analyses_are_those_of_real_runs() -> None:
    rows = all_results().select("ANALYSIS", "DATASET", "METHOD").unique().rows()
    kinds = {row: kind_of(row[0]) for row in rows}
    assert [row for row, kind in kinds.items() if kind is None] == []
    wrong = [r for r, kind in kinds.items() if kind and (r[1] not in kind.dataset or r[2] not in kind.methods)]
    assert wrong == []
    assert {each.id for each in ANALYSES} - {kind.id for kind in kinds.values() if kind} == {"ETHNIC.<VALUE>"}


@pytest.mark.parametrize(
    ("analysis", "expected"),
    [("ORR", "<ENDPOINT>"), ("ORR.FAS", "<ENDPOINT>.<SET>"), ("OS.month6", "<ENDPOINT>.month<MONTHS>"), ("AGE", "AGE")],
)
def test_an_id_is_found_on_the_page(analysis: str, expected: str) -> None:
    found = kind_of(analysis)
    assert found is not None
    assert found.id == expected
