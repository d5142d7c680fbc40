"""Laboratory values and vital signs: as SDTM writes them, as the truth states them, and as the analysis reads them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.simulate.studies import STUDIES, built_in
from topline.adam.ctcae.grading import Grader
from topline.adam.lab import derive_lab
from topline.simulate.presets import APATINIB, COMBINATION
from topline.simulate.trial import draw_trial
from topline.simulate.truth import Truth
from topline.simulate.truth_measures import Measuring

WRITTEN = ("DM", "SV", "LB", "VS", "AE")
COUNTS = ["NEUT", "WBC", "LYM"]


@pytest.fixture(scope="module", params=STUDIES)
def tables(request: pytest.FixtureRequest) -> dict[str, pl.DataFrame]:
    return draw_trial(built_in(request.param), 6, n=1500, domains=WRITTEN).tables


@pytest.fixture(scope="module")
def combination() -> dict[str, pl.DataFrame]:
    return draw_trial(built_in("nct07142421"), 6, n=2500, domains=WRITTEN).tables


def results(lb: pl.DataFrame, *codes: str) -> pl.DataFrame:
    """Return a row per patient and visit with one column per test, where all were done."""
    rows = lb.filter(pl.col("LBTESTCD").is_in(codes))
    return rows.pivot("LBTESTCD", index=["USUBJID", "VISIT", "LBDY"], values="LBSTRESN").drop_nulls()


def worst(lb: pl.DataFrame, code: str) -> pl.Series:
    """Return the lowest value of each patient after the first day."""
    after = lb.filter(pl.col("LBDY") > 1, LBTESTCD=code)
    return after.group_by("USUBJID").agg(pl.col("LBSTRESN").min())["LBSTRESN"].drop_nulls()


def test_the_baseline_is_the_last_value_before_the_first_dose(tables: dict[str, pl.DataFrame]) -> None:
    for domain in ("LB", "VS"):
        rows = tables[domain].rename(lambda name, cut=domain: name.removeprefix(cut)).filter(pl.col("STAT").is_null())
        early = rows.filter(pl.col("DY") <= 1).sort("DTC")
        last = early.group_by("USUBJID", "TESTCD").agg(pl.col("SEQ").last()).sort("USUBJID", "TESTCD")
        flagged = rows.filter(LOBXFL="Y").select("USUBJID", "TESTCD", "SEQ").sort("USUBJID", "TESTCD")
        assert flagged.equals(last)


def test_indicators_are_what_values_and_limits_say(tables: dict[str, pl.DataFrame]) -> None:
    rows = tables["LB"].filter(pl.col("LBSTNRHI").is_not_null(), pl.col("LBSTRESN").is_not_null())
    value = pl.col("LBSTRESN")
    said = pl.when(value < pl.col("LBSTNRLO")).then(pl.lit("LOW")).when(value > pl.col("LBSTNRHI")).then(pl.lit("HIGH"))
    assert (rows.select(said.otherwise(pl.lit("NORMAL"))).to_series() == rows["LBNRIND"]).all()
    assert set(rows["LBNRIND"]) == {"LOW", "NORMAL", "HIGH"}


def test_limits_are_those_of_the_sex(tables: dict[str, pl.DataFrame]) -> None:
    limits = tables["LB"].filter(LBTESTCD="HGB").join(tables["DM"].select("USUBJID", "SEX"), on="USUBJID")
    assert sorted(limits.select("SEX", "LBORNRLO", "LBORNRHI").unique().rows()) == [
        ("F", "115", "150"),
        ("M", "130", "175"),
    ]


def test_leukocytes_are_more_than_their_parts(tables: dict[str, pl.DataFrame]) -> None:
    rows = results(tables["LB"], *COUNTS)
    assert rows.height > 5000
    assert (rows["WBC"] > rows["NEUT"] + rows["LYM"] + 0.3).all()


def test_missing_samples_and_tests_are_recorded(tables: dict[str, pl.DataFrame]) -> None:
    rows = tables["LB"].filter(LBTESTCD="ALT")
    missing = rows.filter(LBSTAT="NOT DONE")
    assert missing.select("LBORRES", "LBSTRESC", "LBSTRESN", "LBORRESU", "LBNRIND").null_count().row(0) == (
        (missing.height,) * 5
    )
    assert rows.filter(pl.col("LBSTAT").is_null())["LBSTRESN"].null_count() == 0
    assert missing.height / rows.height == pytest.approx(1 - 0.97 * 0.995, abs=0.006)  # missed 3%, missing 0.5%


def test_every_visit_with_a_sample_is_a_visit(tables: dict[str, pl.DataFrame]) -> None:
    known = tables["SV"].select("USUBJID", "VISITNUM", pl.col("SVSTDTC").alias("LBDTC"))
    assert tables["LB"].join(known, on=["USUBJID", "VISITNUM", "LBDTC"], how="anti").is_empty()


def test_protein_is_a_strip(tables: dict[str, pl.DataFrame]) -> None:
    rows = tables["LB"].filter(LBTESTCD="PROT").drop_nulls("LBSTRESC")
    assert set(rows["LBSPEC"]) == {"URINE"}
    assert set(rows["LBSTRESC"]) == {"NEGATIVE", "TRACE", "1+", "2+", "3+", "4+"}
    before, after = (
        rows.filter(where)["LBSTRESC"].is_in(["1+", "2+", "3+", "4+"]).mean()
        for where in (pl.col("LBDY") <= 1, pl.col("LBDY") > 28)
    )
    assert before < 0.02  # type: ignore[operator]
    assert 0.10 < after < 0.25  # type: ignore[operator]


def quiet(measuring: Measuring) -> Measuring:
    """Return tests without variation within patients, and effects that are alike in all patients."""
    levels = tuple(replace(level, within=0.0, growth=0.0) for level in measuring.levels)
    effects = tuple(replace(effect, spread=0.0) for effect in measuring.effects)
    return replace(measuring, levels=levels, effects=effects, missed=0.0, missing=0.0)


def test_without_variation_a_nadir_follows_its_curve() -> None:
    """By hand: day 15 is r = 14/18 of the way to the nadir, (r exp(1 - r))^8 = 0.7923, in the first cycle times 0.7.

    With -1.55 at the nadir neutrophils are exp(-1.55 * 0.7 * 0.7923) = 0.4233 of baseline. On the first day of the
    second cycle r = 28/18, (r exp(1 - r))^8 = 0.4028, exp(-1.55 * 0.7 * 0.4028) = 0.6460, where the first cycle was in
    time.
    """
    tables = draw_trial(built_in("nct07142421"), 6, quiet_truth(COMBINATION), n=300, domains=("LB",)).tables
    rows = results(tables["LB"], "NEUT")
    base = rows.filter(VISIT="CYCLE 1").select("USUBJID", pl.col("NEUT").alias("BASE")).filter(pl.col("BASE") > 3)
    for visit, day, expected in (("CYCLE 1 DAY 15", 15, 0.4233), ("CYCLE 2", 29, 0.6460)):
        pair = rows.filter(VISIT=visit, LBDY=day).join(base, on="USUBJID")
        assert pair.height > 80
        np.testing.assert_allclose(pair["NEUT"] / pair["BASE"], expected, atol=0.004)  # two decimals are recorded


def test_without_variation_pressure_rises_to_its_plateau_and_treatment_lowers_it() -> None:
    """By hand: 17 mmHg * (1 - exp(-14 / 14)) = 10.75 on day 15; 17 * (1 - exp(-28 / 14)) = 14.70 on day 29.

    Who had 140 mmHg on day 15 has 0.4 of the rise on day 29. Who had it before the first dose is left out.
    """
    tables = draw_trial(built_in("nct02976896"), 6, quiet_truth(APATINIB), n=600, domains=("VS",)).tables
    rows = tables["VS"].filter(VSTESTCD="SYSBP")
    wide = rows.pivot("VISIT", index="USUBJID", values="VSSTRESN").drop_nulls(["CYCLE 1", "CYCLE 1 DAY 15", "CYCLE 2"])
    low = tables["VS"].filter(VSTESTCD="DIABP", VISIT="CYCLE 1 DAY 15").filter(pl.col("VSSTRESN") < 89)
    wide = wide.join(low.select("USUBJID"), on="USUBJID").join(on_time(rows), on="USUBJID")
    wide = wide.filter(pl.col("CYCLE 1") < 139)
    np.testing.assert_allclose(wide["CYCLE 1 DAY 15"] - wide["CYCLE 1"], 10.75, atol=1.0)  # whole mmHg
    untreated = wide.filter(pl.col("CYCLE 1 DAY 15") < 139)
    treated = wide.filter(pl.col("CYCLE 1 DAY 15") > 140)
    assert min(untreated.height, treated.height) > 10
    np.testing.assert_allclose(untreated["CYCLE 2"] - untreated["CYCLE 1"], 14.70, atol=1.0)
    np.testing.assert_allclose(treated["CYCLE 2"] - treated["CYCLE 1"], 0.4 * 14.70, atol=1.0)


def quiet_truth(truth: Truth) -> Truth:
    """Return the truth with quiet tests and without reduced doses."""
    conduct = replace(truth.conduct, reduced=0.0)
    return replace(truth, measuring=quiet(truth.measuring), conduct=conduct)


def on_time(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the patients whose second cycle began on day 29."""
    return rows.filter(VISIT="CYCLE 2", VSDY=29).select("USUBJID")


