"""Running estimates, differences between scenarios, sensitivity and assurance, worked by hand."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.simulate.trial_results import decided, results
from topline.simulate.convergence import SUCCESS, compare_scenarios, convergence, trial_values
from topline.simulate.presets import APATINIB
from topline.simulate.scenario import Scenario
from topline.simulate.tornado import assurance, draw_scenarios, summarise_tornado, tornado
from topline.simulate.uncertainty import parameter_of

BASE = Scenario("expected", APATINIB)


def medians(*values: float | None) -> list[dict[str, float | str | None]]:
    return [{"PFS/all/median": value} for value in values]


def test_trials_are_in_the_order_of_their_numbers() -> None:
    frame = pl.concat([results({"a": decided(1, 0)}).with_columns(STUDYID=pl.lit(f"S-{n}")) for n in (100_001, 99_999)])
    assert trial_values(frame)["STUDYID"].to_list() == ["S-99999", "S-100001"]


def test_the_last_point_of_convergence_is_the_estimate() -> None:
    found = convergence(results({"null": decided(5, 95), "expected": decided(30, 70)}), points=12)
    for scenario, share in (("null", 0.05), ("expected", 0.3)):
        own = found.filter(SCENARIO=scenario)
        assert own["TRIALS"].is_sorted()
        assert (own["TRIALS"][0], own["TRIALS"][-1], own["VALUE"][-1]) == (10, 100, share)
        assert own.height <= 12
        assert ((own["LOWER"] <= own["VALUE"]) & (own["VALUE"] <= own["UPPER"])).all()
    first = found.filter(SCENARIO="null").row(0, named=True)  # five of the first ten are positive
    assert first["VALUE"] == 0.5


def test_convergence_of_a_mean_leaves_out_what_is_not_estimable() -> None:
    found = convergence(results({"null": medians(2.0, None, 4.0)}), "PFS/all/median")
    assert found["TRIALS"][-1] == 2
    assert found["VALUE"][-1] == 3.0
    assert convergence(results({})).is_empty()
    assert convergence(results({"null": decided(1, 0)}))["VALUE"].to_list() == [1.0]


def test_errors_of_scenarios_with_their_own_streams_add_in_squares() -> None:
    frame = results({"null": decided(10, 90), "expected": decided(40, 60)})
    found = compare_scenarios(frame, "null").row(0, named=True)
    assert found["SCENARIO"] == "expected"
    assert found["DIFFERENCE"] == pytest.approx(0.3)
    assert found["MCSE"] == pytest.approx(math.sqrt((0.09 + 0.24) / 99))


def test_trials_with_common_numbers_are_paired() -> None:
    frame = results({"a": medians(1.0, 2.0, 3.0, None), "b": medians(2.0, 3.5, 3.5, 9.0)})
    apart, paired = (
        compare_scenarios(frame, "a", ("PFS/all/median",), common=common).row(0, named=True) for common in (False, True)
    )
    assert paired["DIFFERENCE"] == pytest.approx(1.0)
    assert (paired["MCSE"], paired["TRIALS"]) == (pytest.approx(0.5 / math.sqrt(3)), 3)
    assert apart["DIFFERENCE"] == pytest.approx(4.5 - 2.0)
    assert apart["MCSE"] > paired["MCSE"]


def test_a_tornado_moves_one_parameter_at_a_time() -> None:
    planned = tornado(BASE, ("growth.kl", "conduct.ecog"))
    assert list(planned) == [
        "expected",
        *(f"expected {name} {side}" for name in ("growth.kl", "conduct.ecog") for side in ("low", "high")),
    ]
    low, high = parameter_of(APATINIB, "growth.kl").interval
    assert planned["expected growth.kl low"].truth.growth == replace(APATINIB.growth, kl=low)
    assert planned["expected growth.kl high"].truth == replace(APATINIB, growth=replace(APATINIB.growth, kl=high))
    assert len(tornado(BASE)) > 100
    with pytest.raises(KeyError, match=r"conduct\.sites"):
        tornado(BASE, ("conduct.sites",))


def test_a_tornado_is_summarised_with_the_widest_first() -> None:
    frame = results(
        {
            "expected": decided(50, 50),
            "expected growth.kl low": decided(60, 40),
            "expected growth.kl high": decided(45, 55),
            "expected growth.kde low": decided(20, 80),
            "expected growth.kde high": decided(55, 45),
        }
    )
    names = ("growth.kl", "growth.kde", "growth.lam")  # of the last there are no trials
    found = summarise_tornado(frame, BASE, names, (SUCCESS,))
    assert found["PARAMETER"].to_list() == ["growth.kde", "growth.kde", "growth.kl", "growth.kl"]
    assert found["SIDE"].to_list() == ["low", "high"] * 2
    assert found["DIFFERENCE"].to_list() == pytest.approx([-0.3, 0.05, 0.1, -0.05])
    assert found["AT"][2] == pytest.approx(parameter_of(APATINIB, "growth.kl").interval[0])
    assert found["UNIT"][0] == "1/day"
    assert found["MCSE"][0] == pytest.approx(math.sqrt((0.25 + 0.16) / 99))


def test_the_quantities_of_a_tornado_are_in_the_order_asked_for() -> None:
    frame = results({"expected": medians(4.0, 5.0), "expected growth.kl low": medians(5.0, 6.0)})
    found = summarise_tornado(frame, BASE, ("growth.kl",), (SUCCESS, "PFS/all/median"), common=True)
    assert found["QUANTITY"].to_list() == [SUCCESS, "PFS/all/median"]
    assert found["DIFFERENCE"].to_list() == [0.0, 1.0]
    assert found["MCSE"].to_list() == [0.0, 0.0]  # trial by trial the same change


def test_drawn_truths_do_not_depend_on_how_many_follow() -> None:
    few, many = (draw_scenarios(BASE, count, 3) for count in (2, 4))
    assert [many[name].truth for name in few] == [each.truth for each in few.values()]
    assert many["expected draw 0001"].truth != many["expected draw 0002"].truth


def test_assurance_takes_its_error_from_the_truths() -> None:
    frame = results({f"expected draw {k:04d}": decided(n, 20 - n) for k, n in enumerate((2, 10, 18), start=1)})
    found = {row["STATISTIC"]: row for row in assurance(frame, BASE).iter_rows(named=True)}
    shares = np.array([0.1, 0.5, 0.9])
    assert found["assurance"]["VALUE"] == pytest.approx(0.5)
    assert found["assurance"]["MCSE"] == pytest.approx(0.4 / math.sqrt(3))
    between = 0.16 - (shares * (1 - shares) / 19).mean()
    assert found["sd of truths"]["VALUE"] == pytest.approx(math.sqrt(between))
    assert found["assurance"]["TRUTHS"] == 3


def test_truths_that_do_not_differ_have_no_spread() -> None:
    frame = results({f"expected draw {k:04d}": decided(10, 10) for k in (1, 2)})
    found = assurance(frame, BASE).filter(STATISTIC="sd of truths")
    assert found["VALUE"].to_list() == [0.0]
