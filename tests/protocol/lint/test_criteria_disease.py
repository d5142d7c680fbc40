"""Stage and edition, lesions, lines of therapy, brain metastases: each rule on its case and beside it."""

import pytest

from tests.protocol.lint.criteria_case import answer, criteria, record, words
from topline.protocol.lint.rule import Answer

SQUAMOUS = {"title": "X in Oesophageal Squamous Cell Carcinoma", "conditions": ["Esophageal Squamous Cell Carcinoma"]}


@pytest.mark.parametrize(
    ("line", "finds"),
    [
        ("Clinical stage IIIB-C or IV, 8th edition of AJCC", ["IIIB-C"]),
        ("Stage IIIA disease (AJCC 8)", ["IIIA"]),
        ("Clinical stage III or IV, 8th edition of AJCC", []),
        ("Clinical stage IVB, eighth edition of UICC", []),
        ("Stage IIIC (AJCC 7th edition)", []),
        ("Stage IVA (AJCC 7th edition)", ["IVA"]),
        ("Pathologic stage IIIB, 8th edition of AJCC", []),
        ("Clinical stage IIIB", []),  # no edition: another rule
    ],
)
def test_elg_10_a_group_that_the_edition_does_not_have(line: str, finds: list[str]) -> None:
    assert words("ELG-10", criteria(line, "Pregnant"), **SQUAMOUS) == finds


def test_elg_10_is_about_squamous_carcinoma_of_the_oesophagus_only() -> None:
    text = criteria("Stage IIIB, 8th edition of AJCC", "Pregnant")
    assert words("ELG-10", text, **SQUAMOUS) == ["IIIB"]
    assert not words("ELG-10", text, title="X in Lung Cancer", conditions=["Lung Cancer"])
    assert not words("ELG-10", text, title="X in Squamous Lung Cancer", conditions=["Lung Cancer"])
    assert not words("ELG-10", text, title="X in Esophageal Adenocarcinoma", conditions=["Esophageal Cancer"])


def test_elg_11_a_stage_without_system_or_edition() -> None:
    assert words("ELG-11", criteria("Stage IIIB or IV disease", "Pregnant"))[0].startswith("Stage IIIB")
    assert not words("ELG-11", criteria("Stage IIIB or IV disease (AJCC 8th edition)", "Pregnant"))
    (finding,) = answer("ELG-11", record(criteria("Stage IV by UICC", "Pregnant"))).findings
    assert finding.message == "no edition of the staging system is named"
    assert not words("ELG-11", criteria("FIGO stage III", "Pregnant"))
    assert not words("ELG-11", criteria("Age over 18", "Stage IV disease"))  # only what is required
    assert not words("ELG-11", criteria("Stage 4 sleep", "Pregnant"), title="Insomnia", conditions=["Insomnia"])


def test_elg_16_evaluable_is_not_measurable() -> None:
    loose = criteria("At least one measurable or evaluable lesion", "Pregnant")
    assert words("ELG-16", loose, primary=["Objective response rate"]) == ["measurable or evaluable"]
    assert words("ELG-16", loose, primary=["ORR by RECIST 1.1"])
    assert not words("ELG-16", loose, primary=["Progression-free survival"])
    assert not words("ELG-16", criteria("At least one measurable lesion", "Pregnant"), primary=["ORR"])
    page = record(loose, absent=("outcomesModule",))
    found = answer("ELG-16", page)
    assert found.answer is Answer.CANNOT_ASSESS
    assert "primaryOutcomes" in found.reason


def test_elg_20_a_line_in_the_title_without_bounds() -> None:
    title = "X as Second-Line Treatment of Gastric Cancer"
    text = criteria("Gastric cancer\nECOG 0", "Pregnant")
    assert words("ELG-20", text, title=title) == ["Second-Line"]
    assert not words("ELG-20", text)
    assert not words("ELG-20", criteria("Gastric cancer after failure of platinum", "Pregnant"), title=title)


def test_elg_21_silence_on_the_brain() -> None:
    silent = criteria("Metastatic gastric cancer", "Pregnant")
    assert words("ELG-21", silent) == ["no criterion says whether patients with brain metastases may enrol"]
    assert not words("ELG-21", criteria("Metastatic gastric cancer", "Known CNS metastases"))
    assert not words("ELG-21", silent, drug="BEHAVIORAL")
    assert not words("ELG-21", silent, title="X in Advanced Lymphoma", conditions=["Lymphoma"])
    early = criteria("Resectable gastric cancer", "Pregnant")
    assert not words("ELG-21", early, title="X before Surgery of Gastric Cancer")
    assert not words("ELG-21", "")


def test_elg_29_a_title_of_metastatic_disease_and_an_earlier_stage() -> None:
    text = criteria("Stage III or IV disease", "Pregnant")
    assert words("ELG-29", text, title="X for Metastatic Gastric Cancer") == ["Stage III"]
    assert not words("ELG-29", text, title="X for Locally Advanced or Metastatic Gastric Cancer")
    assert not words("ELG-29", criteria("Stage IV disease", "Pregnant"), title="X for Metastatic Gastric Cancer")
    past = criteria("Metastases after initial diagnosis in stage II", "Pregnant")
    assert not words("ELG-29", past, title="X for Metastatic Gastric Cancer")
