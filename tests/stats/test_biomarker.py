"""Marker analyses from ADBM to results: numbers by hand, honest order, lineage by mutation, what the manual says."""

import random
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from tests.markers import adam, day, marker, plan, samples, subject, trial
from topline.adam.biomarker import derive_biomarkers
from topline.stats.analysis import Outcome, run_analyses, select_rows
from topline.stats.biomarker import plan_biomarkers
from topline.stats.biomarker_catalogue import BIOMARKER_ANALYSES, BIOMARKER_STATISTICS
from topline.stats.biomarker_methods import BIOMARKER_METHODS
from topline.stats.catalogue import AnalysisLine
from topline.stats.difference import newcombe
from topline.stats.fisher import fisher_exact, fisher_power
from topline.stats.logrank import log_rank
from topline.stats.methods import METHODS
from topline.stats.proportion import clopper_pearson
from topline.tables.adam_biomarker import ADBM
from topline.tables.biomarker_statements import ALWAYS, STATEMENTS

PATIENTS = 40
KEYS = ["STUDYID", "USUBJID", "ASEQ"]
FLAGS = ["STUDYID", "USUBJID", "TRT01P", "FASFL"]
BOTH = ["ORR", "OS"]
MARKERS = (
    marker(endpoints=BOTH),
    marker("TMB", measure={"type": "continuous", "unit": "%"}, endpoints=BOTH),
    marker("SEXLIKE", measure={"type": "categorical", "positive": ["YES"], "negative": ["NO"]}, endpoints=BOTH),
    marker("CTDNA", measure={"type": "continuous", "unit": "%", "cut": 3},
           on_treatment={"day": 43, "window_days": 21}, endpoints=["OS"]),
)  # fmt: skip
PLAN = plan(*MARKERS)


@cache
def datasets() -> dict[str, pl.DataFrame]:
    """Return the data of forty patients, PD-L1 being linked to response, and others to nothing."""
    chance = np.random.default_rng(1)
    numbers = range(1, PATIENTS + 1)
    pdl1 = {i: round(float(chance.gamma(1.2, 12)), 1) for i in numbers if i % 13}
    responders = {i for i in numbers if chance.random() < (0.7 if pdl1.get(i, 0) >= 10 else 0.25)}
    deaths = {i: int(chance.integers(20, 299)) for i in numbers if chance.random() < 0.7}
    rows = pl.concat(
        [
            samples(*((i, value, 0) for i, value in pdl1.items())),
            samples(*((i, round(float(chance.normal(10, 3)), 1), -3) for i in numbers), test="TMB"),
            samples(*((i, "YES" if chance.random() < 0.4 else "NO", 0) for i in numbers), test="SEXLIKE"),
            samples(*((i, int(chance.integers(0, 9)), 40) for i in numbers), test="CTDNA"),
        ]
    ).with_columns(MISEQ=pl.int_range(1, pl.len() + 1).over("USUBJID"))
    data = adam(responders, deaths, count=PATIENTS)
    adbm, found = derive_biomarkers({"MI": rows}, data, trial(), PLAN)
    assert found.is_empty()
    data["ADBM"] = adbm.join(data["ADSL"].select(FLAGS), on=["STUDYID", "USUBJID"], how="left", maintain_order="left")
    return data


@cache
def outcome() -> Outcome:
    return run_analyses(plan_biomarkers(trial(), PLAN), datasets(), METHODS, virtual=True)


def numbers(analysis: str, data: dict[str, pl.DataFrame] | None = None) -> dict[str, float]:
    found = outcome().results if data is None else run_analyses(
        [each for each in plan_biomarkers(trial(), PLAN) if each.id == analysis], data, METHODS, virtual=True
    ).results  # fmt: skip
    rows = found.filter((pl.col("ANALYSIS") == analysis) & pl.col("AT").is_null())
    return dict(rows.select("STATISTIC", "VALUE").iter_rows())


