"""ENC-01 to ENC-06: what happened to the characters on their way into the record, and what it may have cost."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from unicodedata import normalize

from topline.protocol.lint.passage import Passage
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.subject import Check, Subject
from topline.protocol.record.record import Record, Repair, Span

_LABORATORY = re.compile(
    r"\b(?:ha?emoglobin|hgb|hb|neutrophils?|neutrophil count|anc|platelets?|plt|leukocytes?|wbc|bilirubin|tbil"
    r"|creatinine|ast|alt|transaminases?|albumin|clearance|inr|aptt|lvef|uln)\b[^.\n;=<>≥≤]{0,30}(?<![<>])=\s*\d[\d.,]*\s*"
    r"(?:[x×*]|uln|%|g/|mg/|ml/|/|[µμu]mol|times)"
)
_COMPARATOR = re.compile(r"[≥≤⩾⩽≧≦]|>=|<=|=>|=<|\b(?:at least|greater than|less than|above|below|not exceed)")
_EXPONENT = re.compile(r"10(?<![\d.]10)(?:\s(?:9|12|6)|9|12|e\s?(?:9|12|6))\s*(?:cells)?\s*/\s*l\b")
_MOJIBAKE = re.compile(r"Ã[\x80-\xbf\u0152-\u2122]|Â[\xa0-\xbf]|â€[\x80-\u2122]|â‰[¤¥]|ï¼[\x80-\u2122]|Î[¼±²]|\ufffd")
_WIDE = re.compile(r"[\uff01-\uff5e\u3000-\u3003\u3008-\u3011]")
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7a3]")
_ASCII = bytes(range(128))
_BROKEN = frozenset("ÃÂâïÎ\ufffd")
_ESCAPE = re.compile(r"\\[<>\[\]*^_~#.+()|`{}!-]")
_ENTITY = re.compile(r"&(?:lt|gt|amp|nbsp|ge|le|quot|apos|times|micro|deg|#\d{2,5}|#x[0-9a-f]{2,5});")
_TAG = re.compile(r"</?(?:p|br|b|i|u|sup|sub|li|ul|ol|div|span|strong|em|font|td|tr|table)(?:\s[^<>]{0,80})?/?>")


def _comparator_lost(subject: Subject) -> Iterator[Hit]:
    """ENC-01."""
    criteria = subject.criteria
    if "=" in criteria.text and not _COMPARATOR.search(criteria.low):
        for match in _LABORATORY.finditer(criteria.low):
            yield criteria.hit("an equals sign where a limit needs 'at least' or 'at most'", match)


def _exponent_lost(subject: Subject) -> Iterator[Hit]:
    """ENC-02."""
    yield from _repaired(subject, "superscript", "an exponent was lost")
    for passage in subject.holding("10"):
        if match := _EXPONENT.search(passage.low):
            yield passage.hit("the exponent of ten was lost or is ambiguous", match)


def _mojibake(subject: Subject) -> Iterator[Hit]:
    """ENC-03."""
    yield from _repaired(subject, "mojibake", "UTF-8 was read as another encoding")
    for passage, signs in subject.once(_foreign):
        if not _BROKEN.isdisjoint(signs) and (match := _MOJIBAKE.search(passage.text)):
            yield passage.hit("UTF-8 was read as another encoding", match)


def _wide(subject: Subject) -> Iterator[Hit]:
    """ENC-04."""
    mojibake = {(repair.path, repair.span) for repair in subject.record.repairs if repair.kind == "mojibake"}
    wide = (repair for repair in subject.record.repairs if repair.kind == "full-width")
    written = [repair for repair in wide if (repair.path, repair.span) not in mojibake]
    yield from _told(subject, written, "full-width signs in English text")
    for passage, signs in subject.once(_foreign):
        found = _WIDE.findall(signs)
        if found and len(_IDEOGRAPH.findall(signs)) < len(passage.text) / 20:
            named = " ".join(dict.fromkeys(found))
            yield passage.hit(f"{len(found)} full-width signs in English text: {named}", _WIDE.search(passage.text))


def _foreign(subject: Subject) -> tuple[tuple[Passage, str], ...]:
    """Return the texts that hold more than ASCII, each with the characters beyond it in their order: they are few."""
    texts = (passage for passage in subject.passages if not passage.text.isascii())
    return tuple((passage, _beyond_ascii(passage.text)) for passage in texts)


def _beyond_ascii(text: str) -> str:
    """Return the characters of a text that are not ASCII.

    >>> _beyond_ascii("ECOG ≤ 1，ALT ≥ 3")
    '≤，≥'
    """
    return text.encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8")


def _escapes(subject: Subject) -> Iterator[Hit]:
    """ENC-05."""
    yield from _repaired(subject, "escape", "backslashes of Markdown stood in the text")
    yield from _left(subject, "\\", _ESCAPE, "backslashes of Markdown stand in the text")


def _markup(subject: Subject) -> Iterator[Hit]:
    """ENC-06."""
    yield from _repaired(subject, "entity", "HTML stood in the text")
    yield from _left(subject, "&", _ENTITY, "HTML stands in the text")
    yield from _left(subject, "<", _TAG, "HTML stands in the text")


def _left(subject: Subject, sign: str, pattern: re.Pattern[str], message: str) -> Iterator[Hit]:
    """Yield the first place in each text where a pattern is left that begins with a sign."""
    for passage in subject.holding(sign):
        if match := pattern.search(passage.low):
            yield passage.hit(message, match)


def _repaired(subject: Subject, kind: str, message: str) -> Iterable[Hit]:
    """Yield one hit for each field in which the reader mended this kind of damage."""
    found = [repair for repair in subject.record.repairs if repair.kind == kind]
    return _told(subject, found, message) if found else ()


def _told(subject: Subject, repairs: list[Repair], message: str) -> Iterator[Hit]:
    """Yield one hit for each field with repairs, at the first of them."""
    for path, found in groupby(sorted(repairs, key=_path), key=_path):
        first, *others = found
        count = f"; {len(others)} more in this field" if others else ""
        yield Hit(
            path, f"{message}: {first.before!r} was read as {first.after!r}{count}", *_piece(subject.record, first)
        )


def _path(repair: Repair) -> str:
    return repair.path


def _piece(record: Record, repair: Repair) -> tuple[int, int]:
    """Return where the mended text stands in its field, the whole field where that is not known."""
    value = record.value(repair.path)
    if not isinstance(value, str) or not repair.after:
        return 0, 0
    for after in (repair.after, normalize("NFKC", repair.after)):
        for found in re.finditer(re.escape(after), value):
            if repair.span is None or _overlap(record.place(repair.path, *found.span()), repair.span):
                return found.span()
    return 0, 0


def _overlap(one: Span | None, other: Span) -> bool:
    return one is not None and one.start < other.end and other.start < one.end


CHECKS: Mapping[str, Check] = {
    "ENC-01": _comparator_lost,
    "ENC-02": _exponent_lost,
    "ENC-03": _mojibake,
    "ENC-04": _wide,
    "ENC-05": _escapes,
    "ENC-06": _markup,
}
"""Checks of this module by rule."""
