"""Mean change from baseline over the visits of the key scales, observed and modelled, with the margin as a band."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from topline.report.figures.axes import Scale as Axis
from topline.report.figures.axes import bottom_axis, left_axis, rounded_up, ticks
from topline.report.figures.palette import GROUPS, mark
from topline.report.figures.qol_panels import LEFT, WIDTH, Panels, direction, panel_title
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, rectangle, text, tip, words
from topline.report.markup import joined, say
from topline.report.numbers import ALL
from topline.report.qol_scales import Questionnaire, Scale, Visit
from topline.report.qol_words import ZERO
from topline.report.view import View

HEIGHT, ROW, APART = 170.0, 16.0, 9.0
LEAST, MOST = 20.0, 100.0
"""Points up and down that the axis has at least, and at most: no change is larger, though a limit can be."""

KINDS = (("Observed, mean", ""), ("Mixed model, mean", "3 2"))
"""What is drawn: phrase, and dashes of the interval. Observed means are filled, modelled ones are open."""

SHAPES = ("circle", "square", "triangle", "diamond", "star")
"""The marks of the groups, in their order."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its limits as results: where it stands, of which group, and 0 observed or 1 modelled."""

    visit: Visit
    group: str
    kind: int
    ids: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Plot:
    """A panel: its scale, its box, its axes, and the series that stand side by side at a visit."""

    scale: Scale
    box: Box
    across: Axis
    up: Axis
    series: tuple[tuple[str, int], ...]


def means(view: View, scale: Scale) -> Iterator[Mean]:
    """Yield the means of a scale: by visit and group, observed and modelled, those that exist."""
    for visit in scale.visits:
        for name in view.arms or (ALL,):
            stems = (f"{scale.param}.{visit.code}/{name}", f"{scale.param}.mixed/{name}")
            for kind, (stem, end) in enumerate(zip(stems, ("", f"@{visit.number:g}"), strict=True)):
                first, *others = (f"{stem}/{part}{end}" for part in ("mean", "lower", "upper"))
                if view.numbers.value(first) is not None:
                    yield Mean(visit, name, kind, (first, others[0], others[1]))


def course(view: View, questionnaire: Questionnaire) -> Markup | None:
    """Return the figure of a questionnaire, a panel per key scale; None where no scale has a change."""
    chosen = [scale for scale in questionnaire.shown if any(True for _ in means(view, scale))]
    if not chosen:
        return None
    groups = view.arms or (ALL,)
    panels = Panels(HEIGHT, 62 + ROW * len(groups), top=52.0)
    high = _highest(view, chosen)
    last = max(visit.number for scale in chosen for visit in scale.visits)
    series = tuple((name, kind) for name in groups for kind in (0, 1))
    shapes = _legend(view)
    for place, scale in enumerate(chosen):
        box = panels.box(place)
        across = Axis(0.5, last + 0.5, box.x, box.right)
        shapes += _panel(view, Plot(scale, box, across, Axis(-high, high, box.bottom, box.y), series))
    caption = _caption(view, questionnaire, beyond=max(_sizes(view, chosen)) > high)
    sheet = Sheet(WIDTH, panels.bottom(len(chosen)), caption, view.virtual)
    return draw(sheet, shapes)


def _highest(view: View, chosen: list[Scale]) -> float:
    """Return the upper end of the axis, the same for every panel [points]."""
    margins = [1.5 * scale.margin for scale in chosen]
    return min(MOST, rounded_up(max([LEAST, *_sizes(view, chosen), *margins]), 10))


def _sizes(view: View, chosen: list[Scale]) -> list[float]:
    """Return how far the means and limits of scales lie from 0 [points]."""
    names = [name for scale in chosen for mean in means(view, scale) for name in mean.ids]
    return [abs(view.numbers.value(name) or 0.0) for name in names]


def _panel(view: View, plot: Plot) -> list[Markup]:
    scale, box, up = plot.scale, plot.box, plot.up
    top, bottom = up.place(scale.margin), up.place(-scale.margin)
    shapes = [rectangle(Box(box.x, top, box.width, bottom - top), fill="#eef1e6", class_="margin")]
    shapes += left_axis(box, up, ticks(up.low, up.high, 8), "Change (points)")
    shapes.append(line(box.x, up.place(0), box.right, up.place(0), class_="reference"))
    places = [1.0, *(visit.number for visit in scale.visits)]
    shapes += bottom_axis(
        box, plot.across, places, ["BL", *(f"{each:g}" for each in places[1:])], "Cycle (BL: baseline)"
    )
    shapes += panel_title(box, scale, direction(box, scale))
    shapes += [_mean(view, plot, mean) for mean in means(view, scale)]
    return [group(*shapes, *_counts(view, plot), class_="panel", data_scale=scale.param)]


