"""Calling a command as a user types it, and a study file of one's own."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from topline.cli import main
from topline.exchange.study_file import read_study

STUDY = "nct07142421"


def topline(*arguments: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(main, [str(each) for each in arguments])


def told(*arguments: object) -> str:
    """Return what a command that succeeds prints."""
    result = topline(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def own_study(folder: Path, name: str = STUDY, **changes: str) -> Path:
    """Write a copy of a built-in study, in which each text `was` of `changes` is replaced, and return its folder."""
    folder.mkdir(exist_ok=True)
    text = read_study(name)[1]
    for was, now in changes.items():
        if was not in text:
            pytest.fail(f"{was!r} is not in the study file")
        text = text.replace(was, now)
    (folder / "study.yaml").write_bytes(text.encode("utf-8"))
    return folder


def row(output: str, name: str) -> list[str]:
    """Return the cells of the row of a design; lists of bounds are joined."""
    (line,) = [line for line in output.splitlines() if line.split()[:1] == [name]]
    return line.replace(", ", ",").split()
