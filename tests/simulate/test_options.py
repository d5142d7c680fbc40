"""What a truth can have and the expected ones do not: each setting does what it says, in virtual patients."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.simulate.studies import built_in, exactly_read, followed_long
from topline.simulate import trial as trial_module
from topline.simulate.accrual import draw_arrivals, openings, reached
from topline.simulate.draws import Draws
from topline.simulate.presets import APATINIB, with_prognostic_marker
from topline.simulate.subject import draw_cohorts
from topline.simulate.trial import Trial, draw_trial
from topline.simulate.truth import Conduct, Truth
from topline.simulate.truth_markers import VEGFR2
from topline.simulate.tumour import Kinetics, relative_size, two_phase_size
from topline.study import run_study

STUDY = "nct02976896"
DIGEST = "3e" * 32


def changed(group: str, **values: Any) -> Truth:
    return replace(APATINIB, **{group: replace(getattr(APATINIB, group), **values)})


def drawn(truth: Truth, n: int, *domains: str) -> Trial:
    return draw_trial(built_in(STUDY), 21, truth, n=n, domains=domains)


@cache
def expected(n: int, *domains: str) -> Trial:
    return drawn(APATINIB, n, *domains)


def ratios(truth: Truth, n: int) -> pl.DataFrame:
    """Return targets of lesions read without error: RATIO to the first dose, day D, and the patient's rates."""
    trial = drawn(exactly_read(truth), n, "TR")
    rows = trial.tables["TR"].filter(TRGRPID="TARGET").join(trial.truth, on="USUBJID")
    day = pl.when(pl.col("TRDY") > 0).then(pl.col("TRDY") - 1).otherwise(pl.col("TRDY")).cast(pl.Float64).alias("D")
    base = rows.filter(VISIT="SCREENING").select("USUBJID", "TRLNKID", pl.col("TRSTRESN").alias("B"), day.alias("D0"))
    later = rows.filter(pl.col("VISIT") != "SCREENING").with_columns(day).join(base, on=["USUBJID", "TRLNKID"])
    return later.filter(pl.col("B") > 15.001, pl.col("TRSTRESN").is_between(5, 299))


# Tumours


def test_both_phases_of_the_two_phase_curve() -> None:
    """Stein 2008: all regression where g is 0, all growth where d is 0; least where g exp(g t) = d exp(-d t)."""
    day, zero = np.arange(0.0, 400.0, 0.1), np.array(0.0)
    np.testing.assert_allclose(two_phase_size(day, zero, np.array(0.01)), np.exp(-0.01 * day))
    np.testing.assert_allclose(two_phase_size(day, np.array(0.002), zero), np.exp(0.002 * day))
    before = two_phase_size(np.array([-20.0]), np.array(0.002), np.array(0.01))
    np.testing.assert_allclose(before, np.exp(-0.04))  # before the first dose it only grows
    size = two_phase_size(day, np.array(0.002), np.array(0.01))
    assert day[size.argmin()] == pytest.approx(np.log(0.01 / 0.002) / (0.01 + 0.002), abs=0.06)


def test_lesions_follow_the_two_phase_curve() -> None:
    rows = ratios(changed("growth", model="stein"), 400)
    rates = [rows[name].to_numpy() for name in ("kl_per_day", "kde_per_day")]
    expected_ratio = two_phase_size(rows["D"].to_numpy(), *rates) / two_phase_size(rows["D0"].to_numpy(), *rates)
    assert rows.height > 400
    np.testing.assert_allclose(rows["TRSTRESN"] / rows["B"], expected_ratio, rtol=1e-9)


def test_a_share_of_patients_is_resistant() -> None:
    n, share = 4000, 0.3
    resistant = drawn(changed("growth", resistant=share), n).truth["kde_per_day"] == 0
    assert resistant.mean() == pytest.approx(share, abs=4 * (share * (1 - share) / n) ** 0.5)
    others = drawn(changed("growth", resistant=share), n).truth["kde_per_day"].to_numpy()
    same = expected(n).truth["kde_per_day"].to_numpy()
    np.testing.assert_array_equal(others[~resistant.to_numpy()], same[~resistant.to_numpy()])


