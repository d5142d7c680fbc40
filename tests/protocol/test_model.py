"""The protocol as a value: immutable, content-addressed, coherent however it is made."""

import copy
import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from tests.markers import marker
from tests.protocols import protocol, time_to_event
from topline.protocol.design import Design
from topline.protocol.endpoints import CENSORING, NotAnalysed, Rate, TimeToEvent
from topline.protocol.model import Protocol
from topline.protocol.part import Fixed
from topline.protocol.schedule import Schedule
from topline.protocol.tree import get


def test_no_part_can_be_changed() -> None:
    made = protocol(assumed={"design.alpha": "usual"})
    for part, key in ((made, "confidence"), (made.design, "alpha"), (made.endpoints[0].estimand, "population")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, key, 1)
    with pytest.raises(TypeError, match="cannot be changed"):
        made.assumed["design.power"] = "x"  # type: ignore[index]
    assert isinstance(made.endpoints, tuple)
    assert isinstance(made.arms[0].interventions[0].days, tuple)


ARGUMENTS: dict[str, tuple[object, ...]] = {
    "clear": (),
    "pop": ("a",),
    "popitem": (),
    "setdefault": ("b", 1),
    "update": ({},),
    "__setitem__": ("b", 1),
    "__delitem__": ("a",),
    "__ior__": ({},),
}


@pytest.mark.parametrize("change", ARGUMENTS)
def test_a_fixed_mapping_has_no_way_to_change(change: str) -> None:
    mapping = Fixed({"a": 1})
    with pytest.raises(TypeError, match="cannot be changed"):
        getattr(mapping, change)(*ARGUMENTS[change])
    assert mapping == {"a": 1}