def _mean(view: View, plot: Plot, mean: Mean) -> Markup:
    """Return a mean as a mark with its interval; a limit beyond the axis ends in an arrow at its edge."""
    place = plot.series.index((mean.group, mean.kind))
    x = plot.across.place(mean.visit.number) + APART * (place - (len(plot.series) - 1) / 2)
    value, low, high = (view.numbers.value(name) for name in mean.ids)
    colour, shape = _look(view, mean.group)
    _, dashes = KINDS[mean.kind]
    shapes = [tip(_told(view, mean))]
    if low is not None and high is not None:
        ends = [plot.up.place(min(max(each, plot.up.low), plot.up.high)) for each in (low, high)]
        shapes.append(line(x, ends[0], x, ends[1], stroke=colour, stroke_width="1.5", stroke_dasharray=dashes or None))
        for each, y, way in ((low, ends[0], -1), (high, ends[1], 1)):
            beyond = each < plot.up.low if way < 0 else each > plot.up.high
            cap = f"M{at(x - 3)} {at(y + 4 * way)}L{at(x)} {at(y)}L{at(x + 3)} {at(y + 4 * way)}"
            cap = cap if beyond else f"M{at(x - 3)} {at(y)}H{at(x + 3)}"
            shapes.append(path(cap, stroke=colour, fill="none", stroke_width="1.5", class_="cap"))
    y = plot.up.place(min(max(value or 0.0, plot.up.low), plot.up.high))
    fill = "#ffffff" if mean.kind else colour
    shapes.append(path(mark(shape, x, y, 4.2), fill=fill, stroke=colour, stroke_width="1.5", class_="mean"))
    return group(*shapes, data_result=mean.ids[0], tabindex="0", role="button", class_="hit-group")


def _told(view: View, mean: Mean) -> str:
    """Return what a mark stands for, as its title says it."""
    value, low, high = (view.numbers.text(name) for name in mean.ids)
    kind = ("observed", "mixed model")[mean.kind]
    name = "" if mean.group == ALL else f"{mean.group}, "
    return f"{name}cycle {mean.visit.number:g}, {kind}: {value} ({low}, {high}) points"


def _look(view: View, name: str) -> tuple[str, str]:
    """Return colour and mark of a group."""
    place = (view.arms or (ALL,)).index(name) % len(GROUPS)
    return GROUPS[place][0], SHAPES[place]


def _counts(view: View, plot: Plot) -> list[Markup]:
    """Return the numbers below a panel: scores at baseline, and changes at each visit, a line per group."""
    box, y = plot.box, plot.box.bottom + 52
    shapes = [text(box.x - 50, y, "n", class_="label")]
    for name in view.arms or (ALL,):
        colour, shape = _look(view, name)
        if view.arms:
            shapes.append(path(mark(shape, box.x - 30, y - 4, 4.2), tip(name), fill=colour))
        ids = {1.0: f"{plot.scale.param}.BL/{name}/n"}
        ids |= {each.number: f"{plot.scale.param}.{each.code}/{name}/n" for each in plot.scale.visits}
        for number, identifier in ids.items():
            if view.numbers.get(identifier) is not None:
                shapes.append(
                    text(
                        plot.across.place(number), y, view.numbers.text(identifier), class_="risk svg-num",
                        text_anchor="middle", data_result=identifier, tabindex="0", role="button",
                        style=f"fill:{colour}" if view.arms else None,
                    )
                )  # fmt: skip
        y += ROW
    return shapes


def _legend(view: View) -> list[Markup]:
    """Return the legend: the marks, the band, and the colours of the arms."""
    shapes: list[Markup] = []
    x = LEFT
    for phrase, dashes in KINDS:
        shapes.append(line(x, 10, x, 26, stroke="#1b2128", stroke_width="1.5", stroke_dasharray=dashes or None))
        fill = "#ffffff" if dashes else "#1b2128"
        shapes.append(path(mark(SHAPES[0], x, 18, 4.2), fill=fill, stroke="#1b2128", stroke_width="1.5"))
        shapes.append(words(x + 10, 22, phrase, class_="tick"))
        x += 150
    shapes.append(rectangle(Box(x, 11, 22, 14), fill="#eef1e6", stroke="#c7ceb4"))
    shapes.append(words(x + 30, 22, "Less than the margin", class_="tick"))
    x = LEFT
    for name in view.arms:
        colour, shape = _look(view, name)
        shapes.append(path(mark(shape, x, 40, 4.6), fill=colour))
        shapes.append(text(x + 10, 44, name, class_="tick"))
        x += 40 + 7.0 * len(name)
    return shapes


def _caption(view: View, questionnaire: Questionnaire, *, beyond: bool) -> Caption:
    notes = [
        questionnaire_line(view, questionnaire),
        say(
            "Means with {level} intervals: observed, of those who answered; mixed model, at the mean baseline score. "
            "n: scores at baseline, changes after it. Each mark opens its trace.",
            level=view.confidence,
        ),
    ]
    notes += [say("A limit beyond the axis ends in an arrow.")] if beyond else []
    return Caption(
        f"qol-course-{questionnaire.form}",
        "QOLG01",
        joined([say("Mean change from baseline, key scales"), ": ", questionnaire.title]),
        f"Mean change from baseline: {questionnaire.name}",
        "One panel per scale: mean change of the score in points at each cycle with its interval, observed and by the "
        "mixed model, over a band of changes smaller than the minimal important difference, and the numbers of "
        "subjects below.",
        tuple(notes),
    )


def questionnaire_line(view: View, questionnaire: Questionnaire) -> Markup:
    """Return the note of a caption that names the analysis set and the day from which visits count."""
    zero = say(ZERO[view.protocol.schedule.time_zero])
    return say("Analysis set {set}; cycles are counted from {zero}.", set=questionnaire.population, zero=zero)
