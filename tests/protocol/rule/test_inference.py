"""Inference after any rule: every course listed, R's tables, every pair of stages, coverage."""

import csv
import tomllib
from fractions import Fraction
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.twin import design_outcomes as twin
from tests.twin import two_stage
from tests.twin.proportion import bisect
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.inference import Beta, Settings, inference, jennison_turnbull, koyama_chen, umvue
from topline.protocol.rule.outcome import outcomes, rate_at
from topline.stats.proportion import clopper_pearson

FOLDER = Path(__file__).resolve().parents[3] / "golden"
GOLDEN, TWO_STAGE = (
    tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")) for name in ("design_inference", "two_stage")
)
RULES = list(twin.rules())
SIMON = Boundary((13, 43), (3, 12), (14, 13))


def simon_like(n1: int, r1: int, n: int, r: int) -> Boundary:
    return Boundary((n1, n), (r1, r), (n1 + 1, r + 1))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_outcomes_are_all_ends_in_order(rule: Boundary) -> None:
    found = outcomes(rule)
    listed = sorted(twin.ends(rule), key=lambda end: twin.rank(rule, end))
    assert list(zip(found.looks.tolist(), found.responses.tolist(), strict=True)) == listed
    for rate in (Fraction(1, 10), Fraction(2, 5), Fraction(9, 10)):
        expected = [float(twin.probability(rule, end, rate)) for end in listed]
        np.testing.assert_allclose(found.probabilities(float(rate))[0], expected, rtol=1e-12)
        assert found.probabilities(float(rate)).sum() == pytest.approx(1, abs=1e-13)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_estimates_are_those_of_the_listed_courses(rule: Boundary) -> None:
    for (look, count), (courses, begun) in twin.ends(rule).items():
        assert umvue(rule, count, look) == pytest.approx(begun / courses, rel=1e-12, abs=1e-15)
        found = inference(rule, count, look, Settings(0.3, 0.9))
        assert found.p == pytest.approx(float(twin.at_least(rule, (look, count), Fraction(3, 10))), rel=1e-12)
        if found.p < 1:
            half = float(twin.at_least(rule, (look, count), Fraction(found.median_unbiased)))
            assert half == pytest.approx(0.5, abs=1e-12)
            lower = float(twin.at_least(rule, (look, count), Fraction(found.koyama_chen[0])))
            assert lower == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize("rule", [*RULES, SIMON], ids=str)
def test_umvue_is_unbiased_and_rises_with_the_outcome(rule: Boundary) -> None:
    found = outcomes(rule)
    pairs = zip(found.responses.tolist(), found.looks.tolist(), strict=True)
    estimates = np.array([umvue(rule, count, look) for count, look in pairs])
    assert (np.diff(estimates) >= -1e-12).all()
    rates = np.array([0.05, 0.2, 0.5, 0.85])
    np.testing.assert_allclose(found.probabilities(rates) @ estimates, rates, rtol=1e-11)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_intervals_cover(rule: Boundary) -> None:
    found = outcomes(rule)
    limits = np.array([jennison_turnbull(found, place, 0.9) for place in range(len(found.looks))])
    rates = np.linspace(0.01, 0.99, 99)
    inside = (limits[:, 0] <= rates[:, None]) & (rates[:, None] <= limits[:, 1])
    assert ((found.probabilities(rates) * inside).sum(axis=1) >= 0.9 - 1e-12).all()


@st.composite
def two_stage_designs(draw: st.DrawFn) -> two_stage.Design:
    n1 = draw(st.integers(2, 12))
    r1 = draw(st.integers(-1, n1 - 1))
    n = n1 + draw(st.integers(1, 14))
    return n1, r1, n, draw(st.integers(max(r1, 0), n - 1))


@settings(max_examples=40)
@given(two_stage_designs(), st.data())
def test_two_stages_are_those_of_every_pair(design: two_stage.Design, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, design[2]))
    rule, look = simon_like(*design), two_stage.stage_of(design, k)
    found = outcomes(rule)
    place = found.place(look, k)
    for rate in (0.05, 0.3, 0.7):
        assert found.at_least(place, rate)[0] == pytest.approx(two_stage.p_value(design, k, rate), rel=1e-9, abs=1e-15)
    assert umvue(rule, k, look) == pytest.approx(two_stage.unbiased(design, k), rel=1e-9)
    if k:
        median = inference(rule, k, look, Settings(0.2)).median_unbiased
        assert median == pytest.approx(bisect(lambda p: two_stage.p_value(design, k, p) - 0.5), rel=1e-9)


