"""Reading a study: a built-in one by its name, or a study.yaml by its path."""

import difflib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from topline.errors import ToplineError
from topline.protocol.model import Protocol
from topline.protocol.source import parse_protocol

STUDY = "study.yaml"
LARGEST = 4_000_000


def builtin_studies() -> list[str]:
    """Return the names of the studies that come with topline.

    >>> builtin_studies()
    ['nct02976896', 'nct07142421']
    """
    return sorted(folder.name for folder in _studies().iterdir() if (folder / STUDY).is_file())


def _studies() -> Traversable:
    return files("topline") / "studies"


def read_study(name: str) -> tuple[Protocol, str]:
    """Return the protocol of a study, and the text of its file.

    `name` is that of a built-in study in any case, or the path of a study file or of a folder that holds study.yaml.

    Raises `ToplineError` TL-C01 where there is no such study, TL-P01 to TL-P06 where its file has faults.
    """
    text, where = _text(name.strip())
    return parse_protocol(text, where), text


def study_path(name: str) -> str:
    """Return what the file of a study is called in messages.

    >>> study_path("NCT07142421")
    'nct07142421/study.yaml'
    """
    return _text(name.strip())[1]


def _text(name: str) -> tuple[str, str]:
    """Return the text of a study's file, and what it is called in messages."""
    if name.lower() in builtin_studies():
        return (_studies() / name.lower() / STUDY).read_text("utf-8"), f"{name.lower()}/{STUDY}"
    path = Path(name).expanduser()
    try:
        if not name or not path.exists():
            raise ToplineError("TL-C01", where=name, what=f"is neither a built-in study nor a file{_nearest(name)}")
        return _file_text(path / STUDY if path.is_dir() else path)
    except (OSError, ValueError) as fault:  # a name that no file can have is a ValueError
        what = getattr(fault, "strerror", None) or str(fault)
        raise ToplineError("TL-C01", where=name, what=f"cannot be read: {what}") from fault


def _file_text(path: Path) -> tuple[str, str]:
    if not path.exists():
        raise ToplineError("TL-C01", where=str(path.parent), what=f"is a folder without {STUDY}")
    if not path.is_file():
        raise ToplineError("TL-C01", where=str(path), what="is not a file")
    if (size := path.stat().st_size) > LARGEST:
        raise ToplineError("TL-P01", where=str(path), what=f"has {size} bytes, more than any study file")
    try:
        return path.read_bytes().decode("utf-8-sig"), str(path)
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        byte = fault.object[fault.start]
        raise ToplineError(
            "TL-P01", where=f"{path} line {line}", what=f"has the byte {byte:#04x}: it is not UTF-8"
        ) from fault


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name.lower(), builtin_studies(), n=1)
    return f"; did you mean {near[0]}?" if near else f"; built-in are {', '.join(builtin_studies())}"