def test_severe_neutropenia_is_as_frequent_as_published(combination: dict[str, pl.DataFrame]) -> None:
    """FTD/TPI with bevacizumab: 43% of patients, doi:10.1177/17588359221146137."""
    assert (worst(combination["LB"], "NEUT") < 1).mean() == pytest.approx(0.43, abs=0.035)


def test_other_cytopenias_are_as_frequent_as_the_manual_says(combination: dict[str, pl.DataFrame]) -> None:
    """Regression: these effects are assumed; the figures are those drawn from 20,000 patients, not published ones."""
    lb = combination["LB"]
    shares = [(worst(lb, code) < limit).mean() for code, limit in (("HGB", 80), ("LYM", 0.5), ("PLAT", 50))]
    assert shares == pytest.approx([0.137, 0.134, 0.034], abs=0.025)


def test_the_analysis_grades_every_result_without_finding() -> None:
    """Without a baseline creatinine has no grade, so samples are complete here."""
    complete = replace(COMBINATION, measuring=replace(COMBINATION.measuring, missed=0.0, missing=0.0))
    tables = draw_trial(built_in("nct07142421"), 6, complete, n=150, domains=("DM", "LB")).tables
    lb = tables["LB"].filter(pl.col("LBCAT") != "BIOMARKER")
    adlb, found = derive_lab(lb, periods(tables["DM"]), Grader("5.0"))
    assert found.to_dicts() == []
    graded = adlb.filter(pl.col("LBSPEC") != "URINE", pl.col("AVAL").is_not_null(), pl.col("PARAMTYP").is_null())
    lacking = graded.filter(pl.col("ATOXGRLN").is_null() & pl.col("ATOXGRHN").is_null())
    assert lacking.is_empty()


