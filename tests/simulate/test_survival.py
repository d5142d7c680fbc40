"""Latent events follow their stated distributions, and the truth reaches the tables."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.simulate.studies import built_in, followed_long
from topline.simulate.presets import APATINIB
from topline.simulate.trial import draw_trial

N = 20_000
FOUR_SE = 4 * 0.5 / N**0.5


@pytest.fixture(scope="module")
def truth() -> pl.DataFrame:
    """The latent events of patients whose death does not depend on their tumour."""
    alone = replace(APATINIB.hazards, death_growth=0.0, death_burden=0.0, death_ecog=0.0, non_target=0.001)
    return draw_trial(
        built_in("nct02976896"), 9, followed_long(replace(APATINIB, hazards=alone)), n=N, domains=()
    ).truth


@pytest.mark.parametrize("day", [60.0, 5.8 * 30.4375, 300.0])
def test_survival_is_weibull_where_nothing_else_acts(truth: pl.DataFrame, day: float) -> None:
    expected = 0.5 ** ((day / (5.8 * 30.4375)) ** 1.8)
    alive = (truth["death_day"].fill_null(10**6) > day).mean()
    assert alive == pytest.approx(expected, abs=FOUR_SE + 0.004)  # 0.004: days are rounded up, steps are two weeks


@pytest.mark.parametrize(
    ("event", "hazard"), [("new_lesion_day", 0.0008), ("leaving_day", 0.0003), ("toxicity_day", 0.0008)]
)
def test_constant_hazards(truth: pl.DataFrame, event: str, hazard: float) -> None:
    until = (truth[event].fill_null(10**6) <= 200).mean()
    assert until == pytest.approx(1 - np.exp(-hazard * 200), abs=FOUR_SE)


def test_between_patient_variation(truth: pl.DataFrame) -> None:
    logs = truth.select(pl.col("kl_per_day", "kde_per_day", "lam_per_day").log())
    assert logs.mean().row(0) == pytest.approx(np.log([0.002, 0.004, 0.0193]), abs=0.03)
    assert logs.std().row(0) == pytest.approx([0.70, 0.68, 0.80], abs=0.02)


def test_growing_tumours_shorten_life() -> None:
    drawn = draw_trial(built_in("nct02976896"), 9, followed_long(APATINIB), n=4000, domains=()).truth
    cut = drawn["kl_per_day"].median()
    fast, slow = (
        drawn.filter(part)["death_day"].median() for part in (pl.col("kl_per_day") > cut, pl.col("kl_per_day") <= cut)
    )
    assert fast < slow - 10  # type: ignore[operator]


def test_observed_deaths_are_the_true_ones() -> None:
    trial = draw_trial(built_in("nct02976896"), 9, n=500, domains=("DM",))
    dates = pl.col("DTHDTC", "RFSTDTC").str.to_date()
    rows = trial.tables["DM"].filter(DTHFL="Y").with_columns(dates).join(trial.truth, on="USUBJID")
    assert rows.height > 300
    assert ((rows["DTHDTC"] - rows["RFSTDTC"]).dt.total_days() == rows["death_day"]).all()


def test_deaths_agree_between_tables() -> None:
    tables = draw_trial(built_in("nct02976896"), 9, n=500, domains=("DM", "AE", "DS", "SS")).tables
    dead = tables["DM"].filter(DTHFL="Y").select("USUBJID", "DTHDTC").sort("USUBJID")
    recorded = tables["DS"].filter(DSDECOD="DEATH", DSSCAT="STUDY PARTICIPATION")
    status = tables["SS"].filter(SSSTRESC="DEAD")
    assert recorded.select("USUBJID", pl.col("DSSTDTC").alias("DTHDTC")).sort("USUBJID").equals(dead)
    assert status.select("USUBJID", pl.col("SSDTC").alias("DTHDTC")).sort("USUBJID").equals(dead)
    fatal = tables["AE"].filter(AEOUT="FATAL").join(dead, on="USUBJID", how="left")
    assert fatal.height > 5
    assert (fatal["AEENDTC"] == fatal["DTHDTC"]).all()
