"""A leaf of a condition in words: the values that it looks at and, in brackets, what is asked of them.

`AGE 17 years (>= 18)`, `ALT 130 U/L = 3.25 x ALTULN 40 (<= 2.5 x ALTULN)`,
`FDOSEDT 2026-03-30 - LRTDT 2026-03-10 = 20 days (>= 28 days)`. Where the leaf must not hold, the brackets say the
opposite: an exclusion by AGE > 75 reads `AGE 70 years (<= 75)`. A leaf of any other form is shown by its columns and
their values, with its formula where that can be written.
"""

from datetime import timedelta
from decimal import Decimal

import polars as pl

from topline.protocol.eligibility.shape import MIRRORED, NEGATED, Shape
from topline.tables.declare import Kind
from topline.tables.patients import PATIENTS

SHOWN = 12
"""Codes of a list that are shown; the rest is counted."""


def leaf_words(leaf: Shape, wanted: bool) -> pl.Expr:
    """Return the words of a leaf over the candidates; `wanted` says whether it must hold or must not."""
    if not leaf.columns:
        return pl.lit(None, dtype=pl.String)
    if leaf.operator in NEGATED:
        return _comparison(leaf, wanted)
    names = {"in": ("one of ", "none of "), "contains": ("with ", "without ")}
    if leaf.operator in names and [part.operator for part in leaf.parts] == ["column", "literal"]:
        codes = _codes(leaf.parts[1].value)
        return _text(_values(leaf), names[leaf.operator][not wanted] + codes)
    if leaf.operator in ("null", "known"):
        return _text(_values(leaf), "missing" if wanted == (leaf.operator == "null") else "not missing")
    return _values(leaf)


def _comparison(leaf: Shape, wanted: bool) -> pl.Expr:
    """Return the words of a comparison, its column on the left where there is one."""
    operator = leaf.operator if wanted else NEGATED[leaf.operator]
    left, right = leaf.parts
    if left.operator == "literal" or (left.operator == "*" and right.operator == "column"):
        left, right, operator = right, left, MIRRORED[operator]
    if left.operator == "/" and right.operator == "literal" and all(_is_number(side) for side in left.parts):
        return _multiple(left.parts[0], left.parts[1], right, operator)
    if left.operator == "column" and right.operator == "*" and (found := _factor(right)):
        return _multiple(left, found[0], found[1], operator)
    if left.operator == "-" and all(_is_date(side) for side in left.parts):
        return _text(_days(*left.parts), f"{operator} {_formula(right)}" if right.operator == "literal" else "")
    if left.operator == "column" and right.operator == "literal":
        return _text(_values(leaf), f"{operator} {_formula(right)}")
    values = _days(*dates) if (dates := _dates(left, right, operator)) else _values(leaf)
    sides = [_formula(side) for side in (left, right)]
    return _text(values, f"{sides[0]} {operator} {sides[1]}" if all(sides) else "")


def _is_number(side: Shape) -> bool:
    return _is_column(side, Kind.NUMBER) or _is_column(side, Kind.INTEGER)


def _is_date(side: Shape) -> bool:
    return _is_column(side, Kind.DATE)


def _is_column(side: Shape, kind: Kind) -> bool:
    return side.operator == "column" and (name := side.columns[0]) in PATIENTS and PATIENTS[name].kind is kind


def _factor(product: Shape) -> tuple[Shape, Shape] | None:
    """Return the column and the number of a product of the two."""
    first, second = product.parts
    if first.operator == "literal" and _is_number(second):
        return second, first
    return (first, second) if second.operator == "literal" and _is_number(first) else None


def _dates(left: Shape, right: Shape, operator: str) -> tuple[Shape, Shape] | None:
    """Return the two dates of a comparison, one of them perhaps shifted, the one meant to be later first."""
    found = [side.parts[0] if side.operator == "shift" else side for side in (left, right)]
    if not all(map(_is_date, found)):
        return None
    offsets = [str(side.parts[1].value).startswith("-") if side.operator == "shift" else None for side in (left, right)]
    left_is_later = offsets[0] is True or offsets[1] is False  # X - 28 days is before X, X + 28 days is after it
    if offsets == [None, None]:
        left_is_later = operator in (">", ">=")
    return (found[0], found[1]) if left_is_later else (found[1], found[0])


