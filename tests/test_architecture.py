"""The house's rules, read from the source: who may import whom, and what stays outside the edges.

Each rule is a function from one module to its faults. `test_source` applies all of them to every file under
src/topline; the snippets below show that each rule catches what it is for, and lets pass what it should.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "topline"

STAGES = ("protocol", "design", "capture", "sdtm", "adam", "stats", "report")
EDGES = ("exchange", "web")
PIPELINE = ("study", "trace")
FRONT = ("__init__", "__main__")
JOBS = ("job", "intake", "planning", "rehearsal")
LAYERS = (("errors",), ("tables",), STAGES, PIPELINE, ("simulate",), EDGES, JOBS, ("cli",), FRONT)
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
FACADE = "topline"
DATA_ROOMS = {"studies"}

NOT_OURS = {"pandas", "pyarrow", "scipy.stats", "lifelines", "statsmodels"}
OUTSIDE = (
    {"os", "shutil", "tempfile", "glob", "fileinput", "subprocess", "sqlite3", "io.open", "io.FileIO", "codecs.open"}
    | {"gzip", "bz2", "lzma", "zipfile", "tarfile", "shelve", "dbm", "mmap", "pyreadstat", "jinja2.FileSystemLoader"}
    | {"numpy.load", "numpy.save", "numpy.savez", "numpy.savez_compressed", "numpy.loadtxt", "numpy.savetxt"}
    | {"numpy.genfromtxt", "numpy.fromfile", "numpy.memmap", "importlib.import_module"}
    | {"socket", "ssl", "select", "asyncio", "http", "urllib.request", "ftplib", "smtplib", "webbrowser"}
    | {"requests", "httpx", "aiohttp", "urllib3", "socketserver", "xmlrpc"}
    | {"time", "secrets", "uuid.uuid1", "uuid.uuid4", "random.SystemRandom"}
)
OUTSIDE_BUILTINS = {"open", "input", "__import__", "breakpoint"}
CLOCKS = {"now", "utcnow", "today"}
PATH_METHODS = {
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "mkdir",
    "rmdir",
    "touch",
    "unlink",
    "iterdir",
} | {"rglob", "is_file", "is_dir", "symlink_to", "hardlink_to", "tofile", "urlopen"}
FRAME_FILES = ("read_", "scan_", "sink_", "write_")
TEXT_WRITERS = {"write_csv", "write_json", "write_ndjson"}
SEEDED = {"numpy.random." + name for name in ("default_rng", "SeedSequence", "PCG64", "PCG64DXSM", "Philox", "SFC64")}
RANDOM_TYPES = SEEDED | {"numpy.random.Generator", "numpy.random.BitGenerator", "random.Random"}


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name without `topline`, and its syntax tree."""

    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return self.name.split(".")[0]

    @property
    def below_the_edges(self) -> bool:
        return RANK.get(self.room, 0) < RANK["exchange"]

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)


def read(path: Path) -> Module:
    return Module(".".join(path.relative_to(SOURCE).with_suffix("").parts), ast.parse(path.read_text("utf-8")))


def imports(module: Module) -> Iterator[tuple[int, str, str, str]]:
    """Yield (line, module imported from, full dotted name, local name) of every import, also inside functions."""
    for node in module.nodes():
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, alias.name, alias.asname or alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(module, node)
            for alias in node.names:
                yield node.lineno, origin, f"{origin}.{alias.name}", alias.asname or alias.name


def absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parents = [FACADE, *module.name.split(".")][: -node.level]
    return ".".join([*parents, *([node.module] if node.module else [])])


def inside(name: str, banned: set[str]) -> bool:
    """Say whether a dotted name is one of the banned names, or lies below one."""
    parts = name.split(".")
    return any(".".join(parts[:depth]) in banned for depth in range(1, len(parts) + 1))


def protocol_model(modules: dict[str, Module]) -> set[str]:
    """Return the dotted names of the protocol's model: protocol/model.py, its rule/, and what they are built from."""
    rule = [f"topline.{name}" for name in modules if name.startswith("protocol.rule.")]
    found, waiting = set(), ["topline.protocol.model", *rule]
    while waiting:
        name = waiting.pop()
        module = modules.get(name.removeprefix("topline."))
        if module is None or name in found or module.room != "protocol":
            continue
        found.add(name)
        for _, origin, full, _ in imports(module):
            waiting += [origin, full]
    return found


def arrow_faults(module: Module, model: set[str]) -> Iterator[str]:
    """Every import goes down the layers; stages see only the model of the protocol; nobody imports the facade."""
    if module.room not in RANK:
        yield f"{module.name}: a new room is a decision: add it to the layers here and to docs/why.md"
        return
    for line, origin, full, _ in imports(module):
        place = f"{module.name}:{line}"
        if inside(full, NOT_OURS):
            yield f"{place}: {full} is not among the packages that the source may use"
        if full.split(".")[0] != FACADE:
            continue
        room = [*full.split("."), ""][1]
        if room not in RANK or (origin == full and full.count(".") == 0):
            yield f"{place}: imports the facade"
        elif not may_import(module.room, room) and not (module.room in STAGES and {origin, full} & model):
            yield f"{place}: {module.room} may not import {full}"


