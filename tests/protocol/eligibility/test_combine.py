"""How parts of a criterion are joined, and that what is not understood never decides."""

from itertools import pairwise

import pytest

from tests.protocol.eligibility.worked import answers, by_person, draft, executable
from topline.protocol.eligibility.combine import Reading, parse_item, sentences
from topline.protocol.eligibility.connect import manuals
from topline.protocol.eligibility.draft import draft_criteria
from topline.protocol.eligibility.filler import only_filler
from topline.protocol.eligibility.items import split_criteria

WELL = {"ECOG": 0, "LIFEEXP": 12.0, "MEASLES": 1, "AGE": 40, "PREGNANT": "N", "LACTATE": "N", "SEX": "F"}


def ill(**changed: object) -> dict[str, object]:
    return {**WELL, **changed}


@pytest.mark.parametrize(
    "text",
    [
        "ECOG 0-1 and life expectancy ≥ 3 months",
        "ECOG 0-1; life expectancy ≥ 3 months",
        "ECOG 0-1. Life expectancy ≥ 3 months.",
        "ECOG 0-1, life expectancy ≥ 3 months",
        "All of the following:\n  * ECOG 0-1\n  * life expectancy ≥ 3 months",
    ],
)
def test_and(text: str) -> None:
    assert executable(text)
    assert answers(text, WELL, ill(ECOG=2), ill(LIFEEXP=1.0)) == [True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "ECOG 0-1 or life expectancy ≥ 3 months",
        "Either ECOG 0-1 or life expectancy ≥ 3 months",
        "One of the following:\n  * ECOG 0-1\n  * life expectancy ≥ 3 months",
        "At least one of the following:\n  * ECOG 0-1; or\n  * life expectancy ≥ 3 months",
    ],
)
def test_or(text: str) -> None:
    assert executable(text)
    assert answers(text, WELL, ill(ECOG=2), ill(LIFEEXP=1.0), ill(ECOG=2, LIFEEXP=1.0)) == [True, True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "ECOG 0-1 and/or life expectancy ≥ 3 months",
        "ECOG 0-1 (life expectancy ≥ 3 months)",
        "ECOG 0-1 and life expectancy ≥ 3 months or measurable disease",
    ],
)
def test_uncertain_connectives_decide_only_where_all_agree(text: str) -> None:
    worst = ill(ECOG=2, LIFEEXP=1.0, MEASLES=0)
    assert answers(text, WELL, ill(ECOG=2), worst) == [True, None, False]


def test_and_in_an_exclusion_is_uncertain() -> None:
    text = "Pregnant women and expected survival of < 3 months"
    both = ill(PREGNANT="Y", LIFEEXP=1.0)
    assert answers(text, WELL, ill(PREGNANT="Y"), both, section="exclusion") == [False, None, True]


def test_an_unread_requirement_beside_an_atom_leaves_the_atom_to_refuse() -> None:
    assert answers("ECOG 0-1 and a quiet dog", WELL, ill(ECOG=2)) == [None, False]
    assert answers("ECOG 0-1. Keeps a quiet dog.", WELL, ill(ECOG=2)) == [None, False]
    assert answers("ECOG 0-1 as assessed by a nurse", WELL, ill(ECOG=2)) == [None, False]


@pytest.mark.parametrize(
    "text",
    [
        "ECOG 0-1 or a quiet dog",
        "ECOG 0-1 unless a dog is kept",
        "ECOG 0-1, except in part B",
        "ECOG 0-1 for dog owners",
        "ECOG 0-1 if a dog is kept",
        "ECOG 0-1. Patients with ECOG 2 are allowed when they keep a dog.",
        "Dog owners with ECOG 0-1",
        "Dog owners: ECOG 0-1",
        "No dog, ECOG 0-1 or cats",
        "Adults: ECOG 0-1; children: any dog",
        "Keeps dogs:\n  * ECOG 0-1\n  * life expectancy ≥ 3 months",
    ],
)
def test_an_inclusion_that_may_be_wider_than_its_atom_is_left_to_a_person(text: str) -> None:
    assert by_person(text)


