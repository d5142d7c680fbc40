"""The order of rows: the number of each among those of its subject, and the place of its subject in a list."""

import polars as pl

SUBJECT = ["STUDYID", "USUBJID"]


def numbered(key: str) -> pl.Expr:
    """Return the place of each row among those with the same `key`, from 0; the rows of one key stand together.

    It numbers as `pl.int_range(pl.len()).over(key)` does, but without gathering the rows of each key.

    >>> frame = pl.DataFrame({"S": [4, 4, 4, 7, 9, 9]})
    >>> frame.select(numbered("S")).to_series().to_list()
    [0, 1, 2, 0, 0, 1]
    """
    row = pl.int_range(pl.len())
    begins = pl.col(key).ne_missing(pl.col(key).shift()) | (row == 0)
    return row - pl.when(begins).then(row).forward_fill()


def in_order(rows: pl.DataFrame, value: str, key: str) -> pl.Expr:
    """Return a column in order of `key`, missing keys first; as it stands where nothing but missing values is there.

    >>> rows = pl.DataFrame({"AF": ["D", None], "A": [2, 1]})
    >>> rows.select(in_order(rows, "AF", "A").last()).item()
    'D'
    """
    empty = rows[value].null_count() == rows.height
    return pl.col(value) if empty else pl.col(value).sort_by(key, nulls_last=False)


def places(frame: pl.DataFrame, subjects: pl.DataFrame) -> pl.Series:
    """Return S, the row in `subjects` of the subject of each record, missing where the subject is not there.

    Subjects are told apart by STUDYID and USUBJID, each of which stands once in `subjects`. A subject is looked up once
    for all its records that stand together.

    >>> subjects = pl.DataFrame({"STUDYID": "A", "USUBJID": ["A-1", "A-2"]})
    >>> places(pl.DataFrame({"STUDYID": "A", "USUBJID": ["A-2", "A-2", "A-3", "A-1"]}), subjects).to_list()
    [1, 1, None, 0]
    """
    other = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in SUBJECT)
    begins = frame.select((other | (pl.int_range(pl.len()) == 0)).alias("BEGINS")).to_series()
    numbers = subjects.select(*SUBJECT, pl.int_range(pl.len()).alias("S"))
    found = frame.select(SUBJECT).filter(begins).join(numbers, on=SUBJECT, how="left", maintain_order="left")["S"]
    return found.gather(begins.cum_sum() - 1)