def test_after_escape_the_tumour_only_grows() -> None:
    day, rates = np.array([10.0, 50.0, 80.0]), [np.array(each) for each in (0.002, 0.01, 0.02)]
    kinetics = Kinetics("claret", *rates, escape=np.array(50.0))
    at = relative_size(np.array([10.0, 50.0]), *rates)
    np.testing.assert_allclose(kinetics.ratio(day), [*at, at[1] * np.exp(0.002 * 30)])


def test_acquired_resistance_has_its_hazard() -> None:
    """By day t a tumour has escaped with probability 1 - exp(-h t); until then it follows the curve without."""
    rows = ratios(changed("growth", escape=0.005), 3000)
    rates = [rows[name].to_numpy() for name in ("kl_per_day", "kde_per_day", "lam_per_day")]
    day = rows["D"].to_numpy()
    without = relative_size(day, *rates) / relative_size(rows["D0"].to_numpy(), *rates)
    kept = np.isclose(rows["TRSTRESN"].to_numpy() / rows["B"].to_numpy(), without, rtol=1e-6)
    first = rows.with_columns(K=pl.Series(kept)).filter(VISIT="WEEK 8").unique("USUBJID", maintain_order=True)
    n = first.height
    assert n > 1000
    assert first["K"].mean() == pytest.approx(np.exp(-0.005 * first["D"].mean()), abs=4 * 0.5 / n**0.5)  # type: ignore[operator]


def test_late_scans_are_late_and_in_order() -> None:
    share, n = 0.3, 2000
    tables = drawn(changed("reading", late_scan=share, missed_scan=0.0, late_days=10.0), n, "RS").tables["RS"]
    scans = tables.filter(RSTESTCD="OVRLRESP").sort("USUBJID", "VISITNUM")
    after = pl.col("RSDY") - 1 - 56 * (pl.col("VISITNUM") - 1000)
    delay = scans.filter(VISIT="WEEK 8").select(after)["RSDY"].to_numpy()
    late = delay > 7
    assert late.mean() == pytest.approx(share, abs=0.05)  # those who progress or die before are not seen
    assert (delay[late] - 7).mean() == pytest.approx(10.0, abs=1.5)
    assert (scans.select(pl.col("RSDY").diff().over("USUBJID"))["RSDY"].drop_nulls() > 0).all()


# A second reader


@pytest.fixture(scope="module")
def reviewed() -> dict[str, pl.DataFrame]:
    truth = changed("review", done=True, proportional=0.15, additive_mm=2.0, missed_new=0.25)
    truth = replace(truth, reading=replace(truth.reading, step_mm=0.0))
    return drawn(truth, 1500, "DM", "EX", "CM", "DS", "TU", "TR", "RS", "SS").tables


def test_the_reviewer_reads_the_same_scans(reviewed: dict[str, pl.DataFrame]) -> None:
    for name in ("TU", "TR", "RS"):
        assert set(reviewed[name][f"{name}EVAL"]) == {"INVESTIGATOR", "INDEPENDENT ASSESSOR"}
    days = [
        reviewed["RS"].filter(RSEVAL=who, RSTESTCD="OVRLRESP").select("USUBJID", "RSDTC").sort("USUBJID", "RSDTC")
        for who in ("INVESTIGATOR", "INDEPENDENT ASSESSOR")
    ]
    assert days[0].equals(days[1])


def test_readers_err_independently_with_their_own_spread(reviewed: dict[str, pl.DataFrame]) -> None:
    """The SD of the difference of two readings of s mm is sqrt((0.08 s)^2 + 1 + (0.15 s)^2 + 4)."""
    rows = reviewed["TR"].filter(TRGRPID="TARGET").filter(pl.col("TRSTRESN") > 20)
    key = ["USUBJID", "TRLNKID", "VISITNUM"]
    one, two = (rows.filter(TREVAL=who) for who in ("INVESTIGATOR", "INDEPENDENT ASSESSOR"))
    pair = one.join(two, on=key, suffix="_R").filter(pl.col("VISIT") != "SCREENING", pl.col("TRSTRESN") > 30)
    size = ((pair["TRSTRESN"] + pair["TRSTRESN_R"]) / 2).to_numpy()
    spread = np.sqrt((0.08 * size) ** 2 + 1 + (0.15 * size) ** 2 + 4)
    scaled = (pair["TRSTRESN_R"] - pair["TRSTRESN"]).to_numpy() / spread
    assert len(scaled) > 1500
    assert scaled.std() == pytest.approx(1.0, abs=0.07)


