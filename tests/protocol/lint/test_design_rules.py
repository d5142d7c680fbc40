"""DES-01 to DES-16 on made-up records: each fires on one, and is silent on its nearest neighbour."""

from typing import Any

import pytest

from tests.protocol.lint.made import (
    ARMS,
    DESIGN,
    DETAIL,
    DRUGS,
    MASKING,
    OFFICIAL,
    STATUS,
    SUMMARY,
    TITLE,
    Case,
    answer,
    record,
)
from topline.protocol.lint.rule import Answer

ALLOCATION, MODEL = f"{DESIGN}.allocation", f"{DESIGN}.interventionModel"
COUNT, TYPE = "designModule.enrollmentInfo.count", "designModule.enrollmentInfo.type"
STUDY = "designModule.studyType"
PHASES = "designModule.phases"


def arm(label: str, kind: str = "EXPERIMENTAL", *names: str) -> dict[str, Any]:
    return {"label": label, "type": kind, "interventionNames": list(names)}


def drug(name: str, kind: str = "DRUG", description: str = "5 mg", *labels: str) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": description, "armGroupLabels": list(labels)}


TWO = [arm("A", "EXPERIMENTAL", "Drug: Madeupinib"), arm("B", "NO_INTERVENTION")]
INERT = [arm("A", "EXPERIMENTAL", "Drug: Madeupinib"), arm("B", "PLACEBO_COMPARATOR", "Drug: Placebo")]

