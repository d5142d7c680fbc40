"""JSON of the API: the shapes of a file, wrong types, what is missing, places behind escapes."""

import json
from typing import Any

import pytest

from tests.protocol.record.made import criteria, study
from topline.errors import ToplineError
from topline.protocol.record.form import parse_record, parse_records
from topline.protocol.record.record import Form, Record, State

TITLE = "identificationModule.briefTitle"
CRITERIA = "eligibilityModule.eligibilityCriteria"


def titled(number: int) -> dict[str, Any]:
    return {"protocolSection": {"identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": f"Study {number}"}}}


def there(record: Record, path: str, start: int, end: int) -> str:
    span = record.place(path, start, end)
    return "" if span is None else record.text[span.start : span.end]


@pytest.mark.parametrize(
    "shape", [titled(1), {"studies": [titled(1)]}, [titled(1)], titled(1)["protocolSection"]], ids=str
)
def test_shapes_of_a_file(shape: Any) -> None:
    record = parse_record(json.dumps(shape, indent=1), "x")
    assert record.form is Form.API
    assert record.value(TITLE) == "Study 1"
    assert there(record, TITLE, 6, 7) == "1"
    assert record.document["protocolSection"] == titled(1)["protocolSection"]


def test_many_studies_are_read_together_and_refused_as_one() -> None:
    text = json.dumps({"studies": [titled(1), titled(2), titled(3)]})
    records = parse_records(text, "x")
    assert [record.value("identificationModule.nctId") for record in records] == [f"NCT0000000{n}" for n in (1, 2, 3)]
    assert there(records[2], TITLE, 0, 7) == "Study 3"
    with pytest.raises(ToplineError, match="TL-I05 x: it holds 3 records"):
        parse_record(text, "x")


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        ('{"status":"pwned"}', "TL-I04", "its keys are 'status'"),
        ('{"FullStudiesResponse": {}}', "TL-I04", "version 1"),
        ("[1]", "TL-I04", "it is a int"),
        ('{"protocolSection": {}}', "TL-I04", "protocolSection"),
        ('{"protocolSection": ', "TL-I03", "line 1, column 21"),
        ("[" * 50_000, "TL-I03", "nested too deeply"),
        ('{"studies": []}', "TL-I05", "it holds 0 records"),
    ],
)
def test_what_is_no_record_is_refused(text: str, code: str, what: str) -> None:
    with pytest.raises(ToplineError) as refused:
        parse_record(text, "x")
    assert refused.value.code == code
    assert what in refused.value.what


def test_a_value_of_the_wrong_type_is_left_out_alone() -> None:
    text = study(
        identificationModule={"briefTitle": "A title", "acronym": 7},
        designModule={"enrollmentInfo": {"count": "43", "type": "ACTUAL"}, "phases": "PHASE2"},
        eligibilityModule=[],
    )
    record = parse_record(text, "x")
    assert record.value(TITLE) == "A title"
    assert record.value("designModule.enrollmentInfo.type") == "ACTUAL"
    assert record.value("designModule.enrollmentInfo.count") is None
    doubts = {doubt.path: doubt for doubt in record.doubts}
    assert set(doubts) == {
        "identificationModule.acronym",
        "designModule.enrollmentInfo.count",
        "designModule.phases",
        "eligibilityModule",
    }
    span = doubts["designModule.enrollmentInfo.count"].span
    assert span is not None
    assert text[span.start : span.end] == '"43"'
    assert json.loads(json.dumps(record.document))["protocolSection"]["designModule"]["phases"] == "PHASE2"


def test_items_behind_one_that_is_left_out_keep_their_places() -> None:
    text = study(
        conditionsModule={"conditions": ["first", 5, r"a \> b", None, "last"]},
        outcomesModule={"primaryOutcomes": [1, {"measure": "m", "timeFrame": 3}, {"measure": "second"}]},
    )
    record = parse_record(text, "x")
    assert record.content.conditions.conditions == ("first", "a > b", "last")
    assert there(record, "conditionsModule.conditions.1", 0, 5) == r"a \\> b"
    assert there(record, "conditionsModule.conditions.2", 0, 4) == "last"
    assert [one.measure for one in record.content.outcomes.primary_outcomes] == ["m", "second"]
    assert there(record, "outcomesModule.primaryOutcomes.1.measure", 0, 6) == "second"


