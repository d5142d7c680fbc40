"""Units: hand-computed conversions to the unit of the column."""

import pytest

from topline.protocol.eligibility.concepts import units
from topline.protocol.eligibility.concepts.units import Unit, convert, parse_cell_unit, parse_unit


@pytest.mark.parametrize(
    ("written", "value", "expected"),
    [
        ("x 10^9/L", 1.5, 1.5),
        ("×10⁹/L", 100, 100),
        ("x 109/L", 75, 75),  # the superscript was lost
        ("x 10E9/L", 1.5, 1.5),
        ("10*9/L", 1.5, 1.5),
        ("/uL", 1500, 1.5),
        ("/µL", 1500, 1.5),
        ("/mm3", 100000, 100),
        ("/mm^3", 100000, 100),
        ("cells/mcL", 750, 0.75),
        ("per microliter", 1500, 1.5),
        ("K/uL", 100, 100),
        ("x 10^3/uL", 100, 100),
        ("x10³/mm³", 100, 100),
        ("x 10^6/L", 1500, 1.5),
        ("G/L", 1.5, 1.5),
    ],
)
def test_counts_become_billions_in_a_litre(written: str, value: float, expected: float) -> None:
    unit = parse_cell_unit(written, 0)
    assert unit is not None
    assert unit.end == len(written)
    assert convert(value, unit) == expected


@pytest.mark.parametrize(
    ("spellings", "written", "value", "expected"),
    [
        (units.HAEMOGLOBIN, "g/dL", 9, 90),
        (units.HAEMOGLOBIN, "g/L", 90, 90),
        (units.HAEMOGLOBIN, "mmol/L", 5.6, 90.2384),  # 5.6 x 16.114
        (units.BILIRUBIN, "mg/dL", 1.5, 25.65),  # 1.5 x 17.1
        (units.BILIRUBIN, "μmol/L", 30, 30),
        (units.CREATININE, "mg/dL", 1.5, 132.6),  # 1.5 x 88.4
        (units.CREATININE, "umol/l", 133, 133),
        (units.MASS, "g/dl", 3.5, 35),
        (units.ENZYME, "IU/L", 100, 100),
        (units.CLEARANCE, "mL/min", 60, 60),
        (units.FILTRATION, "mL/min/1.73 m2", 60, 60),
        (units.DAILY, "mg/24 hours", 500, 0.5),
        (units.DAILY, "g", 1, 1),
    ],
)
def test_amounts_become_the_unit_of_the_column(spellings, written: str, value: float, expected: float) -> None:
    unit = parse_unit(written, 0, spellings)
    assert unit is not None
    assert unit.words == written
    assert convert(value, unit) == expected


def test_a_clearance_by_body_surface_is_no_clearance() -> None:
    assert parse_unit("mL/min/1.73 m2", 0, units.CLEARANCE) is None
    assert parse_unit("mL/min", 0, units.FILTRATION) is None


@pytest.mark.parametrize("written", ["x 10^9", "g/dL", "x 1.5", "/year", "mg/L"])
def test_other_units_are_no_counts(written: str) -> None:
    assert parse_cell_unit(written, 0) is None


def test_conversion_leaves_no_noise_of_binary_numbers() -> None:
    assert convert(1.1, Unit("mg/dL", 0, 88.4)) == 97.24
