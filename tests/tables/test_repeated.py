"""What is read once of texts that come again is what each of them says."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.tables.dates import first_day, is_date, last_day, precision
from topline.tables.repeated import meaning_of

TEXTS = ("Liver", "", " lymph node ", "LUNG", "2019-02", "2019-02-28T10:30", "2019---15", "--02-15", " 2019-1-01", None)


def capitals(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().str.to_uppercase()


@given(st.lists(st.sampled_from(TEXTS), max_size=60), st.integers(1, 9))
def test_repeated_texts_mean_what_they_mean_alone(texts: list[str | None], times: int) -> None:
    frame = pl.DataFrame({"X": texts * times}, schema={"X": pl.String})
    assert frame.select(meaning_of("X", capitals, pl.String)).equals(frame.select(capitals(pl.col("X"))))


@pytest.mark.parametrize("read", [first_day, last_day, precision, is_date])
def test_dates_are_read_alike_alone_and_repeated(read: type) -> None:
    alone = pl.DataFrame({"X": TEXTS}, schema={"X": pl.String}).select(read("X").alias("X"))
    many = pl.DataFrame({"X": TEXTS * 50}, schema={"X": pl.String}).select(read("X").alias("X"))
    assert many.equals(pl.concat([alone] * 50))
    assert pl.DataFrame({"X": []}, schema={"X": pl.String}).select(read("X")).is_empty()
