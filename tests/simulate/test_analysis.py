"""A stack of trials gives each trial the numbers that it has alone, also where a trial lacks what others have."""

import polars as pl
import pytest

from tests.protocols import protocol as small_protocol
from tests.protocols import rate, time_to_event
from tests.simulate.studies import STUDIES, built_in
from topline.protocol.model import Protocol
from topline.simulate.analysis import analyse_stack, efficacy_plans, parameters_of
from topline.simulate.presets import expected_truth
from topline.simulate.stack import EFFICACY, Chunk, draw_stack
from topline.stats.analysis import run_analyses
from topline.stats.methods import METHODS
from topline.study import derive_efficacy, run_study
from topline.tables.adam import RESPONSE_PARAMETERS

Tables = dict[str, pl.DataFrame]
TOLERANCE = 1e-12


def drawn(protocol: Protocol, trials: int, seed: int = 1) -> Tables:
    return draw_stack(protocol, expected_truth(protocol), Chunk(seed, "expected", 0), trials, EFFICACY).tables


def alone(protocol: Protocol, tables: Tables) -> pl.DataFrame:
    """Return the results of rates and times of each trial, run one by one."""
    ids = [plan.id for plan in efficacy_plans(protocol)]
    parts = []
    for study in tables["DM"]["STUDYID"].unique().sort():
        own = {name: frame.filter(STUDYID=study) for name, frame in tables.items()}
        results = run_study(protocol, {name: frame for name, frame in own.items() if frame.height}).results
        parts.append(results.filter(pl.col("ANALYSIS").is_in(ids)).select("STUDYID", "RESULTID", "VALUE", "VALUEC"))
    return pl.concat(parts)


