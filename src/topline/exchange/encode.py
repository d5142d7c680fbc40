"""A frame as the bytes of a file."""

import io
from collections.abc import Callable
from datetime import datetime

import polars as pl

from topline.exchange.dataset_json import encode_dataset_json
from topline.exchange.xpt_encode import encode_xpt
from topline.tables.declare import Table


def encode_parquet(frame: pl.DataFrame) -> bytes:
    """Return a frame as Parquet."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def encode_csv(frame: pl.DataFrame) -> bytes:
    r"""Return a frame as CSV in UTF-8: lists joined by `; `, dates in ISO 8601, numbers in full, missing empty.

    >>> encode_csv(pl.DataFrame({"SRCRECS": [["TR 3", "TR 9"], None], "AVAL": [0.1, None]}))
    b'SRCRECS,AVAL\nTR 3; TR 9,0.1\n,\n'
    """
    return frame.with_columns(_joined()).write_csv(line_terminator="\n").encode()


def encode_json(frame: pl.DataFrame) -> bytes:
    """Return a frame as a JSON list with one object per row; lists stay lists, dates are ISO 8601, missing is null."""
    return frame.write_json().encode()


ENCODERS: dict[str, Callable[[pl.DataFrame], bytes]] = {
    "parquet": encode_parquet,
    "csv": encode_csv,
    "json": encode_json,
}
DECLARED: dict[str, Callable[[pl.DataFrame, Table, datetime], bytes]] = {
    "xpt": encode_xpt,
    "dataset-json": encode_dataset_json,
}
EPOCH = datetime(1960, 1, 1)


def encode_frame(frame: pl.DataFrame, form: str, table: Table | None = None, created: datetime = EPOCH) -> bytes:
    """Return a frame in the form `parquet`, `csv`, `json`, `xpt` or `dataset-json`.

    The last two take names, labels and keys from `table` and their time stamp from `created`; equal input gives equal
    bytes. Raises `ValueError` for another form, or where `table` lacks.
    """
    if form in ENCODERS:
        return ENCODERS[form](frame)
    if form not in DECLARED:
        raise ValueError(f"{form!r} is not one of {', '.join([*ENCODERS, *DECLARED])}")
    if table is None:
        raise ValueError(f"{form} needs the declaration of the table")
    return DECLARED[form](frame, table, created)


def _joined() -> pl.Expr:
    return pl.col(pl.List(pl.String)).list.join("; ")
