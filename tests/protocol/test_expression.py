"""Conditions over a table: which are sound, and what is said of the others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.protocol.expression import date_fault, expression_fault
from topline.tables.adam import ADRS, ADSL

SOUND = [
    "TRTFL = 'Y'",
    "TRTFL = 'Y' AND BLSCNFL = 'Y' AND PBSCNFL = 'Y'",
    "TRUE",
    "AGE BETWEEN 18 AND 80 OR AGE IS NULL",
    "SEX IN ('F', 'M') AND NOT (AGE < 65)",
    "TRTSDT < DTHDT",
    "TRTSDT >= DATE '2024-01-05'",
    "LOWER(SEX) = 'f'",
    "DCTREAS LIKE 'ADVERSE%'",
    "DCTREAS = 'Agg' OR DCTREAS = 'CURRENT_DATE'",
    "CASE WHEN AGE > 64 THEN TRUE ELSE FALSE END",
]
FAULTY = {
    "TRTFL =": "is not an SQL expression",
    "": "is not an SQL expression",
    "*": "is not an SQL expression",
    "SELECT 1": "is not an SQL expression",
    "TRTFL = 'Y'; DROP TABLE ADSL": "is not an SQL expression",
    "(" * 3000 + "AGE > 1" + ")" * 3000: "is not an SQL expression",
    "TRTFLG = 'Y'": "ADSL has no column TRTFLG",
    "trtfl = 'Y' AND AGE > X": "ADSL has no column",
    "ADSL.AGE > 1": "ADSL has no column ADSL",
    "AVALC = 'CR'": "ADSL has no column AVALC",
    "AGE": "not true or false",
    "AGE + 1": "not true or false",
    "'Y'": "not true or false",
    "TRTFL": "not true or false",
    "AGE > 'x'": "cannot be asked",
    "NOT TRTFL": "cannot be asked",
    "TRTSDT > '2020-01-01'": "cannot be asked",
    "EXISTS (SELECT 1)": "cannot be asked",
    "COUNT(*) > 3": "names no column",
    "1 = 1": "names no column",
    "AGE > AVG(AGE)": "row by row",
    "RANK() OVER (ORDER BY AGE) > 1": "row by row",
    "SUM(AGE) OVER () > 3": "row by row",
    "TRTSDT < CURRENT_DATE": "asks the clock",
}


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_condition_passes(text: str) -> None:
    assert expression_fault(text, ADSL) is None


@pytest.mark.parametrize(("text", "says"), FAULTY.items(), ids=range(len(FAULTY)))
def test_a_faulty_condition_is_explained(text: str, says: str) -> None:
    assert says in (expression_fault(text, ADSL) or "")


def test_a_condition_is_over_its_own_table() -> None:
    assert expression_fault("PARAMCD = 'PD' AND AVALC = 'Y'", ADRS) is None
    assert expression_fault("TRTFL = 'Y'", ADRS) == "ADRS has no column TRTFL"


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    fault = expression_fault(text, ADSL)
    assert fault is None or fault


@pytest.mark.parametrize(
    ("name", "says"), [("ADT", None), ("ADTT", "ADRS has no column ADTT"), ("AVAL", "ADRS.AVAL is not a date")]
)
def test_a_date_is_a_date_column(name: str, says: str | None) -> None:
    assert date_fault(name, ADRS) == says