def test_a_share_of_new_lesions_is_not_accepted(reviewed: dict[str, pl.DataFrame]) -> None:
    new = reviewed["TU"].filter(TUORRES="NEW")
    seen, accepted = (new.filter(TUEVAL=who).height for who in ("INVESTIGATOR", "INDEPENDENT ASSESSOR"))
    assert accepted / seen == pytest.approx(0.75, abs=4 * (0.75 * 0.25 / seen) ** 0.5)


def test_the_protocol_says_whose_readings_are_analysed(reviewed: dict[str, pl.DataFrame]) -> None:
    plan = built_in(STUDY)
    response = plan.criteria.response.model_copy(update={"assessor": "INDEPENDENT ASSESSOR"})
    other = plan.model_copy(update={"criteria": plan.criteria.model_copy(update={"response": response})})
    few = reviewed["DM"]["USUBJID"].head(60)
    tables = {
        name: frame.filter(pl.col("USUBJID").is_in(few.implode())) for name, frame in reviewed.items() if name != "TS"
    }
    sums = [
        run_study(each, {**tables, "TS": reviewed["TS"]}).adam["ADTR"].filter(PARAMCD="SUMDIAM")["AVAL"]
        for each in (plan, other)
    ]
    assert len(sums[0]) > 60
    assert sums[0].to_list() != sums[1].to_list()


def test_a_review_does_not_depend_on_the_size_of_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = drawn(changed("review", done=True), 60, "TR", "RS")
    monkeypatch.setattr(trial_module, "BLOCK", 16)
    parts = drawn(changed("review", done=True), 60, "TR", "RS")
    assert all(frame.equals(parts.tables[name]) for name, frame in whole.tables.items())


def test_the_investigator_does_not_depend_on_the_reviewer() -> None:
    trial = drawn(changed("review", done=True), 60, "TR", "RS")
    own = trial.tables["RS"].filter(RSEVAL="INVESTIGATOR").drop("RSSEQ")
    assert own.equals(expected(60, "TR", "RS").tables["RS"].drop("RSSEQ"))


# Accrual and screening


def test_sites_open_one_after_the_other() -> None:
    conduct = Conduct(accrual="poisson-gamma", sites=5, startup_months=8.0)
    arrivals = draw_arrivals(conduct, Draws(DIGEST, 1), 300, 40)
    assert (np.diff(arrivals.month, axis=1) >= 0).all()
    assert (arrivals.month >= openings(conduct)[arrivals.site]).all()
    assert set(arrivals.site.ravel()) == set(range(5))


def test_enrolment_goes_faster_as_sites_open() -> None:
    """Two sites of one a month, the second from month 2 on: the expected number is t, then 2 + 2 (t - 2)."""
    month = reached(np.array([[0.5, 2.0, 3.0, 4.0]]), np.array([[1.0, 1.0]]), np.array([0.0, 2.0]))
    assert month.tolist() == [[0.5, 2.0, 2.5, 3.0]]


def test_with_sites_alike_enrolment_is_a_poisson_process() -> None:
    """Gaps are exponential with the stated rate, the time to 40 patients has mean 40 / 3.1."""
    conduct = Conduct(accrual="poisson-gamma", site_shape=1e6, accrual_per_month=3.1)
    month = draw_arrivals(conduct, Draws(DIGEST, 2), 500, 40).month
    gaps = np.diff(month, axis=1).ravel()
    assert stats.kstest(gaps * 3.1, "expon").pvalue > 0.001
    assert month[:, -1].mean() == pytest.approx(40 / 3.1, abs=4 * 40**0.5 / 3.1 / 500**0.5)


def test_gamma_rates_spread_the_sites() -> None:
    """Of n patients the count at a site is Polya: variance n p q (n + a) / (a + 1), a the sum of the shapes."""
    shape, sites, n, trials = 1.5, 4, 40, 3000
    conduct = Conduct(accrual="poisson-gamma", site_shape=shape, sites=sites)
    site = draw_arrivals(conduct, Draws(DIGEST, 3), trials, n).site
    count = (site == 0).sum(axis=1)
    total, p = shape * sites, 1 / sites
    assert count.mean() == pytest.approx(n * p, abs=4 * count.std() / trials**0.5)
    assert count.var() == pytest.approx(n * p * (1 - p) * (n + total) / (total + 1), rel=0.12)


