"""The commonest adverse events: percent of subjects with any grade and with grade 3 or higher, by term (AET02, AET10).

Two arms stand back to back (butterfly); one arm, or several, stand as dots with their intervals.
"""

from dataclasses import dataclass

from markupsafe import Markup

from topline.report.figures.axes import Scale, bottom_axis, rounded_up, ticks
from topline.report.figures.palette import GROUPS, mark
from topline.report.figures.svg import Box, Caption, Sheet, draw, group, line, path, rectangle, text, tip, words
from topline.report.markup import Text, element, say
from topline.report.numbers import ALL, Result
from topline.report.view import View

NAME = "adverse-events"
TOPIC = "adverse events"
COMMON = 10.0
"""A term is common when this share of some group had it [%]."""
MOST = 25
LETTER, LINE = 6.5, 18.0
ANY, SEVERE = "#2f7fb8", "#8c1d18"
PERCENT, SEVERE_PERCENT = "percent", "grade 3 or higher percent"


@dataclass(frozen=True, slots=True)
class Term:
    """A term: its analysis, its name, and the groups in which it is drawn."""

    analysis: str
    name: str

    def id(self, group: str, statistic: str) -> str:
        """Return the identifier of a number of the term."""
        return f"{self.analysis}/{group}/{statistic}"


def groups(view: View) -> tuple[str, ...]:
    """Return the groups that are drawn: the arms, or all subjects where there is a single arm."""
    return view.arms or (ALL,)


def common_terms(view: View) -> tuple[list[Term], int]:
    """Return the terms that a tenth of some group had, the commonest of all subjects first, and how many there are."""
    rows = [first for first in view.numbers.analyses(TOPIC) if _is_term(first)]
    terms = [Term(first.analysis, first.level) for first in rows]
    common = [term for term in terms if max(_percents(view, term, (*groups(view), ALL))) >= COMMON]
    ranked = sorted(common, key=lambda term: (-_value(view, term, ALL, PERCENT), term.name, term.analysis))
    return ranked[:MOST], len(ranked)


def _is_term(first: Result) -> bool:
    return first.analysis.startswith("AE.ALL.") and "PARCAT1 = 'TERM'" in first.where


def _value(view: View, term: Term, group: str, statistic: str) -> float:
    return view.numbers.value(term.id(group, statistic)) or 0.0


def _percents(view: View, term: Term, names: tuple[str, ...]) -> list[float]:
    return [_value(view, term, name, PERCENT) for name in names]


def adverse_events(view: View) -> Markup | None:
    """Return the figure, or None where no term is common."""
    terms, every = common_terms(view)
    if not terms:
        return None
    butterfly = len(view.arms) == 2
    shapes, box = _butterfly(view, terms) if butterfly else _dots(view, terms)
    caption = _caption(butterfly, every > len(terms))
    return draw(Sheet(box.right + (84 if butterfly else 128), box.bottom + 50, caption, view.virtual), shapes)


def _reach(view: View, terms: list[Term], statistic: str) -> float:
    """Return the end of the axis [%]: a multiple of ten that holds the values, at most 100."""
    values = [_value(view, term, name, statistic) for term in terms for name in groups(view)]
    return min(100.0, rounded_up(max(10.0, *values), 10))


def _left(terms: list[Term]) -> float:
    return max(120.0, 14 + LETTER * min(44, max(len(term.name) for term in terms)))


def _label(term: Term, x: float, y: float, anchor: str) -> Markup:
    name = term.name if len(term.name) <= 44 else f"{term.name[:43]}\N{HORIZONTAL ELLIPSIS}"
    return text(x, y, name, class_="tick", text_anchor=anchor) if name == term.name else group(
        tip(term.name), text(x, y, name, class_="tick", text_anchor=anchor)
    )  # fmt: skip


def _told(view: View, term: Term, name: str) -> str:
    """Return what a mark shows, in words: count, percentage and interval, and the same of grade 3 or higher."""
    ids = {
        each: term.id(name, each) for each in (PERCENT, "lower", "upper", "n", "N", "grade 3 or higher", SEVERE_PERCENT)
    }
    of = {each: view.numbers.text(key) for each, key in ids.items() if view.numbers.get(key) is not None}
    if PERCENT not in of:
        return f"{term.name}: no subject"
    who = f", {name}" if name != ALL else ""
    interval = f" ({of['lower']}, {of['upper']})" if "lower" in of else ""
    severe = f"; grade 3 or higher {of['grade 3 or higher']} ({of[SEVERE_PERCENT]}%)" if SEVERE_PERCENT in of else ""
    return f"{term.name}{who}: {of['n']} of {of['N']}, {of[PERCENT]}%{interval}{severe}"


