"""Infections, metastases, malignancies, organs, heart, bleeding, lung, immunity and the rest, by worked patients."""

import pytest

from tests.protocol.eligibility.concepts.judged import exact, judged, reason, words
from topline.protocol.eligibility.concepts import (
    bleeding,
    general,
    heart,
    immunity,
    infection,
    lung,
    malignancy,
    metastasis,
    organ,
    toxicity,
)

BRAIN, LEPTO, LIVER, NOWHERE = ({"METSITES": [site]} for site in ("BRAIN", "LEPTOMENINGES", "LIVER", "NONE"))
CASES = [
    # family, words of an exclusion criterion, patients, what the statement says of each
    (
        infection,
        "Uncontrolled active infections (such as HIV, HCV, HBV, etc.)",
        [{"INFACT": "Y", "INFCTRL": "N"}, {"INFACT": "Y", "INFCTRL": "Y"}, {"INFACT": "N"}, {"INFACT": "Y"}, {}],
        [True, False, False, None, None],
    ),
    (infection, "Active or uncontrolled infection", [{"INFACT": "Y", "INFCTRL": "Y"}, {"INFACT": "N"}], [True, False]),
    (infection, "active infection", [{"INFACT": "Y"}, {"INFACT": "N"}, {}], [True, False, None]),
    (infection, "active infection requiring systemic therapy", [{"INFACT": "Y"}, {"INFACT": "N"}], [None, False]),
    (
        infection,
        "HIV infection",
        [{"INFECT": ["HIV", "HBV"]}, {"INFECT": ["HBV"]}, {"INFECT": ["NONE"]}, {}],
        [True, False, False, None],
    ),
    (
        infection,
        "Known history of human immunodeficiency virus (HIV)",
        [{"INFECT": ["HIV"]}, {"INFECT": ["NONE"]}],
        [True, False],
    ),
    (infection, "HIV, HBV or HCV infection", [{"INFECT": ["HCV"]}, {"INFECT": ["TUBERCULOSIS"]}], [True, False]),
    (infection, "hepatitis B virus infection", [{"INFECT": ["HBV"]}, {"INFECT": ["NONE"]}], [True, False]),
    (
        infection,
        "active hepatitis B or C",
        [{"INFECTAC": ["HCV"]}, {"INFECTAC": ["NONE"], "INFECT": ["HCV"]}],
        [True, False],
    ),
    (
        infection,
        "active tuberculosis",
        [{"INFECTAC": ["TUBERCULOSIS"]}, {"INFECTAC": ["NONE"], "INFECT": ["TUBERCULOSIS"]}],
        [True, False],
    ),
    (
        infection,
        "HIV infection, or active hepatitis B",
        [{"INFECT": ["HBV"], "INFECTAC": ["NONE"]}, {"INFECT": ["HIV"]}, {"INFECTAC": ["HBV"]}],
        [False, True, True],
    ),
    (
        infection,
        "active HIV infection",
        [
            {"INFECT": ["HIV"], "INFECTAC": ["HIV"]},
            {"INFECT": ["HIV"], "INFECTAC": ["NONE"]},
            {"INFECT": ["NONE"], "INFECTAC": ["NONE"]},
        ],
        [True, None, False],
    ),
    (infection, "history of hepatitis B", [{"INFECTAC": ["HBV"]}, {"INFECTAC": ["NONE"]}], [True, None]),
    (infection, "HBV DNA > 500 IU/mL", [{"HBVDNA": 500.0}, {"HBVDNA": 501.0}, {}], [False, True, None]),
    (metastasis, "known brain metastases", [BRAIN, LIVER, NOWHERE, {}], [True, False, False, None]),
    (
        metastasis,
        "central nervous system metastases and/or carcinomatous meningitis",
        [BRAIN, LEPTO, LIVER],
        [True, True, False],
    ),
    (
        metastasis,
        "untreated brain metastases",
        [{**BRAIN, "BRAINTRT": "N"}, {**BRAIN, "BRAINTRT": "Y"}, NOWHERE, BRAIN],
        [True, False, False, None],
    ),
    (
        metastasis,
        "untreated or symptomatic brain metastases",
        [{**BRAIN, "BRAINTRT": "Y", "BRAINSYM": "Y"}, {**BRAIN, "BRAINTRT": "Y", "BRAINSYM": "N"}],
        [True, False],
    ),
    (
        metastasis,
        "active brain metastases",
        [{**BRAIN, "BRAINSTB": "Y"}, {**BRAIN, "BRAINSTB": "N"}, NOWHERE],
        [False, None, False],
    ),
    (metastasis, "leptomeningeal disease", [LEPTO, BRAIN], [True, False]),
    (metastasis, "liver metastases", [LIVER, BRAIN], [True, False]),
    (
        malignancy,
        "other malignant tumors requiring treatment",
        [{"OTHMAL": "Y", "OTHMALTX": "Y"}, {"OTHMAL": "Y", "OTHMALTX": "N"}, {"OTHMAL": "N"}, {}],
        [True, False, False, None],
    ),
    (
        malignancy,
        "another malignancy within 5 years",
        [
            {"OTHMAL": "Y", "OTHMALYR": 4.9},
            {"OTHMAL": "Y", "OTHMALYR": 5.0},
            {"OTHMAL": "Y", "OTHMALYR": 5.1},
            {"OTHMAL": "N"},
            {"OTHMAL": "Y"},
        ],
        [True, True, False, False, None],
    ),
    (
        malignancy,
        "history of other malignancies in the past 3 years before enrolment",
        [{"OTHMAL": "Y", "OTHMALYR": 3.0}, {"OTHMAL": "Y", "OTHMALYR": 3.1}],
        [True, False],
    ),
    (
        malignancy,
        "other malignancy within 5 years, except basal cell carcinoma of the skin",
        [
            {"OTHMAL": "Y", "OTHMALYR": 1.0},
            {"OTHMAL": "Y", "OTHMALYR": 1.0, "E01_A": "Y"},
            {"OTHMAL": "Y", "OTHMALYR": 1.0, "E01_A": "N"},
            {"OTHMAL": "Y", "OTHMALYR": 6.0},
            {"OTHMAL": "N"},
        ],
        [None, False, True, False, False],
    ),
    (
        malignancy,
        "concurrent malignancy",
        [{"OTHMAL": "Y", "OTHMALTX": "Y"}, {"OTHMAL": "Y", "OTHMALTX": "N"}, {"OTHMAL": "N"}],
        [True, None, False],
    ),
    (
        organ,
        "severe diseases of major organs such as heart, liver, and kidney",
        [
            {"LIVERDIS": "SEVERE"},
            dict.fromkeys(("HEARTDIS", "LIVERDIS", "KIDNDIS", "LUNGDIS", "OTHDIS"), "MODERATE"),
            dict.fromkeys(("HEARTDIS", "LIVERDIS", "KIDNDIS"), "NONE"),
        ],
        [True, False, None],
    ),
    (
        organ,
        "severe liver or renal disease",
        [{"KIDNDIS": "SEVERE"}, {"KIDNDIS": "MILD", "LIVERDIS": "NONE"}],
        [True, False],
    ),
    (
        organ,
        "severe cardiovascular disease",
        [{"VESSDIS": "SEVERE"}, {"HEARTDIS": "SEVERE"}, {"HEARTDIS": "MILD", "VESSDIS": "NONE"}],
        [True, True, False],
    ),
    (organ, "kidney diseases", [{"KIDNDIS": "MILD"}, {"KIDNDIS": "NONE"}, {}], [True, False, None]),
    (organ, "significant cardiac disease", [{"HEARTDIS": "SEVERE"}, {"HEARTDIS": "NONE"}], [None, False]),
    (heart, "NYHA class III or IV", [{"NYHA": 2}, {"NYHA": 3}, {"NYHA": 0}, {}], [False, True, False, None]),
    (
        heart,
        "congestive heart failure (New York Heart Association class II-IV)",
        [{"NYHA": 1}, {"NYHA": 2}],
        [False, True],
    ),
    (heart, "NYHA class ≥ II", [{"NYHA": 1}, {"NYHA": 2}], [False, True]),
    (heart, "NYHA class > II", [{"NYHA": 2}, {"NYHA": 3}], [False, True]),
    (heart, "heart failure of grade II or above by NYHA", [{"NYHA": 1}, {"NYHA": 2}], [False, True]),
    (heart, "poorly controlled hypertension", [{"HYPERT": "Y"}, {"HYPERT": "N"}, {}], [True, False, None]),
    (heart, "severe or poorly controlled hypertension", [{"HYPERT": "Y"}, {"HYPERT": "N"}], [True, None]),
    (heart, "unstable angina", [{"ANGFL": "N"}, {"ANGFL": "Y"}], [False, None]),
    (bleeding, "bleeding tendency", [{"BLEED": "N"}, {"BLEED": "Y"}], [False, None]),
    (bleeding, "deep venous thrombosis", [{"VTEFL": "N"}, {"VTEFL": "Y"}], [False, None]),
    (
        lung,
        "history of interstitial lung disease or pneumonitis",
        [{"ILD": "Y"}, {"ILD": "N"}, {}],
        [True, False, None],
    ),
    (lung, "interstitial lung disease", [{"ILD": "Y"}, {"ILD": "N"}], [None, False]),
    (immunity, "active autoimmune disease", [{"AUTOIMAC": "Y"}, {"AUTOIMAC": "N", "AUTOIMM": "Y"}], [True, False]),
    (
        immunity,
        "active autoimmune disease that required systemic treatment in the past 2 years",
        [{"AUTOIMAC": "Y"}, {"AUTOIMAC": "N"}],
        [None, False],
    ),
    (immunity, "history of autoimmune disease", [{"AUTOIMM": "Y"}, {"AUTOIMM": "N"}], [True, False]),
    (
        immunity,
        "autoimmune disease",
        [{"AUTOIMAC": "Y"}, {"AUTOIMAC": "N", "AUTOIMM": "Y"}, {"AUTOIMAC": "N", "AUTOIMM": "N"}],
        [True, None, False],
    ),
    (immunity, "prior organ transplantation", [{"ORGTPL": "Y"}, {"ORGTPL": "N"}], [True, False]),
    (
        immunity,
        "prior allogeneic stem cell transplant",
        [{"ALLOTPL": "Y"}, {"ALLOTPL": "N", "ORGTPL": "Y"}],
        [True, False],
    ),
    (
        general,
        "known hypersensitivity to any component of the study drugs",
        [{"ALLERGY": "Y"}, {"ALLERGY": "N"}],
        [True, False],
    ),
    (general, "inability to swallow tablets", [{"GIABSORB": "Y"}, {"GIABSORB": "N"}], [None, False]),
    (
        general,
        "currently participating in another clinical trial",
        [{"OTHTRIAL": "Y"}, {"OTHTRIAL": "N"}],
        [True, False],
    ),
    (general, "psychiatric disorder", [{"PSYCH": "Y"}, {"PSYCH": "N"}], [None, False]),
    (
        toxicity,
        "toxicities of prior therapy not recovered to grade ≤ 1",
        [{"TOXGRADE": 1}, {"TOXGRADE": 2}, {}],
        [False, True, None],
    ),
    (toxicity, "unresolved toxicity from prior therapy > grade 1", [{"TOXGRADE": 1}, {"TOXGRADE": 2}], [False, True]),
    (
        toxicity,
        "persistent toxicities of prior therapy grade ≥ 2, excluding alopecia",
        [{"TOXGRADE": 1}, {"TOXGRADE": 2}, {"TOXGRADE": 2, "E01_A": "Y"}, {"TOXGRADE": 2, "E01_A": "N"}],
        [False, None, True, False],
    ),
]


