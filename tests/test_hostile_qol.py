"""Hostile questionnaires, whole runs: what cannot be an answer is a missing item, and a form is never invented."""

from functools import cache
from typing import Any

import polars as pl
import pytest

from tests.hostile import Damage, Told, drawn, new_findings, sound, told, unharmed, value
from topline.study import Run

NOTHING = {"QSORRES": None, "QSSTRESC": None, "QSSTRESN": None}
FIRST, SECOND, THIRD, FOURTH = range(1, 5)
"""The forms of a subject that are damaged, by their place after baseline."""


def answer(text: str, number: float | None = None) -> dict[str, Any]:
    return {"QSORRES": text, "QSSTRESC": text, "QSSTRESN": number}


def wrong(text: str) -> set[Told]:
    return {("TL-Q02", "QSSTRESN", text)}


ANSWERS: dict[int, tuple[dict[str, Any], set[Told]]] = {
    1: (answer("0", 0.0), wrong("0")),
    2: (answer("5", 5.0), wrong("5")),
    3: (answer("1.5", 1.5), wrong("1.5")),
    4: (answer("a lot"), wrong("a lot")),
    5: (answer("2 "), set()),
    6: (answer("1,0"), wrong("1,0")),
    7: (answer("２"), wrong("２")),
    8: (answer("-1", -1.0), wrong("-1")),
    9: ({"QSSTRESN": 2.0, "QSSTRESC": "3", "QSORRES": "3"}, wrong("2.0, 3")),
    10: ({**answer("2", 2.0), "QSSTAT": "NOT DONE"}, wrong("2")),
    11: ({"QSTESTCD": "EOR0199"}, {("TL-Q05", "QSTESTCD", "EOR0199")}),
    12: (answer("3", 3.0) | {"QSTESTCD": "eor0112"}, set()),
    29: (answer("8", 8.0), wrong("8")),
    30: (answer("8", 8.0), wrong("8")),
}
"""Answers to items of the QLQ-C30, by number, and what is told of each."""
READABLE = (5, 12)


@cache
def forms() -> tuple[str, pl.DataFrame]:
    """Return a subject with the most whole QLQ-C30 forms, and their records, with FORM (0: baseline) and ITEM."""
    rows = drawn()["QS"].filter(pl.col("QSTESTCD").str.contains("^EOR01[0-9]{2}$"))
    rows = rows.filter(pl.len().over("USUBJID", "QSDTC") == 30).with_columns(
        pl.col("QSTESTCD").str.tail(2).cast(pl.Int64).alias("ITEM"),
        (pl.col("QSDTC").rank("dense").over("USUBJID") - 1).cast(pl.Int64).alias("FORM"),
    )
    chosen = (
        unharmed()
        .adam["ADQS"]
        .filter((pl.col("PARAMCD") == "C30FORM") & (pl.col("ANL01FL") == "Y") & (pl.col("NANSWER") == 30))
    )
    dates = chosen.select("USUBJID", pl.col("ADT").dt.to_string().alias("QSDTC"))
    whole = rows.join(dates, on=["USUBJID", "QSDTC"], how="semi", maintain_order="left")
    counts = whole.group_by("USUBJID").agg(pl.col("FORM").n_unique(), pl.col("FORM").min().alias("BASE"))
    subject = counts.filter(BASE=0).sort("FORM", "USUBJID", descending=[True, False])["USUBJID"][0]
    mine = whole.filter(USUBJID=subject)
    return subject, mine.with_columns((pl.col("QSDTC").rank("dense") - 1).cast(pl.Int64).alias("FORM"))


def place(form: int, item: int) -> int:
    found: int = forms()[1].filter(FORM=form, ITEM=item)["QSSEQ"].item()
    return found


def day(form: int) -> str:
    found: str = forms()[1].filter(FORM=form)["QSDTC"][0]
    return found


def scores(found: Run, form: int) -> dict[str, float | None]:
    rows = found.adam["ADQS"].filter(
        (pl.col("USUBJID") == forms()[0]) & pl.col("PARAMCD").str.starts_with("C30") & (pl.col("PARAMTYP") != "FORM")
    )
    return dict(rows.filter(pl.col("ADT").dt.to_string() == day(form)).select("PARAMCD", "AVAL").iter_rows())