def test_the_false_side_of_an_exclusion_decides_where_the_rest_only_narrows() -> None:
    text = "Pregnant women who keep dogs"
    assert answers(text, WELL, ill(PREGNANT="Y"), section="exclusion") == [False, None]
    assert answers("Pregnant women unless the dog agrees", WELL, ill(PREGNANT="Y"), section="exclusion") == [
        False,
        None,
    ]


def test_alternatives_of_an_exclusion_exclude_each_alone() -> None:
    assert answers("Pregnancy or quiet dogs", WELL, ill(PREGNANT="Y"), section="exclusion") == [None, True]
    assert answers("Any of the following:\n  * pregnancy\n  * dogs", WELL, ill(PREGNANT="Y"), section="exclusion") == [
        None,
        True,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Pregnancy or dogs requiring care",
        "Dogs or pregnancy in the family",
        "Husbands of pregnant women",
        "No pregnancy",
        "Without pregnancy",
        "Must be pregnant",
        "Pregnant women. Lactating dogs.",
        "Pregnancy, dogs",
    ],
)
def test_an_exclusion_that_may_say_otherwise_is_left_to_a_person(text: str) -> None:
    assert by_person(text, "exclusion")


def test_an_exception_after_an_exclusion_leaves_only_those_with_it_to_a_person() -> None:
    text = "Pregnant women. Those who keep dogs may be enrolled."
    assert answers(text, WELL, ill(PREGNANT="Y"), section="exclusion") == [False, None]


def test_unless_and_if_between_understood_parts() -> None:
    text = "ECOG 0-1 unless life expectancy ≥ 3 months"
    assert answers(text, ill(ECOG=2), ill(ECOG=2, LIFEEXP=1.0)) == [True, False]
    text = "Pregnant women unless expected survival < 3 months"
    assert answers(text, ill(PREGNANT="Y"), ill(PREGNANT="Y", LIFEEXP=1.0), section="exclusion") == [True, False]


def test_no_a_and_b_may_mean_neither() -> None:
    rows = (ill(MEASLES=0, ECOG=2), ill(MEASLES=1, ECOG=2), ill(MEASLES=1, ECOG=0))
    assert answers("No measurable disease and ECOG 0-1", *rows) == [True, None, False]
    assert answers("No measurable disease or ECOG 0-1", *rows) == [True, False, False]


def test_but_and_except_are_not_unless() -> None:
    assert by_person("ECOG 0-1 but life expectancy ≥ 3 months")
    assert by_person("ECOG 0-1 provided life expectancy ≥ 3 months")
    assert by_person("Measurable disease except ECOG 0-1")
    text = "Pregnant women excluding those with expected survival < 3 months"
    assert answers(text, WELL, ill(PREGNANT="Y", LIFEEXP=1.0), section="exclusion") in ([False, None], [None, None])


@pytest.mark.parametrize("text", ["ECOG = 1", "AGE = 18 years", "Life expectancy = 3 months and ECOG 0-1"])
def test_a_lost_comparator_is_never_guessed(text: str) -> None:
    found = draft(text)
    assert by_person(text)
    assert "direction" in found.signoffs["I01_A"] or "lost" in found.signoffs["I01_A"]


def test_adequate_function_asks_for_every_limit_below_it() -> None:
    rows = ({"ANC": 1.5, "PLT": 100.0}, {"ANC": 1.4, "PLT": 100.0}, {"ANC": 1.5, "PLT": 99.0})
    points = "\n  * ANC ≥ 1.5 x 10^9/L\n  * Platelets ≥ 100 x 10^9/L"
    assert answers(f"Adequate bone marrow function defined as:{points}", *rows) == [True, False, False]
    assert answers(f"Adequate bone marrow function, measured by a quiet dog:{points}", *rows) == [None, False, False]
    assert by_person(f"Adequate bone marrow function if dogs are kept:{points}")
    assert by_person(f"Dog owners:{points}")


