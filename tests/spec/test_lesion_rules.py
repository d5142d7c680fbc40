"""Rules of lesions that are easily got wrong, one case each: RECIST 1.1 and the EORTC's clarifications of it."""

import polars as pl
import pytest

from tests.spec.course import BASELINE, Course, one_target
from tests.spec.lesion_cases import on_day


def two(**second: object) -> Course:
    """Return a patient with two targets of 30 mm at baseline."""
    course = Course().lesion("T01").lesion("T02", place="LIVER", **second)  # type: ignore[arg-type]
    return course.measured(0, BASELINE, {"T01": 30, "T02": 30})


def with_other(*states: str | None, sizes: tuple[float, ...] = ()) -> Course:
    """Return a patient with one target and one non-target lesion, whose states are given per visit."""
    sizes = sizes or (50,) * len(states)
    course = one_target(*sizes).lesion("NT01", "NON-TARGET", "BONE").measured(0, BASELINE, {"NT01": "PRESENT"})
    for number, state in enumerate(states, start=1):
        course.measured(number, 1 + 56 * number, {"NT01": state} if state else {"NT01": None})
    return course


def total(course: Course) -> list[float]:
    adtr = course.derive().adam["ADTR"]
    return adtr.filter(pl.col("PARAMCD") == "SUMDIAM")["AVAL"].to_list()


# missing targets


def test_a_missing_target_is_not_evaluable_unless_the_rest_proves_progression() -> None:
    got = two().measured(1, 57, {"T01": 20, "T02": None}).measured(2, 113, {"T01": 71, "T02": None}).derive()
    assert got.visits() == ["NE", "NE"]
    got = two().measured(1, 57, {"T01": 72, "T02": None}).derive()
    assert got.visits() == ["PD"]


def test_an_incomplete_sum_is_never_the_nadir() -> None:
    got = two().measured(1, 57, {"T01": 10, "T02": None}).measured(2, 113, {"T01": 30, "T02": 30}).derive()
    assert got.visits() == ["NE", "SD"]
    assert total(two().measured(1, 57, {"T01": 10, "T02": None})) == [60.0]


def test_a_target_without_record_at_a_visit_is_missing() -> None:
    assert two().measured(1, 57, {"T01": 0}).derive().visits() == ["NE"]


def test_the_nadir_is_the_smallest_sum_and_only_counts_with_5_mm() -> None:
    assert one_target(20, 24).derive().visits() == ["PR", "PR"]  # +20 % but +4 mm
    assert one_target(20, 25).derive().visits() == ["PR", "PD"]
    assert one_target(61.5 * 0.7, baseline=61.5).derive().visits() == ["PR"]  # exactly -30 %
    assert one_target(43.06, baseline=61.5).derive().visits() == ["SD"]


# after a complete response


def test_any_target_that_returns_after_complete_response_is_progression() -> None:
    assert one_target(0, 3).derive().visits() == ["CR", "PD"]
    assert one_target(0, "TOO SMALL TO MEASURE").derive().visits() == ["CR", "PD"]
    assert one_target(0, None, 3).derive().visits() == ["CR", "NE", "PD"]


def test_a_target_that_returns_without_overall_complete_response_is_judged_by_the_sum() -> None:
    assert with_other("PRESENT", "PRESENT", sizes=(0, 3)).derive().visits("TRGRESP") == ["CR", "PR"]


def test_non_target_disease_that_returns_after_complete_response_is_progression() -> None:
    got = with_other("ABSENT", "PRESENT", sizes=(0, 0)).derive()
    assert (got.visits(), got.visits("NTRGRESP")) == (["CR", "PD"], ["CR", "PD"])


def nodes(*sizes: float, kind: str = "TARGET") -> Course:
    course = Course().lesion("N01", kind, "LYMPH NODE")
    for number, size in enumerate(sizes):
        course.measured(number, BASELINE if number == 0 else 1 + 56 * number, {"N01": ("LPERP", size)})
    return course


def test_a_target_node_back_at_10_mm_is_imaged_again_before_progression_is_called() -> None:
    got = nodes(24, 9, 11, 15).derive()
    assert got.visits() == ["CR", "PR", "PD"]
    assert "TL-R09" in got.codes()
    assert nodes(24, 8, 9).derive().visits() == ["CR", "CR"]


def test_a_non_target_node_is_gone_below_10_mm_and_back_for_certain_at_15_mm() -> None:
    course = one_target(0, 0, 0).lesion("N01", "NON-TARGET", "LYMPH NODE")
    for visit, size in enumerate((12, 9, 11, 15)):
        course.measured(visit, BASELINE if visit == 0 else 1 + 56 * visit, {"N01": ("LPERP", size)})
    got = course.derive()
    assert got.visits("NTRGRESP") == ["CR", "NON-CR/NON-PD", "PD"]
    assert got.visits() == ["CR", "PR", "PD"]
    assert "TL-R09" in got.codes()


