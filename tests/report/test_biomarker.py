"""The marker section: honest order, naive beside corrected, numbers that are results, a forest that claims nothing."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import polars as pl
import pytest

from tests.conftest import virtual_run
from tests.report.contents import HOSTILE, NAMES, SINGLE, TWO_STAGE, case, content, rerun
from tests.report.marker_page import number, of_case, printed, section
from tests.report.markup import Node
from topline.report.biomarker import parts, title
from topline.report.content import Content
from topline.report.figures.forest import RATIOS
from topline.report.grid import Grid
from topline.report.marker_numbers import marker_text
from topline.report.view import make_view
from topline.tables.biomarker_statements import STATEMENTS

EXAMPLES = ("single stage", "two stage")
ORDER = ["BMKT01", "BMKT02", "BMKT03", "BMKT04", "BMKT05", "BMKT06", "BMKT07", "BMKG01"]
DIGIT = re.compile(r"\d")
PLACE = re.compile(r"[\d.]+")


def codes(root: Node) -> list[str]:
    return [node.text() for node in root.walk() if node.has_class("code")]


def tables(root: Node, code: str) -> list[Node]:
    found = [node for node in root.find("figure") if node.find("table")]
    return [node for node in found if any(each.has_class("code") and each.text() == code for each in node.walk())]


def english(node: Node) -> str:
    return "".join(
        ""
        if not isinstance(child, str) and child.has_class("zh")
        else child
        if isinstance(child, str)
        else english(child)
        for child in node.children
    )


def head(table: Node) -> list[str]:
    return [english(cell) for cell in table.find("th", scope="col")]


def body(table: Node) -> list[list[Node]]:
    """Return the cells of the rows, but for those that are headings."""
    return [[*row.find("td")] for row in table.find("tr") if row.find("th", scope="row")]


def forests(root: Node) -> list[Node]:
    return [node for node in root.find("figure") if node.attributes.get("id", "").startswith("forest-")]


def groups(figure: Node, kind: str) -> list[Node]:
    return [node for node in figure.walk() if node.has_class(f"forest-{kind}")]


def stored(made: Content) -> dict[str, float | None]:
    return dict(made.results.select("RESULTID", "VALUE").iter_rows())


@pytest.mark.parametrize("name", EXAMPLES)
def test_order_is_the_honest_one(name: str) -> None:
    root = of_case(name)
    assert english(root).index("Groups stated beforehand") < english(root).index("The search for cuts")
    found = codes(root)
    starts = [place for place, code in enumerate(found) if code == "BMKT01"]
    assert len(starts) == len(root.find("h3")) == 2
    for start, end in zip(starts, [*starts[1:], len(found)], strict=True):
        assert list(dict.fromkeys(found[start:end])) == ORDER
    last = [node for node in root.children if isinstance(node, Node)][-1]
    assert last.has_class("cannot")
    assert STATEMENTS["single-arm"].en in last.text()
    assert STATEMENTS["single-arm"].zh in last.text()


@pytest.mark.parametrize("name", EXAMPLES)
def test_naive_and_corrected_stand_side_by_side(name: str) -> None:
    values = stored(case(name).content)
    for table in tables(of_case(name), "BMKT04"):
        columns = head(table)
        naive = columns.index("p naive")
        assert columns[naive + 1] == "p corrected: all cuts of all markers"
        shown = [row[naive - 1 : naive + 1] for row in body(table)]  # the first header is that of the row
        assert len(shown) >= 4
        for cells in shown:
            ids = [cell.find("button")[0].attributes["data-result"] for cell in cells]
            assert ids[0].replace("p naive", "p corrected") == ids[1]
            for cell, identifier in zip(cells, ids, strict=True):
                assert number(cell.text()) == pytest.approx(values[identifier], abs=0.0001)
        notes = english(table)
        assert "A cut found here is a hypothesis for another trial." in notes


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_marker_stands_in_every_table_it_belongs_to(name: str) -> None:
    markers = case(name).content.protocol.biomarkers.markers
    for endpoint, measured, searched, formulas in zip(
        dict.fromkeys(each for marker in markers for each in marker.endpoints),
        *(tables(of_case(name), code) for code in ("BMKT01", "BMKT04", "BMKT05")),
        strict=True,
    ):
        own = [each for each in markers if endpoint in each.endpoints]
        assert len(body(measured)) == len(body(searched)) == len(own)
        assert len(body(formulas)) == sum(each.measure.type == "continuous" for each in own)
        for marker in own:
            assert marker.label.en in english(measured)
            assert marker.label.en in english(searched)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_a_cell_is_a_result(name: str) -> None:
    root, values = of_case(name), stored(case(name).content)
    for table in root.find("table"):
        loose = [cell.text(without=("data-result", "data-protocol")) for cell in table.find("td")]
        assert [text for text in loose if DIGIT.search(text)] == []
    shown = printed(root)
    assert len(shown) > 50
    for identifier, text in shown.items():
        if not re.fullmatch(r"−?\d+(\.\d+)?%?", text):
            continue
        value = values[identifier]
        digits = text.rstrip("%")
        assert value is not None
        assert abs(number(digits) - value) <= 0.5 * 10 ** -len(digits.partition(".")[2]) + 1e-9, identifier


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_marked_and_bilingual(name: str) -> None:
    root = of_case(name)
    virtual = name != "real"
    assert all(("VIRTUAL" in each.text()) is virtual for each in root.find("caption"))
    assert all(("VIRTUAL DATA" in each.text()) is virtual for each in root.find("svg"))
    assert sum(node.has_class("en") for node in root.walk()) == sum(node.has_class("zh") for node in root.walk())
    names = [node.attributes["id"] for node in root.walk() if "id" in node.attributes]
    assert len(names) == len(set(names))
    assert "nan" not in " ".join(node.attributes.get("d", "") for node in root.walk())
    for picture in root.find("svg"):
        _, _, width, height = map(float, picture.attributes["viewbox"].split())
        for node in picture.walk():
            places = [float(node.attributes.get(key, "0")) for key in ("x", "x1", "x2", "y", "y1", "y2")]
            assert all(-1 <= each <= width for each in places[:3])
            assert all(-1 <= each <= height for each in places[3:])


@pytest.mark.parametrize("name", EXAMPLES)
def test_forest_has_an_observed_and_a_shrunken_estimate_per_group_and_no_star(name: str) -> None:
    made = case(name).content
    rate, *times = forests(of_case(name))
    grouped = [
        each for each in made.protocol.biomarkers.markers if each.measure.type == "categorical" or each.measure.cut
    ]
    before = [each for each in grouped if each.on_treatment is None]
    assert len(groups(rate, "observed")) == len(groups(rate, "shrunken")) == 2 * len(before)
    assert len(groups(times[0], "observed")) == len(groups(times[0], "shrunken")) == len(before)
    for figure in (rate, *times):
        text = english(figure)
        assert "not a list of discoveries" in text
        assert "*" not in text
        assert not re.search(r"\bp ?[=<]", text)
        assert not [each for each in printed(figure) if each.rsplit("/", 1)[1] == "p"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_marks_of_the_forest_stand_where_their_values_are(name: str) -> None:
    values = stored(case(name).content)
    rate = forests(of_case(name))[0]
    x0, x100 = (float(tick.attributes["x"]) for tick in _ticks(rate, ("0", "100")))
    checked = 0
    for group in (*groups(rate, "observed"), *groups(rate, "shrunken")):
        line_, [mark] = _intervals(group)[0], [node for node in group.walk() if node.has_class("point")]
        identifier = group.attributes["data-result"]
        analysis, statistic = identifier.rsplit("/", 1)
        limits = ("lower", "upper") if statistic == "rate" else (f"lower {statistic}", f"upper {statistic}")
        ends = [values[f"{analysis}/{each}"] for each in limits]
        drawn = [(float(line_.attributes[key]) - x0) / (x100 - x0) * 100 for key in ("x1", "x2")]
        assert drawn == pytest.approx(ends, abs=0.01)
        middle = _middle(mark.attributes["d"])
        assert (middle - x0) / (x100 - x0) * 100 == pytest.approx(values[identifier], abs=0.01)
        checked += 1
    assert checked > 10
    [overall] = [node for node in rate.walk() if node.has_class("overall")]
    endpoint = overall.attributes["data-result"]
    assert endpoint.endswith("/all/rate")
    assert (float(overall.attributes["x1"]) - x0) / (x100 - x0) * 100 == pytest.approx(values[endpoint], abs=0.01)


def _middle(path: str) -> float:
    """Return the middle of a square (M x y H x V y H x Z) or a diamond (M x y L x y ...)."""
    across = [float(each) for each in re.findall(r"[MLH]([\d.]+)", path)]
    return (min(across) + max(across)) / 2


def _ticks(figure: Node, labels: Iterable[str]) -> list[Node]:
    found = [
        node
        for node in figure.find("text")
        if node.has_class("tick") and node.attributes.get("text-anchor") == "middle"
    ]
    return [next(node for node in found if node.text() == label) for label in labels]


def _intervals(group: Node) -> list[Node]:
    return [node for node in group.walk() if node.has_class("forest-interval")]


def test_hazard_ratios_stand_on_a_logarithmic_axis() -> None:
    figure = next(each for each in forests(of_case("two stage")) if each.attributes["id"] == "forest-PFS")
    one, five = (float(tick.attributes["x"]) for tick in _ticks(figure, ("1", "5")))
    half = float(_ticks(figure, ("0.2",))[0].attributes["x"])
    assert five - one == pytest.approx(one - half, abs=0.02)
    [overall] = [node for node in figure.walk() if node.has_class("overall")]
    assert float(overall.attributes["x1"]) == pytest.approx(one)
    assert {0.2, 1.0, 5.0} <= set(RATIOS)


def test_an_interval_beyond_the_axis_ends_in_an_arrow_and_not_at_a_limit() -> None:
    """Odds of 1 to 3 patients: a limit of a hazard ratio of 60 lies beyond the last tick."""
    made = case("two stage").content
    wide = pl.when(pl.col("RESULTID") == "BM.PFS.TP53.cox/all/upper").then(60.0).otherwise("VALUE").alias("VALUE")
    figure = next(
        each
        for each in forests(section(replace(made, results=made.results.with_columns(wide))))
        if each.attributes["id"] == "forest-PFS"
    )
    assert len([node for node in figure.walk() if node.has_class("forest-arrow")]) == 1
    assert "60.00)" in figure.text()


def test_a_landmark_is_stated_where_its_marker_stands() -> None:
    root = of_case("two stage")
    text = english(root)
    assert "last value in the 28 days up to the landmark, day 57" in text
    assert "From the landmark, day 57" in text
    assert STATEMENTS["landmark"].en.format(landmark=57) in text
    assert "the p-values over all markers are multiplied by that number" in text
    shown = printed(root)
    gone = [f"BM.PFS.NEUTLM.{each}/all/n" for each in ("event-by-landmark", "not-followed-beyond-landmark")]
    assert all(each in shown for each in gone)
    assert shown["BM.PFS.search/all/families"] == "2"
    assert "forest-PFS-day57" in {each.attributes["id"] for each in forests(root)}


def test_an_empty_group_has_no_shrunken_estimate() -> None:
    """With nobody in one group the posterior would be the prior: nothing was observed that could be shrunken."""
    made = case("two stage").content
    assert [each for each in printed(of_case("two stage")) if each.startswith("BM.PFS.day57.shrinkage/")]
    empty = pl.when(pl.col("RESULTID") == "BM.PFS.NEUTLM.power/all/n NEGATIVE").then(0.0).otherwise("VALUE")
    root = section(replace(made, results=made.results.with_columns(empty.alias("VALUE"))))
    assert not [each for each in printed(root) if each.startswith("BM.PFS.day57.shrinkage/")]
    assert not [each for each in forests(root) if each.attributes["id"].endswith("day57")]
    assert "BM.PFS.day57.search/all/p corrected: NEUTLM" in printed(root)


def test_power_stands_beside_the_groups() -> None:
    for name in EXAMPLES:
        made, shown = case(name).content, printed(of_case(name))
        pairs = made.protocol.biomarkers.alternatives
        kinds = [f"power: {100 * each.positive:g} v {100 * each.negative:g}" for each in pairs]
        found = [each for each in shown if each.rsplit("/", 1)[1] in kinds]
        assert len(found) == len(kinds) * len(body(tables(of_case(name), "BMKT03")[0]))
        assert "Not finding a difference is not evidence that there is none." in english(of_case(name))


def test_arms_have_rows_of_their_own_and_are_not_called_one_treatment() -> None:
    root = of_case("two arms")
    said = english(root)
    assert STATEMENTS["pooled-arms"].en in said
    assert STATEMENTS["single-arm"].en not in said
    made = case("two arms").content
    shown = made.results.filter(pl.col("RESULTID").is_in(list(printed(root))))
    assert set(shown["GROUP"]) == set(made.results["GROUP"])
    assert made.results["GROUP"].n_unique() == 3
    own = [each for each in made.protocol.biomarkers.markers if "ORR" in each.endpoints]
    assert len(body(tables(root, "BMKT01")[0])) == 3 * len(own)


def without_samples(study: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return {name: frame for name, frame in study.items() if name not in ("GF", "MI", "LB")}


@cache
def without_values() -> Content:
    return content(rerun(TWO_STAGE, lambda study: without_samples(dict(study))))


def test_markers_that_nobody_has_are_said_to_be_missing() -> None:
    root = section(without_values())
    assert "BMKT04" not in codes(root)
    assert "No cut was searched" in english(root)
    assert forests(root) == []
    shown = printed(root)
    assert {text for key, text in shown.items() if key.endswith("measured/all/n")} == {"0"}
    assert shown["BM.ORR.PDL1.no-usable-value/all/n"] == shown["BM.ORR.PDL1.measured/all/N"]


def test_a_protocol_without_markers_has_no_section() -> None:
    made = content(virtual_run(SINGLE))
    plan = made.protocol.biomarkers.model_copy(update={"markers": ()})
    bare = replace(made, protocol=made.protocol.model_copy(update={"biomarkers": plan}))
    assert parts(make_view(bare, strict=True)) == []
    gone = replace(made, results=made.results.filter(~pl.col("ANALYSIS").str.starts_with("BM.")))
    assert parts(make_view(gone, strict=True)) == []


def test_names_of_markers_cannot_leave_their_place() -> None:
    made = case("two stage").content
    markers = made.protocol.biomarkers.markers
    words = markers[0].label.model_copy(update={"en": HOSTILE * 3, "zh": f"标志物{HOSTILE}"})
    evil = markers[0].model_copy(update={"label": words})
    plan = made.protocol.biomarkers.model_copy(update={"markers": (evil, *markers[1:])})
    root = section(replace(made, protocol=made.protocol.model_copy(update={"biomarkers": plan})))
    assert root.find("script") == []
    assert HOSTILE in root.text()
    labels = [node for node in forests(root)[0].find("text") if node.has_class("label") and "alert" in node.text()]
    assert labels
    titles = [node.find("title")[0].text() for node in labels]
    assert titles == [HOSTILE * 3, f"标志物{HOSTILE}"]


def test_a_missing_result_is_an_error_or_seen() -> None:
    made = case("two stage").content
    gone = replace(made, results=made.results.filter(pl.col("ANALYSIS") != "BM.ORR.PDL1.fisher"))
    with pytest.raises(KeyError, match=r"BM\.ORR\.PDL1\.fisher/all/p"):
        parts(make_view(gone, strict=True))
    loose = parts(make_view(gone, strict=False))
    [table] = [each for each in loose if isinstance(each, Grid) and each.code == "BMKT02" and "gap" in str(each.rows)]
    assert "no result BM.ORR.PDL1.fisher/all/p" in str(table.rows)


@pytest.mark.parametrize(
    ("identifier", "value", "text", "expected"),
    [
        ("BM.ORR.PDL1.fisher/all/p", 0.00002, "", "<0.0001"),
        ("BM.ORR.search/all/p naive: VEGF", 0.049996, "", "0.049996"),
        ("BM.ORR.search/all/p corrected: VEGF", 0.05, "", "0.0500"),
        ("BM.ORR.search/all/p Gauss: VEGF", 0.99999999999999, "", "1.0000"),
        ("BM.ORR.search/all/cut: VEGF", 288.0, ">= 288 pg/mL", "≥ 288 pg/mL"),
        ("BM.ORR.search/all/cut: SCCA", 0.04, ">= 0.04 ug/L", "≥ 0.04 ug/L"),
        ("BM.ORR.search/all/n high: VEGF", 17.0, "", "17"),
        ("BM.ORR.search/all/statistic: VEGF", -2.345, "", "−2.35"),
        ("BM.ORR.PDL1.odds-ratio/all/odds ratio", None, "infinite", "∞"),
        ("BM.ORR.PDL1.odds-ratio/all/odds ratio", None, "NE", "NE"),
        ("BM.ORR.PDL1.odds-ratio/all/lower", 0.0, "", "0.00"),
        ("BM.ORR.PDL1.odds-ratio/all/lower", 0.0049, "", "0.005"),
        ("BM.ORR.PDL1.odds-ratio/all/n POSITIVE", 7.0, "", "7"),
        ("BM.PFS.PDL1.cox/all/upper", 0.998, "", "0.998"),
        ("BM.PFS.PDL1.cox/all/upper", 1.0004, "", "1.0004"),
        ("BM.PFS.PDL1.power/all/events", 26.0, "", "26"),
        ("BM.PFS.PDL1.power/all/detectable hazard ratio", 0.2571, "", "0.26"),
        ("BM.PFS.optimism/all/hazard ratio", 0.00509, "", "0.005"),
        ("BM.ORR.optimism/all/effect", -0.03, "", "−0.03"),
        ("BM.ORR.PDL1.power/all/power: 45 v 15", 99.96, "", "99.96"),
    ],
)
def test_numbers_are_printed_by_their_kind(identifier: str, value: float | None, text: str, expected: str) -> None:
    made = case("two stage").content
    own = pl.col("RESULTID") == identifier
    assert made.results.filter(own).height == 1
    changed = made.results.with_columns(
        pl.when(own).then(pl.lit(value, pl.Float64)).otherwise("VALUE").alias("VALUE"),
        pl.when(own).then(pl.lit(text)).otherwise("VALUEC").alias("VALUEC"),
    )
    assert marker_text(make_view(replace(made, results=changed), strict=True), identifier) == expected


def test_title_is_bilingual() -> None:
    assert "Biomarkers" in title()
    assert "生物标志物" in title()
