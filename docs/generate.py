"""Rewrite the pages of the manual that are made from the code: `make docs`.

Tests compare each page with its source, so that a page that was forgotten fails.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from topline.protocol.lint.manual import lint_page
from topline.protocol.manual import render_manual
from topline.simulate.manual import with_parts
from topline.stats.manual import results_page
from topline.tables.manual import manual
from topline.tables.messages import messages_page

HERE = Path(__file__).parent


def simulation_page() -> str:
    """Return docs/simulation.md with its tables of parameters and effects made anew; the text around them stays."""
    return with_parts((HERE / "simulation.md").read_text("utf-8"))


PAGES: Mapping[str, Callable[[], str]] = {
    "findings.md": messages_page,
    "lint.md": lint_page,
    "protocol.md": render_manual,
    "results.md": results_page,
    "tables.md": manual,
    "simulation.md": simulation_page,
}


def main() -> None:
    """Write each page whose text differs, and say which."""
    for name, render in PAGES.items():
        path, text = HERE / name, render()
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"docs/{name}")


if __name__ == "__main__":
    main()