def test_the_number_open_bends_the_curve() -> None:
    """With equal sites opening evenly over T the expected number enrolled by T is about half of rate * T."""
    conduct = Conduct(accrual="poisson-gamma", sites=50, startup_months=10.0, site_shape=1e6, accrual_per_month=10.0)
    month = draw_arrivals(conduct, Draws(DIGEST, 4), 400, 200).month
    enrolled = (month <= 10.0).sum(axis=1)
    assert enrolled.mean() == pytest.approx(50.0, rel=0.03)


def test_the_first_trials_do_not_depend_on_how_many_follow() -> None:
    plan, conduct = built_in(STUDY), Conduct(accrual="poisson-gamma", startup_months=6.0)
    few, many = (draw_cohorts(plan, conduct, Draws(DIGEST, 5), trials) for trials in (3, 9))
    np.testing.assert_array_equal(few.zero, many.zero[: len(few.zero)])
    np.testing.assert_array_equal(few.cutoff, many.cutoff[: len(few.zero)])


def test_the_cutoff_follows_the_last_patient() -> None:
    truth = changed("conduct", accrual="poisson-gamma", startup_months=6.0)
    tables = drawn(truth, 43, "DM").tables
    last = tables["DM"]["RFSTDTC"].str.to_date().max()
    cut = tables["TS"].filter(TSPARMCD="DCUTDTC")["TSVAL"].str.to_date()[0]
    assert 0 <= (cut - last).days - 183 + 4 <= 8  # six months after the last enrolment, which is up to 4 days earlier


def test_screen_failures_are_on_record_and_not_analysed() -> None:
    share, domains = 0.4, ("DM", "EX", "CM", "DS", "TU", "TR", "RS", "SS")
    trial = drawn(changed("conduct", screen_failures=share), 400, *domains)
    failed = trial.tables["DM"].filter(ARMNRS="SCREEN FAILURE")
    n = failed.height
    assert n / (n + 400) == pytest.approx(share, abs=4 * (share * (1 - share) / (n + 400)) ** 0.5)
    assert trial.tables["DS"].filter(DSDECOD="SCREEN FAILURE").height == n
    assert failed["RFSTDTC"].null_count() == n
    run, plain = (run_study(built_in(STUDY), each.tables) for each in (trial, expected(400, *domains)))
    chosen = pl.col("RESULTID").str.contains(r"^(DCR6M|ORR|PFS|OS|DESIGN)")
    kept = ["RESULTID", "VALUE", "VALUEC"]
    assert run.results.filter(chosen).select(kept).equals(plain.results.filter(chosen).select(kept))


# Events, answers, markers


def test_events_come_again() -> None:
    """An event that is over comes again with the stated probability, if treatment lasts long enough."""
    truth = changed("occurrence", recurrence=0.5, onset_days=1.0, duration_days=2.0)
    truth = replace(truth, hazards=replace(truth.hazards, toxicity=0.0, decline=0.0))
    cough = drawn(truth, 1500, "AE").tables["AE"].filter(AEDECOD="Cough").filter(pl.col("AESTDY") > 0)
    times = cough.group_by("USUBJID").len()["len"]
    again = (times >= 2).mean()
    assert len(times) > 150
    assert again == pytest.approx(0.5, abs=4 * 0.5 / len(times) ** 0.5)
    assert times.max() <= 7  # type: ignore[operator]


def test_recurrence_is_off_by_default() -> None:
    cough = expected(1500, "AE").tables["AE"].filter(AEDECOD="Cough").filter(pl.col("AETOXGR") != "1")
    assert cough.group_by("USUBJID").len()["len"].max() == 1


