"""A task gives the results of its trials, the same wherever and however often it is run."""

import io
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from tests.rehearsal.small import rehearsal, tasks_of
from topline.errors import ToplineError
from topline.exchange.study_file import read_study
from topline.protocol.model import Protocol
from topline.rehearsal import task as task_module
from topline.rehearsal.plan import planned_tasks
from topline.rehearsal.task import RUN, SCHEMA, WHOLE_CHUNK, Task, answer, own_versions, run_task, slug
from topline.simulate.analysis import analyse_stack
from topline.simulate.stack import Chunk, draw_stack
from topline.simulate.trial import Trial
from topline.simulate.truth import Truth


def task(kind: str, trials: int = 3) -> Task:
    return replace(tasks_of(rehearsal(Path("out"), scenarios=("expected",)))[0], kind=kind, trials=trials)  # type: ignore[arg-type]


def test_results_are_those_of_the_stack_with_its_calendar() -> None:
    given = task("fixed")
    found = run_task(given)
    assert found.schema == pl.Schema(SCHEMA)
    protocol, _ = read_study("nct07142421")
    tables = draw_stack(protocol, given.scenario.truth, Chunk(5, "expected", 0), 3).tables
    own = found.filter(~pl.col("RESULTID").str.starts_with("CALENDAR/")).drop("SCENARIO", "CHUNK")
    assert own.equals(analyse_stack(protocol, tables).sort("STUDYID", "RESULTID"))
    assert found.filter(pl.col("RESULTID") == "CALENDAR/all/cutoff").height == 3


def test_the_first_trials_do_not_depend_on_how_many_follow() -> None:
    few, more = run_task(task("fixed", 2)), run_task(task("fixed", 4))
    assert few.equals(more.filter(pl.col("STUDYID").is_in(few["STUDYID"].unique().implode())))


def test_uncertain_trials_have_truths_of_their_own_and_do_not_depend_on_how_many_follow() -> None:
    few, more = run_task(task("uncertain", 2)), run_task(task("uncertain", 3))
    assert more["STUDYID"].unique().sort().to_list() == [f"NCT07142421-0000{place}" for place in (1, 2, 3)]
    assert few.equals(more.filter(pl.col("STUDYID") != "NCT07142421-00003"))
    assert more["SCENARIO"].unique().to_list() == ["expected, uncertain"]
    assert not more.drop("SCENARIO").equals(run_task(task("fixed", 3)).drop("SCENARIO"))


def test_the_whole_pipeline_gives_what_efficacy_does_not() -> None:
    second = run_task(replace(task("whole", 1), number=1))
    assert second["STUDYID"].unique().to_list() == [f"NCT07142421-{WHOLE_CHUNK + 1:05d}"]
    assert {name.split("/")[0].split(".")[0] for name in second["RESULTID"].to_list()} >= {"AE", "TOXICITY", "BM"}
    assert not set(second["RESULTID"]) & set(run_task(task("fixed", 1))["RESULTID"])


def test_a_chunk_of_whole_trials_is_drawn_alone_from_streams_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Chunk, int]] = []
    trials = []

    def noted(protocol: Protocol, truth: Truth, key: Chunk, number: int, domains: tuple[str, ...]) -> Trial:
        asked.append((key, number))
        trials.append(draw_stack(protocol, truth, key, number, domains))
        return trials[-1]

    monkeypatch.setattr(task_module, "draw_stack", noted)
    monkeypatch.setattr(task_module, "run_whole", lambda protocol, tables: [tables["DM"].select("STUDYID").unique()])
    planned = planned_tasks(
        rehearsal(Path("out"), 25, scenarios=("expected",), whole=25),
        (files("topline") / "studies" / "nct07142421" / "study.yaml").read_text("utf-8"),
        [task("whole").scenario],
    )
    whole = [each for each in planned if each.kind == "whole"]
    named = [RUN["whole"](read_study("nct07142421")[0], each)["STUDYID"].to_list() for each in whole]
    assert asked == [(Chunk(5, "expected/whole", number), trials) for number, trials in enumerate((10, 10, 5))]
    assert sorted(name for names in named for name in names) == [f"NCT07142421-{k:05d}" for k in range(1, 26)]
    assert max(each.last for each in whole) == 25
    assert not trials[0].tables["TR"].equals(trials[1].tables["TR"])


def test_trials_of_a_tornado_share_the_random_numbers_of_their_scenario() -> None:
    moved = replace(task("tornado", 2), streams="expected")
    assert run_task(moved).equals(run_task(task("fixed", 2)))
    other = replace(moved, scenario=replace(moved.scenario, name="expected growth.kl low"))
    assert run_task(other).drop("SCENARIO").equals(run_task(moved).drop("SCENARIO"))


def test_an_answer_is_the_same_twice_and_says_what_it_is_of() -> None:
    given = task("fixed", 1)
    content = answer(given).file()
    assert content == answer(given).file()
    assert pl.read_parquet_metadata(io.BytesIO(content))["fingerprint"] == given.fingerprint


def test_another_version_of_a_worker_is_refused() -> None:
    given = replace(task("fixed", 1), versions=("0.0.1", own_versions()[1]))
    with pytest.raises(ToplineError, match="TL-V06") as raised:
        answer(given).file()
    assert "topline" in str(raised.value)
    assert "0.0.1 where the run was started" in str(raised.value)


def test_the_fingerprint_is_of_everything_but_the_number_of_trials() -> None:
    given = task("fixed")
    assert replace(given, trials=9).fingerprint == given.fingerprint
    others = [replace(given, seed=6), replace(given, number=1), replace(given, text="x"), replace(given, kind="whole")]
    others += [replace(given, streams="other")]
    others += [replace(given, scenario=replace(given.scenario, name="other"))]
    truth = replace(given.scenario.truth, growth=replace(given.scenario.truth.growth, kl=0.003))
    others += [replace(given, scenario=replace(given.scenario, truth=truth))]
    assert len({each.fingerprint for each in [given, *others]}) == len(others) + 1


@pytest.mark.parametrize("name", ["../../x", "a/b", "慢", "", "con", "A", "a b", "a-b"])
def test_a_file_name_is_only_a_name(name: str) -> None:
    made = slug(name)
    assert made
    assert Path(made).name == made
    assert made.isascii()


def test_each_name_has_its_own_file() -> None:
    names = ["a b", "a-b", "A-B", "a/b", "a  b"]
    assert len({slug(name) for name in names}) == len(names)
