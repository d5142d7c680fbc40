"""The parts of a hand-made figure: escaped shapes at rounded places, axes, lines and steps, a legend."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

COLOURS, DASHES = ("#0b4f8a", "#b4460f", "#14683c", "#6f3a8f", "#555555"), ("", "8 4", "2 3", "10 3 2 3", "4 2")
STYLES = tuple(zip(COLOURS * 2, DASHES + DASHES[1:] + DASHES[:1], strict=True))
"""Colour and dash pattern of the designs in their order; the first five are those of the groups in the report."""
GOOD, BAD, OPEN = "#14683c", "#9c2b23", "#dfe5ea"
"""Success, stop without success, going on."""
INK, SOFT, PALE = "#1b2128", "#55606c", "#e4e8ec"
LETTER = 7.0
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis: the value `low` stands at the place `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, parts: int, least: float = 0.0) -> list[float]:
        """Return round values along the axis, at most so many steps, none below `least` (1 for whole numbers).

        >>> Axis(0, 35, 0, 1).ticks(8, least=1)
        [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0]

        """
        rough = max((self.high - self.low) / parts, least)
        power = 10.0 ** math.floor(math.log10(rough))
        width = next(step * power for step in STEPS if step * power >= rough * (1 - 1e-9))
        width = float(math.ceil(width)) if least >= 1 else width
        first, last = math.ceil(self.low / width - 1e-9), math.floor(self.high / width + 1e-9)
        return [round(place * width, 9) for place in range(first, last + 1)]


def place(value: float) -> str:
    """Return a coordinate with at most two digits after the point.

    >>> place(12.5), place(-0.001)
    ('12.5', '0')

    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def shape(kind: str, *children: str | Markup, **attributes: float | str) -> Markup:
    """Return an element with escaped children and attributes; `_` in a name is `-`.

    >>> shape("text", "<1", x=2.0, text_anchor="end")
    Markup('<text x="2" text-anchor="end">&lt;1</text>')

    """
    told = Markup("").join(
        Markup(' {}="{}"').format(
            name.rstrip("_").replace("_", "-"), place(value) if isinstance(value, float) else value
        )
        for name, value in attributes.items()
    )
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(kind), told, Markup("").join(map(escape, children)))


def label(point: Point, content: str, **attributes: float | str) -> Markup:
    """Return a text at a point; one in a colour stands on a white rim, so that lines do not cut it."""
    if "fill" in attributes:
        attributes |= {"stroke": "#ffffff", "stroke_width": "3", "paint_order": "stroke"}
    return shape("text", content, **({"x": float(point[0]), "y": float(point[1])} | attributes))


def rule(start: Point, end: Point, **attributes: float | str) -> Markup:
    """Return a straight line."""
    ends: dict[str, float | str] = dict(zip(("x1", "y1", "x2", "y2"), map(float, (*start, *end)), strict=True))
    return shape("line", **(ends | {"stroke": INK} | attributes))


def curve(points: Iterable[Point], style: tuple[str, str], *, steps: bool = False) -> Markup:
    """Return a line through points, or steps that rise at them."""
    told = [(place(x), place(y)) for x, y in points]
    commands = f"M{told[0][0]} {told[0][1]}" + "".join(f"H{x}V{y}" if steps else f"L{x} {y}" for x, y in told[1:])
    dash = {"stroke_dasharray": style[1]} if style[1] else {}
    return shape("path", d=commands, stroke=style[0], fill="none", stroke_width="2", **dash)


def bottom(axis: Axis, y: float, values: Sequence[float], name: str, percent: bool = False) -> list[Markup]:
    """Return the horizontal axis at a height, with ticks and a name."""
    shapes = [rule((axis.start, y), (axis.end, y))]
    for value in values:
        x = axis.at(value)
        told = f"{100 * value:.4g}%" if percent else f"{value:g}"
        shapes += [rule((x, y), (x, y + 5)), label((x, y + 18), told, class_="tick", text_anchor="middle")]
    return [*shapes, label(((axis.start + axis.end) / 2, y + 37), name, class_="name", text_anchor="middle")]


def left(
    axis: Axis, across: tuple[float, float], values: Sequence[float], name: str, percent: bool = False
) -> list[Markup]:
    """Return the vertical axis with pale lines across, ticks (a minus is one) and a name."""
    start, end = across
    shapes = []
    for value in values:
        y = axis.at(value)
        told = (f"{100 * value:.4g}%" if percent else f"{value:g}").replace("-", "\N{MINUS SIGN}")
        shapes.append(rule((start, y), (end, y), stroke=PALE))
        shapes.append(label((start - 8, y + 4), told, class_="tick", text_anchor="end"))
    middle = (axis.start + axis.end) / 2
    turn = f"rotate(-90 {place(start - 46)} {place(middle)})"
    name_ = label((start - 46, middle), name, class_="name", text_anchor="middle", transform=turn)
    return [*shapes, rule((start, axis.start), (start, axis.end)), name_]


def legend(names: Sequence[str], origin: Point, width: float) -> tuple[list[Markup], float]:
    """Return the names beside their lines, in as many rows as they need, and the height of these."""
    shapes: list[Markup] = []
    x, y = origin
    for number, name in enumerate(names):
        colour, dash = STYLES[number % len(STYLES)]
        wide = 44 + LETTER * len(name) + 22
        if x > origin[0] and x + wide > origin[0] + width:
            x, y = origin[0], y + 20
        dashes = {"stroke_dasharray": dash} if dash else {}
        shapes.append(rule((x, y - 4), (x + 32, y - 4), stroke=colour, stroke_width="2.4", **dashes))
        shapes.append(label((x + 40, y), name, class_="tick"))
        x += wide
    return shapes, y - origin[1] + 20


def picture(size: Point, title: str, description: str, shapes: Iterable[Markup]) -> Markup:
    """Return the figure as one SVG element that says what it shows."""
    width, height = map(place, size)
    told = [shape("title", title), shape("desc", description), *shapes]
    return Markup('<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" xmlns="http://www.w3.org/2000/svg" '
                  'font-family="system-ui, sans-serif" font-size="13">{2}</svg>').format(
        width, height, Markup("").join(told)
    )  # fmt: skip
