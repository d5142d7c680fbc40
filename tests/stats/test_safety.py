"""The numbers of safety: of treated subjects, by worst grade, per patient-years, over time, with their rows."""

import random
from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.adam.safety_cases import dosing, event, safety, subject, table, tables, trial
from tests.conftest import STUDIES, virtual_run
from tests.twin import incidence as slow
from topline.adam.onset import KINDS
from topline.adam.safety_tables import derive_safety
from topline.protocol.monitoring import ToxicityMonitoring
from topline.stats import occurrence
from topline.stats.analysis import Analysis, Outcome, Selection, run_analyses, select_rows
from topline.stats.methods import METHODS
from topline.stats.safety import common_terms, plan_safety, serious_events
from topline.stats.safety_methods import SAFETY_METHODS
from topline.study import Run

KEYS = ["STUDYID", "USUBJID", "ASEQ"]
RULE = ToxicityMonitoring(acceptable_rate=0.3, window_days=56)
Adam = dict[str, pl.DataFrame]


def with_flags(adsl: pl.DataFrame, made: Adam, flags: list[str]) -> Adam:
    """Return the datasets with treatment and analysis sets, as the pipeline gives them."""
    core = adsl.select("STUDYID", "USUBJID", "TRT01P", "TRT01A", *flags)
    joined = {name: frame.join(core, on=KEYS[:2], how="left", maintain_order="left") for name, frame in made.items()}
    return {"ADSL": adsl, **joined}


def trial_of_ten() -> Adam:
    """Return a trial of ten treated patients: 1 to 4 with nausea (1 of grade 3), 4 with two, 5 with a serious rash."""
    number = [str(i) for i in range(1, 11)]
    events = [
        event("Nausea", "2024-03-20", "2024-03-25", grade, USUBJID=i) for i, grade in zip("1234", "1123", strict=True)
    ]
    events += [
        event("Nausea", "2024-05-01", None, "2", USUBJID="4"),
        event("Headache", "2024-02-01", None, "3", USUBJID="6"),
    ]
    events += [
        event(
            "Rash",
            "2024-04-01",
            None,
            "4",
            USUBJID="5",
            AESER="Y",
            AEREL="NOT RELATED",
            AEBODSYS="SKIN",
            AEACN="DRUG WITHDRAWN",
        )
    ]
    data = tables(events, [subject(i) for i in number], [dosing("2024-03-11", "2024-06-10", i) for i in number])
    data["SV"] = table("SV", [{"USUBJID": i, "VISITNUM": 9.0, "SVSTDTC": "2024-12-01"} for i in number])
    done = safety(data)
    return with_flags(done.adsl, dict(done.tables), ["FASFL"])


def outcome(adam: Adam) -> Outcome:
    return run_analyses(plan_safety(trial(), adam, RULE), adam, METHODS, virtual=False)


@pytest.fixture(scope="module")
def ten() -> pl.DataFrame:
    return outcome(trial_of_ten()).results


def value(results: pl.DataFrame, result_id: str) -> float | None:
    found: float | None = results.filter(RESULTID=result_id)["VALUE"].item()
    return found


def test_each_subject_counts_once_at_the_worst_grade(ten: pl.DataFrame) -> None:
    """Clopper-Pearson for 4 of 10: 12.16% to 73.76%."""
    nausea = "AE.ALL.ANY.Nausea/all/"
    expected = {"n": 4, "N": 10, "percent": 40, "events": 5, "grade 1": 2, "grade 2": 1, "grade 3": 1, "grade 4": 0,
                "grade 3 or higher": 1, "grade 3 or higher percent": 10, "grade unknown": 0}  # fmt: skip
    assert {name: value(ten, nausea + name) for name in expected} == expected
    assert value(ten, nausea + "lower") == pytest.approx(12.155, abs=5e-4)
    assert value(ten, nausea + "upper") == pytest.approx(73.762, abs=5e-4)


