"""Where N comes from in words and as rows: both trials, every number against binomial sums."""

import json
from typing import Any

import pytest
from scipy.stats import binom, norm

from topline.design.comparison.origin import Endpoint, Origin, origins
from topline.design.comparison.origin_text import Reading, origin_markdown, origin_rows
from topline.design.comparison.time_origin import time_origins
from topline.errors import ToplineError

RESPONSE = origins(35, Endpoint.RESPONSE)
LANDMARK = origins(43, Endpoint.LANDMARK)
CONTROL = origins(43, Endpoint.CONTROL)
TIME = time_origins(35, 3.0)
NEAR = Reading("objective response rate", 0.097, "the control, cited in the record")


def success(row: dict[str, Any], rate: float) -> float:
    """Probability of success of one or two stages with a stop for futility, term by term."""
    if len(row["looks"]) == 1:
        return float(binom.sf(row["success"][0] - 1, row["looks"][0], rate))
    (first, total), (low, last) = row["looks"], row["futility"]
    terms = (binom.pmf(x, first, rate) * binom.sf(last - x, total - first, rate) for x in range(low + 1, first + 1))
    return float(sum(terms))


@pytest.mark.parametrize("found", [RESPONSE, LANDMARK, CONTROL], ids=["35 response", "43 landmark", "43 control"])
def test_every_rule_by_binomial_terms(found: tuple[Origin, ...]) -> None:
    rows: list[dict[str, Any]] = [dict(row) for row in origin_rows(found)]
    ruled = [row for row in rows if row["looks"]]
    assert len(ruled) > 40
    for row in ruled:
        assert row["level"] == pytest.approx(success(row, row["null"]), rel=1e-9)
        assert row["power"] == pytest.approx(success(row, row["target"]), rel=1e-9)
        assert row["looks"][-1] == row["evaluable"]
        assert row["evaluable"] + row["lost"] == row["patients"]
        if row["kind"] != "normal approximation":
            assert row["level"] <= row["alpha"]
            assert row["power"] >= row["power_asked"]


def first_that_works(row: dict[str, Any]) -> int:
    """The least n of one exact stage, tried one by one."""
    for n in range(1, 400):
        needed = next(k for k in range(n + 2) if binom.sf(k - 1, n, row["null"]) <= row["alpha"])
        if binom.sf(needed - 1, n, row["target"]) >= row["power_asked"]:
            return n
    raise AssertionError("no n up to 400")


@pytest.mark.parametrize("found", [RESPONSE, LANDMARK], ids=["35 response", "43 landmark"])
def test_single_stages_are_the_smallest(found: tuple[Origin, ...]) -> None:
    rows: list[dict[str, Any]] = [dict(row) for row in origin_rows(found) if row["kind"] == "single stage (A'Hern)"]
    assert rows
    for row in {(row["null"], row["target"], row["alpha"], row["power_asked"]): row for row in rows}.values():
        assert first_that_works(row) == row["evaluable"]


def test_normal_approximations_by_their_formula() -> None:
    rows: list[dict[str, Any]] = [dict(row) for row in origin_rows(LANDMARK) if row["kind"] == "normal approximation"]
    assert len(rows) > 3
    for row in rows:
        null, target = row["null"], row["target"]
        a, b = norm.ppf(1 - row["alpha"]), norm.ppf(row["power_asked"])
        reach = a * (null * (1 - null)) ** 0.5 + b * (target * (1 - target)) ** 0.5
        assert 0 <= row["evaluable"] - (reach / (target - null)) ** 2 < 1


def test_section_of_the_response_rate() -> None:
    text = origin_markdown(RESPONSE, NEAR)
    lines = text.splitlines()
    assert lines[0] == "### Where 35 patients can come from: objective response rate"
    assert "a reconstruction from the number and the endpoint, not a fact from the record" in text
    assert "with a null rate within 2.5 points of the control's 9.7% (the control, cited in the record)" in text
    table = [line for line in lines if line.startswith("| ")][2:]
    near = [each for each in RESPONSE if not each.loss and each.design and each.design.hypotheses.null == 0.1]
    assert table == [f"| {each.kind} | {each.words} | {each.level} | {each.power} |" for each in near]
    assert len(table) == 4
    assert text.endswith("only the hypotheses of the protocol do.\n")


def test_section_says_what_part_the_losses_explain() -> None:
    text = origin_markdown(LANDMARK, Reading("disease control rate at 6 months"))
    count = sum(each.loss == 0.1 for each in LANDMARK)
    assert f"38 by hypotheses and 5 by losses of 10% ({count} calculations)" in text
    assert f"{sum(not each.loss for each in LANDMARK)} standard calculations give exactly 43 patients" in text
    assert "| – | – |" in text  # a width of an interval has no level


def test_section_of_a_time_to_event() -> None:
    text = origin_markdown(TIME, Reading("progression-free survival", source="median of 3.0 months"))
    assert "Control: median of 3.0 months." in text
    assert "losses" not in text.replace("none of them lost", "")
    assert text.count("median 3 against") == 18
    (row, *_) = origin_rows(TIME)
    assert row["null"] is None
    assert row["null_median"] == pytest.approx(3.0)
    assert row["target_median"] == pytest.approx(4.5)
    assert row["alpha"] == 0.1
    assert isinstance(row["level"], float)


def test_rows_are_ready_for_json() -> None:
    for found in (RESPONSE, LANDMARK, TIME):
        rows = origin_rows(found)
        assert json.loads(json.dumps(rows, allow_nan=False)) == rows
        assert len({tuple(row) for row in rows}) == 1
        assert len(rows) == len(found)


def test_nothing_near_and_nothing_at_all() -> None:
    far = origin_markdown(RESPONSE, Reading("objective response rate", 0.9))
    assert "Listed: 0" in far
    assert "| --- |" not in far
    for wrong in ((), (RESPONSE[0], LANDMARK[0])):
        with pytest.raises(ToplineError) as caught:
            origin_markdown(wrong, NEAR)
        assert caught.value.code == "TL-G04"
