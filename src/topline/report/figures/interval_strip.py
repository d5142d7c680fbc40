"""A rate with its interval on the scale from 0 to 100 percent, beside the null and the target rate of the design."""

from markupsafe import Markup

from topline.report.figures.axes import Scale, bottom_axis
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, line, tip, words
from topline.report.markup import element, joined, say, spoken
from topline.report.numbers import ALL
from topline.report.view import View

NAME = "primary"


def interval_strip(view: View) -> Markup | None:
    """Return the figure of the design's endpoint, or None where its rate was not computed."""
    endpoint = view.protocol.endpoint(view.protocol.design.endpoint)
    ids = [f"{endpoint.id}/{ALL}/{part}" for part in ("rate", "lower", "upper")]
    values = [view.numbers.value(each) for each in ids]
    if any(value is None for value in values):
        return None
    rate, lower, upper = (value or 0.0 for value in values)
    box = Box(20, 34, 520, 46)
    scale = Scale(0, 100, box.x, box.right)
    y = box.y + box.height / 2
    marks = [0, 20, 40, 60, 80, 100]
    shapes = bottom_axis(box, scale, marks, [str(each) for each in marks], "Rate (%)")
    shapes += _hypotheses(view, scale, box)
    shapes.append(line(scale.place(lower), y, scale.place(upper), y, class_="interval", data_result=ids[1]))
    shapes += [line(scale.place(each), y - 7, scale.place(each), y + 7, class_="interval") for each in (lower, upper)]
    title = tip(f"{view.numbers.text(ids[0])}% ({view.numbers.text(ids[1])}, {view.numbers.text(ids[2])})")
    shapes.append(
        element(
            "circle", title, cx=at(scale.place(rate)), cy=at(y), r="6.5", class_="estimate-point", data_result=ids[0]
        )
    )
    caption = Caption(
        NAME,
        "RSPG01",
        joined([spoken(endpoint.label), ": ", say("rate and interval beside null and target")]),
        f"{endpoint.label.en}: rate and interval beside null and target",
        "The observed rate as a point with its interval as a line, and the null and target rate of the "
        "design as vertical lines.",
    )
    return draw(Sheet(560, 122, caption, view.virtual), shapes)


def _hypotheses(view: View, scale: Scale, box: Box) -> list[Markup]:
    """Return the lines of null and target rate with their names; names that would meet stand outside."""
    design = view.protocol.design
    null, target = scale.place(100 * design.null_rate), scale.place(100 * design.target_rate)
    return [
        line(null, box.y - 4, null, box.bottom, class_="null"),
        line(target, box.y - 4, target, box.bottom, class_="target"),
        words(null - 4, box.y - 10, "Null", class_="tick", text_anchor="end" if null > 60 else "middle"),
        words(target + 4, box.y - 10, "Target", class_="tick", text_anchor="start"),
    ]