def test_a_protocol_is_hashed_copied_and_pickled_as_a_value() -> None:
    made = protocol(assumed={"design.alpha": "usual"})
    again = protocol(assumed={"design.alpha": "usual"})
    assert made == again
    assert hash(made) == hash(again)
    assert len({made, again, protocol()}) == 2
    for other in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert other == made
        assert other.digest == made.digest
        assert type(other.assumed) is Fixed


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every scalar, empty list and empty mapping."""
    if isinstance(data, dict | list) and data:
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        return [leaf for key, value in pairs for leaf in leaves(value, (*path, key))]
    return [path]


def replaced(data: Any, path: tuple[str | int, ...], value: object) -> Any:
    """Return a copy of plain data with another value at a path."""
    content = copy.deepcopy(data)
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return content


OTHERS: dict[str | int, list[object]] = {
    "phase": ["1/2"],
    "sex": ["female"],
    "time_zero": ["enrolment"],
    "irecist": [True],
    "source": ["assessed"],
    "stable_reference": ["first dose"],
    "missing_as_not_evaluable": [True],
    "confirmation_required": [False],
    "partial_non_target": ["NON-CR/NON-PD"],
    "complete_response_lost": ["progression"],
    "version": ["4.0", "x"],
    "objective": ["exploratory"],
    "parameter": ["BOR"],
    "new_therapy": ["ignore", "censor"],
    "treatment_stop": ["event"],
    "start": ["response"],
    "response_parameter": ["RSP"],
    "last_observation": ["last alive"],
    "where": ["TRUE"],
    "minimum": [18],
    "maximum": [80],
    "until_week": [48],
    "cycle_days": [21],
    "missed_assessments": [2],
    "others": [["x"]],
    "days": [[1]],
    "questionnaires": [[{"name": "x", "version": "1"}]],
    "intercurrent_events": [[{"event": "x", "strategy": "composite", "handling": "x"}]],
    "sources": [{"x": {"dataset": "ADSL", "date": "DTHDT", "description": "x"}}],
    "landmarks_months": [[6]],
    "assumed": [{"design.alpha": "x"}],
    "code": ["B"],
    "symptoms": ["worst case"],
    "reference": ["previous"],
    "margin": [5],
    "definitive": ["no improvement on itself"],
    "last_score": ["ignored"],
    "death": ["event", "censor"],
    "no_baseline": ["exclude"],
    "no_follow_up": ["event"],
    "monitoring": [{"acceptable_rate": 0.3}],
    "markers": [[marker()]],
    "condition": ["AGE >= 19"],
    "applies": ["SEX = 'F'"],
    "signoffs": [{"I01_A": "x"}, {"E01_A": "x"}],
    "confirmed": [{"by": "x", "on": "2024-01-05", "digest": "0123456789abcdef"}],
    "accepted": [{"OUT-07": "x"}],
}
FIXED = {
    "topline",
    "standard",
    "type",
    "kind",
    "first_stage_patients",
    "futility_at_most",
    "endpoint",
}  # one value, or bound to another leaf


def changes(path: tuple[str | int, ...], value: object) -> list[object]:
    """Return other values that a leaf might have."""
    named = OTHERS.get(path[-1], [])
    if isinstance(value, bool) or value is None:
        return named
    number = [value + 1, value - 1, value * 0.99, value + 0.01] if isinstance(value, int | float) else []
    return [*named, *number, *([f"{value}x", "SD", "NON-CR/NON-PD", "progression"] if isinstance(value, str) else [])]


def valid(content: Any) -> Protocol | None:
    """Return the protocol of plain data, or None when it is none."""
    try:
        return Protocol.model_validate(content)
    except ValidationError:
        return None


def test_a_change_of_any_leaf_changes_the_digest() -> None:
    own = {"text": "Adults", "condition": "AGE >= 18"}
    made = protocol(
        endpoints=[*(each.model_dump() for each in protocol().endpoints), time_to_event("PFS", ("death",))],
        eligibility={"inclusion": [{"id": "I01", **own}], "exclusion": [{"id": "E01", **own}]},
    )
    content = made.model_dump(mode="json")
    digests, unchanged = {made.digest}, []
    paths = leaves(content)
    for path in paths:
        value = get(content, *path)
        candidates = (valid(replaced(content, path, other)) for other in changes(path, value))
        other = next((each for each in candidates if each is not None and each != made), None)
        unchanged += [path] if other is None else []
        digests |= {other.digest} if other is not None else set()
    assert {str(path[-1]) for path in unchanged} <= FIXED | {"id", "population"}
    assert len(digests) == len(paths) - len(unchanged) + 1
    assert len(digests) > 60


DESIGN = {
    "kind": "two stage",
    "endpoint": "ORR",
    "null_rate": 0.1,
    "target_rate": 0.3,
    "alpha": 0.05,
    "power": 0.9,
    "patients": 35,
    "success_at_least": 7,
    "first_stage_patients": 18,
    "futility_at_most": 2,
}
INCOHERENT = [
    ({"target_rate": 0.1}, "target_rate|not above null_rate"),
    ({"success_at_least": 36}, "exceeds patients"),
    ({"kind": "single stage"}, "has no first_stage_patients"),
    ({"futility_at_most": None}, "needs futility_at_most"),
    ({"first_stage_patients": 35}, "not below patients"),
    ({"futility_at_most": 18}, "not below first_stage_patients"),
    ({"futility_at_most": 7}, "not below success_at_least"),
]


@pytest.mark.parametrize(("change", "says"), INCOHERENT)
def test_a_design_made_in_code_is_checked_too(change: dict[str, Any], says: str) -> None:
    assert Design.model_validate(DESIGN).patients == 35
    with pytest.raises(ValidationError, match=says):
        Design.model_validate(DESIGN | change)


def test_parts_made_in_code_are_checked_too() -> None:
    with pytest.raises(ValidationError, match="source 'deaths' is not one of"):
        TimeToEvent(type="time to event", events=("deaths",))
    with pytest.raises(ValidationError, match="CBOR is never 'cr'"):
        Rate(type="rate", parameter="CBOR", values=("cr",))
    with pytest.raises(ValidationError, match=r"nothing stands at 'design\.alfa'"):
        protocol(assumed={"design.alfa": "x"})
    with pytest.raises(ValidationError, match="should be one of 'FDA table A'"):
        TimeToEvent.model_validate({"type": "time to event", "events": ("death",), "censoring": "FDA table B"})


def test_several_contradictions_come_together() -> None:
    with pytest.raises(ValidationError, match=r"(?s)nothing stands at 'x'.*nothing stands at 'y'"):
        protocol(assumed={"x": "1", "y": "2"})


def test_endpoints_and_sets_are_found_by_id() -> None:
    made = protocol()
    assert made.endpoint("ORR").analysis == Rate(type="rate", parameter="CBOR", values=("CR", "PR"))
    assert made.analysis_set("FAS").flag == "FASFL"
    for find in (made.endpoint, made.analysis_set):
        with pytest.raises(KeyError, match="XXX"):
            find("XXX")


def test_the_named_censoring_rules() -> None:
    assert {
        name: (rule.new_therapy, rule.missed_assessments, rule.treatment_stop) for name, rule in CENSORING.items()
    } == {
        "FDA table A": ("censor", 2, "ignore"),
        "FDA table C": ("ignore", None, "ignore"),
        "EMA": ("ignore", None, "ignore"),
        "none": ("ignore", None, "ignore"),
    }
    assert NotAnalysed(type="not analysed", reason="x").reason == "x"


def schedule(*scans: tuple[float, float | None]) -> Schedule:
    intervals = [{"every_weeks": every, "until_week": until} for every, until in scans]
    return Schedule.model_validate(
        {
            "time_zero": "first dose",
            "cycle_days": 28,
            "scans": intervals,
            "window_days": 7,
            "follow_up_weeks": 12,
            "maximum_months": 36,
        }
    )


@pytest.mark.parametrize(
    ("scans", "last", "days"),
    [
        ([(8, None)], 0, (56,)),
        ([(8, None)], 56, (56, 112)),
        ([(8, None)], 55, (56,)),
        ([(6, 24), (8, 40), (12, None)], 400, (42, 84, 126, 168, 224, 280, 364, 448)),
        ([(8, 20), (12, None)], 200, (56, 112, 196, 280)),
        ([(8, 24)], 9999, (56, 112, 168)),
        ([(1.5, None)], 30, (10, 21, 32)),
    ],
)
def test_nominal_days_of_scans(scans: list[tuple[float, float | None]], last: float, days: tuple[int, ...]) -> None:
    assert schedule(*scans).nominal_days(last) == days
