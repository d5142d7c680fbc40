"""Markers in a protocol: what is refused, what contradicts the study, and the rule of a marker in words."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.markers import marker, plan
from topline.protocol.biomarker import Biomarkers, Marker, Search
from topline.protocol.biomarker_coherence import marker_condition_faults, marker_contradictions

TWO_GROUPS = {"type": "categorical", "positive": ["MUTATED"], "negative": ["WILD TYPE"]}


def study(*markers: dict[str, Any], **search: Any) -> dict[str, Any]:
    endpoints = [
        {"id": "ORR", "analysis": {"type": "rate"}},
        {"id": "DOR", "analysis": {"type": "time to event", "start": "response"}},
        {"id": "OS", "analysis": {"type": "time to event", "start": "time zero"}},
        {"id": "QOL", "analysis": {"type": "not analysed"}},
    ]
    return {"endpoints": endpoints, "biomarkers": {"markers": list(markers), "search": search}}


def test_a_protocol_without_markers_is_sound() -> None:
    assert Biomarkers().markers == ()
    assert list(marker_contradictions({"endpoints": []})) == []


@pytest.mark.parametrize(
    ("measure", "rule"),
    [
        ({"type": "continuous", "cut": 10, "unit": "%"}, ">= 10 %"),
        ({"type": "continuous", "cut": 0.1}, ">= 0.1"),
        ({"type": "continuous"}, ""),
        (TWO_GROUPS, "MUTATED"),
    ],
)
def test_rule_in_words(measure: dict[str, Any], rule: str) -> None:
    assert Marker.model_validate(marker(measure=measure)).rule == rule


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"id": "pd-l1"}, "id"),
        ({"id": "TOOLONGNAME"}, "id"),
        ({"endpoints": []}, "endpoints"),
        ({"source": {"domain": "AE", "test": "X"}}, "domain"),
        ({"source": {"domain": "LB", "test": "bad code"}}, "test"),
        ({"measure": {"type": "continuous", "cut": float("nan")}}, "cut"),
        ({"measure": {"type": "categorical", "positive": [], "negative": ["NO"]}}, "positive"),
        (
            {"measure": {"type": "categorical", "positive": ["YES"], "negative": ["YES"]}},
            "YES is positive and negative",
        ),
        ({"on_treatment": {"day": 1, "window_days": 7}}, "day"),
        ({"cutoff": 3}, "cutoff"),
    ],
)
def test_a_marker_that_makes_no_sense_is_refused(changed: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError, match=where):
        Marker.model_validate(marker(**changed))


@pytest.mark.parametrize(
    ("search", "where"),
    [
        ({"permutations": 100}, "permutations"),
        ({"seed": -1}, "seed"),
        ({"lowest_share": 0.6, "highest_share": 0.5}, "not above lowest_share"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(search: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError, match=where):
        Search.model_validate(search)


def test_a_marker_stands_once() -> None:
    with pytest.raises(ValidationError, match="'PDL1' is defined twice"):
        plan(marker(), marker())


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        (marker(endpoints=["PFS"]), "'PFS' is not an endpoint (ORR, DOR, OS, QOL)"),
        (marker(endpoints=["QOL"]), "'QOL' is not analysed; a marker is tested against a rate or a time to event"),
        (marker(endpoints=["DOR"], on_treatment={"day": 43, "window_days": 7}),
         "the time of 'DOR' starts at response; a landmark needs time zero"),
    ],
)  # fmt: skip
def test_endpoints_must_fit(declared: dict[str, Any], what: str) -> None:
    assert list(marker_contradictions(study(declared))) == [(("biomarkers", "markers", 0, "endpoints"), what)]


def test_what_fits_is_not_complained_of() -> None:
    on_treatment = marker("CTDNA", endpoints=["OS", "ORR"], on_treatment={"day": 43, "window_days": 7})
    assert list(marker_contradictions(study(marker(endpoints=["ORR", "DOR"]), on_treatment))) == []


def test_all_contradictions_are_found_at_once() -> None:
    wrong = study(marker(), marker(endpoints=["X"]), lowest_share=0.9, highest_share=0.1)
    assert [path[-1] for path, _ in marker_contradictions(wrong)] == ["highest_share", "id", "endpoints"]


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("GFSYM = 'EGFR'", None),
        ("TRUE", None),
        ("GFSYM =", "is not an SQL expression"),
        ("GENE = 'EGFR'", "no column GENE"),
    ],
)
def test_conditions_are_over_the_domain(where: str, fault: str | None) -> None:
    declared = marker(source={"domain": "GF", "test": "MUT", "where": where})
    found = list(marker_condition_faults(study(declared)))
    assert (found == []) if fault is None else (fault in found[0][1])
