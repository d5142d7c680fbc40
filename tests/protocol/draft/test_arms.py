"""Arms and drugs of small made-up records."""

from collections.abc import Sequence

import pytest

from tests.protocol.draft.records import made, with_drug
from topline.protocol.draft.drugs import drugs_of, drugs_of_label, is_generic, term
from topline.protocol.draft.study import draft_study
from topline.protocol.model import Intervention
from topline.protocol.record.record import Record

Told = tuple[float, str, str, int, tuple[int, ...], int | None]


def drugs(record: Record) -> list[Intervention]:
    return [drug for arm in draft_study(record).protocol.arms for drug in arm.interventions]


def told(drug: Intervention) -> Told:
    return drug.dose, drug.unit, drug.route, drug.times_per_day, drug.days, drug.cycle_days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Drugamab 10 mg/kg IV every 2 weeks", (10, "mg/kg", "INTRAVENOUS", 1, (1,), 14)),
        ("500 mg of Drugamab orally bid", (500, "mg", "ORAL", 2, (), None)),
        ("Drugamab AUC 5 on day 1 of a 21-day cycle", (5, "AUC", "INTRAVENOUS", 1, (1,), 21)),
        ("Drugamab 75 mg/m2 on days 1, 8 of each 21-day cycle", (75, "mg/m2", "INTRAVENOUS", 1, (1, 8), 21)),
        ("Patients get Drugamab.", (1, "dose", "INTRAVENOUS", 1, (1,), None)),
        ("Drugamab 8 mg/kg, reduced to 6 mg/kg where needed", (8, "mg/kg", "INTRAVENOUS", 1, (1,), None)),
        ("Drugamab at up to 20 mg/kg", (1, "dose", "INTRAVENOUS", 1, (1,), None)),
    ],
)
def test_a_drug_as_its_arm_tells(text: str, expected: Told) -> None:
    (drug,) = drugs(with_drug(text))
    assert told(drug) == expected


def two_drugs(text: str, names: Sequence[str] = ("Onemab", "Twonib")) -> list[Told]:
    listed = [{"type": "DRUG", "name": name, "armGroupLabels": ["A"]} for name in names]
    arms = {"armGroups": [{"label": "A", "description": text}], "interventions": listed}
    return [told(drug) for drug in drugs(made(armsInterventions=arms))]


def test_each_drug_gets_its_own_dose() -> None:
    found = two_drugs("Onemab 200 mg IV every 3 weeks plus Twonib 8 mg once daily by mouth")
    assert found == [(200, "mg", "INTRAVENOUS", 1, (1,), 21), (8, "mg", "ORAL", 1, (), None)]


def test_a_calendar_at_the_end_of_a_sentence_is_that_of_all_its_infusions() -> None:
    found = two_drugs("Onemab 200 mg IV and Twomab 900 mg IV once every 3 weeks.", ("Onemab", "Twomab"))
    assert found == [(200, "mg", "INTRAVENOUS", 1, (1,), 21), (900, "mg", "INTRAVENOUS", 1, (1,), 21)]
    mixed = two_drugs("Twonib 8 mg by mouth and Onemab 200 mg IV once every 3 weeks.", ("Twonib", "Onemab"))
    assert mixed[0] == (8, "mg", "ORAL", 1, (), None)


def test_a_dose_in_the_prose_must_stand_beside_the_drug() -> None:
    arms = {"interventions": [{"type": "DRUG", "name": "Drugnib"}]}
    near = made(armsInterventions=arms, description={"briefSummary": "Drugnib 500 mg daily is studied."})
    far = made(armsInterventions=arms, description={"briefSummary": "Drugnib is given with aspirin (100 mg)."})
    assert [drug.dose for drug in drugs(near)] == [500]
    assert [drug.dose for drug in drugs(far)] == [1]


def test_arms_keep_their_drugs_and_procedures_are_left_out() -> None:
    arms = {
        "armGroups": [
            {"label": "One", "interventionNames": ["Drug: Alpha", "Procedure: Biopsy"]},
            {"label": "Two", "interventionNames": ["Drug: Alpha", "Drug: Beta"]},
            {"label": "Three", "interventionNames": ["Drug: Alpha"]},
        ],
        "interventions": [
            {"type": "DRUG", "name": "Alpha", "armGroupLabels": ["One", "Two", "Three"]},
            {"type": "DRUG", "name": "Beta", "armGroupLabels": ["Two"]},
            {"type": "PROCEDURE", "name": "Biopsy", "armGroupLabels": ["One"]},
        ],
    }
    found = draft_study(made(armsInterventions=arms)).protocol.arms
    assert [(arm.code, [drug.name for drug in arm.interventions]) for arm in found] == [
        ("ALP", ["ALPHA"]),
        ("ALPBET", ["ALPHA", "BETA"]),
        ("ALP_2", ["ALPHA"]),
    ]


def test_treatments_of_one_name_belong_to_the_arms_that_name_them() -> None:
    listed = [
        {"type": "DRUG", "name": "Alpha", "description": f"{dose} mg daily", "armGroupLabels": [label]}
        for dose, label in ((10, "Low"), (20, "High"))
    ]
    groups = [{"label": label, "interventionNames": ["Drug: Alpha"]} for label in ("Low", "High")]
    assert [drug.dose for drug in drugs(made(armsInterventions={"armGroups": groups, "interventions": listed}))] == [
        10,
        20,
    ]


def test_a_combination_is_taken_apart_and_a_general_name_gives_way_to_the_arm() -> None:
    assert drugs_of("Alpha + Beta") == ("Alpha", "Beta")
    assert drugs_of("Trifluridine/tipiracil") == ("Trifluridine/tipiracil",)
    assert drugs_of_label("Alpha/beta combined with Gamma Group") == ("Alpha/beta", "Gamma")
    assert [is_generic(name) for name in ("Combination therapy (COMB)", "Study drug", "Alpha therapy")] == [
        True,
        True,
        False,
    ]
    assert term("Alphanib hydrochloride tablets (AB-1)") == "ALPHANIB"


def test_long_names_are_cut_and_stay_different() -> None:
    long = "a very long description of a treatment that somebody entered as its name, number"
    listed = [{"type": "DRUG", "name": f"{long} {number}"} for number in ("one", "two")]
    names = [drug.name for drug in drugs(made(armsInterventions={"interventions": listed}))]
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 55


def test_a_record_without_drugs_still_has_an_arm() -> None:
    draft = draft_study(made(armsInterventions={"interventions": [{"type": "BEHAVIORAL", "name": "Counselling"}]}))
    (arm,) = draft.protocol.arms
    assert [drug.name for drug in arm.interventions] == ["COUNSELLING"]
    assert any(question.path.startswith("arms.") for question in draft.questions)
