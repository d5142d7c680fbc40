"""Vital signs (VST01) and laboratory values (LBT01) by visit: value and change from baseline."""

from dataclasses import dataclass, field

from markupsafe import Markup

from topline.report.cells import nothing, number
from topline.report.grid import Grid, Row, heading, population_note
from topline.report.markup import Text, joined, level, say
from topline.report.numbers import ALL, Result
from topline.report.parameters import Parameter, asked, parameters
from topline.report.view import View, group_name, population_name

TOPIC = "values per visit"
TITLES = {"VST01": "Vital signs by visit", "LBT01": "Laboratory values by visit"}
COLUMNS = ("AVAL", "CHG")


@dataclass(slots=True)
class Series:
    """The analyses of a parameter at one time point or position: by visit, those of value (AVAL) and change (CHG)."""

    first: Result
    visits: dict[str, dict[str, Result]] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code of the table."""
        return self.first.analysis.split(".")[0]


def by_visit(view: View) -> list[Grid]:
    """Return a table per parameter and position with a row per scheduled visit; none where nobody was measured."""
    return [_grid(view, series) for series in _series(view) if series.visits]


def _series(view: View) -> list[Series]:
    """Return the series in their stored order: analyses whose conditions differ in the visit alone belong together."""
    found: dict[tuple[str, str], Series] = {}
    for first in view.numbers.analyses(TOPIC):
        before, _, rest = first.where.rpartition(" AND AVISITN = ")
        series = found.setdefault((first.dataset, before), Series(first))
        if view.numbers.get(f"{first.analysis}/{ALL}/n") is None:
            continue
        column = first.analysis.rpartition(".")[2]
        series.visits.setdefault(rest.split(" ")[0], {})[column] = first
    return list(found.values())


def _grid(view: View, series: Series) -> Grid:
    first = series.first
    code, position = asked(first.where, "PARAMCD"), asked(first.where, "BASETYPE")
    name = parameters(view, first.dataset).get(code, Parameter(code, code)).name
    rows = [row for visit in series.visits.values() for row in _rows(view, visit)]
    head: tuple[Text, ...] = (
        say("Visit"),
        *(say(phrase) for phrase in ("n", "Mean (SD)", "Median (range)")),
        *(say(phrase) for phrase in ("Change: n", "Change: mean (SD)", "Change: median (range)")),
    )
    return Grid(
        series.code,
        joined([say(TITLES[series.code]), ": ", name, *([" · ", level(position)] if position else [])]),
        head,
        tuple(rows),
        _notes(asked(first.where, "AVALU")),
        subtitle=population_note(population_name(view, first.population)),
        folded=True,
    )


def _notes(unit: str) -> tuple[Text, ...]:
    return (
        say(
            "Observed values, the last one of each visit; visits out of turn are left out, and so are values that are "
            "not in this unit: {unit}. Nothing is carried forward: later visits hold only those still measured.",
            unit=unit or "–",
        ),
        say("Change from the last value before treatment, in the same position; who has none has no change. NE: n is "
            "too small."),
    )  # fmt: skip


def _rows(view: View, visit: dict[str, Result]) -> list[Row]:
    """Return the row of a visit, or a heading and a row per group."""
    name = level(next(iter(visit.values())).level or "–")
    if not view.arms:
        return [Row(name, _cells(view, visit, view.numbers.groups[0]))]
    groups = view.numbers.groups
    return [heading(name), *(Row(group_name(view, group), _cells(view, visit, group), 1) for group in groups)]


def _cells(view: View, visit: dict[str, Result], group: str) -> tuple[Text, ...]:
    return tuple(cell for column in COLUMNS for cell in _summary(view, visit.get(column), group))


def _summary(view: View, found: Result | None, group: str) -> tuple[Text, Text, Text]:
    """Return n, mean (SD), median (range) of an analysis in a group; of nobody the 0 alone."""
    if found is None:
        return nothing(), nothing(), nothing()
    if view.numbers.get(f"{found.analysis}/{group}/n") is None:
        return number(view.numbers, found.analysis, group, "N"), nothing(), nothing()
    n, mean, sd, median, least, most = (
        number(view.numbers, found.analysis, group, each) for each in ("n", "mean", "sd", "median", "min", "max")
    )
    return n, Markup("{} ({})").format(mean, sd), Markup("{} ({} – {})").format(median, least, most)
