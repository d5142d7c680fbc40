"""Who was in the trial: disposition (DST01), analysis sets and baseline (DMT01)."""

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from topline.report.cells import count_percent, nothing, number
from topline.report.grid import Grid, Row, by_group, group_head, heading, population_note
from topline.report.markup import Text, level, say
from topline.report.numbers import Result
from topline.report.view import View, population_name, set_name

ENTERED = (
    ("DST.ENROLLED", "Enrolled"),
    ("DST.TREATED", "Treated"),
    ("DST.BASELINE-SCAN", "With a baseline scan"),
    ("DST.POSTBASELINE-SCAN", "With a scan after baseline"),
    ("DST.DIED", "Died"),
)
TREATMENT = (
    ("DST.TREATMENT-ONGOING", "On treatment"),
    ("DST.TREATMENT-COMPLETED", "Completed"),
    ("DST.TREATMENT-DISCONTINUED", "Discontinued"),
)
STUDY = (
    ("DST.STUDY-COMPLETED", "Completed"),
    ("DST.STUDY-DISCONTINUED", "Discontinued"),
)
VARIABLES = {
    "SEX": "Sex",
    "AGEGR1": "Age group (years)",
    "RACE": "Race",
    "ETHNIC": "Ethnicity",
    "COUNTRY": "Country",
    "ECOGBL": "ECOG performance status",
    "MEASFL": "Measurable disease",
}


def disposition(view: View) -> Grid:
    """Return the table of disposition; percentages are of all subjects in the data, those of reasons of who stopped."""
    rows = [_counted(view, "DST.SCREENED", say("In the data"))]
    rows += [_counted(view, name, say(phrase)) for name, phrase in ENTERED]
    rows += [heading(say("Treatment"))]
    rows += [_counted(view, name, say(phrase), 1) for name, phrase in TREATMENT]
    rows += list(_levels(view, "disposition", "DCTREAS", 2))
    rows += [heading(say("Study"))]
    rows += [_counted(view, name, say(phrase), 1) for name, phrase in STUDY]
    rows += list(_levels(view, "disposition", "DCSREAS", 2))
    note = say("Percentages are of all subjects in the data; those of a reason are of the subjects who discontinued.")
    return Grid("DST01", say("Disposition of subjects"), group_head(view, "DST.SCREENED"), tuple(rows), (note,))


def analysis_sets(view: View) -> Grid:
    """Return the table of analysis sets with their conditions."""
    rows = [
        by_group(view, set_name(each), partial(count_percent, view.numbers, f"SET.{each.id}"))
        for each in view.protocol.analysis_sets
    ]
    notes = [Markup("{}: <code>{}</code>").format(each.id, each.where) for each in view.protocol.analysis_sets]
    return Grid("SET01", say("Analysis sets"), group_head(view, "DST.SCREENED"), tuple(rows), tuple(notes))


def baseline(view: View) -> Grid:
    """Return the table of demographics and baseline characteristics, in the first analysis set."""
    first = view.protocol.analysis_sets[0]
    rows = summary_rows(view, "AGE", say("Age (years)"))
    for name, phrase in VARIABLES.items():
        levels = list(_levels(view, "baseline", name, 1))
        rows += [heading(say(phrase)), *levels] if levels else []
    return Grid(
        "DMT01",
        say("Demographics and baseline characteristics"),
        group_head(view, f"SET.{first.id}"),
        tuple(rows),
        subtitle=population_note(population_name(view, first.id)),
    )


def summary_rows(view: View, analysis: str, label: Text) -> list[Row]:
    """Return the rows of a summary: n, mean (SD), median, quartiles, range."""
    parts = (
        (say("n"), ("n",), "{}"),
        (say("Mean (SD)"), ("mean", "sd"), "{} ({})"),
        (say("Median"), ("median",), "{}"),
        (say("Q1 to Q3"), ("q1", "q3"), "{} – {}"),
        (say("Range"), ("min", "max"), "{} – {}"),
    )
    return [heading(label)] + [
        by_group(view, name, partial(_summary, view, analysis, (statistics, form)), 1)
        for name, statistics, form in parts
    ]


def _summary(view: View, analysis: str, part: tuple[tuple[str, ...], str], group: str) -> Text:
    statistics, form = part
    if view.numbers.get(f"{analysis}/{group}/mean") is None and statistics != ("n",):
        return nothing()
    if view.numbers.get(f"{analysis}/{group}/n") is None:
        return number(view.numbers, analysis, group, "N")
    return Markup(form).format(*(number(view.numbers, analysis, group, each) for each in statistics))


def _counted(view: View, analysis: str, label: Text, depth: int = 0) -> Row:
    return by_group(view, label, partial(count_percent, view.numbers, analysis), depth)


def _levels(view: View, topic: str, variable: str, depth: int) -> Iterator[Row]:
    """Yield one row per level of a category; the level of missing values only where a subject has it."""
    for first in view.numbers.analyses(topic):
        if first.analysis.startswith(f"{variable}.") and _occurs(view, first):
            yield _counted(view, first.analysis, level(first.level), depth)


def _occurs(view: View, first: Result) -> bool:
    counts = (view.numbers.value(f"{first.analysis}/{group}/n") for group in view.numbers.groups)
    return first.level != "missing" or any(counts)
