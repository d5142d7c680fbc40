"""What single reports say: several arms, real data, statements, languages, findings."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from tests.conftest import virtual_run
from tests.report.contents import SINGLE, TWO_STAGE, case, content
from tests.report.markup import Node, parse
from topline.exchange.folder import read_folder
from topline.protocol.model import Protocol
from topline.report.page import render_report
from topline.study import run_study

MEGABYTE = 1_000_000


def table(root: Node, code: str) -> Node:
    """Return the first table with a code."""
    return next(each for each in root.find("table") if any(span.text() == code for span in each.find("span")))


def cells(root: Node, code: str) -> dict[str, list[str]]:
    """Return the rows of a table by their English header."""
    found: dict[str, list[str]] = {}
    for row in table(root, code).find("tr"):
        heads = [head for head in row.find("th") if head.attributes["scope"] == "row"]
        if heads:
            found.setdefault(english(heads[0]), [english(cell) for cell in row.find("td")])
    return found


def english(node: Node) -> str:
    return "".join(
        child if isinstance(child, str) else "" if child.has_class("zh") else english(child) for child in node.children
    )


def test_two_stage_design_shows_what_knows_of_the_stages() -> None:
    rows = cells(parse(case("two stage").page)[0], "DSN01")
    assert rows["Rule"] == ["success with 7 or more of 35"]
    assert rows["First stage"] == ["stop with 2 or fewer of 18"]
    assert rows["Unbiased estimate (UMVUE)"][0].endswith("%")


def test_two_stage_inference_that_is_not_defined_says_why() -> None:
    rows = cells(parse(case("two arms").page)[0], "DSN01")
    assert set(rows) >= {"Rule", "Decision"}
    run = virtual_run(TWO_STAGE)
    tables = {**run.tables, "DM": run.tables["DM"].head(30), "EX": run.tables["EX"]}
    root = parse(render_report(content(run_study(run.protocol, tables)), strict=True))[0]
    fewer = cells(root, "DSN01")
    assert fewer["Adjusted estimates"] == ["not defined"]
    assert "adjusted inference is not defined" in fewer["Reason"][0]


def test_several_arms_are_columns_and_their_comparison_is_exploratory() -> None:
    root = parse(case("two arms").page)[0]
    heads = [english(head) for head in table(root, "DST01").find("th") if head.attributes["scope"] == "col"]
    assert [head.split(" (N")[0] for head in heads] == [
        "Arm <B>",
        "Trifluridine/tipiracil with anlotinib",
        "All patients",
    ]
    text = english(root)
    assert "Comparison of arms (exploratory)" in text
    assert "The arms were not randomised" in text
    assert "which no design foresaw" in text


def test_endpoints_that_are_not_analysed_are_named_with_their_reason() -> None:
    assert "END02" not in case("single stage").page
    run = virtual_run(SINGLE)
    plain = run.protocol.model_dump(mode="json")
    plain["endpoints"][-1]["analysis"] = {"type": "not analysed", "reason": "No marker was measured."}
    other = replace(run, protocol=Protocol.model_validate(plain))
    text = english(table(parse(render_report(content(other)))[0], "END02"))
    assert plain["endpoints"][-1]["id"] in text
    assert "No marker was measured." in text


def test_every_assumption_and_estimand_is_printed() -> None:
    root, protocol = parse(case("two stage").page)[0], virtual_run(TWO_STAGE).protocol
    assumed = english(table(root, "ASM01"))
    assert all(path in assumed and reason in assumed for path, reason in protocol.assumed.items())
    estimands = english(table(root, "EST01"))
    for endpoint in protocol.endpoints:
        if endpoint.analysis.type != "not analysed":
            assert endpoint.estimand.variable in estimands
            assert all(event.handling in estimands for event in endpoint.estimand.intercurrent_events)


def test_findings_are_counted_and_listed() -> None:
    made, root = case("no measurement").content, parse(case("no measurement").page)[0]
    counts = dict(made.findings.group_by("CODE").agg(pl.col("COUNT").sum()).rows())
    shown = {
        node.attributes["data-findings"]: int(node.text())
        for node in root.find("span")
        if "data-findings" in node.attributes
    }
    assert counts
    assert {code: shown[code] for code in counts} == counts


def test_digests_and_sources_are_printed() -> None:
    made, text = case("real").content, english(parse(case("real").page)[0])
    assert made.provenance.protocol_digest in text
    assert made.provenance.data_digest in text
    assert "dm.xpt" in text
    assert "cd" * 32 in text


def test_listing_has_a_row_per_subject() -> None:
    made, root = case("two stage").content, parse(case("two stage").page)[0]
    assert set(cells(root, "ONCL01")) == set(made.adam["ADSL"]["SUBJID"])


def test_page_opens_in_chinese() -> None:
    root = parse(render_report(content(virtual_run(SINGLE)), language="zh"))[0]
    assert root.find("html")[0].attributes["lang"] == "zh-Hans"


def test_real_data_of_three_arms(shared: Path) -> None:
    tables, *_ = read_folder([shared / "data" / "sdtm" / "onco-recist"])
    run = run_study(virtual_run(SINGLE).protocol, tables)
    page = render_report(content(run), strict=True)
    root, faults = parse(page)
    assert faults == ()
    assert len(page.encode()) < 13.2 * MEGABYTE  # 15% above the 11.5 that it has, for 306 subjects
    assert "VIRTUAL" not in page
    heads = [english(head) for head in table(root, "DST01").find("th") if head.attributes["scope"] == "col"]
    assert [head.split(" (N")[0] for head in heads] == [
        "Placebo",
        "Xanomeline High Dose",
        "Xanomeline Low Dose",
        "All patients",
    ]
    known = set(run.results["RESULTID"])
    assert {node.attributes["data-result"] for node in root.walk() if "data-result" in node.attributes} <= known
