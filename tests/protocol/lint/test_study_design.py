"""The sample size against the stated hypothesis: exact numbers, the designs that give 43 and 35, and their rivals."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.protocol.lint.study_case import TWO_STAGE, answer, changed, paths
from tests.twin import exact_rule as twin
from topline.protocol.lint.rule import Answer
from topline.protocol.lint.study_design import chance, expected_patients, hypotheses, one_stage
from topline.protocol.model import Protocol
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.one_stage import attaining, least_success
from topline.protocol.rule.two_stage_search import Candidate, two_stage_designs

CLAIM_43 = Hypotheses(0.15, 0.33, 0.05, 0.88)
CLAIM_35 = Hypotheses(0.10, 0.30, 0.05, 0.90)


def hypothesis(row: dict[str, str]) -> Hypotheses:
    return Hypotheses(float(row["p0"]), float(row["p1"]), float(row["alpha"]), 1 - float(row["beta"]))


def least_expected(asked: Hypotheses, patients: int) -> Candidate | None:
    """Return the two-stage rule of at most so many patients with the fewest expected at the null rate."""
    found = two_stage_designs(asked.null, asked.target, asked.alpha, asked.beta, patients)
    return found[-1] if found else None


def two_stages(first: int, futile: int, patients: int, success: int) -> Boundary:
    return Boundary((first, patients), (futile, success - 1), (first + 1, success))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_43_is_the_least_number_that_attains_its_claim_and_the_tip_of_a_tooth() -> None:
    able = attaining(CLAIM_43, 200)
    assert int(np.flatnonzero(able)[0]) + 1 == 43
    assert least_success(43, 0.15, 0.05) == 11
    assert [n for n in range(43, 201) if not able[n - 1]] == [44, 45, 46, 49]
    (finding,) = answer("STU-16", changed({})).findings
    assert "44, 45, 46, 49 patients" in finding.message
    assert "from 50 on" in finding.message


def test_35_in_two_stages_is_simons_optimal_design() -> None:
    best = least_expected(CLAIM_35, 35)
    assert best is not None
    assert (best.n1, best.r1, best.n, best.r) == (18, 2, 35, 6)
    assert best.expected == pytest.approx(22.5255, abs=5e-5)
    assert answer("STU-17", changed({}, TWO_STAGE)).answer is Answer.SILENT


def test_the_search_finds_simons_tables(shared: Path) -> None:
    table = [
        row for row in rows(shared / "facts" / "simon_tables.csv") if row["kind"] == "optimal" and int(row["n"]) <= 50
    ]
    assert len(table) >= 15
    for row in table:
        best = least_expected(hypothesis(row), int(row["n"]))
        assert best is not None
        found = (best.r1, best.n1, best.r, best.n)
        assert found == (int(row["r1"]), int(row["n1"]), int(row["r"]), int(row["n"]))
        assert best.expected == pytest.approx(float(row["EN_p0"]), abs=5e-4)


def test_the_saw_tooth_is_that_of_aherns_table(shared: Path) -> None:
    table = rows(shared / "facts" / "ahern_tables.csv")
    assert len(table) > 100
    for row in table:
        able = attaining(hypothesis(row), 500)
        assert int(np.flatnonzero(able)[0]) + 1 == int(row["n"])
        assert int(np.flatnonzero(~able)[-1]) + 2 == int(row["n_sawtooth_safe"])
        assert least_success(int(row["n"]), float(row["p0"]), float(row["alpha"])) == int(row["success_if_at_least"])


def test_every_two_stage_rule_is_looked_at() -> None:
    """A plain search over all rules of few patients finds the same least expectation."""
    claim = Hypotheses(0.2, 0.6, 0.1, 0.8)
    best = min(
        expected_patients(rule, claim.null)
        for patients in range(2, 13)
        for first in range(1, patients)
        for futile in range(first)
        for success in range(futile + 1, patients + 1)
        if chance(rule := two_stages(first, futile, patients, success), claim.null) <= claim.alpha
        and chance(rule, claim.target) >= claim.power
    )
    found = least_expected(claim, 12)
    assert found is not None
    assert found.expected == pytest.approx(best, abs=1e-9)


def test_no_rule_of_few_patients_attains_a_small_difference() -> None:
    assert least_expected(Hypotheses(0.30, 0.35, 0.05, 0.90), 20) is None
    assert not attaining(Hypotheses(0.30, 0.35, 0.05, 0.90), 60).any()


def test_a_power_above_the_exact_one_is_an_error() -> None:
    exact = chance(one_stage(43, 11), 0.33)
    assert exact == pytest.approx(0.8862, abs=5e-5)
    assert paths("STU-13", changed({"design.power": 0.8863})) == ["design.power"]
    assert not paths("STU-13", changed({"design.power": 0.8862}))
    assert "0.8862" in answer("STU-13", changed({"design.power": 0.9})).findings[0].message


def test_a_two_stage_power_counts_the_stop() -> None:
    """With the stop at 2 of 18 the power at 30% is 0.9016; without it 7 of 35 would have more."""
    assert chance(one_stage(35, 7), 0.3) > 0.93
    assert not paths("STU-13", changed({"design.power": 0.9016}, TWO_STAGE))
    assert paths("STU-13", changed({"design.power": 0.9017}, TWO_STAGE)) == ["design.power"]


def test_a_rule_with_one_responder_too_many_wastes_level() -> None:
    strict = changed({"design.success_at_least": 12, "design.power": 0.8})
    (finding,) = answer("STU-14", strict).findings
    assert "11 of 43 already keep the level, exactly 0.0488" in finding.message
    assert not paths("STU-14", changed({"design.power": 0.8}))


def test_a_number_of_patients_that_is_not_the_least_is_named() -> None:
    (finding,) = answer("STU-15", changed({"design.power": 0.8})).findings
    least = int(np.flatnonzero(attaining(Hypotheses(0.15, 0.33, 0.05, 0.8), 43))[0]) + 1
    assert least < 43
    assert finding.message.startswith(f"{least} patients attain the same")
    assert not paths("STU-15", changed({}))


def test_a_number_from_which_on_all_attain_is_no_tip() -> None:
    safe = {"design.patients": 50, "design.success_at_least": 13, "population.planned": 50}
    assert not paths("STU-16", changed(safe))
    tip = {"design.patients": 48, "design.success_at_least": 12, "population.planned": 48}
    assert "with 49 patients" in answer("STU-16", changed(tip)).findings[0].message


def test_a_dominated_two_stage_rule_names_its_better() -> None:
    """Stopping at 2 of 17 keeps level and power, and expects more patients than stopping at 2 of 18 of 35."""
    other = changed({"design.first_stage_patients": 19, "design.power": 0.85}, TWO_STAGE)
    own = expected_patients(Boundary((19, 35), (2, 6), (20, 7)), 0.1)
    (finding,) = answer("STU-17", other).findings
    assert f"expects {own:.2f} patients" in finding.message
    better = least_expected(Hypotheses(0.1, 0.3, 0.05, 0.85), 35)
    assert better is not None
    assert better.expected < own
    assert f"{better.r + 1} of {better.n}" in finding.message


def test_the_rivals_of_a_large_two_stage_design_are_not_looked_at() -> None:
    large = {
        "design.patients": 520,
        "design.success_at_least": 80,
        "design.first_stage_patients": 140,
        "design.futility_at_most": 14,
        "population.planned": 520,
    }
    found = answer("STU-17", changed(large, TWO_STAGE))
    assert found.answer is Answer.CANNOT_ASSESS
    assert "up to 500 patients" in found.reason


def test_a_margin_is_asked_where_patients_can_leave_the_deciding_set() -> None:
    assert paths("STU-18", changed({})) == ["population.planned"]
    assert not paths("STU-18", changed({"population.planned": 44}))
    assert not paths("STU-18", changed({"endpoints.DCR6M.estimand.population": "ALL"}))


def test_a_larger_enrolment_may_break_the_level() -> None:
    exact = chance(one_stage(44, 11), 0.15)
    assert exact > 0.05
    (finding,) = answer("STU-19", changed({"population.planned": 44})).findings
    assert f"{exact:.4f}" in finding.message
    spare = {"population.planned": 44, "design.success_at_least": 12, "design.power": 0.8}
    assert chance(one_stage(44, 12), 0.15) <= 0.05
    assert not paths("STU-19", changed(spare))


SEQUENTIAL = {
    "design.kind": "sequential",
    "design.first_stage_patients": None,
    "design.futility_at_most": None,
    "design.patients": 40,
    "design.success_at_least": 8,
    "design.power": 0.9,
    "population.planned": 45,
}
LOOKS = [{"patients": 12, "futility_at_most": 0}, {"patients": 24, "futility_at_most": 2, "success_at_least": 8}]


def sequential(looks: list[dict[str, int]], **other: Any) -> Protocol:
    """Return the two-stage study with looks instead, null rate 10%, target rate 30%; `other` are keys of the design."""
    keys = {f"design.{key}": value for key, value in other.items()}
    return changed({**SEQUENTIAL, "design.looks": looks, **keys}, TWO_STAGE)


def test_the_power_of_a_sequential_design_counts_every_look() -> None:
    rule = sequential(LOOKS).design.rule
    assert float(twin.success(rule, 0.3)) == pytest.approx(0.93324, abs=5e-6)
    assert not paths("STU-13", sequential(LOOKS, power=0.9332))
    (finding,) = answer("STU-13", sequential(LOOKS, power=0.934)).findings
    assert "8 of 40 with 2 looks before, succeeds at 0.3 with an exact chance of 0.9332" in finding.message


def test_rules_about_one_stage_say_nothing_of_looks() -> None:
    for rule in ("STU-14", "STU-15", "STU-16"):
        assert answer(rule, sequential(LOOKS)).answer is Answer.SILENT


def test_looks_that_two_stages_do_better_than() -> None:
    """A late look for futility alone: Simon's 2 of 18 and 7 of 35 expect fewer at both rates."""
    late = sequential([{"patients": 15, "futility_at_most": 0}])
    (finding,) = answer("STU-17", late).findings
    assert finding.path == "design.patients"
    assert "expects 34.85 patients at 0.1; two stages: 22.53 are enough: stop at 2 or fewer of 18" in finding.message
    assert "at 0.3 they expect 33.98, this one 39.88" in finding.message


