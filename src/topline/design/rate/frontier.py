"""Between minimax and optimal: for which price of a patient more each two-stage design is the best (Jung 2004)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from topline.design.rate.simon import found_up_to, searched, two_stage_design
from topline.design.single_arm import SingleArmDesign
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import check_largest
from topline.protocol.rule.two_stage_search import Candidate, two_stage_designs

JUNG = "Jung et al. 2004, doi:10.1002/sim.1600"
BROWSED = tuple(round(0.01 * k, 2) for k in range(1, 21)) + tuple(round(0.2 + 0.025 * k, 3) for k in range(1, 31))
"""The 50 rates of the table to browse: each percent up to 20%, then each 2.5% up to 95%."""
SAME = 1e-12
"""Weights that differ by less are the same."""

COLUMNS = {
    "null": pl.Float64,
    "target": pl.Float64,
    "kind": pl.String,
    "r1": pl.Int64,
    "n1": pl.Int64,
    "r": pl.Int64,
    "n": pl.Int64,
    "level": pl.Float64,
    "power": pl.Float64,
    "expected_patients": pl.Float64,
    "stops_early": pl.Float64,
    "weight_from": pl.Float64,
    "weight_to": pl.Float64,
}


@dataclass(frozen=True)
class Admissible:
    """A design that is the best one for some weight q of its n: it minimises q n + (1 - q) EN, EN at the null rate.

    Attributes:
        design: the design.
        weight_from: least q for which it is the best, in [0, 1].
        weight_to: largest such q; 1 for the minimax design.

    """

    design: SingleArmDesign
    weight_from: float
    weight_to: float


def frontier(
    null: float, target: float, *, alpha: float = 0.05, power: float = 0.8, max_n: int = 200
) -> tuple[SingleArmDesign, ...]:
    """Return every two-stage design that no other one beats both in n and in expected patients at the null rate.

    Args:
        null: response rate not worth a further trial, in (0, 1).
        target: response rate hoped for, above `null`.
        alpha: most probability of success at the null rate.
        power: least probability of success at the target rate.
        max_n: largest n to try, 2 to 1,000.

    Returns:
        Designs from minimax to optimal, n increasing, expected patients decreasing.

    Raises:
        ToplineError: as `simon`.

    >>> [(d.boundary.patients, round(d.expected_patients, 2)) for d in frontier(0.05, 0.2)]
    [(27, 19.81), (28, 18.33), (29, 17.62)]

    Source: Jung et al. 2001, doi:10.1016/S0197-2456(01)00142-8.

    """
    hypotheses = Hypotheses(null, target, alpha, power)
    found = searched("two-stage frontier", hypotheses, max_n, two_stage_designs)
    kinds = [kind for kind, _, _ in weighted(found)]
    return tuple(two_stage_design(f"Simon {kind}", hypotheses, one) for kind, one in zip(kinds, found, strict=True))


def admissible(
    null: float, target: float, *, alpha: float = 0.05, power: float = 0.8, max_n: int = 200
) -> tuple[Admissible, ...]:
    """Return the admissible designs: each minimises q n + (1 - q) EN for the weights q of an interval.

    Args:
        null: response rate not worth a further trial, in (0, 1).
        target: response rate hoped for, above `null`.
        alpha: most probability of success at the null rate.
        power: least probability of success at the target rate.
        max_n: largest n to try, 2 to 1,000.

    Returns:
        Designs from minimax (weights up to 1) to optimal (weights from 0); the intervals meet.

    Raises:
        ToplineError: as `simon`.

    >>> for one in admissible(0.5, 0.7):
    ...     print(one.design.name, one.design.boundary.looks, one.design.boundary.futility, round(one.weight_from, 3))
    Simon minimax (23, 37) (12, 23) 0.556
    Simon admissible (16, 39) (8, 24) 0.303
    Simon optimal (15, 43) (8, 26) 0.0

    Source: Jung et al. 2004, doi:10.1002/sim.1600. Golden: golden/design_simon.toml.

    """
    hypotheses = Hypotheses(null, target, alpha, power)
    found = searched("admissible two-stage designs", hypotheses, max_n, two_stage_designs)
    return tuple(
        Admissible(two_stage_design(f"Simon {kind}", hypotheses, one, JUNG), low, high)
        for one, (kind, low, high) in zip(found, weighted(found), strict=True)
        if low is not None and high is not None
    )


def weighted(found: Sequence[Candidate]) -> list[tuple[str, float, float] | tuple[str, None, None]]:
    """Return for each design of a frontier what it is called and its interval of weights; none off the hull.

    A design on the line between two others is the best one, as both are, at one weight: its interval is that point.
    """
    hull: list[int] = []
    for place, one in enumerate(found):
        while len(hull) > 1 and _weight(found[hull[-2]], found[hull[-1]]) < _weight(found[hull[-1]], one) - SAME:
            hull.pop()
        hull.append(place)
    borders = [1.0, *(_weight(found[a], found[b]) for a, b in pairwise(hull)), 0.0]
    known = {place: (min(low, high), high) for place, high, low in zip(hull, borders, borders[1:], strict=False)}
    return [
        (_called(place, len(found), place in known), *known.get(place, (None, None))) for place in range(len(found))
    ]


def _weight(smaller: Candidate, larger: Candidate) -> float:
    """Return the weight at which two designs are equally good: gained expectation against patients more."""
    gained = smaller.expected - larger.expected
    return gained / (gained + larger.n - smaller.n)


def _called(place: int, count: int, on_hull: bool) -> str:
    if count == 1:
        return "minimax and optimal"
    ends = {0: "minimax", count - 1: "optimal"}
    return ends.get(place, "admissible" if on_hull else "dominated by a mixture")


def grid(
    nulls: Iterable[float] = BROWSED,
    targets: Iterable[float] = BROWSED,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    max_n: int = 200,
) -> pl.DataFrame:
    """Return the frontiers of every pair of a null and a higher target rate as one table to browse.

    Args:
        nulls: null rates, each in (0, 1); 50 by default.
        targets: target rates; pairs that are not above the null rate are left out.
        alpha: most probability of success at the null rate.
        power: least probability of success at the target rate.
        max_n: largest n to try, 2 to 1,000; pairs with no design of so few patients have no row.

    Returns:
        One row per design: null, target, kind (minimax, admissible, optimal ...), r1, n1, r, n, level, power,
        expected_patients and stops_early at the null rate, and the weights between which the design is the best
        (null off the hull).

    Raises:
        ToplineError: TL-G01 or TL-G04, as `simon`.

    >>> table = grid([0.1, 0.2], [0.3, 0.4])
    >>> table.filter(pl.col("kind") == "optimal").select("null", "target", "r1", "n1", "r", "n").rows()[0]
    (0.1, 0.3, 1, 10, 5, 29)

    Source: Simon 1989, doi:10.1016/0197-2456(89)90015-9.

    """
    check_largest(max_n)
    above = list(targets)
    rows = [
        row
        for null in nulls
        for target in above
        if null < target
        for row in _rows(Hypotheses(null, target, alpha, power), int(max_n))
    ]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _rows(asked: Hypotheses, max_n: int) -> list[tuple[object, ...]]:
    found = found_up_to(asked, max_n, two_stage_designs)
    rows: list[tuple[object, ...]] = []
    for one, (kind, *weights) in zip(found, weighted(found), strict=True):
        rule = one.r1, one.n1, one.r, one.n
        early = (one.n - one.expected) / (one.n - one.n1)
        rows.append((asked.null, asked.target, kind, *rule, one.level, one.power, one.expected, early, *weights))
    return rows
