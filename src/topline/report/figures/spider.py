"""The spider: the target sum of each subject over time, as change from baseline."""

from itertools import groupby
from typing import Any

import polars as pl
from markupsafe import Markup

from topline.report.figures.axes import Scale, bottom_axis, left_axis, month_ticks, rounded_up, ticks
from topline.report.figures.palette import look, mark, mark_legend
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, tip
from topline.report.figures.waterfall import LEAST, REFERENCES, best_responses
from topline.report.markup import say
from topline.report.rounding import change
from topline.report.view import View

NAME = "spider"
MOST = 150.0


def measured(view: View) -> list[dict[str, Any]]:
    """Return the sums after baseline with day and change, by subject and day."""
    rows = view.rows.select(
        "ADTR",
        pl.col("PARAMCD") == "SUMDIAM",
        pl.col("ANL01FL") == "Y",
        pl.col("PCHG").is_not_null(),
        pl.col("ADY").is_not_null(),
    )
    return sorted(rows, key=lambda row: (row["USUBJID"], row["ADY"]))


def spider(view: View) -> Markup | None:
    """Return the figure, or None where no subject has a sum after baseline."""
    rows = measured(view)
    if not rows:
        return None
    box = Box(70, 52, 720, 340)
    last = max(row["ADY"] for row in rows) * 1.03
    high = min(MOST, rounded_up(max(40.0, *(row["PCHG"] for row in rows)), 25))
    across, up = Scale(0, last, box.x, box.right), Scale(LEAST, high, box.bottom, box.y)
    responses = {name: row["AVALC"] for name, row in best_responses(view).items()}
    shapes = [*left_axis(box, up, ticks(LEAST, high, 8), "Change of target sum (%)")]
    shapes += bottom_axis(box, across, *month_ticks(last, view.protocol.days_per_month), "Months")
    shapes += [line(box.x, up.place(value), box.right, up.place(value), class_="reference") for value in REFERENCES]
    present = []
    for subject, lines in groupby(rows, key=lambda row: str(row["USUBJID"])):
        response = responses.get(subject) or "NE"
        present.append(response)
        shapes.append(_line(view, list(lines), response, (across, up)))
    sheet = Sheet(box.right + 30, box.bottom + 48, _caption(), view.virtual)
    return draw(sheet, [*shapes, *mark_legend(present, box.x, 26)])


def _caption() -> Caption:
    notes = (
        say(
            "From baseline (0%) over all visits with a target sum; dashed after progression. The mark at the "
            "last visit tells the best overall response."
        ),
        say("Changes above +150% are drawn at the upper edge; each point names its value."),
    )
    return Caption(
        NAME,
        "SPG01",
        say("Change of the sum of target diameters over time"),
        "Spider plot of target sum over time",
        "One line per subject from baseline on: percent change of the sum of target diameters against months "
        "from the start.",
        notes,
    )


def _line(view: View, rows: list[dict[str, Any]], response: str, scales: tuple[Scale, Scale]) -> Markup:
    """Return the line of a subject: solid up to progression, dashed after it, with a point per visit."""
    across, up = scales
    places = [(across.place(row["ADY"]), up.place(min(row["PCHG"], up.high))) for row in rows]
    counted = sum(1 for row in rows if row["ANL02FL"] == "Y")
    start = [(across.place(0), up.place(0))]
    style = look(response)
    shapes = [tip(f"{rows[0]['USUBJID']}: {response}")]
    shapes.append(path(_commands(start + places[:counted]), stroke=style.stroke, class_="trace"))
    if counted < len(places):
        later = (start + places)[counted:]
        shapes.append(path(_commands(later), stroke=style.stroke, stroke_dasharray="3 3", class_="trace"))
    for row, (x, y), last in zip(rows, places, [*[False] * (len(rows) - 1), True], strict=True):
        title = tip(f"{row['USUBJID']}, day {row['ADY']}: {change(row['PCHG'])}%")
        shape = path(
            mark(style.mark if last else "circle", x, y, 4.5 if last else 2.4), title, fill=style.stroke, class_="point"
        )
        shapes.append(group(shape, data_row=view.rows.address("ADTR", row)))
    return group(*shapes, class_="subject")


def _commands(places: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{at(x)} {at(y)}" for x, y in places)
