"""Deaths: where they are dated, which date counts, and when the sources disagree."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.test_across import DATES, dm, frame
from tests.twin.partial_date import possible_days
from topline.tables.checks import check_across
from topline.tables.deaths import death_dates


def ds(date: str | None) -> pl.DataFrame:
    return frame("DS", {"DSDECOD": "COMPLETED", "DSSTDTC": "2018"}, {"DSDECOD": "DEATH", "DSSTDTC": date})


def ae(date: str | None) -> pl.DataFrame:
    return frame("AE", {"AEOUT": "FATAL", "AEENDTC": date}, {"AEOUT": "UNKNOWN", "AEENDTC": "2018"})


def found(tables: dict[str, pl.DataFrame]) -> list[tuple[str, str]]:
    return check_across(tables).select("CODE", "VALUE").rows()


def test_three_sources_that_agree() -> None:
    tables = {"DM": dm(DTHDTC="2019-06-15", DTHFL="Y"), "DS": ds("2019-06-15"), "AE": ae("2019-06-15T10:30")}
    assert death_dates(tables)["SOURCE"].to_list() == ["DM", "DS", "AE"]
    assert found(tables) == []


@pytest.mark.parametrize("date", ["2019-06", "2019", "2019-06-15"])
def test_a_date_in_part_agrees_with_a_day_in_it(date: str) -> None:
    assert found({"DM": dm(DTHDTC=date, DTHFL="Y"), "DS": ds("2019-06-15")}) == []


def test_two_sources_that_disagree() -> None:
    tables = {"DM": dm(DTHDTC="2019-06-15", DTHFL="Y"), "DS": ds("2019-06-16")}
    assert found(tables) == [("TL-D07", "DM 2019-06-15, DS 2019-06-16")]


def test_three_sources_of_which_no_day_is_common() -> None:
    tables = {"DM": dm(DTHDTC="2019-06", DTHFL="Y"), "DS": ds("2019-06-15"), "AE": ae("2019-06-16")}
    assert found(tables) == [("TL-D07", "DM 2019-06, DS 2019-06-15, AE 2019-06-16")]


def test_a_death_that_dm_does_not_date() -> None:
    assert found({"DM": dm(DTHDTC=None), "DS": ds("2019-06-15")}) == [("TL-D13", "DS 2019-06-15")]
    assert found({"DM": dm(), "AE": ae("2019-06-15")}) == [("TL-D13", "AE 2019-06-15")]
    assert found({"DM": dm(DTHFL="Y", DTHDTC=None), "DS": ds("2019")}) == [("TL-D13", "DM without date, DS 2019")]
    assert found({"DS": ds("2019-06-15")}) == []


def test_a_death_without_a_date() -> None:
    assert found({"DM": dm(DTHFL="Y", DTHDTC=None)}) == [("TL-D14", "DM without date")]
    assert found({"DM": dm(DTHFL="Y", DTHDTC="2019-02-31")}) == [("TL-D14", "DM 2019-02-31")]
    assert found({"DM": dm(), "DS": ds(None)}) == [("TL-D14", "DS without date")]


def test_a_source_without_date_does_not_disagree() -> None:
    assert found({"DM": dm(DTHDTC="2019-06-15", DTHFL="Y"), "DS": ds(None), "AE": ae("2019-02-31")}) == []


def test_dm_decides_when_a_subject_died() -> None:
    ex = frame("EX", {"EXSTDTC": "2019-06-16"})
    agreed = {"DM": dm(DTHDTC="2019-06-15"), "DS": ds("2019-06-17"), "EX": ex}
    assert [code for code, _ in found(agreed)] == ["TL-D02", "TL-D07"]
    assert [code for code, _ in found({"DS": ds("2019-06-15"), "AE": ae("2019-06-17"), "EX": ex})] == ["TL-D07"]
    assert [code for code, _ in found({"DS": ds("2019-06-15"), "EX": ex})] == ["TL-D02"]


@settings(max_examples=50, deadline=None)
@given(DATES, DATES, DATES, DATES)
def test_faults_are_those_of_the_twin(in_dm: str, in_ds: str, in_ae: str, dose: str) -> None:
    tables = {"DM": dm(DTHDTC=in_dm, DTHFL="Y"), "DS": ds(in_ds), "AE": ae(in_ae), "EX": frame("EX", {"EXSTDTC": dose})}
    told = {code for code, _ in found(tables)}
    sources = [set(days) for text in (in_dm, in_ds, in_ae) if (days := possible_days(text))]
    assert ("TL-D07" in told) == (len(sources) > 1 and no_common_day(sources))
    assert ("TL-D13" in told) == (not possible_days(in_dm) and bool(sources))
    assert ("TL-D14" in told) == (not sources)
    deaths = possible_days(in_dm) or sorted(set().union(*sources))
    after = bool(deaths and possible_days(dose)) and min(possible_days(dose)) > max(deaths)
    assert ("TL-D02" in told) == after


def no_common_day(sources: list[set[object]]) -> bool:
    return not set.intersection(*sources)


@settings(max_examples=50, deadline=None)
@given(st.permutations([("2019-06-15", "Y"), (None, "N"), (None, None)]))
def test_who_is_alive_has_no_death(cells: list[tuple[str | None, str | None]]) -> None:
    records = [{"USUBJID": str(i), "DTHDTC": day, "DTHFL": flag} for i, (day, flag) in enumerate(cells)]
    deaths = death_dates({"DM": frame("DM", *records)})
    assert deaths["TEXT"].to_list() == ["2019-06-15"]