def test_a_reduced_dose_prevents_events() -> None:
    """With exponent 50 next to no drug event begins after the reduction; those before stay as they were."""
    base = changed("conduct", reduced=0.9, interrupted=0.0)
    base = replace(base, occurrence=replace(base.occurrence, onset_days=60.0))
    spared = replace(base, occurrence=replace(base.occurrence, dose_effect=50.0))
    with_drug = ("Decreased appetite", "Epistaxis", "Hypothyroidism")
    tables = [drawn(each, 1200, "AE", "EX").tables for each in (base, spared)]
    first = tables[0]["EX"].filter(pl.col("EXDOSE") < 500).group_by("USUBJID").agg(pl.col("EXSTDTC").min().alias("LOW"))
    counts = []
    for each in tables:
        own = each["AE"].filter(pl.col("AEDECOD").is_in(with_drug), AEACN="DOSE NOT CHANGED").join(first, on="USUBJID")
        counts.append(
            [
                own.filter(pl.col("AESTDTC") > pl.col("LOW")).height,
                own.filter(pl.col("AESTDTC") <= pl.col("LOW")).height,
            ]
        )
    assert counts[0][0] > 60
    assert counts[1][0] < 0.1 * counts[0][0]
    assert counts[1][1] > 0.9 * counts[0][1]


def test_missing_forms_follow_performance() -> None:
    """The log odds ratio of a missing form per point of ECOG is recovered from the counts of ECOG 0 and 2."""
    truth = changed("answers", missing_form=0.3, missing_last=0.3, missing_ecog=0.8)
    qs = drawn(truth, 700, "QS").tables["QS"]
    ecog = qs.filter(QSTESTCD="ECOG101").select("USUBJID", pl.col("QSSTRESN").alias("ECOG"))
    forms = (
        qs.filter(QSCAT="EORTC QLQ-C30 V3.0").group_by("USUBJID", "VISIT").agg((pl.col("QSTESTCD") == "QSALL").any())
    )
    table = (
        forms.join(ecog, on="USUBJID").group_by("ECOG").agg(pl.col("QSTESTCD").sum().alias("M"), pl.len().alias("N"))
    )
    (m0, n0), (m2, n2) = (table.filter(ECOG=level).select("M", "N").row(0) for level in (0, 2))
    ratio = np.log(m2 / (n2 - m2)) - np.log(m0 / (n0 - m0))
    error = (1 / m2 + 1 / (n2 - m2) + 1 / m0 + 1 / (n0 - m0)) ** 0.5
    assert ratio / 2 == pytest.approx(0.8, abs=4 * error / 2)


def test_a_marker_can_be_prognostic_of_survival() -> None:
    """It follows death at the same tumour, and tumours and deaths are the same as without it."""
    truth = followed_long(with_prognostic_marker(APATINIB, correlation=0.8, of="death"))
    trial, plain = drawn(truth, 3000, "MI"), drawn(followed_long(APATINIB), 3000, "MI")
    assert trial.truth.equals(plain.truth)
    value = trial.tables["MI"].filter(MITESTCD="VEGFR2").select("USUBJID", "MISTRESN").drop_nulls()
    pair = value.join(trial.truth, on="USUBJID").filter(pl.col("death_day").is_not_null())
    assert pair.height > 2000
    assert stats.spearmanr(pair["MISTRESN"], -pair["death_day"]).statistic > 0.6
    assert abs(stats.spearmanr(pair["MISTRESN"], pair["kde_per_day"]).statistic) < 4 / pair.height**0.5


def test_a_marker_can_be_prognostic_of_growth() -> None:
    """The correlation of the logarithms is the stated one."""
    truth = with_prognostic_marker(replace(APATINIB, markers=(replace(VEGFR2, highest=1e9),)), correlation=0.6)
    trial = drawn(truth, 3000, "MI")
    value = trial.tables["MI"].select("USUBJID", "MISTRESN").drop_nulls().join(trial.truth, on="USUBJID")
    found = np.corrcoef(np.log(value["MISTRESN"]), np.log(value["kl_per_day"]))[0, 1]
    assert found == pytest.approx(0.6, abs=4 * (1 - 0.36) / value.height**0.5 + 0.01)


def test_a_predictive_marker_with_resistant_tumours() -> None:
    truth = with_prognostic_marker(changed("growth", resistant=0.5), correlation=0.8, of="kde")
    value = drawn(truth, 500, "MI").tables["MI"].filter(MITESTCD="VEGFR2")["MISTRESN"].drop_nulls()
    assert value.is_finite().all()
    assert value.min() > 0  # type: ignore[operator]
