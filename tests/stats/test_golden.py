"""Every golden case of the estimators, and the cases themselves: sourced, typed, tight enough to fail."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.stats.cases import GOLDEN, read_cases, run

CASES = read_cases()
ROUNDING = 1e-16
"""What a zero of R may be off by: its Wilson limit of 0 events is 2e-17."""
KINDS = {"published", "software", "by-hand", "regression"}


def label(case: dict[str, Any]) -> str:
    return f"{case['file']}-{case['call'].split('.')[1]}"


def is_relative(case: dict[str, Any]) -> bool:
    return bool(case["file"] != "published_stats")


@pytest.mark.parametrize("case", CASES, ids=label)
def test_case(case: dict[str, Any]) -> None:
    rtol, atol = (case["tolerance"], ROUNDING) if is_relative(case) else (0.0, case["tolerance"])
    for name, actual in run(case).items():
        np.testing.assert_allclose(actual, case["expected"][name], rtol=rtol, atol=atol, err_msg=name)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_case_can_fail(case: dict[str, Any]) -> None:
    assert case["kind"] in KINDS
    assert len(case["source"]) > 10
    assert case["expected"]
    if is_relative(case):
        assert case["tolerance"] <= 1e-8
        return
    for name, expected in case["expected"].items():
        largest = np.abs(np.asarray(expected, dtype=np.float64)).max()
        assert case["tolerance"] <= (largest or 1.0) / 20, f"{name} could be off by 5% without notice"


def test_every_estimator_has_a_case_that_is_more_than_unchanged() -> None:
    called = {case["call"].split(".")[1] for case in CASES if case["kind"] != "regression"}
    assert called >= {
        "clopper_pearson",
        "wilson",
        "jeffreys",
        "mid_p",
        "binomial_test",
        "survival_at",
        "survival_quantile",
        "symmetric_median_interval",
        "median_follow_up",
        "restricted_mean",
        "log_rank",
        "cox",
        "incidence_at",
    }


def test_the_script_still_writes_the_cases(shared: Path) -> None:
    spec = importlib.util.spec_from_file_location("extract_stats", GOLDEN / "extract_stats.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name, select in script.TABLES.items():
        written = (GOLDEN / f"{name}.toml").read_text("utf-8")
        assert script.page(name, select(shared / "golden" / "rstats")) == written
