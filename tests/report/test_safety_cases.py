"""Tables of safety where something lacks, is hostile, or stands for several arms."""

from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

from tests.conftest import virtual_run
from tests.report.contents import HOSTILE, NAMES, SINGLE, TWO_STAGE, Tables, case, content, two_arms
from tests.report.markup import Node, parse
from tests.report.safety_tables import changed, codes, count, laid_out, made, small
from tests.report.test_cases import cells, english, table
from topline.report.content import Content
from topline.report.deaths import CAUSES
from topline.report.grid import LONG
from topline.report.safety_events import KINDS, drugs, population
from topline.report.view import make_view
from topline.study import Run, run_study


@pytest.mark.parametrize("name", NAMES)
def test_statements_of_the_protocol_are_what_it_says(name: str) -> None:
    view, root = made(name)
    for node in root.walk():
        if "data-protocol" in node.attributes:
            value = view.protocol
            for part in node.attributes["data-protocol"].split("."):
                value = value[int(part)] if part.isdigit() else getattr(value, part)
            percent = node.text().endswith("%")
            assert Decimal(node.text().removesuffix("%")) / (100 if percent else 1) == Decimal(str(value))


def with_rate(rate: float) -> Run:
    run = virtual_run(SINGLE)
    assert run.protocol.monitoring is not None
    rule = run.protocol.monitoring.model_copy(update={"acceptable_rate": rate})
    return run_study(run.protocol.model_copy(update={"monitoring": rule}), small(run.tables))


def test_a_trial_that_should_have_stopped_says_where() -> None:
    view, root = laid_out(content(with_rate(0.05)))
    [verdict] = cells(root, "TOX01")["Verdict"]
    patient = view.numbers.value("TOXICITY/all/stopped at")
    assert verdict == f"the boundary was reached: stop at patient {patient:g}"
    badge = next(node for node in table(root, "TOX01").find("strong") if node.has_class("verdict"))
    assert badge.has_class("negative")


def test_without_rule_there_is_no_monitoring() -> None:
    run = virtual_run(SINGLE)
    bare = run_study(run.protocol.model_copy(update={"monitoring": None}), small(run.tables))
    assert [code for code in codes(laid_out(content(bare))[1]) if code.startswith("TOX")] == []


def test_without_events_the_section_says_so_and_keeps_deaths() -> None:
    _, root = changed(lambda tables: {name: frame for name, frame in tables.items() if name != "AE"})
    assert english(root.find("p")[0]).startswith("There is no table of adverse events (AE)")
    assert [code for code in codes(root) if code.startswith("AE")] == []
    assert {"DTHT01", "EXT01", "CMT02", "MHT01"} <= set(codes(root))


def test_nobody_treated_has_no_events() -> None:
    _, root = made("no treatment")
    assert english(root.find("p")[0]) == "No subject was treated: adverse events are not counted."
    assert [code for code in codes(root) if code.startswith(("AET", "AECYC", "TOX"))] == []


def test_no_event_at_all_is_zero_and_not_missing() -> None:
    view, root = changed(lambda tables: {**tables, "AE": tables["AE"].clear()})
    first = cells(root, "AET01")["Any adverse event"][0]
    assert first.startswith("0 (0.0%) [0]")
    assert "There is no event of this kind." in english(root)
    assert "AEL03" not in codes(root)
    assert view.numbers.value("AE.ALL/all/N") == 43


def test_what_was_never_recorded_is_not_zero() -> None:
    dropped = changed(lambda tables: {**tables, "AE": tables["AE"].with_columns(AESER=pl.lit(None, pl.String))})
    rows = cells(dropped[1], "AET01")
    assert rows["Serious"] == rows["Related and serious"] == ["not recorded"]
    assert {row[2] for row in cells(dropped[1], "AET01_AESI").values()} == {"not recorded"}
    assert {"AEL03", "AET02_SER"} & set(codes(dropped[1])) == set()


def test_a_serious_event_before_treatment_is_listed_too() -> None:
    """It is in the listing, as not treatment-emergent, and in no table."""
    run = virtual_run(SINGLE)
    first = run.adam["ADAE"].filter(TRTEMFL="Y", AESER="N").row(0, named=True)
    own = (pl.col("USUBJID") == first["USUBJID"]) & (pl.col("AESEQ") == first["AESEQ"])
    new = {"AESTDTC": "2001-02-03", "AEENDTC": "2001-02-04", "AESER": "Y"}
    early = [pl.when(own).then(pl.lit(text)).otherwise(name).alias(name) for name, text in new.items()]
    view, root = changed(lambda tables: {**tables, "AE": tables["AE"].with_columns(early)})
    before, _ = changed(lambda tables: tables)
    rows = [[english(cell) for cell in row.find("td")] for row in table(root, "AEL03").find("tbody")[0].find("tr")]
    serious = run.adam["ADAE"].filter(AESER="Y").height
    assert len(rows) == serious + 1
    [row] = [row for row in rows if row[2].startswith("2001-02-03")]
    assert (row[0], row[-1]) == (first["AEDECOD"], "No")
    assert view.numbers.value("AE.SERIOUS/all/events") == before.numbers.value("AE.SERIOUS/all/events")


def causes(root: Node) -> dict[str, list[str]]:
    """Return the first row of each cause of death: those of all deaths."""
    rows = cells(root, "DTHT01")
    return {name: rows[name] for name in CAUSES.values()}


def stating(term: str, where: pl.Expr) -> Callable[[Tables], Tables]:
    """Return a change that has the disposition name a cause of the deaths of some subjects."""
    died = (pl.col("DSDECOD") == "DEATH") & where
    return lambda tables: {
        **tables,
        "DS": tables["DS"].with_columns(pl.when(died).then(pl.lit(term)).otherwise("DSTERM").alias("DSTERM")),
    }