def _dots(view: View, terms: list[Term]) -> tuple[list[Markup], Box]:
    """Return the dots: in each row a lane per group with interval, any grade and grade 3 or higher."""
    names = groups(view)
    lane = 22.0 if len(names) == 1 else 13.0
    pitch = lane * len(names) + (0 if len(names) == 1 else 8)
    box = Box(_left(terms), 44 + LINE * len(view.arms), 470, pitch * len(terms) + 6)
    end = _reach(view, terms, "upper")
    scale = Scale(0, end, box.x, box.right)
    shapes = _grid_lines(box, scale, end)
    for place, term in enumerate(terms):
        top = box.y + 3 + pitch * place
        shapes.append(_label(term, box.x - 10, top + pitch / 2 + 4, "end"))
        for row, name in enumerate(names):
            shapes += _dot(view, term, name, (scale, top + lane * (row + 0.5)))
        shapes.append(line(box.x, top + pitch, box.right, top + pitch, class_="across-line"))
    return [*shapes, *_dot_legend(view, box)], box


def _grid_lines(box: Box, scale: Scale, end: float) -> list[Markup]:
    values = ticks(0, end, 6)
    lines = [line(scale.place(each), box.y, scale.place(each), box.bottom, class_="across-line") for each in values]
    return lines + bottom_axis(box, scale, values, [f"{each:g}" for each in values], "Subjects (%)")


def _dot(view: View, term: Term, name: str, place: tuple[Scale, float]) -> list[Markup]:
    """Return interval, any grade and grade 3 or higher of a group, and its percentages on the right."""
    scale, y = place
    any_, severe, lower, upper = (term.id(name, each) for each in (PERCENT, SEVERE_PERCENT, "lower", "upper"))
    if view.numbers.value(any_) is None:
        return []
    colours = _colours(view, name)
    title = tip(_told(view, term, name))
    shapes: list[Markup] = []
    if view.numbers.value(lower) is not None:
        ends = [scale.place(view.numbers.value(each) or 0.0) for each in (lower, upper)]
        shapes.append(line(ends[0], y, ends[1], y, stroke=colours[0], stroke_width="1.2"))
    x = scale.place(view.numbers.value(any_) or 0.0)
    shapes.append(path(mark("circle", x, y, 4.6), title, fill=colours[0], class_="point", data_result=any_))
    if view.numbers.value(severe) is not None:
        x = scale.place(view.numbers.value(severe) or 0.0)
        shapes.append(path(mark("diamond", x, y, 4.4), title, fill=colours[1], class_="point", data_result=severe))
    return shapes + _numbers(view, (any_, severe), (scale.end, y))


def _numbers(view: View, ids: tuple[str, str], place: tuple[float, float]) -> list[Markup]:
    """Return the percentages as texts to the right of a row."""
    x, y = place
    return [
        text(x + 50 * (column + 1), y + 4, view.numbers.text(each), class_="risk svg-num", text_anchor="end",
             data_result=each, tabindex="0", role="button")
        for column, each in enumerate(ids)
        if view.numbers.get(each) is not None
    ]  # fmt: skip


def _colours(view: View, name: str) -> tuple[str, str]:
    """Return the colours of any grade and of grade 3 or higher: those of the arm, or two of their own."""
    if name not in view.arms:
        return ANY, SEVERE
    own = GROUPS[view.arms.index(name) % len(GROUPS)][0]
    return own, own


def _dot_legend(view: View, box: Box) -> list[Markup]:
    """Return what the marks mean, the names of the columns on the right, and the colours of the arms."""
    neutral = (ANY, SEVERE) if not view.arms else ("#59636e", "#59636e")
    shapes = [
        path(mark("circle", box.x + 6, 18, 4.6), fill=neutral[0], class_="point"),
        words(box.x + 16, 22, "Any grade", class_="tick"),
        path(mark("diamond", box.x + 100, 18, 4.4), fill=neutral[1], class_="point"),
        words(box.x + 110, 22, "Grade 3 or higher", class_="tick"),
        words(box.right + 50, box.y - 6, "any", class_="tick", text_anchor="end"),
        text(box.right + 100, box.y - 6, "≥ 3", class_="tick", text_anchor="end"),
    ]
    for place, name in enumerate(view.arms):
        y = 22 + LINE * (place + 1)
        shapes.append(rectangle(Box(box.x, y - 10, 12, 12), fill=_colours(view, name)[0]))
        shapes.append(
            text(box.x + 17, y, name if len(name) <= 60 else f"{name[:59]}\N{HORIZONTAL ELLIPSIS}", class_="tick")
        )
    return shapes


