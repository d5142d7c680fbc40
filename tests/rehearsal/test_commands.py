"""The commands simulate and calibrate as a user types them."""

import json
import sys
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tests.rehearsal.small import STUDY
from topline.cli import main
from topline.cli.rehearsal import SIDE
from topline.exchange.folder import read_folder
from topline.exchange.study_file import builtin_studies, read_study
from topline.rehearsal import calibration, outcome, plan
from topline.simulate import tornado as tornado_module
from topline.simulate.population import Population
from topline.simulate.tornado import tornado
from topline.simulate.trial import draw_trial
from topline.simulate.uncertainty import uncertain_parameters

PUBLISHED = """\
title = "A small trial"
[[target]]
quantity = "ORR"
published = 10.0
n = 40
unit = "%"
"""


def topline(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.mark.parametrize("form", ["parquet", "xpt", "csv"])
def test_a_virtual_trial_is_written_and_read_back(tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    result = topline("simulate", STUDY, "--out", out, "--seed", 4, "--format", form)
    assert result.exit_code == 0, result.output
    assert "VIRTUAL" in result.output
    tables, findings, _ = read_folder((out / "sdtm",))
    drawn = draw_trial(read_study(STUDY)[0], 4)
    assert {name: frame.height for name, frame in tables.items()} == {
        name: frame.height for name, frame in drawn.tables.items() if frame.height
    }
    assert tables["DM"]["USUBJID"].to_list() == drawn.tables["DM"]["USUBJID"].to_list()
    assert findings.height == 0
    truth = pl.read_parquet(out / "truth.parquet") if form == "parquet" else pl.read_csv(out / "truth.csv")
    assert truth["USUBJID"].to_list() == drawn.truth["USUBJID"].to_list()
    assert truth["kl_per_day"].to_list() == drawn.truth["kl_per_day"].to_list()
    assert (out / "README.txt").read_text().startswith("VIRTUAL")
    assert json.loads((out / "run.json").read_text())["virtual"] is True


def test_the_same_seed_gives_the_same_virtual_trial(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert topline("simulate", STUDY, "--out", tmp_path / name).exit_code == 0
    for path in (path for path in (tmp_path / "a").rglob("*") if path.is_file()):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path.name


def test_a_written_scenario_is_taken_again(tmp_path: Path) -> None:
    assert topline("simulate", STUDY, "--scenario", "null", "--out", tmp_path / "a").exit_code == 0
    again = topline("simulate", STUDY, "--scenario", tmp_path / "a" / "null.toml", "--out", tmp_path / "b")
    assert again.exit_code == 0, again.output
    assert (tmp_path / "a" / "truth.parquet").read_bytes() == (tmp_path / "b" / "truth.parquet").read_bytes()


def test_a_rehearsal_says_what_the_design_says(tmp_path: Path) -> None:
    result = topline("simulate", STUDY, "--trials", 3, "--scenario", "null,expected", "--workers", 1, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    for words in ("VIRTUAL", "null: 3 trials", "expected: 3 trials", "95% interval", "the design exactly at"):
        assert words in result.stdout
    for words in ("ORR", "DCR", "median PFS", "median OS", "patients", "duration"):
        assert result.stdout.count(f"\n  {words} ") == 2, words
    assert "6 of 6 trials, done" in result.stderr
    table = pl.read_csv(tmp_path / "characteristics.csv")
    assert table["SCENARIO"].unique(maintain_order=True).to_list() == ["null", "expected"]


def test_the_whole_pipeline_and_assurance_are_added(tmp_path: Path) -> None:
    words = ["--trials", 2, "--scenario", "expected", "--whole", 1, "--assurance", "--workers", 1, "--out", tmp_path]
    result = topline("simulate", STUDY, *words)
    assert result.exit_code == 0, result.output
    assert "expected, uncertain: 2 trials, parameters drawn for each" in result.stdout
    assert "assurance" in result.stdout
    table = pl.read_parquet(tmp_path / "characteristics.parquet")
    events = table.filter(pl.col("QUANTITY").str.starts_with("AE."), STATISTIC="mean")
    assert events["TRIALS"].unique().to_list() == [1]
    assert table.filter(QUANTITY="DESIGN/success", STATISTIC="share")["TRIALS"].to_list() == [2, 2]
    exact = table.filter(QUANTITY="DESIGN/success", STATISTIC="exact")
    assert exact["SCENARIO"].to_list() == ["expected"]
    page = (tmp_path / "rehearsal.html").read_text("utf-8")
    assert "VIRTUAL" in page
    assert "Uncertain parameters" in page


def test_a_tornado_has_a_table_and_a_part_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = ("growth.kde", "reading.missed_scan")
    monkeypatch.setattr(plan, "tornado", lambda base: tornado(base, few))
    monkeypatch.setattr(
        tornado_module,
        "uncertain_parameters",
        lambda truth: [each for each in uncertain_parameters(truth) if each.name in few],
    )
    words = ["--trials", 2, "--scenario", "null,expected", "--tornado", 12, "--workers", 1, "--out", tmp_path]
    result = topline("simulate", STUDY, *words)
    assert result.exit_code == 0, result.output
    assert "Success of expected with one parameter at the low and high end" in result.stdout
    bars = pl.read_csv(tmp_path / "tornado.csv")
    assert bars["SCENARIO"].unique().to_list() == ["expected"]
    assert set(bars["PARAMETER"]) == set(few)
    assert bars["QUANTITY"].unique(maintain_order=True).to_list() == ["success", "ORR/all/rate", "PFS/all/median"]
    assert bars["TRIALS"].unique().to_list() == [12]
    kill = {
        row["SIDE"]: row["DIFFERENCE"] for row in bars.filter(QUANTITY="ORR/all/rate").head(2).iter_rows(named=True)
    }
    assert kill["low"] < 0 < kill["high"]
    table = pl.read_parquet(tmp_path / "characteristics.parquet")
    assert set(table["SCENARIO"]) == {"null", "expected"}
    assert table.filter(QUANTITY="DESIGN/success", STATISTIC="share")["TRIALS"].to_list() == [2, 2]
    page = (tmp_path / "rehearsal.html").read_text("utf-8")
    assert "Scenario expected with one parameter at a time" in page
    assert page.count("growth.kde low") == 3
    plain = topline("simulate", STUDY, *words[:4], "--workers", 1, "--out", tmp_path)
    assert "Tornado" not in plain.stdout
    assert "growth.kde low" not in (tmp_path / "rehearsal.html").read_text("utf-8")


def test_without_a_number_a_tornado_has_its_own() -> None:
    context = main.commands["simulate"].make_context("simulate", [STUDY, "--tornado", "--trials", "2"])
    assert context.params["tornado"] == SIDE


def test_without_coverage_nothing_is_said_of_a_population(tmp_path: Path) -> None:
    words = ["--trials", 2, "--scenario", "null", "--workers", 1, "--out", tmp_path]
    result = topline("simulate", STUDY, *words)
    page = (tmp_path / "rehearsal.html").read_text("utf-8")
    assert "population" not in page.lower()
    assert "Coverage" not in page
    assert "Bias" not in page
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("  success")]
    assert "0.0% (0 of 2, 95% interval 0.0 to 84.2)" in line


def test_coverage_adds_true_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = partial(outcome.true_values_of, population=Population(700))
    monkeypatch.setattr(outcome, "true_values_of", small)
    words = ["--trials", 3, "--scenario", "expected", "--coverage", "--workers", 1, "--out", tmp_path]
    assert topline("simulate", STUDY, *words).exit_code == 0
    table = pl.read_parquet(tmp_path / "characteristics.parquet").filter(QUANTITY="ORR/all/rate")
    values = dict(table.select("STATISTIC", "VALUE").iter_rows())
    assert {"true", "bias", "coverage"} <= set(values)
    assert values["mean"] - values["true"] == pytest.approx(values["bias"])


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        for words in ([], ["--trials", 1, "--scenario", "expected"]):
            result = topline("simulate", STUDY, *words, "--out", out)
            assert (result.exit_code, "TL-C05" in result.output) == (2, True), result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--trials", "0"], "0 is not in the range"),
        (["--trials", "-3"], "-3 is not in the range"),
        (["--seed", "-1"], "-1 is not in the range"),
        (["--trials", "2", "--workers", "0"], "0 is not in the range"),
        (["--trials", "2", "--whole", "3"], "TL-V01"),
        (["--trials", "2", "--tornado", "0"], "0 is not in the range"),
        (["--tornado"], "--tornado: only with --trials"),
        (["--trials", "2", "--scenario", "nul"], "did you mean null?"),
        (["--trials", "2", "--scenario", "nul"], "is not one of null, expected, optimistic, predictive"),
        (["--trials", "2", "--scenario", "null,null"], "TL-V08"),
        (["--trials", "2", "--scenario", "absent.toml"], "TL-V07"),
        (["--trials", "2", "--chunks", "3/2"], "is not I/N"),
        (["--trials", "2", "--chunks", "0/2"], "is not I/N"),
        (["--trials", "2", "--workers", "2", "--cluster", "tcp://127.0.0.1:9"], "TL-V01"),
        (["--trials", "2", "--format", "xpt"], "--format is of one trial"),
        (["--chunks", "1/2", "--workers", "2"], "--workers, --chunks: only with --trials"),
        (["--scenario", "null,expected"], "one trial has one scenario"),
    ],
)
def test_what_cannot_be_is_refused(words: list[str], said: str, tmp_path: Path) -> None:
    result = topline("simulate", STUDY, *words, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert not (tmp_path / "out").exists()


def test_without_dask_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = topline("simulate", STUDY, "--trials", 1, "--cluster", "tcp://127.0.0.1:9", "--out", tmp_path)
    assert result.exit_code == 2
    assert "TL-V04" in result.output
    assert "topline[cluster]" in result.output


def test_a_broken_scenario_file_names_its_faults(tmp_path: Path) -> None:
    scenario = tmp_path / "wrong.toml"
    scenario.write_bytes(b"\xff\xfe")
    assert "TL-V07" in topline("simulate", STUDY, "--trials", 1, "--scenario", scenario, "--out", tmp_path / "o").output
    scenario.write_text('name = "x"\ngrowth.kx = 1\n')
    assert "TL-V10" in topline("simulate", STUDY, "--trials", 1, "--scenario", scenario, "--out", tmp_path / "o").output


def test_published_results_of_a_study_have_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = {
        (study, name): each.read_text("utf-8")
        for study in builtin_studies()
        for name, each in calibration.builtin_published(study).items()
    }
    assert set(shipped) == {("nct02976896", "apatinib"), ("nct02976896", "anlotinib")}
    for (study, name), text in shipped.items():
        for asked in (name, name.upper(), f"published_{name}.toml"):
            assert calibration.published(study.upper(), Path(asked))[0] == text
    Path("apatinib").write_text(PUBLISHED)
    assert calibration.published("nct02976896", Path("apatinib")) == (PUBLISHED, "apatinib")


@pytest.mark.parametrize(
    ("study", "name", "said"),
    [
        ("nct02976896", "sorafenib", "those that come with the study are anlotinib, apatinib"),
        ("nct02976896", "published.toml", "those that come with the study are anlotinib, apatinib"),
        (STUDY, "apatinib", "the study comes with none"),
        (STUDY, "published.toml", "cannot be read"),
        ("nct02976896", "folder/published.toml", "cannot be read"),
    ],
)
def test_published_results_that_are_not_there_are_refused(study: str, name: str, said: str) -> None:
    result = topline("calibrate", study, "--to", name)
    assert result.exit_code == 2
    assert "TL-V07" in result.output
    assert said in " ".join(result.output.split())


def test_a_calibration_shows_its_fit_and_writes_a_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "published.toml").write_text(PUBLISHED)
    small = calibration.Wanted.__init__
    monkeypatch.setattr(
        calibration.Wanted,
        "__init__",
        lambda self, study, targets, out, free: small(self, study, targets, out, free, Population(700)),
    )
    out = tmp_path / "fitted.toml"
    result = topline("calibrate", STUDY, "--to", tmp_path / "published.toml", "--out", out, "--free", "growth.kde")
    assert result.exit_code == 0, result.output
    assert "Published: A small trial" in result.stdout
    assert "growth.kde" in result.stdout
    assert "population 1: chi-square" in result.stderr
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("  ORR ")]
    assert line.split()[:2] == ["ORR", "10%"]
    words = ["--trials", 1, "--scenario", out, "--workers", 1, "--out", tmp_path / "out"]
    taken = topline("simulate", STUDY, *words)
    assert taken.exit_code == 0, taken.output
    assert "fitted: 1 trial\n" in taken.stdout


@pytest.mark.parametrize(
    ("text", "code"), [("x", "TL-V13"), (PUBLISHED.replace("ORR", "XRR"), "TL-V15"), (None, "TL-V07")]
)
def test_targets_with_faults_are_refused(tmp_path: Path, text: str | None, code: str) -> None:
    if text is not None:
        (tmp_path / "published.toml").write_text(text)
    result = topline("calibrate", STUDY, "--to", tmp_path / "published.toml")
    assert result.exit_code == 2
    assert code in result.output
