"""The tumour: pathology, site, histology, stage, extent, lesions."""

import pytest

from tests.protocol.eligibility.worked import answers, by_person, draft, executable
from topline.protocol.eligibility.concepts.stage import parse_groups

ESCC = {"PATHCONF": "Y", "SITE": "ESOPHAGUS", "HIST": "SQUAMOUS CELL CARCINOMA"}


@pytest.mark.parametrize(
    "text",
    [
        "Patients with pathologically confirmed esophageal squamous cell carcinoma",
        "Histologically or cytologically confirmed squamous cell carcinoma of the esophagus",
        "Histologically proven ESCC",
        "Cytologically confirmed diagnosis of oesophageal squamous cell carcinoma (ESCC)",
    ],
)
def test_confirmed_squamous_cell_carcinoma_of_the_esophagus(text: str) -> None:
    changed = [{**ESCC, "PATHCONF": "N"}, {**ESCC, "SITE": "LUNG"}, {**ESCC, "HIST": "ADENOCARCINOMA"}]
    assert executable(text)
    assert answers(text, ESCC, *changed, {**ESCC, "HIST": None}) == [True, False, False, False, None]


def test_a_site_without_a_histology() -> None:
    rows = ({"SITE": "STOMACH"}, {"SITE": "ESOPHAGUS"}, {})
    assert answers("Patients with gastric cancer", *rows) == [True, False, None]


def test_non_small_cell_lung_cancer_is_certain_of_two_histologies_only() -> None:
    lung = [{"SITE": "LUNG", "HIST": kind} for kind in ("ADENOCARCINOMA", "SMALL CELL CARCINOMA", "CARCINOID")]
    assert answers("Patients with NSCLC", *lung, {"SITE": "COLON", "HIST": "ADENOCARCINOMA"}) == [
        True,
        False,
        None,
        False,
    ]


def test_a_tumour_that_is_not_known_leaves_the_pathology() -> None:
    rows = ({"PATHCONF": "N"}, {"PATHCONF": "Y"}, {})
    assert answers("Histologically confirmed osteosarcoma of the limbs", *rows) == [False, None, None]


@pytest.mark.parametrize(
    "text",
    [
        "Adenocarcinoma of the esophagus or gastroesophageal junction",
        "Gastric or gastroesophageal junction adenocarcinoma",
        "Small cell lung cancer or large cell neuroendocrine carcinoma",
        "Osteosarcoma",
        "Histologically confirmed sarcoma or clinical diagnosis of a bone tumour",
    ],
)
def test_tumours_that_are_not_all_known_are_left_to_a_person(text: str) -> None:
    assert by_person(text)


@pytest.mark.parametrize("text", ["Lung cancer", "Metastatic disease", "Histologically confirmed sarcoma"])
def test_no_tumour_is_read_from_an_exclusion(text: str) -> None:
    assert by_person(text, "exclusion")


def stages(text: str, *codes: str, edition: str = "AJCC 8", site: str = "ESOPHAGUS") -> list[bool | None]:
    return answers(text, *({"STAGE": code, "STAGEED": edition, "SITE": site} for code in codes))


def test_the_groups_that_words_name() -> None:
    assert parse_groups("IIIB-C or IV") == ("IIIB", "IIIC", "IV")
    assert parse_groups("III/IV") == ("III", "IV")
    assert parse_groups("II–IV") == ("II", "III", "IV")
    assert parse_groups("IIIA to IV") == ("IIIA", "IIIB", "IIIC", "IV")
    assert parse_groups("IA-C") == ("IA", "IB", "IC")
    assert parse_groups("IB to IIB") == ("IB", "IC", "IIA", "IIB")


def test_a_stage_includes_its_subdivisions() -> None:
    assert stages("Stage III or IV", "II", "III", "IIIA", "IV", "IVB") == [False, True, True, True, True]
    assert stages("Clinical stage IV", "IIIC", "IV") == [False, True]


def test_a_subdivision_that_was_not_recorded_is_left_to_a_person() -> None:
    assert stages("Stage IIIB or IIIC", "IIIA", "IIIB", "III", "II") == [False, True, None, False]


def test_a_stage_that_the_edition_does_not_have_is_left_to_a_person() -> None:
    text = "Clinical stage IIIB-C or IV by the 8th edition of AJCC"
    assert stages(text, "II", "IIIB", "IIIC", "III", "IV", "IVA") == [False, None, None, None, True, True]
    assert stages(text, "IIIB", "IIIC", site="LUNG") == [True, True]
    reasons = " ".join(draft(text).signoffs.values())
    assert "AJCC 8 has no clinical stage IIIB, IIIC" in reasons


def test_a_stage_by_another_edition_is_left_to_a_person() -> None:
    assert stages("Stage IV according to AJCC 8th edition", "IV", "II", edition="AJCC 7") == [None, None]
    assert stages("Stage IIIB-C or IV (AJCC 7th edition)", "IIIC", "II", edition="AJCC 7") == [True, False]


@pytest.mark.parametrize("text", ["CKD stage III or IV", "Ann Arbor stage III", "FIGO stage IV", "Stage T1-T3 disease"])
def test_other_stages_are_not_this_one(text: str) -> None:
    assert by_person(text)


EXTENTS = ("LOCALIZED", "LOCALLY ADVANCED", "RECURRENT", "METASTATIC", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Recurrent or metastatic ESCC", [False, False, True, True, None]),
        ("Locally advanced or metastatic ESCC", [False, True, None, True, None]),
        ("Metastatic ESCC", [False, False, None, True, None]),
        ("Advanced ESCC", [False, None, None, True, None]),
        ("Recurrent and metastatic ESCC", [False, False, None, None, None]),
    ],
)
def test_the_extent_of_disease(text: str, expected: list[bool | None]) -> None:
    rows = ({**ESCC, "EXTENT": code} for code in EXTENTS)
    assert answers(text, *rows) == expected


def test_unresectable_with_alternatives_leaves_the_doubtful_to_a_person() -> None:
    cases = (("LOCALLY ADVANCED", "N"), ("METASTATIC", "N"), ("METASTATIC", "Y"), ("LOCALIZED", "Y"))
    rows = [{**ESCC, "EXTENT": extent, "RESECTBL": can} for extent, can in cases]
    assert answers("Unresectable locally advanced or metastatic ESCC", *rows) == [True, True, None, False]
    assert answers("Unresectable ESCC", *rows) == [True, True, False, False]
    assert answers("Resectable ESCC", *rows) == [False, False, True, True]


@pytest.mark.parametrize(
    ("text", "column", "least"),
    [
        ("At least one measurable lesion according to RECIST 1.1", "MEASLES", 1),
        ("Measurable disease per RECIST version 1.1", "MEASLES", 1),
        ("Having at least one measurable or evaluable lesion", "EVALLES", 1),
        ("At least two measurable lesions", "MEASLES", 2),
        ("More than one measurable lesion", "MEASLES", 2),
        ("Patients must have measurable disease", "MEASLES", 1),
    ],
)
def test_lesions_are_counted(text: str, column: str, least: int) -> None:
    rows = ({column: least - 1}, {column: least}, {column: least + 1}, {})
    assert answers(text, *rows) == [False, True, True, None]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("Measurable disease by mRECIST", "inclusion"),
        ("Non-measurable disease", "inclusion"),
        ("Measurable disease according to RANO", "inclusion"),
        ("No measurable lesion", "exclusion"),
    ],
)
def test_other_lesions_are_left_to_a_person(text: str, section: str) -> None:
    assert by_person(text, section)
