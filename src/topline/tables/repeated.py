"""What texts mean, where the same few texts stand in many records: each of them is read once."""

from collections.abc import Callable

import polars as pl

Meaning = Callable[[pl.Expr], pl.Expr]

SEVERAL = 4
"""A text that stands in a column so many times on average is read once, not each time."""


def meaning_of(column: str | pl.Expr, meaning: Meaning, dtype: type[pl.DataType]) -> pl.Expr:
    """Return what the texts of a column mean, of type `dtype`: the same as `meaning` of the column, record by record.

    >>> frame = pl.DataFrame({"TULOC": ["LIVER", "lymph node", "LIVER", None] * 4})
    >>> node = meaning_of("TULOC", lambda place: place.str.to_uppercase().str.contains("NODE"), pl.Boolean)
    >>> frame.select(node).to_series().to_list()[:4]
    [False, True, False, None]
    """

    def read(texts: pl.Series) -> pl.Series:
        coded = texts.cast(pl.Categorical(pl.Categories.random()))
        code = coded.to_physical()
        many = 0 if code.null_count() == len(code) else int(code.max()) + 1  # type: ignore[arg-type]
        if SEVERAL * many >= len(texts):
            return _said(texts, meaning).alias(texts.name)
        distinct = pl.int_range(many, dtype=pl.UInt32, eager=True).cat.to(coded.dtype).cast(pl.String)
        said = _said(distinct.extend_constant(None, 1), meaning).cast(dtype)  # what a missing text means comes last
        return said.gather(code.fill_null(many)).alias(texts.name)

    text = (pl.col(column) if isinstance(column, str) else column).cast(pl.String)
    return text.map_batches(read, return_dtype=dtype, is_elementwise=True)


def _said(texts: pl.Series, meaning: Meaning) -> pl.Series:
    return texts.to_frame("TEXT").select(meaning(pl.col("TEXT"))).to_series()
