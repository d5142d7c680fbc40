"""The page on designs names every setting that an error can name, with the range that the code keeps."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial
from math import nan
from pathlib import Path
from typing import Any

import pytest

import topline
from topline.cli.design import design
from topline.design import room
from topline.errors import ToplineError
from topline.planning.candidates import MAKERS
from topline.planning.compare import explain_number
from topline.planning.further import OTHER_DESIGNS
from topline.planning.plan import Conduct, Rates
from topline.planning.study_compare import endpoint_kind

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "design.md").read_text("utf-8")
SECTION = PAGE.split("\n## Settings\n")[1].split("\n## ")[0]
NAMED = re.compile(r"^\| `([^`]+)` \| (`[^|]+`) \| ([^|]+) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
CODES = {"TL-G01", "TL-G04"}
ROOMS = ("design", "planning", "protocol/rule")
SOURCES = [path for name in ROOMS for path in (ROOT / "src" / "topline" / name).rglob("*.py")]
NEAR = 1e-6
Call = Callable[[Any], object]

ASKED = room.Hypotheses(0.1, 0.6)
MONTHS = room.Enrolment(follow_up=6.0, rate=2.5)
TIMES = room.SurvivalHypotheses.of_medians(3.0, 9.0)
EASY = room.BivariateHypotheses(response=(0.1, 0.7), toxicity=(0.6, 0.1))
SIMON = room.simon(0.1, 0.3)
RULE = room.Boundary((4,), (1,), (2,))
RARE = room.SingleArmDesign("", room.Hypotheses(1e-9, 0.5e-6), RULE, "")


def given(make: Callable[..., object], setting: str, **others: object) -> Call:
    """Return a call with one setting left open."""
    return lambda value: make(**{**others, setting: value})


def asked(setting: str, make: Callable[..., object] = room.Hypotheses, **others: object) -> Call:
    """Return hypotheses with one rate left open; the others leave it as much room as they can."""
    return given(make, setting, **{"null": 1e-9, "target": 1 - 1e-9, "alpha": 1e-9, "power": 1 - 1e-9, **others})


def both(setting: str, place: int | None = None) -> Call:
    """Return hypotheses of response and toxicity with one number left open."""
    pairs: dict[str, Any] = {"response": [1e-9, 1 - 1e-9], "toxicity": [1 - 1e-9, 1e-9], "power": 1 - 1e-9}

    def call(value: float) -> object:
        settings = {**pairs, "alpha_response": 1e-9, "alpha_toxicity": 1e-9}
        settings[setting] = value if place is None else [*pairs[setting][:place], value, *pairs[setting][place + 1 :]]
        return room.BivariateHypotheses(**{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()})

    return call


def searched(make: Callable[..., object], setting: str) -> Call:
    """Return a search for an easy design with one setting left open."""
    return given(make, setting, null=0.1, target=0.6)


TOXICITY: dict[str, Any] = {"acceptable": 0.2, "patients": 5}
POSTERIOR: dict[str, Any] = {"certainty": 0.9, "futile": 0.1, "against": 0.3}
PREDICTIVE: dict[str, Any] = {"low": 0.0, "certainty": 0.9, "high": 1.0}
THALL: dict[str, Any] = {"standard": (1, 1), "certainty": 0.9, "futile": 0.1}
WIDTH: dict[str, Any] = {"rate": 0.3, "width": 0.5}
SPEED: dict[str, Any] = {"rate": 2.0}
OPEN: dict[str, Any] = {"null": room.Weibull(4.0), "hazard_ratio": 0.5, "alpha": 1e-9, "power": 1 - 1e-9}

CALLS: dict[tuple[str, str], Call] = {
    ("Hypotheses", "null"): asked("null"),
    ("Settings", "null"): given(room.Settings, "null"),
    ("Hypotheses", "target"): asked("target"),
    ("gehan", "target"): room.gehan,
    ("Hypotheses", "alpha"): asked("alpha"),
    ("SurvivalHypotheses", "alpha"): given(room.SurvivalHypotheses, "alpha", **OPEN),
    ("Hypotheses", "power"): asked("power"),
    ("SurvivalHypotheses", "power"): given(room.SurvivalHypotheses, "power", **OPEN),
    ("BivariateHypotheses", "power"): both("power"),
    ("BivariateHypotheses", "response"): both("response", 0),
    ("BivariateHypotheses", "target response"): both("response", 1),
    ("BivariateHypotheses", "toxicity"): both("toxicity", 0),
    ("BivariateHypotheses", "acceptable toxicity"): both("toxicity", 1),
    ("BivariateHypotheses", "alpha of response"): both("alpha_response"),
    ("BivariateHypotheses", "alpha of toxicity"): both("alpha_toxicity"),
    ("BivariateHypotheses", "odds ratio"): both("odds_ratio"),
    ("bivariate_characteristics", "odds ratio"): lambda value: room.bivariate_characteristics(
        room.BivariateBoundary((2,), (0,), (2,)), 0.5, 0.5, value
    ),
    ("bop2_toxicity", "odds ratio"): lambda value: room.bop2_toxicity(
        room.BivariateHypotheses((0.1, 0.7), (0.6, 0.1), odds_ratio=float(value) if value != "other" else 2.0)
    ),
    ("SurvivalHypotheses", "hazard_ratio"): given(room.SurvivalHypotheses, "hazard_ratio", **OPEN),
    ("SurvivalHypotheses", "null median"): lambda value: room.SurvivalHypotheses.of_medians(value, 1e9),
    ("SurvivalHypotheses", "target median"): lambda value: room.SurvivalHypotheses.of_medians(1e-9, value),
    ("Weibull", "rate"): lambda value: room.Weibull.of_rate(value, 6.0),
    ("Weibull", "scale"): room.Weibull,
    ("Weibull", "shape"): lambda value: room.Weibull(1.0, value),
    ("Weibull", "median"): room.Weibull.of_median,
    ("Weibull", "time"): lambda value: room.Weibull.of_rate(0.5, value),
    ("precision", "kind"): lambda value: room.precision(room.Precision(0.3, 0.5), kind=value),
    ("precision", "max_n"): lambda value: room.precision(room.Precision(0.3, 0.5), max_n=value),
    ("landmark_count", "max_n"): given(room.landmark_count, "max_n", hypotheses=ASKED),
    ("one_sample_logrank", "max_n"): given(room.one_sample_logrank, "max_n", hypotheses=TIMES, enrolment=MONTHS),
    ("one_sample_logrank", "critical"): given(room.one_sample_logrank, "critical", hypotheses=TIMES, enrolment=MONTHS),
    ("kwak_jung", "max_n"): given(room.kwak_jung, "max_n", hypotheses=TIMES, enrolment=MONTHS),
    ("kwak_jung", "aim"): given(room.kwak_jung, "aim", hypotheses=TIMES, enrolment=MONTHS),
    ("kwak_jung", "least_stop"): given(room.kwak_jung, "least_stop", hypotheses=TIMES, enrolment=MONTHS),
    ("curtailed", "futility"): given(room.curtailed, "futility", design=SIMON, strict=False),
    ("curtailed", "success"): given(room.curtailed, "success", design=SIMON, strict=False),
    ("curtailed", "every"): given(room.curtailed, "every", design=SIMON),
    ("gehan", "error"): given(room.gehan, "error", target=0.3),
    ("gehan", "standard_error"): given(room.gehan, "standard_error", target=0.3),
    ("Looks", "first"): given(room.Looks, "first"),
    ("Looks", "every"): given(room.Looks, "every"),
    ("Bop2Rule", "scale"): given(room.Bop2Rule, "scale", shape=0.5, prior=(1.0, 1.0)),
    ("Bop2Rule", "shape"): given(room.Bop2Rule, "shape", scale=0.5, prior=(1.0, 1.0)),
    ("bop2", "aim"): given(room.bop2, "aim", hypotheses=ASKED),
    ("bryant_day", "aim"): given(room.bryant_day, "aim", hypotheses=EASY),
    ("bryant_day", "patients"): given(room.bryant_day, "patients", hypotheses=EASY),
    ("origins", "patients"): given(room.origins, "patients", endpoint=room.Endpoint.TIME),
    ("exponential", "assurance"): given(room.exponential, "assurance", hypotheses=TIMES, enrolment=MONTHS),
    ("exponential", "shape"): lambda value: room.exponential(
        room.SurvivalHypotheses(room.Weibull(4.0, float(value) if value != "other" else 2.0), 0.3), MONTHS
    ),
    ("assured", "assurance"): given(room.assured, "assurance", patients=5, share=0.1),
    ("assured", "share"): given(room.assured, "share", patients=1),
    ("inflated", "share"): given(room.inflated, "share", patients=1),
    ("losses", "share"): given(room.losses, "share", design=room.single_stage(0.1, 0.8)),
    ("confirmation", "share"): given(room.confirmation, "share", design=RARE),
    ("landmark_rate", "landmark"): given(room.landmark_rate, "landmark", hypotheses=ASKED, enrolment=MONTHS),
    ("landmark_rate", "transformation"): lambda value: room.landmark_rate(ASKED, 6.0, MONTHS, value),
    ("Duration.quantile", "probability"): lambda value: room.duration(RULE, room.Accrual(2.0), 0.2).quantile(value),
    ("ConditionalRule", "second"): given(room.ConditionalRule, "second", planned=SIMON),
    ("topline design", "accrual"): given(Conduct, "accrual"),
    ("topline design", "lag"): given(Conduct, "lag"),
    ("topline design", "loss"): given(Conduct, "loss"),
    ("topline design", "confirmed"): given(Conduct, "confirmed"),
    ("topline design", "n"): lambda value: explain_number(value, Rates(), room.Endpoint.TIME, everything=False),
    ("Beta", "prior a"): lambda value: room.Beta(value, 1.0),
    ("Beta", "prior b"): lambda value: room.Beta(1.0, value),
    ("Settings", "confidence"): lambda value: room.inference(RULE, 2, 1, room.Settings(0.2, value)),
}
for name in ("simon", "single_stage", "mander_thompson", "three_stage", "frontier", "admissible"):
    CALLS |= {(name, setting): searched(getattr(room, name), setting) for setting in ("kind", "max_n")}
for name in ("pocock_toxicity", "posterior_toxicity"):
    make = getattr(room, name)
    CALLS |= {(name, setting): given(make, setting, **TOXICITY) for setting in ("acceptable", "patients", "error")}
for name, others in (
    ("PosteriorRule", POSTERIOR),
    ("PredictiveRule", PREDICTIVE),
    ("ThallSimonRule", {**THALL, "margin": 0.0}),
    ("Precision", {**WIDTH, "confidence": 0.9, "assurance": 0.8, "method": "Wilson", "criterion": "at rate"}),
    ("Accrual", {**SPEED, "ramp": 0.0, "assessment": 0.0, "decision": 0.0, "arrival": "even"}),
    ("Enrolment", {**SPEED, "follow_up": 6.0, "dropout": 0.0, "longest": 9.0}),
):
    CALLS |= {(name, setting): given(getattr(room, name), setting, **others) for setting in others}
CALLS["Enrolment", "period"] = given(room.Enrolment, "period", follow_up=6.0)
LONG = {("losses", "share"), *(("kwak_jung", setting) for setting in ("max_n", "aim", "least_stop"))}
"""Calls that take seconds where they are not refused: only what they refuse is tried."""

ROWS = [(call, setting, kept) for setting, calls, kept in NAMED.findall(SECTION) for call in CODE.findall(calls)]


def refused(call: Call, setting: str, value: object) -> bool:
    """Whether a value is refused under the name of its setting."""
    try:
        call(value)
    except ToplineError as error:
        return error.code in CODES and (error.where == setting or setting in error.where.split() or _other(error))
    return False


def _other(error: ToplineError) -> bool:
    """Whether thresholds of curtailment are refused, which belong together."""
    return error.where == "curtailed"


def edges(kept: str) -> tuple[list[object], list[object]]:
    """Return values just inside a range and values just outside.

    >>> edges("above 0, at most 0.5")
    ([1e-06, 0.5], [nan, 0.0, 0.500001])

    """
    if words := CODE.findall(kept):
        return list(words), ["other"]
    inside: list[object] = []
    outside: list[object] = [1.5] if "whole" in kept else [] if "patients" in kept else [nan]
    for kind, number in re.findall(r"(above|below|at least|at most) (\S+?)(?:,|$)", kept):
        bound, sign = float(number), 1 if kind in ("above", "at least") else -1
        near = bound - sign * NEAR if "whole" not in kept and "patients" not in kept else int(bound) - sign
        open_end = kind in ("above", "below")
        inside.append(bound + sign * NEAR if open_end else int(bound) if bound.is_integer() else bound)
        outside.append(bound if open_end else near)
    return inside, outside


@pytest.mark.parametrize(("call", "setting", "kept"), ROWS, ids=str)
def test_a_range_is_the_one_of_the_code(call: str, setting: str, kept: str) -> None:
    made = CALLS[call, setting]
    inside, outside = edges(kept)
    assert inside
    assert [value for value in outside if not refused(made, setting, value)] == []
    if (call, setting) not in LONG:
        assert [value for value in inside if refused(made, setting, value)] == []


def test_every_setting_that_an_error_names_is_on_the_page() -> None:
    named = {name for path in SOURCES for name in settings_of(ast.parse(path.read_text("utf-8")))}
    assert named >= {"max_n", "prior", "futile", "rate, period", "odds ratio", "landmark", "scale"}
    options = {option for each in design.params for option in each.opts}
    assert named - set(CODE.findall(SECTION)) - options == set()


def test_every_design_of_the_facade_is_on_the_page() -> None:
    makers = [name for name in room.__all__ if callable(getattr(room, name)) and name.islower()]
    assert [name for name in makers if not re.search(rf"\b{name}\b", PAGE)] == []


def test_every_design_of_the_command_is_on_the_page() -> None:
    table = PAGE.split("| `--design` |")[1].split("\n\n")[0]
    assert set(CODE.findall(table)) >= {*MAKERS, *OTHER_DESIGNS}


def settings_of(tree: ast.Module) -> Iterator[str]:
    """Yield the names that the errors of a module give to settings, those that its checks are called with included."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for call in filter(partial(_names_a_setting), ast.walk(function)):
                yield from _texts(_named(call), function)


