"""Responses that an assessor recorded: whose they are, what follows a complete response, and lesions that disagree."""

import polars as pl
import pytest

from tests.protocols import protocol, rate, time_to_event
from tests.spec.course import BASELINE, Course, one_target, recorded
from tests.spec.lesion_cases import START, on_day

ASSESSED = {"source": "assessed"}
LOST = {**ASSESSED, "complete_response_lost": "progression"}


@pytest.mark.parametrize("after", ["PR", "SD", "NON-CR/NON-PD"])
def test_disease_after_complete_response_is_analysed_as_the_protocol_says(after: str) -> None:
    got = recorded("CR", after).derive(LOST)
    assert (got.visits(), got.visits("OVRASSD")) == (["CR", "PD"], ["CR", after])
    assert (got.value("PD"), got.date("PD"), got.row("PFS", "ADTTE")["CNSR"]) == ("Y", on_day(113), 0)
    assert got.messages("TL-R10") == [f"{after} after a complete response; analysed as progression"]
    got = recorded("CR", after).derive(ASSESSED)
    assert (got.visits(), got.value("PD"), got.row("PFS", "ADTTE")["CNSR"]) == (["CR", after], "N", 1)
    assert got.messages("TL-R10") == [f"{after} after a complete response; analysed as recorded"]


def test_nothing_changes_without_complete_response() -> None:
    got = recorded("PR", "SD", "CR", "NE", "CR").derive(LOST)
    assert got.visits() == ["PR", "SD", "CR", "NE", "CR"]
    assert (got.codes() & {"TL-R10"}, got.value("CBOR")) == (set(), "CR")


def test_what_was_recorded_and_what_the_lesions_give_are_both_kept() -> None:
    course = one_target(30, 30).assessed(1, 57, "SD").assessed(2, 113, "PR")
    got = course.derive()
    assert (got.visits(), got.visits("OVRLESN"), got.visits("OVRASSD")) == (["PR", "PR"], ["PR", "PR"], ["SD", "PR"])
    assert got.messages("TL-R01") == ["recorded SD, derived from lesions PR, at VISIT 1"]
    assert course.derive(ASSESSED).visits() == ["SD", "PR"]


def test_a_visit_that_one_source_lacks_is_a_disagreement() -> None:
    got = one_target(30).assessed(2, 113, "PR").derive()
    assert sorted(got.messages("TL-R01")) == [
        "nothing recorded, derived from lesions PR, at VISIT 1",
        "recorded PR, derived from lesions nothing, as no lesion was measured, at VISIT 2",
    ]
    assert one_target(30).assessed(1, 57, "PR").assessed(2, 113, "NE").derive().messages("TL-R01") == []


def test_the_other_source_is_analysed_where_the_protocols_has_nothing() -> None:
    got = recorded("PR", "PR").derive()
    assert (got.visits(), [text for text in got.messages("TL-T09") if "recorded responses" in text] != []) == (
        ["PR", "PR"],
        True,
    )
    got = one_target(30, 30).derive(ASSESSED)
    assert (got.visits(), got.messages("TL-T09")) == (
        ["PR", "PR"],
        ["no response is recorded; those derived from lesions are analysed"],
    )


def test_other_criteria_and_unknown_words_are_left_out_with_a_finding() -> None:
    course = (
        recorded("PR")
        .assessed(1, 57, "PD", RSCAT="iRECIST")
        .assessed(2, 113, "CHECK")
        .assessed(3, 169, "SD", RSCAT="RECIST 1.1")
    )
    got = course.derive(ASSESSED)
    assert got.visits() == ["PR", "SD"]
    assert sorted(got.messages("TL-R11")) == ["judged by other criteria", "response value not used"]


def test_two_responses_of_one_visit_and_day() -> None:
    got = recorded("SD").assessed(1, 57, "PR").derive(ASSESSED)
    assert (got.visits(), "TL-D08" in got.codes()) == (["PR"], True)


def test_a_response_without_date_is_left_out() -> None:
    got = recorded("SD").assessed(2, 113, "PR", RSDTC=None).derive(ASSESSED)
    assert (got.visits(), "TL-R12" in got.codes()) == (["SD"], True)


def readers(*given: tuple[str, str | None, str | None, str]) -> Course:
    course = Course()
    for number, (assessor, reader, accepted, response) in enumerate(given, start=1):
        course.assessed(1, 57, response, RSEVAL=assessor, RSEVALID=reader, RSACPTFL=accepted, RSSEQ=number)
    return course


CENTRAL = "INDEPENDENT ASSESSOR"