def used(name: str, endpoint: str) -> pl.DataFrame:
    return datasets()["ADBM"].filter(
        (pl.col("PARAMCD") == name) & (pl.col("ENDPOINT") == endpoint) & (pl.col("ANL01FL") == "Y")
    )


def by_hand(name: str) -> tuple[int, int, int, int]:
    rows = used(name, "ORR")
    high, yes = pl.col("AVALCAT1") == "POSITIVE", pl.col("OUTCOME") == "Y"
    return tuple(rows.filter(each).height for each in (high & yes, high, ~high & yes, ~high))  # type: ignore[return-value]


def test_nothing_fails_and_every_number_has_its_own_id() -> None:
    assert outcome().findings.is_empty()
    assert outcome().results["RESULTID"].is_unique().all()


def test_groups_and_their_comparison_are_those_by_hand() -> None:
    x1, n1, x0, n0 = counts = by_hand("PDL1")
    rate = numbers("BM.ORR.PDL1.POSITIVE")
    interval = clopper_pearson(x1, n1)
    assert (rate["n"], rate["N"], rate["rate"]) == (x1, n1, pytest.approx(100 * x1 / n1))
    assert rate["upper"] == pytest.approx(100 * float(interval.upper))
    assert numbers("BM.ORR.PDL1.NEGATIVE")["n"] == x0
    gap = numbers("BM.ORR.PDL1.difference")
    assert gap["difference"] == pytest.approx(100 * (x1 / n1 - x0 / n0))
    assert gap["lower"] == pytest.approx(100 * float(newcombe(*counts).lower))
    assert numbers("BM.ORR.PDL1.fisher")["p"] == float(fisher_exact(*counts))
    power = numbers("BM.ORR.PDL1.power")
    assert power["power: 80 v 50"] == pytest.approx(100 * float(fisher_power(0.8, 0.5, n1, n0)))
    assert (power["n POSITIVE"], power["n NEGATIVE"]) == (n1, n0)


def test_times_are_compared_from_the_landmark() -> None:
    rows = used("CTDNA", "OS")
    died = datasets()["ADTTE"].filter((pl.col("CNSR") == 0) & (pl.col("AVAL") <= 43)).height
    assert numbers("BM.OS.CTDNA.event-by-landmark") | {"percent": 0} == {"n": died, "N": PATIENTS, "percent": 0}
    assert rows.height == PATIENTS - died
    test = log_rank(rows["TTEDY"], 1 - rows["CNSR"].to_numpy(), (rows["AVAL"] >= 3).to_numpy().astype(float))
    assert numbers("BM.OS.CTDNA.logrank")["p"] == pytest.approx(float(test.p))
    assert numbers("BM.OS.CTDNA.cox")["hazard ratio"] > 0
    assert numbers("BM.OS.CTDNA.POSITIVE")["N"] + numbers("BM.OS.CTDNA.NEGATIVE")["N"] == rows.height


def test_naive_and_corrected_stand_side_by_side() -> None:
    found = numbers("BM.ORR.search")
    for name in ("PDL1", "TMB"):
        assert found[f"p naive: {name}"] <= found[f"p corrected, cuts: {name}"] <= found[f"p corrected: {name}"]
        assert found[f"p exact, cuts: {name}"] == pytest.approx(found[f"p corrected, cuts: {name}"], abs=0.06)
    assert found["p corrected: PDL1"] < 0.05
    assert found["cuts: SEXLIKE"] == 1
    assert "p exact, cuts: SEXLIKE" not in found
    rows = used("PDL1", "ORR")
    high = rows.filter(pl.col("AVAL") >= found["cut: PDL1"])
    assert (found["n high: PDL1"], found["events high: PDL1"]) == (high.height, (high["OUTCOME"] == "Y").sum())


