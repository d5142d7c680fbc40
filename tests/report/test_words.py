"""Phrases: each that the report says has a translation, with the same parts, and none is left over."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from topline.report.chinese import CHINESE, FILES, TABLES
from topline.report.markup import element, level, say

REPORT = Path(__file__).resolve().parents[2] / "src" / "topline" / "report"
PART = re.compile(r"\{(\w+)\}")
CALL = re.compile(r'say\("((?:[^"\\]|\\.)*)"')


def constants() -> set[str]:
    """Return every text that stands in the code, the script and the templates of the report."""
    trees = [ast.parse(path.read_text("utf-8")) for path in REPORT.rglob("*.py")]
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in (REPORT / "templates").iterdir():
        texts |= set(CALL.findall(path.read_text("utf-8")))
    return texts


def said() -> set[str]:
    """Return the phrases that the code and the templates say, as far as they stand in the call."""
    found: set[str] = set()
    for path in REPORT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                found |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    for path in (REPORT / "templates").iterdir():
        found |= set(CALL.findall(path.read_text("utf-8")))
    return found


def test_every_phrase_has_a_translation() -> None:
    assert len(said()) > 100
    assert said() - set(CHINESE) == set()


def test_no_phrase_and_no_part_stands_in_two_files() -> None:
    read = [tomllib.loads((REPORT / "phrases" / f"{name}.toml").read_text("utf-8")) for name in FILES]
    assert {path.stem for path in (REPORT / "phrases").iterdir()} == set(FILES)
    assert sum(map(len, read)) == len(TABLES)
    assert sum(len(phrases) for parts in read for phrases in parts.values()) == len(CHINESE)


def test_no_translation_is_left_over() -> None:
    levels = set(TABLES["levels"]) | set(TABLES["verdicts"])
    assert set(CHINESE) - constants() - levels == set()


@pytest.mark.parametrize("part", TABLES)
def test_translations_have_the_same_parts(part: str) -> None:
    for english, chinese in TABLES[part].items():
        assert sorted(PART.findall(english)) == sorted(PART.findall(chinese))
        assert chinese.strip() == chinese


def test_phrases_escape_what_they_are_given() -> None:
    assert "<b>" not in say("phase {phase}", phase="<b>")
    assert level("<i>") == "&lt;i&gt;"
    assert element("td", "<i>", title='"') == '<td title="&#34;">&lt;i&gt;</td>'


def test_an_unknown_phrase_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no such phrase")
