"""Questionnaires from QS to ADQS: what counts as an answer, as a form, as a visit, and what is missing."""

import random
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adam.questionnaires import (
    OES18,
    START,
    WELL,
    Form,
    asking,
    derived,
    on_day,
    records,
    subjects,
    value,
)
from topline.adam.asked import ask
from topline.adam.qol import derive_qol, qol_settings
from topline.adam.qol_visits import Collection
from topline.protocol.schedule import Schedule
from topline.tables.adam_qol import ADQS
from topline.tables.checks import check_table


def codes(found: pl.DataFrame) -> list[str]:
    return sorted(found["CODE"].to_list())


def test_scores_baseline_and_change() -> None:
    """Physical functioning 2, 2, 1, 1, 1 is 86.67 (case C30-06); from 100 that is a loss of 13.33, more than 10."""
    later = {**WELL, 1: 2, 2: 2}
    adqs, found = derived([Form("1", -3, WELL), Form("1", 29, later)])
    assert value(adqs, "C30PF", 0) == 100
    assert value(adqs, "C30PF", 0, "ABLFL") == "Y"
    assert value(adqs, "C30PF", 2) == pytest.approx(86.6667, abs=1e-4)
    assert value(adqs, "C30PF", 2, "CHG") == pytest.approx(-13.3333, abs=1e-4)
    assert (value(adqs, "C30PF", 2, "CRIT1FL"), value(adqs, "C30PF", 2, "CRIT2FL")) == ("N", "Y")
    assert value(adqs, "C30PF", 2, "SRCRECS") == [f"QS {n}" for n in range(31, 36)]
    assert found.is_empty()


def test_every_row_is_as_declared() -> None:
    forms = [Form("1", 1, WELL), Form("1", 30, {1: 4}), Form("2", 90, {**WELL, 3: 9})]
    adqs, _ = derived(forms)
    assert check_table(adqs, ADQS).is_empty()
    assert adqs.select("STUDYID", "USUBJID", "ASEQ").is_unique().all()


def test_symptoms_get_worse_when_they_rise() -> None:
    adqs, _ = derived([Form("1", 1, WELL), Form("1", 29, {**WELL, 9: 2, 19: 2})])
    assert value(adqs, "C30PA", 2, "CHG") == pytest.approx(100 / 3)
    assert (value(adqs, "C30PA", 2, "CRIT1FL"), value(adqs, "C30PA", 2, "CRIT2FL")) == ("N", "Y")


@pytest.mark.parametrize("answer", [0, 5, 1.5, -1, "x", "2,0"])
def test_impossible_answers_are_missing_items(answer: object) -> None:
    """Fatigue is items 10, 12 and 18; with one of them missing it still has a score."""
    adqs, found = derived([Form("1", 1, {**WELL, 10: 4, 12: 3, 18: answer})])
    assert value(adqs, "C30FA", 0) == pytest.approx(83.3333, abs=1e-4)
    assert value(adqs, "C30FA", 0, "NANSWER") == 2
    assert found.filter(CODE="TL-Q02").select("RECORD", "VALUE").rows() == [("QSSEQ 18", str(answer))]


def test_range_of_the_global_items_is_their_own() -> None:
    adqs, found = derived([Form("1", 1, {**WELL, 29: 5, 30: 8})])
    assert value(adqs, "C30QL", 0) == pytest.approx(66.6667, abs=1e-4)
    assert codes(found) == ["TL-Q02"]


def test_an_item_answered_differently_is_missing() -> None:
    twice = records([Form("1", 1, WELL), Form("1", 1, {8: 3, 11: 1})])
    adqs, found = derive_qol(twice, subjects(["1"]), pl.DataFrame(schema=PD), qol_settings(asking()))
    assert value(adqs, "C30DY", 0) is None
    assert value(adqs, "C30DY", 0, "SRCRECS") == ["QS 8", "QS 31"]
    assert value(adqs, "C30SL", 0) == 0
    assert codes(found) == ["TL-Q03", "TL-Q04"]


PD = {"STUDYID": pl.String, "USUBJID": pl.String, "PARAMCD": pl.String, "AVALC": pl.String, "ADT": pl.Date}


