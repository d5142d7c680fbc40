"""EORTC QLQ-C30 and QLQ-OES18, case by case: the answers of a form give the expected scores."""

import csv
from pathlib import Path

import numpy as np
import pytest

from topline.adam.asked import Asked, ask
from topline.adam.instrument import built_in
from topline.adam.scoring import score

EXACT = 1e-9
PRINTED = 5.1e-5
"""The cases give four decimals."""


def instrument(name: str, **directions: str) -> Asked:
    found = built_in(name)
    assert found is not None
    return ask(found, directions)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float:
    return float(text) if text not in ("", "NA") else np.nan


def answers(rows: list[dict[str, str]], asked: Asked) -> np.ndarray:
    return np.array([[number(row[f"q{item.number}"]) for item in asked.instrument.items] for row in rows])


def agree(rows: list[dict[str, str]], asked: Asked, columns: dict[str, str], atol: float) -> int:
    """Compare the scores of every row with the columns that name them; return how many scores were compared."""
    found = score(answers(rows, asked), asked)
    place = {scale.param: index for index, scale in enumerate(asked.scales)}
    for param, column in columns.items():
        expected = np.array([number(row[column]) for row in rows])
        np.testing.assert_allclose(found[:, place[param]], expected, rtol=0, atol=atol, err_msg=f"{param} of {column}")
    return len(rows) * len(columns)


C30 = instrument("EORTC QLQ-C30")
OES18 = instrument("EORTC QLQ-OES18")
SCALES = {scale.param: scale.param[3:] for scale in C30.scales if not scale.parts}
OES_COLUMNS = {scale.param: scale.param for scale in OES18.scales}


def test_c30_cases(shared: Path) -> None:
    rows = rows_of(shared / "facts" / "qlq_c30_cases.csv")
    assert agree(rows, C30, {**SCALES, "C30SUM": "SUMMARY"}, PRINTED) >= 19 * 16


def test_oes18_cases_in_both_directions(shared: Path) -> None:
    rows = rows_of(shared / "facts" / "qlq_oes18_cases.csv")
    assert agree(rows, OES18, OES_COLUMNS, PRINTED) >= 60
    turned = instrument("EORTC QLQ-OES18", OESDYS="symptom")
    assert agree(rows, turned, {**OES_COLUMNS, "OESDYS": "OESDYS_reversed"}, PRINTED) >= 60


@pytest.mark.parametrize(
    ("table", "more"),
    [("pro_c30_QoLR_synth", {}), ("pro_c30_PROscorer_synth", {"C30SUM": "QLQTOTAL"})],
)
def test_c30_with_missing_items_equals_r(shared: Path, table: str, more: dict[str, str]) -> None:
    """200 forms with a fifth of the answers missing; PROscorer calls its summary score QLQTOTAL."""
    folder = shared / "golden" / "rstats"
    items, scores = rows_of(folder / "data_synth_c30_missing.csv"), rows_of(folder / f"{table}.csv")
    both = [{**row, **found} for row, found in zip(items, scores, strict=True) if row["id"] == found["id"]]
    assert agree(both, C30, {**SCALES, **more}, EXACT) >= 200 * 15


def test_oes18_with_missing_items_equals_r(shared: Path) -> None:
    folder = shared / "golden" / "rstats"
    items, scores = rows_of(folder / "data_synth_oes18.csv"), rows_of(folder / "pro_oes18_QoLR.csv")
    both = [{**row, **found} for row, found in zip(items, scores, strict=True) if row["id"] == found["id"]]
    assert agree(both, OES18, OES_COLUMNS, EXACT) == 600


def test_codes_and_structure_are_those_of_cdisc(shared: Path) -> None:
    rows = rows_of(shared / "facts" / "cdisc_qlq_codes.csv")
    named = {row["item or scale"]: row for row in rows if row["QSTESTCD"].startswith("EOR")}
    for item in C30.instrument.items:
        row = named[str(item.number)]
        assert (item.testcd, item.nci, f"{item.low}-{item.high}") == (row["QSTESTCD"], row["NCI code"], row["range"])
    for scale in C30.instrument.scales:
        row = named[scale.code]
        assert (scale.testcd, scale.nci) == (row["QSTESTCD"], row["NCI code"])
        assert (scale.better == "high") == (row["direction"] == "high=better")
        assert scale.items == numbers(row["items in scale"])
    assert len(named) == 45
    assert all(len(item.testcd) <= 8 for item in OES18.instrument.items)


def numbers(text: str) -> tuple[int, ...]:
    """Return the item numbers of `1-5` or `10,12,18`."""
    first, _, last = text.partition("-")
    return tuple(range(int(first), int(last) + 1)) if last else tuple(map(int, text.split(",")))
