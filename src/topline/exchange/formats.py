"""Which format a file has, by its content: the suffix of its name is never asked."""

from pathlib import Path

from topline.exchange.source import Format, UnreadableError, chunks

HEAD = 4096
OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"**COMPRESSED**", "is a SAS CPORT file, not a transport file of PROC COPY or the XPORT engine"),
    (b"PK\x03\x04", "is a ZIP archive or an Excel workbook; save its sheets as CSV, or unpack it"),
    (b"\x1f\x8b", "is compressed with gzip; unpack it"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook; save its sheets as CSV"),
    (b"%PDF", "is a PDF document"),
    (b"\x00" * 12 + b"\xc2\xea\x81\x60", "is a SAS data set (sas7bdat); export it as SAS transport"),
    (b"$FL2", "is an SPSS file; export it as CSV"),
    (b"<", "is XML or HTML, which is not read as data"),
)


def recognise(path: Path) -> Format:
    """Return the format of a file from its first bytes.

    Raises `UnreadableError` for an empty file (TL-F03), for formats that are known and not read, and for what looks
    like no text (TL-F02).
    """
    head = next(chunks(path, HEAD), b"")
    if not head:
        raise UnreadableError("TL-F03", "holds 0 bytes")
    if found := _signature(head):
        return found
    for magic, what in OTHERS:
        if head.lstrip(b"\xef\xbb\xbf\t\r\n ").startswith(magic) or head.startswith(magic):
            raise UnreadableError("TL-F02", what)
    if not head.strip(b"\xef\xbb\xbf\t\r\n "):
        raise UnreadableError("TL-F03", "holds nothing but blanks")
    if not head.strip(b"\x00"):
        raise UnreadableError("TL-F01", "begins with NUL bytes only: the copy is damaged")
    return Format.JSON if _is_object(head) else Format.CSV


def _signature(head: bytes) -> Format | None:
    if head.startswith(b"HEADER RECORD*******LIBRARY"):
        return Format.XPT5
    if head.startswith(b"HEADER RECORD*******LIBV8"):
        return Format.XPT8
    if head.startswith(b"HEADER RECORD*"[: len(head)]) and len(head) < 80:
        raise UnreadableError("TL-F04", f"begins as SAS transport and ends after {len(head)} bytes")
    return Format.PARQUET if head.startswith(b"PAR1") else None


def _is_object(head: bytes) -> bool:
    """Say whether a file begins as a JSON object, in UTF-8 or UTF-16."""
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe")
    return text.replace(b"\x00", b"").lstrip().startswith(b"{")