@settings(max_examples=15)
@given(two_stage_designs(), st.sampled_from([0.1, 0.25, 0.5, 0.8]))
def test_two_stages_umvue_is_unbiased(design: two_stage.Design, rate: float) -> None:
    rule = simon_like(*design)
    estimates = [umvue(rule, k, two_stage.stage_of(design, k)) for k in range(design[2] + 1)]
    assert two_stage.expectation(design, estimates, rate) == pytest.approx(rate, rel=1e-10)


@settings(max_examples=10)
@given(two_stage_designs(), st.sampled_from([0.1, 0.25, 0.5, 0.8]), st.sampled_from([0.8, 0.9, 0.95]))
def test_two_stages_are_covered(design: two_stage.Design, rate: float, confidence: float) -> None:
    found = outcomes(simon_like(*design))
    places = [found.place(two_stage.stage_of(design, k), k) for k in range(design[2] + 1)]
    limits = [jennison_turnbull(found, place, confidence) for place in places]
    inside = [float(lower <= rate <= upper) for lower, upper in limits]
    assert two_stage.expectation(design, inside, rate) >= confidence - 1e-12


def test_a_stop_at_stage_one_is_one_binomial_sample() -> None:
    found = outcomes(SIMON)
    for k in range(4):
        lower, upper = jennison_turnbull(found, found.place(1, k), 0.9)
        exact = clopper_pearson(k, 13, 0.9)
        assert lower == pytest.approx(float(exact.lower), abs=1e-13)
        assert k == 3 or upper == pytest.approx(float(exact.upper), rel=1e-12)


def test_interval_and_test_agree_and_rise() -> None:
    """The limits rise with the outcome, and the lower one exceeds the null rate where the trial is a success."""
    found = outcomes(SIMON)
    limits = [koyama_chen(found, place, 0.90) for place in range(1, len(found.looks))]
    for place, (lower, _) in enumerate(limits, start=1):
        p = found.at_least(place, 0.2)[0]
        assert (p < 0.05) == (lower > 0.2) == (found.responses[place] > 12)
    exact = [jennison_turnbull(found, place, 0.90) for place in range(len(found.looks))]
    for several in (limits, exact):
        assert (np.diff(np.array(several), axis=0) >= 0).all()
    assert exact[-1][1] == 1.0


def test_one_look_is_the_binomial_test_and_clopper_pearson() -> None:
    rule = Boundary((43,), (27,), (28,))
    for count in (0, 1, 28, 43):
        found, exact = inference(rule, count, 1, Settings(0.5)), clopper_pearson(count, 43)
        assert found.jennison_turnbull == pytest.approx((float(exact.lower), float(exact.upper)), rel=1e-10)
        assert found.p == pytest.approx(stats.binomtest(count, 43, 0.5, "greater").pvalue, rel=1e-12)
        assert found.umvue == pytest.approx(count / 43)


