"""Calibration: known parameters are recovered, published results are met, and what cannot be met is said."""

from dataclasses import replace
from importlib.resources import files

import numpy as np
import polars as pl
import pytest

from tests.simulate.studies import built_in
from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.simulate.calibrate import Calibration, calibrate
from topline.simulate.population import Population, observe
from topline.simulate.presets import APATINIB
from topline.simulate.targets import Target, Targets, distance, estimate, in_trials, parse_targets
from topline.simulate.truth import Truth

SMALL = Population(2000, 6)


@pytest.fixture(scope="module")
def plan() -> Protocol:
    return built_in("nct02976896")


def published(plan: Protocol, name: str) -> Targets:
    source = files("topline") / "studies" / "nct02976896" / f"published_{name}.toml"
    return parse_targets(source.read_text("utf-8"), plan, name)


def of_truth(plan: Protocol, truth: Truth, n: int, names: tuple[str, ...]) -> Targets:
    """Return what trials of n patients find on average under a truth, with the errors of such trials, as targets."""
    observed = observe(plan, truth, Population(5000, 40))
    made = []
    for name in names:
        unit = "months" if name.startswith("median") else "%"
        value, spread = in_trials(Target(name, 50.0, n, unit), observed)
        error = spread if unit == "months" else 100 * (value / 100 * (1 - value / 100) / n) ** 0.5
        made.append(Target(name, value, n, unit, value - 1.96 * error, value + 1.96 * error))
    return Targets("known", "made here", tuple(made))


@pytest.fixture(scope="module")
def recovered(plan: Protocol) -> Calibration:
    """Three parameters moved far off, and the results of a thousand patients to find them back from."""
    true = replace(
        APATINIB,
        growth=replace(APATINIB.growth, kl=0.0026, kde=0.0075),
        hazards=replace(APATINIB.hazards, death_median_months=8.0),
    )
    names = ("ORR", "confirmed ORR", "DCR", "median OS", "median PFS", "PFS at 6 months")
    targets = of_truth(plan, true, 1000, names)
    free = ("growth.kl", "growth.kde", "hazards.death_median_months")
    return calibrate(plan, targets, free, start=(None, SMALL))


@pytest.mark.parametrize(
    ("name", "true"), [("growth.kl", 0.0026), ("growth.kde", 0.0075), ("hazards.death_median_months", 8.0)]
)
def test_known_parameters_are_recovered(recovered: Calibration, name: str, true: float) -> None:
    row = recovered.parameters.row(by_predicate=pl.col("PARAMETER") == name, named=True)
    assert row["LOWER"] < true < row["UPPER"]
    assert row["AFTER"] == pytest.approx(true, rel=0.1)
    assert abs(row["BEFORE"] - true) > 2 * abs(row["AFTER"] - true)


def test_the_fit_is_shown_of_fresh_patients(recovered: Calibration) -> None:
    assert recovered.fit["DIFFERENCE"].abs().max() < 3  # type: ignore[operator]
    assert recovered.fit["INSIDE"].sum() >= 5
    assert recovered.misfit == () or all("standard errors" in line for line in recovered.misfit)
    assert (recovered.fit["MCSE"] > 0).sum() >= 5
    assert recovered.patients == SMALL.size(43)


def test_apatinib_is_met(plan: Protocol) -> None:
    """The published results are consistent with each other on scans every eight weeks: all are met at once."""
    result = calibrate(plan, published(plan, "apatinib"), start=(None, SMALL))
    assert result.fit["INSIDE"].all()
    assert result.fit["DIFFERENCE"].abs().max() < 0.5  # type: ignore[operator]
    assert result.chi_square < 0.1
    assert result.misfit == ()


def test_what_does_not_fit_together_is_said(plan: Protocol) -> None:
    """Nobody responds and everybody is controlled for long, while half progress at once: impossible at any truth."""
    impossible = Targets(
        "impossible",
        "made up",
        (
            Target("DCR", 95.0, 200, "%", 91.0, 98.0),
            Target("median PFS", 1.9, 200, "months", 1.8, 2.0),
        ),
    )
    result = calibrate(plan, impossible, ("growth.kl", "growth.kde"), start=(None, Population(800, 6)))
    assert result.chi_square > 20
    assert not result.fit["INSIDE"].all()
    assert any("fitted exactly, it would leave" in line for line in result.misfit)


def test_the_interval_of_a_parameter_is_what_the_target_leaves(plan: Protocol) -> None:
    """At its limits the rate lies 1.96 standard errors from the published one."""
    target = Target("DCR", 60.0, 100, "%", 50.4, 69.6)
    result = calibrate(plan, Targets("one", "x", (target,)), ("growth.kde",), start=(None, SMALL))
    (row,) = result.parameters.to_dicts()
    for limit, expected in ((row["LOWER"], 50.4), (row["UPPER"], 69.6)):
        truth = replace(APATINIB, growth=replace(APATINIB.growth, kde=limit))
        assert estimate("DCR", observe(plan, truth, SMALL))[0] == pytest.approx(expected, abs=3.0)


