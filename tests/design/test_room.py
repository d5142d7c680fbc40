"""The facade `topline.design`: every public design is there, documented, and loaded when it is first asked for."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from topline import design
from topline.design import room

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "topline" / "design"
PAGE = ROOT / "docs" / "design.md"
INSIDE = {
    *("made_exact", "rule_words", "searched", "to_protocol", "two_stage_design"),  # parts of searches, and methods
    *("always_enough", "cells", "exceeds_standard", "most_likely_to_go_on", "normal_law", "patient_moments"),
    *("smallest", "two_stage_logrank_designs", "weighted"),
}
"""What makes, cites or takes a design, and is a part of another function or a method of designs."""


def designs(path: Path) -> Iterator[str]:
    """Yield the classes of designs of a module, and its public functions that return one or cite a source."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name.endswith("Design"):
            yield node.name
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            returned = ast.unparse(node.returns) if node.returns else ""
            if "Design" in returned or "Source:" in (ast.get_docstring(node) or ""):
                yield node.name


FOUND = {name: path.name for path in sorted(SOURCE.rglob("*.py")) for name in designs(path)}


def test_every_design_is_exported() -> None:
    assert {"simon", "kwak_jung", "bop2", "pocock_toxicity", "SingleArmDesign", "LandmarkDesign"} <= set(FOUND)
    assert set(FOUND) - set(room.__all__) - INSIDE == set()


def test_names_are_the_same_through_the_facade() -> None:
    assert dir(design) == sorted(room.__all__)
    assert [name for name in room.__all__ if getattr(design, name) is not getattr(room, name)] == []


@pytest.mark.parametrize("name", room.__all__)
def test_every_name_says_what_it_is(name: str) -> None:
    text = inspect.getdoc(getattr(design, name)) or ""
    assert text
    assert text.splitlines()[0].rstrip(".")[-1:].isalnum() or text.splitlines()[0].endswith((".", ")"))


FUNCTIONS = [name for name in room.__all__ if inspect.isfunction(getattr(room, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_stands_in_the_manual(name: str) -> None:
    assert f"{name}(" in PAGE.read_text("utf-8") or f"`{name}`" in PAGE.read_text("utf-8")


def test_calls_of_the_field() -> None:
    found = design.simon(0.1, 0.3, alpha=0.05, power=0.9)
    assert found.boundary == design.Boundary((18, 35), (2, 6), (19, 7))
    assert design.precision(design.Precision(0.3, 0.3)).patients == 40
    assert design.single_stage(0.1, 0.3, power=0.9).boundary.patients == 33


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simom'"):
        _ = design.simom


def test_a_part_does_not_load_the_whole_room() -> None:
    code = "import sys, topline.design.rate.single_stage; print('topline.design.room' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
