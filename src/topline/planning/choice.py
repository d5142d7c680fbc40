"""Writing a chosen design into a study file: the design changes, and what is said of it; every other word stays."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from topline.design.conduct.dropout import inflated
from topline.errors import ToplineError
from topline.exchange.study_file import STUDY, builtin_studies, read_study
from topline.exchange.study_write import write_study
from topline.planning.candidates import Candidate
from topline.planning.study_edit import Choice, chosen_text
from topline.protocol.model import Protocol
from topline.protocol.source import parse_protocol


@dataclass(frozen=True)
class Chosen:
    """A choice that is ready to be written: the file, its text before and after, and the study that it then states."""

    name: str
    path: Path
    before: str
    after: str
    protocol: Protocol
    was_planned: int


def choose_design(study: str, candidate: Candidate, loss: float) -> Chosen:
    """Return a candidate as the design of a study, ready to be written.

    Args:
        study: the path of a study file or its folder.
        candidate: the design.
        loss: share of patients that is lost: more of them are planned then.

    Raises:
        ToplineError: TL-G04 for a built-in study, and where the study cannot hold the design.

    """
    path = _own_file(study)
    protocol, _ = read_study(str(path))
    before = path.read_bytes().decode("utf-8")
    after = chosen_text(before, Choice(candidate.design, inflated(candidate.design.boundary.patients, loss)), str(path))
    return Chosen(candidate.name, path, before, after, parse_protocol(after, str(path)), protocol.population.planned)


def write_choice(chosen: Chosen) -> Iterator[str]:
    """Write a choice into its study file, and yield what to tell: the lines that changed.

    Raises ToplineError TL-C05 where the file cannot be written.
    """
    if chosen.after == chosen.before:
        yield f"{chosen.path} states {chosen.name} already; nothing is changed"
        return
    write_study(chosen.path, chosen.after)
    yield f"{chosen.name} is now the design of {chosen.path}:"
    yield from (f"  {line}" for line in _difference(chosen.before, chosen.after))
    was, now, needed = chosen.was_planned, chosen.protocol.population.planned, chosen.protocol.design.patients
    if was != now:
        yield f"Planned patients: {now}, before {was}"
    elif now > needed:
        yield f"Planned patients stay at {now}; the design needs {needed}"


def _own_file(study: str) -> Path:
    """Return the file of a study that may be changed."""
    if study.strip().lower() in builtin_studies():
        name = study.strip().lower()
        what = (
            f"{name} comes with topline and is not changed; copy it first: `topline run {name} --out my-run` writes "
            f"my-run/{STUDY}, put that file into a folder of your own and name the folder"
        )
        raise ToplineError("TL-G04", where="choose", what=what)
    path = Path(study.strip()).expanduser()
    return path / STUDY if path.is_dir() else path


def _difference(before: str, after: str) -> Iterator[str]:
    """Yield the lines that went and came, with a mark where other lines lie between."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    for line in list(lines)[2:]:
        yield "..." if line.startswith("@@") else line
