"""Colours, patterns and marks: groups and responses are told apart without colour too."""

from dataclasses import dataclass

from markupsafe import Markup

from topline.report.figures.svg import at, element, path, rectangle, Box, text

GROUPS = (("#0b4f8a", ""), ("#b4460f", "8 4"), ("#14683c", "2 3"), ("#6f3a8f", "10 3 2 3"), ("#555555", "4 2"))
"""Line colour and dash pattern of the groups, in their order."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a best overall response is drawn: fill, the lines of its pattern, the shape of its mark."""

    fill: str
    pattern: str
    mark: str


LOOKS: dict[str, Look] = {
    "CR": Look("#0f6b4f", "", "star"),
    "PR": Look("#2f7fb8", "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "circle"),
    "SD": Look("#e3b23c", "M0,3 h6", "square"),
    "NON-CR/NON-PD": Look("#9a86b8", "M3,0 v6", "diamond"),
    "PD": Look("#b5382f", "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2", "triangle"),
    "NE": Look("#b9bec4", "M1.5,1.5 h1 M4.5,4.5 h1", "plus"),
    "MISSING": Look("#ffffff", "", "plus"),
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
                "pattern", ground, lines if style.pattern else "", id=pattern_name(figure, response),
                width="6", height="6", patternUnits="userSpaceOnUse",
            )
        )  # fmt: skip
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
        "star": f"M{at(x)} {top}L{at(x + s / 2.6)} {at(y - s / 4)}L{right} {at(y - s / 5)}L{at(x + s / 2)} {at(y + s / 4)}"
        f"L{at(x + s * 0.65)} {bottom}L{at(x)} {at(y + s / 2)}L{at(x - s * 0.65)} {bottom}L{at(x - s / 2)} {at(y + s / 4)}"
        f"L{left} {at(y - s / 5)}L{at(x - s / 2.6)} {at(y - s / 4)}Z",
    }
    return shapes[shape]


def legend(figure: str, present: list[str], x: float, y: float) -> list[Markup]:
    """Return the legend of the responses that a figure shows, from left to right."""
    shapes: list[Markup] = []
    for response in (each for each in LOOKS if each in present):
        shapes.append(rectangle(Box(x, y - 10, 14, 12), fill=fill(figure, response), class_="bar"))
        shapes.append(text(x + 19, y, response, class_="tick"))
        x += 34 + 7.5 * len(response)
    return shapes
