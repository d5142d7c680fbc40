"""Signals of liver injury: maxima on treatment, quadrants at their borders, and Hy's law in time."""

from typing import Any

import polars as pl
import pytest

from tests.adam.lab_records import ALP, ALT, AST, BILI, lab_table, periods, result
from topline.adam.ctcae.grading import Grader
from topline.adam.lab import derive_lab


def liver(*records: dict[str, Any]) -> dict[str, tuple[float | None, str]]:
    adlb, _ = derive_lab(lab_table(*records), periods(), Grader("5.0"))
    rows = adlb.filter(PARAMTYP="DERIVED")
    return {code: (value, word) for code, value, word in rows.select("PARAMCD", "AVAL", "AVALC").iter_rows()}


def test_maxima_are_of_values_on_treatment() -> None:
    found = liver(
        result(ALT, 400, "2024-02-20"),
        result(ALT, 60, "2024-03-20"),
        result(AST, 90, "2024-04-20"),
        result(AST, 800, "2024-08-20"),
        result(BILI, 30, "2024-04-20"),
    )
    assert found["TRANSMAX"] == (2.25, "2.25")
    assert found["BILIMAX"] == (1.5, "1.5")
    assert found["HYQUAD"] == (None, "NORMAL OR NEAR NORMAL")
    assert found["HYSLAW"] == (None, "N")


@pytest.mark.parametrize(
    ("alt", "bilirubin", "quadrant"),
    [
        (119.9, 40.0, "NORMAL OR NEAR NORMAL"),
        (119.9, 40.1, "CHOLESTASIS"),
        (120.0, 40.0, "TEMPLE'S COROLLARY"),
        (120.0, 40.1, "POTENTIAL HY'S LAW"),
    ],
)
def test_quadrants(alt: float, bilirubin: float, quadrant: str) -> None:
    """3 x ULN of a transaminase is raised, 2 x ULN of bilirubin is not yet."""
    found = liver(result(ALT, alt, "2024-03-20"), result(BILI, bilirubin, "2024-03-20"))
    assert found["HYQUAD"][1] == quadrant


@pytest.mark.parametrize(
    ("day", "law"), [("2024-03-19", "N"), ("2024-03-20", "Y"), ("2024-04-19", "Y"), ("2024-04-20", "N")]
)
def test_bilirubin_follows_within_30_days(day: str, law: str) -> None:
    found = liver(result(ALT, 200, "2024-03-20"), result(BILI, 60, day))
    assert found["HYQUAD"][1] == "POTENTIAL HY'S LAW"
    assert found["HYSLAW"][1] == law


def test_cholestasis_speaks_against_it() -> None:
    records = (result(ALT, 200, "2024-03-20"), result(BILI, 60, "2024-03-25"))
    assert liver(*records, result(ALP, 239, "2024-03-20"))["HYSLAW"][1] == "Y"
    assert liver(*records, result(ALP, 240, "2024-03-20"))["HYSLAW"][1] == "N"
    assert liver(*records, result(ALP, 240, "2024-03-25"))["HYSLAW"][1] == "Y"


def test_one_of_the_two_gives_no_quadrant() -> None:
    assert set(liver(result(ALT, 200, "2024-03-20"))) == {"TRANSMAX"}
    assert set(liver(result(BILI, 60, "2024-03-20"))) == {"BILIMAX"}
    assert liver(result(ALP, 300, "2024-03-20")) == {}


def test_a_unit_that_the_test_cannot_have_is_no_signal() -> None:
    """ALT of 200 mmol/L at a limit of 40 mmol/L is no transaminase of 5 x ULN; in ukat/L 3.4 at 0.667 is one of 5.1."""
    records = (result(ALT, 60, "2024-03-20"), result(BILI, 60, "2024-03-25"))
    amount, activity = ({**AST, "LBSTRESU": unit, "LBSTNRHI": at} for unit, at in (("mmol/L", 40.0), ("ukat/L", 0.667)))
    found = liver(*records, result(amount, 200, "2024-03-20"))
    assert found["TRANSMAX"] == (1.5, "1.5")
    assert (found["HYQUAD"][1], found["HYSLAW"][1]) == ("CHOLESTASIS", "N")
    found = liver(*records, result(activity, 3.4, "2024-03-20"))
    assert found["TRANSMAX"][1] == "5.097451"
    assert (found["HYQUAD"][1], found["HYSLAW"][1]) == ("POTENTIAL HY'S LAW", "Y")
    assert "TRANSMAX" not in liver(result(amount, 200, "2024-03-20"), result(BILI, 60, "2024-03-25"))
    unknown = {**AST, "LBSTRESU": "IE/L"}
    assert liver(*records, result(unknown, 200, "2024-03-20"))["TRANSMAX"] == (5.0, "5.0")


def test_derived_rows_name_their_records() -> None:
    adlb, _ = derive_lab(
        lab_table(result(ALT, 200, "2024-03-20"), result(BILI, 60, "2024-03-25")), periods(), Grader("5.0")
    )
    rows = adlb.filter(PARAMTYP="DERIVED")
    records = dict(rows.select("PARAMCD", "SRCRECS").iter_rows())
    assert records == {
        "TRANSMAX": ["LB 1"],
        "BILIMAX": ["LB 2"],
        "HYQUAD": ["LB 1", "LB 2"],
        "HYSLAW": ["LB 1", "LB 2"],
    }
    maximum = rows.row(by_predicate=pl.col("PARAMCD") == "TRANSMAX", named=True)
    source = adlb.row(by_predicate=pl.col("ASEQ") == maximum["SRCSEQ"], named=True)
    assert (source["PARAMCD"], source["R2ANRHI"]) == ("ALT", maximum["AVAL"])
