"""Questionnaires: their codes and visits, what answers depend on, what is missing, and that the analysis reads them."""

from dataclasses import replace

import polars as pl
import pytest

from tests.simulate.studies import built_in
from topline.adam.asked import ask
from topline.adam.instrument import built_in as instrument
from topline.adam.qol_answers import derive_forms
from topline.protocol.model import Protocol
from topline.simulate.presets import APATINIB
from topline.simulate.trial import Trial, draw_trial
from topline.simulate.truth import Truth
from topline.tables.sdtm import SDTM

C30, OES18 = "EORTC QLQ-C30 V3.0", "EORTC QLQ-OES18"


def drawn(truth: Truth = APATINIB, n: int = 600, every: int = 1) -> Trial:
    return draw_trial(every_cycles(every), 6, truth, n=n, domains=("DM", "AE", "QS", "SV"))


def every_cycles(count: int) -> Protocol:
    plan = built_in("nct02976896")
    schedule = plan.schedule.model_copy(update={"questionnaire_cycles": count})
    return plan.model_copy(update={"schedule": schedule})


def answering(**changes: float) -> Truth:
    return replace(APATINIB, answers=replace(APATINIB.answers, **changes))


@pytest.fixture(scope="module")
def trial() -> Trial:
    return drawn(n=1000)


@pytest.fixture(scope="module")
def qs(trial: Trial) -> pl.DataFrame:
    return trial.tables["QS"]


def items(qs: pl.DataFrame) -> pl.DataFrame:
    return qs.filter(pl.col("QSTESTCD").str.contains(r"^(EOR01|OES18)"))


def mean_of(qs: pl.DataFrame, *codes: str) -> float:
    value = qs.filter(pl.col("QSTESTCD").is_in(codes))["QSSTRESN"].mean()
    assert isinstance(value, float)
    return value


def test_every_item_has_its_code_and_its_range(qs: pl.DataFrame) -> None:
    ranges = items(qs).group_by("QSCAT", "QSTESTCD").agg(pl.min("QSSTRESN").alias("L"), pl.max("QSSTRESN").alias("H"))
    expected = {(C30, f"EOR01{number:02d}", 1.0, 7.0 if number > 28 else 4.0) for number in range(1, 31)}
    expected |= {(OES18, f"OES18{number}", 1.0, 4.0) for number in range(31, 49)}
    assert set(ranges.rows()) == expected


def test_items_have_numbers_and_no_wording(qs: pl.DataFrame) -> None:
    assert items(qs)["QSTEST"].str.contains(r"^EORTC QLQ-(C30|OES18) Item \d+$").all()
    assert (items(qs)["QSSTRESC"].cast(pl.Float64) == items(qs)["QSSTRESN"]).all()


def test_only_the_questionnaires_of_the_protocol_are_asked() -> None:
    plan = built_in("nct07142421")
    asked = draw_trial(plan, 6, n=20, domains=("QS",)).tables["QS"]["QSCAT"].unique().to_list()
    assert asked == ["ECOG"] if not plan.criteria.questionnaires else len(asked) > 1


def test_forms_are_due_before_treatment_at_cycles_and_at_the_end(trial: Trial, qs: pl.DataFrame) -> None:
    visits = trial.tables["SV"].filter(pl.col("VISIT").str.contains(r"^(SCREENING|CYCLE \d+|END OF TREATMENT)$"))
    expected = visits.filter(pl.col("VISIT") != "CYCLE 1")
    forms = qs.filter(QSCAT=C30).select("USUBJID", "VISIT").unique()
    assert forms.join(expected, on=["USUBJID", "VISIT"], how="anti").is_empty()
    lacking = expected.join(forms, on=["USUBJID", "VISIT"], how="anti")
    assert lacking.height < 0.02 * expected.height  # the end of treatment on the day of a cycle is one visit
    assert set(lacking["VISIT"]) <= {"END OF TREATMENT"}


def test_forms_every_second_cycle() -> None:
    visits = drawn(n=60, every=2).tables["QS"].filter(QSCAT=OES18)["VISIT"].unique()
    assert {"SCREENING", "CYCLE 3", "CYCLE 5", "END OF TREATMENT"} <= set(visits)
    assert not {"CYCLE 2", "CYCLE 4", "CYCLE 6"} & set(visits)


def test_missing_forms_and_items_are_as_frequent_as_stated(qs: pl.DataFrame) -> None:
    forms = qs.filter(QSCAT=C30).group_by("USUBJID", "VISIT").agg((pl.col("QSTESTCD") == "QSALL").any().alias("M"))
    last = pl.col("VISIT") == "END OF TREATMENT"
    assert forms.filter(~last)["M"].mean() == pytest.approx(0.10, abs=0.02)
    assert forms.filter(last)["M"].mean() == pytest.approx(0.35, abs=0.06)
    missing = items(qs)["QSSTAT"].is_not_null()
    assert missing.mean() == pytest.approx(0.015, abs=0.002)
    assert items(qs).filter(missing)["QSSTRESN"].null_count() == missing.sum()


