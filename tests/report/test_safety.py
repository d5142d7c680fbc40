"""Tables of safety: what they print is what the data hold when they are counted again."""

import re
from decimal import Decimal

import polars as pl
import pytest

from tests.conftest import virtual_run
from tests.report.contents import NAMES, SINGLE, TWO_STAGE
from tests.report.markup import Node, parse
from tests.report.safety_tables import adam, codes, count, emergent, made, subjects
from tests.report.test_cases import cells, english, table
from topline.protocol.rule.toxicity import each_patient, pocock_rule
from topline.report.deaths import CAUSES
from topline.report.rounding import percent
from topline.report.safety_events import KINDS, Counted
from topline.report.safety_listing import short_names
from topline.report.safety_terms import COMMON_PERCENT, common_terms
from topline.report.view import View
from topline.stats import safety as stats_safety

NUMBER = re.compile(r"\d")
PRINTED = re.compile(r"−?\d+(\.\d+)?")
EXAMPLES = ("single stage", "two stage")


@pytest.mark.parametrize("name", NAMES)
def test_every_number_is_a_stored_result_within_its_rounding(name: str) -> None:
    view, root = made(name)
    stored = dict(view.content.results.select("RESULTID", "VALUE").rows())
    nodes = [node for node in root.walk() if "data-result" in node.attributes]
    assert {node.attributes["data-result"] for node in nodes} <= set(view.numbers.used)
    for node in nodes:
        if PRINTED.fullmatch(node.text()):
            printed = Decimal(node.text().replace("−", "-"))
            unit = Decimal(1).scaleb(int(printed.as_tuple().exponent))
            assert abs(printed - Decimal(stored[node.attributes["data-result"]])) <= unit / 2 + Decimal("1e-9")


