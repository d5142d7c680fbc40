"""The pipeline's own numbers, each counted a second time by plain Python."""

import polars as pl
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


def test_the_first_stage_does_not_depend_on_names() -> None:
    """With the subjects renamed backwards, the order by name is no longer the order by enrolment."""
    run = virtual_run("nct07142421", 2028)
    names = run.adam["ADSL"]["USUBJID"].sort()
    other = dict(zip(names, names.reverse(), strict=True))
    rename = pl.col("USUBJID").replace_strict(other)
    tables = {
        name: frame.with_columns(rename) if "USUBJID" in frame.columns else frame for name, frame in run.tables.items()
    }
    again = run_study(run.protocol, tables)
    order = again.adam["ADRS"].filter(pl.col("PARAMCD") == "CRSP").sort("ENRLORD")["USUBJID"].to_list()
    assert order == first_patients(again, len(order)) != sorted(order)
    columns = ["RESULTID", "VALUE", "VALUEC", "NRECS"]
    # the search shuffles subjects in their order; of subjects who began on one day the boundary takes the first by name
    drawn = pl.col("METHOD").is_in(["maximal-statistic", "optimism", "toxicity-boundary"])
    one, two = (each.results.filter(~drawn).select(columns) for each in (run, again))
    assert_frame_equal(one, two, rel_tol=1e-9)
    assert one.height > 0.9 * run.results.height
