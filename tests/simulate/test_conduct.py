"""What the site does: dosing, visits, end of treatment, later therapy, calendar."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from tests.simulate.studies import built_in
from topline.simulate.exposure import runs
from topline.simulate.presets import APATINIB
from topline.simulate.trial import draw_trial

WRITTEN = ("DM", "EX", "CM", "AE", "DS", "TR", "RS")


@pytest.fixture(scope="module")
def apatinib() -> dict[str, pl.DataFrame]:
    return draw_trial(built_in("nct02976896"), 6, n=2000, domains=WRITTEN).tables


@pytest.fixture(scope="module")
def combination() -> dict[str, pl.DataFrame]:
    return draw_trial(built_in("nct07142421"), 6, n=800, domains=WRITTEN).tables


def test_every_patient_is_treated_from_the_first_day(apatinib: dict[str, pl.DataFrame]) -> None:
    first = apatinib["EX"].group_by("USUBJID").agg(pl.col("EXSTDTC").min(), pl.col("EXENDTC").max())
    pair = apatinib["DM"].join(first, on="USUBJID")
    assert pair.height == 2000
    assert (pair["RFXSTDTC"] == pair["EXSTDTC"]).all()
    assert (pair["RFXENDTC"] == pair["EXENDTC"]).all()


def test_doses_are_full_or_reduced_and_do_not_rise_again(apatinib: dict[str, pl.DataFrame]) -> None:
    doses = apatinib["EX"].sort("USUBJID", "EXSTDTC")
    assert sorted(doses["EXDOSE"].unique()) == [250.0, 500.0]
    assert (doses.select(pl.col("EXDOSE").diff().over("USUBJID")).to_series().drop_nulls() <= 0).all()
    reduced = doses.group_by("USUBJID").agg(pl.col("EXDOSE").min() < 500)["EXDOSE"].mean()
    assert reduced == pytest.approx(0.475, abs=0.06)  # ESO-Shanghai 11: 19 of 40


def test_intervals_of_a_drug_do_not_overlap(combination: dict[str, pl.DataFrame]) -> None:
    doses = combination["EX"].sort("USUBJID", "EXTRT", "EXSTDTC")
    before = pl.col("EXENDTC").shift().over("USUBJID", "EXTRT")
    assert doses.filter(pl.col("EXSTDTC") <= before).is_empty()


def test_each_drug_keeps_its_own_cycle(combination: dict[str, pl.DataFrame]) -> None:
    starts = combination["EX"].filter(pl.col("EXSTDY") < 60)
    usual = {
        name: frame["EXSTDY"].value_counts(sort=True)["EXSTDY"].head(count).sort().to_list()
        for name, count in (("TRIFLURIDINE/TIPIRACIL", 4), ("ANLOTINIB", 3))
        for frame in [starts.filter(EXTRT=name)]
    }
    assert usual == {"TRIFLURIDINE/TIPIRACIL": [1, 8, 29, 36], "ANLOTINIB": [1, 22, 43]}
    assert combination["EX"].filter(EXTRT="TRIFLURIDINE/TIPIRACIL")["EXDOSFRQ"].unique().to_list() == ["BID"]


def test_runs_of_dosing_days() -> None:
    first, second = built_in("nct07142421").arms[0].interventions
    assert runs(first, 28) == ((1, 5), (8, 12))
    assert runs(second, 21) == ((1, 14),)
    assert runs(built_in("nct02976896").arms[0].interventions[0], 28) == ((1, 28),)


def test_no_dose_after_the_end_of_treatment(apatinib: dict[str, pl.DataFrame]) -> None:
    ended = apatinib["DS"].filter(DSSCAT="STUDY TREATMENT").select("USUBJID", "DSSTDTC", "DSDECOD")
    pair = apatinib["EX"].join(ended, on="USUBJID")
    assert pair.filter(pl.col("EXENDTC") > pl.col("DSSTDTC")).is_empty()
    assert set(ended["DSDECOD"]) == {
        "PROGRESSIVE DISEASE",
        "ADVERSE EVENT",
        "PHYSICIAN DECISION",
        "DEATH",
        "WITHDRAWAL BY SUBJECT",
        "LOST TO FOLLOW-UP",
    }


def test_treatment_ends_for_progression_after_a_scan_that_shows_it(apatinib: dict[str, pl.DataFrame]) -> None:
    ended = apatinib["DS"].filter(DSSCAT="STUDY TREATMENT", DSDECOD="PROGRESSIVE DISEASE").select("USUBJID", "DSSTDTC")
    shown = apatinib["RS"].filter(RSTESTCD="OVRLRESP", RSSTRESC="PD").group_by("USUBJID").agg(pl.col("RSDTC").min())
    pair = ended.join(shown, on="USUBJID", how="left")
    assert pair.height > 500
    assert (pair["RSDTC"] < pair["DSSTDTC"]).all()


def test_scans_lie_in_their_windows(apatinib: dict[str, pl.DataFrame]) -> None:
    scans = apatinib["RS"].filter(RSTESTCD="OVRLRESP")
    off = scans["RSDY"] - 1 - scans["VISIT"].str.extract(r"(\d+)").cast(pl.Int64) * 7
    assert (off.min(), off.max()) == (-7, 7)
    baseline = apatinib["TR"].filter(VISIT="SCREENING")["TRDY"]
    assert baseline.min() == -21
    assert baseline.max() <= 1


def missed(rs: pl.DataFrame) -> float:
    """Return the share of steps from one scan to the patient's next that leave out a scheduled one."""
    numbers = rs.filter(RSTESTCD="OVRLRESP").sort("USUBJID", "VISITNUM")["USUBJID", "VISITNUM"]
    gaps = numbers.select(pl.col("VISITNUM").diff().over("USUBJID")).to_series().drop_nulls()
    return float((gaps > 1).sum() / len(gaps))


