"""Intervals of parameters: what is drawn from them, and what a change of one does."""

from dataclasses import replace
from operator import attrgetter

import numpy as np
import pytest

from tests.simulate.studies import built_in
from topline.simulate.draws import Draws
from topline.simulate.parameter import LIMIT, counted, fixed, odds, plus, times
from topline.simulate.population import Population, observe
from topline.simulate.presets import APATINIB, COMBINATION
from topline.simulate.targets import RATES
from topline.simulate.truth import Truth
from topline.simulate.uncertainty import (
    draw_uncertain,
    parameter_of,
    parameters,
    uncertain_parameters,
    with_parameter,
    with_value,
)

DIGEST = "7c" * 32
DRAWN = 1000
COVER = 4 * (0.95 * 0.05 / DRAWN) ** 0.5


@pytest.mark.parametrize(
    ("width", "value", "low", "high"),
    [
        (times(2.0), 0.004, 0.002, 0.008),
        (odds(4.0), 0.5, 0.2, 0.8),
        (plus(0.3), 0.5, 0.2, 0.8),
        (fixed("a choice"), 7.0, 7.0, 7.0),
        (times(3.0), 0.0, 0.0, 0.0),
    ],
)
def test_limits_by_hand(width: object, value: float, low: float, high: float) -> None:
    assert width.limits(value) == pytest.approx((low, high))  # type: ignore[attr-defined]


def test_a_counted_rate_has_the_interval_of_its_log_odds() -> None:
    """19 of 40: log odds -0.1001, standard error 1 / sqrt(40 * 0.475 * 0.525) = 0.3166; 1.96 of it is 0.6206."""
    assert counted(0.475, 40, "x").size == pytest.approx(np.exp(0.6206), abs=0.002)


@pytest.mark.parametrize("name", ["growth.kl", "reading.missed_scan", "hazards.death_growth", "conduct.ecog"])
def test_the_limits_lie_where_the_normal_quantile_says(name: str) -> None:
    known = parameter_of(APATINIB, name)
    assert (known.moved(-LIMIT), known.moved(LIMIT)) == pytest.approx(known.interval)
    assert known.moved(0.0) == pytest.approx(known.centre)


@pytest.fixture(scope="module")
def drawn() -> list[Truth]:
    draws = Draws(DIGEST, 3)
    return [draw_uncertain(APATINIB, draws) for _ in range(DRAWN)]


@pytest.mark.parametrize(
    "name", ["growth.kl", "growth.kde", "hazards.new_lesion", "reading.missed_scan", "conduct.reduced", "answers.ecog"]
)
def test_the_interval_holds_nineteen_of_twenty_draws(drawn: list[Truth], name: str) -> None:
    low, high = parameter_of(APATINIB, name).interval
    values = np.array([attrgetter(name)(truth) for truth in drawn])
    assert ((values >= low) & (values <= high)).mean() == pytest.approx(0.95, abs=COVER)
    assert (values < parameter_of(APATINIB, name).value).mean() == pytest.approx(0.5, abs=4 * 0.5 / DRAWN**0.5)


def test_draws_stay_within_their_ranges(drawn: list[Truth]) -> None:
    for truth in drawn[:100]:
        outside = [
            each.name
            for each in parameters(truth)
            if isinstance(each.value, float) and not each.about.least <= each.value <= each.about.greatest
        ]
        assert outside == []
        assert all(0 <= each.severe <= each.any_grade <= 1 for each in truth.toxicities)


def test_parameters_are_drawn_independently(drawn: list[Truth]) -> None:
    pair = np.log([[truth.growth.kl, truth.growth.kde] for truth in drawn])
    assert abs(np.corrcoef(pair.T)[0, 1]) < 4 / DRAWN**0.5


def test_what_is_off_stays_off(drawn: list[Truth]) -> None:
    off = {
        "growth.escape",
        "growth.resistant",
        "reading.late_scan",
        "conduct.screen_failures",
        "conduct.startup_months",
    }
    assert off & {each.name for each in uncertain_parameters(APATINIB)} == set()
    assert {truth.growth.escape for truth in drawn} == {0.0}


def test_a_name_left_out_moves_no_other() -> None:
    whole = draw_uncertain(APATINIB, Draws(DIGEST, 5))
    one = draw_uncertain(APATINIB, Draws(DIGEST, 5), ("growth.kde",))
    assert one.growth.kde == whole.growth.kde
    assert replace(one, growth=APATINIB.growth) == APATINIB


def test_the_second_draw_is_another() -> None:
    draws = Draws(DIGEST, 5)
    assert draw_uncertain(APATINIB, draws).growth.kl != draw_uncertain(APATINIB, draws).growth.kl


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError, match=r"growth\.model"):
        draw_uncertain(APATINIB, Draws(DIGEST, 5), ("growth.model",))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conduct.ecog", (0.25, 1.2, 0.6)),
        ("disease.targets", (0.25, 0.66, 0.88, 0.96, 1.28)),
        ("growth.kl", 2.0),
    ],
)
def test_a_list_moves_by_a_factor(name: str, expected: object) -> None:
    value = parameter_of(with_parameter(APATINIB, name, 2.0), name).value
    assert value == pytest.approx(expected)


def test_entries_move_together() -> None:
    doubled = with_parameter(APATINIB, "toxicities", 2.0)
    assert doubled.toxicities[0].any_grade == pytest.approx(0.411 * 2 / (0.589 + 0.822))
    first = with_parameter(APATINIB, "disease.organs", 2.0).disease.organs
    assert [each.weight for each in first[:2]] == [1.1, 0.30]
    effects = with_parameter(COMBINATION, "measuring.effects", 0.5).measuring.effects
    assert [each.change for each in effects] == [each.change / 2 for each in COMBINATION.measuring.effects]


def test_an_interval_moves_with_its_value() -> None:
    assert parameter_of(COMBINATION, "growth.kde").interval == pytest.approx((0.0095 / 1.5, 0.0095 * 1.5))


def test_every_parameter_has_an_interval_or_a_reason() -> None:
    names = [each.name for each in parameters(APATINIB)]
    assert len(names) == len(set(names)) > 90
    for each in parameters(APATINIB):
        assert each.about.width.source
        assert each.uncertain or each.about.width.scale == "fixed" or each.value == 0, each.name


def test_one_value_is_replaced() -> None:
    changed = with_value(APATINIB, "hazards.new_lesion", 0.002)
    assert changed.hazards.new_lesion == 0.002
    assert replace(changed, hazards=APATINIB.hazards) == APATINIB


def test_the_intervals_say_as_much_as_forty_patients() -> None:
    """Disease control of truths drawn from the intervals varies as 65% of 40 patients do, with SD 7.5 points."""
    plan, draws = built_in("nct02976896"), Draws(DIGEST, 5)
    rates = [
        observe(plan, draw_uncertain(APATINIB, draws), Population(400, 3)).rate(RATES["DCR"], "FAS")[0]
        for _ in range(24)
    ]
    assert np.mean(rates) == pytest.approx(0.64, abs=0.06)
    assert 0.05 < np.std(rates) < 0.13
