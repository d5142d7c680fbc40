"""A small protocol for tests, with every setting open to change."""

from typing import Any

from topline.protocol.model import Protocol


def words(text: str) -> dict[str, str]:
    return {"en": text, "zh": text}


def rate(name: str = "ORR", parameter: str = "CBOR", values: tuple[str, ...] = ("CR", "PR")) -> dict[str, Any]:
    return {
        "id": name,
        "objective": "primary",
        "label": words(name),
        "estimand": {"population": "FAS", "variable": parameter, "summary": "proportion"},
        "analysis": {"type": "rate", "parameter": parameter, "values": list(values)},
    }


def time_to_event(name: str, events: tuple[str, ...], **analysis: Any) -> dict[str, Any]:
    return {
        "id": name,
        "objective": "secondary",
        "label": words(name),
        "estimand": {"population": "FAS", "variable": name, "summary": "median"},
        "analysis": {"type": "time to event", "events": list(events), **analysis},
    }


def protocol(
    *,
    response: dict[str, Any] | None = None,
    endpoints: list[dict[str, Any]] | None = None,
    time_zero: str = "first dose",
    weeks: float = 8,
    **other: Any,
) -> Protocol:
    """Return a single-arm protocol; `response` overrides response criteria, `other` top-level keys."""
    chosen = endpoints or [rate()]
    content: dict[str, Any] = {
        "topline": 1,
        "identifiers": {"study": "TEST", "title": words("Test"), "sponsor": "Test"},
        "population": {"condition": words("Condition"), "description": words("Adults"), "ages": {}, "planned": 10},
        "arms": [
            {
                "code": "A",
                "label": words("A"),
                "interventions": [{"name": "X", "label": words("X"), "dose": 1, "unit": "mg"}],
            }
        ],
        "schedule": {
            "time_zero": time_zero,
            "cycle_days": 28,
            "scans": [{"every_weeks": weeks}],
            "window_days": 7,
            "follow_up_weeks": 12,
            "maximum_months": 36,
        },
        "criteria": {
            "response": {"confirmation_required": True, "stable_minimum_days": 42, **(response or {})},
            "adverse_events": {"version": "5.0"},
        },
        "analysis_sets": [{"id": "FAS", "label": "Full analysis set", "label_zh": "全分析集", "where": "TRTFL = 'Y'"}],
        "endpoints": chosen,
        "design": {
            "kind": "single stage",
            "endpoint": next(each["id"] for each in chosen if each["analysis"]["type"] == "rate"),
            "null_rate": 0.1,
            "target_rate": 0.3,
            "alpha": 0.05,
            "power": 0.8,
            "patients": 10,
            "success_at_least": 4,
        },
        **other,
    }
    return Protocol.model_validate(content)