def given(form: int) -> dict[int, float]:
    return dict(forms()[1].filter(FORM=form).select("ITEM", "QSSTRESN").iter_rows())


@cache
def damaged() -> Run:
    """Return a run in which the first form after baseline has odd answers, the second half of them, the third none."""
    subject, _ = forms()
    damage = Damage()
    for item, (values, _) in ANSWERS.items():
        damage.change("QS", subject, place(FIRST, item), **values)
    for item in (21, 22, 20, 1, 2, 3, 10, 12):  # 2 of 4 emotional, 1 of 2 cognitive, 3 of 5 physical, 2 of 3 fatigue
        damage.change("QS", subject, place(SECOND, item), **NOTHING)
    for item in range(1, 31):
        damage.change("QS", subject, place(THIRD, item), **NOTHING)
    rows = damage.table("QS").filter((pl.col("USUBJID") == subject) & (pl.col("QSDTC") == day(FOURTH)))
    again = rows.filter(pl.col("QSTESTCD").is_in(["EOR0101", "EOR0102"]))
    other = pl.when(pl.col("QSSTRESN") == 4).then(1.0).otherwise(4.0)
    number = pl.when(pl.col("QSTESTCD") == "EOR0101").then(other).otherwise("QSSTRESN")
    copies = again.with_columns(pl.col("QSSEQ") + 1000, number.alias("QSSTRESN"))
    text = pl.col("QSSTRESN").cast(pl.Int64).cast(pl.String)
    damage.add("QS", copies.with_columns(text.alias("QSORRES"), text.alias("QSSTRESC")))
    return damage.run()


@pytest.mark.parametrize("item", ANSWERS)
def test_each_hostile_answer_is_told(item: int) -> None:
    assert told(new_findings(damaged()), forms()[0], f"QSSEQ {place(FIRST, item)}") == ANSWERS[item][1]


def test_hostile_answers_are_missing_items() -> None:
    """Only items 5 and 12 of the damaged ones can be read; scales that lose half of their items have no score."""
    answers = given(FIRST) | {5: 2.0, 12: 3.0}
    for item in ANSWERS:
        if item not in READABLE:
            del answers[item]
    now = scores(damaged(), FIRST)
    form = damaged().adam["ADQS"].filter((pl.col("USUBJID") == forms()[0]) & (pl.col("PARAMCD") == "C30FORM"))
    assert form.filter(pl.col("ADT").dt.to_string() == day(FIRST))["NANSWER"].item() == len(answers) == 18
    assert {name: now[name] for name in ("C30PF", "C30RF", "C30QL", "C30DY", "C30SL", "C30SUM")} == dict.fromkeys(
        ("C30PF", "C30RF", "C30QL", "C30DY", "C30SL", "C30SUM")
    )
    fatigue = (answers[12] + answers[18]) / 2
    assert now["C30FA"] == pytest.approx(100 * (fatigue - 1) / 3)
    assert now["C30PA"] == pytest.approx(100 * (answers[19] - 1) / 3)
    assert now["C30AP"] == pytest.approx(100 * (answers[13] - 1) / 3)


def test_half_of_the_items_are_enough_and_less_are_not() -> None:
    answers, now, before = given(SECOND), scores(damaged(), SECOND), scores(unharmed(), SECOND)
    assert now["C30EF"] == pytest.approx(100 - 100 * ((answers[23] + answers[24]) / 2 - 1) / 3)
    assert now["C30CF"] == pytest.approx(100 - 100 * (answers[25] - 1) / 3)
    assert (now["C30PF"], now["C30FA"], now["C30SUM"]) == (None, None, None)
    same = ("C30RF", "C30SF", "C30QL", "C30NV", "C30PA")
    assert {name: now[name] for name in same} == {name: before[name] for name in same}


