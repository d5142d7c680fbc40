"""Worst grades, shifts, liver signals and values per visit: counted by hand on small data, consistent on any."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.protocols import protocol
from topline.stats.analysis import Analysis, Outcome, run_analyses
from topline.stats.lab import plan_lab, plan_lab_visits, plan_vital_signs, safety_set
from topline.stats.methods import METHODS
from topline.tables.adam_lab import ADLB, ADVS
from topline.tables.declare import Table

PROTOCOL = protocol()


def rows(table: Table, *records: dict[str, Any]) -> pl.DataFrame:
    """Return analysis rows with the analysis-set flag and treatment that a run gives them."""
    full = [{"STUDYID": "S", "ASEQ": number, **record} for number, record in enumerate(records, start=1)]
    schema = {name: kind for name, kind in table.schema.items() if any(name in record for record in full)}
    frame = table.select(pl.DataFrame(full, schema_overrides=schema, infer_schema_length=None))
    return frame.with_columns(pl.lit("A").alias("TRT01P"), pl.lit("Y").alias("FASFL"))


def adsl(subjects: int) -> pl.DataFrame:
    names = [f"{number:03}" for number in range(subjects)]
    return pl.DataFrame({"STUDYID": "S", "USUBJID": names, "ASEQ": 1, "TRT01P": "A", "TRTFL": "Y", "FASFL": "Y"})


def run(plans: list[Analysis], **datasets: pl.DataFrame) -> Outcome:
    outcome = run_analyses(plans, {"ADSL": adsl(10), **datasets}, METHODS, virtual=False)
    assert outcome.results["RESULTID"].is_unique().all()
    assert outcome.findings.is_empty()
    return outcome


def values(outcome: Outcome, statistic: str) -> dict[str, float | None]:
    chosen = outcome.results.filter((pl.col("GROUP") == "all") & (pl.col("STATISTIC") == statistic))
    return dict(chosen.select("ANALYSIS", "VALUE").iter_rows())


def worst(subject: str, base: int | None, grade: int, parameter: str = "ALT") -> dict[str, Any]:
    return {
        "USUBJID": subject,
        "PARAMCD": parameter,
        "PARAM": parameter,
        "BTOXGRHN": base,
        "ATOXGRHN": grade,
        "ANL02FL": "Y",
        "ONTRTFL": "Y",
    }


GRADES = [(0, 0), (0, 0), (0, 2), (0, 3), (1, 1), (1, 4), (3, 4), (None, 3)]
"""Baseline and worst grade of eight subjects."""


def adlb() -> pl.DataFrame:
    records = [worst(f"{number:03}", *pair) for number, pair in enumerate(GRADES)]
    return rows(ADLB, *records, {**worst("000", 0, 4), "ANL02FL": None}, {**worst("008", 0, 0, "AST")})


def test_shift_table() -> None:
    """Cells by hand from GRADES; the record that is not the worst one does not count."""
    n = values(run(plan_lab(PROTOCOL, adlb()), ADLB=adlb()), "n")
    cells = {name.removeprefix("LBT14.H.ALT."): count for name, count in n.items() if name.startswith("LBT14.H.ALT.")}
    assert cells == {"0-0": 2, "0-2": 1, "0-3": 1, "1-1": 1, "1-4": 1, "3-4": 1, "missing-3": 1}


def test_worst_grades_and_shift_to_severe() -> None:
    outcome = run(plan_lab(PROTOCOL, adlb()), ADLB=adlb())
    n, total = values(outcome, "n"), values(outcome, "N")
    counts = {level: n[f"LBW.H.ALT.{level}"] for level in ("0", "1", "2", "3", "4", "1+", "3+")}
    assert counts == {"0": 2, "1": 1, "2": 1, "3": 2, "4": 2, "1+": 6, "3+": 4}
    assert total["LBW.H.ALT.3+"] == 8
    assert (n["LBT15.H.ALT"], total["LBT15.H.ALT"]) == (2, 6)
    assert values(outcome, "percent")["LBW.H.ALT.3+"] == 50


def test_parameters_are_apart_and_directions_too() -> None:
    n = values(run(plan_lab(PROTOCOL, adlb()), ADLB=adlb()), "n")
    assert n["LBW.H.AST.0"] == 1
    assert not any(name.startswith(("LBW.L.", "LBT14.L.")) for name in n)


def test_lineage_of_a_cell_is_its_subjects() -> None:
    outcome = run(plan_lab(PROTOCOL, adlb()), ADLB=adlb())
    cell = outcome.lineage.filter((pl.col("ANALYSIS") == "LBT14.H.ALT.0-0") & (pl.col("GROUP") == "all"))
    assert cell.filter(pl.col("ROLE") == "numerator")["USUBJID"].to_list() == ["000", "001"]
    assert cell.filter(pl.col("ROLE") == "denominator").height == 8


def test_liver_signals() -> None:
    quadrants = ["NORMAL OR NEAR NORMAL", "NORMAL OR NEAR NORMAL", "TEMPLE'S COROLLARY", "POTENTIAL HY'S LAW"]
    records: list[dict[str, Any]] = []
    for number, word in enumerate(quadrants):
        shared = {"USUBJID": f"{number:03}", "PARAMTYP": "DERIVED"}
        records += [
            {**shared, "PARAMCD": "TRANSMAX", "PARAM": "x", "AVAL": 1.0 + number},
            {**shared, "PARAMCD": "HYQUAD", "PARAM": "x", "AVALC": word},
            {**shared, "PARAMCD": "HYSLAW", "PARAM": "x", "AVALC": "Y" if number == 3 else "N"},
        ]
    frame = rows(ADLB, *records)
    outcome = run(plan_lab(PROTOCOL, frame), ADLB=frame)
    n = values(outcome, "n")
    assert [n[f"HYS.HYQUAD.{name}"] for name in ("NORMAL", "CHOLESTASIS", "TEMPLE", "HY")] == [2, 0, 1, 1]
    assert n["HYS.HYSLAW.Y"] == 1
    assert values(outcome, "max")["HYS.TRANSMAX"] == 4.0


def visit(subject: str, number: float, value: float, change: float | None, **more: Any) -> dict[str, Any]:
    name = "WEEK 2" if number == 2 else f"UNSCHEDULED {number}"
    record = {"USUBJID": subject, "PARAMCD": "SYSBP", "PARAM": "x", "AVALU": "mmHg", "AVISITN": number, "AVISIT": name}
    return {**record, "AVAL": value, "CHG": change, "ANL03FL": "Y", **more}


def test_values_per_visit() -> None:
    records = [visit("001", 2, 120, -5.0), visit("002", 2, 140, 10.0), visit("003", 2, 130, None)]
    extra = [visit("001", 2, 999, 9.0, ANL03FL=None), visit("001", 2.1, 180, 0.0), visit("002", 2, 18, 0, AVALU="kPa")]
    frame = rows(ADVS, *records, *extra)
    outcome = run(plan_vital_signs(PROTOCOL, frame), ADVS=frame)
    assert values(outcome, "mean") == {"VST01.SYSBP.2.AVAL": 130.0, "VST01.SYSBP.2.CHG": 2.5}
    assert values(outcome, "n") == {"VST01.SYSBP.2.AVAL": 3, "VST01.SYSBP.2.CHG": 2}
    assert set(outcome.results.filter(STATISTIC="mean")["UNIT"]) == {"mmHg"}
    assert set(outcome.results["LEVEL"]) == {"WEEK 2"}


def test_time_points_are_apart() -> None:
    frame = rows(ADVS, visit("001", 2, 120, None, BASETYPE="SUPINE"), visit("001", 2, 110, None, BASETYPE="STANDING"))
    means = values(run(plan_vital_signs(PROTOCOL, frame), ADVS=frame), "mean")
    assert means == {"VST01.SYSBP.STANDING.2.AVAL": 110.0, "VST01.SYSBP.SUPINE.2.AVAL": 120.0}


def test_derived_parameters_have_no_visits() -> None:
    frame = rows(ADLB, {**visit("001", 2, 3.0, None), "PARAMTYP": "DERIVED"})
    assert plan_lab_visits(PROTOCOL, frame) == []


@pytest.mark.parametrize("seed", range(5))
def test_cells_sum_to_the_grades_and_to_the_subjects(seed: int) -> None:
    generator = np.random.default_rng(seed)
    pairs = [(int(b), int(g)) for b, g in generator.integers(0, 5, (200, 2))]
    frame = rows(ADLB, *(worst(f"{number:03}", *pair) for number, pair in enumerate(pairs)))
    n = values(run(plan_lab(PROTOCOL, frame), ADLB=frame), "n")
    for grade in range(5):
        column = sum(count or 0 for name, count in n.items() if name.startswith("LBT14") and name.endswith(f"-{grade}"))
        assert column == n[f"LBW.H.ALT.{grade}"] == sum(pair[1] == grade for pair in pairs)
    assert n["LBT15.H.ALT"] == sum(base < 3 <= grade for base, grade in pairs)


@pytest.mark.parametrize(
    ("sets", "chosen"),
    [
        ([("FAS", "TRTFL = 'Y'"), ("SAF", "TRTFL = 'Y' AND AGE > 0")], "SAF"),
        ([("ALL", "ENRLFL = 'Y'"), ("FAS", "TRTFL = 'Y'")], "FAS"),
        ([("FAS", "ENRLFL = 'Y'")], "FAS"),
    ],
)
def test_safety_set(sets: list[tuple[str, str]], chosen: str) -> None:
    listed = [{"id": name, "label": name, "label_zh": name, "where": where} for name, where in sets]
    assert safety_set(protocol(analysis_sets=listed)).id == chosen
