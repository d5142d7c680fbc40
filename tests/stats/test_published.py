"""Intervals that papers print and that follow from counts, to the printed digit."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.inference import Settings, inference
from topline.stats.kaplan_meier import kaplan_meier, survival_at
from topline.stats.proportion import clopper_pearson


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
        rule = Boundary((int(n1), int(n)), (int(r1), int(n) - 1), (int(n1) + 1, int(n)))
        look = 1 if int(x) <= int(r1) else 2
        low, high = (inference(rule, int(x), look, Settings(float(p0), level)) for level in (0.90, 0.95))
        shown = [f"{value:.4f}" for value in (low.naive, low.umvue, low.median_unbiased)] + [f"{low.p:.5f}"]
        shown += ["{:.4f}-{:.4f}".format(*each.koyama_chen) for each in (low, high)]
        assert ";".join(shown) == expected
    assert len(rows) >= 11
