"""SAF-01 to SAF-06 and QOL-01 to QOL-03 on made-up records: each fires on one, and not on its nearest neighbour."""

import pytest

from tests.protocol.lint.made import CRITERIA, FIRST, SECOND, START, Case, answer, outcome, record
from topline.protocol.lint.rule import Answer
from topline.protocol.record.record import Record

SUBMITTED = "statusModule.studyFirstSubmitDate"
ASTHMA = {"conditionsModule": {"conditions": ["Asthma"]}, "identificationModule": {"briefTitle": "Madeupinib"}}
IN_FULL = "Common Terminology Criteria for Adverse Events"
CRP = outcome("Change of CRP")


def graded(words: str) -> dict[str, object]:
    return {SECOND: [outcome("Toxicity", words)]}


CASES = (
    Case("SAF-01", "Toxicity", {SECOND: [outcome("Toxicity")]}),
    Case("SAF-01", None, {SECOND: [outcome("Toxicity", "By CTCAE 5.0")]}),
    Case("SAF-01", None, {SECOND: [outcome("Toxicity")], CRITERIA: "Recovered to grade 1 of CTCAE 5.0"}),
    Case("SAF-01", None, {SECOND: [outcome("Toxicity", "Clavien-Dindo grade")]}),
    Case("SAF-01", "Toxicity", {SECOND: [outcome("Toxicity")], CRITERIA: "Patients who take prevalent drugs; CTCs"}),
    Case("SAF-01", None, {SECOND: [CRP]}),
    Case("SAF-01", None, {SECOND: [outcome("Toxicity")], **ASTHMA}),
    Case("SAF-02", "CTCAE 4.03", graded("By CTCAE 4.03") | {START: "2018-04-02"}),
    Case("SAF-02", None, graded("By CTCAE 4.03") | {START: "2018-04-01"}),
    Case("SAF-02", None, graded("By CTCAE 4.0") | {START: "2016-08"}),
    Case("SAF-02", "CTCAE v4.0", graded("By CTCAE v4.0") | {START: None}),  # the first submission decides
    Case("SAF-02", None, graded("By CTCAE v4.0") | {START: None, SUBMITTED: "2016-12-29"}),
    Case("SAF-02", None, graded("By CTCAE 5.0")),
    Case("SAF-03", "CTCAE 5.0", graded("By CTCAE 5.0") | {START: "2026-01"}),
    Case("SAF-03", None, graded("By CTCAE 5.0") | {START: "2025-12"}),
    Case("SAF-03", None, graded("By CTCAE 6.0") | {START: "2026-01"}),
    Case("SAF-04", "CTCAE", graded("By CTCAE")),
    Case("SAF-04", None, graded("By CTCAE") | {CRITERIA: "Neuropathy of grade 2 (NCI-CTCAE version 5.0)"}),
    Case("SAF-04", None, graded("By version 5.0 of the Common Terminology Criteria for Adverse Events")),
    Case("SAF-04", IN_FULL, graded(IN_FULL)),
    Case("SAF-04", "CTCAE", graded("CTCAE, 5 days")),
    Case("SAF-04", None, graded("Impact on CTCs")),  # circulating tumour cells
    Case("SAF-05", "Throughout", {SECOND: [outcome("Treatment-emergent events", time_frame="Throughout")]}),
    Case("SAF-05", None, {SECOND: [outcome("Treatment-emergent events", time_frame="To 30 days after the last dose")]}),
    Case("SAF-05", None, {SECOND: [outcome("Serum levels", time_frame="Throughout")]}),
    Case("SAF-06", "CTCAE 4.5", graded("By CTCAE 4.5")),
    Case("SAF-06", None, graded("By CTCAE 4.03")),
    Case("SAF-06", None, graded("By CTCAE v5")),
    Case("SAF-06", "CTCAEv5.1", graded("By CTCAEv5.1")),
    Case("SAF-06", "CTCAE version 7", graded("By CTCAE version 7")),
    Case("QOL-01", "Quality of life", {SECOND: [outcome("Quality of life")]}),
    Case("QOL-01", "Quality of life", {SECOND: [outcome("Quality of life", "Impact, all randomized")]}),
    Case("QOL-01", None, {SECOND: [outcome("Quality of life", "By FACT-E")]}),
    Case("QOL-01", None, {SECOND: [outcome("Quality of life", "By EORTC QLQ-C30 version 3.0")]}),
    Case("QOL-01", None, {SECOND: [outcome("Quality of life", "Sum of the ABCD-12")]}),  # looks like a name
    Case("QOL-01", None, {SECOND: [outcome("Quality of life", "Madeup Wellbeing Scale")]}),
    Case("QOL-01", "HRQoL of patients", {SECOND: [outcome("HRQoL of patients", "By a QoL questionnaire")]}),
    Case("QOL-02", "QLQ-C30", {SECOND: [outcome("Global health, QLQ-C30")]}),
    Case("QOL-02", "QLQ C30", {SECOND: [outcome("Global health, QLQ C30")]}),
    Case("QOL-02", None, {SECOND: [outcome("Global health, QLQ-C30 (version 3.0)")]}),
    Case("QOL-02", None, {SECOND: [outcome("Global health, QLQ-C30 v3")]}),
    Case("QOL-02", None, {SECOND: [outcome("Share of CD30 positive cells")]}),
    Case("QOL-03", "QLQ-OES18", {SECOND: [outcome("Dysphagia, QLQ-OES18")]}),
    Case("QOL-03", None, {SECOND: [outcome("Dysphagia, QLQ-OES18"), outcome("Fatigue, QLQ-C30")]}),
    Case("QOL-03", None, {SECOND: [outcome("Information, QLQ-INFO25")]}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_safety(case: Case) -> None:
    said = answer(case.rule, record(case.changes), case.today)
    assert [finding.words for finding in said.findings] == ([] if case.words is None else [case.words])


def undated(words: str) -> Record:
    return record({**graded(words), "statusModule": {}}, frozenset({"statusModule"}))


@pytest.mark.parametrize(("rule", "version"), [("SAF-02", "4.0"), ("SAF-03", "5.0")])
def test_without_a_date_nobody_knows_which_version_was_current(rule: str, version: str) -> None:
    said = answer(rule, undated(f"By CTCAE {version}"))
    assert said.answer is Answer.CANNOT_ASSESS
    assert said.reason == f"CTCAE {version} is cited, and no date in this source says when the trial began"


@pytest.mark.parametrize(("rule", "version"), [("SAF-02", "5.0"), ("SAF-03", "6.0")])
def test_without_a_date_the_newest_version_raises_no_question(rule: str, version: str) -> None:
    assert answer(rule, undated(f"By CTCAE {version}")).answer is Answer.SILENT


def test_each_old_version_is_found_where_it_stands() -> None:
    made = record({FIRST: [outcome("Toxicity", "CTCAE 3.0")], SECOND: [CRP], CRITERIA: "Grade 2 by CTCAE v4"})
    found = answer("SAF-02", made).findings
    assert [(finding.path.partition(".")[0], finding.words) for finding in found] == [
        ("outcomesModule", "CTCAE 3.0"),
        ("eligibilityModule", "CTCAE v4"),
    ]


def test_a_third_version_elsewhere_answers_for_the_questionnaire() -> None:
    made = record({SECOND: [outcome("Fatigue, QLQ-C30"), outcome("Global health", "QLQ-C30, version 3.0")]})
    assert answer("QOL-02", made).answer is Answer.SILENT


@pytest.mark.parametrize(("rule", "words"), [("SAF-01", "Defined"), ("SAF-04", "By CTCAE")])
def test_what_criteria_often_hold_is_open_without_them(rule: str, words: str) -> None:
    made = record({**graded(words), CRITERIA: None}, frozenset({CRITERIA}))
    assert answer(rule, record(graded(words))).answer is Answer.FIRES
    assert answer(rule, made).answer is Answer.CANNOT_ASSESS
