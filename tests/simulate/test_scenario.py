"""Scenarios: the effects that ship have their rates, one is found anew, and files say what is wrong in them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.simulate.studies import STUDIES, built_in
from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.simulate.effect import design_rate, find_effect, with_effect, works_on_hazards
from topline.simulate.population import Population, observe
from topline.simulate.presets import APATINIB, COMBINATION, expected_truth
from topline.simulate.scenario import NAMES, Scenario, effect_scenario, known_effect, scenarios
from topline.simulate.scenario_text import parse_scenario, render_scenario
from topline.simulate.stack import Chunk, draw_stack
from topline.simulate.targets import RATES
from topline.stats.kaplan_meier import kaplan_meier
from topline.study import run_study

FRESH = Population(8000, 77)


# The population


def test_a_population_is_analysed_as_its_trials_are() -> None:
    """The rate of a population is the mean of the rates that run_study gives of each trial; so are the times."""
    plan = built_in("nct02976896")
    population = Population(100, 9)
    observed = observe(plan, APATINIB, population)
    assert population.size(43) == 129
    (key, trials), *rest = population.chunks(43)
    assert (trials, rest) == (3, [])
    tables = draw_stack(plan, APATINIB, key, trials).tables
    runs = [
        run_study(plan, {name: frame.filter(STUDYID=study) for name, frame in tables.items()})
        for study in sorted(tables["DM"]["STUDYID"].unique())
    ]
    endpoint = plan.endpoint("DCR6M")
    rates = [run.results.filter(RESULTID="DCR6M/all/rate")["VALUE"][0] for run in runs]
    assert observed.rate(endpoint.analysis, "FAS")[0] * 100 == pytest.approx(np.mean(rates))  # type: ignore[arg-type]
    times = pl.concat([run.adam["ADTTE"].filter(PARAMCD="PFS") for run in runs])
    own = observed.times("PFS")
    np.testing.assert_array_equal(np.sort(own[0]), np.sort(times["AVALM"].to_numpy()))
    assert own[1].sum() == (times["CNSR"] == 0).sum()


def test_chunks_do_not_depend_on_the_number_of_patients() -> None:
    few, many = (list(Population(patients, 1).chunks(43)) for patients in (100, 30_000))
    assert few[0][0] == many[0][0] == Chunk(1, "population", 0)
    assert sum(trials for _, trials in many) * 43 == Population(30_000, 1).size(43)
    assert max(trials for _, trials in many) <= 250


def test_the_mean_median_of_trials_of_n_patients() -> None:
    """The medians of 4000 samples of 40 of the population's own times, on average and in their spread."""
    observed = observe(built_in("nct02976896"), APATINIB, Population(3000, 5))
    time, event = observed.times("OS")
    seen = event > 0
    complete = replace(observed, datasets={"ADTTE": observed.datasets["ADTTE"].filter(CNSR=0)})
    samples = np.random.default_rng(8).choice(time[seen], (4000, 40))
    medians = np.median(samples, axis=1)
    mean, spread = complete.sample_median("OS", 40)
    assert mean == pytest.approx(medians.mean(), abs=0.08)
    assert spread == pytest.approx(medians.std(), rel=0.1)
    assert kaplan_meier(time, event).n_event.sum() == event.sum()


# The effect


def test_the_effect_scales_kill_and_hazards() -> None:
    twice = with_effect(APATINIB, 2.0)
    assert twice.growth.kde == 0.008
    assert (twice.hazards.new_lesion, twice.hazards.non_target) == (0.0004, 0.00015)
    old, new = 5.8, twice.hazards.death_median_months
    assert 0.5 ** ((old / new) ** 1.8) == pytest.approx(0.5**0.5)  # the hazard of death is halved
    assert with_effect(APATINIB, 2.0, hazards=False).hazards == APATINIB.hazards
    assert with_effect(APATINIB, 1.0) == APATINIB


