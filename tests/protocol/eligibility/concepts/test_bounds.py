"""Bounds: what suffices, what is necessary, and the question between them."""

from itertools import product

import polars as pl
import pytest

from topline.protocol.eligibility.concepts.bounds import Bounds
from topline.protocol.eligibility.sql import write
from topline.protocol.eligibility.tree import Compare, Manual

NARROW, WIDE = Compare("NARROW", "=", "Y"), Compare("WIDE", "=", "Y")
ASKED = Manual("x", "y")
PATIENTS = [
    (narrow, wide, signed) for narrow, wide, signed in product("YN", "YN", "YN") if not (narrow == "Y" and wide == "N")
]


def judge(bounds: Bounds) -> list[bool]:
    """Return what the node says of every patient that there can be."""
    frame = pl.DataFrame(PATIENTS, schema=["NARROW", "WIDE", "SIGNED"], orient="row")
    return frame.select(pl.sql_expr(write(bounds.node("x", "y"), {ASKED: "SIGNED"})).alias("a"))["a"].to_list()


@pytest.mark.parametrize(
    ("bounds", "meant"),
    [
        (Bounds(NARROW, WIDE), lambda n, w, s: n == "Y" or (w == "Y" and s == "Y")),
        (Bounds(None, WIDE), lambda n, w, s: w == "Y" and s == "Y"),
        (Bounds(NARROW, None), lambda n, w, s: n == "Y" or s == "Y"),
        (Bounds(None, None), lambda n, w, s: s == "Y"),
        (Bounds.exact(WIDE), lambda n, w, s: w == "Y"),
    ],
)
def test_a_person_decides_between_the_bounds_only(bounds: Bounds, meant) -> None:
    assert judge(bounds) == [meant(*patient) for patient in PATIENTS]


def test_limiting_and_widening_give_up_one_bound_each() -> None:
    bounds = Bounds(NARROW, WIDE)
    assert (bounds.restricted, bounds.widened) == (Bounds(None, WIDE), Bounds(NARROW, None))


def test_the_contrary_of_the_contrary_is_the_fact() -> None:
    for bounds in (Bounds(NARROW, WIDE), Bounds(None, WIDE), Bounds(NARROW, None), Bounds(None, None)):
        assert bounds.negated.negated == bounds


def test_the_contrary_swaps_the_bounds() -> None:
    bounds = Bounds(NARROW, WIDE)
    told = [not answer for answer, patient in zip(judge(bounds), PATIENTS, strict=True) if patient[0] == patient[1]]
    contrary = [
        answer for answer, patient in zip(judge(bounds.negated), PATIENTS, strict=True) if patient[0] == patient[1]
    ]
    assert contrary == told
