"""Single-stage designs: against every n, never slack, safe where they say so."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_search as twin
from topline.design.rate.single_stage import always_enough, approximate_patients, fleming, single_stage
from topline.errors import ToplineError
from topline.protocol.rule.binomial import critical_values
from topline.protocol.rule.hypotheses import Hypotheses

NULL, STEP = st.floats(0.02, 0.7), st.floats(0.1, 0.28)
ALPHA, POWER = st.floats(0.005, 0.3), st.floats(0.6, 0.97)


@settings(max_examples=30)
@given(null=NULL, step=STEP, alpha=ALPHA, power=POWER)
def test_no_size_is_missed(null: float, step: float, alpha: float, power: float) -> None:
    last = always_enough(Hypotheses(null, null + step, alpha, power))
    if last > 200:  # the twin is slow
        return
    sizes = twin.single_stage_sizes(null, null + step, alpha, power, last + 20)
    smallest, safe = (single_stage(null, null + step, alpha=alpha, power=power, kind=k) for k in ("smallest", "safe"))
    first = min(sizes)
    assert (smallest.boundary.patients, smallest.boundary.efficacy[0]) == (first, sizes[first])
    ever = max((n for n in range(1, last + 21) if n not in sizes), default=0) + 1
    assert safe.boundary.patients == ever
    assert ever <= last
    assert set(range(last, last + 21)) <= set(sizes)


@settings(max_examples=60)
@given(null=NULL, step=STEP, alpha=ALPHA, power=POWER)
def test_strict_and_ordered(null: float, step: float, alpha: float, power: float) -> None:
    asked: dict[str, Any] = {"alpha": alpha, "power": power}
    smallest, safe, printed = (
        single_stage(null, null + step, kind=k, **asked) for k in ("smallest", "safe", "fleming")
    )
    assert smallest.holds
    assert safe.holds
    assert printed.holds
    assert smallest.boundary.patients <= safe.boundary.patients
    assert smallest.boundary.patients <= printed.boundary.patients
    assert printed.boundary.patients >= approximate_patients(Hypotheses(null, null + step, alpha, power))
    power_curve = smallest.operating_characteristics(np.linspace(0, 1, 31)).success
    assert (np.diff(power_curve) >= -1e-12).all()
    assert (power_curve[0], power_curve[-1]) == (0.0, 1.0)


@settings(max_examples=60)
@given(n=st.integers(1, 400), null=st.floats(0.001, 0.999), alpha=st.floats(1e-6, 0.5))
def test_critical_values_are_the_least(n: int, null: float, alpha: float) -> None:
    least = int(critical_values(np.array([float(n)]), null, alpha)[0])
    assert twin.tail(least, n, null) <= alpha * (1 + 1e-9)
    assert least == 0 or twin.tail(least - 1, n, null) > alpha * (1 - 1e-9)


def test_flemings_approximation_can_miss_and_says_so() -> None:
    short = fleming(0.2, 0.4)
    assert (short.boundary.patients, short.boundary.efficacy, short.holds) == (29, (10,), False)
    assert short.attained_power == pytest.approx(twin.tail(10, 29, 0.4), abs=1e-12)  # 0.785, not 0.80
    shown = fleming(0.2, 0.4, power=0.9)
    assert shown.level == pytest.approx(twin.tail(13, 42, 0.2), abs=1e-12)  # 0.062, not 0.05
    assert not shown.holds
    exact = single_stage(0.2, 0.4, power=0.9, kind="fleming")
    assert exact.holds
    assert exact.boundary.patients > shown.boundary.patients


@pytest.mark.parametrize("kind", ["smallest", "safe", "fleming"])
def test_the_smallest_n_that_works_is_named(kind: Any) -> None:
    n = single_stage(0.1, 0.25, kind=kind).boundary.patients
    with pytest.raises(ToplineError, match=f"TL-G02.*{n} patients would do"):
        single_stage(0.1, 0.25, kind=kind, max_n=n - 1)
    assert single_stage(0.1, 0.25, kind=kind, max_n=n).boundary.patients == n


@pytest.mark.parametrize("kind", ["smallest", "safe", "fleming"])
def test_too_near_hypotheses(kind: Any) -> None:
    with pytest.raises(ToplineError, match="nor does any of at most 1000"):
        single_stage(0.3, 0.31, kind=kind)


def test_settings() -> None:
    with pytest.raises(ToplineError, match="TL-G04 kind"):
        single_stage(0.1, 0.3, kind="best")  # type: ignore[arg-type]
    with pytest.raises(ToplineError, match="TL-G04 max_n"):
        single_stage(0.1, 0.3, max_n=0)
    with pytest.raises(ToplineError, match="TL-G01"):
        fleming(0.3, 0.3)
