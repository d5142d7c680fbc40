"""Figures of safety: a mark per term, event, step or subject, at the place that its number or row says."""

import re
from itertools import pairwise

import polars as pl
import pytest

from tests.report.contents import HOSTILE, case
from tests.report.markup import Node
from tests.report.measured import changed, drawn, figure, injured, shapes, without
from topline.report.content import Content
from topline.report.figures.adverse_events import adverse_events
from topline.report.figures.event_curve import event_curve
from topline.report.figures.event_groups import event_groups
from topline.report.figures.event_timeline import event_timeline, place_of
from topline.report.figures.grades import FILLS, grade_fill, thickness
from topline.report.figures.hys_law import hys_law

EXAMPLES = ("single stage", "two stage")
CASES = (*EXAMPLES, "two arms", "one subject", "hostile", "no treatment")
FIGURES = (adverse_events, event_timeline, event_curve, event_groups, hys_law)
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def result(made: Content, identifier: str) -> float:
    [value] = made.results.filter(pl.col("RESULTID") == identifier)["VALUE"]
    return float(value)


def treated(made: Content) -> pl.DataFrame:
    return made.adam["ADSL"].filter(pl.col("TRTFL") == "Y")


def common(made: Content, least: float = 10.0) -> dict[str, float]:
    """Return the percent of treated subjects with each treatment-emergent term, where it is at least so many."""
    emergent = made.adam["ADAE"].filter(pl.col("TRTEMFL") == "Y")
    counts = emergent.group_by("AEDECOD").agg(pl.col("USUBJID").n_unique().alias("N"))
    shares = {term: 100 * n / treated(made).height for term, n in counts.iter_rows()}
    return {term: share for term, share in shares.items() if share >= least}


