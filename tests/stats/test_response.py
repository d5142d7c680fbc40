"""Rates and the decision of the design, from rows of a dataset to numbers."""

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.protocols import protocol
from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.response import after_two_stages, decision, null_test, plan_response, proportion


def chosen(events: int, n: int) -> Selection:
    return Selection(pl.DataFrame({"AVALC": ["Y"] * events + ["N"] * (n - events)}), np.arange(n) < events)


def values(numbers: list[Number]) -> dict[str, float | str | None]:
    return {number.statistic: number.text or number.value for number in numbers}


def analysis(method: str, **settings: float) -> Analysis:
    return Analysis("X", "ADRS", "", "FAS", method, settings={"confidence": 0.95, **settings})


@pytest.mark.parametrize(
    ("events", "n", "verdict"),
    [
        (7, 35, "positive"),
        (6, 35, "negative"),
        (7, 30, "positive"),  # certain already: five patients more cannot take a response away
        (1, 30, "negative"),  # out of reach: 1 + 5 < 7
        (4, 30, "not yet"),
        (9, 36, "not defined: more patients than planned"),
    ],
)
def test_verdict_of_a_single_stage(events: int, n: int, verdict: str) -> None:
    found = values(decision(chosen(events, n), analysis("decision", planned=35, needed=7)))
    assert found["verdict"] == verdict
    assert found["observed"] == events


@pytest.mark.parametrize(
    ("events", "n", "verdict"),
    [(2, 18, "negative: stopped after the first stage"), (3, 18, "not yet"), (7, 35, "positive"), (6, 35, "negative")],
)
def test_verdict_of_two_stages(events: int, n: int, verdict: str) -> None:
    plan = analysis("decision", planned=35, needed=7, n1=18, r1=2)
    assert values(decision(chosen(events, n), plan))["verdict"] == verdict


def test_adjusted_inference_equals_published_values(shared: Path) -> None:
    """Simon's design 2/18, 7/35 with 7 responses: values of design_benchmarks.csv (clinfun, exact recomputation)."""
    with (shared / "facts" / "design_benchmarks.csv").open(encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file) if r["case"] == "r1/n1=2/18 n=35 p0=0.1 x=7")
    naive, unbiased, median, p, _, interval = row["value"].split(";")
    plan = analysis("two-stage", null=0.1, planned=35, needed=7, n1=18, r1=2)
    found = {
        name: float(value) for name, value in values(after_two_stages(chosen(7, 35), plan)).items() if value is not None
    }
    low, high = map(float, interval.split("-"))
    expected = {
        "naive": float(naive),
        "umvue": float(unbiased),
        "median unbiased": float(median),
        "lower": low,
        "upper": high,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(100 * value, abs=0.005), name
    assert found["p"] == pytest.approx(float(p), abs=5e-6)


@pytest.mark.parametrize(("events", "n"), [(7, 34), (3, 18), (2, 35)])
def test_no_adjusted_inference_off_the_design(events: int, n: int) -> None:
    plan = analysis("two-stage", null=0.1, planned=35, needed=7, n1=18, r1=2)
    with pytest.raises(ValueError, match=r"patients|continue|stop"):
        after_two_stages(chosen(events, n), plan)


def test_rate_is_in_percent_with_the_exact_interval() -> None:
    """3 of 40 responded in ESO-Shanghai 11 (PMC8176978); the exact interval is 1.6 to 20.4 %."""
    found = values(proportion(chosen(3, 40), analysis("clopper-pearson")))
    assert found["rate"] == 7.5
    assert found["lower"] == pytest.approx(1.6, abs=0.05)
    assert found["upper"] == pytest.approx(20.4, abs=0.05)


def test_null_test_is_one_sided() -> None:
    """P(X >= 7) for 35 patients at .10: 1 - pbinom(6, 35, .1)."""
    assert values(null_test(chosen(7, 35), analysis("binomial-test", null=0.1)))["p"] == pytest.approx(
        0.05522, abs=5e-5
    )


def test_plan_has_each_analysis_once() -> None:
    plans = plan_response(protocol())
    ids = [each.id for each in plans]
    assert len(ids) == len(set(ids))
    assert {"ORR", "ORR.wilson", "BOR.CR", "CBOR.MISSING", "DESIGN.decision", "DESIGN.binomial-test"} <= set(ids)


def test_the_first_stage_is_that_of_the_first_patients_enrolled() -> None:
    plan = analysis("decision", planned=35, needed=7, n1=18, r1=2)
    late = np.arange(35) >= 27  # eight responses, all among the last patients
    rows = pl.DataFrame({"ENRLORD": np.arange(1, 36)})
    found = values(decision(Selection(rows, late), plan))
    assert (found["first stage"], found["verdict"]) == (0, "negative: the first stage asked to stop")
    with pytest.raises(ValueError, match="it went on"):
        after_two_stages(Selection(rows, late), analysis("two-stage", null=0.1, planned=35, needed=7, n1=18, r1=2))
    assert values(decision(Selection(rows.reverse(), late), plan))["verdict"] == "positive"
