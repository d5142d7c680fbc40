"""Every name that a design function gives has a Chinese one."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from topline.design.bayes.bop2 import bop2
from topline.design.bayes.posterior import PosteriorRule, posterior_design
from topline.design.bayes.predictive import predictive_probability_design
from topline.design.bayes.thall_simon import ThallSimonRule, thall_simon
from topline.design.comparison.chinese import CHANGES, CHINESE_NAMES, LANDMARK, SCALES, chinese_name
from topline.design.comparison.origin import Endpoint, origins
from topline.design.conduct.attained import green_dahlberg, recomputed, unchanged
from topline.design.looks import Looks
from topline.design.precision import Criterion, Method
from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import EarlyKind, mander_thompson
from topline.design.rate.frontier import admissible, frontier
from topline.design.rate.gehan import gehan
from topline.design.rate.simon import SimonKind, simon
from topline.design.rate.single_stage import SingleKind, fleming, single_stage
from topline.design.rate.three_stage import ThreeKind, three_stage
from topline.design.survival.enrolment import Enrolment
from topline.design.survival.exponential import exponential
from topline.design.survival.kwak_jung import Aim
from topline.design.survival.landmark import SCALES as TRANSFORMATIONS
from topline.design.survival.landmark import landmark_count
from topline.design.survival.one_sample_logrank import Critical
from topline.design.survival.weibull import SurvivalHypotheses
from topline.design.to_protocol import from_protocol
from topline.protocol.design import Design
from topline.protocol.rule.hypotheses import Hypotheses

ASKED = Hypotheses(0.1, 0.4, 0.1, 0.8)
RATES = (0.1, 0.4)
SETTINGS = {"alpha": 0.1, "power": 0.8}


def rate_names() -> Iterator[str]:
    """Names of the designs on a rate, each made by its own function."""
    for kind in get_args(SimonKind):
        yield simon(*RATES, **SETTINGS, kind=kind).name
    for kind in get_args(SingleKind):
        yield single_stage(*RATES, **SETTINGS, kind=kind).name
    for kind in get_args(EarlyKind):
        yield mander_thompson(*RATES, **SETTINGS, kind=kind).name
    for kind in get_args(ThreeKind):
        yield three_stage(0.1, 0.3, kind=kind).name
    yield fleming(*RATES, **SETTINGS).name
    yield landmark_count(ASKED).name
    yield gehan(0.2).name
    yield from (each.name for each in frontier(0.1, 0.3, power=0.9))
    yield from (each.design.name for each in admissible(0.1, 0.3, power=0.9))


def bayesian_names() -> Iterator[str]:
    looks, patients = Looks(10, 10), range(10, 60)
    yield predictive_probability_design(ASKED, patients, looks).name
    yield bop2(ASKED, looks, patients).name
    yield posterior_design(ASKED, PosteriorRule(certainty=0.9, futile=0.02, against=0.4, prior=(0.5, 0.5)), looks).name
    yield thall_simon(ASKED, ThallSimonRule((10, 90), 0.9, 0.02, prior=(0.2, 1.8)), looks, patients).name


def changed_names() -> Iterator[str]:
    plan = simon(0.1, 0.3, power=0.9)
    yield from (rule(plan, (18, 36)).name for rule in (unchanged, green_dahlberg, recomputed))
    yield curtailed(plan).name
    yield curtailed(plan, futility=0.01).name
    yield curtailed(recomputed(plan, (18, 36)), strict=False).name
    yield from (each.kind for each in origins(35) if each.design)
    stated = {"endpoint": "ORR", "null_rate": 0.1, "target_rate": 0.3, "alpha": 0.05, "power": 0.9, "patients": 35}
    stages = {"first_stage_patients": 18, "futility_at_most": 2}
    yield from_protocol(Design(kind="two stage", success_at_least=7, **stated, **stages)).name
    yield from_protocol(Design(kind="single stage", success_at_least=8, **(stated | {"power": 0.86}))).name


def survival_names() -> Iterator[str]:
    yield exponential(SurvivalHypotheses.of_medians(3.0, 6.0), Enrolment(follow_up=6.0, rate=2.5)).name
    yield from (f"one-sample log-rank, {each} critical value" for each in get_args(Critical))
    yield from (f"Kwak-Jung {each}" for each in get_args(Aim))
    yield from (f"Bryant-Day {each}" for each in ("optimal", "minimax"))
    yield from (f"{method} width, {each}" for method in get_args(Method) for each in get_args(Criterion))
    yield from (f"Kaplan-Meier rate at 6 months, {each}" for each in TRANSFORMATIONS)


NAMES = sorted({*rate_names(), *bayesian_names(), *changed_names(), *survival_names()})


@pytest.mark.parametrize("name", NAMES)
def test_every_design_has_a_chinese_name(name: str) -> None:
    told = chinese_name(name)
    assert len(re.findall(r"[\u4e00-\u9fff]", told)) >= 4
    assert set(re.findall(r"\d+(?:\.\d+)?", name)) <= set(re.findall(r"\d+(?:\.\d+)?", told))


def test_no_two_designs_of_one_family_have_the_same_chinese_name() -> None:
    simon_names = [value for key, value in CHINESE_NAMES.items() if key.startswith("Simon") and " and " not in key]
    assert len(set(simon_names)) == len(simon_names)


def test_changes_are_told_in_their_order() -> None:
    name = "Simon optimal, recomputed, curtailed at 0.05 and 1"
    first, second, third = chinese_name(name).split("，")
    assert first == CHINESE_NAMES["Simon optimal"]
    assert second == CHANGES["recomputed"]
    assert third == "随机缩减（条件效能界值0.05和1）"
    assert chinese_name("a design of ours, curtailed") == "a design of ours，非随机缩减"
    assert chinese_name("a design, of ours") == "a design, of ours"


def test_landmarks() -> None:
    assert LANDMARK.fullmatch("Kaplan-Meier rate at 6 months, log-log")
    assert set(SCALES) == set(TRANSFORMATIONS)
    assert Endpoint.LANDMARK == "landmark rate"
