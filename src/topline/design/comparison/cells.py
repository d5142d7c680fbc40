"""The tables of the page: rows of text, and numbers that no rounding brings onto the other side of a bound."""

from dataclasses import dataclass

MOST_DIGITS = 9
SAME = 1e-13
"""A sum of probabilities that differs from 0 or 1 by less is 0 or 1."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its header, its cells, the place of its design on the page if it is one's."""

    name: str
    cells: tuple[str, ...]
    design: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, what is to be known of it, the headers, the rows.

    Attributes:
        caption: what it holds.
        note: how to read it; empty for none.
        head: headers of the columns, that of the first column first.
        rows: the rows, each with a cell for every header but the first.
        designs: whether the columns are the designs of the page.

    """

    caption: str
    note: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    designs: bool = False


def letter(place: int) -> str:
    """Return the letter by which a design is known on the page.

    >>> letter(0), letter(9)
    ('A', 'J')

    """
    return chr(ord("A") + place)


def percent(value: float) -> str:
    """Return a rate that somebody chose, with the digits that it has.

    >>> percent(0.1), percent(0.125)
    ('10%', '12.5%')

    """
    return f"{100 * value:.6g}%"


def probability(value: float) -> str:
    """Return a probability with four digits; one that is neither 0 nor 1 is never shown as either.

    >>> [probability(value) for value in (0.0, 0.00001, 0.73384, 0.99999, 1.0)]
    ['0', '<0.0001', '0.7338', '>0.9999', '1']

    """
    if min(value, 1.0 - value) < SAME:
        return "0" if value < 0.5 else "1"
    told = f"{value:.4f}"
    return {"0.0000": "<0.0001", "1.0000": ">0.9999"}.get(told, told)


def beside(value: float, bound: float, digits: int = 4) -> str:
    """Return a probability with so many digits, or with more where rounding would make it its bound.

    >>> beside(0.047436, 0.05), beside(0.0499961, 0.05)
    ('0.0474', '0.049996')

    """
    for count in range(digits, MOST_DIGITS + 1):
        told = f"{value:.{count}f}"
        if float(told) != bound:
            break
    return told if value != bound else f"{value:.{digits}f}"


def percent_beside(value: float, bound: float) -> str:
    """Return a probability in percent with two digits, or with more where rounding would make it its bound.

    >>> percent_beside(0.0474, 0.05), percent_beside(0.0499961, 0.05)
    ('4.74%', '4.9996%')

    """
    return f"{beside(100 * value, round(100 * bound, 9), digits=2)}%"


def listed(parts: tuple[str, ...], most: int) -> str:
    """Return a list, in the middle shortened where it is long.

    >>> listed(("10", "15", "20", "25"), 3)
    '10, 15, … 25'

    """
    return ", ".join(parts) if len(parts) <= most else f"{parts[0]}, {parts[1]}, … {parts[-1]}"
