"""Exposure: doses against the plan, by drug and cycle, and records that cannot be counted."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adam.real_data import sdtm
from tests.adam.safety_cases import APATINIB, codes, dosing, safety, subject, table, tables, trial
from tests.conftest import virtual_run
from tests.twin.exposure import Plan, exposure
from topline.adam.drug_cycles import cycle_starts
from topline.adam.safety_tables import derive_safety
from topline.tables.adam_safety import ADEX
from topline.tables.checks import check_table

START = date(2024, 3, 11)
TWO_WEEKS = {"days": list(range(1, 15)), "cycle_days": 21, "dose": 12, "name": "ANLOTINIB"}


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def taken(first: int, last: int | None, dose: float = 500.0, **more: Any) -> dict[str, Any]:
    return dosing(day(first), None if last is None else day(last), EXDOSE=dose, **more)


def adex(
    records: list[dict[str, Any]], drug: dict[str, Any] | None = None, **others: Any
) -> tuple[pl.DataFrame, set[str]]:
    done = safety(tables([], ex=records, **others), trial([{**APATINIB, **(drug or {})}]))
    return done.tables["ADEX"], codes(done.findings)


def values(rows: pl.DataFrame, drug: str = "APATINIB") -> dict[str, float | None]:
    """Return the parameters of a drug over all cycles."""
    mine = rows.filter((pl.col("PARCAT1") == drug) & pl.col("ACYCLE").is_null())
    return dict(mine.select("PARAMCD", "AVAL").iter_rows())


def test_taken_as_planned_every_day() -> None:
    """84 days at 500 mg: three cycles, 42 g, 3500 mg a week, all of the plan."""
    rows, found = adex([taken(0, 83)])
    assert values(rows) == {
        "TRTDUR": 84, "DAYSDOSE": 84, "NCYCLES": 3, "CUMDOSE": 42000, "CUMPLAN": 42000, "CUMPCT": 100, "DI": 3500,
        "DIPLAN": 3500, "RDI": 100, "NINT": 0, "NRED": 0, "NDELAY": None,
    }  # fmt: skip
    assert found == set()
    assert check_table(rows, ADEX).is_empty()


def test_a_pause_and_a_lower_dose_every_day() -> None:
    """28 days at 500 mg, 7 without, 21 at 250 mg: 19.25 g in 8 weeks of 3.5 g is 68.75%."""
    found = values(adex([taken(0, 27), taken(35, 55, 250.0)])[0])
    assert (found["CUMDOSE"], found["TRTDUR"], found["DAYSDOSE"]) == (19250, 56, 49)
    assert (found["RDI"], found["NINT"], found["NRED"]) == (68.75, 1, 1)


@pytest.mark.parametrize("missed", [0, 26, 27, 28, 40])
def test_one_day_without_dose_is_an_interruption_wherever_it_lies(missed: int) -> None:
    """Day 28 of a cycle of 28 is day 27 from the first; a day before the first dose is none, nor one after the last."""
    parts = [(first, last) for first, last in ((0, missed - 1), (missed + 1, 40)) if first <= last]
    found = values(adex([taken(*part) for part in parts])[0])
    assert (found["NINT"], found["DAYSDOSE"]) == (0 if missed in (0, 40) else 1, 40)


def test_two_weeks_on_one_week_off() -> None:
    """The second cycle starts a week late: 336 mg in 7 weeks are 48 mg a week, 168 mg in 3 weeks are 56: 6/7."""
    rows, _ = adex([taken(first, first + 13, 12.0, EXTRT="ANLOTINIB") for first in (0, 28)], TWO_WEEKS)
    found = values(rows, "ANLOTINIB")
    assert (found["NCYCLES"], found["NDELAY"], found["NINT"], found["CUMPCT"]) == (2, 1, 0, 100)
    assert (found["CUMDOSE"], found["CUMPLAN"], found["DI"], found["DIPLAN"]) == (336, 336, 48, 56)
    assert found["RDI"] == pytest.approx(85.714285714285714, rel=1e-15)  # 600 / 7
    cycles = rows.filter(PARCAT1="ANLOTINIB", PARAMCD="CYCDOSE")
    assert cycles.select("ACYCLE", "ASTDT", "AENDT", "AVAL", "AVALU").rows() == [
        (1, START, START + timedelta(days=27), 168.0, "mg"),
        (2, START + timedelta(days=28), START + timedelta(days=48), 168.0, "mg"),
    ]
    assert cycles["SRCRECS"].to_list() == [["EX 1"], ["EX 2"]]


@pytest.mark.parametrize(("late", "delays"), [(3, 0), (4, 1)])
def test_three_days_of_grace(late: int, delays: int) -> None:
    second = 21 + late
    rows, _ = adex(
        [taken(0, 13, 12.0, EXTRT="ANLOTINIB"), taken(second, second + 13, 12.0, EXTRT="ANLOTINIB")], TWO_WEEKS
    )
    assert values(rows, "ANLOTINIB")["NDELAY"] == delays


def test_a_cycle_may_start_early_by_half_its_rest() -> None:
    given = np.array([0, 1, 17, 18, 34])
    assert cycle_starts(given, 21, 7).tolist() == [0, 18]
    assert cycle_starts(given, 21, 8).tolist() == [0, 17, 34]


OF_DOSES = ("CUMDOSE", "CUMPLAN", "DI", "DIPLAN", "RDI")


@pytest.mark.parametrize(
    ("plan", "unit", "dose", "expected"),
    [  # 28 days of four fifths of the plan, which is 500 in its unit: per day, and seven of it per week
        ("mg", "mg", 400.0, {"CUMDOSE": 11200, "CUMPLAN": 14000, "DI": 2800, "DIPLAN": 3500, "RDI": 80}),
        ("mg", "g", 0.4, {"CUMDOSE": 11.2, "CUMPLAN": 14, "DI": 2.8, "DIPLAN": 3.5, "RDI": 80}),
        # 162 cm and 72 kg: the root of 162 * 72 / 3600 = 3.24 is 1.8 m2, of which 500 mg/m2 are 900 mg
        ("mg/m2", "mg", 720.0, {"CUMDOSE": 20160, "CUMPLAN": 25200, "DI": 5040, "DIPLAN": 6300, "RDI": 80}),
        ("mg/m²", "mg/m2", 400.0, {"CUMDOSE": 11200, "CUMPLAN": 14000, "DI": 2800, "DIPLAN": 3500, "RDI": 80}),
        ("mg", "TABLET", 1.0, {"CUMDOSE": 28, "DI": 7}),
        ("mg", "mg/m2", 400.0, {"CUMDOSE": 11200, "DI": 2800}),
    ],
)
def test_units(plan: str, unit: str, dose: float, expected: dict[str, float]) -> None:
    body = [("HEIGHT", 162.0, "cm"), ("WEIGHT", 72.0, "kg")]
    signs = [
        {"VSTESTCD": name, "VSTEST": name, "VSSTRESN": value, "VSSTRESU": of, "VSDTC": day(-3)}
        for name, value, of in body
    ]
    rows, told = adex([taken(0, 27, dose, EXDOSU=unit)], {"unit": plan}, VS=signs)
    found = {name: value for name in OF_DOSES if (value := values(rows)[name]) is not None}
    assert found == pytest.approx(expected, rel=1e-14)
    assert told == (set() if "RDI" in expected else {"TL-L63"})


def test_a_plan_per_area_needs_the_body() -> None:
    pounds = [{"VSTESTCD": "WEIGHT", "VSTEST": "Weight", "VSSTRESN": 160.0, "VSSTRESU": "LB", "VSDTC": day(-3)}]
    rows, told = adex([taken(0, 27)], {"unit": "mg/m2"}, VS=pounds)
    assert values(rows)["RDI"] is None
    assert values(rows)["CUMDOSE"] == 14000
    assert told == {"TL-L63"}


HOSTILE = [
    ("no dose", {"EXDOSE": None}),
    ("no unit", {"EXDOSU": None}),
    ("no frequency", {"EXDOSFRQ": None}),
    ("frequency unknown", {"EXDOSFRQ": "PRN"}),
    ("no end", {"EXENDTC": None}),
    ("start in part", {"EXSTDTC": "2024-04"}),
    ("end in part", {"EXENDTC": "2024-06"}),
    ("end before start", {"EXENDTC": "2024-01-01"}),
]


@pytest.mark.parametrize("wrong", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_what_cannot_be_counted_is_missing_and_said(wrong: dict[str, Any]) -> None:
    rows, told = adex([taken(0, 27), {**taken(28, 55), **wrong}])
    found = values(rows)
    assert [found[name] for name in ("CUMDOSE", "DI", "RDI", "CUMPCT", "NRED", "NINT", "DAYSDOSE")] == [None] * 7
    assert found["TRTDUR"] == 28
    assert told >= {"TL-L62"}
    assert rows.filter(PARAMCD="CYCDOSE")["AVAL"].null_count() == 1


def test_a_single_day_is_one_dose_without_frequency() -> None:
    rows, told = adex([taken(0, 0, EXDOSFRQ=None)])
    assert values(rows)["CUMDOSE"] == 500
    assert told == set()


def test_a_dose_of_zero_is_an_interruption() -> None:
    rows, told = adex([taken(0, 9), taken(10, 12, 0.0, EXADJ="ADVERSE EVENT"), taken(13, 27)])
    assert [values(rows)[name] for name in ("DAYSDOSE", "NINT", "NRED")] == [25, 1, 0]
    assert told == set()


def test_overlapping_records_add_up_and_are_said() -> None:
    rows, told = adex([taken(0, 27, 250.0), taken(0, 27, 250.0)])
    assert values(rows)["CUMDOSE"] == 14000
    assert told == {"TL-L64"}


def test_twice_a_day_and_once_a_week() -> None:
    assert values(adex([taken(0, 9, 10.0, EXDOSFRQ="BID")])[0])["CUMDOSE"] == 200
    weekly = values(adex([taken(0, 20, 10.0, EXDOSFRQ="QW")])[0])
    assert (weekly["CUMDOSE"], weekly["DAYSDOSE"]) == (30, 3)


def test_a_drug_outside_the_protocol_has_no_plan() -> None:
    rows, told = adex([taken(0, 27, EXTRT="OTHER")])
    found = values(rows, "OTHER")
    assert (found["CUMDOSE"], found["NCYCLES"]) == (14000, 1)
    assert [found[name] for name in ("CUMPLAN", "RDI", "NINT")] == [None] * 3
    assert told == {"TL-L61"}


def test_the_plan_is_that_of_the_subjects_arm() -> None:
    drug = {"name": "X", "label": {"en": "X", "zh": "X"}, "unit": "mg"}
    arms = [
        {"code": code, "label": {"en": code, "zh": code}, "interventions": [{**drug, "dose": dose}]}
        for code, dose in (("A", 100), ("B", 200))
    ]
    from tests.protocols import protocol

    people = [subject("1"), subject("2", ARMCD="B", ACTARMCD="B"), subject("3", ARMCD="C", ACTARMCD="C")]
    records = [dosing(day(0), day(27), number, EXTRT="X", EXDOSE=100.0) for number in "123"]
    done = safety(tables([], dm=people, ex=records), protocol(arms=arms))
    assert done.tables["ADEX"].filter(PARAMCD="RDI")["AVAL"].to_list() == [100, 50, None]


def test_categories() -> None:
    rows, _ = adex([taken(0, 13), taken(26, 27)])
    shares = dict(
        rows.filter(pl.col("AVALCAT1").is_not_null() & pl.col("ACYCLE").is_null())
        .select("PARAMCD", "AVALCAT1")
        .iter_rows()
    )
    assert shares == {"RDI": "50 to <70%", "CUMPCT": "50 to <70%", "NCYCLES": "1-2"}


runs = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 20), st.sampled_from([250.0, 480.0, 500.0])), min_size=1, max_size=8
)


@settings(max_examples=25, deadline=None)
@given(
    runs,
    st.sampled_from(
        [Plan(500.0, (), 28), Plan(500.0, tuple(range(1, 15)), 21), Plan(500.0, (1, 2, 3, 4, 5, 8, 9, 10), 28)]
    ),
)
def test_exposure_is_that_of_the_twin(steps: list[tuple[int, int, float]], plan: Plan) -> None:
    records, place = [], 0
    for length, gap, dose in steps:
        records.append((place, place + length - 1, dose))
        place += length + gap
    rows, told = adex([taken(*record) for record in records], {"days": list(plan.days), "cycle_days": plan.length})
    found = {name: value for name, value in values(rows).items() if value is not None}
    assert found == pytest.approx(exposure(records, plan), rel=1e-12)
    assert told == set()
    cycles = rows.filter(PARCAT1="APATINIB", PARAMCD="CYCDOSE")["AVAL"]
    assert cycles.sum() == sum((last - first + 1) * dose for first, last, dose in records)


COURSES: list[tuple[list[tuple[int, int, float]], Plan, dict[str, float]]] = [
    (  # every day: 28 x 500 + 21 x 480 + 7 x 250 = 25830 in 63 days, 9 weeks; 3 cycles of 14000; 480 is within 5%
        [(0, 27, 500.0), (35, 55, 480.0), (56, 62, 250.0)],
        Plan(500.0, (), 28),
        {"TRTDUR": 63, "DAYSDOSE": 56, "NCYCLES": 3, "CUMDOSE": 25830, "CUMPLAN": 42000, "CUMPCT": 61.5, "DI": 2870,
         "DIPLAN": 3500, "RDI": 82, "NRED": 1, "NINT": 1},
    ),
    (  # 14 of 21 days: cycles on days 0, 25 (4 late) and 46; the last 7 of 14 doses of the second are missed, but
        # the cycle after it has doses; 35 x 12 = 420 mg in 67 days; 8 mg a day are 56 a week; 420 * 7 / 67 = 43.88
        [(0, 13, 12.0), (25, 31, 12.0), (46, 59, 12.0)],
        Plan(12.0, tuple(range(1, 15)), 21),
        {"TRTDUR": 60, "DAYSDOSE": 35, "NCYCLES": 3, "CUMDOSE": 420, "CUMPLAN": 504, "CUMPCT": 83.33333333333333,
         "DI": 43.88059701492537, "DIPLAN": 56, "RDI": 78.35820895522388, "NRED": 0, "NINT": 1, "NDELAY": 1},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("records", "plan", "expected"), COURSES)
def test_courses_worked_by_hand_bind_source_and_twin(
    records: list[tuple[int, int, float]], plan: Plan, expected: dict[str, float]
) -> None:
    drug = {"days": list(plan.days), "cycle_days": plan.length, "dose": plan.dose}
    found = values(adex([taken(*each) for each in records], drug)[0])
    assert {name: value for name, value in found.items() if value is not None} == pytest.approx(expected, rel=1e-14)
    assert exposure(records, plan) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("study", ["nct02976896", "nct07142421"])
def test_virtual_patients_have_every_number(study: str) -> None:
    run = virtual_run(study)
    done = derive_safety(run.tables, run.adam["ADSL"], run.protocol)
    rows = done.tables["ADEX"].filter(pl.col("ACYCLE").is_null() & (pl.col("PARAMCD") == "RDI"))
    treated = run.adam["ADSL"].filter(TRTFL="Y").height
    assert rows["AVAL"].null_count() == 0
    assert rows["USUBJID"].n_unique() == treated
    assert rows["AVAL"].is_between(1, 101).all()
    assert codes(done.findings) & {"TL-L61", "TL-L62", "TL-L63", "TL-L64"} == set()


def test_real_dosing_records(shared: Path) -> None:
    """Six records have no end; subject 01-701-1028 took 54 mg for 14 days, 81 mg for 158, 54 mg for 8."""
    done = safety(sdtm(shared / "data" / "sdtm" / "onco-recist"))
    rows = done.tables["ADEX"]
    assert check_table(rows, ADEX).is_empty()
    assert done.findings.filter(CODE="TL-L62").height == 6
    mine = values(rows.filter(USUBJID="01-701-1028"), "XANOMELINE")
    assert (mine["CUMDOSE"], mine["TRTDUR"], mine["NRED"]) == (13986, 180, 1)  # 756 + 12798 + 432 mg
    assert mine["DI"] == pytest.approx(543.9, rel=1e-14)  # 77.7 mg a day


def test_bsa_as_measured_goes_before_height_and_weight() -> None:
    body = (("BSA", 2.0, "m2"), ("HEIGHT", 162.0, "cm"), ("WEIGHT", 72.0, "kg"))
    signs = [
        {"VSTESTCD": name, "VSTEST": name, "VSSTRESN": value, "VSSTRESU": unit, "VSDTC": day(0)}
        for name, value, unit in body
    ]
    assert table("VS", signs).height == 3
    found = values(adex([taken(0, 27, 800.0)], {"unit": "mg/m2"}, VS=signs)[0])
    assert (found["DI"], found["DIPLAN"], found["RDI"]) == (5600, 7000, 80)  # 1000 mg a day at 2.0 m2
