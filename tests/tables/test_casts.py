"""Casts: which value of which type becomes what, and which are lost."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import nextafter
from typing import Any

import polars as pl
import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from topline.tables.casts import cast, given
from topline.tables.declare import POLARS, Kind

LOST = object()
"""Marks a value that its type cannot hold: missing afterwards, though something was given."""


def outcome(value: Any, dtype: Any, kind: Kind) -> Any:
    frame = pl.DataFrame({"X": pl.Series([value], dtype=dtype, strict=False)})
    new = frame.select(cast("X", frame.schema["X"], kind), given("X", frame.schema["X"], kind).alias("given"))
    assert new.schema["X"] == POLARS[kind]
    cell, was_given = new.row(0)
    assert was_given or cell is None
    return LOST if was_given and cell is None else cell


TEXT, FLAG, ISO, NUMBER, INTEGER, DATE = Kind.TEXT, Kind.FLAG, Kind.ISO_DATE, Kind.NUMBER, Kind.INTEGER, Kind.DATE

CASES = [
    ("12.0", pl.String, NUMBER, 12.0),
    ("1e3", pl.String, NUMBER, 1000.0),
    (" 5 ", pl.String, NUMBER, 5.0),
    ("+5", pl.String, NUMBER, 5.0),
    (".5", pl.String, NUMBER, 0.5),
    ("-0.1", pl.String, NUMBER, -0.1),
    ("", pl.String, NUMBER, None),
    ("   ", pl.String, NUMBER, None),
    (".", pl.String, NUMBER, None),
    (".A", pl.String, NUMBER, None),
    ("NA", pl.String, NUMBER, None),
    ("12 mm", pl.String, NUMBER, LOST),
    ("12,5", pl.String, NUMBER, LOST),
    ("1,000", pl.String, NUMBER, LOST),
    ("<5", pl.String, NUMBER, LOST),
    ("nan", pl.String, NUMBER, LOST),
    ("inf", pl.String, NUMBER, LOST),
    ("1e400", pl.String, NUMBER, LOST),
    ("0x1F", pl.String, NUMBER, LOST),
    ("١٢", pl.String, NUMBER, LOST),
    (float("nan"), pl.Float64, NUMBER, None),
    (float("inf"), pl.Float64, NUMBER, LOST),
    (6.6000000000000005, pl.Float64, NUMBER, 6.6),
    (1.2000000000000002, pl.Float64, NUMBER, 1.2),
    (1e300, pl.Float64, NUMBER, 1e300),
    (1e-300, pl.Float64, NUMBER, 1e-300),
    (0.0, pl.Float64, NUMBER, 0.0),
    (7, pl.Int8, NUMBER, 7.0),
    (Decimal("12.50"), pl.Decimal(10, 2), NUMBER, 12.5),
    (date(2019, 1, 1), pl.Date, NUMBER, LOST),
    ([1.0], pl.List(pl.Float64), NUMBER, LOST),
    ("12.0", pl.String, INTEGER, 12),
    ("1e3", pl.String, INTEGER, 1000),
    ("12.5", pl.String, INTEGER, LOST),
    ("twelve", pl.String, INTEGER, LOST),
    (12.0, pl.Float64, INTEGER, 12),
    (12.000000000000002, pl.Float64, INTEGER, 12),
    (12.5, pl.Float64, INTEGER, LOST),
    (-3.0, pl.Float32, INTEGER, -3),
    (1e17, pl.Float64, INTEGER, LOST),
    (2**63, pl.UInt64, INTEGER, LOST),
    (2**53 + 1, pl.Int64, INTEGER, 2**53 + 1),
    (None, pl.Null, INTEGER, None),
    ("abc  ", pl.String, TEXT, "abc"),
    ("  abc", pl.String, TEXT, "  abc"),
    ("   ", pl.String, TEXT, None),
    ("NA", pl.String, TEXT, "NA"),
    ("Œsophage ", pl.String, TEXT, "Œsophage"),
    (701.0, pl.Float64, TEXT, "701"),
    (0.6000000000000001, pl.Float64, TEXT, "0.6"),
    (701, pl.Int32, TEXT, "701"),
    (True, pl.Boolean, FLAG, "Y"),
    (False, pl.Boolean, FLAG, "N"),
    (" Y", pl.String, FLAG, "Y"),
    ("a", pl.Categorical, TEXT, "a"),
    (b"caf\xc3\xa9", pl.Binary, TEXT, "café"),
    (b"caf\xe9", pl.Binary, TEXT, LOST),
    (time(10, 30), pl.Time, TEXT, "10:30:00"),
    (timedelta(days=1), pl.Duration, TEXT, LOST),
    ({"a": 1}, pl.Struct({"a": pl.Int64}), TEXT, LOST),
    ([1], pl.List(pl.Int64), TEXT, LOST),
    (object(), pl.Object, TEXT, LOST),
    (date(2019, 2, 28), pl.Date, ISO, "2019-02-28"),
    (datetime(2019, 2, 28, 10, 30), pl.Datetime, ISO, "2019-02-28T10:30:00"),
    (datetime(2019, 2, 28), pl.Datetime, ISO, "2019-02-28"),
    (" 2019-02 ", pl.String, ISO, "2019-02"),
    ("31/02/2019", pl.String, ISO, "31/02/2019"),
    ("2019-02-28", pl.String, DATE, date(2019, 2, 28)),
    ("2019-02-28T10:30", pl.String, DATE, date(2019, 2, 28)),
    ("2019-02", pl.String, DATE, LOST),
    ("2019-02-31", pl.String, DATE, LOST),
    (datetime(2019, 2, 28, 23, 59), pl.Datetime, DATE, date(2019, 2, 28)),
    (43524.0, pl.Float64, DATE, LOST),
    (["AE 1", "TR 2"], pl.List(pl.String), Kind.LIST, ["AE 1", "TR 2"]),
    ([1, 2], pl.List(pl.Int64), Kind.LIST, ["1", "2"]),
    ("AE 1", pl.String, Kind.LIST, ["AE 1"]),
    ("", pl.String, Kind.LIST, None),
]


@pytest.mark.parametrize(("value", "dtype", "kind", "expected"), CASES)
def test_cast(value: Any, dtype: Any, kind: Kind, expected: Any) -> None:
    found = outcome(value, dtype, kind)
    assert found is expected or (found == expected and type(found) is type(expected))


@settings(max_examples=50, deadline=None)
@forall(
    st.integers(-(10**12) + 1, 10**12 - 1),
    st.integers(0, 10),
    st.sampled_from([float("-inf"), 0.0, float("inf")]),
)
def test_the_noise_of_transport_files_is_taken_back(digits: int, places: int, way: float) -> None:
    recorded = float(f"{digits}e-{places}")
    noisy = nextafter(recorded, way)
    if abs(recorded) >= 1e-7:
        assert outcome(noisy, pl.Float64, NUMBER) == recorded


@settings(max_examples=50, deadline=None)
@forall(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_moves_by_more_than_its_last_digit(number: float) -> None:
    assert outcome(number, pl.Float64, NUMBER) == pytest.approx(number, rel=5.1e-15, abs=0)
