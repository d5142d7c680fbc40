"""Two-stage designs: against every design there is, never slack, and what is said where there is none."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_search as twin
from topline.design.rate.frontier import BROWSED, admissible, frontier, grid
from topline.design.rate.simon import simon
from topline.errors import ToplineError

RATES = st.tuples(st.floats(0.03, 0.6), st.floats(0.12, 0.36)).map(lambda pair: (pair[0], pair[0] + pair[1]))
ERRORS = st.tuples(st.floats(0.01, 0.2), st.floats(0.7, 0.95))
KINDS = ("optimal", "minimax", "balanced", "balanced minimax")


def close(left: float, right: float) -> bool:
    return abs(left - right) < 1e-10


@settings(max_examples=25)
@given(null=st.floats(0.05, 0.5), step=st.floats(0.2, 0.45), alpha=st.floats(0.05, 0.4), power=st.floats(0.5, 0.8))
def test_no_design_is_missed(null: float, step: float, alpha: float, power: float) -> None:
    target = min(null + step, 0.95)
    held = [rule for n in range(2, 13) for rule in twin.holding(twin.two_stage_rules(n), null, target, alpha, power)]
    for kind in KINDS:
        rules = [rule for rule in held if "balanced" not in kind or 2 * rule[0][0] == rule[1][0]]
        if not rules:
            with pytest.raises(ToplineError, match="TL-G02"):
                simon(null, target, alpha=alpha, power=power, kind=kind, max_n=12)
            continue
        design = simon(null, target, alpha=alpha, power=power, kind=kind, max_n=12)
        if "minimax" in kind:
            assert design.boundary.patients == min(rule[-1][0] for rule in rules)
            rules = [rule for rule in rules if rule[-1][0] == design.boundary.patients]
        assert close(design.expected_patients, min(twin.expected(rule, null) for rule in rules))
        ours = twin.rule_of(design.boundary)
        assert close(design.level, twin.success(ours, null))
        assert close(design.attained_power, twin.success(ours, target))


@given(rates=RATES, errors=ERRORS)
@settings(max_examples=60)
def test_strict_ordered_and_complete(rates: tuple[float, float], errors: tuple[float, float]) -> None:
    asked: dict[str, Any] = {"alpha": errors[0], "power": errors[1], "max_n": 400}
    optimal, minimax, balanced, small = (simon(*rates, kind=kind, **asked) for kind in KINDS)
    for design in (optimal, minimax, balanced, small):
        assert design.holds
        assert design.level <= errors[0]
        assert design.attained_power >= errors[1]
        found = design.operating_characteristics(np.linspace(0, 1, 21))
        np.testing.assert_allclose(found.patients.sum(axis=1), 1.0, rtol=0, atol=1e-12)
        assert (np.diff(found.success) >= -1e-12).all()
    assert optimal.expected_patients <= balanced.expected_patients
    assert optimal.expected_patients <= minimax.expected_patients
    assert minimax.boundary.patients <= small.boundary.patients <= balanced.boundary.patients
    assert minimax.boundary.patients <= optimal.boundary.patients
    assert balanced.boundary.patients == 2 * balanced.boundary.looks[0]


@given(rates=RATES, errors=ERRORS)
@settings(max_examples=40)
def test_every_weight_has_its_design(rates: tuple[float, float], errors: tuple[float, float]) -> None:
    asked: dict[str, Any] = {"alpha": errors[0], "power": errors[1], "max_n": 400}
    designs, chosen = frontier(*rates, **asked), admissible(*rates, **asked)
    assert [one.weight_to for one in chosen[1:]] == [one.weight_from for one in chosen[:-1]]
    assert (chosen[0].weight_to, chosen[-1].weight_from) == (1.0, 0.0)
    assert chosen[0].design.boundary == designs[0].boundary
    assert chosen[-1].design.boundary == designs[-1].boundary
    for one in chosen:
        q = (one.weight_from + one.weight_to) / 2
        loss = {d.boundary: q * d.boundary.patients + (1 - q) * d.expected_patients for d in designs}
        assert min(loss, key=loss.__getitem__) == one.design.boundary
    assert all(
        a.boundary.patients < b.boundary.patients and a.expected_patients > b.expected_patients
        for a, b in pairwise(designs)
    )


@pytest.mark.parametrize(
    ("null", "target", "words"),
    [(0.3, 0.3, "target"), (0.3, 0.1, "target"), (0.0, 0.3, "null"), (0.1, 1.0, "target"), (float("nan"), 0.3, "null")],
)
def test_hypotheses_are_checked(null: float, target: float, words: str) -> None:
    with pytest.raises(ToplineError, match=f"TL-G01.*{words}|{words}") as caught:
        simon(null, target)
    assert caught.value.code == "TL-G01"
    assert caught.value.where == words


@pytest.mark.parametrize(("alpha", "power"), [(0.0, 0.8), (0.05, 1.0), (0.05, 0.04), (0.6, 0.8)])
def test_error_rates_are_checked(alpha: float, power: float) -> None:
    with pytest.raises(ToplineError) as caught:
        simon(0.1, 0.3, alpha=alpha, power=power)
    assert caught.value.code == "TL-G01"


@pytest.mark.parametrize("max_n", [1, 0, -5, 1001, 20.5, True, float("nan"), float("inf")])
def test_the_limit_is_checked(max_n: Any) -> None:
    with pytest.raises(ToplineError) as caught:
        simon(0.1, 0.3, max_n=max_n)
    assert caught.value.code == "TL-G04"


def test_an_unknown_kind() -> None:
    with pytest.raises(ToplineError, match="optimal, minimax, balanced, balanced minimax"):
        simon(0.1, 0.3, kind="best")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_the_smallest_n_that_works_is_named(kind: Any) -> None:
    smallest = simon(0.1, 0.3, power=0.9, kind=kind if "minimax" in kind else f"{kind} minimax".replace("optimal ", ""))
    n = smallest.boundary.patients
    with pytest.raises(ToplineError, match=f"{n} patients would do") as caught:
        simon(0.1, 0.3, power=0.9, kind=kind, max_n=n - 1)
    assert caught.value.code == "TL-G02"
    assert simon(0.1, 0.3, power=0.9, kind=kind, max_n=n).boundary.patients == n


def test_where_no_search_helps() -> None:
    with pytest.raises(ToplineError, match="nor does any of at most 1000"):
        simon(0.3, 0.31, max_n=50)


def test_a_balanced_design_may_have_more_patients_than_the_first_one_expects() -> None:
    """The first one, 1/17 6/34, expects 25.81 patients: the search must not end at 35."""
    design = simon(0.1, 0.3, power=0.9, kind="balanced")
    assert (design.boundary.looks, design.boundary.futility) == ((22, 44), (3, 7))
    assert design.expected_patients < simon(0.1, 0.3, power=0.9, kind="balanced minimax").expected_patients


def test_the_limit_does_not_change_the_design() -> None:
    assert simon(0.1, 0.3, power=0.9, max_n=60).boundary == simon(0.1, 0.3, power=0.9, max_n=1000).boundary


def test_ties_with_the_level_are_kept() -> None:
    """At a null rate of one half the level of five of five is exactly 1/32: allowed, without slack."""
    design = simon(0.5, 0.95, alpha=1 / 32, power=0.75, kind="minimax")
    assert design.level == 1 / 32
    assert design.boundary.patients == 5


def test_the_table_to_browse() -> None:
    table = grid([0.1, 0.3], [0.1, 0.3, 0.5], power=0.9)
    assert table.select("null", "target").unique().height == 3
    for row in table.iter_rows(named=True):
        designs = frontier(row["null"], row["target"], power=0.9)
        mine = next(one for one in designs if one.boundary.patients == row["n"])
        assert (mine.boundary.looks, mine.boundary.futility) == ((row["n1"], row["n"]), (row["r1"], row["r"]))
        assert close(mine.level, row["level"])
        assert close(mine.attained_power, row["power"])
        assert close(mine.expected_patients, row["expected_patients"])
        assert close(float(mine.exact.stops_early[0]), row["stops_early"])
        assert mine.name == f"Simon {row['kind']}"


def test_the_browsed_rates() -> None:
    assert len(BROWSED) == 50
    assert len(set(BROWSED)) == 50
    assert set(BROWSED) >= {round(0.05 * k, 2) for k in range(1, 20)}
    assert grid([0.4], [0.41]).is_empty()
