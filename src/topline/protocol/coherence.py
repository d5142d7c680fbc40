"""What must agree within a study: checks over plain data, so that they run even where other values are wrong."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeGuard

from topline.protocol.biomarker_coherence import marker_condition_faults, marker_contradictions
from topline.protocol.design_coherence import design_contradictions
from topline.protocol.eligibility.coherence import criterion_condition_faults, criterion_contradictions
from topline.protocol.expression import date_fault, expression_fault
from topline.protocol.tree import Path, find, get, items, number, numbers, path_text, texts
from topline.tables.adam import ADAM, ADSL, RESPONSE_PARAMETERS, RESPONSES

EVENTS = ("progression", "death", "response", "new therapy", "treatment stop")
LAST_OBSERVATIONS = ("last assessment", "last alive")
IMMUNE_RESPONSES = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD", "PD", "NE", "MISSING")
VALUES = {"BOR": RESPONSES, "CBOR": RESPONSES, "IBOR": IMMUNE_RESPONSES}  # of any other parameter: Y, N


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a study: number, path, what; `text` is the path in words."""

    code: str
    path: Path
    what: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.text}: {self.what}" if self.text else self.what


def refuse(found: Iterable[Fault]) -> None:
    """Raise ValueError with all faults found, if any."""
    messages = [str(fault) for fault in found]
    if messages:
        raise ValueError("; ".join(messages))


def faults(study: object) -> Iterator[Fault]:
    """Yield every contradiction (TL-P05) and every condition that is not understood (TL-P06) of a study.

    What is absent or of the wrong type is passed over: that is reported elsewhere.
    """
    for check in CHECKS:
        for fault in check(study):
            yield Fault(fault.code, fault.path, fault.what, path_text(study, fault.path))


def increases(values: list[float]) -> bool:
    """Whether each number is above the one before."""
    return all(earlier < later for earlier, later in pairwise(values))


def contradiction(path: Path, what: str) -> Fault:
    """Return a contradiction at a path."""
    return Fault("TL-P05", path, what)


def design_faults(study: object) -> Iterator[Fault]:
    """Yield what does not agree within the design: rates, numbers of patients, stages, looks, level."""
    yield from (contradiction(path, what) for path, what in design_contradictions(study))


def source_faults(analysis: object, path: Path) -> Iterator[Fault]:
    """Yield the sources that a time-to-event analysis names and nobody defines, and landmarks out of order."""
    sources = get(analysis, "sources")
    own = list(sources) if isinstance(sources, dict) else []
    known = (*EVENTS, *LAST_OBSERVATIONS, *own)
    named = [("events", name) for name in texts(analysis, "events")]
    last = get(analysis, "last_observation")
    named += [("last_observation", last)] if isinstance(last, str) else []
    for key, name in named:
        if name not in known:
            yield contradiction((*path, key), f"source '{name}' is not one of {', '.join(known)}")
    if not increases(numbers(analysis, "landmarks_months")):
        yield contradiction((*path, "landmarks_months"), "the months do not increase")


def rate_faults(analysis: object, path: Path) -> Iterator[Fault]:
    """Yield the values of a rate that its parameter never has, so that they would count nobody."""
    parameter = get(analysis, "parameter")
    if parameter not in RESPONSE_PARAMETERS:
        return
    possible = VALUES.get(str(parameter), ("Y", "N"))
    for value in texts(analysis, "values"):
        if value not in possible:
            yield contradiction((*path, "values"), f"{parameter} is never '{value}'; it is {', '.join(possible)}")


def _doubles(study: object) -> Iterator[Fault]:
    """Yield list items that have the name of an earlier one."""
    for parent, key in (("analysis_sets", "id"), ("endpoints", "id"), ("arms", "code")):
        seen: set[object] = set()
        for path, item in items(study, parent):
            name = item.get(key)
            if isinstance(name, str) and name in seen:
                yield contradiction((*path, key), f"'{name}' is defined twice")
            seen.add(name if isinstance(name, str) else None)


def _populations(study: object) -> Iterator[Fault]:
    """Yield endpoints whose population is not an analysis set."""
    known = [name for _, item in items(study, "analysis_sets") if isinstance(name := item.get("id"), str)]
    for path, item in items(study, "endpoints"):
        name = get(item, "estimand", "population")
        if isinstance(name, str) and name not in known:
            what = f"population '{name}' is not an analysis set ({', '.join(known)})"
            yield contradiction((*path, "estimand", "population"), what)


def _flags(study: object) -> Iterator[Fault]:
    """Yield analysis sets whose flag would overwrite a column of ADSL."""
    for path, item in items(study, "analysis_sets"):
        name = item.get("id")
        if isinstance(name, str) and f"{name}FL" in ADSL:
            yield contradiction((*path, "id"), f"ADSL already has a column {name}FL; choose another id")


def _conditions(study: object) -> Iterator[Fault]:
    """Yield conditions and dates of analysis sets and sources that are not understood."""
    for path, item in items(study, "analysis_sets"):
        yield from _condition((*path, "where"), item.get("where"), "ADSL")
    for path, item in items(study, "endpoints"):
        sources = get(item, "analysis", "sources")
        for name, source in sources.items() if isinstance(sources, dict) else ():
            inner = (*path, "analysis", "sources", name)
            dataset, date = get(source, "dataset"), get(source, "date")
            yield from _condition((*inner, "where"), get(source, "where"), dataset)
            wrong = date_fault(date, ADAM[dataset]) if isinstance(date, str) and _declared(dataset) else None
            yield from [Fault("TL-P06", (*inner, "date"), wrong)] if wrong else []


