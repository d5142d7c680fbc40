"""A record answers what stands at a path and what is known of a field."""

import json

import pytest

from topline.protocol.record.content import Content
from topline.protocol.record.record import Form, Record, State

CONTENT = Content.model_validate_json(
    json.dumps(
        {
            "identificationModule": {"nctId": "NCT00000001", "briefTitle": ""},
            "designModule": {"phases": ["PHASE2"], "enrollmentInfo": {"count": 0}},
            "contactsLocationsModule": {"locations": [{"city": "Lyon", "geoPoint": {"lat": 45.7}}]},
            "ipdSharingStatementModule": {"ipdSharing": "NO"},
        }
    )
)
RECORD = Record(Form.PAGE, "", CONTENT, {}, absent=frozenset({"outcomesModule", "statusModule.startDateStruct"}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("identificationModule.nctId", "NCT00000001"),
        ("designModule.phases.0", "PHASE2"),
        ("designModule.phases.1", None),
        ("designModule.enrollmentInfo.count", 0),
        ("contactsLocationsModule.locations.0.city", "Lyon"),
        ("contactsLocationsModule.locations.0.geoPoint.lat", 45.7),
        ("ipdSharingStatementModule.ipdSharing", "NO"),
        ("outcomesModule.primaryOutcomes.0.measure", None),
        ("noModule.field", None),
    ],
)
def test_value(path: str, value: object) -> None:
    assert RECORD.value(path) == value


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("identificationModule.nctId", State.READ),
        ("identificationModule.briefTitle", State.EMPTY),
        ("identificationModule.officialTitle", State.EMPTY),
        ("designModule.enrollmentInfo.count", State.READ),
        ("designModule", State.READ),
        ("outcomesModule", State.NOT_IN_SOURCE),
        ("outcomesModule.primaryOutcomes.0.timeFrame", State.NOT_IN_SOURCE),
        ("statusModule.startDateStruct.date", State.NOT_IN_SOURCE),
        ("statusModule.completionDateStruct", State.EMPTY),
        ("statusModule", State.EMPTY),
    ],
)
def test_state(path: str, state: State) -> None:
    assert RECORD.state(path) is state
