"""DAT-01 to DAT-04 on made-up records: each fires on one, and is silent on its nearest neighbour."""

from datetime import date

import pytest

from tests.protocol.lint.made import START, STATUS, Case, answer, record
from topline.protocol.lint.rule import Answer

SUBMITTED = "statusModule.studyFirstSubmitDate"
COMPLETION = "statusModule.completionDateStruct.date"
PRIMARY = "statusModule.primaryCompletionDateStruct.date"
UPDATED = "statusModule.lastUpdateSubmitDate"

CASES = (
    Case("DAT-01", "2024-03-26", {SUBMITTED: "2024-03-26"}),
    Case("DAT-01", None, {SUBMITTED: "2024-03-25"}),
    Case("DAT-01", None, {SUBMITTED: "2024-04-21", START: "2024-03"}),  # the month of March has 31 days
    Case("DAT-01", "2024-04-22", {SUBMITTED: "2024-04-22", START: "2024-03"}),
    Case("DAT-01", None, {SUBMITTED: "2005-09-01", START: "2005-06"}),  # before registration was asked for
    Case("DAT-01", "2005-09-01", {SUBMITTED: "2005-09-01", START: "2005-07"}),
    Case("DAT-01", None, {SUBMITTED: "2025-01-01", "designModule.studyType": "OBSERVATIONAL"}),
    Case("DAT-02", "2026-10", {COMPLETION: "2026-10"}),
    Case("DAT-02", None, {COMPLETION: "2026-11"}),  # the month is not over
    Case("DAT-02", None, {COMPLETION: "2026-10", STATUS: "COMPLETED"}),
    Case("DAT-02", "RECRUITING", {UPDATED: "2024-11-19"}),
    Case("DAT-02", None, {UPDATED: "2024-11-20"}),
    Case("DAT-03", "2024-02", {COMPLETION: "2024-02", PRIMARY: None}),
    Case("DAT-03", None, {COMPLETION: "2024-03", PRIMARY: None}),  # within the month of the start
    Case("DAT-03", "2028-03", {PRIMARY: "2028-04-01"}),
    Case("DAT-03", None, {PRIMARY: "2028-03-31"}),
    Case("DAT-04", "2026-10-21", {STATUS: "NOT_YET_RECRUITING", START: "2026-10-21"}),
    Case("DAT-04", None, {STATUS: "NOT_YET_RECRUITING", START: "2026-10-22"}),
    Case("DAT-04", None, {START: "2026-10-21"}),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_dates(case: Case) -> None:
    said = answer(case.rule, record(case.changes), case.today)
    assert [finding.words for finding in said.findings] == ([] if case.words is None else [case.words])


def test_a_stale_record_becomes_stale_with_the_calendar() -> None:
    made = record({COMPLETION: "2026-10"})
    assert answer("DAT-02", made, date(2026, 10, 31)).answer is Answer.SILENT
    assert answer("DAT-02", made, date(2026, 11, 1)).answer is Answer.FIRES


def test_the_message_counts_the_days() -> None:
    [finding] = answer("DAT-01", record({SUBMITTED: "2024-06-12"})).findings
    assert finding.message == "registered 100 days or more after the start of the trial"


def test_a_date_that_is_none_is_no_date() -> None:
    assert answer("DAT-03", record({COMPLETION: "soon", PRIMARY: "2023-13"})).answer is Answer.SILENT
