"""A limit as it is written: comparator, number, and unit or multiple of the upper limit of normal."""

import re
from dataclasses import dataclass

from topline.protocol.eligibility.tree import Operator

SIGNS: tuple[tuple[str, Operator], ...] = (
    (r"≥|≧|⩾|>\s?/?\s?=|=\s?>|>\s?or\s?=|[＞]\s?=", ">="),
    (r"≤|≦|⩽|<\s?/?\s?=|=\s?<|<\s?or\s?=|[＜]\s?=", "<="),
    (r">|＞", ">"),
    (r"<|＜", "<"),
)
GREATER = r"(?:greater|more|higher|larger)"
LESS = r"(?:less|lower|fewer|smaller)"
OR_EQUAL = r",?\s(?:than\s)?or\sequal(?:s)?(?:\s(?:to|than))?"
NOT = r"(?:(?:must|should|shall|may|can|does|do)\s)?(?:no|not)(?:\sbe)?"
WORDS: tuple[tuple[str, Operator], ...] = (
    (rf"{GREATER}(?:\sthan)?{OR_EQUAL}|equal\sto\sor\s{GREATER}\sthan|at\sleast|(?:a\s)?minimum\sof|not\sbelow", ">="),
    (rf"{NOT}\s{LESS}\sthan", ">="),
    (rf"{LESS}(?:\sthan)?{OR_EQUAL}|equal\sto\sor\s{LESS}\sthan|up\sto|at\smost|(?:a\s)?maximum\sof|not\sabove", "<="),
    (rf"{NOT}\s{GREATER}\sthan|{NOT}\s(?:to\s)?exceed(?:s|ing)?", "<="),
    (rf"{GREATER}\sthan|above|exceed(?:s|ing)?|over", ">"),
    (rf"{LESS}\sthan|below|under", "<"),
)
AFTER: tuple[tuple[str, Operator], ...] = (
    (r",?\s?or\s(?:more|greater|higher|above|over)(?!\sthan)", ">="),
    (r",?\s?or\s(?:less|lower|fewer|below|under)(?!\sthan)", "<="),
)
COMPARATOR = tuple((re.compile(rf"(?:{p})", re.IGNORECASE), op) for p, op in SIGNS) + tuple(
    (re.compile(rf"(?:{p})\b", re.IGNORECASE), op) for p, op in WORDS
)
AFTERTHOUGHT = tuple((re.compile(rf"(?:{p})\b", re.IGNORECASE), op) for p, op in AFTER)
NUMBER = re.compile(
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d.,^])|\d+(?:\.\d+)?|\.\d+)(?![\d])(?!,\d)(?!\.\d)"
)
LIMIT = (
    r"(?:the\s)?(?:(?:institutional|laboratory|lab|local|institution's|site|age[- ]adjusted"
    r"|study\ssite|center's|reference)\s){0,2}"
    r"(?:(?:upper\s(?:(?:normal|threshold)\slimits?|limits?\s(?:of"
    r"|for)\s(?:the\s)?(?:(?:institutional|laboratory|local|reference)\s)?normal"
    r"(?:\s(?:range|values?|limits?))?))(?:\s?[\[(](?:ULNs?|UNL|ULT)[\])])?|(?:ULNs?|UNL"
    r"|ULT)\b(?:\s?[\[(]upper\s[a-z ]{5,30}[\])])?)"
)
FACTOR = r"(?:[x×*·]|-?\s?times?|-?\s?fold)"
MULTIPLE = re.compile(rf"\s?{FACTOR}?\s?(?:of\s|greater\sthan\s)?{LIMIT}", re.IGNORECASE)
REVERSED = re.compile(rf"{LIMIT}\s?(?:[x×*·]|times)\s?", re.IGNORECASE)
ALONE = re.compile(LIMIT, re.IGNORECASE)
NORMAL = re.compile(
    r"(?:(?:with)?in(?:\sthe)?|of)\s(?:(?:institutional|laboratory"
    r"|local)\s)?normal(?:\s(?:institutional|laboratory))?\s(?:limits?|range)\b|WNL\b",
    re.IGNORECASE,
)
SPACE = re.compile(r"\s{0,3}")


@dataclass(frozen=True, slots=True)
class Comparator:
    """An operator and where its words end."""

    operator: Operator
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, where it ends, and whether it counts upper limits of normal."""

    value: float
    end: int
    of_limit: bool = False


def skip(text: str, start: int) -> int:
    """Return where the space at a place ends."""
    found = SPACE.match(text, start)
    return found.end() if found else start


def parse_comparator(text: str, start: int) -> Comparator | None:
    """Return the comparator at a place; words and sign in a row (`at least (>=)`) are one if they agree.

    >>> [parse_comparator(words, 0).operator for words in ("=>", ">/=", "no less than", "not exceed", "=<", "below")]
    ['>=', '>=', '>=', '<=', '<=', '<']
    """
    first = _comparator(text, start)
    if first is None:
        return None
    again = skip(text, first.end)
    bracket = text[again : again + 1] == "("
    second = _comparator(text, again + bracket)
    if second is None or second.operator != first.operator:
        return None if second is not None else first
    closed = text[second.end : second.end + 1] == ")"
    return Comparator(first.operator, second.end + (bracket and closed)) if bracket == closed else first


def _comparator(text: str, start: int) -> Comparator | None:
    for pattern, operator in COMPARATOR:
        if found := pattern.match(text, start):
            return Comparator(operator, found.end())
    return None


def parse_afterthought(text: str, start: int) -> Comparator | None:
    """Return a comparator that follows its number: `100 U/L or more`."""
    for pattern, operator in AFTERTHOUGHT:
        if found := pattern.match(text, start):
            return Comparator(operator, found.end())
    return None


def parse_amount(text: str, start: int) -> Amount | None:
    """Return the number at a place, or the multiple of the upper limit of normal.

    >>> [parse_amount(t, 0).value for t in ("1.5 x ULN", "ULN x 2", "ULN", "100,000/uL", "3-fold ULN")]
    [1.5, 2.0, 1.0, 100000.0, 3.0]
    """
    if backwards := REVERSED.match(text, start):
        number = NUMBER.match(text, backwards.end())
        return Amount(_number(number), number.end(), of_limit=True) if number else None
    if alone := ALONE.match(text, start):
        return Amount(1.0, alone.end(), of_limit=True)
    number = NUMBER.match(text, start)
    if number is None:
        return None
    multiple = MULTIPLE.match(text, number.end())
    return Amount(_number(number), multiple.end() if multiple else number.end(), of_limit=multiple is not None)


def parse_normal(text: str, start: int) -> int | None:
    """Return where "within normal limits" at a place ends."""
    found = NORMAL.match(text, start)
    return found.end() if found else None


def _number(found: re.Match[str]) -> float:
    return float(re.sub("[, ]", "", found.group()))
