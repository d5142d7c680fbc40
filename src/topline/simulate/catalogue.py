"""The tests of blood, urine and vital signs as SDTM names them, with unit, decimals and limits of normal."""

from dataclasses import dataclass
from typing import Literal

Limits = tuple[float | None, float | None]
NONE: Limits = (None, None)
HAEMATOLOGY, CHEMISTRY, URINALYSIS = "HEMATOLOGY", "CHEMISTRY", "URINALYSIS"


@dataclass(frozen=True, slots=True)
class Assay:
    """A test: its short name and name, domain, unit, decimals of a result, limits of normal of men and women."""

    code: str
    name: str
    domain: Literal["LB", "VS"]
    unit: str
    decimals: int
    men: Limits = NONE
    women: Limits = NONE
    category: str = ""
    specimen: str = "BLOOD"

    def limits(self, female: bool) -> Limits:
        """Return the limits of normal of this sex; where women have none of their own, those of men."""
        return self.women if female and self.women != NONE else self.men


def _blood(code: str, name: str, unit: str, decimals: int, *limits: Limits) -> Assay:
    women = limits[1] if len(limits) > 1 else NONE
    return Assay(code, name, "LB", unit, decimals, limits[0], women, HAEMATOLOGY)


def _serum(code: str, name: str, unit: str, decimals: int, *limits: Limits) -> Assay:
    women = limits[1] if len(limits) > 1 else NONE
    return Assay(code, name, "LB", unit, decimals, limits[0], women, CHEMISTRY, "SERUM")


LABORATORY = (
    _blood("WBC", "Leukocytes", "10^9/L", 2, (3.5, 9.5)),
    _blood("NEUT", "Neutrophils", "10^9/L", 2, (1.8, 6.3)),
    _blood("LYM", "Lymphocytes", "10^9/L", 2, (1.1, 3.2)),
    _blood("HGB", "Hemoglobin", "g/L", 0, (130, 175), (115, 150)),
    _blood("PLAT", "Platelets", "10^9/L", 0, (125, 350)),
    _serum("ALT", "Alanine Aminotransferase", "U/L", 0, (9, 50), (7, 40)),
    _serum("AST", "Aspartate Aminotransferase", "U/L", 0, (15, 40), (13, 35)),
    _serum("BILI", "Bilirubin", "umol/L", 1, (0, 26), (0, 21)),
    _serum("ALP", "Alkaline Phosphatase", "U/L", 0, (45, 125), (50, 135)),
    _serum("CREAT", "Creatinine", "umol/L", 0, (57, 111), (41, 81)),
    _serum("ALB", "Albumin", "g/L", 1, (40, 55)),
    _serum("K", "Potassium", "mmol/L", 2, (3.5, 5.3)),
    _serum("SODIUM", "Sodium", "mmol/L", 0, (137, 147)),
    Assay("PROT", "Protein", "LB", "g/day", 3, category=URINALYSIS, specimen="URINE"),
)
"""Limits near those of the Chinese adult reference intervals WS/T 404 and WS/T 405 (assumed)."""

VITAL_SIGNS = (
    Assay("SYSBP", "Systolic Blood Pressure", "VS", "mmHg", 0),
    Assay("DIABP", "Diastolic Blood Pressure", "VS", "mmHg", 0),
    Assay("PULSE", "Pulse Rate", "VS", "beats/min", 0),
    Assay("TEMP", "Temperature", "VS", "C", 1),
    Assay("WEIGHT", "Weight", "VS", "kg", 1),
    Assay("HEIGHT", "Height", "VS", "cm", 0),
)

ASSAYS = {assay.code: assay for assay in (*LABORATORY, *VITAL_SIGNS)}

DIPSTICK = ((0.15, "NEGATIVE"), (0.3, "TRACE"), (1.0, "1+"), (2.0, "2+"), (3.5, "3+"), (float("inf"), "4+"))
"""What a strip shows of protein below so many grams a day (assumed; CTCAE grades 1+ with less than 1.0 g)."""

URINE_GRADES = ((0.3, 1), (1.0, 2), (3.5, 3))
"""From how many grams a day on proteinuria has which grade (CTCAE 4.03 and 5.0)."""

PRESSURE_GRADES = {"SYSBP": ((140, 2), (160, 3)), "DIABP": ((90, 2), (100, 3))}
"""From which pressure [mmHg] on hypertension has which grade (CTCAE 4.03 and 5.0); other versions have no figures."""
