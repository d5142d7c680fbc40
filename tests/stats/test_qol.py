"""Analyses of quality of life on a trial of many forms: numbers against plain recomputation, and their rows."""

import random
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.adam.questionnaires import Form, asking, derived, subjects
from topline.adam.qol import qol_settings
from topline.adam.qol_times import append_times, derive_times
from topline.stats import qol_model
from topline.stats.analysis import Analysis, Outcome, run_analyses, select_rows
from topline.stats.methods import METHODS
from topline.stats.qol import plan_qol, t_interval
from topline.stats.qol_catalogue import QOL_ANALYSES, QOL_STATISTICS
from topline.tables.adam import ADTTE

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "qol.toml"
PROTOCOL = asking()
KEYS = ["STUDYID", "USUBJID", "ASEQ"]
VISITS = (1, 29, 57, 85)


def forms(arms: int = 1) -> list[Form]:
    """Return the forms of 30 subjects who get worse and drop out; a tenth of the items and of the forms lack."""
    chance = random.Random(8)
    found = []
    for number in range(30):
        frail = chance.gauss(0, 0.8) + 0.4 * (number % arms)
        for place, day in enumerate(VISITS[: chance.choice([1, 3, 4, 4, 4])]):
            level = 1.6 + frail + 0.3 * place
            answers = {item: min(4, max(1, round(chance.gauss(level, 0.6)))) for item in range(1, 29)}
            answers |= {item: min(7, max(1, round(8 - chance.gauss(level, 0.6) * 1.6))) for item in (29, 30)}
            kept = {item: answer for item, answer in answers.items() if chance.random() > 0.1}
            if place == 0 or chance.random() > 0.1:
                found.append(Form(f"{number:02}", day + chance.randint(0, 3) * (place > 0), kept))
    return found


@pytest.fixture(scope="module")
def trial() -> dict[str, pl.DataFrame]:
    """Return ADSL, ADQS and ADTTE of the trial, with the flags that analyses need."""
    return datasets(1)


def datasets(arms: int) -> dict[str, pl.DataFrame]:
    ids = [f"{number:02}" for number in range(31)]
    adsl = subjects(ids, 100, EOTDT={"03": 40, "04": 60}, DTHDT={"05": 90}, LSTALVDT=dict.fromkeys(ids, 100))
    adsl = adsl.with_columns(
        pl.when(pl.col("USUBJID").cast(pl.Int64) % arms == 1).then(pl.lit("B")).otherwise(pl.lit("A")).alias("TRT01P")
    )
    chosen = qol_settings(PROTOCOL)
    adqs, _ = derived(forms(arms), adsl, chosen)
    adtte = append_times(ADTTE.empty(), derive_times(adqs, adsl, chosen))
    core = adsl.select("STUDYID", "USUBJID", "TRT01P", "FASFL")
    join = {"on": ["STUDYID", "USUBJID"], "how": "left", "maintain_order": "left"}
    return {"ADSL": adsl, "ADQS": adqs.join(core, **join), "ADTTE": adtte.join(core, **join)}  # type: ignore[arg-type]


def plans(data: dict[str, pl.DataFrame], *curves: str) -> list[Analysis]:
    return plan_qol(PROTOCOL, data["ADQS"], data["ADTTE"], curves)


def run(data: dict[str, pl.DataFrame], *only: str) -> Outcome:
    chosen = [each for each in plans(data, "C30PF") if not only or each.id in only]
    return run_analyses(chosen, data, METHODS, virtual=True)


def numbers(outcome: Outcome, analysis: str, group: str = "all") -> dict[str, Any]:
    rows = outcome.results.filter((pl.col("ANALYSIS") == analysis) & (pl.col("GROUP") == group))
    name = pl.concat_str("STATISTIC", pl.format("@{}", pl.col("AT").cast(pl.Int64)), ignore_nulls=True)
    return dict(
        rows.select(
            name, pl.when(pl.col("VALUE").is_null()).then("VALUEC").otherwise(pl.col("VALUE").cast(pl.String))
        ).iter_rows()
    )


def number(outcome: Outcome, analysis: str, statistic: str) -> float:
    return float(numbers(outcome, analysis)[statistic])


