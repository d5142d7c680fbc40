"""Conditions as SQL: each node, its three-valued truth, and that every draft is a sound condition."""

import itertools
import json
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.eligibility.worked import table
from topline.protocol.eligibility.coherence import screening_table
from topline.protocol.eligibility.draft import draft_criteria
from topline.protocol.eligibility.sql import to_sql
from topline.protocol.eligibility.tree import All, Any, Compare, Holds, Manual, Node, Not, OneOf, Since, When
from topline.protocol.expression import expression_fault

A, B, C = (Compare(name, "=", "Y") for name in ("BLEED", "ILD", "PSYCH"))


def ask(node: Node, *rows: dict[str, object]) -> list[bool | None]:
    condition, signoffs = to_sql(node, "I01")
    assert expression_fault(condition, screening_table(tuple(signoffs))) is None
    frame = table(rows, tuple(signoffs))
    return frame.select(pl.lit(None).alias("x"), pl.sql_expr(condition).alias("answer"))["answer"].to_list()


@pytest.mark.parametrize(
    ("node", "sql"),
    [
        (Compare("AGE", ">=", 18), "AGE >= 18"),
        (Compare("SEX", "=", "F"), "SEX = 'F'"),
        (Compare("SITE", "<>", "O'HARA"), "SITE <> 'O''HARA'"),
        (Compare("ALT", "<=", 2.5, of="ALTULN"), "ALT <= 2.5 * ALTULN"),
        (Compare("ALT", "<=", 1, of="ALTULN"), "ALT <= ALTULN"),
        (OneOf("STAGE", ("III", "IV")), "STAGE IN ('III', 'IV')"),
        (OneOf("STAGE", ()), "FALSE"),
        (Holds("INFECT", ("HIV", "HBV")), "ARRAY_CONTAINS(INFECT, 'HIV') OR ARRAY_CONTAINS(INFECT, 'HBV')"),
        (Since("LRTDT", 28, "FDOSEDT"), "FDOSEDT - LRTDT >= INTERVAL '28 days'"),
        (Since("LRTDT", 28, "FDOSEDT", within=True), "FDOSEDT - LRTDT <= INTERVAL '28 days'"),
        (Since("LRTDT", 28, "FDOSEDT", within=True, strict=True), "FDOSEDT - LRTDT < INTERVAL '28 days'"),
        (Since("LRTDT", 28, "FDOSEDT", strict=True), "FDOSEDT - LRTDT > INTERVAL '28 days'"),
        (All((A, Any((B, C)))), "BLEED = 'Y' AND (ILD = 'Y' OR PSYCH = 'Y')"),
        (
            All((A, Holds("INFECT", ("HIV", "HBV")))),
            "BLEED = 'Y' AND (ARRAY_CONTAINS(INFECT, 'HIV') OR ARRAY_CONTAINS(INFECT, 'HBV'))",
        ),
        (Any((A, All((B, C)))), "BLEED = 'Y' OR ILD = 'Y' AND PSYCH = 'Y'"),
        (Not(All((A, B))), "NOT (BLEED = 'Y' AND ILD = 'Y')"),
    ],
)
def test_nodes(node: Node, sql: str) -> None:
    assert to_sql(node, "I01") == (sql, {})
    assert expression_fault(sql, screening_table(())) is None


def test_windows_count_days() -> None:
    rows = [{"FDOSEDT": date(2026, 3, 29), "LRTDT": date(2026, 3, day)} for day in (1, 2)]
    assert ask(Since("LRTDT", 28, "FDOSEDT"), *rows, {"FDOSEDT": date(2026, 3, 29)}) == [True, False, None]
    assert ask(Since("LRTDT", 28, "FDOSEDT", within=True), *rows) == [True, True]
    assert ask(Since("LRTDT", 27, "FDOSEDT", within=True), *rows) == [False, True]
    assert ask(Since("LRTDT", 28, "FDOSEDT", within=True, strict=True), *rows) == [False, True]
    assert ask(Since("LRTDT", 27, "FDOSEDT", strict=True), *rows) == [True, False]


TRUTH = {"Y": True, "N": False, None: None}


def kleene(node: Node, row: dict[str, object]) -> bool | None:
    """Return the truth of a tree by the tables of Kleene, written out: the slow twin."""
    match node:
        case Compare(column=column):
            return TRUTH[row.get(column)]  # type: ignore[index]
        case Not(part=part):
            inner = kleene(part, row)
            return None if inner is None else not inner
        case All(parts=parts):
            found = {kleene(part, row) for part in parts}
            return False if False in found else None if None in found else True
        case Any(parts=parts):
            found = {kleene(part, row) for part in parts}
            return True if True in found else None if None in found else False
        case When(condition=condition, then=then, otherwise=otherwise):
            asked, first, second = (kleene(part, row) for part in (condition, then, otherwise))
            if asked is None:
                return first if first == second else None
            return first if asked else second
    raise TypeError(node)


ATOMS = st.sampled_from([A, B, C])
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
        st.tuples(inner, inner, inner).map(lambda parts: When(*parts)),
    ),
    max_leaves=6,
)
ROWS = [
    dict(zip(("BLEED", "ILD", "PSYCH"), values, strict=True))
    for values in itertools.product(("Y", "N", None), repeat=3)
]


@given(TREES)
def test_sql_is_as_true_as_kleene_says(node: Node) -> None:
    assert ask(node, *ROWS) == [kleene(node, row) for row in ROWS]


def test_sign_offs_are_lettered_and_named_once() -> None:
    first, second = Manual("a dog", "not read"), Manual("a cat", "not read")
    condition, signoffs = to_sql(All((first, Any((second, A)), first)), "E07")
    assert condition == "E07_A = 'Y' AND (E07_B = 'Y' OR BLEED = 'Y') AND E07_A = 'Y'"
    assert signoffs == {"E07_A": "a dog (not read)", "E07_B": "a cat (not read)"}


def test_more_sign_offs_than_letters_are_one_for_the_whole() -> None:
    condition, signoffs = to_sql(All(tuple(Manual(f"dog {n}", "") for n in range(27))), "I01")
    assert (condition, list(signoffs)) == ("I01_A = 'Y'", ["I01_A"])


def test_every_draft_of_a_sample_is_a_sound_condition(shared: Path) -> None:
    asked: set[tuple[str, tuple[str, ...]]] = set()
    for path in sorted((shared / "data/registry/ctgov").glob("*.json"))[::2]:
        module = json.loads(path.read_text(encoding="utf-8"))["protocolSection"]["eligibilityModule"]
        for criterion in draft_criteria(module.get("eligibilityCriteria", "")).criteria:
            asked |= {(criterion.condition, tuple(criterion.signoffs)), (criterion.applies, ())}
    telling = {(sql, names) for sql, names in asked if not re.fullmatch(r"[IE][0-9]{2}_A = 'Y'", sql)}
    assert len(telling) > 50
    for sql, names in sorted(telling):
        assert expression_fault(sql, screening_table(names)) is None, sql
