"""In which encoding a text is written: UTF-8 where it is valid, else what its bytes most resemble."""

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
Pieces = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a text is encoded (the name Python gives it), and how many NUL characters it holds."""

    name: str
    nuls: int = 0

    @property
    def is_unicode(self) -> bool:
        """Say whether the text is in a Unicode encoding, so that no guess was made."""
        return self.name.startswith("utf")


def detect_encoding(pieces: Pieces) -> Encoding:
    """Return the encoding of the text whose bytes `pieces` gives, anew at each call.

    A byte order mark decides; then UTF-16 without a mark (every other byte is NUL), UTF-8 where all bytes are valid,
    GB18030 where all bytes above 127 come in pairs that are Chinese characters, and else Windows-1252.

    >>> detect_encoding(lambda: ["Größe".encode("latin-1")]).name, detect_encoding(lambda: ["Größe".encode()]).name
    ('cp1252', 'utf-8')
    >>> detect_encoding(lambda: ["食管癌".encode("gb18030")]).name
    'gb18030'
    """
    head = next(iter(pieces()), b"")
    for mark, name in MARKS:
        if head.startswith(mark) and (name == "utf-16" or _decodes(pieces, name)):
            return Encoding(name, 0 if name == "utf-16" else _nuls(pieces))
    if name := _unmarked_utf16(head[:4096]):
        return Encoding(name)
    nuls = _nuls(pieces)
    if _decodes(pieces, "utf-8"):
        return Encoding("utf-8", nuls)
    if _is_chinese(pieces):
        return Encoding("gb18030", nuls)
    return Encoding("cp1252" if _decodes(pieces, "cp1252") else "latin-1", nuls)


def _nuls(pieces: Pieces) -> int:
    return sum(piece.count(0) for piece in pieces())


def _unmarked_utf16(head: bytes) -> str:
    half = len(head) // 2
    if half < 4:
        return ""
    if head[1::2].count(0) > 0.7 * half and head[0::2].count(0) == 0:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > 0.7 * half and head[1::2].count(0) == 0 else ""


def _decodes(pieces: Pieces, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for piece in pieces():
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(pieces: Pieces) -> bool:
    """Say whether at least four bytes are above 127 and all of them are pairs of the character set GB 2312."""
    high, carried = 0, b""
    for piece in pieces():
        text = carried + piece
        cut = len(text) if text.isascii() or text[-1] < 128 else len(text) - _run_at_end(text)
        carried = text[cut:]
        if not _in_pairs(text[:cut]):
            return False
        high += int(np.count_nonzero(np.frombuffer(text[:cut], np.uint8) > 127))
    return _in_pairs(carried) and high + len(carried) >= 4


def _run_at_end(text: bytes) -> int:
    low = np.flatnonzero(np.frombuffer(text, np.uint8) < 128)
    return len(text) - (int(low[-1]) + 1 if low.size else 0)


def _in_pairs(text: bytes) -> bool:
    try:
        text.decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True
