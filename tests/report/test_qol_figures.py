"""Figures of quality of life: each mean and step once, at the place its value says."""

import re

import polars as pl
import pytest

from tests.report.contents import case
from tests.report.markup import Node
from tests.report.test_qol import EXAMPLES, section


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("form", ["C30FORM", "OESFORM"])
def test_course_has_a_mark_per_mean_at_the_height_of_its_value(name: str, form: str) -> None:
    results = case(name).content.results.filter(GROUP="all", STATISTIC="mean")
    values = dict(results.select("RESULTID", "VALUE").rows())
    [figure] = section(name).find("figure", id=f"qol-course-{form}")
    panels = [node for node in figure.walk() if node.has_class("panel")]
    assert len(panels) == (5 if form == "C30FORM" else 3)
    for panel in panels:
        param = panel.attributes["data-scale"]
        groups = [node for node in panel.walk() if node.has_class("hit-group")]
        ids = [node.attributes["data-result"] for node in groups]
        assert set(ids) == {
            each for each in values if re.fullmatch(rf"{param}\.(C\d+/all/mean|mixed/all/mean@\d+)", each)
        }
        heights = [middle(node) for node in groups]
        [band] = [node for node in panel.walk() if node.has_class("margin")]
        zero = float(band.attributes["y"]) + float(band.attributes["height"]) / 2
        unit = float(band.attributes["height"]) / 20  # the margin is 10 points to either side
        assert heights == pytest.approx([zero - unit * values[each] for each in ids], abs=0.03)
        counts = [node for node in panel.walk() if node.has_class("risk")]
        shown = {node.attributes["data-result"]: node.text() for node in counts}
        stored = case(name).content.results.filter(pl.col("RESULTID").is_in(list(shown)))
        assert shown == {key: f"{value:g}" for key, value in stored.select("RESULTID", "VALUE").iter_rows()}
        assert f"{param}.BL/all/n" in shown


def middle(node: Node) -> float:
    """Return the height of the mark of a mean: the middle of its path."""
    [shape] = [each for each in node.walk() if each.has_class("mean")]
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", shape.attributes["d"])]
    if "A" in shape.attributes["d"]:
        return numbers[1]
    raise AssertionError("a single arm is drawn with circles")


@pytest.mark.parametrize("name", [*EXAMPLES, "two arms"])
@pytest.mark.parametrize("rule", ["TD", "DD"])
def test_curves_of_the_key_scales(name: str, rule: str) -> None:
    results, arms = case(name).content.results, 2 if name == "two arms" else 1
    chosen = set(results.filter(METHOD="curve")["ANALYSIS"].to_list())
    figures = [f for form in ("C30FORM", "OESFORM") for f in section(name).find("figure", id=f"qol-{rule}-{form}")]
    panels = [node for figure in figures for node in figure.walk() if node.has_class("panel")]
    assert len(panels) == 8
    assert {f"{panel.attributes['data-scale']}.curve" for panel in panels} <= chosen
    for panel in panels:
        own = results.filter(ANALYSIS=f"{panel.attributes['data-scale']}.curve")
        own = own.filter(pl.col("GROUP") != "all") if arms > 1 else own
        assert len([node for node in panel.walk() if node.has_class("curve")]) == arms
        steps = [node for node in panel.walk() if node.has_class("hit")]
        assert len(steps) == own.filter(STATISTIC="survival").height > arms
        risk = own.filter(STATISTIC="at risk").sort("GROUP", "AT", maintain_order=True)
        shown = [node.text() for node in panel.walk() if node.has_class("risk")]
        assert shown == [f"{value:g}" for value in risk["VALUE"]]


def forms_without_change(name: str) -> int:
    """Return of how many questionnaires nobody answered a key scale after baseline: they have no course to draw."""
    means = case(name).content.results.filter(pl.col("RESULTID").str.contains(r"\.C\d+/[^/]+/mean$"))
    answered = set(means["ANALYSIS"].str.split(".").list.first())
    keys = {"C30FORM": {"C30QL", "C30PF", "C30FA", "C30PA", "C30AP"}, "OESFORM": {"OESDYS", "OESEAT", "OESPA"}}
    return sum(not answered & scales for scales in keys.values())


def test_figures_bear_the_mark_and_stay_on_their_paper() -> None:
    for name in (*EXAMPLES, "two arms", "one subject"):
        pictures = section(name).find("svg")
        assert len(pictures) == 6 - forms_without_change(name)
        for picture in pictures:
            assert "VIRTUAL DATA" in picture.text()
            _, _, width, height = map(float, picture.attributes["viewbox"].split())
            for node in picture.walk():
                x, y = (float(node.attributes.get(key, "0")) for key in ("x", "y"))
                assert 0 <= x <= width
                assert 0 <= y <= height
            assert "nan" not in " ".join(f"{node.attributes}" for node in picture.walk()).lower()
    assert "VIRTUAL" not in section("real").text()
