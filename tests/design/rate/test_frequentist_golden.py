"""Every golden case of the frequentist designs, the whole reference tables, and that the cases can fail."""

import csv
import importlib
import importlib.util
import tomllib
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.frontier import admissible
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.protocol.rule.boundary import Boundary, operating_characteristics

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
FILES = ("simon", "admissible", "single_stage", "early_acceptance", "gehan")
EXACT = 1e-10


def read_cases() -> list[dict[str, Any]]:
    return [
        {**case, "file": name}
        for name in FILES
        for case in tomllib.loads((GOLDEN / f"design_{name}.toml").read_text("utf-8"))["case"]
    ]


CASES = read_cases()


def value(result: Any, name: str, expected: Any) -> Any:
    """Return what a case expects under a name."""
    if name == "expected_at":
        return [expected[0], result.operating_characteristics(expected[0]).expected_patients[0]]
    if name == "most_expected":
        return result.operating_characteristics(np.linspace(0, 1, 2001)).expected_patients.max()
    if name == "designs":
        rules = [one.design.boundary for one in result]
        return [[rule.futility[0], rule.looks[0], rule.futility[1], rule.looks[1]] for rule in rules]
    if name == "weights":
        return [[one.weight_from, one.weight_to] for one in result]
    if isinstance(result, tuple):
        return [getattr(one.design, name) for one in result]
    return attrgetter(name)(result)


def label(case: dict[str, Any]) -> str:
    return f"{case['file']}-{'-'.join(str(part) for part in case['args'].values())}"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_case(case: dict[str, Any]) -> None:
    module, _, name = case["call"].rpartition(".")
    result = getattr(importlib.import_module(f"topline.design.{module}"), name)(**case["args"])
    for key, expected in case["expected"].items():
        np.testing.assert_allclose(value(result, key, expected), expected, rtol=0, atol=case["tolerance"], err_msg=key)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_case_can_fail(case: dict[str, Any]) -> None:
    assert case["kind"] in {"published", "software"}
    assert len(case["source"]) > 10
    assert case["expected"]
    assert case["tolerance"] <= 6e-4


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extract_design", GOLDEN / "extract_design.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", FILES)
def test_the_script_still_writes_the_cases(shared: Path, name: str) -> None:
    module = script()
    cases = module.TABLES[f"design_{name}"](shared)
    assert module.page(f"design_{name}", cases) == (GOLDEN / f"design_{name}.toml").read_text("utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asked(row: dict[str, str]) -> dict[str, float]:
    rates = {"null": float(row["p0"]), "target": float(row["p1"]), "alpha": float(row["alpha"])}
    return {**rates, "power": round(1.0 - float(row["beta"]), 12)}


def test_simons_tables(shared: Path) -> None:
    table = rows(shared / "facts" / "simon_tables.csv")
    assert len(table) == 62
    for row in table:
        design = simon(**asked(row), kind=row["kind"])
        assert [*design.boundary.looks, *design.boundary.futility] == [int(row[k]) for k in ("n1", "n", "r1", "r")]
        printed = [float(row[k]) for k in ("EN_p0", "exact_alpha", "exact_power", "PET_p0")]
        early = float(design.exact.stops_early[0])
        ours = [design.expected_patients, design.level, design.attained_power, early]
        np.testing.assert_allclose(ours, printed, rtol=0, atol=5.1e-5)


def test_aherns_tables(shared: Path) -> None:
    table = rows(shared / "facts" / "ahern_tables.csv")
    assert len(table) == 151
    for row in table:
        design = single_stage(**asked(row))
        assert (design.boundary.patients, *design.boundary.efficacy) == (int(row["n"]), int(row["success_if_at_least"]))
        assert single_stage(**asked(row), kind="safe").boundary.patients == int(row["n_sawtooth_safe"])
        assert design.level == pytest.approx(float(row["exact_alpha"]), abs=5.1e-6)
        assert design.attained_power == pytest.approx(float(row["exact_power"]), abs=5.1e-6)


def test_four_programs_agree_on_the_single_stage(shared: Path) -> None:
    for row in rows(shared / "golden" / "rstats" / "single_stage_cross_peer.csv"):
        design = single_stage(**asked(row))
        assert (design.boundary.patients, design.boundary.futility[0]) == (int(row["clinfun_n"]), int(row["clinfun_r"]))
        assert design.level == pytest.approx(float(row["PhII_alpha"]), abs=EXACT)
        assert 1.0 - design.attained_power == pytest.approx(float(row["PhII_beta"]), abs=EXACT)


def test_every_single_stage_design_of_clinfun_has_its_probabilities(shared: Path) -> None:
    table = rows(shared / "golden" / "rstats" / "single_stage_clinfun.csv")
    assert len(table) == 215
    for row in table:
        n, r = int(row["n"]), int(row["r"])
        rates = float(row["p0"]), float(row["p1"])
        found = operating_characteristics(Boundary((n,), (r,), (r + 1,)), rates).success
        expected = float(row["alpha_attained"]), 1.0 - float(row["beta_attained"])
        np.testing.assert_allclose(found, expected, rtol=0, atol=EXACT)


def test_benchmarks(shared: Path) -> None:
    table = {row["method"]: row for row in rows(shared / "facts" / "design_benchmarks.csv")}
    assert table["Mander-Thompson 2010"]["value"] == "1/10, >=5, >5/29; 14.983; 0.04729; 0.80518; 23.308"
    early = mander_thompson(0.1, 0.3)
    assert (early.boundary.looks, early.boundary.futility, early.boundary.efficacy) == ((10, 29), (1, 5), (5, 6))
    found = [*early.exact.expected_patients, early.level, early.attained_power]
    np.testing.assert_allclose(found, [14.983, 23.308, 0.04729, 0.80518], rtol=0, atol=5e-4)
    assert table["Fleming one-stage exact"]["value"] == "25; 15; .04396; .18944"
    single = single_stage(0.45, 0.7)
    assert (single.boundary.patients, single.boundary.futility) == (25, (15,))
    np.testing.assert_allclose([single.level, 1 - single.attained_power], [0.04396, 0.18944], rtol=0, atol=5.1e-6)
    assert table["clinfun ph2simon admissible"]["value"] == "12/23,23/37 | 8/16,24/39 | 8/15,26/43"
    rules = [one.design.boundary for one in admissible(0.5, 0.7)]
    assert [rule.looks for rule in rules] == [(23, 37), (16, 39), (15, 43)]
    assert [rule.futility for rule in rules] == [(12, 23), (8, 24), (8, 26)]