def may_import(room: str, other: str) -> bool:
    return room == other or RANK[other] < RANK[room]


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Return what an expression such as `np.random.rand` names after its imports, or an empty text."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        head = dotted(node.value, names)
        return f"{head}.{node.attr}" if head else ""
    return ""


def purity_faults(module: Module) -> Iterator[str]:
    """Below the edges nothing opens a file or socket, reads a clock or draws without a seed that it was given."""
    if not module.below_the_edges:
        return
    names: dict[str, str] = {}
    for line, _, full, local in imports(module):
        names[local] = full if local != full.split(".")[0] else local
        if inside(full, OUTSIDE) or unseeded(full):
            yield f"{module.name}:{line}: {full} belongs to the edges"
    own = set(own_names(module))
    for node in module.nodes():
        if fault := node_fault(node, names, own):
            yield f"{module.name}:{getattr(node, 'lineno', 0)}: {fault}"


def own_names(module: Module) -> Iterator[str]:
    """Yield the names that a module itself gives to variables and arguments."""
    for node in module.nodes():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def node_fault(node: ast.AST, names: dict[str, str], own: set[str]) -> str:
    if isinstance(node, ast.Call):
        return call_fault(node, names)
    if isinstance(node, ast.Name):
        return name_fault(node, own)
    if isinstance(node, ast.Attribute):
        return attribute_fault(node, names)
    return definition_fault(node)


def unseeded(full: str) -> bool:
    return full.startswith(("numpy.random.", "random.")) and not inside(full, RANDOM_TYPES)


def name_fault(node: ast.Name, own: set[str]) -> str:
    outside = isinstance(node.ctx, ast.Load) and node.id in OUTSIDE_BUILTINS and node.id not in own
    return f"{node.id} belongs to the edges" if outside else ""


def attribute_fault(node: ast.Attribute, names: dict[str, str]) -> str:
    full = dotted(node, names)
    if node.attr in CLOCKS:
        return f".{node.attr} reads a clock"
    if full and (inside(full, OUTSIDE) or unseeded(full)):
        return f"{full} belongs to the edges"
    return ""


def definition_fault(node: ast.AST) -> str:
    named = isinstance(node, ast.FunctionDef) and node.name.startswith(("read_", "write_"))
    return "read_ and write_ are verbs of exchange/" if named else ""


def call_fault(node: ast.Call, names: dict[str, str]) -> str:
    full, method = dotted(node.func, names), node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if full in SEEDED | {"random.Random"} and not is_seeded(node):
        return f"{full} without the seed that it was given"
    if method in PATH_METHODS and not (method.startswith("read_") and own_resource(node, names)):
        return f".{method}() belongs to the edges"
    if method.startswith(FRAME_FILES) and method not in PATH_METHODS and not (method in TEXT_WRITERS and not node.args):
        return f".{method}() belongs to the edges"
    if method == "sample" and not any(keyword.arg == "seed" for keyword in node.keywords):
        return ".sample() without seed"
    return ""


def is_seeded(node: ast.Call) -> bool:
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return bool(given) and not (isinstance(given[0], ast.Constant) and given[0].value is None)


def own_resource(node: ast.Call, names: dict[str, str]) -> bool:
    """Say whether a call reads a constant that ships inside the package: importlib.resources.files("topline...")."""
    inner: ast.AST = node.func
    while not (isinstance(inner, ast.Call) and dotted(inner.func, names) == "importlib.resources.files"):
        if isinstance(inner, ast.Call):
            inner = inner.func
        elif isinstance(inner, ast.Attribute):
            inner = inner.value
        elif isinstance(inner, ast.BinOp):
            inner = inner.left
        else:
            return False
    text = inner.args[0].value if inner.args and isinstance(inner.args[0], ast.Constant) else ""
    return isinstance(text, str) and text.split(".")[0] == FACADE


