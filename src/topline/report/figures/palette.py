"""Colours, patterns and marks: groups and responses are told apart without colour too."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from topline.report.figures.svg import Box, at, path, rectangle, text
from topline.report.markup import element

GROUPS = (("#0b4f8a", ""), ("#b4460f", "8 4"), ("#14683c", "2 3"), ("#6f3a8f", "10 3 2 3"), ("#555555", "4 2"))
"""Line colour and dash pattern of the groups, in their order."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a best overall response is drawn: fill, lines of its pattern, shape of its mark, colour of its course."""

    fill: str
    pattern: str
    mark: str
    stroke: str


LOOKS: dict[str, Look] = {
    "CR": Look("#0f6b4f", "", "star", "#0f6b4f"),
    "PR": Look("#2f7fb8", "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "circle", "#2470a6"),
    "SD": Look("#e3b23c", "M0,3 h6", "square", "#a87500"),
    "NON-CR/NON-PD": Look("#9a86b8", "M3,0 v6", "diamond", "#6f5a92"),
    "PD": Look("#b5382f", "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2", "triangle", "#b5382f"),
    "NE": Look("#b9bec4", "M1.5,1.5 h1 M4.5,4.5 h1", "plus", "#6d757d"),
    "MISSING": Look("#ffffff", "", "plus", "#6d757d"),
}


def look(response: str | None) -> Look:
    """Return how a response is drawn; an unknown one is drawn as not evaluable."""
    return LOOKS.get(response or "", LOOKS["NE"])


def pattern_name(figure: str, response: str) -> str:
    """Return the identifier of a response's pattern within a figure."""
    return f"{figure}-{''.join(letter for letter in response if letter.isalnum())}"


def patterns(figure: str) -> Markup:
    """Return the patterns of all responses, for a figure to fill its bars with."""
    parts = []
    for response, style in LOOKS.items():
        lines = path(style.pattern, stroke="#ffffff", stroke_width="1.1", stroke_opacity="0.75", fill="none")
        ground = element("rect", width="6", height="6", fill=style.fill)
        parts.append(
            element(
                "pattern",
                ground,
                lines if style.pattern else "",
                id=pattern_name(figure, response),
                width="6",
                height="6",
                patternUnits="userSpaceOnUse",
            )
        )
    return element("defs", *parts)


def fill(figure: str, response: str | None) -> str:
    """Return the fill of a response's bar."""
    return f"url(#{pattern_name(figure, response if response in LOOKS else 'NE')})"


def mark(shape: str, x: float, y: float, size: float) -> str:
    """Return the path of a mark around a point.

    >>> mark("square", 10, 10, 2)
    'M8 8H12V12H8Z'
    """
    s = size
    left, right, top, bottom = at(x - s), at(x + s), at(y - s), at(y + s)
    shapes = {
        "circle": f"M{left} {at(y)}A{at(s)} {at(s)} 0 1 0 {right} {at(y)}A{at(s)} {at(s)} 0 1 0 {left} {at(y)}Z",
        "square": f"M{left} {top}H{right}V{bottom}H{left}Z",
        "triangle": f"M{at(x)} {top}L{right} {bottom}H{left}Z",
        "diamond": f"M{at(x)} {top}L{right} {at(y)}L{at(x)} {bottom}L{left} {at(y)}Z",
        "plus": f"M{left} {at(y)}H{right}M{at(x)} {top}V{bottom}",
        "cross": f"M{left} {top}L{right} {bottom}M{left} {bottom}L{right} {top}",
        "star": _star(x, y, s),
    }
    return shapes[shape]


def _star(x: float, y: float, size: float) -> str:
    """Return the path of a star: its points lie on a circle, the notches between them on a smaller one."""
    corners = []
    for place in range(10):
        radius = size * (1.15 if place % 2 == 0 else 0.5)
        turn = math.pi * (place / 5 - 0.5)
        corners.append(f"{at(x + radius * math.cos(turn))} {at(y + radius * math.sin(turn))}")
    return "M" + "L".join(corners) + "Z"


def legend(figure: str, present: Iterable[str], x: float, y: float) -> list[Markup]:
    """Return the legend of the responses that a figure shows as fills, from left to right."""
    shapes: list[Markup] = []
    for response in _in_order(present):
        shapes.append(rectangle(Box(x, y - 10, 14, 12), fill=fill(figure, response), class_="bar"))
        shapes.append(text(x + 19, y, response, class_="tick"))
        x += 36 + 7.5 * len(response)
    return shapes


def mark_legend(present: Iterable[str], x: float, y: float) -> list[Markup]:
    """Return the legend of the responses that a figure shows as marks, from left to right."""
    shapes: list[Markup] = []
    for response in _in_order(present):
        style = look(response)
        shapes.append(path(mark(style.mark, x + 6, y - 4, 4.8), fill=style.stroke, stroke=style.stroke))
        shapes.append(text(x + 16, y, response, class_="tick"))
        x += 34 + 7.5 * len(response)
    return shapes


def _in_order(present: Iterable[str]) -> list[str]:
    found = set(present)
    return [each for each in LOOKS if each in found]
