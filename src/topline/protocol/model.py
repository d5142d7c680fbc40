"""The Protocol: the one executable statement of a trial that drives every stage."""

import hashlib
import json
from typing import Annotated, Literal, TypeVar

from pydantic import Field, model_validator

from topline.protocol.biomarker import Biomarkers
from topline.protocol.coherence import faults, refuse
from topline.protocol.criteria import Criteria
from topline.protocol.design import AnalysisSet, Design
from topline.protocol.eligibility.criterion import Eligibility
from topline.protocol.endpoints import Endpoint, Landmark
from topline.protocol.monitoring import ToxicityMonitoring
from topline.protocol.part import Fixed, FixedMapping, Part, Words
from topline.protocol.schedule import Schedule

Named = TypeVar("Named", Endpoint, AnalysisSet)


class Identifiers(Part):
    """How the trial is named: study identifier (STUDYID), registry number, titles, sponsor, phase."""

    study: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$",
        description="the study identifier (STUDYID): 2 to 40 letters, digits, dots, dashes",
    )
    registry: str = Field(default="", max_length=40, description="the number in the trial registry")
    others: tuple[str, ...] = Field(default=(), description="further identifiers")
    title: Words = Field(description="the title")
    sponsor: str = Field(min_length=1, max_length=200, description="who is responsible for the trial")
    phase: Literal["1/2", "2", "2/3"] = Field(default="2", description="the phase, in quotes")
    version: str = Field(
        default="1.0", min_length=1, max_length=40, description="the version of the protocol, in quotes"
    )


class Ages(Part):
    """Ages that may enrol [years], limits included; None is no limit."""

    minimum: int | None = Field(default=None, ge=0, le=120, description="youngest age [years]; null: no limit")
    maximum: int | None = Field(default=None, ge=0, le=120, description="oldest age [years]; null: no limit")


class Population(Part):
    """Who is treated, and how many are planned."""

    condition: Words = Field(description="the disease")
    description: Words = Field(description="who is treated, in a sentence")
    ages: Ages = Field(description="ages that may enrol, limits included")
    sex: Literal["all", "female", "male"] = Field(default="all", description="sexes that may enrol")
    planned: int = Field(ge=1, le=10000, description="planned number of patients")


class Intervention(Part):
    """A drug with its dose, unit and route; `days` are the days of its cycle on which it is given (empty: every day).

    Its cycle is `cycle_days` long or, where that is None, as long as the trial's.
    """

    name: str = Field(min_length=1, max_length=200, description="the drug as EXTRT holds it")
    label: Words = Field(description="the drug's name")
    dose: float = Field(gt=0, description="one dose, in `unit`")
    unit: str = Field(min_length=1, max_length=40, description="the unit of the dose (EXDOSU), for example mg or mg/m2")
    route: str = Field(default="ORAL", min_length=1, max_length=40, description="the route (EXROUTE)")
    times_per_day: int = Field(default=1, ge=1, le=6, description="doses on a day of treatment")
    days: tuple[Annotated[int, Field(ge=1, le=84)], ...] = Field(
        default=(), description="days of the cycle on which the drug is given; empty: every day"
    )
    cycle_days: int | None = Field(
        default=None, ge=1, le=84, description="the drug's own cycle [days]; null: `schedule.cycle_days`"
    )


class Arm(Part):
    """A treatment arm with its interventions."""

    code: str = Field(pattern=r"^[A-Z0-9_]{1,20}$", description="the arm's code (ARMCD)")
    label: Words = Field(description="the arm's name (ARM)")
    interventions: tuple[Intervention, ...] = Field(min_length=1, description="the drugs of the arm")


class Protocol(Part):
    """A protocol is everything that topline needs to run a trial, as an immutable value with a digest.

    `assumed` maps the dotted path of each statement that the registry record leaves open to the reason for the value
    that stands there.
    """

    topline: Literal[1] = Field(description="the version of this format")
    identifiers: Identifiers = Field(description="how the trial is named")
    population: Population = Field(description="who is treated")
    eligibility: Eligibility = Field(default=Eligibility(), description="the criteria of inclusion and exclusion")
    arms: tuple[Arm, ...] = Field(min_length=1, description="the treatment arms")
    schedule: Schedule = Field(description="when things happen")
    criteria: Criteria = Field(description="the criteria the trial judges by")
    analysis_sets: tuple[AnalysisSet, ...] = Field(min_length=1, description="the sets of patients that are analysed")
    landmark: Landmark = Field(default=Landmark(), description="disease control at a point in time (parameter DCLM)")
    endpoints: tuple[Endpoint, ...] = Field(min_length=1, description="what the trial wants to know")
    design: Design = Field(description="the hypotheses and the rule that decides")
    monitoring: ToxicityMonitoring | None = Field(
        default=None, description="when enrolment stops for toxicity; null: no rule"
    )
    biomarkers: Biomarkers = Field(
        default=Biomarkers(), description="the markers, and how a search among them is corrected"
    )
    confidence: float = Field(default=0.95, gt=0.5, lt=1, description="the level of all two-sided intervals")
    days_per_month: float = Field(default=30.4375, gt=27, lt=32, description="the length of a month [days]")
    assumed: FixedMapping[str, Annotated[str, Field(min_length=1, max_length=2000)]] = Field(
        default_factory=Fixed,
        description="by dotted path (list items by id, code, name or index): why a value that the record leaves open "
        "is as it stands",
    )
    accepted: FixedMapping[
        Annotated[str, Field(pattern=r"^[A-Z]{3}-[0-9]{2}$")], Annotated[str, Field(min_length=1, max_length=2000)]
    ] = Field(default_factory=Fixed, description="by lint rule (OUT-07): why the team accepts what it finds")

    @property
    def digest(self) -> str:
        """The SHA-256 of the protocol's content: equal for equal content, whatever the layout of the file."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint with this id; raise KeyError when there is none."""
        return _named(self.endpoints, name)

    def analysis_set(self, name: str) -> AnalysisSet:
        """Return the analysis set with this id; raise KeyError when there is none."""
        return _named(self.analysis_sets, name)

    @model_validator(mode="after")
    def _coherent(self) -> "Protocol":
        refuse(faults(self.model_dump()))
        return self


def _named(parts: tuple[Named, ...], name: str) -> Named:
    """Return the part with this id."""
    for part in parts:
        if part.id == name:
            return part
    raise KeyError(name)
