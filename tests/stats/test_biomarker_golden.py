"""Golden cases of marker statistics, and the shared benchmarks of biomarker searches as they stand."""

import csv
import importlib
import tomllib
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from topline.stats.fisher import fisher_exact, fisher_power
from topline.stats.marker_cuts import divide
from topline.stats.maximal_distribution import lausen_sauerbrei
from topline.stats.maximal_statistic import observed
from topline.stats.outcome_scores import survival_outcome

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "biomarker.toml"
CASES = tomllib.loads(GOLDEN.read_text("utf-8"))["case"]
TRIALS, PATIENTS = 2000, 43
LOW = np.arange(5, 39)  # subjects below a cut: 10% to 90% of 43
BENCHMARK_TRIALS = 4000
POWER = {"Fisher power, 21 of 43 marker+": (21, 22), "Fisher power, 17 of 35 marker+": (17, 18)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_case(case: dict[str, Any]) -> None:
    module, name = case["call"].split(".")
    found = getattr(importlib.import_module(f"topline.stats.{module}"), name)(**case["args"])
    for key, expected in case["expected"].items():
        actual = attrgetter(key)(found) if key else found
        np.testing.assert_allclose(actual, expected, rtol=case["tolerance"], atol=1e-14, err_msg=key)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_case_can_fail(case: dict[str, Any]) -> None:
    assert case["kind"] in {"published", "software", "by-hand"}
    assert len(case["source"]) > 10
    assert 0 < case["tolerance"] <= 0.01


def benchmarks(shared: Path) -> dict[tuple[str, str], str]:
    with (shared / "facts" / "biomarker_benchmarks.csv").open(encoding="utf-8", newline="") as file:
        return {(row["example"], row["quantity"]): row["value"] for row in csv.DictReader(file)}


def test_power_benchmarks(shared: Path) -> None:
    rows = {key: value for key, value in benchmarks(shared).items() if key[0] in POWER}
    assert len(rows) == 2
    for (example, quantity), value in rows.items():
        pairs = [tuple(map(float, pair.split(" v "))) for pair in quantity.split(" / ")]
        found = [float(fisher_power(one, two, *POWER[example])) for one, two in pairs]
        np.testing.assert_allclose(found, [float(each) for each in value.split(" / ")], atol=0.0005)


def test_lymphoma_benchmark_by_formula(shared: Path) -> None:
    """The patients are not at hand; what follows from the printed statistic and 40 patients without ties is."""
    value = benchmarks(shared)[("same", "p Lau94")]
    assert value == "0.0239 (M=3.177) / 0.02435 (iscores)"
    assert round(lausen_sauerbrei(3.177, range(4, 37), 40), 4) == 0.0239
    assert round(lausen_sauerbrei(3.171, range(4, 37), 40), 5) == 0.02435


def naive_rates(rate: float, seed: int) -> tuple[float, float]:
    """Return how often the best of all cuts is below 5%, by Fisher's test and by log-rank scores, under no effect."""
    random = np.random.default_rng(seed)
    response = (random.random((TRIALS, PATIENTS)) < rate).astype(np.float64)
    below, total = np.cumsum(response, axis=1)[:, LOW - 1], response.sum(axis=1)[:, None]
    fisher = (fisher_exact(total - below, PATIENTS - LOW, below, LOW).min(axis=1) <= 0.05).mean()
    cuts = divide(np.arange(float(PATIENTS))[:, None])
    time, end = random.exponential(size=(TRIALS, PATIENTS)), random.uniform(0.5, 2, size=(TRIALS, PATIENTS))
    best = [
        np.abs(observed(survival_outcome(np.minimum(t, c), t <= c), cuts)).max() for t, c in zip(time, end, strict=True)
    ]
    return float(fisher), float((np.array(best) > 1.959964).mean())


def test_naive_error_benchmarks(shared: Path) -> None:
    key = ("naive best cut type I at nominal .05, n=43", "Fisher / log-rank (cuts 10-90%)")
    expected = [float(each) for each in benchmarks(shared)[key].split(" / ")]
    found = naive_rates(0.6, seed=20)
    for actual, value in zip(found, expected, strict=True):
        error = np.sqrt(value * (1 - value) * (1 / TRIALS + 1 / BENCHMARK_TRIALS))
        assert abs(actual - value) < 3 * error, (found, expected)
        assert actual > 0.05 + 5 * error
