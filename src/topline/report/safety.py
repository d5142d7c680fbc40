"""The section of adverse events: overview (AET01), special interest (AET01_AESI), and the tables below them."""

from collections.abc import Callable
from functools import partial

import polars as pl
from markupsafe import Markup

from topline.report.deaths import deaths
from topline.report.grid import Grid, Row, by_group, group_head
from topline.report.markup import Text, element, joined, say
from topline.report.monitoring import monitoring
from topline.report.numbers import ALL
from topline.report.safety_cells import counted, shared, with_interval
from topline.report.safety_events import (
    KINDS,
    chosen,
    counted_events,
    drugs,
    event_notes,
    whose,
)
from topline.report.safety_listing import serious
from topline.report.safety_terms import (
    BY_KIND,
    HIGHER,
    by_term,
    common,
    worst_grades,
    worst_grades_of_terms,
)
from topline.report.safety_time import cycles, first_events, first_events_of_terms, rates, rates_of_terms
from topline.report.view import View

Part = Grid | Markup


def parts(view: View) -> list[Part]:
    """Return the parts of the section in order: titles, tables, sentences about what is missing."""
    found: list[Part] = []
    for title, tables in _blocks(view):
        there = [table for table in tables if table is not None]
        if there:
            found += [element("h3", title), *there]
    return found if view.numbers.rows("AE.ALL") else [element("p", absence(view)), *found]


def _blocks(view: View) -> list[tuple[Text, list[Grid | None]]]:
    """Return the tables by theme."""
    return [
        (say("Overview"), [overview(view), *per_group(view, special_interest)]),
        (say("By class and term"), [common(view), *(by_term(view, kind) for kind in BY_KIND)]),
        (say("By grade"), [*per_group(view, worst_grades), *per_arm(view, worst_grades_of_terms)]),
        (say("Over time"), _over_time(view)),
        (say("Serious events and deaths"), [serious(view), deaths(view)]),
        (say("Monitoring of toxicity"), [*monitoring(view)]),
    ]


def _over_time(view: View) -> list[Grid | None]:
    found = [*per_group(view, rates), *per_arm(view, rates_of_terms)]
    found += [*per_group(view, first_events), *per_arm(view, first_events_of_terms)]
    return [*found, *per_group(view, cycles)]


def per_group(view: View, table: Callable[[View, str], Grid | None]) -> list[Grid | None]:
    """Return a table for all subjects and, where there are several arms, for each of them."""
    return [table(view, group) for group in (ALL, *view.arms)]


def per_arm(view: View, table: Callable[[View, str], Grid | None]) -> list[Grid | None]:
    """Return a table of detail for each arm, or for all subjects where there is one arm."""
    return [table(view, group) for group in view.arms or (ALL,)]


def absence(view: View) -> Markup:
    """Return why no adverse event was counted: nobody was treated, or there is no table of them."""
    if not view.rows.select("ADSL", pl.col("TRTFL") == "Y"):
        return say("No subject was treated: adverse events are not counted.")
    return say("There is no table of adverse events (AE): none was counted, which does not mean that there was none.")


def overview(view: View) -> Grid | None:
    """Return the overview of adverse events (AET01); None where none was counted."""
    if not view.numbers.rows("AE.ALL"):
        return None
    notes: tuple[Text, ...] = (
        joined(
            [
                say("n (%) [events] and exact interval of the percentage"),
                " (",
                view.confidence,
                "). ",
                say("A subject counts once in each row."),
            ]
        ),
        say(
            "Causality that is missing or unclear counts as related; an event whose grade, seriousness, action or "
            "outcome is missing does not count in rows that ask for it. Not recorded: no event has a value of it."
        ),
        *event_notes(view),
    )
    return Grid(
        "AET01",
        say("Overview of adverse events"),
        group_head(view, "AE.ALL", "N"),
        tuple(_kind_row(view, kind) for kind in KINDS),
        notes,
        subtitle=whose(view, "AE.ALL"),
    )


def _kind_row(view: View, kind: str) -> Row:
    name, depth = f"AE.{kind}", 0 if kind == "ALL" else 1
    if not view.numbers.rows(name):
        return Row(say(KINDS[kind]), tuple(say("not recorded") for _ in view.numbers.groups), depth)
    return by_group(view, say(KINDS[kind]), partial(with_interval, view.numbers, name), depth)


def special_interest(view: View, group: str) -> Grid | None:
    """Return the table of groups of special interest (AET01_AESI) of a group of subjects; None without such groups."""
    events = chosen(counted_events(view), "GROUP", "ALL")
    rows = tuple(_interest_row(view, str(each.group), each.label, group) for each in events)
    if not rows:
        return None
    head = ("", say("Any grade"), say("Grade 3 or higher"), say("Serious"), say("Events"))
    notes = (
        say("Groups of terms that the drugs of the trial are known for: {drugs}.", drugs=drugs(view)),
        say("n (%). An event may belong to several groups."),
        *event_notes(view),
    )
    return Grid(
        "AET01_AESI",
        say("Adverse events of special interest"),
        head,
        rows,
        notes,
        subtitle=whose(view, "AE.ALL", group),
        folded=bool(view.arms and group != ALL),
    )


def _interest_row(view: View, name: str, label: Text, group: str) -> Row:
    base = f"AE.GROUP.{name}"
    cells = (
        shared(view.numbers, f"{base}.ALL", group, "n"),
        shared(view.numbers, f"{base}.ALL", group, HIGHER),
        shared(view.numbers, f"{base}.SERIOUS", group, "n")
        if view.numbers.rows(f"{base}.SERIOUS")
        else say("not recorded"),
        counted(view.numbers, f"{base}.ALL", group, "events"),
    )
    return Row(label, cells)
