"""Adverse events by class and term: AET02, AET03, AET04, AET07, AET09 and AET10."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from topline.report.grid import LONG, Grid, Row, by_group, group_head, heading
from topline.report.markup import Text, element, joined, say
from topline.report.numbers import ALL
from topline.report.safety_cells import shared, sparse, with_events
from topline.report.safety_events import (
    KINDS,
    Counted,
    by_frequency,
    chosen,
    counted_events,
    event_notes,
    whose,
)
from topline.report.view import View, group_name

COMMON_PERCENT = 10.0
"""A term is common when at least this share of the subjects of some group had it [%]."""
HIGHER = "grade 3 or higher"
GRADES = tuple(f"grade {grade}" for grade in range(1, 6))
UNKNOWN = "grade unknown"
BY_KIND = {
    "ALL": ("AET02", "Adverse events by class and term"),
    "RELATED": ("AET09", "Related adverse events by class and term"),
    "SERIOUS": ("AET02_SER", "Serious adverse events by class and term"),
    "WITHDRAWAL": ("AET02_WDR", "Adverse events that led to withdrawal of a drug, by class and term"),
    "FATAL": ("AET07", "Fatal adverse events by class and term"),
}


def by_term(view: View, kind: str) -> Grid | None:
    """Return the table of a kind of events by class and term (AET02, AET07, AET09); None where it was not counted."""
    name = f"AE.{kind}"
    if not view.numbers.rows(name):
        return None
    code, title = BY_KIND[kind]
    first = by_group(view, element("strong", say(KINDS[kind])), partial(with_events, view.numbers, name))
    rows = [first, *_classes(view, kind)]
    notes: list[Text] = [
        say("n (%) [events]. A subject counts once in each row; the most frequent class and term first.")
    ]
    if len(rows) == 1:
        notes = [say("There is no event of this kind.")]
    return Grid(
        code,
        say(title),
        group_head(view, name, "N"),
        tuple(rows),
        (*notes, *event_notes(view)),
        subtitle=whose(view, name),
        folded=len(rows) > LONG,
    )


def _classes(view: View, kind: str) -> list[Row]:
    """Return the rows of classes, each with its terms below it."""
    rows: list[Row] = []
    for each, terms in classes(view, kind):
        label = element("strong", each.label)
        rows.append(by_group(view, label, partial(with_events, view.numbers, f"AE.{each.name}")))
        rows += [by_group(view, term.label, partial(with_events, view.numbers, f"AE.{term.name}"), 1) for term in terms]
    return rows


def classes(view: View, kind: str) -> list[tuple[Counted, list[Counted]]]:
    """Return the classes of a kind of events with their terms, the most frequent first."""
    events = counted_events(view)
    terms = by_frequency(view, chosen(events, "TERM", kind))
    return [
        (each, [term for term in terms if term.bodsys == each.bodsys])
        for each in by_frequency(view, chosen(events, "CLASS", kind))
    ]


def common(view: View) -> Grid | None:
    """Return the table of common terms (AET10), any grade and grade 3 or higher; None where none was counted."""
    if not view.numbers.rows("AE.ALL"):
        return None
    terms = common_terms(view)
    rows = tuple(Row(each.label, tuple(_both(view, each))) for each in terms)
    least = say("Terms that at least {percent}% of the subjects of some group had.", percent=f"{COMMON_PERCENT:g}")
    none = [say("No term is so common.")] if not rows else []
    notes = (least, *none, say("Each subject counts with the worst grade of the term."), *event_notes(view))
    title, whom = say("Common adverse events by term"), whose(view, "AE.ALL", "" if view.arms else ALL)
    return Grid("AET10", title, _both_heads(view), rows, notes, subtitle=whom, folded=len(rows) > LONG)


def common_terms(view: View) -> list[Counted]:
    """Return the terms that are common in some group, the most frequent first."""
    return by_frequency(view, (each for each in chosen(counted_events(view), "TERM", "ALL") if _is_common(view, each)))


def _is_common(view: View, each: Counted) -> bool:
    shares = (view.numbers.value(f"AE.{each.name}/{group}/percent") or 0.0 for group in view.numbers.groups)
    return max(shares) >= COMMON_PERCENT


def _both(view: View, each: Counted) -> Iterable[Text]:
    for group in view.numbers.groups:
        yield from (shared(view.numbers, f"AE.{each.name}", group, part) for part in ("n", HIGHER))


def _both_heads(view: View) -> tuple[Text, ...]:
    """Return the headers of two columns per group; N stands in the first of them, of a single group in the subtitle."""
    any_grade, higher = say("Any grade"), say("Grade 3 or higher")
    if not view.arms:
        return ("", any_grade, higher)
    heads: list[Text] = [""]
    for group, name in zip(view.numbers.groups, group_head(view, "AE.ALL", "N")[1:], strict=True):
        heads += [joined([name, any_grade], " · "), joined([group_name(view, group), higher], " · ")]
    return tuple(heads)


def worst_grades(view: View, group: str) -> Grid | None:
    """Return the table of worst grades by class (AET03) of a group; None where events were not counted."""
    lines = [Line(say(KINDS[kind]), f"AE.{kind}") for kind in ("ALL", "RELATED") if view.numbers.rows(f"AE.{kind}")]
    lines += [Line(each.label, f"AE.{each.name}") for each, _ in classes(view, "ALL")]
    return _graded(view, ("AET03", "Worst grade by subject and class"), lines, group)


def worst_grades_of_terms(view: View, group: str) -> Grid | None:
    """Return the table of worst grades by term (AET04) of a group; None where no event has a term."""
    lines: list[Line] = []
    for each, terms in classes(view, "ALL"):
        lines += [Line(each.label), *(Line(term.label, f"AE.{term.name}", 1) for term in terms)]
    return _graded(view, ("AET04", "Worst grade by subject, class and term"), lines, group)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table by grade: what it is called, the analysis it shows, its depth; without analysis a heading."""

    label: Text
    analysis: str = ""
    depth: int = 0


