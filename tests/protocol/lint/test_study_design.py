"""The sample size against the stated hypothesis: exact numbers, the designs that give 43 and 35, and their rivals."""

import csv
from pathlib import Path

import numpy as np
import pytest

from tests.protocol.lint.study_case import TWO_STAGE, answer, changed, paths
from topline.protocol.coherence import success_probability
from topline.protocol.lint.exact import Hypothesis, attaining, least_expected, least_success
from topline.protocol.lint.rule import Answer
from topline.protocol.lint.study_design import Stages, expected_patients

CLAIM_43 = Hypothesis(0.15, 0.33, 0.05, 0.88)
CLAIM_35 = Hypothesis(0.10, 0.30, 0.05, 0.90)


def hypothesis(row: dict[str, str]) -> Hypothesis:
    return Hypothesis(float(row["p0"]), float(row["p1"]), float(row["alpha"]), 1 - float(row["beta"]))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_43_is_the_least_number_that_attains_its_claim_and_the_tip_of_a_tooth() -> None:
    able = attaining(CLAIM_43, 200)
    assert int(np.flatnonzero(able)[0]) + 1 == 43
    assert least_success(CLAIM_43, 43) == 11
    assert [n for n in range(43, 201) if not able[n - 1]] == [44, 45, 46, 49]
    (finding,) = answer("STU-16", changed({})).findings
    assert "44, 45, 46, 49 patients" in finding.message
    assert "from 50 on" in finding.message


def test_35_in_two_stages_is_simons_optimal_design() -> None:
    best = least_expected(CLAIM_35, 35)
    assert best is not None
    assert (best.first, best.futile, best.patients, best.success) == (18, 2, 35, 7)
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
        found = (best.futile, best.first, best.success - 1, best.patients)
        assert found == (int(row["r1"]), int(row["n1"]), int(row["r"]), int(row["n"]))
        assert best.expected == pytest.approx(float(row["EN_p0"]), abs=5e-4)


def test_the_saw_tooth_is_that_of_aherns_table(shared: Path) -> None:
    table = rows(shared / "facts" / "ahern_tables.csv")
    assert len(table) > 100
    for row in table:
        able = attaining(hypothesis(row), 500)
        assert int(np.flatnonzero(able)[0]) + 1 == int(row["n"])
        assert int(np.flatnonzero(~able)[-1]) + 2 == int(row["n_sawtooth_safe"])
        assert least_success(hypothesis(row), int(row["n"])) == int(row["success_if_at_least"])


def test_every_two_stage_rule_is_looked_at() -> None:
    """A plain search over all rules of few patients finds the same least expectation."""
    claim = Hypothesis(0.2, 0.6, 0.1, 0.8)
    best = min(
        expected_patients(rule, claim.null)
        for patients in range(2, 13)
        for first in range(1, patients)
        for futile in range(first)
        for success in range(futile + 1, patients + 1)
        if (rule := Stages(first, futile, patients, success)).chance(claim.null) <= claim.alpha
        and rule.chance(claim.target) >= claim.power
    )
    found = least_expected(claim, 12)
    assert found is not None
    assert found.expected == pytest.approx(best, abs=1e-9)


def test_no_rule_of_few_patients_attains_a_small_difference() -> None:
    assert least_expected(Hypothesis(0.30, 0.35, 0.05, 0.90), 20) is None
    assert not attaining(Hypothesis(0.30, 0.35, 0.05, 0.90), 60).any()


def test_a_power_above_the_exact_one_is_an_error() -> None:
    exact = success_probability(0.33, (0, -1), (43, 11))
    assert exact == pytest.approx(0.8862, abs=5e-5)
    assert paths("STU-13", changed({"design.power": 0.8863})) == ["design.power"]
    assert not paths("STU-13", changed({"design.power": 0.8862}))
    assert "0.8862" in answer("STU-13", changed({"design.power": 0.9})).findings[0].message


def test_a_two_stage_power_counts_the_stop() -> None:
    """With the stop at 2 of 18 the power at 30% is 0.9016; without it 7 of 35 would have more."""
    assert success_probability(0.3, (0, -1), (35, 7)) > 0.93
    assert not paths("STU-13", changed({"design.power": 0.9016}, TWO_STAGE))
    assert paths("STU-13", changed({"design.power": 0.9017}, TWO_STAGE)) == ["design.power"]


def test_a_rule_with_one_responder_too_many_wastes_level() -> None:
    strict = changed({"design.success_at_least": 12, "design.power": 0.8})
    (finding,) = answer("STU-14", strict).findings
    assert "11 of 43 already keep the level, exactly 0.0488" in finding.message
    assert not paths("STU-14", changed({"design.power": 0.8}))


def test_a_number_of_patients_that_is_not_the_least_is_named() -> None:
    (finding,) = answer("STU-15", changed({"design.power": 0.8})).findings
    least = int(np.flatnonzero(attaining(Hypothesis(0.15, 0.33, 0.05, 0.8), 43))[0]) + 1
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
    own = expected_patients(Stages(19, 2, 35, 7), 0.1)
    (finding,) = answer("STU-17", other).findings
    assert f"expects {own:.2f} patients" in finding.message
    better = least_expected(Hypothesis(0.1, 0.3, 0.05, 0.85), 35)
    assert better is not None
    assert better.expected < own
    assert f"{better.success} of {better.patients}" in finding.message


def test_the_rivals_of_a_large_two_stage_design_are_not_looked_at() -> None:
    large = {
        "design.patients": 120,
        "design.success_at_least": 20,
        "design.first_stage_patients": 40,
        "design.futility_at_most": 4,
        "population.planned": 120,
    }
    found = answer("STU-17", changed(large, TWO_STAGE))
    assert found.answer is Answer.CANNOT_ASSESS
    assert "up to 100 patients" in found.reason


def test_a_margin_is_asked_where_patients_can_leave_the_deciding_set() -> None:
    assert paths("STU-18", changed({})) == ["population.planned"]
    assert not paths("STU-18", changed({"population.planned": 44}))
    assert not paths("STU-18", changed({"endpoints.DCR6M.estimand.population": "ALL"}))


def test_a_larger_enrolment_may_break_the_level() -> None:
    exact = success_probability(0.15, (0, -1), (44, 11))
    assert exact > 0.05
    (finding,) = answer("STU-19", changed({"population.planned": 44})).findings
    assert f"{exact:.4f}" in finding.message
    spare = {"population.planned": 44, "design.success_at_least": 12, "design.power": 0.8}
    assert success_probability(0.15, (0, -1), (44, 12)) <= 0.05
    assert not paths("STU-19", changed(spare))