@pytest.mark.parametrize("name", EXAMPLES)
def test_dots_are_the_common_terms_from_the_commonest_on(name: str) -> None:
    made = case(name).content
    root = drawn(adverse_events, made)
    dots = [node for node in shapes(root, "point") if node.attributes.get("data-result", "").endswith("/percent")]
    expected = common(made)
    assert len(dots) == len(expected) > 5
    values = [result(made, dot.attributes["data-result"]) for dot in dots]
    assert values == sorted(values, reverse=True)
    assert sorted(values) == pytest.approx(sorted(expected.values()), abs=1e-5)
    titles = [dot.find("title")[0].text().split(":")[0] for dot in dots]
    assert dict(zip(titles, values, strict=True)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", EXAMPLES)
def test_dots_stand_at_their_values(name: str) -> None:
    made = case(name).content
    places = []
    for dot in shapes(drawn(adverse_events, made), "point"):
        if "data-result" in dot.attributes:
            across = [float(each) for each in NUMBERS.findall(dot.attributes["d"])]
            x = across[0] + 4.6 if dot.attributes["data-result"].endswith("/percent") else across[0]
            places.append((result(made, dot.attributes["data-result"]), x))
    (low, left), (high, right) = min(places), max(places)
    unit = (right - left) / (high - low)
    assert unit > 1
    assert all(x == pytest.approx(left + unit * (value - low), abs=0.03) for value, x in places)


def test_two_arms_stand_back_to_back() -> None:
    made = case("two arms").content
    root = drawn(adverse_events, made)
    assert "Arm <B>" in root.text()
    lengths: dict[str, list[tuple[float, float]]] = {}
    for bar in shapes(root, "hit-group"):
        identifier = bar.attributes["data-result"]
        [rectangle] = bar.find("rect")
        lengths.setdefault(identifier.split("/", 1)[1], []).append(
            (result(made, identifier), float(rectangle.attributes["width"]))
        )
    arms = [arm for arm in made.results["GROUP"].unique() if arm != "all"]
    assert set(lengths) >= {f"{arm}/percent" for arm in arms}
    pairs = [pair for found in lengths.values() for pair in found]
    longest = max(pairs)
    unit = longest[1] / longest[0]
    assert all(length == pytest.approx(value * unit, abs=0.03) for value, length in pairs)
    printed = [node for node in root.find("tspan") if node.attributes["data-result"].endswith("/percent")]
    assert len(printed) == len(shapes(root, "risk")) > 20


@pytest.mark.parametrize("name", EXAMPLES)
def test_timeline_has_a_bar_per_event_and_a_lane_per_subject(name: str) -> None:
    made = case(name).content
    root = drawn(event_timeline, made)
    own = made.adam["ADAE"].filter(pl.col("USUBJID").is_in(treated(made)["USUBJID"].implode()))
    assert len(shapes(root, "event-bar")) == own.drop_nulls("ASTDY").height > 100
    assert len(shapes(root, "not-emergent")) == own.filter(pl.col("TRTEMFL").is_null()).height > 0
    assert len(shapes(root, "treatment")) == treated(made).height
    assert len(shapes(root, "death")) == treated(made).drop_nulls("DTHDT").height
    fills = [bar.attributes["fill"] for bar in shapes(root, "event-bar")]
    counts = dict(own.group_by("ATOXGRN").len().rows())
    assert {grade: fills.count(fill) for grade, fill in FILLS.items() if fill in fills} == counts


@pytest.mark.parametrize("name", EXAMPLES)
def test_bars_are_as_long_as_the_events_last(name: str) -> None:
    made = case(name).content
    days = {f"ADAE:{place}": row for place, row in enumerate(made.adam["ADAE"].select("ASTDY", "AENDY").rows())}
    pairs = []
    for group in shapes(drawn(event_timeline, made), "hit-group"):
        start, end = days.get(group.attributes["data-row"], (None, None))
        if start is not None and end is not None and end - start > 3:
            bar = shapes(group, "event-bar")[0].attributes
            pairs.append((place_of(end) + 1 - place_of(start), float(bar["width"]), place_of(start), float(bar["x"])))
    longest = max(pairs)
    unit = longest[1] / longest[0]
    origin = longest[3] - longest[2] * unit
    assert len(pairs) > 50
    assert all(width == pytest.approx(length * unit, abs=0.05) for length, width, _, _ in pairs)
    assert all(x == pytest.approx(origin + start * unit, abs=0.5) for _, _, start, x in pairs)


def test_bars_of_a_subject_do_not_cover_each_other() -> None:
    lines: dict[float, list[tuple[float, float]]] = {}
    for bar in shapes(drawn(event_timeline, case("two stage").content), "event-bar"):
        y, height, x, width = (float(bar.attributes[key]) for key in ("y", "height", "x", "width"))
        lines.setdefault(round(y + height / 2, 1), []).append((x, x + width))
    for spans in lines.values():
        assert all(end <= start + 0.35 for (_, end), (start, _) in pairwise(sorted(spans)))


def test_events_without_or_with_reversed_days() -> None:
    made = case("single stage").content
    first = pl.col("ASEQ").cum_count().over(pl.lit(1)) == 1
    dateless = changed(made, "ADAE", pl.when(~first).then("ASTDY").alias("ASTDY"))
    whole, fewer = (drawn(event_timeline, each) for each in (made, dateless))
    assert len(shapes(fewer, "event-bar")) == len(shapes(whole, "event-bar")) - 1
    row = made.adam["ADAE"].row(0, named=True)
    [note] = [each for each in shapes(fewer, "note") if "want of a day" in each.text()]
    [english] = [each for each in note.find("span") if each.has_class("en")]
    assert [each.text() for each in english.find("button")] == [f"{row['USUBJID']}: {row['AETERM']}"]
    reversed_ = changed(made, "ADAE", (pl.col("ASTDY") - 5).alias("AENDY"))
    widths = {float(bar.attributes["width"]) for bar in shapes(drawn(event_timeline, reversed_), "event-bar")}
    assert max(widths) - min(widths) < 0.02
    assert min(widths) > 0


def test_events_without_grade_are_white_and_in_the_legend() -> None:
    made = changed(case("single stage").content, "ADAE", pl.lit(None, pl.Int64).alias("ATOXGRN"))
    root = drawn(event_timeline, made)
    assert {bar.attributes["fill"] for bar in shapes(root, "event-bar")} == {"#ffffff"}
    assert "not known" in root.text()


def test_very_many_events_are_cut_to_severe_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topline.report.figures.event_timeline.MOST", 50)
    made = case("two stage").content
    root = drawn(event_timeline, made)
    severe = made.adam["ADAE"].filter(pl.col("ATOXGRN") >= 3).height
    assert len(shapes(root, "event-bar")) == severe > 50
    assert "For their number only events of grade 3 or higher are drawn." in root.text()


def test_grades_darken() -> None:
    def light(fill: str) -> float:
        red, green, blue = (int(fill[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shades = [light(grade_fill(grade)) for grade in range(1, 6)]
    assert all(before - after > 20 for before, after in pairwise(shades))
    assert thickness(None, 6) < thickness(3, 6) == 6


@pytest.mark.parametrize("name", EXAMPLES)
def test_curve_of_incidence_goes_through_the_stored_steps(name: str) -> None:
    made = case(name).content
    root = drawn(event_curve, made)
    stored = made.results.filter((pl.col("ANALYSIS") == "AECURVE.GRADE 3-5") & (pl.col("GROUP") == "all"))
    steps = stored.filter(pl.col("STATISTIC") == "incidence").sort("AT")
    [curve] = shapes(root, "curve")
    heights = [float(each[1:]) for each in re.findall(r"V[\d.]+", curve.attributes["d"])]
    start = float(NUMBERS.findall(curve.attributes["d"])[1])
    assert len(heights) == steps.height
    rises = [start - height for height in heights]
    unit = rises[-1] / steps["VALUE"][-1]
    assert rises == pytest.approx([value * unit for value in steps["VALUE"]], abs=0.03)
    assert unit == pytest.approx(2.8, abs=0.001)  # 280 units of the figure are 100 percent
    assert len(shapes(root, "hit")) == steps.height
    [competing] = shapes(root, "competing")
    falls = stored.filter(pl.col("STATISTIC") == "competing incidence").sort("AT")
    lows = [start - float(each[1:]) for each in re.findall(r"V[\d.]+", competing.attributes["d"])]
    assert lows == pytest.approx([value * unit for value in falls["VALUE"]], abs=0.03)


@pytest.mark.parametrize("name", EXAMPLES)
def test_numbers_at_risk_are_those_of_the_results(name: str) -> None:
    made = case(name).content
    shown = shapes(drawn(event_curve, made), "risk")
    assert int(shown[0].text()) == treated(made).height
    for node in shown:
        assert int(node.text()) == result(made, node.attributes["data-result"])
    places = [float(node.attributes["x"]) for node in shown]
    assert all(after - before >= 30 for before, after in pairwise(places))


@pytest.mark.parametrize("name", EXAMPLES)
def test_band_encloses_the_curve(name: str) -> None:
    root = drawn(event_curve, case(name).content)
    outline = shapes(root, "band")[0].attributes["d"]
    above, below = ([float(each[1:]) for each in re.findall(r"V[\d.]+", half)] for half in _halves(outline))
    steps = [float(each[1:]) for each in re.findall(r"V[\d.]+", shapes(root, "curve")[0].attributes["d"])][1:]
    assert len(above) == len(below) == len(steps)
    assert all(up < middle < low for up, middle, low in zip(above, steps, reversed(below), strict=True))


def _halves(outline: str) -> tuple[str, str]:
    """Return the upper and the lower half of a band, which have as many steps."""
    moves = re.findall(r"[MHV][\d. ]+", outline)
    upright = [place for place, move in enumerate(moves) if move.startswith("V")]
    middle = upright[len(upright) // 2]
    return "".join(moves[:middle]), "".join(moves[middle:])


def test_a_curve_and_a_line_of_numbers_per_arm() -> None:
    root = drawn(event_curve, case("two arms").content)
    assert len(shapes(root, "curve")) == len(shapes(root, "band")) == 2
    assert len({each.attributes.get("stroke-dasharray") for each in shapes(root, "curve")}) == 2
    assert "Arm <B>" in root.text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_groups_of_interest_with_an_event_have_a_panel(name: str) -> None:
    made = case(name).content
    groups = made.adam["ADAETTE"].filter((pl.col("PARCAT1") == "GROUP") & (pl.col("PARCAT2") == "ALL"))
    counts = dict(groups.filter(pl.col("CNSR") == 0).group_by("AESIGRP").len().rows())
    panels = shapes(drawn(event_groups, made), "panel")
    numbers = [[node for node in panel.find("tspan") if "data-result" in node.attributes] for panel in panels]
    shown = {n.attributes["data-result"].split(".")[2]: (int(n.text()), int(size.text())) for n, size in numbers}
    assert shown == {name: (count, treated(made).height) for name, count in counts.items()}
    assert all(len(shapes(panel, "curve")) == 2 for panel in panels)


def test_liver_plot_has_a_mark_per_subject_on_logarithmic_axes() -> None:
    made = injured()
    root = drawn(hys_law, made)
    wide = made.adam["ADLB"].filter(pl.col("PARAMCD").is_in(["TRANSMAX", "BILIMAX"]), pl.col("SAFFL") == "Y")
    values = wide.pivot("PARAMCD", index="USUBJID", values="AVAL").drop_nulls()
    marks = {group.find("title")[0].text().split(":")[0]: group for group in shapes(root, "hit-group")}
    assert set(marks) == set(values["USUBJID"])
    by_value = sorted(values.select("TRANSMAX", "BILIMAX", "USUBJID").rows())
    places = [_centre(shapes(marks[subject], "point")[0]) for _, _, subject in by_value]
    logs = pl.DataFrame(by_value, schema=["T", "B", "WHO"], orient="row").select(pl.col("T", "B").log10())
    for column, coordinate in (("T", 0), ("B", 1)):
        along = sorted(zip(logs[column], (place[coordinate] for place in places), strict=True))
        (low, first), (high, last) = along[0], along[-1]
        unit = (last - first) / (high - low)
        assert abs(unit) > 50
        assert all(place == pytest.approx(first + unit * (value - low), abs=1.2) for value, place in along)


def _centre(mark: Node) -> tuple[float, float]:
    """Return the centre of the circle or square that a path draws."""
    numbers = [float(each) for each in NUMBERS.findall(mark.attributes["d"])]
    if "A" in mark.attributes["d"]:
        return numbers[0] + 4.6, numbers[1]
    return numbers[0] + 4.6, numbers[1] + 4.6


def test_hys_law_has_a_ring_and_a_name() -> None:
    made = injured()
    root = drawn(hys_law, made)
    laws = made.adam["ADLB"].filter((pl.col("PARAMCD") == "HYSLAW") & (pl.col("AVALC") == "Y"))
    names = made.adam["ADSL"].filter(pl.col("USUBJID").is_in(laws["USUBJID"].implode()))["SUBJID"].to_list()
    ringed = [group for group in shapes(root, "hit-group") if group.find("circle")]
    assert [group.find("text")[0].text() for group in ringed] == names != []
    assert all("Hy's law" in group.find("title")[0].text() for group in ringed)
    counts = {node.attributes["data-result"]: int(node.text()) for node in root.find("tspan")}
    assert counts["HYS.HYQUAD.HY/all/n"] == result(made, "HYS.HYQUAD.HY/all/n") >= 1
    assert len(counts) == 4


def test_liver_values_are_not_rounded_onto_a_line() -> None:
    made = injured()
    near = pl.when(pl.col("PARAMCD") == "TRANSMAX").then(2.9996).otherwise("AVAL").alias("AVAL")
    titles = [
        group.find("title")[0].text() for group in shapes(drawn(hys_law, changed(made, "ADLB", near)), "hit-group")
    ]
    assert titles
    assert all("ALT or AST 2.9996 × ULN" in title for title in titles)


@pytest.mark.parametrize("value", [0.0, 0.004, 5000.0])
def test_extreme_liver_values_stay_on_the_paper(value: float) -> None:
    own = pl.when(pl.col("PARAMCD").is_in(["TRANSMAX", "BILIMAX"])).then(value).otherwise("AVAL").alias("AVAL")
    root = drawn(hys_law, changed(case("single stage").content, "ADLB", own))
    assert_on_paper(root)


@pytest.mark.parametrize("draw", FIGURES)
def test_without_data_nothing_is_drawn(draw: object) -> None:
    empty = without(case("single stage").content, "ADAE", "ADAETTE", "ADLB")
    assert callable(draw)
    assert draw is not None
    assert figure(draw, empty) is None
    assert figure(draw, case("no treatment").content) is None


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("draw", FIGURES)
def test_figures_are_closed_traced_marked_and_on_paper(draw: object, name: str) -> None:
    made = case(name).content
    assert callable(draw)
    root = figure(draw, made)
    if root is None:
        assert name in ("no treatment", "one subject")
        return
    assert_on_paper(root)
    shown = {node.attributes["data-result"] for node in root.walk() if "data-result" in node.attributes}
    assert shown <= set(made.results["RESULTID"])
    for node in root.walk():
        if "data-row" in node.attributes:
            dataset, place = node.attributes["data-row"].split(":")
            assert int(place) < made.adam[dataset].height
    assert "VIRTUAL DATA" in root.text()
    [svg] = root.find("svg")
    assert svg.find("title")[0].text()
    assert svg.find("desc")[0].text()
    assert not root.find("script")
    assert len([node for node in root.walk() if node.has_class("en")]) == len(
        [node for node in root.walk() if node.has_class("zh")]
    )


def test_names_of_the_data_are_escaped() -> None:
    assert HOSTILE in drawn(event_timeline, case("hostile").content).text()


def assert_on_paper(root: Node) -> None:
    """Assert that the shapes of a figure stand on its paper."""
    for picture in root.find("svg"):
        _, _, width, height = map(float, picture.attributes["viewbox"].split())
        for node in picture.walk():
            x, y = (float(node.attributes.get(key, "0")) for key in ("x", "y"))
            assert -60 <= x <= width
            assert 0 <= y <= height
        paths = "".join(node.attributes.get("d", "") for node in picture.walk())
        assert "nan" not in paths
        assert "inf" not in paths


def test_study_days_have_no_day_0() -> None:
    assert [place_of(day) for day in (-2, -1, 1, 2)] == [-2.0, -1.0, 0.0, 1.0]
