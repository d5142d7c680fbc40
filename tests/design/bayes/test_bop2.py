"""BOP2: bounds of lambda and gamma against other software, the search against trying all, and strictness."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin import design_bayes as twin
from topline.design.bayes import bop2 as module
from topline.design.bayes.bop2 import Bop2Rule, bop2, bop2_boundary, unit_prior
from topline.design.bayes.bop2_toxicity import bop2_toxicity
from topline.design.bayes.posterior import exceeds
from topline.design.bivariate.rule import BivariateHypotheses
from topline.design.looks import Looks
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.hypotheses import Hypotheses

ASKED = Hypotheses(0.2, 0.4, alpha=0.1, power=0.8)
BOTH = BivariateHypotheses(response=(0.3, 0.6), toxicity=(0.4, 0.2), power=0.8)


def test_bounds_of_the_package_bop2fe() -> None:
    """Its page prints lambda 0.9 and gamma 1 with these futility bounds, and simulated characteristics of the rule."""
    looks = (10, 15, 20, 25, 30, 35, 40)
    found = bop2_boundary(Bop2Rule(0.9, 1.0, unit_prior(0.2)), 0.2, looks)
    assert found.futility == (1, 2, 3, 5, 7, 9, 11)
    both = operating_characteristics(Boundary(looks, found.futility, (6, 8, 9, 10, 10, 11, 12)), (0.2, 0.4))
    error = 4 * np.sqrt(0.25 / 1000)  # its figures are of 1,000 trials
    np.testing.assert_allclose(both.success, (0.095, 0.883), atol=error)
    np.testing.assert_allclose(both.stops_futile[:, :-1].sum(axis=1), (0.870, 0.105), atol=error)
    np.testing.assert_allclose(both.stops_success[:, :-1].sum(axis=1), (0.086, 0.858), atol=error)
    np.testing.assert_allclose(both.expected_patients, (20.06, 22.64), atol=1.3)


def test_no_worse_than_a_grid_of_other_software() -> None:
    """mdanderson_stats, documentation: 25 patients, level 0.09659, power 0.80944, 16.19 expected patients."""
    found = bop2(ASKED, Looks(10, 5), range(25, 26), "expected")
    assert found.expected_patients <= 16.195
    assert found.expected_patients == pytest.approx(16.19, abs=0.005)
    assert found.level == pytest.approx(0.09659, abs=5e-6)
    assert found.attained_power == pytest.approx(0.80944, abs=5e-6)


def test_bounds_are_the_posterior_against_the_cutoff() -> None:
    looks = (8, 13, 21)
    found = bop2_boundary(Bop2Rule(0.85, 0.4, (0.3, 0.7)), 0.3, looks)
    for look, bound in zip(looks, found.futility, strict=True):
        for x in range(look + 1):
            assert (x <= bound) == (exceeds(x, look, 0.3, (0.3, 0.7)) < 0.85 * (look / 21) ** 0.4)


@pytest.mark.parametrize(
    ("null", "target", "n"), [(Fraction(1, 5), Fraction(3, 5), 10), (Fraction(1, 10), Fraction(2, 5), 13)]
)
def test_search_finds_what_trying_all_finds(null: Fraction, target: Fraction, n: int) -> None:
    shapes = np.linspace(0, 1, module.GAMMAS).tolist()
    asked = twin.Asked(null, target, Fraction(3, 20), Fraction(3, 5))
    boundaries = set(twin.cutoff_boundaries(Looks(4, 2).up_to(n), null, shapes))
    hypotheses = Hypotheses(float(null), float(target), 0.15, 0.6)
    power, expected = twin.most_power(iter(boundaries), asked), twin.fewest_expected(iter(boundaries), asked)
    assert power is not None
    assert expected is not None
    assert bop2(hypotheses, Looks(4, 2), range(n, n + 1)).attained_power == pytest.approx(float(power), rel=1e-12)
    least = bop2(hypotheses, Looks(4, 2), range(n, n + 1), "expected")
    assert least.expected_patients == pytest.approx(float(expected), rel=1e-12)


@settings(max_examples=10)
@given(st.floats(0.05, 0.5), st.floats(0.2, 0.4), st.sampled_from([0.05, 0.1]), st.sampled_from(["power", "expected"]))
def test_designs_hold_without_slack(null: float, gain: float, alpha: float, aim: module.Aim) -> None:
    found = bop2(Hypotheses(null, null + gain, alpha, 0.8), Looks(8, 8), aim=aim)
    assert found.holds
    rule = Bop2Rule(sum(found.scale) / 2, found.shape, found.prior)
    assert bop2_boundary(rule, null, found.boundary.looks) == found.boundary


def test_aims() -> None:
    power, expected = (bop2(ASKED, patients=range(40, 41), aim=aim) for aim in ("power", "expected"))
    assert power.attained_power > expected.attained_power
    assert power.expected_patients > expected.expected_patients


def test_errors() -> None:
    with pytest.raises(ToplineError, match=r"max_n: 15 patients are not enough; 2\d would be"):
        bop2(ASKED, patients=range(10, 16))
    with pytest.raises(ToplineError, match="TL-G04"):
        bop2(ASKED, aim="minimum")  # type: ignore[arg-type]
    for scale, shape, prior in ((1.0, 1.0, (1, 1)), (0.9, -0.1, (1, 1)), (0.9, float("nan"), (1, 1)), (0.9, 1, (0, 1))):
        with pytest.raises(ToplineError, match="TL-G04"):
            Bop2Rule(scale, shape, prior)


def test_with_toxicity_both_levels_hold() -> None:
    found = bop2_toxicity(BOTH, Looks(12, 6))
    assert found.holds
    assert found.boundary.patients == 27
    assert found.level_response <= 0.1 >= found.level_toxicity
    share = np.array(found.boundary.looks) / 27
    responses = bop2_boundary(
        Bop2Rule(sum(found.response_scale) / 2, found.shape, (0.3, 0.7)), 0.3, found.boundary.looks
    )
    assert responses.futility == found.boundary.futility
    for look, bound, part in zip(found.boundary.looks, found.boundary.toxicity, share, strict=True):
        cutoff = sum(found.toxicity_scale) / 2 * part**found.shape
        safe = 1.0 - exceeds(np.arange(look + 1), look, 0.4, (0.4, 0.6))
        assert bound == (safe >= cutoff).sum()


def test_with_toxicity_the_power_is_the_largest_of_a_grid() -> None:
    """Every pair of a grid of lambda and kappa, for three gammas of the search, has no more power where it holds."""
    looks = Looks(12, 6).up_to(27)
    found = bop2_toxicity(BOTH, Looks(12, 6))
    best = 0.0
    for shape in (0.0, 0.5, 0.9):
        response = grid(looks, 0.3, 0.6, shape)
        safety = grid(looks, 0.6, 0.8, shape)
        power = response[1][:, None] * safety[1]
        holds = (response[0][:, None] * safety[1] <= 0.1) & (response[1][:, None] * safety[0] <= 0.1)
        best = max(best, float(np.where(holds, power, 0).max()))
    assert 0.75 < best <= found.attained_power * (1 + 1e-12)


def grid(looks: tuple[int, ...], null: float, target: float, shape: float) -> list[np.ndarray]:
    rules = {bop2_boundary(Bop2Rule(s, shape, unit_prior(null)), null, looks) for s in np.linspace(0.5, 0.995, 100)}
    found = np.array([operating_characteristics(rule, (null, target)).success for rule in rules])
    return [found[:, 0], found[:, 1]]


def test_with_toxicity_dependence_is_not_searched() -> None:
    with pytest.raises(ToplineError, match="TL-G04"):
        bop2_toxicity(BivariateHypotheses((0.3, 0.6), (0.4, 0.2), odds_ratio=2.0))
    with pytest.raises(ToplineError, match="max_n: 15 patients are not enough; 27 would be"):
        bop2_toxicity(BOTH, Looks(12, 6), range(12, 16))
