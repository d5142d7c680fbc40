"""Axes: how values become places in a figure, where the ticks stand, and how they are drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from topline.report.figures.svg import Box, line, text, words

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale: the value `low` stands at the place `start`, the value `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Return the place of a value.

        >>> Scale(0, 10, 100, 200).place(2.5)
        125.0
        """
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def step(span: float, parts: int) -> float:
    """Return a round step that divides a span into at most so many parts.

    >>> step(9.2, 10), step(34, 6), step(100, 5)
    (1.0, 10.0, 20.0)
    """
    rough = max(span, 1e-9) / parts
    power = 10.0 ** math.floor(math.log10(rough))
    return next(each * power for each in STEPS if each * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, parts: int) -> list[float]:
    """Return the round values from `low` to `high`.

    >>> ticks(0, 9.2, 5)
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    width = step(high - low, parts)
    first = math.ceil(low / width - 1e-9)
    return [round(place * width, 9) for place in range(first, math.floor(high / width + 1e-9) + 1)]


def rounded_up(value: float, width: float) -> float:
    """Return the least multiple of a width that is not below a value.

    >>> rounded_up(70.7, 25), rounded_up(50, 25)
    (75, 50)
    """
    return math.ceil(value / width - 1e-9) * width


def bottom_axis(box: Box, scale: Scale, values: Sequence[float], labels: Sequence[str], phrase: str) -> list[Markup]:
    """Return the horizontal axis with its ticks and its name."""
    shapes = [line(box.x, box.bottom, box.right, box.bottom, class_="axis")]
    for value, label in zip(values, labels, strict=True):
        x = scale.place(value)
        shapes.append(line(x, box.bottom, x, box.bottom + 5, class_="axis"))
        shapes.append(text(x, box.bottom + 18, label, class_="tick", text_anchor="middle"))
    middle = box.x + box.width / 2
    return [*shapes, words(middle, box.bottom + 36, phrase, class_="label", text_anchor="middle")]


def left_axis(box: Box, scale: Scale, values: Sequence[float], phrase: str) -> list[Markup]:
    """Return the vertical axis with its ticks, a pale line across the figure at each, and its name."""
    shapes = []
    for value in values:
        y = scale.place(value)
        shapes.append(line(box.x, y, box.right, y, class_="across-line"))
        shapes.append(
            text(box.x - 8, y + 4, f"{value:g}".replace("-", "\N{MINUS SIGN}"), class_="tick", text_anchor="end")
        )
    shapes.append(line(box.x, box.y, box.x, box.bottom, class_="axis"))
    x, y = box.x - 44, box.y + box.height / 2
    turn = f"rotate(-90 {x:g} {y:g})"
    return [*shapes, words(x, y, phrase, class_="label", text_anchor="middle", transform=turn)]


def month_ticks(days: float, month: float) -> tuple[list[float], list[str]]:
    """Return ticks at whole months over a span of days: their places [days] and their labels [months].

    >>> month_ticks(150, 30.4375)
    ([0.0, 30.4375, 60.875, 91.3125, 121.75], ['0', '1', '2', '3', '4'])
    """
    last = days / month
    width = next((each for each in (1, 2, 3, 6, 12, 24) if last / each <= 12), 60)
    months = range(0, math.floor(last + 1e-9) + 1, width)
    return [each * month for each in months], [str(each) for each in months]
