"""Adverse events: what is treatment-emergent, how grades, dates and terms are read, and what hostile data do."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adam.real_data import sdtm
from tests.adam.safety_cases import (
    DM,
    adverse_events,
    codes,
    dosing,
    event,
    subject,
    subjects,
    tables,
    trial,
)
from tests.twin.adverse_events import is_emergent
from topline.adam.safety import derive_adverse_events, derive_treatment
from topline.adam.treatment_period import safety_rules
from topline.tables.adam_safety import ADAE
from topline.tables.checks import check_table

KEYS = ["STUDYID", "USUBJID", "AESEQ"]
DATES = ("ASTDT", "ASTDTF", "AENDT", "AENDTF", "ASTDY", "AENDY", "ADURN")


def one(start: str | None, end: str | None = None, grade: str | None = "1", **more: Any) -> dict[str, Any]:
    """Return the ADAE row of one event of a subject treated from 2024-03-11 to 2024-06-10."""
    rules = {key: more.pop(key) for key in ("follow_up_days", "new_therapy") if key in more}
    adae, _ = adverse_events(tables([event("Nausea", start, end, grade, **more)]), **rules)
    return adae.row(0, named=True)


@pytest.mark.parametrize(
    ("start", "emergent"),
    [
        ("2024-03-10", None),  # the day before the first dose
        ("2024-03-11", "Y"),  # the day of the first dose
        ("2024-06-10", "Y"),  # the day of the last dose
        ("2024-07-10", "Y"),  # 30 days after it
        ("2024-07-11", None),  # 31 days after it
        ("2024-03", "Y"),  # a month in which the first dose lies
        ("2024-02", None),
        ("2024", "Y"),
        ("2023", None),
        ("2024-07", "Y"),  # the first day that it can mean still counts
        ("2024-08", None),
        (None, "Y"),
        ("2024-02-31", "Y"),  # no date: as if it were missing
        ("--02-15", "Y"),
    ],
)
def test_emergence_by_start(start: str | None, emergent: str | None) -> None:
    assert one(start)["TRTEMFL"] == emergent


@pytest.mark.parametrize(("days", "emergent"), [(28, None), (29, "Y"), (90, "Y")])
def test_days_after_the_last_dose_are_the_protocols(days: int, emergent: str | None) -> None:
    assert one("2024-07-09", follow_up_days=days)["TRTEMFL"] == emergent


def test_an_end_before_treatment_decides_about_a_start_in_part() -> None:
    assert one("2024-03", "2024-03-08")["ASTDT"] == date(2024, 3, 1)
    assert one("2024-03", "2024-03-08")["TRTEMFL"] is None
    assert one(None, "2024-03-08")["TRTEMFL"] is None
    assert one(None, "2024-03-11")["TRTEMFL"] == "Y"


def test_starts_are_imputed_towards_treatment_and_flagged() -> None:
    assert (one("2024-03")["ASTDT"], one("2024-03")["ASTDTF"], one("2024-03")["ASTDY"]) == (date(2024, 3, 11), "D", 1)
    assert (one("2024")["ASTDT"], one("2024")["ASTDTF"]) == (date(2024, 3, 11), "M")
    assert (one(None)["ASTDT"], one(None)["ASTDTF"]) == (date(2024, 3, 11), "Y")
    assert (one("2024-05")["ASTDT"], one("2024-05")["ASTDTF"]) == (date(2024, 5, 1), "D")


def test_ends_are_the_last_possible_day_but_not_after_death() -> None:
    assert one("2024-04-01", "2024-04")["AENDT"] == date(2024, 4, 30)
    dead = tables([event("Nausea", "2024-06-01", "2024-06")], dm=[subject(DTHDTC="2024-06-20", DTHFL="Y")])
    row = adverse_events(dead)[0].row(0, named=True)
    assert (row["AENDT"], row["AENDTF"], row["ADURN"]) == (date(2024, 6, 20), "D", 20)


def test_an_event_that_ends_before_it_starts_has_no_duration() -> None:
    row = one("2024-04-10", "2024-04-01")
    assert (row["ADURN"], row["ADURU"], row["TRTEMFL"]) == (None, None, "Y")


def test_new_therapy_ends_the_time_where_the_protocol_says_so() -> None:
    therapy = [{"CMTRT": "S-1", "CMCAT": "ANTI-CANCER THERAPY", "CMSTDTC": "2024-06-20"}]
    data = tables([event("Nausea", "2024-06-20"), event("Rash", "2024-06-19")], CM=therapy)
    assert adverse_events(data)[0]["TRTEMFL"].to_list() == ["Y", "Y"]
    assert adverse_events(data, new_therapy="ends")[0]["TRTEMFL"].to_list() == [None, "Y"]


def test_treatment_without_end_leaves_the_time_open() -> None:
    going = tables([event("Nausea", "2025-06-01")], ex=[dosing("2024-03-11", None)])
    assert adverse_events(going)[0]["TRTEMFL"].to_list() == ["Y"]
    stop = [
        {"DSTERM": "ADVERSE EVENT", "DSDECOD": "ADVERSE EVENT", "DSCAT": "DISPOSITION EVENT", "DSSTDTC": "2024-09-01"}
    ]
    stopped = tables(
        [event("Nausea", "2024-10-01"), event("Nausea", "2024-10-02")], ex=[dosing("2024-03-11", None)], DS=stop
    )
    assert adverse_events(stopped)[0]["TRTEMFL"].to_list() == ["Y", None]
    single = tables([event("Nausea", "2024-05-01")], ex=[dosing("2024-03-11", None, EXDOSFRQ="ONCE")])
    assert adverse_events(single)[0]["TRTEMFL"].to_list() == [None]


CHANGES = [
    ("worse", "2024-03-20", "2024-03-20", None, "2", [None, "Y"]),
    ("next day", "2024-03-20", "2024-03-21", None, "1", [None, None]),
    ("same grade", "2024-03-20", "2024-03-20", None, "1", [None, None]),
    ("a day between", "2024-03-20", "2024-03-22", None, "1", [None, "Y"]),
    ("overlap", "2024-04-20", "2024-03-20", None, "1", [None, "Y"]),
    ("without end", None, "2024-03-20", None, "1", [None, "Y"]),
    ("end in part", "2024-03", "2024-03-31", None, "1", [None, "Y"]),
    ("one group", None, "2024-03-20", "7", "1", [None, None]),
    ("one group, worse", None, "2024-03-20", "7", "2", [None, "Y"]),
    ("grade missing", "2024-03-20", "2024-03-20", None, None, [None, "Y"]),
]


@pytest.mark.parametrize(
    ("end", "start", "group", "grade", "flags"), [row[1:] for row in CHANGES], ids=[r[0] for r in CHANGES]
)
def test_what_was_there_before_must_get_worse(
    end: str | None, start: str, group: str | None, grade: str | None, flags: list[str | None]
) -> None:
    before = event("Fatigue", "2024-02-01", end, "1", AEGRPID=group)
    after = event("Fatigue", start, None, grade, AEGRPID=group)
    assert adverse_events(tables([before, after]))[0]["TRTEMFL"].to_list() == flags


def test_a_change_of_grade_goes_on_along_the_records() -> None:
    steps = [("2024-02-01", "2024-03-20", "2"), ("2024-03-20", "2024-04-01", "1"), ("2024-04-02", "2024-04-09", "2"),
             ("2024-04-09", None, "3")]  # fmt: skip
    adae, _ = adverse_events(tables([event("Fatigue", *step) for step in steps]))
    assert adae.select("BTOXGRN", "TRTEMFL").rows() == [(None, None), (2, None), (2, None), (2, "Y")]


def test_resolved_before_treatment_is_no_baseline() -> None:
    adae, _ = adverse_events(
        tables(
            [
                event("Fatigue", "2024-01-01", "2024-02-01", "3", AEGRPID="7"),
                event("Fatigue", "2024-03-20", grade="1", AEGRPID="7"),
            ]
        )
    )
    assert adae["TRTEMFL"].to_list() == [None, "Y"]


GRADES = [
    ({"grade": "3"}, 3, "AETOXGR"),
    ({"grade": "GRADE 4"}, 4, "AETOXGR"),
    ({"grade": "2.0"}, 2, "AETOXGR"),
    ({"grade": "0"}, None, None),
    ({"grade": "6"}, None, None),
    ({"grade": "2.5"}, None, None),
    ({"grade": "1-2"}, None, None),
    ({"grade": None, "AESEV": "MODERATE"}, 2, "AESEV"),
    ({"grade": None, "AESEV": "SEVERE", "AEOUT": "FATAL"}, 5, "AEOUT"),
    ({"grade": "4", "AEOUT": "FATAL"}, 5, "AEOUT"),
    ({"grade": "5", "AEOUT": "FATAL"}, 5, "AETOXGR"),
    ({"grade": "6", "AESEV": "MILD"}, None, None),
    ({"grade": None}, None, None),
]


@pytest.mark.parametrize(("given", "grade", "source"), GRADES)
def test_grade(given: dict[str, str | None], grade: int | None, source: str | None) -> None:
    row = one("2024-04-01", **given)
    assert (row["ATOXGRN"], row["ATOXGSRC"]) == (grade, source)
    assert row["ATOXVER"] == ("CTCAE 5.0" if source == "AETOXGR" else None)
    assert row["FATALFL"] == ("Y" if grade == 5 else None)


HOSTILE = [
    ("grade 6", {"grade": "6"}, {"TL-L41"}),
    ("no grade", {"grade": None}, {"TL-L45"}),
    ("grade 5, alive", {"grade": "5"}, {"TL-L42"}),
    ("fatal, grade 3, alive", {"grade": "3", "AEOUT": "FATAL"}, {"TL-L42", "TL-L43", "TL-L56"}),
    ("no start", {"start": None}, {"TL-L44"}),
    ("no start, over before treatment", {"start": None, "end": "2024-01-05"}, {"TL-L44"}),
    ("causality missing", {"AEREL": None}, {"TL-L47", "TL-L52"}),
    ("causality unknown", {"AEREL": "WHO KNOWS"}, {"TL-L47"}),
    ("not coded", {"AEDECOD": None}, {"TL-L49"}),
    ("action missing", {"AEACN": None}, {"TL-L52"}),
    ("nothing wrong", {}, set()),
]


@pytest.mark.parametrize(("given", "found"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_events_are_findings_and_stay(given: dict[str, Any], found: set[str]) -> None:
    row = event("Nausea", given.pop("start", "2024-04-01"), given.pop("end", None), given.pop("grade", "1"), **given)
    adae, findings = adverse_events(tables([row]))
    assert adae.height == 1
    assert codes(findings) == found


def test_a_subject_without_first_dose_has_no_emergent_event() -> None:
    adae, found = adverse_events(tables([event("Nausea", "2024-04-01"), event("Nausea", None)], ex=[]))
    assert adae.select("TRTEMFL", "ASTDY", "APHASE").unique().rows() == [(None, None, None)]
    assert codes(found) == {"TL-L48"}


@pytest.mark.parametrize("arm", ["SCRNFAIL", "Screen Failure", None])
def test_who_failed_screening_is_no_finding(arm: str | None) -> None:
    data = tables([event("Nausea", "2024-04-01")], dm=[subject(ARMCD=arm, ACTARMCD=arm)], ex=[])
    adae, found = adverse_events(data)
    assert adae["TRTEMFL"].to_list() == [None]
    assert codes(found) == set()


def test_copies_are_counted_and_said() -> None:
    adae, found = adverse_events(tables([event("Nausea", "2024-04-01")] * 2))
    assert adae["TRTEMFL"].to_list() == ["Y", "Y"]
    assert found.select("CODE", "RECORD").rows() == [("TL-L50", "AESEQ 1"), ("TL-L50", "AESEQ 2")]


def test_the_first_and_the_worst_event_are_flagged_once() -> None:
    events = [
        event("Headache", "2024-02-01", grade="4"),  # before treatment: never flagged
        event("Nausea", "2024-04-01", grade="1"),
        event("Vomiting", "2024-04-02", grade="3"),
        event("Nausea", "2024-04-03", grade="2"),
        event("Nausea", "2024-04-04", grade="2"),
    ]
    adae, _ = adverse_events(tables(events))
    flags = {
        name: adae.filter(pl.col(name) == "Y")["AESEQ"].to_list() for name in adae.columns if name.startswith("AOCC")
    }
    assert flags == {
        "AOCCFL": [2], "AOCCSFL": [2], "AOCCPFL": [2, 3], "AOCCIFL": [3], "AOCCSIFL": [3], "AOCCPIFL": [3, 4],
    }  # fmt: skip


def test_each_drug_has_its_action_and_causality() -> None:
    data = tables([event("Nausea", "2024-04-01", AEREL="MULTIPLE", AEACN="MULTIPLE")])
    rows = [("AEREL1", "NOT RELATED"), ("AEREL2", "RELATED"), ("AEACN1", "DRUG WITHDRAWN"), ("AEACN2", "DOSE REDUCED")]
    data["SUPPAE"] = pl.DataFrame(
        [("TEST", "AE", "1", "AESEQ", "1", *row) for row in rows], orient="row",
        schema=["STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"],
    )  # fmt: skip
    adae, found = adverse_events(data)
    assert adae.select("AREL", "DISCFL", "REDFL", "INTFL").rows() == [("RELATED", "Y", "Y", None)]
    assert codes(found) == set()


@pytest.mark.parametrize("relation", ["NOT RELATED", "NONE", "UNLIKELY", "Remote", "N"])
def test_unlikely_is_not_related(relation: str) -> None:
    assert one("2024-04-01", AEREL=relation)["AREL"] == "NOT RELATED"


def test_cycle_of_onset_is_that_of_the_visits() -> None:
    starts = [("2024-03-11", "2024-04-07", "CYCLE 1"), ("2024-04-15", "2024-05-12", "CYCLE 2 DAY 1")]
    data = tables(
        [event("Nausea", day) for day in ("2024-04-14", "2024-04-15", "2024-05-12", "2024-05-13", "2024-03-10")],
        ex=[dosing(first, last, VISIT=visit) for first, last, visit in starts],
    )
    adae, _ = adverse_events(data)
    assert adae["ACYCLE"].to_list() == [1, 2, 2, None, None]
    assert adae["APHASE"].to_list() == ["ON TREATMENT"] * 3 + ["FOLLOW-UP", "BEFORE TREATMENT"]


def test_without_visits_cycles_are_of_equal_length() -> None:
    adae, _ = adverse_events(tables([event("Nausea", day) for day in ("2024-04-07", "2024-04-08")]))
    assert adae["ACYCLE"].to_list() == [1, 2]


def test_admiral_agrees_on_real_data(shared: Path) -> None:
    """Of 1,191 events four differ: admiral leaves out a dosing record without end, so treatment ends earlier."""
    tables_of = sdtm(shared / "data" / "sdtm" / "onco-recist")
    plan = trial()
    adsl = subjects(tables_of, plan)
    rules = safety_rules(plan)
    adae, found = derive_adverse_events(tables_of, derive_treatment(tables_of, adsl, rules), rules)
    peer = pl.read_parquet(shared / "golden" / "adam" / "adam_adae.parquet").with_columns(
        pl.col(pl.String).replace("", None), pl.col("AESEQ", "ASTDY", "AENDY", "ADURN").cast(pl.Int64)
    )
    both = adae.join(peer, on=KEYS, suffix="_PEER", validate="1:1")
    assert both.height == peer.height == adae.height == 1191
    for name in DATES:
        assert both[name].equals(both[f"{name}_PEER"], null_equal=True), name
    different = both.filter(pl.col("TRTEMFL").ne_missing(pl.col("TRTEMFL_PEER")))
    assert different.select("USUBJID", "AESEQ", "TRTEMFL").sort("AESEQ").rows() == [
        ("01-705-1303", n, "Y") for n in (1, 2, 3, 4)
    ]
    worst = both.filter(pl.col("AOCCIFL").ne_missing(pl.col("AOCCIFL_PEER")))
    assert worst.select("USUBJID", "AESEQ", "AOCCIFL").rows() == [("01-705-1303", 4, "Y")]
    assert check_table(adae, ADAE).is_empty()
    assert codes(found) == {"TL-L46", "TL-L47", "TL-L50", "TL-L52", "TL-L56"}


days = st.dates(date(2024, 2, 1), date(2024, 8, 31))
texts = st.one_of(st.none(), days.map(str), days.map(lambda day: str(day)[:7]), days.map(lambda day: str(day)[:4]))
records = st.tuples(texts, texts, st.sampled_from([None, "1", "2", "3"]))


@settings(max_examples=50, deadline=None)
@given(st.lists(records, min_size=1, max_size=5), st.integers(0, 60))
def test_emergence_is_that_of_the_twin(events: list[tuple[str | None, str | None, str | None]], follow_up: int) -> None:
    data = tables([event("Fatigue", *each) for each in events], dm=DM)
    adae, _ = adverse_events(data, follow_up_days=follow_up)
    expected = is_emergent(events, date(2024, 3, 11), date(2024, 6, 10), follow_up)
    assert [flag == "Y" for flag in adae["TRTEMFL"]] == expected


def test_events_of_unknown_subjects_are_left_to_their_finding() -> None:
    data = tables([event("Nausea", "2024-04-01"), event("Nausea", "2024-04-01", USUBJID="99")])
    assert adverse_events(data)[0]["USUBJID"].to_list() == ["1"]


def test_trials_are_kept_apart() -> None:
    first = tables([event("Nausea", "2024-04-01", grade="3")])
    other = {
        name: frame.with_columns(pl.lit("OTHER").alias("STUDYID"))
        for name, frame in tables([event("Nausea", "2024-04-02")]).items()
    }
    both = {name: pl.concat([frame, other[name]], how="diagonal_relaxed") for name, frame in first.items()}
    adae, _ = adverse_events(both)
    assert adae.select("STUDYID", "ATOXGRN", "AOCCIFL", "ASEQ").rows() == [("OTHER", 1, "Y", 1), ("TEST", 3, "Y", 1)]
