"""OUT-05 to OUT-25 on made-up records, but those about estimands: each fires on one, and not on its neighbour."""

import pytest

from tests.protocol.lint.made import (
    CRITERIA,
    DESIGN,
    DETAIL,
    EVENTS,
    FIRST,
    PRIMARY,
    SECOND,
    START,
    SUMMARY,
    SURVIVAL,
    Case,
    answer,
    outcome,
    record,
)
from topline.protocol.lint.rule import Answer

COMPLETION = "statusModule.completionDateStruct.date"
LAST = "statusModule.primaryCompletionDateStruct.date"
ONE_YEAR = {START: "2024-01-01", COMPLETION: "2025-01-01", LAST: "2025-01-01"}
STOCK = (
    "From date of enrolment until the date of first documented progression or date of death from any cause, whichever"
)
THREE, FOUR = ([outcome(f"Marker {number}") for number in range(count)] for count in (3, 4))
EXPLORED = "An exploratory marker analysis will be done."
TWO_SCHEDULES = "Each cycle, every visit, up to 1 year"
SHORT = "The median survival is 6-10 months."
CRP = outcome("Change of CRP")

CASES = (
    Case("OUT-05", "", {FIRST: [outcome("Response", time_frame=None)]}),
    Case("OUT-05", None, {SECOND: [outcome("Response", time_frame=None)]}),
    Case("OUT-06", "Throughout the study", {FIRST: [outcome("CRP", time_frame="Throughout the study")]}),
    Case("OUT-06", None, {FIRST: [outcome("CRP", time_frame="Throughout cycle one")]}),
    Case("OUT-06", "Long term", {SECOND: [outcome("CRP", time_frame="Long term")]}),
    Case("OUT-06", "until progression", {SECOND: [outcome("CRP", time_frame="until progression")]}),
    Case("OUT-06", None, {SECOND: [outcome("CRP", time_frame="At baseline")]}),
    Case("OUT-06", None, {SECOND: [outcome("CRP", time_frame="At the first visit")]}),
    Case("OUT-07", "CRP", {FIRST: [outcome("CRP", None)]}),
    Case("OUT-07", None, {FIRST: [outcome("CRP", "Serum, in mg/L")]}),
    Case("OUT-07", None, {SECOND: [outcome("CRP", None)]}),
    Case("OUT-08", "Disease control rate", {FIRST: [outcome("Disease control rate")], SECOND: []}),
    Case("OUT-08", None, {FIRST: [outcome("Disease control rate", "By RECIST")], SECOND: []}),
    Case("OUT-08", None, {FIRST: [outcome("PFS")], SECOND: [], CRITERIA: "Measurable by RECIST 1.1"}),
    Case("OUT-08", None, {FIRST: [outcome("ORR", "By modified Response Assessment in Neuro-Oncology")], SECOND: []}),
    Case("OUT-08", None, {FIRST: [outcome("Pathological complete response")], SECOND: []}),
    Case("OUT-08", None, {FIRST: [outcome("Response rate", "At least 30% decrease of the sum")], SECOND: []}),
    Case("OUT-08", "ORR", {FIRST: [outcome("ORR")], SECOND: [], CRITERIA: "By choice; adequate bone marrow; measles"}),
    Case("OUT-09", "RECIST", {FIRST: [outcome("ORR", "By RECIST")], SECOND: []}),
    Case("OUT-09", None, {FIRST: [outcome("ORR", "By RECIST v1.1")], SECOND: []}),
    Case("OUT-09", None, {FIRST: [outcome("ORR", "By RECIST criteria (version 1.1)")], SECOND: []}),
    Case("OUT-09", None, {FIRST: [outcome("ORR", "By mRECIST")], SECOND: []}),
    Case("OUT-09", None, {FIRST: [outcome("ORR", "By RECIST")], SECOND: [], CRITERIA: "Measurable by RECIST1.1"}),
    Case("OUT-10", "RECIST 1.0", {FIRST: [outcome("ORR", "By RECIST 1.0")], SECOND: [outcome("PFS", "By RECIST 1.1")]}),
    Case("OUT-10", None, {FIRST: [outcome("ORR", "By RECIST 1.1")], SECOND: [outcome("PFS", "By RECIST 1.1")]}),
    Case("OUT-10", None, {FIRST: [outcome("ORR", "By RECIST 1.1")], SECOND: [], CRITERIA: "Lesion by RECIST 1.0"}),
    Case("OUT-11", "", {FIRST: FOUR}),
    Case("OUT-11", None, {FIRST: THREE}),
    Case("OUT-11", None, {FIRST: FOUR, "designModule.phases": ["PHASE3"]}),
    Case("OUT-12", "PFS and overall survival", {SECOND: [outcome("PFS and overall survival")]}),
    Case("OUT-12", None, {SECOND: [outcome("PFS"), outcome("Overall survival")]}),
    Case("OUT-12", "Objective response rate (ORR) / DCR", {SECOND: [outcome("Objective response rate (ORR) / DCR")]}),
    Case("OUT-12", None, {SECOND: [outcome("Overall survival of patients with complete response")]}),
    Case("OUT-12", None, {SECOND: [outcome("Progression-free survival (PFS)")]}),
    Case("OUT-12", "Safety and efficacy", {SECOND: [outcome("Safety and efficacy")]}),
    Case("OUT-12", None, {SECOND: [outcome("Safety and tolerability")]}),
    Case("OUT-13", "Safety and tolerability", {FIRST: [outcome("Safety and tolerability", None)]}),
    Case("OUT-13", None, {FIRST: [outcome("Safety and tolerability", "Share with a grade 3 event")]}),
    Case("OUT-13", "Efficacy of madeupinib", {FIRST: [outcome("Efficacy of madeupinib", None)]}),
    Case("OUT-13", None, {FIRST: [outcome("Safety: share with a grade 3 event", None)]}),
    Case("OUT-15", "2 years", {**ONE_YEAR, SECOND: [outcome("CRP", time_frame="Up to 2 years")]}),
    Case("OUT-15", None, {**ONE_YEAR, SECOND: [outcome("CRP", time_frame="Up to 14 months")]}),
    Case("OUT-15", "15 months", {**ONE_YEAR, SECOND: [outcome("CRP", time_frame="Up to 15 months")]}),
    Case("OUT-15", None, {START: "2028-04", SECOND: [outcome("CRP", time_frame="5 years")]}),  # dates out of order
    Case("OUT-16", "Week 80", {**ONE_YEAR, FIRST: [outcome("CRP", time_frame="Week 80")]}),
    Case("OUT-16", None, {**ONE_YEAR, SECOND: [outcome("CRP", time_frame="Week 80")], FIRST: [CRP]}),
    Case("OUT-17", "exploratory marker", {SUMMARY: EXPLORED}),
    Case("OUT-17", None, {SUMMARY: EXPLORED, FIRST: [outcome("PD-L1 expression")]}),
    Case("OUT-17", None, {SUMMARY: "Exploratory marker analyses were published elsewhere."}),
    Case("OUT-19", "change  of CRP", {FIRST: [CRP], SECOND: [outcome("change  of CRP")]}),
    Case("OUT-19", None, {FIRST: [CRP], SECOND: [outcome("Change of CRP", time_frame="Week 24")]}),
    Case("OUT-19", None, {FIRST: [CRP], SECOND: [outcome("Change of CRP", "By a second laboratory")]}),
    Case("OUT-19", "Change of CRP", {FIRST: [CRP], SECOND: [outcome("Change of CRP", None)]}),
    Case("OUT-20", "", {SECOND: []}),
    Case("OUT-20", None, {SECOND: [outcome("OS")]}),
    Case("OUT-20", None, {SECOND: [outcome("Survival at one year")]}),
    Case("OUT-20", "", {SECOND: [outcome("Event-free survival")]}),
    Case("OUT-20", None, {SECOND: [], f"{DESIGN}.primaryPurpose": "DIAGNOSTIC"}),
    Case("OUT-20", None, {SECOND: [], FIRST: [CRP]}),  # no tumour is judged
    Case("OUT-21", TWO_SCHEDULES, {FIRST: [outcome("X", time_frame=TWO_SCHEDULES)]}),
    Case("OUT-21", None, {FIRST: [outcome("X", time_frame="Every cycle, up to 1 year")]}),
    Case("OUT-21", None, {FIRST: [outcome("X", time_frame="Every week, then every month, up to 1 year")]}),
    Case("OUT-22", "100 months", {DETAIL: SHORT, SECOND: [SURVIVAL | {"timeFrame": "100 months"}]}),
    Case("OUT-22", None, {DETAIL: SHORT, SECOND: [SURVIVAL | {"timeFrame": "60 months"}]}),
    Case("OUT-22", None, {DETAIL: "The median survival is 3 months.", SECOND: [SURVIVAL | {"timeFrame": "36 months"}]}),
    Case("OUT-22", None, {DETAIL: SHORT, SECOND: [CRP | {"timeFrame": "100 months"}]}),
    Case("OUT-23", STOCK.partition(", whichever")[0], {SECOND: [outcome("Quality of life", time_frame=STOCK)]}),
    Case("OUT-23", None, {SECOND: [outcome("Progression-free survival", time_frame=STOCK)]}),
    Case("OUT-24", "", {FIRST: []}),
    Case("OUT-24", None, {FIRST: [CRP]}),
    Case("OUT-25", "RECIST 1.2", {FIRST: [outcome("ORR", "By RECIST 1.2")]}),
    Case("OUT-25", None, {FIRST: [outcome("ORR", "By RECIST 1.1")]}),
    Case("OUT-25", None, {CRITERIA: "A lesion by RECIST, 1.5 cm or more"}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_outcomes(case: Case) -> None:
    said = answer(case.rule, record(case.changes), case.today)
    assert [finding.words for finding in said.findings][:1] == ([] if case.words is None else [case.words])


def test_one_finding_stands_for_outcomes_with_one_cause() -> None:
    late = [EVENTS | {"timeFrame": f"{years} years"} for years in (2, 5, 3)]
    [finding] = answer("OUT-15", record({**ONE_YEAR, FIRST: [CRP], SECOND: late})).findings
    assert finding.words == "5 years"
    assert finding.message == "the study lasts 12 months; this needs 60 months; the same in 2 other outcomes"


def test_several_schedules_are_quoted() -> None:
    [finding] = answer(
        "OUT-21", record({FIRST: [PRIMARY | {"timeFrame": "Every 3 weeks, each vist, up to 1 year"}]})
    ).findings
    assert finding.message == "one outcome holds several time frames: 'every 3 week', 'each vist', and an end"


def test_an_unseen_criterion_is_named_beside_missing_response_criteria() -> None:
    bare = {"measure": "ORR", "timeFrame": "6 months"}
    made = record({FIRST: [bare], SECOND: [], "eligibilityModule": {}}, frozenset({"eligibilityModule"}))
    [finding] = answer("OUT-08", made).findings
    assert finding.message == "response criteria are named nowhere in this source, which has no criteria"


def test_response_criteria_may_stand_in_unseen_criteria_where_outcomes_are_described() -> None:
    described = {"measure": "ORR", "description": "Best response on treatment", "timeFrame": "6 months"}
    made = record({FIRST: [described], SECOND: [], "eligibilityModule": {}}, frozenset({"eligibilityModule"}))
    said = answer("OUT-08", made)
    assert said.answer is Answer.CANNOT_ASSESS
    assert said.reason == "response criteria may be named in the eligibility criteria, which are not in this source"


def test_no_outcome_is_missed_on_a_form_without_outcomes() -> None:
    made = record({FIRST: None, SECOND: None}, frozenset({"outcomesModule"}))
    assert {answer(rule, made).answer for rule in ("OUT-20", "OUT-24")} == {Answer.CANNOT_ASSESS}
