"""Exact designs: against scipy's binomial, every rule of few patients, and Simon's published designs of a size."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from tests.twin import design_search
from topline.protocol.draft.rule import Rule, single_stage, two_stages


def twin(rule: Rule, rate: float) -> float:
    """Return the probability of success, by summing over the responders of the first stage."""
    if rule.first is None:
        return float(binom.sf(rule.success - 1, rule.patients, rate))
    size, futile = rule.first
    rest = rule.patients - size
    return float(
        sum(binom.pmf(x, size, rate) * binom.sf(rule.success - x - 1, rest, rate) for x in range(futile + 1, size + 1))
    )


@settings(max_examples=60)
@given(st.integers(1, 300), st.floats(0.02, 0.8), st.floats(0.01, 0.15), st.floats(0.01, 0.2))
def test_one_stage_is_the_smallest_rule_that_keeps_the_level(n: int, null: float, more: float, alpha: float) -> None:
    rule = single_stage(n, null, null + more, alpha)
    if rule is None:
        assert binom.sf(n - 1, n, null) > alpha
        return
    assert rule.level == pytest.approx(binom.sf(rule.success - 1, n, null), abs=1e-12)
    assert rule.power == pytest.approx(binom.sf(rule.success - 1, n, null + more), abs=1e-10)
    assert rule.level <= alpha < binom.sf(rule.success - 2, n, null)


@pytest.mark.parametrize(
    ("patients", "rates", "power", "first", "success"),
    [
        # Simon 1989, table 1 and 2: alpha 0.05
        (29, (0.1, 0.3), 0.8, (10, 1), 6),
        (35, (0.1, 0.3), 0.9, (18, 2), 7),
        (43, (0.2, 0.4), 0.8, (13, 3), 13),
        (54, (0.2, 0.4), 0.9, (19, 4), 16),
        (46, (0.3, 0.5), 0.8, (15, 5), 19),
    ],
)
def test_two_stages_are_the_published_optimal_ones(
    patients: int, rates: tuple[float, float], power: float, first: tuple[int, int], success: int
) -> None:
    rule = two_stages(patients, rates, 0.05, power)
    assert rule is not None
    assert (rule.first, rule.success) == (first, success)
    assert rule.level == pytest.approx(twin(rule, rates[0]), abs=1e-12)
    assert rule.power == pytest.approx(twin(rule, rates[1]), abs=1e-12)
    assert rule.level <= 0.05
    assert rule.power >= power


def test_no_rule_where_none_has_level_and_power() -> None:
    assert two_stages(10, (0.1, 0.3), 0.05, 0.9) is None
    assert two_stages(1, (0.1, 0.3), 0.05, 0.8) is None
    assert single_stage(1, 0.1, 0.3, 0.05) is None


@settings(max_examples=25)
@given(
    st.integers(2, 13),
    st.integers(1, 8),
    st.integers(3, 9),
    st.sampled_from([0.05, 0.1, 0.2]),
    st.sampled_from([0.6, 0.7, 0.8]),
)
def test_two_stages_are_the_best_of_every_rule_of_their_size(
    n: int, low: int, more: int, alpha: float, power: float
) -> None:
    null, target = low / 20, min(low + more, 19) / 20
    held = design_search.holding(design_search.two_stage_rules(n), null, target, alpha, power)
    rule = two_stages(n, (null, target), alpha, power)
    if rule is None or rule.first is None:
        assert not held
        return
    (size, futile), success = rule.first, rule.success
    assert ((size, futile, size + 1), (n, success - 1, success)) in held
    own = design_search.expected(((size, futile, size + 1), (n, success - 1, success)), null)
    assert own == pytest.approx(min(design_search.expected(each, null) for each in held), abs=1e-12)


def test_a_single_patient_has_a_rule_whose_level_is_exactly_alpha() -> None:
    rule = single_stage(1, 0.05, 0.85, 0.05)
    assert rule is not None
    assert (rule.success, rule.level) == (1, 0.05)
