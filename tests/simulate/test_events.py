"""Adverse events, medical history and medication: coherent with each other, with dosing, and with the stated rates."""

from dataclasses import replace

import polars as pl
import pytest

from tests.protocols import protocol as small_protocol
from tests.simulate.studies import STUDIES, built_in
from topline.simulate.presets import APATINIB, COMBINATION, expected_truth
from topline.simulate.trial import draw_trial

WRITTEN = ("DM", "EX", "CM", "AE", "MH", "VS")


@pytest.fixture(scope="module", params=STUDIES)
def tables(request: pytest.FixtureRequest) -> dict[str, pl.DataFrame]:
    return draw_trial(built_in(request.param), 6, n=2000, domains=WRITTEN).tables


def subjects(frame: pl.DataFrame) -> set[str]:
    return set(frame["USUBJID"])


def test_a_dose_is_reduced_for_an_event(tables: dict[str, pl.DataFrame]) -> None:
    full = pl.col("EXDOSE").max().over("EXTRT")
    reduced = subjects(tables["EX"].filter(pl.col("EXDOSE") < full))
    named = tables["AE"].filter(pl.col("AEACN").is_in(["DOSE REDUCED", "DRUG WITHDRAWN"]))
    assert len(reduced) > 500
    assert reduced <= subjects(named)
    assert subjects(tables["AE"].filter(AEACN="DOSE REDUCED")) <= reduced


def test_the_event_begins_before_the_dose_is_reduced(tables: dict[str, pl.DataFrame]) -> None:
    ex = tables["EX"].sort("EXSTDTC")
    lower = ex.filter(pl.col("EXDOSE") < pl.col("EXDOSE").max().over("EXTRT"))
    last = lower.group_by("USUBJID", "EXTRT").agg(pl.col("EXSTDTC").first())
    last = last.group_by("USUBJID").agg(pl.col("EXSTDTC").max())
    events = tables["AE"].filter(pl.col("AESTDTC").str.len_chars() == 10, AEACN="DOSE REDUCED")
    pair = events.join(last, on="USUBJID")
    assert (pair["AESTDTC"] <= pair["EXSTDTC"]).all()


def test_grade_5_is_death_and_nothing_else_is(tables: dict[str, pl.DataFrame]) -> None:
    ae = tables["AE"]
    ways = [ae.filter(AETOXGR="5"), ae.filter(AEOUT="FATAL"), ae.filter(AESDTH="Y")]
    assert ways[0].height > 5
    assert all(way.equals(ways[0]) for way in ways)
    dead = ways[0].join(tables["DM"].select("USUBJID", "DTHDTC"), on="USUBJID")
    assert (dead["AEENDTC"] == dead["DTHDTC"]).all()
    assert set(dead["AESER"]) == {"Y"}


def test_outcome_and_end_agree(tables: dict[str, pl.DataFrame]) -> None:
    ended = pl.col("AEOUT").is_in(["RECOVERED/RESOLVED", "FATAL"])
    assert tables["AE"].filter(ended != pl.col("AEENDTC").is_not_null()).is_empty()
    assert (tables["AE"]["AEENDTC"].fill_null("9999") >= tables["AE"]["AESTDTC"]).all()


def test_hospital_and_danger_make_an_event_serious(tables: dict[str, pl.DataFrame]) -> None:
    either = (pl.col("AESHOSP") == "Y") | (pl.col("AESLIFE") == "Y")
    assert tables["AE"].filter(either, AESER="N").is_empty()
    assert tables["AE"].filter(~either, AESER="Y", AESDTH="N").is_empty()
    assert tables["AE"].filter(AESER="Y")["AETOXGR"].is_in(["3", "4", "5"]).all()


def test_events_before_the_first_dose_are_not_the_drugs(tables: dict[str, pl.DataFrame]) -> None:
    early = tables["AE"].filter(pl.col("AESTDY") < 0)
    assert subjects(early).__len__() / 2000 == pytest.approx(0.15, abs=0.035)
    assert set(early["AEREL"]) == {"NOT RELATED"}
    assert set(early["AEACN"]) == {"NOT APPLICABLE"}
    assert set(early["AETOXGR"]) == {"1"}


def test_events_are_as_frequent_and_as_severe_as_stated(tables: dict[str, pl.DataFrame]) -> None:
    """Who stops before the onset has none; an adjusted dose adds some: 6 points hold both."""
    truth = expected_truth(built_in(tables["DM"]["STUDYID"][0].lower()))
    ae = tables["AE"].with_columns(pl.col("AETOXGR").cast(pl.Int64))
    for kind in truth.toxicities:
        rows = ae.filter(AEDECOD=kind.term)
        assert len(subjects(rows)) / 2000 == pytest.approx(kind.any_grade, abs=0.06), kind.term
        assert len(subjects(rows.filter(pl.col("AETOXGR") >= 3))) / 2000 == pytest.approx(kind.severe, abs=0.06)
        assert rows["AETOXGR"].max() <= kind.most  # type: ignore[operator]


