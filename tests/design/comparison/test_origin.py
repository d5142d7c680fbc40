"""Where N comes from: the designs of the two example studies, each candidate against another search, what is shown."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from topline.design.comparison.capability import capability, interval, told
from topline.design.comparison.origin import Endpoint, Origin, origins
from topline.design.conduct.dropout import inflated
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.errors import ToplineError

GOLDEN = tomllib.loads((Path(__file__).resolve().parents[3] / "golden" / "design_origin.toml").read_text("utf-8"))
BINOM = stats.binom


def asked(found: tuple[Origin, ...], kind: str, alpha: float, power: float) -> list[tuple[float, float]]:
    designs = [each.design for each in found if each.kind == kind and not each.loss and each.design]
    wanted = [each.hypotheses for each in designs if (each.hypotheses.alpha, each.hypotheses.power) == (alpha, power)]
    return [(each.null, each.target) for each in wanted]


def test_43_is_the_optimal_design_of_six_pairs_of_rates() -> None:
    pairs = [(0.1, 0.25), (0.2, 0.4), (0.45, 0.65), (0.5, 0.7), (0.55, 0.75), (0.6, 0.8)]
    assert asked(origins(43), "Simon optimal", 0.05, 0.8) == pairs


def test_43_for_disease_control() -> None:
    """Stop with 8 or fewer of 15, success with 27 or more of 43; level .0499, power .804, 23.5 expected patients."""
    found = origins(43, Endpoint.CONTROL)
    design = next(each.design for each in found if each.design and each.design.hypotheses.null == 0.5)
    assert design is not None
    assert (design.boundary.looks, design.boundary.futility) == ((15, 43), (8, 26))
    assert (round(design.level, 4), round(design.attained_power, 3)) == (0.0499, 0.804)
    assert round(design.expected_patients, 1) == 23.5


def test_35_for_response() -> None:
    found = origins(35, Endpoint.RESPONSE)
    rules = {
        (each.kind, each.design.hypotheses.power): (each.design.boundary.looks[0], each.design.boundary.futility)
        for each in found
        if each.design and not each.loss and (each.design.hypotheses.null, each.design.hypotheses.target) == (0.1, 0.3)
        if each.design.hypotheses.alpha == 0.05
    }
    assert rules == {("Simon optimal", 0.9): (18, (2, 6)), ("Simon optimal", 0.85): (11, (1, 6))}
    assert (0.2, 0.4) in asked(found, "single stage (A'Hern)", 0.05, 0.8)
    minimax = asked(origins(35, Endpoint.CONTROL), "Simon minimax", 0.05, 0.8)
    assert (0.6, 0.8) in minimax


def test_a_43_of_38_evaluable_patients() -> None:
    found = [each for each in origins(43) if each.loss == 0.1]
    assert {each.evaluable for each in found} == {38}
    assert all(inflated(each.evaluable, each.loss) == 43 for each in origins(43))
    assert "38 evaluable, 10% lost" in str(found[0])


@pytest.mark.parametrize(("patients", "endpoint"), [(43, Endpoint.CONTROL), (29, Endpoint.RESPONSE)])
def test_every_candidate_is_what_the_design_itself_gives(patients: int, endpoint: Endpoint) -> None:
    kinds = set()
    for each in origins(patients, endpoint):
        if each.design is None:
            continue
        kinds.add(each.kind)
        hypotheses = each.design.hypotheses
        rates = hypotheses.null, hypotheses.target
        errors = {"alpha": hypotheses.alpha, "power": hypotheses.power}
        if each.kind.startswith("Simon"):
            for kind in ("optimal", "minimax"):
                if kind in each.kind:
                    assert simon(*rates, **errors, kind=kind).boundary == each.design.boundary
        elif each.kind.startswith("single"):
            kind = "smallest" if "A'Hern" in each.kind else "safe"
            assert single_stage(*rates, **errors, kind=kind).boundary == each.design.boundary
        if each.kind != "normal approximation":
            assert each.design.holds
        assert each.design.boundary.patients == each.evaluable
    assert {"Simon optimal", "Simon minimax", "normal approximation"} <= kinds


def test_nothing_is_missed() -> None:
    """Every pair of rates of the grid, searched one by one, for the usual level and power."""
    low, high = 0.05, 0.3
    grid = [(k / 20, m / 20) for k in range(1, 20) for m in range(k + 3, 20) if low <= k / 20 <= high]
    found = origins(43, Endpoint.RESPONSE)
    for kind in ("optimal", "minimax"):
        expected = [pair for pair in grid if simon(*pair, kind=kind, max_n=400).boundary.patients == 43]
        listed = [pair for pair in asked(found, f"Simon {kind}", 0.05, 0.8) if pair in grid]
        assert listed == expected


def test_precision() -> None:
    words = [each.words for each in origins(43) if each.kind == "precision" and not each.loss]
    assert any(text.startswith("95% interval of 50% within 15 points") for text in words)
    by_hand = (1.959964 / 0.15) ** 2 * 0.25
    assert by_hand == pytest.approx(42.68, abs=0.01)


def test_exponential_time_term_by_term() -> None:
    """35 to 43 events: the least number with which a gamma test of ratio 1.5 has a power of 85%, by scipy's gamma."""

    def power(events: int) -> float:
        return float(stats.gamma.sf(stats.gamma.isf(0.05, events), events, scale=1.5))

    (found,) = [each for each in origins(43, Endpoint.TIME, losses=()) if each.kind == "exponential time"]
    assert found.words.startswith("1.5 times the null median, level 5%, power 85%")
    assert power(43) >= 0.85 > power(42)


