"""Every item of the sample records: matches lie within their items, their conditions are sound, nothing breaks."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from topline.protocol.eligibility.coherence import screening_table
from topline.protocol.eligibility.concepts import (
    bleeding,
    general,
    heart,
    immunity,
    infection,
    laboratory,
    lung,
    malignancy,
    metastasis,
    organ,
    therapy,
    toxicity,
    washout,
)
from topline.protocol.eligibility.items import Item, split_criteria
from topline.protocol.eligibility.sql import to_sql
from topline.protocol.eligibility.tree import All, Any, Compare, Holds, Manual, Node, Not, OneOf, Since, When
from topline.protocol.expression import expression_fault
from topline.tables.patients import PATIENTS

FAMILIES = (
    laboratory,
    therapy,
    washout,
    infection,
    metastasis,
    malignancy,
    organ,
    heart,
    bleeding,
    lung,
    immunity,
    toxicity,
    general,
)


def texts(shared: Path) -> Iterator[str]:
    """Yield the criteria of the sample records."""
    for path in sorted((shared / "data" / "registry" / "ctgov").glob("*.json")):
        study = json.loads(path.read_text(encoding="utf-8"))
        criteria = study.get("protocolSection", study).get("eligibilityModule", {}).get("eligibilityCriteria", "")
        yield re.sub(r"\\([<>\[\]*^.~_#+-])", r"\1", criteria)


def lowest(item: Item) -> Iterator[Item]:
    """Yield the items that have none below them."""
    for child in item.children or ():
        yield from lowest(child)
    if not item.children:
        yield item


def columns(node: Node) -> Iterator[str]:
    """Yield the columns that a condition names."""
    match node:
        case Compare(column=column, of=of):
            yield from (name for name in (column, of) if name)
        case OneOf(column=column) | Holds(column=column):
            yield column
        case Since(column=column, anchor=anchor):
            yield from (column, anchor)
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from columns(part)
        case Not(part=part):
            yield from columns(part)
        case When(condition=condition, then=then, otherwise=otherwise):
            for part in (condition, then, otherwise):
                yield from columns(part)


@pytest.fixture(scope="module")
def found(shared: Path) -> list[tuple[str, str, object]]:
    """Return every match of every family: text, section, match."""
    rows: list[tuple[str, str, object]] = []
    for text in texts(shared):
        criteria = split_criteria(text)
        for polarity in ("inclusion", "exclusion"):
            for top in getattr(criteria, polarity):
                for item in lowest(top):
                    rows += [
                        (item.text, polarity, one) for family in FAMILIES for one in family.find(item.text, polarity)
                    ]
    return rows


def test_matches_lie_within_their_items(found) -> None:
    assert len(found) > 400
    assert all(0 <= match.start < match.end <= len(text) for text, _, match in found)
    assert all(text[match.start : match.end].strip() == text[match.start : match.end] for text, _, match in found)


def test_conditions_name_columns_of_the_patient_table(found) -> None:
    assert {name for _, _, match in found for name in columns(match.node)} <= set(PATIENTS.names)


def test_conditions_are_sound_sql(found) -> None:
    for node in {match.node for _, _, match in found}:
        condition, signoffs = to_sql(node, "I01")
        assert expression_fault(condition, screening_table(tuple(signoffs))) is None, condition


def test_codes_are_in_the_code_lists(found) -> None:
    def held(node: Node) -> Iterator[Holds]:
        match node:
            case Holds():
                yield node
            case All(parts=parts) | Any(parts=parts):
                for part in parts:
                    yield from held(part)
            case Not(part=part):
                yield from held(part)
            case When(condition=condition, then=then, otherwise=otherwise):
                for part in (condition, then, otherwise):
                    yield from held(part)

    for holds in (one for _, _, match in found for one in held(match.node)):
        known = PATIENTS[holds.column].codes
        assert not known or set(holds.codes) <= {*known, "NONE"}, holds


def test_questions_have_words_and_a_reason(found) -> None:
    manuals = [match.node for _, _, match in found if isinstance(match.node, Manual)]
    assert manuals
    assert all(node.text.strip() and node.reason for node in manuals)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rsplit(".", 1)[1])
@pytest.mark.parametrize(
    "noise", ["ALT <= 5 ULN or ", "prior ", "(", "within 4 weeks ", "anti-PD-1, ", "1,000", "severe heart, "]
)
def test_repetition_does_not_blow_up(family, noise: str) -> None:
    text = (noise * 10_000)[:10_000]
    assert all(match.end <= len(text) for match in family.find(text, "inclusion"))
    assert family.find(noise * 200_000, "exclusion") == []
