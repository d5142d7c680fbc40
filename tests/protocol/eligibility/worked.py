"""Worked candidates: a criterion's text against a few patients, through the same SQL that screens a hospital."""

from collections.abc import Mapping, Sequence

import polars as pl

from topline.protocol.eligibility.coherence import screening_table
from topline.protocol.eligibility.criterion import Criterion
from topline.protocol.eligibility.draft import draft_criteria

Row = Mapping[str, object]
HEADINGS = {"inclusion": "Inclusion Criteria:", "exclusion": "Exclusion Criteria:"}


def draft(text: str, section: str = "inclusion") -> Criterion:
    """Return the draft of one criterion."""
    (criterion,) = draft_criteria(f"{HEADINGS[section]}\n* {text}").criteria
    return criterion


def table(rows: Sequence[Row], signoffs: Sequence[str] = ()) -> pl.DataFrame:
    """Return candidates as PATIENTS with sign-off columns; what a row does not name is missing."""
    schema = screening_table(tuple(signoffs)).schema
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def judge(criterion: Criterion, *rows: Row, key: str = "condition") -> list[bool | None]:
    """Return what a criterion says of candidates: true, false, or None for unknown."""
    asked = pl.sql_expr(getattr(criterion, key)).alias("answer")
    return table(rows, tuple(criterion.signoffs)).select(pl.lit(None).alias("rows"), asked)["answer"].to_list()


def answers(text: str, *rows: Row, section: str = "inclusion") -> list[bool | None]:
    """Return what the draft of a text says of candidates."""
    return judge(draft(text, section), *rows)


def executable(text: str, section: str = "inclusion") -> bool:
    """Whether the draft of a text needs no person."""
    return not draft(text, section).signoffs


def by_person(text: str, section: str = "inclusion") -> bool:
    """Whether the draft of a text is left to a person as a whole."""
    found = draft(text, section)
    return found.condition == f"{found.id}_A = 'Y'"
