"""Whom a criterion concerns: SQL over PATIENTS, and the same as a condition."""

from topline.protocol.eligibility.connect import every, some
from topline.protocol.eligibility.match import Polarity
from topline.protocol.eligibility.tree import All, Compare, Node, Not

FEMALE = "SEX = 'F'"
MALE = "SEX = 'M'"
FERTILE = "SEX = 'F' AND CHILDPOT = 'Y'"

SCOPES: dict[str, Node] = {
    "TRUE": All(()),
    FEMALE: Compare("SEX", "=", "F"),
    MALE: Compare("SEX", "=", "M"),
    FERTILE: All((Compare("SEX", "=", "F"), Compare("CHILDPOT", "=", "Y"))),
}


def scope_node(applies: str) -> Node:
    """Return whom a criterion concerns as a condition.

    >>> scope_node("SEX = 'F'")
    Compare(column='SEX', operator='=', value='F', of='')
    """
    return SCOPES[applies]


def limit(node: Node, applies: str, polarity: Polarity) -> Node:
    """Return a condition on some candidates as one on all: the others meet an inclusion, and not an exclusion.

    >>> limit(Compare("CONTRACP", "=", "Y"), MALE, "inclusion")
    Any(parts=(Not(part=Compare(column='SEX', operator='=', value='M', of='')), Compare(column='CONTRACP', ...)))
    """
    if applies == "TRUE":
        return node
    inside = scope_node(applies)
    return some([Not(inside), node]) if polarity == "inclusion" else every([inside, node])