@pytest.mark.parametrize(("family", "text", "rows", "expected"), CASES, ids=[case[1] for case in CASES])
def test_what_excludes(family, text, rows, expected) -> None:
    assert judged(family.find, text, *rows, polarity="exclusion") == expected


@pytest.mark.parametrize(
    ("family", "text", "rows", "expected"),
    [
        (organ, "Normal function of major organs.", [{"ORGANOK": "Y"}, {"ORGANOK": "N"}, {}], [True, False, None]),
        (organ, "adequate organ function", [{"ORGANOK": "Y"}, {"ORGANOK": "N"}], [True, False]),
        (organ, "adequate hepatic and renal function", [{"ORGANOK": "Y"}, {"ORGANOK": "N"}], [True, None]),
        (
            infection,
            "No HIV, HBV or HCV infection",
            [{"INFECT": ["HBV"]}, {"INFECT": ["NONE"]}, {}],
            [False, True, None],
        ),
        (infection, "without active infection", [{"INFACT": "Y"}, {"INFACT": "N"}, {}], [False, True, None]),
        (metastasis, "No evidence of brain metastases", [BRAIN, NOWHERE, {}], [False, True, None]),
        (
            malignancy,
            "No other malignancy within 5 years",
            [{"OTHMAL": "Y", "OTHMALYR": 4.0}, {"OTHMAL": "N"}],
            [False, True],
        ),
        (immunity, "No active autoimmune disease", [{"AUTOIMAC": "Y"}, {"AUTOIMAC": "N"}], [False, True]),
        (heart, "No heart failure of NYHA class III or IV", [{"NYHA": 3}, {"NYHA": 2}], [False, True]),
        (lung, "No history of interstitial lung disease or pneumonitis", [{"ILD": "Y"}, {"ILD": "N"}], [False, True]),
        (
            toxicity,
            "toxicities of prior therapy have recovered to grade 0-1",
            [{"TOXGRADE": 1}, {"TOXGRADE": 2}],
            [True, False],
        ),
        (
            toxicity,
            "adverse events of prior treatment have resolved to grade 1 or less (except alopecia)",
            [{"TOXGRADE": 1}, {"TOXGRADE": 2}],
            [True, None],
        ),
    ],
)
def test_what_must_hold(family, text, rows, expected) -> None:
    assert judged(family.find, text, *rows) == expected