def test_detection() -> None:
    (found,) = [each for each in origins(59, Endpoint.TIME, losses=()) if each.kind == "detection"]
    assert found.words == "an event of 5% is seen at least once with probability 95%"
    assert 1 - 0.95**59 >= 0.95 > 1 - 0.95**58


@pytest.mark.parametrize("patients", [1, 0, 201, 43.5])
def test_numbers_out_of_range_are_refused(patients: int) -> None:
    with pytest.raises(ToplineError) as caught:
        origins(patients)
    assert caught.value.code == "TL-G04"


@pytest.mark.parametrize("case", GOLDEN["case"], ids=lambda case: str(case["args"]))
def test_golden(case: dict[str, Any]) -> None:
    found = capability(**case["args"])
    assert len(case["source"]) > 10
    assert case["tolerance"] <= 1e-3
    for name, expected in case["expected"].items():
        wanted = tuple(expected) if isinstance(expected, list) else expected
        assert getattr(found, name) == pytest.approx(wanted, abs=case["tolerance"])


@pytest.mark.parametrize(
    ("patients", "null", "target"), [(43, 0.5, 0.7), (43, 0.1, 0.3), (35, 0.5, 0.7), (7, 0.4, 0.9)]
)
def test_capability_by_scipy(patients: int, null: float, target: float) -> None:
    found = capability(patients, null, target)
    assert BINOM.sf(found.needed - 1, patients, null) == pytest.approx(found.level, rel=1e-12)
    assert found.level <= 0.05 < BINOM.sf(found.needed - 2, patients, null)
    assert BINOM.sf(found.needed - 1, patients, target) == pytest.approx(found.power, rel=1e-12)
    root = optimize.brentq(lambda p: BINOM.sf(found.needed - 1, patients, p) - 0.8, 0, 1, xtol=1e-14)
    assert found.detectable == pytest.approx(root, rel=1e-10)
    exact = stats.binomtest(found.needed, patients).proportion_ci(0.95)
    assert found.interval == pytest.approx((exact.low, exact.high), abs=1e-9)
    widths = [np.diff(interval(x, patients))[0] / 2 for x in range(patients + 1)]
    assert found.widest == pytest.approx(max(widths), rel=1e-9)


def test_known_facts_of_both_studies() -> None:
    """43 against .50: 28 needed, level .033, power .81 at .70, .56 at .65; 35: 8 against .10, 23 against .50."""
    assert round(BINOM.sf(27, 43, 0.65), 2) == 0.56
    assert [capability(43, 0.5, rate).power for rate in (0.7, 0.65)] == pytest.approx([0.81, 0.56], abs=5e-3)
    assert [
        (found.needed, round(found.power, 2)) for found in (capability(35, 0.1, 0.3), capability(35, 0.5, 0.7))
    ] == [
        (8, 0.87),
        (23, 0.77),
    ]
    assert capability(43, 0.1, 0.3).power == pytest.approx(0.93, abs=5e-3)


def test_told_when_no_number_rejects() -> None:
    found = capability(3, 0.5, 0.7)
    assert (found.needed, found.level, found.power) == (4, 0, 0)
    english, chinese = told(found)
    assert english.startswith("3 patients cannot reject a rate of 50% at a one-sided level of 5%")
    assert "nan" not in english + chinese


def test_impossible_questions_are_refused() -> None:
    for args, code in (((0, 0.1, 0.3), "TL-G03"), ((35, 0.3, 0.1), "TL-G01"), ((35, 10, 30), "TL-G01")):
        with pytest.raises(ToplineError) as caught:
            capability(*args)
        assert caught.value.code == code