def test_table_of_r(shared: Path) -> None:
    """Every row: the p-value, both estimates, and the chance that the p-value has at each of R's limits.

    With no response the p-value is 1 at every rate: R's root finder says 0, here there is no upper limit.
    """
    with (shared / "golden" / "rstats" / "two_stage_inference.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 300
    chances = {"median_unbiased_ref": 0.5, "lcl90_ref": 0.05, "ucl90_ref": 0.95, "lcl95_ref": 0.025, "ucl95_ref": 0.975}
    for number, row in enumerate(rows):
        n1, r1, n, r, k = (int(row[name]) for name in ("n1", "r1", "n", "r", "k"))
        rule, look = simon_like(n1, r1, n, r), int(row["stage"])
        found = outcomes(rule)
        place = found.place(look, k)
        assert found.at_least(place, float(row["p0"]))[0] == pytest.approx(float(row["p_ref"]), rel=1e-10, abs=1e-16)
        assert k / rule.looks[look - 1] == pytest.approx(float(row["mle"]), rel=1e-12)
        unbiased = [float(row[name]) for name in ("umvue_clinfun", "umvue_oap2s") if row[name] not in ("", "NA")]
        assert unbiased == [pytest.approx(umvue(rule, k, look), rel=1e-8, abs=1e-16)] * len(unbiased) != []
        if k:
            limits = np.array([float(row[name]) for name in chances])
            np.testing.assert_allclose(found.at_least(place, limits), list(chances.values()), rtol=0, atol=1e-7)
        if number % 5 == 0 and k:
            for level in ("90", "95"):
                ours = inference(rule, k, look, Settings(0.2, int(level) / 100))
                assert ours.median_unbiased == pytest.approx(float(row["median_unbiased_ref"]), rel=1e-8)
                limits = float(row[f"lcl{level}_ref"]), float(row[f"ucl{level}_ref"])
                assert ours.koyama_chen == pytest.approx(limits, rel=1e-8, abs=1e-14)


@pytest.mark.parametrize("case", TWO_STAGE["case"], ids=lambda case: f"{case['call']} {case['args']}")
def test_golden_of_two_stages(case: dict[str, Any]) -> None:
    """Cases of R: the name after the point is a number of the inference, whose null and level stand in the case."""
    args, name = case["args"], case["call"].split(".")[1]
    k, look = args["responses"], two_stage.stage_of(tuple(args["design"]), args["responses"])
    found = inference(
        simon_like(*args["design"]), k, look, Settings(args.get("null", 0.2), args.get("confidence", 0.95))
    )
    ours = {"": getattr(found, name)}
    if name == "koyama_chen":
        ours = dict(zip(("lower", "upper"), found.koyama_chen, strict=True)) | {"estimate": found.median_unbiased}
    assert case["kind"] == "software"
    assert len(case["source"]) > 10
    assert case["tolerance"] <= 1e-8
    assert ours == pytest.approx(case["expected"], rel=case["tolerance"], abs=1e-16)


@pytest.mark.parametrize("case", GOLDEN["case"], ids=lambda case: str(case["args"]))
def test_golden(case: dict[str, Any]) -> None:
    args = case["args"]
    rule = Boundary(tuple(args["looks"]), tuple(args["futility"]), tuple(args["efficacy"]))
    found = inference(rule, args["responses"], args["look"], Settings(args["null"], args["confidence"]))
    assert len(case["source"]) > 10
    assert case["tolerance"] <= 1e-4
    for name, expected in case["expected"].items():
        assert getattr(found, name) == pytest.approx(
            tuple(expected) if isinstance(expected, list) else expected, abs=case["tolerance"]
        )


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_p_value_agrees_with_the_verdict(rule: Boundary) -> None:
    """The least convincing success has the level as its p-value."""
    level = float(operating_characteristics(rule, 0.3).success[0])
    found = outcomes(rule)
    for place, (look, count) in enumerate(zip(found.looks.tolist(), found.responses.tolist(), strict=True)):
        success = count >= rule.efficacy[look - 1]
        assert (found.at_least(place, 0.3)[0] <= level * (1 + 1e-12)) == success


def test_worst_outcome_has_no_upper_limit_by_the_p_value() -> None:
    found = inference(SIMON, 0, 1, Settings(0.2))
    assert found.p == pytest.approx(1)
    assert isnan(found.koyama_chen[1])
    assert found.median_unbiased == 0


def test_posterior_forgets_the_rule() -> None:
    found = inference(SIMON, 13, 2, Settings(0.2, prior=Beta(0.5, 0.5))).posterior
    exact = stats.beta(13.5, 30.5)
    assert found.mean == pytest.approx(exact.mean())
    assert found.above(0.2) == pytest.approx(exact.sf(0.2), rel=1e-12)
    assert found.interval(0.9) == pytest.approx(exact.interval(0.9), rel=1e-10)


@pytest.mark.parametrize(("responses", "look"), [(4, 1), (3, 2), (44, 2), (-1, 1), (13, 3), (13, 0)], ids=str)
def test_counts_that_do_not_stop_the_trial_are_refused(responses: int, look: int) -> None:
    with pytest.raises(ToplineError) as caught:
        inference(SIMON, responses, look, Settings(0.2))
    assert caught.value.code == "TL-G03"


def test_settings_are_checked() -> None:
    for wrong, code in (({"null": 20}, "TL-G01"), ({"null": 0.2, "confidence": 95}, "TL-G04")):
        with pytest.raises(ToplineError) as caught:
            Settings(**wrong)
        assert caught.value.code == code
    with pytest.raises(ToplineError):
        Beta(0, 1)


def test_rate_at_the_ends() -> None:
    assert rate_at(lambda rates: rates + 1, 0.5) == 0
    assert rate_at(lambda rates: rates / 4, 0.5) == 1
    assert rate_at(lambda rates: rates, 1e-12) == pytest.approx(1e-12, rel=1e-5)
