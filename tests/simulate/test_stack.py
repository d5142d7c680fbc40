"""Many virtual trials as one stack: reproducible by chunk, each trial with its own calendar, sites and cut-off."""

import hashlib
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.protocols import protocol as small_protocol
from tests.simulate.studies import STUDIES, built_in
from topline.simulate.presets import APATINIB, expected_truth
from topline.simulate.stack import CHUNK, EFFICACY, Chunk, draw_stack, efficacy_domains
from topline.tables.across import check_across
from topline.tables.checks import check_table
from topline.tables.cutoff import stated_cutoffs
from topline.tables.sdtm import SDTM
from topline.tables.virtual import is_virtual

FIRST = Chunk(7, "expected", 0)
SOURCE = Path(__file__).resolve().parents[2] / "src"

Tables = dict[str, pl.DataFrame]


def same(one: Tables, other: Tables) -> bool:
    return one.keys() == other.keys() and all(frame.equals(other[name]) for name, frame in one.items())


def digest(tables: Tables) -> str:
    """Return the digest of tables: names, columns and values as text."""
    text = "\n".join(f"{name}\n{frame.write_csv()}" for name, frame in sorted(tables.items()))
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", STUDIES)
def test_the_same_chunk_is_the_same_in_any_order(name: str) -> None:
    protocol = built_in(name)
    truth = expected_truth(protocol)
    keys = [Chunk(7, "expected", number) for number in range(3)]
    forwards = {key: draw_stack(protocol, truth, key, 3).tables for key in keys}
    backwards = {key: draw_stack(protocol, truth, key, 3).tables for key in reversed(keys)}
    assert all(same(forwards[key], backwards[key]) for key in keys)
    assert len({digest(tables) for tables in forwards.values()}) == 3


def test_another_process_draws_the_same() -> None:
    code = (
        "from tests.simulate.test_stack import *\n"
        "protocol = built_in('nct02976896')\n"
        "print(digest(draw_stack(protocol, expected_truth(protocol), Chunk(7, 'null', 5), 4).tables))"
    )
    root = SOURCE.parent
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root, env={"PYTHONPATH": "src:."}
    )
    protocol = built_in("nct02976896")
    assert made.stdout.strip() == digest(draw_stack(protocol, expected_truth(protocol), Chunk(7, "null", 5), 4).tables)


@pytest.mark.parametrize("other", [Chunk(8, "expected", 0), Chunk(7, "null", 0), Chunk(7, "expected", 1)])
def test_seed_scenario_and_number_each_make_other_trials(other: Chunk) -> None:
    protocol = built_in("nct02976896")
    one, two = (draw_stack(protocol, APATINIB, key, 2).truth for key in (FIRST, other))
    assert (one["kl_per_day"] != two["kl_per_day"]).all()


def test_the_first_trials_do_not_depend_on_how_many_follow() -> None:
    protocol = built_in("nct07142421")
    few, many = (draw_stack(protocol, expected_truth(protocol), FIRST, trials).tables for trials in (2, 9))
    known = few["DM"]["STUDYID"].unique()
    assert known.len() == 2
    assert same(few, {name: frame.filter(pl.col("STUDYID").is_in(known.implode())) for name, frame in many.items()})


@pytest.mark.parametrize("domains", [("TR",), ("DM", "EX"), ("SS", "TU", "TS"), ("RS", "DS", "LB")])
def test_a_table_is_the_same_whichever_others_are_drawn(domains: tuple[str, ...]) -> None:
    protocol = built_in("nct02976896")
    some = draw_stack(protocol, APATINIB, FIRST, 3, domains).tables
    whole = draw_stack(protocol, APATINIB, FIRST, 3, tuple(SDTM_DRAWN)).tables
    assert set(some) == {*domains, "TS"}
    assert same(some, {name: whole[name] for name in some})


SDTM_DRAWN = ("DM", "SV", "EX", "CM", "AE", "DS", "LB", "QS", "TU", "TR", "RS", "SS")


def test_without_events_medication_is_new_therapy_alone() -> None:
    protocol = built_in("nct02976896")
    part = draw_stack(protocol, APATINIB, FIRST, 4).tables["CM"]
    whole = draw_stack(protocol, APATINIB, FIRST, 4, ("AE", "CM")).tables["CM"]
    columns = ["STUDYID", "USUBJID", "CMTRT", "CMCAT", "CMSTDTC"]
    later = whole.filter(CMCAT="ANTI-CANCER THERAPY")
    assert part.height > 10
    assert part.select(columns).equals(later.select(columns))


def test_recorded_responses_are_drawn_where_they_are_analysed() -> None:
    assert efficacy_domains(small_protocol(response={"source": "assessed"})) == EFFICACY
    assert "RS" not in efficacy_domains(small_protocol(response={"source": "lesions"}))


@pytest.mark.parametrize("name", STUDIES)
def test_each_trial_is_a_trial_of_its_own(name: str) -> None:
    protocol = built_in(name)
    key = Chunk(1, "expected", 3)
    tables = draw_stack(protocol, expected_truth(protocol), key, 5).tables
    dm = tables["DM"]
    study = protocol.identifiers.study
    assert dm["STUDYID"].unique().sort().to_list() == [f"{study}-{3 * CHUNK + k:05d}" for k in range(1, 6)]
    assert dm.group_by("STUDYID").len()["len"].unique().to_list() == [protocol.population.planned]
    assert dm["USUBJID"].str.starts_with(dm["STUDYID"]).all()
    assert dm["USUBJID"].is_unique().all()
    assert dm.group_by("STUDYID").agg(pl.col("RFICDTC").sort())["RFICDTC"].n_unique() == 5
    assert set(stated_cutoffs(tables)) == set(dm["STUDYID"])
    assert is_virtual(tables)


def test_each_trial_is_valid() -> None:
    protocol = built_in("nct02976896")
    tables = draw_stack(protocol, APATINIB, FIRST, 3).tables
    for study, cutoff in stated_cutoffs(tables).items():
        one = {name: frame.filter(STUDYID=study) for name, frame in tables.items()}
        assert {name: check_table(frame, SDTM[name]).to_dicts() for name, frame in one.items() if frame.height} == {
            name: [] for name, frame in one.items() if frame.height
        }
        assert check_across({name: frame for name, frame in one.items() if frame.height}, cutoff).to_dicts() == []


@pytest.mark.parametrize("trials", [0, CHUNK + 1])
def test_a_chunk_has_no_other_size(trials: int) -> None:
    with pytest.raises(ValueError, match="the size of a chunk"):
        draw_stack(built_in("nct02976896"), APATINIB, FIRST, trials)


def test_impossible_chunks_and_domains_are_refused() -> None:
    with pytest.raises(ValueError, match="chunk -1 is negative"):
        Chunk(1, "null", -1)
    with pytest.raises(ValueError, match="seed -2 is negative"):
        draw_stack(built_in("nct02976896"), APATINIB, Chunk(-2, "null", 0), 1)
    with pytest.raises(ValueError, match="FA is not one of DM"):
        draw_stack(built_in("nct02976896"), APATINIB, FIRST, 1, ["FA"])
