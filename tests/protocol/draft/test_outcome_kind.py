"""What outcomes mean: each kind of endpoint, each reason not to analyse, limits to some of the patients."""

import pytest

from topline.protocol.draft.outcome_kind import Reading, Trial, parse_outcome
from topline.protocol.record.content import Outcome

SOLID = Trial(False, "INVESTIGATOR", ())
BLOOD = Trial(True, "INVESTIGATOR", ())
REVIEWED = Trial(False, "INDEPENDENT ASSESSOR", ())


def read(measure: str, frame: str = "", description: str = "", trial: Trial = SOLID) -> tuple[Reading, ...]:
    return parse_outcome("p", Outcome(measure=measure, time_frame=frame, description=description), trial)


def kinds(measure: str, frame: str = "", description: str = "", trial: Trial = SOLID) -> list[str]:
    return [each.kind for each in read(measure, frame, description, trial)]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("Objective response rate (ORR)", ["ORR"]),
        ("Overall Response Rate", ["ORR"]),
        ("ORR by RECIST 1.1", ["ORR"]),
        ("Confirmed objective response", ["ORR"]),
        ("Complete response rate", ["CRR"]),
        ("Best overall response", ["BOR"]),
        ("Disease control rate (DCR)", ["DCR"]),
        ("Clinical benefit rate", ["CBR"]),
        ("Duration of response (DoR)", ["DOR"]),
        ("Duration of overall response", ["DOR"]),
        ("Time to first response", ["TTR"]),
        ("Progression free survival", ["PFS"]),
        ("Median PFS", ["PFS"]),
        ("Time to tumor progression", ["TTP"]),
        ("Overall survival", ["OS"]),
        ("Event-free survival (EFS)", ["EFS"]),
        ("Disease-free survival", ["DFS"]),
        ("Recurrence-free survival", ["RFS"]),
        ("Time to treatment failure", ["TTF"]),
        ("Time to next anticancer therapy", ["TTNT"]),
        ("Number of participants with adverse events", ["TEAE"]),
        ("Safety and tolerability", ["TEAE"]),
        ("Grade 3 toxicities", ["TEAE"]),
        ("Change in EORTC QLQ-C30 scores", ["EORTC QLQ-C30"]),
        ("Swallowing by QLQ-OES18", ["EORTC QLQ-OES18"]),
        ("Biomarkers predictive of benefit", ["MARKERS"]),
        ("ORR, DCR, PFS, and overall survival", ["ORR", "DCR", "PFS", "OS"]),
        ("QLQ C30 and H&N35", ["EORTC QLQ-C30", "NONE"]),
    ],
)
def test_a_kind_is_read_by_its_usual_names(measure: str, expected: list[str]) -> None:
    assert kinds(measure) == expected


@pytest.mark.parametrize(
    ("measure", "stem"),
    [
        ("Area under the curve (AUC)", "PK"),
        ("Maximum concentration of the drug", "PK"),
        ("Anti-drug antibodies", "ADA"),
        ("Dose-limiting toxicity", "DLT"),
        ("Maximum tolerated dose by toxicity", "DLT"),
        ("Recommended phase 2 dose", "DLT"),
        ("Pathological complete response", "PATH"),
        ("PSA response rate", "LABRES"),
        ("Local progression-free survival", "SITE"),
        ("Invasive disease-free survival", "SITE"),
        ("Cancer-specific survival", "SITE"),
        ("Distant metastasis-free survival", "SITE"),
        ("PFS2", "SITE"),
        ("Duration of disease control", "DURDC"),
        ("Relapse rate at one year", "RELAPSE"),
        ("Laboratory abnormalities", "LAB"),
        ("Feasibility, by adverse events", "FEAS"),
        ("Change in target lesion size", "SIZE"),
        ("Quality-adjusted life years", "COST"),
        ("Time to deterioration of physical function", "DETER"),
        ("EQ-5D-5L index", "EQ5D"),
        ("Quality of life", "QOL"),
        ("PD-L1 expression", "LEVEL"),
        ("Tumor response signatures of T-cells", "LEVEL"),
        ("Correlation of expression with overall survival", "LINK"),
        ("Number of visits", "OUT"),
    ],
)
def test_what_is_not_analysed_says_why(measure: str, stem: str) -> None:
    (found,) = read(measure)
    assert (found.kind, found.stem) == ("NONE", stem)
    assert len(found.reason.split()) >= 5