def test_a_form_without_any_answer_was_not_received() -> None:
    found, subject = damaged(), forms()[0]
    form = found.adam["ADQS"].filter((pl.col("USUBJID") == subject) & (pl.col("PARAMCD") == "C30FORM"))
    row = form.filter(pl.col("ADT").dt.to_string() == day(THIRD)).row(0, named=True)
    assert (row["AVALC"], row["NANSWER"]) == ("NOT DONE", 0)
    assert scores(found, THIRD) == {}
    visit = f"C30FORM.C{row['AVISITN']:g}"
    for kind in ("", ".available"):
        before = value(unharmed(), f"{visit}{kind}/all/n")
        assert value(found, f"{visit}{kind}/all/n") == before - 1  # type: ignore[operator]
        assert value(found, f"{visit}{kind}/all/N") == value(unharmed(), f"{visit}{kind}/all/N")


def test_items_answered_twice() -> None:
    """Two answers that differ are none; two that are the same are one."""
    new = new_findings(damaged())
    subject, answers = forms()[0], given(FOURTH)
    assert new.filter(CODE="TL-Q03", RECORD=f"QSSEQ {place(FOURTH, 1)}").height == 1
    assert new.filter(CODE="TL-Q04", RECORD=f"QSSEQ {place(FOURTH, 2)}").height == 1
    mean = sum(answers[item] for item in (2, 3, 4, 5)) / 4
    assert scores(damaged(), FOURTH)["C30PF"] == pytest.approx(100 - 100 * (mean - 1) / 3)
    assert told(new, subject, f"QSSEQ {place(FOURTH, 3)}") == set()
    sound(damaged())


def test_forms_out_of_time_and_out_of_the_protocol() -> None:
    """After death: told of each record. After the cut-off: left out. Another version or another questionnaire: told."""
    base = unharmed().adam["ADSL"].filter(pl.col("DTHDT").is_not_null() & (pl.col("USUBJID") != forms()[0]))
    received = unharmed().adam["ADQS"].filter((pl.col("PARAMCD") == "C30FORM") & (pl.col("AVALC") == "RECEIVED"))
    subject, died = (
        base.join(received, on="USUBJID", how="semi", maintain_order="left").select("USUBJID", "DTHDT").row(0)
    )
    rows = drawn()["QS"].filter((pl.col("USUBJID") == subject) & pl.col("QSTESTCD").str.contains("^EOR01"))
    form = rows.filter(QSDTC=rows["QSDTC"][0])
    damage = Damage()
    for more, date, category in (
        (1000, f"{died.year + 1}-01-01", None), (2000, "2090-01-01", None),
        (3000, form["QSDTC"][0], "EORTC QLQ-C30 V2.0"), (4000, form["QSDTC"][0], "EORTC QLQ-BR23"),
    ):  # fmt: skip
        late = form.with_columns(
            pl.col("QSSEQ") + more, pl.lit(date).alias("QSDTC"), pl.lit(None, pl.Float64).alias("VISITNUM")
        )
        damage.add("QS", late.with_columns(pl.coalesce(pl.lit(category), "QSCAT").alias("QSCAT")))
    found = damage.run()
    new = new_findings(found)
    codes = {
        code: new.filter(CODE=code, DATASET="QS")["COUNT"].sum() for code in ("TL-D03", "TL-D12", "TL-Q11", "TL-Q14")
    }
    assert codes["TL-D03"] == 2 * form["QSSTAT"].null_count()
    assert codes["TL-D12"] >= form.height
    assert (codes["TL-Q11"], codes["TL-Q14"]) == (1, 1)
    before, now = (
        each.adam["ADQS"]
        .filter((pl.col("USUBJID") == subject) & (pl.col("PARAMTYP") == "SCALE"))
        .select("PARAMCD", "ADT", "AVAL", "CHG")
        for each in (unharmed(), found)
    )
    assert now.join(before, on=["PARAMCD", "ADT", "AVAL"], how="anti", nulls_equal=True)["ADT"].unique().len() <= 1
    assert before.join(now, on=["PARAMCD", "ADT", "AVAL", "CHG"], how="anti", nulls_equal=True).is_empty()
    sound(found)