def test_completion_counts_forms_that_were_due(trial: dict[str, pl.DataFrame]) -> None:
    """31 subjects, one of whom never returned a form; subject 03 stopped on day 40, before the form of day 57."""
    outcome = run(trial, "C30FORM.BL", "C30FORM.C3", "C30FORM.C3.available", "C30FORM.C3.items")
    assert (number(outcome, "C30FORM.BL", "n"), number(outcome, "C30FORM.BL", "N")) == (30, 31)
    assert number(outcome, "C30FORM.C3", "N") == 30
    assert number(outcome, "C30FORM.C3.available", "N") == 31
    returned = {form.usubjid for form in forms() if 57 <= form.day <= 60}
    assert number(outcome, "C30FORM.C3.available", "n") == len(returned)
    assert number(outcome, "C30FORM.C3", "n") == len(returned - {"03"})
    answered = [len(form.answers) for form in forms() if 57 <= form.day <= 60]
    assert number(outcome, "C30FORM.C3.items", "mean") == pytest.approx(np.mean(answered))


def test_mean_change_is_that_of_those_who_answered(trial: dict[str, pl.DataFrame]) -> None:
    outcome = run(trial, "C30FA.C2", "C30FA.BL")
    rows = trial["ADQS"].filter((pl.col("PARAMCD") == "C30FA") & (pl.col("ANL01FL") == "Y"))
    wide = rows.pivot("AVISITN", index="USUBJID", values="AVAL").drop_nulls(["0.0", "2.0"])
    change = (wide["2.0"] - wide["0.0"]).to_numpy()
    low, high = stats.t.interval(0.95, len(change) - 1, change.mean(), stats.sem(change))
    found = {name: float(text) for name, text in numbers(outcome, "C30FA.C2").items()}
    expected = {"n": len(change), "mean": change.mean(), "sd": change.std(ddof=1), "lower": low, "upper": high}
    assert found == pytest.approx(expected)


def test_forms_after_the_end_are_not_analysed(trial: dict[str, pl.DataFrame]) -> None:
    """Subject 03 stopped on day 40 and returned a form on day 57 or later, more than 7 days after."""
    rows = trial["ADQS"].filter((pl.col("PARAMCD") == "C30PF") & (pl.col("AVISITN") == 3) & pl.col("CHG").is_not_null())
    assert "03" in rows["USUBJID"].to_list()
    assert number(run(trial, "C30PF.C3"), "C30PF.C3", "n") == rows.height - 1


def test_rates_of_better_and_worse(trial: dict[str, pl.DataFrame]) -> None:
    outcome = run(trial, "C30QL.C2", "C30QL.C2.better", "C30QL.C2.worse")
    rows = trial["ADQS"].filter((pl.col("PARAMCD") == "C30QL") & (pl.col("AVISITN") == 2) & pl.col("CHG").is_not_null())
    assert number(outcome, "C30QL.C2.worse", "N") == rows.height
    assert number(outcome, "C30QL.C2.worse", "n") == (rows["CHG"] <= -10).sum()
    assert number(outcome, "C30QL.C2.better", "n") == (rows["CHG"] >= 10).sum()
    assert 0 < number(outcome, "C30QL.C2.worse", "n") < rows.height


def test_mixed_model_at_whole_data_is_the_mean_change(trial: dict[str, pl.DataFrame]) -> None:
    """With one visit the model is a regression on the baseline: at the mean baseline it gives the mean change."""
    early = {**trial, "ADQS": trial["ADQS"].filter(pl.col("AVISITN") <= 2)}
    outcome = run(early, "C30PF.mixed", "C30PF.C2")
    assert number(outcome, "C30PF.mixed", "mean@2") == pytest.approx(number(outcome, "C30PF.C2", "mean"))
    rows = early["ADQS"].filter((pl.col("PARAMCD") == "C30PF") & pl.col("CHG").is_not_null())
    fit = stats.linregress(rows["BASE"].to_numpy(), rows["CHG"].to_numpy())
    residual = rows["CHG"].to_numpy() - fit.intercept - fit.slope * rows["BASE"].to_numpy()
    error = np.sqrt((residual**2).sum() / (rows.height - 2) / rows.height)
    assert number(outcome, "C30PF.mixed", "se@2") == pytest.approx(error)
    assert number(outcome, "C30PF.mixed", "df@2") == pytest.approx(rows.height - 2)


def test_mixed_model_uses_every_visit(trial: dict[str, pl.DataFrame]) -> None:
    outcome = run(trial, "C30PF.mixed")
    found = numbers(outcome, "C30PF.mixed")
    assert found["covariance"] == "unstructured"
    assert {name.split("@")[1] for name in found if "@" in name} == {"2", "3", "4"}
    assert float(found["lower@4"]) < float(found["mean@4"]) < float(found["upper@4"])
    assert outcome.results["RESULTID"].is_unique().all()


