"""The order of rows: numbers within a subject and places of subjects, against windows and joins."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from topline.adam.sequence import SUBJECT, in_order, numbered, places

SUBJECTS = st.tuples(st.sampled_from(["A", "B", None]), st.sampled_from(["1", "2", "3", None]))


def frame_of(subjects: list[tuple[str | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(subjects, schema=dict.fromkeys(SUBJECT, pl.String), orient="row")


@given(st.lists(st.integers(0, 5)))
def test_numbers_of_rows_that_stand_together_are_those_of_a_window(keys: list[int]) -> None:
    frame = pl.DataFrame({"S": sorted(keys)}, schema={"S": pl.Int64})
    assert frame.select(numbered("S")).equals(frame.select(pl.int_range(pl.len()).over("S").alias("literal")))


@given(st.lists(SUBJECTS, max_size=30), st.sets(SUBJECTS))
def test_places_are_those_of_a_join_in_any_order_of_records(
    records: list[tuple[str | None, str | None]], known: set[tuple[str | None, str | None]]
) -> None:
    frame, subjects = frame_of(records), frame_of(sorted(known, key=str))
    joined = frame.join(subjects.with_row_index("S"), on=SUBJECT, how="left", maintain_order="left")
    found = places(frame, subjects)
    assert found.name == "S"
    assert found.to_list() == joined["S"].to_list()


def test_a_record_without_study_or_subject_is_nobodys() -> None:
    frame = frame_of([("A", None), (None, "1"), ("A", "1")])
    assert places(frame, frame).to_list() == [None, None, 2]


def test_values_stand_in_order_of_the_key_with_missing_keys_first() -> None:
    rows = pl.DataFrame({"F": ["M", None, "D"], "A": [3, 1, None]})
    assert rows.select(in_order(rows, "F", "A")).to_series().to_list() == ["D", None, "M"]


def test_values_that_are_all_missing_are_not_sorted() -> None:
    rows = pl.DataFrame({"F": [None, None], "A": [2, 1]}, schema={"F": pl.String, "A": pl.Int64})
    assert rows.select(in_order(rows, "F", "A")).to_series().to_list() == [None, None]
