"""Intervals that papers print and that follow from counts, to the printed digit."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from topline.stats.kaplan_meier import kaplan_meier, survival_at
from topline.stats.proportion import clopper_pearson
from topline.stats.two_stage import TwoStageDesign, koyama_chen, naive_rate, two_stage_p_value, umvue


def facts(shared: Path, name: str) -> list[dict[str, str]]:
    with (shared / "facts" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def one_decimal(share: object) -> str:
    return f"{100 * float(np.asarray(share).item()):.1f}"


def test_response_rates_are_clopper_pearson(shared: Path) -> None:
    seen = 0
    for row in facts(shared, "published.csv"):
        printed = re.search(r"CP ([\d.]+)-([\d.]+)", row["ci_method_found"])
        if row["ci_method_found"].startswith("Clopper-Pearson"):
            limits = (row["lo"], row["hi"])
        elif printed:
            limits = (printed[1], printed[2])
        else:
            continue
        ci = clopper_pearson(int(row["x"]), int(row["n"]), float(row["ci_level"] or 95) / 100)
        assert (one_decimal(ci.lower), one_decimal(ci.upper)) == limits
        assert one_decimal(ci.estimate) == f"{float(row['value']):.1f}"
        seen += 1
    assert seen >= 4


@pytest.mark.parametrize(("metric", "month"), [("PFS at 3 months", 3.0), ("PFS at 6 months", 6.0)])
def test_ectas_is_kaplan_meier_with_log_log_limits(shared: Path, metric: str, month: float) -> None:
    rows = facts(shared, "published.csv")
    (row,) = [r for r in rows if r["study"].startswith("ECTAS") and r["metric"] == metric]
    free = int(row["x"])
    time = np.concatenate([np.linspace(0.5, 2.9, 39 - free), np.full(free, 12.0)])
    event = np.concatenate([np.ones(39 - free), np.zeros(free)])
    at = survival_at(kaplan_meier(time, event), month, "log-log", float(row["ci_level"]) / 100)
    shown = tuple(one_decimal(x[0]) for x in (at.survival.estimate, at.survival.lower, at.survival.upper))
    assert shown == (row["value"], row["lo"], row["hi"])


def test_inference_after_simon_designs(shared: Path) -> None:
    rows = [row for row in facts(shared, "design_benchmarks.csv") if row[next(iter(row))] == "Simon inference"]
    for row in rows:
        _, setting, _, expected, *_ = row.values()
        r1, n1, n, p0, x = re.fullmatch(r"r1/n1=(\d+)/(\d+) n=(\d+) p0=([\d.]+) x=(\d+)", setting).groups()
        design, k = TwoStageDesign(int(n1), int(r1), int(n), int(n) - 1), int(x)
        low, high = koyama_chen(design, k, 0.90), koyama_chen(design, k, 0.95)
        shown = [f"{float(v):.4f}" for v in (naive_rate(design, k), umvue(design, k), low.estimate)]
        shown += [f"{float(two_stage_p_value(design, k, float(p0))):.5f}"]
        shown += [f"{float(ci.lower):.4f}-{float(ci.upper):.4f}" for ci in (low, high)]
        assert ";".join(shown) == expected
    assert len(rows) >= 11
