"""Times to deterioration of the key scales: a Kaplan-Meier curve per scale in a panel of its own."""

from markupsafe import Markup

from topline.protocol.criteria import DeteriorationRule
from topline.report.figures.axes import Scale as Axis
from topline.report.figures.axes import bottom_axis, left_axis
from topline.report.figures.kaplan_meier import FULL, Curve, curves, drawn_curve
from topline.report.figures.palette import GROUPS
from topline.report.figures.qol_panels import LEFT, WIDTH, Panels, panel_title
from topline.report.figures.svg import Box, Caption, Sheet, draw, group, line, text, words
from topline.report.markup import element, joined, say
from topline.report.numbers import ALL
from topline.report.qol_scales import Questionnaire
from topline.report.qol_words import rule_name, rule_words
from topline.report.view import View

HEIGHT, ROW = 170.0, 16.0


def deterioration(view: View, questionnaire: Questionnaire, rule: DeteriorationRule) -> Markup | None:
    """Return the figure of an estimand, a panel per key scale; None where there is no curve."""
    drawn = [(scale, found) for scale in questionnaire.scales if (found := curves(view, f"{rule.id}{scale.param}"))]
    if not drawn:
        return None
    panels = Panels(HEIGHT, 62 + ROW * max(len(view.arms), 1), top=52.0 if view.arms else 34.0)
    shapes = _legend(view)
    last = max(max([*curve.risk, curve.end]) for _, found in drawn for curve in found)
    for place, (scale, found) in enumerate(drawn):
        box = panels.box(place)
        shapes += _panel(view, f"{rule.id}{scale.param}", found, (box, Axis(0, last or 1.0, box.x, box.right)))
        shapes += panel_title(box, scale, [] if view.arms else _median(view, f"{rule.id}{scale.param}", box))
    sheet = Sheet(WIDTH, panels.bottom(len(drawn)), _caption(view, questionnaire, rule), view.virtual)
    return draw(sheet, shapes)


def _panel(view: View, analysis: str, found: list[Curve], place: tuple[Box, Axis]) -> list[Markup]:
    """Return the curves of a scale with axes and numbers at risk; all panels of a figure have the same time axis."""
    box, across = place
    times = max((sorted(curve.risk) for curve in found), key=lambda each: each[-1:])
    up = Axis(0, FULL, box.bottom, box.y)
    shapes = left_axis(box, up, [0, 25, 50, 75, 100], "Without event (%)")
    shapes += bottom_axis(box, across, times, [f"{each:g}" for each in times], "Months")
    for curve in found:
        shapes += drawn_curve(view, curve, across, up)
    return [group(*shapes, *_at_risk(view, found, (across, times), box), class_="panel", data_scale=analysis)]


def _median(view: View, analysis: str, box: Box) -> list[Markup]:
    """Return events and median with its interval, in both languages, as the second line of a panel's header."""
    ids = [f"{analysis}/{ALL}/{part}" for part in ("events", "N", "median", "median lower", "median upper")]
    if any(view.numbers.get(each) is None for each in ids):
        return []
    spans = [element("tspan", view.numbers.text(each), data_result=each, class_="svg-num") for each in ids]
    y = box.y - 12
    english = Markup("{}/{} events, median {} ({}, {}) months").format(*spans)
    chinese = Markup("事件{}/{}，中位数 {} ({}, {}) 个月").format(*spans)
    return [
        group(
            text(box.x, y, english, class_="en tick", lang="en"),
            text(box.x, y, chinese, class_="zh tick", lang="zh-Hans"),
        )
    ]


def _at_risk(view: View, found: list[Curve], axis: tuple[Axis, list[float]], box: Box) -> list[Markup]:
    """Return the numbers at risk below a panel, a line per curve."""
    across, times = axis
    y = box.bottom + 54
    shapes = [words(box.x - 54, y - 16, "At risk", class_="label")]
    for curve in found:
        for time in (each for each in times if each in curve.risk):
            row = curve.risk[time]
            shapes.append(
                text(
                    across.place(time), y, view.numbers.text(row.resultid), class_="risk svg-num",
                    text_anchor="middle", data_result=row.resultid, tabindex="0", role="button",
                    style=f"fill:{curve.style[0]}" if view.arms else None,
                )
            )  # fmt: skip
        y += ROW
    return shapes


def _legend(view: View) -> list[Markup]:
    """Return the names of the arms with their lines."""
    shapes: list[Markup] = []
    x = LEFT
    for place, name in enumerate(view.arms):
        colour, dash = GROUPS[place % len(GROUPS)]
        shapes.append(line(x, 24, x + 30, 24, stroke=colour, stroke_dasharray=dash or None, class_="curve"))
        shapes.append(text(x + 36, 28, name, class_="tick"))
        x += 60 + 7.0 * len(name)
    return shapes


def _caption(view: View, questionnaire: Questionnaire, rule: DeteriorationRule) -> Caption:
    notes = (
        rule_words(rule),
        say("Analysis set {set}.", set=questionnaire.population),
        say(
            "Band: {level} pointwise interval (log-log). Ticks: censored subjects. Each step opens its trace.",
            level=view.confidence,
        ),
    )
    return Caption(
        f"qol-{rule.id}-{questionnaire.form}",
        "QOLG02",
        joined([rule_name(rule), ": ", questionnaire.title]),
        f"{rule.label}: {questionnaire.name}",
        "One panel per scale: share of subjects without deterioration over time in months, as a step curve with its "
        "interval band, ticks where subjects are censored, and the numbers at risk below.",
        notes,
    )
