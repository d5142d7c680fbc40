"""The clause around a mention: when a statement is bare, and what becomes of it when it is not."""

import pytest

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.concepts.clause import Mention, stated
from topline.protocol.eligibility.tree import All, Any, Compare, Manual, Node, Not

FACT = Compare("ILD", "=", "Y")


def shape(node: Node) -> str:
    """Return a tree in short: F the fact, M a question."""
    match node:
        case Compare():
            return "F"
        case Manual():
            return "M"
        case Not(part=part):
            return f"not {shape(part)}"
        case All(parts=parts):
            return "(" + " and ".join(map(shape, parts)) + ")"
        case Any(parts=parts):
            return "(" + " or ".join(map(shape, parts)) + ")"
    raise AssertionError(node)


def read(text: str, polarity: str, **kind: bool) -> str:
    """Return what a text says of COUGH."""
    start = text.index("cough")
    return shape(stated(text, Mention(start, start + 5, Bounds.exact(FACT), "cough", **kind), polarity).node)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "inclusion", "exclusion"),
    [
        ("cough", "M", "F"),
        ("Patients with known cough.", "M", "F"),
        ("No cough", "not F", "M"),
        ("without any evidence of cough", "not F", "M"),
        ("Patients must not have cough", "not F", "M"),
        ("Patients with cough are not eligible", "not F", "F"),
        ("cough is allowed", "M", "M"),
        ("Patients with treated cough may be enrolled", "M", "M"),
        ("cough or fever", "M", "F"),
        ("cough requiring oxygen", "M", "(F and M)"),
        ("no cough requiring oxygen", "not (F and M)", "M"),
        ("severe cough", "M", "(F and M)"),
        ("whooping cough", "M", "(F and M)"),
        ("cough medicine", "M", "M"),
        ("cough: more than three times a day", "M", "M"),
        ("cough (three times a day)", "M", "M"),
        ("history of cough", "M", "(F or M)"),
        ("history of severe cough", "M", "M"),
        ("cough within 4 weeks before screening", "M", "M"),
        ("cough that required steroids in the past 2 years", "M", "(F and M)"),
        ("suspected cough", "M", "(F or M)"),
        ("cough, including whooping cough", "M", "(F or M)"),
        ("fever. No pain; cough", "M", "F"),
    ],
)
def test_what_a_clause_makes_of_a_fact(text: str, inclusion: str, exclusion: str) -> None:
    assert read(text, "inclusion") == inclusion
    assert read(text, "exclusion") == exclusion


@pytest.mark.parametrize(
    ("text", "expected"),
    [("history of cough", "F"), ("cough within 4 weeks", "(F and M)"), ("severe cough", "(F and M)")],
)
def test_columns_that_tell_of_the_past(text: str, expected: str) -> None:
    assert read(text, "exclusion", ever=True) == expected


def test_what_may_be_demanded() -> None:
    assert read("Patients with cough", "inclusion", wanted=True) == "F"
    assert read("No cough", "inclusion", wanted=True) == "not F"


def test_a_closed_name_holds_its_adjectives() -> None:
    assert read("Refractory asthma and cough", "exclusion") == "(F and M)"
    assert read("Refractory asthma and cough", "exclusion", closed=True) == "F"
    assert read("Severe or cough", "exclusion", closed=True) == "(F or M)"


def test_a_question_never_holds_the_negation_that_stands_outside_of_it() -> None:
    text = "No known cough requiring oxygen"
    node = stated(text, Mention(9, 14, Bounds.exact(FACT), "cough"), "inclusion").node
    assert isinstance(node, Not)
    assert isinstance(node.part, All)
    assert node.part.parts[1] == Manual("known cough requiring oxygen", node.part.parts[1].reason)  # type: ignore[union-attr]


def test_the_match_covers_the_words_that_it_understands() -> None:
    text = "Adults without known history of cough requiring oxygen, and pain"
    match = stated(
        text, Mention(text.index("cough"), text.index("cough") + 5, Bounds.exact(FACT), "cough", ever=True), "inclusion"
    )
    assert text[match.start : match.end] == "without known history of cough requiring oxygen"
