"""Calendar duration of a rule: trials walked patient by patient, distribution and mean agree, bounds, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.design.survival.duration import Accrual, Arrival, duration
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary, operating_characteristics

SIMON = Boundary(looks=(18, 35), futility=(2, 6), efficacy=(19, 7))
CLOSE = Boundary(looks=(5, 8, 11, 14), futility=(0, 1, 2, 4), efficacy=(6, 6, 7, 5))


def walked(rule: Boundary, accrual: Accrual, rate: float, rng: np.random.Generator) -> tuple[float, int]:
    """Walk one trial patient by patient: return the month of its decision and the patients entered by then."""
    clock, offset, entries, responses, months = 0.0, 0.0, [], 0, np.nan
    reached = 0.0
    for patient in range(1, rule.patients + 1):
        reached += rng.exponential() if accrual.arrival == "poisson" else 1.0
        clock = float(accrual.month(reached))
        entries.append(clock + offset)
        responses += rng.random() < rate
        if patient in rule.looks and np.isnan(months):
            place = rule.looks.index(patient)
            decided = entries[-1] + accrual.assessment + accrual.decision
            if responses <= rule.futility[place] or responses >= rule.efficacy[place]:
                months = decided
                if accrual.pause:
                    return months, patient
            elif accrual.pause:
                offset = decided - clock
    return months, sum(entry <= months + 1e-9 for entry in entries)


@pytest.mark.parametrize("rule", [SIMON, CLOSE])
@pytest.mark.parametrize("arrival", ["even", "poisson"])
@pytest.mark.parametrize(("ramp", "pause"), [(0.0, True), (6.0, True), (9.0, False), (40.0, False)])
def test_walked_trials(rule: Boundary, arrival: Arrival, ramp: float, pause: bool) -> None:
    accrual = Accrual(2.0, ramp, assessment=2.0, decision=0.5, pause=pause, arrival=arrival)
    found, trials = duration(rule, accrual, [0.25]), 1500
    rng = np.random.default_rng(9)
    walks = np.array([walked(rule, accrual, 0.25, rng) for _ in range(trials)])
    mean, error = walks.mean(axis=0), walks.std(axis=0) / np.sqrt(trials)
    assert abs(found.expected[0] - mean[0]) < 3.7 * error[0]
    assert abs(found.enrolled[0] - mean[1]) < 3.7 * error[1] + 1e-9
    for month in (8.0, 13.7, 21.3):
        share = (walks[:, 0] <= month + 1e-9).mean()
        by = found.by(month)[0, 0]
        assert abs(by - share) < 3.7 * np.sqrt(max(by * (1 - by), 1e-4) / trials)


@settings(max_examples=30)
@given(st.floats(0.3, 8.0), st.floats(0.0, 20.0), st.floats(0.0, 6.0), st.booleans(), st.floats(0.0, 1.0))
def test_mean_is_the_area_above_the_distribution(
    rate: float, ramp: float, wait: float, pause: bool, response: float
) -> None:
    found = duration(SIMON, Accrual(rate, ramp, wait, 0.0, pause, "poisson"), [response])
    months = np.linspace(0.0, 4.0 * found.longest + 10.0, 6001)
    area = np.trapezoid(1.0 - found.by(months)[0], months)
    assert found.expected[0] == pytest.approx(area, rel=1e-3)
    assert 18 - 1e-9 <= found.enrolled[0] <= 35 + 1e-9
    assert found.looks[0] <= found.expected[0] + 1e-9 <= found.longest + 2e-9
    assert (np.diff(found.by(months)[0]) >= -1e-12).all()


@settings(max_examples=30)
@given(st.floats(0.3, 8.0), st.floats(0.0, 20.0), st.integers(1, 200))
def test_the_clock_runs_both_ways(rate: float, ramp: float, patients: int) -> None:
    accrual = Accrual(rate, ramp)
    assert accrual.expected(accrual.month(patients)) == pytest.approx(patients, rel=1e-9)
    late = Accrual(rate, ramp, arrival="poisson").mean_month(patients)
    assert late <= accrual.month(patients) + 1e-9  # a concave clock: the mean of its value is below its value


def test_no_pause_and_no_wait_is_accrual_alone() -> None:
    found = duration(SIMON, Accrual(2.0), [0.1, 0.3])
    np.testing.assert_allclose(found.expected, operating_characteristics(SIMON, [0.1, 0.3]).expected_patients / 2.0)
    np.testing.assert_allclose(found.enrolled, 2.0 * found.expected)


def test_quantiles_invert_the_distribution() -> None:
    found = duration(SIMON, Accrual(2.0, 3.0, 2.0, arrival="poisson"), [0.1, 0.3])
    for probability in (0.05, 0.5, 0.95):
        month = found.quantile(probability)
        assert found.by(month).diagonal() == pytest.approx([probability] * 2, abs=1e-9)
    with pytest.raises(ToplineError, match="TL-G04 probability"):
        found.quantile(1.0)


WRONG = [
    ("TL-G04 rate", {"rate": 0.0}),
    ("TL-G04 rate", {"rate": float("inf")}),
    ("TL-G04 ramp", {"rate": 1.0, "ramp": -1.0}),
    ("TL-G04 assessment", {"rate": 1.0, "assessment": float("nan")}),
    ("TL-G04 decision", {"rate": 1.0, "decision": -0.1}),
    ("TL-G04 arrival", {"rate": 1.0, "arrival": "bursts"}),
]


@pytest.mark.parametrize(("message", "given_settings"), WRONG)
def test_refusals(message: str, given_settings: dict[str, float]) -> None:
    with pytest.raises(ToplineError, match=message):
        Accrual(**given_settings)  # type: ignore[arg-type]
