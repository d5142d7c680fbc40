"""What must agree within the criteria of a study: checks over plain data, so that they run beside other faults."""

from collections.abc import Iterator
from functools import cache

from topline.protocol.expression import expression_fault
from topline.protocol.tree import Path, get, items
from topline.tables.declare import Kind, Table, Variable
from topline.tables.patients import PATIENTS

Contradiction = tuple[Path, str]
LISTS = (("inclusion", "I"), ("exclusion", "E"))
YES_NO = ("Y", "N")


@cache
def screening_table(signoffs: tuple[str, ...]) -> Table:
    """Return the patient table with the columns of these sign-offs.

    >>> "I05_A" in screening_table(("I05_A",))
    True
    """
    own = tuple(Variable(name, "Sign-Off", Kind.FLAG, codes=YES_NO) for name in signoffs)
    return Table(PATIENTS.name, PATIENTS.label, PATIENTS.standard, PATIENTS.keys, (*PATIENTS.variables, *own))


def criterion_contradictions(study: object) -> Iterator[Contradiction]:
    """Yield criteria whose id is not theirs, or whose sign-offs are: path and what is wrong.

    >>> study = {"eligibility": {"inclusion": [{"id": "E01"}]}}
    >>> list(criterion_contradictions(study))
    [(('eligibility', 'inclusion', 0, 'id'), "'E01' stands in inclusion, where ids are I01, I02 ...")]
    """
    for name, letter in LISTS:
        seen: set[object] = set()
        for path, item in items(study, "eligibility", name):
            own = item.get("id")
            if not isinstance(own, str):
                continue
            if not own.startswith(letter):
                yield (*path, "id"), f"'{own}' stands in {name}, where ids are {letter}01, {letter}02 ..."
            if own.endswith("00"):
                yield (*path, "id"), f"'{own}' is kept for the limits of the population; count from 01"
            if own in seen:
                yield (*path, "id"), f"'{own}' is defined twice"
            seen.add(own)
            for column in _signoffs(item):
                if not column.startswith(f"{own}_"):
                    yield (*path, "signoffs", column), f"a sign-off of {own} is called {own}_A, {own}_B ..."


def criterion_condition_faults(study: object) -> Iterator[Contradiction]:
    """Yield the conditions of criteria that are not understood: path and what is wrong.

    >>> criterion = {"id": "I01", "condition": "AGES >= 18"}
    >>> [what for _, what in criterion_condition_faults({"eligibility": {"inclusion": [criterion]}})]
    ["'AGES >= 18' PATIENTS has no column AGES"]
    """
    for name, _ in LISTS:
        for path, item in items(study, "eligibility", name):
            table = screening_table(_signoffs(item))
            for key in ("condition", "applies"):
                text = item.get(key)
                if isinstance(text, str) and 0 < len(text) <= 5000 and (wrong := expression_fault(text, table)):
                    yield (*path, key), f"'{text}' {wrong}"


def _signoffs(item: object) -> tuple[str, ...]:
    """Return the columns of a criterion's sign-offs."""
    found = get(item, "signoffs")
    return tuple(map(str, found)) if isinstance(found, dict) else ()