def test_hypertension_is_as_frequent_as_published(tables: dict[str, pl.DataFrame]) -> None:
    """Apatinib: 50%, grade 3 12.5%; anlotinib: 51.8% and 15.5%; less what is mild and not recorded."""
    rows = tables["AE"].filter(AEDECOD="Hypertension")
    assert len(subjects(rows)) / 2000 == pytest.approx(0.49, abs=0.05)
    assert len(subjects(rows.filter(AETOXGR="3"))) / 2000 == pytest.approx(0.135, abs=0.03)
    assert set(rows["AETOXGR"]) == {"2", "3"}


def test_the_site_grades_by_the_version_of_the_protocol() -> None:
    """Neutrophils of 0.8 are grade 3 in version 5.0 and grade 2 in version 6.0."""
    shares = {}
    for version in ("5.0", "6.0"):
        plan = built_in("nct07142421")
        adverse = plan.criteria.adverse_events.model_copy(update={"version": version})
        plan = plan.model_copy(update={"criteria": plan.criteria.model_copy(update={"adverse_events": adverse})})
        ae = draw_trial(plan, 6, COMBINATION, n=1000, domains=("AE",)).tables["AE"]
        severe = ae.filter(pl.col("AETOXGR").is_in(["3", "4"]), AEDECOD="Neutrophil count decreased")
        shares[version] = len(subjects(severe)) / 1000
    assert shares["5.0"] == pytest.approx(0.43, abs=0.05)
    assert shares["6.0"] < 0.5 * shares["5.0"]


def test_fever_is_measured_where_it_is_an_event() -> None:
    tables = draw_trial(built_in("nct07142421"), 6, n=2000, domains=("AE", "VS")).tables
    events = tables["AE"].filter(pl.col("AESTDTC").str.len_chars() == 10, AEDECOD="Febrile neutropenia")
    assert len(subjects(events)) / 2000 == pytest.approx(0.05, abs=0.025)
    hot = (
        tables["VS"]
        .filter(VSTESTCD="TEMP")
        .join(events.select("USUBJID", pl.col("AESTDTC").alias("VSDTC")), on=["USUBJID", "VSDTC"])
    )
    assert hot["VSSTRESN"].drop_nulls().min() == 38.7
    assert tables["VS"].filter(VSTESTCD="TEMP")["VSSTRESN"].gt(38.3).sum() <= events.height + 5


def test_treatments_are_of_events_or_of_history(tables: dict[str, pl.DataFrame]) -> None:
    given = tables["CM"].filter(pl.col("CMINDC").is_not_null())
    events = tables["AE"].select("USUBJID", pl.col("AEDECOD").str.to_uppercase().alias("CMINDC"), "AECONTRT")
    history = tables["MH"].filter(MHTERM="Hypertension").select("USUBJID", pl.lit("HYPERTENSION").alias("CMINDC"))
    known = pl.concat([events.filter(AECONTRT="Y").drop("AECONTRT"), history])
    assert given.height > 800
    assert given.join(known, on=["USUBJID", "CMINDC"], how="anti").is_empty()
    assert given.filter(CMINDC="HYPERTENSION")["CMTRT"].unique().to_list() == ["AMLODIPINE"]


def test_history_begins_before_consent_and_everybody_has_the_disease(tables: dict[str, pl.DataFrame]) -> None:
    mh = tables["MH"]
    pair = mh.join(tables["DM"].select("USUBJID", "RFICDTC"), on="USUBJID")
    assert (pair["MHSTDTC"] < pair["RFICDTC"]).all()
    assert set(mh["MHSTDTC"].str.len_chars()) == {4, 7}
    assert mh.filter(MHCAT="PRIMARY DIAGNOSIS")["USUBJID"].n_unique() == 2000
    share = len(subjects(mh.filter(MHTERM="Hypertension"))) / 2000
    assert share == pytest.approx(0.25, abs=0.04)


def test_hypertension_of_the_past_is_seen_at_screening(tables: dict[str, pl.DataFrame]) -> None:
    had = subjects(tables["MH"].filter(MHTERM="Hypertension"))
    first = tables["VS"].filter(VSTESTCD="SYSBP", VISIT="SCREENING")
    among = pl.col("USUBJID").is_in(list(had))
    difference = first.filter(among)["VSSTRESN"].mean() - first.filter(~among)["VSSTRESN"].mean()  # type: ignore[operator]
    assert difference > 2


def test_without_toxicities_nothing_is_explained_by_them() -> None:
    """A truth without drug events or signs still draws, and its doses are not adjusted."""
    conduct = replace(APATINIB.conduct, reduced=0.0, interrupted=0.0)
    kinds = tuple(replace(kind, any_grade=0.0, severe=0.0) for kind in APATINIB.toxicities)
    measuring = replace(APATINIB.measuring, signs=())
    hazards = replace(APATINIB.hazards, toxicity=0.0, fatal_event=0.0)
    truth = replace(APATINIB, conduct=conduct, toxicities=kinds, measuring=measuring, hazards=hazards)
    ae = draw_trial(small_protocol(), 3, truth, n=200, domains=("AE",)).tables["AE"]
    assert set(ae["AEDECOD"]) <= {"Constipation", "Cough", "Insomnia", "Abdominal pain", "Febrile neutropenia"}
    assert set(ae["AEACN"]) <= {"DOSE NOT CHANGED", "NOT APPLICABLE"}