def test_markers_on_treatment_are_searched_apart_and_pay_for_it() -> None:
    before, after = numbers("BM.OS.search"), numbers("BM.OS.day43.search")
    assert (before["markers"], after["markers"]) == (3, 1)
    assert before["families"] == after["families"] == 2
    assert after["p corrected: CTDNA"] == pytest.approx(min(1.0, 2 * after["p corrected, cuts: CTDNA"]))
    assert numbers("BM.ORR.search")["families"] == 1


def test_the_curve_of_the_search_has_its_maximum_at_the_best_cut() -> None:
    rows = outcome().results.filter(
        (pl.col("ANALYSIS") == "BM.ORR.search") & (pl.col("STATISTIC") == "standardised: PDL1")
    )
    found = numbers("BM.ORR.search")
    assert rows.height == found["cuts: PDL1"]
    assert rows.filter(pl.col("AT") == found["n high: PDL1"])["VALUE"].item() == found["statistic: PDL1"]
    assert rows["VALUE"].abs().max() == pytest.approx(abs(found["statistic: PDL1"]))


def test_optimism_is_taken_off_the_effect() -> None:
    found = numbers("BM.ORR.optimism")
    assert found["optimism"] > 0
    assert abs(found["corrected"]) == pytest.approx(max(abs(found["effect"]) - found["optimism"], 0))
    times = numbers("BM.OS.optimism")
    assert times["hazard ratio"] == pytest.approx(np.exp(times["effect"]))


def test_shrunken_groups_lie_nearer_together_than_observed_ones() -> None:
    found = numbers("BM.ORR.shrinkage")
    for name in ("PDL1", "SEXLIKE"):
        x1, n1, x0, n0 = by_hand(name)
        observed = 100 * (x1 / n1 - x0 / n0)
        assert abs(found[f"difference: {name}"]) < abs(observed)
        assert found[f"lower POSITIVE: {name}"] < found[f"POSITIVE: {name}"] < found[f"upper POSITIVE: {name}"]
    assert numbers("BM.OS.shrinkage")["hazard ratio: PDL1"] > 0


def test_sentences_that_belong_beside_the_search_exist() -> None:
    rows = outcome().results.filter(pl.col("STATISTIC").str.starts_with("statement: "))
    named = {each: set(rows.filter(pl.col("ANALYSIS") == each)["VALUEC"]) for each in rows["ANALYSIS"].unique()}
    assert named["BM.ORR.search"] == {"search", "endpoints", "single-arm"}
    assert named["BM.OS.day43.search"] == {"search", "endpoints", "single-arm", "landmark"}
    assert set(ALWAYS) <= set(BIOMARKER_METHODS)
    assert set().union(*named.values(), ALWAYS.values(), {"pooled-arms"}) == set(STATEMENTS)
    assert all(each.en and each.zh for each in STATEMENTS.values())


def test_results_do_not_depend_on_the_order_of_rows() -> None:
    data = dict(datasets())
    data["ADBM"] = data["ADBM"].sample(fraction=1.0, shuffle=True, seed=3)
    for analysis in ("BM.ORR.search", "BM.OS.search", "BM.ORR.optimism", "BM.OS.shrinkage", "BM.ORR.PDL1.odds-ratio"):
        assert numbers(analysis, data) == pytest.approx(numbers(analysis), nan_ok=True), analysis


@pytest.mark.parametrize("kept", ["POSITIVE", "NEGATIVE"])
def test_a_group_without_subjects_has_no_comparison_and_no_failure(kept: str) -> None:
    data = dict(datasets())
    data["ADBM"] = data["ADBM"].filter((pl.col("AVALCAT1") == kept) | pl.col("AVALCAT1").is_null())
    found = run_analyses(plan_biomarkers(trial(), PLAN), data, METHODS, virtual=True)
    assert found.findings.is_empty()
    empty = found.results.filter(pl.col("ANALYSIS") == "BM.ORR.PDL1.fisher")
    assert set(empty["STATISTIC"]) == {"n POSITIVE", "n NEGATIVE"}


