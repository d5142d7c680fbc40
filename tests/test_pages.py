"""README, tutorial and designs print what they say, and the pages on data and outputs name what there is."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import virtual_run
from topline.cli import main
from topline.exchange.instrument_file import FOLDER
from topline.exchange.layout import SUFFIX, Content, output_files
from topline.exchange.output import MARKER, RunRecord
from topline.tables.sdtm import SDTM

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SHOWN = ("README.md", "docs/tutorial.md", "docs/design.md")
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
CODE = re.compile(r"`([^`\n]+)`")


@pytest.mark.parametrize("name", SHOWN)
def test_page_prints_what_it_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "tutorial"}
    blocks = BLOCK.findall((ROOT / name).read_text("utf-8"))
    assert {language for language, _ in blocks} == {"python", "console"}
    for number, (language, text) in enumerate(blocks):
        if language == "console":
            check_commands(text)
        elif ">>>" in text:
            check_session(text, namespace, f"block {number}")
        else:
            exec(compile(text, f"{name} block {number}", "exec"), namespace)


def check_commands(text: str) -> None:
    """Run each command of a block, and compare what it prints with what stands below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        program, *words = shlex.split(command)
        assert program == "topline"
        shown = CliRunner().invoke(main, words).output
        assert doctest.OutputChecker().check_output(expected, shown, FLAGS), (
            f"{command} prints\n{shown}\nrun: make docs"
        )


def check_session(text: str, namespace: dict[str, object], name: str) -> None:
    """Run a session in the namespace, and compare what it prints."""
    report: list[str] = []
    session = doctest.DocTestParser().get_doctest(text, namespace, name, "tutorial.md", 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(session, out=report.append, clear_globs=False)
    namespace.update(session.globs)
    assert runner.failures == 0, "".join(report)


def test_a_wrong_output_is_seen() -> None:
    with pytest.raises(AssertionError, match="prints"):
        check_commands("$ topline studies\nnct00000000  Another study\n")


def test_outputs_page_names_every_file() -> None:
    run = virtual_run("nct07142421")
    content = Content("page", "study", run.results, run.lineage, run.findings, run.adam, run.tables)
    written = {re.sub(r"/\w+\.", "/<table>.", name) for name in output_files(content, list(SUFFIX))}
    written.add(f"{FOLDER}/<name>.toml")
    named = set(re.findall(r"^\| `([^`]+)`", (DOCS / "outputs.md").read_text("utf-8"), re.MULTILINE))
    assert written | {MARKER} == {name for name in named if "." in name}


def test_outputs_page_names_every_key_of_the_run_record() -> None:
    page = (DOCS / "outputs.md").read_text("utf-8")
    keys = {"topline", "files"} | set(RunRecord.__dataclass_fields__) - {"version"}
    assert {key for key in keys if f"| `{key}` |" not in page} == set()


def test_data_page_names_variables_that_are_declared() -> None:
    rows = re.findall(r"^\| ([A-Z]{2}) \| (.*?) \|", (DOCS / "data.md").read_text("utf-8"), re.MULTILINE)
    assert {name for name, _ in rows} >= {"DM", "EX", "DS", "TU", "TR", "RS", "CM"}
    missing = {
        (name, variable) for name, cell in rows for variable in CODE.findall(cell) if variable not in SDTM[name].names
    }
    assert missing == set()


def test_data_page_names_every_domain_that_is_declared() -> None:
    page = (DOCS / "data.md").read_text("utf-8")
    assert [name for name in SDTM if not re.search(rf"\b{re.escape(name)}\b", page)] == []
