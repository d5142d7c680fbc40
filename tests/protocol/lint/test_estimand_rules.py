"""OUT-01 to OUT-04, OUT-14, OUT-18 on made-up records: each fires on one, and is silent on its nearest neighbour."""

import pytest

from tests.protocol.lint.made import ARMS, DESIGN, DETAIL, FIRST, SECOND, SUMMARY, Case, answer, outcome, record
from topline.protocol.lint.rule import Answer

ALLOCATION = f"{DESIGN}.allocation"
OS, PFS, TTP = "Overall survival", "Progression-free survival (PFS)", "Time to progression"
DOCUMENTED = "until the date of first documented progression"
FROM_RANDOMIZATION = [outcome(OS, time_frame="From randomization to death, up to 2 years")]
PLATFORM = "Patients will be randomized 1:1 in the second part."

CASES = (
    Case("OUT-01", "randomization", {SECOND: FROM_RANDOMIZATION}),
    Case("OUT-01", None, {SECOND: [outcome(OS, time_frame="From enrolment to death, up to 2 years")]}),
    Case("OUT-01", None, {SECOND: FROM_RANDOMIZATION, ALLOCATION: "RANDOMIZED"}),
    Case("OUT-01", "randomization", {SECOND: FROM_RANDOMIZATION, ALLOCATION: "NON_RANDOMIZED"}),
    Case("OUT-01", None, {SECOND: FROM_RANDOMIZATION, ALLOCATION: "NON_RANDOMIZED", SUMMARY: PLATFORM}),
    Case("OUT-01", None, {SECOND: [outcome(OS, "From randomisation/start of dosing")]}),
    Case("OUT-01", "randomised", {SECOND: [outcome(OS, "Patients randomised and alive")]}),
    Case("OUT-01", None, {SECOND: [outcome(OS, "This non-randomised trial follows all")]}),
    Case("OUT-02", "until progression", {SECOND: [outcome(OS, "From enrolment until progression")]}),
    Case("OUT-02", None, {SECOND: [outcome(OS, "From enrolment until death")]}),
    Case("OUT-02", DOCUMENTED, {SECOND: [outcome(OS, f"Followed {DOCUMENTED}")]}),
    Case("OUT-02", "recist", {SECOND: [outcome(OS, "By recist 1.1")]}),
    Case("OUT-02", None, {SECOND: [outcome(OS, "Until death, regardless of progression or death of others")]}),
    Case("OUT-02", None, {SECOND: [outcome(OS, "Time from progression to death")]}),
    Case("OUT-02", None, {SECOND: [outcome(PFS, "From enrolment until progression or death")]}),
    Case("OUT-03", "Time from enrolment to progress", {SECOND: [outcome(PFS, "Time from enrolment to progression")]}),
    Case("OUT-03", None, {SECOND: [outcome(PFS, "Time from enrolment to progression or death")]}),
    Case("OUT-03", None, {SECOND: [outcome(PFS, "Time alive and from enrolment to progression")]}),
    Case("OUT-03", None, {SECOND: [outcome(PFS, "Progression by RECIST 1.1")]}),  # no definition
    Case("OUT-03", None, {SECOND: [outcome(TTP, "Time from enrolment to progression")]}),
    Case("OUT-04", "or death", {SECOND: [outcome(TTP, "From enrolment to progression or death")]}),
    Case("OUT-04", None, {SECOND: [outcome(TTP, "From enrolment to progression; deaths are censored")]}),
    Case("OUT-04", None, {SECOND: [outcome(TTP, "From enrolment to progression or death from cancer")]}),
    Case("OUT-04", None, {SECOND: [outcome(PFS, "From enrolment to progression or death")]}),
    Case("OUT-14", "6 months", {FIRST: [outcome("Disease control rate", None, "6 months")]}),
    Case("OUT-14", None, {FIRST: [outcome("Disease control rate", None, "Every 6 weeks up to 6 months")]}),
    Case("OUT-14", None, {FIRST: [outcome("Disease control rate", "Percentage without progression", "6 months")]}),
    Case("OUT-14", None, {FIRST: [outcome("C-reactive protein", None, "6 months")]}),
    Case("OUT-18", OS, {SECOND: [outcome(OS, "Time from enrolment to death")]}),
    Case("OUT-18", None, {SECOND: [outcome(OS, "Time from enrolment to death, censored at the last visit")]}),
    Case("OUT-18", None, {SECOND: [outcome(OS, "Time from enrolment to death, regardless of new therapy")]}),
    Case("OUT-18", None, {SECOND: [outcome(OS, "Time to death")], DETAIL: "Patients alive are censored."}),
    Case("OUT-18", None, {SECOND: [outcome(PFS, "Proportion of patients without progression")]}),
    Case("OUT-18", None, {SECOND: [outcome(OS, "Time to death; if no death is known, the last visit")]}),
    Case("OUT-18", None, {SECOND: [outcome("C-reactive protein")]}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_estimands(case: Case) -> None:
    said = answer(case.rule, record(case.changes), case.today)
    assert [finding.words for finding in said.findings] == ([] if case.words is None else [case.words])


def test_an_allocation_out_of_the_source_leaves_the_question_open_and_shows_the_words() -> None:
    two = [*FROM_RANDOMIZATION, outcome("Quality of life", time_frame="Weekly, from randomization on")]
    made = record({SECOND: two, ARMS: None, "designModule": {}}, frozenset({"designModule"}))
    said = answer("OUT-01", made)
    assert said.answer is Answer.CANNOT_ASSESS
    assert said.reason == (
        "the allocation is not in this source; a single arm cannot count 'From randomization', 'from randomization', "
        "as 2 fields do: Overall survival; Quality of life"
    )


def test_an_allocation_out_of_the_source_matters_only_where_something_is_randomized() -> None:
    made = record({"designModule": {}}, frozenset({"designModule"}))
    assert answer("OUT-01", made).answer is Answer.SILENT


def test_an_allocation_left_empty_is_told_apart() -> None:
    said = answer("OUT-01", record({SECOND: FROM_RANDOMIZATION, ALLOCATION: None}))
    assert said.reason.startswith("the allocation is empty; ")
