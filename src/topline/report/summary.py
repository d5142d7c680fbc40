"""The first page: the primary result with the decision of the design, and every analysed endpoint at a glance."""

from markupsafe import Markup

from topline.protocol.endpoints import Endpoint
from topline.report.cells import estimate, fraction, interval_label, number
from topline.report.design import ADJUSTED, verdict
from topline.report.grid import Grid, Row
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.numbers import ALL
from topline.report.rounding import exponent_free
from topline.report.statements import OBJECTIVES
from topline.report.survival import FOLLOW_UP, is_empty, is_time_of_responders
from topline.report.view import View, stated

STAGED = {
    "two stage": "{count} of {total} subjects ({who}) met the endpoint; one-sided p {p} of the two-stage design.",
    "sequential": "{count} of {total} subjects ({who}) met the endpoint; one-sided p {p} of the sequential design.",
}
"""How the primary result reads where the p-value knows of the looks."""


def headline(view: View) -> Markup:
    """Return the primary result in sentences: rate with interval, rule, decision."""
    design = view.protocol.design
    endpoint = view.protocol.endpoint(design.endpoint)
    parts = [_rate_sentence(view, endpoint), _rule_sentence(view)]
    follow_up = _follow_up_sentence(view)
    return joined([element("p", part) for part in [*parts, *follow_up]])


def figures_of_primary(view: View) -> tuple[Markup, Markup]:
    """Return the large number of the first page, the rate of the design's endpoint, and its interval."""
    name = view.protocol.design.endpoint
    if view.numbers.get(f"{name}/{ALL}/rate") is None:
        return say("no subject"), Markup("")
    rate = Markup("{}%").format(number(view.numbers, name, ALL, "rate"))
    lower, upper = (number(view.numbers, name, ALL, part) for part in ("lower", "upper"))
    interval = joined([interval_label(view.confidence), Markup(" {} – {}%").format(lower, upper)])
    return rate, interval


def _rate_sentence(view: View, endpoint: Endpoint) -> Markup:
    who = endpoint.estimand.population
    if view.numbers.get(f"{endpoint.id}/{ALL}/rate") is None:
        return say("There is no subject in the set {who}: no rate was computed.", who=who)
    counts = {name: number(view.numbers, endpoint.id, ALL, key) for name, key in (("count", "n"), ("total", "N"))}
    kind = view.protocol.design.kind
    if kind in ADJUSTED and view.numbers.get(f"{ADJUSTED[kind]}/{ALL}/p") is not None:
        return say(STAGED[kind], p=number(view.numbers, ADJUSTED[kind], ALL, "p"), who=who, **counts)
    return say(
        "{count} of {total} subjects ({who}) met the endpoint; exact one-sided p {p} against the null rate.",
        p=number(view.numbers, "DESIGN.binomial-test", ALL, "p"),
        who=who,
        **counts,
    )


def _rule_sentence(view: View) -> Markup:
    design = view.protocol.design
    if view.numbers.get(f"DESIGN.decision/{ALL}/verdict") is None:
        return say("The rule of the design was not applied.")
    return say(
        "Rule: success with {needed} or more of {planned}; null {null}%, target {target}.",
        needed=number(view.numbers, "DESIGN.decision", ALL, "needed"),
        planned=number(view.numbers, "DESIGN.decision", ALL, "planned"),
        null=number(view.numbers, "DESIGN.binomial-test", ALL, "null"),
        target=stated(f"{exponent_free(design.target_rate)}%", "design.target_rate"),
    )


def _follow_up_sentence(view: View) -> list[Markup]:
    if view.numbers.get(f"{FOLLOW_UP}/{ALL}/median") is None:
        return []
    return [say("Median follow-up {median} months.", median=estimate(view.numbers, FOLLOW_UP, ALL, "median"))]


def decision_badge(view: View) -> Markup:
    """Return the decision of the design as the first page shows it, or nothing where there is none."""
    return verdict(view) if view.numbers.get(f"DESIGN.decision/{ALL}/verdict") else Markup("")


def endpoints(view: View) -> Grid:
    """Return every endpoint with its main result, of all subjects together."""
    rows = [*_rates(view), *_times(view)]
    rows += [
        Row(_name(endpoint), (say("not analysed"), element("a", say("reason"), href="#not-analysed")))
        for endpoint, _ in view.not_analysed
    ]
    head = (
        say("Endpoint"),
        say("n/N or events/N"),
        joined([say("Rate or median"), " (", interval_label(view.confidence), ")"]),
    )
    notes = (say("All arms together; the tables below show each arm."),) if view.arms else ()
    return Grid("END01", say("Endpoints at a glance"), head, tuple(rows), notes)


def _name(endpoint: Endpoint) -> Markup:
    rank = element("span", say(OBJECTIVES[endpoint.objective]), class_="rank")
    return joined([spoken(endpoint.label), f" · {endpoint.estimand.population}", rank])


def _rates(view: View) -> list[Row]:
    def cells(name: str) -> tuple[Text, Text]:
        return fraction(view.numbers, name, ALL), estimate(view.numbers, name, ALL, "rate", "%")

    return [Row(_name(endpoint), cells(endpoint.id)) for endpoint, _ in view.rates]


def _times(view: View) -> list[Row]:
    rows = []
    for endpoint, analysis in view.times:
        cells: tuple[Text, Text]
        if is_empty(view, endpoint):
            cells = (number(view.numbers, endpoint.id, ALL, "N"), say("no subject"))
        elif is_time_of_responders(analysis):
            cells = _responders(view, endpoint)
        else:
            median = estimate(view.numbers, endpoint.id, ALL, "median")
            cells = (fraction(view.numbers, endpoint.id, ALL, "events"), joined([median, " ", say("months")]))
        rows.append(Row(_name(endpoint), cells))
    return rows


def _responders(view: View, endpoint: Endpoint) -> tuple[Text, Text]:
    """Return number, median and range of the times to response."""
    n, median, least, most = (number(view.numbers, endpoint.id, ALL, each) for each in ("n", "median", "min", "max"))
    times = say("{median} (range {least} – {most}) months", median=median, least=least, most=most)
    return say("{n} responders", n=n), times
