"""The columns of the CSV export, and the fields that each holds."""

from collections.abc import Iterable
from types import MappingProxyType

COLUMNS = MappingProxyType(
    {
        "NCT Number": ("identificationModule.nctId",),
        "Study Title": ("identificationModule.briefTitle",),
        "Acronym": ("identificationModule.acronym",),
        "Study Status": ("statusModule.overallStatus",),
        "Brief Summary": ("descriptionModule.briefSummary",),
        "Conditions": ("conditionsModule.conditions",),
        "Interventions": ("armsInterventionsModule.interventions",),
        "Primary Outcome Measures": ("outcomesModule.primaryOutcomes",),
        "Secondary Outcome Measures": ("outcomesModule.secondaryOutcomes",),
        "Other Outcome Measures": ("outcomesModule.otherOutcomes",),
        "Sponsor": ("sponsorCollaboratorsModule.leadSponsor.name",),
        "Collaborators": ("sponsorCollaboratorsModule.collaborators",),
        "Sex": ("eligibilityModule.sex",),
        "Age": ("eligibilityModule.stdAges",),
        "Phases": ("designModule.phases",),
        "Enrollment": ("designModule.enrollmentInfo.count",),
        "Funder Type": ("sponsorCollaboratorsModule.leadSponsor.class",),
        "Study Type": ("designModule.studyType",),
        "Study Design": ("designModule.designInfo",),
        "Other IDs": ("identificationModule.orgStudyIdInfo", "identificationModule.secondaryIdInfos"),
        "Start Date": ("statusModule.startDateStruct",),
        "Primary Completion Date": ("statusModule.primaryCompletionDateStruct",),
        "Completion Date": ("statusModule.completionDateStruct",),
        "First Posted": ("statusModule.studyFirstPostDateStruct",),
        "Last Update Posted": ("statusModule.lastUpdatePostDateStruct",),
        "Locations": ("contactsLocationsModule.locations",),
    }
)
"""The columns that are read, by their names in the export."""

OTHERS = frozenset({"Study URL", "Study Results", "Results First Posted", "Study Documents"})
"""Columns of the export that say nothing of the protocol."""

NEVER = (
    "identificationModule.officialTitle",
    "identificationModule.organization",
    "identificationModule.nctIdAliases",
    "statusModule.statusVerifiedDate",
    "statusModule.lastKnownStatus",
    "statusModule.whyStopped",
    "statusModule.studyFirstSubmitDate",
    "statusModule.lastUpdateSubmitDate",
    *(
        f"statusModule.{name}.type"
        for name in ("startDateStruct", "primaryCompletionDateStruct", "completionDateStruct")
    ),
    "descriptionModule.detailedDescription",
    "conditionsModule.keywords",
    "designModule.enrollmentInfo.type",
    "designModule.designInfo.interventionModelDescription",
    "designModule.designInfo.maskingInfo.maskingDescription",
    "armsInterventionsModule.armGroups",
    "eligibilityModule.eligibilityCriteria",
    "eligibilityModule.healthyVolunteers",
    "eligibilityModule.minimumAge",
    "eligibilityModule.maximumAge",
    "eligibilityModule.studyPopulation",
)
"""What the export never carries: above all the criteria, the arms and the limits of age."""


def absent_fields(columns: Iterable[str], treatment_count: int) -> set[str]:
    """Return the paths of what a table with some columns cannot say.

    >>> ["eligibilityModule.sex" in absent_fields(columns, 0) for columns in (["NCT Number"], ["Sex"])]
    [True, False]
    """
    present = set(columns)
    lost = {path for name, paths in COLUMNS.items() if name not in present for path in paths}
    for index in range(treatment_count):
        item = f"armsInterventionsModule.interventions.{index}"
        lost |= {f"{item}.{name}" for name in ("description", "armGroupLabels", "otherNames")}
    return {*NEVER, *lost}
