"""What single reports say: several arms, real data, statements, languages, findings."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from tests.conftest import virtual_run
from tests.report.contents import SINGLE, TWO_STAGE, case, content
from tests.report.markup import Node, parse
from tests.sequential import ending
from topline.exchange.folder import read_folder
from topline.protocol.model import Protocol
from topline.report.cells import DASH
from topline.report.page import render_report
from topline.report.rounding import p_value, percent
from topline.study import Run, run_study
from topline.trace import trace_result

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


def chinese(root: Node, code: str) -> str:
    return " ".join(node.text() for node in table(root, code).walk() if node.has_class("zh"))


def numbers_of(run: Run, analysis: str) -> dict[str, float]:
    rows = run.results.filter(pl.col("ANALYSIS") == analysis).select("RESULTID", "VALUE")
    return {name.split("/")[-1]: value for name, value in rows.iter_rows()}


def test_sequential_design_shows_its_looks_and_what_knows_of_them() -> None:
    """A trial that went on at both interim looks and was a success at the last one."""
    run, root = ending("positive"), parse(case("sequential").page)[0]
    rows, found = cells(root, "DSN01"), numbers_of(run, "DESIGN.sequential")
    assert rows["Design"] == ["Sequential"]
    assert rows["Rule"] == ["success with 8 or more of 35"]
    assert rows["Decision"] == ["positive"]
    assert rows["p-value, one-sided"] == [p_value(found["p"], [0.05])]
    assert rows["Unbiased estimate (UMVUE)"] == [f"{percent(found['umvue'], [10, 30])}%"]
    median, *limits = (percent(found[name], [10, 30]) for name in ("median unbiased", "lower", "upper"))
    assert rows["Median unbiased estimate (95% CI)"] == [f"{median}% ({', '.join(limits)})"]
    saw = {n: f"{numbers_of(run, 'DESIGN.looks')[f'responders@{n}']:g}" for n in (12, 24, 35)}
    looks = {
        "1": ["12", "0", DASH, saw[12], "go on"],
        "2": ["24", "2", "7", saw[24], "go on"],
        "3": ["35", "7", "8", saw[35], "success"],
    }
    assert cells(root, "DSN02") == looks
    assert "of the sequential design" in english(root)
    assert all(word in chinese(root, "DSN01") for word in ("序贯", "考虑每次分析的推断"))
    assert all(word in chinese(root, "DSN02") for word in ("设计的各次分析", "继续", "成功"))
    page = parse(render_report(content(run), language="zh", strict=True))[0]
    assert page.find("html")[0].attributes["lang"] == "zh-Hans"
    assert cells(page, "DSN02") == looks


def test_sequential_design_that_stopped_at_a_look() -> None:
    for word, asked, spoken in (("negative", "stop: no success", "阴性"), ("positive", "stop: success", "阳性")):
        run = ending(f"{word}: stopped at look 2", 24)
        root = parse(render_report(content(run), strict=True))[0]
        assert cells(root, "DSN01")["Decision"] == [f"{word}: stopped at look 2"]
        assert [row[-1] for row in cells(root, "DSN02").values()] == ["go on", asked, "not asked"]
        assert f"{spoken}：于第2次分析停止" in chinese(root, "DSN01")
        assert numbers_of(run, "DESIGN.sequential")["p"] < 1
        assert [node for node in root.find("strong") if node.has_class("verdict") and node.has_class(word)]


def test_sequential_design_that_should_have_stopped_or_is_not_over() -> None:
    run = ending("negative: look 2 asked to stop")
    root = parse(render_report(content(run), strict=True))[0]
    rows, saw = cells(root, "DSN01"), numbers_of(run, "DESIGN.looks")["responders@24"]
    assert rows["Decision"] == ["negative: look 2 asked to stop"]
    assert rows["Adjusted estimates"] == ["not defined"]
    assert f"look 2: {saw:g} of the first 24 patients responded" in rows["Reason"][0]
    run = ending("not yet: the next look is after 24 patients", 12)
    root = parse(render_report(content(run), strict=True))[0]
    assert "尚未定论：下次分析在24例患者后" in chinese(root, "DSN01")
    assert [row[-1] for row in cells(root, "DSN02").values()] == ["go on", "not yet", "not yet"]
    assert [row[-2] for row in cells(root, "DSN02").values()][1:] == [DASH, DASH]


def test_other_designs_have_no_table_of_looks() -> None:
    for name in ("single stage", "two stage"):
        assert "DSN02" not in case(name).page


def test_the_trace_of_a_look_leads_to_its_patients() -> None:
    run = ending("positive")
    looks = numbers_of(run, "DESIGN.looks")
    for name in ("DESIGN.looks/all/responders@24", "DESIGN.sequential/all/p", "DESIGN.decision/all/verdict"):
        found = trace_result(name, run.results, run.lineage, run.adam, run.tables)
        first = found.rows.sort("ENRLORD")
        assert found.rows.height == 35
        assert [first["NUMERATOR"].head(n).sum() for n in (12, 24, 35)] == [
            looks[f"responders@{n}"] for n in (12, 24, 35)
        ]
        assert found.records.height > 0


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
