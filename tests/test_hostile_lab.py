"""Hostile laboratory values and vital signs, whole runs: no unit or limit is guessed, no grade comes from nowhere."""

from datetime import timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.hostile import Damage, Told, changed, counted, drawn, new_findings, sound, told, unharmed, value
from topline.study import Run, run_study

CODES = [f"TL-L{number:02d}" for number in range(1, 16) if number != 6]
Grades = tuple[str | None, str | None]
Case = tuple[str, dict[str, Any], dict[tuple[str, str], int], set[Told], float | None, Grades]
"""Test, what is recorded, findings by count, findings of the record, the value, and its grades low and high."""


def said(text: str | None, number: float | None = None, **more: Any) -> dict[str, Any]:
    """Return a result as text and number, original and standard."""
    return {"LBORRES": text, "LBSTRESC": text, "LBSTRESN": number, **more}


def in_unit(unit: str | None) -> dict[str, Any]:
    return {"LBORRESU": unit, "LBSTRESU": unit}


def limit(high: float | None) -> dict[str, Any]:
    return {"LBSTNRHI": high, "LBORNRHI": None if high is None else str(high)}


UNGRADED: Grades = (None, None)
NEVER: dict[str, Case] = {
    "unit missing": ("WBC", said("0.5", 0.5, **in_unit(None)), {("TL-L01", "WBC"): 1}, set(), 0.5, UNGRADED),
    "unit unknown": (
        "NEUT", said("0.4", 0.4, **in_unit("furlong")), {("TL-L02", "NEUT, furlong"): 1}, set(), 0.4, UNGRADED,
    ),
    "another dimension": ("LYM", said("0.1", 0.1, **in_unit("g/L")), {("TL-L02", "LYM, g/L"): 1}, set(), 0.1, UNGRADED),
    "upper limit below the lower": (
        "ALT", said("900", 900.0, LBSTNRLO=60.0, LBORNRLO="60", **limit(50.0)), {("TL-L07", "ALT"): 1},
        {("TL-L03", "LBSTNRHI", "50.0 below 60.0")}, 900.0, UNGRADED,
    ),
    "upper limit of zero": (
        "BILI", said("9", 9.0, **limit(0.0)), {("TL-L07", "BILI"): 1}, {("TL-L03", "LBSTNRHI", "0.0")}, 9.0, UNGRADED,
    ),
    "no upper limit": ("AST", said("900", 900.0, **limit(None)), {("TL-L07", "AST"): 1}, set(), 900.0, UNGRADED),
    "plus signs": ("ALP", said("++"), {("TL-L05", "ALP, ++"): 1}, set(), None, UNGRADED),
    "negative as a word": ("ALB", said("NEG"), {("TL-L05", "ALB, NEG"): 1}, set(), None, UNGRADED),
    "comma for a point": ("K", said("1,5"), {("TL-L05", "K, 1,5"): 1}, set(), None, UNGRADED),
    "comma for a thousand": ("PLAT", said("1,000"), {("TL-L05", "PLAT, 1,000"): 1}, set(), None, UNGRADED),
    "too large for a number": ("SODIUM", said("1e400"), {("TL-L05", "SODIUM, 1e400"): 1}, set(), None, UNGRADED),
    "below zero": ("CREAT", said("-5", -5.0), {}, {("TL-L10", "LBSTRESN", "-5.0")}, -5.0, UNGRADED),
    "not done, with a result": (
        "HGB", said("20", 20.0, LBSTAT="NOT DONE"), {}, {("TL-L13", "LBSTAT", "20")}, None, UNGRADED,
    ),
}  # fmt: skip
"""Results that must count in no table, though as numbers they would be of grade 3 or 4."""

COUNTS: dict[str, Case] = {
    "below a limit": ("PLAT", said("<10"), {("TL-L04", "PLAT"): 1}, set(), 10.0, ("4", None)),
    "above a limit": ("ALT", said(">10000"), {("TL-L04", "ALT"): 1}, set(), 10000.0, (None, "4")),
    "unit in other letters": (
        "AST", said("5000", 5000.0, **in_unit("iu/l")), {("TL-L09", "AST, iu/l, U/L"): 1}, set(), 5000.0, (None, "4"),
    ),
    "another unit": (
        "HGB", said("7.5", 7.5, LBSTNRLO=13.0, LBORNRLO="13", LBSTNRHI=17.5, LBORNRHI="17.5", **in_unit("g/dL")),
        {("TL-L09", "HGB, g/dL, g/L"): 1}, set(), 75.0, ("3", "0"),
    ),
    "test code in small letters": ("NEUT", said("0.3", 0.3, LBTESTCD="neut"), {}, set(), 0.3, ("4", None)),
    "number and text differ": (
        "WBC", said("0.5", 5.0), {}, {("TL-L14", "LBSTRESN", "5.0")}, 5.0, ("0", "0"),
    ),
    "number as text alone": ("LYM", said(" 0.1 "), {}, set(), 0.1, ("4", "0")),
    "no date": ("CREAT", said("900", 900.0, LBDTC=None), {("TL-L15", "CREAT"): 1}, set(), 900.0, (None, "4")),
    "date that is none": (
        "ALB", said("10", 10.0, LBDTC="2024-13-01"), {("TL-L15", "ALB"): 1}, {("TL-T06", "LBDTC", "2024-13-01")},
        10.0, ("3", None),
    ),
}  # fmt: skip


