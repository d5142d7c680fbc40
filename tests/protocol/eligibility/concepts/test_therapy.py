"""Earlier treatment: lines, failures, classes and drugs."""

import pytest

from tests.protocol.eligibility.concepts.judged import exact, judged, reason, words
from topline.protocol.eligibility.concepts.drugs import DRUGS, parse_drug
from topline.protocol.eligibility.concepts.therapy import find
from topline.protocol.eligibility.tree import Holds
from topline.tables.patient_codes import DRUG_CLASSES

NONE = {"PRIORCLS": ["NONE"], "PRIORDRG": ["NONE"]}


@pytest.mark.parametrize(
    ("text", "rows", "expected"),
    [
        ("Failed first-line standard treatment", [{"FAIL1L": "Y"}, {"FAIL1L": "N"}, {}], [True, False, None]),
        (
            "progressed on or after first-line systemic therapy",
            [{"FAIL1L": "Y"}, {"FAIL1L": "N"}, {}],
            [True, False, None],
        ),
        (
            "disease progression on or after the last therapy",
            [{"PROGLAST": "Y"}, {"PROGLAST": "N"}, {}],
            [True, False, None],
        ),
        (
            "at least one prior line of systemic therapy",
            [{"PRIORLN": 0}, {"PRIORLN": 1}, {"PRIORLN": 2}, {}],
            [False, True, True, None],
        ),
        (
            "no more than two prior lines of therapy",
            [{"PRIORLN": 1}, {"PRIORLN": 2}, {"PRIORLN": 3}, {}],
            [True, True, False, None],
        ),
        (
            "1-2 prior lines of systemic therapy",
            [{"PRIORLN": 0}, {"PRIORLN": 1}, {"PRIORLN": 2}, {"PRIORLN": 3}],
            [False, True, True, False],
        ),
        (
            "No prior systemic therapy for advanced or metastatic disease",
            [{"PRIORLN": 0}, {"PRIORLN": 1}, {}],
            [True, False, None],
        ),
        ("has not received more than 3 lines of therapy", [{"PRIORLN": 3}, {"PRIORLN": 4}, {}], [True, False, None]),
    ],
)
def test_lines(text: str, rows: list[dict[str, object]], expected: list[bool | None]) -> None:
    assert exact(find, text)
    assert judged(find, text, *rows) == expected


def test_one_line_may_mean_exactly_one() -> None:
    rows = [{"PRIORLN": lines} for lines in (0, 1, 2)]
    assert judged(find, "have received one prior line of therapy", *rows) == [False, True, None]


def test_lines_of_chemotherapy_are_not_the_lines_that_are_counted() -> None:
    assert "lines of this kind" in reason(find, "at least 2 prior lines of chemotherapy")


def test_first_line_of_a_kind_is_at_most_the_first_line() -> None:
    rows = [{"FAIL1L": "N"}, {"FAIL1L": "Y"}, {"FAIL1L": "Y", "I01_A": "Y"}]
    assert judged(find, "failed first-line platinum-based chemotherapy", *rows) == [False, None, True]


@pytest.mark.parametrize(
    ("text", "codes", "other"),
    [
        ("previously used fluoropyrimidine drugs (such as 5-FU, capecitabine, etc.)", "FLUOROPYRIMIDINE", "PLATINUM"),
        ("prior platinum-based chemotherapy", "PLATINUM", "TAXANE"),
        ("previously treated with taxanes", "TAXANE", "PLATINUM"),
        ("prior treatment with PD-1 or PD-L1 inhibitors", "PD-1/PD-L1 INHIBITOR", "CTLA-4 INHIBITOR"),
        ("prior anti-PD-(L)1 therapy", "PD-1/PD-L1 INHIBITOR", "CTLA-4 INHIBITOR"),
        ("received immune checkpoint inhibitors", "CTLA-4 INHIBITOR", "CELL THERAPY"),
        ("prior immunotherapy", "CELL THERAPY", "PLATINUM"),
        ("treated with tyrosine kinase inhibitors", "ANTI-ANGIOGENIC TKI", "EGFR ANTIBODY"),
        ("prior EGFR-TKI", "EGFR TKI", "EGFR ANTIBODY"),
        ("prior anti-angiogenic therapy", "ANTI-ANGIOGENIC ANTIBODY", "EGFR TKI"),
        ("prior chemotherapy", "ANTIMETABOLITE", "HORMONE"),
        ("prior systemic anticancer therapy", "HORMONE", "NONE"),
    ],
)
def test_classes(text: str, codes: str, other: str) -> None:
    assert exact(find, text, "exclusion")
    rows = [{"PRIORCLS": [codes]}, {"PRIORCLS": [other]}, NONE, {}]
    assert judged(find, text, *rows, polarity="exclusion") == [True, False, False, None]


