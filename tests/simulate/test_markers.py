"""Markers: noise where nothing is true of them, and correlated with the drug's effect where the scenario says so."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.simulate.studies import STUDIES, built_in, followed_long
from topline.adam.marker_values import marker_values
from topline.protocol.biomarker import Marker as DeclaredMarker
from topline.simulate.presets import APATINIB, with_predictive_marker
from topline.simulate.trial import Trial, draw_trial
from topline.simulate.truth import Truth
from topline.simulate.truth_markers import MARKERS, Marker, predictive
from topline.tables.sdtm import SDTM

N = 4000
FOUR_SE = 4 / N**0.5
MARKER_TABLES = ("GF", "MI")


def drawn(truth: Truth, *more: str) -> Trial:
    return draw_trial(built_in("nct02976896"), 8, truth, n=N, domains=(*MARKER_TABLES, *more))


def correlation(trial: Trial, test: str, rate: str) -> float:
    rows = trial.tables["MI"].filter(MITESTCD=test).drop_nulls("MISTRESN").join(trial.truth, on="USUBJID")
    value: float = rows.select(pl.corr("MISTRESN", rate, method="spearman")).item()
    return value


def test_no_marker_says_anything_unless_it_is_said() -> None:
    trial = drawn(APATINIB)
    for test in ("VEGFR2", "PDL1"):
        for rate in ("kde_per_day", "kl_per_day", "burden_mm"):
            assert abs(correlation(trial, test, rate)) < FOUR_SE, (test, rate)


@pytest.mark.parametrize("stated", [0.8, -0.5])
def test_a_predictive_marker_follows_the_kill_rate(stated: float) -> None:
    """Of a normal pair with correlation r the rank correlation is 6/pi asin(r/2): 0.786 for 0.8, -0.483 for -0.5."""
    trial = drawn(with_predictive_marker(APATINIB, "VEGFR2", stated))
    expected = 6 / np.pi * np.arcsin(stated / 2)
    assert correlation(trial, "VEGFR2", "kde_per_day") == pytest.approx(expected, abs=0.03)
    assert abs(correlation(trial, "PDL1", "kde_per_day")) < FOUR_SE
    assert abs(correlation(trial, "VEGFR2", "kl_per_day")) < FOUR_SE


def test_the_tumours_are_the_same_in_both_scenarios() -> None:
    one, other = (drawn(truth, "TR", "RS") for truth in (APATINIB, with_predictive_marker(APATINIB)))
    assert one.truth.equals(other.truth)
    assert all(one.tables[name].equals(other.tables[name]) for name in ("TR", "RS", "GF"))
    assert not one.tables["MI"].equals(other.tables["MI"])


def test_responders_differ_by_a_predictive_marker_alone() -> None:
    trial = drawn(followed_long(with_predictive_marker(APATINIB)), "RS")
    response = trial.tables["RS"].filter(RSTESTCD="OVRLRESP").group_by("USUBJID")
    response = response.agg(pl.col("RSSTRESC").is_in(["CR", "PR"]).any().alias("R"))
    rates = {}
    for test in ("VEGFR2", "PDL1"):
        rows = trial.tables["MI"].filter(MITESTCD=test).drop_nulls("MISTRESN").join(response, on="USUBJID")
        high = pl.col("MISTRESN") > rows["MISTRESN"].median()
        rates[test] = [rows.filter(where)["R"].mean() for where in (high, ~high)]
    assert rates["VEGFR2"][0] > 3 * rates["VEGFR2"][1]
    assert rates["PDL1"][0] == pytest.approx(rates["PDL1"][1], abs=0.04)


def test_a_gene_can_be_the_predictive_marker() -> None:
    trial = drawn(with_predictive_marker(APATINIB, "TP53", 0.8))
    rows = trial.tables["GF"].filter(GFSYM="TP53").drop_nulls("GFSTRESC").join(trial.truth, on="USUBJID")
    by = dict(rows.group_by("GFSTRESC").agg(pl.col("kde_per_day").log().mean()).rows())
    assert by["MUTATED"] > by["WILD TYPE"] + 0.5


def test_levels_and_missing_samples_are_as_frequent_as_stated() -> None:
    trial = drawn(APATINIB)
    gf = trial.tables["GF"]
    for symbol, share in (("TP53", 0.75), ("NOTCH1", 0.18), ("PIK3CA", 0.10)):
        rows = gf.filter(GFSYM=symbol)
        assert (rows["GFSTRESC"] == "MUTATED").mean() == pytest.approx(share, abs=0.03)
        assert (rows["GFSTAT"] == "NOT DONE").sum() / N == pytest.approx(0.10, abs=0.02)
        assert (rows["GFSTRESC"].is_null() == (rows["GFSTAT"] == "NOT DONE").fill_null(False)).all()


def test_markers_in_serum_are_records_of_lb() -> None:
    lb = draw_trial(built_in("nct02976896"), 8, n=300, domains=("LB",)).tables["LB"].filter(LBCAT="BIOMARKER")
    assert sorted(lb["LBTESTCD"].unique()) == ["SCCA", "VEGF"]
    assert lb["VISIT"].unique().to_list() == ["SCREENING"]
    assert lb.filter(LBTESTCD="VEGF")["LBSTRESN"].median() == pytest.approx(240, rel=0.15)


DECLARED = [
    ("MI", "VEGFR2", "TRUE", {"type": "continuous", "cut": 110}),
    ("LB", "VEGF", "TRUE", {"type": "continuous", "unit": "pg/mL"}),
    ("GF", "MUTSTAT", "GFSYM = 'TP53'", {"type": "categorical", "positive": ["MUTATED"], "negative": ["WILD TYPE"]}),
]


@pytest.mark.parametrize(("domain", "test", "where", "measure"), DECLARED)
def test_the_analysis_reads_every_marker(domain: str, test: str, where: str, measure: dict[str, object]) -> None:
    tables = draw_trial(built_in("nct02976896"), 8, n=200, domains=("DM", "LB", "GF", "MI")).tables
    words = {"en": test, "zh": test}
    source = {"domain": domain, "test": test, "where": where}
    content = {"id": "MARKER", "label": words, "source": source, "measure": measure, "endpoints": ["ORR"]}
    adsl = tables["DM"].select("STUDYID", "USUBJID", pl.col("RFXSTDTC").str.to_date().alias("STARTDT"))
    values, found = marker_values(tables, adsl, DeclaredMarker.model_validate(content))
    assert found.to_dicts() == []
    assert values["AVAL"].is_not_null().all()
    assert values.height / 200 == pytest.approx(0.92, abs=0.07)


@pytest.mark.parametrize("name", STUDIES)
def test_an_empty_set_of_markers_gives_empty_tables(name: str) -> None:
    truth = replace(APATINIB, markers=())
    tables = draw_trial(built_in(name), 8, truth, n=20, domains=("GF", "MI", "LB")).tables
    assert tables["GF"].is_empty()
    assert tables["MI"].is_empty()
    assert "BIOMARKER" not in set(tables["LB"]["LBCAT"])
    assert set(tables["LB"].columns) <= set(SDTM["LB"].names)


def test_impossible_markers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.2 is not between -1 and 1"):
        predictive(MARKERS, "VEGFR2", 1.2)
    with pytest.raises(ValueError, match="EGFR is not one of"):
        predictive((Marker("MI", "VEGFR2", "VEGFR2"),), "EGFR")
