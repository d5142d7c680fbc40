"""Lineage by mutation: the rows that an analysis names are the ones that make its numbers, and no others."""

import random

import polars as pl
import pytest

from tests.conftest import STUDIES, virtual_run
from topline.stats.analysis import Analysis, rowset, run_analyses, select_rows
from topline.stats.methods import METHODS
from topline.study import Run
from topline.trace import rows_behind, trace_result

KEYS = ["STUDYID", "USUBJID", "ASEQ"]
MUTATIONS = 3


def numbers(analysis: Analysis, adam: dict[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    """Return every number of an analysis over all subjects, with the number of its rows."""
    outcome = run_analyses([analysis], adam, METHODS, virtual=True)
    rows = outcome.results.filter(pl.col("GROUP") == "all")
    return rows.select("RESULTID", "VALUE", "VALUEC", "NRECS", "NNUM").rows()


def without(adam: dict[str, pl.DataFrame], dataset: str, row: dict[str, object]) -> dict[str, pl.DataFrame]:
    frame = adam[dataset]
    gone = pl.all_horizontal(pl.col(key) == row[key] for key in KEYS)
    return {**adam, dataset: frame.filter(~gone)}


def checked(run: Run) -> list[Analysis]:
    """Return the analyses that have numbers and rows, one in four of the many counts."""
    filled = set(run.results.filter(pl.col("NRECS") > 0)["ANALYSIS"])
    return [
        each
        for place, each in enumerate(run.analyses)
        if each.id in filled and (each.method != "count" or place % 4 == 0)
    ]


def test_results_are_recomputed_from_their_rows(example: Run) -> None:
    for analysis in checked(example):
        named = example.lineage.filter(
            (pl.col("ANALYSIS") == analysis.id) & (pl.col("GROUP") == "all") & (pl.col("ROLE") == "denominator")
        )
        only = example.adam[analysis.dataset].join(named.select(KEYS), on=KEYS, how="semi")
        adam = {**example.adam, analysis.dataset: only}
        if analysis.dataset == "ADSL":
            adam["ADSL"] = only
        before = numbers(analysis, dict(example.adam))
        assert before
        assert numbers(analysis, adam) == before


@pytest.mark.parametrize("study", STUDIES)
def test_a_row_of_the_set_matters_and_no_other_does(study: str) -> None:
    run = virtual_run(study)
    chance = random.Random(5)
    for analysis in checked(run):
        adam = dict(run.adam)
        before = numbers(analysis, adam)
        inside = select_rows(adam[analysis.dataset], analysis.where).select(KEYS)
        outside = adam[analysis.dataset].select(KEYS).join(inside, on=KEYS, how="anti")
        for row in chance.sample(inside.rows(named=True), min(MUTATIONS, inside.height)):
            assert numbers(analysis, without(adam, analysis.dataset, row)) != before, (analysis.id, row)
        for row in chance.sample(outside.rows(named=True), min(MUTATIONS, outside.height)):
            assert numbers(analysis, without(adam, analysis.dataset, row)) == before, (analysis.id, row)


def test_numerator_rows_are_those_counted(example: Run) -> None:
    for analysis in checked(example):
        rows = example.results.filter((pl.col("ANALYSIS") == analysis.id) & (pl.col("GROUP") == "all"))
        result = rows.row(0, named=True)
        behind = rows_behind(result, example.lineage, example.adam[analysis.dataset])
        assert behind.height == result["NRECS"]
        assert rowset(behind) == result["ROWSET"]
        if analysis.numerator:
            assert behind["NUMERATOR"].sum() == result["NNUM"]


def test_every_record_that_a_trace_names_exists(example: Run) -> None:
    endpoint = example.protocol.design.endpoint
    for result_id in (f"{endpoint}/all/rate", "OS/all/median", "PFS/all/median", "BOR.SD/all/n", "SEX.M/all/n"):
        found = trace_result(result_id, example.results, example.lineage, example.adam, example.tables)
        assert found.rows.height > 0
        assert found.records.height > 0
        assert found.records["VALUES"].null_count() == 0, found.records.filter(pl.col("VALUES").is_null())


def test_result_ids_are_unique(example: Run) -> None:
    assert example.results["RESULTID"].is_unique().all()


def test_no_finding_says_that_derived_data_contradict(example: Run) -> None:
    assert not example.findings["CODE"].is_in(["TL-X01", "TL-X02"]).any()
