"""Results of many trials at once are those of each trial, whatever the data."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from topline.stats.analysis import Analysis, run_analyses
from topline.stats.methods import METHODS
from topline.stats.stack import RESULT, Stack, run_stack

ROWS = "AVAL > 0"
PLANS = [
    Analysis("RATE", "ADRS", ROWS, "ALL", "clopper-pearson", numerator="CNSR = 0", settings={"confidence": 0.9}),
    Analysis("MID", "ADRS", ROWS, "ALL", "mid-p", numerator="CNSR = 0", settings={"confidence": 0.95}),
    Analysis("NULL", "ADRS", ROWS, "ALL", "binomial-test", numerator="CNSR = 0", settings={"null": 0.2}),
    *(
        Analysis(name, "ADTTE", ROWS, "ALL", name, numerator="CNSR = 0", settings=own, grouped=name != "log-rank")
        for name, own in (
            (each, {"confidence": 0.95, "month": 30.4375, "at": 3})
            for each in ("kaplan-meier", "symmetric-median", "landmark", "restricted-mean", "follow-up", "log-rank")
        )
    ),
    Analysis("DAYS", "ADTTE", f"{ROWS} AND CNSR = 0", "ALL", "summary", settings={"column": "AVAL", "unit": "days"}),
    Analysis("COUNT", "ADSL", "", "ALL", "count", numerator="TRTFL = 'Y'"),
]
PATIENT = st.tuples(
    st.integers(0, 120), st.sampled_from([0, 1]), st.sampled_from(["A", "B"]), st.sampled_from(["Y", None])
)
TRIALS = st.lists(st.lists(PATIENT, min_size=1, max_size=9), min_size=1, max_size=5)


def datasets(trials: list[list[tuple[int, int, str, str | None]]]) -> dict[str, pl.DataFrame]:
    rows = [(f"S{place}", f"S{place}-{k}", *each) for place, trial in enumerate(trials) for k, each in enumerate(trial)]
    schema = {"STUDYID": pl.String, "USUBJID": pl.String, "AVAL": pl.Int64, "CNSR": pl.Int64, "TRT01P": pl.String}
    frame = pl.DataFrame(rows, schema={**schema, "TRTFL": pl.String}, orient="row").with_columns(ASEQ=pl.lit(1))
    return {"ADSL": frame.select("STUDYID", "USUBJID", "TRT01P", "TRTFL", "ASEQ"), "ADRS": frame, "ADTTE": frame}


def each_alone(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    parts = []
    for study in frames["ADSL"]["STUDYID"].unique().sort():
        own = {name: frame.filter(STUDYID=study) for name, frame in frames.items()}
        parts.append(run_analyses(PLANS, own, METHODS, virtual=True).results.select(list(RESULT)))
    return pl.concat(parts)


@settings(max_examples=60, deadline=None)
@given(TRIALS)
def test_each_trial_has_its_own_results(trials: list[list[tuple[int, int, str, str | None]]]) -> None:
    frames = datasets(trials)
    together, alone = run_stack(PLANS, Stack(frames), METHODS), each_alone(frames)
    keys = ["STUDYID", "RESULTID"]
    assert together.select(*keys, "VALUEC").sort(keys).equals(alone.select(*keys, "VALUEC").sort(keys))
    one, other = (each.sort(keys)["VALUE"].to_numpy() for each in (together, alone))
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def test_a_trial_that_was_not_assessed_has_no_rows_where_an_analysis_rests_on_assessments() -> None:
    frames = datasets([[(10, 0, "A", "Y"), (20, 1, "A", "Y")], [(30, 0, "A", "Y")]])
    stack = Stack(frames, unassessed=frozenset({"S1"}), rests=lambda plan: plan.dataset == "ADRS")
    found = run_stack(PLANS, stack, METHODS).filter(STUDYID="S1")
    assert found.filter(pl.col("RESULTID").str.starts_with("RATE")).rows() == [("S1", "RATE/all/N", 0.0, "")]
    assert found.filter(RESULTID="kaplan-meier/all/N")["VALUE"].to_list() == [1.0]


def test_the_order_of_the_rows_does_not_matter() -> None:
    frames = datasets([[(day, day % 2, "A", "Y") for day in range(place, 30, 3)] for place in (1, 2, 3)])
    mixed = {name: frame.sample(fraction=1.0, shuffle=True, seed=3) for name, frame in frames.items()}
    assert run_stack(PLANS, Stack(mixed), METHODS).equals(run_stack(PLANS, Stack(frames), METHODS))


def test_no_trial_gives_no_result() -> None:
    empty = {name: frame.clear() for name, frame in datasets([[(1, 1, "A", "Y")]]).items()}
    assert run_stack(PLANS, Stack(empty), METHODS).is_empty()
