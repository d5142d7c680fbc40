"""Markers: per endpoint first the groups stated beforehand, then the search, then shrinkage, then what cannot be said.

The order is the honest one. A reader meets the groups of the protocol before any cut that was chosen from the data, the
corrected p-value beside the naive one, and what the numbers cannot show where the numbers end.
"""

from markupsafe import Markup

from topline.protocol.endpoints import Endpoint
from topline.report.figures.forest import forests
from topline.report.grid import Grid
from topline.report.marker_content import asked, endpoints, families, in_order, statement
from topline.report.marker_groups import groups, measured, power
from topline.report.marker_search import by_formula, optimism, search, shrinkage
from topline.report.markup import element, say, spoken
from topline.report.view import View

LIMITS = ("single-arm", "pooled-arms", "endpoints")
"""The sentences that close an endpoint; the others stand below the table that they are about."""


def title() -> Markup:
    """Return the title of the section."""
    return say("Biomarkers")


def parts(view: View) -> list[Grid | Markup]:
    """Return the tables and figures of all endpoints that markers are tested against; none without markers."""
    found: list[Grid | Markup] = []
    for endpoint in endpoints(view):
        found += _endpoint(view, endpoint)
    return found


def _endpoint(view: View, endpoint: Endpoint) -> list[Grid | Markup]:
    """Return the parts of an endpoint, in honest order."""
    stated: list[Grid | None] = [measured(view, endpoint), groups(view, endpoint), power(view, endpoint)]
    found = search(view, endpoint)
    looked_for = [found, by_formula(view, endpoint), optimism(view, endpoint)]
    tables = [each for each in (*stated, *looked_for, shrinkage(view, endpoint)) if each is not None]
    nothing = [] if found else [_no_search()]
    name = element("h3", say("Markers and {endpoint}", endpoint=spoken(endpoint.label)))
    return [name, *tables, *nothing, *forests(view, endpoint), _cannot_be_said(view, endpoint)]


def _no_search() -> Markup:
    return element(
        "p",
        say(
            "No cut was searched: no marker has values and outcomes of enough patients, or all of its values are equal."
        ),
    )


def _cannot_be_said(view: View, endpoint: Endpoint) -> Markup:
    """Return the sentences about what no number of this endpoint can show."""
    ids = [
        each for family in families(view, endpoint) for group in in_order(view) for each in asked(view, family, group)
    ]
    said = [each for each in LIMITS if each in ids]
    head = element("h4", say("What cannot be said"))
    return (
        element("div", head, *(element("p", statement(each)) for each in said), class_="cannot") if said else Markup("")
    )