def test_one_of_several_readers_counts() -> None:
    both = readers(
        (CENTRAL, "RADIOLOGIST 1", None, "PR"),
        (CENTRAL, "RADIOLOGIST 2", "Y", "SD"),
        ("INVESTIGATOR", None, None, "CR"),
    )
    assert both.derive({**ASSESSED, "assessor": CENTRAL}).visits() == ["SD"]
    assert both.derive(ASSESSED).visits() == ["CR"]


def test_readers_are_never_mixed() -> None:
    none = readers((CENTRAL, "RADIOLOGIST 2", None, "SD"), (CENTRAL, "RADIOLOGIST 1", None, "PR"))
    got = none.derive({**ASSESSED, "assessor": CENTRAL})
    assert (got.visits(), got.messages("TL-R15")) == (
        ["PR"],
        ["none of the readers is accepted; those of RADIOLOGIST 1 are used"],
    )


def test_an_absent_assessor_is_a_finding() -> None:
    got = readers(("INVESTIGATOR", None, None, "PR")).derive({**ASSESSED, "assessor": CENTRAL})
    assert (got.visits(), got.messages("TL-R15")) == (
        [],
        [f"no record of {CENTRAL}; there are records of INVESTIGATOR"],
    )
    got = one_target(30).derive({"assessor": CENTRAL})
    assert (got.visits(), len(got.messages("TL-R15"))) == ([], 2)


def test_a_record_without_assessor_is_the_investigators() -> None:
    course = one_target(30)
    course.tr[0]["TREVAL"] = None
    assert course.derive().visits() == ["PR"]


# new therapy


def test_responses_after_new_therapy_do_not_count_for_the_best_response() -> None:
    assert recorded("SD", "PR", "PR").derive(ASSESSED, NEWTXDT=100).value("CBOR") == "SD"
    assert recorded("PR", "PR").derive(ASSESSED, NEWTXDT=113).value("CBOR") == "PR"  # a scan of the day counts
    assert recorded("PR", "PR").derive(ASSESSED, NEWTXDT=112).value("CBOR") == "SD"


# duration of response


def duration(course: Course, censoring: str, **days: int) -> dict[str, object]:
    dor = time_to_event("DOR", ("progression", "death"), start="response", censoring=censoring)
    plan = protocol(response=ASSESSED, endpoints=[rate(), dor])
    return course.derive(plan=plan, **days).row("DOR", "ADTTE")


def test_missed_scans_count_from_time_zero_also_where_time_starts_at_response() -> None:
    """Response at day 57, scans due at 112 and 168 after time zero missed, progression at day 225: two were missed.

    Counted from the response the due scans would lie at 113 and 169 of another clock, and only one window be passed.
    """
    course = recorded("PR", "PR", None, None, "PD")
    row = duration(course, "FDA table A")
    assert (row["STARTDT"].isoformat(), row["CNSR"], row["ADT"].isoformat()) == (on_day(57), 1, on_day(113))  # type: ignore[attr-defined]
    assert row["CNSDTDSC"] == "Last Tumor Assessment, before missed assessments"
    assert duration(course, "FDA table C")["CNSR"] == 0
    row = duration(recorded("PR", "PR", None, "PD"), "FDA table A")
    assert (row["CNSR"], row["AVAL"]) == (0, 169)


def test_a_response_is_the_start_and_its_records_are_named() -> None:
    row = duration(recorded("PR", "PR", "PD"), "FDA table C")
    assert (row["AVAL"], row["SRCRECS"]) == (113, ["RS 1", "RS 2", "RS 3"])


def test_event_of_new_therapy_where_the_rule_says_so() -> None:
    pfs = time_to_event("PFS", ("progression", "death"), censoring={"name": "own", "new_therapy": "event"})
    plan = protocol(response=ASSESSED, endpoints=[rate(), pfs])
    row = recorded("SD", "SD").derive(plan=plan, NEWTXDT=90).row("PFS", "ADTTE")
    assert (row["CNSR"], row["EVNTDESC"], row["AVAL"]) == (0, "New Anti-Cancer Therapy", 90)


def test_dates_in_part_of_recorded_responses_keep_the_order_of_visits() -> None:
    got = recorded("SD", "PD").assessed(0.5, 40, "NE", RSDTC="2020").derive(ASSESSED)
    rows = got.adam["ADRS"].filter(pl.col("PARAMCD") == "OVR")
    assert rows["AVALC"].to_list() == ["NE", "SD", "PD"]
    assert rows["ADTF"].to_list() == ["M", None, None]
    assert BASELINE < 1 <= (rows["ADT"][0] - START).days
