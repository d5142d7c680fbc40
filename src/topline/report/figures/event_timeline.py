"""The timeline of adverse events: every event of each subject from its first to its last day, coloured by grade."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from markupsafe import Markup

from topline.report.figures.axes import Scale, bottom_axis, month_ticks
from topline.report.figures.grades import SEVERE, grade_fill, grade_legend, thickness
from topline.report.figures.palette import mark
from topline.report.figures.svg import Box, Caption, Sheet, at, draw, group, line, path, rectangle, text, tip, words
from topline.report.figures.swimmer import DEATH, treated
from topline.report.markup import Text, joined, say
from topline.report.view import View

NAME = "event-timeline"
ROW = 6.5
"""The height of a bar with its gap, in units of the figure."""
LEAST = 13.0
"""The least height of a subject's lane, which holds the name."""
MOST = 1500
"""Of more events than this only those of grade 3 or higher are drawn."""
GAP, HEADING = 2.0, 24.0
NAMED = 12
"""How many events without a day the note names."""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """An event on the axis: its row, where it starts and ends [days from the first dose], whether the end is known."""

    row: Record
    start: float
    end: float
    ended: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """A subject: the row of ADSL, the last day of follow-up, and the events in lines in which none covers another."""

    subject: Record
    last: float
    lines: tuple[tuple[Span, ...], ...]

    @property
    def died(self) -> bool:
        """Whether the day of death is known."""
        return self.subject.get("DTHDT") is not None

    @property
    def height(self) -> float:
        """The height of the lane."""
        return max(LEAST, ROW * len(self.lines) + 3)


def place_of(day: int) -> float:
    """Return the place of a study day on an axis whose origin is the morning of the first dose; there is no day 0.

    >>> place_of(1), place_of(8), place_of(-1)
    (0.0, 7.0, -1.0)
    """
    return float(day - 1 if day > 0 else day)


def events(view: View) -> list[Record]:
    """Return the adverse events, only those of grade 3 or higher where there are very many."""
    rows = view.rows.select("ADAE")
    return rows if len(rows) <= MOST else view.rows.select("ADAE", pl.col("ATOXGRN") >= SEVERE)


def event_timeline(view: View) -> Markup | None:
    """Return the figure, or None where there is no adverse event of a treated subject."""
    by_subject: dict[str, list[Record]] = {}
    for row in events(view):
        if row["ASTDY"] is not None:
            by_subject.setdefault(row["USUBJID"], []).append(row)
    subjects = treated(view)
    if not any(row["USUBJID"] in by_subject for row in subjects):
        return None
    lanes = [_lane(row, by_subject.get(row["USUBJID"], [])) for row in subjects]
    blocks = [(arm, [lane for lane in lanes if lane.subject["TRT01A"] == arm]) for arm in view.arms]
    blocks.append(("", [lane for lane in lanes if lane.subject["TRT01A"] not in view.arms]))
    height = sum(lane.height + GAP for lane in lanes) + HEADING * len(view.arms)
    box = Box(132, 66, 680, height + 4)
    spans = [span for lane in lanes for line_ in lane.lines for span in line_]
    scale = _axis(lanes, spans, box)
    shapes = bottom_axis(
        box, scale, *month_ticks(scale.high, view.protocol.days_per_month), "Months from the first dose"
    )
    shapes.append(line(scale.place(0), box.y, scale.place(0), box.bottom, class_="reference"))
    shapes += _blocks(view, blocks, scale, box.y + 4)
    shapes += [*_legend(box.x), *grade_legend({span.row["ATOXGRN"] for span in spans}, box.x, 48)]
    return draw(Sheet(box.right + 30, box.bottom + 50, _caption(view), view.virtual), shapes)


def _axis(lanes: list[Lane], spans: list[Span], box: Box) -> Scale:
    """Return the axis of days, from the first event, if it is before treatment, to the last day of follow-up."""
    first = min([0.0, *(span.start for span in spans)])
    last = max([lane.last for lane in lanes] + [span.end for span in spans])
    return Scale(first, last * 1.02, box.x, box.right)


def _blocks(view: View, blocks: list[tuple[str, list[Lane]]], scale: Scale, y: float) -> list[Markup]:
    """Return the lanes from top to bottom, those of each arm below its name."""
    shapes: list[Markup] = []
    for arm, lanes in blocks:
        if arm:
            shapes.append(text(8, y + HEADING - 8, arm, class_="label"))
            y += HEADING
        for lane in lanes:
            shapes += _drawn(view, lane, scale, y)
            y += lane.height + GAP
    return shapes


def _days(subject: Record, when: date | None) -> float:
    start: date = subject["TRTSDT"]
    return float((when - start).days) if when is not None else 0.0


def _lane(subject: Record, rows: list[Record]) -> Lane:
    """Return the lane of a subject; an event takes the first line that is free when it starts."""
    known = (subject.get("DTHDT"), subject.get("LSTALVDT"))
    last = max(float(subject["TRTDURD"]), *(_days(subject, when) + 1 for when in known))
    spans = sorted((_span(row, last) for row in rows), key=lambda span: (span.start, -span.end, span.row["ASEQ"]))
    lines: list[list[Span]] = []
    for span in spans:
        free = next((each for each in lines if each[-1].end <= span.start), None)
        if free is None:
            lines.append([span])
        else:
            free.append(span)
    return Lane(subject, last, tuple(tuple(each) for each in lines))