def test_some_scans_are_missed(apatinib: dict[str, pl.DataFrame]) -> None:
    """5% are missed; a missed scan before the first of a patient or after the last leaves no gap, so gaps are fewer."""
    assert missed(apatinib["RS"]) == pytest.approx(0.029, abs=0.012)
    for chance, low, high in ((0.0, 0.0, 0.0), (0.2, 0.08, 0.2)):
        truth = replace(APATINIB, reading=replace(APATINIB.reading, missed_scan=chance))
        rs = draw_trial(built_in("nct02976896"), 6, truth, n=1000, domains=("RS",)).tables["RS"]
        assert low <= missed(rs) <= high


def test_scans_end_with_progression_or_one_later(apatinib: dict[str, pl.DataFrame]) -> None:
    scans = apatinib["RS"].filter(RSTESTCD="OVRLRESP").sort("USUBJID", "RSDTC")
    after = scans.with_columns((pl.col("RSSTRESC") == "PD").cum_sum().shift(fill_value=0).over("USUBJID").alias("PDS"))
    later = after.filter(pl.col("PDS") > 0)
    assert later.group_by("USUBJID").len()["len"].max() == 1
    assert 10 < later.height < 0.1 * scans["USUBJID"].n_unique()


def test_later_therapy_follows_progression_with_few_exceptions(apatinib: dict[str, pl.DataFrame]) -> None:
    later = apatinib["CM"].filter(CMCAT="ANTI-CANCER THERAPY")
    shown = apatinib["RS"].filter(RSTESTCD="OVRLRESP", RSSTRESC="PD").group_by("USUBJID").agg(pl.col("RSDTC").min())
    pair = later.join(shown, on="USUBJID", how="left")
    before = pair.filter(pl.col("RSDTC").is_null() | (pl.col("CMSTDTC").str.head(7) < pl.col("RSDTC").str.head(7)))
    assert later.height > 200
    assert 0 < before.height < 0.3 * later.height


def test_partial_dates_are_few(apatinib: dict[str, pl.DataFrame]) -> None:
    rows = apatinib["CM"].filter(pl.col("CMINDC").is_null(), CMCAT="GENERAL CONCOMITANT MEDICATION")
    length = rows["CMSTDTC"].str.len_chars()
    assert set(length) == {7, 10}
    assert (length == 7).mean() == pytest.approx(0.01, abs=0.01)


def test_the_calendar_starts_with_the_truth(apatinib: dict[str, pl.DataFrame]) -> None:
    consent = apatinib["DM"]["RFICDTC"].str.to_date()
    assert date(2024, 1, 8) <= consent.min() < date(2024, 2, 10)  # type: ignore[operator]
    months = (consent.max() - consent.min()).days / 30.4375  # type: ignore[operator, union-attr]
    assert months == pytest.approx(43 / 3.1, abs=1.0)


def test_demographics_follow_the_protocol(combination: dict[str, pl.DataFrame]) -> None:
    people = combination["DM"]
    assert people["AGE"].is_between(18, 80).all()
    assert people["AGE"].mean() == pytest.approx(62, abs=1.2)
    assert (people["SEX"] == "F").mean() == pytest.approx(0.25, abs=0.06)
    assert people["USUBJID"].str.contains(r"^NCT07142421-VIRTUAL-\d\d-\d{3}$").all()


def test_adverse_events_are_as_frequent_as_stated(apatinib: dict[str, pl.DataFrame]) -> None:
    share = dict(apatinib["AE"].group_by("AEDECOD").agg(pl.col("USUBJID").n_unique() / 2000).rows())
    assert share["Hypertension"] == pytest.approx(0.46, abs=0.05)  # 0.50, less those who stop before the onset
    assert share["Diarrhoea"] == pytest.approx(0.25, abs=0.05)
    stopped = apatinib["DS"].filter(DSSCAT="STUDY TREATMENT", DSDECOD="ADVERSE EVENT")["USUBJID"]
    withdrawn = apatinib["AE"].filter(AEACN="DRUG WITHDRAWN")["USUBJID"]
    assert set(stopped) == set(withdrawn)
