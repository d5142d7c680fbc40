"""The waterfall: best change of the target sum of each subject, from growth to shrinkage."""

from typing import Any

import polars as pl
from markupsafe import Markup

from topline.report.figures.axes import Scale, left_axis, rounded_up, ticks
from topline.report.figures.palette import fill, legend, patterns
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, rectangle, text, tip
from topline.report.markup import say
from topline.report.rounding import change
from topline.report.view import View

NAME = "waterfall"
LEAST, MOST = -100.0, 100.0
REFERENCES = (-30.0, 20.0)


def best_changes(view: View) -> list[dict[str, Any]]:
    """Return the rows of the best sum with a change, largest growth first; ties by subject."""
    rows = view.rows.select("ADTR", pl.col("PARAMCD") == "BESTSUM", pl.col("PCHG").is_not_null())
    return sorted(rows, key=lambda row: (-row["PCHG"], row["USUBJID"]))


def best_responses(view: View) -> dict[str, dict[str, Any]]:
    """Return the row of the best overall response that counts, by subject."""
    return {row["USUBJID"]: row for row in view.rows.select("ADRS", pl.col("PARAMCD") == view.best)}


def waterfall(view: View) -> Markup | None:
    """Return the figure, or None where no subject has a sum after baseline."""
    rows = best_changes(view)
    if not rows:
        return None
    pitch = min(30.0, max(8.0, 720.0 / len(rows)))
    box = Box(70, 52, max(720.0, pitch * len(rows)), 320)
    high = min(MOST, rounded_up(max(40.0, rows[0]["PCHG"]), 25))
    scale = Scale(LEAST, high, box.bottom, box.y)
    responses = {name: row["AVALC"] for name, row in best_responses(view).items()}
    shapes = [patterns(NAME), *left_axis(box, scale, ticks(LEAST, high, 8), "Best change of target sum (%)")]
    shapes += [
        _bar(view, row, responses.get(row["USUBJID"]), (scale, Box(box.x + place * pitch, 0, pitch, 0)))
        for place, row in enumerate(rows)
    ]
    shapes += [_reference(value, box, scale) for value in REFERENCES]
    shapes.append(line(box.x, scale.place(0), box.right, scale.place(0), class_="axis"))
    present = [responses.get(row["USUBJID"]) or "NE" for row in rows]
    sheet = Sheet(box.right + 40, box.bottom + 28, _caption(view), view.virtual)
    return draw(sheet, [*shapes, *legend(NAME, present, box.x, 26)])


def _caption(view: View) -> Caption:
    kind = say("confirmed") if view.best == "CBOR" else say("unconfirmed")
    notes = (
        say(
            "One bar per subject with a target sum after baseline, up to progression; colour, pattern and "
            "letters: best overall response ({kind}). Lines: −30% and +20%.",
            kind=kind,
        ),
        say("An arrow: the change exceeds +100%; its bar names the value."),
    )
    return Caption(
        NAME,
        "WFG01",
        say("Best change of the sum of target diameters"),
        "Waterfall of best change in target sum",
        "One bar per subject, from the largest growth on the left to the largest shrinkage on the right, "
        "marked with the best overall "
        "response; lines at minus 30 and plus 20 percent.",
        notes,
    )


def _bar(view: View, row: dict[str, Any], response: str | None, place: tuple[Scale, Box]) -> Markup:
    scale, slot = place
    value = min(row["PCHG"], scale.high)
    top, bottom = scale.place(max(value, 0.0)), scale.place(min(value, 0.0))
    x, width = slot.x + slot.width * 0.1, slot.width * 0.8
    shapes = [tip(f"{row['USUBJID']}: {change(row['PCHG'])}%, {response or 'no best response'}")]
    shapes.append(rectangle(Box(x, top, width, max(bottom - top, 1.5)), fill=fill(NAME, response), class_="bar"))
    middle = x + width / 2
    if slot.width >= 13:
        y = top - 4 if value >= 0 else bottom + 11
        shapes.append(text(middle, y, _letters(response), class_="letters", text_anchor="middle"))
    if row["PCHG"] > scale.high:
        shapes.append(
            path(
                f"M{at(middle - 4)} {at(top + 8)}L{at(middle)} {at(top + 1)}L{at(middle + 4)} {at(top + 8)}",
                class_="arrow",
            )
        )
    return group(*shapes, data_row=view.rows.address("ADTR", row), class_="hit-group")


def _letters(response: str | None) -> str:
    return "nCnP" if response == "NON-CR/NON-PD" else response or ""


def _reference(value: float, box: Box, scale: Scale) -> Markup:
    y = scale.place(value)
    label = f"{value:+g}%".replace("-", "\N{MINUS SIGN}")
    return line(box.x, y, box.right, y, class_="reference") + text(box.right + 4, y + 4, label, class_="tick")
