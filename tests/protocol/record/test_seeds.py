"""The records of the two example studies, field by field, against what a reader sees in them."""

from pathlib import Path

import pytest

from tests.protocol.record.samples import read
from topline.protocol.record.record import Form, Record, State

CRITERIA = "eligibilityModule.eligibilityCriteria"
PHRASE_START, PHRASE_END = "From date of randomization", "assessed up to 100 months"


@pytest.fixture
def flat(shared: Path) -> Record:
    (path,) = (shared / "seeds").glob("000_*.txt")
    return read(path)


@pytest.fixture
def page(shared: Path) -> Record:
    (path,) = (shared / "seeds").glob("003_*.txt")
    return read(path)


def test_the_flattened_record_line_by_line(flat: Record) -> None:
    lines = flat.text.split("\n")
    content = flat.content
    assert flat.form is Form.FLAT
    assert content.identification.brief_title == lines[0]
    assert content.description.brief_summary == lines[1]
    assert content.conditions.conditions == (lines[2],)
    assert [(one.type, one.name) for one in content.arms.interventions] == [("DRUG", lines[3].removeprefix("DRUG: "))]
    assert content.description.detailed_description == lines[6]
    assert content.outcomes.other_outcomes == ()


def test_the_flattened_outcomes(flat: Record) -> None:
    (primary,) = flat.content.outcomes.primary_outcomes
    assert (primary.measure, primary.description, primary.time_frame) == ("Disease control rate", None, "6 months")
    second = flat.content.outcomes.secondary_outcomes
    assert [len((one.measure or "").split()) for one in second] == [2, 3, 5, 9, 10]
    assert [one.description is None for one in second] == [True, True, False, False, False]
    for one in (second[0], second[1], second[3], second[4]):
        assert (one.time_frame or "").startswith(PHRASE_START)
        assert (one.time_frame or "").endswith(PHRASE_END)
        assert len(one.time_frame or "") == 154
    assert (second[2].time_frame or "").endswith("12 months")


def test_nothing_of_the_flattened_outcomes_is_lost(flat: Record) -> None:
    parts = flat.document["protocolSection"]["outcomesModule"]["secondaryOutcomes"]  # type: ignore[index]
    joined = "|".join(", ".join(one.values()) for one in parts)
    assert joined == flat.text.split("\n")[5]


def test_the_mojibake_is_mended_and_logged(flat: Record) -> None:
    found = {repair.kind: repair for repair in flat.repairs}
    assert set(found) == {"mojibake", "full-width"}
    assert (found["mojibake"].before, found["mojibake"].after) == ("ï¼Œ", "，")
    for repair in flat.repairs:
        assert repair.path == "outcomesModule.secondaryOutcomes.3.description"
        assert repair.span is not None
        assert flat.text[repair.span.start : repair.span.end] == "ï¼Œ"
    assert ", once every" in str(flat.value("outcomesModule.secondaryOutcomes.3.description"))


def test_what_the_flattened_record_cannot_say(flat: Record) -> None:
    for path in ("designModule.designInfo.allocation", CRITERIA, "identificationModule.nctId", "designModule.phases"):
        assert flat.state(path) is State.NOT_IN_SOURCE


def test_the_page_field_by_field(page: Record) -> None:
    values = {
        "identificationModule.nctId": "NCT07142421",
        "identificationModule.orgStudyIdInfo.id": "[2025C]IIT. No.123",
        "statusModule.overallStatus": "ACTIVE_NOT_RECRUITING",
        "sponsorCollaboratorsModule.leadSponsor.name": "Zhejiang University",
        "sponsorCollaboratorsModule.leadSponsor.class": "OTHER",
        "conditionsModule.conditions": ("Esophageal Squamous Cell Carcinoma (ESCC)",),
        "designModule.studyType": "INTERVENTIONAL",
        "designModule.phases": ("PHASE2",),
        "designModule.enrollmentInfo.count": 35,
        "designModule.enrollmentInfo.type": "ESTIMATED",
        "designModule.designInfo.primaryPurpose": "TREATMENT",
        "designModule.designInfo.allocation": "NA",
        "designModule.designInfo.interventionModel": "SINGLE_GROUP",
        "designModule.designInfo.maskingInfo.masking": "NONE",
        "eligibilityModule.sex": "ALL",
        "eligibilityModule.minimumAge": "18 Years",
        "eligibilityModule.maximumAge": "80 Years",
        "eligibilityModule.healthyVolunteers": False,
        "armsInterventionsModule.interventions.0.type": "DRUG",
        "armsInterventionsModule.interventions.0.name": "Combination therapy (COMB)",
        "armsInterventionsModule.armGroups.0.type": "EXPERIMENTAL",
        "armsInterventionsModule.armGroups.0.interventionNames": ("Drug: Combination therapy (COMB)",),
    }
    assert {path: page.value(path) for path in values} == values
    assert page.location_count == 1
    assert page.doubts == ()
    assert page.repairs == ()


def test_the_texts_of_the_page(page: Record) -> None:
    content = page.content
    lines = page.text.split("\n")
    assert content.identification.brief_title == lines[4]
    (arm,) = content.arms.arm_groups
    assert (arm.label, arm.description) == (
        lines[lines.index("Experimental group") - 1],
        lines[lines.index("Description:") + 1],
    )
    summary = page.text.split("About\n\n")[1].split("\n\nEnrollment")[0]
    assert content.description.brief_summary == summary
    assert content.description.detailed_description is None
    assert page.state("descriptionModule.detailedDescription") is State.EMPTY


def test_the_sixteen_criteria_of_the_page(page: Record) -> None:
    text = str(page.value(CRITERIA))
    included, excluded = text.split("\n\nExclusion Criteria:\n\n")
    assert included.startswith("Inclusion Criteria:\n\n1. Patients")
    assert [line.split(".")[0] for line in included.split("\n")[2:]] == [str(number) for number in range(1, 9)]
    assert [line.split(".")[0] for line in excluded.split("\n")] == [str(number) for number in range(1, 9)]
    for line in (*included.split("\n")[2:], *excluded.split("\n")):
        start = text.index(line)
        span = page.place(CRITERIA, start, start + len(line))
        assert span is not None
        assert page.text[span.start : span.end] == line


def test_what_the_page_cannot_say(page: Record) -> None:
    for path in (
        "outcomesModule.primaryOutcomes",
        "identificationModule.officialTitle",
        "statusModule.startDateStruct",
    ):
        assert page.state(path) is State.NOT_IN_SOURCE
    assert page.state("armsInterventionsModule.interventions.0.description") is State.NOT_IN_SOURCE
