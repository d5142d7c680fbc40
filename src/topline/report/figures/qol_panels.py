"""The panels of a figure of several scales: where they stand, and their headers."""

from dataclasses import dataclass

from markupsafe import Markup

from topline.report.chinese import CHINESE
from topline.report.figures.svg import Box, text, tip, words
from topline.report.markup import element
from topline.report.qol_scales import Scale

WIDTH, COLUMNS = 860.0, 2
LEFT, RIGHT, HEAD = 62.0, 16.0, 46.0
LONGEST = 44


@dataclass(frozen=True, slots=True)
class Panels:
    """The panels of a figure: how high the plot of each is, and how much stands below and above it."""

    height: float
    below: float
    top: float = 30.0

    def box(self, place: int) -> Box:
        """Return the plot of a panel by its place, from left to right and from top to bottom."""
        width = WIDTH / COLUMNS
        x, y = width * (place % COLUMNS), self.top + (HEAD + self.height + self.below) * (place // COLUMNS)
        return Box(x + LEFT, y + HEAD, width - LEFT - RIGHT, self.height)

    def bottom(self, count: int) -> float:
        """Return the lower edge of so many panels."""
        return self.top + (HEAD + self.height + self.below) * -(-count // COLUMNS)


def panel_title(box: Box, scale: Scale, second: list[Markup]) -> list[Markup]:
    """Return the header of a panel: the name of the scale and, below it, a second line."""
    y = box.y - 28
    flag = [words(box.right, y, "direction unverified", class_="tick", text_anchor="end")] if scale.reason else []
    return [*_name(box.x, y, scale.label), *flag, *second]


def direction(box: Box, scale: Scale) -> list[Markup]:
    """Return the second line of a header that says which way the score runs."""
    return [words(box.x, box.y - 12, scale.direction, class_="tick")]


def _name(x: float, y: float, label: str) -> list[Markup]:
    """Return a name in both languages where it has two; one too long for the panel is cut and told in full."""
    if label in CHINESE:
        return [words(x, y, label, class_="label")]
    short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    return [element("g", text(x, y, short, class_="label"), tip(label))]