def differences(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    pair = one.join(other, on=["STUDYID", "RESULTID"], how="full", suffix="_OTHER", coalesce=True)
    value, again = pl.col("VALUE"), pl.col("VALUE_OTHER")
    apart = ((value - again).abs() > TOLERANCE * (1 + value.abs())).fill_null(False)
    return pair.filter(
        apart | (value.is_null() != again.is_null()) | pl.col("VALUEC").ne_missing(pl.col("VALUEC_OTHER"))
    )


@pytest.mark.parametrize("name", STUDIES)
def test_each_trial_has_the_numbers_that_it_has_alone(name: str) -> None:
    protocol = built_in(name)
    tables = drawn(protocol, 6)
    results, expected = analyse_stack(protocol, tables), alone(protocol, tables)
    assert differences(results, expected).is_empty()
    assert results.select("STUDYID", "RESULTID").equals(expected.select("STUDYID", "RESULTID"))
    assert expected.height > 6 * 200


def hostile(tables: Tables, first_stage: int) -> Tables:
    """Return the tables of ten trials, most of which lack something."""
    ids = tables["DM"]["STUDYID"].unique().sort().to_list()
    made = dict(tables)

    def leave_out(domains: tuple[str, ...], trial: int, rows: pl.Expr) -> None:
        for name in domains:
            made[name] = made[name].filter(~((pl.col("STUDYID") == ids[trial]) & rows))

    def only(trial: int, subjects: pl.Series) -> None:
        dated = tuple(name for name, frame in made.items() if "USUBJID" in frame.columns)
        leave_out(dated, trial, ~pl.col("USUBJID").is_in(subjects.implode()))

    scans, after = ("TU", "TR", "RS"), pl.col("VISITNUM") > 1
    leave_out(scans, 1, after)  # no scan after baseline
    leave_out(scans, 2, pl.lit(True))  # no scan at all
    leave_out(("TU", "TR"), 3, after)  # responses recorded, no lesion measured after baseline
    leave_out(("TU", "TR"), 4, pl.lit(True))  # responses recorded, no lesion at all
    living = pl.col("STUDYID") != ids[5]  # nobody dies or progresses: every time is censored
    made["DM"] = made["DM"].with_columns(pl.when(living).then(name).alias(name) for name in ("DTHDTC", "DTHFL"))
    leave_out(("DS",), 5, pl.col("DSDECOD") == "DEATH")
    leave_out(scans, 5, pl.col("VISITNUM") > 1001)
    own = made["DM"].filter(STUDYID=ids[6])
    only(6, own["USUBJID"].head(11))  # fewer patients than planned
    own = made["DM"].filter(STUDYID=ids[7]).sort("RFICDTC", "USUBJID")
    only(7, own["USUBJID"].head(first_stage))  # those of a first stage
    early = (pl.col("STUDYID") == ids[8]) & (pl.col("TSPARMCD") == "DCUTDTC")  # cut while patients are enrolled
    made["TS"] = made["TS"].with_columns(pl.when(early).then(pl.lit("2024-09-01")).otherwise("TSVAL").alias("TSVAL"))
    others = pl.when(pl.col("STUDYID") == ids[9])  # whose lesions are those of another assessor
    made["TR"] = made["TR"].with_columns(
        others.then(pl.lit("INDEPENDENT ASSESSOR")).otherwise("TREVAL").alias("TREVAL")
    )
    leave_out(("TU",), 9, after)
    return made


@pytest.mark.parametrize("source", ["lesions", "assessed"])
@pytest.mark.parametrize("name", STUDIES)
def test_what_one_trial_lacks_does_not_touch_the_others(name: str, source: str) -> None:
    protocol = built_in(name)
    response = protocol.criteria.response.model_copy(update={"source": source})
    criteria = protocol.criteria.model_copy(update={"response": response})
    protocol = protocol.model_copy(update={"criteria": criteria})
    tables = hostile(drawn(protocol, 11, seed=3), protocol.design.first_stage_patients or 20)
    assert differences(analyse_stack(protocol, tables), alone(protocol, tables)).to_dicts() == []


def test_derived_rows_are_those_of_each_trial() -> None:
    protocol = built_in("nct07142421")
    tables = hostile(drawn(protocol, 11, seed=5), 17)
    together = derive_efficacy(protocol, tables)
    for study in tables["DM"]["STUDYID"].unique().sort():
        own = derive_efficacy(protocol, {name: frame.filter(STUDYID=study) for name, frame in tables.items()})
        for name in ("ADSL", "ADRS", "ADTTE"):
            records = ["SRCRECS"] if "SRCRECS" in own[name].columns else []
            rows = together[name].filter(STUDYID=study).drop(records)
            assert rows.equals(own[name].drop(records)), (study, name)


def two_arms() -> Protocol:
    word = {"en": "x", "zh": "x"}
    drug = {"name": "X", "label": word, "dose": 1, "unit": "mg"}
    arms = [{"code": code, "label": {"en": f"Arm {code}", "zh": code}, "interventions": [drug]} for code in "AB"]
    endpoints = [rate(), time_to_event("OS", ("death",), last_observation="last alive", landmarks_months=[6])]
    return small_protocol(endpoints=endpoints, arms=arms)


def test_arms_are_groups_of_each_trial() -> None:
    protocol = two_arms()
    tables = drawn(protocol, 6)
    results = analyse_stack(protocol, tables)
    assert differences(results, alone(protocol, tables)).to_dicts() == []
    assert {"OS/Arm A/median", "OS.logrank/all/p", "ORR/Arm B/rate"} <= set(results["RESULTID"])


def looks(kind: str) -> Protocol:
    design = {"null_rate": 0.05, "target_rate": 0.4, "alpha": 0.1, "power": 0.7, "patients": 10, "success_at_least": 2}
    more = {
        "two stage": {"first_stage_patients": 5, "futility_at_most": 0},
        "sequential": {"looks": [{"patients": 4, "futility_at_most": 0}, {"patients": 7, "success_at_least": 6}]},
    }
    return small_protocol(design={"kind": kind, "endpoint": "ORR", **design, **more.get(kind, {})})


@pytest.mark.parametrize("kind", ["single stage", "two stage", "sequential"])
def test_the_decision_is_that_of_each_trial(kind: str) -> None:
    protocol = looks(kind)
    tables = drawn(protocol, 40)
    results = analyse_stack(protocol, tables)
    adam = derive_efficacy(protocol, tables)
    plans = [plan for plan in efficacy_plans(protocol) if plan.id.startswith("DESIGN.")]
    parts = []
    for study in tables["DM"]["STUDYID"].unique().sort():
        own = {name: frame.filter(STUDYID=study) for name, frame in adam.items()}
        parts.append(run_analyses(plans, own, METHODS, virtual=True).results.select(results.columns))
    design = results.filter(pl.col("RESULTID").str.starts_with("DESIGN."))
    assert differences(design, pl.concat(parts)).to_dicts() == []
    verdicts = results.filter(RESULTID="DESIGN.decision/all/verdict")["VALUEC"]
    assert verdicts.len() == 40
    assert verdicts.n_unique() > 1


def test_without_times_the_rates_are_those_of_each_trial() -> None:
    protocol = looks("two stage")
    tables = drawn(protocol, 3)
    assert differences(analyse_stack(protocol, tables), alone(protocol, tables)).to_dicts() == []


def test_only_parameters_that_are_read_are_derived() -> None:
    protocol = built_in("nct02976896")
    names = parameters_of(efficacy_plans(protocol), protocol)
    assert {"DCLM", "CDCR", "CRSP", "BOR", "CBOR", "PD", "OVR"} <= set(names)
    assert "TRGRESP" not in names
    own = {"worse": {"dataset": "ADRS", "where": "AVALC = 'PD'", "date": "ADT", "description": "Worse"}}
    odd = small_protocol(endpoints=[rate(), time_to_event("TTX", ("worse",), sources=own)])
    assert parameters_of(efficacy_plans(odd), odd) == tuple(RESPONSE_PARAMETERS)


def test_recorded_responses_do_not_change_what_lesions_say() -> None:
    protocol = built_in("nct02976896")
    truth, key = expected_truth(protocol), Chunk(2, "expected", 0)
    part, whole = (draw_stack(protocol, truth, key, 8, domains).tables for domains in (None, EFFICACY))
    assert "RS" not in part
    assert analyse_stack(protocol, part).equals(analyse_stack(protocol, whole))
