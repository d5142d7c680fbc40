"""Numbers about times to an event: what ties do to the range, whatever the order of the subjects."""

from itertools import permutations

import numpy as np
import polars as pl
import pytest

from topline.stats.analysis import Analysis, Selection
from topline.stats.survival import estimate

PFS = Analysis("PFS", "ADTTE", "", "FAS", "kaplan-meier", settings={"confidence": 0.95, "month": 30.4375})


@pytest.mark.parametrize(
    ("subjects", "shortest", "longest"),
    [
        ([(60.875, 1), (121.75, 1)], "", ""),
        ([(60.875, 0), (121.75, 0)], "+", "+"),
        ([(60.875, 1), (60.875, 0), (121.75, 1), (121.75, 0)], "", "+"),
        ([(60.875, 0), (60.875, 0), (91.0, 1), (121.75, 1), (121.75, 1)], "+", ""),
        ([(60.875, 1), (60.875, 0), (91.0, 0), (121.75, 1)], "", ""),
    ],
)
def test_range_at_ties_is_that_of_events_before_censored_subjects(
    subjects: list[tuple[float, int]], shortest: str, longest: str
) -> None:
    """60.875 days are 2 months, 121.75 are 4."""
    for order in permutations(subjects):
        time, event = (np.array(column) for column in zip(*order, strict=True))
        numbers = {each.statistic: each for each in estimate(Selection(pl.DataFrame({"AVAL": time}), event == 1), PFS)}
        assert (numbers["min"].value, numbers["min"].text) == (2.0, shortest)
        assert (numbers["max"].value, numbers["max"].text) == (4.0, longest)