@pytest.mark.parametrize(
    ("family", "text", "polarity", "told"),
    [
        (infection, "HIV infection", "inclusion", "without a negation"),
        (infection, "no HIV infection", "exclusion", "double negative"),
        (infection, "patients with HIV infection are eligible", "exclusion", "allows or excepts"),
        (infection, "active infection within 2 weeks before screening", "exclusion", "differs"),
        (infection, "HBV DNA > 1000 copies/mL", "exclusion", "IU/mL"),
        (metastasis, "patients with stable brain metastases may be enrolled", "exclusion", "allows or excepts"),
        (metastasis, "brain metastases", "inclusion", "without a negation"),
        (organ, "liver dysfunction (ALT 100 IU/L or more)", "exclusion", "differs"),
        (organ, "significant cardiac disease within 3 months before enrolment", "exclusion", "differs"),
        (toxicity, "toxicity of prior therapy > grade 1", "inclusion", "does not fit"),
    ],
)
def test_what_is_left_to_a_person(family, text, polarity, told) -> None:
    assert told in reason(family.find, text, polarity)


@pytest.mark.parametrize(
    ("family", "text"),
    [
        (infection, "HIV protease inhibitors"),
        (infection, "hepatitis C antibody"),
        (infection, "positive HIV test"),
        (infection, "COVID-19 vaccine"),
        (metastasis, "brain tumour"),
        (malignancy, "malignancy of the breast"),
        (organ, "adequate organ function as defined below"),
        (organ, "adequate organ function: ANC >= 1.5"),
        (heart, "uncontrolled hypertension (blood pressure > 150/90 mmHg)"),
        (heart, "well controlled hypertension"),
        (toxicity, "toxicity of grade 3 or more during the study"),
        (general, "allergic rhinitis"),
        (bleeding, "tumour invasion with a high risk of bleeding"),
        (bleeding, "coagulopathy"),
        (immunity, "autologous stem cell transplantation"),
    ],
)
def test_false_friends_are_not_read(family, text) -> None:
    assert family.find(text, "exclusion") == []


def test_an_adjective_that_the_name_holds_is_exact() -> None:
    assert exact(heart.find, "uncontrolled hypertension", "exclusion")
    assert not exact(organ.find, "ischemic heart disease", "exclusion")
    assert words(organ.find, "ischemic heart disease", "exclusion") == ["ischemic heart disease"]
