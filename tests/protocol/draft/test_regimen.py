"""When and how a drug is given, in running text."""

import pytest

from topline.protocol.draft.regimen import Piece, cycle_length, regimen

Expected = tuple[int | None, tuple[int, ...] | None, int | None, str | None]
CASES: list[tuple[str, Expected]] = [
    ("500 mg orally once daily", (1, None, None, "ORAL")),
    ("taken by mouth bid", (2, None, None, "ORAL")),
    ("twice daily on days 1-5 and 8-12 of a 28-day cycle", (2, (1, 2, 3, 4, 5, 8, 9, 10, 11, 12), 28, None)),
    ("12 mg PO QD on days 1 to 14 of each 21-day cycle", (1, tuple(range(1, 15)), 21, "ORAL")),
    ("three times a day", (3, None, None, None)),
    ("every 12 hours", (2, None, None, None)),
    ("IV q3w", (None, (1,), 21, "INTRAVENOUS")),
    ("once every 3 weeks", (None, (1,), 21, None)),
    ("every other week", (None, (1,), 14, None)),
    ("Q2W in each 28-day treatment cycle", (None, (1, 15), 28, None)),
    ("weekly for 3 weeks of a 28-day cycle on days 1, 8, and 15", (None, (1, 8, 15), 28, None)),
    ("on Day 1 and Day 8 of each 21-day cycle", (None, (1, 8), 21, None)),
    ("2 weeks on and 1 week off", (None, tuple(range(1, 15)), 21, None)),
    ("Day 1 to Day 21 followed by 7 days off treatment in a 28-day cycle", (None, tuple(range(1, 22)), 28, None)),
    ("once per day for 5 consecutive days", (1, (1, 2, 3, 4, 5), None, None)),
    ("subcutaneously or intravenously", (None, None, None, "SUBCUTANEOUS")),
    ("blood is drawn on D15 after the end of treatment", (None, None, None, None)),
    ("D-10 to D-2", (None, None, None, None)),
    ("every 100 days", (None, None, None, None)),
]


def value(piece: Piece | None) -> object:
    return None if piece is None else piece.value


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_times_days_cycle_and_route(text: str, expected: Expected) -> None:
    found = regimen(text)
    assert (value(found.times), value(found.days), value(found.cycle), value(found.route)) == expected


def test_infusion_is_a_vein_only_where_no_route_is_named() -> None:
    found = regimen("given by infusion into the peritoneum, intraperitoneally")
    assert value(found.route) == "INTRAPERITONEAL"
    assert value(found.infusion) == "INTRAVENOUS"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("28-day cycles", 28),
        ("a cycle of 21 days", 21),
        ("one cycle = 3 weeks", 21),
        ("(each cycle is 21 days)", 21),
        ("Cycles repeat every 14 days", 14),
        ("Cycle length: 21 Days", 21),
        ("6 weeks per cycle", 42),
        ("for 6 cycles of treatment", None),
        ("a 120-day cycle", None),
    ],
)
def test_the_length_of_a_cycle(text: str, days: int | None) -> None:
    assert value(cycle_length(text)) == days