def _span(row: Record, last: float) -> Span:
    """Return an event on the axis, its last day included; one that ends before it starts stands on its first day."""
    start = place_of(row["ASTDY"])
    ended = row["AENDY"] is not None
    end = place_of(row["AENDY"]) + 1 if ended else last
    return Span(row, start, max(end, start + 1), ended)


def _drawn(view: View, lane: Lane, scale: Scale, y: float) -> list[Markup]:
    """Return a subject: the pale ground of treatment, follow-up, the name, the events, and the mark of death."""
    subject = lane.subject
    middle = y + lane.height / 2
    ground = Box(scale.place(0), y, max(1.0, scale.place(subject["TRTDURD"]) - scale.place(0)), lane.height)
    told = f"{subject['USUBJID']}: treated {subject['TRTDURD']} days; {sum(map(len, lane.lines))} adverse events drawn"
    shapes: list[Text] = [tip(told), rectangle(ground, fill="#dfe8f0", class_="treatment")]
    shapes.append(line(ground.right, middle, max(ground.right, scale.place(lane.last)), middle, class_="follow-up"))
    label = str(subject.get("SUBJID") or subject["USUBJID"])
    shapes.append(text(scale.start - 8, middle + 3.5, label[-18:], class_="tick", text_anchor="end"))
    drawn = [group(*shapes, data_row=view.rows.address("ADSL", subject), class_="hit-group")]
    for place, spans in enumerate(lane.lines):
        drawn += [_event(view, span, (scale, y + 1.5 + ROW * (place + 0.5)), lane.died) for span in spans]
    if lane.died:
        x = scale.place(_days(subject, subject["DTHDT"]) + 1)
        shape = path(mark("cross", x, middle, 3.8), tip(f"{subject['USUBJID']}: died {subject['DTHDT']}"), stroke=DEATH,
                     class_="death")  # fmt: skip
        drawn.append(group(shape, data_row=view.rows.address("ADSL", subject)))
    return drawn


def _event(view: View, span: Span, place: tuple[Scale, float], died: bool) -> Markup:
    """Return the bar of an event: pale if it does not count, with an arrow if it has no end and the subject lives."""
    scale, y = place
    row = span.row
    height = thickness(row["ATOXGRN"], ROW - 1.2)
    start, end = scale.place(span.start), scale.place(span.end)
    bar = Box(start, y - height / 2, max(end - start, 1.4), height)
    pale = None if row.get("TRTEMFL") == "Y" else "0.35"
    kind = "emergent" if pale is None else "not-emergent"
    shapes = [tip(_told(row))]
    shapes.append(rectangle(bar, fill=grade_fill(row["ATOXGRN"]), fill_opacity=pale, class_=f"event-bar {kind}",
                            stroke="#59636e", stroke_width="0.4"))  # fmt: skip
    if not span.ended and not died:
        shapes.append(path(f"M{at(bar.right)} {at(y)}h4m-2.5,-2l2.5,2l-2.5,2", class_="event-on", fill="none",
                           stroke="#1b2128", stroke_width="0.9"))  # fmt: skip
    return group(*shapes, data_row=view.rows.address("ADAE", row), class_="hit-group")


def _told(row: Record) -> str:
    grade = f"grade {row['ATOXGRN']}" if row["ATOXGRN"] is not None else "grade not known"
    days = f"day {row['ASTDY']} to " + (f"day {row['AENDY']}" if row["AENDY"] is not None else "end not known")
    counted = "" if row.get("TRTEMFL") == "Y" else ", not treatment-emergent"
    serious = ", serious" if row.get("AESER") == "Y" else ""
    return f"{row['USUBJID']}, {row['AEDECOD'] or row['AETERM']}: {grade}, {days}{serious}{counted}"


def _legend(x: float) -> list[Markup]:
    return [
        rectangle(Box(x, 16, 18, 10), fill="#dfe8f0", class_="key"),
        words(x + 24, 25, "Treatment", class_="tick"),
        line(x + 100, 21, x + 122, 21, class_="follow-up"),
        words(x + 128, 25, "Follow-up", class_="tick"),
        path(mark("cross", x + 206, 21, 3.8), stroke=DEATH, class_="death-key", fill="none", stroke_width="1.9"),
        words(x + 216, 25, "Death", class_="tick"),
        path(f"M{at(x + 270)} 21h8m-3,-2.5l3,2.5l-3,2.5", fill="none", stroke="#1b2128", stroke_width="1"),
        words(x + 284, 25, "Goes on, or its end is not known", class_="tick"),
    ]


def _caption(view: View) -> Caption:
    notes: list[Text] = [
        say(
            "One lane per treated subject, longest treatment on top; one bar per adverse event from its first to its "
            "last day, darker and thicker with the grade. Pale: not treatment-emergent."
        )
    ]
    if len(view.rows.select("ADAE")) > MOST:
        notes.append(say("For their number only events of grade 3 or higher are drawn."))
    dateless = [row for row in view.rows.select("ADAE") if row["ASTDY"] is None]
    if dateless:
        names = [view.rows.link("ADAE", row, f"{row['USUBJID']}: {row['AETERM']}") for row in dateless[:NAMED]]
        names += [Markup("\N{HORIZONTAL ELLIPSIS}")] if len(dateless) > NAMED else []
        notes.append(say("Not drawn, for want of a day of start: {events}", events=joined(names, "; ")))
    return Caption(
        NAME,
        "AEG02",
        say("Adverse events of each subject over time"),
        "Timeline of adverse events",
        "One lane per treated subject, longest treatment on top: a pale ground for treatment, a line for follow-up, a "
        "cross for death, and a bar per adverse event whose colour and thickness tell its grade.",
        tuple(notes),
    )
