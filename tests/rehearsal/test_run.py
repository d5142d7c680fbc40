"""A rehearsal is the same however it is run, and goes on where it stopped."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.rehearsal.small import NAMES, STUDY, chunk_files, rehearsal, results_of, tasks_of
from topline.errors import ToplineError
from topline.exchange.study_file import read_study
from topline.rehearsal import folder, plan, run, workers
from topline.rehearsal.folder import Folder
from topline.rehearsal.plan import Rehearsal, wanted_scenarios
from topline.rehearsal.run import Execution, Progress, rehearse
from topline.rehearsal.task import Task, truth_digest
from topline.rehearsal.workers import Answered, run_processes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    asked = rehearsal(tmp_path_factory.mktemp("serial") / "out")
    rehearse(asked, Execution(workers=1))
    return asked


def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that the names of tasks are added to as they are run."""
    names: list[str] = []

    def noted(tasks: list[Task]) -> Iterator[Answered]:
        for task, found in workers.run_serial(tasks):
            names.append(task.file)
            yield task, found

    monkeypatch.setattr(run, "run_serial", noted)
    return names


def copy_of(serial: Rehearsal, out: Path) -> Rehearsal:
    assert serial.out is not None
    for path in serial.out.rglob("*"):
        if path.is_file():
            new = out / path.relative_to(serial.out)
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(path.read_bytes())
    return replace(serial, out=out)


def test_processes_give_the_same_bytes(serial: Rehearsal, tmp_path: Path) -> None:
    rehearse(rehearsal(tmp_path), Execution(workers=2))
    assert serial.out is not None
    assert chunk_files(tmp_path) == chunk_files(serial.out)
    for name in ("characteristics.parquet", "characteristics.csv", "manifest.json"):
        assert (tmp_path / name).read_bytes() == (serial.out / name).read_bytes()