def test_a_trial_without_any_marker_value_fails_nothing() -> None:
    data = adam({1, 2}, {3: 50}, count=8)
    adbm, _ = derive_biomarkers({}, data, trial(), PLAN)
    data["ADBM"] = adbm.join(data["ADSL"].select(FLAGS), on=["STUDYID", "USUBJID"], how="left")
    found = run_analyses(plan_biomarkers(trial(), PLAN), data, METHODS, virtual=True)
    assert found.findings.is_empty()
    assert found.results.filter(pl.col("ANALYSIS") == "BM.ORR.search")["VALUE"].to_list() == [0.0]


def test_a_row_of_an_analysis_matters_and_no_other_does() -> None:
    chance, data = random.Random(5), dict(datasets())
    for planned in plan_biomarkers(trial(), PLAN):
        fewer = {name: value for name, value in (("permutations", 99), ("bootstrap", 50)) if name in planned.settings}
        analysis = replace(planned, settings={**planned.settings, **fewer})
        before = run_analyses([analysis], data, METHODS, virtual=True).results.drop("ROWSET")
        inside = select_rows(data["ADBM"], analysis.where).select(KEYS)
        outside = data["ADBM"].select(KEYS).join(inside, on=KEYS, how="anti")
        for rows, matters in ((inside, True), (outside, False)):
            for key in chance.sample(rows.rows(named=True), 1):
                gone = pl.all_horizontal(pl.col(name) == key[name] for name in KEYS)
                less = {**data, "ADBM": data["ADBM"].filter(~gone)}
                after = run_analyses([analysis], less, METHODS, virtual=True).results.drop("ROWSET")
                assert after.equals(before) is not matters, (analysis.id, key)


def test_statistics_and_units_are_those_that_the_manual_says() -> None:
    name = (
        pl.col("STATISTIC").str.replace("^(lower|upper) (POSITIVE|NEGATIVE|difference|hazard ratio): ", "$2: ")
        .str.replace(r": (PDL1|TMB|SEXLIKE|CTDNA)$", ": <marker>").str.replace(r"^power: .*", "power: <alternative>")
        .str.replace(r"^detectable: v .*", "detectable: v <rate>").str.replace(r"^statement: .*", "statement: <id>")
    )  # fmt: skip
    rows = outcome().results.filter(pl.col("METHOD").is_in(list(BIOMARKER_STATISTICS)))
    found = set(rows.select("METHOD", name).unique().iter_rows())
    declared = {(method, line[0]) for method, lines in BIOMARKER_STATISTICS.items() for line in lines}
    assert found == declared
    units = {(method, line[0]): line[1] for method, lines in BIOMARKER_STATISTICS.items() for line in lines}
    for method, statistic, unit in rows.select("METHOD", name, pl.col("UNIT").fill_null("")).unique().iter_rows():
        assert unit == units[method, statistic] or statistic in {"effect", "optimism", "corrected"}


def test_analyses_are_those_that_the_manual_says() -> None:
    lines = [AnalysisLine(name, text, "ADBM", methods) for name, text, methods in BIOMARKER_ANALYSES]
    for analysis in plan_biomarkers(trial(), PLAN):
        fitting = [line for line in lines if line.matches(analysis.id) and analysis.method in line.methods]
        assert fitting, analysis.id
        assert analysis.method in METHODS
    assert set(BIOMARKER_STATISTICS) | {"marker-kaplan-meier"} == set(BIOMARKER_METHODS)


def test_a_protocol_without_markers_plans_nothing() -> None:
    assert plan_biomarkers(trial(), PLAN.model_copy(update={"markers": ()})) == []


def test_dates_of_the_small_trial_are_what_they_say() -> None:
    assert (day(57) - day(1)).days == 56
    assert subject(3) == "S03"
    assert set(ADBM.names) <= set(datasets()["ADBM"].columns)
