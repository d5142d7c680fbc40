"""The rules of censoring as frame expressions give what their slow twin gives, on random dates."""

import random
from datetime import date, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocols import protocol
from tests.twin import censoring as slow
from topline.adam.censoring import judge_times, missed_scans
from topline.protocol.endpoints import Censoring

ZERO = date(2020, 1, 1)
SCHEDULE = protocol().schedule
NOMINAL = list(SCHEDULE.nominal_days(2000))
days = st.integers(0, 400) | st.sampled_from([49, 55, 56, 62, 63, 64, 105, 111, 118, 119, 120, 168, 175, 176, 224])
EDGES = (0, 49, 55, 56, 57, 62, 63, 64, 105, 111, 112, 113, 118, 119, 120, 168, 175, 176, 224, 231, 232)
GROUP = 150


def patients(seed: int) -> list[slow.Times]:
    draw = random.Random(seed)

    def perhaps(share: float) -> int | None:
        return draw.choice(EDGES) if draw.random() < share else None

    return [
        slow.Times(
            draw.choice([0, 0, 56]), perhaps(0.8), perhaps(0.4), tuple(draw.choices(EDGES, k=draw.randint(0, 5)))
        )
        for _ in range(GROUP)
    ]


SOURCE = {"F": pl.String, "TEXT": pl.String, "SRCDOM": pl.String, "SRCVAR": pl.String, "SRCSEQ": pl.Int64}


def day(number: int | None) -> date | None:
    return None if number is None else ZERO + timedelta(days=number)


def dated(prefix: str, places: list[int], values: list[int | None]) -> pl.DataFrame:
    schema = {"S": pl.Int64, f"{prefix}_D": pl.Date}
    frame = pl.DataFrame({"S": places, f"{prefix}_D": [day(value) for value in values]}, schema=schema)
    more = [pl.lit("x" if dtype == pl.String else 1, dtype).alias(f"{prefix}_{name}") for name, dtype in SOURCE.items()]
    return frame.with_columns(*more, pl.lit([prefix], pl.List(pl.String)).alias(f"{prefix}_RECS"))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([None, 1, 2]))
def test_events_and_censoring(seed: int, allowed: int | None) -> None:
    group = patients(seed)
    people = list(range(len(group)))
    rows = pl.DataFrame(
        {"S": people, "STARTDT": [day(each.start) for each in group]}, schema={"S": pl.Int64, "STARTDT": pl.Date}
    )
    rows = rows.with_columns(
        pl.lit(ZERO).alias("ZERO"),
        pl.lit(None, pl.List(pl.String)).alias("STARTREC"),
        pl.lit(["DM"], pl.List(pl.String)).alias("OWN"),
    )
    for prefix, values in (("E", [each.event for each in group]), ("X", [each.stop for each in group])):
        rows = rows.join(dated(prefix, people, values), on="S")
    pairs = [(place, seen) for place, each in enumerate(group) for seen in each.seen]
    last = dated("L", [place for place, _ in pairs], [seen for _, seen in pairs])
    got = judge_times(rows, last, Censoring(missed_assessments=allowed), SCHEDULE).sort("S")
    for place, each in enumerate(group):
        expected = slow.judge(each, NOMINAL, SCHEDULE.window_days, allowed)
        assert ((got["ADT"][place] - ZERO).days, got["CNSR"][place]) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(days, days), min_size=1, max_size=20))
def test_missed_scans(pairs: list[tuple[int, int]]) -> None:
    last, event = (np.array([pair[place] for pair in pairs], dtype=np.float64) for place in (0, 1))
    got = missed_scans(last, event, SCHEDULE).tolist()
    assert got == [slow.missed(seen, then, NOMINAL, SCHEDULE.window_days) for seen, then in pairs]
