"""Two stages of the one-sample log-rank test: strict by the exact law; a published program, and where we differ."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.twin import logrank_trials
from tests.twin.onearm2stage import Asked, evaluated
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.kwak_jung import Aim, kwak_jung
from topline.design.survival.one_sample_logrank import one_sample_logrank
from topline.design.survival.two_stage_logrank import TwoStageLogrankDesign
from topline.design.survival.two_stage_logrank_search import critical_values, two_stage_logrank_designs
from topline.design.survival.two_stage_normal import both_above, normal_law
from topline.design.survival.weibull import SurvivalHypotheses, Weibull
from topline.errors import ToplineError

ASKED = SurvivalHypotheses.of_medians(3.0, 5.0)
EVEN = Enrolment(follow_up=6.0, rate=2.5)
SMALL, SMALLEST = SurvivalHypotheses.of_medians(3.0, 6.0), SurvivalHypotheses.of_medians(3.0, 7.0)
"""Told apart by so few patients that a search takes a second or less."""
EFS = SurvivalHypotheses(Weibull.of_rate(0.72, 3.0), 0.459)
YEARS = Enrolment(follow_up=3.0, rate=20.0)
OPEN, CUT = Asked(1.0, 0.72, 3.0, 0.459, 3.0, 20.0, False), Asked(1.0, 0.72, 3.0, 0.459, 3.0, 20.0, True)
OLD, HALF = Asked(1.0, 0.62, 2.0, 0.467, 2.0, 5.0, True), Asked(0.5, 0.6, 3.0, 0.5, 1.0, 5.0, False)
# n, t1, c1 as printed; then c, expected patients and the chance to stop, and the power that was asked for.
PRINTED = [
    (OPEN, (46, 1.0619, -0.7215), (1.5952, 40.1736, 0.2353), 0.8),
    (OPEN, (44, 1.6997, -0.731), (1.6257, 41.6745, 0.2324), 0.8),
    (OPEN, (45, 1.2512, -0.7274), (1.6061, 40.3361, 0.2335), 0.8),
    (OPEN, (44, 1.4269, -1.0069), (1.6293, 41.5723, 0.1570), 0.8),
    (OPEN, (47, 1.4364, -0.3844), (1.5799, 40.5985, 0.3503), 0.8),
    (OPEN, (44, 1.9808, -0.3829), (1.6171, 42.4619, 0.3509), 0.8),
    (CUT, (60, 1.7523, -0.3665), (1.6, 51.0914, 0.357), 0.8),
    (CUT, (58, 1.8222, -0.5517), (1.6193, 51.7359, 0.2906), 0.8),
    (CUT, (58, 1.8066, -0.5625), (1.6196, 51.7260, 0.2869), 0.8),
    (OLD, (46, 5.0946, 0.1349), (1.6171, 34.6342, 0.5537), 0.8),
    (HALF, (48, 5.7421, 0.1389), (1.6159, 37.29, 0.5552), 0.85),
    (HALF, (45, 6.7952, 0.1151), (1.6391, 38.9831, 0.5458), 0.85),
]


@cache
def made(
    asked: SurvivalHypotheses, enrolment: Enrolment, aim: Aim = "optimal", least_stop: float = 0.0
) -> TwoStageLogrankDesign:
    return kwak_jung(asked, enrolment, aim, least_stop=least_stop)


@pytest.mark.parametrize(("asked", "given", "printed", "power"), PRINTED)
def test_published_program(
    asked: Asked, given: tuple[int, float, float], printed: tuple[float, float, float], power: float
) -> None:
    found = evaluated(asked, *given, 0.05)
    assert found["critical"] == pytest.approx(printed[0], abs=8e-4)  # the program stops at a level within 1e-4
    assert found["expected"] == pytest.approx(printed[1], abs=1e-3)
    assert found["stop"] == pytest.approx(printed[2], abs=6e-5)
    assert found["power"] == pytest.approx(power, abs=3e-4)


def test_rows_of_the_benchmarks_are_among_those_printed(shared: Path) -> None:
    with (shared / "facts" / "design_benchmarks.csv").open(encoding="utf-8", newline="") as file:
        rows = [row["value"] for row in csv.DictReader(file) if row["method"].startswith("One-sample log-rank")]
    ours = {(n, c1, c, es) for _, (n, _, c1), (c, es, _), _ in PRINTED}
    theirs = {(int(n), float(c1), float(c), float(es)) for _, c1, n, c, _, es, _ in (row.split(";") for row in rows)}
    assert len(theirs) == 3
    assert theirs <= ours


@pytest.mark.parametrize(
    ("size", "bounds", "longest"), [((22, 46), (-0.7215, 1.5952), np.inf), ((36, 60), (-0.3665, 1.6), 3.0)]
)
def test_what_the_published_designs_do_exactly(
    size: tuple[int, int], bounds: tuple[float, float], longest: float
) -> None:
    enrolment = Enrolment(follow_up=3.0, rate=20.0, longest=longest)
    design = TwoStageLogrankDesign("printed", EFS, enrolment, size[0], bounds[0], size[1], bounds[1])
    assert design.level < 0.046
    assert design.attained_power > 0.81


def test_normal_law_of_the_interim_is_that_of_the_patients_who_have_entered() -> None:
    """With many patients the normal law is right; the drift of the published program is too small there."""
    enrolment, size = Enrolment(follow_up=3.0, rate=2000.0), (2200, 4600)
    first, _ = logrank_trials.two_looks(EFS.null, 0.9, enrolment, (400, *size), seed=3)
    assert normal_law(EFS.null, 0.9, enrolment, size).mean_first == pytest.approx(first.mean(), abs=0.17)
    drift = 0.1 * np.sqrt(evaluated_mean(0.9, size))
    assert abs(drift - first.mean()) > 0.1


def evaluated_mean(ratio: float, size: tuple[int, int]) -> float:
    """Return the expected events of the interim as the published program counts them: of n patients, times n1."""
    first, patients = size
    interim, _, _ = Enrolment(follow_up=3.0, rate=2000.0).stages(first, patients)
    at, weight = interim.nodes(EFS.null)
    p = float((weight * np.exp(-ratio * at) * interim.beyond(EFS.null.time(at))).sum())
    return p * first / patients * first


def test_fewer_patients_than_the_published_design() -> None:
    """The bounds are what the search finds for these hypotheses; here they are judged by the exact law alone."""
    better = TwoStageLogrankDesign("found", EFS, YEARS, 18, -0.5778, 43, 1.5207)
    assert better.holds
    assert better.patients < 44  # its minimax design
    assert better.expected_patients < 40.17  # what it expects of its optimal one


@pytest.mark.parametrize("enrolment", [EVEN, Enrolment(follow_up=4.0, rate=2.5, longest=8.0, dropout=0.02)])
def test_strict(enrolment: Enrolment) -> None:
    optimal, single = made(SMALLEST, enrolment), one_sample_logrank(SMALLEST, enrolment)
    assert optimal.holds
    assert optimal.expected_patients < single.patients
    assert optimal.first < optimal.patients
    assert optimal.look < enrolment.accrual(optimal.patients) < optimal.expected_duration + enrolment.duration(20)


def test_minimax_has_fewer_patients_and_optimal_fewer_expected_ones() -> None:
    optimal, minimax = made(SMALL, EVEN), made(SMALL, EVEN, "minimax")
    assert minimax.holds
    assert one_sample_logrank(SMALL, EVEN).patients <= minimax.patients < optimal.patients
    assert optimal.expected_patients < minimax.expected_patients


def test_least_stop_is_kept_exactly() -> None:
    assert made(SMALLEST, EVEN, "minimax").stops_early < 0.6
    assert made(SMALLEST, EVEN, "minimax", 0.6).stops_early >= 0.6 - 1e-5


def test_the_normal_search_holds_by_its_own_law() -> None:
    designs = two_stage_logrank_designs(ASKED, EVEN)
    expected = [float(one.normal_characteristics(1.0).expected_patients[0]) for one in designs]
    assert [one.patients for one in designs] == sorted(one.patients for one in designs)
    assert expected == sorted(expected, reverse=True)
    for one in designs:
        level, power = one.normal_characteristics((1.0, 0.6)).success
        assert 0.0498 < level <= 0.05
        assert 0.8 <= power < 0.801


def test_critical_values_are_the_smallest_in_steps() -> None:
    null = normal_law(ASKED.null, 1.0, EVEN, (16, 32))
    futility = np.linspace(-2.0, 1.5, 8)
    value = critical_values(futility, null, 0.05)
    assert (both_above(futility, value, null.correlation) <= 0.05).all()
    assert (both_above(futility, value - 1e-4, null.correlation) > 0.05).all()


def test_refusals() -> None:
    with pytest.raises(ToplineError, match="TL-G02 max_n: 13 are not enough; 14 are the fewest that work"):
        kwak_jung(SMALLEST, EVEN, "minimax", max_n=13)
    with pytest.raises(ToplineError, match="TL-G02 max_n: 300 are not enough; about 7"):
        kwak_jung(SurvivalHypotheses.of_medians(3.0, 3.3), EVEN)
    with pytest.raises(ToplineError, match="TL-G04 aim"):
        kwak_jung(ASKED, EVEN, "best")  # type: ignore[arg-type]
    with pytest.raises(ToplineError, match="TL-G04 max_n"):
        kwak_jung(ASKED, EVEN, max_n=1)
    with pytest.raises(ToplineError, match="TL-G04 least_stop"):
        kwak_jung(ASKED, EVEN, least_stop=1.0)
