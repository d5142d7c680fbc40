"""Names, patients, calendar and standards of small made-up records: what is stated, what is assumed, what is asked."""

import pytest

from tests.protocol.draft.records import made, outcome, with_outcomes
from topline.protocol.draft.study import Draft, draft_study
from topline.protocol.record.record import Record
from topline.protocol.tree import find, get


def value(draft: Draft, path: str) -> object:
    data = draft.protocol.model_dump(mode="json")
    place = find(data, path)
    assert place is not None, path
    return get(data, *place)


def asked(draft: Draft) -> set[str]:
    return {question.path for question in draft.questions}


def prose(text: str) -> Record:
    return made(description={"detailedDescription": text})


def test_names_come_from_the_record() -> None:
    named = {
        "nctId": "NCT01234567",
        "briefTitle": "A trial",
        "orgStudyIdInfo": {"id": "AB 12/3"},
        "secondaryIdInfos": [{"id": "2020-1"}],
    }
    draft = draft_study(
        made(
            identification=named,
            sponsorCollaborators={"leadSponsor": {"name": "Some Hospital"}},
            design={"phases": ["PHASE1", "PHASE2"]},
        )
    )
    names = draft.protocol.identifiers
    assert (names.study, names.registry, names.others) == ("NCT01234567", "NCT01234567", ("AB 12/3", "2020-1"))
    assert (names.title.en, names.sponsor, names.phase) == ("A trial", "Some Hospital", "1/2")


def test_without_a_registry_number_the_sponsors_number_serves() -> None:
    draft = draft_study(made(identification={"orgStudyIdInfo": {"id": "AB 12/3"}}))
    assert draft.protocol.identifiers.study == "AB-12-3"
    assert "identifiers.registry" in asked(draft)


@pytest.mark.parametrize(
    ("phases", "phase", "question"),
    [(["PHASE2"], "2", False), (["PHASE2", "PHASE3"], "2/3", False), (["PHASE3"], "2", True), ([], "2", True)],
)
def test_a_phase_that_topline_does_not_run_is_asked_about(phases: list[str], phase: str, question: bool) -> None:
    draft = draft_study(made(design={"phases": phases}))
    assert draft.protocol.identifiers.phase == phase
    assert ("identifiers.phase" in asked(draft)) is question


@pytest.mark.parametrize(
    ("low", "high", "ages", "questions"),
    [
        ("18 Years", "75 Years", (18, 75), set()),
        ("18 Years", None, (18, None), set()),
        ("31 Days", "18 Months", (0, 2), {"population.ages.minimum", "population.ages.maximum"}),
        ("18 Years", "N/A", (18, None), set()),
        ("old", "75 Years", (None, 75), {"population.ages.minimum"}),
        ("40 Years", "30 Years", (40, None), {"population.ages.maximum"}),
    ],
)
def test_ages_are_in_years(
    low: str, high: str | None, ages: tuple[int | None, int | None], questions: set[str]
) -> None:
    header = {"minimumAge": low} | ({"maximumAge": high} if high else {})
    draft = draft_study(made(eligibility=header))
    found = draft.protocol.population.ages
    assert (found.minimum, found.maximum) == ages
    assert {path for path in asked(draft) if path.startswith("population.ages")} == questions


@pytest.mark.parametrize(
    ("count", "planned", "assumed"), [(43, 43, False), (0, 40, True), (None, 40, True), (99999, 40, True)]
)
def test_the_planned_number(count: int | None, planned: int, assumed: bool) -> None:
    draft = draft_study(made(design={"enrollmentInfo": {"count": count}}))
    assert draft.protocol.population.planned == draft.protocol.design.patients == planned
    assert ("population.planned" in draft.protocol.assumed) is assumed


def test_the_planned_number_may_stand_in_the_prose() -> None:
    draft = draft_study(prose("Between 2 sites, 28 patients will be enrolled."))
    assert draft.protocol.population.planned == 28
    assert "population.planned" in asked(draft)


@pytest.mark.parametrize(
    ("text", "scans"),
    [
        ("Imaging is repeated every 6 weeks.", [(6, None)]),
        ("Tumour assessment every 8 weeks until week 48, then every 12 weeks.", [(8, 48), (12, None)]),
        ("Every 2 months patients have a CT scan.", [(8, None)]),
        ("CT every 2 cycles (21-day cycles).", [(6, None)]),
        ("RECIST evaluation every three cycles in 28-day cycles", [(12, None)]),
        ("Patients are seen every 3 weeks.", [(8, None)]),
    ],
)
def test_the_grid_of_scans(text: str, scans: list[tuple[float, float | None]]) -> None:
    found = draft_study(prose(text)).protocol.schedule.scans
    assert [(each.every_weeks, each.until_week) for each in found] == scans


