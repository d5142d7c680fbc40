"""The datum that decides: of a judged criterion the values that make it so, and nothing else.

Of AND that fails, these are the parts that fail; of OR that holds, those that hold; of CASE its condition and the
branch that it chooses; and so on downwards. What is unknown names the columns that lack.
"""

from collections.abc import Iterator

import polars as pl

from topline.protocol.eligibility.kleene import Search, truth
from topline.protocol.eligibility.leaf import leaf_words
from topline.protocol.eligibility.shape import Shape
from topline.protocol.eligibility.verdict import NOT_APPLICABLE, UNKNOWN, Rule, named

SEPARATOR = "; "


def datum(rule: Rule, search: Search) -> pl.Expr:
    """Return the words of what decides the status of a criterion, over judged candidates with statuses and search."""
    lacks = named((lack.column, lack.mask) for lack in search.lacks).list.join(", ")
    unknown = pl.when(lacks != "").then(lacks + pl.lit(" missing")).otherwise(pl.lit("cannot be judged"))
    return (
        pl.when(pl.col(rule.id) == NOT_APPLICABLE)
        .then(_once(words(rule.applies, wanted=True), rule.applies))
        .when(pl.col(rule.id) == UNKNOWN)
        .then(unknown)
        .otherwise(_once(words(rule.condition, wanted=not rule.excludes), rule.condition))
    )


def _once(text: pl.Expr, shape: Shape) -> pl.Expr:
    """Return the words with each leaf once, where a leaf stands in several parts of the condition."""
    keys = [leaf.key for leaf in _leaves(shape)]
    if len(keys) == len(set(keys)):
        return text
    return text.str.split(SEPARATOR).list.unique(maintain_order=True).list.join(SEPARATOR)


def _leaves(shape: Shape) -> Iterator[Shape]:
    if shape.is_leaf:
        yield shape
    else:
        for part in shape.parts:
            yield from _leaves(part)


def words(shape: Shape, *, wanted: bool) -> pl.Expr:
    """Return the words of the leaves that decide a condition; `wanted` says whether it must hold or must not."""
    if shape.is_leaf:
        return leaf_words(shape, wanted)
    if shape.operator == "not":
        return words(shape.parts[0], wanted=not wanted)
    if shape.operator == "case":
        return _joined(_case(shape, wanted))
    return _joined([_where(_decides(part, shape), words(part, wanted=wanted)) for part in shape.parts])


def _case(shape: Shape, wanted: bool) -> list[pl.Expr]:
    condition, chosen, other = shape.parts
    holds = truth(condition)
    return [
        _where(holds, words(condition, wanted=True)),
        _where(~holds, words(condition, wanted=False)),
        _where(_decides(chosen, shape) & holds.fill_null(True), words(chosen, wanted=wanted)),
        _where(_decides(other, shape) & ~holds.fill_null(False), words(other, wanted=wanted)),
    ]


def _decides(part: Shape, whole: Shape) -> pl.Expr:
    return truth(part).eq_missing(truth(whole))


def _where(mask: pl.Expr, text: pl.Expr) -> pl.Expr:
    return pl.when(mask).then(text)


def _joined(texts: list[pl.Expr]) -> pl.Expr:
    return pl.concat_str(texts, separator=SEPARATOR, ignore_nulls=True)
