"""Plain tables for the terminal, at most 100 columns wide."""

import textwrap
from collections.abc import Iterator, Sequence

WIDTH = 100


def table(rows: Sequence[Sequence[str]], *, left: int = 1, indent: int = 0) -> Iterator[str]:
    """Yield the lines of a table whose first row is its head; all but the first `left` columns are set right.

    >>> list(table([("design", "n"), ("simon", "35"), ("single", "33")]))
    ['design   n', 'simon   35', 'single  33']

    """
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    gap = "  " if indent + sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    for row in rows:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"{' ' * indent}{gap.join(cells)}".rstrip()


def paragraph(text: str, indent: int = 0) -> Iterator[str]:
    """Yield the lines of a text, folded."""
    margin = " " * indent
    yield from textwrap.wrap(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


def percent(value: float, digits: int = 1) -> str:
    """Return a share in percent.

    >>> percent(0.7338)
    '73.4%'

    """
    return f"{100 * value:.{digits}f}%"


def rate(value: float) -> str:
    """Return a rate as it was asked for, in percent.

    >>> rate(0.1), rate(0.125)
    ('10%', '12.5%')

    """
    return f"{100 * value:.6g}%"


def shortened(parts: Sequence[str], most: int = 4) -> str:
    """Return a list, in the middle shortened where it is long.

    >>> shortened(["10", "15", "20", "25", "30", "33"])
    '10, 15, .. 33'

    """
    return ", ".join(parts) if len(parts) <= most else f"{parts[0]}, {parts[1]}, .. {parts[-1]}"


def fact_lines(*facts: tuple[str, str]) -> Iterator[str]:
    """Yield names with their values, one a line.

    >>> list(fact_lines(("patients", "35")))
    ['  patients  35']

    """
    yield from table(facts, left=2, indent=2)
