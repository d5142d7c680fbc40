"""Dates in part: every form that SDTM allows, every form that data come in, and a slow twin."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.twin import partial_date
from topline.tables.dates import first_day, is_date, last_day, precision

WHOLE = [
    "2019-02-28",
    "2020-02-29",
    "2000-02-29",
    "1900-01-01",
    "2100-12-31",
    "2019-02-28T10",
    "2019-02-28T10:30",
    "2019-02-28T10:30:15",
    "2019-02-28T10:30:15.123",
    "2019-02-28T-:30",
    "2019-02-28T24:00",
    "2019-02-28T10:30Z",
    "2019-02-28T10:30:00+08:00",
]
IN_PART = [
    ("2019", date(2019, 1, 1), date(2019, 12, 31), "M"),
    ("2019--", date(2019, 1, 1), date(2019, 12, 31), "M"),
    ("2019---15", date(2019, 1, 1), date(2019, 12, 31), "M"),
    ("2019-----T10:30", None, None, None),
    ("2019----T10:30", date(2019, 1, 1), date(2019, 12, 31), "M"),
    ("2019-02", date(2019, 2, 1), date(2019, 2, 28), "D"),
    ("2020-02", date(2020, 2, 1), date(2020, 2, 29), "D"),
    ("1900-02", date(1900, 2, 1), date(1900, 2, 28), "D"),
    ("2019-12", date(2019, 12, 1), date(2019, 12, 31), "D"),
    ("2019-02--", date(2019, 2, 1), date(2019, 2, 28), "D"),
    ("2019-02--T10:30", date(2019, 2, 1), date(2019, 2, 28), "D"),
    ("2019-02---", None, None, None),
]
NO_YEAR = ["--02-15", "--02", "----15", "-----T07:15"]
NO_DATE = [
    "2019-02-31",
    "2019-02-29",
    "2100-02-29",
    "1900-02-29",
    "2019-02-31T10:00",
    "2019-04-31",
    "31/02/2019",
    "28/02/2019",
    "2019/02/28",
    "2019-13",
    "2019-00",
    "2019-13-01",
    "2019-01-32",
    "2019-01-00",
    "2019-1-1",
    "19-01-01",
    "20190228",
    "2019-02-28 10:30",
    "2019-02-28T",
    "2019-02-28T25:00",
    "2019-02-28T10:60",
    "2019-02T10:30",
    "2019-02-UN",
    "UN-FEB-2019",
    "28FEB2019",
    "1899-12-31",
    "2101-01-01",
    "0019-01-01",
    "2019-02-28-",
    "2019-",
    "-",
    "---",
    "",
    " 2019",
    "2019 ",
    "2019\n",
    "２０１９-02-28",
    "unknown",
    "43524",
]


def read(text: str | None) -> tuple[date | None, date | None, str | None, bool | None]:
    frame = pl.DataFrame({"AESTDTC": [text]}, schema={"AESTDTC": pl.String})
    row = frame.select(
        first_day("AESTDTC").alias("first"),
        last_day(pl.col("AESTDTC")).alias("last"),
        precision("AESTDTC").alias("flag"),
        is_date("AESTDTC").alias("valid"),
    ).row(0)
    return row[0], row[1], row[2], row[3]


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_date_is_one_day(text: str) -> None:
    day = date.fromisoformat(text[:10])
    assert read(text) == (day, day, None, True)


@pytest.mark.parametrize(("text", "first", "last", "flag"), IN_PART)
def test_a_date_in_part_spans_its_days(text: str, first: date | None, last: date | None, flag: str | None) -> None:
    assert read(text) == (first, last, flag, first is not None)


@pytest.mark.parametrize("text", NO_YEAR)
def test_a_date_without_year_is_a_date_without_days(text: str) -> None:
    assert read(text) == (None, None, None, True)


@pytest.mark.parametrize("text", NO_DATE)
def test_what_is_no_date_has_no_days(text: str) -> None:
    assert read(text) == (None, None, None, False)


def test_missing_stays_missing() -> None:
    assert read(None) == (None, None, None, None)


def test_columns_of_any_type_can_be_asked() -> None:
    frame = pl.DataFrame({"none": [None, None], "day": [date(2019, 2, 28), None], "number": [2019, 3]})
    assert frame.select(first_day("none")).to_series().to_list() == [None, None]
    assert frame.select(first_day("day")).to_series().to_list() == [date(2019, 2, 28), None]
    assert frame.select(is_date("number")).to_series().to_list() == [True, False]


def test_each_day_of_the_calendar_is_itself() -> None:
    days = [date(1900, 1, 1) + timedelta(days=i) for i in range((date(2100, 12, 31) - date(1900, 1, 1)).days + 1)]
    frame = pl.DataFrame({"RSDTC": [day.isoformat() for day in days]})
    assert frame.select(first_day("RSDTC")).to_series().to_list() == days
    assert frame.select(last_day("RSDTC")).to_series().to_list() == days


PIECES = st.sampled_from(
    ["-", "T", ":", "0", "1", "2019", "2020", "1899", "02", "29", "30", "31", "12", "13", "2100", "10"]
)


@settings(max_examples=50, deadline=None)
@given(st.lists(PIECES, max_size=9).map("".join))
@example("2019----T10:30")
@example("--02-30")
def test_the_expressions_read_as_their_twin(text: str) -> None:
    days = partial_date.possible_days(text)
    first, last, flag, valid = read(text)
    assert (first, last) == ((days[0], days[-1]) if days else (None, None))
    assert valid == partial_date.is_date(text)
    assert flag == (None if len(days) <= 1 else "D" if len(days) <= 31 else "M")
