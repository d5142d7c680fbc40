"""Damaged text: what is broken for certain is mended, and each change is told.

Five kinds. *mojibake*: UTF-8 that was read as Windows-1252 or Latin-1, mended run by run where the way back is valid
UTF-8. *entity*: HTML that was left in. *escape*: backslashes of Markdown, in which the API writes its long texts.
*superscript*: a power of ten that lost its exponent's height (`1.5 x 109/L`), only behind a number with a
multiplication sign and before a unit. *full-width*: East Asian punctuation between Latin words; Chinese text is left
alone.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from types import MappingProxyType

from topline.protocol.record.origin import Edit, Traced
from topline.protocol.record.record import Repair

MOST = 10_000
"""More of one kind in one text is no damage but what the text is made of; it is left as it stands."""

Pass = Callable[[str], Iterator[Edit]]


def _byte_of() -> dict[str, int]:
    """Return for each character that Windows-1252 or Latin-1 makes of a byte above 127 that byte."""
    both = {chr(byte): byte for byte in range(0x80, 0x100)}
    return both | {
        bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
    }


_BYTES = MappingProxyType(_byte_of())
_TAIL = "[" + "".join(re.escape(mark) for mark, byte in _BYTES.items() if byte < 0xC0) + "]"
MOJIBAKE = re.compile(
    f"[\xc2-\xf4](?:(?<=[\xc2-\xdf]){_TAIL}|(?<=[\xe0-\xef]){_TAIL}{{2}}|(?<=[\xf0-\xf4]){_TAIL}{{3}})"
)
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,20}|#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,5});")
TAG = re.compile(
    r"<(/?)(p|br|b|i|u|em|strong|ul|ol|li|sub|sup|div|span|tr|td|table|h[1-6])"
    r"(?:\s{1,3}[A-Za-z-]{1,20}=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}')){0,8}\s{0,3}/?>",
    re.IGNORECASE,
)
EXPONENT = re.compile(
    r"10(?:\s?|\s?[eE]\s?\+?)(1[0-2]|[35689])"
    r"(?=\s{0,2}(?:/\s{0,2}(?:[µμu]?[Ll]|m[lL]|d[lL]|mm|kg)|cells?\b|platelets?\b))"
)
_TIMES = re.compile(r"\d\s{0,2}[x×X*∗✕]\s{0,2}$")
_BESIDE = re.compile(r"\d\s{1,2}$")
WIDE = re.compile("[\uff01-\uff5e\u3000-\u3002\u300a-\u3011\u3014\u3015\ufe50-\ufe6b\u2266\u2267\u3380-\u33df]+")
_WIDE_BYTES = (b"\xe3", b"\xef", b"\xe2\x89\xa6", b"\xe2\x89\xa7")
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NARROW = MappingProxyType(
    {"、": ",", "。": ".", "《": '"', "》": '"', "【": "[", "】": "]", "〔": "(", "〕": ")", "≦": "≤", "≧": "≥"}
)
_SPACED = frozenset("，、；。：！？")


def is_plain(value: object) -> bool:
    """Say whether a value is a text that holds nothing of which damage is made; most are told so at once."""
    return (
        type(value) is str and value.isascii() and not ("10" in value or "\\" in value or "&" in value or "<" in value)
    )


def is_damaged(text: str, *, markdown: bool) -> bool:
    r"""Say whether a text holds anything that `mend` would look at; quick, and true a little too often.

    >>> [is_damaged(text, markdown=True) for text in ("ECOG 0-1", r"ANC \> 1", "â‰¥ 1")]
    [False, True, True]
    """
    return bool(
        (markdown and "\\" in text)
        or ("&" in text and ENTITY.search(text))
        or ("<" in text and TAG.search(text))
        or ("10" in text and EXPONENT.search(text))
        or (not text.isascii() and _has_foreign(text))
    )


def _has_foreign(text: str) -> bool:
    """Say whether a text holds full-width characters or mojibake; its bytes tell quickly that it may."""
    raw = text.encode("utf-8", "replace")
    first, second, third, fourth = _WIDE_BYTES
    may_be_wide = first in raw or second in raw or third in raw or fourth in raw
    return bool((may_be_wide and WIDE.search(text)) or (b"\xc3" in raw and MOJIBAKE.search(text)))


def mend(text: Traced, path: str, *, markdown: bool) -> tuple[Traced, tuple[Repair, ...]]:
    r"""Return a text with its damage mended, and what was done; `markdown` says that backslashes are escapes.

    >>> from topline.protocol.record.origin import Traced
    >>> fixed, done = mend(Traced.verbatim(r"ANC â‰¥ 1.5 x 109/L, AST \< 3&nbsp;ULN", 0), "x", markdown=True)
    >>> fixed.text.replace("\xa0", " "), [(repair.kind, repair.before, repair.after) for repair in done][:2]
    ('ANC ≥ 1.5 x 10^9/L, AST < 3 ULN', [('mojibake', 'â‰¥', '≥'), ('entity', '&nbsp;', '\xa0')])
    """
    done: list[Repair] = []
    for step in _steps(text.text, markdown=markdown):
        plain = text.text
        edits = list(islice(step(plain), MOST + 1))
        if 0 < len(edits) <= MOST:
            done.extend(
                Repair(edit.kind, path, plain[edit.start : edit.end], edit.after, text.place(edit.start, edit.end))
                for edit in edits
            )
            text = text.edited(edits)
    return text, tuple(done)


def _steps(text: str, *, markdown: bool) -> Iterator[Pass]:
    """Yield the passes that a text may need, in their order: what one uncovers, a later one mends."""
    is_foreign = not text.isascii() and _has_foreign(text)
    yield from (_mojibake, _mojibake) if is_foreign else ()
    yield from (_tags,) if "<" in text else ()
    yield from (_entities, _entities) if "&" in text else ()
    yield from (_escapes,) if markdown else ()
    yield _exponents
    yield from (_wide,) if is_foreign or "&" in text else ()


def _mojibake(text: str) -> Iterator[Edit]:
    """Yield a replacement for each run of characters that are UTF-8 read byte by byte."""
    start = end = 0
    run: list[str] = []
    for match in MOJIBAKE.finditer(text):
        mark = _decoded(match[0])
        if mark and run and match.start() != end:
            yield Edit(start, end, "".join(run), "mojibake")
            run.clear()
        if mark:
            start = start if run else match.start()
            end = match.end()
            run.append(mark)
    if run:
        yield Edit(start, end, "".join(run), "mojibake")


def _decoded(run: str) -> str:
    """Return the character whose UTF-8 bytes a run shows, nothing where they are none that such text would hold.

    >>> _decoded("â‰¥"), _decoded("Ã©"), _decoded("Ü”")
    ('≥', 'é', '')
    """
    try:
        mark = bytes(_BYTES[char] for char in run).decode("utf-8")
    except UnicodeDecodeError:
        return ""
    is_near = ord(mark) < 0x0500 or ord(mark) > 0x1000
    return mark if is_near and unicodedata.category(mark) not in ("Cc", "Cn", "Cs", "Co") else ""


def _tags(text: str) -> Iterator[Edit]:
    for match in TAG.finditer(text):
        name, closing = match[2].lower(), bool(match[1])
        after = "^" if name == "sup" and not closing else "\n" if name in ("br", "p", "li", "div", "tr") else ""
        yield Edit(match.start(), match.end(), after, "entity")


def _entities(text: str) -> Iterator[Edit]:
    for match in ENTITY.finditer(text):
        after = html.unescape(match[0])
        if after != match[0]:
            yield Edit(match.start(), match.end(), after, "entity")


def _escapes(text: str) -> Iterator[Edit]:
    for match in ESCAPE.finditer(text):
        yield Edit(match.start(), match.end(), match[1], "escape")


def _exponents(text: str) -> Iterator[Edit]:
    for match in EXPONENT.finditer(text):
        before = text[max(0, match.start() - 6) : match.start()]
        if _TIMES.search(before) or ("e" in match[0].lower() and _BESIDE.search(before)):
            yield Edit(match.start(), match.end(), f"10^{match[1]}", "superscript")


def _wide(text: str) -> Iterator[Edit]:
    """Yield a replacement for East Asian punctuation, letters and units that stand between Latin words."""
    if text.isascii() or _is_eastern(text):
        return
    for match in WIDE.finditer(text):
        before, behind = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        if not (_EAST.match(before) or _EAST.match(behind)):
            yield Edit(match.start(), match.end(), _narrow(match[0], before, behind), "full-width")


def _is_eastern(text: str) -> bool:
    return 5 * len(_EAST.findall(text)) > len(text)


def _narrow(run: str, before: str, behind: str) -> str:
    """Return full-width characters in their usual width, with a space behind a mark where a word follows.

    >>> _narrow("，", "e", "o"), _narrow("：", "1", "1"), _narrow("＜", "T", " "), _narrow("（", "b", "D")
    (', ', ':', '<', '(')
    """
    after = "".join(_NARROW.get(char) or unicodedata.normalize("NFKC", char) for char in run)
    is_ratio = before.isdigit() and behind.isdigit()
    return f"{after} " if run[-1] in _SPACED and behind.isalnum() and not is_ratio else after
