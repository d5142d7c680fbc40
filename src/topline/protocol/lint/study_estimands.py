"""Rules about estimands: what an endpoint says in words against what its keys do."""

import re
from collections.abc import Callable, Iterator, Mapping

from topline.protocol.endpoints import Endpoint, IntercurrentEvent, Rate, TimeToEvent
from topline.protocol.lint.rule import Hit
from topline.protocol.lint.study_endpoints import times
from topline.protocol.model import Protocol

NEW_THERAPY = re.compile(r"\b(new|another|other|subsequent|further|next)\b.{0,30}\b(therap|treatment|drug|medicine)")
STOP = re.compile(r"\b(end|stop|stopping|withdrawal|discontinu\w*)\s+(of|from)?\b")
MISSED = re.compile(r"\bmiss(ed|ing)\b.{0,20}\b(scan|assessment|visit)")
ON_DRUG = ("drug", "therapy", "treatment", "medicine")
DOES = {
    "treatment policy": "ignore",
    "hypothetical": "censor",
    "while on treatment": "censor",
    "composite": "event",
}
"""By strategy of ICH E9(R1): what a censoring rule does at the event."""

DAY = re.compile(r"\bSD from day (\d+)")
CONFIRMED_AFTER = re.compile(r"\bconfirmed at least (\d+) (day|week)s? later")
GRADED = re.compile(r"\bCTCAE\s*(?:version|v)?\.?\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
AFTER_LAST = re.compile(r"\bto (\d+) days after the last\b")
RATES_AT = re.compile(r"\brates? at ((?:\d+(?:, | and )?)+) months?\b")
INTERVAL = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*(?:confidence )?interval")
TESTED = re.compile(r"\b(?:tested )?against (\d+(?:\.\d+)?)\s*%")


def strategies_contradicted(protocol: Protocol) -> Iterator[Hit]:
    """Yield intercurrent events whose strategy the analysis does not carry out."""
    drugs = tuple(drug.name.lower() for arm in protocol.arms for drug in arm.interventions)
    for endpoint in protocol.endpoints:
        for index, event in enumerate(endpoint.estimand.intercurrent_events):
            what = _contradiction(protocol, endpoint, event, drugs)
            if what:
                place = f"endpoints.{endpoint.id}.estimand.intercurrent_events.{index}.strategy"
                yield Hit(place, f"{event.event}, {event.strategy}: {what}")


def _contradiction(protocol: Protocol, endpoint: Endpoint, event: IntercurrentEvent, drugs: tuple[str, ...]) -> str:
    """Return in words what the analysis does instead of the stated strategy, or an empty text."""
    analysis = endpoint.analysis
    kind = kind_of(event.event, drugs)
    if isinstance(analysis, TimeToEvent):
        return _time_contradiction(analysis, event.strategy, kind)
    if not isinstance(analysis, Rate) or kind != "new therapy":
        return ""
    if analysis.parameter != "DCLM":
        policy = event.strategy == "treatment policy"
        return f"scans after its start never count in {analysis.parameter}" if policy else ""
    stated = {"composite": "failure", "treatment policy": "ignore"}.get(event.strategy, protocol.landmark.new_therapy)
    return "" if stated == protocol.landmark.new_therapy else f"landmark.new_therapy is {protocol.landmark.new_therapy}"


def _time_contradiction(analysis: TimeToEvent, strategy: str, kind: str) -> str:
    """Return what a time to an event does instead of the stated strategy, or an empty text."""
    rules, does = analysis.censoring, DOES.get(strategy)
    if does is None:
        return ""
    if kind in ("new therapy", "end of treatment"):
        actual = rules.new_therapy if kind == "new therapy" else rules.treatment_stop
        return "" if actual == does else f"the rule '{rules.name}' does '{actual}' at {kind}, not '{does}'"
    if kind == "missed scans" and (rules.missed_assessments is not None) != (does == "censor"):
        counts = "after any gap" if rules.missed_assessments is None else "not after a gap"
        return f"by the rule '{rules.name}' events count {counts}"
    if kind == "death" and ("death" in analysis.events) != (does == "event"):
        return f"death is {'an' if 'death' in analysis.events else 'no'} event of this time"
    return ""


def kind_of(event: str, drugs: tuple[str, ...] = ()) -> str:
    """Return which event of the censoring rules an intercurrent event is, an empty text for any other.

    >>> kind_of("New anti-cancer therapy before progression"), kind_of("End of apatinib", ("apatinib",))
    ('new therapy', 'end of treatment')
    """
    low = event.lower()
    if MISSED.search(low):
        return "missed scans"
    if NEW_THERAPY.search(low):
        return "new therapy"
    if STOP.search(low) and any(word in low for word in (*ON_DRUG, *drugs)):
        return "end of treatment"
    return "death" if low.startswith("death") else ""


def silent_on_new_therapy(protocol: Protocol) -> Iterator[Hit]:
    """Yield times and rates that rest on scans whose estimand does not say what another therapy means."""
    for endpoint in protocol.endpoints:
        analysis = endpoint.analysis
        scanned = isinstance(analysis, Rate) or (
            isinstance(analysis, TimeToEvent) and {"progression", "response"} & set(analysis.events)
        )
        kinds = {kind_of(event.event) for event in endpoint.estimand.intercurrent_events}
        if scanned and "new therapy" not in kinds:
            place = f"endpoints.{endpoint.id}.estimand.intercurrent_events"
            yield Hit(place, f"{endpoint.id} does not say what a new anti-cancer therapy before the event means")


def words_contradict_keys(protocol: Protocol) -> Iterator[Hit]:
    """Yield numbers in the words of an estimand that differ from the keys that the analysis follows."""
    for endpoint in protocol.endpoints:
        place = f"endpoints.{endpoint.id}.estimand"
        for key, text in (("variable", endpoint.estimand.variable), ("summary", endpoint.estimand.summary)):
            for said, name, does in _numbers(protocol, endpoint, text):
                yield Hit(f"{place}.{key}", f"says {said}; {name} is {does}")


def _numbers(protocol: Protocol, endpoint: Endpoint, text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the numbers of a text that differ from their key: what it says, the key, the key's value."""
    response, events = protocol.criteria.response, protocol.criteria.adverse_events
    for pattern, name, value in (
        (DAY, "criteria.response.stable_minimum_days", response.stable_minimum_days),
        (AFTER_LAST, "criteria.adverse_events.follow_up_days", events.follow_up_days),
        (INTERVAL, "confidence", protocol.confidence * 100),
    ):
        found = pattern.search(text)
        if found and abs(float(found[1]) - value) > 1e-9:
            yield found[0], name, f"{value:g}"
    found = CONFIRMED_AFTER.search(text)
    if found and int(found[1]) * (7 if found[2] == "week" else 1) != response.confirmation_days:
        yield found[0], "criteria.response.confirmation_days", str(response.confirmation_days)
    found = GRADED.search(text)
    if found and float(found[1]) != float(events.version):
        yield found[0], "criteria.adverse_events.version", events.version
    yield from _own_numbers(protocol, endpoint, text)


def _own_numbers(protocol: Protocol, endpoint: Endpoint, text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the numbers of a text that differ from the endpoint's own keys, or from the hypothesis it decides."""
    found = RATES_AT.search(text)
    if found and isinstance(endpoint.analysis, TimeToEvent):
        months = tuple(float(month) for month in re.findall(r"\d+", found[1]))
        if months != endpoint.analysis.landmarks_months:
            does = ", ".join(f"{month:g}" for month in endpoint.analysis.landmarks_months) or "none"
            yield found[0], "analysis.landmarks_months", does
    found = TESTED.search(text)
    rate = protocol.design.null_rate * 100
    if found and endpoint.id == protocol.design.endpoint and abs(float(found[1]) - rate) > 1e-9:
        yield found[0], "design.null_rate", f"{protocol.design.null_rate:g}"


def unexplained_censoring(protocol: Protocol) -> Iterator[Hit]:
    """Yield censoring rules that end or drop times for an event that the estimand does not name."""
    drugs = tuple(drug.name.lower() for arm in protocol.arms for drug in arm.interventions)
    for endpoint, analysis, path in times(protocol):
        kinds = {kind_of(event.event, drugs) for event in endpoint.estimand.intercurrent_events}
        rules = analysis.censoring
        acts = {
            "new therapy": rules.new_therapy != "ignore",
            "end of treatment": rules.treatment_stop != "ignore",
            "missed scans": rules.missed_assessments is not None,
        }
        silent = [kind for kind, does in acts.items() if does and kind not in kinds]
        if silent:
            what = f"the rule '{rules.name}' acts at {', '.join(silent)}, which the estimand does not name"
            yield Hit(f"{path}.censoring", what)


CHECKS: Mapping[str, Callable[[Protocol], Iterator[Hit]]] = {
    "STU-27": strategies_contradicted,
    "STU-28": silent_on_new_therapy,
    "STU-32": words_contradict_keys,
    "STU-37": unexplained_censoring,
}
