"""The swimmer: treatment and follow-up of each subject over time, with responses, progression and death."""

from datetime import date
from typing import Any

import polars as pl
from markupsafe import Markup

from topline.report.figures.axes import Scale, bottom_axis, month_ticks
from topline.report.figures.palette import fill, legend, mark, patterns
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, rectangle, text, tip, words
from topline.report.figures.waterfall import best_responses
from topline.report.markup import say
from topline.report.view import View

NAME = "swimmer"
EVENTS = (("CR", "star", "#0f6b4f"), ("PR", "circle", "#2f7fb8"), ("PD", "triangle", "#b5382f"))
DEATH, THERAPY = "#1b1f24", "#6f3a8f"
LEGEND = (
    ("CR", "star", "#0f6b4f"),
    ("PR", "circle", "#2f7fb8"),
    ("Progression", "triangle", "#b5382f"),
    ("New therapy", "diamond", THERAPY),
    ("Death", "cross", DEATH),
)


def treated(view: View) -> list[dict[str, Any]]:
    """Return the treated subjects, longest treatment first; ties by subject."""
    rows = view.rows.select(
        "ADSL", pl.col("TRTFL") == "Y", pl.col("TRTDURD").is_not_null(), pl.col("TRTSDT").is_not_null()
    )
    return sorted(rows, key=lambda row: (-row["TRTDURD"], row["USUBJID"]))


def swimmer(view: View) -> Markup | None:
    """Return the figure, or None where no subject was treated."""
    rows = treated(view)
    if not rows:
        return None
    pitch = 15.0 if len(rows) <= 80 else 9.0
    box = Box(132, 66, 660, pitch * len(rows) + 6)
    last = max(_last_day(row) for row in rows) * 1.03
    scale = Scale(0, last, box.x, box.right)
    responses, events = best_responses(view), _events(view)
    shapes = bottom_axis(box, scale, *month_ticks(last, view.protocol.days_per_month), "Months from the first dose")
    for place, row in enumerate(rows):
        subject = row["USUBJID"]
        slot = Box(box.x, box.y + 4 + pitch * place, 0, pitch * 0.72)
        best = responses.get(subject, {}).get("AVALC")
        shapes.append(_lane(view, row, best, (scale, slot)))
        shapes += [_event(view, event, row, (scale, slot)) for event in events.get(subject, [])]
    sheet = Sheet(box.right + 30, box.bottom + 48, _caption(), view.virtual)
    present = [responses.get(row["USUBJID"], {}).get("AVALC") or "NE" for row in rows]
    return draw(sheet, [patterns(NAME), *shapes, *_legend(box.x), *legend(NAME, present, box.x - 4, 48)])


def _day(row: dict[str, Any], when: date) -> int:
    """Return the place of a date in days from the first dose, which stands at 0."""
    start: date = row["TRTSDT"]
    days: int = (when - start).days
    return days


def _end_of_follow_up(row: dict[str, Any]) -> date | None:
    death: date | None = row["DTHDT"]
    alive: date | None = row["LSTALVDT"]
    return death or alive


def _last_day(row: dict[str, Any]) -> int:
    end = _end_of_follow_up(row)
    treated_days: int = row["TRTDURD"]
    return max(treated_days, _day(row, end) if end else 0)


def _events(view: View) -> dict[str, list[dict[str, Any]]]:
    """Return the visits with response and the progression of each subject, up to progression."""
    visits = (pl.col("PARAMCD") == "OVR") & pl.col("AVALC").is_in(["CR", "PR", "PD"]) & (pl.col("ANL02FL") == "Y")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in view.rows.select("ADRS", visits & pl.col("ADT").is_not_null()):
        found.setdefault(row["USUBJID"], []).append(row)
    return found