def test_overview(ten: pl.DataFrame) -> None:
    counts = {kind: value(ten, f"AE.{kind}/all/n") for kind in KINDS}
    assert counts == {
        "ALL": 5, "GRADE 3-5": 2, "SERIOUS": 1, "RELATED": 4, "RELATED GRADE 3-5": 1, "RELATED SERIOUS": 0,
        "WITHDRAWAL": 1, "REDUCTION": 0, "INTERRUPTION": 0, "FATAL": 0, "RELATED FATAL": 0, "SPECIAL INTEREST": 0,
    }  # fmt: skip
    assert value(ten, "AE.SERIOUS.SKIN.Rash/all/n") == 1
    assert value(ten, "AE.GROUP.HAEMORRHAGE.ALL/all/n") == 0
    assert ten.filter(ANALYSIS="AE.ALL.ANY.Headache").is_empty()


def test_rates_per_patient_years(ten: pl.DataFrame) -> None:
    """Ten patients are at risk for 122 days each: four stop at day 10; garwood limits of 4 are 1.08987 and 10.24159."""
    years = (6 * 122 + 4 * 10) / 365.25
    name = "AERATE.ALL.ANY.Nausea/all/"
    assert value(ten, name + "years") == pytest.approx(years, rel=1e-12)
    assert value(ten, name + "rate") == pytest.approx(100 * 4 / years, rel=1e-12)
    assert value(ten, name + "rate lower") == pytest.approx(108.987 / years, rel=1e-5)
    assert value(ten, name + "rate upper") == pytest.approx(1024.159 / years, rel=1e-5)
    assert value(ten, name + "event rate") == pytest.approx(100 * 5 / (1220 / 365.25), rel=1e-12)


def test_deaths_and_cycles_and_exposure(ten: pl.DataFrame) -> None:
    assert [value(ten, f"DTH.{name}/all/n") for name in ("ALL", "30DAYS", "ALL.UNKNOWN")] == [0, 0, 0]
    assert [value(ten, f"AECYCLE.{n}.onset/all/n") for n in (1, 2, 3, 4)] == [5, 1, 0, 0]
    assert [value(ten, f"AECYCLE.{n}.present/all/n") for n in (1, 2, 3, 4)] == [5, 2, 2, 2]
    assert value(ten, "EX.APATINIB.RDI/all/median") == pytest.approx(100, rel=1e-12)
    assert value(ten, "EX.APATINIB.RDI.>=90%/all/n") == 10
    assert value(ten, "EX.APATINIB.NRED.reduced/all/n") == 0


DIED, FATAL = {"DTHFL": "Y", "DTHDTC": "2024-06-20"}, {"AEOUT": "FATAL", "AESER": "Y"}


def causes(terms: dict[str, str], fatal: str = "", *, events: bool = True) -> dict[str, float | None]:
    """Return the causes of death that are counted of three treated subjects, of whom those with a DSTERM died."""
    numbers = [subject(i, **(DIED if i in terms else {})) for i in "123"]
    adverse = [event("Nausea", "2024-03-20", "2024-03-25", USUBJID="1")] if events else []
    adverse += [event("Bleeding", "2024-06-19", None, "5", USUBJID=fatal, **FATAL)] if fatal else []
    data = tables(adverse, numbers, [dosing("2024-03-11", "2024-06-10", i) for i in "123"])
    rows = [{"USUBJID": i, "DSDECOD": "DEATH", "DSTERM": term, "DSSTDTC": "2024-06-20"} for i, term in terms.items()]
    data["DS"] = table("DS", rows)
    if not events:
        del data["AE"]
    done = safety(data)
    found = outcome(with_flags(done.adsl, dict(done.tables), ["FASFL"])).results.filter(STATISTIC="n")
    names = found.filter(pl.col("ANALYSIS").str.starts_with("DTH.ALL."))
    return dict(names.select(pl.col("ANALYSIS").str.strip_prefix("DTH.ALL."), "VALUE").iter_rows())


def test_a_cause_of_death_that_nothing_records_is_not_counted() -> None:
    """DEATH names no cause: that no patient died of progression is then not known, though no record says it."""
    named = {"1": "DEATH", "2": "DISEASE PROGRESSION"}
    assert causes(named) == {"ADVERSE EVENT": 0, "PROGRESSIVE DISEASE": 1, "OTHER": 0, "UNKNOWN": 1}
    assert causes({"1": "DEATH", "2": "DEATH"}) == {"ADVERSE EVENT": 0, "UNKNOWN": 2}
    assert causes({"1": "DEATH", "2": "DEATH"}, fatal="1") == {"ADVERSE EVENT": 1, "UNKNOWN": 1}
    assert causes({"1": "DEATH"}, fatal="1") == {"ADVERSE EVENT": 1, "PROGRESSIVE DISEASE": 0, "OTHER": 0, "UNKNOWN": 0}
    assert causes({"1": "DEATH"}, events=False) == {"UNKNOWN": 1}
    assert causes(named, events=False) == causes(named)
    assert causes({}) == {"ADVERSE EVENT": 0, "PROGRESSIVE DISEASE": 0, "OTHER": 0, "UNKNOWN": 0}


