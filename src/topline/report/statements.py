"""What the protocol states and assumes: estimands, endpoints that are not analysed, assumptions; and the data read."""

from markupsafe import Markup

from topline.protocol.endpoints import Endpoint
from topline.report.grid import Grid, Row
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.view import View

OBJECTIVES = {"primary": "Primary", "secondary": "Secondary", "exploratory": "Exploratory"}


def estimands(view: View) -> Grid:
    """Return the estimand of every endpoint that is analysed, by the attributes of ICH E9(R1)."""
    analysed = [each for each in view.protocol.endpoints if each.analysis.type != "not analysed"]
    head = (say("Endpoint"), say("Population"), say("Variable"), say("Intercurrent events"), say("Summary"))
    note = say("Texts of the protocol stand in the language they were written in.")
    rows = tuple(Row(_endpoint(each), _estimand(each)) for each in analysed)
    return Grid("EST01", say("Estimands"), head, rows, (note,), kind="protocol", wide=True)


def _endpoint(endpoint: Endpoint) -> Markup:
    rank = element("span", say(OBJECTIVES[endpoint.objective]), class_="rank")
    return joined([element("strong", endpoint.id), " ", spoken(endpoint.label), rank])


def _estimand(endpoint: Endpoint) -> tuple[Text, ...]:
    estimand = endpoint.estimand
    events = [
        element("li", element("strong", each.event), f" ({each.strategy}): {each.handling}")
        for each in estimand.intercurrent_events
    ]
    return (
        estimand.population,
        estimand.variable,
        element("ul", *events) if events else say("none stated"),
        estimand.summary,
    )


def not_analysed(view: View) -> Grid | None:
    """Return the endpoints that this version does not analyse, with the reason; None where it analyses all."""
    rows = tuple(
        Row(_endpoint(endpoint), (endpoint.estimand.variable, analysis.reason))
        for endpoint, analysis in view.not_analysed
    )
    head = (say("Endpoint"), say("Variable"), say("Why not analysed"))
    return (
        Grid("END02", say("Endpoints that are not analysed"), head, rows, kind="protocol", wide=True) if rows else None
    )


def assumptions(view: View) -> Grid | None:
    """Return what the protocol assumes where the trial's record leaves it open; None where it assumes nothing."""
    rows = tuple(Row(element("code", path), (reason,)) for path, reason in view.protocol.assumed.items())
    head = (say("Statement"), say("Why it stands as it does"))
    return Grid("ASM01", say("Assumptions"), head, rows, kind="protocol", wide=True) if rows else None


def sources(view: View) -> Grid | None:
    """Return the files that were read; None for data that no file holds."""
    rows = tuple(
        Row(file, (domain, f"{records:,}", element("code", digest, class_="digest")))
        for file, domain, records, digest in view.content.provenance.sources
    )
    head = (say("File"), say("Domain"), say("Records"), "SHA-256")
    return Grid("SRC01", say("Files read"), head, rows, kind="plain", wide=True) if rows else None
