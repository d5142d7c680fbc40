"""Baseline: which lesions are measurable and which are the targets, case by case."""

import csv
import re
from pathlib import Path

import polars as pl
import pytest

from tests.protocols import protocol
from topline.adam.recist import MM
from topline.adam.selection import least_size, select_targets

CRITERIA = protocol().criteria.response
Lesion = tuple[str, float, str, float | None]

COURSES: dict[str, list[Lesion]] = {
    # organ, size [mm], method, slice thickness [mm]
    "SEL01": [("LIVER", 45, "CT", 5), ("LIVER", 30, "CT", 5), ("LIVER", 22, "CT", 5), ("LUNG", 18, "CT", 5), ("LUNG", 12, "CT", 5), ("LYMPH NODE", 16, "CT", 5)],
    "SEL03": [("LIVER", 40, "CT", 5), ("LIVER", 35, "CT", 5), ("LIVER", 30, "CT", 5), ("LUNG", 20, "CT", 5), ("LUNG", 15, "CT", 5), ("LUNG", 11, "CT", 5)],
    "SEL04": [("LYMPH NODE, CERVICAL", 22, "CT", 5), ("LYMPH NODE, MEDIASTINAL", 19, "CT", 5), ("LYMPH NODE, COELIAC", 17, "CT", 5)],
    "SEL08": [("LYMPH NODE", 15.0, "CT", 5)],
    "SEL11": [("LUNG", 14, "CT", 8)],
    "SEL12": [("LUNG", 19, "CHEST X-RAY", None)],
    "SEL18": [("LIVER", 40, "CT", 5)],
}  # fmt: skip
CHOSEN: dict[str, list[float]] = {
    "SEL01": [45, 30, 18, 16, 12],
    "SEL03": [40, 35, 20, 15],
    "SEL04": [22, 19],
    "SEL08": [15],
    "SEL11": [],
    "SEL12": [],
    "SEL18": [],
}


def lesions(rows: list[Lesion], *, benign: bool = False) -> pl.DataFrame:
    schema = {"TULOC": pl.String, "MILLIMETRES": pl.Float64, "METHOD": pl.String, "SLICE": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(
        pl.lit(0, pl.Int64).alias("S"),
        pl.format("L{}", pl.int_range(pl.len())).alias("TRLNKID"),
        pl.col("TULOC").str.starts_with("LYMPH").alias("NODE"),
        (pl.col("MILLIMETRES") * MM).cast(pl.Int64).alias("NM"),
        pl.lit(benign).alias("BENIGN"),
    )


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, dict[str, str]]:
    with (shared / "facts" / "recist_selection_cases.csv").open(encoding="utf-8") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def test_every_case_is_here(cases: dict[str, dict[str, str]]) -> None:
    assert set(cases) == set(COURSES)
    for name, case in cases.items():
        written = {float(size) for size in re.findall(r"\d+(?:\.\d+)?", case["baseline"])}
        assert {size for _, size, _, _ in COURSES[name]} <= written


@pytest.mark.parametrize("name", list(COURSES))
def test_targets(cases: dict[str, dict[str, str]], name: str) -> None:
    benign = "not malignant" in cases[name]["expected"]
    got = select_targets(lesions(COURSES[name], benign=benign), CRITERIA)
    chosen = sorted(got.filter("TARGET")["MILLIMETRES"].to_list(), reverse=True)
    assert chosen == CHOSEN[name]
    total = re.search(r"sum (\d+)|= (\d+)", cases[name]["expected"])
    if total:
        assert sum(chosen) == float(total[1] or total[2])
    measurable = got["MEASURABLE"].any()
    assert measurable == ("not measurable" not in cases[name]["expected"] and not benign)


@pytest.mark.parametrize(
    ("node", "method", "slice_mm", "least"),
    [
        (False, "CT SCAN", 5.0, 10),
        (False, "CT SCAN", 5.5, 11),
        (False, "CT SCAN", 8.0, 16),
        (False, None, None, 10),
        (False, "X-RAY", None, 20),
        (False, "CALIPER", None, 10),
        (True, "CT SCAN", 5.0, 15),
        (True, "CT SCAN", 10.0, 20),
    ],
)
def test_least_size(node: bool, method: str | None, slice_mm: float | None, least: float) -> None:
    schema = {"NODE": pl.Boolean, "METHOD": pl.String, "SLICE": pl.Float64}
    frame = pl.DataFrame({"NODE": [node], "METHOD": [method], "SLICE": [slice_mm]}, schema=schema)
    assert frame.select(least_size()).item() == least * MM