def test_survival_contacts_and_cycles() -> None:
    plan = draft_study(prose("Given in 21-day cycles. Survival follow-up every 3 months.")).protocol.schedule
    assert (plan.cycle_days, plan.follow_up_weeks) == (21, 12)


@pytest.mark.parametrize(
    ("frame", "months"),
    [("up to 100 months", 100), ("2 years", 24), ("3 weeks", 36), ("maximum 6 years and 11 months", 83), ("", 36)],
)
def test_the_longest_time_frame_is_the_longest_follow_up(frame: str, months: float) -> None:
    found = draft_study(with_outcomes(outcome("Overall survival", "1 day"), outcome("ORR", frame)))
    assert found.protocol.schedule.maximum_months == months


@pytest.mark.parametrize(
    ("allocation", "frame", "zero", "assumed"),
    [
        ("RANDOMIZED", "from randomization to death", "randomization", False),
        ("NA", "from randomization to death", "first dose", True),
        ("NA", "from the first dose to death", "first dose", False),
        ("NA", "from enrollment to death", "enrolment", False),
        ("NA", "2 years", "first dose", True),
    ],
)
def test_time_zero(allocation: str, frame: str, zero: str, assumed: bool) -> None:
    outcomes = {"primaryOutcomes": [outcome("Overall survival", frame)]}
    draft = draft_study(made(design={"designInfo": {"allocation": allocation}}, outcomes=outcomes))
    assert draft.protocol.schedule.time_zero == zero
    assert ("schedule.time_zero" in draft.protocol.assumed) is assumed


@pytest.mark.parametrize(
    ("description", "start", "version"),
    [
        ("graded by CTCAE 4.03", "2024-01", "4.03"),
        ("Common Terminology Criteria for Adverse Events (CTCAE), version 5.0", "2012-01", "5.0"),
        ("CTCAE v4.0", "2024-01", "4.0"),
        ("CTCAE v6", "2024-01", "6.0"),
        ("CTCAE grade 3 or more by CTCAE v5.0", "2012-01", "5.0"),
        ("CTCAE 3.0", "2009-01", "4.0"),
        ("graded", "2009-06", "4.0"),
        ("graded", "2012-01-15", "4.03"),
        ("graded", "2020-01", "5.0"),
        ("graded", "2025-07-21", "5.0"),
        ("graded", "2025-07-22", "6.0"),
        ("graded", "", "5.0"),
    ],
)
def test_the_version_of_ctcae_is_that_of_the_text_or_of_its_time(description: str, start: str, version: str) -> None:
    outcomes = {"primaryOutcomes": [outcome("Adverse events", "2 years", description)]}
    status = {"startDateStruct": {"date": start}} if start else {}
    draft = draft_study(made(outcomes=outcomes, status=status))
    assert draft.protocol.criteria.adverse_events.version == version


def test_how_long_events_count_after_the_last_dose() -> None:
    draft = draft_study(with_outcomes(outcome("Adverse events", "From the first dose to 90 days after the last dose")))
    assert draft.protocol.criteria.adverse_events.follow_up_days == 90
    other = draft_study(with_outcomes(outcome("T-cell response", "15 days after the last dose")))
    assert other.protocol.criteria.adverse_events.follow_up_days == 30


def test_response_as_the_outcomes_say() -> None:
    description = "confirmed CR or PR by blinded independent central review; SD for at least 6 weeks"
    draft = draft_study(with_outcomes(outcome("Objective response rate", "2 years", description)))
    response = draft.protocol.criteria.response
    assert (response.assessor, response.confirmation_required, response.stable_minimum_days) == (
        "INDEPENDENT ASSESSOR",
        True,
        42,
    )
    loose = draft_study(with_outcomes(outcome("Unconfirmed response rate by the investigator", "2 years")))
    response = loose.protocol.criteria.response
    assert (response.assessor, response.confirmation_required) == ("INVESTIGATOR", False)
    assert value(loose, "endpoints.ORR.analysis.parameter") == "RSP"


def test_stable_disease_begins_a_week_before_the_first_scan() -> None:
    draft = draft_study(prose("CT scans every 6 weeks."))
    assert draft.protocol.criteria.response.stable_minimum_days == 35


def test_questionnaires_with_a_doubtful_direction_are_asked_about() -> None:
    draft = draft_study(with_outcomes(outcome("Quality of life by QLQ-C30 and QLQ-OES18", "every 2 cycles")))
    names = [each.name for each in draft.protocol.criteria.questionnaires]
    assert names == ["EORTC QLQ-C30", "EORTC QLQ-OES18"]
    assert "criteria.questionnaires.EORTC QLQ-OES18.directions" in asked(draft)
    assert [each.id for each in draft.protocol.endpoints][:2] == ["QLQC30", "OES18"]