# new lesions


def new_at(visit: int, *words: str, sizes: tuple[float, ...] = (50, 50, 50)) -> Course:
    course = one_target(*sizes).lesion("NEW01", "NEW", "BRAIN", visit, 1 + 56 * visit)
    for number, word in enumerate(words, start=visit):
        course.measured(number, 1 + 56 * number, {"NEW01": word})
    return course


def test_an_equivocal_new_lesion_is_progression_from_its_first_scan_once_it_is_confirmed() -> None:
    assert new_at(1, "EQUIVOCAL", "EQUIVOCAL").derive().visits() == ["SD", "SD", "SD"]
    assert "TL-R16" in new_at(1, "EQUIVOCAL").derive().codes()
    got = new_at(1, "EQUIVOCAL", "UNEQUIVOCAL").derive()
    assert got.visits() == ["PD", "PD", "PD"]
    assert got.date("PD") == on_day(57)
    assert "TL-R16" not in got.codes()


def test_an_equivocal_new_lesion_that_goes_away_is_none() -> None:
    assert new_at(1, "EQUIVOCAL", "ABSENT").derive().visits() == ["SD", "SD", "SD"]


def test_a_new_lesion_that_only_tu_names_is_progression_at_its_unscheduled_visit() -> None:
    course = one_target(50, 50).lesion("NEW01", "NEW", "BRAIN", 1.1, 80)
    got = course.derive()
    assert got.visits() == ["SD", "PD", "PD"]
    assert (got.date("PD"), got.row("PD")["SRCRECS"], got.row("PD")["SRCDOM"]) == (on_day(80), ["TU 2"], "TU")
    assert got.date("PFS", "ADTTE") == on_day(80)


def test_a_new_lesion_is_dated_where_tu_saw_it_first() -> None:
    course = one_target(50, 50).lesion("NEW01", "NEW", "BRAIN", 1, 57).measured(2, 113, {"NEW01": 12})
    got = course.derive()
    assert (got.visits(), got.date("PD")) == (["PD", "PD"], on_day(57))


def test_a_new_lesion_called_so_at_baseline_is_a_finding_and_no_progression() -> None:
    got = one_target(50).lesion("NEW01", "NEW", "BRAIN", 0, BASELINE).measured(0, BASELINE, {"NEW01": 20}).derive()
    assert got.visits() == ["SD"]
    assert got.messages("TL-R17") == ["the lesion is called new at baseline; it is no progression there"]


@pytest.mark.parametrize(("size", "expected"), [(9, "SD"), (14, "SD"), (15, "PD")])
def test_a_new_node_is_waited_for_until_15_mm(size: float, expected: str) -> None:
    course = one_target(50).lesion("N01", "NEW", "LYMPH NODE", 1, 57).measured(1, 57, {"N01": ("LPERP", size)})
    assert course.derive().visits() == [expected]


# what was measured


def test_the_parts_of_a_lesion_are_added() -> None:
    got = one_target().measured(1, 57, {"T01.1": 20, "T01.2": 10})
    assert total(got) == [50.0, 30.0]
    assert got.derive().visits() == ["PR"]


def test_a_lesion_of_which_a_known_part_lacks_is_missing() -> None:
    course = one_target().measured(1, 57, {"T01.1": 20, "T01.2": 10}).measured(2, 113, {"T01.1": 20})
    assert course.derive().visits() == ["PR", "NE"]


def test_merged_lesions_count_once() -> None:
    course = two().measured(1, 57, {"T01/T02": 45})
    assert total(course) == [60.0, 45.0]
    assert total(course.measured(1, 57, {"T02": None})) == [60.0, 45.0]  # its own record gives way


def test_names_with_dots_and_strokes_are_names_where_no_lesion_is_their_whole() -> None:
    course = Course().lesion("L.1").lesion("L.2", place="LIVER").lesion("A/B", place="BONE")
    course.measured(0, BASELINE, {"L.1": 20, "L.2": 20, "A/B": 20}).measured(1, 57, {"L.1": 20, "L.2": 20, "A/B": 20})
    assert total(course) == [60.0, 60.0]


@pytest.mark.parametrize(
    ("word", "size"),
    [("TOO SMALL TO MEASURE", 5.0), ("< 5 mm", 5.0), ("ABSENT", 0.0), ("NOT VISIBLE", 0.0)],
)
def test_words_that_are_sizes(word: str, size: float) -> None:
    assert total(one_target().measured(1, 57, {"T01": ("LDIAM", word)})) == [50.0, size]


