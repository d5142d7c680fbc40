"""The decision of every kind of design: verdicts, looks, the order of enrolment, inference that knows of them."""

import csv
from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocols import protocol
from tests.sequential import sequential
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.inference import Settings, inference
from topline.stats.analysis import Analysis, Number, Selection
from topline.stats.decision import after_looks, decision, first_stop, looks, looks_so_far, plan_decision

SINGLE = Boundary((35,), (6,), (7,))
SIMON = Boundary((18, 35), (2, 6), (19, 7))
THREE = Boundary((12, 24, 35), (0, 2, 7), (13, 7, 8))
KINDS = {1: "single stage", 2: "two stage", 3: "sequential"}


def chosen(events: int, n: int) -> Selection:
    """Return n subjects of whom the first so many by enrolment respond."""
    return of("Y" * events + "N" * (n - events))


def of(responses: str) -> Selection:
    """Return a subject for each letter, Y or N, in the order of enrolment."""
    rows = pl.DataFrame({"AVALC": list(responses), "ENRLORD": np.arange(1, len(responses) + 1)})
    return Selection(rows, (rows["AVALC"] == "Y").to_numpy())


def analysis(method: str, rule: Boundary, **more: float) -> Analysis:
    given = {"null": 0.1, "confidence": 0.95, "kind": KINDS[len(rule.looks)], **more}
    return Analysis("DESIGN", "ADRS", "", "FAS", method, settings=given, rule=rule)


def values(numbers: list[Number]) -> dict[str, float | str | None]:
    return {
        number.statistic if number.at is None else f"{number.statistic}@{number.at:g}": number.text or number.value
        for number in numbers
    }


def verdict(responses: Selection, rule: Boundary) -> object:
    return values(decision(responses, analysis("decision", rule)))["verdict"]


@pytest.mark.parametrize(
    ("events", "n", "expected"),
    [
        (7, 35, "positive"),
        (6, 35, "negative"),
        (7, 30, "positive"),  # certain already: five patients more cannot take a response away
        (1, 30, "negative"),  # out of reach: 1 + 5 < 7
        (4, 30, "not yet"),
        (9, 36, "not defined: more patients than planned"),
    ],
)
def test_verdict_of_a_single_stage(events: int, n: int, expected: str) -> None:
    found = values(decision(chosen(events, n), analysis("decision", SINGLE)))
    assert found["verdict"] == expected
    assert (found["observed"], found["needed"], found["planned"]) == (events, 7, 35)
    assert "first stage" not in found


@pytest.mark.parametrize(
    ("events", "n", "expected"),
    [
        (2, 18, "negative: stopped after the first stage"),
        (2, 20, "negative: the first stage asked to stop"),
        (3, 18, "not yet"),
        (3, 10, "not yet"),
        (7, 10, "positive"),
        (0, 15, "not yet"),
        (0, 16, "negative"),  # at most two can respond among the two to come, and two stop
        (7, 35, "positive"),
        (6, 35, "negative"),
        (7, 36, "not defined: more patients than planned"),
        (2, 36, "negative: the first stage asked to stop"),
    ],
)
def test_verdict_of_two_stages(events: int, n: int, expected: str) -> None:
    assert verdict(chosen(events, n), SIMON) == expected


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ("N" * 12, "negative: stopped at look 1"),
        ("N" * 13, "negative: look 1 asked to stop"),
        ("N" * 12 + "Y" * 23, "negative: look 1 asked to stop"),
        ("Y" + "N" * 11, "not yet: the next look is after 24 patients"),
        ("Y" + "N" * 4, "not yet: the next look is after 12 patients"),
        ("YYN" + "N" * 21, "negative: stopped at look 2"),
        ("YYY" + "N" * 21, "not yet: the next look is after 35 patients"),
        ("Y" * 7 + "N" * 17, "positive: stopped at look 2"),
        ("Y" * 7 + "N" * 18, "positive: look 2 asked to stop"),
        ("Y" * 7 + "N" * 28, "positive: look 2 asked to stop"),
        ("Y" * 7 + "N" * 30, "positive: look 2 asked to stop"),
        ("Y" * 7 + "N" * 6, "positive"),  # 13 patients: look 2 will have seen seven at least
        ("Y" * 3 + "N" * 28, "negative"),  # 31 patients: three and four more are below eight
        ("Y" * 4 + "N" * 27, "not yet: the next look is after 35 patients"),
        ("Y" * 6 + "N" * 18 + "YY" + "N" * 9, "positive"),
        ("Y" * 6 + "N" * 18 + "Y" + "N" * 10, "negative"),
        ("Y" * 6 + "N" * 18 + "YY" + "N" * 10, "not defined: more patients than planned"),
    ],
)
def test_verdict_of_three_looks(responses: str, expected: str) -> None:
    assert verdict(of(responses), THREE) == expected


