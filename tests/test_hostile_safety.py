"""Hostile adverse events and subjects, whole runs: each is a finding, and no number is silently wrong."""

from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.hostile import SUBJECT, Damage, Told, changed, drawn, new_findings, run, sound, told, unharmed, value
from topline.study import Run

Case = tuple[dict[str, Any], set[Told], dict[str, Any]]
"""What is recorded, the findings of the record, and what ADAE says of it."""

T = "TRTEMFL"
EVENTS: dict[str, Case] = {
    "ends before it starts": (
        {"AEENDTC": "2020-01-01"}, {("TL-D04", "AEENDTC", "2020-01-01")}, {T: "Y", "ADURN": None},
    ),
    "no term at all": (
        {"AETERM": None, "AEDECOD": None}, {("TL-T04", "AETERM", ""), ("TL-T04", "AEDECOD", "")},
        {"AEDECOD": "UNCODED", T: "Y"},
    ),
    "grade in words": ({"AETOXGR": "GRADE 3"}, set(), {"ATOXGRN": 3, "ATOXGSRC": "AETOXGR"}),
    "grade with blanks": ({"AETOXGR": " 4"}, {("TL-T11", "AETOXGR", " 4")}, {"ATOXGRN": 4}),
    "grade and a half": ({"AETOXGR": "3.5"}, {("TL-L41", "AETOXGR", "3.5")}, {"ATOXGRN": None, T: "Y"}),
    "grade 9": ({"AETOXGR": "9"}, {("TL-L41", "AETOXGR", "9")}, {"ATOXGRN": None, "FATALFL": None}),
    "grade 0": ({"AETOXGR": "0"}, {("TL-L41", "AETOXGR", "0")}, {"ATOXGRN": None}),
    "severity as grade": ({"AETOXGR": "SEVERE"}, {("TL-L41", "AETOXGR", "SEVERE")}, {"ATOXGRN": None}),
    "no grade": ({"AETOXGR": None}, {("TL-L45", "AETOXGR", "")}, {"ATOXGRN": None, T: "Y"}),
    "grade 5, recovered": (
        {"AETOXGR": "5", "AEOUT": "RECOVERED/RESOLVED"}, {("TL-L54", "AETOXGR", "5")},
        {"ATOXGRN": 5, "FATALFL": "Y"},
    ),
    "fatal, grade 2": (
        {"AETOXGR": "2", "AEOUT": "FATAL", "AESER": "N"}, {("TL-L43", "AETOXGR", "2"), ("TL-L56", "AESER", "N")},
        {"ATOXGRN": 5, "ATOXGSRC": "AEOUT", "FATALFL": "Y"},
    ),
    "fatal in small letters": (
        {"AETOXGR": "5", "AEOUT": "fatal", "AESER": "Y"}, {("TL-T01", "AEOUT", "fatal")},
        {"ATOXGRN": 5, "FATALFL": "Y"},
    ),
    "serious in small letters": ({"AESER": "y"}, {("TL-T01", "AESER", "y")}, {T: "Y"}),
    "in hospital, not serious": (
        {"AESER": "N", "AESHOSP": "Y"}, {("TL-L56", "AESER", "N")}, {T: "Y"},
    ),
    "causality blank": ({"AEREL": None}, {("TL-L47", "AEREL", "")}, {"AREL": "RELATED"}),
    "causality unknown": ({"AEREL": "POSSIBLY"}, {("TL-L47", "AEREL", "POSSIBLY")}, {"AREL": "RELATED"}),
    "withdrawn in small letters": (
        {"AEACN": "drug withdrawn"}, {("TL-T11", "AEACN", "drug withdrawn")}, {"DISCFL": "Y"},
    ),
    "two actions": ({"AEACN": "DOSE REDUCED; DRUG INTERRUPTED"}, set(), {"REDFL": "Y", "INTFL": "Y"}),
    "action of no code list": ({"AEACN": "STOPPED"}, {("TL-L55", "AEACN", "STOPPED")}, {"DISCFL": None}),
    "start is no date": (
        {"AESTDTC": "2024-02-31"}, {("TL-T06", "AESTDTC", "2024-02-31"), ("TL-L44", "AESTDTC", "2024-02-31")},
        {"ASTDTF": "Y", T: "Y"},
    ),
    "start lacks": ({"AESTDTC": None}, {("TL-L44", "AESTDTC", "")}, {"ASTDTF": "Y", T: "Y"}),
    "start long before consent": ({"AESTDTC": "2010-01-01"}, set(), {T: None, "APHASE": "BEFORE TREATMENT"}),
    "start in a year long before": ({"AESTDTC": "2010"}, set(), {T: None, "ASTDTF": "M"}),
}  # fmt: skip