def test_a_dask_cluster_gives_the_same_bytes(serial: Rehearsal, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: topline[cluster]")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Dask itself
        with distributed.LocalCluster(**options) as cluster:
            rehearse(rehearsal(tmp_path), Execution(cluster=cluster.scheduler_address))
    assert serial.out is not None
    assert chunk_files(tmp_path) == chunk_files(serial.out)


def test_parts_give_the_same_bytes_and_are_summed_up_at_the_end(serial: Rehearsal, tmp_path: Path) -> None:
    first = rehearse(rehearsal(tmp_path), Execution(workers=1, part=(1, 2)))
    assert "2 of all 4 chunks are not finished" in first.summary[0]
    assert not (tmp_path / "characteristics.csv").exists()
    second = rehearse(rehearsal(tmp_path), Execution(workers=1, part=(2, 2)))
    assert "all 4 are finished" in second.summary[0]
    rehearse(rehearsal(tmp_path), Execution(workers=1))
    assert serial.out is not None
    assert chunk_files(tmp_path) == chunk_files(serial.out)
    assert (tmp_path / "characteristics.csv").exists()


def test_finished_chunks_are_not_run_again_and_damaged_ones_are(
    serial: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = copy_of(serial, tmp_path)
    before, names = chunk_files(tmp_path), ran(monkeypatch)
    rehearse(asked, Execution(workers=1))
    assert names == []
    chunks = tmp_path / "chunks"
    files = sorted(before)
    (chunks / files[0]).unlink()
    (chunks / files[1]).write_bytes(before[files[1]][:-9])
    (chunks / files[2]).write_bytes(before[files[3]])
    rehearse(asked, Execution(workers=1))
    assert sorted(names) == files[:3]
    assert chunk_files(tmp_path) == before


def test_a_changed_number_is_seen(serial: Rehearsal, tmp_path: Path) -> None:
    asked = copy_of(serial, tmp_path)
    task = tasks_of(asked)[0]
    path = tmp_path / "chunks" / task.file
    about = {name: text for name, text in pl.read_parquet_metadata(path).items() if name != "ARROW:schema"}
    frame = pl.read_parquet(path)
    frame.write_parquet(path, metadata=about)
    assert Folder(tmp_path).unfinished([task]) == []
    frame.with_columns(pl.col("VALUE") + 1).write_parquet(path, metadata=about)
    assert Folder(tmp_path).unfinished([task]) == [task]


def test_more_and_fewer_trials_and_further_scenarios_can_be_asked_for(
    serial: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, names = copy_of(serial, tmp_path), ran(monkeypatch)
    more = replace(asked, trials=3, scenarios=("null",))
    rehearse(more, Execution(workers=1))
    assert names == ["null-fixed-00000.parquet"]
    few = replace(asked, trials=2, scenarios=("null",))
    rehearse(few, Execution(workers=1))
    assert len(names) == 1
    assert results_of(few)["STUDYID"].n_unique() == 2
    assert results_of(few).equals(results_of(replace(serial, scenarios=("null",))))
    entries = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "scenarios").glob("*.json")}
    assert {name: entry["scenario"] for name, entry in entries.items()} == {name: name for name in NAMES}


def test_runs_that_add_scenarios_at_once_lose_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol, _ = read_study(STUDY)
    one, two = wanted_scenarios(protocol, ("null",)), wanted_scenarios(protocol, ("expected",))
    create, others = folder.create_file, [two]

    def interrupted(path: Path, content: bytes) -> None:
        if others:  # another run opens the folder between what this one has read and what it writes
            Folder(tmp_path).open(protocol, 5, others.pop())
        create(path, content)

    monkeypatch.setattr(folder, "create_file", interrupted)
    Folder(tmp_path).open(protocol, 5, one)
    assert {path.name for path in (tmp_path / "scenarios").iterdir()} == {"null.json", "expected.json"}
    for name, scenario in (("null", one), ("expected", two)):
        digest = json.loads((tmp_path / "scenarios" / f"{name}.json").read_text())["digest"]
        assert digest == truth_digest(scenario[0].truth)


def test_of_two_different_rehearsals_at_once_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    protocol, _ = read_study(STUDY)
    create, others = folder.create_file, [5]

    def interrupted(path: Path, content: bytes) -> None:
        if others:
            Folder(tmp_path).open(protocol, others.pop(), [])
        create(path, content)

    monkeypatch.setattr(folder, "create_file", interrupted)
    with pytest.raises(ToplineError, match="TL-V02") as raised:
        Folder(tmp_path).open(protocol, 6, [])
    assert "seed 5 there, 6 asked for" in str(raised.value)


def test_without_hard_links_a_file_is_created_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*names: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refused)
    folder.create_file(tmp_path / "a", b"1")
    folder.create_file(tmp_path / "a", b"2")
    assert (tmp_path / "a").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"seed": 6}, "seed 5 there, 6 asked for"), ({"study": "nct02976896"}, "study NCT07142421 there, NCT02976896")],
)
def test_a_folder_of_another_rehearsal_is_refused(
    serial: Rehearsal, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    asked = copy_of(serial, tmp_path)
    before = chunk_files(tmp_path)
    with pytest.raises(ToplineError, match="TL-V02") as raised:
        rehearse(replace(asked, **change), Execution(workers=1))  # type: ignore[arg-type]
    assert said in str(raised.value)
    assert chunk_files(tmp_path) == before


def test_another_truth_of_a_scenario_is_refused(tmp_path: Path) -> None:
    scenario = tmp_path / "slow.toml"
    out = tmp_path / "out"
    for kl, code in ((0.001, ""), (0.0015, "TL-V02")):
        scenario.write_text(f'name = "slow"\ngrowth.kl = {kl}\n')
        asked = rehearsal(out, 1, scenarios=(str(scenario),))
        if code:
            with pytest.raises(ToplineError, match=code) as raised:
                rehearse(asked, Execution(workers=1))
            assert "another truth of the scenario slow" in str(raised.value)
        else:
            rehearse(asked, Execution(workers=1))


def test_an_effect_that_was_searched_for_is_not_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "known_effect", lambda protocol, name: None)
    searched, known = [], plan.scenarios
    monkeypatch.setattr(plan, "scenarios", lambda *asked: searched.append(asked[1]) or known(*asked))
    asked = rehearsal(tmp_path, 1, scenarios=("null", "expected"))
    rehearse(asked, Execution(workers=1))
    before = (tmp_path / "manifest.json").read_bytes()
    rehearse(asked, Execution(workers=1))
    assert searched == [("null",), ("expected",), ("expected",)]
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_a_folder_with_other_files_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ToplineError, match="TL-C06"):
        rehearse(rehearsal(tmp_path), Execution(workers=1))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_killed_worker_loses_nothing(serial: Rehearsal, tmp_path: Path) -> None:
    asked = rehearsal(tmp_path)
    killed = []

    def kill(progress: Progress) -> None:
        if not killed and (children := active_children()):
            os.kill(children[0].pid or 0, signal.SIGKILL)
            killed.append(children[0].pid)

    rehearse(asked, Execution(workers=2), kill)
    assert killed
    assert serial.out is not None
    assert chunk_files(tmp_path) == chunk_files(serial.out)
    assert active_children() == []