SOURCED = ("ADSL", "ADRS")
NO_RATE = ("time to event", "adverse events", "questionnaire", "markers", "not analysed")


def _declared(dataset: object) -> TypeGuard[str]:
    """Whether this names a dataset that a date may come from."""
    return isinstance(dataset, str) and dataset in SOURCED


def _condition(path: Path, where: object, dataset: object) -> Iterator[Fault]:
    """Yield the fault of one condition over a dataset."""
    if isinstance(where, str) and 0 < len(where) <= 2000 and _declared(dataset):
        wrong = expression_fault(where, ADAM[dataset])
        if wrong:
            yield Fault("TL-P06", path, f"'{where}' {wrong}")


def _decision(study: object) -> Iterator[Fault]:
    """Yield what does not agree between the design and the endpoint that it decides by."""
    name = get(study, "design", "endpoint")
    endpoints = {item.get("id"): item for _, item in items(study, "endpoints") if isinstance(item.get("id"), str)}
    if isinstance(name, str) and name not in endpoints:
        yield contradiction(("design", "endpoint"), f"'{name}' is not an endpoint ({', '.join(map(str, endpoints))})")
    elif get(endpoints.get(name), "analysis", "type") in NO_RATE:
        yield contradiction(("design", "endpoint"), f"the analysis of '{name}' is not a rate")
    planned, patients = number(study, "population", "planned"), number(study, "design", "patients")
    if isinstance(planned, int) and isinstance(patients, int) and 1 <= planned < patients:
        yield contradiction(("population", "planned"), f"{planned} is below the {patients} patients of the design")


def _analyses(study: object) -> Iterator[Fault]:
    """Yield what does not agree within each analysis, and analyses by a criterion that is not derived."""
    for path, item in items(study, "endpoints"):
        analysis, inner = item.get("analysis"), (*path, "analysis")
        kind = get(analysis, "type")
        yield from source_faults(analysis, inner) if kind == "time to event" else ()
        yield from rate_faults(analysis, inner) if kind == "rate" else ()
        if get(analysis, "parameter") == "IBOR" and get(study, "criteria", "response", "irecist") is not True:
            yield contradiction((*inner, "parameter"), "IBOR needs criteria.response.irecist: true")


def _markers(study: object) -> Iterator[Fault]:
    """Yield what does not agree within the markers, or between them and the endpoints, and their unsound conditions."""
    yield from (contradiction(path, what) for path, what in marker_contradictions(study))
    yield from (Fault("TL-P06", path, what) for path, what in marker_condition_faults(study))


def _criteria(study: object) -> Iterator[Fault]:
    """Yield what does not agree within the criteria, and their conditions that are not understood."""
    yield from (contradiction(path, what) for path, what in criterion_contradictions(study))
    yield from (Fault("TL-P06", path, what) for path, what in criterion_condition_faults(study))


def _calendar(study: object) -> Iterator[Fault]:
    """Yield ages and scans out of order, and days of dosing outside their cycle."""
    youngest, oldest = number(study, "population", "ages", "minimum"), number(study, "population", "ages", "maximum")
    if youngest is not None and oldest is not None and oldest < youngest:
        yield contradiction(("population", "ages", "maximum"), f"{oldest} is below minimum {youngest}")
    scans = list(items(study, "schedule", "scans"))
    ends = [number(item, "until_week") for _, item in scans]
    for (path, _), end, following in zip(scans, ends, ends[1:], strict=False):
        if end is None:
            yield contradiction((*path, "until_week"), "only the last interval is without end")
        elif following is not None and following <= end:
            yield contradiction((*path, "until_week"), f"{end} is not below {following} of the next interval")
    yield from _dosing(study)


def _dosing(study: object) -> Iterator[Fault]:
    """Yield interventions given on days that their cycle does not have."""
    for arm, _ in items(study, "arms"):
        for path, drug in items(study, *arm, "interventions"):
            cycle = number(drug, "cycle_days") or number(study, "schedule", "cycle_days")
            days = numbers(drug, "days")
            if cycle is not None and days and max(days) > cycle:
                yield contradiction((*path, "days"), f"day {max(days)} is not in the cycle of {cycle} days")
            if not increases(days):
                yield contradiction((*path, "days"), "the days do not increase")


def _assumptions(study: object) -> Iterator[Fault]:
    """Yield assumptions about what does not stand in the study."""
    assumed = get(study, "assumed")
    for text in assumed if isinstance(assumed, dict) else ():
        if find(study, text) is None:
            yield contradiction(
                ("assumed", text), f"nothing stands at '{text}'; an assumption names a path that exists"
            )


CHECKS: tuple[Callable[[object], Iterator[Fault]], ...] = (
    design_faults,
    _doubles,
    _populations,
    _flags,
    _conditions,
    _decision,
    _analyses,
    _markers,
    _criteria,
    _calendar,
    _assumptions,
)
