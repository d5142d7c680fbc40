"""The commands before the first patient as a user types them: new, lint, screen, confirm, record; hostile input."""

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from topline.cli import main

STUDY = "nct07142421"
DAY = "2026-11-21"


def topline(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def candidates(folder: Path) -> Path:
    """Write three candidates: one who may enrol, one of too poor ECOG status, one of known age only."""
    fit = {
        "SUBJID": "A",
        "AGE": 61,
        "SEX": "M",
        "PATHCONF": "Y",
        "SITE": "ESOPHAGUS",
        "HIST": "SQUAMOUS CELL CARCINOMA",
        "STAGE": "IVB",
        "STAGEED": "AJCC 8",
        "EVALLES": 2,
        "ECOG": 1,
        "FAIL1L": "Y",
        "ORGANOK": "Y",
        "CHILDPOT": "N",
        "OTHMAL": "N",
        "OTHMALTX": "N",
        "HEARTDIS": "NONE",
        "LIVERDIS": "NONE",
        "KIDNDIS": "NONE",
        "LUNGDIS": "NONE",
        "OTHDIS": "NONE",
        "PRIORCLS": "PLATINUM;TAXANE",
        "LIFEEXP": 8,
        "INFACT": "N",
        "INFCTRL": None,
        "E08_A": "N",
        "PREGNANT": None,
        "LACTATE": None,
    }
    unfit = {**fit, "SUBJID": "B", "ECOG": 3}
    bare = dict.fromkeys(fit) | {"SUBJID": "C", "AGE": 50}
    path = folder / "candidates.csv"
    pl.DataFrame([fit, unfit, bare]).write_csv(path)
    return path


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("record") / "record.json"
    result = topline("record", STUDY, "--out", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="module")
def folder(record: Path) -> Path:
    made = record.parent / "study"
    result = topline("new", made, "--from", record, "--as-of", DAY)
    assert result.exit_code == 0, result.output
    assert "open question" in result.output
    return made


def test_a_new_study_holds_what_the_manual_says(folder: Path, record: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"study.yaml", "record.json", "lint.txt", "lint.sarif", "questions.md", "record.html"}
    assert (folder / "record.json").read_bytes() == record.read_bytes()
    page = (folder / "record.html").read_text("utf-8")
    assert "<script" not in page
    assert "I02" in page


def test_a_folder_in_use_is_refused_and_left(folder: Path, record: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = topline("new", folder, "--from", record)
    assert result.exit_code == 2
    assert "TL-I11" in result.output
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_study_gives_its_own_record_back(folder: Path, record: Path) -> None:
    assert json.loads(topline("record", folder).output) == json.loads(record.read_text("utf-8"))


def test_an_edit_of_the_study_moves_the_record_and_nothing_else(folder: Path, record: Path, tmp_path: Path) -> None:
    copy = tmp_path / "edited"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    text = (copy / "study.yaml").read_text("utf-8")
    assert text.count("planned: 35") == 1
    (copy / "study.yaml").write_text(text.replace("planned: 35", "planned: 38"), "utf-8")
    before, after = json.loads(record.read_text("utf-8")), json.loads(topline("record", copy).output)
    assert after["protocolSection"]["designModule"]["enrollmentInfo"].pop("count") == 38
    assert before["protocolSection"]["designModule"]["enrollmentInfo"].pop("count") == 35
    assert after == before


def test_lint_of_a_folder_names_record_and_study(folder: Path) -> None:
    result = topline("lint", folder, "--as-of", DAY)
    assert result.exit_code == 0
    assert f"{folder / 'record.json'}" in result.output
    assert f"{folder / 'study.yaml'}" in result.output
    log = json.loads(topline("lint", folder, "--format", "sarif", "--as-of", DAY).output)
    assert (log["version"], len(log["runs"])) == ("2.1.0", 2)
    assert [len(each["rules"]) for each in json.loads(topline("lint", folder, "--format", "json").output)["files"]] == [
        len(run["tool"]["driver"]["rules"]) for run in log["runs"]
    ]


def test_strict_lint_fails_where_an_error_fires(folder: Path, tmp_path: Path) -> None:
    assert topline("lint", STUDY, "--strict").exit_code == 0
    text = (folder / "study.yaml").read_text("utf-8")
    wrong = tmp_path / "study.yaml"
    assert "maximum: 80" in text
    wrong.write_text(text.replace("AGE >= 18", "AGE >= 90"), "utf-8")
    assert topline("lint", wrong, "--strict").exit_code == 3


def test_an_accepted_rule_stays_in_sight(tmp_path: Path) -> None:
    result = topline("lint", STUDY)
    assert "accepted" in result.output
    assert "STU-18" in result.output.partition("\naccepted")[2]
    assert "STU-18" not in result.output.partition("\naccepted")[0]


def test_screening_gives_verdicts_with_their_data(tmp_path: Path) -> None:
    out = tmp_path / "screening"
    result = topline("screen", STUDY, "--patients", candidates(tmp_path), "--out", out)
    assert result.exit_code == 0, result.output
    assert "3 candidates: 1 eligible, 1 pending, 1 ineligible" in result.output
    told = pl.read_csv(out / "criteria.csv").filter(SUBJID="B", CRITERION="I04")
    assert told.select("STATUS", "DATUM").row(0) == ("NOT MET", "ECOG 3 (<= 2)")
    pregnancy = pl.read_csv(out / "criteria.csv").filter(SUBJID="A", CRITERION="E07")
    assert pregnancy["STATUS"].item() == "NOT APPLICABLE"
    needs = pl.read_csv(out / "verdicts.csv").filter(SUBJID="C")["NEEDS"].item()
    assert {"ECOG", "E08_A", "SEX"} <= set(needs.split("; "))


def test_drafts_do_not_judge_where_only_confirmed_criteria_do(tmp_path: Path) -> None:
    result = topline("screen", STUDY, "--patients", candidates(tmp_path), "--out", tmp_path / "out", "--confirmed")
    assert "0 eligible, 3 pending, 0 ineligible" in result.output


def test_a_confirmation_holds_until_the_condition_changes(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes((folder / "study.yaml").read_bytes())
    result = topline("confirm", path, "I06", "--by", "A. Investigator", "--on", DAY)
    assert result.exit_code == 0, result.output
    assert "I06" in result.output.splitlines()[0]
    text = path.read_text("utf-8")
    assert "A. Investigator" in text
    path.write_text(text.replace("condition: AGE >= 18", "condition: AGE >= 19"), "utf-8")
    assert "STU-43" in topline("lint", path).output
    assert topline("confirm", path, "--by", "A").exit_code == 2
    assert "has not come yet" in topline("confirm", path, "I01", "--by", "A", "--on", "2999-01-01").output
    again = topline("confirm", path, "I06", "--by", "B. Other", "--on", DAY).output
    assert "AGE >= 19" in again
    assert "A. Investigator, 2026-11-21" in again
    refused = topline("confirm", path, "I99", "--by", "A. Investigator")
    assert (refused.exit_code, "TL-E19" in refused.output) == (2, True)


def test_a_built_in_study_is_not_confirmed_in_place() -> None:
    result = topline("confirm", STUDY, "--all", "--by", "A. Investigator")
    assert result.exit_code == 2
    assert "copy" in result.output


HOSTILE = {
    "empty.txt": b"",
    "zeros.txt": b"\0" * 1000,
    "page.html": b"<!doctype html><html><body><h1>A study</h1></body></html>",
    "pwned.json": b'{"status":"pwned"}',
    "broken.json": b'{"protocolSection": {"identificationModule":',
    "deep.json": b"[" * 100_000,
    "binary.txt": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("command", ["new", "lint"])
def test_what_is_no_record_is_refused_with_a_reason(command: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    made = tmp_path / "made"
    result = topline("new", made, "--from", path) if command == "new" else topline("lint", path)
    assert result.exit_code == 2, result.output
    assert result.output.startswith(("TL-I", "TL-C"))
    assert "fix:" in result.output
    assert not made.exists()


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for words in (
        ("new", tmp_path / "made", "--from", tmp_path / "no.json"),
        ("lint", tmp_path / "no.json"),
        ("screen", "nct00000000", "--patients", tmp_path / "no.csv"),
        ("screen", STUDY, "--patients", tmp_path / "no.csv"),
        ("record", "nct00000000"),
        ("confirm", tmp_path / "no", "--all", "--by", "X"),
    ):
        result = topline(*words)
        assert result.exit_code == 2, (words, result.output)
        assert "TL-" in result.output
        assert "Traceback" not in result.output


def test_the_limits_of_the_population_judge_too(tmp_path: Path) -> None:
    path = candidates(tmp_path)
    frame = pl.read_csv(path)
    old = frame.head(1).with_columns(SUBJID=pl.lit("D"), AGE=pl.lit(81, dtype=pl.Int64))
    edge = frame.head(1).with_columns(SUBJID=pl.lit("E"), AGE=pl.lit(80, dtype=pl.Int64))
    pl.concat([frame, old, edge]).write_csv(path)
    assert topline("screen", STUDY, "--patients", path, "--out", tmp_path / "out").exit_code == 0
    verdicts = dict(pl.read_csv(tmp_path / "out" / "verdicts.csv").select("SUBJID", "VERDICT").iter_rows())
    assert (verdicts["D"], verdicts["E"]) == ("INELIGIBLE", "ELIGIBLE")
    told = pl.read_csv(tmp_path / "out" / "criteria.csv").filter(SUBJID="D", STATUS="NOT MET")
    assert told.select("CRITERION", "DATUM").rows() == [("I00", "AGE 81 years (< 81)")]


def test_a_withdrawn_criterion_judges_nobody(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes((folder / "study.yaml").read_bytes())
    assert topline("confirm", path, "I06", "--by", "A", "--on", DAY).exit_code == 0
    text = path.read_text("utf-8").replace("condition: AGE >= 18", "condition: AGE >= 65")
    path.write_text(text, "utf-8")
    assert topline("screen", path, "--patients", candidates(tmp_path), "--out", tmp_path / "out").exit_code == 0
    found = pl.read_csv(tmp_path / "out" / "criteria.csv").filter(CRITERION="I06")["STATUS"].unique().to_list()
    assert found == ["UNKNOWN"]


def test_a_folder_may_be_called_as_a_file(record: Path, tmp_path: Path) -> None:
    made = tmp_path / "study.json"
    assert topline("new", made, "--from", record).exit_code == 0
    assert json.loads(topline("record", made).output) == json.loads(record.read_text("utf-8"))
