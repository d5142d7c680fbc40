"""What marker results there are to lay out: the endpoints, their markers, and which are analysed together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from topline.protocol.biomarker import Categorical, Marker
from topline.protocol.endpoints import Endpoint, Rate
from topline.report.grid import Row, heading
from topline.report.marker_numbers import rule_text
from topline.report.markup import Text, bilingual, element, joined, say, spoken
from topline.report.numbers import ALL
from topline.report.view import View, group_name
from topline.tables.adam_biomarker import NEGATIVE, POSITIVE
from topline.tables.biomarker_statements import STATEMENTS

SIDES = (POSITIVE, NEGATIVE)


@dataclass(frozen=True, slots=True)
class Family:
    """Markers of an endpoint that are analysed together: those before treatment, or those of one landmark."""

    endpoint: str
    day: int
    markers: tuple[Marker, ...]

    def analysis(self, kind: str) -> str:
        """Return the identifier of an analysis of the family: search, optimism or shrinkage."""
        prefix = f"day{self.day}." if self.day else ""
        return f"BM.{self.endpoint}.{prefix}{kind}"

    @property
    def name(self) -> Markup:
        """How the family is called."""
        return say("From the landmark, day {day}", day=str(self.day)) if self.day else say("Measured before treatment")


def endpoints(view: View) -> list[Endpoint]:
    """Return the endpoints that markers are tested against and that have results, in the order of the protocol."""
    return [each for each in view.protocol.endpoints if any(_has_results(view, each, m) for m in markers(view, each))]


def _has_results(view: View, endpoint: Endpoint, marker: Marker) -> bool:
    return any(view.numbers.rows(name(endpoint, marker, "measured"), group) for group in view.numbers.groups)


def markers(view: View, endpoint: Endpoint) -> tuple[Marker, ...]:
    """Return the markers of an endpoint, in the order of the protocol."""
    return tuple(each for each in view.protocol.biomarkers.markers if endpoint.id in each.endpoints)


def grouped(view: View, endpoint: Endpoint) -> tuple[Marker, ...]:
    """Return the markers whose groups were stated beforehand."""
    return tuple(each for each in markers(view, endpoint) if has_groups(each))


def has_groups(marker: Marker) -> bool:
    """Say whether the protocol states the groups of a marker."""
    return isinstance(marker.measure, Categorical) or marker.measure.cut is not None


def families(view: View, endpoint: Endpoint) -> list[Family]:
    """Return the families of an endpoint: before treatment first, then the landmarks."""
    found: dict[int, list[Marker]] = {}
    for marker in markers(view, endpoint):
        found.setdefault(landmark(marker), []).append(marker)
    return [Family(endpoint.id, day, tuple(found[day])) for day in sorted(found)]


def landmark(marker: Marker) -> int:
    """Return the day of the landmark, 0 for a marker that was measured before treatment."""
    return marker.on_treatment.day if marker.on_treatment else 0


def name(endpoint: Endpoint, marker: Marker, part: str) -> str:
    """Return the identifier of an analysis of one marker.

    The parts are measured, the reasons of not being analysed, the two groups, and how they are compared.
    """
    return f"BM.{endpoint.id}.{marker.id}.{part}"


def is_rate(endpoint: Endpoint) -> bool:
    """Say whether an endpoint is a rate, else it is a time to an event."""
    return isinstance(endpoint.analysis, Rate)


def has_both(view: View, endpoint: Endpoint, marker: Marker, group: str) -> bool:
    """Say whether a marker has stated groups and subjects in both of them: else nothing is observed to be shrunken."""
    sizes = [view.numbers.value(f"{name(endpoint, marker, 'power')}/{group}/n {side}") for side in SIDES]
    return has_groups(marker) and all(sizes)


def marker_label(marker: Marker, *, rule: bool = True) -> Markup:
    """Return the name of a marker with the rule of its positive group, and its landmark where it has one."""
    parts: list[Text] = [spoken(marker.label)]
    if rule and marker.rule:
        parts.append(_below(say("positive: {rule}", rule=rule_text(marker.rule))))
    if marker.on_treatment:
        parts.append(_below(say("From the landmark, day {day}", day=str(marker.on_treatment.day))))
    return joined(parts, " ")


def _below(text: Markup) -> Markup:
    return element("span", text, class_="rank")


def by_arm(view: View, rows: Callable[[str], Iterable[Row]]) -> tuple[Row, ...]:
    """Return the rows of each group, under its name where there are several."""
    found: list[Row] = []
    for group in in_order(view):
        own = list(rows(group))
        found += [heading(group_name(view, group)), *own] if view.arms and own else own
    return tuple(found)


def in_order(view: View) -> tuple[str, ...]:
    """Return the groups: all patients first, then the arms."""
    return (ALL, *view.arms)


def statement(key: str, **fill: Text) -> Markup:
    """Return a sentence of `topline.tables.biomarker_statements` in both languages, its gaps filled."""
    said = STATEMENTS[key]
    return bilingual(Markup(escape(said.en)).format(**fill), Markup(escape(said.zh)).format(**fill))


def asked(view: View, family: Family, group: str) -> list[str]:
    """Return the sentences that the search of a family asks for.

    Where the data have several arms, they have not all received the same treatment, whatever the protocol says.
    """
    rows = view.numbers.rows(family.analysis("search"), group)
    found = [row.valuec for row in rows if row.statistic.startswith("statement: ")]
    return ["pooled-arms" if view.arms and each == "single-arm" else each for each in found]
