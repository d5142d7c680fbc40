"""Rules of visits that are easily got wrong, one case each: dates, baselines, and the day of progression."""

from datetime import timedelta

import polars as pl
import pytest

from tests.spec.course import BASELINE, Course, one_target
from tests.spec.lesion_cases import START, on_day
from tests.spec.test_lesion_rules import total, two

# visits, dates and baselines


def test_measurements_without_visit_are_a_visit_of_their_day() -> None:
    got = one_target().measured(None, 57, {"T01": 30}).derive()
    assert (got.visits(), "TL-R13" in got.codes()) == (["PR"], True)


def test_a_date_in_part_is_completed_before_the_next_visit() -> None:
    course = one_target().measured(1, 57, {"T01": 45}, TRDTC="2020").measured(2, 113, {"T01": 20})
    got = course.derive()
    assert got.visits() == ["SD", "PR"]
    row = got.adam["ADRS"].filter(pl.col("PARAMCD") == "OVR").row(0, named=True)
    assert (row["ADT"], row["ADTF"]) == (START + timedelta(days=111), "M")
    assert one_target().measured(1, 57, {"T01": 45}, TRDTC="2020-02").derive().date("OVR") == "2020-02-29"


def test_a_later_visit_dated_in_part_is_never_the_baseline() -> None:
    got = one_target().measured(2, 113, {"T01": 20}, TRDTC="2020").derive()
    assert (total(one_target().measured(2, 113, {"T01": 20}, TRDTC="2020")), got.visits()) == ([50.0, 20.0], ["PR"])


def test_a_visit_dated_in_part_that_lies_before_the_start_for_certain_is_the_baseline() -> None:
    course = Course().lesion("T01").measured(-1, -30, {"T01": 80}).measured(0, -10, {"T01": 50}, TRDTC="2019-12")
    got = course.measured(1, 57, {"T01": 45}).derive()
    assert (got.visits(), total(course)) == (["SD"], [50.0, 45.0])


def test_a_baseline_dated_in_part_lies_no_later_than_the_start() -> None:
    course = Course().lesion("T01").measured(0, 1, {"T01": 50}, TRDTC="2020-01").measured(1, 20, {"T01": 30})
    got = course.derive()
    assert got.visits() == ["PR"]
    base = got.adam["ADTR"].filter(pl.col("ABLFL") == "Y")
    assert set(base["ADT"]) == {START}


@pytest.mark.parametrize("text", ["2020-02-31", "31/02/2020", None])
def test_a_record_without_date_takes_the_day_of_its_visit(text: str | None) -> None:
    got = two().measured(1, 57, {"T01": 20}).measured(1, 57, {"T02": 20}, TRDTC=text).derive()
    assert got.visits() == ["PR"]
    assert got.messages("TL-R12") == [f"assessment without date; the one of its visit, {on_day(57)}, is taken"]
    got = one_target(45).measured(2, 113, {"T01": 20}, TRDTC=text).derive()
    assert (got.visits(), got.messages("TL-R12")) == (["SD"], ["assessment without date; it is left out"])


def test_a_baseline_after_the_start_is_used_and_a_finding() -> None:
    got = Course().lesion("T01", day=5).measured(0, 5, {"T01": 50}).measured(1, 57, {"T01": 30}).derive()
    assert got.visits() == ["PR"]
    assert any("lies after the start" in message for message in got.messages("TL-R07"))


def test_without_baseline_nothing_is_evaluable() -> None:
    course = Course().lesion("T01", visit=9, day=900).measured(1, 57, {"T01": 30}).measured(2, 113, {"T01": 0})
    got = course.derive()
    assert (got.visits(), "TL-R07" in got.codes()) == (["NE", "NE"], True)
    assert (got.row("PFS", "ADTTE")["CNSR"], got.row("PFS", "ADTTE")["AVAL"]) == (1, 1)