def test_progress_counts_the_populations(plan: Protocol) -> None:
    said = list[str]()
    targets = Targets("one", "x", (Target("DCR", 50.0, 100, "%"),))
    result = calibrate(plan, targets, ("growth.kde",), said.append, (None, Population(600, 1)))
    assert len(said) == result.evaluations >= 3
    assert said[0].startswith("population 1: chi-square")
    again = calibrate(plan, targets, ("growth.kde",), start=(None, Population(600, 1)))
    assert (again.truth, again.fit.equals(result.fit)) == (result.truth, True)
    assert result.fit["FITTED"][0] == pytest.approx(50.0, abs=6)


@pytest.mark.parametrize("free", [(), ("growth.model",), ("growth.kl", "growth.kl"), ("growth.escape",), ("nothing",)])
def test_only_parameters_with_an_interval_are_fitted(plan: Protocol, free: tuple[str, ...]) -> None:
    with pytest.raises(ToplineError) as caught:
        calibrate(plan, Targets("x", "x", (Target("DCR", 50.0, 100, "%"),)), free, start=(None, SMALL))
    assert caught.value.code == "TL-V18"


# Targets


def test_the_published_targets_are_those_of_the_papers(plan: Protocol) -> None:
    rows = {each.quantity: each for each in published(plan, "apatinib").targets}
    assert {name: (each.published, each.n) for name, each in rows.items()} == {
        "ORR": (7.5, 40),
        "DCR": (65.0, 40),
        "median PFS": (3.8, 40),
        "median OS": (5.8, 40),
    }
    assert rows["ORR"].interval == pytest.approx((1.57, 20.39), abs=0.01)  # Clopper and Pearson, 3 of 40
    assert rows["median PFS"].interval == (2.2, 5.4)
    assert rows["median PFS"].error == pytest.approx(3.2 / 3.92, rel=1e-3)
    other = {each.quantity: each.interval for each in published(plan, "anlotinib").targets}
    assert other == {
        "ORR": (3.5, 16.6),
        "DCR": (58.8, 79.5),
        "median PFS": (2.2, 4.4),
        "median OS": (5.4, 10.2),
    }


def test_a_distance_is_in_standard_errors(plan: Protocol) -> None:
    observed = observe(plan, APATINIB, Population(600, 3))
    rate, _ = estimate("DCR", observed)
    target = Target("DCR", rate - 10, 50, "%", rate - 10 - 9.8, rate - 10 + 9.8)
    assert distance(target, observed) == pytest.approx(2.0, rel=1e-3)
    median, error = in_trials(Target("median OS", 5.0, 60, "months"), observed)
    assert distance(Target("median OS", median - error, 60, "months"), observed) == pytest.approx(1.0)


@pytest.mark.parametrize("quantity", ["endpoint DCR6M", "confirmed DCR", "OS at 12 months", "median TTP"])
def test_further_quantities(plan: Protocol, quantity: str) -> None:
    observed = observe(plan, APATINIB, Population(400, 3))
    value, error = estimate(quantity, observed)
    assert 0 < value < 100
    assert np.isfinite(error)


HEAD = '[[target]]\nquantity = "{}"\npublished = {}\nn = {}\nunit = "{}"\n{}\n'
FAULTS = [
    (HEAD.format("DCR", 50, 40, "months", ""), "TL-V16", "DCR is in %"),
    (HEAD.format("median DCR", 50, 40, "%", ""), "TL-V15", "'median DCR' is not one of ORR"),
    (HEAD.format("median QLQ", 5, 40, "months", ""), "TL-V15", "is not one of"),
    (HEAD.format("DCR", 150, 40, "%", ""), "TL-V16", "150"),
    (HEAD.format("DCR", 50, 0, "%", "lower = 40\nupper = 60"), "TL-V16", "n 0"),
    (HEAD.format("DCR", 50, 40, "%", "lower = 60\nupper = 70"), "TL-V16", "(60, 70)"),
    (HEAD.format("DCR", 50, 40, "%", "lower = 40"), "TL-V16", "one limit"),
    (HEAD.format("DCR", '"many"', 40, "%", ""), "TL-V13", "'many'"),
    (HEAD.format("DCR", 50, 40, "%", "colour = 1"), "TL-V13", "colour"),
    (HEAD.format("DCR", 50, 40, "%", "") * 2, "TL-V16", "DCR stands there twice"),
    ("title = 1 2", "TL-V13", "not TOML"),
    ("title = 'x'", "TL-V13", "no [[target]]"),
    ("titel = 'x'", "TL-V13", "titel"),
]


@pytest.mark.parametrize(("text", "code", "what"), FAULTS)
def test_what_is_wrong_in_targets_is_said(plan: Protocol, text: str, code: str, what: str) -> None:
    with pytest.raises(ToplineError) as caught:
        parse_targets(text, plan, "x.toml")
    assert caught.value.code == code
    assert what in caught.value.what
