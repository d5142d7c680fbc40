"""The page of a rehearsal: its numbers are those of the table, it is marked as virtual, loads nothing, escapes all."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

from tests.simulate.studies import built_in
from tests.simulate.trial_results import VERDICT, decided, results
from topline.protocol.model import Protocol
from topline.simulate.characteristics import operating_characteristics_of
from topline.simulate.convergence import SUCCESS
from topline.simulate.presets import APATINIB
from topline.simulate.rehearsal_page import MISSING, Rehearsal, render_rehearsal, written
from topline.simulate.scenario import Scenario
from topline.simulate.tornado import assurance, summarise_tornado


class Numbers(HTMLParser):
    """The texts of the page: by address of a number, by tag, and what is outside of style."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, set[str]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append((tag, known))
        if tag not in ("meta", "br", "link"):
            self._open.append(known.get("data-number") or known.get("data-trials") or known.get("data-difference"))

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1]:
            self.numbers.setdefault(self._open[-1], set()).add(data)
        self.texts.append(data)


def parsed(page: str) -> Numbers:
    reader = Numbers()
    reader.feed(page)
    return reader


def trials(positive: int, negative: int, shift: float) -> list[dict[str, float | str | None]]:
    base: dict[str, float | str | None] = {"ORR/all/N": 35.0, "CALENDAR/all/look@18": 9.0, "CALENDAR/all/cutoff": 18.0}
    return [
        {
            **base,
            **each,
            "DESIGN.decision/all/observed": 7.0 if each[VERDICT] == "positive" else 4.0,
            "DESIGN.decision/all/first stage": 3.0 if each[VERDICT] == "positive" else 2.0,
            "ORR/all/rate": 100 * (7 if each[VERDICT] == "positive" else 4) / 35,
            "PFS/all/median": None if place == 0 else 3.7 + shift + 0.1 * (place % 5),
            "PFS/all/median lower": 2.0 + shift,
            "PFS/all/median upper": 5.0 + shift,
        }
        for place, each in enumerate(decided(positive, negative))
    ]


@pytest.fixture(scope="module")
def plan() -> Protocol:
    return built_in("nct07142421")


@pytest.fixture(scope="module")
def rehearsal(plan: Protocol) -> Rehearsal:
    frame = results({"expected": trials(12, 18, 0.5), "null": trials(2, 28, 0.0), "my <b>own</b>": trials(30, 0, 1.0)})
    rows = [(name, "PFS/all/median", 4.0, 0.05) for name in ("null", "expected")]
    true = pl.DataFrame(rows, schema=["SCENARIO", "RESULTID", "VALUE", "MCSE"], orient="row")
    notes = {"null": Scenario("null", APATINIB, "nothing <works>")}
    table = operating_characteristics_of(frame, plan, true)
    return Rehearsal(plan, table, frame, notes, {"Seed": "20261121"})


@pytest.fixture(scope="module")
def page(rehearsal: Rehearsal) -> str:
    return render_rehearsal(rehearsal)


def test_each_number_on_the_page_is_that_of_the_table(rehearsal: Rehearsal, page: str) -> None:
    table = {
        (row["SCENARIO"], row["QUANTITY"], row["STATISTIC"]): row
        for row in rehearsal.characteristics.iter_rows(named=True)
    }
    found = {key: texts for key, texts in parsed(page).numbers.items() if key.count("|") == 3}
    assert len(found) > 100
    for address, texts in found.items():
        scenario, quantity, statistic, column = address.split("|")
        row = table[scenario, quantity, statistic]
        [text] = texts
        number = float(text.replace("\N{MINUS SIGN}", "-").rstrip("%"))
        scale = 100 if row["UNIT"] == "probability" else 1
        assert number == pytest.approx(scale * row[column], abs=0.00501), address
        assert text.endswith("%") == (row["UNIT"] == "probability")


def test_what_matters_is_on_the_page(page: str) -> None:
    numbers = parsed(page).numbers
    assert numbers["expected|DESIGN/success|share|VALUE"] == {"40.00%"}
    assert numbers["null|DESIGN/success|share|VALUE"] == {"6.67%"}
    assert numbers["null|DESIGN/stop futile@18|share|VALUE"] == {"93.33%"}
    assert numbers["null|PFS/all/median|not estimable|VALUE"] == {"3.33%"}
    assert numbers["null|PFS/all/median|coverage|VALUE"] == {"100.00%"}
    assert numbers["null"] == {"30"}  # trials
    assert numbers[f"expected|{SUCCESS}"] == {"33.33%"}
    assert {"null|DESIGN/success|exact|VALUE", "null|CALENDAR/duration|mean|VALUE"} <= set(numbers)


def test_the_usual_scenarios_come_first(rehearsal: Rehearsal) -> None:
    assert rehearsal.frame.scenarios == ("null", "expected", "my <b>own</b>")


def test_the_page_says_virtual_everywhere_and_in_print(page: str) -> None:
    seen = parsed(page)
    assert "".join(seen.texts).count("VIRTUAL") >= 10
    figures = sum(tag == "figure" for tag, _ in seen.tags)
    assert figures == 6
    assert sum(text == "VIRTUAL DATA" for text in seen.texts) == figures
    style = page[page.index("<style>") : page.index("</style>")]
    assert '@top-left { content: "VIRTUAL"' in style
    assert ".watermark { display: block; position: fixed" in style
    assert "<title>VIRTUAL" in page


