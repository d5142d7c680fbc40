"""The SDTM declarations: sound by themselves, and enough for real data."""

import re
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from topline.tables.checks import check_across, check_table
from topline.tables.conform import conform
from topline.tables.declare import Core, Kind, Table
from topline.tables.sdtm import SDTM, sdtm_table

GENERAL = {"STUDYID", "DOMAIN", "USUBJID", "VISIT", "VISITNUM", "VISITDY", "EPOCH"}
OWN_NAMES = {"DM", "SUPPQUAL"}
FOLDERS = ("onco-recist", "onco-sequence")


@pytest.mark.parametrize("table", SDTM.values(), ids=lambda table: table.name)
def test_declaration_is_sound(table: Table) -> None:
    names = [variable.name for variable in table.variables]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[A-Z][A-Z0-9]{0,7}", name) for name in names)
    assert all(0 < len(variable.label) <= 40 for variable in table.variables)
    assert set(table.keys) <= set(names)
    assert names[0] == "STUDYID"
    if table.name not in OWN_NAMES:
        assert {name for name in names if not name.startswith(table.name)} <= GENERAL


@pytest.mark.parametrize("table", SDTM.values(), ids=lambda table: table.name)
def test_types_follow_from_names(table: Table) -> None:
    for variable in table.variables:
        assert (variable.kind is Kind.ISO_DATE) == variable.name.endswith("DTC")
        assert (variable.kind is Kind.INTEGER) >= variable.name.endswith(("SEQ", "DY"))
        assert (variable.kind is Kind.NUMBER) >= variable.name.endswith(("STRESN", "TPTNUM", "DOSE", "VISITNUM"))
        assert not (variable.codes and variable.kind is Kind.ISO_DATE)
        assert len(set(variable.codes)) == len(variable.codes)
        assert len({code.lower() for code in variable.codes}) == len(variable.codes)


@pytest.mark.parametrize("name", [name for name in SDTM if name not in {"DM", "SV", "SUPPQUAL", "TS"}])
def test_records_are_known_by_their_sequence_number(name: str) -> None:
    assert SDTM[name].keys == ("STUDYID", "USUBJID", f"{name}SEQ")
    assert SDTM[name][f"{name}SEQ"].core is Core.REQUIRED
    assert SDTM[name]["DOMAIN"].codes == (name,)


def test_supplemental_qualifiers_share_one_declaration() -> None:
    table = sdtm_table("SUPPAE")
    assert table is not None
    assert (table.name, table.variables, table.keys) == ("SUPPAE", SDTM["SUPPQUAL"].variables, SDTM["SUPPQUAL"].keys)
    assert sdtm_table("suppdm") is not None


@pytest.mark.parametrize("name", ["", "XX", "SUPP", "SUPPA", "SUPPABCDE", "ADSL", "DMX"])
def test_other_names_have_no_declaration(name: str) -> None:
    assert sdtm_table(name) is None


def tables_of(folder: Path) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    found = {}
    for path in sorted(folder.glob("*.xpt")):
        frame, _ = pyreadstat.read_xport(path, output_format="polars")
        table = sdtm_table(path.stem)
        assert table is not None
        found[table.name] = (frame, conform(frame, table)[0])
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_real_data_fit_without_a_finding(shared: Path, folder: str) -> None:
    tables = tables_of(shared / "data" / "sdtm" / folder)
    assert {"TU", "TR", "RS"} <= set(tables)
    for name, (frame, tidy) in tables.items():
        table = sdtm_table(name)
        assert table is not None
        assert conform(frame, table)[1].rows() == []
        assert tidy.height == frame.height
        assert check_table(tidy, table).rows() == []


def test_real_data_contradict_themselves_twice(shared: Path) -> None:
    # Seen in the records themselves: AE dates the death of 01-704-1445 on 2014-10-31, DM and DS on 2014-11-01;
    # 01-710-1083 died on 2013-08-02 and has a visit on 2013-08-03.
    tables = {name: tidy for name, (_, tidy) in tables_of(shared / "data" / "sdtm" / "onco-recist").items()}
    found = check_across(tables)
    assert found.select("CODE", "DATASET", "USUBJID", "VALUE").rows() == [
        ("TL-D07", "DM", "01-704-1445", "DM 2014-11-01, DS 2014-11-01, AE 2014-10-31"),
        ("TL-D09", "SV", "01-710-1083", "2013-08-03"),
    ]
    row = int(found["RECORD"][1].removeprefix("row "))
    assert tables["SV"]["SVSTDTC"][row - 1] == "2013-08-03"