def test_a_cause_of_death_that_nobody_recorded_is_not_zero() -> None:
    run = virtual_run(SINGLE)
    died = run.adam["ADSL"].filter(DTHFL="Y", TRTFL="Y")["USUBJID"].sort()
    _, silent = changed(stating("DEATH", pl.lit(True)))
    found = causes(silent)
    assert found["Progressive disease"] == found["Other cause"] == ["not recorded"]
    assert count(found["Adverse event"][0]) + count(found["Cause not known"][0]) == len(died)
    assert "Not recorded: no record that could name this cause" in english(silent)
    _, first = changed(stating("PROGRESSIVE DISEASE", pl.col("USUBJID") == died[0]))
    treated = run.adam["ADSL"].filter(TRTFL="Y").height
    assert causes(first)["Progressive disease"] == [f"1 ({100 / treated:.1f}%)"]
    assert causes(first)["Other cause"] == ["0 (0.0%)"]
    _, alone = changed(lambda tables: {name: frame for name, frame in tables.items() if name != "AE"})
    assert causes(alone)["Adverse event"] == ["not recorded"]
    assert count(causes(alone)["Cause not known"][0]) == len(died)


def test_an_arm_of_which_no_cause_is_recorded_stands_beside_one_that_has_them() -> None:
    run = virtual_run(TWO_STAGE)
    odd = pl.col("USUBJID").str.slice(-1).is_in(list("13579"))
    change = stating("PROGRESSIVE DISEASE", odd)
    without = {name: frame for name, frame in small(run.tables).items() if name != "AE"}
    view, root = laid_out(content(run_study(run.protocol, change(two_arms(without)))))
    died = run.adam["ADSL"].filter((pl.col("DTHFL") == "Y") & (pl.col("TRTFL") == "Y"))
    named = died.filter(odd).height
    assert 0 < named < died.height
    assert view.arms[0] == "Arm <B>"  # those with causes
    shown = causes(root)
    assert [count(cell) for cell in shown["Progressive disease"]] == [named, 0, named]
    assert shown["Progressive disease"][1] == "not recorded"
    assert [cell.split(" ")[0] for cell in shown["Other cause"]] == ["0", "not", "0"]
    assert [count(cell) for cell in shown["Cause not known"]] == [0, died.height - named, died.height - named]


def test_unknown_grades_have_a_column_only_where_they_occur() -> None:
    lost = pl.when(pl.col("AESEQ") % 2 == 0).then("AETOXGR").alias("AETOXGR")
    _, root = changed(lambda tables: {**tables, "AE": tables["AE"].with_columns(lost)})
    heads = [english(head) for head in table(root, "AET04").find("th") if head.attributes["scope"] == "col"]
    assert heads[-2:] == ["Grade unknown", "Grade 3 or higher"]
    for row in cells(root, "AET04").values():
        numbers = [count(cell) for cell in row]
        assert numbers[0] == sum(numbers[1:7])
    before = [english(head) for head in table(made("single stage")[1], "AET04").find("th")]
    assert "Grade unknown" not in before


def test_several_arms_are_columns_and_their_details_are_folded() -> None:
    view, root = made("two arms")
    heads = [english(head) for head in table(root, "AET01").find("th") if head.attributes["scope"] == "col"]
    assert [head.split(" (N")[0] for head in heads] == [*view.arms, "All patients"]
    assert len(cells(root, "AET01")["Serious"]) == 3
    folded = [english(summary) for summary in root.find("summary")]
    for arm in view.arms:
        assert any("AET04" in text and arm in text for text in folded)
    assert "Arm <B>" in english(root)


def test_hostile_texts_stay_texts() -> None:
    _, root = made("hostile")
    assert HOSTILE in root.text()
    assert root.find("script") == []
    assert len(cells(root, "AET01")) == len(KINDS)


def test_hostile_terms_stay_texts() -> None:
    named = [pl.lit(HOSTILE).alias(name) for name in ("AETERM", "AEDECOD", "AEBODSYS")]
    _, root = changed(lambda tables: {**tables, "AE": tables["AE"].with_columns(named)})
    assert root.find("script") == []
    assert HOSTILE in cells(root, "AET02")
    assert {row[0] for row in cells(root, "AEL03").values()} == {HOSTILE}


def test_long_tables_are_folded_and_marked() -> None:
    view, root = made("two stage")
    folds = [node for node in root.find("details") if node.has_class("fold")]
    assert folds
    for fold in folds:
        [summary] = fold.find("summary")
        rows = fold.find("tbody")[0].find("tr")
        assert "VIRTUAL" in summary.text()
        assert f"{len(rows)} rows" in english(summary)
    open_tables = [each for figure in root.find("figure") for each in figure.find("table") if each.has_class("result")]
    inside = [each for fold in folds for each in fold.find("table")]
    long = [each for each in open_tables if len(each.find("tr")) > LONG + 2 and each not in inside]
    assert [codes(each) for each in long if not each.has_class("listing")] == []
    assert "Anlotinib hydrochloride" in drugs(view)


def test_treated_subjects_without_a_safety_set_are_called_so() -> None:
    of = case("two stage").content
    treated = of.results.with_columns(POPULATION=pl.lit("treated"))
    view = make_view(Content(of.protocol, treated, of.lineage, of.findings, of.adam, of.provenance), strict=True)
    assert english(parse(str(population(view, "AE.ALL")))[0]) == "Analysis set: Treated subjects"
    assert "All subjects" not in population(view, "AE.ALL")


def test_real_data_leave_no_mark() -> None:
    _, root = made("real")
    assert "VIRTUAL" not in root.text().replace("-VIRTUAL-", "-")
    assert len(set(codes(root))) > 15