def test_the_effect_works_on_hazards_where_response_is_not_all() -> None:
    assert [works_on_hazards(built_in(name)) for name in STUDIES] == [True, False]


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("scenario", ["null", "optimistic"])
def test_the_effects_that_ship_have_their_rates_in_other_patients(name: str, scenario: str) -> None:
    plan = built_in(name)
    found = known_effect(plan, scenario)
    assert found is not None, "another study.yaml: run golden/find_scenarios.py again"
    design = plan.design
    assert found.aim == (design.null_rate if scenario == "null" else design.target_rate)
    assert found.patients >= 40_000
    assert found.rate == pytest.approx(found.aim, abs=4 * 2**0.5 * found.error)
    rate, error = design_rate(plan, scenarios(plan, (scenario,))[scenario].truth, FRESH)
    assert rate == pytest.approx(found.aim, abs=4 * (error**2 + found.error**2) ** 0.5)


def test_an_effect_is_found_and_found_again() -> None:
    plan, said = built_in("nct07142421"), list[str]()
    found = find_effect(plan, COMBINATION, 0.25, Population(2000, 3), said.append)
    one, again = (find_effect(plan, COMBINATION, 0.25, Population(300, 3)) for _ in range(2))
    assert one == again
    assert found.rate == pytest.approx(0.25, abs=4 * 2**0.5 * found.error)
    assert 1.0 < found.effect < 2.0
    assert 3 <= len(said) <= 10
    assert found.error == pytest.approx((found.rate * (1 - found.rate) / found.patients) ** 0.5)


def test_a_rate_out_of_reach_is_an_error() -> None:
    plan = built_in("nct07142421")
    growing = replace(COMBINATION, growth=replace(COMBINATION.growth, resistant=1.0))
    with pytest.raises(ToplineError, match="no effect between") as caught:
        find_effect(plan, growing, 0.5, Population(300, 3))
    assert caught.value.code == "TL-V14"


# The scenarios of a study


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_its_scenarios(name: str) -> None:
    plan = built_in(name)
    own = scenarios(plan)
    assert tuple(own) == NAMES
    assert own["expected"].truth == expected_truth(plan)
    kill = [own[key].truth.growth.kde for key in NAMES]
    assert kill == sorted(kill)
    assert f"{100 * plan.design.target_rate:g}%" in own["optimistic"].note


def test_the_scenarios_of_another_study_are_found_at_run_time() -> None:
    plan = built_in("nct07142421")
    other = plan.model_copy(update={"confidence": 0.9})
    assert other.digest != plan.digest
    assert known_effect(other, "null") is None
    made = scenarios(other, ("null",), population=Population(600, 1))["null"]
    assert made.truth.growth.kde < COMBINATION.growth.kde


def test_predictive_and_unknown_scenarios() -> None:
    plan = built_in("nct02976896")
    assert scenarios(plan, ("predictive",))["predictive"].truth.markers[0].follows == "kde"
    with pytest.raises(ToplineError, match=r"did you mean optimistic\?"):
        scenarios(plan, ("optimistc",))


# Scenarios in files


@pytest.fixture(scope="module")
def plan() -> Protocol:
    return built_in("nct02976896")


def test_a_scenario_file_changes_what_it_names(plan: Protocol) -> None:
    text = """
    name = "slow"
    note = "slower growth"
    growth.kl = 0.0015
    growth.model = "stein"
    hazards.new_lesion = { value = 0.001, unit = "1/day" }
    conduct.start = 2025-02-03
    conduct.sites = 4
    conduct.ecog = [1, 1, 0]
    review.done = true
    toxicities = [{ term = "Rash", system = "Skin", any_grade = 0.3, severe = 0.05 }]
    """
    made = parse_scenario(text, plan)
    truth = made.truth
    assert (made.name, made.note, truth.name) == ("slow", "slower growth", "apatinib, slow")
    assert (truth.growth.kl, truth.growth.model, truth.hazards.new_lesion) == (0.0015, "stein", 0.001)
    assert (truth.conduct.sites, truth.conduct.ecog, truth.review.done) == (4, (1.0, 1.0, 0.0), True)
    assert truth.conduct.start.isoformat() == "2025-02-03"
    assert [each.term for each in truth.toxicities] == ["Rash"]
    assert truth.disease == APATINIB.disease


def test_effect_and_partner_of_a_file(plan: Protocol) -> None:
    text = 'name = "both"\neffect = 2\n[partner]\nname = "x"\nkill = 1.5\nnew_lesion = 0.5\n'
    truth = parse_scenario(text, plan).truth
    assert truth.growth.kde == pytest.approx(0.012)
    assert truth.hazards.new_lesion == pytest.approx(0.0002)


