"""The table to browse: its designs against another program's, and the page's numbers against the table's."""

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from scipy.stats import binom

from topline.design.comparison.browse import CHOSEN, DIGITS, HEADS, frontier_table, packed, plain_table, render_grid
from topline.design.comparison.page import Provenance
from topline.errors import ToplineError

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = tomllib.loads((ROOT / "golden" / "design_admissible.toml").read_text("utf-8"))["case"]
SMALL = frontier_table(nulls=[0.05, 0.1, 0.12, 0.3], targets=[0.2, 0.25, 0.3, 0.5])
PAGE = render_grid(SMALL, "Designs", Provenance("9.9.9", "a grid", "topline design --grid"))


def asked(case: dict[str, Any]) -> tuple[float, ...]:
    return tuple(case["args"][name] for name in ("alpha", "power", "null", "target", "max_n"))


def rows_of(case: dict[str, Any]) -> pl.DataFrame:
    alpha, power, null, target, max_n = asked(case)
    found = frontier_table([alpha], [power], [null], [target], int(max_n))
    return found.filter(pl.col("weight_from").is_not_null())


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{asked(case)} {next(iter(case['expected']))}")
def test_golden(case: dict[str, Any]) -> None:
    found, expected = rows_of(case), case["expected"]
    assert set(expected) <= {"designs", "expected_patients", "weights"}
    assert case["tolerance"] <= 1e-3
    if "designs" in expected:
        assert found.select("r1", "n1", "r", "n").rows() == [tuple(row) for row in expected["designs"]]
        assert found["expected_patients"].to_list() == pytest.approx(
            expected["expected_patients"], abs=case["tolerance"]
        )
    if "weights" in expected:
        weights = [weight for row in expected["weights"] for weight in row]
        shown = [weight for row in found.select("weight_from", "weight_to").rows() for weight in row]
        assert shown == pytest.approx(weights, abs=case["tolerance"])


def test_every_row_by_binomial_terms() -> None:
    for row in SMALL.iter_rows(named=True):
        r1, n1, r, n = (row[name] for name in ("r1", "n1", "r", "n"))
        for name, rate in (("level", row["null"]), ("power", row["target"])):
            terms = (binom.pmf(x, n1, rate) * binom.sf(r - x, n - n1, rate) for x in range(r1 + 1, n1 + 1))
            assert row[name] == pytest.approx(sum(terms), rel=1e-10)
        early = float(binom.cdf(r1, n1, row["null"]))
        assert row["stops_early"] == pytest.approx(early, rel=1e-10)
        assert row["expected_patients"] == pytest.approx(n1 + (1 - early) * (n - n1), rel=1e-10)
        assert row["level"] <= row["alpha"]
        assert row["power"] >= row["power_asked"]


def test_table_is_sorted_and_whole() -> None:
    first = ["alpha", "power_asked", "null", "target", "n"]
    assert SMALL.equals(SMALL.sort(first))
    pairs = SMALL.select("null", "target").unique().rows()
    assert len(pairs) == 4 + 4 + 4 + 1
    assert SMALL.select("alpha", "power_asked").unique().height == 4


def unpacked(text: str) -> pl.DataFrame:
    """The table as the page's script reads it."""
    data = json.loads(text)
    columns = {
        name: [
            None if each is None else data["values"][name][each] if name in CHOSEN else each / 10 ** DIGITS.get(name, 0)
            for each in held
        ]
        for name, held in data["columns"].items()
    }
    return pl.DataFrame(columns)


def test_the_page_holds_the_table() -> None:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', PAGE)
    held = unpacked(text)
    assert held.columns == list(HEADS)
    assert held.height == SMALL.height
    for name in HEADS:
        for shown, exact in zip(held[name], SMALL[name], strict=True):
            if isinstance(exact, float):
                assert shown == pytest.approx(exact, abs=0.5000001 * 10.0 ** -DIGITS.get(name, 9))
            else:
                assert shown == exact
    assert (held["level"] <= held["alpha"]).all()
    assert (held["power"] >= held["power_asked"]).all()


class Reader(HTMLParser):
    """Rows of the plain table, and what is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.cell = False
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.loads += [name for name in held if name in {"src", "href"} or name.startswith("on")]
        if tag == "th":
            assert held.get("scope") in {"row", "col"}
        if tag == "tr":
            self.rows.append([])
        self.cell = tag in {"th", "td"}
        if self.cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.cell = False

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[-1][-1] += data


def test_plain_table_without_scripts() -> None:
    reader = Reader()
    reader.feed(PAGE)
    head, *rows = reader.rows
    plain = plain_table(SMALL)
    assert head == list(HEADS.values())
    assert len(rows) == plain.height > 10
    assert set(plain["null"]) == {0.05, 0.1, 0.3}
    assert plain.select("alpha", "power_asked").unique().rows() == [(0.05, 0.8)]
    found = next(row for row in rows if row[:2] == ["10%", "30%"] and row[4] == "optimal")
    assert found[5:9] == ["1", "10", "5", "29"]
    assert found[9] == "15.01"
    assert reader.loads == []


def test_page_asks_no_network() -> None:
    assert "default-src 'none'" in PAGE
    for word in ("http:", "https:", "fetch(", "XMLHttpRequest", "import(", "@import", "url("):
        assert word not in PAGE
    script = PAGE.rpartition("<script>")[2].partition("</script>")[0]
    assert script.count("\n") <= 100
    assert "innerHTML" not in script
    assert PAGE.count("</script>") == 2


def test_page_says_how_far_was_searched_and_where_it_is_from() -> None:
    assert "fewest expected patients of all designs with up to 200 patients" in PAGE
    assert "topline 9.9.9" in PAGE
    assert "Made from a grid." in PAGE
    assert "up to 90 patients" in render_grid(frontier_table([0.05], [0.8], [0.1], [0.3], 90), max_n=90)


def test_texts_are_escaped_and_the_data_too() -> None:
    page = render_grid(SMALL, "<script>x")
    assert "<script>x" not in page
    assert "<" not in packed(SMALL.with_columns(pl.lit("</script>").alias("kind")))


def test_page_is_small_and_the_same_every_time() -> None:
    assert render_grid(SMALL, "Designs", Provenance("9.9.9", "a grid", "topline design --grid")) == PAGE
    assert len(packed(SMALL)) / SMALL.height < 80  # bytes a design; 11,447 designs are below a megabyte


def test_nothing_to_browse_is_refused() -> None:
    for call in (lambda: frontier_table([], [0.8]), lambda: render_grid(SMALL.clear())):
        with pytest.raises(ToplineError) as caught:
            call()
        assert caught.value.code == "TL-G04"