def test_scores_that_never_vary_have_no_model() -> None:
    whole = {"STUDYID": "S", "ASEQ": 1, "AVISITN": 2.0, "AVISIT": "Cycle 2", "PARCAT1": "Q", "PARAMCD": "C30FI"}
    flags = {"ANL01FL": "Y", "ANL02FL": "Y", "FASFL": "Y", "ABLFL": None, "CRIT1FL": "N", "CRIT2FL": "N"}
    scores = {"PARAMTYP": "SCALE", "CHG": 0.0, "BASE": 0.0, "AVAL": 0.0}
    rows = pl.DataFrame({"USUBJID": list("abcdefghijkl"), **whole, **flags, **scores})
    outcome = run({"ADQS": rows, "ADTTE": ADTTE.empty(), "ADSL": rows})
    assert numbers(outcome, "C30FI.mixed")["covariance"].startswith("NE: the values lie exactly")
    assert outcome.findings.is_empty()


def test_arms_are_compared_where_there_are_several() -> None:
    data = datasets(2)
    outcome = run(data, "C30PF.mixed", "C30PF.difference")
    assert {"all", "A", "B"} == set(outcome.results.filter(ANALYSIS="C30PF.mixed")["GROUP"])
    found = numbers(outcome, "C30PF.difference")
    lower, middle, upper = (float(found[f"{part}: B against A@2"]) for part in ("lower", "difference", "upper"))
    assert lower < middle < upper
    lone = run(
        {**data, "ADSL": data["ADSL"].filter(TRT01P="A"), "ADQS": data["ADQS"].filter(TRT01P="A")}, "C30PF.difference"
    )
    assert lone.results.is_empty()


def test_a_visit_without_change_in_an_arm_is_not_estimable_and_says_why() -> None:
    data = datasets(2)
    late = (pl.col("TRT01P") == "B") & (pl.col("AVISITN") == 3)
    outcome = run({**data, "ADQS": data["ADQS"].filter(~late)}, "C30PF.difference")
    found = numbers(outcome, "C30PF.difference")
    assert found["difference: B against A@3"] == "NE: no change of B at this visit"
    parts = ("lower", "upper", "se", "df", "p")
    assert {found[f"{part}: B against A@3"] for part in parts} == {"NE"}
    assert all(float(found[f"{part}: B against A@4"]) for part in parts)
    assert found["covariance"] == "unstructured"


def test_who_has_no_arm_is_in_no_difference() -> None:
    data = datasets(2)
    gone = pl.col("USUBJID") == "04"
    nobody = pl.when(gone).then(None).otherwise("TRT01P").alias("TRT01P")
    unknown, without = data["ADQS"].with_columns(nobody), data["ADQS"].filter(~gone)
    assert without.filter(pl.col("CHG").is_not_null()).height < data["ADQS"].filter(pl.col("CHG").is_not_null()).height
    pair = [numbers(run({**data, "ADQS": rows}, "C30PF.difference"), "C30PF.difference") for rows in (unknown, without)]
    assert pair[0] == pair[1]


def test_a_visit_that_the_model_cannot_give_is_not_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("contrast: the combination has no variance that these data determine")

    data = datasets(1)
    monkeypatch.setattr(qol_model, "contrast", refuse)
    found = numbers(run(data, "C30PF.mixed"), "C30PF.mixed")
    assert found["mean@2"] == "NE: the combination has no variance that these data determine"
    assert {found[f"{part}@2"] for part in ("lower", "upper", "se", "df", "p")} == {"NE"}


def test_missing_forms_and_missing_items_are_counted_apart(trial: dict[str, pl.DataFrame]) -> None:
    outcome = run(trial, "C30FORM.C3", "C30FORM.C3.missing", "C30FORM.C3.incomplete")
    due, back = number(outcome, "C30FORM.C3", "N"), number(outcome, "C30FORM.C3", "n")
    assert (number(outcome, "C30FORM.C3.missing", "n"), number(outcome, "C30FORM.C3.missing", "N")) == (due - back, due)
    gaps = [len(form.answers) < 30 for form in forms() if 57 <= form.day <= 60]
    assert number(outcome, "C30FORM.C3.incomplete", "n") == sum(gaps) > 0
    assert number(outcome, "C30FORM.C3.incomplete", "N") == len(gaps)


