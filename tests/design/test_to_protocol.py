"""Between designs and the protocol: every rule can be written and read back, what cannot be stated is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.rule.rules import boundaries
from topline.design.bayes.bop2 import bop2
from topline.design.bayes.posterior import PosteriorRule, posterior_design
from topline.design.bayes.predictive import predictive_probability_design
from topline.design.bayes.thall_simon import ThallSimonRule, thall_simon
from topline.design.looks import Looks
from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.gehan import gehan
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.single_arm import SingleArmDesign
from topline.design.to_protocol import from_protocol, to_protocol
from topline.errors import ToplineError
from topline.exchange.study_file import read_study
from topline.protocol.design import Design
from topline.protocol.rule.boundary import Boundary, operating_characteristics
from topline.protocol.rule.condensed import condensed
from topline.protocol.rule.hypotheses import Hypotheses

ASKED = Hypotheses(0.1, 0.3)
HARD = Hypotheses(0.2, 0.4, alpha=0.1, power=0.8)
RATES = np.linspace(0.0, 1.0, 21)
BAYES = (0.4, 1.6)


def designs() -> list[SingleArmDesign]:
    """Return a design of each family, as their searches find it."""
    every = Looks(10, 1)
    two = simon(0.1, 0.3, power=0.9)
    return [
        mander_thompson(0.2, 0.4),
        three_stage(0.1, 0.3, power=0.9),
        curtailed(two),
        curtailed(two, every=5),
        curtailed(single_stage(0.15, 0.33, power=0.88)),
        curtailed(two, futility=0.1, success=0.95, strict=False),
        predictive_probability_design(HARD, range(30, 41), every),
        predictive_probability_design(HARD, range(30, 41), every, high=0.95),
        bop2(HARD, Looks(10, 5), range(30, 46)),
        posterior_design(HARD, PosteriorRule(certainty=0.95, futile=0.02, against=0.4, prior=BAYES), Looks(10, 5)),
        thall_simon(HARD, ThallSimonRule(standard=(10, 40), certainty=0.95, futile=0.02, prior=BAYES), Looks(10, 5)),
    ]


@settings(max_examples=20)
@given(
    st.integers(1, 12),
    st.integers(3, 6),
    st.sampled_from([0.05, 0.1]),
    st.sampled_from([0.8, 0.85, 0.9]),
    st.booleans(),
)
def test_there_and_back(low: int, more: int, alpha: float, power: float, two: bool) -> None:
    find = simon if two else single_stage
    made = find(low / 20, (low + more) / 20, alpha=alpha, power=power)
    written = to_protocol(made, "ORR")
    back = from_protocol(Design.model_validate(written))
    assert (back.boundary, back.hypotheses, back.holds) == (made.boundary, made.hypotheses, True)


@pytest.mark.parametrize("made", designs(), ids=lambda made: made.name)
def test_every_family_of_designs_is_there_and_back(made: SingleArmDesign) -> None:
    """The file holds the looks that can stop a trial; level, power and expected patients are those of the design."""
    asked = Hypotheses(made.hypotheses.null, made.hypotheses.target, alpha=0.3, power=0.7)
    written = to_protocol(SingleArmDesign(made.name, asked, made.boundary, made.source), "ORR")
    stated = Design.model_validate(written)
    assert stated.kind == "sequential"
    assert stated.rule == condensed(made.boundary)
    back = from_protocol(stated)
    for found, own in zip(
        (back.operating_characteristics(RATES), operating_characteristics(stated.rule, RATES)),
        [made.operating_characteristics(RATES)] * 2,
        strict=True,
    ):
        assert found.success == pytest.approx(own.success, abs=1e-13)
        assert found.expected_patients == pytest.approx(own.expected_patients, abs=1e-10)
    assert to_protocol(back, "ORR") == written


@settings(max_examples=150)
@given(boundaries(most=30))
def test_any_rule_is_written_as_it_is_or_refused(rule: Boundary) -> None:
    """Whatever level and power a rule has: asked for them, the protocol has exactly this rule, or says why not."""
    level, power = operating_characteristics(rule, [0.1, 0.4]).success.tolist()
    if not (1e-6 < level < 0.49 and 0.51 < power < 1 - 1e-6):
        return
    made = SingleArmDesign("drawn", Hypotheses(0.1, 0.4, alpha=level, power=power), rule, "")
    written = to_protocol(made, "ORR")
    stated = Design.model_validate(written)
    assert stated.rule == condensed(rule)
    assert stated.kind == ("single stage" if len(stated.rule.looks) == 1 else stated.kind)
    assert from_protocol(stated).operating_characteristics(RATES).success == pytest.approx(
        made.operating_characteristics(RATES).success, abs=1e-13
    )


def test_keys_are_those_of_the_protocol_in_its_order() -> None:
    keys = list(Design.model_fields)
    written = to_protocol(simon(0.1, 0.3, power=0.9), "ORR")
    assert list(written) == keys[:10]
    assert written["first_stage_patients"] == 18
    assert list(to_protocol(single_stage(0.1, 0.3), "ORR")) == keys[:8]
    assert list(to_protocol(three_stage(0.1, 0.3), "ORR")) == [*keys[:8], "looks"]


def test_bounds_by_hand() -> None:
    """Early acceptance at 5 of 10, nothing at 15: only the first look is written, with both bounds."""
    rule = Boundary((10, 15, 29), (1, -1, 5), (5, 16, 6))
    written = to_protocol(SingleArmDesign("x", ASKED, rule, ""), "ORR")
    assert written["kind"] == "sequential"
    assert written["looks"] == [{"patients": 10, "futility_at_most": 1, "success_at_least": 5}]
    none = Boundary((10, 35), (-1, 7), (11, 8))
    assert to_protocol(SingleArmDesign("x", ASKED, none, ""), "ORR")["kind"] == "single stage"


@pytest.mark.parametrize(
    ("study", "level", "power"), [("nct02976896", 0.0488, 0.8862), ("nct07142421", 0.0474, 0.9016)]
)
def test_designs_of_the_example_studies(study: str, level: float, power: float) -> None:
    protocol, _ = read_study(study)
    found = from_protocol(protocol.design)
    assert (round(found.level, 4), round(found.attained_power, 4), found.holds) == (level, power, True)
    written = to_protocol(found, protocol.design.endpoint)
    assert Design.model_validate(written) == protocol.design


def test_a_level_that_is_alpha_but_for_rounding_is_written() -> None:
    rule = Boundary((2,), (1,), (2,))
    made = SingleArmDesign("x", Hypotheses(0.2, 0.9, alpha=0.04, power=0.81), rule, "")
    assert made.level > 0.04  # 0.04000000000000001
    assert to_protocol(made, "ORR")["success_at_least"] == 2


LONG = tuple(range(1, 2101))
CERTAIN = tuple(max(look - 1003, -1) for look in LONG[:-1])
"""Success with 1,098 of 2,100: from 1,003 patients without a response on, each further look may end the trial."""


@pytest.mark.parametrize(
    ("boundary", "words"),
    [
        (Boundary((10,), (-1,), (0,)), "without a response"),
        (Boundary((10,), (5,), (6,)), "are not what was asked for"),
        (Boundary((10,), (10,), (11,)), "are not what was asked for"),
        (
            Boundary(LONG, (*CERTAIN, 1097), (*(look + 1 for look in LONG[:-1]), 1098)),
            "1,097 looks before the last, more than 1,000",
        ),
    ],
)
def test_rules_that_the_protocol_cannot_state_are_refused(boundary: Boundary, words: str) -> None:
    with pytest.raises(ToplineError) as caught:
        to_protocol(SingleArmDesign("x", ASKED, boundary, ""), "ORR")
    assert caught.value.code == "TL-G04"
    assert words in caught.value.what


def test_what_is_no_rule_on_responders_is_refused_by_name() -> None:
    other: Any = gehan(0.2)
    with pytest.raises(ToplineError, match="GehanDesign is no rule on the number of responders alone") as caught:
        to_protocol(other, "ORR")
    assert caught.value.code == "TL-G04"


def test_what_the_protocol_refuses_is_said() -> None:
    design = single_stage(0.1, 0.3, alpha=0.05, power=0.4)
    with pytest.raises(ToplineError) as caught:
        to_protocol(design, "ORR")
    assert "power" in caught.value.what
