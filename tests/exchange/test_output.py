"""Output folders: whole or not at all, whatever interrupts the writing, and nothing of anybody else's is lost."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import nullcontext
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from topline.errors import Finding, ToplineError
from topline.exchange import swap
from topline.exchange.layout import Content, output_files
from topline.exchange.output import RunRecord, check_output, read_output, write_output
from topline.exchange.source import Format, SourceFile
from topline.tables.adam import ADSL, ADTTE
from topline.tables.findings import findings_frame
from topline.tables.results import LINEAGE, RESULTS

SOURCE = SourceFile("dm.xpt", "DM", Format.XPT5, 80, "ab" * 32, 1, "utf-8")
RECORD = RunRecord("0.1.0", "nct02976896", "12" * 32, "34" * 32, False, None, (SOURCE,), {"polars": "2.1.0"})
OLD, NEW = {"report.html": b"old", "adam/adsl.csv": b"old"}, {"report.html": b"new", "results.csv": b"new"}


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in swap.folder_files(folder) if name != "run.json"}


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_output(tmp_path / "out", OLD, RECORD)
    return tmp_path / "out"


def test_a_new_folder_with_its_parents(tmp_path: Path) -> None:
    write_output(tmp_path / "a" / "b" / "out", OLD, RECORD)
    assert content(tmp_path / "a" / "b" / "out") == OLD
    assert beside(tmp_path / "a" / "b" / "out") == []
    assert stat.S_IMODE((tmp_path / "a" / "b" / "out").stat().st_mode) == stat.S_IMODE((tmp_path / "a").stat().st_mode)


def test_an_earlier_run_is_replaced_whole(out: Path) -> None:
    write_output(out, NEW, RECORD)
    assert (content(out), beside(out)) == (NEW, [])


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    write_output(tmp_path, NEW, RECORD)
    assert content(tmp_path) == NEW


def test_a_link_to_a_folder_stays_a_link(out: Path) -> None:
    link = out.with_name("link")
    link.symlink_to(out)
    write_output(link, NEW, RECORD)
    assert (link.is_symlink(), content(out)) == (True, NEW)


def test_equal_runs_write_equal_bytes(out: Path) -> None:
    first = (out / "run.json").read_bytes()
    write_output(out, OLD, RECORD)
    assert (out / "run.json").read_bytes() == first


FOREIGN = [
    ({"thesis.docx": b"x"}, "thesis.docx"),
    ({"run.json": b"{}", "other.txt": b"x"}, "other.txt, run.json"),
    ({"run.json": b"not json"}, "run.json"),
    ({"run.json": b'{"topline": "0.1.0", "files": 3}', "report.html": b"x"}, "report.html, run.json"),
    ({f"{n}": b"x" for n in range(7)}, "0, 1, 2, 3, 4 and 2 more"),
]


@pytest.mark.parametrize(("files", "said"), FOREIGN)
def test_a_folder_that_topline_did_not_write_is_left_alone(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ToplineError, match="TL-C06") as caught:
        check_output(tmp_path)
    assert caught.value.what.endswith(f": {said}")
    with pytest.raises(ToplineError, match="TL-C06"):
        write_output(tmp_path, NEW, RECORD)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files


def test_a_file_that_was_put_into_an_output_is_not_lost(out: Path) -> None:
    (out / "adam" / "notes.txt").write_bytes(b"mine")
    with pytest.raises(ToplineError, match=r"TL-C06.*adam/notes\.txt"):
        write_output(out, NEW, RECORD)
    assert content(out) == OLD | {"adam/notes.txt": b"mine"}


def test_what_file_browsers_leave_is_no_obstacle(out: Path) -> None:
    (out / ".DS_Store").write_bytes(b"x")
    write_output(out, NEW, RECORD)
    assert content(out) == NEW


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"x")
    with pytest.raises(ToplineError, match=r"TL-C05.*is a file"):
        write_output(tmp_path / "out", NEW, RECORD)
    with pytest.raises(ToplineError, match="TL-C05"):
        write_output(tmp_path / "out" / "inside", NEW, RECORD)


def test_a_folder_that_is_not_writable(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ToplineError, match=r"TL-C05.*Permission denied"):
        write_output(out, NEW, RECORD)
    assert content(out) == OLD


def test_what_is_not_writable_is_said_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ToplineError, match=r"TL-C05.*is not writable"):
        check_output(tmp_path / "a" / "out")


@pytest.mark.parametrize("name", ["../x", "/x", "run.json", "a/../../x", ""])
def test_a_path_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is not the path of a file inside"):
        write_output(tmp_path / "out", {name: b""}, RECORD)
    assert list(tmp_path.iterdir()) == []


STEPS = ["mkdir", "write", "fsync", "rename 1", "rename 2", "rename 3", "rmtree"]


PLACES = {"mkdir": Path, "rename": Path, "write": swap, "fsync": os, "rmtree": shutil}
COMMITTED = ("rename 3", "rmtree")  # the new folder stands already
TRIED_AGAIN = ("rename 1", "rename 2")  # a failed renaming is tried again


def stopping(original: Callable[..., object], number: int, fault: BaseException) -> Callable[..., object]:
    """Return a function that raises at its call `number`, and else does what it did."""
    calls = count(1)

    def step(*given: object, **named: object) -> object:
        if next(calls) == number:
            raise fault
        return original(*given, **named)

    return step


@pytest.mark.parametrize(
    "fault", [KeyboardInterrupt(), OSError(28, "No space left on device"), MemoryError()], ids=repr
)
@pytest.mark.parametrize("step", STEPS)
def test_an_interruption_leaves_one_of_the_two_whole(
    out: Path, step: str, fault: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, number = step.partition(" ")
    attribute = "_write" if name == "write" else name
    done = step in COMMITTED or (step in TRIED_AGAIN and isinstance(fault, OSError))
    succeeds = done and isinstance(fault, OSError)
    with monkeypatch.context() as patched:
        patched.setattr(PLACES[name], attribute, stopping(getattr(PLACES[name], attribute), int(number or 1), fault))
        with nullcontext() if succeeds else pytest.raises((type(fault), ToplineError)):
            write_output(out, NEW, RECORD)
    assert content(out) == (NEW if done else OLD)
    write_output(out, NEW, RECORD)
    assert (content(out), beside(out)) == (NEW, [])


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from topline.exchange import swap
    def kill(*_): os.kill(os.getpid(), signal.SIGKILL)
    count = int(sys.argv[2])
    original, calls = {name}, [0]
    def step(*given, **named):
        calls[0] += 1
        return kill() if calls[0] == count else original(*given, **named)
    {name} = step
    swap.replace_folder(Path(sys.argv[1]), {{"report.html": b"new", "results.csv": b"new"}})
"""


