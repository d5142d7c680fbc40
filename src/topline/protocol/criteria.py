"""The criteria a trial judges by, with their versions and every setting that the publications leave open."""

from typing import Annotated, Literal

from pydantic import Field

from topline.protocol.part import Fixed, FixedMapping, Part


class ResponseCriteria(Part):
    """RECIST 1.1 as this trial applies it (Eisenhauer 2009, doi:10.1016/j.ejca.2008.10.026).

    `source` says which overall response is analysed: the one derived from lesion measurements, or the one recorded
    in RS. `confirmation_days` is the least number of days between a response and its confirmation. A stable disease
    counts from `stable_minimum_days` after the reference day on. `not_evaluable_between` and `stable_between` say how
    many such assessments may lie between a response and its confirmation. `partial_non_target` is the non-target
    response when some non-target lesions were not assessed and none progressed. `complete_response_lost` says what a
    recorded PR, SD or NON-CR/NON-PD after a recorded CR means: progression (RECIST Table 3) or what was recorded.
    `unconfirmed_without_target` is the best confirmed response that a CR which is not confirmed leaves to a patient
    without target lesions. `death_before_first_scan` is the best response of a patient who died without any scan after
    baseline: that of a patient without assessment (see `missing_as_not_evaluable`), or progression.
    """

    standard: Literal["RECIST 1.1"] = Field(default="RECIST 1.1", description="the response criteria")
    irecist: bool = Field(default=False, description="whether iRECIST is derived as a second criterion")
    source: Literal["lesions", "assessed"] = Field(
        default="lesions",
        description="the overall response that is analysed: derived from the lesions, or as the assessor recorded it",
    )
    assessor: str = Field(
        default="INVESTIGATOR", min_length=1, description="whose readings are analysed (TREVAL, RSEVAL)"
    )
    confirmation_required: bool = Field(
        description="whether a response counts only when a later scan confirms it (RECIST section 4.6)"
    )
    confirmation_days: int = Field(
        default=28, ge=0, le=84, description="least time from a response to its confirmation [days]"
    )
    stable_minimum_days: int = Field(
        ge=0, le=120, description="least time from `stable_reference` at which stable disease counts [days]"
    )
    stable_reference: Literal["time zero", "first dose"] = Field(
        default="time zero", description="the day from which `stable_minimum_days` counts"
    )
    not_evaluable_between: int = Field(
        default=1, ge=0, le=5, description="how many NE may lie between a response and its confirmation"
    )
    stable_between: int = Field(
        default=0, ge=0, le=1, description="how many SD may lie between a partial response and its confirmation"
    )
    missing_as_not_evaluable: bool = Field(
        default=False, description="whether a patient without assessment has the best response NE instead of MISSING"
    )
    partial_non_target: Literal["NE", "NON-CR/NON-PD"] = Field(
        default="NE", description="the non-target response when some non-target lesions were not assessed"
    )
    complete_response_lost: Literal["progression", "as assessed"] = Field(
        default="as assessed", description="what a recorded PR or SD after a recorded CR means (RECIST table 3)"
    )
    unconfirmed_without_target: Literal["SD", "NON-CR/NON-PD"] = Field(
        default="SD", description="what an unconfirmed CR of a patient without target lesions counts as"
    )
    death_before_first_scan: Literal["not assessed", "progression"] = Field(
        default="not assessed", description="the best response of a patient who died before any scan after baseline"
    )
    maximum_targets: int = Field(default=5, ge=1, le=10, description="most target lesions of a patient")
    maximum_per_organ: int = Field(default=2, ge=1, le=10, description="most target lesions of one organ")


class AdverseEventCriteria(Part):
    """The grading standard of adverse events, its version, and how long after the last dose an event counts."""

    standard: Literal["CTCAE"] = Field(default="CTCAE", description="the grading standard")
    version: Literal["4.0", "4.03", "5.0", "6.0"] = Field(description="its version, in quotes")
    follow_up_days: int = Field(
        default=30, ge=0, le=180, description="how long after the last dose an event is treatment-emergent [days]"
    )
    symptoms: Literal["lab value only", "worst case"] = Field(
        default="lab value only",
        description="how a value is graded where a grade asks for symptoms, too: by the value, or as if present",
    )


class Questionnaire(Part):
    """A questionnaire by name and version; no wording of its items is part of topline."""

    name: str = Field(min_length=1, max_length=40, description="the name, for example EORTC QLQ-C30")
    version: str = Field(min_length=1, max_length=20, description="the version, in quotes")
    directions: FixedMapping[str, str] = Field(
        default_factory=Fixed, description="by scale (OESDYS): its direction, where that is unverified"
    )
    margins: FixedMapping[str, Annotated[float, Field(gt=0, le=100)]] = Field(
        default_factory=Fixed, description="by scale (C30PF): its minimal important difference [points]"
    )


class DeteriorationRule(Part):
    """Time to deterioration of a score as an estimand."""

    id: str = Field(pattern=r"^[A-Z]{2}$", description="two capitals; the beginning of PARAMCD")
    label: str = Field(min_length=1, max_length=40, description="what PARAM calls it")
    reference: Literal["baseline", "best previous", "previous"] = Field(
        default="baseline", description="the score that counts as undeteriorated"
    )
    margin: float | None = Field(
        default=None, gt=0, le=100, description="least worsening that counts [points]; null: that of each scale"
    )
    definitive: Literal["no", "stays deteriorated", "no improvement on reference", "no improvement on itself"] = Field(
        default="no", description="what must follow for a deterioration to be definitive; `no`: the first counts"
    )
    last_score: Literal["counts", "ignored"] = Field(
        default="counts", description="whether a deterioration at the last score can be definitive"
    )
    death: Literal["censor", "event"] = Field(default="censor", description="what death without deterioration is")
    no_baseline: Literal["censor", "event", "exclude"] = Field(
        default="censor", description="what becomes of a patient without baseline score"
    )
    no_follow_up: Literal["censor", "event"] = Field(
        default="censor", description="what becomes of a patient with a baseline score only"
    )


DETERIORATIONS = (
    DeteriorationRule(id="TD", label="Time to Deterioration"),
    DeteriorationRule(
        id="DD", label="Time to Definitive Deterioration", definitive="stays deteriorated", death="event"
    ),
)


class Criteria(Part):
    """All criteria of the trial."""

    response: ResponseCriteria = Field(description="tumour response")
    adverse_events: AdverseEventCriteria = Field(description="grading of adverse events")
    questionnaires: tuple[Questionnaire, ...] = Field(default=(), description="questionnaires, in the order given")
    deteriorations: tuple[DeteriorationRule, ...] = Field(
        default=DETERIORATIONS, description="times to deterioration of questionnaire scores"
    )
