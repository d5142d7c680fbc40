"""Hypotheses and the rule that decides, from prose."""

import pytest

from tests.protocol.draft.records import made, outcome
from topline.protocol.design import Design
from topline.protocol.draft.study import Draft, draft_study
from topline.protocol.rule.binomial import upper_tail

RESPONSE = {"primaryOutcomes": [outcome("Objective response rate", "up to 2 years")]}


def drafted(prose: str, count: int = 40) -> Draft:
    return draft_study(
        made(
            description={"detailedDescription": prose},
            design={"enrollmentInfo": {"count": count}},
            outcomes=RESPONSE,
        )
    )


def design(prose: str, count: int = 40) -> Design:
    return drafted(prose, count).protocol.design


@pytest.mark.parametrize(
    ("prose", "rates"),
    [
        ("The null hypothesis of a rate of 15% is tested against 35%.", (0.15, 0.35)),
        ("H0: p = 10%; H1: p = 30%.", (0.1, 0.3)),
        ("Null hypothesis: 20%. Alternative hypothesis: 40%.", (0.2, 0.4)),
        ("For the sample size an increase from 5% to 20% is assumed with a power of 80%.", (0.05, 0.2)),
        ("An historical response rate of 12% and a target response rate of 30% are taken.", (0.12, 0.3)),
        ("P0 = 0.10 and P1 = 0.30.", (0.1, 0.3)),
    ],
)
def test_rates_are_read_from_hypotheses(prose: str, rates: tuple[float, float]) -> None:
    made_design = design(prose)
    assert (made_design.null_rate, made_design.target_rate) == rates


def test_rates_elsewhere_in_the_prose_are_no_hypotheses() -> None:
    draft = drafted("Survival fell from 30% to 10% within a decade. A rate of 9.7% was seen before.")
    assert draft.protocol.design == design("")
    assert {"design.null_rate", "design.target_rate"} <= set(draft.protocol.assumed)


def test_level_and_power_are_read_and_a_two_sided_level_is_halved() -> None:
    one = design("A one-sided alpha of 0.1 and a power of 90% are used. H0: 10% vs 30%.")
    assert (one.alpha, one.power) == (0.1, 0.9)
    two = drafted("The two-sided significance level is 5%.")
    assert two.protocol.design.alpha == 0.025
    assert "design.alpha" in {question.path for question in two.questions}


def test_simon_gives_two_stages_of_the_planned_size() -> None:
    found = design("Simon's two-stage design tests the null hypothesis of 10% against 30%; power of 90%.", 35)
    assert (found.kind, found.first_stage_patients, found.futility_at_most, found.success_at_least) == (
        "two stage",
        18,
        2,
        7,
    )


def test_without_hypotheses_the_target_is_the_smallest_step_with_power() -> None:
    found = design("", 43)
    power = upper_tail(found.success_at_least, 43, found.target_rate)
    below = upper_tail(found.success_at_least, 43, found.target_rate - 0.05)
    assert (found.null_rate, found.alpha) == (0.1, 0.05)
    assert below < 0.8 <= power


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9, 14, 60, 1000, 10_000])
def test_every_number_of_patients_has_a_rule_with_its_level_and_power(count: int) -> None:
    found = design("", count)
    assert upper_tail(found.success_at_least, count, found.null_rate) <= found.alpha
    assert upper_tail(found.success_at_least, count, found.target_rate) >= found.power
    assert found.patients == count


def test_a_stated_power_that_the_number_does_not_give_is_asked_about() -> None:
    draft = drafted("H0: 10%, H1: 30%. Power 90%.", 25)
    assert 0.5 < draft.protocol.design.power < 0.9
    assert any(question.path == "design.power" and "Exact" in question.asked for question in draft.questions)


def test_a_stated_target_that_no_rule_can_show_gives_way_and_says_so() -> None:
    draft = drafted("H0: 10%, H1: 12%.", 30)
    assert draft.protocol.design.target_rate > 0.12
    assert "0.12" in draft.protocol.assumed["design.target_rate"]
    assert "design.target_rate" not in draft.provenance
    assert any("0.12" in question.asked for question in draft.questions)
