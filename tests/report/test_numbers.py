"""Numbers: each one in the text is a stored result, printed within its rounding, or a statement of the protocol."""

import re
from decimal import Decimal

import polars as pl
import pytest

from tests.conftest import virtual_run
from tests.report.contents import NAMES, SINGLE, case, content
from tests.report.markup import Node, parse
from topline.report.numbers import Numbers, Thresholds
from topline.report.page import render_report

NUMBER = re.compile(r"\d")
PRINTED = re.compile(r"−?\d+(\.\d+)?")
TEXTS = {"NR", "NE"}


def tree(name: str) -> Node:
    return parse(case(name).page)[0]


def numbered(name: str) -> list[Node]:
    return [node for node in tree(name).walk() if "data-result" in node.attributes]


@pytest.mark.parametrize("name", NAMES)
def test_every_result_shown_is_a_result(name: str) -> None:
    known = set(case(name).content.results["RESULTID"])
    shown = {node.attributes["data-result"] for node in numbered(name)}
    assert len(shown) > 50
    assert shown <= known


@pytest.mark.parametrize("name", NAMES)
def test_no_number_stands_in_a_result_table_without_its_result(name: str) -> None:
    tables = [table for table in tree(name).find("table") if table.has_class("result")]
    assert len(tables) > 6
    cells = [cell for table in tables for cell in table.find("td")]
    loose = [cell.text(without=("data-result", "data-protocol")) for cell in cells if not cell.find("a")]
    reasons = [cell for cell in cells if any(node.has_class("quoted") for node in cell.walk())]
    assert [text for text in loose if NUMBER.search(text)] == [cell.text() for cell in reasons]


@pytest.mark.parametrize("name", NAMES)
def test_no_number_stands_in_a_sentence_without_its_result(name: str) -> None:
    [card] = [node for node in tree(name).find("div") if node.has_class("card")]
    sentences = [paragraph.text(without=("data-result", "data-protocol")) for paragraph in card.find("p")]
    assert len(sentences) > 3
    assert [text for text in sentences if NUMBER.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_is_the_stored_value_rounded(name: str) -> None:
    stored = dict(case(name).content.results.select("RESULTID", "VALUE").rows())
    checked = 0
    for node in numbered(name):
        text = node.text().removesuffix("+")
        if node.name not in ("button", "tspan", "text") or not PRINTED.fullmatch(text):
            continue
        shown = Decimal(text.replace("−", "-"))
        unit = Decimal(1).scaleb(int(shown.as_tuple().exponent))
        assert abs(shown - Decimal(stored[node.attributes["data-result"]])) <= unit / 2 + Decimal("1e-9")
        checked += 1
    assert checked > 100


@pytest.mark.parametrize("name", NAMES)
def test_statements_of_the_protocol_are_what_it_says(name: str) -> None:
    found = {
        (node.attributes["data-protocol"], node.text())
        for node in tree(name).walk()
        if "data-protocol" in node.attributes
    }
    protocol = case(name).content.protocol
    assert found
    for path, text in found:
        value = protocol
        for part in path.split("."):
            value = value[int(part)] if part.isdigit() else getattr(value, part)
        shown = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        assert shown == Decimal(str(value))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_a_number_is_said_so(name: str) -> None:
    results = case(name).content.results
    verdict = pl.col("STATISTIC") == "verdict"  # it may name a look, or the patients of one
    missing = set(results.filter(~verdict, pl.col("VALUE").is_null() | pl.col("VALUE").is_nan())["RESULTID"])
    texts = {
        node.text() for node in numbered(name) if node.name == "button" and node.attributes["data-result"] in missing
    }
    assert {text for text in texts if NUMBER.search(text)} == set()


def test_thresholds_are_never_reached_by_rounding() -> None:
    limits = Thresholds((15.0, 33.0), (0.05,), "A")
    row = {
        "RESULTID": "A/all/lower",
        "ANALYSIS": "A",
        "GROUP": "all",
        "STATISTIC": "lower",
        "VALUE": 14.97,
        "UNIT": "%",
    }
    assert _text(row, limits) == "14.97"
    assert _text({**row, "VALUE": 15.0}, limits) == "15.0"
    assert _text({**row, "ANALYSIS": "B"}, limits) == "15.0"  # another endpoint has no such threshold
    assert _text({**row, "STATISTIC": "p", "UNIT": "", "VALUE": 0.049996}, limits) == "0.049996"
    assert (
        _text({**row, "STATISTIC": "hazard ratio: B", "METHOD": "cox", "UNIT": "", "VALUE": 0.998}, limits) == "0.998"
    )
    assert _text({**row, "METHOD": "cox", "VALUE": float("nan"), "VALUEC": "B against A"}, limits) == "NE"
    assert _text({**row, "VALUE": None, "VALUEC": "NR"}, limits) == "NR"
    assert _text({**row, "UNIT": "months", "STATISTIC": "max", "VALUE": 18.06, "VALUEC": "+"}, limits) == "18.1+"


def _text(row: dict[str, object], limits: Thresholds) -> str:
    blank = {"AT": None, "VALUEC": "", "METHOD": "m", "NRECS": 1, "NNUM": None}
    texts = ("ENDPOINT", "POPULATION", "LEVEL", "REFERENCE", "DATASET", "WHERE", "NUMWHERE", "ROWSET")
    frame = pl.DataFrame([{**blank, **dict.fromkeys(texts, ""), **row}])
    return Numbers(frame, limits, strict=True).text("A/all/lower")


def test_a_missing_result_is_an_error_or_seen() -> None:
    made = content(virtual_run(SINGLE))
    gone = made.results.filter(pl.col("ANALYSIS") != "DCR")
    broken = type(made)(made.protocol, gone, made.lineage, made.findings, made.adam, made.provenance)
    with pytest.raises(KeyError, match="DCR/all/n"):
        render_report(broken, strict=True)
    gaps = [node for node in parse(render_report(broken))[0].walk() if node.has_class("gap")]
    assert "no result DCR/all/n" in {node.text() for node in gaps}