@pytest.mark.parametrize(
    ("measure", "frame", "months"),
    [
        ("PFS rate at 6 months", "2 years", 6),
        ("6-month PFS rate", "6 months", 6),
        ("PFS6", "At 6 months", 6),
        ("2-year OS rate", "2 years", 24),
        ("Progression-free survival rate", "At 24 weeks after the start of treatment", 5.52),
        ("Progression-free survival", "6 months", None),
        ("Progression-free survival", "up to 2 years", None),
        ("Overall response rate and overall survival", "2 years", None),
    ],
)
def test_a_rate_at_one_time_is_told_from_a_time(measure: str, frame: str, months: float | None) -> None:
    found = read(measure, frame)[-1]
    assert (found.landmark.months if found.landmark else None) == months


def test_disease_control_at_one_time_needs_a_frame_of_its_own() -> None:
    alone = Trial(False, "INVESTIGATOR", ("6 months", "up to 2 years"))
    shared = Trial(False, "INVESTIGATOR", ("6 months", "6 months"))
    assert read("Disease control rate", "6 months", trial=alone)[0].landmark is not None
    assert read("Disease control rate", "6 months", trial=shared)[0].landmark is None
    assert read("Disease control rate", "up to 6 months", trial=alone)[0].landmark is None
    assert read("Disease control rate at 12 weeks", "up to 6 months", trial=shared)[0].landmark is not None


def test_other_criteria_are_not_taken_for_recist() -> None:
    assert kinds("Objective response rate", description="by Lugano criteria") == ["NONE"]
    assert kinds("Objective response rate", description="by mRECIST") == ["NONE"]
    assert kinds("Objective response rate", description="by RECIST 1.1 and by Choi criteria") == ["ORR"]
    assert kinds("Progression-free survival", trial=Trial(False, "INVESTIGATOR", (), "RANO")) == ["NONE"]
    assert kinds("Overall survival", trial=Trial(False, "INVESTIGATOR", (), "RANO")) == ["OS"]


def test_diseases_of_the_blood_have_survival_but_no_recist() -> None:
    assert kinds("Complete remission rate", trial=BLOOD) == ["NONE"]
    assert kinds("Overall survival", trial=BLOOD) == ["OS"]
    assert kinds("Response rate", description="by RECIST 1.1", trial=BLOOD) == ["ORR"]


def test_the_reader_of_the_scans_must_be_the_one_of_the_study() -> None:
    assert kinds("ORR by IRC") == ["NONE"]
    assert kinds("ORR by IRC", trial=REVIEWED) == ["ORR"]
    assert kinds("ORR by investigator", trial=REVIEWED) == ["NONE"]
    assert kinds("ORR by investigator and IRC") == ["ORR"]
    assert kinds("Overall survival by IRC") == ["OS"]


@pytest.mark.parametrize(
    ("measure", "kind", "words"),
    [
        ("Phase 1: objective response rate", "NONE", ""),
        ("Phase 2: objective response rate", "ORR", "Phase 2"),
        ("Cohort 6: ORR", "NONE", ""),
        ("All cohorts: ORR", "ORR", ""),
        ("ORR in the PD-L1 positive population", "NONE", ""),
        ("ORR in the intent to treat (ITT) population", "ORR", ""),
        ("ORR in Part D", "NONE", ""),
        ("ORR in patients with brain metastases", "NONE", ""),
    ],
)
def test_a_limit_to_some_of_the_patients_is_seen(measure: str, kind: str, words: str) -> None:
    (found,) = read(measure)
    assert (found.kind, found.restricted) == (kind, words)


def test_events_and_grades_that_the_tables_do_not_hold() -> None:
    assert kinds("Relapse-free survival", description="biochemical or clinical relapse") == ["NONE"]
    assert kinds("Relapse-free survival", description="recurrence on a scan or death") == ["RFS"]
    assert kinds("Toxicity: cytokine release", description="graded by the ASTCT consensus") == ["NONE"]
    assert kinds("Clinical benefit rate", description="CR, PR or SD for at least 24 weeks") == ["NONE"]
    assert kinds("Clinical benefit rate", description="CR, PR or SD for at least 8 weeks") == ["CBR"]


def test_a_general_measure_is_read_by_its_description() -> None:
    assert kinds("Anti-tumour activity", description="Proportion with an objective response") == ["ORR"]
    assert kinds("Anti-tumour activity", description="ORR and PFS are summarised") == ["NONE"]
    assert kinds("Number of visits", description="Proportion with an objective response") == ["NONE"]


def test_the_words_that_decide_are_named() -> None:
    measure = "Phase 2: Progression-free survival (PFS)"
    (found,) = read(measure)
    assert (found.origin.path, measure[found.origin.start : found.origin.end]) == (
        "p.measure",
        "Progression-free survival",
    )
