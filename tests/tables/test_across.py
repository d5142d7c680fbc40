"""Checks across tables: a date in part is at fault only when no day that it can mean fits."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.partial_date import possible_days
from topline.tables.checks import check_across
from topline.tables.sdtm import SDTM

DATES = st.sampled_from(
    [
        "2019",
        "2020",
        "2019-06",
        "2019-07",
        "2019-06-15",
        "2019-06-16",
        "2019-07-01",
        "2019---15",
        "2019-02-31",
        "--06",
        "",
    ]
)


def frame(name: str, *records: dict[str, object]) -> pl.DataFrame:
    """Return the records of a domain with their sequence numbers, subject 001 of study S unless they say otherwise."""
    head = {"STUDYID": "S", "USUBJID": "001"}
    rows = [head | {f"{name}SEQ": i} | record for i, record in enumerate(records, start=1)]
    table = SDTM[name]
    return pl.DataFrame(rows, schema={n: table[n].dtype for n in table.names if any(n in row for row in rows)})


def dm(**columns: object) -> pl.DataFrame:
    return frame("DM", columns)


def found(tables: dict[str, pl.DataFrame], cutoff: date | None = None) -> list[tuple[str, str, str, str, str]]:
    told = check_across(tables, cutoff)
    return told.select("CODE", "DATASET", "USUBJID", "RECORD", "VARIABLE").rows()


def test_nothing_to_compare_is_no_fault() -> None:
    assert found({}) == []
    assert found({"DM": dm()}) == []
    assert found({"TR": frame("TR", {"TRDTC": "2019"})}, date(2020, 1, 1)) == []
    empty = {"DM": SDTM["DM"].empty(), "TR": SDTM["TR"].empty(), "EX": pl.DataFrame()}
    assert found(empty, date(2020, 1, 1)) == [("TL-T13", name, "", "", "") for name in ("DM", "EX", "TR")]


def test_unknown_subjects_are_named_once_with_the_number_of_their_records() -> None:
    tr = frame("TR", {}, {"USUBJID": "002"}, {"USUBJID": "003"}, {"USUBJID": "002"}, {"USUBJID": None})
    told = check_across({"DM": dm(), "TR": tr})
    assert told.select("CODE", "DATASET", "USUBJID", "COUNT").rows() == [
        ("TL-D01", "TR", "002", 2),
        ("TL-D01", "TR", "003", 1),
    ]


def test_a_subject_of_another_study_is_unknown() -> None:
    told = check_across({"DM": dm(), "TR": frame("TR", {"STUDYID": "T"})})
    assert told.select("CODE", "VALUE").rows() == [("TL-D01", "001"), ("TL-D10", "S, T")]


def test_supplemental_qualifiers_name_their_table() -> None:
    supp = pl.DataFrame({"STUDYID": ["S"], "USUBJID": ["009"], "RDOMAIN": ["DM"], "QNAM": ["ITT"]})
    assert found({"DM": dm(), "SUPPDM": supp}) == [("TL-D01", "SUPPDM", "009", "", "USUBJID")]


@pytest.mark.parametrize(
    ("death", "dose", "fault"),
    [
        ("2019-06-15", "2019-06-15", False),
        ("2019-06-15", "2019-06-16", True),
        ("2019-06", "2019-06-30", False),
        ("2019-06", "2019-07-01", True),
        ("2019-06-15", "2019-06", False),
        ("2019-06-15", "2019-07", True),
        ("2019", "2019-12-31T23:59", False),
        ("2019", "2020", True),
        ("2019-02-31", "2020", False),
        ("2019-06-15", "2020-02-31", False),
    ],
)
def test_dose_after_death(death: str, dose: str, fault: bool) -> None:
    ex = frame("EX", {"EXSTDTC": "2019-01-01"}, {"EXSTDTC": dose})
    told = [row for row in found({"DM": dm(DTHDTC=death), "EX": ex}) if row[0] == "TL-D02"]
    assert told == ([("TL-D02", "EX", "001", "EXSEQ 2", "EXSTDTC")] if fault else [])


def test_the_end_of_a_dose_counts_too() -> None:
    ex = frame("EX", {"EXSTDTC": "2019-06-01", "EXENDTC": "2019-06-30"})
    assert found({"DM": dm(DTHDTC="2019-06-15"), "EX": ex}) == [("TL-D02", "EX", "001", "EXSEQ 1", "EXENDTC")]


@pytest.mark.parametrize("name", ["TU", "TR", "RS", "LB", "VS", "QS"])
def test_assessment_after_death(name: str) -> None:
    records = frame(name, {f"{name}DTC": "2019-06-15"}, {f"{name}DTC": "2019-06-16"})
    assert found({"DM": dm(DTHDTC="2019-06-15"), name: records}) == [
        ("TL-D03", name, "001", f"{name}SEQ 2", f"{name}DTC")
    ]


def test_what_was_not_done_was_not_done_after_death() -> None:
    rs = frame("RS", {"RSDTC": "2020-01-01", "RSSTAT": "NOT DONE"}, {"RSDTC": "2020-01-01", "RSSTAT": None})
    assert found({"DM": dm(DTHDTC="2019-06-15"), "RS": rs}) == [("TL-D03", "RS", "001", "RSSEQ 2", "RSDTC")]


def test_alive_after_death() -> None:
    ss = frame("SS", {"SSSTRESC": "DEAD", "SSDTC": "2020-01-01"}, {"SSSTRESC": "ALIVE", "SSDTC": "2020-01-01"})
    sv = frame("SV", {"VISITNUM": 1.0, "SVSTDTC": "2019-01-01"}, {"VISITNUM": 2.0, "SVSTDTC": "2020-01-01"})
    assert found({"DM": dm(DTHDTC="2019-06-15"), "SS": ss, "SV": sv}) == [
        ("TL-D09", "SS", "001", "SSSEQ 2", "SSDTC"),
        ("TL-D09", "SV", "001", "row 2", "SVSTDTC"),
    ]


def test_another_subjects_death_is_none_of_theirs() -> None:
    ex = frame("EX", {"EXSTDTC": "2020-01-01", "USUBJID": "002"}, {"EXSTDTC": "2020-01-01", "STUDYID": "T"})
    assert [row for row in found({"DM": dm(DTHDTC="2019-06-15"), "EX": ex}) if row[0] == "TL-D02"] == []


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        ("2019-06-15", "2019-06-15", False),
        ("2019-06-15T10:00", "2019-06-15T09:00", False),
        ("2019-06-15", "2019-06-14", True),
        ("2019-06-15", "2019-06", False),
        ("2019-06-15", "2019-05", True),
        ("2019-06", "2019-06-01", False),
        ("2019", "2018-12-31", True),
        ("2019-06-15", None, False),
        ("2019-02-31", "2018", False),
    ],
)
@pytest.mark.parametrize("name", ["EX", "AE", "CM", "PR", "MH"])
def test_end_before_start(name: str, start: str, end: str | None, fault: bool) -> None:
    records = frame(name, {f"{name}STDTC": start, f"{name}ENDTC": end})
    assert found({name: records}) == ([("TL-D04", name, "001", f"{name}SEQ 1", f"{name}ENDTC")] if fault else [])


def test_reference_periods_end_after_their_start() -> None:
    frame = dm(RFSTDTC="2019-06-15", RFENDTC="2019-06-14", RFXSTDTC="2019-06-15", RFXENDTC="2019-06-14")
    assert [row[0::4] for row in found({"DM": frame})] == [("TL-D04", "RFENDTC"), ("TL-D04", "RFXENDTC")]


def test_dates_after_the_cut_off() -> None:
    ex = frame("EX", {"EXSTDTC": "2019-12-31"}, {"EXSTDTC": "2020-01-01"}, {"EXSTDTC": "2019"}, {"EXSTDTC": "2020"})
    late = {"DM": dm(DTHDTC="2020-02"), "EX": ex}
    assert found(late, date(2019, 12, 31)) == [
        ("TL-D12", "DM", "001", "row 1", "DTHDTC"),
        ("TL-D12", "EX", "001", "EXSEQ 2", "EXSTDTC"),
        ("TL-D12", "EX", "001", "EXSEQ 4", "EXSTDTC"),
    ]
    assert found(late) == []


@settings(max_examples=50, deadline=None)
@given(DATES, DATES)
def test_faults_are_those_of_the_twin(first: str, second: str) -> None:
    ex = frame("EX", {"EXSTDTC": first, "EXENDTC": second})
    told = {row[0] for row in found({"EX": ex})}
    starts, ends = possible_days(first), possible_days(second)
    impossible = bool(starts and ends) and not any(end >= start for start in starts for end in ends)
    assert told == ({"TL-D04"} if impossible else set())