def test_missing_items_and_missing_forms_are_told_apart() -> None:
    """Until day 100 forms are due on days 1, 29, 57 and 85: one is whole, one has gaps, one was refused, one lacks."""
    refused = Form("1", 57, {1: ...}, code="QSALL", more={"QSREASND": "PATIENT REFUSED"})
    gaps = Form("1", 29, {**WELL, 6: ..., 7: ...})
    adqs, _ = derived([Form("1", 1, WELL), gaps, refused], subjects(["1"], 100))
    forms = adqs.filter(PARAMCD="C30FORM").sort("AVISITN").select("AVISIT", "AVALC", "AVAL", "NITEMS", "EXPFL")
    assert forms.rows() == [
        ("Baseline", "RECEIVED", 30, 30, "Y"),
        ("Cycle 2", "RECEIVED", 28, 30, "Y"),
        ("Cycle 3", "NOT DONE", 0, 30, "Y"),
        ("Cycle 4", "MISSING", 0, 30, "Y"),
    ]
    assert value(adqs, "C30RF", 2) is None
    assert adqs.filter((pl.col("PARAMCD") == "C30RF") & (pl.col("AVISITN") > 2)).is_empty()


def test_forms_are_due_until_treatment_ends_progression_or_death() -> None:
    ids = ["eot", "pd", "death", "on", "never"]
    adsl = subjects(
        ids, 120, EOTDT={"eot": 56}, DTHDT={"death": 85}, STARTDT={"never": None, **dict.fromkeys(ids[:4], 1)}
    )
    adqs, _ = derived([Form("on", 1, WELL)], adsl, pd=57)
    due = adqs.filter((pl.col("EXPFL") == "Y") & (pl.col("PARAMTYP") == "FORM")).group_by("USUBJID").agg("AVISITN")
    assert {i: sorted(visits) for i, visits in due.iter_rows()} == {
        "eot": [0, 2],
        "pd": [0, 2, 3],
        "death": [0, 2, 3, 4],
        "on": [0, 2, 3, 4, 5],
    }
    later = adqs.filter((pl.col("USUBJID") == "eot") & (pl.col("AVISITN") == 4))
    assert later["AVALC"].to_list() == ["NOT EXPECTED"]


def test_forms_of_every_second_cycle() -> None:
    chosen = qol_settings(asking(questionnaire_cycles=2))
    adqs, _ = derived([Form("1", 1, WELL), Form("1", 62, WELL)], subjects(["1"], 70), chosen)
    assert adqs.filter(PARAMCD="C30FORM")["AVISIT"].to_list() == ["Baseline", "Cycle 3"]
    assert value(adqs, "C30QL", 3, "AWTARGET") == 57


@pytest.mark.parametrize(
    ("day", "visit"),
    [(-28, 0), (1, 0), (2, 2), (29, 2), (42, 2), (43, 3), (70, 3), (71, 4), (-29, None)],
)
def test_windows_meet_half_way(day: int, visit: float | None) -> None:
    """Nominal days are 29, 57, 85; the window of day 57 is 43 to 70. A baseline form is at most 28 days old."""
    adqs, _ = derived([Form("1", day, WELL)])
    row = adqs.filter(pl.col("PARAMCD") == "C30QL").row(0, named=True)
    assert row["AVISITN"] == visit
    assert row["ADY"] == day
    if visit is not None:
        assert row["AWLO"] <= day <= row["AWHI"]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 84), st.integers(1, 3), st.integers(1, 400))
def test_bounds_of_a_window_are_those_used(cycle: int, every: int, day: int) -> None:
    plan = Schedule(
        time_zero="first dose",
        cycle_days=cycle,
        scans=[{"every_weeks": 8}],
        window_days=7,
        questionnaire_cycles=every,
        follow_up_weeks=12,
        maximum_months=36,
    )
    chosen = qol_settings(asking())
    chosen = type(chosen)(chosen.asked, Collection(plan, 30.4375))
    adqs, _ = derive_qol(records([Form("1", day, WELL)]), subjects(["1"], 1), pl.DataFrame(schema=PD), chosen)
    row = adqs.filter(PARAMCD="C30QL").row(0, named=True)
    assert row["AWLO"] <= day <= row["AWHI"]
    middle = (row["AVISITN"] - 1) * cycle + 1 if row["AVISITN"] else 1
    assert row["AWTARGET"] == middle
    if row["AVISITN"] > 1 + every:
        assert abs(day - middle) <= cycle * every / 2


def test_recorded_cycles_are_followed_where_the_trial_says_so() -> None:
    """Two delayed cycles: day 75 is nearest to cycle 4, and the site recorded cycle 3."""
    chosen = qol_settings(asking())
    named = Collection(chosen.collection.schedule, 30.4375, visits="as recorded")
    form = Form("1", 75, WELL, more={"VISIT": "CYCLE 3 DAY 1"})
    assert derived([form])[0].filter(PARAMCD="C30QL")["AVISITN"].to_list() == [4]
    adqs, _ = derived([form], settings=type(chosen)(chosen.asked, named))
    assert adqs.filter(PARAMCD="C30QL")["AVISITN"].to_list() == [3]


