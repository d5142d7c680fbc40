"""Designs with early acceptance: against every design there is, never slack, the largest expectation over all rates."""

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_search as twin
from topline.design.rate.early_acceptance import EarlyKind, mander_thompson, most_likely_to_go_on
from topline.design.rate.simon import simon
from topline.errors import ToplineError

KINDS = get_args(EarlyKind)
GRID = np.linspace(0.0, 1.0, 401)


@settings(max_examples=12)
@given(null=st.floats(0.05, 0.5), step=st.floats(0.25, 0.45), alpha=st.floats(0.05, 0.4), power=st.floats(0.5, 0.8))
def test_no_design_is_missed(null: float, step: float, alpha: float, power: float) -> None:
    target = min(null + step, 0.95)
    asked: dict[str, Any] = {"alpha": alpha, "power": power, "max_n": 8}
    rules = [rule for n in range(2, 9) for rule in twin.holding(twin.early_rules(n), null, target, alpha, power)]
    for kind in KINDS[:4]:
        if not rules:
            with pytest.raises(ToplineError, match="TL-G02"):
                mander_thompson(null, target, kind=kind, **asked)
            continue
        design = mander_thompson(null, target, kind=kind, **asked)
        rate = null if kind.startswith("H0") else target
        least = min(rule[-1][0] for rule in rules)
        those = rules if "optimal" in kind else [rule for rule in rules if rule[-1][0] == least]
        ours = float(design.operating_characteristics(rate).expected_patients[0])
        assert ours == pytest.approx(min(twin.expected(rule, rate) for rule in those), abs=1e-10)
        mine = twin.rule_of(design.boundary)
        assert design.level == pytest.approx(twin.success(mine, null), abs=1e-10)
        assert design.attained_power == pytest.approx(twin.success(mine, target), abs=1e-10)


@settings(max_examples=5)
@given(null=st.floats(0.05, 0.4), step=st.floats(0.3, 0.45), alpha=st.floats(0.1, 0.3), power=st.floats(0.5, 0.7))
def test_delta_minimax_is_the_least_maximum(null: float, step: float, alpha: float, power: float) -> None:
    held = [rule for n in range(2, 8) for rule in twin.holding(twin.early_rules(n), null, null + step, alpha, power)]
    if not held:
        return
    rough = {rule: max(twin.expected(rule, p) for p in GRID[::20]) for rule in held}
    near = sorted(held, key=rough.__getitem__)[:20]
    fine = min(max(twin.expected(rule, p) for p in GRID) for rule in near)
    design = mander_thompson(null, null + step, alpha=alpha, power=power, kind="delta-minimax", max_n=7)
    ours = design.operating_characteristics(GRID).expected_patients.max()
    assert min(rough.values()) - 1e-9 <= ours <= fine + 1e-4  # the true maximum lies between the rates of the grid


@settings(max_examples=12)
@given(null=st.floats(0.03, 0.6), step=st.floats(0.15, 0.36), alpha=st.floats(0.01, 0.2), power=st.floats(0.7, 0.95))
def test_strict_and_ordered(null: float, step: float, alpha: float, power: float) -> None:
    asked: dict[str, Any] = {"alpha": alpha, "power": power, "max_n": 400}
    found = {kind: mander_thompson(null, null + step, kind=kind, **asked) for kind in KINDS}
    for design in found.values():
        assert design.holds
        shown = design.operating_characteristics(GRID[::20])
        np.testing.assert_allclose(shown.patients.sum(axis=1), 1.0, rtol=0, atol=1e-12)
        assert (np.diff(shown.success) >= -1e-12).all()
    expects = {kind: design.exact.expected_patients for kind, design in found.items()}
    largest = {kind: design.operating_characteristics(GRID).expected_patients.max() for kind, design in found.items()}
    assert all(expects["H0-optimal"][0] <= other[0] + 1e-9 for other in expects.values())
    assert all(expects["H1-optimal"][1] <= other[1] + 1e-9 for other in expects.values())
    assert all(largest["delta-minimax"] <= other + 2e-2 for other in largest.values())
    assert found["H0-minimax"].boundary.patients == found["H1-minimax"].boundary.patients
    futile = simon(null, null + step, **asked)
    assert expects["H0-optimal"][0] <= futile.expected_patients + 1e-9


@settings(max_examples=60)
@given(n1=st.integers(2, 60), data=st.data())
def test_the_most_likely_rate_to_go_on(n1: int, data: st.DataObject) -> None:
    r1 = data.draw(st.integers(0, n1 - 2))
    a1 = data.draw(st.integers(r1 + 2, n1 + 1))
    found = float(most_likely_to_go_on(np.array([n1]), np.array([r1]), np.array([a1]))[0])
    chances = [sum(twin.chance(x, n1, p) for x in range(r1 + 1, a1)) for p in GRID]
    assert found >= max(chances) - 1e-12
    assert found == pytest.approx(max(chances), abs=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_smallest_n_that_works_is_named(kind: Any) -> None:
    n = mander_thompson(0.1, 0.3, kind="H0-minimax").boundary.patients
    with pytest.raises(ToplineError, match=f"TL-G02.*{n} patients would do"):
        mander_thompson(0.1, 0.3, kind=kind, max_n=n - 1)
    assert mander_thompson(0.1, 0.3, kind=kind, max_n=n).boundary.patients == n


def test_settings() -> None:
    with pytest.raises(ToplineError, match="TL-G04 kind"):
        mander_thompson(0.1, 0.3, kind="optimal")  # type: ignore[arg-type]
    with pytest.raises(ToplineError, match="TL-G01"):
        mander_thompson(0.3, 0.1)