def test_a_file_can_start_from_another_scenario(plan: Protocol) -> None:
    truth = parse_scenario('name = "x"\nbase = "null"\n', plan).truth
    assert truth.growth == scenarios(plan, ("null",))["null"].truth.growth


FAULTS = [
    ("growth.kll = 1", "TL-V10", "did you mean growth.kl?"),
    ("groth.kl = 1", "TL-V10", "is no parameter"),
    ("growth.kl = -0.1", "TL-V11", "-0.1 is not between 0 and inf [1/day]"),
    ("reading.missed_scan = 1.5", "TL-V11", "1.5 is not between 0 and 1"),
    ("growth.lam = 0", "TL-V11", "0 is not between 1e-06"),
    ('hazards.new_lesion = { value = 1, unit = "1/month" }', "TL-V12", "'1/month' is not the unit"),
    ('growth.kl = "fast"', "TL-V13", "'fast' is not a number"),
    ("growth.kl = true", "TL-V13", "True is not a number"),
    ("growth.kl = nan", "TL-V13", "nan is not a number"),
    ("conduct.sites = 2.5", "TL-V13", "2.5 is not a whole number"),
    ("conduct.sites = 0", "TL-V11", "0 is not between 1"),
    ('growth.model = "gompertz"', "TL-V13", "'gompertz' is not one of 'claret', 'stein'"),
    ("conduct.ecog = 0.5", "TL-V13", "0.5 is not a list"),
    ("measuring.days = [2, 15]", "TL-V13", "do not begin with 1"),
    ('toxicities = [{ term = "Rash" }]', "TL-V13", "missing"),
    ('toxicities = [{ term = "Rash", grade = 1 }]', "TL-V13", "grade is not one of term"),
    (
        'toxicities = [{ term = "R", system = "S", any_grade = 2.0, severe = 0.1 }]',
        "TL-V11",
        "2 is not between 0 and 1",
    ),
    ('base = "best"', "TL-V17", "'best' is not one of"),
    ("effect = 0", "TL-V11", "0 is not a number above 0"),
    ("partner.kil = 2", "TL-V10", "did you mean kill?"),
    ("partner.kill = 0", "TL-V11", "0 is not between 0.001"),
    ("growth.kl = ", "TL-V13", "is not TOML"),
]


@pytest.mark.parametrize(("line", "code", "what"), FAULTS)
def test_what_is_wrong_in_a_file_is_said(line: str, code: str, what: str, plan: Protocol) -> None:
    with pytest.raises(ToplineError) as caught:
        parse_scenario(f'name = "x"\n{line}\n', plan, "x.toml")
    assert caught.value.code == code
    assert what in caught.value.what
    assert caught.value.where.startswith("x.toml")


def test_all_faults_are_said_at_once(plan: Protocol) -> None:
    with pytest.raises(ToplineError) as caught:
        parse_scenario("growth.kll = 1\ngrowth.kl = -1\neffect = -1\n", plan)
    assert [caught.value.code, *(other[:6] for other in caught.value.others)] == [
        "TL-V13",
        "TL-V11",
        "TL-V10",
        "TL-V11",
    ]


@pytest.mark.parametrize("name", STUDIES)
def test_a_scenario_written_and_read_is_the_same(name: str) -> None:
    plan = built_in(name)
    found = known_effect(plan, "optimistic")
    assert found is not None
    for scenario in (
        effect_scenario(plan, "optimistic", found),
        Scenario("pre\"dict'ive\n", scenarios(plan, ("predictive",))["predictive"].truth, 'a "note" \\ 中'),
        Scenario("other", COMBINATION, ""),
        Scenario("one", APATINIB, "x"),
    ):
        assert parse_scenario(render_scenario(scenario, plan), plan) == scenario


def test_the_rates_that_every_study_has_are_those_of_its_best_responses(plan: Protocol) -> None:
    observed = observe(plan, APATINIB, Population(500, 2))
    best = observed.datasets["ADRS"].filter(PARAMCD="BOR")["AVALC"]
    assert observed.rate(RATES["ORR"], "FAS")[0] == pytest.approx(best.is_in(["CR", "PR"]).mean())
    assert observed.rate(RATES["DCR"], "FAS")[0] == pytest.approx(
        best.is_in(["CR", "PR", "SD", "NON-CR/NON-PD"]).mean()
    )
