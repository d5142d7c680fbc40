"""`topline design` as a user types it: the table, the other kinds of designs, files, and every bad input."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.commands import STUDY, row, told, topline
from topline.planning.candidates import MAKERS

RATES = ("--p0", ".1", "--p1", ".3", "--alpha", ".05", "--power", ".9")


def refused(result: Result) -> str:
    """Return the message of a call that has no answer."""
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.output


def test_the_usual_designs_stand_side_by_side() -> None:
    output = told("design", *RATES)
    assert row(output, "simon") == ["simon", "35", "18,35", "2,6", "-,7", "0.0474", "0.9016", "22.53", "33.98", "73.4%"]
    assert row(output, "minimax") == [
        "minimax",
        "33",
        "22,33",
        "2,6",
        "-,7",
        "0.0409",
        "0.9018",
        "26.18",
        "32.77",
        "62.0%",
    ]
    assert row(output, "single") == ["single", "33", "33", "6", "7", "0.0417", "0.9056", "33.00", "33.00", "-"]
    assert row(output, "safe")[1] == "37"
    assert row(output, "admissible-34")[:5] == ["admissible-34", "34", "19,34", "2,6", "-,7"]
    assert row(output, "mander-thompson")[:5] == ["mander-thompson", "41", "17,41", "2,7", "5,8"]


def test_level_and_power_have_usual_values() -> None:
    assert "one-sided level 5%, power 80%" in told("design", "--p0", ".1", "--p1", ".3")


def test_one_design_alone() -> None:
    output = told("design", *RATES, "--design", "simon")
    assert row(output, "simon")[1] == "35"
    assert "minimax" not in output


def test_all_designs_hold_and_fit_the_terminal() -> None:
    output = told("design", *RATES, "--design", "all")
    assert {line.split()[0] for line in output.splitlines() if line} >= set(MAKERS) - {"admissible"}
    assert max(map(len, output.splitlines())) <= 100
    assert "fleming does not hold: level 0.0732 is above 0.05" in output
    assert output.count("does not hold") == 1


def test_the_same_rule_stands_once() -> None:
    output = told("design", "--p0", ".25", "--p1", ".5", "--design", "minimax", "--design", "simon")
    assert row(output, "minimax")[1] == "24"
    assert "simon: the same rule as minimax" in output


def test_a_table_of_three_digits_fits_the_terminal() -> None:
    output = told("design", "--p0", ".5", "--p1", ".65", "--power", ".9", "--design", "curtailed", "--design", "safe")
    assert max(map(len, output.splitlines())) <= 100


def test_true_rates_durations_losses_and_confirmation() -> None:
    output = told("design", *RATES, "--design", "simon", "--rate", ".2", "--accrual", 2, "--lag", 2, "--loss", ".1")
    assert "0.5163 30.4 27.1%" in output
    # 18 / 2 + 2 and 35 / 2 + 2 months; with a pause at the look 11 and 21.5.
    assert "simon   13.3  19.0     19.5       13.8       20.9            21.5" in output
    assert "simon      39              42  0.029 0.828  0.033 0.864    0.033 0.886" in output
    assert "0.016 0.718  0.121 0.981" in told("design", *RATES, "--design", "simon", "--confirmed", ".8")


def test_too_few_patients_leave_a_design_out() -> None:
    output = told("design", *RATES, "--max-n", 34)
    assert "Left out: safe: no design of at most 34 patients" in output
    assert "37 patients would do" in " ".join(output.split())
    assert row(output, "minimax")[1] == "33"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--p0", ".3", "--p1", ".1"), "TL-G01", "0.1 is not above the null 0.3"),
        (("--p0", ".3", "--p1", ".3"), "TL-G01", "0.3 is not above the null 0.3"),
        (("--p0", "30", "--p1", "40"), "TL-G01", "write 20% as 0.2"),
        (("--p0", "0", "--p1", ".4"), "TL-G01", "null: 0 is not between"),
        (("--p0", ".1", "--p1", "1"), "TL-G01", "target: 1 is not between"),
        (("--p0", "-.1", "--p1", ".4"), "TL-G01", "null: -0.1"),
        (("--p0", "nan", "--p1", ".4"), "TL-G01", "null: nan"),
        (("--p0", ".1", "--p1", "inf"), "TL-G01", "target: inf"),
        (("--p0", ".1"), "TL-G01", "target: is missing"),
        (("--p0", ".1", "--p1", ".3", "--alpha", "0"), "TL-G01", "alpha: 0 is not"),
        (("--p0", ".1", "--p1", ".3", "--alpha", ".2", "--power", ".1"), "TL-G01", "power: 0.1 is not above alpha 0.2"),
        ((*RATES, "--max-n", "20"), "TL-G02", "33 patients would do"),
        ((*RATES, "--max-n", "20", "--design", "lee-liu"), "TL-G02", "max_n: 20 patients are not enough; 33 would be"),
        ((*RATES, "--max-n", "5", "--design", "bop2"), "TL-G02", "are not enough"),
        ((*RATES, "--max-n", "0"), "TL-G04", "max_n: 0"),
        ((*RATES, "--max-n", "-3"), "TL-G04", "max_n: -3"),
        ((*RATES, "--max-n", "2000"), "TL-G04", "from 1 to 1000"),
        ((*RATES, "--rate", "20"), "TL-G04", "rate: 20"),
        ((*RATES, "--loss", "1"), "TL-G04", "loss: 1"),
        ((*RATES, "--loss", "10"), "TL-G04", "write 10% as 0.1"),
        ((*RATES, "--accrual", "0"), "TL-G04", "accrual: 0"),
        ((*RATES, "--accrual", "2", "--lag", "-1"), "TL-G04", "lag: -1"),
        ((*RATES, "--confirmed", "80"), "TL-G04", "confirmed: 80"),
        ((*RATES, "--first-look", "0"), "TL-G04", "first: 0"),
        ((*RATES, "--design", "simom"), "TL-G04", "did you mean simon? Known are single, safe, minimax"),
        (("nct0714242",), "TL-C01", "did you mean nct07142421?"),
        (("--n", "1"), "TL-G04", "n: 1 is not"),
        (("--n", "500"), "TL-G04", "n: 500 is not"),
        (("--design", "logrank"), "TL-G04", "--median0: is missing"),
        (
            ("--design", "logrank", "--median0", "5", "--median1", "3", "--accrual", "2", "--follow-up", "6"),
            "TL-G01",
            "3",
        ),
        (("--design", "toxicity", "--p0", ".2"), "TL-G04", "--n: is missing"),
        (("--design", "bryant-day", *RATES), "TL-G04", "--tox0: is missing"),
        (("--design", "bryant-day", *RATES, "--tox0", ".1", "--tox1", ".3"), "TL-G01", "toxicity (0.1, 0.3) fall"),
        (("--design", "precision", "--width", "30"), "TL-G04", "width: 30"),
        (("--design", "precision", "--width", ".05", "--max-n", "100"), "TL-G02", "are the fewest that work"),
    ],
)
def test_what_no_design_answers(arguments: tuple[str, ...], code: str, words: str) -> None:
    message = refused(topline("design", *arguments))
    assert message.startswith(code)
    assert words in message


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a study, or give --p0 and --p1, or --n"),
        (("--p0", "10%", "--p1", ".3"), "'10%' is not a number; write 10% as 0.1"),
        (("--p0", "ten", "--p1", ".3"), "'ten' is not a number"),
        (("--p0", "%", "--p1", ".3"), "'%' is not a number"),
        ((*RATES, "--max-n", "many"), "'many' is not a valid integer"),
        ((*RATES, "--choose", "simon"), "--choose writes into a study"),
        ((*RATES, "--design", "logrank", "--design", "simon"), "logrank stands alone"),
        ((STUDY, "--design", "precision"), "precision stands alone"),
        ((STUDY, "--n", "35"), "--n only lists origins"),
    ],
)
def test_what_is_typed_wrongly(arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(topline("design", *arguments))


def test_files_hold_what_is_printed(tmp_path: Path) -> None:
    out = tmp_path / "made"
    assert "comparison.html" in told("design", *RATES, "--rate", ".22", "--out", out)
    names = {path.name for path in out.iterdir()}
    assert names == {
        *("comparison.html", "designs.csv", "designs.json", "characteristics.csv", "sample_sizes.csv", "run.json"),
        *("statistics_en.md", "statistics_zh.md"),
    }
    designs = {each["name"]: each for each in json.loads((out / "designs.json").read_text("utf-8"))["designs"]}
    simon = designs["simon"]
    assert (simon["looks"], simon["stop_at_most"], simon["success_from"]) == ([18, 35], [2, 6], [None, 7])
    assert simon["level"] == pytest.approx(0.04738593313699801, abs=1e-12)
    grid = simon["characteristics"]
    assert 0.22 in grid["rates"]
    assert all(sum(stops) == pytest.approx(1.0, abs=1e-12) for stops in grid["patients"])
    with (out / "sample_sizes.csv").open(encoding="utf-8-sig", newline="") as file:
        stops = [each for each in csv.DictReader(file) if each["name"] == "simon" and each["rate"] == "0.1"]
    assert [(each["patients"], round(float(each["probability"]), 4)) for each in stops] == [
        ("18", 0.7338),
        ("35", 0.2662),
    ]
    assert "7 or more of the 35 patients" in (out / "statistics_en.md").read_text("utf-8")
    assert "35" in (out / "statistics_zh.md").read_text("utf-8")
    page = (out / "comparison.html").read_text("utf-8")
    assert "Simon optimal" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_the_same_call_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("first", "second", "second"):
        told("design", *RATES, "--out", tmp_path / name)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def test_a_page_says_which_designs_it_shows(tmp_path: Path) -> None:
    names = [name for name in MAKERS if name not in ("thall-simon", "bop2", "admissible")]
    options = [option for name in names for option in ("--design", name)]
    output = told("design", *RATES, *options, "--out", tmp_path / "out")
    assert f"(the first 10 of {len(names)} designs; the files hold all)" in output
    assert (tmp_path / "out" / "designs.csv").read_text("utf-8-sig").count("\n") == len(names) + 1


def test_a_folder_of_others_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"precious")
    assert "TL-C06" in refused(topline("design", *RATES, "--out", tmp_path))
    assert (tmp_path / "thesis.docx").read_bytes() == b"precious"
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert "TL-C05" in refused(topline("design", *RATES, "--out", file))
    assert "TL-C05" in refused(topline("design", *RATES, "--out", file / "inside"))


def test_a_number_has_many_origins() -> None:
    output = told("design", "--n", 35, "--p0", ".1", "--p1", ".3", "--endpoint", "response")
    assert "level 5%, power 90%: stop with 2 or fewer of 18, success with 7" in output
    assert "exact level 2.0%" in " ".join(output.split())
    first = [line for line in output.splitlines() if line.startswith("  - ")]
    assert all("10% against 30%" in line for line in first[:3])
    others = told("design", "--n", 35, "--p0", ".3", "--p1", ".55", "--endpoint", "response").splitlines()
    assert next(line for line in others if line.startswith("  - ")).startswith("  - Simon optimal: 30% against 55%")
    assert "more\n" not in told("design", "--n", 35, "--design", "all")
    assert "exponential time" in told("design", "--n", 35, "--endpoint", "time", "--design", "all")


OTHERS = {
    "logrank": (("--median0", 3, "--median1", 5, "--accrual", 2.5, "--follow-up", 6), ("28", "1.5308", "0.8119")),
    "exponential": (("--median0", 3, "--median1", 5, "--accrual", 2.5, "--follow-up", 6), ("23", "4.0976", "31")),
    "landmark": (
        ("--p0", 0.25, "--p1", 0.45, "--time", 6, "--accrual", 2, "--follow-up", 3),
        ("36", "14", "37", "0.8048"),
    ),
    "precision": (("--width", 0.3, "--p1", 0.3), ("40", "42", "0.2997")),
    "toxicity": (("--p0", 0.2, "--n", 43, "--tox0", 0.4), ("3 of 3", "5 of 6", "4.97%", "82.59%")),
    "bryant-day": (("--p0", 0.1, "--p1", 0.3, "--tox0", 0.3, "--tox1", 0.1), ("16, 27", "2, 4", "4, 6", "18.44")),
    "bop2-toxicity": (("--p0", 0.3, "--p1", 0.6, "--tox0", 0.4, "--tox1", 0.2), ("29", "10, 15, .. 29")),
    "gehan": (("--p1", 0.2), ("14 patients", "4.40%", "6 after 2")),
}


@pytest.mark.parametrize("name", OTHERS)
def test_designs_of_other_kinds(name: str) -> None:
    arguments, words = OTHERS[name]
    output = told("design", "--design", name, *arguments)
    assert [each for each in words if each not in output] == []
    assert max(map(len, output.splitlines())) <= 120


def test_rates_at_a_month_are_curves_as_well_as_medians() -> None:
    common = ("design", "--design", "logrank", "--accrual", 2.5, "--follow-up", 6)
    by_median = told(*common, "--median0", 6, "--median1", 12)
    by_rate = told(*common, "--p0", 0.5, "--p1", 0.5**0.5, "--time", 6)
    assert by_rate.splitlines()[1:] == by_median.splitlines()[1:]