def test_a_form_is_filled_in_or_not(qs: pl.DataFrame) -> None:
    rows = qs.filter(pl.col("QSCAT") != "ECOG").group_by("USUBJID", "VISIT", "QSCAT").agg(pl.len())
    assert set(rows["len"]) == {1, 30, 18}


def test_the_analysis_reads_every_answer(qs: pl.DataFrame) -> None:
    whole = SDTM["QS"]
    absent = [pl.lit(None, v.dtype).alias(v.name) for v in whole.variables if v.name not in qs.columns]
    for name, count in (("EORTC QLQ-C30", 30), ("EORTC QLQ-OES18", 18)):
        known = instrument(name)
        assert known is not None
        forms = derive_forms(qs.with_columns(absent), ask(known))
        assert forms.findings.to_dicts() == []
        received = forms.forms["RECEIVED"]
        assert received.mean() == pytest.approx(0.86, abs=0.05)
        assert forms.answers[received.to_numpy()].shape[1] == count


def test_more_trouble_with_worse_performance(trial: Trial, qs: pl.DataFrame) -> None:
    ecog = qs.filter(QSTESTCD="ECOG101").select("USUBJID", pl.col("QSSTRESN").alias("ECOG"))
    first = items(qs).filter(pl.col("QSSTRESN").is_not_null(), pl.col("QSTESTCD") < "EOR0129", VISIT="SCREENING")
    first = first.join(ecog, on="USUBJID")
    means = first.group_by("ECOG").agg(pl.col("QSSTRESN").mean()).sort("ECOG")["QSSTRESN"].to_list()
    assert means[0] + 0.1 < means[1] < means[2] - 0.1


def test_more_trouble_where_the_tumour_grew(trial: Trial, qs: pl.DataFrame) -> None:
    """Of the items on eating (36 to 39): patients with the faster half of growth rates change more."""
    rows = qs.filter(pl.col("QSTESTCD").is_in([f"OES18{number}" for number in range(36, 40)]))
    score = rows.group_by("USUBJID", "VISIT").agg(pl.col("QSSTRESN").mean())
    wide = score.filter(pl.col("VISIT").is_in(["SCREENING", "CYCLE 5"])).pivot("VISIT", index="USUBJID").drop_nulls()
    change = wide.with_columns((pl.col("CYCLE 5") - pl.col("SCREENING")).alias("CHANGE")).join(
        trial.truth, on="USUBJID"
    )
    fast = pl.col("kl_per_day") > change["kl_per_day"].median()
    slow_mean, fast_mean = (change.filter(where)["CHANGE"].mean() for where in (~fast, fast))
    assert fast_mean > slow_mean + 0.05  # type: ignore[operator]


def test_more_diarrhoea_answered_during_diarrhoea(trial: Trial, qs: pl.DataFrame) -> None:
    events = trial.tables["AE"].filter(AEDECOD="Diarrhoea").select("USUBJID", "AESTDTC", "AEENDTC")
    answers = qs.filter(QSTESTCD="EOR0117").drop_nulls("QSSTRESN")
    pair = answers.join(events, on="USUBJID")
    during = pair.filter(pl.col("QSDTC").is_between(pl.col("AESTDTC"), pl.col("AEENDTC").fill_null("9999")))
    assert during.height > 30
    assert during["QSSTRESN"].mean() > answers["QSSTRESN"].mean() + 0.4  # type: ignore[operator]


def test_good_answers_run_the_other_way(trial: Trial, qs: pl.DataFrame) -> None:
    """Item 30 rises as trouble falls; item 12 rises with it; item 31 of OES18 asks for an ability."""
    wide = items(qs).pivot("QSTESTCD", index=["USUBJID", "VISIT"], values="QSSTRESN")
    pairs = (("EOR0112", "EOR0130", -1), ("EOR0112", "EOR0118", 1), ("OES1831", "OES1836", -1))
    for one, other, sign in pairs:
        assert wide.select(pl.corr(one, other)).item() * sign > 0.08, (one, other)


def test_missing_not_at_random_hides_trouble() -> None:
    """The answers themselves are the same; those of patients in trouble are missing more often."""
    alike, hidden = (
        drawn(answering(missing_form=0.3, missing_trouble=odds), n=500).tables["QS"] for odds in (0.0, 3.0)
    )
    both = items(alike).join(items(hidden), on=["USUBJID", "VISIT", "QSTESTCD"], suffix="_B")
    assert both.filter(pl.col("QSSTRESN") != pl.col("QSSTRESN_B")).is_empty()
    assert mean_of(hidden, "EOR0129", "EOR0130") > mean_of(alike, "EOR0129", "EOR0130") + 0.1
