"""Kaplan-Meier figures (KMG01): curve with interval band, censor ticks, median, and the numbers at risk below it."""

from dataclasses import dataclass

from markupsafe import Markup

from topline.protocol.endpoints import Endpoint
from topline.report.figures.axes import Scale, bottom_axis, left_axis
from topline.report.figures.palette import GROUPS
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, text, tip, words
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.numbers import ALL, Result
from topline.report.view import View

WIDTH, PLOT, ROW = 820.0, 300.0, 20.0
FULL = 100.0
LONGEST = 24


@dataclass(frozen=True, slots=True)
class Curve:
    """The stored rows of a curve by what they are, each by time [months]; `end` is the last time of the curve."""

    group: str
    style: tuple[str, str]
    steps: dict[float, Result]
    lower: dict[float, Result]
    upper: dict[float, Result]
    censored: list[Result]
    risk: dict[float, Result]

    @property
    def end(self) -> float:
        """The time of the last event or censored subject [months]."""
        return max([*self.steps, *(row.at or 0.0 for row in self.censored)], default=0.0)


def curves(view: View, endpoint: str) -> list[Curve]:
    """Return the curves of an endpoint: one per arm, or one of all subjects where there is a single arm."""
    found = []
    for place, name in enumerate(view.arms or (ALL,)):
        rows = view.numbers.rows(f"{endpoint}.curve", name)
        parts = {kind: [row for row in rows if row.statistic == kind] for kind in KINDS}
        if parts["survival"]:
            found.append(
                Curve(
                    group=name,
                    style=GROUPS[place % len(GROUPS)],
                    steps=_by_time(parts["survival"]),
                    lower=_by_time(parts["survival lower"]),
                    upper=_by_time(parts["survival upper"]),
                    censored=parts["censored"],
                    risk=_by_time(parts["at risk"]),
                )
            )
    return found


def _margin(view: View, found: list[Curve]) -> float:
    """Return the room left of the plot, where the names of the arms stand beside the numbers at risk."""
    longest = max(len(_short(curve.group)) for curve in found) if view.arms else 0
    return max(78.0, 44 + 6.7 * longest)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _by_time(rows: list[Result]) -> dict[float, Result]:
    return {row.at or 0.0: row for row in rows}


KINDS = ("survival", "survival lower", "survival upper", "censored", "at risk")


def kaplan_meier(view: View, endpoint: Endpoint) -> Markup | None:
    """Return the figure of an endpoint, or None where there is no curve."""
    found = curves(view, endpoint.id)
    if not found:
        return None
    legend_height = ROW * len(found) if view.arms else 0.0
    left = _margin(view, found)
    box = Box(left, 40 + legend_height, WIDTH - left - 30, PLOT)
    risk_times = max((sorted(curve.risk) for curve in found), key=lambda times: times[-1:])
    across = Scale(0, max([risk_times[-1], *(curve.end for curve in found)]) or 1.0, box.x, box.right)
    up = Scale(0, FULL, box.bottom, box.y)
    shapes = left_axis(box, up, [0, 25, 50, 75, 100], "Without event (%)")
    shapes += bottom_axis(box, across, risk_times, [f"{each:g}" for each in risk_times], "Months")
    for curve in found:
        shapes += drawn_curve(view, curve, across, up)
    shapes += _medians(view, endpoint.id, found, (across, up)) + (_legend(view, found, box) if view.arms else [])
    table, height = _at_risk(view, found, (across, risk_times), box.bottom + 62)
    sheet = Sheet(WIDTH, height + 12, _caption(view, endpoint), view.virtual)
    return draw(sheet, [*shapes, *table])


def _caption(view: View, endpoint: Endpoint) -> Caption:
    note = say(
        "Band: {level} pointwise interval (log-log). Ticks: censored subjects. Each step opens its trace.",
        level=view.confidence,
    )
    return Caption(
        f"km-{endpoint.id}",
        "KMG01",
        joined([say("Kaplan-Meier curve"), ": ", spoken(endpoint.label)]),
        f"Kaplan-Meier curve: {endpoint.label.en}",
        "Share of subjects without event over time in months, as a step curve with its interval band, ticks "
        "where subjects are "
        "censored, and the numbers at risk below the time axis.",
        (note,),
    )


def drawn_curve(view: View, curve: Curve, across: Scale, up: Scale) -> list[Markup]:
    """Return a curve with its band, its steps and its censored times."""
    colour, dash = curve.style
    shapes = [path(_band(curve, across, up), fill=colour, class_="band")]
    shapes.append(path(_stairs(curve, across, up), stroke=colour, stroke_dasharray=dash or None, class_="curve"))
    shapes += [_censored(view, row, (across, up), colour) for row in curve.censored if row.known]
    return shapes + [_point(view, curve, row, (across, up)) for row in curve.steps.values() if row.known]


def _stairs(curve: Curve, across: Scale, up: Scale) -> str:
    """Return the path of the steps, drawn on to the last censored subject."""
    commands = ""
    for time, row in sorted(curve.steps.items()):
        x, y = at(across.place(time)), at(up.place(row.value or 0.0))
        commands += f"H{x}V{y}" if commands else f"M{x} {y}"
    return f"{commands}H{at(across.place(curve.end))}"


