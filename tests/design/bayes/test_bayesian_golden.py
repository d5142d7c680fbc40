"""Golden cases of the Bayesian designs, of two outcomes and of toxicity; and the cases themselves."""

import importlib
import tomllib
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from topline.design.bayes.bop2 import Bop2Rule
from topline.design.bayes.predictive import PredictiveRule
from topline.design.bivariate.rule import BivariateBoundary, BivariateHypotheses
from topline.design.looks import Looks
from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
FILES = ("predictive", "bop2", "posterior", "bryant_day", "toxicity")
CASES = [
    {**case, "file": name}
    for name in FILES
    for case in tomllib.loads((GOLDEN / f"design_{name}.toml").read_text("utf-8"))["case"]
]
KINDS = {"published", "software", "by-hand", "regression"}
RULES = {"bayes.predictive": PredictiveRule, "bayes.bop2": Bop2Rule}


def arguments(module: str, args: dict[str, Any]) -> dict[str, Any]:
    """Return arguments as the call takes them: tables of a case are rules, hypotheses and schedules."""
    out = {name: tuple(value) if isinstance(value, list) else value for name, value in args.items()}
    if "rule" in out:
        out["rule"] = RULES[module](**{**out["rule"], "prior": tuple(out["rule"]["prior"])})
        first, every, last = out["looks"]
        out["looks"] = Looks(first, every).up_to(last)
    elif "looks" in out:
        out["looks"] = Looks(*out["looks"])
    if isinstance(out.get("patients"), tuple):
        out["patients"] = range(*out["patients"])
    if "hypotheses" in out:
        given = out["hypotheses"]
        out["hypotheses"] = Hypotheses(*given) if isinstance(given, tuple) else BivariateHypotheses(**given)
    if "boundary" in out:
        out["boundary"] = BivariateBoundary(*map(tuple, out["boundary"]))
    return out


def steps(boundary: Boundary, last: int) -> list[list[int]]:
    """Return each futility bound with the first look at which it holds, up to a look."""
    first: dict[int, int] = {}
    for look, bound in zip(boundary.looks, boundary.futility, strict=True):
        if bound >= 0 and look <= last:
            first.setdefault(bound, look)
    return [[look, bound] for bound, look in first.items()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_golden(case: dict[str, Any]) -> None:
    module, _, name = case["call"].rpartition(".")
    result = getattr(importlib.import_module(f"topline.design.{module}"), name)(**arguments(module, case["args"]))
    if "steps" in case:
        assert steps(result, case["steps"][-1][0]) == case["steps"]
    if "rates" in case:
        result = operating_characteristics(result, case["rates"])
    for attribute, expected in case["expected"].items():
        tolerance = case.get("close", {}).get(attribute, case["tolerance"])
        actual = attrgetter(attribute)(result) if attribute else result
        np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["call"])
def test_golden_can_fail(case: dict[str, Any]) -> None:
    assert case["kind"] in KINDS
    assert len(case["source"]) > 10
    assert case["expected"] or case["steps"]
    for attribute, expected in case["expected"].items():
        tolerance = case.get("close", {}).get(attribute, case["tolerance"])
        assert tolerance <= np.abs(expected).min() / 20


def test_no_function_rests_on_itself_alone() -> None:
    trusted = {case["file"] for case in CASES if case["kind"] != "regression"}
    assert trusted == set(FILES)
