"""Grades of laboratory values and vital signs: worst on treatment (LBT07), shifts from baseline (LBT14, LBT15)."""

from collections.abc import Callable

import polars as pl
from markupsafe import Markup

from topline.report.cells import count_percent, fraction, number
from topline.report.grid import Grid, Row, by_group, group_head, heading, population_note
from topline.report.markup import Text, element, joined, say
from topline.report.numbers import Result
from topline.report.parameters import Parameter, collected, nobody, parameters, population
from topline.report.view import View, group_name, population_name, stated

PARTS = (
    ("ADLB", "L", "Laboratory values, low"),
    ("ADLB", "H", "Laboratory values, high"),
    ("ADVS", "L", "Vital signs, low"),
    ("ADVS", "H", "Vital signs, high"),
)
SIDES = {"L": "low", "H": "high"}
WORST = ("worst low grade", "worst high grade")
GRADES = ("0", "1", "2", "3", "4")
SUMMED = {"1+": "Grade 1 or higher", "3+": "Grade 3 or higher"}
MISSING = "missing"
LONG = 40
"""A table of more rows than this is folded."""
UNGRADED = ("TL-L01", "TL-L02", "TL-L05", "TL-L07", "TL-L10")
"""The findings about values that criteria exist for and that have no grade."""
WITHOUT_CRITERIA = ("TL-L06",)
DOMAINS = ("LB", "VS")
RISE_IS_GRADE_1 = "CTCAE 4.03"
"""The version in which creatinine above its baseline is grade 1, also within the limits of normal."""

Maker = Callable[[View, Text, list[Result]], list[Row]]


def worst_grades(view: View) -> Grid | None:
    """Return the worst grades on treatment by parameter and direction (LBT07), or None where nothing was graded."""
    rows = _by_part(view, "worst {} grade", _worst)
    grades = (say("Grade {grade}", grade=grade) for grade in GRADES)
    head = ("", "N", *grades, *(say(phrase) for phrase in SUMMED.values()))
    note = say("N: subjects with a grade of the parameter on treatment; n (%) of them. –: no subject.")
    return _grid(view, Grid("LBT07", say("Worst grade on treatment"), head, rows, (note, *grading_notes(view))))


def severe_shifts(view: View) -> Grid | None:
    """Return the shifts from a lower baseline grade to grade 3 or 4 (LBT15), or None where nothing was graded."""
    rows = _by_part(view, "shift to {} grade 3 or 4", _severe)
    note = say(
        "n/N (%): N are the subjects with a baseline grade below 3 and a grade on treatment; those without a baseline "
        "grade are not among them."
    )
    head = group_head(view, f"SET.{population(view, WORST)}")
    return _grid(view, Grid("LBT15", say("Shift to grade 3 or 4 on treatment"), head, rows, (note,)))


def low_shifts(view: View) -> Grid | None:
    """Return grade at baseline by worst grade on treatment of low values (LBT14), or None where none was graded."""
    return _shifts(view, "L", say("Shift from baseline to the worst grade on treatment: low values"))


def high_shifts(view: View) -> Grid | None:
    """Return grade at baseline by worst grade on treatment of high values (LBT14), or None where none was graded."""
    return _shifts(view, "H", say("Shift from baseline to the worst grade on treatment: high values"))


def _shifts(view: View, side: str, title: Markup) -> Grid | None:
    rows = _by_part(view, "shift to worst {} grade", _matrix, side)
    head = (say("Grade at baseline"), *(say("Worst: grade {grade}", grade=grade) for grade in GRADES))
    note = say(
        "Rows: grade at baseline; columns: worst grade on treatment. Percentages are of all subjects with a grade of "
        "the parameter on treatment; Missing: no grade at baseline. –: no subject."
    )
    return _grid(view, Grid("LBT14", title, head, rows, (note,), folded=True))


def _grid(view: View, grid: Grid) -> Grid | None:
    """Return a table with its analysis set, folded where it is long; None where it has no row."""
    if not grid.rows:
        return None
    name = population_note(population_name(view, population(view, WORST)))
    long = len(grid.rows) > LONG or grid.folded
    return Grid(grid.code, grid.title, grid.head, grid.rows, grid.notes, subtitle=name, folded=long)


def _by_part(view: View, topic: str, make: Maker, sides: str = "LH") -> tuple[Row, ...]:
    """Return the rows of all parameters, below a heading per dataset and direction."""
    rows: list[Row] = []
    for dataset, side, phrase in PARTS:
        if side in sides:
            names = parameters(view, dataset)
            found = collected(view, topic.format(SIDES[side]), dataset)
            labels = {code: names.get(code, Parameter(code, code)).label(side) for code in found}
            own = [row for code, firsts in found.items() for row in make(view, labels[code], firsts)]
            rows += [heading(say(phrase)), *own] if own else []
    return tuple(rows)