def _lane(view: View, row: dict[str, Any], best: str | None, place: tuple[Scale, Box]) -> Markup:
    """Return a subject's bar of treatment, the line of follow-up after it, and the marks of therapy and death."""
    scale, slot = place
    end, middle = scale.place(row["TRTDURD"]), slot.y + slot.height / 2
    shapes = [tip(f"{row['USUBJID']}: treated {row['TRTDURD']} days; best response {best or 'none'}; {_status(row)}")]
    if (last := _end_of_follow_up(row)) is not None:
        shapes.append(line(end, middle, max(end, scale.place(_day(row, last))), middle, class_="follow-up"))
    shapes.append(
        rectangle(Box(slot.x, slot.y, max(end - slot.x, 1), slot.height), fill=fill(NAME, best), class_="lane")
    )
    if _ongoing(row):
        shapes.append(path(f"M{at(end)} {at(middle)}h10m-4,-3.5l4,3.5l-4,3.5", class_="ongoing"))
    if row.get("NEWTXDT") is not None:
        shapes.append(
            path(mark("diamond", scale.place(_day(row, row["NEWTXDT"])), middle, 4), fill=THERAPY, class_="event")
        )
    if row.get("DTHDT") is not None:
        shapes.append(
            path(mark("cross", scale.place(_day(row, row["DTHDT"])), middle, 3.6), stroke=DEATH, class_="death")
        )
    if slot.height >= 6:
        label = str(row.get("SUBJID") or row["USUBJID"])
        size = "letters" if slot.height < 9 else "tick"
        shapes.append(text(slot.x - 8, middle + 3.5, label[-18:], class_=size, text_anchor="end"))
    return group(*shapes, data_row=view.rows.address("ADSL", row), class_="hit-group")


def _ongoing(row: dict[str, Any]) -> bool:
    return row.get("EOTSTT") in (None, "ONGOING") and row.get("DTHDT") is None and row.get("DTHFL") != "Y"


def _status(row: dict[str, Any]) -> str:
    if row.get("DTHDT") is not None:
        return f"died {row['DTHDT']}"
    return "on treatment" if _ongoing(row) else f"last known alive {row.get('LSTALVDT') or 'unknown'}"


def _event(view: View, event: dict[str, Any], row: dict[str, Any], place: tuple[Scale, Box]) -> Markup:
    """Return the mark of a visit with response or progression."""
    scale, slot = place
    _, shape, colour = next(each for each in EVENTS if each[0] == event["AVALC"])
    x, y = scale.place(_day(row, event["ADT"])), slot.y + slot.height / 2
    title = tip(f"{event['USUBJID']}, {event['ADT']}: {event['AVALC']}")
    point = path(mark(shape, x, y, min(4.6, slot.height / 2)), title, fill=colour, class_="event")
    return group(point, data_row=view.rows.address("ADRS", event))


def _legend(x: float) -> list[Markup]:
    shapes: list[Markup] = []
    for phrase, shape, colour in LEGEND:
        kind = {"stroke": colour, "class_": "death"} if shape == "cross" else {"fill": colour, "class_": "event"}
        shapes.append(path(mark(shape, x, 22, 4.4), **kind))
        shapes.append(
            text(x + 9, 26, phrase, class_="tick") if len(phrase) == 2 else words(x + 9, 26, phrase, class_="tick")
        )
        x += 34 + 7.2 * len(phrase)
    shapes.append(path(f"M{at(x)} 22h12m-4,-3.5l4,3.5l-4,3.5", class_="ongoing"))
    return [*shapes, words(x + 18, 26, "On treatment", class_="tick")]


def _caption() -> Caption:
    notes = (
        say(
            "Bar: from the first to the last dose, coloured by best overall response. Line: follow-up to "
            "death or to the day last known alive."
        ),
    )
    return Caption(
        NAME,
        "SWG01",
        say("Treatment, response and follow-up of each subject"),
        "Swimmer plot",
        "One lane per treated subject, longest treatment on top: a bar for treatment, marks for response, "
        "progression, new therapy and "
        "death, a line for follow-up, an arrow where treatment goes on.",
        notes,
    )
