"""The forest plot of marker groups: observed and shrunken estimates with intervals, the line of all patients, no stars.

It bears no p-value and no asterisk: a group that lies apart is one of many that were looked at.
"""

import math
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from topline.protocol.biomarker import Marker
from topline.protocol.endpoints import Endpoint
from topline.protocol.part import Words
from topline.report.chinese import CHINESE
from topline.report.figures.axes import Scale, bottom_axis
from topline.report.figures.palette import mark
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, text, tip, words
from topline.report.marker_content import SIDES, Family, families, has_both, in_order, is_rate, name
from topline.report.marker_numbers import marker_text, rule_text
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.numbers import ALL
from topline.report.view import View, group_name

LEFT, PLOT, TEXTS = 236.0, 330.0, 250.0
PITCH, GAP, HEAD = 17.0, 8.0, 24.0
LONGEST = 34
CHINESE_LETTERS = "\u2e80"
RATIOS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Ticks of hazard ratios; the axis spans those that the estimates need, at least from 0.2 to 5."""

OBSERVED, SHRUNKEN = "#0b4f8a", "#b4460f"
SIDE_NAMES = {"POSITIVE": "Positive group", "NEGATIVE": "Negative group"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate to draw: identifiers of value and limits, and whether it is shrunken."""

    value: str
    lower: str
    upper: str
    shrunken: bool

    @property
    def ids(self) -> tuple[str, str, str]:
        """The identifiers of value, lower and upper limit."""
        return (self.value, self.lower, self.upper)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the plot: what it is called, and its estimates, the observed one first."""

    label: str
    estimates: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale of the plot: percent from 0 to 100, or hazard ratios by their logarithm."""

    scale: Scale
    ratio: bool

    def place(self, value: float) -> tuple[float, int]:
        """Return the place of a value, and -1 or 1 where it lies beyond the axis, which ends there."""
        shown = _log(value) if self.ratio else value
        if shown < self.scale.low - 1e-9:
            return self.scale.start, -1
        if shown > self.scale.high + 1e-9:
            return self.scale.end, 1
        return self.scale.place(shown), 0


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def forests(view: View, endpoint: Endpoint) -> list[Markup]:
    """Return a figure per family of markers and group of patients with anything to draw."""
    found = []
    for family in families(view, endpoint):
        for place, own in enumerate(in_order(view)):
            drawn = [each for each in family.markers if has_both(view, endpoint, each, own)]
            if drawn:
                found.append(_forest(view, endpoint, (family, own, place), drawn))
    return found


def _forest(view: View, endpoint: Endpoint, what: tuple[Family, str, int], drawn: list[Marker]) -> Markup:
    family, own, place = what
    blocks = [(each, _lines(endpoint, family, own, each)) for each in drawn]
    count = sum(len(lines) for _, lines in blocks)
    box = Box(LEFT, 62, PLOT, HEAD * len(blocks) + (2 * PITCH + GAP) * count + 8)
    axis, shapes = _axis(view, endpoint, [line_ for _, lines in blocks for line_ in lines], box)
    shapes += _legend(box)
    shapes += _reference(view, endpoint, what, (box, axis))
    y = box.y + 4
    for marker, lines in blocks:
        shapes.append(_label(marker.label, y + 14))
        y += HEAD
        for each in lines:
            shapes += _line(view, each, (box, axis), y)
            y += 2 * PITCH + GAP
    suffix = (f"-day{family.day}" if family.day else "") + (f"-{place}" if place else "")
    sheet = Sheet(LEFT + PLOT + TEXTS, box.bottom + 46, _caption(view, endpoint, what, suffix), view.virtual)
    return draw(sheet, shapes)


def _lines(endpoint: Endpoint, family: Family, own: str, marker: Marker) -> list[Line]:
    """Return the lines of a marker: both groups of a rate, or the hazard ratio."""
    pooled = f"{family.analysis('shrinkage')}/{own}"
    found = []
    for part in SIDES if is_rate(endpoint) else ("cox",):
        one = f"{name(endpoint, marker, part)}/{own}"
        kind = "rate" if is_rate(endpoint) else "hazard ratio"
        statistic = f"{part if is_rate(endpoint) else kind}: {marker.id}"
        observed = Estimate(f"{one}/{kind}", f"{one}/lower", f"{one}/upper", shrunken=False)
        less = Estimate(f"{pooled}/{statistic}", f"{pooled}/lower {statistic}", f"{pooled}/upper {statistic}", True)
        found.append(Line(_line_name(marker, part), (observed, less)))
    return found


def _line_name(marker: Marker, part: str) -> str:
    """Return the rule that a line stands for."""
    rule = rule_text(marker.rule)
    return {"POSITIVE": f"+ {rule}", "NEGATIVE": f"\N{MINUS SIGN} {_opposite(rule, marker)}"}.get(part, rule)


