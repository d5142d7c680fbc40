"""Three-valued judgement of a condition, after Kleene: what is missing is unknown, and unknown is never no.

A condition is evaluated in steps: first its leaves, each a column named by the leaf's key; then, level by level, AND,
OR, NOT and CASE over these columns. Three things differ from plain SQL, where a missing or inexact value would become
an answer:

- CASE with an unknown condition is unknown, unless both branches agree (SQL takes ELSE);
- a quotient by zero is unknown (SQL, as Polars reads it, compares with infinity);
- where a side of a comparison is computed, both sides are compared with 12 significant digits: 15.15 <= 1.5 * 10.1 is
  true, though in binary floating point the product is 15.149999999999999.

S. C. Kleene, Introduction to Metamathematics (1952), section 64.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import polars as pl

from topline.protocol.eligibility.shape import Shape

DIGITS = 12
"""Significant digits in which a computed number counts: more than any laboratory reports, fewer than a double has."""
COMPARE: Mapping[str, Any] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Missing:
    """A column that a candidate lacks: where `mask` holds, the judgement is unknown because of it."""

    column: str
    mask: pl.Expr


@dataclass(frozen=True, slots=True)
class Search:
    """A search for what lacks, from a condition down to its leaves: columns by depth, and what they mean at the end."""

    stages: dict[int, dict[str, pl.Expr]]
    lacks: list[Missing]

    def run(self, judged: pl.LazyFrame) -> pl.LazyFrame:
        """Return the judged candidates with the columns of the search."""
        for depth in sorted(self.stages):
            judged = judged.with_columns(**self.stages[depth])
        return judged


def judge(candidates: pl.LazyFrame, conditions: Iterable[Shape], schema: pl.Schema) -> pl.LazyFrame:
    """Return the candidates with the judgement of each condition and of each of its parts, columns named by their keys.

    >>> from topline.protocol.eligibility.shape import parse_condition
    >>> shape = parse_condition("CASE WHEN LIVER = 'Y' THEN ALT <= 200 ELSE ALT <= 100 END")
    >>> frame = pl.DataFrame({"LIVER": ["Y", "N", None, None], "ALT": [150.0, 150.0, 150.0, 90.0]})
    >>> judge(frame.lazy(), [shape], frame.schema).select(shape.key).collect().to_series().to_list()
    [True, False, None, True]
    """
    stages: dict[int, dict[str, pl.Expr]] = {}
    for condition in conditions:
        _plan(condition, schema, stages)
    for height in sorted(stages):
        candidates = candidates.with_columns(**stages[height])
    return candidates


def _plan(part: Shape, schema: pl.Schema, stages: dict[int, dict[str, pl.Expr]]) -> int:
    """Note the part, and those that it is made of, in the stages of judgement; return its own."""
    stage = 0
    if not part.is_leaf:
        stage = 1 + max(_plan(inner, schema, stages) for inner in part.parts)
    stages.setdefault(stage, {})[part.key] = _leaf(part, schema) if part.is_leaf else _joined(part)
    return stage


def _leaf(leaf: Shape, schema: pl.Schema) -> pl.Expr:
    """Return the judgement of a leaf over the columns of the candidates."""
    value = _compared(leaf, schema) if leaf.operator in COMPARE else leaf.expression.cast(pl.Boolean)
    choices = [part.parts[0].expression for part in leaf.walk() if part.operator == "case"]
    if choices:  # a number chosen by an unknown condition is unknown
        value = pl.when(pl.all_horizontal(choice.is_not_null() for choice in choices)).then(value)
    return value


def _compared(leaf: Shape, schema: pl.Schema) -> pl.Expr:
    left, right = leaf.parts
    types = [_type(side, schema) for side in (left, right)]
    computed = any(side.operator not in ("column", "literal") for side in (left, right))
    if not computed or not all(dtype.is_numeric() for dtype in types):
        return leaf.expression
    answer: pl.Expr = COMPARE[leaf.operator](_counted(left), _counted(right))
    return answer


def _type(side: Shape, schema: pl.Schema) -> pl.DataType:
    return pl.LazyFrame(schema=schema).select(side.expression).collect_schema().dtypes()[0]


def _counted(side: Shape) -> pl.Expr:
    """Return a number as it counts in a comparison: finite, in so many digits."""
    number = side.expression.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number.round_sig_figs(DIGITS))


def _joined(shape: Shape) -> pl.Expr:
    """Return the judgement of AND, OR, NOT and CASE over the judgements of their parts."""
    parts = [truth(part) for part in shape.parts]
    match shape.operator:
        case "and":
            return reduce(and_, parts)
        case "or":
            return reduce(or_, parts)
        case "not":
            return ~parts[0]
        case _:
            condition, chosen, other = parts
            return pl.when(condition).then(chosen).when(~condition).then(other).when(chosen == other).then(chosen)


def truth(part: Shape) -> pl.Expr:
    """Return the column that holds the judgement of a part, once it is judged."""
    return pl.col(part.key)


def missing(condition: Shape, where: pl.Expr, name: str) -> Search:
    """Return how to find what lacks where a condition is unknown: of its unknown parts only, the columns without value.

    A leaf that is unknown though all its columns have values (a quotient by zero) lacks all of them: one is not usable.
    `where` says of whom it matters, `name` begins the names of the columns that the search makes.

    >>> from topline.protocol.eligibility.shape import parse_condition
    >>> shape = parse_condition("AGE >= 18 AND ECOG <= 1")
    >>> frame = pl.DataFrame({"AGE": [17.0, 40.0, None], "ECOG": [None, None, None]}, {"AGE": float, "ECOG": int})
    >>> search = missing(shape, pl.lit(True), "I01")
    >>> found = search.run(judge(frame.lazy(), [shape], frame.schema))
    >>> found.select(pl.col(one.column).is_null() & one.mask for one in search.lacks).collect().rows()
    [(False, False), (False, True), (True, True)]
    """
    search = Search({}, [])
    _descend(condition, where, (name, 0), search)
    return search


def _descend(part: Shape, where: pl.Expr, place: tuple[str, int], search: Search) -> None:
    """Look for what lacks in a part; `place` is the name of its column, and how deep it lies."""
    name, depth = place
    search.stages.setdefault(depth, {})[name] = where & truth(part).is_null()
    unknown = pl.col(name)
    if part.is_leaf:
        whole = pl.all_horizontal([pl.lit(True), *(pl.col(column).is_not_null() for column in part.columns)])
        search.lacks.extend(Missing(one, unknown & (pl.col(one).is_null() | whole)) for one in part.columns)
        return
    masks = [unknown] * len(part.parts)
    if part.operator == "case":
        first = truth(part.parts[0])
        masks = [unknown, unknown & first.fill_null(True), unknown & ~first.fill_null(False)]
    for number, (inner, mask) in enumerate(zip(part.parts, masks, strict=True)):
        _descend(inner, mask, (f"{name}.{number}", depth + 1), search)
