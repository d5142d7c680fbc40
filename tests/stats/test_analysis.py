"""Analyses select rows with three-valued logic, run by group, and say so when they cannot be computed."""

import polars as pl
import pytest

from topline.stats.analysis import Analysis, Method, Number, Outcome, Selection, rowset, run_analyses, select_rows
from topline.stats.methods import METHODS
from topline.stats.subject import quantile5, quoted

ADSL = pl.DataFrame(
    {
        "STUDYID": ["S"] * 5,
        "USUBJID": ["1", "2", "3", "4", "5"],
        "ASEQ": [1] * 5,
        "TRT01P": ["A", "A", "B", "B", None],
        "TRTFL": ["Y", "Y", "Y", "Y", None],
        "SEX": ["M", "F", "M", None, "F"],
        "AGE": [50.0, 60.0, 70.0, 80.0, None],
    }
)
COUNT = Analysis("SEX.M", "ADSL", "TRTFL = 'Y'", "FAS", "count", "baseline", "SEX = 'M'", "M")


def run(*analyses: Analysis, adsl: pl.DataFrame = ADSL) -> Outcome:
    return run_analyses(analyses, {"ADSL": adsl}, METHODS, virtual=False)


def value(outcome: Outcome, result_id: str) -> float | None:
    found: float | None = outcome.results.filter(pl.col("RESULTID") == result_id)["VALUE"].item()
    return found


def test_unknown_is_neither_counted_nor_dropped() -> None:
    outcome = run(COUNT)
    assert value(outcome, "SEX.M/all/n") == 2
    assert value(outcome, "SEX.M/all/N") == 4
    assert value(outcome, "SEX.M/all/percent") == 50


def test_several_treatments_are_groups() -> None:
    outcome = run(COUNT)
    assert value(outcome, "SEX.M/A/n") == 1
    assert value(outcome, "SEX.M/B/N") == 2


def test_one_treatment_is_no_group() -> None:
    assert set(run(COUNT, adsl=ADSL.head(2)).results["GROUP"]) == {"all"}


def test_lineage_names_numerator_and_denominator() -> None:
    lineage = run(COUNT).lineage.filter(pl.col("GROUP") == "all")
    assert lineage.filter(pl.col("ROLE") == "denominator")["USUBJID"].to_list() == ["1", "2", "3", "4"]
    assert lineage.filter(pl.col("ROLE") == "numerator")["USUBJID"].to_list() == ["1", "3"]


def test_no_row_gives_zero_rows_and_no_other_number() -> None:
    outcome = run(Analysis("AGE", "ADSL", "AGE > 100", "FAS", "summary", settings={"column": "AGE", "unit": "years"}))
    assert outcome.results.filter(pl.col("GROUP") == "all").select("STATISTIC", "VALUE").rows() == [("N", 0.0)]


def test_what_cannot_be_computed_is_a_finding_and_others_stand() -> None:
    def refuse(chosen: Selection, analysis: Analysis) -> list[Number]:
        raise ValueError("not with these rows")

    methods = {**METHODS, "refuse": Method("Refusing", "none", refuse)}
    plans = [Analysis("X", "ADSL", "", "FAS", "refuse", grouped=False), COUNT]
    outcome = run_analyses(plans, {"ADSL": ADSL}, methods, virtual=True)
    assert outcome.findings["CODE"].to_list() == ["TL-X02"]
    assert "not with these rows" in outcome.findings["MESSAGE"][0]
    assert value(outcome, "SEX.M/all/n") == 2
    assert set(outcome.results["VIRTUAL"]) == {"Y"}


def test_rowset_is_the_same_in_any_order() -> None:
    assert rowset(ADSL) == rowset(ADSL.reverse())
    assert rowset(ADSL) != rowset(ADSL.head(4))


def test_quotes_in_data_are_text() -> None:
    frame = pl.DataFrame({"DCTREAS": ["PATIENT'S WISH", "x' OR '1'='1"]})
    for reason in frame["DCTREAS"]:
        assert select_rows(frame, f"DCTREAS = {quoted(reason)}").height == 1


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.25, 15.0), (0.5, 37.5), (0.75, 45.0)],
)
def test_quartiles_by_sas_definition_5(share: float, expected: float) -> None:
    """R: quantile(c(10, 20, 35, 40, 40, 50), p, type = 2) gives 20, 37.5, 40; of eight values below 15, 37.5, 45."""
    import numpy as np

    assert quantile5(np.array([5.0, 10.0, 20.0, 35.0, 40.0, 40.0, 50.0, 60.0]), share) == expected
