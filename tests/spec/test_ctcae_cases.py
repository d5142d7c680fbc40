"""CTCAE grades of laboratory values: the written cases, and 43,234 values around every cut point graded by admiral.

Each difference from admiral belongs to one of five rules, which are described in docs/differences.md; nothing else may
differ, and each rule must be met.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.adam.ctcae_values import grades, values
from topline.adam.ctcae.grading import Grader, grade_rows
from topline.adam.ctcae.tables import criteria
from topline.adam.ctcae.terms import graded_tests
from topline.adam.units import Substance

UNITS = {
    "Anemia": "g/L",
    "Hypoalbuminemia": "g/L",
    "Blood bilirubin increased": "umol/L",
    "Creatinine increased": "umol/L",
}
COUNTS = ("Neutrophil", "Platelet", "Thrombocytopenia", "White blood cell")
VERSIONS = {"v4_03": "4.03", "v5": "5.0", "v6": "6.0"}
STATUS = {"HIGH": 1, "LOW": -1}


def unit_of(term: str) -> str:
    return "10^9/L" if term.startswith(COUNTS) else UNITS.get(term, "mmol/L")


def written_cases(folder: Path) -> list[dict[str, str]]:
    with (folder / "facts" / "ctcae_grade_cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(case: dict[str, str], version: str) -> str:
    """Return the expected grade; where the case leaves version 6 open, the grade that admiral gives."""
    return case[f"expected_{version}"] or case[f"admiral_{version.split('_')[0]}"]


def test_written_cases(shared: Path) -> None:
    listed = written_cases(shared)
    assert len(listed) == 28
    for case in listed:
        for name, version in VERSIONS.items():
            rule = criteria(version).rules.get(case["term"])
            if expected(case, name) == "no term":
                assert rule is None, case
                continue
            assert rule is not None
            ladders = rule.in_unit(unit_of(case["term"]), Substance(), "worst case")
            assert ladders is not None
            assert grades(ladders, inputs(json.loads(case["inputs"]))) == [int(expected(case, name))], case


def inputs(given: dict[str, Any]) -> Any:
    status = STATUS.get(given.get("BNRIND", ""), 0)
    limits = (given.get("ANRLO"), given.get("ANRHI"), given.get("BASE"))
    return values([given["AVAL"]], *limits, status=status)


RATIO_UNITS = {
    "APTT": "s", "CREAT": "umol/L", "BILI": "umol/L", "URATE": "umol/L", "HAPTOG": "g/L", "HDL": "mmol/L",
    "LDL": "mmol/L", "INR": None, "PH": None,
}  # fmt: skip
"""A unit of each test that the grid has without one; the others are enzymes."""


def test_of(version: str, term: str) -> str:
    """Return a test that the term grades."""
    table = criteria(version)
    for code, test in graded_tests().items():
        rules = (test.low_rule(table), test.high_rule(table, fasting=True), test.high_rule(table, fasting=False))
        if any(rule is not None and rule.term == term for rule in rules):
            return code
    raise AssertionError(f"no test has the term {term} in {version}")


test_of.__test__ = False  # type: ignore[attr-defined]


def graded(grid: pl.DataFrame) -> pl.DataFrame:
    """Return the grid with our grade, OURS, and admiral's as number, GRADE."""
    parts = []
    for (criterion, term, direction), rows in grid.group_by("CRIT", "TERM", "DIRECTION", maintain_order=True):
        version = {"4": "4.03", "5": "5.0", "6": "6.0"}[str(criterion)[4]]
        code = test_of(version, str(term))
        asked = rows.with_columns(
            TESTCD=pl.lit(code),
            AVALU=pl.coalesce("UNIT", pl.lit(RATIO_UNITS.get(code, "U/L"))),
            FASTING=pl.lit("Y" if "Fasting" in str(term) else None, pl.String),
            AVALQ=pl.lit(None, pl.String),
            BASE=pl.coalesce("BASE", pl.col("AVAL") / (1 + pl.col("PCHG") / 100)),
        )
        found = grade_rows(asked, Grader(version, "worst case"))
        assert found[f"ATOXDSC{direction}"].unique().to_list() == [term]
        parts.append(rows.with_columns(OURS=found[f"ATOXGR{direction}N"], VERSION=pl.lit(version)))
    return pl.concat(parts).with_columns(pl.col("GRADE").cast(pl.Int64))


