"""Laboratory values and vital signs: grades, shifts, liver signals with their plot, and values by visit."""

from markupsafe import Markup

from topline.report.figures.hys_law import hys_law
from topline.report.grid import Grid
from topline.report.lab_grades import high_shifts, low_shifts, severe_shifts, worst_grades
from topline.report.liver import liver_signals
from topline.report.markup import element, say
from topline.report.view import View
from topline.report.visits import by_visit

SOURCES = ("ADLB", "ADVS")


def parts(view: View) -> list[Grid | Markup]:
    """Return the tables and the figure of the section in their order; a sentence where nothing was measured."""
    if not any(view.rows.tables[name].height for name in SOURCES if name in view.rows.tables):
        return [element("p", say("No laboratory value and no vital sign in the data: there is nothing to grade."))]
    makers = (worst_grades, severe_shifts, low_shifts, high_shifts, liver_signals, hys_law)
    made = [make(view) for make in makers]
    shown: list[Grid | Markup] = [part for part in made if part is not None]
    shown += by_visit(view)
    nobody = element("p", say("No subject of the analysis set has a value that can be graded or shown by visit."))
    return shown or [nobody]