def test_looks_that_save_patients_at_the_target_are_not_beaten_by_two_stages() -> None:
    """Two stages expect fewer at the null rate, 22.53 against 27.06, but more at the target rate."""
    rule = sequential(LOOKS).design.rule
    assert expected_patients(rule, 0.1) == pytest.approx(27.055, abs=5e-4)
    assert expected_patients(rule, 0.3) == pytest.approx(32.515, abs=5e-4)
    assert answer("STU-17", sequential(LOOKS)).answer is Answer.SILENT


def test_a_larger_enrolment_may_break_the_level_of_a_sequential_design() -> None:
    exact = float(twin.success(Boundary((12, 24, 45), (0, 2, 7), (13, 8, 8)), 0.1))
    assert exact > 0.05
    (finding,) = answer("STU-19", sequential(LOOKS)).findings
    assert f"{exact:.4f}" in finding.message
    assert not paths("STU-19", sequential(LOOKS, success_at_least=9))


@pytest.mark.parametrize(
    ("patients", "success", "rates"),
    [(2, 2, (0.2, 0.9)), (3, 3, (0.2, 0.9)), (43, 11, (0.15, 0.33)), (35, 8, (0.1, 0.3))],
)
def test_a_design_that_states_its_exact_level_and_power_is_held_to_no_more(
    patients: int, success: int, rates: tuple[float, float]
) -> None:
    """What a person states to the last digit, the rule attains: nothing is found, nothing fails."""
    rule, (null, target) = one_stage(patients, success), rates
    exact = {"alpha": float(twin.success(rule, null)), "power": float(twin.success(rule, target))}
    numbers = {"patients": patients, "success_at_least": success, "null_rate": null, "target_rate": target, **exact}
    stated = changed({f"design.{key}": value for key, value in numbers.items()} | {"population.planned": patients})
    assert not [each for rule in ("STU-13", "STU-14", "STU-15") for each in paths(rule, stated)]
    assert attaining(hypotheses(stated.design), patients)[-1]
