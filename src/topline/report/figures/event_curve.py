"""Cumulative incidence of first adverse events (Aalen-Johansen): of grade 3 or higher, and by group of interest."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from topline.report.chinese import CHINESE
from topline.report.figures.axes import Scale, bottom_axis, left_axis
from topline.report.figures.palette import GROUPS
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, line, path, text, tip, words
from topline.report.markup import Text, element, say
from topline.report.numbers import ALL, Result
from topline.report.view import View

SEVERE = "GRADE 3-5"
WIDTH, PLOT, ROW = 820.0, 280.0, 20.0
FULL = 100.0
APART = 30.0
"""The least distance of two ticks with numbers at risk, in units of the figure."""
LONGEST = 24


@dataclass(frozen=True, slots=True)
class Curve:
    """The stored rows of a curve by month: incidence with limits, and the competing events."""

    group: str
    style: tuple[str, str]
    steps: dict[float, Result]
    lower: dict[float, Result]
    upper: dict[float, Result]
    competing: dict[float, Result]

    @property
    def end(self) -> float:
        """The last month at which something happened."""
        return max([*self.steps, *self.competing], default=0.0)


def curve(view: View, what: str, group: str, style: tuple[str, str]) -> Curve | None:
    """Return the curve of a kind of adverse events in a group, or None where there is none."""
    parts: dict[str, dict[float, Result]] = {}
    for row in view.numbers.rows(f"AECURVE.{what}", group):
        if row.known:
            parts.setdefault(row.statistic, {})[row.at or 0.0] = row
    names = ("incidence", "incidence lower", "incidence upper", "competing incidence")
    steps, lower, upper, competing = (parts.get(name, {}) for name in names)
    return Curve(group, style, steps, lower, upper, competing) if steps else None


def curves(view: View, what: str) -> list[Curve]:
    """Return the curves of the arms, or of all subjects where there is a single arm."""
    named = [curve(view, what, name, GROUPS[place % len(GROUPS)]) for place, name in enumerate(view.arms or (ALL,))]
    return [each for each in named if each is not None]


def event_curve(view: View, what: str = SEVERE) -> Markup | None:
    """Return the cumulative incidence of the first event of a kind with the numbers at risk, or None without one."""
    found = curves(view, what)
    if not any(len(each.steps) > 1 for each in found):
        return None
    legend = ROW * (len(found) + 1 if view.arms else 2)
    left = max(78.0, 44 + 6.7 * max(len(_short(each.group)) for each in found)) if view.arms else 78.0
    box = Box(left, 34 + legend, WIDTH - left - 30, PLOT)
    across = Scale(0, max(1.0, *(each.end for each in found)), box.x, box.right)
    up = Scale(0, FULL, box.bottom, box.y)
    months = _months(view, what, across)
    shapes = left_axis(box, up, [0, 25, 50, 75, 100], "Subjects with the event (%)")
    shapes += bottom_axis(box, across, months, [f"{each:g}" for each in months], "Months")
    for each in found:
        shapes += drawn(view, each, (across, up), banded=True)
    shapes += _legend(view, found, box)
    table, height = _at_risk(view, what, (across, months), box.bottom + 62)
    return draw(Sheet(WIDTH, height + 12, _caption(view, what), view.virtual), [*shapes, *table])


def drawn(view: View, each: Curve, scales: tuple[Scale, Scale], *, banded: bool) -> list[Markup]:
    """Return the shapes of a curve: band, line, competing events as a thin line, and the places that name a step."""
    across, up = scales
    colour, dash = each.style
    shapes = []
    if banded:
        shapes.append(path(_band(each, across, up), fill=colour, class_="band"))
        shapes.append(path(stairs(each.competing, each.end, scales), stroke=colour, stroke_width="1",
                           stroke_dasharray="1 3", fill="none", class_="competing"))  # fmt: skip
    shapes.append(path(stairs(each.steps, each.end, scales), stroke=colour, stroke_dasharray=dash or None,
                       class_="curve"))  # fmt: skip
    return shapes + [_point(view, each, row, scales) for row in each.steps.values()]


def stairs(rows: dict[float, Result], end: float, scales: tuple[Scale, Scale]) -> str:
    """Return the path of rising steps from 0 to the end of the curve."""
    across, up = scales
    commands = f"M{at(across.place(0))} {at(up.place(0))}"
    for month, row in sorted(rows.items()):
        commands += f"H{at(across.place(month))}V{at(up.place(row.value or 0.0))}"
    return f"{commands}H{at(across.place(end))}"


def _band(each: Curve, across: Scale, up: Scale) -> str:
    """Return the outline of the band between the limits, from the first event on."""
    known = [month for month in sorted(each.steps) if month in each.lower and month in each.upper]
    if not known:
        return ""
    above = f"M{at(across.place(known[0]))} {at(up.place(0))}"
    for month in known:
        above += f"H{at(across.place(month))}V{at(up.place(each.upper[month].value or 0.0))}"
    back = [f"V{at(up.place(each.lower[month].value or 0.0))}H{at(across.place(month))}" for month in reversed(known)]
    return f"{above}H{at(across.place(each.end))}{''.join(back)}Z"


def _point(view: View, each: Curve, row: Result, scales: tuple[Scale, Scale]) -> Markup:
    """Return the place of a step that names its value and opens its trace; it is not seen."""
    month = row.at or 0.0
    told = f"{month:.2f} months: {view.numbers.text(row.resultid)}%"
    if month in each.lower and month in each.upper:
        limits = (view.numbers.text(limit[month].resultid) for limit in (each.lower, each.upper))
        told += " ({}, {})".format(*limits)
    if month in each.competing:
        told += f"; competing {view.numbers.text(each.competing[month].resultid)}%"
    x, y = at(scales[0].place(month)), at(scales[1].place(row.value or 0.0))
    return element("circle", tip(told), cx=x, cy=y, r="4", class_="hit", data_result=row.resultid)


def _months(view: View, what: str, across: Scale) -> list[float]:
    """Return the months with numbers at risk, and 0, as far as they are on the axis and stand apart."""
    rows = [row for row in view.numbers.rows(f"AEONSET.{what}") if row.statistic == "at risk"]
    kept = [0.0]
    for month in sorted(row.at or 0.0 for row in rows):
        if month <= across.high and across.place(month) - across.place(kept[-1]) >= APART:
            kept.append(month)
    later = [month for month in (18.0, 24.0, 36.0, 48.0, 60.0) if kept[-1] < month <= across.high]
    return [*kept, *later]


def _at_risk(view: View, what: str, axis: tuple[Scale, list[float]], y: float) -> tuple[list[Markup], float]:
    """Return the numbers at risk below the ticks, a line per group, and the place below the last one."""
    across, months = axis
    shapes = [words(8, y if view.arms else y + ROW, "At risk", class_="label")]
    for place, name in enumerate(view.arms or (ALL,)):
        y += ROW
        if view.arms:
            colour = GROUPS[place % len(GROUPS)][0]
            shapes.append(element("text", _short(name), tip(name), x="8", y=at(y), class_="tick", fill=colour))
        ids = {row.at: row.resultid for row in view.numbers.rows(f"AEONSET.{what}", name) if row.statistic == "at risk"}
        ids |= {0.0: f"AEONSET.{what}/{name}/N"}
        shapes += [
            text(across.place(month), y, view.numbers.text(ids[month]), class_="risk svg-num", text_anchor="middle",
                 data_result=ids[month], tabindex="0", role="button")
            for month in months
            if month in ids and view.numbers.get(ids[month]) is not None
        ]  # fmt: skip
    return shapes, y


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _legend(view: View, found: Iterable[Curve], box: Box) -> list[Markup]:
    """Return what the lines are: the event, or a line per arm, and the competing events."""
    y = 26.0
    shapes: list[Markup] = []
    for each in found:
        colour, dash = each.style
        shapes.append(line(box.x, y - 4, box.x + 34, y - 4, stroke=colour, stroke_dasharray=dash or None,
                           class_="key", stroke_width="2.2"))  # fmt: skip
        name = text(box.x + 42, y, each.group, class_="tick")
        shapes.append(name if view.arms else words(box.x + 42, y, "First event", class_="tick"))
        y += ROW
    shapes.append(line(box.x, y - 4, box.x + 34, y - 4, stroke="#59636e", stroke_dasharray="1 3", class_="key"))
    return [*shapes, words(box.x + 42, y, "Competing: death, or the end of the time in which events count",
                           class_="tick")]  # fmt: skip


def _caption(view: View, what: str) -> Caption:
    name = "Grade 3 or higher" if what == SEVERE else what
    title = say("Cumulative incidence of the first adverse event of grade 3 or higher") if what == SEVERE else say(
        "Cumulative incidence of the first adverse event: {name}", name=say(name) if name in CHINESE else name
    )  # fmt: skip
    return Caption(
        f"event-curve-{''.join(letter for letter in what.lower() if letter.isalnum())}",
        "AEG03",
        title,
        f"Cumulative incidence of the first adverse event: {name}",
        "Share of subjects with the event over months from the first dose, as rising steps with an interval band, a "
        "dotted line for competing events, and the numbers at risk below the axis.",
        (competing_note(view),),
    )


def competing_note(view: View) -> Text:
    """Return how the incidence was estimated, and what competes."""
    return say(
        "Aalen-Johansen estimate from the first dose on; death, and the end of the time after the last dose in which "
        "events count, are competing events. Band: {level} pointwise interval (log-log). Drawn up to the last event.",
        level=view.confidence,
    )
