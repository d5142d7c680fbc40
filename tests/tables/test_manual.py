"""The manual page is what the declarations say."""

import re
from pathlib import Path

from topline.tables.manual import PARTS, manual

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"
TABLES = [table for tables in PARTS.values() for table in tables]


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == manual(), "run: python -m topline.tables.manual > docs/tables.md"


def test_each_variable_has_its_line() -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", manual(), re.MULTILINE | re.DOTALL))
    assert list(sections) == [table.name for table in TABLES]
    for table in TABLES:
        lines = [line.split(" | ") for line in sections[table.name].splitlines() if line.startswith("| `")]
        assert [(line[0], line[1], line[2]) for line in lines] == [
            (f"| `{variable.name}`", variable.label, str(variable.kind)) for variable in table.variables
        ]
        assert all(len(line) == 6 for line in lines)
        assert all(f"`{key}`" in sections[table.name] for key in table.keys)
