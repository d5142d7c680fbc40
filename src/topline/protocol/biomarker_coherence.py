"""What must agree within the declared markers, and between them and the rest of the study: checks over plain data."""

from collections.abc import Iterator

from topline.protocol.expression import expression_fault
from topline.protocol.tree import Path, get, items, number, texts
from topline.tables.sdtm_biomarker import MARKER_DOMAINS

Contradiction = tuple[Path, str]


OTHER_KINDS = ("adverse events", "questionnaire", "markers", "not analysed")
"""Kinds of analysis that no marker is tested against."""


def marker_contradictions(study: object) -> Iterator[Contradiction]:
    """Yield what contradicts the study in `biomarkers`: path and what is wrong.

    >>> marker = {"id": "PDL1", "endpoints": ["ORR"]}
    >>> list(marker_contradictions({"endpoints": [], "biomarkers": {"markers": [marker]}}))
    [(('biomarkers', 'markers', 0, 'endpoints'), "'ORR' is not an endpoint ()")]
    """
    endpoints = {str(item.get("id")): item for _, item in items(study, "endpoints")}
    plan = get(study, "biomarkers")
    for path, what in _own(plan):
        yield ("biomarkers", *path), what
    for path, marker in items(study, "biomarkers", "markers"):
        for name in texts(marker, "endpoints"):
            kind = get(endpoints.get(name), "analysis", "type")
            start = get(endpoints.get(name), "analysis", "start")
            place = (*path, "endpoints")
            if name not in endpoints:
                yield place, f"'{name}' is not an endpoint ({', '.join(endpoints)})"
            elif kind in OTHER_KINDS:
                yield place, f"'{name}' is {kind}; a marker is tested against a rate or a time to event"
            elif start == "response" and get(marker, "on_treatment") is not None:
                yield place, f"the time of '{name}' starts at response; a landmark needs time zero"


def marker_condition_faults(study: object) -> Iterator[Contradiction]:
    """Yield the conditions of marker sources that are not understood: path and what is wrong.

    >>> source = {"domain": "GF", "where": "GFSYMB = 'EGFR'"}
    >>> [what for _, what in marker_condition_faults({"biomarkers": {"markers": [{"source": source}]}})]
    ["'GFSYMB = 'EGFR'' GF has no column GFSYMB"]
    """
    for path, marker in items(study, "biomarkers", "markers"):
        where, domain = get(marker, "source", "where"), get(marker, "source", "domain")
        if isinstance(where, str) and where and isinstance(domain, str) and domain in MARKER_DOMAINS:
            wrong = expression_fault(where, MARKER_DOMAINS[domain])
            if wrong:
                yield (*path, "source", "where"), f"'{where}' {wrong}"


def _own(plan: object) -> Iterator[Contradiction]:
    """Yield what contradicts itself within the markers."""
    low, high = number(plan, "search", "lowest_share"), number(plan, "search", "highest_share")
    if low is not None and high is not None and high <= low:
        yield ("search", "highest_share"), f"{high} is not above lowest_share {low}"
    seen: set[object] = set()
    for path, marker in items(plan, "markers"):
        if isinstance(marker.get("id"), str) and marker.get("id") in seen:
            yield (*path, "id"), f"'{marker.get('id')}' is defined twice"
        seen.add(marker.get("id"))
        both = set(texts(marker, "measure", "positive")) & set(texts(marker, "measure", "negative"))
        if both:
            yield (*path, "measure", "negative"), f"{', '.join(sorted(both))} is positive and negative"


def refuse_within(plan: object) -> None:
    """Raise ValueError when the markers or the search contradict themselves."""
    messages = [f"{'.'.join(map(str, path))}: {what}" for path, what in _own(plan)]
    if messages:
        raise ValueError("; ".join(messages))