def test_common_terms_are_ranked(ten: pl.DataFrame) -> None:
    assert common_terms(ten) == ["AE.ALL.ANY.Nausea", "AE.ALL.SKIN.Rash"]
    assert common_terms(ten, 20) == ["AE.ALL.ANY.Nausea"]


def test_every_number_has_its_id_and_every_method_is_known(ten: pl.DataFrame) -> None:
    assert ten["RESULTID"].is_unique().all()
    assert set(ten["METHOD"]) >= set(SAFETY_METHODS)
    assert set(ten["POPULATION"]) == {"treated"}


def test_serious_events_are_listed() -> None:
    assert serious_events(trial_of_ten()["ADAE"]).select("USUBJID", "AETERM", "ATOXGRN", "SRCRECS").rows() == [
        ("5", "Rash", 4, ["AE 7"])
    ]


def observed(pairs: list[tuple[int, int]]) -> pl.DataFrame:
    days, codes = zip(*pairs, strict=True)
    return pl.DataFrame({"AVAL": days, "CNSR": codes})


def run_onset(pairs: list[tuple[int, int]], ended: str) -> dict[str, float | None]:
    rows = observed(pairs)
    settings: dict[str, Any] = {"ended": ended, "months": "1 3", "month": 30.0, "confidence": 0.95}
    numbers = occurrence.onset(
        Selection(rows, (rows["CNSR"] == 0).to_numpy()), Analysis("A", "ADAETTE", "", "SAF", "onset", settings=settings)
    )
    return {f"{each.statistic}@{each.at:g}" if each.at else each.statistic: each.value for each in numbers}


PAIRS = [(5, 0), (20, 2), (30, 0), (40, 3), (55, 1), (60, 0), (88, 0), (95, 1)]


@pytest.mark.parametrize(("ended", "competing"), [("competes", {2, 3}), ("censors", {2})])
def test_onset_is_the_aalen_johansen_of_the_twin(ended: str, competing: set[int]) -> None:
    found = run_onset(PAIRS, ended)
    times = [float(day) for day, _ in PAIRS]
    states = [1 if code == 0 else 2 if code in competing else 0 for _, code in PAIRS]
    subjects, weights = list(zip(times, states, strict=True)), [1.0] * len(PAIRS)
    for month in (1, 3):
        for name, cause in (("incidence", 1), ("competing incidence", 2)):
            expected = slow.incidence(subjects, weights, cause, 30.0 * month)
            assert found[f"{name}@{month}"] == pytest.approx(100 * expected, rel=1e-12)
    assert found["competing"] == sum(state == 2 for state in states)
    assert found["one minus Kaplan-Meier@3"] >= found["incidence@3"]  # type: ignore[operator]


def test_onset_by_hand() -> None:
    """Four subjects, events on days 10 and 40, death on day 20, last contact on day 50: 1/4, then 1/4 + 1/2 * 1/2."""
    found = run_onset([(10, 0), (20, 2), (40, 0), (50, 1)], "competes")
    assert (found["incidence@1"], found["incidence@3"], found["competing incidence@1"]) == (25.0, None, 25.0)
    assert found["at risk@1"] == 2
    assert found["one minus Kaplan-Meier@1"] == 25.0


def test_a_missing_grade_is_counted_apart() -> None:
    rows = pl.DataFrame({"WORSTGR": [None, 3, None], "NEVENTS": [1, 2, 0], "CNSR": [0, 0, 1]})
    analysis = Analysis(
        "A", "ADAETTE", "", "SAF", "worst-grade", settings={"grade": "WORSTGR", "events": "NEVENTS", "confidence": 0.95}
    )
    numbers = {
        each.statistic: each.value
        for each in occurrence.worst_grade(Selection(rows, np.array([True, True, False])), analysis)
    }
    assert (
        numbers["n"],
        numbers["grade 3"],
        numbers["grade unknown"],
        numbers["grade 3 or higher"],
        numbers["events"],
    ) == (2, 1, 1, 1, 3)


