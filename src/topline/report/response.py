"""Response: best overall response and rates (RSPT01), and every rate by every interval and analysis set."""

from markupsafe import Markup

from topline.protocol.endpoints import Endpoint
from topline.protocol.model import Protocol
from topline.report.cells import count_percent, estimate, fraction, interval_label, limits
from topline.report.grid import Cell, Grid, Row, by_group, group_head, heading, population_note
from topline.report.markup import Text, element, joined, level, say, spoken
from topline.report.view import View, population_name

BEST = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
METHODS = {
    "clopper-pearson": "exact (Clopper-Pearson)",
    "wilson": "score (Wilson)",
    "jeffreys": "Jeffreys",
    "mid-p": "mid-P",
}


def response(view: View) -> Grid:
    """Return the table of best overall response, counted and uncounted reading, and of all rates with intervals."""
    readings = (("CBOR", "Best overall response, confirmed"), ("BOR", "Best overall response, unconfirmed"))
    rows: list[Row] = []
    for parameter, phrase in sorted(readings, key=lambda reading: reading[0] != view.best):
        rows += [heading(say(phrase)), *_best(view, parameter)]
    for endpoint, _ in view.rates:
        rows += _rate(view, endpoint)
    first = view.protocol.analysis_sets[0]
    return Grid(
        "RSPT01",
        say("Best overall response, response and disease control"),
        group_head(view, f"SET.{first.id}"),
        tuple(rows),
        (
            criteria_note(view.protocol),
            say(
                "Best overall response: {name}. Each rate stands in its own set.", name=population_name(view, first.id)
            ),
        ),
    )


def _best(view: View, parameter: str) -> list[Row]:
    """Return a row per best overall response with count, percentage and exact interval."""
    return [by_group(view, level(value), _best_share(view, f"{parameter}.{value}"), 1) for value in BEST]


def _best_share(view: View, analysis: str) -> Cell:
    def cell(group: str) -> Text:
        interval = element("span", limits(view.numbers, analysis, group), class_="ci")
        return joined([count_percent(view.numbers, analysis, group, "rate"), interval], " ")

    return cell


def _rate(view: View, endpoint: Endpoint) -> list[Row]:
    """Return the rows of a rate: its name and set, responders of all, percentage with interval."""
    title = joined([spoken(endpoint.label), f" · {endpoint.estimand.population}"])
    return [
        heading(title),
        by_group(view, say("n/N"), lambda group: fraction(view.numbers, endpoint.id, group), 1),
        by_group(
            view,
            joined([say("Rate"), " (", interval_label(view.confidence), ")"]),
            lambda group: estimate(view.numbers, endpoint.id, group, "rate", "%"),
            1,
        ),
    ]


def criteria_note(protocol: Protocol) -> Markup:
    """Return how response was judged, from the criteria of the protocol."""
    criteria = protocol.criteria.response
    source = (
        say("derived from the measured lesions") if criteria.source == "lesions" else say("as recorded by the assessor")
    )
    confirmation = (
        say(
            "a response counts when a scan at least {days} days later confirms it", days=str(criteria.confirmation_days)
        )
        if criteria.confirmation_required
        else say("a response counts without confirmation")
    )
    return Markup("{}; {}; {}; {}.").format(criteria.standard, criteria.assessor, source, confirmation)


def intervals(view: View) -> Grid:
    """Return every rate by every method in its own set, and by the exact method in the other sets."""
    rows: list[Row] = []
    for endpoint, _ in view.rates:
        rows.append(heading(spoken(endpoint.label)))
        for first in view.numbers.analyses(endpoint.id):
            if first.method in METHODS:
                label = Markup("{} · {}").format(first.population, say(METHODS[first.method]))
                rows.append(by_group(view, label, _share(view, first.analysis), 1))
    return Grid(
        "RSPT02",
        say("Sensitivity of the rates to method and analysis set"),
        group_head(view, f"SET.{view.protocol.analysis_sets[0].id}"),
        tuple(rows),
        subtitle=say("n/N, rate in percent ({level} interval)", level=view.confidence),
    )


def _share(view: View, analysis: str) -> Cell:
    return lambda group: joined(
        [
            element("span", fraction(view.numbers, analysis, group), class_="of"),
            estimate(view.numbers, analysis, group, "rate"),
        ],
        " ",
    )


def set_note(view: View, endpoint: Endpoint) -> Markup:
    """Return the line that names the analysis set of an endpoint."""
    return population_note(population_name(view, endpoint.estimand.population))
