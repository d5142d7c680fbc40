"""The same trial in fewer words: what is dropped stops nobody, and nothing else changes."""

import pytest
from hypothesis import given, settings

from tests.protocol.rule.rules import boundaries
from tests.twin import design_search as twin
from topline.protocol.rule.boundary import NEVER, Boundary, operating_characteristics
from topline.protocol.rule.condensed import condensed
from topline.protocol.rule.outcome import continuing

RATES = (0.0, 0.1, 0.35, 0.8, 1.0)


@settings(max_examples=150)
@given(boundaries())
def test_nothing_that_a_trial_does_changes(rule: Boundary) -> None:
    short = condensed(rule)
    for rate in RATES:
        before = {(look, passed): 0.0 for look in rule.looks for passed in (0, 1)}
        for look, passed, weight in twin.ends(twin.rule_of(rule), rate):
            before[look, passed] += weight
        found = operating_characteristics(short, rate)
        after = {
            (int(look), passed): float(row[0, place])
            for place, look in enumerate(found.looks)
            for passed, row in enumerate((found.stops_futile, found.stops_success))
        }
        assert set(after) <= set(before)
        assert [after.get(key, 0.0) for key in before] == pytest.approx(list(before.values()), abs=1e-13)


@settings(max_examples=150)
@given(boundaries())
def test_every_look_and_every_bound_that_stays_can_stop_a_trial(rule: Boundary) -> None:
    short = condensed(rule)
    assert condensed(short) == short
    for place, (low, high) in enumerate(continuing(short)):
        assert low <= high
        futile, success = short.futility[place], short.efficacy[place]
        if place < len(short.looks) - 1:
            assert futile >= low or success <= high
            assert futile == NEVER or low <= futile < high
            assert success == short.looks[place] + 1 or low < success <= high


def test_bounds_by_hand() -> None:
    falling = Boundary(looks=(10, 15, 20), futility=(3, 1, 6), efficacy=(11, 9, 7))
    assert condensed(falling) == Boundary((10, 15, 20), (3, -1, 6), (11, 9, 7))  # nobody comes back to 1 or fewer
    early = Boundary(looks=(10, 15, 20), futility=(3, 6, 8), efficacy=(11, 7, 9))
    assert condensed(early) == Boundary((10, 15), (3, 6), (11, 7))  # at 15 everybody stops


def test_success_before_the_last_look_is_certain() -> None:
    """After 4 patients one responder is enough, so that at 6 nobody has more than two."""
    rule = Boundary(looks=(4, 6, 9), futility=(-1, 2, 8), efficacy=(1, 4, 9))
    assert condensed(rule) == Boundary((4, 6), (-1, 2), (1, 3))
