"""The plot of Hy's law (eDISH): largest transaminase against largest bilirubin of each subject, in multiples of ULN.

The plot is that of Watkins PB et al. 2011, Drug Saf 34:243-252, doi:10.2165/11586600-000000000-00000.
"""

import math
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from topline.report.figures.axes import Scale
from topline.report.figures.palette import GROUPS, mark
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, text, tip, words
from topline.report.markup import element, say
from topline.report.numbers import ALL
from topline.report.rounding import rounded
from topline.report.view import View

NAME = "hys-law"
TRANSAMINASE, BILIRUBIN = 3.0, 2.0
"""Where the quadrants meet [x ULN]."""
LIMITS = (TRANSAMINASE, BILIRUBIN)
LEAST = 0.1
"""The lower end of both axes [x ULN]; a smaller value is drawn there."""
TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
SHAPES = ("circle", "square", "triangle", "diamond")
QUADRANTS = {
    "HYS.HYQUAD.CHOLESTASIS": ("Cholestasis", 0, 0),
    "HYS.HYQUAD.HY": ("Potential Hy's law", 1, 0),
    "HYS.HYQUAD.NORMAL": ("Normal or near normal", 0, 1),
    "HYS.HYQUAD.TEMPLE": ("Temple's corollary", 1, 1),
}
"""The quadrants by the analysis that counts them: name, and whether they lie on the right and at the bottom."""
SPELLED = {
    "NORMAL OR NEAR NORMAL": "normal or near normal",
    "CHOLESTASIS": "cholestasis",
    "TEMPLE'S COROLLARY": "Temple's corollary",
    "POTENTIAL HY'S LAW": "potential Hy's law",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A subject: the rows of both largest values, the quadrant, whether Hy's law holds, and the short name."""

    transaminase: dict[str, Any]
    bilirubin: dict[str, Any]
    quadrant: str
    law: bool
    name: str

    @property
    def subject(self) -> str:
        """The subject."""
        return str(self.transaminase["USUBJID"])

    @property
    def raised(self) -> bool:
        """Whether the subject is to be named: in the upper right quadrant, or by Hy's law."""
        return self.law or self.quadrant == "POTENTIAL HY'S LAW"


@dataclass(frozen=True, slots=True)
class Plot:
    """The axes of the plot: the box, and the scales of the decimal logarithms across and up."""

    box: Box
    across: Scale
    up: Scale

    def place(self, transaminase: float, bilirubin: float) -> tuple[float, float]:
        """Return the place of two values; one below the lower end lies on it."""
        x, y = (math.log10(max(value, LEAST)) for value in (transaminase, bilirubin))
        return self.across.place(x), self.up.place(y)


def points(view: View) -> list[Point]:
    """Return the subjects with both maxima, of the analysis set in which the quadrants are counted, by subject."""
    first = view.numbers.rows("HYS.HYQUAD.NORMAL")[:1]
    flags = [each.flag for each in view.protocol.analysis_sets if first and each.id == first[0].population]
    own = [pl.col(flag) == "Y" for flag in flags]
    found: dict[str, dict[str, dict[str, Any]]] = {}
    wanted = pl.col("PARAMCD").is_in(["TRANSMAX", "BILIMAX", "HYQUAD", "HYSLAW"])
    for row in view.rows.select("ADLB", wanted, *own):
        found.setdefault(row["USUBJID"], {})[row["PARAMCD"]] = row
    names = {row["USUBJID"]: str(row.get("SUBJID") or row["USUBJID"]) for row in view.rows.select("ADSL")}
    both = {who: rows for who, rows in sorted(found.items()) if {"TRANSMAX", "BILIMAX"} <= set(rows)}
    return [_point(rows, names.get(who, who)) for who, rows in both.items()]


def _point(rows: dict[str, dict[str, Any]], name: str) -> Point:
    quadrant, law = (str(rows.get(name, {}).get("AVALC") or "") for name in ("HYQUAD", "HYSLAW"))
    return Point(rows["TRANSMAX"], rows["BILIMAX"], quadrant, law == "Y", name)


def hys_law(view: View) -> Markup | None:
    """Return the figure, or None where no subject has both a transaminase and a bilirubin on treatment."""
    found = points(view)
    if not found:
        return None
    plot = _plot(found, 44.0 if view.arms else 24.0)
    shapes = [*_axes(plot), *_quadrants(view, plot), *_legend(view, plot.box)]
    shapes += [_mark(view, point, plot) for point in sorted(found, key=lambda point: point.raised)]
    return draw(Sheet(plot.box.right + 30, plot.box.bottom + 50, _caption(), view.virtual), shapes)


def _plot(found: list[Point], top: float) -> Plot:
    """Return the axes: from 0.1 to 10 x ULN, or to the first tick above the largest value."""
    box = Box(74, top, 640, 400)
    ends = [
        math.log10(max(10.0, next((each for each in TICKS if each > largest), largest * 1.1)))
        for largest in (
            max(point.transaminase["AVAL"] for point in found),
            max(point.bilirubin["AVAL"] for point in found),
        )
    ]
    low = math.log10(LEAST)
    return Plot(box, Scale(low, ends[0], box.x, box.right), Scale(low, ends[1], box.bottom, box.y))


def _axes(plot: Plot) -> list[Markup]:
    """Return both axes with a pale line at each tick, and the lines at 3 and 2 x ULN with their values."""
    box = plot.box
    shapes: list[Markup] = []
    for tick in TICKS:
        x, y = plot.place(tick, tick)
        if x <= box.right + 0.01:
            shapes.append(line(x, box.y, x, box.bottom, class_="across-line"))
            shapes.append(text(x, box.bottom + 18, f"{tick:g}", class_="tick", text_anchor="middle"))
        if y >= box.y - 0.01:
            shapes.append(line(box.x, y, box.right, y, class_="across-line"))
            shapes.append(text(box.x - 8, y + 4, f"{tick:g}", class_="tick", text_anchor="end"))
    x, y = plot.place(TRANSAMINASE, BILIRUBIN)
    shapes += [line(x, box.y, x, box.bottom, class_="reference"), line(box.x, y, box.right, y, class_="reference")]
    shapes.append(text(x, box.bottom + 18, f"{TRANSAMINASE:g}", class_="label", text_anchor="middle"))
    shapes.append(text(box.right + 4, y + 4, f"{BILIRUBIN:g}", class_="label"))
    shapes.append(line(box.x, box.y, box.x, box.bottom, class_="axis"))
    shapes.append(line(box.x, box.bottom, box.right, box.bottom, class_="axis"))
    middle, left = box.y + box.height / 2, box.x - 46
    turn = f"rotate(-90 {at(left)} {at(middle)})"
    across, up = "Largest ALT or AST on treatment (× ULN)", "Largest bilirubin on treatment (× ULN)"
    shapes.append(words(box.x + box.width / 2, box.bottom + 40, across, class_="label", text_anchor="middle"))
    return [*shapes, words(left, middle, up, class_="label", text_anchor="middle", transform=turn)]


def _quadrants(view: View, plot: Plot) -> list[Markup]:
    """Return the names of the quadrants in their outer corners, each with its number of subjects."""
    shapes: list[Markup] = []
    for analysis, (name, right, bottom) in QUADRANTS.items():
        x = plot.box.right - 8 if right else plot.box.x + 10
        y = plot.box.bottom - 26 if bottom else plot.box.y + 18
        anchor = "end" if right else "start"
        shapes.append(words(x, y, name, class_="label", text_anchor=anchor))
        identifier = f"{analysis}/{ALL}/n"
        if view.numbers.get(identifier) is not None:
            count = element("tspan", view.numbers.text(identifier), data_result=identifier, class_="svg-num")
            shapes.append(text(x, y + 16, Markup("n = {}").format(count), class_="tick", text_anchor=anchor))
    return shapes


def _style(view: View, arm: str | None) -> tuple[str, str]:
    """Return colour and shape of the marks of an arm."""
    place = view.arms.index(arm) if arm in view.arms else 0
    return GROUPS[place % len(GROUPS)][0], SHAPES[place % len(SHAPES)]


def _mark(view: View, point: Point, plot: Plot) -> Markup:
    """Return the mark of a subject; by Hy's law it has a ring, in the upper right quadrant a name."""
    x, y = plot.place(point.transaminase["AVAL"], point.bilirubin["AVAL"])
    colour, shape = _style(view, point.transaminase.get("TRT01A"))
    values = [rounded(row["AVAL"], 2, LIMITS) for row in (point.transaminase, point.bilirubin)]
    told = f"{point.subject}: ALT or AST {values[0]} × ULN, bilirubin {values[1]} × ULN"
    told += f"; {SPELLED.get(point.quadrant, 'no quadrant')}" + ("; Hy's law" if point.law else "")
    shapes = [tip(told), path(mark(shape, x, y, 4.6), fill=colour, fill_opacity="0.7", class_="point")]
    if point.law:
        shapes.append(element("circle", cx=at(x), cy=at(y), r="9", fill="none", stroke="#1b2128", stroke_width="1.6"))
    if point.raised:
        near = x > plot.box.right - 120
        anchor = "end" if near else "start"
        shapes.append(text(x - 12 if near else x + 12, y + 4, point.name[-18:], class_="tick", text_anchor=anchor))
    return group(*shapes, data_row=view.rows.address("ADLB", point.transaminase), class_="hit-group")


def _legend(view: View, box: Box) -> list[Markup]:
    shapes: list[Markup] = []
    x = box.x
    for arm in view.arms:
        colour, shape = _style(view, arm)
        shapes.append(path(mark(shape, x + 6, 18, 4.6), fill=colour, class_="point"))
        shapes.append(text(x + 16, 22, arm, class_="tick"))
        x += 34 + 6.6 * len(arm)
    return shapes


def _caption() -> Caption:
    notes = (
        say(
            "One mark per subject with both values on treatment, in multiples of the upper limit of normal (ULN); both "
            "axes are logarithmic. Lines: 3 × ULN and 2 × ULN. The two values need not be of the same day."
        ),
        say(
            "A ring: Hy's law, bilirubin within 30 days after ALT or AST. Values below 0.1 × ULN are drawn at the "
            "edge; each mark names its values and opens the row of ALT or AST."
        ),
    )
    return Caption(
        NAME,
        "HYG01",
        say("Largest ALT or AST against largest bilirubin of each subject"),
        "Plot of Hy's law (eDISH)",
        "One mark per subject on two logarithmic axes: largest ALT or AST across and largest bilirubin upwards, both "
        "in multiples of the upper limit of normal, with lines at 3 and 2 that part four quadrants.",
        notes,
    )