@cache
def plain() -> tuple[str, dict[str, int]]:
    """Return a subject and, for each test, a record on treatment that decides nothing: neither baseline nor worst."""
    rows = unharmed().adam["ADLB"].filter(
        pl.col("PARAMTYP").is_null() & (pl.col("ONTRTFL") == "Y") & (pl.col("ATOXGRL").fill_null("0") == "0")
        & (pl.col("ATOXGRH").fill_null("0") == "0") & pl.col("ANL01FL").is_null() & pl.col("ANL02FL").is_null()
        & pl.col("ABLFL").is_null() & pl.col("AVAL").is_not_null() & pl.col("LBSPEC").ne_missing("URINE")
    )  # fmt: skip
    counts = (
        rows.group_by("USUBJID").agg(pl.col("PARAMCD").n_unique()).sort("PARAMCD", "USUBJID", descending=[True, False])
    )
    subject = counts["USUBJID"][0]
    own = rows.filter(USUBJID=subject).unique("PARAMCD", keep="last", maintain_order=True)
    return subject, dict(own.select("PARAMCD", "SRCSEQ").iter_rows())


@cache
def damaged(counts: bool) -> Run:
    subject, places = plain()
    damage = Damage()
    for test, values, *_ in (COUNTS if counts else NEVER).values():
        damage.change("LB", subject, places[test], LBNRIND=None, **values)
    return damage.run()


@pytest.mark.parametrize("name", [*NEVER, *COUNTS])
def test_each_hostile_result_is_told_and_keeps_its_row(name: str) -> None:
    case = {**NEVER, **COUNTS}[name]
    test, _, once, expected, aval, grades = case
    subject, places = plain()
    found = damaged(name in COUNTS)
    named = {(code, "LBTESTCD", of) for code, of in once}
    assert told(new_findings(found), subject, f"LBSEQ {places[test]}") == expected | named
    row = found.adam["ADLB"].filter(USUBJID=subject, SRCSEQ=places[test]).filter(pl.col("PARAMTYP").is_null())
    assert row["AVAL"].item() == (None if aval is None else pytest.approx(aval))
    assert (row["ATOXGRL"].item(), row["ATOXGRH"].item()) == grades


@pytest.mark.parametrize("counts", [False, True])
def test_findings_count_what_was_damaged_and_nothing_else(counts: bool) -> None:
    expected: dict[tuple[str, str], int] = {}
    for _, _, told_of, *_ in (COUNTS if counts else NEVER).values():
        expected |= told_of
    found = counted(damaged(counts), CODES)
    single = {key: n for key, n in found.items() if key[0] not in ("TL-L03", "TL-L10", "TL-L13", "TL-L14")}
    assert single == expected


def test_what_has_no_grade_is_in_no_table_of_grades() -> None:
    found = damaged(False)
    assert changed(found, ("LBW.", "LBT14.", "LBT15.", "HYS.")) == set()
    sound(found)


def test_an_enzyme_in_a_unit_of_amount_is_in_no_table() -> None:
    """900 at a limit of 50 is 18 x ULN, grade 3, and a signal of liver injury, if the unit is one of an enzyme."""
    subject, places = plain()
    damage = Damage()
    values = said("900", 900.0, **in_unit("mmol/L"), **limit(50.0))
    damage.change("LB", subject, places["ALT"], LBNRIND=None, **values)
    found = damage.run()
    assert counted(found, CODES) == {("TL-L02", "ALT, mmol/L"): 1}
    assert told(new_findings(found), subject, f"LBSEQ {places['ALT']}") == {("TL-L02", "LBTESTCD", "ALT, mmol/L")}
    row = found.adam["ADLB"].filter(USUBJID=subject, SRCSEQ=places["ALT"]).filter(pl.col("PARAMTYP").is_null())
    assert row.select("AVAL", "ATOXGRL", "ATOXGRH").rows() == [(900.0, None, None)]
    assert changed(found, ("LBW.", "LBT14.", "LBT15.", "HYS.")) == set()
    sound(found)


