"""Stopping for toxicity: where a trial stands against its rule, the posterior of the rate, and rates per time."""

import tomllib
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.stats.cases import GOLDEN
from topline.stats import monitoring, poisson
from topline.stats.analysis import Analysis, Selection
from topline.stats.monitoring import toxicity_posterior
from topline.stats.poisson import poisson_rate
from topline.stats.stopping import against_boundary

MODULES = {"poisson": poisson, "monitoring": monitoring}
CASES = [
    case
    for case in tomllib.loads((GOLDEN / "safety.toml").read_text("utf-8"))["case"]
    if case["call"].split(".")[0] in MODULES  # the others are those of the rule
]
KINDS = {"published", "software", "by-hand"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_golden(case: dict[str, Any]) -> None:
    module, name = case["call"].split(".")
    result = getattr(MODULES[module], name)(**case["args"])
    for attribute, expected in case["expected"].items():
        np.testing.assert_allclose(attrgetter(attribute)(result), expected, rtol=0, atol=case["tolerance"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_golden_can_fail(case: dict[str, Any]) -> None:
    assert case["kind"] in KINDS
    assert len(case["source"]) > 10
    for expected in case["expected"].values():
        assert case["tolerance"] <= (abs(expected) or 1.0) / 20


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 60), st.data(), st.floats(0.05, 0.95), st.floats(0.2, 5.0), st.floats(0.2, 5.0))
def test_posterior_is_the_beta_distribution(n: int, data: st.DataObject, threshold: float, a: float, b: float) -> None:
    x = data.draw(st.integers(0, n))
    after = toxicity_posterior(x, n, threshold, (a, b), 0.9)
    beta = stats.beta(a + x, b + n - x)
    np.testing.assert_allclose(after.exceeds, beta.sf(threshold), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose([after.rate.lower, after.rate.upper], beta.ppf([0.05, 0.95]), rtol=1e-7)
    np.testing.assert_allclose(after.rate.estimate, beta.mean(), rtol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 300), st.floats(0.01, 500), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_poisson_limits_leave_half_the_error_in_each_tail(events: int, time: float, level: float) -> None:
    found = poisson_rate(events, time, level)
    upper = stats.poisson.cdf(events, found.upper * time)
    assert upper == pytest.approx((1 - level) / 2, rel=1e-8)
    lower = stats.poisson.sf(events - 1, found.lower * time)
    assert lower == (1.0 if events == 0 else pytest.approx((1 - level) / 2, rel=1e-8))
    assert float(found.estimate) == events / time


@pytest.mark.parametrize(("events", "time"), [(-1, 1), (1.5, 1), (np.nan, 1), (1, 0), (1, -2), (1, np.inf)])
def test_impossible_rates_are_refused(events: float, time: float) -> None:
    with pytest.raises(ValueError, match="poisson_rate"):
        poisson_rate([3, events], [1, time])


def test_impossible_priors_are_refused() -> None:
    with pytest.raises(ValueError, match="toxicity_posterior"):
        toxicity_posterior(1, 2, 0.2, (0.0, 1.0))
    with pytest.raises(ValueError, match="toxicity_posterior"):
        toxicity_posterior(1, 2, 20)


SETTINGS = {
    "planned": 20,
    "rate": 0.2,
    "error": 0.05,
    "window": 28,
    "certainty": 0.9,
    "prior a": 1,
    "prior b": 1,
    "confidence": 0.95,
}


def stand(states: str, names: int = 1, **more: float) -> dict[str, tuple[float | None, str]]:
    """Return the numbers of a trial whose patients are T (toxicity on day 10), L (on day 40), s (stopped on day 12),
    w (last seen on day 12) or n (none by day 60), in order of entry; those between two spaces began on one day.

    `names` are multiplied with a patient's place: 1 names them in order of entry, -1 in the reverse order.
    """
    found = {"T": (10, 0), "L": (40, 0), "s": (12, 3), "w": (12, 1), "n": (60, 1)}
    days = states.split(" ") if " " in states else list(states)
    entered = [(day, state) for day, those in enumerate(days) for state in those]
    rows = pl.DataFrame(
        [
            (f"{500 + names * i:03d}", date(2024, 1, 1) + timedelta(days=day), *found[state])
            for i, (day, state) in enumerate(entered)
        ],
        schema=["USUBJID", "STARTDT", "AVAL", "CNSR"], orient="row",
    ).sample(fraction=1.0, shuffle=True, seed=7)  # fmt: skip
    analysis = Analysis("TOXICITY", "ADAETTE", "", "SAF", "toxicity-boundary", settings={**SETTINGS, **more})
    numbers = against_boundary(Selection(rows, (rows["CNSR"] == 0).to_numpy()), analysis)
    return {
        number.statistic if number.at is None else f"{number.statistic}@{number.at:g}": (number.value, number.text)
        for number in numbers
    }


def test_where_the_trial_stands() -> None:
    """The rule for 20 patients and 20% is 3:3 4:4 7:5 10:6, so 2 of 5 go on; late toxicity does not count."""
    going = stand("TnTwsL")
    assert {name: going[name][0] for name in ("patients", "waiting", "toxicities", "bound")} == {
        "patients": 5, "waiting": 1, "toxicities": 2, "bound": 4,
    }  # fmt: skip
    assert going["verdict"] == (None, "go on")
    assert [going[f"observed@{i}"][0] for i in range(1, 6)] == [1, 1, 2, 2, 2]
    assert (going["boundary@3"][0], going["boundary@19"][0]) == (3, 9)
    assert going["posterior above rate"][1] == "high"
    assert going["posterior above rate"][0] == pytest.approx(100 * stats.beta(3, 4).sf(0.2), rel=1e-9)


def test_the_boundary_stays_crossed() -> None:
    late, early = stand("nTTTTTnnnnnnn"), stand("TTT")
    assert (late["verdict"], late["stopped at"]) == ((None, "stop"), (5.0, ""))
    assert (early["verdict"], early["stopped at"]) == ((None, "stop"), (3.0, ""))
    assert stand("TT")["bound"] == (None, "NE")


def test_the_end_of_the_plan() -> None:
    assert stand("n" * 20)["verdict"] == (None, "not reached")
    assert stand("n" * 21)["verdict"] == (None, "more patients than planned")
    assert stand("n" * 20 + "T" * 20)["toxicities"] == (20, "")


def test_without_window_everyone_counts() -> None:
    found = stand("LTw", window=0)
    assert (found["patients"][0], found["toxicities"][0], found["waiting"][0]) == (3, 2, 0)


def test_nobody_observed_yet() -> None:
    found = stand("ww")
    assert (found["patients"][0], found["bound"][1], found["verdict"][1]) == (0, "NE", "go on")


def test_patients_of_one_day_count_together() -> None:
    """The rule for 20 patients and 20% is 3:3 4:4: three of the first three stop, three of the first four do not."""
    apart, together = stand("T T T n"), stand("T T Tn")
    assert (apart["verdict"][1], apart["stopped at"][0]) == ("stop", 3)
    assert together["verdict"] == (None, "go on")
    assert [name for name in together if name.startswith("observed")] == ["observed@1", "observed@2", "observed@4"]
    assert together["observed@4"] == (3, "")
    assert stand("TTTT")["stopped at"][0] == 3
    assert stand("TT TT")["stopped at"][0] == 4


@pytest.mark.parametrize("states", ["nT TTTn nnnTn", "TTT", "T nTw Tn sLT", "n" * 18 + " TT nT", "TTTTTnnnn nnT T"])
def test_no_name_decides(states: str) -> None:
    """The same patients under other names, and in another order within their day, give the same numbers."""
    swapped = " ".join(day[::-1] for day in states.split(" "))
    first = stand(states)
    assert all(stand(each, names) == first for each in (states, swapped) for names in (1, -1) if " " in states)
    assert stand(states, -1) == first


def test_a_day_that_passes_the_plan_is_not_asked() -> None:
    found = stand(" ".join("n" * 19) + " nT")
    assert (found["patients"][0], found["verdict"][1]) == (21, "more patients than planned")
    assert "observed@21" not in found