def events() -> list[tuple[str, int]]:
    """Return one plain event on treatment of each subject who died, the only one of its term: what can be damaged."""
    run_ = unharmed()
    dead = run_.adam["ADSL"].filter(pl.col("DTHDT").is_not_null()).select(*SUBJECT)
    whole = pl.all_horizontal(pl.col(name).str.len_chars() == 10 for name in ("AESTDTC", "AEENDTC"))
    plain = (pl.col("TRTEMFL") == "Y") & (pl.col("APHASE") == "ON TREATMENT") & whole & (pl.col("ATOXGRN") < 3)
    single = pl.len().over(*SUBJECT, "AEDECOD") == 1
    rows = run_.adam["ADAE"].filter(plain & single).join(dead, on=SUBJECT, how="semi", maintain_order="left")
    one = rows.unique(SUBJECT, keep="first", maintain_order=True)
    return one.select("USUBJID", "AESEQ").rows()


@cache
def damaged_events() -> tuple[Run, dict[str, tuple[str, int]]]:
    damage, places = Damage(), events()
    assert len(places) >= len(EVENTS)
    where = dict(zip(EVENTS, places, strict=False))
    for name, (values, _, _) in EVENTS.items():
        damage.change("AE", *where[name], **values)
    return damage.run(), where


@pytest.mark.parametrize("name", EVENTS)
def test_each_hostile_event_is_told_and_kept(name: str) -> None:
    found, where = damaged_events()
    subject, number = where[name]
    _, expected, kept = EVENTS[name]
    assert told(new_findings(found), subject, f"AESEQ {number}") == expected
    row = found.adam["ADAE"].filter(USUBJID=subject, AESEQ=number).row(0, named=True)
    assert {key: row[key] for key in kept} == kept
    assert row["SRCRECS"] == [f"AE {number}"]


def test_other_events_are_as_they_were() -> None:
    found, where = damaged_events()
    flags = [name for name in found.adam["ADAE"].columns if name.startswith("AOCC")]
    now, before = (
        each.adam["ADAE"].filter(~pl.col("USUBJID").is_in([subject for subject, _ in where.values()])).drop(flags)
        for each in (found, unharmed())
    )
    assert now.equals(before)
    sound(found)


def test_numbers_of_adverse_events_are_those_that_a_reader_counts() -> None:
    """Overview of the damaged events, counted again in plain Python from ADAE rows and the kept values."""
    found, _ = damaged_events()
    rows = found.adam["ADAE"].filter(TRTEMFL="Y").to_dicts()
    kinds = {
        "AE.ALL": rows,
        "AE.GRADE 3-5": [row for row in rows if (row["ATOXGRN"] or 0) >= 3],
        "AE.SERIOUS": [row for row in rows if row["AESER"] == "Y"],
        "AE.FATAL": [row for row in rows if row["AEOUT"] in ("FATAL", "fatal") or row["AETOXGR"] == "5"],
        "AE.WITHDRAWAL": [row for row in rows if (row["AEACN"] or "").upper() == "DRUG WITHDRAWN"],
    }
    for name, mine in kinds.items():
        assert value(found, f"{name}/all/n") == len({row["USUBJID"] for row in mine}), name
        assert value(found, f"{name}/all/events") == len(mine), name
        assert value(found, f"{name}/all/N") == 43
    unknown = {row["USUBJID"] for row in rows if row["ATOXGRN"] is None}
    known = {row["USUBJID"] for row in rows if row["ATOXGRN"] is not None}
    assert value(found, "AE.ALL/all/grade unknown") == len(unknown - known)


