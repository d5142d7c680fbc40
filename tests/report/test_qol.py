"""Quality of life: tables and figures show what was stored, and say what is missing, assumed or unverified."""

import re
from dataclasses import replace
from functools import cache
from typing import Any, Literal, get_args, get_origin

import polars as pl
import pytest

from tests.report.contents import HOSTILE, NAMES, SINGLE, TWO_STAGE, case, content, rerun
from tests.report.markup import Node, parse
from tests.report.test_cases import english
from topline.protocol.criteria import DeteriorationRule
from topline.report.content import Content
from topline.report.grid import Grid
from topline.report.markup import element
from topline.report.page import tables
from topline.report.qol import changes, parts
from topline.report.qol_scales import questionnaires
from topline.report.qol_words import (
    DEATH,
    DEFINITIVE,
    LAST_SCORE,
    NO_BASELINE,
    NO_FOLLOW_UP,
    REFERENCES,
    ZERO,
    rule_words,
)
from topline.report.rounding import MINUS, percent, rounded
from topline.report.view import make_view
from topline.tables.adam_qol import ADQS

EXAMPLES = ("single stage", "two stage")


def drawn(made: Content) -> Node:
    """Return the tree of the section, made in strict mode: a number without result is an error."""
    view = make_view(made, strict=True)
    shown = [tables(view, part) if isinstance(part, Grid) else part for part in parts(view)]
    root, faults = parse(str(element("main", *shown)))
    assert faults == ()
    return root


@cache
def section(name: str) -> Node:
    return drawn(case(name).content)


def with_tables(made: Content, **frames: pl.DataFrame) -> Content:
    return replace(made, adam={**made.adam, **frames})


def captioned(root: Node, code: str, word: str = "") -> list[Node]:
    """Return the tables of a code whose caption has a word."""
    return [
        each
        for each in root.find("table")
        if any(span.text() == code for span in each.find("span")) and word in english(each.find("caption")[0])
    ]


def rows_of(table: Node) -> list[tuple[str, list[str]]]:
    """Return each row of a table: its header, and its cells, none for a heading."""
    found = []
    for row in table.find("tr")[1:]:
        head = english(row.find("th")[0])
        found.append((head, [english(cell) for cell in row.find("td")]))
    return found


