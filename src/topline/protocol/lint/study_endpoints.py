"""Rules about endpoints: that each is analysed, and by an analysis that is what the endpoint is called."""

from collections.abc import Callable, Iterator, Mapping

from topline.protocol.endpoints import Endpoint, NotAnalysed, QuestionnaireScores, Rate, TimeToEvent
from topline.protocol.lint.rule import Hit
from topline.protocol.model import Protocol

CONFIRMED = ("CBOR", "CRSP", "CDCR", "CCB")
UNCONFIRMED = ("BOR", "RSP", "DCR", "CB")
RESPONSE = ("BOR", "CBOR", "RSP", "CRSP")
MUST_HOLD = {"OS": {"death"}, "PFS": {"progression", "death"}, "TTP": {"progression"}}
MAY_NOT_HOLD = {"OS": {"progression"}, "TTP": {"death"}}
SEEN_ON_SCANS = ("BLSCNFL", "PBSCNFL")


def times(protocol: Protocol) -> Iterator[tuple[Endpoint, TimeToEvent, str]]:
    """Yield the endpoints that are times to an event, with their analysis and its path."""
    for endpoint in protocol.endpoints:
        if isinstance(endpoint.analysis, TimeToEvent):
            yield endpoint, endpoint.analysis, f"endpoints.{endpoint.id}.analysis"


def primary_not_analysed(protocol: Protocol) -> Iterator[Hit]:
    """Yield primary endpoints without analysis."""
    yield from _not_analysed(protocol, ("primary",))


def other_not_analysed(protocol: Protocol) -> Iterator[Hit]:
    """Yield secondary and exploratory endpoints without analysis."""
    yield from _not_analysed(protocol, ("secondary", "exploratory"))


def _not_analysed(protocol: Protocol, ranks: tuple[str, ...]) -> Iterator[Hit]:
    for endpoint in protocol.endpoints:
        if isinstance(endpoint.analysis, NotAnalysed) and endpoint.objective in ranks:
            what = f"the {endpoint.objective} endpoint {endpoint.id} is not analysed: {endpoint.analysis.reason}"
            yield Hit(f"endpoints.{endpoint.id}.analysis.type", what)


def survival_cut_short(protocol: Protocol) -> Iterator[Hit]:
    """Yield times to death alone that end before the patient was last known alive."""
    for _, analysis, path in times(protocol):
        if analysis.events != ("death",) or analysis.start != "time zero":
            continue
        if analysis.last_observation == "last assessment":
            what = "who lives is censored at the last scan, though known alive for longer"
            yield Hit(f"{path}.last_observation", what)
        rules = (
            ("new therapy", analysis.censoring.new_therapy),
            ("end of treatment", analysis.censoring.treatment_stop),
        )
        ends = [name for name, rule in rules if rule != "ignore"]
        if ends:
            yield Hit(f"{path}.censoring", f"survival does not end with {' or '.join(ends)}: death is still seen")


def unscanned_time(protocol: Protocol) -> Iterator[Hit]:
    """Yield times to progression that count as free of it until the patient was last known alive."""
    for _, analysis, path in times(protocol):
        if "progression" in analysis.events and analysis.last_observation == "last alive":
            what = "time after the last scan counts as free of progression, though nobody looked"
            yield Hit(f"{path}.last_observation", what)


def misnamed(protocol: Protocol) -> Iterator[Hit]:
    """Yield OS, PFS and TTP that count other events than their names say."""
    for endpoint, analysis, path in times(protocol):
        missing = MUST_HOLD.get(endpoint.id, set()) - set(analysis.events)
        extra = MAY_NOT_HOLD.get(endpoint.id, set()) & set(analysis.events)
        if analysis.sources and not extra:
            continue  # a source of the study's own may be the event in question
        for names, verb in ((missing, "does not count"), (extra, "counts")):
            if names:
                yield Hit(f"{path}.events", f"{endpoint.id} {verb} {', '.join(sorted(names))}")


def confirmation_disagrees(protocol: Protocol) -> Iterator[Hit]:
    """Yield endpoints on confirmed responses where none is required, and primary ones on unconfirmed where one is."""
    required = protocol.criteria.response.confirmation_required
    for endpoint in protocol.endpoints:
        analysis = endpoint.analysis
        key = "parameter" if isinstance(analysis, Rate) else "response_parameter"
        parameter = analysis.parameter if isinstance(analysis, Rate) else _response_of(analysis)
        place = f"endpoints.{endpoint.id}.analysis.{key}"
        if not required and parameter in CONFIRMED:
            yield Hit(
                place, f"{parameter} counts confirmed responses; criteria.response.confirmation_required is false"
            )
        if required and parameter in UNCONFIRMED and endpoint.objective == "primary":
            yield Hit(
                place, f"{parameter} counts unconfirmed responses; criteria.response.confirmation_required is true"
            )


