"""Frames of one domain from files of different formats, brought to the same columns and types."""

import polars as pl


def alike(frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Return the frames with the same columns in the same types, so that equal records are equal.

    A column that is a number in one file and text in another is a number where every text is one, else text.

    >>> first, second = alike([pl.DataFrame({"DOSE": [3.0]}), pl.DataFrame({"DOSE": ["3.00"], "UNIT": ["mg"]})])
    >>> first.rows(), second.rows()
    ([(3.0, None)], [(3.0, 'mg')])
    """
    names = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    targets = {name: _target([frame[name] for frame in frames if name in frame.columns]) for name in names}
    return [frame.select(_as(name, frame, targets[name]) for name in names) for frame in frames]


def _target(columns: list[pl.Series]) -> pl.DataType:
    types = {column.dtype for column in columns if column.dtype != pl.Null}
    if len(types) < 2:
        return next(iter(types), pl.String())
    texts = [column for column in columns if column.dtype == pl.String]
    numeric = all(dtype.is_numeric() or dtype == pl.String for dtype in types)
    return pl.Float64() if numeric and all(map(_is_numeric, texts)) else pl.String()


def _is_numeric(texts: pl.Series) -> bool:
    return texts.cast(pl.Float64, strict=False).null_count() == texts.null_count()


def _as(name: str, frame: pl.DataFrame, target: pl.DataType) -> pl.Expr:
    """Return a column in its common type; numbers as text have no fraction where it is zero."""
    if name not in frame.columns:
        return pl.lit(None, dtype=target).alias(name)
    dtype, column = frame.schema[name], pl.col(name)
    if dtype.is_float() and target == pl.String:
        whole = (column == column.round()) & (column.abs() < 1e15)
        text = (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
        return text.alias(name)
    if isinstance(dtype, pl.Datetime) and target == pl.String:
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S")
    if isinstance(dtype, pl.List) and target == pl.String:
        return column.cast(pl.List(pl.String)).list.join("; ")
    return column.cast(target)
