"""Records from pages of ClinicalTrials.Veeva, in the layout that shows values under their labels."""

from collections.abc import Mapping

from topline.errors import ToplineError
from topline.protocol.record.origin import Told, Traced
from topline.protocol.record.page_absent import absent_fields, last_fields
from topline.protocol.record.page_arms import Arm, arm_groups, interventions, split_arms
from topline.protocol.record.page_criteria import criteria_text
from topline.protocol.record.page_head import find_head, identification, sponsors
from topline.protocol.record.page_layout import COUNT, PEOPLE, Layout, lay_out, paragraphs, split_lines, stripped_labels
from topline.protocol.record.reading import Reading, finish, in_order
from topline.protocol.record.record import Form, Record, Span
from topline.protocol.record.settle import Node
from topline.protocol.record.words import (
    ALLOCATIONS,
    MASKINGS,
    MODELS,
    PHASES,
    PURPOSES,
    SEXES,
    STATUSES,
    STUDY_TYPES,
    VOLUNTEERS,
    age_limits,
)

Module = dict[str, Node | Traced | Told | None]
_ENROLLMENT = "designModule.enrollmentInfo"
_ARMS = "armsInterventionsModule.armGroups"
CUT = "the page breaks off here"


def parse_page(text: str, where: str) -> Record:
    """Return the record of a ClinicalTrials.Veeva page.

    Raises ToplineError (TL-I02) for the site's other layout, in which short values are lost, and (TL-I01) for a page
    that holds nothing of a record.
    """
    lines = split_lines(text)
    if labels := stripped_labels(lines):
        raise ToplineError("TL-I02", where=where, what=f"the labels {', '.join(labels[:4])} follow without a value")
    layout, reading = lay_out(lines), Reading()
    head = find_head(layout)
    if head.title is None and not layout.at:
        raise ToplineError("TL-I01", where=where, what="a ClinicalTrials.Veeva page without title and labels")
    arms = _arms(layout, reading)
    treatments = layout.values("Treatments")
    reading.absent = absent_fields(layout, len(treatments))
    reading.location_count = _location_count(layout)
    modules: dict[str, Node | None] = {
        "identificationModule": identification(layout, head, reading),
        "statusModule": {"overallStatus": _status(layout, reading)},
        "sponsorCollaboratorsModule": sponsors(layout, head, reading),
        "descriptionModule": _description(layout),
        "conditionsModule": {"conditions": tuple(line.traced for line in layout.values("Conditions"))},
        "designModule": _design(layout, reading),
        "armsInterventionsModule": {
            "armGroups": arm_groups(arms),
            "interventions": interventions(treatments, arms),
        },
        "eligibilityModule": _eligibility(layout, reading),
    }
    _note_cut(layout, reading)
    return finish(Form.PAGE, text, modules, reading)


def _status(layout: Layout, reading: Reading) -> Told | None:
    line = layout.value("Status and phase") or layout.value("Status")
    return reading.line_code(STATUSES, line, "statusModule.overallStatus")


def _description(layout: Layout) -> Module:
    return {
        "briefSummary": paragraphs(layout.parts.get("About", ())),
        "detailedDescription": paragraphs(layout.parts.get("Full description", ())),
    }


def _design(layout: Layout, reading: Reading) -> Module:
    info = "designModule.designInfo"
    kind = reading.line_code(STUDY_TYPES, layout.value("Study type"), "designModule.studyType")
    masking = reading.line_code(MASKINGS, layout.value("Masking"), f"{info}.maskingInfo.masking")
    return {
        "studyType": kind,
        "phases": _phases(layout, kind, reading),
        "designInfo": {
            "allocation": reading.line_code(ALLOCATIONS, layout.value("Allocation"), f"{info}.allocation"),
            "interventionModel": reading.line_code(
                MODELS, layout.value("Interventional model"), f"{info}.interventionModel"
            ),
            "primaryPurpose": reading.line_code(PURPOSES, layout.value("Primary purpose"), f"{info}.primaryPurpose"),
            "maskingInfo": {"masking": masking},
        },
        "enrollmentInfo": _enrollment(layout, reading),
    }


def _phases(layout: Layout, kind: Told | None, reading: Reading) -> tuple[Told, ...]:
    """Return the phases in the API's order; an interventional study whose heading leaves the phase out has none."""
    lines = layout.values("Status and phase")[1:]
    codes = [reading.line_code(PHASES, line, f"designModule.phases.{at}") for at, line in enumerate(lines)]
    if not lines and "Status" in layout.at and kind is not None and kind.value == "INTERVENTIONAL":
        return (Told("NA", layout.at["Status"].span),)
    return in_order(codes)


def _enrollment(layout: Layout, reading: Reading) -> Mapping[str, Told] | None:
    """Return the number of participants; `patients` without `estimated` are those that took part."""
    line = layout.value("Enrollment")
    found = COUNT.fullmatch(line.text) if line else None
    if line is None or found is None:
        if line is not None:
            reading.doubt(_ENROLLMENT, f"no number of patients: {line.text[:80]!r}", line.span)
        return None
    count = int(found[1].replace(",", "") or 0)
    in_groups = PEOPLE.fullmatch(layout.people.text) if layout.people else None
    if in_groups and int(in_groups[1].replace(",", "") or 0) != count:
        reading.doubt(f"{_ENROLLMENT}.count", f"the trial design says {in_groups[0]!r}", line.span)
    place = Span(line.start, line.start + len(found[1]))
    return {"count": Told(count, place), "type": Told("ESTIMATED" if found[2] else "ACTUAL", line.span)}


def _eligibility(layout: Layout, reading: Reading) -> Module:
    low, high = _ages(layout, reading)
    accepts = reading.line_code(VOLUNTEERS, layout.value("Volunteers"), "eligibilityModule.healthyVolunteers")
    return {
        "eligibilityCriteria": criteria_text(layout),
        "healthyVolunteers": None if accepts is None else Told(accepts.value == "YES", accepts.place),
        "sex": reading.line_code(SEXES, layout.value("Sex"), "eligibilityModule.sex"),
        "minimumAge": low,
        "maximumAge": high,
    }


def _ages(layout: Layout, reading: Reading) -> tuple[Told | None, Told | None]:
    line = layout.value("Ages")
    if line is None:
        return None, None
    limits = age_limits(line.text)
    if limits is None:
        for name in ("minimumAge", "maximumAge"):
            reading.doubt(f"eligibilityModule.{name}", f"unknown wording {line.text[:80]!r}", line.span)
        return None, None
    low, high = (None if limit is None else Told(limit, line.span) for limit in limits)
    return low, high


def _arms(layout: Layout, reading: Reading) -> tuple[Arm, ...]:
    found = PEOPLE.fullmatch(layout.people.text) if layout.people else None
    if layout.people is None or found is None:
        return ()
    arms = split_arms(layout.arms, int(found[2]))
    if len(arms) != int(found[2]):
        reading.doubt(_ARMS, f"{len(arms)} arms were read where the page says {found[2]}", layout.people.span)
    return arms


def _location_count(layout: Layout) -> int | None:
    line = layout.value("Trial contacts and locations")
    return int(line.text) if line and line.text.isdecimal() and len(line.text) < 7 else None


def _note_cut(layout: Layout, reading: Reading) -> None:
    if not layout.is_finished:
        for path in last_fields(layout):
            reading.doubt(path, CUT)
    elif not layout.has_footer:
        reading.doubt("contactsLocationsModule.locations", CUT)
