"""A partner in combination: what it changes of the truth, and that more patients respond."""

from dataclasses import fields, replace

import pytest

from tests.simulate.studies import built_in
from topline.simulate.population import Population, observe
from topline.simulate.presets import APATINIB, CYTOPENIAS, TRIFLURIDINE_TIPIRACIL
from topline.simulate.targets import RATES
from topline.simulate.truth_combination import Partner, combined
from topline.simulate.truth_events import GENERAL, GUT, Toxicity


def test_a_neutral_partner_changes_the_name_alone() -> None:
    assert replace(combined(APATINIB, Partner()), name=APATINIB.name) == APATINIB


def test_rates_and_hazards_are_multiplied() -> None:
    partner = Partner("x", kill=2, growth=0.5, decay=0.25, new_lesion=0.8, non_target=0.7, death=0.5, stopping=3)
    both = combined(APATINIB, partner)
    assert (both.growth.kde, both.growth.kl, both.growth.lam) == (0.008, 0.001, 0.0193 / 4)
    assert both.hazards.new_lesion == pytest.approx(0.00064)
    assert both.hazards.non_target == pytest.approx(0.00021)
    assert both.hazards.toxicity == pytest.approx(0.0024)
    assert both.name == "apatinib with x"


def test_the_median_follows_the_hazard_ratio_of_death() -> None:
    """Weibull with shape 1.8: the survival at the old median is 0.5^h, by definition of a hazard ratio h."""
    both = combined(APATINIB, Partner(death=0.6))
    old, new = APATINIB.hazards.death_median_months, both.hazards.death_median_months
    assert 0.5 ** ((old / new) ** 1.8) == pytest.approx(0.5**0.6)


def test_an_event_of_both_drugs_comes_from_either() -> None:
    """By hand: fatigue 1 - (1 - 0.411)(1 - 0.3) = 0.5877, severe 1 - (1 - 0.15)(1 - 0.1) = 0.235."""
    partner = Partner(toxicities=(Toxicity("Fatigue", GENERAL, 0.3, 0.1), Toxicity("Nausea", GUT, 0.5, 0.02)))
    both = {each.term: each for each in combined(APATINIB, partner).toxicities}
    assert (both["Fatigue"].any_grade, both["Fatigue"].severe) == pytest.approx((0.5877, 0.235))
    assert both["Nausea"].any_grade == 0.5
    assert len(both) == len(APATINIB.toxicities) + 1


def test_its_effects_are_added() -> None:
    effects = combined(APATINIB, TRIFLURIDINE_TIPIRACIL).measuring.effects
    assert effects == (*APATINIB.measuring.effects, *CYTOPENIAS)


def test_every_number_of_a_partner_is_declared() -> None:
    assert all(each.metadata["about"].unit for each in fields(Partner))


def test_with_a_partner_more_patients_respond() -> None:
    plan, population = built_in("nct02976896"), Population(2000, 4)
    alone, both = (observe(plan, truth, population) for truth in (APATINIB, combined(APATINIB, TRIFLURIDINE_TIPIRACIL)))
    for name in ("ORR", "DCR"):
        assert both.rate(RATES[name], "FAS")[0] > alone.rate(RATES[name], "FAS")[0] + 0.04
    assert both.median("OS")[0] > alone.median("OS")[0] + 0.3
