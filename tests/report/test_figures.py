"""Figures: what is drawn is what was stored, each subject once, at the place its value says."""

import re
from itertools import pairwise

import polars as pl
import pytest

from tests.report.contents import NAMES, SINGLE, TWO_STAGE, case
from tests.report.markup import Node, parse
from topline.report.content import Content
from topline.report.figures.axes import Scale, step, ticks
from topline.report.figures.palette import LOOKS, mark

EXAMPLES = ("single stage", "two stage")
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def figure(name: str, identifier: str) -> Node | None:
    found = parse(case(name).page)[0].find("figure", id=identifier)
    return found[0].find("svg")[0] if found else None


def drawn(name: str, identifier: str) -> Node:
    found = figure(name, identifier)
    assert found is not None
    return found


def shapes(node: Node, kind: str) -> list[Node]:
    return [each for each in node.walk() if each.has_class(kind)]


def rows(content: Content, dataset: str, parameter: str) -> pl.DataFrame:
    return content.adam[dataset].filter(pl.col("PARAMCD") == parameter)


@pytest.mark.parametrize("name", EXAMPLES)
def test_waterfall_has_a_bar_per_subject_from_growth_to_shrinkage(name: str) -> None:
    best = rows(case(name).content, "ADTR", "BESTSUM").drop_nulls("PCHG").sort("PCHG", descending=True)
    groups = shapes(drawn(name, "waterfall"), "hit-group")
    assert len(groups) == best.height > 20
    titles = [group.find("title")[0].text() for group in groups]
    changes = [float(title.split(": ")[1].split("%")[0].replace("−", "-")) for title in titles]
    assert changes == pytest.approx(best["PCHG"].to_list(), abs=0.0501)
    assert {title.split(":")[0] for title in titles} == set(best["USUBJID"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_bars_are_as_long_as_their_values(name: str) -> None:
    best = (
        rows(case(name).content, "ADTR", "BESTSUM").drop_nulls("PCHG").sort("PCHG", descending=True)["PCHG"].to_list()
    )
    bars = [group.find("rect")[0] for group in shapes(drawn(name, "waterfall"), "hit-group")]
    pairs = [
        (value, float(bar.attributes["height"])) for value, bar in zip(best, bars, strict=True) if 3 < abs(value) <= 100
    ]
    scale = pairs[0][1] / abs(pairs[0][0])
    assert all(height == pytest.approx(abs(value) * scale, abs=0.02) for value, height in pairs)


@pytest.mark.parametrize("name", EXAMPLES)
def test_waterfall_tells_the_best_response_without_colour(name: str) -> None:
    best = dict(rows(case(name).content, "ADRS", "CBOR").select("USUBJID", "AVALC").rows())
    for group in shapes(drawn(name, "waterfall"), "hit-group"):
        subject = group.find("title")[0].text().split(":")[0]
        expected = {"NON-CR/NON-PD": "nCnP"}.get(best[subject], best[subject])
        assert [letters.text() for letters in shapes(group, "letters")] == [expected]


@pytest.mark.parametrize("name", EXAMPLES)
def test_spider_has_a_line_per_subject_and_a_point_per_visit(name: str) -> None:
    sums = rows(case(name).content, "ADTR", "SUMDIAM").filter(pl.col("ANL01FL") == "Y").drop_nulls(["PCHG", "ADY"])
    spider = drawn(name, "spider")
    assert len(shapes(spider, "subject")) == sums["USUBJID"].n_unique()
    assert len(shapes(spider, "point")) == sums.height


@pytest.mark.parametrize("name", EXAMPLES)
def test_swimmer_has_a_lane_per_treated_subject(name: str) -> None:
    adsl = case(name).content.adam["ADSL"].filter(pl.col("TRTFL") == "Y")
    swimmer = drawn(name, "swimmer")
    assert len(shapes(swimmer, "lane")) == adsl.height
    deaths = adsl.drop_nulls("DTHDT").height
    legend = 1
    assert len(shapes(swimmer, "death")) == deaths + legend
    going_on = adsl.filter(pl.col("EOTSTT").is_null(), pl.col("DTHDT").is_null()).height
    assert len(shapes(swimmer, "ongoing")) == going_on + legend


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("endpoint", ["OS", "PFS"])
def test_curve_goes_through_the_stored_steps(name: str, endpoint: str) -> None:
    picture = drawn(name, f"km-{endpoint}")
    stored = case(name).content.results.filter(pl.col("ANALYSIS") == f"{endpoint}.curve", pl.col("GROUP") == "all")
    steps = stored.filter(pl.col("STATISTIC") == "survival").sort("AT")
    [curve] = shapes(picture, "curve")
    heights = [float(each[1:]) for each in re.findall(r"V[\d.]+", curve.attributes["d"])]
    assert len(heights) == steps.height - 1
    falls = [before - after for before, after in pairwise(steps["VALUE"].to_list())]
    drops = [after - before for before, after in pairwise([_start(curve), *heights])]
    unit = drops[0] / falls[0]
    assert drops == pytest.approx([fall * unit for fall in falls], abs=0.03)
    assert len(shapes(picture, "hit")) == steps.height
    assert len(shapes(picture, "censor")) == stored.filter(pl.col("STATISTIC") == "censored").height
    at_risk = stored.filter(pl.col("STATISTIC") == "at risk")
    assert [int(each.text()) for each in shapes(picture, "risk")] == at_risk["VALUE"].to_list()


def _start(curve: Node) -> float:
    return float(NUMBERS.findall(curve.attributes["d"])[1])


def test_a_curve_per_arm() -> None:
    picture = drawn("two arms", "km-OS")
    assert len(shapes(picture, "band")) == 2
    dashes = {each.attributes.get("stroke-dasharray") for each in shapes(picture, "curve")}
    assert len(dashes) == 2
    assert "Arm <B>" in picture.text()


def test_nothing_measured_nothing_drawn() -> None:
    assert figure("no measurement", "waterfall") is None
    assert figure("no measurement", "spider") is None
    assert figure("no measurement", "swimmer") is not None
    assert figure("no treatment", "swimmer") is None


def test_no_responder_no_curve_of_duration() -> None:
    root = parse(case("no responder").page)[0]
    assert figure("no responder", "km-DOR") is None
    assert "No subject responded: there is no duration of response to estimate." in root.text()


@pytest.mark.parametrize("name", NAMES)
def test_drawings_stay_on_their_paper(name: str) -> None:
    for picture in parse(case(name).page)[0].find("svg"):
        _, _, width, height = map(float, picture.attributes["viewbox"].split())
        for node in picture.walk():
            x, y = (float(node.attributes.get(key, "0")) for key in ("x", "y"))
            assert -60 <= x <= width
            assert 0 <= y <= height
        assert "nan" not in "".join(node.attributes.get("d", "") for node in picture.walk())


@pytest.mark.parametrize("study", [SINGLE, TWO_STAGE])
def test_looks_differ_in_more_than_colour(study: str) -> None:
    assert study
    patterns = [look.pattern for name, look in LOOKS.items() if name not in ("CR", "MISSING")]
    assert len(set(patterns)) == len(patterns)
    assert all(mark(look.mark, 0, 0, 4).startswith("M") for look in LOOKS.values())


@pytest.mark.parametrize(("span", "parts"), [(0.3, 5), (9.2, 10), (100, 8), (1234, 6)])
def test_steps_are_round_and_few(span: float, parts: int) -> None:
    assert span / step(span, parts) <= parts
    assert len(ticks(0, span, parts)) <= parts + 1


def test_scale_is_linear() -> None:
    scale = Scale(-100, 100, 400, 0)
    assert [scale.place(value) for value in (-100, 0, 50, 100)] == [400, 200, 100, 0]