def of_scale(root: Node, name: str) -> dict[str, list[str]]:
    """Return the rows of a scale in the tables of changes, by visit."""
    found: dict[str, list[str]] = {}
    for table in captioned(root, "QOLT03"):
        here = False
        for head, cells in rows_of(table):
            here = (head.startswith(name) if not cells else here) if not cells else here
            if cells and here:
                found.setdefault(head, cells)
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("questionnaire", ["QLQ-C30", "QLQ-OES18"])
def test_forms_are_counted_as_they_came_back(name: str, questionnaire: str) -> None:
    adqs = case(name).content.adam["ADQS"]
    forms = adqs.filter(PARCAT1=f"EORTC {questionnaire}", PARAMTYP="FORM", ANL01FL="Y", FASFL="Y")
    [table] = captioned(section(name), "QOLT01", questionnaire)
    rows = dict(rows_of(table))
    due = forms.filter(EXPFL="Y")
    assert list(rows) == due.unique("AVISIT").sort("AVISITN")["AVISIT"].to_list()
    assert len(rows) > 3
    for visit, cells in rows.items():
        asked, all_, came = due.filter(AVISIT=visit), forms.filter(AVISIT=visit), pl.col("AVALC") == "RECEIVED"
        back, gaps = all_.filter(came), all_.filter(came & (pl.col("NANSWER") < pl.col("NITEMS")))
        there = asked.filter(came).height
        expected = [
            str(asked.height),
            f"{asked.height - there} ({percent(100 - 100 * there / asked.height)}%)",
            f"{back.height}/{all_.height} ({percent(100 * back.height / all_.height)}%)",
        ]
        assert [cells[0], cells[2], cells[3]] == expected
        assert cells[1].startswith(f"{there} ({percent(100 * there / asked.height)}%) (")
        assert cells[4].startswith(f"{gaps.height}/{back.height} (") or back.is_empty()
        if back.height:
            assert cells[5] == rounded(back["NANSWER"].cast(pl.Float64).mean(), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(("param", "label"), [("C30PF", "Physical functioning"), ("C30RF", "Role functioning")])
def test_changes_are_those_of_the_scores(name: str, param: str, label: str) -> None:
    """Each number by its own way: mean and rates from ADQS, the mixed model from its results."""
    made = case(name).content
    score = made.adam["ADQS"].filter(PARAMCD=param, FASFL="Y")
    rows = of_scale(section(name), label)
    base = score.filter(ABLFL="Y")["AVAL"]
    n, mean, *_ = rows.pop("Baseline (score)")
    assert (n, mean.split(" ")[0]) == (str(len(base)), rounded(float(base.mean()), 1))  # type: ignore[arg-type]
    assert len(rows) > 2
    results = dict(made.results.filter(pl.col("ANALYSIS") == f"{param}.mixed").select("RESULTID", "VALUE").rows())
    for visit, (n, mean, modelled, better, worse) in rows.items():
        here = score.filter(AVISIT=visit, ANL01FL="Y", ANL02FL="Y").drop_nulls("CHG")
        assert n == str(here.height)
        assert mean.split(" ")[0] == rounded(float(here["CHG"].mean()), 1)  # type: ignore[arg-type]
        for text, sign in ((better, 1), (worse, -1)):
            count = (here["CHG"] * sign >= 10 - 1e-9).sum()
            assert text.startswith(f"{count} ({percent(100 * count / here.height)}%) (")
        at = f"@{visit.removeprefix('Cycle ')}"
        if f"{param}.mixed/all/mean{at}" in results:
            value, low, high = (rounded(results[f"{param}.mixed/all/{p}{at}"], 1) for p in ("mean", "lower", "upper"))
            assert modelled == f"{value} ({low}, {high})"
        else:
            assert modelled == "\N{EN DASH}"


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_a_table_is_a_result(name: str) -> None:
    root, known = section(name), set(case(name).content.results["RESULTID"])
    shown = {node.attributes["data-result"] for node in root.walk() if "data-result" in node.attributes}
    assert shown <= known
    cells = [cell for table in root.find("table") if table.has_class("result") for cell in table.find("td")]
    assert [text for cell in cells if re.search(r"\d", text := cell.text(without=("data-result",)))] == []
    if name != "no treatment":
        assert len(shown) > 300


@pytest.mark.parametrize("name", [*EXAMPLES, "two arms"])
def test_each_scale_and_time_stands_once(name: str) -> None:
    made, root = case(name).content, section(name)
    scales = made.adam["ADQS"].filter(pl.col("PARAMTYP") != "FORM")["PARAMCD"].unique().to_list()
    groups = made.results["GROUP"].n_unique()
    for code, statistic in (("QOLT03", ".BL/{}/mean"), ("QOLT05", "/{}/median")):
        cells = [node for table in captioned(root, code) for cell in table.find("td") for node in cell.find("button")]
        shown = [node.attributes["data-result"] for node in cells]
        ids = [each for each in shown if re.fullmatch(r"\w+" + statistic.format(".*"), each)]
        assert len(ids) == len(set(ids)) == len(scales) * groups * (2 if code == "QOLT05" else 1)
    times = {f"{rule.id}{scale}" for rule in made.protocol.criteria.deteriorations for scale in scales}
    assert times.isdisjoint(endpoint.id for endpoint in made.protocol.endpoints)


@pytest.mark.parametrize("name", [*EXAMPLES, "two arms"])
def test_changes_are_folded_where_they_are_long(name: str) -> None:
    """More than 40 rows are long; with one arm the key scales of either questionnaire stay open however long."""
    root = section(name)
    folded = {id(each) for fold in root.find("details") for each in fold.find("table")}
    shown = [
        ("key scales" in english(each.find("caption")[0]), len(rows_of(each)), id(each) in folded)
        for each in captioned(root, "QOLT03")
    ]
    assert [key for key, *_ in shown] == [True, False, True, False]
    for key, rows, is_folded in shown:
        assert is_folded == (rows > 40 and (not key or name == "two arms"))
    assert shown[1][2]  # the other scales of the QLQ-C30 are long in every study


@pytest.mark.parametrize("key", [True, False])
def test_changes_that_are_one_table_stay_open_for_one_arm(key: bool) -> None:
    """Where all scales are key, or none is, there is no other table that would stay open."""
    view = make_view(case("single stage").content, strict=True)
    found = questionnaires(view)[0]
    [grid] = changes(view, replace(found, scales=tuple(replace(scale, key=key) for scale in found.scales)))
    assert len(grid.rows) > 40
    assert not grid.folded


@pytest.mark.parametrize("name", EXAMPLES)
def test_times_to_deterioration_with_deaths_among_the_events(name: str) -> None:
    times = case(name).content.adam["ADTTE"].filter(FASFL="Y")
    found = {}
    for table in captioned(section(name), "QOLT05"):
        found |= {head.split("low is")[0].split("high is")[0].strip(): cells for head, cells in rows_of(table)}
    assert len(found) == 25  # the two instruments share one name, pain
    for label, param in (("Fatigue", "C30FA"), ("Eating restrictions", "OESEAT")):
        first, definitive = (times.filter(PARAMCD=f"{rule}{param}") for rule in ("TD", "DD"))
        assert found[label][0] == f"{first.filter(CNSR=0).height}/{first.height}"
        dead = definitive.filter(CNSR=0, EVNTDESC="Death").height
        assert dead > 0
        assert found[label][2] == f"{definitive.filter(CNSR=0).height} ({dead})/{definitive.height}"
        assert re.match(r"(\d+\.\d|NR) \(", found[label][1])


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_unverified_direction_is_said_in_a_sentence_and_at_the_scale(name: str) -> None:
    root = section(name)
    sentence = "The direction of the scale Dysphagia is not verified; high is better is assumed."
    assert any(english(node).startswith(sentence) for node in root.find("p"))
    labels = [node for node in root.find("th") if english(node).startswith("Dysphagia")]
    assert len(labels) == 3
    assert all("direction unverified" in english(node) for node in labels)
    others = [node for node in root.find("th") if "is better" in english(node) and node not in labels]
    assert len(others) == 3 * 25
    assert not any("unverified" in english(node) for node in others)


def test_a_direction_that_turns_is_shown_turned() -> None:
    made = case("two stage").content
    own = pl.col("PARAMCD") == "OESDYS"
    turned = made.adam["ADQS"].with_columns(pl.when(own).then(pl.lit("LOW")).otherwise("BETTER").alias("BETTER"))
    root = drawn(with_tables(made, ADQS=turned))
    [label] = [node for node in captioned(root, "QOLT02", "OES18")[0].find("th") if "Dysphagia" in english(node)]
    assert "low is better" in english(label)
    assert any("low is better is assumed" in english(node) for node in root.find("p"))


@pytest.mark.parametrize("study", [SINGLE, TWO_STAGE])
def test_without_any_record_nobody_is_called_missing(study: str) -> None:
    made = content(rerun(study, lambda found: {name: frame for name, frame in found.items() if name != "QS"}))
    root = drawn(made)
    assert [span for span in root.find("span") if span.has_class("code")] == []
    assert english(root) == "No questionnaire of the protocol could be scored from these data."
    assert made.findings.filter(CODE="TL-Q15").height == 2


def test_no_day_1_no_questionnaire_and_no_data_are_told_apart() -> None:
    assert "forms belong to no visit" in english(section("no treatment"))
    made = case("single stage").content
    empty = with_tables(made, ADQS=ADQS.empty())
    assert english(drawn(empty)) == "No questionnaire of the protocol could be scored from these data."
    criteria = made.protocol.criteria.model_copy(update={"questionnaires": ()})
    nothing = replace(empty, protocol=made.protocol.model_copy(update={"criteria": criteria}))
    assert parts(make_view(nothing, strict=True)) == []
    without = replace(made, adam={name: frame for name, frame in made.adam.items() if name != "ADQS"})
    assert len(parts(make_view(without, strict=True))) == 1


def test_arms_stand_apart_and_are_compared() -> None:
    root, made = section("two arms"), case("two arms").content
    arms = ["Arm <B>", "Trifluridine/tipiracil with anlotinib"]
    headings = [head for head, cells in rows_of(captioned(root, "QOLT05")[0]) if not cells]
    assert headings == [*arms, "All patients"]
    [table] = captioned(root, "QOLT04", "QLQ-C30")
    heads = [english(node) for node in table.find("thead")[0].find("th")]
    assert heads == ["Visit", f"{arms[1]} against {arms[0]}"]
    stem = f"{arms[1]} against {arms[0]}"
    first = next(cells for _, cells in rows_of(table) if cells)
    values = dict(made.results.filter(ANALYSIS="C30QL.difference").select("RESULTID", "VALUE").rows())
    expected = [
        rounded(values[f"C30QL.difference/all/{part}: {stem}@3"], 1) for part in ("difference", "lower", "upper")
    ]
    assert first == ["{} ({}, {})".format(*expected)]
    assert "not adjusted for the number of scales" in english(root)
    assert captioned(section("two stage"), "QOLT04") == []
    [figure] = root.find("figure", id="qol-course-C30FORM")
    kinds = {"A" in shape.attributes["d"] for shape in figure.find("path") if shape.has_class("mean")}
    assert kinds == {True, False}  # circles of one arm, squares of the other


def test_hostile_texts_stay_texts() -> None:
    made = case("hostile").content
    rules = (DeteriorationRule(id="TD", label=HOSTILE[:40]), *made.protocol.criteria.deteriorations[1:])
    criteria = made.protocol.criteria.model_copy(update={"deteriorations": rules})
    label = pl.when(pl.col("PARAMCD") == "C30PF").then(pl.lit(HOSTILE)).otherwise("PARAM").alias("PARAM")
    finding = made.findings.with_columns(
        pl.when(pl.col("CODE") == "TL-Q10").then(pl.lit(HOSTILE)).otherwise("MESSAGE").alias("MESSAGE")
    )
    changed = with_tables(made, ADQS=made.adam["ADQS"].with_columns(label))
    root = drawn(replace(changed, findings=finding, protocol=made.protocol.model_copy(update={"criteria": criteria})))
    assert root.find("script") == []
    assert f"Reason: {HOSTILE}." in english(root)
    assert any(english(node).startswith(HOSTILE) for node in root.find("th"))
    assert HOSTILE[:40] in english(root.find("figure", id="qol-TD-C30FORM")[0])


def test_a_visit_that_the_model_cannot_give_is_ne_with_its_reason() -> None:
    made = case("single stage").content
    why = "NE: the combination has no variance that these data determine"
    gone = pl.col("ANALYSIS").eq("C30PF.mixed") & pl.col("AT").eq(2.0)
    text = pl.when(gone & (pl.col("STATISTIC") == "mean")).then(pl.lit(why)).when(gone).then(pl.lit("NE"))
    results = made.results.with_columns(
        pl.when(gone).then(None).otherwise("VALUE").alias("VALUE"), text.otherwise("VALUEC").alias("VALUEC")
    )
    root = drawn(replace(made, results=results))
    rows = of_scale(root, "Physical functioning")
    assert rows["Cycle 2"][2] == "NE"
    assert rows["Cycle 3"][2] != "NE"
    notes = [english(note) for note in root.find("li")]
    assert notes.count(f"Physical functioning, Cycle 2: {why}") == 1
    [figure] = root.find("figure", id="qol-course-C30FORM")
    marks = {node.attributes["data-result"] for node in figure.walk() if node.has_class("hit-group")}
    assert "C30PF.mixed/all/mean@2" not in marks
    assert "C30PF.mixed/all/mean@3" in marks


def test_a_model_that_is_none_says_so() -> None:
    made = case("single stage").content
    why = "NE: the values lie exactly on the model; there is no variance to estimate"
    own = pl.col("ANALYSIS") == "C30PF.mixed"
    kept = made.results.filter(~own | pl.col("STATISTIC").is_in(["N", "n", "covariance"])).with_columns(
        pl.when(own & (pl.col("STATISTIC") == "covariance")).then(pl.lit(why)).otherwise("VALUEC").alias("VALUEC")
    )
    root = drawn(replace(made, results=kept))
    [row] = [
        cells for head, cells in rows_of(captioned(root, "QOLT02", "C30")[0]) if head.startswith("Physical functioning")
    ]
    assert row[-1] == why
    assert {cells[2] for visit, cells in of_scale(root, "Physical functioning").items() if visit.startswith("C")} == {
        "\N{EN DASH}"
    }


def choices(field: str) -> set[Any]:
    """Return the values that a switch of an estimand can have."""
    annotation = DeteriorationRule.model_fields[field].annotation
    assert get_origin(annotation) is Literal
    return set(get_args(annotation))


def test_every_switch_of_an_estimand_has_its_words() -> None:
    switches = {"reference": REFERENCES, "definitive": DEFINITIVE, "last_score": LAST_SCORE, "death": DEATH,
                "no_baseline": NO_BASELINE, "no_follow_up": NO_FOLLOW_UP}  # fmt: skip
    assert set(switches) | {"id", "label", "margin"} == set(DeteriorationRule.model_fields)
    for field, words in switches.items():
        assert set(words) == choices(field)
        assert len(set(words.values())) == len(words)
        for value, phrase in words.items():
            rule = DeteriorationRule(id="XY", label="My rule", **{"definitive": "stays deteriorated", field: value})
            told = english(parse(str(element("p", rule_words(rule))))[0])
            assert phrase in told or (field == "last_score" and rule.definitive == "no")
            assert told.startswith("My rule · XY: ")
    fixed = DeteriorationRule(id="XY", label="My rule", margin=12.5)
    assert "margin: 12.5 points" in rule_words(fixed)
    assert "last score counts" not in rule_words(fixed)


def test_starts_of_time_have_their_words() -> None:
    schedule = type(case("single stage").content.protocol.schedule)
    assert set(ZERO) == set(get_args(schedule.model_fields["time_zero"].annotation))


def test_notes_say_how_often_forms_are_due() -> None:
    assert "at the beginning of every cycle (day 1" in flat(english(section("single stage")))
    assert "at the beginning of every 2 cycles (day 1" in flat(english(section("two stage")))


def test_both_languages_stand_side_by_side() -> None:
    root = section("single stage")
    english_, chinese = ([node for node in root.walk() if node.has_class(name)] for name in ("en", "zh"))
    assert len(english_) == len(chinese) > 100
    assert all(re.search(r"[\u4e00-\u9fff]", node.text()) for node in chinese)
    assert MINUS in english(root)
