"""The statements of a drafted study for readers: label, value, whether the record says so, else the reason."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from topline.protocol.draft.notes import Origin
from topline.protocol.draft.study import Draft
from topline.protocol.draft.wording import look_words, regimen_words
from topline.protocol.eligibility.criterion import Criterion
from topline.protocol.endpoints import Endpoint, NotAnalysed, QuestionnaireScores, Rate, TimeToEvent
from topline.protocol.model import Arm, Protocol

Kind = Literal["stated", "assumed", "mixed", "default"]
LABELS = {"standard": "Response criteria", "irecist": "iRECIST besides", "source": "Response analysed"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the study: where it belongs, what it says, where the record says it, why else it stands."""

    section: str
    label: str
    value: str
    origins: tuple[Origin, ...]
    reasons: tuple[str, ...]
    note: str = ""

    @property
    def kind(self) -> Kind:
        """Stated by the record, assumed, partly each, or neither."""
        if self.origins:
            return "mixed" if self.reasons else "stated"
        return "assumed" if self.reasons else "default"


@dataclass(frozen=True, slots=True)
class Judged:
    """A criterion for readers: itself, how much of it a computer judges, and where the record says it."""

    criterion: Criterion
    coverage: Literal["executable", "partly", "manual"]
    origins: tuple[Origin, ...]


def statements(protocol: Protocol, draft: Draft) -> tuple[Statement, ...]:
    """Return every statement of a study in reading order; what the study changed since the draft has no origin."""
    told = _Told(protocol, draft)
    return tuple(
        each
        for part in (_names, _patients, _treatment, _calendar, _standards, _endpoints, _design, _rest)
        for each in part(told)
    )


def judged(protocol: Protocol, draft: Draft) -> tuple[Judged, ...]:
    """Return the criteria with their coverage.

    A criterion is executable without sign-off, manual when nothing but sign-offs decides, partly otherwise.
    """
    found = []
    for name, criteria in (
        ("inclusion", protocol.eligibility.inclusion),
        ("exclusion", protocol.eligibility.exclusion),
    ):
        for criterion in criteria:
            origins = draft.provenance.get(f"eligibility.{name}.{criterion.id}.text", ())
            found.append(Judged(criterion, _coverage(criterion), origins))
    return tuple(found)


def _coverage(criterion: Criterion) -> Literal["executable", "partly", "manual"]:
    """Return how much of a criterion a computer judges."""
    if not criterion.signoffs:
        return "executable"
    rest = criterion.condition
    for column in criterion.signoffs:
        rest = rest.replace(f"{column} = 'Y'", "").replace(f"{column} = 'N'", "")
    words = rest.replace("(", " ").replace(")", " ").split()
    return "partly" if set(words) - {"AND", "OR", "NOT"} else "manual"


@dataclass(frozen=True)
class _Told:
    """A study, its draft, and the way from paths to statements."""

    protocol: Protocol
    draft: Draft

    def say(self, section: str, label: str, value: object, *paths: str) -> Statement:
        """Return a statement about the values at some paths, and below them."""
        origins = [origin for path in paths for origin in self.draft.provenance.get(path, ())]
        reasons = [reason for path, reason in self.protocol.assumed.items() if _within(path, paths)]
        stated = [path for path in paths if self.draft.provenance.get(path)]
        if len(paths) == 1 and stated:
            reasons = [] if stated[0] not in self.protocol.assumed else reasons
        return Statement(section, label, _plain(value), _once(origins), tuple(dict.fromkeys(reasons)))


def _within(path: str, asked: Iterable[str]) -> bool:
    """Whether an assumption is about one of some paths: at it, or above it."""
    return any(path == each or each.startswith(f"{path}.") for each in asked)


def _once(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(origins))