def by_abnormal_baseline(row: dict[str, Any]) -> bool:
    """The limit is missing, but the baseline is known to be high and decides: admiral gives no grade."""
    return row["ANRHI"] is None and row["BNRIND"] == "HIGH" and row["BASE"] is not None and row["GRADE"] is None


def creatinine_without_baseline(row: dict[str, Any]) -> bool:
    """Grade 2 may be met by the baseline, which is missing: admiral says 0, we say unknown."""
    missing = row["BASE"] is None and row["OURS"] is None and row["GRADE"] == 0
    return row["TERM"] == "Creatinine increased" and row["VERSION"] == "5.0" and missing


def transferase_at_twice_baseline(row: dict[str, Any]) -> bool:
    """2.0 to 2.5 times baseline is grade 1, 2.0 included; admiral leaves it out for GGT and not for ALP."""
    twice = row["BASE"] is not None and row["AVAL"] == 2 * row["BASE"]
    return row["TERM"] == "GGT increased" and row["VERSION"] == "5.0" and twice and row["OURS"] == 1


def triglycerides_at_the_first_figure(row: dict[str, Any]) -> bool:
    """150 to 300 mg/dL is grade 1, 150 included; admiral leaves it out."""
    return row["TERM"] == "Hypertriglyceridemia" and row["AVAL"] in (150, 1.71) and row["OURS"] == 1


def ionized_calcium_by_molar_mass(row: dict[str, Any]) -> bool:
    """The text prints mmol/L; mg/dL follow by 40.078 g/mol. admiral takes 40: figures 0.2 % apart."""
    cuts = [mmol * factor for mmol in (0.8, 0.9, 1.0, 1.5, 1.6, 1.8) for factor in (4.0, 4.0078)]
    near = any(abs(row["AVAL"] / cut - 1) < 0.003 for cut in cuts)
    return "(Ionized)" in row["TERM"] and row["UNIT"] == "mg/dL" and near


RULES: dict[Callable[[dict[str, Any]], bool], int] = {
    by_abnormal_baseline: 918,
    creatinine_without_baseline: 66,
    transferase_at_twice_baseline: 4,
    triglycerides_at_the_first_figure: 6,
    ionized_calcium_by_molar_mass: 30,
}
"""How many rows of the grid differ by each rule."""


def test_grid_of_cut_points(shared: Path) -> None:
    grid = pl.read_parquet(shared / "golden" / "adam" / "tox_grid_cutpoints.parquet")
    rows = graded(grid)
    assert rows.height == grid.height == 43234
    differing = rows.filter(pl.col("GRADE").ne_missing(pl.col("OURS"))).to_dicts()
    reasons = [[rule for rule in RULES if rule(row)] for row in differing]
    unexplained = [row for row, rules in zip(differing, reasons, strict=True) if len(rules) != 1]
    assert unexplained == []
    assert {rule: sum(rules == [rule] for rules in reasons) for rule in RULES} == RULES


OTHERS = {"Hypertension (systolic)", "Hypertension (diastolic)", "Weight loss", "Proteinuria"}
BEYOND = {"4.03": OTHERS, "5.0": {*OTHERS, "Blood lactate dehydrogenase increased"}, "6.0": set()}
"""Terms that the grid does not have: vital signs, protein in urine, and one that version 5.0 added and admiral 1.4.1 did not."""


@pytest.mark.parametrize("version", VERSIONS.values())
def test_terms_are_those_of_the_grid(shared: Path, version: str) -> None:
    grid = pl.read_parquet(shared / "golden" / "adam" / "tox_grid_cutpoints.parquet")
    theirs = set(grid.filter(pl.col("CRIT").str.starts_with(f"ctcv{version[0]}"))["TERM"].unique().to_list())
    assert set(criteria(version).rules) == theirs | BEYOND[version]
