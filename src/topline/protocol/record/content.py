"""What a registry record says, in the shape of the API of ClinicalTrials.gov, version 2 (`protocolSection`).

Names are those of the API in snake case; a key that is not declared here is kept as it stands. Nothing is filled in:
what a record does not state is None or an empty tuple.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Fields(BaseModel):
    """A group of fields as the API names them; unknown keys stay."""

    model_config = ConfigDict(
        frozen=True, extra="allow", strict=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class Identifier(Fields):
    """A number of the trial outside the register: of the sponsor, a funder, another register."""

    id: str | None = None
    type: str | None = None
    domain: str | None = None


class Organization(Fields):
    """A sponsor or collaborator, and its class (OTHER, INDUSTRY, NIH ...); `class` is a word of Python."""

    name: str | None = None
    full_name: str | None = None
    kind: str | None = Field(default=None, alias="class")


class Identification(Fields):
    """How the trial is called."""

    nct_id: str | None = None
    nct_id_aliases: tuple[str, ...] = ()
    org_study_id_info: Identifier | None = None
    secondary_id_infos: tuple[Identifier, ...] = ()
    organization: Organization | None = None
    brief_title: str | None = None
    official_title: str | None = None
    acronym: str | None = None


class Day(Fields):
    """A date (yyyy-mm-dd or yyyy-mm), and whether it is ACTUAL or ESTIMATED."""

    date: str | None = None
    type: str | None = None


class Status(Fields):
    """Where the trial stands, with its dates."""

    status_verified_date: str | None = None
    overall_status: str | None = None
    last_known_status: str | None = None
    why_stopped: str | None = None
    start_date_struct: Day | None = None
    primary_completion_date_struct: Day | None = None
    completion_date_struct: Day | None = None
    study_first_submit_date: str | None = None
    study_first_post_date_struct: Day | None = None
    last_update_submit_date: str | None = None
    last_update_post_date_struct: Day | None = None


class Sponsors(Fields):
    """Who is responsible."""

    lead_sponsor: Organization | None = None
    collaborators: tuple[Organization, ...] = ()


class Description(Fields):
    """What the trial is about, in prose."""

    brief_summary: str | None = None
    detailed_description: str | None = None


class Conditions(Fields):
    """The diseases, and keywords."""

    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Masking(Fields):
    """Who does not know the treatment."""

    masking: str | None = None
    masking_description: str | None = None
    who_masked: tuple[str, ...] = ()


class DesignInfo(Fields):
    """Allocation, model, purpose, masking."""

    allocation: str | None = None
    intervention_model: str | None = None
    intervention_model_description: str | None = None
    primary_purpose: str | None = None
    observational_model: str | None = None
    time_perspective: str | None = None
    masking_info: Masking | None = None


class Enrollment(Fields):
    """How many patients, ACTUAL or ESTIMATED."""

    count: int | None = None
    type: str | None = None


class Design(Fields):
    """What kind of study it is."""

    study_type: str | None = None
    phases: tuple[str, ...] = ()
    design_info: DesignInfo | None = None
    enrollment_info: Enrollment | None = None


class ArmGroup(Fields):
    """An arm, with its interventions as `Type: name`."""

    label: str | None = None
    type: str | None = None
    description: str | None = None
    intervention_names: tuple[str, ...] = ()


class Intervention(Fields):
    """A treatment, with the labels of the arms that get it."""

    type: str | None = None
    name: str | None = None
    description: str | None = None
    arm_group_labels: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


class Arms(Fields):
    """Arms and interventions."""

    arm_groups: tuple[ArmGroup, ...] = ()
    interventions: tuple[Intervention, ...] = ()


class Outcome(Fields):
    """What is measured, how, and when."""

    measure: str | None = None
    description: str | None = None
    time_frame: str | None = None


class Outcomes(Fields):
    """Primary, secondary and other outcomes."""

    primary_outcomes: tuple[Outcome, ...] = ()
    secondary_outcomes: tuple[Outcome, ...] = ()
    other_outcomes: tuple[Outcome, ...] = ()


class EligibilityText(Fields):
    """Who may take part: the header fields and the criteria as one text."""

    eligibility_criteria: str | None = None
    healthy_volunteers: bool | None = None
    sex: str | None = None
    minimum_age: str | None = None
    maximum_age: str | None = None
    std_ages: tuple[str, ...] = ()
    study_population: str | None = None


class Locations(Fields):
    """Where the trial runs."""

    locations: tuple[dict[str, Any], ...] = ()


class Content(Fields):
    """The protocol section of a record.

    >>> content = Content.model_validate({"designModule": {"enrollmentInfo": {"count": 43}}})
    >>> content.design.enrollment_info.count, content.identification.nct_id
    (43, None)
    """

    identification: Identification = Field(default=Identification(), alias="identificationModule")
    status: Status = Field(default=Status(), alias="statusModule")
    sponsors: Sponsors = Field(default=Sponsors(), alias="sponsorCollaboratorsModule")
    description: Description = Field(default=Description(), alias="descriptionModule")
    conditions: Conditions = Field(default=Conditions(), alias="conditionsModule")
    design: Design = Field(default=Design(), alias="designModule")
    arms: Arms = Field(default=Arms(), alias="armsInterventionsModule")
    outcomes: Outcomes = Field(default=Outcomes(), alias="outcomesModule")
    eligibility: EligibilityText = Field(default=EligibilityText(), alias="eligibilityModule")
    locations: Locations = Field(default=Locations(), alias="contactsLocationsModule")
