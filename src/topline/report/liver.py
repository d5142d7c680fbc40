"""Signals of liver injury: largest transaminase and bilirubin on treatment, their quadrants, and Hy's law."""

from functools import partial

from topline.report.cells import count_percent, number
from topline.report.grid import Grid, Row, by_group, group_head, heading, population_note
from topline.report.markup import Text, element, joined, say
from topline.report.parameters import population
from topline.report.subject import summary_rows
from topline.report.view import View, population_name

TOPIC = "liver signals"
MAXIMA = (
    ("HYS.TRANSMAX", "Largest ALT or AST on treatment (× ULN)"),
    ("HYS.BILIMAX", "Largest bilirubin on treatment (× ULN)"),
)
QUADRANTS = {
    "HYS.HYQUAD.NORMAL": ("Normal or near normal", "ALT and AST below 3 × ULN, bilirubin up to 2 × ULN"),
    "HYS.HYQUAD.CHOLESTASIS": ("Cholestasis", "ALT and AST below 3 × ULN, bilirubin above 2 × ULN"),
    "HYS.HYQUAD.TEMPLE": ("Temple's corollary", "ALT or AST 3 × ULN or more, bilirubin up to 2 × ULN"),
    "HYS.HYQUAD.HY": ("Potential Hy's law", "ALT or AST 3 × ULN or more, bilirubin above 2 × ULN"),
}
"""The quadrants by the analysis that counts them: name and definition."""
HY = "HYS.HYSLAW.Y"


def liver_signals(view: View) -> Grid | None:
    """Return the table of liver signals, or None where no transaminase and no bilirubin was measured on treatment."""
    known = {first.analysis for first in view.numbers.analyses(TOPIC)}
    rows = [row for name, phrase in MAXIMA if name in known for row in summary_rows(view, name, say(phrase))]
    rows += _quadrants(view) if HY in known else []
    if not rows:
        return None
    own = population(view, (TOPIC,))
    return Grid(
        "HYS01",
        say("Signals of liver injury"),
        group_head(view, f"SET.{own}"),
        tuple(rows),
        _notes(),
        subtitle=population_note(population_name(view, own)),
    )


def _quadrants(view: View) -> list[Row]:
    """Return how many subjects lie in each quadrant, and how many fulfil Hy's law."""
    rows = [
        heading(say("Largest values together")),
        by_group(view, say("Subjects with both"), lambda group: number(view.numbers, HY, group, "N"), 1),
    ]
    for analysis, (name, definition) in QUADRANTS.items():
        label = joined([say(name), element("span", say(definition), class_="rank")])
        rows.append(by_group(view, label, partial(count_percent, view.numbers, analysis), 1))
    label = say("Hy's law: raised together")
    return [*rows, by_group(view, label, partial(count_percent, view.numbers, HY))]


def _notes() -> tuple[Text, ...]:
    return (
        say(
            "Largest values of a subject after the baseline value while adverse events count; they need not be of the "
            "same day. A value without its upper limit of normal (ULN) is not among them."
        ),
        say(
            "Hy's law: ALT or AST of 3 × ULN or more, and on the same day or within 30 days after it bilirubin above "
            "2 × ULN; not where ALP was 2 × ULN or more on the day of the ALT or AST (not measured: not ruled out). "
            "Percentages are of the subjects with both. Other causes are not ruled out: each case is for a physician "
            "to judge."
        ),
    )