def test_what_has_a_grade_and_a_date_is_the_worst_of_its_subject() -> None:
    found, base = damaged(True), unharmed()
    for name, side, grade in (("below a limit", "L", 4), ("above a limit", "H", 4), ("another unit", "L", 3)):
        test = COUNTS[name][0]
        before = value(base, f"LBW.{side}.{test}.{grade}/all/n") or 0.0
        assert value(found, f"LBW.{side}.{test}.{grade}/all/n") == before + 1, name
    for name in ("no date", "date that is none"):
        assert changed(found, (f"LBW.H.{COUNTS[name][0]}", f"LBW.L.{COUNTS[name][0]}")) == set()
    sound(found)


def test_a_date_in_part_makes_no_baseline() -> None:
    """A result of the month of the first dose may be from after it: it is not the value before treatment."""
    subject, _ = plain()
    start = unharmed().adam["ADSL"].filter(USUBJID=subject)["TRTSDT"][0]
    rows = drawn()["LB"].filter((pl.col("USUBJID") == subject) & (pl.col("LBTESTCD") == "PLAT"))
    early = rows.filter(pl.col("LBDTC") <= start.isoformat())["LBSEQ"].to_list()
    late = rows.filter(pl.col("LBDTC") > start.isoformat())["LBSEQ"][0]
    damage = Damage()
    damage.tables["LB"] = drawn()["LB"].with_columns(pl.lit(None, pl.String).alias("LBLOBXFL"))
    for number in early:
        damage.change("LB", subject, number, LBDTC=(start - timedelta(days=60)).isoformat())
    damage.change("LB", subject, late, LBDTC=f"{start:%Y-%m}", **said("5", 5.0), LBNRIND=None)
    baseline = damage.run().adam["ADLB"].filter(USUBJID=subject, PARAMCD="PLAT", ABLFL="Y")
    assert baseline["SRCSEQ"].to_list() == early[-1:]


def test_hostile_vital_signs() -> None:
    pressures = unharmed().adam["ADVS"].filter(
        (pl.col("PARAMCD") == "SYSBP") & (pl.col("ONTRTFL") == "Y") & pl.col("AVAL").is_not_null()
        & pl.col("ANL02FL").is_null() & (pl.len().over("USUBJID", "PARAMCD") > 5)
    )  # fmt: skip
    subject = pressures["USUBJID"][0]
    rows = pressures.filter(USUBJID=subject)
    first, second, third = rows["SRCSEQ"].to_list()[:3]
    damage = Damage()
    damage.change("VS", subject, first, VSORRES="250", VSSTRESC="250", VSSTRESN=250.0, VSORRESU=None, VSSTRESU=None)
    damage.change("VS", subject, second, VSORRES="120/80", VSSTRESC="120/80", VSSTRESN=None)
    damage.change("VS", subject, third, VSORRES="24", VSSTRESC="24", VSSTRESN=24.0, VSORRESU="kPa", VSSTRESU="kPa")
    found = damage.run()
    assert counted(found, CODES) == {
        ("TL-L01", "SYSBP"): 1, ("TL-L05", "SYSBP, 120/80"): 1, ("TL-L09", "SYSBP, kPa, mmHg"): 1,
    }  # fmt: skip
    after = {row["SRCSEQ"]: row for row in found.adam["ADVS"].filter(USUBJID=subject, PARAMCD="SYSBP").to_dicts()}
    assert (after[first]["AVAL"], after[first]["ATOXGRH"]) == (250.0, None)
    assert (after[second]["AVAL"], after[second]["ATOXGRH"]) == (None, None)
    assert after[third]["AVAL"] == pytest.approx(24 * 7.50062, abs=1e-3)
    assert after[third]["ATOXGRH"] == "3"
    sound(found)


def test_a_number_that_was_not_converted_is_found() -> None:
    rows = drawn()["LB"].filter((pl.col("LBTESTCD") == "HGB") & pl.col("LBSTRESN").is_not_null())
    record = rows.row(rows.height // 2, named=True)
    own = (pl.col("USUBJID") == record["USUBJID"]) & (pl.col("LBSEQ") == record["LBSEQ"])
    text = f"{record['LBSTRESN'] / 10:.1f}"
    new = {"LBORRES": text, "LBORRESU": "g/dL", "LBSTRESC": text, "LBSTRESN": float(text), "LBSTRESU": "g/L"}
    changed = drawn()["LB"].with_columns(pl.when(own).then(pl.lit(v)).otherwise(n).alias(n) for n, v in new.items())
    run = run_study(unharmed().protocol, {**drawn(), "LB": changed})
    told = run.findings.filter(CODE="TL-L14").select("USUBJID", "RECORD", "MESSAGE").rows()
    assert told == [(record["USUBJID"], f"LBSEQ {record['LBSEQ']}", f"but LBORRES is {text} g/dL")]
