"""The CSV export: cells with their places, columns by name, any set of columns, many rows."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.errors import ToplineError
from topline.protocol.record.csv_table import rows
from topline.protocol.record.form import detect_form, parse_record, parse_records
from topline.protocol.record.record import Form, Record, State

HEAD = "NCT Number,Study Title,Study Status,Conditions,Enrollment,Study Design,Age,Phases,Other IDs,Locations"
ROW = (
    'NCT00000001,"A ""new"" drug, tested",RECRUITING,Cancer|Pain,43,'
    '"Allocation: NA|Intervention Model: SINGLE_GROUP|Masking: DOUBLE (PARTICIPANT, INVESTIGATOR)'
    '|Primary Purpose: TREATMENT",'
    '"ADULT, OLDER_ADULT",PHASE3|PHASE2,EX-1|EX-2,"Here, There|Elsewhere"'
)


def read(row: str = ROW, head: str = HEAD) -> Record:
    return parse_record(f"{head}\r\n{row}\r\n", "x")


def test_each_column_is_its_field() -> None:
    record = read()
    assert detect_form(HEAD) is record.form is Form.CSV
    content = record.content
    assert content.identification.brief_title == 'A "new" drug, tested'
    assert content.conditions.conditions == ("Cancer", "Pain")
    assert record.value("designModule.enrollmentInfo.count") == 43
    assert content.design.phases == ("PHASE2", "PHASE3")
    info = content.design.design_info
    assert info is not None
    assert info.masking_info is not None
    assert (info.allocation, info.intervention_model, info.primary_purpose) == ("NA", "SINGLE_GROUP", "TREATMENT")
    assert (info.masking_info.masking, info.masking_info.who_masked) == ("DOUBLE", ("PARTICIPANT", "INVESTIGATOR"))
    assert content.eligibility.std_ages == ("ADULT", "OLDER_ADULT")
    assert record.value("identificationModule.orgStudyIdInfo.id") == "EX-1"
    assert record.value("identificationModule.secondaryIdInfos.0.id") == "EX-2"
    assert record.location_count == 2


def test_a_value_is_found_behind_doubled_quotes() -> None:
    record = read()
    span = record.place("identificationModule.briefTitle", 8, 12)
    assert span is not None
    assert record.text[span.start : span.end] == "drug"


def test_a_column_that_the_file_has_not_is_not_empty() -> None:
    record = read("NCT00000001,", "NCT Number,Study Status")
    assert record.state("statusModule.overallStatus") is State.EMPTY
    assert record.state("eligibilityModule.sex") is State.NOT_IN_SOURCE
    assert record.state("eligibilityModule.eligibilityCriteria") is State.NOT_IN_SOURCE


def test_many_rows() -> None:
    text = f"{HEAD}\n{ROW}\n{ROW.replace('00001', '00002')}\n"
    assert [record.value("identificationModule.nctId") for record in parse_records(text, "x")] == [
        "NCT00000001",
        "NCT00000002",
    ]
    with pytest.raises(ToplineError, match="TL-I05"):
        parse_record(text, "x")
    with pytest.raises(ToplineError, match="no row"):
        parse_records(HEAD, "x")


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (ROW.replace(",43,", ",many,"), "designModule.enrollmentInfo.count"),
        (ROW.replace("RECRUITING", "PAUSED"), "statusModule.overallStatus"),
        (ROW.replace("Allocation: NA", "Colour: RED"), "designModule.designInfo.Colour"),
        (ROW + ",more", ""),
    ],
)
def test_what_does_not_fit_is_doubted(row: str, path: str) -> None:
    assert path in {doubt.path for doubt in read(row).doubts}


_CELLS = st.text(alphabet='ab,"\n\r| ', max_size=8)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=4), min_size=1, max_size=4))
def test_tables_are_read_as_pythons_own_reader_does(table: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows(table)
    text = file.getvalue()
    expected = [[cell.replace("\r\n", "\n").replace("\r", "\n").strip() for cell in row] for row in table]
    found = list(rows(text))
    assert [[cell.text for cell in row.cells] for row in found] == [row for row in expected if any(row)]
    for row in found:
        for cell in row.cells:
            for at, char in enumerate(cell.text):
                span = cell.place(at, at + 1)
                assert span is not None
                assert text[span.start : span.end] in (char, '""', "\r\n", "\r")
