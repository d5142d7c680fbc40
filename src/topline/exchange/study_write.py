"""Writing a study file in the place of an earlier one, whole or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from topline.errors import ToplineError


def write_study(path: Path, text: str) -> None:
    """Write a text in the place of a study file; the earlier one stands until the new one is on disk.

    The file keeps its permissions; where `path` is a link, the file it points to is replaced.

    Raises ToplineError TL-C05 where the file cannot be written; it then stands as it was.
    """
    target = path.resolve()
    new = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "the file is not writable")
        mode = target.stat().st_mode
        with new.open("xb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        new.chmod(mode)
        new.replace(target)
    except OSError as fault:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise ToplineError("TL-C05", where=str(path), what=f"cannot be written: {fault.strerror}") from fault
