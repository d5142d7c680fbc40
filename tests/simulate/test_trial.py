"""A virtual trial as a whole: reproducible, valid, and marked as virtual."""

import polars as pl
import pytest

from tests.protocols import protocol as small_protocol
from tests.simulate.studies import STUDIES, built_in
from topline.simulate import trial as module
from topline.simulate.presets import APATINIB, COMBINATION, expected_truth
from topline.simulate.trial import draw_trial
from topline.tables.across import check_across
from topline.tables.checks import check_table
from topline.tables.sdtm import SDTM
from topline.tables.virtual import is_virtual

EVENTS = {"CM", "AE", "DS", "MH"}
FINDINGS = {"LB", "VS", "QS", "TU", "TR", "RS", "GF", "MI", "SS"}
DOMAINS = {"DM", "SV", "EX", "TS"} | EVENTS | FINDINGS


def same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    return one.keys() == other.keys() and all(frame.equals(other[name]) for name, frame in one.items())


@pytest.mark.parametrize("name", STUDIES)
def test_same_seed_same_trial_other_seed_other_trial(name: str) -> None:
    protocol = built_in(name)
    first, again, other = (draw_trial(protocol, seed) for seed in (7, 7, 8))
    assert set(first.tables) == DOMAINS
    assert same(first.tables, again.tables)
    assert first.truth.equals(again.truth)
    assert [each for each in sorted(DOMAINS) if first.tables[each].equals(other.tables[each])] == []


def test_another_protocol_gives_another_trial() -> None:
    one, other = (draw_trial(small_protocol(weeks=weeks), 7).truth for weeks in (6, 8))
    assert (one["kl_per_day"] != other["kl_per_day"]).all()


def test_the_first_patients_do_not_depend_on_the_number() -> None:
    protocol = built_in("nct02976896")
    few, many = draw_trial(protocol, 7, n=20), draw_trial(protocol, 7, n=300)
    known = few.tables["DM"].select("USUBJID")
    assert known.height == 20
    for name, frame in few.tables.items():
        later = many.tables[name]
        assert frame.equals(later if name == "TS" else later.join(known, on="USUBJID", maintain_order="left")), name


def test_the_size_of_a_block_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = built_in("nct07142421")
    whole = draw_trial(protocol, 7, n=100)
    monkeypatch.setattr(module, "BLOCK", 16)
    assert same(whole.tables, draw_trial(protocol, 7, n=100).tables)


@pytest.mark.parametrize(
    "domains", [("RS",), ("CM",), ("AE", "VS"), ("QS",), ("DM", "LB"), ("EX", "MI", "TS"), ("SV", "MH", "GF")]
)
def test_a_table_is_the_same_whichever_others_are_drawn(
    monkeypatch: pytest.MonkeyPatch, domains: tuple[str, ...]
) -> None:
    monkeypatch.setattr(module, "BLOCK", 16)
    protocol = built_in("nct02976896")
    whole, some = draw_trial(protocol, 7, n=40), draw_trial(protocol, 7, n=40, domains=domains)
    assert set(some.tables) == {*domains, "TS"}
    assert same(some.tables, {name: whole.tables[name] for name in some.tables})
    assert some.truth.equals(whole.truth)


def test_an_unknown_domain_is_refused() -> None:
    with pytest.raises(ValueError, match="FA is not one of DM, SV"):
        draw_trial(built_in("nct02976896"), 7, domains=["FA", "DM"])


@pytest.mark.parametrize("name", STUDIES)
def test_tables_are_without_finding(name: str) -> None:
    tables = draw_trial(built_in(name), 1, n=600).tables
    assert {
        each: check_table(frame, SDTM[each]).to_dicts() for each, frame in tables.items() if not frame.is_empty()
    } == {each: [] for each in DOMAINS}
    assert check_across(tables, pl.Series([cutoff(tables)]).str.to_date()[0]).to_dicts() == []


@pytest.mark.parametrize("time_zero", ["first dose", "enrolment", "randomization"])
def test_each_time_zero_gives_a_valid_trial(time_zero: str) -> None:
    tables = draw_trial(small_protocol(time_zero=time_zero), 1, n=300).tables
    assert sum(check_table(frame, SDTM[name]).height for name, frame in tables.items()) == 0
    assert check_across(tables, pl.Series([cutoff(tables)]).str.to_date()[0]).is_empty()
    assert ("RANDOMIZED" in tables["DS"]["DSDECOD"]) == (time_zero == "randomization")


@pytest.mark.parametrize("name", STUDIES)
def test_nothing_is_dated_after_death_or_cutoff(name: str) -> None:
    tables = draw_trial(built_in(name), 2, n=600).tables
    limit = tables["DM"].select("USUBJID", pl.col("DTHDTC").fill_null(cutoff(tables)).alias("LIMIT"))
    assert (limit["LIMIT"] <= cutoff(tables)).all()
    for domain, frame in tables.items():
        dates = [column for column in frame.columns if column.endswith("DTC") and domain != "TS"]
        dated = frame.join(limit, on="USUBJID") if dates else frame
        for column in dates:
            assert dated.filter(pl.col(column) > pl.col("LIMIT")).is_empty(), (domain, column)


def test_some_are_still_treated_at_the_cutoff() -> None:
    tables = draw_trial(built_in("nct02976896"), 2, n=600, domains=("DS",)).tables
    stopped = tables["DS"].filter(DSSCAT="STUDY TREATMENT")["USUBJID"].n_unique()
    assert 0.005 < 1 - stopped / 600 < 0.2


def test_a_virtual_trial_says_so() -> None:
    tables = draw_trial(built_in("nct02976896"), 5).tables
    assert is_virtual(tables)
    summary = dict(tables["TS"].select("TSPARMCD", "TSVAL").rows())
    assert summary["TLSEED"] == "5"
    assert summary["TLPROT"] == built_in("nct02976896").digest


def test_expected_truths_and_planned_numbers() -> None:
    assert expected_truth(built_in("nct02976896")) is APATINIB
    assert expected_truth(built_in("nct07142421")) is COMBINATION
    assert [draw_trial(built_in(name), 1).tables["DM"].height for name in STUDIES] == [43, 35]


@pytest.mark.parametrize(("seed", "n"), [(-1, 5), (1, 0)])
def test_impossible_calls_are_refused(seed: int, n: int) -> None:
    with pytest.raises(ValueError, match=r"negative|not at least 1"):
        draw_trial(built_in("nct02976896"), seed, n=n)


def cutoff(tables: dict[str, pl.DataFrame]) -> str:
    value: str = tables["TS"].filter(TSPARMCD="DCUTDTC")["TSVAL"].item()
    return value