def _butterfly(view: View, terms: list[Term]) -> tuple[list[Markup], Box]:
    """Return the bars of two arms: the first one to the left of the terms, the second one to the right."""
    middle, wing, pitch = _left(terms) + 20, 300.0, 24.0
    box = Box(84, 64, 2 * wing + middle, pitch * len(terms) + 6)
    end = _reach(view, terms, PERCENT)
    scales = (Scale(0, end, box.x + wing, box.x), Scale(0, end, box.right - wing, box.right))
    shapes: list[Markup] = []
    for name, scale in zip(view.arms, scales, strict=True):
        shapes += _wing(view, name, scale, box)
    for place, term in enumerate(terms):
        y = box.y + 3 + pitch * (place + 0.5)
        shapes.append(_label(term, box.x + wing + middle / 2, y + 4, "middle"))
        for name, scale in zip(view.arms, scales, strict=True):
            shapes += _bar(view, term, name, (scale, y))
    return [*shapes, *_bar_legend(box)], box


def _wing(view: View, name: str, scale: Scale, box: Box) -> list[Markup]:
    """Return the axis of one side, and the name of its arm above it."""
    values = ticks(0, scale.high, 5)
    least, most = sorted((scale.start, scale.end))
    shapes = [line(scale.place(each), box.y, scale.place(each), box.bottom, class_="across-line") for each in values]
    own = Box(least, box.y, most - least, box.height)
    shapes += bottom_axis(own, scale, values, [f"{each:g}" for each in values], "Subjects (%)")
    shown = name if len(name) <= 44 else f"{name[:43]}\N{HORIZONTAL ELLIPSIS}"
    return [*shapes, text((least + most) / 2, box.y - 10, shown, class_="label", text_anchor="middle",
                          fill=_colours(view, name)[0])]  # fmt: skip


def _bar(view: View, term: Term, name: str, place: tuple[Scale, float]) -> list[Markup]:
    """Return the pale bar of any grade and the full one of grade 3 or higher, and the percentage at its end."""
    scale, y = place
    colour = _colours(view, name)[0]
    shapes: list[Markup] = []
    for statistic, height, opacity in ((PERCENT, 15.0, "0.32"), (SEVERE_PERCENT, 9.0, "1")):
        identifier = term.id(name, statistic)
        value = view.numbers.value(identifier)
        if value:
            least, most = sorted((scale.start, scale.place(value)))
            bar = Box(least, y - height / 2, most - least, height)
            title = tip(_told(view, term, name))
            shapes.append(group(title, rectangle(bar, fill=colour, fill_opacity=opacity), data_result=identifier,
                                class_="hit-group"))  # fmt: skip
    if view.numbers.value(term.id(name, PERCENT)) is not None:
        outwards = 1 if scale.end > scale.start else -1
        x = scale.place(view.numbers.value(term.id(name, PERCENT)) or 0.0) + 5 * outwards
        shapes.append(_ends(view, term, name, (x, y + 4, "start" if outwards > 0 else "end")))
    return shapes


def _ends(view: View, term: Term, name: str, place: tuple[float, float, str]) -> Markup:
    """Return the percentages at the end of a bar: any grade, and grade 3 or higher in brackets."""
    x, y, anchor = place
    ids = [
        each for each in (term.id(name, PERCENT), term.id(name, SEVERE_PERCENT)) if view.numbers.get(each) is not None
    ]
    parts = [element("tspan", view.numbers.text(each), data_result=each, class_="svg-num") for each in ids]
    told = Markup("{} ({})").format(*parts) if len(parts) > 1 else parts[0]
    return text(x, y, told, class_="risk", text_anchor=anchor)


def _bar_legend(box: Box) -> list[Markup]:
    return [
        rectangle(Box(box.x, 10, 18, 12), fill="#59636e", fill_opacity="0.32"),
        words(box.x + 24, 20, "Any grade", class_="tick"),
        rectangle(Box(box.x + 110, 12, 18, 8), fill="#59636e"),
        words(box.x + 134, 20, "Grade 3 or higher", class_="tick"),
    ]


def _caption(butterfly: bool, cut: bool) -> Caption:
    notes: list[Text] = [
        say(
            "Treatment-emergent adverse events, each subject once per term at the worst grade; terms that at least "
            "10% of a group had, the commonest first."
        )
    ]
    if cut:
        notes.append(say("Of these the 25 commonest are drawn; the tables hold all."))
    notes.append(
        say("Numbers: percent of subjects with any grade, and in brackets with grade 3 or higher.")
        if butterfly
        else say("Line: exact interval of any grade. On the right: percent of subjects with any grade, with grade ≥ 3.")
    )
    return Caption(
        NAME,
        "AEG01",
        say("The commonest adverse events"),
        "The commonest adverse events by term",
        "One row per term, the commonest on top: percent of subjects with the event at any grade and at grade 3 or "
        "higher, as bars of two arms back to back, or as dots with an interval.",
        tuple(notes),
    )