def test_a_drug_by_name() -> None:
    rows = [{"PRIORDRG": ["BEVACIZUMAB"]}, {"PRIORDRG": ["CISPLATIN"]}, NONE, {"PRIORCLS": ["PLATINUM"]}]
    assert judged(find, "prior treatment with bevacizumab", *rows, polarity="exclusion") == [True, False, False, None]
    rows = [{"PRIORDRG": ["FLUOROURACIL"]}, {"PRIORDRG": ["S-1"]}, {"PRIORDRG": ["PACLITAXEL"]}]
    assert judged(find, "previously received 5-FU or S-1", *rows, polarity="exclusion") == [True, True, False]


def test_anti_pd1_alone_is_not_every_drug_of_the_class() -> None:
    rows = [
        {"PRIORDRG": ["CAMRELIZUMAB"], "PRIORCLS": ["PD-1/PD-L1 INHIBITOR"]},
        {"PRIORDRG": ["DURVALUMAB"], "PRIORCLS": ["PD-1/PD-L1 INHIBITOR"]},
        NONE,
    ]
    assert judged(find, "prior anti-PD-1 therapy", *rows, polarity="exclusion") == [True, None, False]


def test_how_far_a_word_reaches_is_a_question() -> None:
    text = "received treatment with anti-angiogenic monoclonal antibodies or small-molecule tyrosine kinase inhibitors"
    rows = [
        {"PRIORCLS": [code]}
        for code in ("ANTI-ANGIOGENIC ANTIBODY", "ANTI-ANGIOGENIC TKI", "EGFR TKI", "EGFR ANTIBODY", "NONE")
    ]
    assert judged(find, text, *rows, polarity="exclusion") == [True, True, None, False, False]
    assert judged(find, text, {"PRIORCLS": ["EGFR TKI"], "E01_A": "Y"}, polarity="exclusion") == [True]


def test_negation() -> None:
    rows = [{"PRIORCLS": ["PLATINUM"]}, NONE, {}]
    assert judged(find, "no prior platinum-based chemotherapy", *rows) == [False, True, None]
    assert "double negative" in reason(find, "without prior immunotherapy", "exclusion")


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("prior radiotherapy to the target lesion", "PRIORRT"),
        ("previously received platinum in the adjuvant setting", "PRIORCLS"),
        ("prior chemotherapy for advanced disease", "PRIORCLS"),
        ("complications from prior radiotherapy", "PRIORRT"),
    ],
)
def test_a_limited_treatment_is_at_most_the_treatment(text: str, wide: str) -> None:
    yes = {"PRIORRT": "Y", "PRIORCLS": ["PLATINUM"]}
    assert judged(find, text, yes, {"PRIORRT": "N", **NONE}, polarity="exclusion") == [None, False], wide


@pytest.mark.parametrize(
    "text",
    [
        "known allergy to platinum compounds",
        "eligible for platinum-based chemotherapy",
        "will be treated with bevacizumab",
        "received systemic treatment with herbal medicine",
        "contraindication to 5-FU",
    ],
)
def test_false_friends_are_not_read(text: str) -> None:
    assert find(text, "exclusion") == []


def test_permission_is_left_to_a_person() -> None:
    assert "allows or excepts" in reason(find, "prior treatment with bevacizumab is allowed", "exclusion")


def test_a_window_is_read_elsewhere() -> None:
    assert words(find, "prior chemotherapy within 4 weeks before the first dose", "exclusion") == []


def test_every_class_of_the_lexicon_is_a_code() -> None:
    assert set(DRUGS) <= set(DRUG_CLASSES)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("5-FU", "FLUOROURACIL"),
        ("fluorouracil", "FLUOROURACIL"),
        ("trifluridine/tipiracil", "TRIFLURIDINE/TIPIRACIL"),
        ("TAS-102", "TRIFLURIDINE/TIPIRACIL"),
        ("rivoceranib", "APATINIB"),
        ("nab-paclitaxel", "NAB-PACLITAXEL"),
    ],
)
def test_spellings_of_one_drug_are_one_code(written: str, code: str) -> None:
    found = parse_drug(written, 0)
    assert found is not None
    assert found == (len(written), found[1])
    assert found[1].narrow == Holds("PRIORDRG", (code,))


def test_trifluridine_is_a_fluoropyrimidine() -> None:
    assert "trifluridine/tipiracil" in DRUGS["FLUOROPYRIMIDINE"]
