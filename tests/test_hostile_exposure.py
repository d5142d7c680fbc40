"""Hostile doses, whole runs: what cannot be counted is missing with a finding, and units are never mixed."""

from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.hostile import Damage, Told, drawn, new_findings, run, sound, told, unharmed, value
from topline.study import Run

DRUG = "APATINIB"
DOSES = ("DAYSDOSE", "CUMDOSE", "CUMPCT", "DI", "RDI", "NINT", "NRED")
LOST: dict[str, None] = dict.fromkeys(DOSES)
L62 = ("TL-L62", "EXDOSE", DRUG)

RECORDS: dict[str, tuple[dict[str, Any], set[Told], dict[str, Any]]] = {
    "ends before it starts": ({"EXENDTC": "2020-01-01"}, {("TL-D04", "EXENDTC", "2020-01-01"), L62}, LOST),
    "no unit": ({"EXDOSU": None}, {L62}, LOST),
    "no dose": ({"EXDOSE": None}, {L62}, LOST),
    "negative dose": ({"EXDOSE": -500.0}, {("TL-T08", "EXDOSE", "-500.0"), L62}, LOST),
    "frequency of no list": ({"EXDOSFRQ": "Q5D"}, {L62}, LOST),
    "no end": ({"EXENDTC": None}, {L62}, LOST),
    "start in part": ({"EXSTDTC": None}, {L62}, LOST),
    "tablets": ({"EXDOSU": "TABLET", "EXDOSE": 2.0}, set(), LOST),
    "dose per area": ({"EXDOSU": "mg/m2"}, set(), LOST),
    "ten times too much": ({"EXDOSE": 5000.0}, {("TL-L65", "EXDOSE", DRUG)}, {"NRED": 1.0}),
    "capitals": ({"EXDOSU": "MG", "EXTRT": "apatinib "}, set(), {}),
    "nothing given": ({"EXDOSE": 0.0}, set(), {"NRED": 0.0}),
}
"""Damages of the second of at least three records of 500 mg a day: findings of the record, and parameters after it."""


@cache
def even() -> pl.DataFrame:
    """Return EX with 500 mg in every record: what changes then is the damage's doing."""
    assert (drawn()["EX"]["EXDOSE"] > 0).all()
    return drawn()["EX"].with_columns(pl.lit(500.0).alias("EXDOSE"))


@cache
def steady() -> Run:
    return run({"EX": even()})


def patients() -> list[str]:
    """Return subjects with at least three records."""
    return even().group_by("USUBJID", maintain_order=True).len().filter(pl.col("len") >= 3)["USUBJID"].to_list()


@cache
def damaged() -> tuple[Run, dict[str, str]]:
    found = patients()
    assert len(found) >= len(RECORDS), len(found)
    where = dict(zip(RECORDS, found, strict=False))
    damage = Damage(tables={"EX": even()})
    for name, subject in where.items():
        damage.change("EX", subject, 2, **RECORDS[name][0])
    return damage.run(), where


def parameters(found: Run, subject: str) -> dict[str, float | None]:
    rows = found.adam["ADEX"].filter((pl.col("USUBJID") == subject) & (pl.col("PARCAT1") == DRUG))
    return dict(rows.filter(pl.col("ACYCLE").is_null()).select("PARAMCD", "AVAL").iter_rows())


@pytest.mark.parametrize("name", RECORDS)
def test_each_hostile_dose_is_told_and_never_guessed(name: str) -> None:
    found, where = damaged()
    _, expected, after = RECORDS[name]
    assert told(new_findings(found), where[name], "EXSEQ 2") == expected
    now = parameters(found, where[name])
    assert {key: now[key] for key in after} == after
    if not after:
        assert now == pytest.approx(parameters(steady(), where[name]))


def test_what_was_not_given_is_no_dose_of_its_days() -> None:
    found, where = damaged()
    subject = where["nothing given"]
    now, before = parameters(found, subject), parameters(steady(), subject)
    held = even().filter((pl.col("USUBJID") == subject) & (pl.col("EXSEQ") == 2))
    days = (date.fromisoformat(held["EXENDTC"][0]) - date.fromisoformat(held["EXSTDTC"][0])).days + 1
    assert now["DAYSDOSE"] == before["DAYSDOSE"] - days  # type: ignore[operator]
    assert now["CUMDOSE"] == before["CUMDOSE"] - 500 * days  # type: ignore[operator]
    assert now["CUMPLAN"] == before["CUMPLAN"]