def test_every_event_that_starts_in_a_cycle_is_counted_there() -> None:
    """An event that ends before it starts has its onset in a cycle like any other."""
    found, where = damaged_events()
    subject, number = where["ends before it starts"]
    cycles = found.adam["ADAECYC"].filter(USUBJID=subject).explode("SRCRECS").filter(SRCRECS=f"AE {number}")
    assert cycles["ACYCLE"].to_list() == found.adam["ADAE"].filter(USUBJID=subject, AESEQ=number)["ACYCLE"].to_list()
    within = found.adam["ADAE"].filter((pl.col("TRTEMFL") == "Y") & pl.col("ACYCLE").is_not_null())
    assert found.adam["ADAECYC"]["NONSET"].sum() == within.height


def test_efficacy_does_not_depend_on_the_grades_of_events() -> None:
    assert changed(damaged_events()[0], ("ORR/", "DCR6M/", "DCR/", "OS/", "PFS/", "TTP/", "BOR")) == set()


def test_grade_5_of_the_living_and_death_without_grade_5() -> None:
    base = unharmed()
    alive = base.adam["ADSL"].filter(pl.col("DTHFL").is_null()).select(SUBJECT)
    rows = base.adam["ADAE"].join(alive, on=SUBJECT, how="semi", maintain_order="left").filter(TRTEMFL="Y")
    subject, number = rows.select("USUBJID", "AESEQ").row(0)
    dead = base.adam["ADSL"].filter(pl.col("DTHDT").is_not_null())["USUBJID"][0]
    damage = Damage()
    damage.change("AE", subject, number, AETOXGR="5", AEOUT="FATAL", AESER="Y", AEENDTC=None)
    deaths = drawn()["DS"].filter((pl.col("USUBJID") == dead) & (pl.col("DSDECOD") == "DEATH"))
    damage.change("DS", dead, deaths["DSSEQ"][0], DSTERM="ADVERSE EVENT")
    found = damage.run()
    assert told(new_findings(found), subject) == {
        ("TL-L42", "AETOXGR", "FATAL"), ("TL-D14", "DTHDTC", "AE without date"),
    }  # fmt: skip
    assert told(new_findings(found), dead) == {("TL-L51", "AEOUT", "ADVERSE EVENT")}
    assert value(found, "DTH.ALL/all/n") == value(base, "DTH.ALL/all/n")
    assert (
        value(found, "AE.FATAL/all/n")
        == value(
            base,
            "AE.FATAL/all/n",
        )
        + 1
    )  # type: ignore[operator]


def test_subjects_that_are_unknown_or_never_treated() -> None:
    """Events of a subject whom DM lacks are in no table; nor are those of one without a first dose."""
    base = unharmed()
    subject = events()[0][0]
    mine = drawn()["AE"].filter(USUBJID=subject)
    damage = Damage()
    damage.add("AE", mine.with_columns(pl.lit("STRANGER").alias("USUBJID")))
    damage.tables["EX"] = drawn()["EX"].filter(pl.col("USUBJID") != subject)
    damage.tables["DM"] = drawn()["DM"].with_columns(
        pl.when(pl.col("USUBJID") != subject).then(name).alias(name) for name in ("RFSTDTC", "RFXSTDTC", "RFXENDTC")
    )
    found = damage.run()
    new = new_findings(found)
    assert told(new, "STRANGER") == {("TL-D01", "USUBJID", "STRANGER")}
    lost = new.filter(USUBJID=subject, CODE="TL-L48")
    assert lost["RECORD"].to_list() == [f"AESEQ {number}" for number in mine["AESEQ"]]
    assert new.filter(USUBJID=subject, CODE="TL-D06").height == 1
    for name in ("ADAETTE", "ADAECYC", "ADEX", "ADOCC"):
        assert not found.adam[name]["USUBJID"].is_in(["STRANGER", subject]).any()
    assert found.adam["ADAE"].filter(USUBJID=subject)["TRTEMFL"].null_count() == mine.height
    assert value(found, "AE.ALL/all/N") == 42
    assert value(found, "AE.ALL/all/n") == value(base, "AE.ALL/all/n") - 1  # type: ignore[operator]
    sound(found)


def test_all_subjects_without_events_is_zero_of_all_and_a_finding() -> None:
    found = run({"AE": drawn()["AE"].clear()})
    assert told(new_findings(found), "") == {("TL-T13", "", "")}
    assert (value(found, "AE.ALL/all/n"), value(found, "AE.ALL/all/N")) == (0.0, 43.0)
    assert value(found, "AE.ALL/all/upper") == pytest.approx(8.221, abs=1e-3)
    sound(found)