def test_adjectives_narrow_an_exclusion() -> None:
    assert answers(
        "Severe, uncontrolled or active interstitial lung disease", {"ILD": "N"}, {"ILD": "Y"}, section="exclusion"
    ) == [
        False,
        None,
    ]


def test_a_heading_for_some_leaves_all_below_it_to_a_person() -> None:
    (item,) = split_criteria("Inclusion Criteria:\n\nCohort 2:\n\n* ECOG 0-1").inclusion
    reading = parse_item(item)
    assert reading.share == "manual"
    assert "Cohort 2" in manuals(reading.node)[0].reason


def test_an_item_without_a_section_is_left_to_a_person() -> None:
    assert parse_item(split_criteria("* ECOG 0-1").unplaced[0]).share == "manual"


@pytest.mark.parametrize(
    ("words", "idle"),
    [
        ("Patients must have", True),
        ("Subjects who are known", True),
        ("at the time of enrolment", True),
        ("with documented evidence of", True),
        ("Recipients of", True),
        ("regardless of sex or race", True),
        ("gender unrestricted", True),
        ("no sex limit", True),
        ("of either sex", True),
        ("regardless of stage", False),
        ("regardless of", False),
        ("no limit", False),
        ("open to", False),
        ("been", False),
        ("last", False),
        ("in the opinion of the investigator", False),
        ("history of", False),
        ("severe", False),
        ("active", False),
        ("prior", False),
        ("not", False),
        ("only", False),
        ("women", False),
        ("2", False),
        ("within", False),
        ("for", False),
    ],
)
def test_filler_is_what_changes_nothing(words: str, idle: bool) -> None:
    assert only_filler(words) is idle


def test_sentences_end_outside_brackets_and_not_in_abbreviations() -> None:
    text = "Pain (mild. or so) at 1.5 e.g. x. Then; more"
    assert [text[a:b].strip() for a, b in sentences(text)] == ["Pain (mild. or so) at 1.5 e.g. x.", "Then;", "more"]


def test_the_pieces_of_a_reading_do_not_overlap() -> None:
    for text in ("ECOG 0-1 and a quiet dog", "All of the following:\n  * ECOG 0-1\n  * dogs", "Dogs"):
        (item,) = split_criteria(f"Inclusion criteria:\n* {text}").inclusion
        spans = sorted(parse_item(item).spans)
        assert all(left.end <= right.start for left, right in pairwise(spans))
        assert all(0 <= piece.start < piece.end <= len(item.text) for piece in spans)


def test_a_huge_item_is_read_quickly_by_a_person_only() -> None:
    text = "Inclusion Criteria:\n* " + "age of ECOG 0-1 or " * 50_000
    reading: Reading = parse_item(split_criteria(text).inclusion[0])
    assert reading.share == "manual"


HEADED = "Inclusion Criteria:\n\n{heading}:\n\n* Platelets >= 100 x 10^9/L\n* ANC >= 1.5 x 10^9/L"


def test_a_heading_that_asks_for_more_is_a_question_beside_the_limit() -> None:
    heading = "Laboratory tests must meet the following criteria (no transfusion within 14 days)"
    criteria = draft_criteria(HEADED.format(heading=heading)).inclusion
    assert [one.condition for one in criteria] == ["PLT >= 100 AND I01_A = 'Y'", "ANC >= 1.5 AND I02_A = 'Y'"]
    assert criteria[0].signoffs["I01_A"].startswith(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Laboratory tests must meet the following criteria (unless there is liver metastasis)",
        "Laboratory tests of cohort 2 must meet the following criteria",
        "Cohort 2",
    ],
)
def test_a_heading_that_may_allow_or_limit_leaves_all_below_it_to_a_person(heading: str) -> None:
    criteria = draft_criteria(HEADED.format(heading=heading)).inclusion
    assert [one.condition for one in criteria] == ["I01_A = 'Y'", "I02_A = 'Y'"]
