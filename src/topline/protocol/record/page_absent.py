"""What a ClinicalTrials.Veeva page cannot say: what the site never shows, and what stood behind the cut of a page."""

from types import MappingProxyType

from topline.protocol.record.page_layout import LABELS, Layout

NEVER = (
    "identificationModule.officialTitle",
    "identificationModule.acronym",
    "identificationModule.organization",
    "identificationModule.nctIdAliases",
    "statusModule.statusVerifiedDate",
    "statusModule.lastKnownStatus",
    "statusModule.whyStopped",
    "statusModule.startDateStruct",
    "statusModule.primaryCompletionDateStruct",
    "statusModule.completionDateStruct",
    "statusModule.studyFirstSubmitDate",
    "statusModule.studyFirstPostDateStruct",
    "statusModule.lastUpdateSubmitDate",
    "statusModule.lastUpdatePostDateStruct",
    "sponsorCollaboratorsModule.collaborators",
    "conditionsModule.keywords",
    "designModule.designInfo.interventionModelDescription",
    "designModule.designInfo.observationalModel",
    "designModule.designInfo.timePerspective",
    "designModule.designInfo.maskingInfo.maskingDescription",
    "designModule.designInfo.maskingInfo.whoMasked",
    "outcomesModule",
    "eligibilityModule.stdAges",
    "eligibilityModule.studyPopulation",
    "contactsLocationsModule.locations",
)
"""The fields that the site never shows. An acronym stands in the title, where nothing tells it from other brackets."""

IDENTIFIERS = tuple(f"identificationModule.{name}" for name in ("nctId", "orgStudyIdInfo", "secondaryIdInfos"))

FIELDS = MappingProxyType(
    {
        "Status and phase": ("statusModule.overallStatus", "designModule.phases"),
        "Status": ("statusModule.overallStatus", "designModule.phases"),
        "Conditions": ("conditionsModule.conditions",),
        "Treatments": ("armsInterventionsModule.interventions",),
        "Study type": ("designModule.studyType",),
        "Funder types": ("sponsorCollaboratorsModule.leadSponsor.class",),
        "Identifiers": IDENTIFIERS,
        "About": ("descriptionModule.briefSummary",),
        "Full description": ("descriptionModule.detailedDescription",),
        "Enrollment": ("designModule.enrollmentInfo",),
        "Sex": ("eligibilityModule.sex",),
        "Ages": ("eligibilityModule.minimumAge", "eligibilityModule.maximumAge"),
        "Volunteers": ("eligibilityModule.healthyVolunteers",),
        "Inclusion and exclusion criteria": ("eligibilityModule.eligibilityCriteria",),
        "Inclusion criteria": ("eligibilityModule.eligibilityCriteria",),
        "Exclusion criteria": ("eligibilityModule.eligibilityCriteria",),
        "Primary purpose": ("designModule.designInfo.primaryPurpose",),
        "Allocation": ("designModule.designInfo.allocation",),
        "Interventional model": ("designModule.designInfo.interventionModel",),
        "Masking": ("designModule.designInfo.maskingInfo",),
        "Trial contacts and locations": ("armsInterventionsModule.armGroups",),
    }
)
"""The fields under each label; the arms stand before the last label."""


def absent_fields(layout: Layout, treatment_count: int) -> set[str]:
    """Return the paths of what a page cannot say."""
    absent = set(NEVER)
    for index in range(treatment_count):
        item = f"armsInterventionsModule.interventions.{index}"
        absent |= {f"{item}.description", f"{item}.otherNames"}
    if not layout.values("Identifiers"):
        absent.update(IDENTIFIERS)
    if not layout.is_finished:
        absent.update(_behind_the_cut(layout))
    return absent


def _behind_the_cut(layout: Layout) -> set[str]:
    found = [LABELS.index(label) for label in layout.at]
    last = max(found, default=-1)
    lost = [label for index, label in enumerate(LABELS) if index > last or (index == last and not layout.value(label))]
    return {path for label in lost for path in FIELDS.get(label, ())}


def last_fields(layout: Layout) -> tuple[str, ...]:
    """Return the fields at which an unfinished page breaks off."""
    if layout.people is not None:
        return ("armsInterventionsModule.armGroups",)
    return FIELDS.get(list(layout.at)[-1], ()) if layout.at else ("identificationModule.briefTitle",)
