"""A condition taken apart: the tree that Polars made of an SQL text, with each part still an expression of its own.

The tree is that of the very expression that is evaluated, so that precedence and spelling (BETWEEN, IN, NOT LIKE ...)
cannot be understood differently here and there. What is not known by name keeps the operator `other`: it is evaluated
all the same, and shown by its columns and their values.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

CONNECTIVES = ("and", "or", "not", "case")
COMPARISONS = {"Eq": "=", "NotEq": "<>", "Lt": "<", "LtEq": "<=", "Gt": ">", "GtEq": ">="}
ARITHMETIC = {"Plus": "+", "Add": "+", "Minus": "-", "Sub": "-", "Multiply": "*", "Mul": "*"}
ARITHMETIC |= {"TrueDivide": "/", "Divide": "/", "Div": "/"}
OPERATORS = {**COMPARISONS, **ARITHMETIC, "And": "and", "Or": "or", "LogicalAnd": "and", "LogicalOr": "or"}
FUNCTIONS = {
    "Boolean.Not": "not",
    "Boolean.IsNull": "null",
    "Boolean.IsNotNull": "known",
    "Boolean.IsIn": "in",
    "Sql.IsIn": "in",
    "ListExpr.Contains": "contains",
    "TemporalExpr.OffsetBy": "shift",
}
VALUES = {"column", "literal", "shift", *ARITHMETIC.values()}
"""Operators of parts that are a number, a text or a date, not true or false."""
NEGATED = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Shape:
    """A part of a condition: its operator, its operands, the expression of it, and Polars' description of that."""

    operator: str
    parts: tuple["Shape", ...]
    expression: pl.Expr
    node: Any

    @cached_property
    def key(self) -> str:
        """The text that identifies the part: equal parts have equal keys."""
        return json.dumps(self.node, sort_keys=True)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that the part names, each once, in order."""
        return tuple(dict.fromkeys(self._names()))

    def _names(self) -> Iterator[str]:
        if self.parts:
            for part in self.parts:
                yield from part.columns
        else:
            yield from self.expression.meta.root_names()

    @cached_property
    def value(self) -> Any:
        """The value of a literal; of a list of literals, the list."""
        found = pl.select(self.expression).to_series()
        value = found.item()
        return value.to_list() if isinstance(value, pl.Series) else value

    def walk(self) -> Iterator["Shape"]:
        """Yield the part, its operands, theirs, and so on."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def is_leaf(self) -> bool:
        """Whether the part is judged as a whole: it is no AND, OR, NOT or CASE of others."""
        return self.operator not in CONNECTIVES


def parse_condition(text: str) -> Shape:
    """Return the tree of an SQL boolean expression; nested AND and OR are one level each.

    >>> shape = parse_condition("AGE >= 18 AND (ECOG <= 1 AND NOT PREGNANT = 'Y')")
    >>> shape.operator, [part.operator for part in shape.parts], shape.columns
    ('and', ['>=', '<=', 'not'], ('AGE', 'ECOG', 'PREGNANT'))
    """
    expression = pl.sql_expr(text)
    try:
        return _shape(expression, json.loads(expression.meta.serialize(format="json")))
    except RecursionError:  # hundreds of levels: judged as a whole
        return Shape("other", (), expression, text)


def _shape(expression: pl.Expr, node: Any) -> Shape:
    operator, inner = _read(node)
    expressions = _operands(expression, operator)
    if len(expressions) != len(inner):
        return Shape("other", (), expression, node)
    parts = tuple(_shape(part, child) for part, child in zip(expressions, inner, strict=True))
    if operator == "cast":  # NOT casts what it negates to a boolean, which it nearly always is already
        return Shape("other", parts, expression, node) if parts[0].operator in VALUES else parts[0]
    if operator in ("and", "or"):
        parts = tuple(one for part in parts for one in (part.parts if part.operator == operator else (part,)))
    return Shape(operator, parts, expression, node)


def _operands(expression: pl.Expr, operator: str) -> list[pl.Expr]:
    """Return the operands of an expression in the order in which they are written."""
    found = expression.meta.pop()
    if operator == "case":  # Polars gives the condition first, then the branches backwards
        return [found[0], found[2], found[1]] if len(found) == 3 else []
    return found[::-1]


def _read(node: Any) -> tuple[str, list[Any]]:
    """Return the operator of a node, and the nodes of its operands."""
    if not isinstance(node, Mapping) or len(node) != 1:
        return "other", []
    [(kind, body)] = node.items()
    match kind:
        case "Column" | "Literal":
            return kind.lower(), []
        case "BinaryExpr":
            return OPERATORS.get(body["op"], "other"), [body["left"], body["right"]]
        case "Ternary":
            return "case", [body["predicate"], body["truthy"], body["falsy"]]
        case "Cast":
            return "cast" if "Boolean" in str(body.get("dtype")) else "other", [body["expr"]]
        case "Function":
            return _function(body["function"]), list(body["input"])
        case _:
            return "other", []


def _function(function: Any) -> str:
    """Return the operator that a function of Polars stands for."""
    if not isinstance(function, Mapping) or len(function) != 1:
        return "other"
    [(family, name)] = function.items()
    if family == "Sql" and isinstance(name, Mapping) and "Binary" in name:
        return OPERATORS.get(str(name["Binary"]), "other")
    own = next(iter(name)) if isinstance(name, Mapping) and name else name
    return FUNCTIONS.get(f"{family}.{own}", "other")
