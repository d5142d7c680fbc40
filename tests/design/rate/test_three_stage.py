"""Three-stage designs: against every design there is, never slack, never worse than two stages."""

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_search as twin
from topline.design.rate.simon import simon
from topline.design.rate.three_stage import ThreeKind, three_stage
from topline.errors import ToplineError

KINDS = get_args(ThreeKind)


@settings(max_examples=8)
@given(null=st.floats(0.05, 0.4), step=st.floats(0.3, 0.45), alpha=st.floats(0.1, 0.4), power=st.floats(0.5, 0.75))
def test_no_design_is_missed(null: float, step: float, alpha: float, power: float) -> None:
    target = min(null + step, 0.95)
    held = [rule for n in range(3, 9) for rule in twin.holding(twin.three_stage_rules(n), null, target, alpha, power)]
    for kind in KINDS:
        rules = [rule for rule in held if kind != "ensign" or (rule[0][0] >= 5 and rule[0][1] == 0)]
        if not rules:
            with pytest.raises(ToplineError, match="TL-G02"):
                three_stage(null, target, alpha=alpha, power=power, kind=kind, max_n=8)
            continue
        design = three_stage(null, target, alpha=alpha, power=power, kind=kind, max_n=8)
        if kind == "minimax":
            assert design.boundary.patients == min(rule[-1][0] for rule in rules)
            rules = [rule for rule in rules if rule[-1][0] == design.boundary.patients]
        assert design.expected_patients == pytest.approx(min(twin.expected(rule, null) for rule in rules), abs=1e-10)
        mine = twin.rule_of(design.boundary)
        assert design.level == pytest.approx(twin.success(mine, null), abs=1e-10)
        assert design.attained_power == pytest.approx(twin.success(mine, target), abs=1e-10)


@settings(max_examples=8)
@given(null=st.floats(0.03, 0.6), step=st.floats(0.22, 0.36), alpha=st.floats(0.01, 0.2), power=st.floats(0.7, 0.92))
def test_strict_and_ordered(null: float, step: float, alpha: float, power: float) -> None:
    asked: dict[str, Any] = {"alpha": alpha, "power": power, "max_n": 400}
    optimal, minimax, ensign = (three_stage(null, null + step, kind=kind, **asked) for kind in KINDS)
    for design in (optimal, minimax, ensign):
        assert design.holds
        shown = design.operating_characteristics(np.linspace(0, 1, 21))
        np.testing.assert_allclose(shown.patients.sum(axis=1), 1.0, rtol=0, atol=1e-12)
        assert (np.diff(shown.success) >= -1e-12).all()
    assert optimal.expected_patients <= minimax.expected_patients + 1e-9
    assert optimal.expected_patients <= ensign.expected_patients + 1e-9
    two = simon(null, null + step, **asked)
    if two.boundary.looks[1] - two.boundary.looks[0] > 1:
        assert optimal.expected_patients <= two.expected_patients + 1e-9
    assert ensign.boundary.futility[0] == 0
    assert ensign.boundary.looks[0] >= 5


@pytest.mark.parametrize("kind", ["optimal", "minimax"])
def test_the_smallest_n_that_works_is_named(kind: Any) -> None:
    n = three_stage(0.1, 0.3, kind="minimax").boundary.patients
    with pytest.raises(ToplineError, match=f"TL-G02.*{n} patients would do"):
        three_stage(0.1, 0.3, kind=kind, max_n=n - 1)
    assert three_stage(0.1, 0.3, kind=kind, max_n=n).boundary.patients == n


def test_settings() -> None:
    with pytest.raises(ToplineError, match="TL-G04 kind"):
        three_stage(0.1, 0.3, kind="best")  # type: ignore[arg-type]
    with pytest.raises(ToplineError, match="TL-G04 max_n"):
        three_stage(0.1, 0.3, max_n=2)
    with pytest.raises(ToplineError, match="TL-G01"):
        three_stage(0.3, 0.1)


def test_all_designs_of_at_most_29_patients() -> None:
    """By a full enumeration with the twin (a minute, not repeated here) no design expects fewer than this one."""
    design = three_stage(0.1, 0.3, max_n=29)
    assert (design.boundary.looks, design.boundary.futility) == ((6, 17, 29), (0, 2, 5))
    assert design.expected_patients == pytest.approx(13.441420660066697, abs=1e-10)