@settings(max_examples=40)
@given(st.text("YN", min_size=1, max_size=34), st.data())
def test_what_is_certain_is_kept_by_every_continuation(responses: str, data: st.DataObject) -> None:
    """A verdict given before its look is that of the whole trial, whatever the patients to come do."""
    rule = data.draw(st.sampled_from([SINGLE, SIMON, THREE]))
    early = str(verdict(of(responses), rule)).split(":")[0]
    rest = data.draw(st.text("YN", min_size=35 - len(responses), max_size=35 - len(responses)))
    if early != "not yet":
        assert str(verdict(of(responses + rest), rule)).split(":")[0] == early


def test_looks_say_what_they_saw_and_asked() -> None:
    found = values(looks(of("Y" + "N" * 23 + "Y" * 3), analysis("looks", THREE)))
    assert found == {
        "look@12": 1, "futility@12": 0, "responders@12": 1, "asked@12": "go on",
        "look@24": 2, "futility@24": 2, "success@24": 7, "responders@24": 1, "asked@24": "stop: no success",
        "look@35": 3, "futility@35": 7, "success@35": 8, "asked@35": "not asked",
    }  # fmt: skip
    early = values(looks(of("Y" * 7 + "N" * 17), analysis("looks", THREE)))
    assert (early["asked@24"], early["asked@35"]) == ("stop: success", "not asked")
    open_ = values(looks(of("Y" * 3), analysis("looks", THREE)))
    assert [open_[f"asked@{n}"] for n in THREE.looks] == ["not yet"] * 3
    last = values(looks(of("Y" * 5 + "N" * 27 + "YYY"), analysis("looks", THREE)))
    assert (last["responders@35"], last["asked@35"]) == (8, "success")
    assert values(looks(of("Y" * 5 + "N" * 30), analysis("looks", THREE)))["asked@35"] == "no success"


def test_patients_count_in_the_order_of_enrolment() -> None:
    late = of("N" * 27 + "Y" * 8)
    found = values(decision(late, analysis("decision", SIMON)))
    assert (found["first stage"], found["verdict"]) == (0, "negative: the first stage asked to stop")
    shuffled = np.random.default_rng(2).permutation(35)
    mixed = Selection(late.rows[shuffled], late.yes[shuffled])
    assert values(decision(mixed, analysis("decision", SIMON))) == found
    turned = Selection(late.rows.with_columns(pl.col("ENRLORD").reverse()), late.yes)
    assert verdict(turned, SIMON) == "positive"


def test_who_has_no_place_in_the_order_comes_last() -> None:
    rows = pl.DataFrame({"ENRLORD": [None, 2, 1]}, schema={"ENRLORD": pl.Int64})
    rule = Boundary((1, 2, 3), (-1, -1, 0), (2, 3, 1))
    seen = [values(looks(Selection(rows, np.arange(3) == place), analysis("looks", rule))) for place in range(3)]
    assert [[each[f"responders@{n}"] for n in (1, 2, 3)] for each in seen] == [[0, 0, 1], [0, 1, 1], [1, 1, 1]]


