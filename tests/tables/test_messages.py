"""The page of the messages is what the catalogue says."""

import re
from pathlib import Path

from topline.errors import CATALOGUE
from topline.tables.messages import FAMILIES, messages_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "findings.md"


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == messages_page(), "run: make docs"


def test_each_family_has_its_meaning() -> None:
    assert {code[3] for code in CATALOGUE} == set(FAMILIES)


def test_each_message_stands_once_and_in_its_family() -> None:
    sections = dict(re.findall(r"^## (\w): [^\n]*\n(.*?)(?=^## |\Z)", messages_page(), re.MULTILINE | re.DOTALL))
    assert list(sections) == list(FAMILIES)
    for letter, text in sections.items():
        assert re.findall(r"^\| (TL-\w+) \|", text, re.MULTILINE) == [code for code in CATALOGUE if code[3] == letter]


def test_each_line_tells_the_whole_entry() -> None:
    lines = [line.strip("| ").split(" | ") for line in messages_page().splitlines() if line.startswith("| TL-")]
    assert {line[0]: tuple(line[1:]) for line in lines} == {
        code: (str(each.severity), each.title, each.rule, each.fix) for code, each in CATALOGUE.items()
    }