def _graded(view: View, names: tuple[str, str], lines: list[Line], group: str) -> Grid | None:
    if not lines or not view.numbers.rows("AE.ALL", group):
        return None
    columns = _columns(view, lines)
    notes = (
        say("n (%). Each subject counts once in a row, with the worst grade. A point stands for 0."),
        say("A subject counts as of unknown grade when no event of the row has a grade."),
        *event_notes(view),
    )
    return Grid(
        names[0],
        say(names[1]),
        ("", *(name for name, _ in columns)),
        tuple(_grade_row(view, line, columns, group) for line in lines),
        notes,
        subtitle=whose(view, "AE.ALL", group),
        wide=len(lines) > LONG,
        folded=len(lines) > LONG or bool(view.arms and group != ALL),
    )


def _columns(view: View, lines: list[Line]) -> list[tuple[Text, str]]:
    """Return the columns of grades with what they are called; unknown grades only where some subject has one."""
    parts: list[tuple[Text, str]] = [(whole_line(say("Any grade")), "n")]
    parts += [(whole_line(say("Grade {grade}", grade=each.removeprefix("grade "))), each) for each in GRADES]
    if any(view.numbers.value(f"{line.analysis}/{ALL}/{UNKNOWN}") for line in lines):
        parts.append((say("Grade unknown"), UNKNOWN))
    return [*parts, (say("Grade 3 or higher"), HIGHER)]


def whole_line(text: Text) -> Text:
    """Return a text that is not broken into lines."""
    return element("span", text, class_="nowrap")


def _grade_row(view: View, line: Line, columns: list[tuple[Text, str]], group: str) -> Row:
    if not line.analysis:
        return heading(line.label, line.depth)
    return Row(line.label, tuple(sparse(view.numbers, line.analysis, group, part) for _, part in columns), line.depth)
