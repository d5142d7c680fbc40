"""Tables of laboratory values and vital signs: each number is the count that the rows of ADLB and ADVS give."""

import re
from dataclasses import replace

import polars as pl
import pytest

from tests.report.contents import HOSTILE, case
from tests.report.markup import Node, parse
from tests.report.measured import injured, section, view, without
from tests.report.test_cases import english
from topline.report.content import Content
from topline.report.measurements import parts
from topline.report.page import tables
from topline.report.parameters import asked

EXAMPLES = ("single stage", "two stage")
CASES = (*EXAMPLES, "two arms", "one subject", "hostile", "no treatment")
SIDES = {"low": ("L", "ANL01FL"), "high": ("H", "ANL02FL")}
DATASETS = {"Laboratory values": "ADLB", "Vital signs": "ADVS"}
GRADES = range(5)
Cells = dict[tuple[str, ...], list[str]]


def table(root: Node, code: str, title: str = "") -> Node:
    """Return the first table with a code and a text in its caption."""
    found = [each for each in root.find("table") if code in english(each.find("caption")[0])]
    return next(each for each in found if title in english(each.find("caption")[0]))


def rows(node: Node) -> Cells:
    """Return the cells of a table by the headings above them and their own header, in English without the term."""
    found: Cells = {}
    above: dict[int, str] = {}
    for row in node.find("tr"):
        for head in row.find("th"):
            depth = int(next((name for name in head.attributes.get("class", "").split() if "depth" in name), "-9")[-1])
            if head.attributes["scope"] == "colgroup":
                above = {level: name for level, name in above.items() if level < depth} | {depth: plain(head)}
            elif head.attributes["scope"] == "row":
                path = [name for level, name in sorted(above.items()) if level < depth or depth == 0]
                found[(*path, plain(head))] = [english(cell) for cell in row.find("td")]
    return found


def plain(node: Node) -> str:
    """Return the name of a row without the term that stands below it."""
    parts_ = [child for child in node.children if isinstance(child, str) or not child.has_class("rank")]
    return "".join(part if isinstance(part, str) else "" if part.has_class("zh") else english(part) for part in parts_)


def graded(made: Content, part: str) -> dict[str, pl.DataFrame]:
    """Return the worst rows of each parameter of a part (Laboratory values, low) by its name, with columns B and W."""
    name, side = part.split(", ")
    letter, flag = SIDES[side]
    frame = made.adam[DATASETS[name]]
    named = frame.filter(pl.col("AVAL").is_not_null()).group_by("PARAMCD").agg(pl.col("PARAM").first().alias("NAME"))
    worst = frame.filter((pl.col(flag) == "Y") & (pl.col("SAFFL") == "Y")).join(named, on="PARAMCD")
    worst = worst.with_columns(pl.col(f"BTOXGR{letter}N").alias("B"), pl.col(f"ATOXGR{letter}N").alias("W"))
    return {str(key[0]): own for key, own in worst.group_by("NAME")}


def share(n: int, of: int) -> str:
    """Return how `n (%)` begins: the count and the whole percents."""
    return f"{n} ({100 * n / of:.1f}%)"


@pytest.mark.parametrize("name", EXAMPLES)
def test_worst_grades_are_those_of_the_rows(name: str) -> None:
    made = case(name).content
    shown = rows(table(section(made), "LBT07"))
    assert len(shown) > 15
    for (part, parameter), cells in shown.items():
        worst = graded(made, part)[parameter]["W"]
        counts = [int((worst == grade).sum()) for grade in GRADES]
        expected = [share(n, worst.len()) if n else "–" for n in counts]
        summed = [share(int((worst >= least).sum()), worst.len()) for least in (1, 3)]
        assert cells == [str(worst.len()), *expected, *summed]
        assert sum(counts) == worst.len()


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("side", SIDES)
def test_shifts_are_a_table_of_baseline_by_worst_grade(name: str, side: str) -> None:
    made = case(name).content
    shown = rows(table(section(made), "LBT14", f"{side} values"))
    subjects: dict[tuple[str, str], int] = {}
    for (part, parameter, start), cells in shown.items():
        own = graded(made, part)[parameter]
        base = pl.col("B").is_null() if start == "Missing" else pl.col("B") == int(start.removeprefix("Grade "))
        counts = [own.filter(base & (pl.col("W") == grade)).height for grade in GRADES]
        assert cells == [share(n, own.height) if n else "–" for n in counts]
        subjects[part, parameter] = subjects.get((part, parameter), 0) + sum(counts)
    assert subjects
    assert all(total == graded(made, part)[parameter].height for (part, parameter), total in subjects.items())


