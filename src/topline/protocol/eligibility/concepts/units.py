"""Units of laboratory limits, and what a number in each becomes in the unit of its column of PATIENTS.

Factors are exact definitions or molar masses: bilirubin 584.66 g/mol (1 mg/dL is 17.1 umol/L), creatinine 113.12 g/mol
(1 mg/dL is 88.4 umol/L), haemoglobin by its monomer 16,114 g/mol, as laboratories report mmol/L.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MICRO = r"(?:[uµμ]|mc|micro)"
LITRE = r"l(?:it(?:er|re))?"
DECI = r"(?:dl|deciliter|decilitre|100 ?ml)"
HOURS = r"(?:24[ -]?(?:h(?:ou)?rs?|h)|day|d)"
PER = r"\s?(?:/|per)\s?"
CELL_UNIT = re.compile(
    rf"""(?:(?P<times>[x×*·]|times)\s?)?
    (?:(?P<power>10\s?(?:\^|\*\*?|e|exp)?\s?(?P<exponent>[³⁹⁶⁴]|12|[34569])|1,?000|(?P<billion>giga|g)(?=\s?/\s?l\b)
       |(?P<thousand>thousand|k)(?=\s?(?:/|per|cells)))\s?)?
    (?:(?:cells?|platelets?|neutrophils?|leu[ck]ocytes?)?{PER}(?P<volume>{MICRO}\s?{LITRE}|mm\s?\^?[3³]|cu(?:bic)?\s?mm|{LITRE})(?![\w^]))""",
    re.IGNORECASE | re.VERBOSE,
)
SUPERSCRIPT = {"³": 3, "⁴": 4, "⁶": 6, "⁹": 9}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is written, where it ends, and what one of it is in the unit of the column."""

    words: str
    end: int
    factor: float


def _units(**spellings: float) -> dict[re.Pattern[str], float]:
    return {re.compile(SPELLINGS[name], re.IGNORECASE): factor for name, factor in spellings.items()}


FOREIGN = re.compile(
    r"\s?(?:[x×]\s?)?(?:10\S{0,3}\s?)?[a-zµμ]{0,5}(?:\s?/\s?(?:[a-zµμ]{1,4}\d?|1\.73\s?m\S?)(?!\w)){1,2}", re.IGNORECASE
)
"""What looks like a unit but is none that is understood of a test."""
AGAIN = re.compile(rf"\s?[\[(](?:cells/)?/?(?:{MICRO}L|g/dL|mg/dL|mm3|mL/min)[\])]", re.IGNORECASE)
"""A unit said once more in brackets: `per microlitre (uL)`."""
SPELLINGS: Mapping[str, str] = {
    "g_l": rf"g(?:m|rams?)?{PER}{LITRE}(?!\w)",
    "g_dl": rf"g(?:m|rams?)?{PER}{DECI}(?!\w)|g%",
    "mg_dl": rf"mg{PER}{DECI}(?!\w)|mg%",
    "mg_l": rf"mg{PER}{LITRE}(?!\w)",
    "mmol_l": rf"mmol{PER}{LITRE}(?!\w)",
    "umol_l": rf"{MICRO}mol(?:es)?{PER}{LITRE}(?!\w)",
    "u_l": rf"(?:i\.?u\.?|u(?:nits?)?){PER}{LITRE}(?!\w)",
    "ml_min": rf"m[l]s?{PER}min(?:ute)?(?!\w)(?!\s?/\s?1[.,]73)",
    "ml_min_area": rf"m[l]s?{PER}min(?:ute)?{PER}1\.73\s?m\s?(?:\^?2|²)?(?!\w)",
    "second": r"s(?:ec(?:ond)?s?)?(?![\w/])",
    "percent": r"%|percent(?!\w)",
    "ms": r"m(?:illi)?s(?:ec(?:ond)?s?)?(?![\w/])",
    "mmhg": r"mm\s?(?:of\s)?(?:hg|mercury)(?!\w)",
    "g_day": rf"g(?:m|rams?)?(?:{PER}{HOURS})?(?![\w/])",
    "mg_day": rf"mg(?:{PER}{HOURS})?(?![\w/])",
}
"""How units are spelled; each is a regular expression without nested repetition."""

MASS = _units(g_l=1.0, g_dl=10.0)
HAEMOGLOBIN = MASS | _units(mmol_l=16.114)
BILIRUBIN = _units(umol_l=1.0, mg_dl=17.1)
CREATININE = _units(umol_l=1.0, mg_dl=88.4)
ENZYME = _units(u_l=1.0)
CLEARANCE = _units(ml_min=1.0)
FILTRATION = _units(ml_min_area=1.0)
SECONDS = _units(second=1.0)
PERCENT = _units(percent=1.0)
MILLISECONDS = _units(ms=1.0)
PRESSURE = _units(mmhg=1.0)
DAILY = _units(g_day=1.0, mg_day=0.001)


def parse_unit(text: str, start: int, spellings: Mapping[re.Pattern[str], float]) -> Unit | None:
    """Return the unit that stands at a place, among those of an analyte.

    >>> parse_unit("9 g/dL", 2, MASS)
    Unit(words='g/dL', end=6, factor=10.0)
    """
    for pattern, factor in spellings.items():
        if found := pattern.match(text, start):
            return Unit(found.group(), found.end(), factor)
    return None


def parse_cell_unit(text: str, start: int) -> Unit | None:
    """Return a unit of cell counts, in 10^9/L: `x 10^9/L`, `/mm3`, `K/uL`, `x10^3/uL`; a lost superscript is read.

    >>> [parse_cell_unit(unit, 0).factor for unit in ("x 10^9/L", "/mm3", "K/uL", "× 10³/µL", "x 109/L", "cells/mcL")]
    [1.0, 0.001, 1.0, 1.0, 1.0, 0.001]
    """
    found = CELL_UNIT.match(text, start)
    if found is None:
        return None
    exponent = _exponent(found)
    if exponent is None:
        return None
    litres = found["volume"].lower().startswith("l")
    return Unit(found.group(), found.end(), float(f"1e{exponent - (9 if litres else 3)}"))


def _exponent(found: re.Match[str]) -> int | None:
    """Return the power of ten in front of a count's volume; None where it cannot be one."""
    if found["billion"]:
        return 9
    if found["thousand"]:
        return 3
    if found["power"] is None:
        return 0 if found["times"] is None else None
    if found["exponent"] is None:  # 1000 or 1,000
        return 3
    return SUPERSCRIPT.get(found["exponent"]) or int(found["exponent"])


def convert(value: float, unit: Unit) -> float:
    """Return a number in the unit of its column, in 12 significant digits.

    >>> convert(1.5, Unit("mg/dL", 0, 88.4)), convert(1500, Unit("/uL", 0, 0.001))
    (132.6, 1.5)
    """
    return float(f"{value * unit.factor:.12g}")
