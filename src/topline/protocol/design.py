"""The hypotheses of the trial and the rule that decides, as the protocol states them."""

from typing import Literal

from pydantic import Field, model_validator

from topline.protocol.coherence import design_faults, refuse
from topline.protocol.part import Part


class Design(Part):
    """A single-arm design on a rate: null and target rate, one-sided level, power, and the rule.

    `single stage`: success when at least `success_at_least` of `patients` have the response. `two stage` (Simon 1989,
    doi:10.1016/0197-2456(89)90015-9): stop after `first_stage_patients` when at most `futility_at_most` respond.
    """

    kind: Literal["single stage", "two stage"] = Field(description="one look at the data, or two (Simon 1989)")
    endpoint: str = Field(min_length=1, description="the id of the endpoint that decides; its analysis is a rate")
    null_rate: float = Field(gt=0, lt=1, description="the rate that would not be worth a further trial")
    target_rate: float = Field(gt=0, lt=1, description="the rate hoped for")
    alpha: float = Field(gt=0, lt=0.5, description="one-sided level: chance of success at `null_rate`, at most")
    power: float = Field(gt=0.5, lt=1, description="chance of success at `target_rate`, at least")
    patients: int = Field(ge=1, le=10000, description="patients in the decision, both stages together")
    success_at_least: int = Field(ge=1, description="success with at least so many responders")
    first_stage_patients: int | None = Field(default=None, ge=1, description="patients of the first of two stages")
    futility_at_most: int | None = Field(
        default=None, ge=0, description="stop after the first stage with at most so many responders"
    )

    @model_validator(mode="after")
    def _coherent(self) -> "Design":
        refuse(design_faults({"design": self.model_dump()}))
        return self


class AnalysisSet(Part):
    """A set of subjects: an SQL boolean expression over ADSL."""

    id: str = Field(pattern=r"^[A-Z]{2,6}$", description="two to six capitals; ADSL holds the set's flag as idFL")
    label: str = Field(min_length=1, max_length=100, description="the name of the set in English")
    label_zh: str = Field(min_length=1, max_length=100, description="the name of the set in Chinese")
    where: str = Field(min_length=1, max_length=2000, description="SQL boolean expression over ADSL")

    @property
    def flag(self) -> str:
        """The ADSL flag of the set, for example FASFL."""
        return f"{self.id}FL"
