"""Deterioration: golden cases, the slow twin on random courses, and the rules about death and missing scores."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adam.questionnaires import WELL, Form, asking, derived, on_day, subjects
from tests.twin.qol_twin import slow_deterioration, slow_score
from topline.adam.asked import ask
from topline.adam.deterioration import DEFINITIVE, FIRST, FOR_GOOD, Deterioration, deterioration
from topline.adam.instrument import built_in
from topline.adam.qol import QolSettings, qol_settings
from topline.adam.qol_times import append_times, derive_times
from topline.adam.scoring import score
from topline.tables.adam import ADTTE
from topline.tables.checks import check_table

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "qol.toml"
CASES: list[dict[str, Any]] = tomllib.loads(GOLDEN.read_text("utf-8"))["case"]


def of(call: str) -> list[dict[str, Any]]:
    return [case for case in CASES if case["call"] == call]


@pytest.mark.parametrize("case", of("deterioration.deterioration"))
def test_golden_deterioration(case: dict[str, Any]) -> None:
    args = case["args"]
    found = deterioration(args["score"], args["margin"], Deterioration(**args["rule"]))
    assert {"at": int(found.at), "reference": int(found.reference)} == case["expected"]


@pytest.mark.parametrize("case", of("scoring.score"))
def test_golden_score(case: dict[str, Any]) -> None:
    instrument = built_in(case["args"]["instrument"])
    assert instrument is not None
    asked = ask(instrument)
    given_ = {int(number): answer for number, answer in case["args"]["answers"].items()}
    found = score(np.array([float(given_.get(item.number, np.nan)) for item in instrument.items]), asked)
    place = {scale.param: index for index, scale in enumerate(asked.scales)}
    for param, expected in case["expected"].items():
        np.testing.assert_allclose(found[place[param]], expected, rtol=0, atol=case["tolerance"], err_msg=param)


def test_cases_are_sourced() -> None:
    assert len(CASES) >= 10
    assert all(case["kind"] == "by-hand" and len(case["source"]) > 20 for case in CASES)


SCORES = st.one_of(st.just(np.nan), st.integers(0, 12).map(lambda n: 100 * n / 12))
RULES = st.builds(
    Deterioration,
    reference=st.sampled_from(["baseline", "best previous", "previous"]),
    definitive=st.sampled_from(DEFINITIVE),
    last_score=st.sampled_from(["counts", "ignored"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(SCORES, min_size=6, max_size=6), min_size=1, max_size=4),
    st.sampled_from([5.0, 25 / 3, 10.0, 25.0]),
    RULES,
)
def test_deterioration_equals_the_slow_twin(courses: list[list[float]], margin: float, rule: Deterioration) -> None:
    found = deterioration(courses, margin, rule)
    expected = [slow_deterioration(course, margin, rule) for course in courses]
    assert list(zip(found.at.tolist(), found.reference.tolist(), strict=True)) == expected


@st.composite
def forms(draw: st.DrawFn, name: str) -> dict[int, int]:
    """Return the answers of a form by item: all of them, few missing, or many missing."""
    instrument = built_in(name)
    assert instrument is not None
    gaps = draw(st.sampled_from([0, 3, len(instrument.items) - 2]))
    missing = draw(st.sets(st.sampled_from([item.number for item in instrument.items]), max_size=gaps))
    answers = {item.number: draw(st.integers(int(item.low), int(item.high))) for item in instrument.items}
    return {number: answer for number, answer in answers.items() if number not in missing}


def both_scores(name: str, answers: dict[int, int]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the scores of a form by scale, nan where there is none: of the kernel, and of the slow twin."""
    instrument = built_in(name)
    assert instrument is not None
    asked = ask(instrument)
    found = score(np.array([float(answers.get(item.number, np.nan)) for item in instrument.items]), asked)
    slow = {param: np.nan if value is None else value for param, value in slow_score(answers, asked).items()}
    return dict(zip([scale.param for scale in asked.scales], found.tolist(), strict=True)), slow


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["EORTC QLQ-C30", "EORTC QLQ-OES18"]).flatmap(lambda name: st.tuples(st.just(name), forms(name)))
)
def test_scores_equal_the_slow_twin(form: tuple[str, dict[int, int]]) -> None:
    found, expected = both_scores(*form)
    assert found == pytest.approx(expected, rel=0, abs=1e-9, nan_ok=True)


