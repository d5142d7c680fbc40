"""Small LB and VS tables for tests, and the treatment period of their subjects."""

from datetime import date
from typing import Any

import polars as pl

from topline.tables.conform import conform
from topline.tables.sdtm import SDTM

FIRST_DOSE = date(2024, 3, 1)
UNTIL = date(2024, 7, 1)

SODIUM = {"LBTESTCD": "SODIUM", "LBTEST": "Sodium", "LBSTRESU": "mmol/L", "LBSTNRLO": 135.0, "LBSTNRHI": 145.0}
ALT = {"LBTESTCD": "ALT", "LBTEST": "Alanine Aminotransferase", "LBSTRESU": "U/L", "LBSTNRLO": 0.0, "LBSTNRHI": 40.0}
AST = {**ALT, "LBTESTCD": "AST", "LBTEST": "Aspartate Aminotransferase"}
ALP = {**ALT, "LBTESTCD": "ALP", "LBTEST": "Alkaline Phosphatase", "LBSTNRHI": 120.0}
BILI = {"LBTESTCD": "BILI", "LBTEST": "Bilirubin", "LBSTRESU": "umol/L", "LBSTNRLO": 0.0, "LBSTNRHI": 20.0}
NEUT = {"LBTESTCD": "NEUT", "LBTEST": "Neutrophils", "LBSTRESU": "10^9/L", "LBSTNRLO": 2.0, "LBSTNRHI": 7.5}


def result(test: dict[str, Any], value: float | str | None, day: str | None, **more: Any) -> dict[str, Any]:
    """Return a record of a test; a text is a result that is no plain number."""
    number = value if isinstance(value, int | float) else None
    return {**test, "LBSTRESC": None if value is None else str(value), "LBSTRESN": number, "LBDTC": day, **more}


def lab_table(*records: dict[str, Any], subject: str = "001") -> pl.DataFrame:
    """Return the records as LB, numbered, of one subject unless they say otherwise."""
    rows = [
        {"STUDYID": "S", "DOMAIN": "LB", "USUBJID": subject, "LBSEQ": number, **record}
        for number, record in enumerate(records, start=1)
    ]
    empty = SDTM["LB"].empty()
    return pl.concat(
        [empty, conform(pl.DataFrame(rows, infer_schema_length=None), SDTM["LB"])[0]], how="diagonal_relaxed"
    )


def periods(*subjects: str, first: date | None = FIRST_DOSE, until: date | None = UNTIL) -> pl.DataFrame:
    """Return the treatment period of each subject."""
    rows = [{"STUDYID": "S", "USUBJID": each, "TRTSDT": first, "UNTIL": until} for each in subjects or ("001",)]
    return pl.DataFrame(rows, schema={"STUDYID": pl.String, "USUBJID": pl.String, "TRTSDT": pl.Date, "UNTIL": pl.Date})
