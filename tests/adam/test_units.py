"""Units as laboratories write them, conversions with their published factors, and what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topline.adam.ctcae.terms import graded_tests
from topline.adam.units import Substance, conversion, parse_unit, same_kind

SAME = [
    ("10^9/L", "GI/L", "10*9/L", "x10E9/L", "10e9/L", "10⁹/L", " 10^9 / L ", "THOU/uL", "10^3/uL", "10^3/mm3", "K/uL"),
    ("10^6/L", "/uL", "1/uL", "/mm3", "cells/mm3", "10^3/mL", "cells/uL"),
    ("10^12/L", "TI/L", "MILL/uL", "10^6/uL"),
    ("mg/dL", "MG/DL", "mg/dl", "mg / dL"),
    ("umol/L", "µmol/L", "μmol/L", "UMOL/L", "nmol/mL"),
    ("g/L", "mg/mL", "gm/L", "G/L"),
    ("U/L", "IU/L", "u/l", "mU/mL"),
    ("mmHg", "mm[Hg]", "MMHG"),
    ("g/day", "g/24h", "g/d"),
    ("1", "ratio", "FRACTION", "NO UNITS", "INR"),
]

FACTORS = [
    ("GLUC", "mg/dL", "mmol/L", 0.0555, 1e-4),
    ("CREAT", "mg/dL", "umol/L", 88.4, 0.01),
    ("BILI", "mg/dL", "umol/L", 17.104, 0.001),
    ("CA", "mg/dL", "mmol/L", 0.2495, 1e-4),
    ("CA", "mEq/L", "mmol/L", 0.5, 1e-12),
    ("CA", "mEq/L", "mg/dL", 2.004, 0.001),
    ("MG", "mg/dL", "mmol/L", 0.4114, 1e-4),
    ("PHOS", "mg/dL", "mmol/L", 0.3229, 1e-4),
    ("CHOL", "mg/dL", "mmol/L", 0.02586, 1e-5),
    ("TRIG", "mg/dL", "mmol/L", 0.01129, 1e-5),
    ("URATE", "mg/dL", "umol/L", 59.48, 0.01),
    ("HGB", "g/dL", "mmol/L", 0.6206, 1e-4),
    ("K", "mEq/L", "mmol/L", 1.0, 1e-12),
    ("SODIUM", "mEq/L", "mmol/L", 1.0, 1e-12),
]
"""Factors from conventional to SI units as laboratories print them, to the digits that are customary."""


@pytest.mark.parametrize("units", SAME, ids=lambda units: units[0])
def test_spellings_of_one_unit(units: tuple[str, ...]) -> None:
    assert [conversion(units[0], other) for other in units] == [pytest.approx(1.0, rel=1e-12)] * len(units)


@pytest.mark.parametrize(("test", "source", "target", "factor", "tolerance"), FACTORS)
def test_factors(test: str, source: str, target: str, factor: float, tolerance: float) -> None:
    substance = graded_tests()[test].substance
    there, back = conversion(source, target, substance), conversion(target, source, substance)
    assert there == pytest.approx(factor, abs=tolerance)
    assert there is not None
    assert back is not None
    assert there * back == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["", " ", "furlong", "g/", "/", "x", "10^9/", "109/L", "mg%", "C", "g//L", "10^/L", "null"]
)
def test_unknown_units(text: str) -> None:
    assert parse_unit(text) is None
    assert conversion(text, "g/L") is None
    assert conversion("g/L", text) is None


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("g/L", "10^9/L"),
        ("g/L", "mmol/L"),
        ("mL/min/1.73m2", "mL/min"),
        ("U/L", "mg/L"),
        ("mmHg", "mmol/L"),
        ("%", "g/L"),
    ],
)
def test_other_kinds_are_not_converted(source: str, target: str) -> None:
    assert conversion(source, target) is None
    assert not same_kind(source, target)


def test_enzyme_activity() -> None:
    assert conversion("ukat/L", "U/L") == pytest.approx(60.0, rel=1e-12)
    assert conversion("mU/L", "uIU/mL") == pytest.approx(1.0, rel=1e-12)


def test_substance_is_needed_for_amounts() -> None:
    assert conversion("mg/dL", "mmol/L", Substance()) is None
    assert conversion("mEq/L", "mmol/L", Substance(molar_mass=40.078)) is None


@given(st.text(max_size=12))
def test_any_text_is_read_or_unknown(text: str) -> None:
    unit = parse_unit(text)
    assert unit is None or unit.magnitude > 0