@pytest.mark.parametrize("word", ["NOT EVALUABLE", "NON EVALUABLE", "NE"])
def test_words_that_are_no_sizes(word: str) -> None:
    got = one_target().measured(1, 57, {"T01": ("LDIAM", word)}).derive()
    assert got.visits() == ["NE"]
    assert "TL-T03" not in got.codes()


def test_a_size_that_is_no_number_is_a_finding() -> None:
    got = one_target().measured(1, 57, {"T01": ("LDIAM", "12,5")}).derive()
    assert (got.visits(), "TL-T03" in got.codes()) == (["NE"], True)


@pytest.mark.parametrize(
    ("value", "unit", "size"), [(3.5, "cm", 35.0), (0.035, "m", 35.0), (35, "MM", 35.0), (35, None, 35.0)]
)
def test_units_of_length(value: float, unit: str | None, size: float) -> None:
    assert total(one_target().measured(1, 57, {"T01": value}, TRSTRESU=unit)) == [50.0, pytest.approx(size)]


def test_an_original_unit_stands_in_for_a_missing_standard_unit() -> None:
    course = one_target().measured(1, 57, {"T01": 3.5}, TRSTRESU=None, TRORRESU="cm")
    assert total(course) == [50.0, 35.0]


def test_an_unknown_unit_makes_the_size_missing() -> None:
    got = one_target().measured(1, 57, {"T01": 35}, TRSTRESU="inch").derive()
    assert (got.visits(), "TL-R03" in got.codes()) == (["NE"], True)


@pytest.mark.parametrize("number", ["NaN", "inf", "1e30", "-12"])
def test_numbers_that_are_no_sizes_stop_nothing(number: str) -> None:
    assert one_target().measured(1, 57, {"T01": ("LDIAM", number)}).derive().visits() == ["NE"]


def test_millimetres_given_as_centimetres_are_found() -> None:
    got = two().measured(1, 57, {"T01": 280, "T02": 300}).derive()
    assert got.visits() == ["PD"]
    assert ["ten times" in message for message in got.messages("TL-R04")] == [True]
    got = two().measured(1, 57, {"T01": 2.8, "T02": 3.0}).derive()
    assert ["a tenth" in message for message in got.messages("TL-R04")] == [True]
    assert two().measured(1, 57, {"T01": 28, "T02": 3}).derive().messages("TL-R04") == []
    assert two().measured(1, 57, {"T01": 5, "T02": 5}).derive().messages("TL-R04") == []
    assert "TL-R04" in one_target(500).derive().codes()


def test_one_lesion_in_the_wrong_unit_is_found() -> None:
    got = two().measured(1, 57, {"T01": 290, "T02": 30}).derive()
    assert len(got.messages("TL-R04")) == 1


def test_a_node_counts_with_its_short_axis_alone() -> None:
    got = nodes(20, 20).measured(1, 57, {"N01": ("LDIAM", 40)}).derive()
    assert got.visits() == ["SD"]
    course = nodes(20).measured(1, 57, {"N01": ("LDIAM", 30)}).derive()
    assert course.visits() == ["NE"]
    assert any("short axis" in message for message in course.messages("TL-R05"))


def test_another_lesion_counts_with_its_longest_diameter_alone() -> None:
    got = one_target(50).measured(1, 57, {"T01": ("LPERP", 20)})
    assert (total(got), got.derive().messages("TL-R05")) == ([50.0, 50.0], [])
    got = one_target().measured(1, 57, {"T01": ("LPERP", 20)})
    assert got.derive().visits() == ["NE"]


def test_a_plain_diameter_is_the_size_where_the_axis_is_not_named() -> None:
    assert total(one_target().measured(1, 57, {"T01": ("DIAMETER", 40)})) == [50.0, 40.0]
    assert total(one_target(45).measured(1, 57, {"T01": ("DIAMETER", 40)})) == [50.0, 45.0]


def test_a_lesion_without_place_of_which_only_the_short_axis_is_measured_is_a_node() -> None:
    course = Course().lesion("N01", place=None).measured(0, BASELINE, {"N01": ("LPERP", 20)})
    assert course.measured(1, 57, {"N01": ("LPERP", 9)}).derive().visits() == ["CR"]


def test_lymphangitic_spread_is_no_node() -> None:
    course = Course().lesion("T01", place="LYMPHANGITIC CARCINOMATOSIS, LUNG").measured(0, BASELINE, {"T01": 20})
    assert course.measured(1, 57, {"T01": 9}).derive().visits() == ["PR"]


def test_of_two_measurements_the_last_counts_and_is_a_finding() -> None:
    got = one_target(50).measured(1, 57, {"T01": 30})
    assert (total(got), "TL-D08" in got.derive().codes()) == ([50.0, 30.0], True)
    got = one_target(30).measured(1, 57, {"T01": None})
    assert total(got) == [50.0, 30.0]  # a record without size gives way