def _worst(view: View, label: Text, firsts: list[Result]) -> list[Row]:
    """Return a row of a parameter per group: subjects with a grade, and those with each grade as their worst."""
    analyses = {first.level: first.analysis for first in firsts}

    def cells(group: str) -> tuple[Text, ...]:
        graded = number(view.numbers, firsts[0].analysis, group, "N")
        return (graded, *(_count(view, analyses.get(level), group) for level in (*GRADES, *SUMMED)))

    return _per_group(view, label, cells)


def _count(view: View, analysis: str | None, group: str) -> Text:
    return nobody() if analysis is None else count_percent(view.numbers, analysis, group)


def _per_group(view: View, label: Text, cells: Callable[[str], tuple[Text, ...]]) -> list[Row]:
    """Return one row where there is one group, else a heading and a row per group below it."""
    if not view.arms:
        return [Row(label, cells(view.numbers.groups[0]), 1)]
    return [heading(label, 1), *(Row(group_name(view, group), cells(group), 2) for group in view.numbers.groups)]


def _severe(view: View, label: Text, firsts: list[Result]) -> list[Row]:
    """Return the row of a parameter: n/N (%) per group."""
    [analysis] = {first.analysis for first in firsts}

    def cell(group: str) -> Text:
        counts = fraction(view.numbers, analysis, group)
        if view.numbers.get(f"{analysis}/{group}/percent") is None:
            return counts
        return Markup("{} ({}%)").format(counts, number(view.numbers, analysis, group, "percent"))

    return [by_group(view, label, cell, 1)]


def _matrix(view: View, label: Text, firsts: list[Result]) -> list[Row]:
    """Return the rows of a parameter: a line per grade at baseline that occurs, within each group."""
    analyses = {first.level: first.analysis for first in firsts}
    starts = {level.partition(" to ")[0] for level in analyses}
    rows = [heading(label, 1)]
    for group in view.numbers.groups:
        rows += [heading(group_name(view, group), 2)] if view.arms else []
        for start in (each for each in (*GRADES, MISSING) if each in starts):
            name = say("Missing") if start == MISSING else say("Grade {grade}", grade=start)
            cells = tuple(_count(view, analyses.get(f"{start} to {worst}"), group) for worst in GRADES)
            rows.append(Row(name, cells, 2))
    return rows


def grading_notes(view: View) -> tuple[Text, ...]:
    """Return how values were graded: criteria and version, the reading of symptoms, the window, what has no grade."""
    days = stated(str(view.protocol.criteria.adverse_events.follow_up_days), "criteria.adverse_events.follow_up_days")
    return (
        _criteria(view),
        say("On treatment: after the baseline value, up to {days} days after the last dose, visits out of turn, too.",
            days=days),
        say("A value without unit, or in a unit that the criteria do not know, has no grade, nor has one without the "
            "limit of normal or the baseline that its criterion names; nothing is guessed."),
        *_creatinine(view),
        *_counted(view, UNGRADED, "Values without a grade although there are criteria: {counts}; see the findings."),
        *_counted(view, WITHOUT_CRITERIA, "Tests that these criteria do not grade: {counts}."),
    )  # fmt: skip


def _criteria(view: View) -> Markup:
    """Return the version that graded the values, the one the protocol names, and how grades with symptoms are read."""
    criteria = view.protocol.criteria.adverse_events
    version = stated(criteria.version, "criteria.adverse_events.version")
    symptoms = {
        "lab value only": say("where a grade asks for symptoms, too, the value alone decides"),
        "worst case": say("where a grade asks for symptoms, too, they are taken as present (worst case)"),
    }
    return say(
        "Grades by {used} from values, units and limits of normal (protocol: {standard} {version}); {symptoms}.",
        used=joined(_versions(view), ", "),
        standard=criteria.standard,
        version=version,
        symptoms=symptoms[criteria.symptoms],
    )


def _creatinine(view: View) -> list[Text]:
    """Return what a reader of creatinine must know where the version counts every rise above baseline as grade 1."""
    graded = "CREAT" in collected(view, "worst high grade", "ADLB")
    if not graded or RISE_IS_GRADE_1 not in _versions(view):
        return []
    return [say("Creatinine: in {version} any value above the baseline is grade 1.", version=RISE_IS_GRADE_1)]


def _versions(view: View) -> list[str]:
    """Return the versions of the criteria that the rows themselves name."""
    frames = [view.rows.tables[name] for name in ("ADLB", "ADVS") if name in view.rows.tables]
    return sorted({version for frame in frames for version in frame["ATOXVER"].drop_nulls().unique().to_list()})


def _counted(view: View, codes: tuple[str, ...], phrase: str) -> list[Text]:
    """Return a sentence with the number of values of each finding, none where there is no such finding."""
    rows = view.content.findings.filter(pl.col("CODE").is_in(codes), pl.col("DATASET").is_in(DOMAINS))
    counts = rows.group_by("CODE").agg(pl.col("COUNT").sum()).sort("CODE").rows()
    shown = [joined([code, " (", element("span", str(count), data_finding=code), ")"]) for code, count in counts]
    return [say(phrase, counts=joined(shown, ", "))] if shown else []
