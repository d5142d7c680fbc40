"""Rates and the test of the null rate, from rows of a dataset to numbers."""

import numpy as np
import polars as pl
import pytest

from tests.protocols import protocol
from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.response import null_test, plan_response, proportion


def chosen(events: int, n: int) -> Selection:
    return Selection(pl.DataFrame({"AVALC": ["Y"] * events + ["N"] * (n - events)}), np.arange(n) < events)


def values(numbers: list[Number]) -> dict[str, float | str | None]:
    return {number.statistic: number.text or number.value for number in numbers}


def analysis(method: str, **settings: float) -> Analysis:
    return Analysis("X", "ADRS", "", "FAS", method, settings={"confidence": 0.95, **settings})


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
