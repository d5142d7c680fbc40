"""Lesions: chosen by the rules at baseline, growing by the formula, recorded as the standard says."""

import numpy as np
import polars as pl
import pytest

from tests.simulate.studies import STUDIES, built_in, exactly_read
from topline.simulate.presets import expected_truth
from topline.simulate.trial import draw_trial
from topline.simulate.tumour import relative_size


@pytest.fixture(scope="module", params=STUDIES)
def tables(request: pytest.FixtureRequest) -> dict[str, pl.DataFrame]:
    return draw_trial(built_in(request.param), 4, n=2000, domains=("DM", "TU", "TR")).tables


def baseline(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    lesions = tables["TU"].select("USUBJID", pl.col("TULNKID").alias("TRLNKID"), "TULOC")
    rows = tables["TR"].filter(pl.col("VISIT") == "SCREENING", pl.col("TRGRPID") == "TARGET")
    return rows.join(lesions, on=["USUBJID", "TRLNKID"])


def test_targets_are_measurable(tables: dict[str, pl.DataFrame]) -> None:
    rows = baseline(tables)
    node = pl.col("TULOC") == "LYMPH NODE"
    assert rows.filter(node)["TRTESTCD"].unique().to_list() == ["LPERP"]
    assert rows.filter(~node)["TRTESTCD"].unique().to_list() == ["LDIAM"]
    assert rows.filter(node)["TRSTRESN"].min() == 15.0
    assert rows.filter(~node)["TRSTRESN"].min() == 10.0


def test_at_most_five_targets_and_two_per_organ(tables: dict[str, pl.DataFrame]) -> None:
    rows = baseline(tables)
    counts = rows.group_by("USUBJID").len()["len"]
    assert (counts.min(), counts.max()) == (1, 5)
    assert rows.group_by("USUBJID", "TULOC").len()["len"].max() == 2


def test_every_patient_has_disease(tables: dict[str, pl.DataFrame]) -> None:
    seen = tables["TR"].filter(VISIT="SCREENING").group_by("USUBJID").agg((pl.col("TRGRPID") == "TARGET").any())
    assert seen.height == 2000
    without = 1 - seen["TRGRPID"].mean()  # type: ignore[operator]
    expected = 0.05 if tables["DM"]["STUDYID"][0] == "NCT07142421" else 0.0
    assert without == pytest.approx(expected, abs=0.015 if expected else 0)


def test_lesions_are_recorded_as_the_standard_says(tables: dict[str, pl.DataFrame]) -> None:
    targets = tables["TR"].filter(TRGRPID="TARGET")
    small = targets.filter(TRORRES="TOO SMALL TO MEASURE")
    missing = targets.filter(pl.col("TRSTAT") == "NOT DONE")
    assert small.height > 5
    assert small["TRSTRESN"].unique().to_list() == [5.0]
    assert missing.height > 20
    assert missing.select("TRORRES", "TRSTRESC", "TRSTRESN").null_count().row(0) == (missing.height,) * 3
    assert targets.filter(pl.col("TRSTAT").is_null())["TRSTRESN"].null_count() == 0
    assert (targets["TRSTRESN"].drop_nulls() % 1 == 0).all()
    assert targets.filter(TRORRES="0").height > 5


def test_every_measured_lesion_is_identified(tables: dict[str, pl.DataFrame]) -> None:
    known = tables["TU"].select("USUBJID", pl.col("TULNKID").alias("TRLNKID"), pl.col("TUORRES").alias("TRGRPID"))
    assert tables["TR"].join(known, on=["USUBJID", "TRLNKID", "TRGRPID"], how="anti").is_empty()
    assert known.is_duplicated().sum() == 0


@pytest.mark.parametrize("name", STUDIES)
def test_without_error_a_lesion_follows_the_formula(name: str) -> None:
    protocol = built_in(name)
    trial = draw_trial(protocol, 4, exactly_read(expected_truth(protocol)), n=800, domains=("TR",))
    rows = trial.tables["TR"].filter(TRGRPID="TARGET").join(trial.truth, on="USUBJID")
    first = rows.filter(VISIT="SCREENING").select(
        "USUBJID", "TRLNKID", pl.col("TRSTRESN").alias("BASE"), pl.col("TRDY").alias("DAY0")
    )
    pair = rows.filter(pl.col("VISIT") != "SCREENING").join(first, on=["USUBJID", "TRLNKID"])
    pair = pair.filter(pl.col("BASE") > 15.001, pl.col("TRSTRESN").is_between(5, 299))
    rates = [pair[rate].to_numpy() for rate in ("kl_per_day", "kde_per_day", "lam_per_day")]
    later, before = (relative_size(since_dose(pair[day]), *rates) for day in ("TRDY", "DAY0"))
    assert pair.height > 800
    np.testing.assert_allclose(pair["TRSTRESN"] / pair["BASE"], later / before, rtol=1e-9)


def since_dose(study_day: pl.Series) -> np.ndarray:
    """Return days after the first dose: there is no study day 0."""
    day = study_day.to_numpy().astype(float)
    return np.where(day > 0, day - 1, day)


def test_the_formula_has_its_least_size_where_it_should() -> None:
    """Claret 2009: the tumour is smallest on day ln(kde / kl) / lam; by hand, ln(0.0103 / 0.00107) / 0.0193 = 117.3."""
    day = np.arange(0.0, 400.0, 0.1)
    size = relative_size(day, np.array(0.00107), np.array(0.0103), np.array(0.0193))
    assert day[size.argmin()] == pytest.approx(117.33, abs=0.06)
    assert size[0] == 1.0
