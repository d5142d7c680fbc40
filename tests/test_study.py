"""The pipeline's own numbers, each counted a second time by plain Python."""

import math

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.conftest import virtual_run
from topline.study import Run, run_study


def first_patients(run: Run, count: int) -> list[str]:
    """Return the subjects enrolled first, by date of enrolment, first dose and identifier."""
    people = [row for row in run.adam["ADSL"].iter_rows(named=True) if row["FASFL"] == "Y"]
    people.sort(key=lambda row: (row["ENRLDT"] or row["TRTSDT"], row["TRTSDT"], row["USUBJID"]))
    return [row["USUBJID"] for row in people[:count]]


def test_the_first_stage_counts_the_first_patients_enrolled() -> None:
    for seed in (11, 2028, 2030):
        run = virtual_run("nct07142421", seed)
        design = run.protocol.design
        assert design.first_stage_patients is not None
        first = first_patients(run, design.first_stage_patients)
        responders = (
            run.adam["ADRS"].filter((pl.col("PARAMCD") == "CRSP") & (pl.col("AVALC") == "Y"))["USUBJID"].to_list()
        )
        found = run.results.filter(pl.col("RESULTID") == "DESIGN.decision/all/first stage")["VALUE"].item()
        assert found == len(set(first) & set(responders))


def renamed(run: Run) -> Run:
    """Return the run with the subjects named backwards: the order by name is no longer that by enrolment."""
    names = run.adam["ADSL"]["USUBJID"].sort()
    other = pl.col("USUBJID").replace_strict(dict(zip(names, names.reverse(), strict=True)))
    tables = {
        name: frame.with_columns(other) if "USUBJID" in frame.columns else frame for name, frame in run.tables.items()
    }
    return run_study(run.protocol, tables)


def by_chance() -> pl.Expr:
    """Return which numbers rest on random samples of the subjects in the order of their names."""
    searched = (pl.col("METHOD") == "maximal-statistic") & pl.col("STATISTIC").str.starts_with("p corrected")
    corrected = pl.col("STATISTIC").is_in(["optimism", "corrected", "hazard ratio corrected", "samples", "again"])
    return searched | ((pl.col("METHOD") == "optimism") & corrected)


def within_a_day(run: Run) -> pl.Expr:
    """Return the counts against the boundary at patients after whom another one began on the same day."""
    rule = run.protocol.monitoring
    assert rule is not None
    rows = run.adam["ADAETTE"].filter(PARAMCD=rule.parameter, SAFFL="Y")
    window = rule.window_days or 0
    seen = (pl.col("CNSR") != 1) | (pl.col("AVAL") >= window)
    days = rows.filter(seen).sort("STARTDT")["STARTDT"]
    assert run.results.filter(RESULTID="TOXICITY/all/patients")["VALUE"].item() == len(days)
    tied = [float(place) + 1 for place in (days == days.shift(-1)).arg_true()]
    return (pl.col("METHOD") == "toxicity-boundary") & (pl.col("STATISTIC") == "observed") & pl.col("AT").is_in(tied)


@pytest.mark.parametrize(("study", "seed"), [("nct07142421", 2028), ("nct02976896", 11)])
def test_results_do_not_depend_on_names(study: str, seed: int) -> None:
    """But for chance, and for the count of toxicities between two patients who began on one day."""
    run = virtual_run(study, seed)
    again = renamed(run)
    order = again.adam["ADRS"].filter(pl.col("PARAMCD") == "CRSP").sort("ENRLORD")["USUBJID"].to_list()
    if study == "nct07142421":
        assert order == first_patients(again, len(order)) != sorted(order)
    columns = ["RESULTID", "VALUE", "VALUEC", "NRECS", "NNUM"]
    apart = by_chance() | within_a_day(run)
    one, two = (each.results.filter(~apart).select(columns) for each in (run, again))
    assert_frame_equal(one, two, rel_tol=1e-9, abs_tol=1e-12)
    assert one.height > 0.99 * run.results.height
    chance(run, again)


def chance(run: Run, again: Run) -> None:
    """Check that what is random agrees within five standard errors, or by a fixed margin where they are not known."""
    drawn = [each.results.filter(by_chance()) for each in (run, again)]
    pairs = drawn[0].join(drawn[1], on="RESULTID", how="full", suffix="_2")
    assert pairs.height == drawn[0].height == drawn[1].height > 20
    search = run.protocol.biomarkers.search
    families = run.results.filter(STATISTIC="families")["VALUE"].max()
    assert isinstance(families, float)
    for row in pairs.iter_rows(named=True):
        statistic, one, two = row["STATISTIC"], row["VALUE"], row["VALUE_2"]
        if statistic.startswith("p corrected"):
            times = 1.0 if "cuts" in statistic else families
            assert abs(one - two) <= 5 * times * error(min(one, two) / times, search.permutations), row["RESULTID"]
        elif statistic == "again":
            assert abs(one - two) <= 500 * error(one / 100, search.bootstrap), row["RESULTID"]
        elif statistic == "samples":
            assert min(one, two) > 0.9 * search.bootstrap, row["RESULTID"]
        elif statistic == "hazard ratio corrected":
            assert abs(math.log(one / two)) <= 0.1, row["RESULTID"]
        else:
            assert abs(one - two) <= (2.5 if row["UNIT"] == "%" else 0.1), row["RESULTID"]


def error(share: float, samples: int) -> float:
    """Return the standard error of the difference of two shares of so many samples; at least that of one sample."""
    return math.sqrt(2 * max(share * (1 - share), 1 / samples) / samples)
