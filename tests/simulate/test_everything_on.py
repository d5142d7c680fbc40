"""A trial with every setting on at once is as valid as any other, alone and in a stack."""

from dataclasses import replace

import polars as pl
import pytest

from tests.simulate.studies import STUDIES, built_in
from topline.simulate.presets import APATINIB, TRIFLURIDINE_TIPIRACIL
from topline.simulate.stack import Chunk, draw_stack
from topline.simulate.trial import draw_trial
from topline.simulate.truth import Truth
from topline.simulate.truth_combination import combined
from topline.tables.across import check_across
from topline.tables.checks import check_table
from topline.tables.sdtm import SDTM


def everything_on() -> Truth:
    truth = combined(APATINIB, TRIFLURIDINE_TIPIRACIL)
    return replace(
        truth,
        growth=replace(truth.growth, model="stein", resistant=0.1, escape=0.002),
        reading=replace(truth.reading, late_scan=0.1),
        review=replace(truth.review, done=True, missed_new=0.1),
        conduct=replace(truth.conduct, accrual="poisson-gamma", startup_months=6.0, screen_failures=0.3),
        occurrence=replace(truth.occurrence, recurrence=0.3, dose_effect=1.0),
        answers=replace(truth.answers, missing_ecog=0.5, missing_trouble=0.5),
    )


@pytest.fixture(scope="module", params=STUDIES)
def tables(request: pytest.FixtureRequest) -> dict[str, pl.DataFrame]:
    plan = built_in(request.param)
    return draw_trial(plan, 3, everything_on(), n=plan.population.planned).tables


def test_its_tables_are_without_finding(tables: dict[str, pl.DataFrame]) -> None:
    found = {name: check_table(frame, SDTM[name]).to_dicts() for name, frame in tables.items() if not frame.is_empty()}
    assert found == {name: [] for name in found}
    cutoff = tables["TS"].filter(TSPARMCD="DCUTDTC")["TSVAL"].str.to_date()[0]
    assert check_across(tables, cutoff).to_dicts() == []


def test_nobody_is_recorded_twice(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["DM"]["USUBJID"].is_duplicated().sum() == 0
    for name in ("AE", "TR", "RS", "DS"):
        assert tables[name].select("USUBJID", f"{name}SEQ").is_duplicated().sum() == 0


def test_nothing_is_dated_after_the_cutoff_or_before_consent(tables: dict[str, pl.DataFrame]) -> None:
    cutoff = tables["TS"].filter(TSPARMCD="DCUTDTC")["TSVAL"].item()
    consent = tables["DM"].select("USUBJID", pl.col("RFICDTC").alias("FROM"))
    for domain, column in (("DS", "DSSTDTC"), ("TR", "TRDTC"), ("AE", "AESTDTC"), ("RS", "RSDTC")):
        dated = tables[domain].join(consent, on="USUBJID").drop_nulls(column)
        assert dated.filter((pl.col(column) > cutoff) | (pl.col(column) < pl.col("FROM"))).is_empty(), domain


def test_a_stack_has_its_own_calendar_sites_and_failures() -> None:
    plan = built_in("nct02976896")
    stack = draw_stack(plan, everything_on(), Chunk(5, "all", 2), 4).tables
    enrolled = stack["DM"].filter(pl.col("ARMNRS").is_null()) if "ARMNRS" in stack["DM"].columns else stack["DM"]
    assert enrolled.group_by("STUDYID").len()["len"].to_list() == [43] * 4
    assert stack["TS"].filter(TSPARMCD="DCUTDTC")["TSVAL"].n_unique() == 4
    failed = stack["DM"].filter(ARMNRS="SCREEN FAILURE")
    assert failed["STUDYID"].n_unique() == 4
    assert (failed["USUBJID"].str.starts_with("NCT02976896-00") & failed["USUBJID"].str.contains("VIRTUAL")).all()
    few = draw_stack(plan, everything_on(), Chunk(5, "all", 2), 2).tables
    own = few["TR"]["STUDYID"].unique().to_list()
    assert few["TR"].equals(stack["TR"].filter(pl.col("STUDYID").is_in(own)))