MODULES = {module.name: module for module in map(read, sorted(SOURCE.rglob("*.py")))}
MODEL = protocol_model(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_source(name: str) -> None:
    module = MODULES[name]
    if module.room in DATA_ROOMS:
        assert name == f"{module.room}.__init__", f"{module.room}/ holds data, no code"
        return
    assert [*arrow_faults(module, MODEL), *purity_faults(module)] == []


def test_source_is_found() -> None:
    assert "errors" in MODULES
    assert "topline.protocol.model" in MODEL


def test_model_does_not_parse() -> None:
    nodes = [node for name in MODEL for node in MODULES[name.removeprefix("topline.")].nodes()]
    assert [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("parse_")] == []


ARROW_SNIPPETS = [
    ("errors", "from topline.tables.declare import Table"),
    ("tables.declare", "from topline.protocol.model import Protocol"),
    ("adam.response", "from topline.stats.intervals import wilson"),
    ("adam.response", "import topline.stats.intervals as intervals"),
    ("adam.response", "from ..stats import intervals"),
    ("adam.response", "def f():\n    from topline.report import page"),
    ("stats.run", "from topline.protocol.lint import check_protocol"),
    ("stats.run", "from topline.protocol import lint"),
    ("report.page", "from topline.study import run"),
    ("study", "from topline.simulate import subject"),
    ("simulate.subject", "from topline.exchange import xpt"),
    ("exchange.xpt", "from topline.web import server"),
    ("exchange.xpt", "from topline.cli import main"),
    ("exchange.xpt", "import topline"),
    ("adam.response", "from topline import load"),
    ("adam.response", "from .. import load"),
    ("adam.response", "import pandas as pd"),
    ("stats.km", "from scipy import stats"),
    ("magic.words", "x = 1"),
]
PURITY_SNIPPETS = [
    "open('x')",
    "reader = open",
    "import io\nio.open('x')",
    "from pathlib import Path\nPath('x').read_text()",
    "def f(path):\n    path.write_bytes(b'')",
    "def f(path):\n    with path.open() as file: pass",
    "import os\nos.environ['HOME']",
    "import socket",
    "from urllib.request import urlopen",
    "import urllib.request",
    "import requests",
    "import polars as pl\npl.read_csv('x')",
    "def f(frame):\n    frame.write_parquet('x')",
    "def f(frame):\n    frame.write_csv('x')",
    "import numpy as np\nnp.load('x')",
    "import datetime\ndatetime.datetime.now()",
    "from datetime import datetime\nfield = dict(default_factory=datetime.now)",
    "from datetime import date\ndate.today()",
    "import time\ntime.time()",
    "from time import perf_counter",
    "import random\nrandom.random()",
    "from random import choice",
    "import random\nrandom.Random()",
    "import numpy as np\nnp.random.default_rng()",
    "import numpy as np\nnp.random.default_rng(None)",
    "from numpy.random import default_rng as rng\nrng(seed=None)",
    "import numpy as np\nnp.random.SeedSequence()",
    "import numpy as np\nnp.random.rand(3)",
    "import numpy as np\ndraw = np.random.normal",
    "from numpy import random\nrandom.shuffle([1])",
    "from numpy.random import rand",
    "def f(frame):\n    frame.sample(3)",
    "import uuid\nuuid.uuid4()",
    "import importlib\nimportlib.import_module('x')",
    "def read_dm(): ...",
    "from importlib.resources import files\nfiles('elsewhere').joinpath('x').read_text()",
]
CLEAN_SNIPPETS = [
    ("adam.response", "from topline.protocol.model import Protocol\nfrom topline.tables.adam import ADRS"),
    ("adam.response", "from topline.protocol import model\nfrom topline import errors\nfrom . import survival"),
    ("simulate.subject", "from topline.study import run\nfrom topline.design.rate import simon"),
    ("cli", "import topline.exchange.xpt as xpt\nopen('x')\nimport time\ntime.time()"),
    ("exchange.xpt", "from pathlib import Path\nPath('x').read_text()\nimport pyreadstat"),
    ("__init__", "from topline.exchange.sdtm import read_sdtm\nfrom topline.study import run"),
    (
        "simulate.draw",
        "import numpy as np\ndef f(seed: int) -> np.random.Generator:\n    return np.random.default_rng(seed)",
    ),
    ("simulate.draw", "from numpy.random import PCG64DXSM, SeedSequence\nPCG64DXSM(SeedSequence(1, spawn_key=(0, 2)))"),
    ("simulate.draw", "import random\nrandom.Random(7)\ndef f(frame):\n    return frame.sample(3, seed=1)"),
    ("report.page", "from importlib.resources import files\nfiles('topline.report').joinpath('page.css').read_text()"),
    (
        "report.page",
        "from datetime import date, time, timedelta\ndate(2026, 1, 1)\ndef f(frame):\n    return frame.write_csv()",
    ),
    ("stats.km", "def f(open, limit):\n    return open + limit.opened\nfrom urllib.parse import quote"),
]


@pytest.mark.parametrize(("name", "source"), ARROW_SNIPPETS)
def test_a_wrong_arrow_is_caught(name: str, source: str) -> None:
    assert len(list(arrow_faults(Module(name, ast.parse(source)), MODEL))) == 1


@pytest.mark.parametrize("source", PURITY_SNIPPETS)
@pytest.mark.parametrize("name", ["errors", "stats.km", "simulate.draw"])
def test_an_edge_below_the_edges_is_caught(name: str, source: str) -> None:
    assert list(purity_faults(Module(name, ast.parse(source)))) != []


@pytest.mark.parametrize(("name", "source"), CLEAN_SNIPPETS)
def test_clean_code_passes(name: str, source: str) -> None:
    module = Module(name, ast.parse(source))
    assert [*arrow_faults(module, MODEL), *purity_faults(module)] == []
