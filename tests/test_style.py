"""The house's style, read from the source: names of modules, sizes of files and functions, arguments, docstrings."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "topline"

NAMELESS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "base",
    "service",
    "services",
    "manager",
    "managers",
    "misc",
}
FILE_LINES = 400
BODY_LINES = 60
ARGUMENTS = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_faults(path: Path) -> Iterator[str]:
    """No file or folder has a name under which everything and nothing fits."""
    for part in path.with_suffix("").parts:
        if NAMELESS & set(part.lower().split("_")):
            yield f"{path}: {part} says nothing about what is in it"


def size_faults(source: str) -> Iterator[str]:
    """A file has at most 400 lines, a function's body at most 60 and its signature at most five arguments."""
    if (lines := len(source.splitlines())) > FILE_LINES:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            if (lines := body_lines(node)) > BODY_LINES:
                yield f"line {node.lineno}: the body of {node.name} has {lines} lines"
            if (count := len(arguments(node))) > ARGUMENTS:
                yield f"line {node.lineno}: {node.name} has {count} arguments; group them in a frozen dataclass"


def body_lines(node: Function) -> int:
    """Count the lines of a function after its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def arguments(node: Function) -> list[str]:
    """Return the names of the arguments that can be given by position, without self and cls."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def docstring_faults(source: str) -> Iterator[str]:
    """A module, and every public function, class and method in it, says what it is."""
    tree = ast.parse(source)
    if tree.body and ast.get_docstring(tree) is None:
        yield "the module has no docstring"
    yield from undocumented(tree.body)


def undocumented(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None and not is_repeated(node):
            yield f"line {node.lineno}: {node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node.body)


def is_repeated(node: Function | ast.ClassDef) -> bool:
    """Say whether a definition only completes another one: an overload, a setter, an override."""
    return any(
        ast.unparse(mark).rsplit(".", 1)[-1] in {"overload", "setter", "override"} for mark in node.decorator_list
    )


PATHS = {str(path.relative_to(SOURCE)): path for path in sorted(SOURCE.rglob("*.py"))}


@pytest.mark.parametrize("name", PATHS)
def test_source(name: str) -> None:
    source = PATHS[name].read_text("utf-8")
    assert [*name_faults(Path(name)), *size_faults(source), *docstring_faults(source)] == []


def test_tests_are_named_and_sized() -> None:
    paths = [path for path in (ROOT / "tests").rglob("*.py") if "__pycache__" not in path.parts]
    assert len(paths) > 1
    assert [fault for path in paths for fault in name_faults(path.relative_to(ROOT))] == []
    assert {
        str(path): count for path in paths if (count := len(path.read_text("utf-8").splitlines())) > FILE_LINES
    } == {}


@pytest.mark.parametrize("name", ["utils.py", "adam/helpers.py", "adam/date_utils.py", "common/dates.py", "base.py"])
def test_a_name_that_says_nothing_is_caught(name: str) -> None:
    assert len(list(name_faults(Path(name)))) == 1


@pytest.mark.parametrize("name", ["adam/baseline.py", "database.py", "stats/commonality.py"])
def test_a_name_of_the_field_passes(name: str) -> None:
    assert list(name_faults(Path(name))) == []


SIZES = [
    ("x = 1\n" * 400, 0),
    ("x = 1\n" * 401, 1),
    ("def f():\n" + "    x = 1\n" * 60, 0),
    ("def f():\n" + "    x = 1\n" * 61, 1),
    ('def f():\n    """Say."""\n' + "    x = 1\n" * 60, 0),
    ('def f():\n    """Say."""\n', 0),
    ("async def f(a, b, c, d, e, g): ...", 1),
    ("def f(a, b, c, /, d, e, g): ...", 1),
    ("def f(a, b, c, d, e, *, g, h): ...", 0),
    ("class A:\n    def f(self, a, b, c, d, e): ...", 0),
    ("class A:\n    def f(self, a, b, c, d, e, g): ...", 1),
]
DOCSTRINGS = [
    ("", 0),
    ("x = 1", 1),
    ('"""Say."""\ndef f(): ...', 1),
    ('"""Say."""\nclass A: ...', 1),
    ('"""Say."""\nclass A:\n    """Say."""\n    def f(self): ...', 1),
    ('"""Say."""\nclass A:\n    """Say."""\n    def _f(self): ...\n    def __str__(self): ...', 0),
    ('"""Say."""\ndef f():\n    """Say."""\n    def inner(): ...', 0),
    ('"""Say."""\n@typing.overload\ndef f(): ...', 0),
]


@pytest.mark.parametrize(("source", "count"), SIZES)
def test_sizes_are_counted(source: str, count: int) -> None:
    assert len(list(size_faults(source))) == count


@pytest.mark.parametrize(("source", "count"), DOCSTRINGS)
def test_missing_docstrings_are_counted(source: str, count: int) -> None:
    assert len(list(docstring_faults(source))) == count
