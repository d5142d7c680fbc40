"""Checks of one table: hostile frames, and what must not be taken for a fault."""

import polars as pl
import pytest

from topline.tables.checks import check_table
from topline.tables.declare import Core, Kind, Table, Variable
from topline.tables.findings import CAP
from topline.tables.rows import draw_rows
from topline.tables.sdtm import SDTM

TR, DM, SUPP = SDTM["TR"], SDTM["DM"], SDTM["SUPPQUAL"]


def tr(**columns: object) -> pl.DataFrame:
    rows = {"STUDYID": "S", "DOMAIN": "TR", "USUBJID": "001", "TRTESTCD": "LDIAM", "TRTEST": "Longest Diameter"}
    return pl.DataFrame(rows | {"TRSEQ": [1, 2, 3]} | columns)


def codes(frame: pl.DataFrame, table: Table = TR) -> list[tuple[str, str, str]]:
    return check_table(frame, table).select("CODE", "RECORD", "VARIABLE").rows()


def test_a_sound_table_has_no_finding() -> None:
    assert codes(tr()) == []


@pytest.mark.parametrize("text", ["2019-02-31", "31/02/2019", "2019-13", "2019-02-31T10:00", "28FEB2019", "43524"])
def test_what_is_no_date_is_told(text: str) -> None:
    assert codes(tr(TRDTC=["2019-02-28", text, None])) == [("TL-T06", "TRSEQ 2", "TRDTC")]


@pytest.mark.parametrize("text", ["2019", "2019-02", "2019---15", "--02-15", "2019-02-28T10:30"])
def test_a_date_in_part_is_no_fault(text: str) -> None:
    assert codes(tr(TRDTC=[text, None, "2019-02-28"])) == []


def test_all_records_of_a_duplicate_are_named() -> None:
    frame = tr(TRSEQ=[2, 1, 2])
    found = check_table(frame, TR)
    assert found.select("CODE", "RECORD", "VALUE").rows() == [("TL-T02", "TRSEQ 2", "S, 001, 2")] * 2


def test_records_without_sequence_number_are_not_duplicates() -> None:
    assert codes(tr(TRSEQ=[None, None, 3])) == [("TL-T04", "row 1", "TRSEQ"), ("TL-T04", "row 2", "TRSEQ")]


def test_empty_keys_that_may_be_empty_are_equal() -> None:
    frame = draw_rows(SUPP, 2, seed=1).with_columns(
        USUBJID=pl.lit("001"), RDOMAIN=pl.lit("DM"), IDVAR=None, IDVARVAL=None, QNAM=pl.lit("ITT")
    )
    assert [code for code, _, _ in codes(frame.cast(dict(SUPP.schema)), SUPP)] == ["TL-T02", "TL-T02"]


def test_a_variable_without_any_value_is_told_once() -> None:
    found = check_table(tr(USUBJID=pl.Series([None] * 3, dtype=pl.String)), TR)
    assert found.select("CODE", "VARIABLE", "COUNT").rows() == [("TL-T04", "USUBJID", 3)]


def test_a_variable_that_lacks_is_told_once() -> None:
    assert codes(tr().drop("USUBJID")) == [("TL-T05", "", "USUBJID")]


def test_other_columns_are_nobodys_business() -> None:
    assert codes(tr(XYZ=[1, None, 3])) == []


def test_lists_that_may_be_extended_are_not_checked_but_for_letters() -> None:
    assert codes(tr(TRTESTCD=["VOLUME", "LDIAM", "ldiam"])) == [("TL-T11", "TRSEQ 3", "TRTESTCD")]


def test_missing_values_are_in_no_list_and_in_no_range() -> None:
    assert codes(tr(TRSTAT=pl.Series([None] * 3, dtype=pl.String), TRACPTFL=["Y", None, "Y"])) == []


def test_types_are_mended_first() -> None:
    found = check_table(tr(TRSEQ=["1", "2.0", "x"], TRSTRESN=["12.0", "1e3", "12 mm"]), TR)
    assert sorted(found.select("CODE", "VARIABLE", "VALUE").rows()) == [
        ("TL-T03", "TRSEQ", "x"),
        ("TL-T03", "TRSTRESN", "12 mm"),
        ("TL-T04", "TRSEQ", ""),
    ]


def test_an_empty_table_has_no_finding() -> None:
    assert codes(TR.empty()) == []


def test_ranges_hold_their_ends() -> None:
    table = Table("XX", "", "topline", (), (Variable("N", "", Kind.NUMBER, low=0, high=400, unit="mm"),))
    found = check_table(pl.DataFrame({"N": [-0.1, 0.0, 400.0, 400.1, None]}), table)
    assert found.select("RECORD", "MESSAGE").rows() == [
        ("row 1", "is not 0 to 400 mm"),
        ("row 4", "is not 0 to 400 mm"),
    ]


def test_numbers_have_code_lists_too() -> None:
    table = Table("XX", "", "ADaM", (), (Variable("CNSR", "", Kind.INTEGER, Core.REQUIRED, codes=("0", "1")),))
    found = check_table(pl.DataFrame({"CNSR": [0, 1, 2]}), table)
    assert found.select("CODE", "VALUE", "MESSAGE").rows() == [("TL-T01", "2", "is not one of 0, 1")]


def test_a_flood_of_faults_is_counted_not_lost() -> None:
    n = 2 * CAP
    frame = pl.DataFrame({"STUDYID": "S", "DOMAIN": "DM", "USUBJID": ["001"] * n, "SUBJID": "1", "SITEID": "1"})
    found = check_table(frame.with_columns(COUNTRY=pl.lit("CHN"), SEX=pl.lit("female")), DM)
    assert found.group_by("CODE").agg(pl.len(), pl.col("COUNT").sum()).sort("CODE").rows() == [
        ("TL-T01", CAP + 1, n),
        ("TL-T02", CAP + 1, n),
    ]