def test_adjusted_inference_equals_published_values(shared: Path) -> None:
    """Simon's design 2/18, 7/35 with 7 responses: values of design_benchmarks.csv (clinfun, exact recomputation)."""
    with (shared / "facts" / "design_benchmarks.csv").open(encoding="utf-8") as file:
        row = next(r for r in csv.DictReader(file) if r["case"] == "r1/n1=2/18 n=35 p0=0.1 x=7")
    naive, unbiased, median, p, _, interval = row["value"].split(";")
    numbers = values(after_looks(chosen(7, 35), analysis("two-stage", SIMON)))
    found = {name: float(value) for name, value in numbers.items() if value is not None}
    low, high = map(float, interval.split("-"))
    expected = {
        "naive": float(naive),
        "umvue": float(unbiased),
        "median unbiased": float(median),
        "lower": low,
        "upper": high,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(100 * value, abs=0.005), name
    assert found["p"] == pytest.approx(float(p), abs=5e-6)


@pytest.mark.parametrize("responses", ["N" * 12, "YY" + "N" * 22, "Y" * 7 + "N" * 17, "Y" * 5 + "N" * 27 + "YYY"])
def test_inference_after_each_end_of_three_looks(responses: str) -> None:
    numbers = values(after_looks(of(responses), analysis("sequential", THREE)))
    look = THREE.looks.index(len(responses)) + 1
    found = inference(THREE, responses.count("Y"), look, Settings(0.1))
    assert numbers["p"] == found.p
    assert numbers["umvue"] == 100 * found.umvue
    assert numbers["median unbiased"] == 100 * found.median_unbiased
    assert numbers["naive"] == pytest.approx(100 * responses.count("Y") / len(responses))
    assert numbers["lower"] == 100 * found.koyama_chen[0]
    assert numbers["upper"] == 100 * found.koyama_chen[1] or isnan(found.koyama_chen[1])


@pytest.mark.parametrize(
    ("rule", "responses", "message"),
    [
        (SIMON, "Y" * 7 + "N" * 27, "18 and 35 patients, the analysis 34: .* not defined; the next look is after 35"),
        (SIMON, "Y" * 7 + "N" * 29, "18 and 35 patients, the analysis 36: .* not defined; more than planned"),
        (SIMON, "Y" * 3 + "N" * 15, "3 responses in the first stage continue to the second"),
        (SIMON, "Y" * 2 + "N" * 33, "^2 of the first 18 patients responded, which stops the trial; it went on"),
        (SIMON, "N" * 27 + "Y" * 8, "^0 of the first 18 patients responded, which stops the trial; it went on"),
        (THREE, "Y" * 3 + "N" * 9, "3 of 12 patients responded at look 1, which goes on to look 2 after 24"),
        (THREE, "Y" * 3 + "N" * 21, "3 of 24 patients responded at look 2, which goes on to look 3 after 35"),
        (THREE, "N" * 12 + "Y" * 12, "^look 1: 0 of the first 12 patients responded, which stops the trial"),
        (THREE, "Y" * 7 + "N" * 28, "^look 2: 7 of the first 24 patients responded, which stops the trial; it went on"),
        (THREE, "Y" * 7, "12, 24 and 35 patients, the analysis 7: .* the next look is after 12"),
    ],
)
def test_no_adjusted_inference_off_the_design(rule: Boundary, responses: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        after_looks(of(responses), analysis("two-stage", rule))


def test_an_analysis_without_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="no stopping rule"):
        decision(chosen(1, 2), replace(analysis("decision", SINGLE), rule=None))


def test_plan_follows_the_kind_of_the_design() -> None:
    plans = plan_decision(protocol())
    assert [each.id for each in plans] == ["DESIGN.binomial-test", "DESIGN.decision"]
    assert all(each.rule == Boundary((10,), (3,), (4,)) for each in plans)
    design = {**protocol().design.model_dump(), "first_stage_patients": 5, "futility_at_most": 0, "kind": "two stage"}
    assert [each.id for each in plan_decision(protocol(design=design))][2:] == ["DESIGN.two-stage"]
    further = plan_decision(sequential())[2:]
    assert [(each.id, each.rule) for each in further] == [("DESIGN.looks", THREE), ("DESIGN.sequential", THREE)]


def test_first_stop_is_that_of_the_kernel() -> None:
    """A trial ends at the look at which the exact kernel ends it, for every course of a small rule."""
    rule = Boundary((3, 5, 8), (0, 1, 3), (3, 4, 4))
    for course in range(2**8):
        responded = np.array([course >> place & 1 for place in range(8)], dtype=np.bool_)
        stopped = first_stop(looks_so_far(rule, responded))
        counts = [int(responded[:look].sum()) for look in rule.looks]
        ends = [x <= low or x >= high for x, low, high in zip(counts, rule.futility, rule.efficacy, strict=True)]
        assert stopped is not None
        assert stopped.look == ends.index(True) + 1
        assert (stopped.stop == "positive") == (counts[stopped.look - 1] >= rule.efficacy[stopped.look - 1])
