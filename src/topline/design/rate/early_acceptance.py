"""Two stages that stop the first one both ways: for futility, and for success (Mander & Thompson 2010).

A design (r1, a1, n1, r, n) stops after n1 patients with r1 or fewer responses, stops with success at a1 or more, and
otherwise succeeds above r of n. Level and power are each a part of r1 plus a part of a1, and a smaller a1 means more
power and fewer patients at every rate. So each (n, n1, r, r1) has one best a1: the least that the level allows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import special

from topline.design.exact import strictly
from topline.design.single_arm import SingleArmDesign
from topline.errors import ToplineError
from topline.protocol.rule.binomial import Array, BinomialTables, binomial_tables
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses
from topline.protocol.rule.lower_bound import LARGEST, check_largest, fewest_patients, no_design, table_size

MANDER_THOMPSON = "Mander & Thompson 2010, doi:10.1016/j.cct.2010.07.008"
SHUSTER = "Shuster 2002, doi:10.1081/BIP-120005739"

EarlyKind = Literal["H0-optimal", "H1-optimal", "H0-minimax", "H1-minimax", "delta-minimax"]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class EarlyCandidate:
    """A design with early acceptance, ordered by the expected patients that its search makes small."""

    expected: float
    n: int
    n1: int
    r1: int
    a1: int
    r: int


@dataclass(frozen=True)
class EarlySearch:
    """What a search needs: tables, request, and per n1 the largest r1 and the least a1 that can be.

    Attributes:
        null: binomial tables at the null rate.
        target: those at the target rate.
        asked: the hypotheses.
        kind: what is made small.
        largest_r1: per n1 the largest r1 that the power allows, -1 where none is.
        least_a1: per n1 the least a1 that the level allows.

    """

    null: BinomialTables
    target: BinomialTables
    asked: Hypotheses
    kind: EarlyKind
    largest_r1: Places
    least_a1: Places


def mander_thompson(  # noqa: PLR0913 - the call of `simon`
    null: float,
    target: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    kind: EarlyKind = "H0-optimal",
    max_n: int = 200,
) -> SingleArmDesign:
    """Return the two-stage design that stops after n1 patients with r1 or fewer responses, or with success at a1.

    `H0-optimal` and `H1-optimal` have the least expected number of patients at the null and at the target rate;
    `H0-minimax` and `H1-minimax` have the least n, and among those designs the least of these; `delta-minimax` has the
    least maximum of the expected number over all rates (Shuster). Each design has a futility stop, r1 >= 0, and a
    second stage that decides, r1 < r. No level is above alpha and no power below the request, without slack.

    Args:
        null: response rate not worth a further trial, in (0, 1).
        target: response rate hoped for, above `null`, in (0, 1).
        alpha: most probability of success at the null rate, in (0, 0.5].
        power: least probability of success at the target rate, above alpha.
        kind: which of the designs.
        max_n: largest n to try, 2 to 1,000.

    Returns:
        SingleArmDesign with looks at n1 and n, futility (r1, r) and efficacy (a1, r + 1).

    Raises:
        ToplineError: TL-G01 for hypotheses, TL-G04 for kind or max_n, TL-G02 where no design is so small; it names the
            smallest n that would work.

    >>> design = mander_thompson(0.1, 0.3)
    >>> design.boundary
    Boundary(looks=(10, 29), futility=(1, 5), efficacy=(5, 6))
    >>> round(design.expected_patients, 3)
    14.983

    Source: Mander & Thompson 2010, doi:10.1016/j.cct.2010.07.008; delta-minimax: Shuster 2002,
    doi:10.1081/BIP-120005739. Golden: golden/design_early_acceptance.toml.

    """
    asked = Hypotheses(null, target, alpha, power)
    if kind not in get_args(EarlyKind):
        raise ToplineError("TL-G04", where="kind", what=f"{kind!r} is not one of {', '.join(get_args(EarlyKind))}")
    check_largest(max_n)
    found = _found(asked, kind, int(max_n))
    if not found:
        beyond = _found(asked, "H0-minimax", LARGEST) if max_n < LARGEST else []
        raise no_design(f"Mander-Thompson {kind}", asked, max_n, beyond[0].n if beyond else None)
    source = SHUSTER if kind == "delta-minimax" else MANDER_THOMPSON
    return SingleArmDesign(f"Mander-Thompson {kind}", asked, _rule(found[0]), source)


def _found(asked: Hypotheses, kind: EarlyKind, patients: int) -> list[EarlyCandidate]:
    """Return the design of a kind, none where none has at most so many patients."""

    def search(request: Hypotheses) -> list[EarlyCandidate]:
        fallen = _fallen(request, kind, patients)
        return list(islice(fallen, 1)) if kind in ("H0-minimax", "H1-minimax") else sorted(fallen)[:1]

    return strictly(asked, search, _rule)


def _rule(found: EarlyCandidate) -> Boundary:
    return Boundary((found.n1, found.n), (found.r1, found.r), (found.a1, found.r + 1))


def _searches(asked: Hypotheses, kind: EarlyKind, patients: int) -> Iterator[EarlySearch]:
    """Yield what a search needs for more and more patients, the last time for all."""
    size = min(patients, table_size(asked.null, asked.target, asked.alpha, asked.beta))
    while True:
        low, high = binomial_tables(asked.null, size), binomial_tables(asked.target, size)
        largest = (high.at_most <= asked.beta).sum(axis=1) - 1
        yield EarlySearch(low, high, asked, kind, largest, (low.at_least > asked.alpha).sum(axis=1))
        if size == patients:
            return
        size = min(patients, 2 * size)


def _fallen(asked: Hypotheses, kind: EarlyKind, patients: int) -> Iterator[EarlyCandidate]:
    """Yield each design of fewer expected patients than all designs of smaller n."""
    best, first = np.inf, 2
    for search in _searches(asked, kind, patients):
        first = max(first, fewest_patients(search.null, search.target, asked.alpha, asked.power))
        for n in range(first, len(search.null.mass)):
            n1 = np.flatnonzero(search.largest_r1[:n] >= 0)
            stages = n1[_least(search, n, n1) < best]
            if not stages.size and n >= best:  # a larger first stage has at least n patients, a smaller one more
                return
            if stages.size and (one := min(_designs(search, n, stages), default=None)) and one.expected < best:
                best = one.expected
                yield one
        first = len(search.null.mass)


def _least(search: EarlySearch, n: int, n1: Places) -> Array:
    """Return a lower bound of what the search makes small, for each size of the first stage."""
    at_h0, at_h1 = not search.kind.startswith("H1"), not search.kind.startswith("H0")  # delta-minimax: at both
    tables = [table for table, wanted in ((search.null, at_h0), (search.target, at_h1)) if wanted]
    stops = [table.at_most[n1, search.largest_r1[n1]] + table.at_least[n1, search.least_a1[n1]] for table in tables]
    return np.asarray(n1 + (n - n1) * np.maximum(1.0 - np.min(stops, axis=0), 0.0))


def _expected(search: EarlySearch, n: int, n1: Places, r1: Places, a1: Places) -> Array:
    """Return what the search makes small, for each design of n patients."""
    if search.kind == "delta-minimax":
        stops = 1.0 - most_likely_to_go_on(n1, r1, a1)
    else:
        table = search.null if search.kind.startswith("H0") else search.target
        stops = table.at_most[n1, r1] + table.at_least[n1, a1]
    return np.asarray(n1 + (n - n1) * (1.0 - stops))


def most_likely_to_go_on(n1: Places, r1: Places, a1: Places) -> Array:
    """Return the largest chance over all rates that between r1 and a1 of n1 patients respond, both ends left out.

    The chance is greatest where its two ends are equally sensitive to the rate; without a1 (n1 + 1) it is 1, at rate 1.

    >>> most_likely_to_go_on(np.array([7]), np.array([1]), np.array([3])).round(4)  # two of seven, at the rate 2 / 7
    array([0.3187])

    """
    inside = np.minimum(a1, n1)
    odds = special.betaln(inside, n1 - inside + 1.0) - special.betaln(r1 + 1.0, n1 - r1)
    rate = special.expit(odds / np.maximum(inside - 1 - r1, 1))
    chance = special.betainc(r1 + 1.0, n1 - r1, rate) - special.betainc(inside, n1 - inside + 1.0, rate)
    return np.asarray(np.where(a1 > n1, 1.0, chance))


def _designs(search: EarlySearch, n: int, n1: Places) -> Iterator[EarlyCandidate]:
    """Yield for each final bound r the best design of n patients."""
    middle = int((search.null.at_least[n] > search.asked.alpha).sum()) - 1
    for r in range(middle - 1, -1, -1):  # as r falls the level rises
        if not (pairs := _within_level(search, n, n1, r))[0].size:
            break
        yield from _powerful(search, n, r, pairs)
    for r in range(middle, n):  # as r rises the power falls
        if _most_power(search, n, n1, r) < search.asked.power:
            break
        yield from _powerful(search, n, r, _within_level(search, n, n1, r))


def _within_level(search: EarlySearch, n: int, n1: Places, r: int) -> tuple[Places, Places, Places]:
    """Return (n1, r1, a1) of the designs within the level: for each n1 and r1 the one with the least a1."""
    futile, accepted = _parts(search.null, n, n1, r)
    x = np.arange(r + 1)
    row, r1 = np.nonzero((futile <= search.asked.alpha) & (x <= search.largest_r1[n1][:, None]) & (x < r))
    above = (futile[row, r1][:, None] + accepted[row] > search.asked.alpha).sum(axis=1)
    return n1[row], r1, np.maximum(above, r1 + 2)


def _powerful(search: EarlySearch, n: int, r: int, pairs: tuple[Places, Places, Places]) -> Iterator[EarlyCandidate]:
    """Yield the best one of some designs that has the power, if any."""
    n1, r1, a1 = pairs
    stages, row = np.unique(n1, return_inverse=True)
    futile, accepted = _parts(search.target, n, stages, r)
    allowed = np.flatnonzero(futile[row, r1] + accepted[row, a1] >= search.asked.power)
    if allowed.size:
        n1, r1, a1 = n1[allowed], r1[allowed], a1[allowed]
        expected = _expected(search, n, n1, r1, a1)
        least = int(np.argmin(expected))
        yield EarlyCandidate(float(expected[least]), n, int(n1[least]), int(r1[least]), int(a1[least]), r)


def _most_power(search: EarlySearch, n: int, n1: Places, r: int) -> float:
    """Return the most power with a final bound r: without futility stop, with the least a1."""
    x = np.arange(r + 1)
    both = search.target.mass[n1, : r + 1] * search.target.at_least[n - n1][:, r + 1 - x]
    goes_on = np.where(x < search.least_a1[n1][:, None], both, 0.0).sum(axis=1)
    return float((goes_on + search.target.at_least[n1, np.minimum(search.least_a1[n1], r + 1)]).max())


def _parts(tables: BinomialTables, n: int, n1: Places, r: int) -> tuple[Array, Array]:
    """Return the probability of success with a futility bound r1 = 0 to r alone, and what a1 = 0 to r + 1 adds."""
    x = np.arange(r + 1)
    first = tables.mass[n1, : r + 1]
    both = first * tables.at_least[n - n1][:, r + 1 - x]
    surely = tables.at_least[n1, r + 1][:, None]  # more than r responses in the first stage already
    futile = np.concatenate([np.cumsum(both[:, :0:-1], axis=1)[:, ::-1] + surely, surely], axis=1)
    spared = first * tables.at_most[n - n1][:, r - x]  # would have failed
    accepted = np.cumsum(spared[:, ::-1], axis=1)[:, ::-1]
    return futile, np.concatenate([accepted, np.zeros((len(n1), 1))], axis=1)
