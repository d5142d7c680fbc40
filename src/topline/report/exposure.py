"""How long the treatment was given: exposure (EXT01)."""

from topline.report.grid import Grid, group_head
from topline.report.markup import say
from topline.report.subject import summary_rows
from topline.report.view import View


def exposure(view: View) -> Grid:
    """Return the table of treatment duration, from the first to the last dose, of the treated subjects."""
    rows = summary_rows(view, "TRTDURD", say("Treatment duration (days)"))
    note = say("From the first to the last dose, both days included; treated subjects.")
    return Grid("EXT01", say("Exposure"), group_head(view, "DST.TREATED"), tuple(rows), (note,))
