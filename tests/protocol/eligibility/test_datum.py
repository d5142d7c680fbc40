"""The datum that decides, in words: worked cases of every form of condition."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from topline.protocol.eligibility.criterion import Criterion, Eligibility
from topline.protocol.eligibility.screen import screen

DAY, BEFORE = date(2026, 3, 30), date(2026, 3, 10)
LIVER = "CASE WHEN ARRAY_CONTAINS(METSITES, 'LIVER') THEN ALT <= 5 * ALTULN ELSE ALT <= 2.5 * ALTULN END"


def datum(condition: str, name: str = "I01", applies: str = "TRUE", **columns: Any) -> tuple[str, str]:
    """Return status and datum of one candidate."""
    one = Criterion(id=name, text="t", condition=condition, applies=applies, signoffs={f"{name}_A": "?"})
    kind = "inclusion" if name.startswith("I") else "exclusion"
    frame = pl.DataFrame({"SUBJID": ["A"], **{column: [value] for column, value in columns.items()}})
    [(status, words)] = screen(Eligibility(**{kind: (one,)}), frame).long().select("STATUS", "DATUM").rows()
    return status, words


@pytest.mark.parametrize(
    ("condition", "columns", "status", "words"),
    [
        ("AGE >= 18", {"AGE": 17.0}, "NOT MET", "AGE 17 years (>= 18)"),
        ("18 <= AGE", {"AGE": 17.5}, "NOT MET", "AGE 17.5 years (>= 18)"),
        ("AGE BETWEEN 18 AND 75", {"AGE": 76.0}, "NOT MET", "AGE 76 years (<= 75)"),
        ("AGE BETWEEN 18 AND 75", {"AGE": 50.0}, "MET", "AGE 50 years (>= 18); AGE 50 years (<= 75)"),
        ("ECOG IN (0, 1)", {"ECOG": 2}, "NOT MET", "ECOG 2 (one of 0, 1)"),
        ("SEX = 'M'", {"SEX": "F"}, "NOT MET", "SEX F (= M)"),
        ("I01_A = 'Y'", {"I01_A": "N"}, "NOT MET", "I01_A N (= Y)"),
        ("ALT <= 2.5 * ALTULN", {"ALT": 130.0, "ALTULN": 40.0}, "NOT MET",
         "ALT 130 U/L = 3.25 x ALTULN 40 (<= 2.5 x ALTULN)"),
        ("ALT / ALTULN <= 2.5", {"ALT": 130.0, "ALTULN": 40.0}, "NOT MET",
         "ALT 130 U/L = 3.25 x ALTULN 40 (<= 2.5 x ALTULN)"),
        ("2.5 * ALTULN >= ALT", {"ALT": 100.1, "ALTULN": 40.0}, "NOT MET",
         "ALT 100.1 U/L = 2.51 x ALTULN 40 (<= 2.5 x ALTULN)"),
        ("ALT <= ALTULN * 2.5", {"ALT": 99.9, "ALTULN": 40.0}, "MET",
         "ALT 99.9 U/L = 2.49 x ALTULN 40 (<= 2.5 x ALTULN)"),
        ("ALT <= 2.5 * ALTULN", {"ALT": 100.0, "ALTULN": 40.0}, "MET",
         "ALT 100 U/L = 2.5 x ALTULN 40 (<= 2.5 x ALTULN)"),
        ("INR <= 1.5", {"INR": 1.6}, "NOT MET", "INR 1.6 (<= 1.5)"),
        ("FDOSEDT - LRTDT >= INTERVAL '28 days'", {"FDOSEDT": DAY, "LRTDT": BEFORE}, "NOT MET",
         "FDOSEDT 2026-03-30 - LRTDT 2026-03-10 = 20 days (>= 28 days)"),
        ("LRTDT <= FDOSEDT - INTERVAL '4 weeks'", {"FDOSEDT": DAY, "LRTDT": BEFORE}, "NOT MET",
         "FDOSEDT 2026-03-30 - LRTDT 2026-03-10 = 20 days (LRTDT <= FDOSEDT - 4w)"),
        ("FDOSEDT >= LRTDT + INTERVAL '28 days'", {"FDOSEDT": DAY, "LRTDT": BEFORE}, "NOT MET",
         "FDOSEDT 2026-03-30 - LRTDT 2026-03-10 = 20 days (FDOSEDT >= LRTDT + 28d)"),
        ("LRTDT < FDOSEDT", {"FDOSEDT": BEFORE, "LRTDT": DAY}, "NOT MET",
         "FDOSEDT 2026-03-10 - LRTDT 2026-03-30 = -20 days (LRTDT < FDOSEDT)"),
        ("LRTDT + INTERVAL '28 days' <= FDOSEDT", {"FDOSEDT": DAY, "LRTDT": BEFORE}, "NOT MET",
         "FDOSEDT 2026-03-30 - LRTDT 2026-03-10 = 20 days (LRTDT + 28d <= FDOSEDT)"),
        ("RANDDT >= DATE '2026-01-01'", {"RANDDT": DAY}, "MET", "RANDDT 2026-03-30 (>= 2026-01-01)"),
        ("ARRAY_CONTAINS(PRIORCLS, 'TAXANE')", {"PRIORCLS": ["OTHER", "HORMONE"]}, "NOT MET",
         "PRIORCLS OTHER, HORMONE (with TAXANE)"),
        ("ARRAY_CONTAINS(PRIORCLS, 'TAXANE')", {"PRIORCLS": []}, "NOT MET", "PRIORCLS none (with TAXANE)"),
        ("LRTDT IS NULL", {"LRTDT": DAY}, "NOT MET", "LRTDT 2026-03-30 (missing)"),
        ("SBP + DBP < 200", {"SBP": 120.0, "DBP": 80.0}, "NOT MET", "SBP 120 mmHg, DBP 80 mmHg (SBP + DBP < 200)"),
        ("HIST LIKE 'SQUAMOUS%'", {"HIST": "ADENOCARCINOMA"}, "NOT MET", "HIST ADENOCARCINOMA"),
        ("ABS(SBP - DBP) > 50", {"SBP": 120.0, "DBP": 80.0}, "NOT MET", "SBP 120 mmHg, DBP 80 mmHg"),
    ],
)  # fmt: skip
def test_each_form_of_leaf(condition: str, columns: dict[str, Any], status: str, words: str) -> None:
    assert datum(condition, **columns) == (status, words)


@pytest.mark.parametrize(
    ("condition", "columns", "status", "words"),
    [
        ("AGE > 75", {"AGE": 70.0}, "MET", "AGE 70 years (<= 75)"),
        ("AGE > 75", {"AGE": 76.0}, "NOT MET", "AGE 76 years (<= 75)"),
        ("PREGNANT = 'Y'", {"PREGNANT": "Y"}, "NOT MET", "PREGNANT Y (<> Y)"),
        ("NOT (AGE <= 75)", {"AGE": 76.0}, "NOT MET", "AGE 76 years (<= 75)"),
        ("FDOSEDT - LRTDT < INTERVAL '28 days'", {"FDOSEDT": DAY, "LRTDT": BEFORE}, "NOT MET",
         "FDOSEDT 2026-03-30 - LRTDT 2026-03-10 = 20 days (>= 28 days)"),
        ("ARRAY_CONTAINS(INFECT, 'HIV')", {"INFECT": ["HIV"]}, "NOT MET", "INFECT HIV (without HIV)"),
        ("ECOG IN (2, 3)", {"ECOG": 2}, "NOT MET", "ECOG 2 (none of 2, 3)"),
        ("SBP > 150 OR DBP > 90", {"SBP": 160.0, "DBP": 80.0}, "NOT MET", "SBP 160 mmHg (<= 150)"),
        ("SBP > 150 OR DBP > 90", {"SBP": 160.0}, "NOT MET", "SBP 160 mmHg (<= 150)"),
        ("SBP > 150 OR DBP > 90", {"SBP": 140.0, "DBP": 80.0}, "MET", "SBP 140 mmHg (<= 150); DBP 80 mmHg (<= 90)"),
    ],
)  # fmt: skip
def test_the_brackets_of_an_exclusion_say_what_eligibility_asks(
    condition: str, columns: dict[str, Any], status: str, words: str
) -> None:
    assert datum(condition, name="E01", **columns) == (status, words)


@pytest.mark.parametrize(
    ("sites", "alt", "status", "words"),
    [
        (["LIVER"], 130.0, "MET", "METSITES LIVER (with LIVER); ALT 130 U/L = 3.25 x ALTULN 40 (<= 5 x ALTULN)"),
        (["LUNG"], 130.0, "NOT MET", "METSITES LUNG (without LIVER); ALT 130 U/L = 3.25 x ALTULN 40 (<= 2.5 x ALTULN)"),
        (None, 130.0, "UNKNOWN", "METSITES missing"),
        (None, 210.0, "NOT MET",
         "ALT 210 U/L = 5.25 x ALTULN 40 (<= 5 x ALTULN); ALT 210 U/L = 5.25 x ALTULN 40 (<= 2.5 x ALTULN)"),
        (None, None, "UNKNOWN", "METSITES, ALT missing"),
        (["LIVER"], None, "UNKNOWN", "ALT missing"),
    ],
)  # fmt: skip
def test_case_shows_its_condition_and_the_branch(sites: Any, alt: Any, status: str, words: str) -> None:
    typed = pl.Series([sites], dtype=pl.List(pl.String)), pl.Series([alt], dtype=pl.Float64)
    frame = pl.DataFrame({"SUBJID": ["A"], "METSITES": typed[0], "ALT": typed[1], "ALTULN": [40.0]})
    found = screen(Eligibility(inclusion=(Criterion(id="I01", text="t", condition=LIVER),)), frame)
    assert found.long().select("STATUS", "DATUM").rows() == [(status, words)]


def test_only_the_parts_that_decide_are_shown() -> None:
    both = "AGE >= 18 AND ECOG <= 1 AND BLEED = 'N'"
    assert datum(both, AGE=17.0, ECOG=2) == ("NOT MET", "AGE 17 years (>= 18); ECOG 2 (<= 1)")
    assert datum(both, AGE=40.0, ECOG=0) == ("UNKNOWN", "BLEED missing")
    assert datum("AGE >= 18 OR ECOG <= 1", AGE=40.0) == ("MET", "AGE 40 years (>= 18)")


def test_scope() -> None:
    women = "SEX = 'F' AND CHILDPOT = 'Y'"
    asked = "PREGTEST = 'NEGATIVE'"
    assert datum(asked, applies=women, SEX="M") == ("NOT APPLICABLE", "SEX M (= F)")
    assert datum(asked, applies=women, SEX="F", PREGTEST="POSITIVE") == ("UNKNOWN", "CHILDPOT missing")
    assert datum(asked, applies=women, SEX="F") == ("UNKNOWN", "PREGTEST, CHILDPOT missing")
    assert datum(asked, applies=women, SEX="F", PREGTEST="NEGATIVE") == ("MET", "PREGTEST NEGATIVE (= NEGATIVE)")


def test_a_number_that_cannot_be_used_is_named() -> None:
    assert datum("ALT / ALTULN <= 2.5", ALT=1.0, ALTULN=0.0) == ("UNKNOWN", "ALT, ALTULN missing")
    assert datum("NULL OR AGE > 90", AGE=1.0) == ("UNKNOWN", "cannot be judged")


def test_a_leaf_that_stands_in_several_parts_is_shown_once() -> None:
    twice = "(AGE >= 18 AND ECOG <= 1) OR (AGE >= 18 AND BLEED = 'N')"
    assert datum(twice, AGE=17.0, ECOG=0, BLEED="N") == ("NOT MET", "AGE 17 years (>= 18)")
    assert datum(twice, AGE=40.0, ECOG=0, BLEED="N")[1] == "AGE 40 years (>= 18); ECOG 0 (<= 1); BLEED N (= N)"
