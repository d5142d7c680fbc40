"""Golden cases: read them, run them, and the data sets that the reference tables of R were computed from."""

import csv
import importlib
import tomllib
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topline.stats.cox import CoxOptions
from topline.stats.kaplan_meier import kaplan_meier

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
FILES = ("proportion", "kaplan_meier", "logrank", "cox", "incidence", "published_stats")
OF_A_CURVE = {"survival_quantile", "symmetric_median_interval", "survival_at", "restricted_mean"}
Array = NDArray[np.float64]


def read_cases() -> list[dict[str, Any]]:
    return [
        {**case, "file": name}
        for name in FILES
        for case in tomllib.loads((GOLDEN / f"{name}.toml").read_text("utf-8"))["case"]
    ]


def run(case: dict[str, Any]) -> dict[str, Any]:
    """Call the estimator of a case and return the values that the case expects, by name."""
    module, name = case["call"].split(".")
    args = dict(case["args"])
    if "ties" in args:
        args["options"] = CoxOptions(args.pop("ties"))
    if name in OF_A_CURVE:
        args["km"] = kaplan_meier(args.pop("time"), args.pop("event"))
    if name == "incidence_at":
        incidence = importlib.import_module("topline.stats.incidence").cumulative_incidence
        args["table"] = incidence(args.pop("time"), args.pop("event"))
    result = getattr(importlib.import_module(f"topline.stats.{module}"), name)(**args)
    return {key: attrgetter(key)(result) if key else result for key in case["expected"]}


def read_rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "golden" / "rstats" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text not in ("", "NA") else np.nan


def column(table: list[dict[str, str]], name: str) -> Array:
    return np.array([number(row[name]) for row in table])


def survival_data(folder: Path, name: str) -> tuple[Array, Array, Array]:
    """Return time, event and group of lung, ovarian or lung35."""
    names = ("futime", "fustat", "rx") if name == "ovarian" else ("time", "status01", "sex")
    table = read_rows(folder, f"data_{name}")
    return column(table, names[0]), column(table, names[1]), column(table, names[2])


def stratum(folder: Path, name: str, which: str) -> tuple[Array, Array]:
    """Return time and event of the subjects of a stratum, such as g=1, or of all."""
    time, event, group = survival_data(folder, name)
    mine = np.full(time.shape, True) if which == "all" else group == float(which.split("=")[1])
    return time[mine], event[mine]


def same(actual: Any, expected: float, rtol: float = 1e-8) -> bool:
    """Say whether a value equals the reference: relatively, absolutely near 0, and nan only where it is nan."""
    return bool(np.isclose(float(actual), expected, rtol=rtol, atol=1e-14, equal_nan=True))
