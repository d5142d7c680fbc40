"""What every part of the report is drawn from: the content, its numbers by identifier, its rows by address."""

from dataclasses import dataclass

from markupsafe import Markup

from topline.protocol.design import AnalysisSet
from topline.protocol.endpoints import Endpoint, NotAnalysed, Rate, TimeToEvent
from topline.protocol.model import Protocol
from topline.report.content import Content
from topline.report.markup import bilingual, element, joined, say, spoken
from topline.report.numbers import ALL, Numbers, thresholds
from topline.report.rounding import exponent_free
from topline.report.rows import Rows


@dataclass(frozen=True, slots=True)
class View:
    """The content of a report, prepared to be laid out."""

    content: Content
    numbers: Numbers
    rows: Rows

    @property
    def protocol(self) -> Protocol:
        """The protocol of the study."""
        return self.content.protocol

    @property
    def virtual(self) -> bool:
        """Whether the patients are virtual."""
        return self.content.provenance.virtual

    @property
    def arms(self) -> tuple[str, ...]:
        """The groups of the results but for all subjects; empty for a single arm."""
        return tuple(group for group in self.numbers.groups if group != ALL)

    @property
    def best(self) -> str:
        """The parameter of best overall response that the protocol counts: confirmed where it asks for that."""
        return "CBOR" if self.protocol.criteria.response.confirmation_required else "BOR"

    @property
    def confidence(self) -> Markup:
        """The level of intervals as the protocol states it, for example 95%."""
        return stated(f"{exponent_free(self.protocol.confidence)}%", "confidence")

    @property
    def rates(self) -> list[tuple[Endpoint, Rate]]:
        """The endpoints that are rates."""
        return [(each, each.analysis) for each in self.protocol.endpoints if isinstance(each.analysis, Rate)]

    @property
    def times(self) -> list[tuple[Endpoint, TimeToEvent]]:
        """The endpoints that are times to an event."""
        return [(each, each.analysis) for each in self.protocol.endpoints if isinstance(each.analysis, TimeToEvent)]

    @property
    def not_analysed(self) -> list[tuple[Endpoint, NotAnalysed]]:
        """The endpoints that this version does not analyse."""
        return [(each, each.analysis) for each in self.protocol.endpoints if isinstance(each.analysis, NotAnalysed)]


def make_view(content: Content, *, strict: bool) -> View:
    """Return the view of a content; in strict mode a number without result raises KeyError."""
    numbers = Numbers(content.results, thresholds(content.protocol), strict=strict)
    return View(content, numbers, Rows(content.adam))


def stated(text: str, path: str) -> Markup:
    """Return a number of the protocol, tied to the path at which it stands there."""
    return element("span", text, class_="stated", data_protocol=path, title=f"protocol: {path}")


def group_name(view: View, group: str) -> Markup:
    """Return how a group is called: the arm of the protocol where there is one, the treatment, or all patients."""
    if group != ALL:
        return element("span", group)
    if not view.arms and len(view.protocol.arms) == 1:
        return spoken(view.protocol.arms[0].label)
    return say("All patients")


def set_name(each: AnalysisSet) -> Markup:
    """Return the name of an analysis set with its identifier."""
    return joined([bilingual(each.label, each.label_zh), f" · {each.id}"])


def population_name(view: View, name: str) -> Markup:
    """Return the name of the population of an analysis, which is an analysis set or a word."""
    for each in view.protocol.analysis_sets:
        if each.id == name:
            return set_name(each)
    return say("All subjects in the data")
