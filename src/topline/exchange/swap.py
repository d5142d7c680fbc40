"""Replacing a folder whole: its new content is written beside it and takes its place in one step, or not at all.

While a folder `out` is replaced, three hidden folders may stand beside it: `.out.new-*` (being written), `.out.old-*`
(the previous content, whole) and `.out.gone-*` (being removed). Only in the moment between two renamings is there no
`out`; a process killed in that moment leaves the previous content whole in `.out.old-*`, and `recover` puts it back.
"""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ATTEMPTS = 3


def recover(out: Path) -> None:
    """Put the previous content back where a replacement was cut short, and remove what it left behind."""
    old = _beside(out, "old")
    if old and not out.exists():
        old.pop().rename(out)
    for left in old:
        _remove(left, out)
    for left in (*_beside(out, "gone"), *(new for new in _beside(out, "new") if not _is_written(new))):
        shutil.rmtree(left, ignore_errors=True)


def replace_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Make `files` (path inside the folder: content) the whole content of the folder `out`.

    Everything is on disk before the previous content is touched. Raises `OSError`, and leaves the previous content.
    """
    recover(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with _new_folder(out) as new:
        for name, content in files.items():
            _write(new / name, content)
        for folder in sorted({new, *((new / name).parent for name in files)}):
            _sync(folder)
        _swap(out, new)
    _sync(out.parent)


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder beside `out`, which is removed when the work in it fails."""
    new = out.parent / f"{_prefix(out, 'new')}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        new.mkdir()
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _swap(out: Path, new: Path) -> None:
    """Rename the previous folder away and the new one in; undo the first where the second fails."""
    old = new.with_name(new.name.replace(_prefix(out, "new"), _prefix(out, "old"), 1))
    for attempt in range(ATTEMPTS):
        try:
            if out.exists():
                out.rename(old)
            new.rename(out)
            break
        except BaseException as fault:
            if old.exists() and not out.exists():
                old.rename(out)
            if not isinstance(fault, OSError) or attempt == ATTEMPTS - 1:
                raise
    if old.exists():
        _remove(old, out)


def _remove(old: Path, out: Path) -> None:
    """Remove a previous folder, under a name from which it is never put back."""
    gone = old.with_name(old.name.replace(_prefix(out, "old"), _prefix(out, "gone"), 1))
    with suppress(OSError):  # another run may have removed it already
        old.rename(gone)
        shutil.rmtree(gone)


def _prefix(out: Path, kind: str) -> str:
    return f".{out.name}.{kind}-"


def _beside(out: Path, kind: str) -> list[Path]:
    """Return the hidden folders of a kind beside `out`, the latest last."""
    if not out.parent.is_dir():
        return []
    found = [path for path in out.parent.iterdir() if path.name.startswith(_prefix(out, kind)) and path.is_dir()]
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)


def _is_written(new: Path) -> bool:
    """Say whether the process that writes a new folder, whose number is in the name, still lives."""
    number = new.name.rsplit("-", 2)[-2]
    if os.name == "nt" or not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return int(number) != os.getpid()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Put the names inside a folder on disk, where the system can."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def folder_files(folder: Path) -> list[str]:
    """Return the paths of all files inside a folder, relative to it, with `/` between their parts."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