@pytest.mark.skipif(os.name == "nt", reason="a kill that cannot be caught is a matter of POSIX")
@pytest.mark.parametrize(
    ("name", "number"), [("swap._write", 2), ("Path.rename", 1), ("Path.rename", 2), ("Path.rename", 3)]
)
def test_a_kill_leaves_one_of_the_two_whole(out: Path, name: str, number: int) -> None:
    """Killed between the two renamings, the previous outputs stand aside whole; reading or writing puts them back."""
    script = textwrap.dedent(KILLED.format(name=name))
    ended = subprocess.run([sys.executable, "-c", script, str(out), str(number)], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert out.exists() == ((name, number) != ("Path.rename", 2))
    swap.recover(out)
    assert content(out) == (NEW if (name, number) == ("Path.rename", 3) else OLD)
    assert beside(out) == []


def test_a_folder_that_another_run_writes_now_is_left_alone(out: Path) -> None:
    other = out.with_name(f".out.new-{os.getppid()}-12345678")
    other.mkdir()
    write_output(out, NEW, RECORD)
    assert (content(out), beside(out)) == (NEW, [other.name])


def run_content() -> Content:
    adtte = ADTTE.select(pl.DataFrame({"USUBJID": ["001"], "AVAL": [31], "SRCRECS": [["RS 3", "RS 5"]]}))
    results = RESULTS.select(pl.DataFrame({"RESULTID": ["orr.all.rate"], "VALUE": [0.1 + 0.2], "GROUP": ["全部"]}))
    return Content(
        report="<p>中文</p>",
        study_text="topline: 1\n",
        results=results,
        lineage=LINEAGE.select(pl.DataFrame({"USUBJID": ["001"], "ASEQ": [1]})),
        findings=findings_frame([Finding("TL-F03", "dm.xpt")]),
        adam={"ADSL": ADSL.empty(), "ADTTE": adtte},
        sdtm={"DM": pl.DataFrame({"USUBJID": ["001"]})},
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    content, out = run_content(), tmp_path / "out"
    write_output(out, output_files(content), RECORD)
    read = read_output(out)
    assert (read.record, read.study_text) == (RECORD, content.study_text)
    assert (out / "report.html").read_text("utf-8") == content.report
    for name in ("results", "lineage", "findings"):
        assert_frame_equal(getattr(read, name), getattr(content, name), check_exact=True)
    assert (sorted(read.adam), sorted(read.sdtm), len(read.adam)) == (["ADSL", "ADTTE"], ["DM"], 2)
    assert_frame_equal(read.adam["ADTTE"], content.adam["ADTTE"], check_exact=True)
    with pytest.raises(KeyError):
        read.sdtm["EX"]


def test_the_files_of_an_output() -> None:
    names = set(output_files(run_content(), forms=("xpt", "csv", "dataset-json")))
    tables = {f"adam/{name}.{suffix}" for name in ("adsl", "adtte") for suffix in ("parquet", "xpt", "csv", "json")}
    others = {"results.parquet", "results.csv", "results.json", "lineage.parquet", "findings.parquet", "findings.csv"}
    assert names == {"report.html", "study.yaml", "sdtm/dm.parquet"} | tables | others


def test_results_as_csv_and_json_are_in_full_digits() -> None:
    files = output_files(run_content())
    assert b"0.30000000000000004" in files["results.csv"]
    assert json.loads(files["results.json"])[0]["VALUE"] == 0.1 + 0.2
    assert "全部" in files["results.csv"].decode("utf-8")
    assert b"RS 3; RS 5" in files["adam/adtte.csv"]


def test_run_json_names_what_the_run_was_made_from(out: Path) -> None:
    record = json.loads((out / "run.json").read_text("utf-8"))
    assert (record["topline"], record["virtual"], record["seed"]) == ("0.1.0", False, None)
    assert SourceFile(**record["sources"][0]) == SOURCE
    assert sorted(record["files"]) == ["adam/adsl.csv", "report.html"]


def test_what_is_no_output_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ToplineError, match=r"TL-C03.*is not a folder"):
        read_output(tmp_path / "nowhere")
    with pytest.raises(ToplineError, match=r"TL-C03.*has no run\.json"):
        read_output(tmp_path)


def test_an_output_that_is_not_whole_or_was_changed_is_not_read(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_output(out, output_files(run_content()), RECORD)
    (out / "adam" / "adtte.parquet").write_bytes((out / "adam" / "adsl.parquet").read_bytes())
    with pytest.raises(ToplineError, match=r"adtte\.parquet: was changed after the run"):
        read_output(out).adam["ADTTE"]
    (out / "results.parquet").unlink()
    with pytest.raises(ToplineError, match=r"TL-C03.*lacks results\.parquet"):
        read_output(out)
    (out / "run.json").write_text('{"topline": "9.9", "files": {}}')
    with pytest.raises(ToplineError, match="TL-C03"):
        read_output(out)
