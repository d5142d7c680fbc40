"""The page, read as a browser reads it: every number of its tables against sums of binomial terms, nothing loaded."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pytest
from scipy.stats import binom

from topline.design.bayes.bop2 import bop2
from topline.design.bayes.predictive import predictive_probability_design
from topline.design.comparison.boundary_plot import rule_told
from topline.design.comparison.origin import Endpoint, origins
from topline.design.comparison.page import Comparison, Provenance, render_comparison, true_rates
from topline.design.comparison.paragraph import Context, paragraph
from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.frontier import admissible
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import fleming, single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.single_arm import SingleArmDesign
from topline.design.survival.duration import Accrual
from topline.errors import ToplineError
from topline.protocol.part import Words
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses

OPTIMAL = simon(0.1, 0.3, power=0.9)
TEN = (
    single_stage(0.1, 0.3, power=0.9),
    OPTIMAL,
    simon(0.1, 0.3, power=0.9, kind="minimax"),
    admissible(0.1, 0.3, power=0.9)[1].design,
    mander_thompson(0.1, 0.3, power=0.9),
    three_stage(0.1, 0.3, power=0.9),
    curtailed(OPTIMAL),
    curtailed(OPTIMAL, futility=0.05, strict=False),
    predictive_probability_design(Hypotheses(0.1, 0.3, 0.05, 0.9)),
    bop2(Hypotheses(0.1, 0.3, 0.05, 0.9)),
)
CONTEXT = Context(loss=0.1, accrual=Accrual(2.0, assessment=2.0), confirmed=0.8, deviation=2)


@dataclass
class Sheet:
    """A table as it was read."""

    caption: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Reader(HTMLParser):
    """Tables of a page, what it loads and runs, its open elements, the languages, headers without a scope."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []
        self.sheets: list[Sheet] = []
        self.languages: list[str] = []
        self.unscoped = 0
        self.pictures: list[list[str]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.loads += [value or "" for name, value in attrs if name in {"src", "href"} or name.startswith("on")]
        self.loads += [tag] if tag in {"script", "link", "iframe", "img"} else []
        self.languages += [held["lang"] or ""] if "lang" in held else []
        if tag == "table":
            self.sheets.append(Sheet())
        if tag == "tr":
            self.sheets[-1].rows.append([])
        if tag in {"th", "td"}:
            self.unscoped += tag == "th" and "scope" not in held
            self.sheets[-1].rows[-1].append("")
        if tag == "svg":
            self.pictures.append([held.get("role") or ""])
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "thead":
            self.sheets[-1].head = self.sheets[-1].rows.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.open[-1:] == ["caption"]:
            self.sheets[-1].caption += data
        if self.open[-2:] in (["svg", "title"], ["svg", "desc"]):
            self.pictures[-1].append(data)
        if {"th", "td"} & set(self.open):
            self.sheets[-1].rows[-1][-1] += data


def read(comparison: Comparison) -> tuple[Reader, dict[str, Sheet]]:
    reader = Reader()
    reader.feed(render_comparison(comparison))
    return reader, {each.caption: each for each in reader.sheets}


WHOLE = Comparison(
    "Ten designs",
    TEN,
    CONTEXT,
    chosen=1,
    origins=origins(35, Endpoint.RESPONSE),
    provenance=Provenance("9.9.9", "a study", "topline design"),
)
READER, SHEETS = read(WHOLE)


def walked(rule: Boundary, rate: float) -> tuple[list[float], list[float]]:
    """Probabilities to stop at each look without and with success: patient by patient, a slow obvious way."""
    going, futile, success, before = {0: 1.0}, [], [], 0
    for look, low, high in zip(rule.looks, rule.futility, rule.efficacy, strict=True):
        for _ in range(look - before):
            further: dict[int, float] = {}
            for count, chance in going.items():
                further[count] = further.get(count, 0.0) + chance * (1 - rate)
                further[count + 1] = further.get(count + 1, 0.0) + chance * rate
            going = further
        futile.append(sum(chance for count, chance in going.items() if count <= low))
        success.append(sum(chance for count, chance in going.items() if count >= high))
        going = {count: chance for count, chance in going.items() if low < count < high}
        before = look
    return futile, success


def value(cell: str) -> float:
    return float(cell.strip("<>%"))


def near(cell: str, exact: float, digits: int = 4) -> bool:
    """Whether a cell is a number rounded to so many digits, or a bound of it."""
    return abs(value(cell) - exact) <= (0.5 + 1e-6) * 10.0**-digits + (10.0**-digits if cell[0] in "<>" else 0)


@pytest.mark.parametrize("place", range(10))
def test_comparison_row_is_the_exact_design(place: int) -> None:
    sheet = SHEETS["10% against 30%, level 5%, power 90% asked for"]
    design, cells = TEN[place], dict(zip(sheet.head, sheet.rows[place], strict=True))
    assert cells["Design"] == f"{'ABCDEFGHIJ'[place]} {design.name}{' (chosen)' if place == 1 else ''}"
    assert cells["Patients, at most"] == str(design.boundary.patients)
    for name, rate in (("null", 0.1), ("target", 0.3)):
        futile, success = walked(design.boundary, rate)
        ends = np.add(futile, success)
        assert near(cells["Exact level" if name == "null" else "Exact power"], sum(success))
        assert near(cells[f"Ends early, {name}"], ends[:-1].sum())
        assert near(cells[f"Expected patients, {name}"], float(ends @ np.array(design.boundary.looks)), 2)
    assert value(cells["Exact level"]) < 0.05
    assert value(cells["Exact power"]) > 0.9
    assert cells["Holds both"] == "yes"


def test_comparison_says_the_rule() -> None:
    sheet = SHEETS["10% against 30%, level 5%, power 90% asked for"]
    rules = [tuple(row[2:5]) for row in sheet.rows]
    assert rules[0] == ("33", "6", "7")
    assert rules[1] == ("18, 35", "2, 6", "–, 7")
    assert rules[4] == ("17, 41", "2, 7", "5, 8")
    assert rules[6] == ("7, 8, … 35", "–, –, … 6", "7, 7, … 7")


@pytest.mark.parametrize("place", range(10))
def test_grid_over_true_rates(place: int) -> None:
    rates = true_rates(TEN)
    assert rates == pytest.approx([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45])
    looks = np.array(TEN[place].boundary.looks)
    for line, rate in enumerate(rates):
        futile, success = walked(TEN[place].boundary, rate)
        ends = np.add(futile, success)
        expected = {
            "Probability of success": (sum(success), 4),
            "Expected patients": (float(ends @ looks), 2),
            "Probability to end early": (ends[:-1].sum(), 4),
        }
        for caption, (exact, digits) in expected.items():
            row = SHEETS[f"{caption}, by true rate"].rows[line]
            assert row[0] == f"{100 * rate:g}%"
            assert near(row[1 + place], exact, digits)


@pytest.mark.parametrize("design", TEN, ids=lambda each: each.name)
def test_rule_look_by_look(design: SingleArmDesign) -> None:
    sheet = SHEETS[f"{design.name}, look by look"]
    assert sheet.head[3:] == ["Ends here at 10%", "Ends here at 30%"]
    ends = [np.add(*walked(design.boundary, rate)) for rate in (0.1, 0.3)]
    bounds = zip(design.boundary.looks, design.boundary.futility, design.boundary.efficacy, strict=True)
    for row, (look, low, high), null, target in zip(sheet.rows, bounds, *ends, strict=True):
        assert row[:3] == [str(look), str(low) if low >= 0 else "–", str(high) if high <= look else "–"]
        assert near(row[3], null)
        assert near(row[4], target)


def test_texts_stand_on_the_page_in_their_languages() -> None:
    for each in TEN:
        found = paragraph(each, CONTEXT)
        assert {found.en, found.zh} <= set(READER.texts)
    assert READER.languages[0] == "en"
    assert READER.languages[1:] == ["en", "zh-Hans"] * 11


def test_page_is_accessible() -> None:
    assert READER.open == []
    assert READER.unscoped == 0
    assert all(each.caption for each in READER.sheets)
    assert len(READER.pictures) == 14
    for role, title, described in READER.pictures:
        assert role == "img"
        assert len(title) > 5
        assert len(described) > 20
    assert READER.pictures[4][2] == rule_told(TEN[0].boundary)


def test_page_loads_and_runs_nothing() -> None:
    page = render_comparison(WHOLE)
    assert READER.loads == []
    assert "@import" not in page
    assert "url(" not in page
    assert page.startswith("<!doctype html>")
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S).lower()


