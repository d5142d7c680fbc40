"""What follows from adverse events: time to the first one, events by cycle, causes of death, other occurrences."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.adam.real_data import sdtm
from tests.adam.safety_cases import codes, dosing, event, safety, subject, table, tables
from topline.tables.adam_safety import ADAECYC, ADAETTE, ADOCC
from topline.tables.checks import check_table

KEYS = ["STUDYID", "USUBJID"]


def test_time_to_the_first_event_and_how_it_ended() -> None:
    dm = [subject("1"), subject("2", DTHDTC="2024-04-10", DTHFL="Y"), subject("3"), subject("4")]
    ex = [dosing("2024-03-11", "2024-06-10"), dosing("2024-03-11", "2024-04-01", "2"),
          dosing("2024-03-11", "2024-04-01", "3"), dosing("2024-03-11", "2024-04-01", "4")]  # fmt: skip
    stop = [{"USUBJID": "3", "DSTERM": "PROGRESSIVE DISEASE", "DSDECOD": "PROGRESSIVE DISEASE",
             "DSCAT": "DISPOSITION EVENT", "DSSTDTC": "2024-04-02"}]  # fmt: skip
    visits = [
        {"USUBJID": "3", "VISITNUM": 9.0, "SVSTDTC": "2024-08-01"},
        {"USUBJID": "4", "VISITNUM": 9.0, "SVSTDTC": "2024-04-20"},
    ]
    events = [
        event("Nausea", "2024-04-01", grade="2"),
        event("Nausea", "2024-03-20", grade="3"),
        event("Rash", "2024-02-01"),
    ]
    done = safety(tables(events, dm, ex, DS=stop, SV=visits)).tables["ADAETTE"]
    rows = (
        done.filter(PARAMCD="TEAE")
        .select("USUBJID", "AVAL", "CNSR", "NEVENTS", "RISKDAYS", "WORSTGR", "SRCRECS")
        .rows()
    )
    assert rows[0] == ("1", 10, 0, 2, 92, 3, ["AE 2", "AE 1"])
    assert [row[:6] for row in rows[1:]] == [
        ("2", 31, 2, 0, 31, None),  # death on 2024-04-10
        ("3", 52, 3, 0, 52, None),  # 30 days after the last dose of 2024-04-01, treatment over
        ("4", 41, 1, 0, 41, None),  # last contact on 2024-04-20
    ]
    assert done.filter(PARCAT1="TERM", PARCAT2="ALL")["AEDECOD"].unique().to_list() == ["Nausea"]
    assert check_table(done, ADAETTE).is_empty()


def test_what_was_never_asked_has_no_rows() -> None:
    silent = [event("Nausea", "2024-04-01", AEACN=None, AESER=None, AEREL=None)]
    done = safety(tables(silent))
    kinds = set(done.tables["ADAETTE"].filter(PARCAT1="OVERALL")["PARCAT2"])
    assert kinds == {"ALL", "GRADE 3-5", "FATAL", "SPECIAL INTEREST"}
    assert "missing in all of 1" in " ".join(done.findings.filter(CODE="TL-L52")["MESSAGE"])


def test_without_a_table_of_events_nothing_is_counted() -> None:
    data = {name: frame for name, frame in tables([event("Nausea", "2024-04-01")]).items() if name != "AE"}
    done = safety(data)
    assert all(done.tables[name].is_empty() for name in ("ADAE", "ADAETTE", "ADAECYC", "ADOCC"))
    assert "TL-T09" in codes(done.findings)
    none = safety(tables([]))
    assert none.tables["ADAETTE"].filter(PARAMCD="TEAE").select("CNSR", "NEVENTS").rows() == [(1, 0)]


def test_events_once_every_cycle() -> None:
    events = [
        event("Nausea", "2024-03-12", "2024-04-10", "2"),
        event("Rash", "2024-04-08", None, "1"),
        event("Pain", "2024-03-01"),
    ]
    cycles = safety(tables(events)).tables["ADAECYC"]
    columns = ["ACYCLE", "NONSET", "WORSTGR", "NPRESENT", "PRESGR"]
    assert cycles.select(columns).rows() == [(1, 1, 2, 1, 2), (2, 1, 1, 2, 2), (3, 0, None, 1, 1), (4, 0, None, 1, 1)]
    assert check_table(cycles, ADAECYC).is_empty()


SEPSIS = event("Sepsis", "2024-06-20", "2024-06-25", "5", AEOUT="FATAL")
DEATHS = [
    ("event", {}, [SEPSIS], ("Sepsis", "ADVERSE EVENT", "AE"), {"TL-L56"}),
    ("wording", {"DSTERM": "PROGRESSION"}, [], ("PROGRESSION", "PROGRESSIVE DISEASE", "DS"), set()),
    ("no wording", {"DSTERM": "Death"}, [], (None, "UNKNOWN", "DS"), set()),
    ("other", {"DSTERM": "ROAD ACCIDENT"}, [], ("ROAD ACCIDENT", "OTHER", "DS"), set()),
    ("no event", {"DSTERM": "ADVERSE EVENT"}, [], ("ADVERSE EVENT", "ADVERSE EVENT", "DS"), {"TL-L51"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wording", "events", "cause", "found"), [row[1:] for row in DEATHS], ids=[row[0] for row in DEATHS]
)
def test_cause_of_death(
    wording: dict[str, str], events: list[dict[str, Any]], cause: tuple[str | None, ...], found: set[str]
) -> None:
    ds = [{"DSDECOD": "DEATH", "DSTERM": "DEATH", "DSCAT": "DISPOSITION EVENT", "DSSTDTC": "2024-06-25", **wording}]
    done = safety(tables(events, dm=[subject(DTHDTC="2024-06-25", DTHFL="Y")], DS=ds))
    row = done.adsl.row(0, named=True)
    assert tuple(row[name] for name in ("DTHCAUS", "DTHCGR1", "DTHDOM")) == cause
    assert (row["LDDTHELD"], row["DTHTRTFL"], row["DTH30FL"]) == (15, "Y", "Y")
    assert codes(done.findings) == found


def test_dd_goes_before_everything_else() -> None:
    data = tables(
        [event("Sepsis", "2024-06-20", None, "5", AEOUT="FATAL")], dm=[subject(DTHDTC="2024-08-25", DTHFL="Y")]
    )
    data["DD"] = pl.DataFrame(
        {"STUDYID": "TEST", "USUBJID": "1", "DDTESTCD": "PRCDTH", "DDORRES": ["Oesophageal cancer"]}
    )
    row = safety(data).adsl.row(0, named=True)
    assert (row["DTHCGR1"], row["DTHDOM"], row["LDDTHELD"], row["DTHTRTFL"], row["DTH30FL"]) == (
        "PROGRESSIVE DISEASE",
        "DD",
        76,
        None,
        None,
    )


def test_concomitant_is_what_overlaps_treatment() -> None:
    drugs = [
        ("A", "2023", None),
        ("B", "2024-01-01", "2024-03-10"),
        ("C", "2024-01", "2024-03"),
        ("D", "2024-07-11", None),
        ("E", None, None),
        ("F", "2024-07", None),
    ]
    taken = [{"CMTRT": name, "CMSTDTC": start, "CMENDTC": end} for name, start, end in drugs]
    more = [{"CMTRT": "G", "CMSTDTC": "2024-04-01", "CMCAT": "ANTI-CANCER THERAPY"}, {"CMTRT": "H", "CMOCCUR": "N"}]
    rows = safety(tables([], CM=[*taken, *more])).tables["ADOCC"]
    assert rows.filter(PARCAT1="TERM", AVALC="Y")["TERM"].to_list() == ["A", "C", "E", "F"]
    assert rows.filter(PARCAT2="MH").is_empty()
    assert check_table(rows, ADOCC).is_empty()


def test_history_counts_unless_it_did_not_occur() -> None:
    conditions = [{"MHTERM": "Gastritis", "MHBODSYS": "Gut"}, {"MHTERM": "Asthma", "MHOCCUR": "N", "MHPRESP": "Y"}]
    data = tables([], MH=conditions)
    assert data["MH"].equals(table("MH", conditions))
    rows = safety(data).tables["ADOCC"].filter(PARCAT2="MH")
    assert rows.select("PARCAT1", "CLASS", "TERM", "AVALC").rows() == [
        ("CLASS", "Gut", None, "Y"), ("OVERALL", None, None, "Y"), ("TERM", "Gut", "GASTRITIS", "Y"),
    ]  # fmt: skip


def test_admiral_agrees_on_deaths(shared: Path) -> None:
    done = safety(sdtm(shared / "data" / "sdtm" / "onco-recist"))
    peer = pl.read_parquet(shared / "golden" / "adam" / "adam_adsl.parquet").with_columns(
        pl.col(pl.String).replace("", None), pl.col("LDDTHELD").cast(pl.Int64)
    )
    both = done.adsl.join(peer, on=KEYS, suffix="_PEER", validate="1:1")
    assert both["DTHCAUS"].count() == 3
    for name in ("DTHCAUS", "DTHCGR1", "DTHDOM", "LDDTHELD", "DTH30FL"):
        assert both[name].equals(both[f"{name}_PEER"], null_equal=True), name
