"""What becomes of designs when a trial is run: each number of the tables against binomial sums."""

import numpy as np
import pytest
from scipy.stats import binom

from topline.design.comparison.cells import Table
from topline.design.comparison.conduct import ABOVE, BELOW, accrual_told, conduct_tables
from topline.design.comparison.paragraph import Context
from topline.design.rate.curtailed import curtailed
from topline.design.rate.early_acceptance import mander_thompson
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.survival.duration import Accrual

OPTIMAL = simon(0.1, 0.3, power=0.9)
SINGLE = single_stage(0.1, 0.3, power=0.9)
EARLY = mander_thompson(0.1, 0.3, power=0.9)
DESIGNS = (OPTIMAL, SINGLE, EARLY, curtailed(OPTIMAL))
EVERYTHING = Context(loss=0.1, accrual=Accrual(2.0, assessment=2.0, pause=True), confirmed=0.8, deviation=3)


def tables(context: Context, shown: int = 0) -> dict[str, Table]:
    return {each.caption: each for each in conduct_tables(DESIGNS, context, shown)}


def simon_success(looks: tuple[int, int], bounds: tuple[int, int], rate: float) -> float:
    """Probability of success of two stages with a stop for futility, term by term."""
    (first, total), (low, last) = looks, bounds
    return sum(binom.pmf(x, first, rate) * binom.sf(last - x, total - first, rate) for x in range(low + 1, first + 1))


def number(cell: str) -> float:
    return float(cell.strip(f" {ABOVE}{BELOW}<>"))


def test_what_is_not_given_has_no_table() -> None:
    assert tables(Context()) == {}
    assert list(tables(Context(confirmed=0.8))) == ["Unconfirmed responses"]
    assert list(tables(EVERYTHING)) == [
        "Duration, from the opening to the decision",
        "Lost patients",
        "Lost patients excluded",
        "Unconfirmed responses",
        "Looks early or late",
    ]


def test_every_row_fits_its_head() -> None:
    for table in tables(EVERYTHING).values():
        assert all(len(row.cells) == len(table.head) - 1 for row in table.rows)


def test_duration_by_hand() -> None:
    """18 patients in 9 months, 2 more to know, then 17 in 8.5 and 2 more: 11 and 21.5 months."""
    (row, single, *_) = tables(EVERYTHING)["Duration, from the opening to the decision"].rows
    stop = float(binom.cdf(2, 18, 0.1))
    assert row.cells[0] == f"{11 * stop + 21.5 * (1 - stop):.2f}"
    assert row.cells[2] == "21.50"
    assert row.cells[3] == f"{18 * stop + 35 * (1 - stop):.2f}"
    assert single.cells[0] == "18.50"


def test_lost_patients_as_failures() -> None:
    (row, *_) = tables(EVERYTHING)["Lost patients"].rows
    assert row.cells[0] == "20, 39"
    assert row.cells[1] == f"{binom.sf(34, 39, 0.9):.4f}"
    assert number(row.cells[2]) == pytest.approx(simon_success((18, 35), (2, 6), 0.09), abs=5e-5)
    assert number(row.cells[3]) == pytest.approx(simon_success((18, 35), (2, 6), 0.27), abs=5e-5)
    assert row.cells[3].endswith(BELOW)


def test_excluded_patients_of_the_shown_design_alone() -> None:
    rows = tables(EVERYTHING)["Lost patients excluded"].rows
    assert [row.name for row in rows] == [
        "No losses",
        "18, 35 enrolled, the lost ones excluded",
        "20, 39 enrolled, the lost ones excluded",
    ]
    assert rows[0].cells == ("0.0474", "0.9016")
    assert "Lost patients excluded" not in tables(EVERYTHING, shown=2)  # it stops with success, no rule is known


def test_unconfirmed_responses() -> None:
    table = tables(EVERYTHING)["Unconfirmed responses"]
    optimal, single, early, _ = table.rows
    shares = [number(cell) for cell in optimal.cells[:4]]
    expected = [simon_success((18, 35), (2, 6), rate) for rate in (0.08, 0.24, 0.125, 0.375)]
    assert shares == pytest.approx(expected, abs=5e-5)
    assert single.cells[4:] == early.cells[4:] == ("–", "–")
    assert number(single.cells[0]) == pytest.approx(float(binom.sf(6, 33, 0.08)), abs=5e-5)
    assert optimal.cells[2].endswith(ABOVE)


def test_a_target_that_confirmed_responses_cannot_reach() -> None:
    high = single_stage(0.7, 0.9)
    (table,) = conduct_tables((high,), Context(confirmed=0.8))
    assert table.rows[0].cells == ("–",) * 6


def test_missed_looks_term_by_term() -> None:
    table = tables(EVERYTHING)["Looks early or late"]
    assert len(table.rows) == 13
    for row in table.rows:
        first, total = (int(part) for part in row.name.removesuffix(" (planned)").split(", "))
        for start in (0, 3, 6):
            low, last = (int(part) for part in row.cells[start].split(", "))
            for cell, rate, bound in ((row.cells[start + 1], 0.1, 0.05), (row.cells[start + 2], 0.3, 0.9)):
                exact = simon_success((first, total), (low, last), rate)
                assert number(cell) == pytest.approx(exact, abs=5.1e-5)
                wrong = exact > bound if rate == 0.1 else exact < bound
                assert (cell[-1] in (ABOVE, BELOW)) == wrong


def test_missed_looks_of_other_rules() -> None:
    early = tables(EVERYTHING, shown=2)["Looks early or late"]
    assert all(row.cells[3:] == ("–",) * 6 for row in early.rows)
    single = tables(EVERYTHING, shown=1)["Looks early or late"]
    assert [row.name for row in single.rows] == ["30", "31", "32", "33 (planned)", "34", "35", "36"]
    assert [number(row.cells[1]) for row in single.rows] == pytest.approx(
        binom.sf(6, np.arange(30, 37), 0.1).tolist(), abs=5.1e-5
    )


@pytest.mark.parametrize(
    ("accrual", "words"),
    [
        (Accrual(1.5, ramp=3.0), "a rate reached evenly over the first 3 months"),
        (Accrual(1.5, arrival="poisson"), "1.5 patients a month at random"),
        (Accrual(1.5, assessment=2.0, decision=0.5), "known 2 months after entry and decided on 0.5 months later"),
    ],
)
def test_accrual_in_words(accrual: Accrual, words: str) -> None:
    assert words in accrual_told(accrual)