def _response_of(analysis: object) -> str:
    """Return the response that starts or ends a time, an empty text where none does."""
    uses = isinstance(analysis, TimeToEvent) and (analysis.start == "response" or "response" in analysis.events)
    return analysis.response_parameter if uses and isinstance(analysis, TimeToEvent) else ""


def responders_differ(protocol: Protocol) -> Iterator[Hit]:
    """Yield durations of a response that no response rate of the study counts."""
    rates = {e.analysis.parameter for e in protocol.endpoints if isinstance(e.analysis, Rate)} & set(RESPONSE)
    if not rates:
        return
    kinds = {parameter in CONFIRMED for parameter in rates}
    for _, analysis, path in times(protocol):
        parameter = _response_of(analysis)
        if parameter and (parameter in CONFIRMED) not in kinds:
            what = f"takes responders by {parameter}; the response rate counts them by {', '.join(sorted(rates))}"
            yield Hit(f"{path}.response_parameter", what)


def evaluable_only(protocol: Protocol) -> Iterator[Hit]:
    """Yield primary endpoints whose denominator leaves out patients for what happened after treatment began."""
    for endpoint in protocol.endpoints:
        population = protocol.analysis_set(endpoint.estimand.population)
        columns = [column for column in SEEN_ON_SCANS if column in population.where]
        if endpoint.objective == "primary" and columns:
            what = (
                f"{population.id} leaves out treated patients without a scan ({', '.join(columns)}): who dies or stops "
                "early is not counted as a failure"
            )
            yield Hit(f"endpoints.{endpoint.id}.estimand.population", what)


def idle_questionnaire(protocol: Protocol) -> Iterator[Hit]:
    """Yield questionnaires that patients fill in and no endpoint uses."""
    used = {e.analysis.questionnaire for e in protocol.endpoints if isinstance(e.analysis, QuestionnaireScores)}
    for questionnaire in protocol.criteria.questionnaires:
        if questionnaire.name not in used:
            yield Hit(f"criteria.questionnaires.{questionnaire.name}", f"no endpoint uses {questionnaire.name}")


def unknown_questionnaire(protocol: Protocol) -> Iterator[Hit]:
    """Yield endpoints on a questionnaire that the study does not declare."""
    declared = {questionnaire.name for questionnaire in protocol.criteria.questionnaires}
    for endpoint in protocol.endpoints:
        analysis = endpoint.analysis
        if isinstance(analysis, QuestionnaireScores) and analysis.questionnaire not in declared:
            what = f"{analysis.questionnaire} is not one of criteria.questionnaires ({', '.join(declared) or 'none'})"
            yield Hit(f"endpoints.{endpoint.id}.analysis.questionnaire", what)


def markers_without_endpoint(protocol: Protocol) -> Iterator[Hit]:
    """Yield markers that no endpoint analyses, and endpoints on markers of which the study has none."""
    markers = [marker.id for marker in protocol.biomarkers.markers]
    using = [endpoint.id for endpoint in protocol.endpoints if endpoint.analysis.type == "markers"]
    if markers and not using:
        yield Hit("biomarkers.markers", f"{', '.join(markers)}: measured, but no endpoint is on markers")
    for name in using if not markers else ():
        yield Hit(f"endpoints.{name}.analysis.type", f"{name} is on markers; biomarkers.markers names none")


def idle_second_criterion(protocol: Protocol) -> Iterator[Hit]:
    """Yield iRECIST where no endpoint is by it."""
    used = any(isinstance(e.analysis, Rate) and e.analysis.parameter == "IBOR" for e in protocol.endpoints)
    if protocol.criteria.response.irecist and not used:
        yield Hit("criteria.response.irecist", "iRECIST is derived, but no endpoint has the parameter IBOR")


CHECKS: Mapping[str, Callable[[Protocol], Iterator[Hit]]] = {
    "STU-22": primary_not_analysed,
    "STU-23": other_not_analysed,
    "STU-24": survival_cut_short,
    "STU-25": misnamed,
    "STU-26": unscanned_time,
    "STU-29": confirmation_disagrees,
    "STU-30": responders_differ,
    "STU-31": evaluable_only,
    "STU-33": idle_questionnaire,
    "STU-34": unknown_questionnaire,
    "STU-35": markers_without_endpoint,
    "STU-36": idle_second_criterion,
}
