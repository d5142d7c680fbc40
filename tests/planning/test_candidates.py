"""The names of designs, what is found under them, and what is said where nothing is."""

import pytest

from topline.design.looks import Looks
from topline.errors import ToplineError
from topline.planning.candidates import MAKERS, SAID, USUAL, Request, find_candidates, known_names, with_choice
from topline.planning.further import OTHER_DESIGNS, OTHERS_SAID, listed_designs
from topline.planning.plan import Conduct, Rates, hypotheses
from topline.protocol.rule.hypotheses import Hypotheses

ASKED = Hypotheses(0.1, 0.3, 0.05, 0.9)


def test_every_name_is_described() -> None:
    assert set(SAID) == set(MAKERS)
    assert set(USUAL) <= set(MAKERS)
    assert set(OTHERS_SAID) == set(OTHER_DESIGNS)
    assert [line.split()[0] for line in listed_designs()] == [*MAKERS, *OTHER_DESIGNS]


def test_every_design_holds_but_the_printed_approximation() -> None:
    names = [name for name in MAKERS if name != "thall-simon"]
    found = find_candidates(names, Request(ASKED)).found
    assert [each.name for each in found if not each.design.holds] == ["fleming"]
    assert len({each.design.boundary for each in found}) == len(found)


def test_the_bayesian_looks_are_those_asked_for() -> None:
    found = find_candidates(["lee-liu", "posterior"], Request(ASKED, looks=Looks(8, 8))).found
    assert all(each.design.boundary.looks[:3] == (8, 16, 24) for each in found)


def test_all_means_every_one() -> None:
    assert known_names(["simon", "all"]) == tuple(MAKERS)
    assert known_names([]) == USUAL


def test_a_choice_is_among_the_candidates() -> None:
    assert with_choice((), "lee-liu") == (*USUAL, "lee-liu")
    assert with_choice(("all",), "lee-liu") == ("all",)
    assert with_choice(("single",), "admissible-34") == ("single", "admissible")
    with pytest.raises(ToplineError, match="did you mean bop2"):
        with_choice((), "bop3")


def test_too_few_patients_name_the_number_that_would_do() -> None:
    with pytest.raises(ToplineError, match="33 patients would do") as caught:
        find_candidates(["simon", "safe"], Request(ASKED, max_n=10))
    assert "37 patients would do" in " ".join(caught.value.others)


@pytest.mark.parametrize(
    ("rates", "expected"), [(Rates(0.1, 0.3), (0.05, 0.8)), (Rates(0.1, 0.3, 0.1, 0.9), (0.1, 0.9))]
)
def test_level_and_power_have_usual_values(rates: Rates, expected: tuple[float, float]) -> None:
    asked = hypotheses(rates)
    assert (asked.alpha, asked.power) == expected


@pytest.mark.parametrize(
    ("settings", "where"),
    [({"accrual": 0.0}, "accrual"), ({"lag": -1.0}, "lag"), ({"loss": 1.0}, "loss"), ({"confirmed": 0.0}, "confirmed")],
)
def test_what_a_trial_cannot_meet(settings: dict[str, float], where: str) -> None:
    with pytest.raises(ToplineError) as caught:
        Conduct(**settings)
    assert (caught.value.code, caught.value.where) == ("TL-G04", where)