def test_page_holds_what_a_reader_looks_for() -> None:
    told = " ".join(READER.texts)
    for words in (
        "Where 35 patients can come from",
        "What the trial can and cannot show",
        "What is exact",
        "no simulation, no normal approximation",
        "This is a reconstruction",
        "Made from a study.",
        "topline 9.9.9",
        "topline design",
    ):
        assert words in told
    assert {"Lost patients", "Unconfirmed responses", "Looks early or late"} <= set(SHEETS)


def test_origins_on_the_page() -> None:
    sheet = READER.sheets[-1]
    assert len(sheet.rows) == len(WHOLE.origins)
    for row, each in zip(sheet.rows, WHOLE.origins, strict=True):
        assert row[:2] == [each.kind, each.words]
        assert row[2] == (f"{100 * each.loss:g}% ({each.evaluable} evaluable)" if each.loss else "none")
        if each.design is not None:
            for cell, rate in ((row[3], each.design.hypotheses.null), (row[4], each.design.hypotheses.target)):
                assert near(cell, sum(walked(each.design.boundary, rate)[1]))
        else:
            assert row[3:] == ["–", "–"]


def test_designs_for_different_hypotheses_say_them_in_each_row() -> None:
    failing = fleming(0.2, 0.4, power=0.9)
    _, sheets = read(Comparison("x", (OPTIMAL, failing)))
    sheet = sheets["Designs for different hypotheses"]
    assert [row[1:3] for row in sheet.rows] == [["10%, 30%", "5%, 90%"], ["20%, 40%", "5%, 90%"]]
    assert [row[sheet.head.index("Holds both")] for row in sheet.rows] == ["yes", "no"]
    exact = float(binom.sf(failing.boundary.efficacy[0] - 1, failing.boundary.patients, 0.2))
    assert near(sheet.rows[1][sheet.head.index("Exact level")], exact)


def test_one_design_alone() -> None:
    reader, sheets = read(Comparison("One", (OPTIMAL,)))
    assert len(reader.pictures) == 4  # no difference to show
    assert "When the trial is run" not in reader.texts
    assert sheets["Probability of success, by true rate"].head == ["True rate", "A Simon optimal"]


def test_page_escapes_texts() -> None:
    nasty = "<script>alert(1)</script>"
    design = SingleArmDesign(nasty, OPTIMAL.hypotheses, OPTIMAL.boundary, nasty)
    context = Context(Words(en=nasty, zh=nasty))
    page = render_comparison(Comparison(nasty, (design,), context, provenance=Provenance(nasty, nasty, nasty)))
    assert "<script" not in page


def test_page_is_the_same_every_time() -> None:
    assert render_comparison(WHOLE) == render_comparison(WHOLE)


@pytest.mark.parametrize("wrong", [{"designs": ()}, {"designs": (OPTIMAL,) * 11}, {"designs": (OPTIMAL,), "chosen": 1}])
def test_comparisons_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ToplineError) as caught:
        Comparison("x", **wrong)  # type: ignore[arg-type]
    assert caught.value.code == "TL-G04"
