"""Doses in running text, and what looks like one."""

import pytest

from topline.protocol.draft.quantity import doses

CASES = [
    ("500 mg daily", [(500, "mg")]),
    ("1,250 mg/m2 twice daily", [(1250, "mg/m2")]),
    ("35 mg/m² on days 1-5", [(35, "mg/m2")]),
    ("75 mg per square meter", [(75, "mg/m2")]),
    ("85 mg/m^2", [(85, "mg/m2")]),
    ("0.15mg/kg over 30 minutes", [(0.15, "mg/kg")]),
    ("12 mg per kilogram", [(12, "mg/kg")]),
    ("40 micrograms per kilogram (μg/kg)", [(40, "ug/kg")]),
    ("200 milligrams (mg) intravenously", [(200, "mg")]),
    ("carboplatin AUC 5 and pemetrexed 500 mg/m2", [(5, "AUC"), (500, "mg/m2")]),
    ("5 fractions of 7.25 Gy", [(7.25, "Gy")]),
    ("HER2-50 mg", []),
    ("haemoglobin of 90 g/L, ALT 40 IU/L, glucose 110 mg/dL, clearance 50 mL/min", []),
    ("proteinuria below 1 g / 24 h", []),
    ("AUC0-24 and AUClast", []),
    ("1 x 107 cells/kg", []),
    ("version 1.1 of the guideline", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_dose_is_read_and_a_laboratory_value_is_not(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(dose.amount, dose.unit) for dose in doses(text)] == expected


def test_the_place_of_a_dose_is_its_words() -> None:
    text = "Patients get 12 mg/kg every three weeks."
    (dose,) = doses(text)
    assert text[dose.start : dose.end] == "12 mg/kg"


@pytest.mark.parametrize(("text", "ranged"), [("80-100 mg", True), ("32 mg/m2 - 75 mg/m2", True), ("80 mg", False)])
def test_a_range_says_so_and_gives_its_lower_end(text: str, ranged: bool) -> None:
    first = doses(text)[0]
    assert (first.amount, first.ranged) == (float(text.split(" ")[0].split("-")[0]), ranged)
