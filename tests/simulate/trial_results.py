"""Results of trials made by hand, in the columns that a rehearsal writes, for the tests of what is read off them."""

from collections.abc import Iterable, Mapping

import polars as pl

SCHEMA = {
    "SCENARIO": pl.String,
    "CHUNK": pl.Int64,
    "STUDYID": pl.String,
    "RESULTID": pl.String,
    "VALUE": pl.Float64,
    "VALUEC": pl.String,
}
VERDICT = "DESIGN.decision/all/verdict"

Trial = Mapping[str, float | str | None]


def results(trials: Mapping[str, Iterable[Trial]]) -> pl.DataFrame:
    """Return the frame of some trials by scenario; a text is VALUEC, None a value that cannot be estimated."""
    rows = [
        (
            scenario,
            0,
            f"S-{place:05d}",
            name,
            None if isinstance(value, str) else value,
            value if isinstance(value, str) else "",
        )
        for scenario, own in trials.items()
        for place, trial in enumerate(own, start=1)
        for name, value in trial.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def decided(positive: int, negative: int) -> list[Trial]:
    return [{VERDICT: "positive"}] * positive + [{VERDICT: "negative"}] * negative