@pytest.mark.parametrize("name", EXAMPLES)
def test_severe_shifts_count_those_who_were_milder_before(name: str) -> None:
    made = case(name).content
    for (part, parameter), [cell] in rows(table(section(made), "LBT15")).items():
        own = graded(made, part)[parameter].filter(pl.col("B") < 3)
        severe = own.filter(pl.col("W") >= 3).height
        assert cell == f"{severe}/{own.height} ({100 * severe / own.height:.1f}%)"


def test_liver_signals_are_counted_by_quadrant() -> None:
    made = injured()
    shown = rows(table(section(made), "HYS01"))
    signals = made.adam["ADLB"].filter(pl.col("SAFFL") == "Y")
    words = {
        "Normal or near normal": "NORMAL OR NEAR NORMAL",
        "Cholestasis": "CHOLESTASIS",
        "Temple's corollary": "TEMPLE'S COROLLARY",
        "Potential Hy's law": "POTENTIAL HY'S LAW",
    }
    of = signals.filter(pl.col("PARAMCD") == "HYQUAD")
    for name, word in words.items():
        cell = shown["Largest values together", name][-1]
        assert cell == share(of.filter(pl.col("AVALC") == word).height, of.height)
    laws = signals.filter((pl.col("PARAMCD") == "HYSLAW") & (pl.col("AVALC") == "Y"))
    assert laws.height >= 1
    assert shown["Largest values together", "Hy's law: raised together"][-1] == share(laws.height, of.height)
    assert shown["Largest values together", "Subjects with both"][-1] == str(of.height)


@pytest.mark.parametrize("name", EXAMPLES)
def test_vital_signs_have_a_row_per_scheduled_visit(name: str) -> None:
    made = case(name).content
    shown = rows(table(section(made), "VST01", "Diastolic"))
    own = made.adam["ADVS"].filter(
        (pl.col("PARAMCD") == "DIABP") & (pl.col("ANL03FL") == "Y") & (pl.col("SAFFL") == "Y")
    )
    own = own.filter(~pl.col("AVISIT").str.to_lowercase().str.contains("unsched"))
    assert {visit for (visit,) in shown} == set(own["AVISIT"])
    for (visit,), cells in shown.items():
        at = own.filter(pl.col("AVISIT") == visit)
        assert cells[0] == str(at.height)
        assert float(cells[1].split(" ")[0]) == pytest.approx(at["AVAL"].mean(), abs=0.0501)
        changes = at["CHG"].drop_nulls()
        assert cells[3] == (str(changes.len()) if changes.len() else "–")
        if changes.len():
            assert float(cells[4].split(" ")[0].replace("−", "-")) == pytest.approx(changes.mean(), abs=0.0501)


@pytest.mark.parametrize("name", CASES)
def test_every_number_in_a_cell_is_a_result(name: str) -> None:
    made, root = case(name).content, section(case(name).content)
    cells = [cell for each in root.find("table") for cell in each.find("td")]
    assert [text for cell in cells if re.search(r"\d", text := cell.text(without=("data-result",)))] == []
    shown = {node.attributes["data-result"] for node in root.walk() if "data-result" in node.attributes}
    assert shown <= set(made.results["RESULTID"])


