"""docs/rehearsal.md: its commands print what it shows, and what it names and states is there and is still so."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from topline.cli import main
from topline.cli.rehearsal import SIDE
from topline.errors import CATALOGUE
from topline.exchange.study_file import builtin_studies, read_study
from topline.protocol.rule.boundary import operating_characteristics
from topline.rehearsal.calibration import builtin_published
from topline.rehearsal.task import WHOLE, WHOLE_CHUNK
from topline.simulate.characteristics import CHARACTERISTICS
from topline.simulate.scenario import FURTHER, NAMES, known_effects
from topline.simulate.stack import CHUNK

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = (DOCS / "rehearsal.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z]+")
OTHERS = {"--array", "--cpus-per-task", "--mem", "--time", "--wrap", "--cpus", "--data"}
"""Options on the page that are not of these two commands: those of sbatch, and of `topline run`."""


def options(command: str) -> set[str]:
    return {name for each in main.commands[command].params for name in each.opts if name.startswith("--")}


def commands() -> list[tuple[str, set[str]]]:
    """Return each call of topline in the blocks of the page: the command and the options it is given."""
    text = "\n".join(body for _, body in BLOCK.findall(PAGE)).replace("\\\n", " ")
    calls = re.findall(r"topline (simulate|calibrate) ([^\n#']*)", text)
    return [(name, set(OPTION.findall(rest))) for name, rest in calls]


def test_commands_are_given_options_that_they_have() -> None:
    found = commands()
    assert len(found) >= 8
    assert [(name, given - options(name)) for name, given in found if given - options(name)] == []


def test_every_option_that_is_named_exists_and_every_option_is_named() -> None:
    named, there = set(OPTION.findall(PAGE)), options("simulate") | options("calibrate")
    assert named - there - OTHERS == set()
    assert there - named - {"--seed"} == set()


@pytest.mark.parametrize("block", [body for kind, body in BLOCK.findall(PAGE) if kind == "console"])
def test_commands_print_what_the_page_says(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command, _, expected = block.removeprefix("$ topline ").partition("\n")
    assert CliRunner().invoke(main, command.split()).output == expected, "run: make docs"


def test_examples_in_python_run() -> None:
    blocks = [body for kind, body in BLOCK.findall(PAGE) if kind == "python"]
    assert len(blocks) == 1
    for body in blocks:
        exec(compile(body, "docs/rehearsal.md", "exec"), {"__name__": "page"})


def test_columns_and_scenarios_are_all_named() -> None:
    rows = " ".join(re.findall(r"^\| ([A-Z, ]+) \|", PAGE, re.MULTILINE)).replace(",", " ").split()
    assert rows == list(CHARACTERISTICS.names)
    assert {name for name in (*NAMES, *FURTHER) if f"| `{name}` |" not in PAGE} == set()


def test_messages_and_files_that_are_named_exist() -> None:
    assert set(re.findall(r"TL-[A-Z]\d\d", PAGE)) <= set(CATALOGUE)
    links = re.findall(r"\]\(([\w.]*)(?:#([\w-]+))?\)", PAGE)
    assert len(links) > 8
    for name, anchor in links:
        path = DOCS / (name or "rehearsal.md")
        assert path.exists(), name
        assert not anchor or anchor in anchors(path.read_text("utf-8")), f"{name}#{anchor}"


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("study", ["nct02976896", "nct07142421"])
def test_results_are_those_of_the_studies_as_they_are(study: str) -> None:
    """The tables of results took minutes: they hold for these digests; another one asks for a new run."""
    protocol, _ = read_study(study)
    assert f"`{protocol.digest[:8]}`" in PAGE
    level, power = operating_characteristics(
        protocol.design.rule, [protocol.design.null_rate, protocol.design.target_rate]
    ).success
    [row] = re.findall(rf"^\| {study}, .*\| ([\d.]+)% \|$", PAGE, re.MULTILINE)
    assert row == f"{100 * level:.2f}"
    assert power > 0.88


def test_the_rates_that_scenarios_attain_are_those_that_were_found() -> None:
    for (study, scenario), (_, found) in known_effects().items():
        cells = (
            f"{100 * found.aim:g}%",
            f"{found.effect:.3f} ({found.effect_error:.3f})",
            f"{100 * found.rate:.2f}% ({100 * found.error:.2f})",
        )
        rows = re.findall(rf"^\| {study.lower()} \| {scenario} \| (.*) \|$", PAGE, re.MULTILINE)
        assert [row.split(" | ")[-3:] for row in rows] == [list(cells)]


def test_published_results_that_come_with_a_study_are_named() -> None:
    names = {name for study in builtin_studies() for name in builtin_published(study)}
    assert names
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
    assert set(re.findall(r"calibrate nct\d+ --to (\w+)", PAGE)) <= names


def test_the_size_of_a_chunk_is_the_one_stated() -> None:
    assert f"in chunks of {WHOLE_CHUNK} from" in PAGE
    assert f"chunks of {WHOLE_CHUNK} of the scenario `NAME{WHOLE}`" in PAGE
    assert f"{SIDE} at each end" in PAGE
    assert f"chunks of {CHUNK} trials" in PAGE
    assert f"{CHUNK} trials of a chunk are part of the contract" in PAGE