@pytest.mark.parametrize("name", NAMES)
def test_no_number_of_a_result_table_lacks_its_result(name: str) -> None:
    found = [each for each in made(name)[1].find("table") if each.has_class("result")]
    loose = [cell.text(without=("data-result", "data-protocol")) for each in found for cell in each.find("td")]
    assert [text for text in loose if NUMBER.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_tables_of_events_name_rule_criteria_and_coding(name: str) -> None:
    view, root = made(name)
    events = [
        figure
        for figure in root.find("figure")
        if any(code.startswith(("AET", "AECYC")) for code in codes(figure)) and figure.find("ul")
    ]
    assert len(events) >= (8 if view.numbers.rows("AE.ALL") else 0)
    version = view.protocol.criteria.adverse_events.version
    for figure in events:
        notes = english(figure.find("ul")[0])
        assert "Treatment-emergent: from the first dose to 30 days after the last" in notes
        assert f"Grades: CTCAE {version}." in notes
        assert "topline brings no MedDRA." in notes


@pytest.mark.parametrize("name", EXAMPLES)
def test_overview_is_what_the_events_say_when_counted_again(name: str) -> None:
    events, rows = emergent(name), cells(made(name)[1], "AET01")
    related, grade3, serious = pl.col("AREL") == "RELATED", pl.col("ATOXGRN") >= 3, pl.col("AESER") == "Y"
    conditions = {
        "ALL": pl.lit(True), "GRADE 3-5": grade3, "RELATED": related, "RELATED GRADE 3-5": related & grade3,
        "SERIOUS": serious, "RELATED SERIOUS": related & serious, "WITHDRAWAL": pl.col("DISCFL") == "Y",
        "REDUCTION": pl.col("REDFL") == "Y", "INTERRUPTION": pl.col("INTFL") == "Y",
        "FATAL": pl.col("FATALFL") == "Y", "RELATED FATAL": related & (pl.col("FATALFL") == "Y"),
        "SPECIAL INTEREST": pl.col("AESIFL") == "Y",
    }  # fmt: skip
    assert list(rows) == [KINDS[kind] for kind in conditions]
    for kind, condition in conditions.items():
        mine = events.filter(condition)
        assert rows[KINDS[kind]][0].startswith(f"{subjects(mine)} (")
        assert f"[{mine.height}]" in rows[KINDS[kind]][0]


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(
    ("code", "condition"),
    [
        ("AET02", pl.lit(True)),
        ("AET09", pl.col("AREL") == "RELATED"),
        ("AET02_SER", pl.col("AESER") == "Y"),
        ("AET02_WDR", pl.col("DISCFL") == "Y"),
        ("AET07", pl.col("FATALFL") == "Y"),
    ],
)
def test_classes_and_terms_are_counted_and_in_order(name: str, code: str, condition: pl.Expr) -> None:
    events = emergent(name).filter(condition)
    rows = table(made(name)[1], code).find("tbody")[0].find("tr")
    label = [english(row.find("th")[0]) for row in rows]
    counted = [count(english(row.find("td")[0])) for row in rows]
    shown_terms = list(zip(label[1:], counted[1:], strict=True))
    by_class = [(key[0], subjects(part)) for key, part in events.group_by("AEBODSYS")]
    by_term = [(key[1], subjects(part)) for key, part in events.group_by("AEBODSYS", "AEDECOD")]
    assert sorted(shown_terms) == sorted(by_class + by_term)
    assert counted[0] == subjects(events)
    classes = [n for row, n in zip(rows, counted, strict=True) if row.find("strong")][1:]
    assert classes == sorted(classes, reverse=True)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_subject_stands_in_one_grade(name: str) -> None:
    rows, worst = cells(made(name)[1], "AET04"), emergent(name).group_by("AEDECOD", "USUBJID").agg(pl.max("ATOXGRN"))
    assert set(rows) == set(worst["AEDECOD"])
    for term, row in rows.items():
        grades = worst.filter(pl.col("AEDECOD") == term)["ATOXGRN"]
        numbers = [count(cell) for cell in row]
        assert numbers == [len(grades), *((grades == grade).sum() for grade in range(1, 6)), (grades >= 3).sum()]
    overall = [count(cell) for cell in cells(made(name)[1], "AET03")["Any adverse event"]]
    assert overall[0] == sum(overall[1:6]) == subjects(emergent(name))


@pytest.mark.parametrize("name", NAMES)
def test_common_terms_are_those_of_the_statistics(name: str) -> None:
    view, _ = made(name)
    assert COMMON_PERCENT == stats_safety.COMMON_PERCENT
    found = {f"AE.{each.name}" for each in common_terms(view)}
    assert found == set(stats_safety.common_terms(view.content.results))


@pytest.mark.parametrize("name", EXAMPLES)
def test_groups_of_special_interest_are_all_there(name: str) -> None:
    rows, events = cells(made(name)[1], "AET01_AESI"), emergent(name)
    groups = adam(name, "ADAETTE")["AESIGRP"].drop_nulls().unique()
    assert len(rows) == len(groups) > 8
    for group in groups:
        mine = events.filter(pl.col("AESIGRPS").list.contains(group))
        label = str(Counted("GROUP", "ALL", group).label)
        row = rows[english(parse(label)[0])]
        serious, high = mine.filter(pl.col("AESER") == "Y"), mine.filter(pl.col("ATOXGRN") >= 3)
        assert [count(cell) for cell in row] == [*map(subjects, (mine, high, serious)), mine.height]


@pytest.mark.parametrize("name", EXAMPLES)
def test_kaplan_meier_stands_beside_and_is_never_smaller(name: str) -> None:
    view, root = made(name)
    head = [english(each) for each in table(root, "AETTE1").find("th") if each.attributes["scope"] == "col"]
    assert head[-5:] == [f"by month {month}" for month in (1, 2, 3, 6, 12)]
    rows = table(root, "AETTE1").find("tbody")[0].find("tr")[1:]
    assert len(rows) == 15
    for first, beside, at_risk in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        assert english(beside.find("th")[0]) == "1 − Kaplan-Meier"
        share, alone, left = ([one(view, cell) for cell in row.find("td")[3:]] for row in (first, beside, at_risk))
        pairs = [(a, b) for a, b in zip(share, alone, strict=True) if a is not None and b is not None]
        assert pairs
        assert all(a <= b + 1e-9 for a, b in pairs)
        assert left == sorted(left, key=lambda value: -(value or 0))
    assert "competing events" in english(root)


def one(view: View, cell: Node) -> float | None:
    """Return the stored value of the first number of a cell."""
    return view.numbers.value(cell.find("button")[0].attributes["data-result"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_rates_are_first_events_by_their_years(name: str) -> None:
    view, root = made(name)
    rows = table(root, "AET05").find("tbody")[0].find("tr")[1:]
    assert len(rows) == len(stats_safety.OVER_TIME)
    for row in rows:
        n, years, rate, events, all_years, all_rate = (one(view, cell) or 0.0 for cell in row.find("td"))
        assert rate == pytest.approx(100 * n / years)
        assert all_rate == pytest.approx(100 * events / all_years)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_cycle_has_a_row(name: str) -> None:
    rows, cycles = cells(made(name)[1], "AECYC01"), adam(name, "ADAECYC")
    assert list(rows) == [f"Cycle {cycle}" for cycle in sorted(cycles["ACYCLE"].unique())]
    for label, row in rows.items():
        mine = cycles.filter(pl.col("ACYCLE") == int(label.removeprefix("Cycle ")))
        new = mine.filter(pl.col("NONSET") > 0)
        present = mine.filter(pl.col("NPRESENT") > 0)
        assert [count(cell) for cell in row] == [
            mine.height, new.height, (new["WORSTGR"] >= 3).sum(), mine["NONSET"].sum(), present.height,
            (present["PRESGR"] >= 3).sum(),
        ]  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_listing_of_serious_events_has_their_rows_in_order(name: str) -> None:
    view, root = made(name)
    expected = stats_safety.serious_events(adam(name, "ADAE"))
    rows = table(root, "AEL03").find("tbody")[0].find("tr")
    names = short_names(view)
    recorded = virtual_run(SINGLE if name == "single stage" else TWO_STAGE).tables["AE"].filter(AESER="Y")
    assert len(rows) == expected.height == recorded.height > 2
    assert set(expected.select("USUBJID", "AESEQ").rows()) == set(recorded.select("USUBJID", "AESEQ").rows())
    for row, event in zip(rows, expected.to_dicts(), strict=True):
        address = row.find("button")[0].attributes["data-row"]
        assert {button.attributes["data-row"] for button in row.find("button")} == {address}
        held = adam(name, "ADAE").row(int(address.removeprefix("ADAE:")), named=True)
        assert {key: held[key] for key in ("USUBJID", "AESEQ")} == {key: event[key] for key in ("USUBJID", "AESEQ")}
        texts = [english(cell) for cell in row.find("td")]
        assert english(row.find("th")[0]) == names[event["STUDYID"], event["USUBJID"]]
        start = f"[{event['ASTDT']}]" if held["ASTDTF"] else f"{event['ASTDT']}"  # in brackets if completed
        assert texts[:3] == [event["AEDECOD"], str(event["ATOXGRN"]), f"{start} ({event['ASTDY']})"]
        assert int(address.removeprefix("ADAE:")) in view.rows.used["ADAE"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_deaths_are_those_of_the_subjects(name: str) -> None:
    died = adam(name, "ADSL").filter((pl.col("DTHFL") == "Y") & (pl.col("TRTFL") == "Y"))
    rows = cells(made(name)[1], "DTHT01")
    assert count(rows["All deaths"][0]) == died.height > 10
    assert count(rows["Within 30 days of the last dose"][0]) == died.filter(pl.col("DTH30FL") == "Y").height
    causes = table(made(name)[1], "DTHT01").find("tbody")[0].find("tr")[1:5]
    shown = {english(row.find("th")[0]): english(row.find("td")[0]) for row in causes}
    stated = died.filter(pl.col("DTHDOM").is_in(["DD", "DS"]) & (pl.col("DTHCGR1") != "UNKNOWN")).height
    treated = adam(name, "ADSL").filter(TRTFL="Y").height
    for cause, label in CAUSES.items():
        n = died.filter(DTHCGR1=cause).height
        missing = cause in ("PROGRESSIVE DISEASE", "OTHER") and stated == 0
        assert shown.pop(label) == ("not recorded" if missing else f"{n} ({percent(100 * n / treated)}%)")
    assert shown == {}


def test_exposure_to_one_drug_says_nothing_twice() -> None:
    view, root = made("single stage")
    figures = [figure for figure in root.find("figure") if codes(figure) == ["EXT01"]]
    ids = [
        button.attributes["data-result"]
        for each in figures
        for cell in each.find("td")
        for button in cell.find("button")
    ]
    assert len(figures) == 2
    assert len(ids) == len(set(ids)) > 20
    assert [each for each in ids if each.startswith(("EX.APATINIB.TRTDUR", "EX.APATINIB.NCYCLES", "TRTDURD"))] == []
    one_drug = adam("single stage", "ADEX").filter(pl.col("PARCAT1") == "APATINIB")
    interrupted = one_drug.filter((pl.col("PARAMCD") == "NINT") & (pl.col("AVAL") > 0))
    assert count(cells(figures[1], "EXT01")["Dosing interrupted"][0]) == interrupted.height
    assert (
        view.numbers.value("EX.ALL DRUGS.TRTDUR/all/median")
        == adam("single stage", "ADEX")
        .filter((pl.col("PARCAT1") == "ALL DRUGS") & (pl.col("PARAMCD") == "TRTDUR"))["AVAL"]
        .median()
    )


def test_each_drug_has_its_table() -> None:
    _, root = made("two stage")
    titles = [english(strong) for strong in root.find("strong") if english(strong).startswith("Exposure")]
    assert titles == ["Exposure", "Exposure: ANLOTINIB", "Exposure: TRIFLURIDINE/TIPIRACIL"]


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(("code", "domain"), [("CMT02", "CM"), ("MHT01", "MH")])
def test_medication_and_history_are_counted(name: str, code: str, domain: str) -> None:
    yes = adam(name, "ADOCC").filter((pl.col("PARCAT2") == domain) & (pl.col("AVALC") == "Y"))
    rows = cells(made(name)[1], code)
    for (term,) in yes.filter(pl.col("PARCAT1") == "TERM").select("TERM").unique().iter_rows():
        mine = yes.filter(pl.col("TERM") == term)
        assert count(rows[term][0]) == subjects(mine)
        assert f"[{mine['NRECORDS'].sum()}]" in rows[term][0]
    assert count(next(iter(rows.values()))[0]) == subjects(yes)


@pytest.mark.parametrize("name", EXAMPLES)
def test_boundary_for_toxicity_is_the_exact_one(name: str) -> None:
    view, root = made(name)
    rule = view.protocol.monitoring
    assert rule is not None
    looks = each_patient(view.protocol.population.planned)
    steps = pocock_rule(looks, rule.acceptable_rate, rule.error).steps
    rows = cells(root, "TOX02")
    assert [(int(patient), int(row[0])) for patient, row in rows.items()] == steps
    standing = cells(root, "TOX01")
    assert standing["With toxicity"] == [f"{view.numbers.value('TOXICITY/all/toxicities'):g}"]
    assert standing["Acceptable rate"] == ["30%"]
    assert standing["Toxicity: Related, grade 3 or higher TERELG3"] == ["within 28 days of the first dose"]
