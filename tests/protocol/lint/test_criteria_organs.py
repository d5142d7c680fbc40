"""Organ function, laboratory limits and performance status: each rule on its case and beside it."""

import pytest

from tests.protocol.lint.criteria_case import answer, criteria, record, words
from topline.protocol.lint.rule import Answer


@pytest.mark.parametrize(
    ("inclusion", "exclusion", "finds"),
    [
        ("Normal function of major organs", "Pregnant", ["Normal function of major organs"]),
        (
            "Adequate bone marrow, liver and kidney function",
            "Pregnant",
            ["Adequate bone marrow, liver and kidney function"],
        ),
        ("Gastric cancer", "Inadequate bone marrow reserve", ["Inadequate bone marrow reserve"]),
        ("Adequate organ function: platelets ≥ 100 x 10^9/L", "Pregnant", []),
        ("Adequate organ function\nCreatinine ≤ 1.5 x ULN", "Pregnant", []),
        ("Adequate organ function\nSerum creatinine ≤ 133 umol/L", "Pregnant", []),
        ("Adequate organ function", "Toxicity above CTCAE grade 1", ["Adequate organ function"]),
        ("Gastric cancer", "Abnormal liver function", []),
        ("Good command of language, normal school function", "Pregnant", []),
    ],
)
def test_elg_05_organ_function_without_any_limit(inclusion: str, exclusion: str, finds: list[str]) -> None:
    assert words("ELG-05", criteria(inclusion, exclusion)) == finds


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("Haemoglobin ≥ 9 g/L", True),
        ("Haemoglobin ≥ 90 g/L", False),
        ("Hb ≥ 90 g/dL", True),
        ("Hb ≥ 9 g/dL", False),
        ("ANC ≥ 1500 x 10^9/L", True),
        ("ANC ≥ 1.5 x 10^9/L", False),
        ("Neutrophils ≥ 1.5 /mm3", True),
        ("Neutrophil count ≥ 1,500 /mm3", False),
        ("Platelets ≥ 100,000 x 10^9/L", True),
        ("Platelet count ≥ 100,000/uL", False),
        ("Platelets ≥ 75 x 10^9/L", False),
        ("CA19-9 in cancer of 9 g/L", False),  # no blood count
    ],
)
def test_elg_07_numbers_that_do_not_fit_their_unit(line: str, fires: bool) -> None:
    assert bool(words("ELG-07", criteria(line, "Pregnant"))) == fires


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("ALT and AST ≤ 5 x ULN without liver metastases, ≤ 2.5 x ULN in the presence of liver metastases", True),
        ("ALT and AST ≤ 2.5 x ULN, or ≤ 5 x ULN in patients with liver metastases", False),
        ("ALT ≤ 5 x ULN (≤ 2.5 x ULN if liver metastases)", True),
        ("ALT ≤ 2.5 x ULN (≤ 5 x ULN if liver metastases)", False),
        ("For patients with liver metastases, ALT ≤ 5 x ULN; otherwise ≤ 2.5 x ULN", False),
        ("ALT ≤ 2.5 x ULN in patients with no liver metastases and ≤ 5 x ULN in all others", False),
        ("ALT ≤ 2.5 x ULN; liver metastases: ≤ 5 x ULN", False),
        ("ALT ≤ 3 x ULN", False),
    ],
)
def test_elg_08_reversed_limits(line: str, fires: bool) -> None:
    assert bool(words("ELG-08", criteria(line, "Pregnant"))) == fires


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("ECOG 0-1 or Karnofsky ≥ 50", True),
        ("ECOG 0-1 or Karnofsky ≥ 70", False),
        ("ECOG performance status ≤ 2 (KPS ≥ 60)", False),
        ("ECOG performance status < 2 (KPS ≥ 60)", True),
        ("Karnofsky ≥ 50", False),
    ],
)
def test_elg_22_two_scales(line: str, fires: bool) -> None:
    assert bool(words("ELG-22", criteria(line, "Pregnant"))) == fires


def test_elg_23_words_of_a_mistranslation() -> None:
    assert words("ELG-23", criteria("Ghrelin and ghrelin ≤ 2.5 ULN", "Pregnant"))
    assert words("ELG-23", criteria("Cereal transaminase below twice the limit", "Pregnant"))
    assert not words("ELG-23", criteria("Serum ghrelin will be measured", "Pregnant"))
    assert not words("ELG-23", criteria("ALT and AST ≤ 2.5 ULN", "Cannot eat cereals"))


def test_elg_33_two_ecog_limits() -> None:
    (finding,) = answer(
        "ELG-33", record(criteria("ECOG 0-1\nAge over 18\nECOG performance status ≤ 2", "HIV"))
    ).findings
    assert finding.message == "admits ECOG up to 2, another up to 1"
    assert answer("ELG-33", record(criteria("ECOG 0-1\nECOG of 0 or 1", "HIV"))).answer is Answer.SILENT
    assert not words("ELG-33", criteria("ECOG 0-1", "ECOG > 2"))