def test_one_form_per_visit_is_analysed() -> None:
    forms = [
        Form("1", -9, {**WELL, 29: 1}),
        Form("1", 1, {29: ..., 8: 2}),
        Form("1", 27, WELL),
        Form("1", 30, {**WELL, 8: 4}),
    ]
    adqs, found = derived(forms)
    assert value(adqs, "C30DY", 0) == pytest.approx(100 / 3)
    assert value(adqs, "C30QL", 0) == 50
    assert value(adqs, "C30QL", 0, "ADT") == on_day(-9)
    assert value(adqs, "C30DY", 2) == 100
    assert adqs.filter(PARAMCD="C30DY")["ASEQ"].len() == 4
    assert codes(found.filter(CODE="TL-Q08")) == ["TL-Q08", "TL-Q08"]


def test_subjects_without_baseline_or_start_have_no_change() -> None:
    adsl = subjects(["late", "never"], STARTDT={"late": 1, "never": None})
    adqs, found = derived([Form("late", 30, WELL), Form("late", 58, WELL), Form("never", 1, WELL)], adsl)
    assert adqs["CHG"].null_count() == adqs.height
    assert value(adqs, "C30QL", 3) == 100
    assert adqs.filter((pl.col("USUBJID") == "never") & (pl.col("PARAMTYP") == "SCALE"))["AVAL"].null_count() == 0
    assert codes(found) == ["TL-Q07", "TL-Q13"]


def test_items_are_known_by_code_or_number() -> None:
    ways = [
        ("EOR01{:02d}", None),
        ("Q{}", "EORTC QLQ-C30"),
        ("ITEM{:02d}", " eortc  qlq-c30 v3.0 "),
        ("Q_{}", "QLQ-C30"),
    ]
    for code, category in ways:
        adqs, found = derived([Form("1", 1, {**WELL, 5: 4}, code=code, category=category)])  # type: ignore[arg-type]
        assert value(adqs, "C30PF", 0) == pytest.approx(80.0)
        assert found.is_empty()


def test_codes_that_are_no_items_are_findings() -> None:
    forms = [
        Form("1", 1, WELL),
        Form("1", 1, {31: 3, 99: 1}, code="Q{}"),
        Form("1", 1, {1: 1}, category="EORTC QLQ-C30 V2.0"),
    ]
    adqs, found = derived(forms)
    assert codes(found) == ["TL-Q05", "TL-Q05", "TL-Q11"]
    assert value(adqs, "C30FORM", 0, "NANSWER") == 30


def test_recorded_scores_are_compared() -> None:
    """EOR0132 is physical functioning, here 100; EOR0137 fatigue, here 0."""
    forms = [Form("1", 1, WELL), Form("1", 1, {32: 100, 37: 33.3})]
    _, found = derived(forms)
    assert found.select("CODE", "VALUE", "MESSAGE").rows() == [
        ("TL-Q09", "33.3", "is recorded for EOR0137; the answers give 0.0")
    ]


def test_dates_in_part_and_without_day() -> None:
    rows = records([Form("1", 1, WELL), Form("2", 29, WELL), Form("3", 29, WELL, more={"VISITNUM": 2.0})])
    third = pl.col("USUBJID") == "3"
    text = (
        pl.when(pl.col("USUBJID") == "2")
        .then(pl.lit("2020-01"))
        .when(third & (pl.col("QSTESTCD") != "EOR0101"))
        .then(None)
    )
    rows = rows.with_columns(text.otherwise("QSDTC").alias("QSDTC"))
    adqs, found = derive_qol(rows, subjects(["1", "2", "3"]), pl.DataFrame(schema=PD), qol_settings(asking()))
    dates = adqs.filter(PARAMCD="C30QL").select("USUBJID", "ADT", "ADTF")
    assert dates.rows() == [("1", START, None), ("2", START + timedelta(days=30), "D"), ("3", on_day(29), None)]
    assert set(found.filter(CODE="TL-Q06")["USUBJID"]) == {"2", "3"}


