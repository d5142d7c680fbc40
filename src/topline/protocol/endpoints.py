"""Endpoints as estimands (ICH E9(R1)) and the rules, as data, by which a subject has an event or is censored."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from topline.protocol.coherence import rate_faults, refuse, source_faults
from topline.protocol.part import Fixed, FixedMapping, Part, Words

Strategy = Literal["treatment policy", "composite", "while on treatment", "hypothetical", "principal stratum"]
Months = Annotated[float, Field(gt=0, le=240)]


class IntercurrentEvent(Part):
    """An event after treatment start that bears on the endpoint, and how the estimand handles it."""

    event: str = Field(min_length=1, max_length=200, description="the event, for example new anti-cancer therapy")
    strategy: Strategy = Field(description="the strategy of ICH E9(R1)")
    handling: str = Field(min_length=1, max_length=1000, description="what that means in the data")


class Estimand(Part):
    """What is to be estimated: population, variable, intercurrent events, population-level summary."""

    population: str = Field(min_length=1, description="the id of an analysis set: the denominator")
    variable: str = Field(min_length=1, max_length=1000, description="what is observed of each patient")
    intercurrent_events: tuple[IntercurrentEvent, ...] = Field(
        default=(), description="events after treatment start that bear on the endpoint"
    )
    summary: str = Field(min_length=1, max_length=1000, description="what is reported of the population")


class Source(Part):
    """A source of dates: rows of a dataset, the date they give, and what the derived row says about them.

    `where` is an SQL boolean expression over the dataset; `date` names its date column.
    """

    dataset: Literal["ADSL", "ADRS"] = Field(description="the dataset whose rows are taken")
    where: str = Field(
        default="TRUE", min_length=1, max_length=2000, description="SQL boolean expression over `dataset`"
    )
    date: str = Field(min_length=1, description="the date column of `dataset`, for example ADT")
    description: str = Field(min_length=1, max_length=200, description="what EVNTDESC or CNSDTDSC says")


class Censoring(Part):
    """When a subject without event, or with an event that does not count, is censored.

    The defaults are those of the table C of the FDA guidance (2007, appendix 3). `missed_assessments` is the number of
    consecutive missed scans from which on a later event is not counted (the subject is censored at its last adequate
    assessment); None counts every event.
    """

    name: str = Field(default="FDA table C", min_length=1, max_length=100, description="what the rule is called")
    new_therapy: Literal["censor", "ignore", "event"] = Field(
        default="ignore", description="what new anti-cancer therapy before the event does"
    )
    missed_assessments: int | None = Field(
        default=None,
        ge=1,
        le=5,
        description="so many missed scans in a row before an event: it does not count; null: every event counts",
    )
    treatment_stop: Literal["ignore", "censor", "event"] = Field(
        default="ignore", description="what the end of treatment before the event does"
    )


CENSORING: dict[str, Censoring] = {
    "FDA table A": Censoring(name="FDA table A", new_therapy="censor", missed_assessments=2),
    "FDA table C": Censoring(name="FDA table C"),
    "EMA": Censoring(name="EMA"),
    "none": Censoring(name="none"),
}


def _named(value: object) -> object:
    """Return the rule of this name, or the value as it is when it is not a name."""
    if not isinstance(value, str):
        return value
    if value not in CENSORING:
        names = ", ".join(f"'{name}'" for name in CENSORING)
        raise PydanticCustomError("censoring_name", "should be one of {names}, or a mapping", {"names": names})
    return CENSORING[value]


class TimeToEvent(Part):
    """Time from a start to the first of some events, with rules of censoring.

    `events` name sources: `progression`, `death`, or one of `sources`. `last_observation` is where a subject without
    event is censored: the last adequate tumour assessment, the date last known alive, or one of `sources`.
    """

    type: Literal["time to event"] = Field(description="the kind of analysis")
    start: Literal["time zero", "response"] = Field(
        default="time zero", description="where time begins; `response` takes responders only"
    )
    events: tuple[str, ...] = Field(
        min_length=1, description="`progression`, `death`, `response` or ids of `sources`; the first to happen counts"
    )
    last_observation: str = Field(
        default="last assessment",
        description="where a patient without event is censored: `last assessment`, `last alive` or an id of `sources`",
    )
    censoring: Annotated[Censoring, BeforeValidator(_named)] = Field(
        default=CENSORING["FDA table C"],
        description="`FDA table A`, `FDA table C`, `EMA`, `none`, or a rule of its own",
    )
    response_parameter: Literal["RSP", "CRSP"] = Field(
        default="CRSP", description="the response that starts or ends time: any (RSP) or confirmed (CRSP)"
    )
    landmarks_months: tuple[Months, ...] = Field(
        default=(), description="times at which the rate without event is reported [months], increasing"
    )
    sources: FixedMapping[str, Source] = Field(
        default_factory=Fixed, description="further sources of dates by id, for `events` and `last_observation`"
    )

    @model_validator(mode="after")
    def _known_sources(self) -> "TimeToEvent":
        refuse(source_faults(self.model_dump(), ()))
        return self


class Rate(Part):
    """The proportion of the population whose parameter has one of some values.

    >>> Rate(type="rate", parameter="CBOR", values=("CR", "PR")).numerator
    "AVALC IN ('CR', 'PR')"
    """

    type: Literal["rate"] = Field(description="the kind of analysis")
    parameter: Literal["BOR", "CBOR", "RSP", "CRSP", "DCR", "CDCR", "CB", "CCB", "DCLM", "IBOR"] = Field(
        description="the parameter of ADRS"
    )
    values: tuple[Annotated[str, Field(pattern=r"^[A-Za-z/-]{1,20}$")], ...] = Field(
        min_length=1, description="the values of the parameter that count: Y of a flag, CR, PR ... of a best response"
    )

    @property
    def numerator(self) -> str:
        """The SQL condition of the numerator."""
        return "AVALC IN (" + ", ".join(f"'{value}'" for value in self.values) + ")"

    @model_validator(mode="after")
    def _known_values(self) -> "Rate":
        refuse(rate_faults(self.model_dump(), ()))
        return self


class QuestionnaireScores(Part):
    """The scores of a questionnaire: completion, change from baseline, responders, times to deterioration."""

    type: Literal["questionnaire"] = Field(description="the kind of analysis")
    questionnaire: str = Field(min_length=1, max_length=40, description="the name in `criteria.questionnaires`")


class AdverseEvents(Part):
    """Treatment-emergent adverse events: subjects with an event by class, term, grade and cycle, rates and onset."""

    type: Literal["adverse events"] = Field(description="the kind of analysis")


class MarkerEffects(Part):
    """Outcomes by marker, and the corrected search among markers, for the markers and endpoints of `biomarkers`."""

    type: Literal["markers"] = Field(description="the kind of analysis")


class NotAnalysed(Part):
    """An endpoint that the protocol names and that this version of topline does not analyse, with the reason."""

    type: Literal["not analysed"] = Field(description="the kind of analysis: none in this version")
    reason: str = Field(min_length=1, max_length=1000, description="why; the report prints it")


Analysis = Annotated[
    TimeToEvent | Rate | AdverseEvents | QuestionnaireScores | MarkerEffects | NotAnalysed,
    Field(discriminator="type"),
]


class Endpoint(Part):
    """An endpoint: what the trial wants to know, as an estimand, and the analysis that answers it."""

    id: str = Field(pattern=r"^[A-Z][A-Z0-9]{1,7}$", description="two to eight capitals or digits; PARAMCD of ADTTE")
    objective: Literal["primary", "secondary", "exploratory"] = Field(description="the rank of the endpoint")
    label: Words = Field(description="the name of the endpoint")
    estimand: Estimand = Field(description="what is to be estimated (ICH E9(R1))")
    analysis: Analysis = Field(description="how it is estimated; `type` says which form follows")


class Landmark(Part):
    """Disease control at a point in time: alive, without progression, and seen so on a scan near it.

    A subject is controlled at `day` when no progression, death (or, if `new_therapy` is "failure", new therapy) is
    dated up to that day, and an assessment with CR, PR, SD or NON-CR/NON-PD lies no more than `window_days` before it
    or at any time after it. Who was not assessed is not controlled.
    """

    day: int = Field(default=183, ge=1, le=3660, description="the day of the landmark, time zero being day 1")
    window_days: int = Field(
        default=21, ge=0, le=90, description="how long before the landmark the last scan may lie [days]"
    )
    new_therapy: Literal["failure", "ignore"] = Field(
        default="failure", description="what new anti-cancer therapy up to the landmark means"
    )
