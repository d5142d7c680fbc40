"""The manual cannot lie: its commands, options, finding numbers and links exist, and its Python examples run."""

import doctest
import importlib
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from topline.errors import CATALOGUE

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    str(path.relative_to(ROOT)): path for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
}
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
SHELLS = {"", "sh", "bash", "console", "shell"}
CODE = re.compile(r"TL-[A-Z]\d\d")
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def quoted_commands(page: str) -> Iterator[str]:
    """Yield the topline commands of a page: lines of shell blocks and whole code spans that begin with topline."""
    lines = [line for _, language, body in FENCE.findall(page) if language in SHELLS for line in body.splitlines()]
    for text in [*lines, *CODE_SPAN.findall(FENCE.sub("", page))]:
        command = re.sub(r"^(\$ )?(\.venv/bin/)?", "", text.strip())
        if command.startswith("topline "):
            yield re.split(r"\s{2,}|\s[|>#&;]|;", command)[0]


def words_of(command: str) -> list[str]:
    """Split a command into words; brackets around what may be left out and an ellipsis are the manual's own marks."""
    return [word for word in shlex.split(re.sub(r"[\[\]]|\.\.\.|…", " ", command)) if word]


def refusal(group: click.Group, words: list[str]) -> str:
    """Return why the command line would refuse the words that follow `topline`, or an empty text."""
    command: click.Command = group
    context = click.Context(group, info_name="topline")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            return f"no command {words[0]}"
        command, words = found, words[1:]
        context = click.Context(command, parent=context, info_name=command.name)
    try:
        _, left, _ = command.make_parser(context).parse_args(words)
    except click.UsageError as error:
        return error.format_message()
    return f"too many arguments: {' '.join(left)}" if left else ""


def command_line() -> click.Group:
    """Return the command line; it is the click group `main` of topline.cli."""
    if importlib.util.find_spec("topline.cli") is None:
        pytest.skip("topline.cli is not written yet")
    main = importlib.import_module("topline.cli").main
    assert isinstance(main, click.Group)
    return main


def python_blocks(page: str) -> list[str]:
    return [body for _, language, body in FENCE.findall(page) if language in {"python", "pycon"}]


@pytest.mark.parametrize("name", PAGES)
def test_commands_exist(name: str) -> None:
    group = command_line()
    faults = {text: refusal(group, words_of(text)[1:]) for text in quoted_commands(PAGES[name].read_text("utf-8"))}
    assert {text: fault for text, fault in faults.items() if fault} == {}


def test_each_command_is_in_the_manual() -> None:
    group = command_line()
    quoted = {
        tuple(words_of(text)[1:2]) for page in PAGES.values() for text in quoted_commands(page.read_text("utf-8"))
    }
    assert {name for name, command in group.commands.items() if not command.hidden and (name,) not in quoted} == set()


@pytest.mark.parametrize("name", PAGES)
def test_finding_numbers_exist(name: str) -> None:
    assert set(CODE.findall(PAGES[name].read_text("utf-8"))) - set(CATALOGUE) == set()


def test_each_finding_is_in_the_manual() -> None:
    assert CATALOGUE
    assert all(CODE.fullmatch(code) for code in CATALOGUE)
    assert set(CATALOGUE) - set(CODE.findall((ROOT / "docs" / "findings.md").read_text("utf-8"))) == set()


def test_finding_numbers_in_the_source_exist() -> None:
    used = {path: set(CODE.findall(path.read_text("utf-8"))) for path in (ROOT / "src").rglob("*.py")}
    assert {
        str(path.relative_to(ROOT)): codes - set(CATALOGUE) for path, codes in used.items() if codes - set(CATALOGUE)
    } == {}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    text = FENCE.sub("", PAGES[name].read_text("utf-8"))
    targets = {a or b for a, b in LINK.findall(text)}
    local = {target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)}
    assert {target for target in local if not (PAGES[name].parent / target).exists()} == set()


@pytest.mark.parametrize("name", [name for name, path in PAGES.items() if python_blocks(path.read_text("utf-8"))])
def test_python_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_examples(PAGES[name].read_text("utf-8"), name)


def run_examples(page: str, name: str) -> None:
    """Run a page's Python blocks in order and in one namespace; blocks with prompts must print what they show."""
    namespace: dict[str, object] = {"__name__": "manual"}
    parser = doctest.DocTestParser()
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for number, block in enumerate(python_blocks(page)):
        if ">>>" not in block:
            exec(compile(block, f"{name} block {number}", "exec"), namespace)
            continue
        examples = parser.get_doctest(block, namespace, f"{name} block {number}", name, 0)
        runner.run(examples, out=report.append, clear_globs=False)
        namespace = examples.globs
    assert runner.failures == 0, "".join(report)


@click.group()
def example() -> None:
    """Stand for a command line in the tests of this file."""


@example.command("run")
@click.argument("study")
@click.option("--data", type=click.Path(exists=True))
@click.option("--quiet", is_flag=True)
def _run(study: str, data: str | None, quiet: bool) -> None:
    """Do nothing."""


ACCEPTED = ["run", "run STUDY", "run STUDY --data FOLDER --quiet", "run --help", "--help", "run [--data FOLDER] STUDY"]
REFUSED = [
    "walk",
    "run STUDY --date FOLDER",
    "run STUDY OTHER",
    "run STUDY --data",
    "--quiet run",
    "run --quiet=1 STUDY",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_right_command_is_accepted(text: str) -> None:
    assert refusal(example, words_of(text)) == ""


@pytest.mark.parametrize("text", REFUSED)
def test_a_wrong_command_is_refused(text: str) -> None:
    assert refusal(example, words_of(text)) != ""


def test_commands_are_found_in_a_page() -> None:
    page = (
        "Say `topline run a` or `topline.run`.\n```sh\n$ topline demo   # both\ntopline trace out X | less\nmake\n```\n"
    )
    page += "```python\ntopline = 1\n```\n```text\ntopline takes a trial\n```\n"
    assert list(quoted_commands(page)) == ["topline demo", "topline trace out X", "topline run a"]


def test_a_wrong_example_is_caught() -> None:
    run_examples("```python\nx = 2\n```\n```python\n>>> x + 1\n3\n```\n", "page")
    with pytest.raises(AssertionError, match="Expected"):
        run_examples("```python\n>>> 1 + 1\n3\n```\n", "page")
    with pytest.raises(ZeroDivisionError):
        run_examples("```python\n1 / 0\n```\n", "page")
