"""The figures: marks at the exact values, every design told apart without its colour."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from topline.design.comparison.boundary_plot import boundary_picture
from topline.design.comparison.figure import BAD, GOOD, OPEN
from topline.design.comparison.plot import (
    BAR,
    PANELS,
    difference_curves,
    expected_curves,
    operating_curves,
    sample_sizes,
)
from topline.design.rate.curtailed import curtailed
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.single_arm import SingleArmDesign
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses

OPTIMAL = simon(0.1, 0.3, power=0.9)
SINGLE = single_stage(0.1, 0.3, power=0.9)
BOTH = SingleArmDesign("both ways", Hypotheses(0.1, 0.3), Boundary((10, 29), (1, 5), (5, 6)), "by hand")
SUCCESS = SingleArmDesign("success alone", Hypotheses(0.1, 0.3), Boundary((10, 29), (-1, 5), (5, 6)), "by hand")
THREE = SingleArmDesign("three", Hypotheses(0.1, 0.3), Boundary((8, 18, 30), (0, 2, 5), (9, 6, 6)), "by hand")
MANY = curtailed(OPTIMAL)
DESIGNS = (OPTIMAL, SINGLE, BOTH, SUCCESS, THREE, MANY)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("design", DESIGNS, ids=lambda each: each.name)
def test_boundary_picture_says_the_rule(design: SingleArmDesign) -> None:
    drawn = ElementTree.fromstring(boundary_picture(design))
    described = drawn.findtext(f"{SVG}desc") or ""
    assert described.count("after") == len(design.boundary.looks)
    assert f"success at {design.boundary.efficacy[-1]} or more" in described
    texts = [each.text for each in drawn.iter(f"{SVG}text")]
    if len(design.boundary.looks) <= 6:
        assert f"≥ {design.boundary.efficacy[-1]}" in texts


def test_curves_stand_at_the_exact_values() -> None:
    """Axis from 0 to 1 over 320 units: the level and the power of each design as dots at their heights."""
    drawn = ElementTree.fromstring(operating_curves([OPTIMAL, SINGLE]))
    dots = [(float(each.get("cx", 0)), float(each.get("cy", 0))) for each in drawn.iter(f"{SVG}circle")]
    floor = dots[0][1] + 320 * OPTIMAL.level
    for (x, y), (rate, value) in zip(
        dots,
        [(0.1, OPTIMAL.level), (0.3, OPTIMAL.attained_power), (0.1, SINGLE.level), (0.3, SINGLE.attained_power)],
        strict=True,
    ):
        assert y == pytest.approx(floor - 320 * value, abs=0.02)
        assert x == pytest.approx(72 + 728 * rate / 0.5, abs=0.02)


def points(commands: str) -> list[tuple[float, float]]:
    """Return the corners of a path of lines, or of steps."""
    found = re.findall(r"[ML]([\d.]+) ([\d.]+)|H([\d.]+)V([\d.]+)", commands)
    return [(float(x or h), float(y or v)) for x, y, h, v in found]


def test_curves_are_the_exact_probabilities() -> None:
    drawn = ElementTree.fromstring(operating_curves([BOTH]))
    (path,) = drawn.iter(f"{SVG}path")
    corners = points(path.get("d", ""))
    floor = corners[0][1]
    rates = [0.5 * (x - 72) / 728 for x, _ in corners]
    expected = BOTH.operating_characteristics([min(1.0, max(0.0, rate)) for rate in rates]).success
    assert [(floor - y) / 320 for _, y in corners] == pytest.approx(expected, abs=2e-4)


def test_columns_stand_between_the_bounds() -> None:
    """After 10 patients: 1.5 responders high red, up to 4.5 open, up to 10 green, on the axis of responders."""
    drawn = ElementTree.fromstring(boundary_picture(BOTH))
    boxes = list(drawn.iter(f"{SVG}rect"))
    assert len(boxes) == 5
    unit = float(boxes[0].get("height", 0)) / 1.5
    heights = [float(each.get("height", 0)) / unit for each in boxes]
    assert heights[:4] == pytest.approx([1.5, 3, 5.5, 5.5], abs=0.02)
    assert [each.get("fill") for each in boxes] == [BAD, OPEN, GOOD, BAD, GOOD]


def test_bars_are_the_exact_distribution() -> None:
    drawn = ElementTree.fromstring(sample_sizes([THREE, OPTIMAL]))
    boxes = list(drawn.iter(f"{SVG}rect"))
    expected = [chance for row in (0, 1) for each in (THREE, OPTIMAL) for chance in each.exact.patients[row]]
    assert [float(box.get("height", 0)) / BAR for box in boxes] == pytest.approx(expected, abs=2e-4)
    unit = (PANELS[0][1] - PANELS[0][0]) / (35 * 1.1)
    centres = [float(box.get("x", 0)) + float(box.get("width", 0)) / 2 for box in boxes]
    looks = [look for each in (THREE, OPTIMAL) for look in each.boundary.looks]
    assert centres[:5] == pytest.approx([PANELS[0][0] + unit * look for look in looks], abs=0.02)
    assert "A three: 8 patients with probability " in (boxes[0].findtext(f"{SVG}title") or "")


def test_sizes_say_the_expected_patients() -> None:
    drawn = ElementTree.fromstring(sample_sizes([OPTIMAL]))
    titles = [each.text for each in drawn.iter(f"{SVG}title")]
    assert {"Simon optimal: 22.53 patients expected", "Simon optimal: 33.98 patients expected"} <= set(titles)
    assert {"22.53", "33.98", "73.4%", "94.0%"} <= {each.text for each in drawn.iter(f"{SVG}text")}


def test_expected_patients_are_the_exact_ones() -> None:
    drawn = ElementTree.fromstring(expected_curves([BOTH]))
    (path,) = drawn.iter(f"{SVG}path")
    corners = points(path.get("d", ""))
    floor = next(float(each.get("y1", 0)) for each in drawn.iter(f"{SVG}line") if each.get("y1") == each.get("y2"))
    rates = [min(1.0, max(0.0, 0.5 * (x - 72) / 728)) for x, _ in corners]
    expected = BOTH.operating_characteristics(rates).expected_patients
    lines = {round(float(each.get("y1", 0)), 2) for each in drawn.iter(f"{SVG}line") if each.get("stroke") == "#e4e8ec"}
    unit = 290 / (29 * 1.04)
    bottom = max(lines)
    assert floor <= bottom
    assert [(bottom - y) / unit for _, y in corners] == pytest.approx(expected, abs=2e-3)


def test_differences_are_the_exact_ones() -> None:
    drawn = ElementTree.fromstring(difference_curves([OPTIMAL, SINGLE], shown=0))
    base, other = (points(each.get("d", "")) for each in drawn.iter(f"{SVG}path"))
    assert len({y for _, y in base}) == 1
    rates = np.linspace(0, 0.5, 121)
    apart = 100 * (SINGLE.operating_characteristics(rates).success - OPTIMAL.operating_characteristics(rates).success)
    unit = 125 / (np.abs(apart).max() * 1.08)
    assert [(base[0][1] - y) / unit for _, y in other] == pytest.approx(apart, abs=1e-3)


@pytest.mark.parametrize("figure", [operating_curves, difference_curves, expected_curves])
def test_designs_are_told_apart_without_colour(figure: object) -> None:
    ten = [SingleArmDesign(f"number {place}", OPTIMAL.hypotheses, OPTIMAL.boundary, "x") for place in range(10)]
    drawn = ElementTree.fromstring(figure(ten))  # type: ignore[operator]
    lines = [each for each in drawn.iter(f"{SVG}path") if each.get("fill") == "none"]
    assert len({(each.get("stroke"), each.get("stroke-dasharray")) for each in lines}) == 10
    texts = [each.text for each in drawn.iter(f"{SVG}text")]
    assert [f"{letter}  number {place}" for place, letter in enumerate("ABCDEFGHIJ")] == texts[:10]
    if figure is not operating_curves:
        assert set("ABCDEFGHIJ") <= set(texts)


def test_ticks_of_a_rule_are_its_looks() -> None:
    drawn = ElementTree.fromstring(boundary_picture(OPTIMAL))
    assert {"18", "35"} <= {each.text for each in drawn.iter(f"{SVG}text") if each.get("class") == "tick"}
    many = ElementTree.fromstring(boundary_picture(MANY))
    assert "35" in {each.text for each in many.iter(f"{SVG}text") if each.get("class") == "tick"}


def test_figures_are_the_same_every_time() -> None:
    for figure in (operating_curves, difference_curves, expected_curves, sample_sizes):
        assert figure(DESIGNS) == figure(DESIGNS)