def _plain(value: object) -> str:
    """Return a value for readers."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(_plain(each) for each in value) or "none"
    return str(value)


def _names(told: _Told) -> Iterator[Statement]:
    named = told.protocol.identifiers
    for label, value, path in (
        ("Title", named.title.en, "title.en"),
        ("Study identifier", named.study, "study"),
        ("Registry number", named.registry or None, "registry"),
        ("Further numbers", named.others, "others"),
        ("Sponsor", named.sponsor, "sponsor"),
        ("Phase", named.phase, "phase"),
    ):
        yield told.say("Names", label, value, f"identifiers.{path}")


def _patients(told: _Told) -> Iterator[Statement]:
    who = told.protocol.population
    for label, value, path in (
        ("Condition", who.condition.en, "condition.en"),
        ("Youngest age [years]", who.ages.minimum, "ages.minimum"),
        ("Oldest age [years]", who.ages.maximum, "ages.maximum"),
        ("Sex", who.sex, "sex"),
        ("Planned patients", who.planned, "planned"),
    ):
        yield told.say("Patients", label, value, f"population.{path}")


def _treatment(told: _Told) -> Iterator[Statement]:
    for arm in told.protocol.arms:
        yield told.say("Treatment", f"Arm {arm.code}", arm.label.en, f"arms.{arm.code}.label.en")
        yield from _drugs(told, arm)


def _drugs(told: _Told, arm: Arm) -> Iterator[Statement]:
    keys = ("name", "dose", "unit", "route", "times_per_day", "days", "cycle_days")
    for drug in arm.interventions:
        path = f"arms.{arm.code}.interventions.{drug.name}"
        sentence = regimen_words(drug, told.protocol.schedule.cycle_days)
        yield told.say("Treatment", drug.name.title(), sentence, *(f"{path}.{key}" for key in keys))


def _calendar(told: _Told) -> Iterator[Statement]:
    plan = told.protocol.schedule
    parts = []
    for interval in plan.scans:
        until = f" until week {interval.until_week:g}" if interval.until_week else ""
        parts.append(f"every {interval.every_weeks:g} weeks{until}")
    scans = ", then ".join(parts)
    for label, value, path in (
        ("Time zero", plan.time_zero, "time_zero"),
        ("Cycle [days]", plan.cycle_days, "cycle_days"),
        ("Scans", scans, "scans"),
        ("Window of scans [days]", plan.window_days, "window_days"),
        ("Baseline scan at most [days]", plan.baseline_days, "baseline_days"),
        ("Questionnaires every [cycles]", plan.questionnaire_cycles, "questionnaire_cycles"),
        ("Survival contacts every [weeks]", plan.follow_up_weeks, "follow_up_weeks"),
        ("Longest follow-up [months]", plan.maximum_months, "maximum_months"),
    ):
        yield told.say("Calendar", label, value, f"schedule.{path}")


def _standards(told: _Told) -> Iterator[Statement]:
    criteria = told.protocol.criteria
    for key in type(criteria.response).model_fields:
        label = LABELS.get(key, key.replace("_", " ").capitalize())
        yield told.say("Standards", label, getattr(criteria.response, key), f"criteria.response.{key}")
    events = criteria.adverse_events
    for label, value, path in (
        ("CTCAE version", events.version, "version"),
        ("Events count after the last dose [days]", events.follow_up_days, "follow_up_days"),
        ("Grades that ask for symptoms", events.symptoms, "symptoms"),
    ):
        yield told.say("Standards", label, value, f"criteria.adverse_events.{path}")
    for each in criteria.questionnaires:
        path = f"criteria.questionnaires.{each.name}"
        yield told.say("Standards", each.name, f"version {each.version}", f"{path}.name", f"{path}.version")


def _endpoints(told: _Told) -> Iterator[Statement]:
    for endpoint in told.protocol.endpoints:
        path = f"endpoints.{endpoint.id}"
        parts = ("label.en", "analysis", "estimand.population", "analysis.censoring", "analysis.landmarks_months")
        made = told.say(
            "Endpoints", f"{endpoint.id} · {endpoint.objective}", endpoint.label.en, *(f"{path}.{x}" for x in parts)
        )
        yield Statement(made.section, made.label, made.value, made.origins, made.reasons, analysis_words(endpoint))


def analysis_words(endpoint: Endpoint) -> str:
    """Return how an endpoint is analysed, in a line."""
    what, population = endpoint.analysis, endpoint.estimand.population
    if isinstance(what, Rate):
        return f"Rate of {what.parameter} = {', '.join(what.values)} in {population}: {endpoint.estimand.variable}"
    if isinstance(what, TimeToEvent):
        return f"Time from {what.start} to {' or '.join(what.events)} in {population}; censoring: {what.censoring.name}"
    if isinstance(what, QuestionnaireScores):
        return f"Scores of {what.questionnaire} in {population}: completion, change, times to deterioration"
    if isinstance(what, NotAnalysed):
        return f"Not analysed: {what.reason}"
    words = {
        "adverse events": f"Adverse events in {population}, by term and worst grade",
        "markers": "Declared markers",
    }
    return words[what.type]


def _design(told: _Told) -> Iterator[Statement]:
    design = told.protocol.design
    for key in type(design).model_fields:
        value = "; ".join(map(look_words, design.looks)) or None if key == "looks" else getattr(design, key)
        if value is not None:
            yield told.say("Design", key.replace("_", " ").capitalize(), value, f"design.{key}")


def _rest(told: _Told) -> Iterator[Statement]:
    sets = ", ".join(each.id for each in told.protocol.analysis_sets)
    monitoring = told.protocol.monitoring
    markers = tuple(each.id for each in told.protocol.biomarkers.markers)
    landmark = told.protocol.landmark
    yield told.say("Further", "Analysis sets", sets, "analysis_sets")
    yield told.say("Further", "Landmark of disease control [day]", landmark.day, "landmark.day", "landmark.window_days")
    yield told.say("Further", "Stopping for toxicity", monitoring.parameter if monitoring else None, "monitoring")
    yield told.say("Further", "Markers", markers, "biomarkers")
    yield told.say("Further", "Confidence level", told.protocol.confidence, "confidence")
