"""Files of registry records: bytes to text, then to records."""

from dataclasses import replace
from pathlib import Path

from topline.errors import ToplineError
from topline.exchange.encoding import detect_encoding
from topline.protocol.record.form import parse_record, parse_records
from topline.protocol.record.record import Doubt, Record

LARGEST = 10_000_000
"""The most bytes that a file of records may have; the largest record known has less than a fifth."""


def read_record(path: Path | str) -> Record:
    """Return the record that a file holds, in whichever form.

    Raises ToplineError (TL-I01 to TL-I07): no record, a damaged one, several, or a file that cannot be read.
    """
    text, guessed = read_text(path)
    return _told(parse_record(text, str(path)), guessed)


def read_records(path: Path | str) -> tuple[Record, ...]:
    """Return all records that a file holds: a table or a list may have none, one or many.

    Raises ToplineError (TL-I01 to TL-I04, TL-I06, TL-I07).
    """
    text, guessed = read_text(path)
    return tuple(_told(record, guessed) for record in parse_records(text, str(path)))


def read_text(path: Path | str) -> tuple[str, str]:
    """Return the text of a file as it stands, line ends included, and its encoding where that had to be guessed.

    Raises ToplineError: TL-I06 where there is no such file or it may not be read, TL-I07 where it is too large.
    """
    data = _bytes(Path(path))
    encoding = detect_encoding(lambda: (data,))
    text = data.decode(encoding.name, errors="replace")
    return text.removeprefix("\ufeff"), "" if encoding.is_unicode else encoding.name


def _bytes(path: Path) -> bytes:
    """Return the bytes of a file, of which one more than is allowed is read at most."""
    try:
        if path.is_dir():
            raise ToplineError("TL-I06", where=str(path), what="is a folder, not a file")
        if path.stat().st_size > LARGEST:
            raise _too_large(path, f"has {path.stat().st_size / 1e6:.1f} MB")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ToplineError("TL-I06", where=str(path), what=reason) from None
    if len(data) > LARGEST:
        raise _too_large(path, "is larger than 10 MB")
    return data


def _too_large(path: Path, what: str) -> ToplineError:
    return ToplineError("TL-I07", where=str(path), what=what)


def _told(record: Record, encoding: str) -> Record:
    """Return a record with the doubt that its encoding was guessed, where it was."""
    if not encoding:
        return record
    doubt = Doubt("", f"the encoding is not said and no UTF-8; the text was read as {encoding}")
    return replace(record, doubts=(*record.doubts, doubt))