def _multiple(column: Shape, of: Shape, factor: Shape, operator: str) -> pl.Expr:
    """Return the words of a value as a multiple of another column, such as its upper limit of normal."""
    own, other = (pl.col(side.columns[0]).cast(pl.Float64) for side in (column, of))
    ratio, limit = own / other, pl.lit(float(factor.value))
    hundredths = ratio * 100
    # rounded away from the limit, so that 2.504 x is not shown as 2.5 x where 2.5 x is the limit
    whole = pl.when(ratio > limit).then((hundredths - 1e-9).ceil()).otherwise((hundredths + 1e-9).floor())
    shown = (whole / 100).round(2)
    name = of.columns[0]
    multiple = pl.format("{} = {} x {}", _values(column), _number(shown), _value(name))
    plain = pl.concat_str(_values(column), _value(name), separator=", ")
    return _text(pl.when(ratio.is_finite()).then(multiple).otherwise(plain), f"{operator} {_formula(factor)} x {name}")


def _days(later: Shape, earlier: Shape) -> pl.Expr:
    """Return the words of two dates and the days between them."""
    names = later.columns[0], earlier.columns[0]
    days = (pl.col(names[0]) - pl.col(names[1])).dt.total_days()
    return pl.format("{} - {} = {} days", _value(names[0]), _value(names[1]), days)


def _text(values: pl.Expr, asked: str) -> pl.Expr:
    return pl.concat_str(values, pl.lit(f" ({asked})")) if asked else values


def _values(leaf: Shape) -> pl.Expr:
    """Return each column of a leaf with its value and unit."""
    return pl.concat_str([_value(name, with_unit=True) for name in leaf.columns], separator=", ")


def _value(name: str, *, with_unit: bool = False) -> pl.Expr:
    """Return the name of a column, its value, and the unit where it is asked for."""
    column = pl.col(name)
    kind = PATIENTS[name].kind if name in PATIENTS else Kind.FLAG
    unit = PATIENTS[name].unit if with_unit and name in PATIENTS else ""
    match kind:
        case Kind.NUMBER | Kind.INTEGER:
            text = _number(column)
        case Kind.DATE:
            text = column.dt.to_string("%Y-%m-%d")
        case Kind.LIST:
            listed = column.list.join(", ")
            text = pl.when(listed != "").then(listed).when(listed == "").then(pl.lit("none"))
        case _:
            text = column
    valued = pl.format(f"{name} {{}}{f' {unit}' if unit not in ('', '1') else ''}", text)
    return pl.when(column.is_not_null()).then(valued).otherwise(pl.lit(f"{name} missing"))


def _number(column: pl.Expr) -> pl.Expr:
    """Return numbers as text, whole ones without a fraction."""
    whole = (column == column.round()) & (column.abs() < 2.0**53)
    return pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))


def _codes(value: object) -> str:
    found = [_literal(one) for one in value] if isinstance(value, list) else [_literal(value)]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more


def _formula(side: Shape) -> str:
    """Return a part of a comparison as a formula, or an empty text where it is of another form."""
    if side.operator == "column":
        return side.columns[0]
    if side.operator == "literal":
        return _literal(side.value)
    if side.operator == "shift":
        return _shifted(_formula(side.parts[0]), str(side.parts[1].value))
    if side.operator not in ("+", "-", "*", "/"):
        return ""
    sides = [f"({_formula(part)})" if part.operator in ("+", "-") else _formula(part) for part in side.parts]
    sign = "x" if side.operator == "*" else side.operator
    return f"{sides[0]} {sign} {sides[1]}" if all(sides) and "()" not in sides else ""


def _shifted(name: str, offset: str) -> str:
    """Return a date moved by an offset as Polars writes it: `-4w`.

    >>> _shifted("FDOSEDT", "-4w"), _shifted("LRTDT", "28d")
    ('FDOSEDT - 4w', 'LRTDT + 28d')
    """
    sign = "-" if offset.startswith("-") else "+"
    return f"{name} {sign} {offset.removeprefix('-')}" if name else ""


def _literal(value: object) -> str:
    """Return a value as it is read.

    >>> [_literal(one) for one in (18, 2.5, Decimal("1.50"), timedelta(days=28), "M")]
    ['18', '2.5', '1.5', '28 days', 'M']
    """
    match value:
        case timedelta():
            return f"{value / timedelta(days=1):.12g} days"
        case Decimal() | float():
            return f"{float(value):.12g}"
        case _:
            return str(value)