def test_a_target_not_measured_at_baseline_leaves_no_sum() -> None:
    course = Course().lesion("T01").lesion("T02", place="LIVER").measured(0, BASELINE, {"T01": 30, "T02": None})
    assert course.measured(1, 57, {"T01": 10, "T02": 10}).derive().visits() == ["NE"]
    assert course.measured(2, 113, {"T01": 0, "T02": 0}).derive().visits() == ["NE", "CR"]


def test_the_baseline_of_a_lesion_is_its_last_measurement_before_the_start() -> None:
    course = Course().lesion("T01").lesion("T02", place="LIVER")
    course.measured(-1, -20, {"T01": 99, "T02": 30}).measured(0, BASELINE, {"T01": 30})
    course.measured(1, 57, {"T01": 30, "T02": 30})
    assert (total(course), course.derive().visits()) == ([60.0, 60.0], ["SD"])


def test_lesions_identified_but_not_measured_at_baseline_are_a_baseline() -> None:
    course = Course().lesion("NT01", "NON-TARGET", "BONE").measured(1, 57, {"NT01": "ABSENT"})
    got = course.derive()
    assert (got.visits(), got.codes() & {"TL-R07"}) == (["CR"], set())


def test_no_scan_after_baseline() -> None:
    got = one_target().derive()
    assert (got.visits(), got.value("BOR"), got.value("CBOR")) == ([], "MISSING", "MISSING")
    assert got.row("BOR")["SRCRECS"] == ["DM"]
    assert one_target().derive({"missing_as_not_evaluable": True}).value("BOR") == "NE"


def test_death_before_the_first_scan() -> None:
    assert one_target().derive(DTHDT=30).value("BOR") == "MISSING"
    got = one_target().derive({"death_before_first_scan": "progression"}, DTHDT=30)
    row = got.row("CBOR")
    assert (row["AVALC"], row["ADT"].isoformat(), row["SRCDOM"], row["SRCRECS"]) == ("PD", on_day(30), "DM", ["DM"])
    assert (got.value("PD"), got.value("DCR"), got.value("CRSP")) == ("N", "N", "N")
    assert one_target(50).derive({"death_before_first_scan": "progression"}, DTHDT=90).value("CBOR") == "SD"


# the day of progression


def test_progression_of_the_sum_is_dated_at_the_last_scan_that_it_needs() -> None:
    course = two().measured(1, 110, {"T01": 40}).measured(1, 114, {"T02": 40})
    assert course.derive().date("PD") == on_day(114)


def test_a_new_lesion_is_dated_at_the_scan_that_shows_it() -> None:
    course = two().lesion("NEW01", "NEW", "BRAIN", 1, 110).lesion("NEW02", "NEW", "BONE", 1, 108)
    course.measured(1, 110, {"T01": 40, "NEW01": 9}).measured(1, 114, {"T02": 40}).measured(
        1, 108, {"NEW02": "EQUIVOCAL"}
    )
    assert course.derive().date("PD") == on_day(110)


def test_non_target_progression_is_dated_at_its_own_scan() -> None:
    course = two().lesion("NT01", "NON-TARGET", "BONE").measured(0, BASELINE, {"NT01": "PRESENT"})
    course.measured(1, 110, {"NT01": "UNEQUIVOCAL"}).measured(1, 114, {"T01": 30, "T02": 30})
    assert course.derive().date("PD") == on_day(110)


def test_a_visit_number_that_was_used_again_is_another_visit() -> None:
    course = one_target(40, 30).measured(2, 1 + 56 * 2 + 91, {"T01": 36})
    got = course.derive()
    assert got.visits() == ["SD", "PR", "PD"]
    assert "TL-R20" in got.codes()


def test_scans_of_one_visit_on_several_days_are_one_visit() -> None:
    got = two().measured(1, 57, {"T01": 20}).measured(1, 57 + 28, {"T02": 20}).derive()
    assert got.visits() == ["PR"]
    assert "TL-R20" not in got.codes()
