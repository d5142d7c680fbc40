"""Screening one candidate at a time, in plain Python: three-valued logic with None, exact arithmetic with fractions.

A condition is a nested tuple, such as ("and", ("compare", "AGE", ">=", "18"), ("has", "PRIORCLS", "PLATINUM")). `sql`
writes it as text, `holds` judges it on a candidate (a dictionary whose missing values are None).
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

Candidate = Mapping[str, Any]
Condition = tuple[Any, ...]


def sql(condition: Condition) -> str:
    match condition:
        case ("and" | "or" as word, *parts):
            return f" {word.upper()} ".join(f"({sql(part)})" for part in parts)
        case ("not", part):
            return f"NOT ({sql(part)})"
        case ("case", first, chosen, other):
            return f"CASE WHEN {sql(first)} THEN {sql(chosen)} ELSE {sql(other)} END"
    return atom_sql(condition)


def atom_sql(condition: Condition) -> str:
    match condition:
        case ("compare", column, operator, literal):
            return f"{column} {operator} {literal}"
        case ("multiple", column, operator, factor, of):
            return f"{column} {operator} {factor} * {of}"
        case ("ratio", column, operator, factor, of):
            return f"{column} / {of} {operator} {factor}"
        case ("in", column, codes):
            return f"{column} IN ({', '.join(map(repr, codes))})"
        case ("has", column, code):
            return f"ARRAY_CONTAINS({column}, '{code}')"
        case ("since", column, operator, days, anchor):
            return f"{anchor} - {column} {operator} INTERVAL '{days} days'"
    return f"{condition[1]} IS NULL"


def holds(condition: Condition, candidate: Candidate) -> bool | None:
    """Say whether a condition holds: True, False, or None where that is not known."""
    match condition:
        case ("and", *parts):
            answers = [holds(part, candidate) for part in parts]
            return False if False in answers else None if None in answers else True
        case ("or", *parts):
            answers = [holds(part, candidate) for part in parts]
            return True if True in answers else None if None in answers else False
        case ("not", part):
            answer = holds(part, candidate)
            return None if answer is None else not answer
        case ("case", first, chosen, other):
            answer = holds(first, candidate)
            if answer is None:
                both = holds(chosen, candidate), holds(other, candidate)
                return both[0] if both[0] == both[1] else None
            return holds(chosen if answer else other, candidate)
        case ("missing", column):
            return candidate[column] is None
    return atom(condition, candidate)


def columns(condition: Condition) -> list[str]:
    """Return the columns of an atom."""
    match condition:
        case ("multiple" | "ratio", column, _, _, of):
            return [column, of]
        case ("since", column, _, _, anchor):
            return [anchor, column]
    return [condition[1]]


def atom(condition: Condition, candidate: Candidate) -> bool | None:
    if any(candidate[column] is None for column in columns(condition)):
        return None
    match condition:
        case ("compare", column, operator, literal) if literal.startswith("'"):
            return compare(candidate[column], operator, literal.strip("'"))
        case ("compare", column, operator, literal):
            return compare(number(candidate[column]), operator, Fraction(literal))
        case ("multiple", column, operator, factor, of):
            return compare(number(candidate[column]), operator, Fraction(factor) * number(candidate[of]))
        case ("ratio", column, operator, factor, of):
            if number(candidate[of]) == 0:
                return None
            return compare(number(candidate[column]) / number(candidate[of]), operator, Fraction(factor))
        case ("in", column, codes):
            return candidate[column] in codes
        case ("has", column, code):
            return code in candidate[column]
        case ("since", column, operator, days, anchor):
            return compare(days_between(candidate[column], candidate[anchor]), operator, days)
    raise ValueError(condition)


def days_between(earlier: date, later: date) -> int:
    return later.toordinal() - earlier.toordinal()


def number(value: float) -> Fraction:
    """Return the number that was written, not the nearest one of base two."""
    return Fraction(repr(value))


def compare(left: Any, operator: str, right: Any) -> bool:
    match operator:
        case "=":
            return bool(left == right)
        case "<>":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
    return bool(left >= right)


def status(condition: Condition, applies: Condition | None, excludes: bool, candidate: Candidate) -> str:
    concerns = True if applies is None else holds(applies, candidate)
    answer = holds(condition, candidate)
    satisfied = None if answer is None else answer != excludes
    if concerns is False:
        return "NOT APPLICABLE"
    if satisfied is True:
        return "MET"
    return "UNKNOWN" if satisfied is None or concerns is None else "NOT MET"


def verdict(statuses: list[str]) -> str:
    if "NOT MET" in statuses:
        return "INELIGIBLE"
    return "PENDING" if "UNKNOWN" in statuses else "ELIGIBLE"


def needs(condition: Condition, candidate: Candidate) -> set[str]:
    """Return the columns for lack of which a condition is unknown; none where it is known."""
    if holds(condition, candidate) is not None:
        return set()
    match condition:
        case ("and" | "or" | "not", *parts):
            return set().union(*(needs(part, candidate) for part in parts))
        case ("case", first, chosen, other):
            answer = holds(first, candidate)
            branches = [chosen] * (answer is not False) + [other] * (answer is not True)
            return set().union(needs(first, candidate), *(needs(part, candidate) for part in branches))
    lacking = {column for column in columns(condition) if candidate[column] is None}
    return lacking or set(columns(condition))