def test_severe_neutropenia_is_an_adverse_event_and_the_reverse(combination: dict[str, pl.DataFrame]) -> None:
    """Grade 3 is below 1.0, in CTCAE 5.0; nobody begins with it."""
    lb = combination["LB"].filter(LBTESTCD="NEUT")
    low = lb.filter(pl.col("LBSTRESN") < 1.0)
    assert low.filter(pl.col("LBDY") <= 1).is_empty()
    events = combination["AE"].filter(AEDECOD="Neutrophil count decreased")
    severe = events.filter(pl.col("AETOXGR").is_in(["3", "4"]))
    assert set(low["USUBJID"]) == set(severe["USUBJID"])
    starts = events.filter(pl.col("AESTDTC").str.len_chars() == 10).select("USUBJID", pl.col("AESTDTC").alias("LBDTC"))
    shown = lb.join(starts, on=["USUBJID", "LBDTC"])
    assert shown.height == starts.height
    assert (shown["LBSTRESN"] < 1.8).all()


def test_weight_is_lost_and_height_is_measured_once(tables: dict[str, pl.DataFrame]) -> None:
    vs = tables["VS"]
    assert vs.filter(VSTESTCD="HEIGHT")["VISIT"].unique().to_list() == ["SCREENING"]
    weight = vs.filter(VSTESTCD="WEIGHT").pivot("VISIT", index="USUBJID", values="VSSTRESN")
    assert (weight["CYCLE 4"] / weight["CYCLE 1"]).mean() == pytest.approx(0.97, abs=0.02)


def periods(dm: pl.DataFrame) -> pl.DataFrame:
    return dm.select(
        "STUDYID", "USUBJID", pl.col("RFXSTDTC").str.to_date().alias("TRTSDT"), pl.lit(None, pl.Date).alias("UNTIL")
    )
