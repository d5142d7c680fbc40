"""Terms: coded by the dictionary of the study, as recorded, or as reported; and groups of special interest."""

import polars as pl
import pytest

from tests.adam.safety_cases import adverse_events, event, tables
from topline.adam.coding import code_terms
from topline.adam.safety_groups import FAMILIES, fold, groups_of, with_groups


def test_a_dictionary_codes_what_it_knows() -> None:
    book = pl.DataFrame({"term": ["feeling  SICK", "x"], "decod": ["Nausea", "y"], "bodsys": ["Gut", "z"]})
    events = [event("Feeling sick", "2024-04-01", AEDECOD=None, AEBODSYS=None), event("Rash", "2024-04-01")]
    adae, found = adverse_events(tables(events), book)
    assert adae.select("AETERM", "AEDECOD", "AEBODSYS", "CODESRC").rows() == [
        ("Feeling sick", "Nausea", "Gut", "DICTIONARY"),
        ("Rash", "Rash", "ANY", "SDTM"),
    ]
    assert found.filter(CODE="TL-L49")["VALUE"].to_list() == ["Rash"]


def test_without_any_code_the_reported_term_stands() -> None:
    events = [event(term, "2024-04-01", AEDECOD=None, AEBODSYS=None) for term in ("Hand pain", "Anaemia")]
    adae, _ = adverse_events(tables(events))
    assert adae.select("AEDECOD", "AEBODSYS", "CODESRC").rows() == [
        ("HAND PAIN", "UNCODED", "REPORTED"),
        ("ANAEMIA", "UNCODED", "CTCAE"),
    ]


def test_a_dictionary_without_its_columns_codes_nothing_and_says_so() -> None:
    coded, found = code_terms(tables([event("Rash", "2024-04-01")])["AE"], pl.DataFrame({"term": ["a"]}))
    assert coded["CODESRC"].to_list() == code_terms(tables([event("Rash", "2024-04-01")])["AE"])[0]["CODESRC"].to_list()
    told = found.filter(CODE="TL-L53")
    assert told.select("DATASET", "MESSAGE").rows() == [
        ("DICTIONARY", "lacks the column decod; no term is coded by it")
    ]


SPECIAL = [
    ("Hypertension", {"HYPERTENSION"}),
    ("Pulmonary hypertension", set()),
    ("Portal hypertension", set()),
    ("Palmar-plantar erythrodysaesthesia syndrome", {"HAND-FOOT SYNDROME"}),
    ("Hand-foot-and-mouth disease", set()),
    ("Upper gastrointestinal hemorrhage", {"HAEMORRHAGE"}),
    ("Upper gastrointestinal haemorrhage", {"HAEMORRHAGE"}),
    ("Esophageal fistula", {"FISTULA OR PERFORATION"}),
    ("Arteriovenous fistula", set()),
    ("Deep vein thrombosis", {"THROMBOEMBOLISM"}),
    ("Thrombocytopenia", {"CYTOPENIA", "THROMBOCYTOPENIA"}),
    ("Febrile neutropenia", {"CYTOPENIA", "NEUTROPENIA", "FEBRILE NEUTROPENIA"}),
    ("Neutrophil count decreased", {"CYTOPENIA", "NEUTROPENIA"}),
    ("Electrocardiogram QT corrected interval prolonged", {"QT PROLONGATION"}),
    ("Protein urine present", {"PROTEINURIA"}),
    ("Hypothyroidism", {"THYROID DYSFUNCTION"}),
    ("Wound dehiscence", {"IMPAIRED WOUND HEALING"}),
    ("Diarrhea", {"DIARRHOEA"}),
    ("手足综合征", {"HAND-FOOT SYNDROME"}),
    ("发热性中性粒细胞减少", {"CYTOPENIA", "NEUTROPENIA", "FEBRILE NEUTROPENIA"}),
    ("Headache", set()),
]


@pytest.mark.parametrize(("term", "groups"), SPECIAL)
def test_groups_of_special_interest(term: str, groups: set[str]) -> None:
    events = pl.DataFrame({"AETERM": ["other words"], "AEDECOD": [term]})
    found = with_groups(events, groups_of(["APATINIB MESYLATE", "TAS-102"]))
    assert set(found["AESIGRPS"][0]) == groups
    assert found["AESIFL"].to_list() == (["Y"] if groups else [None])


def test_groups_are_those_of_the_trials_drugs() -> None:
    assert [group.name for group in groups_of(["anlotinib"])] == [group.name for group in FAMILIES[0].groups]
    assert groups_of(["CISPLATIN"]) == ()


def test_the_groups_are_written_as_they_are_compared() -> None:
    for family in FAMILIES:
        for group in family.groups:
            assert all(term == fold(term) for term in (*group.terms, *group.words, *group.but))
            assert group.zh