BY_HAND: dict[str, tuple[dict[int, int], dict[str, float]]] = {
    "EORTC QLQ-C30": (
        dict(enumerate([1, 2, 2, 1, 3, 2, 3, 2, 2, 2, 3, 2, 2, 1, 2, 1, 1, 3, 1, 1, 2, 2, 1, 3, 2, 2, 1, 2, 5, 4], 1)),
        {
            "C30PF": 73.33333333333333,  # 1 2 2 1 3: mean 9/5, 100 (1 - 4/15)
            "C30RF": 50.0,  # 2 3: 5/2, 100 (1 - 1/2)
            "C30EF": 66.66666666666667,  # 2 2 1 3: 2, 100 (1 - 1/3)
            "C30CF": 83.33333333333333,  # 1 2: 3/2, 100 (1 - 1/6)
            "C30SF": 83.33333333333333,  # 2 1
            "C30QL": 58.33333333333333,  # 5 4: 9/2, 100 * 7/12
            "C30FA": 44.44444444444444,  # 2 2 3: 7/3, 100 * 4/9
            "C30NV": 16.66666666666667,  # 1 2
            "C30PA": 16.66666666666667,  # 2 1
            "C30DY": 33.33333333333333,  # 2
            "C30SL": 66.66666666666667,  # 3
            "C30AP": 33.33333333333333,  # 2
            "C30CO": 0.0,  # 1
            "C30DI": 0.0,  # 1
            "C30FI": 33.33333333333333,  # 2
            # without QL and FI, symptoms turned: 3210/9 of functions, 5300/9 of symptoms, 8510/9 over 13
            "C30SUM": 72.73504273504273,
        },
    ),
    "EORTC QLQ-OES18": (
        # dysphagia 2 1 3 not turned, 100 * 1/3; eating 2 4 1 3: 5/2; reflux 1 2; pain 2 . 1, two of three
        {31: 2, 32: 1, 33: 3, 36: 2, 37: 4, 38: 1, 39: 3, 44: 1, 45: 2, 46: 2, 48: 1},
        {"OESDYS": 33.33333333333333, "OESEAT": 50.0, "OESRFX": 16.66666666666667, "OESPA": 16.66666666666667},
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_scores_worked_by_hand_bind_source_and_twin(name: str) -> None:
    answers, expected = BY_HAND[name]
    for found in both_scores(name, answers):
        assert {param: found[param] for param in expected} == pytest.approx(expected, rel=0, abs=1e-12)
        assert {param for param, value in found.items() if not np.isnan(value)} >= set(expected)


def pain(day: int, level: int, usubjid: str = "1") -> Form:
    """Return a form on which both pain items have one answer: pain is 0, 33.3, 66.7 or 100."""
    return Form(usubjid, day, {**WELL, 9: level, 19: level})


def with_rules(*rules: Deterioration) -> QolSettings:
    usual = qol_settings(asking())
    return QolSettings(usual.asked, usual.collection, rules)


def times(forms: list[Form], rule: Deterioration, **days: dict[str, int]) -> pl.DataFrame:
    """Return the rows for pain under one rule."""
    chosen = with_rules(rule)
    adsl = subjects(sorted({form.usubjid for form in forms} | set(days.get("DTHDT", {}))), **days)
    adqs, _ = derived(forms, adsl, chosen)
    return derive_times(adqs, adsl, chosen).filter(pl.col("PARAMCD") == f"{rule.id}C30PA")


def only(rows: pl.DataFrame) -> tuple[date, int, str]:
    row = rows.row(0, named=True)
    assert rows.height == 1
    assert row["AVAL"] == (row["ADT"] - row["STARTDT"]).days + 1
    return row["ADT"], row["CNSR"], row["EVNTDESC"]


UP_AND_DOWN = [pain(1, 1), pain(29, 2), pain(57, 1), pain(85, 3), pain(113, 3)]


def test_first_and_definitive_deterioration() -> None:
    assert only(times(UP_AND_DOWN, FIRST)) == (on_day(29), 0, "Deterioration")
    assert only(times(UP_AND_DOWN, FOR_GOOD)) == (on_day(85), 0, "Deterioration")
    assert only(times(UP_AND_DOWN, Deterioration(margin=40))) == (on_day(85), 0, "Deterioration")
    assert only(times(UP_AND_DOWN, Deterioration(margin=70))) == (on_day(113), 1, "Last Score")


def test_a_deterioration_at_the_last_score() -> None:
    last = [pain(1, 1), pain(29, 1), pain(57, 4)]
    assert only(times(last, FOR_GOOD)) == (on_day(57), 0, "Deterioration")
    strict = Deterioration(definitive="stays deteriorated", last_score="ignored")
    assert only(times(last, strict)) == (on_day(57), 1, "Last Score")


def test_death_is_an_event_or_censors() -> None:
    stable = [pain(1, 1), pain(29, 1)]
    assert only(times(stable, FIRST, DTHDT={"1": 100})) == (on_day(29), 1, "Last Score")
    assert only(times(stable, Deterioration(death="event"), DTHDT={"1": 100})) == (on_day(100), 0, "Death")
    worse = [pain(1, 1), pain(29, 4)]
    assert only(times(worse, Deterioration(death="event"), DTHDT={"1": 100})) == (on_day(29), 0, "Deterioration")


def test_subjects_without_baseline() -> None:
    late = [pain(29, 1), pain(57, 4)]
    assert only(times(late, FIRST)) == (on_day(1), 1, "No Baseline Score")
    assert only(times(late, Deterioration(no_baseline="event"))) == (on_day(1), 0, "No Baseline Score")
    assert times(late, Deterioration(no_baseline="exclude")).is_empty()


def test_subjects_without_follow_up() -> None:
    alone = [pain(1, 1)]
    assert only(times(alone, FIRST)) == (on_day(2), 1, "No Score after Baseline")
    assert only(times(alone, Deterioration(no_follow_up="event"))) == (on_day(2), 0, "No Score after Baseline")
    dead = Deterioration(death="event")
    assert only(times(alone, dead, DTHDT={"1": 60})) == (on_day(60), 0, "Death")


def test_rows_name_the_scores_that_decide() -> None:
    """Pain is items 9 and 19; the five forms have records 1-30, 31-60, 61-90, 91-120 and 121-150."""
    row = times(UP_AND_DOWN, FOR_GOOD).row(0, named=True)
    assert row["SRCRECS"] == ["QS 9", "QS 19", "QS 99", "QS 109", "QS 129", "QS 139"]
    assert (row["SRCDOM"], row["SRCVAR"]) == ("ADQS", "AVAL")
    assert row["PARAM"] == "Time to Definitive Deterioration: Pain, 10 points"
    adqs, _ = derived(UP_AND_DOWN)
    deciding = adqs.filter((pl.col("PARAMCD") == "C30PA") & (pl.col("ASEQ") == row["SRCSEQ"]))
    assert deciding["AVISIT"].to_list() == ["Cycle 4"]


def test_rows_are_those_of_adtte_and_follow_those_that_stand_there() -> None:
    chosen = with_rules(FIRST, FOR_GOOD)
    adsl = subjects(["1", "2"])
    adqs, _ = derived([*UP_AND_DOWN, pain(1, 1, "2")], adsl, chosen)
    more = derive_times(adqs, adsl, chosen)
    assert more.height == 2 * 2 * 16
    old = ADTTE.select(more.filter(PARAMCD="TDC30QL").with_columns(PARAMCD=pl.lit("OS"), ASEQ=pl.lit(1)))
    both = append_times(old, more)
    assert check_table(both, ADTTE).is_empty()
    assert both.filter(PARAMCD="OS")["ASEQ"].to_list() == [1, 1]
    assert both.filter(USUBJID="2")["ASEQ"].to_list() == list(range(1, 34))
    assert max(len(code) for code in both["PARAMCD"]) <= 8


@pytest.mark.parametrize("wrong", [{"id": "td"}, {"id": "TDX"}, {"margin": 0.0}, {"margin": -5.0}, {"margin": 101.0}])
def test_impossible_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Deterioration"):
        Deterioration(**wrong)