def test_a_form_without_any_date_is_scored_at_no_visit() -> None:
    rows = records([Form("1", 1, WELL)]).with_columns(pl.lit(None, pl.String).alias("QSDTC"))
    adqs, found = derive_qol(rows, subjects(["1"]), pl.DataFrame(schema=PD), qol_settings(asking()))
    row = adqs.filter(PARAMCD="C30QL").row(0, named=True)
    assert (row["AVAL"], row["AVISITN"], row["ANL01FL"]) == (100, None, None)
    assert "TL-Q06" in codes(found)


def test_both_directions_of_dysphagia_say_the_same_of_the_patient() -> None:
    """Items 31 to 33 go from 4 (eats everything) to 2: worse, whichever way the score runs; both say so."""

    def form(day: int, first: int) -> Form:
        return Form(
            "1", day, {**dict.fromkeys(range(31, 34), first), **dict.fromkeys(range(34, 49), 1)}, OES18, "OES18{}"
        )

    scores = {}
    chosen = qol_settings(asking("EORTC QLQ-OES18"))
    for direction in ("ability", "symptom"):
        asked = ask(chosen.asked[0].instrument, {"OESDYS": direction})
        adqs, found = derived([form(1, 4), form(29, 2)], settings=type(chosen)((asked,), chosen.collection))
        scores[direction] = [value(adqs, "OESDYS", 0), value(adqs, "OESDYS", 2)]
        assert value(adqs, "OESDYS", 2, "CRIT2FL") == "Y"
        assert "unverified" in str(value(adqs, "OESDYS", 2, "PARAM"))
        assert found.select("CODE", "VARIABLE").rows() == [("TL-Q10", "OESDYS")]
    assert scores["ability"] == [100, pytest.approx(100 / 3)]
    assert scores["symptom"] == [0, pytest.approx(200 / 3)]


def test_unknown_and_unasked_questionnaires_are_findings() -> None:
    chosen = qol_settings(asking("EORTC QLQ-C30", "EORTC QLQ-XX99"))
    assert chosen.unknown == ("EORTC QLQ-XX99 3.0",)
    forms = [Form("1", 1, WELL), Form("1", 1, {31: 1}, OES18, "OES18{}")]
    assert codes(derived(forms, settings=chosen)[1]) == ["TL-Q01", "TL-Q14"]


def test_no_questionnaire_at_all() -> None:
    empty = records([])
    for chosen in (qol_settings(asking()), type(qol_settings(asking()))((), qol_settings(asking()).collection)):
        adqs, _ = derive_qol(empty, subjects(["1"], 30), pl.DataFrame(schema=PD), chosen)
        assert adqs.schema == ADQS.schema
        assert set(adqs["AVALC"]) <= {"MISSING"}


def test_order_of_records_does_not_matter() -> None:
    chance = random.Random(3)
    forms = [Form(i, day, {n: chance.randint(1, 4) for n in WELL}) for i in "123" for day in (1, 30, 57)]
    rows = records(forms)
    chosen, adsl = qol_settings(asking()), subjects(list("123"))
    one, _ = derive_qol(rows, adsl, pl.DataFrame(schema=PD), chosen)
    two, _ = derive_qol(rows.sample(fraction=1, shuffle=True, seed=4), adsl, pl.DataFrame(schema=PD), chosen)
    assert one.equals(two)


@pytest.mark.parametrize(("end", "day", "flag"), [(56, 63, "Y"), (56, 64, None), (57, 65, "Y")])
def test_forms_after_the_end_are_kept_and_marked(end: int, day: int, flag: str | None) -> None:
    """A form counts while forms are due, which they are on day 57, or up to the window's 7 days after the end."""
    adqs, _ = derived([Form("1", 1, WELL), Form("1", day, WELL)], subjects(["1"], 120, EOTDT={"1": end}))
    assert value(adqs, "C30QL", 3, "ANL02FL") == flag
    assert value(adqs, "C30FORM", 3, "EXPFL") == ("Y" if end == 57 else None)


def test_a_received_form_is_chosen_before_a_refused_one_that_is_nearer() -> None:
    refused = Form("1", 29, {1: ...}, code="QSALL")
    adqs, _ = derived([Form("1", 1, WELL), refused, Form("1", 33, WELL)])
    assert value(adqs, "C30FORM", 2, "AVALC") == "RECEIVED"
    assert value(adqs, "C30QL", 2, "ADT") == on_day(33)


def test_a_questionnaire_without_records_is_not_called_missing() -> None:
    adqs, found = derived([], subjects(["01", "02"]))
    assert adqs.is_empty()
    assert set(found.filter(CODE="TL-Q15")["VALUE"]) == {each.name for each in asking().criteria.questionnaires}