def test_unknown_keys_stay() -> None:
    record = parse_record(study(identificationModule={"briefTitle": "A", "nickname": "B"}, newModule={"key": [1]}), "x")
    assert record.value("identificationModule.nickname") == "B"
    assert record.content.model_dump(by_alias=True)["newModule"] == {"key": (1,)}


def test_markdown_is_unescaped_in_the_content_and_stays_in_the_document() -> None:
    text = criteria(r"* ANC \>= 1.5 x 10\^9/L and \[WBC\] \< 10 in C:\temp")
    record = parse_record(text, "x")
    assert record.value(CRITERIA) == r"* ANC >= 1.5 x 10^9/L and [WBC] < 10 in C:\temp"
    assert r"\\>=" in json.dumps(record.document)
    assert [repair.after for repair in record.repairs] == [">", "^", "[", "]", "<"]
    assert [record.text[r.span.start : r.span.end] for r in record.repairs if r.span] == [
        *(r"\\>", r"\\^", r"\\[", r"\\]", r"\\<")
    ]


def test_places_behind_escapes_of_json() -> None:
    text = '{"protocolSection": {"identificationModule": {"briefTitle": "a\\n\\u2265\\ud83d\\ude00 \\"end\\""}}}'
    record = parse_record(text, "x")
    value = str(record.value(TITLE))
    assert value == 'a\n≥😀 "end"'
    assert there(record, TITLE, 2, 3) == "\\u2265"
    assert there(record, TITLE, 3, 4) == "\\ud83d\\ude00"
    assert there(record, TITLE, 6, 9) == "end"
    assert record.place(TITLE, 0, 400) is not None


def test_of_a_key_that_stands_twice_the_last_counts_and_is_doubted() -> None:
    text = '{"protocolSection": {"identificationModule": {"briefTitle": "one", "briefTitle": "two"}}}'
    record = parse_record(text, "x")
    assert record.value(TITLE) == "two"
    assert there(record, TITLE, 0, 3) == "two"
    assert any("twice" in doubt.reason and doubt.path == "briefTitle" for doubt in record.doubts)


@pytest.mark.parametrize("count", ["-1", "1e999", "9" * 30, "9" * 5000, "NaN", "true", "4.5"])
def test_impossible_numbers_of_participants_are_left_out(count: str) -> None:
    text = study(designModule={"enrollmentInfo": {"count": 0}, "studyType": "INTERVENTIONAL"}).replace("0", count)
    record = parse_record(text, "x")
    assert record.value("designModule.enrollmentInfo.count") is None
    assert record.value("designModule.studyType") == "INTERVENTIONAL"
    assert [doubt.path for doubt in record.doubts] == ["designModule.enrollmentInfo.count"]


def test_half_a_character_is_replaced() -> None:
    text = '{"protocolSection": {"identificationModule": {"briefTitle": "a\\ud800b"}}}'
    record = parse_record(text, "x")
    assert record.value(TITLE) == "a\ufffdb"
    assert str(record.document).encode()
    assert there(record, TITLE, 2, 3) == "b"


def test_an_extract_of_a_record_does_not_say_what_it_left_out() -> None:
    record = parse_record(study(identificationModule={"briefTitle": "A"}, eligibilityModule={"sex": "ALL"}), "x")
    assert record.state("outcomesModule.primaryOutcomes") is State.NOT_IN_SOURCE
    assert record.state("eligibilityModule.minimumAge") is State.EMPTY


def test_a_whole_record_leaves_empty_what_it_does_not_state() -> None:
    needed = ("identification", "status", "sponsorCollaborators", "description", "design", "eligibility")
    record = parse_record(study(**{f"{name}Module": {} for name in needed}), "x")
    assert record.state("outcomesModule.primaryOutcomes") is State.EMPTY
    assert record.absent == frozenset()


def test_repairs_of_equal_texts_stand_each_at_its_own_place() -> None:
    arms = [{"label": str(number), "description": r"dose \> 1"} for number in range(3)]
    record = parse_record(study(identificationModule={}, armsInterventionsModule={"armGroups": arms}), "x")
    assert len({repair.span for repair in record.repairs}) == 3
    for number, repair in enumerate(record.repairs):
        assert repair.span == record.place(f"armsInterventionsModule.armGroups.{number}.description", 5, 6)
