"""The hypotheses of the trial and the rule that decides, as the protocol states them."""

from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from topline.protocol.coherence import design_faults, refuse
from topline.protocol.part import Part
from topline.protocol.rule.boundary import Boundary, rule_of


class Look(Part):
    """A look before the last one, and what stops the trial there."""

    patients: int = Field(ge=1, description="patients at this look, all looks together")
    futility_at_most: int | None = Field(
        default=None, ge=0, description="stop without success at so many responders or fewer; null: no number does"
    )
    success_at_least: int | None = Field(
        default=None, ge=1, description="stop with success at so many responders or more; null: no number does"
    )


class Design(Part):
    """A single-arm design on a rate: null and target rate, one-sided level, power, and the rule.

    `single stage`: success when at least `success_at_least` of `patients` have the response. `two stage` (Simon 1989,
    doi:10.1016/0197-2456(89)90015-9): stop after `first_stage_patients` when at most `futility_at_most` respond.
    `sequential`: `looks` lists every look before the last one, with its bounds for futility, for success, or both.
    """

    kind: Literal["single stage", "two stage", "sequential"] = Field(
        description="one look at the data, two with a stop for futility (Simon 1989), or those listed in `looks`"
    )
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
    looks: tuple[Look, ...] = Field(
        default=(), max_length=1000, description="of a sequential design: the looks before the last one, in order"
    )

    @property
    def rule(self) -> Boundary:
        """The stopping rule, whatever the kind: every look with its bounds."""
        early: list[tuple[int, int | None, int | None]]
        early = [(look.patients, look.futility_at_most, look.success_at_least) for look in self.looks]
        if self.first_stage_patients is not None:
            early = [(self.first_stage_patients, self.futility_at_most, None)]
        return rule_of(early, self.patients, self.success_at_least)

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the looks where there are none: a study that has none keeps its digest."""
        written: dict[str, Any] = handler(self)
        if not self.looks:
            del written["looks"]
        return written

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
