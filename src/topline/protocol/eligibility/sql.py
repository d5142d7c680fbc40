"""Conditions as SQL: a typed tree written as a boolean expression over PATIENTS and the criterion's sign-offs."""

from collections.abc import Mapping
from string import ascii_uppercase

from topline.protocol.eligibility.connect import manuals
from topline.protocol.eligibility.tree import All, Any, Compare, Holds, Manual, Node, Not, OneOf, Since, When

LONGEST = 10_000
LONGEST_CONDITION = 5_000


def to_sql(node: Node, criterion_id: str) -> tuple[str, dict[str, str]]:
    """Return a condition as SQL, and by sign-off column what a person judges and why.

    A sign-off is answered `Y` where the text holds. With more sign-offs than letters, or a condition longer than a
    criterion may be, all that a person must judge is one sign-off for the whole.

    >>> condition, signoffs = to_sql(All((Compare("ECOG", "<=", 2), Manual("and a cat", "not read"))), "I01")
    >>> condition
    "ECOG <= 2 AND I01_A = 'Y'"
    >>> signoffs
    {'I01_A': 'and a cat (not read)'}
    """
    judged = manuals(node)
    if len(judged) > len(ascii_uppercase):
        return _whole(judged, criterion_id)
    columns = {leaf: f"{criterion_id}_{letter}" for leaf, letter in zip(judged, ascii_uppercase, strict=False)}
    condition = write(node, columns)
    if len(condition) > LONGEST_CONDITION:
        return _whole(judged or (Manual("the whole criterion", "its condition is too long"),), criterion_id)
    return condition, {column: explain(leaf) for leaf, column in columns.items()}


def _whole(judged: tuple[Manual, ...], criterion_id: str) -> tuple[str, dict[str, str]]:
    """Return one sign-off for a whole criterion."""
    text = f"the whole criterion, with {len(judged)} points that a person judges"
    return f"{criterion_id}_A = 'Y'", {f"{criterion_id}_A": text}


def explain(leaf: Manual) -> str:
    """Return what a person judges, and why a computer cannot."""
    reason = f" ({leaf.reason})" if leaf.reason else ""
    return leaf.text[: LONGEST - len(reason)].strip() + reason


def write(node: Node, columns: Mapping[Manual, str]) -> str:
    """Return a condition as SQL, its manual leaves as comparisons of their columns.

    `When` is written so that an unknown condition leaves the answer unknown unless both sides agree, which CASE would
    not do: it takes unknown for false.

    >>> write(When(Compare("SEX", "=", "F"), Compare("HGB", ">=", 90), Compare("HGB", ">=", 100)), {})
    "SEX = 'F' AND HGB >= 90 OR NOT (SEX = 'F') AND HGB >= 100 OR HGB >= 90 AND HGB >= 100"
    >>> write(All(()), {}), write(Not(Any((Compare("AGE", "<", 18), OneOf("STAGE", ("III", "IV"))))), {})
    ('TRUE', "NOT (AGE < 18 OR STAGE IN ('III', 'IV'))")
    """
    match node:
        case All(parts=parts):
            return " AND ".join(_inside(part, columns) for part in parts) or "TRUE"
        case Any(parts=parts):
            return " OR ".join(write(part, columns) for part in parts) or "FALSE"
        case Not(part=part):
            return f"NOT ({write(part, columns)})"
        case When(condition=condition, then=then, otherwise=otherwise):
            cases = (All((condition, then)), All((Not(condition), otherwise)), All((then, otherwise)))
            return write(Any(cases), columns)
        case Manual():
            return f"{columns[node]} = 'Y'"
        case _:
            return _atom(node)


def _inside(part: Node, columns: Mapping[Manual, str]) -> str:
    """Return a part of a conjunction, in brackets where it needs them."""
    text = write(part, columns)
    several = (isinstance(part, Any) and len(part.parts) > 1) or isinstance(part, When | Holds)
    return f"({text})" if several and " OR " in text else text


def _atom(node: Node) -> str:
    """Return the SQL of an atom."""
    match node:
        case Compare(column=column, operator=operator, value=value, of=""):
            return f"{column} {operator} {literal(value)}"
        case Compare(column=column, operator=operator, value=value, of=of):
            return f"{column} {operator} {of}" if value == 1 else f"{column} {operator} {literal(value)} * {of}"
        case OneOf(column=column, codes=(code,)):
            return f"{column} = {literal(code)}"
        case OneOf(column=column, codes=codes):
            return f"{column} IN ({', '.join(map(literal, codes))})" if codes else "FALSE"
        case Holds(column=column, codes=codes):
            return " OR ".join(f"ARRAY_CONTAINS({column}, {literal(code)})" for code in codes) or "FALSE"
        case Since(column=column, days=days, anchor=anchor):
            return f"{anchor} - {column} {_span(node)} INTERVAL '{days} days'"
        case _:
            raise TypeError(node)


def _span(since: Since) -> str:
    """Return how the days of a window compare; a window includes its end unless it is strict."""
    if since.within:
        return "<" if since.strict else "<="
    return ">" if since.strict else ">="


def literal(value: float | str) -> str:
    """Return a value as SQL writes it.

    >>> literal(1.5), literal(100.0), literal("Crohn's")
    ('1.5', '100', "'Crohn''s'")
    """
    if isinstance(value, str):
        quoted = value.replace("'", "''")
        return f"'{quoted}'"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
