"""What the analyses of safety share: the population, settings of methods, and the data that they are planned for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from topline.protocol.model import Protocol
from topline.stats.analysis import Value

Adam = Mapping[str, pl.DataFrame]

SAFETY_SETS = ("SAF", "SAS", "SS")
"""Ids that analysis sets for safety go by."""
MONTHS = (1.0, 2.0, 3.0, 6.0, 12.0)


@dataclass(frozen=True, slots=True)
class SafetyPlan:
    """What the analyses of safety share: the population and its condition, settings of methods, ADaM.

    `ended` says whether the end of the time in which events count is a competing event ("competes") or censoring
    ("censors").
    """

    population: str
    condition: str
    confidence: float
    month: float
    adam: Adam
    ended: str = "competes"
    months: tuple[float, ...] = field(default=MONTHS)

    def where(self, condition: str = "") -> str:
        """Return a condition with that of the population."""
        return " AND ".join(part for part in (condition, self.condition) if part)

    def settings(self, **more: Value) -> dict[str, Value]:
        """Return the settings that every method may need, with more."""
        return {"confidence": self.confidence, "month": self.month, **more}


def safety_plan(protocol: Protocol, adam: Adam) -> SafetyPlan:
    """Return the plan of a protocol: in the analysis set with the id SAF, SAS or SS, else in every treated subject."""
    own = next((each for each in protocol.analysis_sets if each.id in SAFETY_SETS), None)
    condition = f"{own.flag} = 'Y'" if own else ""
    return SafetyPlan(own.id if own else "treated", condition, protocol.confidence, protocol.days_per_month, adam)