def test_a_recorded_sum_that_does_not_add_up_is_a_finding() -> None:
    course = two().measured(1, 57, {"T01": 30, "T02": 30, "SUM": ("SUMDIAM", 65)})
    assert course.derive().messages("TL-R14") == ["recorded 65.0 mm, the lesions add up to 60.0 mm"]
    course = two().measured(1, 57, {"T01": 30.4, "T02": 30, "SUM": ("SUMDIAM", 60)})
    assert course.derive().messages("TL-R14") == []


# kinds of lesions


def test_a_lesion_that_tu_lacks_takes_the_group_of_its_measurements() -> None:
    course = (
        Course().lesion("T01").measured(0, BASELINE, {"T01": 30}).measured(0, BASELINE, {"T02": 30}, TRGRPID="TARGET")
    )
    course.measured(1, 57, {"T01": 20}).measured(1, 57, {"T02": 20}, TRGRPID="TARGET")
    got = course.derive()
    assert (total(course), got.visits(), "TL-R02" in got.codes()) == ([60.0, 40.0], ["PR"], True)
    lost = Course().lesion("T01").measured(0, BASELINE, {"T01": 30, "T02": 30}).measured(1, 57, {"T01": 20, "T02": 90})
    assert (lost.derive().visits(), "TL-R02" in lost.derive().codes()) == (["PR"], True)


def test_a_lesion_keeps_the_kind_that_it_had_first() -> None:
    got = one_target(20).lesion("T01", "NON-TARGET", visit=1, day=57).derive()
    assert (got.visits("TRGRESP"), "TL-R17" in got.codes()) == (["PR"], True)
    got = one_target().measured(1, 57, {"T01": 20}, TRGRPID="NON-TARGET").derive()
    assert got.messages("TL-R17") == ["lesion T01 is TARGET in TU"]


@pytest.mark.parametrize(("setting", "expected"), [("NE", "NE"), ("NON-CR/NON-PD", "NON-CR/NON-PD")])
def test_some_non_targets_not_assessed(setting: str, expected: str) -> None:
    course = with_other("ABSENT").lesion("NT02", "NON-TARGET", "LIVER").measured(0, BASELINE, {"NT02": "PRESENT"})
    got = course.measured(1, 57, {"NT02": None}).derive({"partial_non_target": setting})
    assert got.visits("NTRGRESP") == [expected]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ABSENT", "CR"),
        ("PRESENT", "NON-CR/NON-PD"),
        ("UNEQUIVOCAL", "PD"),
        ("UNEQUIVOCAL PROGRESSION", "PD"),
        ("EQUIVOCAL", "NON-CR/NON-PD"),
        ("NON-CR/NON-PD", "NON-CR/NON-PD"),
        ("WITHOUT PROGRESSION", "NON-CR/NON-PD"),
        ("NOT INCREASED", "NON-CR/NON-PD"),
        ("PD", "PD"),
        ("CR", "CR"),
        ("NON EVALUABLE", "NE"),
        ("NOT DONE", "NE"),
    ],
)
def test_words_for_the_state_of_non_target_disease(word: str, expected: str) -> None:
    assert with_other(word).derive().visits("NTRGRESP") == [expected]


# target choice


def test_targets_too_small_or_too_many_at_baseline_are_findings() -> None:
    course = Course().lesion("N01", place="LYMPH NODE").measured(0, BASELINE, {"N01": ("LPERP", 14)})
    assert course.derive().messages("TL-R05") == ["14.0 mm at baseline"]
    course = Course()
    for name in ("T01", "T02", "T03"):
        course.lesion(name, place="LIVER").measured(0, BASELINE, {name: 20})
    assert course.derive().messages("TL-R06") == ["3 target lesions in one organ"]
    assert course.derive({"maximum_per_organ": 3, "maximum_targets": 2}).messages("TL-R06") == ["3 target lesions"]


def test_a_target_seen_on_an_x_ray_is_at_least_20_mm() -> None:
    assert Course().lesion("T01", TUMETHOD="X-RAY").measured(0, BASELINE, {"T01": 19}).derive().messages("TL-R05") == [
        "19.0 mm at baseline"
    ]


def test_non_target_disease_back_beside_an_unseen_lesion_is_progression() -> None:
    course = one_target(0, 0, 0)
    for name in ("NT01", "NT02"):
        course.lesion(name, "NON-TARGET", "BONE").measured(0, BASELINE, {name: "PRESENT"}).measured(
            1, 57, {name: "ABSENT"}
        )
    course.measured(2, 113, {"NT01": "ABSENT", "NT02": None}).measured(3, 169, {"NT01": "PRESENT", "NT02": None})
    assert course.derive().visits() == ["CR", "PR", "PD"]