@pytest.mark.parametrize("name", CASES)
def test_texts_of_the_data_cannot_leave_their_place(name: str) -> None:
    seen = view(case(name).content)
    written = "".join(tables(seen, part) if not isinstance(part, str) else part for part in parts(seen))
    assert "<script" not in written
    if name == "hostile":
        assert HOSTILE in parse(written)[0].text()


def test_notes_name_version_symptoms_and_window() -> None:
    text = english(section(case("single stage").content))
    assert "Grades by CTCAE 4.03" in text
    assert "(protocol: CTCAE 4.0)" in text
    assert "the value alone decides" in text
    assert "up to 30 days after the last dose" in text
    assert "Creatinine: in CTCAE 4.03 any value above the baseline is grade 1." in text
    other = english(section(case("two stage").content))
    assert "Grades by CTCAE 5.0" in other
    assert "Creatinine: in" not in other


def test_worst_case_is_said() -> None:
    made = case("single stage").content
    events = made.protocol.criteria.adverse_events.model_copy(update={"symptoms": "worst case"})
    criteria = made.protocol.criteria.model_copy(update={"adverse_events": events})
    protocol = made.protocol.model_copy(update={"criteria": criteria})
    text = english(section(replace(made, protocol=protocol)))
    assert "they are taken as present (worst case)" in text
    assert "the value alone decides" not in text


def test_values_without_unit_have_no_grade_and_are_counted() -> None:
    made = injured()
    root = section(made)
    names = {path[1] for path in rows(table(root, "LBT07"))}
    assert "Leukocytes (10^9/L)" in names
    assert not any("Neutrophils" in name for name in names)
    counts = made.findings.filter((pl.col("CODE") == "TL-L01") & (pl.col("DATASET") == "LB"))["COUNT"].sum()
    assert counts > 50
    [shown] = root.find("span", data_finding="TL-L01")[:1]
    assert shown.text() == str(counts)
    assert "nothing is guessed" in english(root)


def test_no_measurement_is_one_sentence() -> None:
    root = section(without(case("single stage").content, "ADLB", "ADVS"))
    assert root.find("table") == []
    assert english(root) == "No laboratory value and no vital sign in the data: there is nothing to grade."


def test_nobody_treated_is_one_sentence() -> None:
    root = section(case("no treatment").content)
    assert root.find("table") == []
    assert english(root) == "No subject of the analysis set has a value that can be graded or shown by visit."


def test_vital_signs_alone() -> None:
    root = section(without(case("single stage").content, "ADLB"))
    assert {part for part, _ in rows(table(root, "LBT07"))} == {"Vital signs, low", "Vital signs, high"}
    assert root.find("figure", id="hys-law") == []
    assert all("HYS01" not in english(each) for each in root.find("caption"))


def test_arms_stand_below_each_parameter() -> None:
    made = case("two arms").content
    shown = rows(table(section(made), "LBT07"))
    parts_ = {path[:2] for path in shown}
    groups = [path[2] for path in shown if path[:2] == ("Laboratory values, low", "Hemoglobin (g/L)")]
    assert groups == ["Arm <B>", "Trifluridine/tipiracil with anlotinib", "All patients"]
    for path in parts_:
        sizes = [int(shown[(*path, group)][0]) for group in groups]
        assert sizes[0] + sizes[1] == sizes[2]


def test_long_tables_are_folded_and_marked() -> None:
    seen = view(case("two stage").content)
    grids = [part for part in parts(seen) if not isinstance(part, str)]
    assert {grid.code for grid in grids} == {"LBT07", "LBT14", "LBT15", "HYS01", "VST01"}
    assert all(grid.folded for grid in grids if len(grid.rows) > 40 or grid.code in ("LBT14", "VST01"))
    root = section(case("two stage").content)
    assert all("VIRTUAL" in caption.text() for caption in root.find("caption"))


def test_values_of_conditions_are_read_back() -> None:
    where = "PARAMCD = 'A''B' AND BASETYPE IS NULL AND AVALU = 'mmHg' AND AVISITN = 3"
    assert [asked(where, name) for name in ("PARAMCD", "BASETYPE", "AVALU")] == ["A'B", "", "mmHg"]
