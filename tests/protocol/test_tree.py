"""Paths into plain data, and their words."""

import pytest

from topline.protocol.tree import find, get, items, number, numbers, path_text, texts

STUDY = {
    "arms": [{"code": "A", "interventions": [{"name": "X/Y 1.5"}]}, {"code": "B"}, {"code": "B"}, "odd"],
    "a.b": {"c": 1},
    "flags": [True, 2, "3", 4.5],
}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("arms", 0, "code"), "arms.A.code"),
        (("arms", 1, "code"), "arms.1.code"),
        (("arms", 0, "interventions", 0, "name"), "arms.A.interventions.X/Y 1.5.name"),
        (("arms", 3), "arms.3"),
        (("arms", 9, "x"), "arms.9.x"),
        (("gone", "x"), "gone.x"),
    ],
)
def test_a_path_names_items_that_have_a_name_of_their_own(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(STUDY, path) == text


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("arms.A.interventions.X/Y 1.5.name", ("arms", 0, "interventions", 0, "name")),
        ("arms.0.interventions.0", ("arms", 0, "interventions", 0)),
        ("arms.2.code", ("arms", 2, "code")),
        ("a.b.c", ("a.b", "c")),
        ("arms.C", None),
        ("arms.A.code.x", None),
        ("a", None),
        ("arms.", None),
    ],
)
def test_a_text_finds_its_path(text: str, path: tuple[str | int, ...] | None) -> None:
    assert find(STUDY, text) == path


def test_what_is_of_another_type_is_passed_over() -> None:
    assert get(STUDY, "arms", "A") is None
    assert get("text", 0) is None
    assert [path for path, _ in items(STUDY, "arms")] == [("arms", 0), ("arms", 1), ("arms", 2)]
    assert list(items(STUDY, "a.b")) == []
    assert number(STUDY, "flags", 0) is None
    assert numbers(STUDY, "flags") == [2, 4.5]
    assert texts(STUDY, "flags") == ["3"]
