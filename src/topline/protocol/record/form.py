"""From text to registry records: which form it is, and the reader of that form."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from topline.errors import ToplineError
from topline.protocol.record.api import parse_api
from topline.protocol.record.csv_export import is_export, parse_export
from topline.protocol.record.flat import is_flat, parse_flat
from topline.protocol.record.page import parse_page
from topline.protocol.record.page_layout import is_page
from topline.protocol.record.record import Form, Record

_HALF = re.compile("[\ud800-\udfff]")
_MARKUP = re.compile(
    r"\s*(?:<!--.{0,400}?-->\s*){0,5}<(?:!doctype|html|head|body|\?xml|div|script|meta|[a-z]{1,12}[ >])",
    re.IGNORECASE | re.DOTALL,
)

READERS: Mapping[Form, Callable[[str, str], tuple[Record, ...]]] = MappingProxyType(
    {
        Form.PAGE: lambda text, where: (parse_page(text, where),),
        Form.FLAT: lambda text, where: (parse_flat(text, where),),
        Form.API: parse_api,
        Form.CSV: parse_export,
    }
)


def detect_form(text: str, where: str = "") -> Form:
    r"""Return the form of a text.

    >>> detect_form('{"protocolSection": {}}'), detect_form("NCT Number,Study Title\nNCT00000001,A title")
    (<Form.API: 'API version 2 JSON'>, <Form.CSV: 'CSV export'>)

    Raises ToplineError (TL-I01) where it is none, saying what was seen.
    """
    head = text[:4000].lstrip("\ufeff \t\r\n")
    if head.startswith(("{", "[")):
        return Form.API
    if _MARKUP.match(head):
        raise ToplineError("TL-I01", where=where, what="it is HTML or XML")
    for form, test in ((Form.PAGE, is_page), (Form.CSV, is_export), (Form.FLAT, is_flat)):
        if test(text):
            return form
    raise ToplineError("TL-I01", where=where, what=_seen(text))


def _seen(text: str) -> str:
    """Return what a text is that is no record."""
    if not text.strip("\ufeff \t\r\n\0"):
        return "there is nothing in it"
    if text.count("\0") > len(text) // 100:
        return "it holds NUL characters, as no text does"
    lines = [line.strip() for line in text[:20_000].splitlines() if line.strip()]
    return f"it begins with {lines[0][:60]!r} and has no labels, no column names and no line of treatments"


def parse_record(text: str, where: str) -> Record:
    """Return the record that a text holds, in whichever form; `where` names the text in messages.

    Raises ToplineError (TL-I01 to TL-I05): no record, a damaged one, or more than one.
    """
    records = parse_records(text, where)
    if len(records) != 1:
        raise ToplineError("TL-I05", where=where, what=f"it holds {len(records)} records")
    return records[0]


def parse_records(text: str, where: str) -> tuple[Record, ...]:
    """Return all records that a text holds: a table or a list may have none, one or many.

    Raises ToplineError (TL-I01 to TL-I04).
    """
    text = text.removeprefix("\ufeff")
    try:
        text.encode("utf-8")  # ten times quicker than a search
    except UnicodeEncodeError:
        text = _HALF.sub("\ufffd", text)
    return READERS[detect_form(text, where)](text, where)