@pytest.mark.parametrize(("name", "units"), [("tablets", "mg, tablet"), ("dose per area", "mg, mg/m2")])
def test_units_that_cannot_be_converted_are_told_of_the_subject(name: str, units: str) -> None:
    found, where = damaged()
    mine = new_findings(found).filter(USUBJID=where[name], CODE="TL-L63")
    assert mine["MESSAGE"].to_list() == [f"{units}: units that cannot be converted, no dose is counted"]


def test_summaries_are_of_one_unit() -> None:
    """Who has half of the doses in grams has what was taken; who took tablets is in no summary of milligrams."""
    first, second = patients()[:2]
    damage = Damage(tables={"EX": even()})
    damage.change("EX", first, 2, EXDOSE=0.5, EXDOSU="g")
    for number in even().filter(USUBJID=second)["EXSEQ"]:
        damage.change("EX", second, number, EXDOSE=2.0, EXDOSU="TABLET")
    found = damage.run()
    new = new_findings(found)
    assert parameters(found, first) == pytest.approx(parameters(steady(), first))
    assert new.filter(CODE="TL-L09", DATASET="EX").select("VALUE", "COUNT").rows() == [(f"{DRUG}, g, mg", 1)]
    assert told(new.filter(CODE="TL-L63"), second) == {("TL-L63", "EXDOSU", "tablet")}
    rows = found.adam["ADEX"].filter((pl.col("PARCAT1") == DRUG) & (pl.col("PARAMCD") == "CUMDOSE"))
    milligrams = rows.filter((pl.col("USUBJID") != second) & pl.col("AVAL").is_not_null())
    assert milligrams["AVALU"].unique().to_list() == ["mg"]
    assert value(found, f"EX.{DRUG}.CUMDOSE/all/n") == milligrams.height == 42
    assert value(found, f"EX.{DRUG}.CUMDOSE/all/mean") == pytest.approx(milligrams["AVAL"].mean())
    assert value(found, f"EX.{DRUG}.DAYSDOSE/all/n") == 43
    sound(found)


def test_the_same_dose_twice_is_told_and_counted() -> None:
    subject = patients()[0]
    again = even().filter((pl.col("USUBJID") == subject) & (pl.col("EXSEQ") == 2))
    damage = Damage(tables={"EX": even()})
    damage.add("EX", again.with_columns(pl.lit(99, pl.Int64).alias("EXSEQ")))
    found = damage.run()
    new = new_findings(found).filter(USUBJID=subject)
    assert new.select("CODE", "RECORD").rows() == [("TL-L64", "EXSEQ 2"), ("TL-L64", "EXSEQ 99")]
    days = (date.fromisoformat(again["EXENDTC"][0]) - date.fromisoformat(again["EXSTDTC"][0])).days + 1
    before = parameters(steady(), subject)["CUMDOSE"]
    assert parameters(found, subject)["CUMDOSE"] == before + 500 * days  # type: ignore[operator]


def test_first_doses_that_disagree_are_told() -> None:
    """Every time counts from the first dose of EX: that DM dates it otherwise, or EX has none, must be seen."""
    late, none = patients()[:2]
    stated = drawn()["DM"].filter(USUBJID=late)["RFXSTDTC"][0]
    first = drawn()["DM"].filter(USUBJID=none)["RFXSTDTC"][0]
    damage = Damage()
    damage.change("EX", late, 1, EXSTDTC=None)
    for number in drawn()["EX"].filter(USUBJID=none)["EXSEQ"]:
        damage.change("EX", none, number, EXDOSE=0.0)
    found = damage.run()
    new = new_findings(found)
    assert ("TL-D16", "RFXSTDTC", stated) in told(new, late)
    assert new.filter(USUBJID=none, CODE="TL-D11")["MESSAGE"].to_list() == [
        f"EX has no dose above zero with a date; by DM the first dose was on {first}"
    ]
    start = found.adam["ADSL"].filter(USUBJID=late)["TRTSDT"][0]
    assert start.isoformat() == drawn()["EX"].filter((pl.col("USUBJID") == late) & (pl.col("EXSEQ") == 2))["EXSTDTC"][0]


def test_a_subject_whose_doses_lack_is_in_the_cycles_all_the_same() -> None:
    """Treated by DM, without a record in EX: cycles count from the first to the last dose that DM dates."""
    subject = patients()[0]
    found = run({"EX": drawn()["EX"].filter(pl.col("USUBJID") != subject)})
    cycles = found.adam["ADAECYC"].filter(USUBJID=subject)["ACYCLE"].to_list()
    days = unharmed().adam["ADSL"].filter(USUBJID=subject)["TRTDURD"][0]
    assert cycles == list(range(1, (days - 1) // 28 + 2))
    assert value(found, "AECYCLE.1.onset/all/N") == 43
    assert new_findings(found).filter(USUBJID=subject)["CODE"].to_list() == ["TL-D11"]