CASES = (
    Case("DES-01", "PLACEBO_COMPARATOR", {ARMS: INERT}),
    Case("DES-01", None, {ARMS: INERT, MASKING: "DOUBLE"}),
    Case("DES-01", "Sham", {DRUGS: [drug("Sham irradiation", "RADIATION")]}),
    Case("DES-01", None, {DRUGS: [drug("Madeupinib without placebo")]}),
    Case("DES-01", None, {DRUGS: [drug("Shampoo", "OTHER")]}),
    Case("DES-02", "Double-blind", {TITLE: "A Double-blind Trial"}),
    Case("DES-02", None, {TITLE: "A Double-blind Trial", MASKING: "DOUBLE"}),
    Case("DES-02", "double blind", {TITLE: "A double blind Trial", MASKING: "SINGLE"}),
    Case("DES-02", None, {TITLE: "A Double-blind Trial With an Open-label Extension"}),
    Case("DES-03", "Open-label", {TITLE: "An Open-label Trial", MASKING: "DOUBLE"}),
    Case("DES-03", None, {TITLE: "An Open-label Trial"}),
    Case("DES-03", None, {TITLE: "An Open-label Extension of a Trial", MASKING: "DOUBLE"}),
    Case(
        "DES-03",
        None,
        {
            TITLE: "An Open-label Trial",
            f"{DESIGN}.maskingInfo": {"masking": "SINGLE", "whoMasked": ["OUTCOMES_ASSESSOR"]},
        },
    ),
    Case("DES-04", "RANDOMIZED", {ALLOCATION: "RANDOMIZED"}),
    Case("DES-04", None, {ALLOCATION: "RANDOMIZED", ARMS: TWO}),
    Case("DES-05", "NA", {ARMS: TWO}),
    Case("DES-05", None, {ARMS: TWO, ALLOCATION: "NON_RANDOMIZED"}),
    Case("DES-06", "SINGLE_GROUP", {ARMS: TWO}),
    Case("DES-06", None, {ARMS: TWO, MODEL: "PARALLEL"}),
    Case("DES-06", "PARALLEL", {MODEL: "PARALLEL"}),
    Case("DES-06", None, {MODEL: "SEQUENTIAL"}),
    Case("DES-07", "Randomized", {TITLE: "A Randomized Trial"}),
    Case("DES-07", None, {TITLE: "A Randomized Trial", ALLOCATION: "RANDOMIZED", OFFICIAL: None}),
    Case("DES-07", None, {TITLE: "A Non-randomized Trial"}),
    Case("DES-07", "Single-arm", {ALLOCATION: "RANDOMIZED"}),
    Case(
        "DES-08",
        "They will be randomized",
        {STUDY: "OBSERVATIONAL", SUMMARY: "Half of them hope. They will be randomized."},
    ),
    Case("DES-08", None, {SUMMARY: "Half of them hope. They will be randomized."}),
    Case("DES-08", None, {STUDY: "OBSERVATIONAL", SUMMARY: "Patients of earlier randomized trials are followed."}),
    Case("DES-08", None, {STUDY: "OBSERVATIONAL", TITLE: "A Mendelian Randomized Analysis"}),
    Case("DES-09", "plus", {DRUGS: [drug("Madeupinib plus fakimab")]}),
    Case("DES-09", "b + f", {DRUGS: [drug("Madeupinib + fakimab")]}),
    Case("DES-09", "Combination", {DRUGS: [drug("Combination therapy")]}),
    Case("DES-09", None, {DRUGS: [drug("Madeupinib/fakimab")]}),  # one tablet may hold both
    Case("DES-09", None, {DRUGS: [drug("CD8+ T cells", "BIOLOGICAL")]}),
    Case("DES-09", None, {DRUGS: [drug("CD34 + cells", "BIOLOGICAL")]}),
    Case("DES-09", None, {DRUGS: [drug("Radiation plus surgery", "PROCEDURE")]}),
    Case("DES-10", "B", {ARMS: [*TWO[:1], arm("B", "ACTIVE_COMPARATOR")]}),
    Case("DES-10", None, {ARMS: TWO}),
    Case("DES-10", None, {ARMS: [arm("B", "ACTIVE_COMPARATOR")], DRUGS: [drug("Madeupinib", "DRUG", "5 mg", "B")]}),
    Case("DES-11", "Fakimab", {DRUGS: [drug("Madeupinib", "DRUG", "5 mg", "Madeupinib"), drug("Fakimab")]}),
    Case("DES-11", None, {DRUGS: [drug("madeupinib")]}),  # the arm names it
    Case("DES-12", "Madeupinib", {DRUGS: [drug("Madeupinib", "DRUG", "By mouth, once a day")]}),
    Case("DES-12", None, {DRUGS: [drug("Madeupinib", "DRUG", "By mouth, 5 mg once a day")]}),
    Case("DES-12", None, {DRUGS: [drug("Madeupinib", "DRUG", "AUC 5, day 1")]}),
    Case("DES-12", None, {DRUGS: [drug("Cells", "BIOLOGICAL", "2 x 10^6 cells/kg")]}),
    Case("DES-12", None, {DRUGS: [drug("Madeupinib")], SUMMARY: "500 mg are given daily."}),
    Case("DES-12", "Cream", {DRUGS: [drug("Cream", "DRUG", "Daily")], SUMMARY: "40% of tumours shrink."}),
    Case("DES-12", None, {DRUGS: [drug("Cream", "DRUG", "5% daily")]}),
    Case("DES-12", None, {DRUGS: [drug("Resection", "PROCEDURE", "Open")]}),
    Case("DES-13", "43", {DETAIL: "Tumours are assessed every 6 weeks."}),
    Case("DES-13", None, {DETAIL: "The sample size follows from the hypotheses."}),
    Case("DES-13", "43", {DETAIL: "Consent may be given by a power of attorney."}),
    Case("DES-13", None, {DETAIL: "With 43 patients the power is 90%."}),
    Case("DES-13", None, {DETAIL: None, PHASES: ["PHASE3"]}),
    Case("DES-13", None, {DETAIL: None, COUNT: 0}),  # withdrawn
    Case("DES-14", "60 patients will be enrolled", {DETAIL: "A total of 60 patients will be enrolled."}),
    Case("DES-14", None, {DETAIL: "A total of 43 patients will be enrolled."}),
    Case("DES-14", None, {DETAIL: "In the first stage 19 patients will be enrolled."}),
    Case("DES-14", None, {DETAIL: "20 patients will be enrolled here. 23 patients will be enrolled there."}),
    Case("DES-14", None, {DETAIL: "About 45 patients will be enrolled."}),  # within a tenth
    Case("DES-14", None, {DETAIL: "A total of 60 patients will be enrolled.", TYPE: "ACTUAL"}),
    Case("DES-14", "will enroll 430 adult patients", {DETAIL: "The trial will enroll 430 adult patients."}),
    Case("DES-15", "43", {STATUS: "COMPLETED"}),
    Case("DES-15", None, {STATUS: "COMPLETED", TYPE: "ACTUAL"}),
    Case("DES-15", "43", {TYPE: "ACTUAL"}),
    Case("DES-15", "43", {STATUS: "WITHDRAWN"}),
    Case("DES-15", None, {STATUS: "WITHDRAWN", COUNT: 0}),
    Case("DES-16", "Phase II", {PHASES: ["PHASE3"]}),
    Case("DES-16", None, {PHASES: ["PHASE2", "PHASE3"]}),
    Case("DES-16", "phase 1b", {TITLE: "A phase 1b Trial"}),
    Case("DES-16", None, {TITLE: "A Phase I/II Trial"}),
    Case("DES-16", "Phase II", {PHASES: ["NA"]}),
    Case("DES-16", None, {PHASES: ["EARLY_PHASE1"], TITLE: "A Phase 0/I Trial", OFFICIAL: None}),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_design(case: Case) -> None:
    said = answer(case.rule, record(case.changes), case.today)
    assert [finding.words for finding in said.findings] == ([] if case.words is None else [case.words])


def test_an_unseen_description_of_the_drug_is_named() -> None:
    absent = frozenset({f"{DRUGS}.0.description"})
    [finding] = answer("DES-12", record({DRUGS: [{"type": "DRUG", "name": "Madeupinib"}]}, absent)).findings
    assert finding.message == "a dose is stated nowhere in this source, which has no descriptions of treatments"


@pytest.mark.parametrize(
    "changes",
    [
        {DRUGS: [{"type": "DRUG", "name": "Madeupinib"}, {"type": "DRUG", "name": "Otherimab"}]},  # two unseen texts
        {DETAIL: None, ARMS: [{"label": "Madeupinib"}]},  # nothing that was read explains the trial
        {DETAIL: "The dose is lowered after toxicity."},
    ],
    ids=["two drugs", "nothing explained", "a dose is spoken of"],
)
def test_a_dose_may_stand_in_an_unseen_description(changes: dict[str, Any]) -> None:
    one = {DRUGS: [{"type": "DRUG", "name": "Madeupinib"}]}
    said = answer("DES-12", record(one | changes, frozenset({f"{DRUGS}.0.description"})))
    assert said.answer is Answer.CANNOT_ASSESS
    assert said.reason == "a dose may stand in the descriptions of treatments, which are not in this source"


def test_both_numbers_are_told() -> None:
    [finding] = answer("DES-14", record({DETAIL: "1,200 women will be recruited."})).findings
    assert finding.message == "1200 in the text, 43 in the enrolment field"
