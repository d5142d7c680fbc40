"""Golden cases of designs on a time to event, on precision and on duration; and the cases themselves."""

import importlib
import tomllib
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from topline.design.precision import Precision
from topline.design.survival.duration import Accrual
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.weibull import SurvivalHypotheses, Weibull
from topline.protocol.rule.boundary import Boundary

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
CASES = tomllib.loads((GOLDEN / "design_survival.toml").read_text("utf-8"))["case"]
KINDS = {"published", "software", "by-hand", "regression"}


def hypotheses(given: dict[str, float]) -> SurvivalHypotheses:
    if "median" in given:
        curve = Weibull.of_median(given["median"], given["shape"])
    else:
        curve = Weibull.of_rate(given["rate"], given["time"], given["shape"])
    return SurvivalHypotheses(curve, given["hazard_ratio"], given["alpha"], given["power"])


def arguments(case: dict[str, Any]) -> list[Any]:
    """Return the values that a case hands to its call, in order."""
    made = {
        "hypotheses": hypotheses,
        "enrolment": lambda given: Enrolment(**given),
        "precision": lambda given: Precision(**given),
        "boundary": lambda given: Boundary(*map(tuple, given)),
        "accrual": lambda given: Accrual(**given),
        "rates": list,
    }
    return [make(case[name]) for name, make in made.items() if name in case]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_golden(case: dict[str, Any]) -> None:
    module, _, name = case["call"].rpartition(".")
    call = getattr(importlib.import_module(f"topline.design.{module}"), name)
    result = call(*arguments(case), **case.get("args", {}))
    for attribute, expected in case["expected"].items():
        actual = attrgetter(attribute)(result) if attribute else result
        np.testing.assert_allclose(actual, expected, rtol=0, atol=case["tolerance"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_cases_can_fail(case: dict[str, Any]) -> None:
    assert case["kind"] in KINDS
    assert len(case["source"]) >= len("by hand")
    assert 0 <= case["tolerance"] < 1e-6