def test_scales_of_a_questionnaire_have_the_same_visits(trial: dict[str, pl.DataFrame]) -> None:
    """Eight subjects answered one scale only at cycle 4; its model ends there with the others', or before with them."""
    rows = trial["ADQS"]
    at = (pl.col("AVISITN") == 4) & (pl.col("PARAMCD") == "C30FI")
    few = rows.filter(~at | pl.col("USUBJID").cast(pl.Int64).is_in(range(8)))
    models = [each for each in plans({**trial, "ADQS": few}) if each.method == "mixed-model"]
    assert len(models) == 16
    assert {each.where.split("AVISITN <= ")[1].split()[0] for each in models} == {"4"}
    early = rows.filter((pl.col("AVISITN") < 4) | (pl.col("USUBJID").cast(pl.Int64) < 9))
    models = [each for each in plans({**trial, "ADQS": early}) if each.method == "mixed-model"]
    assert {each.where.split("AVISITN <= ")[1].split()[0] for each in models} == {"3"}
    shown = {each.level for each in plans({**trial, "ADQS": early}) if each.method == "mean-change"}
    assert shown == {"Cycle 2", "Cycle 3", "Cycle 4"}


def test_deaths_are_told_apart_where_they_are_events(trial: dict[str, pl.DataFrame]) -> None:
    times = trial["ADTTE"]
    code = times.filter(EVNTDESC="Death")["PARAMCD"][0]
    assert code.startswith("DD")
    outcome = run(trial, code, f"{code}.deaths")
    rows = times.filter(PARAMCD=code, CNSR=0)
    assert number(outcome, f"{code}.deaths", "N") == number(outcome, code, "events") == rows.height
    assert number(outcome, f"{code}.deaths", "n") == rows.filter(EVNTDESC="Death").height > 0
    assert not any(each.id.startswith("TD") and each.id.endswith(".deaths") for each in plans(trial))


def test_times_to_deterioration_by_kaplan_meier(trial: dict[str, pl.DataFrame]) -> None:
    outcome = run(trial, "TDC30PF", "DDC30PF", "TDC30PF.curve")
    rows = trial["ADTTE"].filter(PARAMCD="TDC30PF")
    assert number(outcome, "TDC30PF", "N") == 31
    assert number(outcome, "TDC30PF", "events") == (rows["CNSR"] == 0).sum() > 5
    assert number(outcome, "DDC30PF", "events") >= 1
    assert "survival@0" in numbers(outcome, "TDC30PF.curve")
    assert not any(each.id == "TDC30EF.curve" for each in plans(trial, "C30PF"))


def test_ids_of_analyses_are_unique_and_in_the_manual(trial: dict[str, pl.DataFrame]) -> None:
    ids = [each.id for each in plans(trial, "C30PF")]
    assert len(ids) == len(set(ids)) > 200
    known = {method for _, _, _, methods in QOL_ANALYSES for method in methods}
    assert {each.method for each in plans(trial, "C30PF")} <= known
    outcome = run(trial, "C30PF.mixed", "C30PF.C2", "C30PF.BL")
    for method in ("mixed-model", "mean-change", "mean-score"):
        listed = {name for name, _, _ in QOL_STATISTICS[method]}
        assert set(outcome.results.filter(METHOD=method)["STATISTIC"]) <= listed


def test_a_row_of_the_set_matters_and_no_other_does(trial: dict[str, pl.DataFrame]) -> None:
    chance = random.Random(5)
    chosen = chance.sample(plans(trial, "C30PF"), 24)
    for analysis in chosen:
        before = values(analysis, trial)
        frame = trial[analysis.dataset]
        inside = select_rows(frame, analysis.where).select(KEYS)
        assert inside.height > 0
        outside = frame.select(KEYS).join(inside, on=KEYS, how="anti")
        for rows, same in ((inside, False), (outside, True)):
            row = chance.choice(rows.rows(named=True))
            gone = pl.all_horizontal(pl.col(key) == row[key] for key in KEYS)
            assert (values(analysis, {**trial, analysis.dataset: frame.filter(~gone)}) == before) is same, (
                analysis.id,
                row,
            )


def values(analysis: Analysis, data: dict[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    outcome = run_analyses([analysis], data, METHODS, virtual=True)
    return outcome.results.select("RESULTID", "VALUE", "VALUEC", "NRECS", "NNUM").rows()


def test_golden_t_interval() -> None:
    (case,) = (each for each in tomllib.loads(GOLDEN.read_text("utf-8"))["case"] if each["call"] == "qol.t_interval")
    found = t_interval(np.array(case["args"]["values"]), case["args"]["confidence"])
    expected = [case["expected"][name] for name in ("mean", "sd", "lower", "upper")]
    np.testing.assert_allclose(found, expected, rtol=0, atol=case["tolerance"])


def test_t_interval_of_one_value_has_no_limits() -> None:
    found = t_interval(np.array([5.0]), 0.9)
    assert found[0] == 5
    assert np.isnan(found[1:]).all()