def test_the_page_loads_and_runs_nothing(page: str) -> None:
    seen = parsed(page)
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(tag for tag, _ in seen.tags)
    assert not any(key in ("src", "href") or key.startswith("on") for _, known in seen.tags for key in known)
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_texts_are_escaped(page: str) -> None:
    assert "<b>own" not in page
    assert "nothing &lt;works&gt;" in page


def test_a_missing_number_is_a_dash(page: str) -> None:
    assert f'<span class="none">{MISSING}</span>' in page  # no true value of the third scenario
    assert "nan" not in page.replace("nanometre", "").lower().split(">")
    assert "None" not in parsed(page).texts


def test_columns_of_the_population_are_there_where_it_is_given(plan: Protocol, rehearsal: Rehearsal, page: str) -> None:
    heads = ["Population (SE)", "Bias (SE)", "Coverage (SE)"]
    assert [parsed(page).texts.count(each) for each in heads] == [1, 1, 1]  # of PFS; ORR has no true value
    bare = render_rehearsal(replace(rehearsal, characteristics=operating_characteristics_of(rehearsal.results, plan)))
    texts = parsed(bare).texts
    assert [texts.count(each) for each in heads] == [0, 0, 0]
    assert not [each for each in texts if re.search("population|coverage|bias", each.lower())]
    for shown in (page, bare):
        for table in re.findall(r"<table.*?</table>", shown, re.DOTALL):
            cells = {len(re.findall(r"<t[hd][ >]", row)) for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)}
            assert len(cells) == 1, table


def test_no_success_and_nothing_but_success_are_counted_instead_of_an_error_of_0(plan: Protocol) -> None:
    frame = results({"none": decided(0, 30), "all": decided(30, 0)})
    seen = parsed(render_rehearsal(Rehearsal(plan, operating_characteristics_of(frame, plan), frame)))
    assert {"0 of 30", "30 of 30"} <= set(seen.texts)
    assert not [key for key, texts in seen.numbers.items() if key.endswith("|share|MCSE") and texts == {"0.00%"}]
    assert seen.numbers["none|DESIGN/success|share|UPPER"] == {"11.57%"}


def test_a_difference_of_two_shares_of_0_has_no_error_of_0(plan: Protocol) -> None:
    frame = results({"null": decided(0, 30), "expected": decided(0, 30)})
    page = render_rehearsal(Rehearsal(plan, operating_characteristics_of(frame, plan), frame))
    (row,) = re.findall(r'data-difference="expected\|success">(.*?)</tr>', page)
    assert re.findall(r"[\w.%\u2013 ]+(?=<)", row) == ["0.00%", MISSING, f"{MISSING} to {MISSING}"]


def test_no_trial_at_all_is_a_page_too(plan: Protocol) -> None:
    empty = results({})
    page = render_rehearsal(Rehearsal(plan, operating_characteristics_of(empty, plan), empty))
    assert "No trial has been run yet" in page
    assert "VIRTUAL" in page


def test_one_trial_is_a_page_too(plan: Protocol) -> None:
    one = results({"null": [{VERDICT: "negative", "PFS/all/median": None}]})
    page = render_rehearsal(Rehearsal(plan, operating_characteristics_of(one, plan), one.lazy()))
    assert parsed(page).numbers["null|DESIGN/success|share|VALUE"] == {"0.00%"}


def test_sensitivity_and_assurance_are_shown_where_asked_for(rehearsal: Rehearsal) -> None:
    base = Scenario("expected", APATINIB)
    moved = results(
        {
            "expected": decided(10, 10),
            "expected growth.kl low": decided(15, 5),
            "expected growth.kl high": decided(4, 16),
        }
    )
    drawn = results({f"expected draw {k:04d}": decided(k, 10 - k) for k in (2, 8)})
    more = replace(
        rehearsal,
        tornado=summarise_tornado(moved, base, ("growth.kl",), (SUCCESS,)),
        assurance=assurance(drawn, base),
    )
    page = render_rehearsal(more)
    assert "growth.kl low (0.001333): +0.2500" in page
    assert "growth.kl high (0.003): -0.3000" in page
    assert ">50.00%<" in page
    assert 'id="sensitivity"' not in render_rehearsal(rehearsal)


def test_safety_and_the_mirage_are_shown_of_whole_trials(plan: Protocol) -> None:
    searched = {"BM.PFS.search/all/p naive: A": 0.01, "BM.PFS.search/all/p corrected: A": 0.3}
    frame = results(
        {"null": [{VERDICT: "negative", "AE.SERIOUS/all/percent": share, **searched} for share in (20.0, 30.0)]}
    )
    found = parsed(render_rehearsal(Rehearsal(plan, operating_characteristics_of(frame, plan), frame)))
    assert found.numbers["null|AE.SERIOUS/all/percent|mean|VALUE"] == {"25.00"}
    assert found.numbers["null|BM.PFS.search/any marker, naive|share|VALUE"] == {"100.00%"}
    assert found.numbers["null|BM.PFS.search/any marker, corrected|share|VALUE"] == {"0.00%"}


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.5, "probability", "50.00%"),
        (-0.001, "months", "0.00"),
        (-1.5, "%", "\N{MINUS SIGN}1.50"),
        (1e-9, "probability", "0.00%"),
    ],
)
def test_numbers_are_written(value: float, unit: str, text: str) -> None:
    assert written(value, unit) == text
