"""The report: one page that holds its style, script, figures and traces, and asks the network for nothing."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from topline.report import (
    biomarker,
    design,
    exposure,
    findings,
    listing,
    measurements,
    occurrences,
    qol,
    response,
    safety,
    statements,
    subject,
    summary,
    survival,
)
from topline.report.chinese import CHINESE
from topline.report.content import Content
from topline.report.figures.adverse_events import adverse_events
from topline.report.figures.event_curve import event_curve
from topline.report.figures.event_groups import event_groups
from topline.report.figures.event_timeline import event_timeline
from topline.report.figures.interval_strip import interval_strip
from topline.report.figures.kaplan_meier import kaplan_meier
from topline.report.figures.spider import spider
from topline.report.figures.swimmer import swimmer
from topline.report.figures.waterfall import waterfall
from topline.report.grid import Grid
from topline.report.markup import Text, element, joined, say, spoken
from topline.report.trace import Trace, embedded
from topline.report.view import View, make_view

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report: its anchor, its title, its body."""

    name: str
    title: Markup
    body: Markup


@cache
def environment() -> Environment:
    """Return the templates of the page; everything that they print is escaped."""
    loader = PackageLoader("topline.report", "templates")
    found = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found.globals["say"] = say
    found.globals["spoken"] = spoken
    return found


def part(name: str) -> Markup:
    """Return the text of a stylesheet or script that is part of the page."""
    env = environment()
    assert env.loader is not None
    return Markup(env.loader.get_source(env, name)[0])


def render_report(content: Content, *, language: Language = "en", strict: bool = False) -> str:
    """Return the report as one HTML page.

    `language` is the one that the page opens in. In strict mode a number without result raises KeyError; else the page
    says which result is missing, at its place.
    """
    view = make_view(content, strict=strict)
    sections = [section for section in _sections(view) if section.body]
    script = part("report.js")
    return (
        environment()
        .get_template("page.html")
        .render(
            view=view,
            language=language,
            sections=sections,
            style=part("report.css") + part("print.css"),
            script=script,
            script_digest=_digest(script),
            trace=embedded(Trace(view).packed()),
            phrases=embedded({phrase: CHINESE[phrase] for phrase in PANEL}),
        )
    )


PANEL = (
    "Value",
    "Analysis",
    "Endpoint",
    "Analysis set",
    "Group",
    "Method",
    "Source of the method",
    "Table",
    "Denominator",
    "Numerator",
    "Records",
    "in the numerator",
    "Subject",
    "SDTM records",
    "yes",
    "all records",
    "More rows",
    "With the output folder at hand, this shows the SDTM values:",
)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _sections(view: View) -> list[Section]:
    """Return the sections in their order; one without body is left out."""
    return [
        Section("summary", say("Summary"), _summary(view)),
        Section(
            "disposition", say("Disposition"), tables(view, subject.disposition(view), subject.analysis_sets(view))
        ),
        Section("baseline", say("Baseline"), tables(view, subject.baseline(view), occurrences.history(view))),
        Section(
            "exposure",
            say("Exposure and follow-up"),
            tables(view, *exposure.grids(view), occurrences.medications(view), survival.follow_up(view)),
        ),
        Section("response", say("Response"), tables(view, response.response(view), response.intervals(view))),
        Section("design", say("Decision of the design"), tables(view, design.decision(view), design.looks(view))),
        Section("tumours", say("Tumour size and course"), _figures(waterfall(view), spider(view), swimmer(view))),
        Section("survival", say("Time to event"), _survival(view)),
        Section("safety", say("Adverse events"), laid_out(view, [*safety.parts(view), *_event_figures(view)])),
        Section("measurements", say("Laboratory values and vital signs"), laid_out(view, measurements.parts(view))),
        Section("qol", say("Quality of life"), laid_out(view, qol.parts(view))),
        Section("biomarkers", say("Markers"), laid_out(view, biomarker.parts(view))),
        Section("subjects", say("Subjects"), tables(view, listing.subjects(view))),
        Section("findings", say("Findings about the data"), _findings(view)),
        Section("estimands", say("Estimands"), tables(view, statements.estimands(view))),
        Section("not-analysed", say("Endpoints that are not analysed"), tables(view, statements.not_analysed(view))),
        Section("assumptions", say("Assumptions"), tables(view, statements.assumptions(view))),
        Section("sources", say("Data and rules of this report"), _sources(view)),
    ]


def tables(view: View, *grids: Grid | None) -> Markup:
    """Return tables one below the other."""
    template = environment().get_template("grid.html")
    return joined([Markup(template.render(grid=grid, virtual=view.virtual)) for grid in grids if grid is not None])


def laid_out(view: View, parts: Sequence[Grid | Text]) -> Markup:
    """Return tables, figures and sentences one below the other."""
    return joined([tables(view, part) if isinstance(part, Grid) else part for part in parts])


def _event_figures(view: View) -> list[Markup]:
    """Return the figures of adverse events that there is anything to draw of."""
    drawn = (adverse_events(view), event_curve(view), event_groups(view), event_timeline(view))
    return [figure for figure in drawn if figure is not None]


def _figures(*figures: Markup | None) -> Markup:
    shown = [figure for figure in figures if figure is not None]
    return (
        joined(shown)
        if shown
        else element("p", say("No tumour measurement and no treatment: there is nothing to draw."))
    )


def _summary(view: View) -> Markup:
    rate, interval = summary.figures_of_primary(view)
    body = (
        environment()
        .get_template("summary.html")
        .render(
            endpoint=view.protocol.endpoint(view.protocol.design.endpoint),
            rate=rate,
            interval=interval,
            verdict=summary.decision_badge(view),
            sentences=summary.headline(view),
            strip=interval_strip(view),
        )
    )
    return Markup(body) + tables(view, summary.endpoints(view))


def _survival(view: View) -> Markup:
    """Return a figure and a table per endpoint, and the comparison of arms."""
    parts: list[Text] = []
    for endpoint, analysis in view.times:
        title = element("h3", spoken(endpoint.label))
        table = tables(view, survival.time_to_event(view, endpoint, analysis))
        parts.append(element("div", title, kaplan_meier(view, endpoint) or "", table, class_="endpoint"))
    return joined([*parts, tables(view, survival.comparisons(view))])


def _findings(view: View) -> Markup:
    found = findings.found(view)
    body = environment().get_template("findings.html").render(found=found, totals=findings.severities(found))
    return Markup(body)


def _sources(view: View) -> Markup:
    return Markup(
        environment().get_template("sources.html").render(view=view, files=tables(view, statements.sources(view)))
    )
