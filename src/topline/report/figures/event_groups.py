"""Cumulative incidence of first adverse events of special interest: a small figure per group, side by side."""

import math

from markupsafe import Markup

from topline.report.figures.axes import Scale, bottom_axis, left_axis
from topline.report.figures.event_curve import FULL, Curve, curve, curves, drawn
from topline.report.figures.palette import GROUPS as STYLES
from topline.report.figures.svg import Box, Caption, Sheet, draw, group, line, text, words
from topline.report.markup import element, say
from topline.report.numbers import ALL
from topline.report.safety_events import GROUPS
from topline.report.view import View

NAME = "event-groups"
ACROSS = 3
CELL = Box(0, 0, 276, 190)
ANY, SEVERE = STYLES[0], STYLES[1]
LABELS = 7


def interest_groups(view: View) -> list[str]:
    """Return the groups of special interest of which a subject had an event, in their stored order."""
    prefix, suffix = "AECURVE.GROUP.", ".ALL"
    names = [
        first.analysis.removeprefix(prefix).removesuffix(suffix)
        for first in view.numbers.analyses("adverse events")
        if first.analysis.startswith(prefix) and first.analysis.endswith(suffix)
    ]
    return [name for name in names if (view.numbers.value(f"AEONSET.GROUP.{name}.ALL/{ALL}/n") or 0) > 0]


def event_groups(view: View) -> Markup | None:
    """Return the figures of all groups, or None where no subject had an event of special interest."""
    names = interest_groups(view)
    if not names:
        return None
    drawings = {name: _curves(view, name) for name in names}
    last = max([each.end for found in drawings.values() for each in found] + [1.0])
    shapes = _legend(view)
    top = 40.0
    for place, name in enumerate(names):
        row, column = divmod(place, ACROSS)
        corner = Box(CELL.width * column, top + CELL.height * row, CELL.width, CELL.height)
        shapes.append(_panel(view, name, drawings[name], (corner, last)))
    rows = -(-len(names) // ACROSS)
    width = CELL.width * min(ACROSS, max(2, len(names)))
    return draw(Sheet(width, top + CELL.height * rows + 6, _caption(), view.virtual), shapes)


def _curves(view: View, name: str) -> list[Curve]:
    """Return the curves of a group: any grade per arm; of a single arm any grade and grade 3 or higher."""
    if view.arms:
        return curves(view, f"GROUP.{name}.ALL")
    found = [curve(view, f"GROUP.{name}.{kind}", ALL, style) for kind, style in (("ALL", ANY), ("GRADE 3-5", SEVERE))]
    return [each for each in found if each is not None]


def _panel(view: View, name: str, found: list[Curve], place: tuple[Box, float]) -> Markup:
    """Return the small figure of a group: its name with n/N, axes, curves."""
    corner, last = place
    box = Box(corner.x + 52, corner.y + 28, corner.width - 66, corner.height - 74)
    across, up = Scale(0, last, box.x, box.right), Scale(0, FULL, box.bottom, box.y)
    months = _months(last)
    shapes = left_axis(box, up, [0, 50, 100], "Subjects (%)")
    shapes += bottom_axis(box, across, months, [f"{each:g}" for each in months], "Months")
    for each in found:
        shapes += drawn(view, each, (across, up), banded=False)
    ids = [f"AEONSET.GROUP.{name}.ALL/{ALL}/{part}" for part in ("n", "N")]
    title = _title(name, box.x, corner.y + 16)
    n, size = (element("tspan", view.numbers.text(each), data_result=each, class_="svg-num") for each in ids)
    count = text(box.right, corner.y + 16, Markup("{}/{}").format(n, size), class_="tick", text_anchor="end")
    return group(title, count, *shapes, class_="panel")


def _months(last: float) -> list[float]:
    """Return whole months from 0 to the end of the axis, at most seven of them."""
    width = next((each for each in (1, 2, 3, 6, 12, 24) if last / each < LABELS), 60)
    return [float(month) for month in range(0, math.floor(last) + 1, width)]


def _title(name: str, x: float, y: float) -> Markup:
    if name in GROUPS:
        return words(x, y, GROUPS[name], class_="label")
    return text(x, y, name if len(name) <= 26 else f"{name[:25]}\N{HORIZONTAL ELLIPSIS}", class_="label")


def _legend(view: View) -> list[Markup]:
    """Return what the lines are: arms, or grades where there is a single arm."""
    shapes: list[Markup] = []
    x = 52.0
    if not view.arms:
        for style, phrase in ((ANY, "Any grade"), (SEVERE, "Grade 3 or higher")):
            shapes.append(_key(x, style))
            shapes.append(words(x + 42, 22, phrase, class_="tick"))
            x += 130
    for place, name in enumerate(view.arms):
        shapes.append(_key(x, STYLES[place % len(STYLES)]))
        shapes.append(text(x + 42, 22, name[:40], class_="tick"))
        x += 62 + 6.6 * min(40, len(name))
    return shapes


def _key(x: float, style: tuple[str, str]) -> Markup:
    return line(x, 18, x + 34, 18, stroke=style[0], stroke_dasharray=style[1] or None, stroke_width="2.2", class_="key")


def _caption() -> Caption:
    return Caption(
        NAME,
        "AEG04",
        say("Cumulative incidence of the first adverse event of special interest, by group"),
        "Cumulative incidence of adverse events of special interest",
        "A small figure per group of special interest in which a subject had an event: share of subjects with the "
        "event over months from the first dose.",
        (
            say(
                "Aalen-Johansen estimate; death, and the end of the time after the last dose in which events count, "
                "are competing events. Groups without any event are left out. In the corner: subjects with the event "
                "of any grade, of all treated."
            ),
        ),
    )
