"""Schedules of looks, and the search for the smallest trial."""

import pytest

from topline.design.looks import Looks, fewest, smallest
from topline.errors import ToplineError
from topline.protocol.rule.hypotheses import Hypotheses


@pytest.mark.parametrize(
    ("looks", "patients", "expected"),
    [
        (Looks(10, 5), 20, (10, 15, 20)),
        (Looks(10, 5), 21, (10, 15, 20, 21)),
        (Looks(10, 5), 10, (10,)),
        (Looks(10, 5), 7, (7,)),
        (Looks(1, 1), 3, (1, 2, 3)),
    ],
)
def test_the_last_look_is_the_last_patient(looks: Looks, patients: int, expected: tuple[int, ...]) -> None:
    assert looks.up_to(patients) == expected


@pytest.mark.parametrize("wrong", [{"first": 0}, {"every": 0}, {"first": -3}])
def test_looks_after_nobody_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ToplineError, match="TL-G04"):
        Looks(**wrong)


def test_the_smallest_number_that_would_work_is_named() -> None:
    with pytest.raises(ToplineError, match="max_n: 20 patients are not enough; 33 would be"):
        smallest(lambda n: n if n >= 33 else None, range(10, 21))
    with pytest.raises(ToplineError, match="neither are 120"):
        smallest(lambda n: None, range(10, 21))
    with pytest.raises(ToplineError, match="max_n: 5 patients are not enough; 33 would be"):
        smallest(lambda n: n if n >= 33 else None, range(10, 6))


def test_nothing_is_tried_below_what_any_rule_needs() -> None:
    tried: list[int] = []
    with pytest.raises(ToplineError, match="max_n: 20 patients are not enough; no rule of fewer than 500 is"):
        smallest(tried.append, range(10, 21), least=500)
    assert tried == []
    assert fewest(Hypotheses(0.1, 0.3, alpha=0.05, power=0.9)) == 32
    assert fewest(Hypotheses(0.1, 0.9, alpha=0.01, power=0.81)) == 2  # a tie: both are exact
    assert fewest(Hypotheses(0.5, 0.5000001)) == 1001