def _opposite(rule: str, marker: Marker) -> str:
    """Return the rule of the negative group."""
    if marker.measure.type == "categorical":
        return ", ".join(marker.measure.negative)
    return rule.replace("\N{GREATER-THAN OR EQUAL TO}", "<")


def _axis(view: View, endpoint: Endpoint, lines: list[Line], box: Box) -> tuple[Axis, list[Markup]]:
    """Return the axis with its drawing."""
    if is_rate(endpoint):
        scale = Scale(0, 100, box.x, box.right)
        marks = [0.0, 20, 40, 60, 80, 100]
        return Axis(scale, ratio=False), bottom_axis(box, scale, marks, [f"{each:g}" for each in marks], "Rate (%)")
    values = [view.numbers.value(each) for line_ in lines for estimate in line_.estimates for each in estimate.ids]
    known = [each for each in values if each is not None and each > 0]
    least = max([each for each in RATIOS if each <= min([*known, 0.2])], default=RATIOS[0])
    most = min([each for each in RATIOS if each >= max([*known, 5.0])], default=RATIOS[-1])
    marks = [each for each in RATIOS if least <= each <= most]
    scale = Scale(math.log(least), math.log(most), box.x, box.right)
    places = [math.log(each) for each in marks]
    return Axis(scale, ratio=True), bottom_axis(box, scale, places, [f"{each:g}" for each in marks], "Hazard ratio")


def _legend(box: Box) -> list[Markup]:
    shapes: list[Markup] = []
    for place, (shape, colour, phrase) in enumerate(
        (("square", OBSERVED, "Observed"), ("diamond", SHRUNKEN, "Shrunken"))
    ):
        x = box.x + 110 * place
        shapes.append(line(x, 18, x + 26, 18, stroke=colour, stroke_width="1.8", stroke_dasharray=_dash(place == 1)))
        shapes.append(path(mark(shape, x + 13, 18, 4.5), fill=colour))
        shapes.append(words(x + 32, 22, phrase, class_="tick"))
    return shapes


def _dash(shrunken: bool) -> str | None:
    return "5 3" if shrunken else None


def _reference(view: View, endpoint: Endpoint, what: tuple[Family, str, int], plot: tuple[Box, Axis]) -> list[Markup]:
    """Return the vertical line: the rate of all patients, or the hazard ratio 1."""
    family, own, _ = what
    box, axis = plot
    if not is_rate(endpoint):
        x, _ = axis.place(1.0)
        return [_upright(x, box, ""), words(x, 50, "No difference", class_="tick", text_anchor="middle")]
    identifier = f"{endpoint.id}/{own}/rate"
    value = view.numbers.value(identifier)
    if value is None or family.day:
        return []
    x, _ = axis.place(value)
    number = element("tspan", f"{view.numbers.text(identifier)}%", data_result=identifier, class_="svg-num")
    anchor = "start" if x < box.x + 60 else "end" if x > box.right - 60 else "middle"
    upright, place = _upright(x, box, identifier), {"text_anchor": anchor}
    if own != ALL:
        return [upright, text(x, 50, Markup("{} {}").format(own[:LONGEST], number), class_="tick", **place)]
    english, chinese = (Markup("{} {}").format(each, number) for each in ("All patients", CHINESE["All patients"]))
    return [
        upright,
        text(x, 50, english, class_="en tick", lang="en", **place),
        text(x, 50, chinese, class_="zh tick", lang="zh-Hans", **place),
    ]


def _upright(x: float, box: Box, identifier: str) -> Markup:
    return line(x, box.y - 6, x, box.bottom, class_="reference overall", data_result=identifier or None)


def _label(label: Words, y: float) -> Markup:
    """Return the name of a marker at the left edge, in both languages where they differ."""
    if label.en == label.zh:
        return _short(label.en, 8, y, class_="label")
    english = _short(label.en, 8, y, class_="en label", lang="en")
    return english + _short(label.zh, 8, y, class_="zh label", lang="zh-Hans")


def _short(name_: str, x: float, y: float, **attributes: object) -> Markup:
    """Return a text that fits the left margin; its title has the whole of it."""
    widths = list(accumulate(2 if letter >= CHINESE_LETTERS else 1 for letter in name_))
    shown = name_ if widths[-1:] <= [LONGEST] else f"{name_[: bisect(widths, LONGEST - 1)]}\N{HORIZONTAL ELLIPSIS}"
    return element("text", shown, tip(name_), x=at(x), y=at(y), **attributes)


