"""The commands as a user types them: outputs, messages, exit codes, hostile input."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tests.conftest import virtual_run
from topline.cli import main

STUDY = "nct07142421"


def topline(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def write_data(folder: Path, **changes: bytes | None) -> Path:
    """Write the tables of a virtual trial as CSV, without its marks; `changes` replaces or removes a file."""
    folder.mkdir()
    for name, frame in virtual_run(STUDY).tables.items():
        if name != "TS":
            text = frame.write_csv().replace("-VIRTUAL-", "-")
            (folder / f"{name.lower()}.csv").write_text(text, encoding="utf-8")
    for name, content in changes.items():
        path = folder / f"{name}.csv"
        path.unlink() if content is None else path.write_bytes(content)
    return folder


def text_of(folder: Path, name: str) -> str:
    return (folder / f"{name}.csv").read_text(encoding="utf-8")


def codes(out: Path) -> set[str]:
    return set(pl.read_csv(out / "findings.csv", infer_schema=False)["CODE"])


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    result = topline("run", STUDY, "--out", out, "--seed", 3)
    assert result.exit_code == 0, result.output
    assert "VIRTUAL" in result.output
    return out


def test_a_run_writes_report_adam_and_results(done: Path) -> None:
    names = {path.relative_to(done).as_posix() for path in done.rglob("*") if path.is_file()}
    assert {"report.html", "results.parquet", "results.csv", "results.json", "lineage.parquet", "run.json"} <= names
    assert {"adam/adsl.parquet", "adam/adrs.csv", "adam/adtte.parquet", "sdtm/tr.parquet", "study.yaml"} <= names
    record = json.loads((done / "run.json").read_text(encoding="utf-8"))
    assert (record["virtual"], record["seed"]) == (True, 3)


def test_the_same_seed_gives_the_same_files(done: Path, tmp_path: Path) -> None:
    assert topline("run", STUDY, "--out", tmp_path / "again", "--seed", 3).exit_code == 0
    for path in (path for path in done.rglob("*") if path.is_file()):
        assert path.read_bytes() == (tmp_path / "again" / path.relative_to(done)).read_bytes(), path.name


def test_a_trace_shows_rows_and_records(done: Path) -> None:
    result = topline("trace", done, "ORR/all/rate")
    assert result.exit_code == 0
    assert "35 rows of ADRS" in result.output
    assert "clopper-pearson" in result.output
    assert "TRSTRESN=" in result.output
    assert "VIRTUAL" in result.output


def test_an_unknown_result_names_its_neighbours(done: Path) -> None:
    result = topline("trace", done, "ORR/all/rat")
    assert result.exit_code == 2
    assert "TL-C02" in result.output
    assert "ORR/all/rate" in result.output


def test_a_changed_output_is_not_trusted(done: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(done, copy)
    (copy / "results.parquet").write_bytes(b"PAR1")
    result = topline("trace", copy, "ORR/all/rate")
    assert (result.exit_code, "TL-C03" in result.output) == (2, True)


def test_real_data_are_not_called_virtual(tmp_path: Path) -> None:
    result = topline("run", STUDY, "--data", write_data(tmp_path / "data"), "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "VIRTUAL" not in result.output
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "VIRTUAL" not in page.replace('"VIRTUAL": "N"', "")


def test_virtual_data_say_so_also_without_their_trial_summary(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("DM", "EX", "DS", "TU", "TR"):
        (folder / f"{name.lower()}.csv").write_text(virtual_run(STUDY).tables[name].write_csv(), encoding="utf-8")
    assert "VIRTUAL" in topline("run", STUDY, "--data", folder, "--out", tmp_path / "out").output


def test_without_tumour_assessments_nothing_is_called_negative(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data", tu=None, tr=None, rs=None)
    result = topline("run", STUDY, "--data", data, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "negative" not in result.output
    assert "no subject to analyse" in result.output
    assert "TL-X02" in codes(tmp_path / "out")


def test_files_and_memory_give_the_same_results(tmp_path: Path) -> None:
    topline("run", STUDY, "--data", write_data(tmp_path / "data"), "--out", tmp_path / "out")
    columns = ["RESULTID", "VALUE", "VALUEC", "NRECS"]
    read = pl.read_parquet(tmp_path / "out" / "results.parquet").select(columns)
    assert read.equals(virtual_run(STUDY).results.select(columns))


@pytest.mark.parametrize(
    ("study", "code"), [("nct00000000", "TL-C01"), ("", "TL-C01"), ("nct0714242", "TL-C01"), ("/", "TL-C01")]
)
def test_an_unknown_study(study: str, code: str) -> None:
    result = topline("run", study)
    assert (result.exit_code, code in result.output) == (2, True)


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    result = topline("run", STUDY, "--data", tmp_path / "data", "--out", tmp_path / "out")
    assert (result.exit_code, "TL-C04" in result.output) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_others_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"precious")
    result = topline("run", STUDY, "--out", tmp_path)
    assert (result.exit_code, "TL-C06" in result.output) == (2, True)
    assert (tmp_path / "thesis.docx").read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["dm", "ex", "ds", "tu", "tr", "rs", "cm", "sv"])
def test_one_domain_is_missing(tmp_path: Path, name: str) -> None:
    result = topline("run", STUDY, "--data", write_data(tmp_path / "data", **{name: None}), "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "TL-X01" not in codes(tmp_path / "out")
    if name in ("dm", "ex", "ds", "tu", "tr"):
        assert "TL-T09" in codes(tmp_path / "out")


@pytest.mark.parametrize("name", ["dm", "tr", "rs", "ex"])
@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03" * 50, b"A,B\n1\n2,3,4\n", b"PAR1"])
def test_one_file_is_broken(tmp_path: Path, name: str, content: bytes) -> None:
    result = topline(
        "run", STUDY, "--data", write_data(tmp_path / "data", **{name: content}), "--out", tmp_path / "out"
    )
    assert result.exit_code == 0, result.output
    assert {code for code in codes(tmp_path / "out") if code.startswith("TL-F")}


def test_impossible_and_partial_dates(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    lines = text_of(data, "rs").splitlines()
    column = lines[0].split(",").index("RSDTC")
    for number, value in enumerate(["2019-02-31", "31/02/2019", "2025", "2025-06", "not a date"], start=1):
        fields = lines[number].split(",")
        fields[column] = value
        lines[number] = ",".join(fields)
    (data / "rs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = topline("run", STUDY, "--data", data, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "TL-T06" in codes(tmp_path / "out")


def test_strict_says_that_the_data_hold_errors(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    text = text_of(data, "dm")
    (data / "dm.csv").write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    assert topline("run", STUDY, "--data", data, "--out", tmp_path / "out", "--strict").exit_code == 3
    assert topline("run", STUDY, "--data", data, "--out", tmp_path / "out").exit_code == 0
    assert "TL-T02" in codes(tmp_path / "out")


def test_a_cutoff_before_everything_leaves_nobody_treated(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    result = topline("run", STUDY, "--data", data, "--cutoff", "2000-01-01", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "TL-D12" in codes(tmp_path / "out")


def test_who_entered_after_the_cutoff_is_not_there(tmp_path: Path) -> None:
    starts = virtual_run(STUDY).tables["DM"]["RFICDTC"].sort()
    cut = starts[10]
    data = write_data(tmp_path / "data")
    assert topline("run", STUDY, "--data", data, "--cutoff", cut, "--out", tmp_path / "out").exit_code == 0
    adsl = pl.read_parquet(tmp_path / "out" / "adam" / "adsl.parquet")
    assert adsl.height == (starts <= cut).sum()


def test_studies_and_help() -> None:
    assert STUDY in topline("studies").output
    for command in ("run", "demo", "trace", "studies"):
        found = topline(command, "--help")
        assert found.exit_code == 0
        assert "Usage" in found.output


def test_a_dictionary_in_the_folder_codes_terms(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    terms = virtual_run(STUDY).tables["AE"]["AETERM"].unique().sort()
    rows = "\n".join(f'"{term}",Coded {place},Class' for place, term in enumerate(terms))
    (data / "dictionary.csv").write_text(f"term,decod,bodsys\n{rows}\n", encoding="utf-8")
    result = topline("run", STUDY, "--data", data, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    adae = pl.read_parquet(tmp_path / "out" / "adam" / "adae.parquet")
    assert set(adae["CODESRC"]) == {"DICTIONARY"}
    assert set(adae["AEDECOD"]) == {f"Coded {place}" for place in range(terms.len())}
    assert not (tmp_path / "out" / "sdtm" / "dictionary.parquet").exists()