def _band(curve: Curve, across: Scale, up: Scale) -> str:
    """Return the outline of the band between the limits, as far as both are known."""
    known = [time for time in sorted(curve.steps) if _limit(curve.lower, time) is not None]
    if not known:
        return ""
    last = max(curve.steps)
    end = curve.end if last in known else min((time for time in curve.steps if time > known[-1]), default=curve.end)
    upper = f"M{at(across.place(0))} {at(up.place(FULL))}"
    lower: list[str] = []
    previous = FULL
    for time in known:
        x, low = at(across.place(time)), _limit(curve.lower, time)
        upper += f"H{x}V{at(up.place(_limit(curve.upper, time) or 0.0))}"
        lower.append(f"V{at(up.place(low or 0.0))}H{x}V{at(up.place(previous))}")
        previous = low or 0.0
    return upper + f"H{at(across.place(end))}" + "".join(reversed(lower)) + f"H{at(across.place(0))}Z"


def _limit(limits: dict[float, Result], time: float) -> float | None:
    row = limits.get(time)
    return row.value if row is not None and row.known else None


def _censored(view: View, row: Result, scales: tuple[Scale, Scale], colour: str) -> Markup:
    x, y = scales[0].place(row.at or 0.0), scales[1].place(row.value or 0.0)
    title = tip(f"censored at {row.at:.2f} months, {view.numbers.text(row.resultid)}%")
    return path(f"M{at(x)} {at(y - 5)}V{at(y + 5)}", title, stroke=colour, class_="censor", data_result=row.resultid)


def _point(view: View, curve: Curve, row: Result, scales: tuple[Scale, Scale]) -> Markup:
    """Return the place of a step that names its value and opens its trace; it is not seen."""
    text_ = f"{row.at:.2f} months: {view.numbers.text(row.resultid)}%"
    time = row.at or 0.0
    if time in curve.lower and time in curve.upper:
        text_ += f" ({view.numbers.text(curve.lower[time].resultid)}, {view.numbers.text(curve.upper[time].resultid)})"
    x, y = at(scales[0].place(time)), at(scales[1].place(row.value or 0.0))
    return element("circle", tip(text_), cx=x, cy=y, r="4", class_="hit", data_result=row.resultid)


def _medians(view: View, endpoint: str, found: list[Curve], scales: tuple[Scale, Scale]) -> list[Markup]:
    """Return the lines from 50% down to each median that was reached."""
    across, up = scales
    shapes: list[Markup] = []
    for curve in found:
        median = view.numbers.value(f"{endpoint}/{curve.group}/median")
        if median is not None:
            x, y = across.place(median), up.place(FULL / 2)
            shapes.append(
                path(f"M{at(across.start)} {at(y)}H{at(x)}V{at(up.start)}", stroke=curve.style[0], class_="median")
            )
    return shapes + ([] if view.arms else [_median_text(view, endpoint, scales)])


def _median_text(view: View, endpoint: str, scales: tuple[Scale, Scale]) -> Markup:
    """Return the median with its interval, written above the plot."""
    ids = [f"{endpoint}/{ALL}/{part}" for part in ("median", "median lower", "median upper")]
    if any(view.numbers.get(each) is None for each in ids):
        return Markup("")
    value, lower, upper = (_span(view, each) for each in ids)
    x, y = scales[0].start, scales[1].end - 14
    numbers = Markup("{} ({}, {})").format(value, lower, upper)
    return group(
        text(x, y, Markup("Median {} <tspan>months</tspan>").format(numbers), class_="en median-text", lang="en"),
        text(x, y, Markup("中位数 {} <tspan>个月</tspan>").format(numbers), class_="zh median-text", lang="zh-Hans"),
    )


def _span(view: View, identifier: str) -> Markup:
    return element("tspan", view.numbers.text(identifier), data_result=identifier, class_="svg-num")


def _legend(view: View, found: list[Curve], box: Box) -> list[Markup]:
    shapes = []
    for place, curve in enumerate(found):
        y = 26 + ROW * place
        colour, dash = curve.style
        shapes.append(
            line(box.x, y - 4, box.x + 34, y - 4, stroke=colour, stroke_dasharray=dash or None, class_="curve")
        )
        shapes.append(text(box.x + 42, y, curve.group, class_="tick"))
    return shapes


def _at_risk(view: View, found: list[Curve], axis: tuple[Scale, list[float]], y: float) -> tuple[list[Markup], float]:
    """Return the numbers at risk below the ticks of the axis, a line per curve, and the place below the last one."""
    across, times = axis
    shapes = [words(8, y if view.arms else y + ROW, "At risk", class_="label")]
    for curve in found:
        y += ROW
        name: Text = curve.group if view.arms else ""
        shapes.append(element("text", _short(str(name)), tip(name), x="8", y=at(y), class_="tick", fill=curve.style[0]))
        for time, row in ((each, curve.risk[each]) for each in times if each in curve.risk):
            shapes.append(
                text(
                    across.place(time),
                    y,
                    view.numbers.text(row.resultid),
                    class_="risk svg-num",
                    text_anchor="middle",
                    data_result=row.resultid,
                    tabindex="0",
                    role="button",
                )
            )
    return shapes, y
