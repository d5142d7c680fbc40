"""How a parameter of the truth is declared, and the papers that several parameters are from."""

from dataclasses import field
from typing import TypeVar

T = TypeVar("T")

MOTESANIB = "Claret 2014, CPT 95:446, Table S1 (NSCLC)"
PAZOPANIB = "Ouerdani 2015, CPT PSP 4:660, Table 1 (RCC)"
ESO = "ESO-Shanghai 11, PMC8176978 (n=40)"
CAP02 = "accrual of CAP 02 and ESO-Shanghai 11: 3.1 to 3.7 a month"


def parameter(default: T, meaning: str, unit: str, source: str) -> T:
    """Return a dataclass field that knows its meaning, unit and source."""
    return field(default=default, metadata={"meaning": meaning, "unit": unit, "source": source})
