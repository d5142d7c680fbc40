"""Statements judged: what one family understands of a text, asked of candidates as SQL."""

from collections.abc import Callable

import polars as pl

from tests.protocol.eligibility.worked import Row, table
from topline.protocol.eligibility.match import Match
from topline.protocol.eligibility.sql import to_sql
from topline.protocol.eligibility.tree import Manual

Find = Callable[..., list[Match]]
IDS = {"inclusion": "I01", "exclusion": "E01"}


def only(find: Find, text: str, polarity: str = "inclusion") -> Match:
    """Return the one match of a text."""
    (match,) = find(text, polarity)
    assert 0 <= match.start < match.end <= len(text)
    return match


def words(find: Find, text: str, polarity: str = "inclusion") -> list[str]:
    """Return the stretches that are understood."""
    return [text[match.start : match.end] for match in find(text, polarity)]


def judged(find: Find, text: str, *rows: Row, polarity: str = "inclusion") -> list[bool | None]:
    """Return what the one statement of a text says of candidates: it holds, it does not, or None for unknown."""
    condition, signoffs = to_sql(only(find, text, polarity).node, IDS[polarity])
    frame = table(rows, tuple(signoffs))
    return frame.select(pl.lit(None).alias("rows"), pl.sql_expr(condition).alias("answer"))["answer"].to_list()


def reason(find: Find, text: str, polarity: str = "inclusion") -> str:
    """Return why the one statement of a text is left to a person as a whole."""
    node = only(find, text, polarity).node
    assert isinstance(node, Manual), node
    return node.reason


def exact(find: Find, text: str, polarity: str = "inclusion") -> bool:
    """Whether nothing of the one statement of a text is left to a person."""
    return not to_sql(only(find, text, polarity).node, IDS[polarity])[1]