def virtual(study: str) -> tuple[Run, Adam]:
    run = virtual_run(study)
    done = derive_safety(run.tables, run.adam["ADSL"], run.protocol)
    return run, with_flags(done.adsl, dict(done.tables), [each.flag for each in run.protocol.analysis_sets])


def numbers(analysis: Analysis, adam: Adam) -> list[tuple[object, ...]]:
    rows = run_analyses([analysis], adam, METHODS, virtual=True).results.filter(GROUP="all")
    return rows.select("RESULTID", "VALUE", "VALUEC", "NRECS", "NNUM").rows()


@pytest.mark.parametrize("study", STUDIES)
def test_a_row_of_the_set_matters_and_no_other_does(study: str) -> None:
    run, adam = virtual(study)
    chance = random.Random(5)
    plans = plan_safety(run.protocol, adam, RULE)
    result = run_analyses(plans, adam, METHODS, virtual=True)
    assert result.findings.is_empty()
    for analysis in chance.sample(plans, 40):
        frame, before = adam[analysis.dataset], numbers(analysis, adam)
        inside = select_rows(frame, analysis.where).select(KEYS)
        named = result.lineage.filter(ANALYSIS=analysis.id, GROUP="all", ROLE="denominator").select(KEYS)
        assert named.equals(inside)
        for row in chance.sample(inside.rows(), min(2, inside.height)):
            gone = frame.filter(~pl.all_horizontal(pl.col(key) == each for key, each in zip(KEYS, row, strict=True)))
            assert numbers(analysis, {**adam, analysis.dataset: gone}) != before, (analysis.id, row)
        only = frame.join(inside, on=KEYS, how="semi")
        assert numbers(analysis, {**adam, analysis.dataset: only}) == before


@pytest.mark.parametrize("study", STUDIES)
def test_counts_are_those_of_the_events_themselves(study: str) -> None:
    run, adam = virtual(study)
    result = run_analyses(plan_safety(run.protocol, adam), adam, METHODS, virtual=True).results
    emergent = adam["ADAE"].filter(TRTEMFL="Y")
    for kind, each in KINDS.items():
        mine = emergent.filter(pl.sql_expr(each.where)) if each.where else emergent
        assert value(result, f"AE.{kind}/all/n") == mine["USUBJID"].n_unique()
        assert value(result, f"AE.{kind}/all/events") == mine.height
    terms = emergent.group_by("AEBODSYS", "AEDECOD").agg(
        pl.col("USUBJID").n_unique().alias("N"), pl.col("ATOXGRN").max()
    )
    for system, term, n, worst in terms.iter_rows():
        name = f"AE.ALL.{system}.{term}/all/"
        assert value(result, name + "n") == n
        assert value(result, name + f"grade {worst}") >= 1  # type: ignore[operator]
        assert sum(value(result, name + f"grade {grade}") or 0 for grade in range(1, 6)) == n
    treated = adam["ADSL"].filter(TRTFL="Y").height
    assert set(
        result.filter(STATISTIC="N", DATASET="ADAETTE").filter(~pl.col("ANALYSIS").str.starts_with("AEDAYS"))["VALUE"]
    ) == {treated}


@pytest.mark.parametrize("study", STUDIES)
def test_every_source_record_exists(study: str) -> None:
    run, adam = virtual(study)
    for name in ("ADAE", "ADAETTE", "ADAECYC", "ADEX", "ADOCC"):
        named = adam[name]["SRCRECS"].explode().drop_nulls().unique().str.split(" ").list
        for domain, sequence in zip(named.get(0), named.get(1, null_on_oob=True), strict=True):
            assert domain in run.tables, (name, domain)
            assert sequence is None or int(sequence) <= run.tables[domain][f"{domain}SEQ"].max()  # type: ignore[operator]


def test_an_empty_trial_has_no_number_and_no_error() -> None:
    data = tables([], ex=[])
    done = safety(data)
    adam = with_flags(done.adsl, dict(done.tables), ["FASFL"])
    result = outcome(adam)
    assert result.findings.is_empty()
    assert result.results.filter((pl.col("STATISTIC") == "n") & (pl.col("VALUE") > 0)).is_empty()
