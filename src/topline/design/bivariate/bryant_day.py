"""Bryant and Day's two-stage design: Simon's idea for response and toxicity at once.

After n1 patients the trial goes on with more than r1 responses and fewer than t1 toxicities, and it succeeds with more
than r responses and fewer than t toxicities of all n. With independent outcomes each probability is a product of one
factor for response and one for toxicity, which counts patients without toxicity as responses are counted, so that the
search needs only the factors. They are exact; so is every pruning: nothing that could be better is left out. Where
the outcomes depend on each other, bryant_day_dependent.py searches the joint distribution.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from topline.design.bivariate.bryant_day_dependent import (
    Candidate,
    Outcome,
    both_outcomes,
    dependent_candidates,
    passes_both,
)
from topline.design.bivariate.rule import BivariateBoundary, BivariateDesign, BivariateHypotheses, fewest_of_both
from topline.design.checked import whole
from topline.design.looks import most_tried, too_few
from topline.errors import ToplineError
from topline.protocol.rule.boundary import Array

SOURCE = "Bryant & Day 1995, Biometrics 51:1372-1383"
Aim = Literal["optimal", "minimax"]


@dataclass(frozen=True)
class _Bounds:
    """Pairs of bounds of one outcome for n1 and n with the probabilities that they give; each of shape (pair,).

    `first` and `last` are the most that stop after n1 and n; `bad` and `good` the probabilities to pass both stages at
    either rate, `bad_on` and `good_on` those to pass the first.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    bad: Array
    good: Array
    bad_on: Array
    good_on: Array


def bryant_day_designs(hypotheses: BivariateHypotheses, patients: int = 100) -> list[BivariateDesign]:
    """Return, for each n at which it is below that of every smaller n, the design with the least expected patients.

    The first one is the minimax design, the last one the optimal design. Expected patients are the larger ones of
    those with too few responses and of those with too much toxicity.

    Args:
        hypotheses: rates, levels, power and odds ratio.
        patients: largest n to try.

    """
    whole("patients", patients, 2)
    return [_design(hypotheses, candidate) for candidate in _candidates(hypotheses, patients)]


def bryant_day(hypotheses: BivariateHypotheses, aim: Aim = "optimal", patients: int = 100) -> BivariateDesign:
    """Bryant and Day's two-stage design for response and toxicity, exact.

    Args:
        hypotheses: rates, levels, power and the odds ratio of response and toxicity; independence is usual. What the
            design does at another odds ratio is told by its `operating_characteristics`.
        aim: `optimal` has the least expected patients where the treatment is bad, `minimax` the fewest patients.
        patients: largest n to try.

    Raises:
        ToplineError: TL-G02 when no n is large enough, TL-G04 for another aim.

    >>> asked = BivariateHypotheses(response=(0.1, 0.3), toxicity=(0.3, 0.1), power=0.8)
    >>> found = bryant_day(asked, patients=40)
    >>> found.boundary, round(found.expected_patients, 2)
    (BivariateBoundary(looks=(16, 27), futility=(2, 4), toxicity=(4, 6)), 18.44)

    Source: Bryant & Day 1995, Biometrics 51:1372-1383. Golden: golden/design_bryant_day.toml.

    """
    if aim not in ("optimal", "minimax"):
        raise ToplineError("TL-G04", where="aim", what=f"{aim!r} is neither optimal nor minimax")
    whole("patients", patients, 2)
    candidates = _candidates(hypotheses, patients)
    found = next(candidates, None)
    if aim == "optimal":
        found = min(candidates, default=found)  # each one has fewer expected patients than those before
    if found is None:
        raise _too_few(hypotheses, patients)
    return _design(hypotheses, found, aim)


def _too_few(hypotheses: BivariateHypotheses, patients: int) -> ToplineError:
    enough = next(_candidates(hypotheses, most_tried(patients)), None)
    return too_few(patients, enough.n if enough else None, fewest_of_both(hypotheses))


def _design(hypotheses: BivariateHypotheses, found: Candidate, aim: str = "") -> BivariateDesign:
    (r1, r), (s1, s) = found.response, found.toxicity_free
    boundary = BivariateBoundary((found.n1, found.n), (r1, r), (found.n1 - s1, found.n - s))
    return BivariateDesign(f"Bryant-Day {aim}".strip(), hypotheses, boundary, SOURCE)


def _candidates(hypotheses: BivariateHypotheses, patients: int) -> Iterator[Candidate]:
    if hypotheses.odds_ratio != 1.0:
        return dependent_candidates(hypotheses, patients)
    return _independent_candidates(hypotheses, patients)


def _independent_candidates(hypotheses: BivariateHypotheses, patients: int) -> Iterator[Candidate]:
    first = max(fewest_of_both(hypotheses), 2)
    if first > patients:
        return
    outcomes = both_outcomes(hypotheses, patients)
    least = np.maximum(*(_least_share(outcome) for outcome in outcomes)) * hypotheses.power
    best = np.inf
    for n in range(first, patients + 1):
        n1 = np.arange(1, n)
        stages = n1[n1 + (n - n1) * least[1:n] < best]
        if not stages.size and n >= best:  # a larger first stage has at least n patients, a smaller one a larger bound
            return
        found = min((c for stage in stages if (c := _best(outcomes, int(stage), n))), default=None)
        if found is not None and found.expected < best:
            best = found.expected
            yield found


def _least_share(outcome: Outcome) -> Array:
    """Return for each n1 the smallest probability to go on at the bad rate that the power allows."""
    allowed = outcome.good.at_least >= outcome.power
    return np.asarray(np.where(allowed, outcome.bad.at_least, 1.0).min(axis=1))


def _best(outcomes: tuple[Outcome, Outcome], n1: int, n: int) -> Candidate | None:
    """Return the design of these two sizes with the least expected patients."""
    response, toxicity = (_bounds(outcome, n1, n) for outcome in outcomes)
    allowed = (response.good[:, None] * toxicity.good >= outcomes[0].power) & (
        response.bad[:, None] * toxicity.good <= outcomes[0].alpha
    )
    allowed &= response.good[:, None] * toxicity.bad <= outcomes[1].alpha
    if not allowed.any():
        return None
    on = np.maximum(response.bad_on[:, None] * toxicity.good_on, response.good_on[:, None] * toxicity.bad_on)
    i, j = np.unravel_index(np.argmin(np.where(allowed, on, np.inf)), on.shape)
    first, second = (response.first[i], response.last[i]), (toxicity.first[j], toxicity.last[j])
    return Candidate(
        n1 + (n - n1) * float(on[i, j]), n1, n, (int(first[0]), int(first[1])), (int(second[0]), int(second[1]))
    )


def _bounds(outcome: Outcome, n1: int, n: int) -> _Bounds:
    """Return the pairs of bounds with which one outcome alone does not rule the design out already."""
    good, bad = passes_both(outcome.good, n1, n), passes_both(outcome.bad, n1, n)
    first, last = np.nonzero((good >= outcome.power) & (bad * outcome.power <= outcome.alpha))
    on = outcome.bad.at_least[n1, first], outcome.good.at_least[n1, first]
    return _Bounds(first - 1, last, bad[first, last], good[first, last], *on)