def _names_a_setting(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
        return False
    if node.func.id in ("check_share", "check_prior", "check_above_zero"):
        return True
    first = node.args[0]
    return node.func.id == "ToplineError" and isinstance(first, ast.Constant) and first.value in CODES


def _named(call: ast.AST) -> ast.expr:
    assert isinstance(call, ast.Call)
    where = [keyword.value for keyword in call.keywords if keyword.arg == "where"]
    return where[0] if where else call.args[0]


def _texts(node: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    """Yield what a name can be: a text, one of two, the words of a composed text, or what a loop gives it."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body, function), *_texts(node.orelse, function))
    elif isinstance(node, ast.JoinedStr):
        texts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
        yield from re.findall(r"[a-z_]+", " ".join(texts))
    elif isinstance(node, ast.Name) and node.id not in [argument.arg for argument in function.args.args]:
        yield from _looped(node.id, function)


def _looped(name: str, function: ast.FunctionDef) -> Iterator[str]:
    for loop in ast.walk(function):
        if isinstance(loop, ast.For) and name in {
            each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)
        }:
            for item in loop.iter.elts if isinstance(loop.iter, ast.Tuple) else []:
                yield from _texts(item.elts[0] if isinstance(item, ast.Tuple) else item, function)
            if not isinstance(loop.iter, ast.Tuple):
                keys = [key for each in ast.walk(function) if isinstance(each, ast.Dict) for key in each.keys]
                yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))


@pytest.mark.parametrize("name", ["nct02976896", "nct07142421"])
def test_the_study_files_say_in_how_many_ways_their_number_arises(name: str) -> None:
    text = (ROOT / "src" / "topline" / "studies" / name / "study.yaml").read_text("utf-8")
    stated = re.search(r"(\d+) standard calculations give it, (\d+) of them without drop-out", text)
    protocol = topline.load(name)
    found = room.origins(protocol.design.patients, endpoint_kind(protocol))
    assert stated is not None
    assert (int(stated[1]), int(stated[2])) == (len(found), sum(not each.loss for each in found))