def test_workers_that_always_die_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "end_with_parent", partial(os._exit, 3))
    with pytest.raises(ToplineError, match="TL-V03") as raised:
        list(run_processes(tasks_of(rehearsal(tmp_path, scenarios=("null",))), 1))
    assert "died 3 times in a row; 1 of 1 chunks" in str(raised.value)


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_ctrl_c_keeps_finished_chunks_and_leaves_no_worker(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "topline", "simulate", STUDY, "--trials", "1000", "--workers", "2"]
    with started([*command, "--scenario", "null", "--out", str(tmp_path)]) as process:
        wait_for(lambda: len(list((tmp_path / "chunks").glob("*.parquet"))) >= 1)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on from there" in told
    assert "Traceback" not in told
    left = Folder(tmp_path).unfinished(tasks_of(Rehearsal(STUDY, 1000, ("null",), 1)))
    assert len(left) < 4
    wait_for(lambda: not group_members(process.pid))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "topline", "simulate", STUDY, "--trials", "1000", "--workers", "2"]
    with started([*command, "--scenario", "null", "--out", str(tmp_path)]) as process:
        wait_for(lambda: len(group_members(process.pid)) >= 3)
        process.kill()
        process.communicate(timeout=60)
    wait_for(lambda: not group_members(process.pid))


def started(command: list[str]) -> "subprocess.Popen[str]":
    """Start a command in a group of processes of its own."""
    settings = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(
        command, text=True, env=settings, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )


def wait_for(condition: "object", seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.05)


def group_members(group: int) -> list[int]:
    """Return the processes of a group that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_progress_tells_trials_and_the_time_that_is_left(tmp_path: Path) -> None:
    told: list[Progress] = []
    rehearse(rehearsal(tmp_path), Execution(workers=1), told.append)
    counted = [each for each in told if not each.note]
    assert [(each.done, each.total) for each in counted] == [(done, 8) for done in (0, 2, 4, 6, 8)]
    assert counted[0].remaining is None
    assert counted[-1].remaining == 0
    assert np.all(np.diff([each.seconds for each in counted]) > 0)


@pytest.mark.parametrize(
    "change", [{"trials": 0}, {"seed": -1}, {"whole": -1}, {"whole": 3}, {"scenarios": ()}, {"trials": -5}]
)
def test_an_impossible_rehearsal_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ToplineError, match="TL-V01"):
        rehearsal(Path("out"), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"workers": -1}, {"workers": 2, "cluster": "tcp://x:1"}])
def test_an_impossible_execution_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ToplineError, match="TL-V01"):
        Execution(**change)  # type: ignore[arg-type]
