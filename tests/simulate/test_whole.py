"""The whole analysis of each trial of a stack, of which a stated part is kept."""

import polars as pl

from tests.simulate.studies import built_in
from topline.simulate.analysis import analyse_stack
from topline.simulate.presets import APATINIB
from topline.simulate.stack import Chunk, draw_stack
from topline.simulate.whole import KEPT, PERMUTATIONS, kept, run_whole
from topline.study import run_study

WHOLE = ("DM", "SV", "EX", "CM", "AE", "DS", "MH", "LB", "VS", "QS", "TU", "TR", "RS", "GF", "MI", "SS")


def test_the_whole_analysis_keeps_what_it_says() -> None:
    protocol = built_in("nct02976896")
    tables = draw_stack(protocol, APATINIB, Chunk(4, "expected", 0), 1, WHOLE).tables
    results = analyse_stack(protocol, tables, whole=True)
    alone = run_study(protocol, tables).results.select("STUDYID", "RESULTID", "VALUE", "VALUEC")
    efficacy = analyse_stack(protocol, tables)
    more = results.slice(efficacy.height)
    assert results.head(efficacy.height).equals(efficacy)
    assert all(kept(name) for name in more["RESULTID"])
    searched = pl.col("RESULTID").str.contains("p corrected")
    expected = alone.filter(pl.col("RESULTID").map_elements(kept, return_dtype=pl.Boolean))
    assert more.filter(~searched).equals(expected.filter(~searched))
    corrected = more.filter(searched)["VALUE"].drop_nulls() * (PERMUTATIONS + 1)
    assert corrected.len() > 3
    names = more["RESULTID"].to_list()
    assert {"AE.ALL/all/grade 3 or higher percent", "C30QL.C2/all/mean", "TDC30QL/all/median"} <= set(names)


def test_each_kind_of_result_that_is_kept_has_a_reason() -> None:
    assert all(each.reason for each in KEPT)
    assert not kept("AECURVE.ALL/all/incidence@3")
    assert not kept("BM.PFS.search/all/standardised: PDL1@38")
    assert kept("BM.PFS.search/all/p corrected, cuts: PDL1")


def test_another_rule_keeps_something_else() -> None:
    protocol = built_in("nct07142421")
    tables = draw_stack(protocol, APATINIB, Chunk(4, "expected", 0), 1, WHOLE).tables
    [found] = run_whole(protocol, tables, lambda name: name.startswith("SEX."))
    assert found["RESULTID"].to_list() != []
    assert found["RESULTID"].str.starts_with("SEX.").all()