def _line(view: View, drawn: Line, plot: tuple[Box, Axis], y: float) -> list[Markup]:
    """Return a line of the plot: its name, and the observed estimate above the shrunken one."""
    shapes = [_short(drawn.label, 20, y + 14, class_="tick")]
    for place, estimate in enumerate(drawn.estimates):
        shapes.append(_estimate(view, estimate, plot, y + PITCH * place + 10))
    return shapes


def _estimate(view: View, estimate: Estimate, plot: tuple[Box, Axis], y: float) -> Markup:
    """Return an interval with its estimate, and both in figures at the right edge."""
    box, axis = plot
    right = box.right + 14
    if view.numbers.get(estimate.value) is None:
        return text(right, y + 4, "\N{EN DASH}", class_="tick")
    colour = SHRUNKEN if estimate.shrunken else OBSERVED
    shapes: list[Markup] = [_figures(view, estimate, right, y + 4)]
    value, lower, upper = (_bound(view, each) for each in estimate.ids)
    if lower is not None and upper is not None:
        style = {"stroke": colour, "stroke_width": "1.8", "stroke_dasharray": _dash(estimate.shrunken)}
        shapes += _interval(axis, (lower, upper), y, style)
    if value is not None:
        x, beyond = axis.place(value)
        if not beyond:
            shape = "diamond" if estimate.shrunken else "square"
            shapes.append(path(mark(shape, x, y, 4.5), fill=colour, class_="point", data_result=estimate.value))
    kind = "shrunken" if estimate.shrunken else "observed"
    return group(*shapes, class_=f"forest-{kind}", data_result=estimate.value)


def _bound(view: View, identifier: str) -> float | None:
    """Return a value or limit, infinity where it is that, or None where there is none."""
    row = view.numbers.get(identifier)
    if row is not None and row.valuec == "infinite":
        return math.inf
    return view.numbers.value(identifier)


def _interval(axis: Axis, limits: tuple[float, float], y: float, style: dict[str, str | None]) -> list[Markup]:
    """Return the line of an interval; an arrow says that it goes on beyond the axis."""
    (x1, out1), (x2, out2) = axis.place(limits[0]), axis.place(limits[1])
    shapes = [line(x1, y, x2, y, class_="forest-interval", **style)]
    solid = {**style, "stroke_dasharray": None}
    for x, beyond in ((x1, out1), (x2, out2)):
        if beyond:
            commands = f"M{at(x - 5 * beyond)} {at(y - 4)}L{at(x)} {at(y)}L{at(x - 5 * beyond)} {at(y + 4)}"
            shapes.append(path(commands, class_="forest-arrow", fill="none", **solid))
        else:
            shapes.append(line(x, y - 4, x, y + 4, **solid))
    return shapes


def _figures(view: View, estimate: Estimate, x: float, y: float) -> Markup:
    """Return estimate and limits in figures, each opening its trace."""
    value, lower, upper = (
        element("tspan", marker_text(view, each), data_result=each, class_="svg-num") if view.numbers.get(each) else ""
        for each in estimate.ids
    )
    return text(x, y, Markup("{} ({}, {})").format(value, lower, upper), class_="tick")


def _caption(view: View, endpoint: Endpoint, what: tuple[Family, str, int], suffix: str) -> Caption:
    family, own, _ = what
    title: list[Text] = [spoken(endpoint.label), ": ", say("groups stated beforehand, observed and shrunken")]
    title += [" · ", family.name] if family.day else []
    title += [" · ", group_name(view, own)] if view.arms else []
    arm = f", {own}" if own != ALL else ""
    return Caption(
        f"forest-{endpoint.id}{suffix}",
        "BMKG01",
        joined(title),
        f"Forest plot of marker groups: {endpoint.label.en}{arm}{f', day {family.day}' if family.day else ''}",
        "For each marker the observed estimate with its confidence interval as a square, below it the shrunken "
        "estimate with its credible interval as a diamond, and a vertical line for all patients or for no difference.",
        _notes(view, endpoint, family),
    )


def _notes(view: View, endpoint: Endpoint, family: Family) -> tuple[Text, ...]:
    warning = say(
        "This plot is not a list of discoveries: it shows how little each group says by itself. It bears no p-values; "
        "that an interval leaves out the line is no test."
    )
    if not is_rate(endpoint):
        what = say(
            "Hazard ratios, positive against negative group, {level} intervals, logarithmic axis. An arrow: the "
            "interval goes on beyond the axis.",
            level=view.confidence,
        )
    elif family.day:
        what = say(
            "Rates of the groups with {level} intervals, in who was analysed at the landmark.", level=view.confidence
        )
    else:
        what = say(
            "Rates of the groups with {level} intervals. The line: the rate of the analysis set, measured or not.",
            level=view.confidence,
        )
    return (what, warning)
